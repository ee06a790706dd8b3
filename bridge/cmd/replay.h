/* What would be different, had the rules and the model of today judged the reports of a log.
 *
 * Each report is judged anew by its words and set beside the verdict that stands in the log
 * with the versions that gave it. Reads only, beside a running bridge; tells reports by their
 * id, and of their words no more than the masked terms that speak for the new verdict: of what
 * is secret not even those. */
#pragma once

#include <stdbool.h>

#include "base/err.h"

struct rules;

struct replay_wish {
	const char *dir;
	unsigned limit; /* so many changed reports are listed; all of them are counted */
	bool is_json;
};

/* To standard output; how far it is to standard error, where that is a terminal. */
int replay(const struct rules *rules, const struct replay_wish *wish,
	   struct err *err) MUST_CHECK;
