/* What is wrong with the order of rules: exact, by going through every type and place that a
 * row asks for and taking from its hours what the rows above take. */
#include <stdio.h>
#include <string.h>

#include "core/routing.h"
#include "core/table.h"
#include "model/routes.h"

#define HOURS_WORDS (sizeof(struct route_hours) / sizeof(uint64_t))
#define TAKERS_MAX  4 /* lines that are named */

static bool has(const uint64_t *bits, unsigned bit)
{
	return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}

static bool is_same_condition(const struct route_row *a, const struct route_row *b)
{
	return memcmp(&a->types, &b->types, sizeof(a->types)) == 0 &&
	       memcmp(&a->places, &b->places, sizeof(a->places)) == 0 &&
	       memcmp(&a->hours, &b->hours, sizeof(a->hours)) == 0;
}

/* Whether an earlier row takes what it asks for whenever it does: a learnt one only from a
 * later one that needs as large a share or a larger one. */
static bool takes(const struct route_row *earlier, const struct route_row *later)
{
	return earlier->office != ROUTE_LEARNT ||
	       (later->office == ROUTE_LEARNT && later->from_pct >= earlier->from_pct);
}

/* True: something is left of rest. */
static bool subtract(uint64_t *rest, const struct route_hours *hours, bool *is_taker)
{
	const uint64_t *bits = &hours->bits[0][0];
	uint64_t left = 0;

	for (unsigned i = 0; i < HOURS_WORDS; i++) {
		*is_taker |= (rest[i] & bits[i]) != 0;
		rest[i] &= ~bits[i];
		left |= rest[i];
	}
	return left != 0;
}

/* takers: a flag for each row above. */
static bool is_left(const struct routes *routes, const struct route_row *row, unsigned above,
		    unsigned type, unsigned place, bool *takers)
{
	uint64_t rest[HOURS_WORDS];

	memcpy(rest, &row->hours, sizeof(rest));
	for (unsigned i = 0; i < above; i++) {
		const struct route_row *earlier = &routes->row[i];

		if (takes(earlier, row) && has(earlier->types.bits, type) &&
		    has(earlier->places.bits, place) &&
		    !subtract(rest, &earlier->hours, &takers[i]))
			return false;
	}
	return true;
}

static bool is_reachable(const struct routes *routes, const struct route_row *row,
			 unsigned above, bool *takers)
{
	for (unsigned type = 0; type <= routes->category_count; type++)
		for (unsigned place = 0; place <= routes->area_count + 1; place++)
			if (has(row->types.bits, type) && has(row->places.bits, place) &&
			    is_left(routes, row, above, type, place, takers))
				return true;
	return false;
}

static int refuse_unreachable(const struct routes *routes, const struct table *table,
			      const bool *takers, struct err *err)
{
	char lines[64] = "";
	unsigned count = 0;

	for (unsigned i = 0; i < routes->row_count; i++) {
		size_t len = strlen(lines);

		if (!takers[i] || ++count > TAKERS_MAX)
			continue;
		snprintf(lines + len, sizeof(lines) - len, "%s%u", count > 1 ? ", " : "",
			 routes->row[i].line);
	}
	return table_error(table, 0, err, "never reached: line%s %s%s %s all of it",
			   count > 1 ? "s" : "", lines, count > TAKERS_MAX ? " …" : "",
			   count > 1 ? "take" : "takes");
}

static int refuse_same(const struct route_row *above, const struct route_row *row,
		       const struct table *table, struct err *err)
{
	if (above->office == row->office)
		return table_error(table, 0, err, "says the same as line %u, \"%s\"",
				   above->line, above->rule);
	return table_error(table, 0, err,
			   "in conflict with line %u, \"%s\": it asks for the same, and gives "
			   "another office",
			   above->line, above->rule);
}

int routing_lint_row(const struct routes *routes, const struct table *table, struct err *err)
{
	unsigned above = routes->row_count - 1;
	const struct route_row *row = &routes->row[above];
	bool takers[ROUTE_ROWS_MAX] = {false};

	for (unsigned i = 0; i < above; i++)
		if (takes(&routes->row[i], row) && is_same_condition(&routes->row[i], row))
			return refuse_same(&routes->row[i], row, table, err);
	if (!is_reachable(routes, row, above, takers))
		return refuse_unreachable(routes, table, takers, err);
	return 0;
}

bool routing_is_total(const struct routes *routes)
{
	const struct route_row *last;

	if (routes->row_count == 0)
		return false;
	last = &routes->row[routes->row_count - 1];
	if (last->office == ROUTE_LEARNT)
		return false;
	for (unsigned type = 0; type <= routes->category_count; type++)
		if (!has(last->types.bits, type))
			return false;
	for (unsigned place = 0; place <= routes->area_count + 1; place++)
		if (!has(last->places.bits, place))
			return false;
	for (unsigned slot = 0; slot < ROUTE_SLOTS; slot++)
		if (!has(last->hours.bits[0], slot) || !has(last->hours.bits[1], slot))
			return false;
	return true;
}
