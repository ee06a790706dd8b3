/* Response plans: how many of which kind go to what, rules/plans.tsv.
 *
 * A row is for categories, priorities and one level of alarm, and says all that is wanted there
 * at that level, not what it adds: what is there already is taken off when units are proposed.
 * Of the rows of a level the first that holds is the plan; a level without one that holds takes
 * that of the level below. Loading: start-up and reload only. Then only read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/fleet.h"
#include "model/verdict.h"

#define PLANS_MAX      128
#define PLAN_LEVELS    3
#define PLAN_NEEDS_MAX 8
#define PLAN_KINDS_MAX 4
#define PLAN_COUNT_MAX 20

/* "fire/engine|rescue+animals:2": two of either kind that can deal with animals. */
struct plan_need {
	unsigned agency;
	unsigned kind_count;
	char kind[PLAN_KINDS_MAX][UNIT_KIND_SIZE];
	char capability[CAPABILITY_SIZE]; /* "" : any */
	int count;
};

struct plan {
	char name[RULE_SIZE];
	unsigned line;
	uint64_t types[2];   /* of the taxonomy's categories */
	unsigned priorities; /* bits 1 … 4 */
	int level;           /* 1 … PLAN_LEVELS */
	unsigned need_count;
	struct plan_need need[PLAN_NEEDS_MAX]; /* filled in this order */
};

struct plans {
	unsigned count;
	struct plan row[PLANS_MAX];
};

struct rules;
struct table;

/* text is the table, to be cut; categories and units are there already. Refuses what nobody
 * has, a row that is never reached, one that asks for less than the level below, and a table in
 * which something that somebody is sent to has no plan. */
int plans_load(struct rules *rules, const char *name, char *text, struct err *err) MUST_CHECK;

/* For the category at that index of the taxonomy; NULL: there is none. */
const struct plan *plans_find(const struct plans *plans, int category, int priority, int level);
bool plan_holds(const struct plan *plan, int category, int priority);

/* Of that agency, and of a kind that is asked for. */
bool need_is_kind(const struct plan_need *need, const struct unit *unit);
/* And has the capability. */
bool need_fits(const struct plan_need *need, const struct unit *unit);

/* plans_lint.c. Of the last row, as it was read; -1: err has it. */
int plans_lint_row(const struct rules *rules, const struct table *table,
		   struct err *err) MUST_CHECK;
/* Of the whole, once all rows are there. */
int plans_lint(const struct rules *rules, const char *name, struct err *err) MUST_CHECK;
