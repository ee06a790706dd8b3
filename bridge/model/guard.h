/* What speaks against sending a unit, and how much: nothing, a warning that a person passes
 * over with a reason, or all. The city's rules/guards.tsv says it; the ledger applies it, in
 * the transaction in which the unit would go. Values; any thread. */
#pragma once

#include <stdbool.h>

enum guard {
	GUARD_OFF_DUTY,
	GUARD_OUT_OF_SERVICE,
	GUARD_LOGGED_OUT,  /* nobody is at its device */
	GUARD_BUSY,        /* on another matter */
	GUARD_IN_EXERCISE, /* it plays, and this is real: it is taken out of there */
	GUARD_CREW_OUT,    /* its people are out with another vehicle */
	GUARDS
};

enum guard_rule { GUARD_BLOCKED, GUARD_WARN, GUARD_FREE, GUARD_RULES };

struct guards {
	enum guard_rule rule[GUARDS];
};

extern const char *const guard_names[GUARDS];
extern const char *const guard_rule_names[GUARD_RULES];

/* Whom nobody hears is not sent, whatever a city writes. */
bool guard_is_fixed(enum guard guard);

struct jsonw;

/* {"off_duty": "blocked", …} */
void guards_write(const struct guards *guards, struct jsonw *w, const char *key);
