#include "model/guard.h"

#include "base/jsonw.h"

const char *const guard_names[GUARDS] = {
	[GUARD_OFF_DUTY] = "off_duty",       [GUARD_OUT_OF_SERVICE] = "out_of_service",
	[GUARD_LOGGED_OUT] = "logged_out",   [GUARD_BUSY] = "busy",
	[GUARD_IN_EXERCISE] = "in_exercise", [GUARD_CREW_OUT] = "crew_out",
};

const char *const guard_rule_names[GUARD_RULES] = {
	[GUARD_BLOCKED] = "blocked", [GUARD_WARN] = "warn", [GUARD_FREE] = "free"};

bool guard_is_fixed(enum guard guard)
{
	return guard == GUARD_OFF_DUTY || guard == GUARD_OUT_OF_SERVICE ||
	       guard == GUARD_LOGGED_OUT;
}

void guards_write(const struct guards *guards, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	for (int i = 0; i < GUARDS; i++)
		jsonw_string(w, guard_names[i], guard_rule_names[guards->rule[i]]);
	jsonw_close(w, '}');
}
