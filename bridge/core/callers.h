/* What a city makes of a caller's history: rules/callers.tsv.
 *
 * A row for each sign, how much it counts, how fast it fades and how much of one day counts;
 * and three rows of thresholds. Each row carries an example, a history and the order that comes
 * of it, which tangi check judges. Start-up and reload only. */
#pragma once

#include "model/caller.h"

/* text is the table, to be cut. */
int callers_load(struct caller_policy *policy, const char *name, char *text,
		 struct err *err) MUST_CHECK;

/* The order that a history such as "prank:2@0 silent:1@10 quiet grave" has: so many of a sign
 * so many days ago; gone silent now; a report of danger. ERR_INVALID: it is none. */
int callers_try(const struct caller_policy *policy, const char *history, int *order_r,
		struct err *err) MUST_CHECK;
