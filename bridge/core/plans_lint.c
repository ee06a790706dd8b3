/* What is wrong with the plans: exact, by going through every category, priority and level that
 * a row is for. */
#include <stdio.h>
#include <string.h>

#include "core/plans.h"
#include "core/rules_private.h"
#include "core/table.h"

enum { PLAN, TYPE, PRIORITY, LEVEL, SEND };

#define PRIORITIES 4

/* "fire/engine|rescue+animals" */
static void name_need(const struct rules *rules, const struct plan_need *need, char *text_r,
		      size_t size)
{
	size_t len =
		(size_t)snprintf(text_r, size, "%s/", rules->agencies.agency[need->agency].id);

	for (unsigned i = 0; i < need->kind_count && len < size; i++)
		len += (size_t)snprintf(text_r + len, size - len, "%s%s", i > 0 ? "|" : "",
					need->kind[i]);
	if (len < size && need->capability[0] != '\0')
		snprintf(text_r + len, size - len, "+%s", need->capability);
}

static int refuse_need(const struct rules *rules, const struct table *table,
		       const struct plan_need *need, const char *what, struct err *err)
{
	char name[128];

	name_need(rules, need, name, sizeof(name));
	return table_error(table, SEND, err, "%s: %s", name, what);
}

/* ---- One row by itself. ---- */

static bool has_kind(const struct plan_need *need, const char *kind)
{
	for (unsigned i = 0; i < need->kind_count; i++)
		if (strcmp(need->kind[i], kind) == 0)
			return true;
	return false;
}

static int check_fleet(const struct rules *rules, const struct table *table,
		       const struct plan_need *need, struct err *err)
{
	unsigned fit = 0;

	for (unsigned k = 0; k < need->kind_count; k++) {
		struct plan_need asked = {.agency = need->agency, .kind_count = 1};
		unsigned of_kind = 0;

		memcpy(asked.kind[0], need->kind[k], UNIT_KIND_SIZE);
		for (unsigned i = 0; i < rules->fleet.unit_count; i++) {
			of_kind += need_is_kind(&asked, &rules->fleet.unit[i]);
			fit += k == 0 && need_fits(need, &rules->fleet.unit[i]);
		}
		if (of_kind == 0)
			return refuse_need(rules, table, &asked,
					   "nobody has such a unit in units.tsv", err);
	}
	if (fit == 0)
		return refuse_need(rules, table, need, "no such unit can do that in units.tsv",
				   err);
	return 0;
}

/* Whether all that fits one fits the other as well. */
static bool is_within(const struct plan_need *narrow, const struct plan_need *wide)
{
	for (unsigned i = 0; i < narrow->kind_count; i++)
		if (!has_kind(wide, narrow->kind[i]))
			return false;
	return wide->capability[0] == '\0' || strcmp(wide->capability, narrow->capability) == 0;
}

static bool overlap(const struct rules *rules, const struct plan_need *a,
		    const struct plan_need *b)
{
	for (unsigned i = 0; i < rules->fleet.unit_count; i++)
		if (need_fits(a, &rules->fleet.unit[i]) && need_fits(b, &rules->fleet.unit[i]))
			return true;
	return false;
}

/* Needs are filled in the order of the row. With the narrower first, a unit that only one of
 * them can use is never taken by another: what can be filled is. */
static int check_order(const struct rules *rules, const struct table *table,
		       const struct plan *plan, struct err *err)
{
	for (unsigned later = 1; later < plan->need_count; later++)
		for (unsigned i = 0; i < later; i++) {
			const struct plan_need *a = &plan->need[i], *b = &plan->need[later];

			if (!overlap(rules, a, b))
				continue;
			if (is_within(a, b) && is_within(b, a))
				return refuse_need(rules, table, b, "is asked for twice", err);
			if (!is_within(a, b))
				return refuse_need(rules, table, b,
						   "some that fit it fit what stands before "
						   "it: write what fits fewer first",
						   err);
		}
	return 0;
}

/* ---- One row among the others. ---- */

/* What of a category and priority a row above has already; NULL: nothing. */
static const struct plan *taken(const struct plans *plans, const struct plan *row, int category,
				int priority)
{
	for (const struct plan *above = plans->row; above < row; above++)
		if (above->level == row->level && plan_holds(above, category, priority))
			return above;
	return NULL;
}

static int check_reach(const struct rules *rules, const struct table *table,
		       const struct plan *row, struct err *err)
{
	const struct plan *taker = NULL;

	for (int category = 0; category < (int)rules->category_count; category++)
		for (int priority = 1; priority <= PRIORITIES; priority++) {
			const struct plan *above;

			if (!plan_holds(row, category, priority))
				continue;
			above = taken(&rules->plans, row, category, priority);
			if (above == NULL)
				return 0;
			taker = taker == NULL ? above : taker;
		}
	return table_error(table, PLAN, err, "never reached: line %u and others take all of it",
			   taker != NULL ? taker->line : 0);
}

int plans_lint_row(const struct rules *rules, const struct table *table, struct err *err)
{
	const struct plan *row = &rules->plans.row[rules->plans.count - 1];

	for (unsigned i = 0; i < row->need_count; i++)
		if (check_fleet(rules, table, &row->need[i], err) < 0)
			return -1;
	if (check_order(rules, table, row, err) < 0)
		return -1;
	return check_reach(rules, table, row, err);
}

/* ---- The whole. ---- */

static int count_of(const struct plan *plan, const struct plan_need *need)
{
	for (unsigned i = 0; i < plan->need_count; i++)
		if (plan->need[i].agency == need->agency && is_within(&plan->need[i], need) &&
		    is_within(need, &plan->need[i]))
			return plan->need[i].count;
	return 0;
}

/* A second alarm that asks for less than the first would call units back. */
static int check_levels(const struct rules *rules, const char *name, int category, int priority,
			struct err *err)
{
	for (int level = 2; level <= PLAN_LEVELS; level++) {
		const struct plan *below =
			plans_find(&rules->plans, category, priority, level - 1);
		const struct plan *plan = plans_find(&rules->plans, category, priority, level);
		char asked[128];

		for (unsigned i = 0; below != NULL && i < below->need_count; i++) {
			if (count_of(plan, &below->need[i]) >= below->need[i].count)
				continue;
			name_need(rules, &below->need[i], asked, sizeof(asked));
			return err_field(err, "send",
					 "%s:%u: send: less %s than line %u, the level below "
					 "it, for %s",
					 name, plan->line, asked, below->line,
					 rules->category[category].id);
		}
	}
	return 0;
}

static int check_category(const struct rules *rules, const char *name, int category,
			  struct err *err)
{
	const struct category *c = &rules->category[category];

	for (int priority = 1; priority <= PRIORITIES; priority++) {
		if (check_levels(rules, name, category, priority, err) < 0)
			return -1;
		if (c->kind <= CATEGORY_URGENT &&
		    plans_find(&rules->plans, category, priority, 1) == NULL)
			return err_field(err, "type",
					 "%s: no plan for %s at priority %d: somebody is sent "
					 "to it",
					 name, c->id, priority);
	}
	return 0;
}

int plans_lint(const struct rules *rules, const char *name, struct err *err)
{
	for (unsigned i = 0; i < rules->category_count; i++)
		if (check_category(rules, name, (int)i, err) < 0)
			return -1;
	return 0;
}
