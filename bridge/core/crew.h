/* What a crew says over the radio, as the decision that it is.
 *
 * The words are those of core/field.h, and who says them is what the topic says. A repeat has
 * the same command_id, so the store takes it once: the message's own id, or else what it says
 * and when. Pure; any thread. */
#pragma once

#include "core/access.h"
#include "core/field.h"
#include "model/unit.h"

/* Who it is: of its agency, and named as the unit. It speaks for itself only, which is for the
 * caller to see to: a command names the unit. */
struct principal crew_of(const char *unit, unsigned agency);

/* Whether the crew says that it is on duty, or not. */
bool crew_says_duty(const struct field_word *word, enum unit_duty *duty_r);
/* A call for help, or that it is over: of all that is said, this may not be passed over in
 * silence. */
bool crew_says_mayday(const struct field_word *word, enum mayday_step *step_r);
/* Either of the two. */
struct duty_change *crew_duty(const struct field_word *word, const char *unit, int64_t now_ms);

struct unit_name {
	const char *id;
	unsigned agency;
};

/* A receipt or a step. ERR_INVALID: it is no state of an order. */
int crew_command(const struct field_message *message, const struct unit_name *who,
		 const char *incident_id, int64_t now_ms, const struct agencies *agencies,
		 struct command **command_r, struct err *err) MUST_CHECK;
/* Which order, as it was when this was said; revision 0: as it stands. */
struct order_name {
	const char *incident_id, *dispatch_id;
	unsigned revision;
};

/* What the bridge knows itself of an order: a receipt. */
struct command *crew_receipt(const struct order_name *order, enum receipt receipt,
			     int64_t at_ms);
