/* What may hurt who goes there: gas, a weapon, somebody who strikes.
 *
 * A set, as a value; names are the contract's. What the words of a report say is added by
 * itself; taken away by a person alone. Any thread. */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/err.h"

enum hazard {
	HAZARD_GAS,
	HAZARD_CHEMICALS,
	HAZARD_WEAPONS,
	HAZARD_AGGRESSION,
	HAZARD_LIVE_WIRES,
	HAZARDS
};

typedef uint8_t hazard_set; /* bit of each */

extern const char *const hazard_names[HAZARDS];

/* -1: there is none of that name. */
int hazard_find(const char *name);

struct jsonw;

/* ["gas", …] under key; of none nothing at all. */
void hazards_write(hazard_set hazards, struct jsonw *w, const char *key);
/* From such a list, or NULL; unknown ones are left out. */
hazard_set hazards_read(const json_t *list);
/* The same from outside, a member of object: each must be known. None: it is absent or empty.
 */
int hazards_ask(const json_t *object, const char *key, hazard_set *hazards_r,
		struct err *err) MUST_CHECK;
