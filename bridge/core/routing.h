/* The city's table of who is in charge: reads rules/routing.tsv, refuses what cannot be meant,
 * and asks it. What a row is and how they are asked: model/routes.h.
 *
 * Loading: start-up and reload only. Asking: pure; any thread. */
#pragma once

#include "base/err.h"
#include "model/location.h"
#include "model/verdict.h"

struct route_key;
struct routes;
struct rules;
struct week;

/* text is the table, to be cut; offices, categories and areas are there already. Refuses names
 * that are not known, a row that asks for the same as one above, one that others leave nothing,
 * and a table that does not end with a row for all the rest. */
int routing_load(struct rules *rules, const struct week *week, const char *name, char *text,
		 struct err *err) MUST_CHECK;

/* Completes a verdict: whose desk it is at that time, and why. */
void route(const struct rules *rules, const struct location *location, int64_t at_ms,
	   struct verdict *verdict);
/* A reference of the caller's own. */
struct routes *rules_routes(const struct rules *rules);

struct table;

/* Of the last row: whether anything above says the same, or all that it says. -1: err has it.
 */
int routing_lint_row(const struct routes *routes, const struct table *table, struct err *err);
/* Whether some row holds whatever is asked. */
bool routing_is_total(const struct routes *routes);
