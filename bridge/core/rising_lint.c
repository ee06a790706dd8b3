/* What is wrong with the table of escalation: exact, by going through every kind of wait,
 * agency, priority and half hour that it can be asked for. */
#include <stdio.h>
#include <string.h>

#include "core/rising.h"
#include "core/table.h"

#define HOURS_WORDS (sizeof(struct route_hours) / sizeof(uint64_t))

static bool asks_for(const struct escalation_row *row, enum wait_kind kind, unsigned agency,
		     unsigned priority)
{
	return row->kind == kind && (row->agencies >> agency & 1) != 0 &&
	       (row->priorities >> priority & 1) != 0;
}

/* Takes from rest what the first rows have of it; true: something is left. */
static bool take_rows(const struct escalation_policy *policy, unsigned rows,
		      enum wait_kind kind, unsigned agency, unsigned priority,
		      struct route_hours *rest)
{
	uint64_t left = 0;

	for (unsigned i = 0; i < rows; i++)
		for (unsigned w = 0; w < HOURS_WORDS; w++)
			if (asks_for(&policy->row[i], kind, agency, priority))
				(&rest->bits[0][0])[w] &=
					~(&policy->row[i].hours.bits[0][0])[w];
	for (unsigned w = 0; w < HOURS_WORDS; w++)
		left |= (&rest->bits[0][0])[w];
	return left != 0;
}

int rising_lint_row(const struct escalation_policy *policy, const struct agencies *agencies,
		    const struct table *table, struct err *err)
{
	unsigned above = policy->row_count - 1;
	const struct escalation_row *row = &policy->row[above];

	for (unsigned agency = 0; agency < agencies->count; agency++)
		for (unsigned priority = 1; priority <= 4; priority++) {
			struct route_hours rest = row->hours;

			if (asks_for(row, row->kind, agency, priority) &&
			    take_rows(policy, above, row->kind, agency, priority, &rest))
				return 0;
		}
	return table_error(table, 0, err, "never reached: the rows above take all of it");
}

static struct route_hours whole_week(void)
{
	struct route_hours hours;

	memset(&hours, 0xff, sizeof(hours));
	for (int h = 0; h < 2; h++)
		hours.bits[h][ROUTE_SLOTS / 64] &= (UINT64_C(1) << ROUTE_SLOTS % 64) - 1;
	return hours;
}

/* "on Monday at 00:00": the first half hour that is left. */
static void name_hole(const struct route_hours *rest, char *text_r, size_t size)
{
	static const char *const days[] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

	for (unsigned h = 0; h < 2; h++)
		for (unsigned slot = 0; slot < ROUTE_SLOTS; slot++)
			if ((rest->bits[h][slot / 64] >> (slot % 64) & 1) != 0) {
				snprintf(text_r, size, "%s %02u:%02u%s", days[slot / 48],
					 slot % 48 / 2, slot % 2 * 30,
					 h == 1 ? " on a holiday" : "");
				return;
			}
}

int rising_lint_whole(const struct escalation_policy *policy, const struct agencies *agencies,
		      const char *name, struct err *err)
{
	for (int kind = WAIT_NONE + 1; kind < WAIT_KINDS; kind++)
		for (unsigned agency = 0; agency < agencies->count; agency++)
			for (unsigned priority = 1; priority <= 4; priority++) {
				struct route_hours rest = whole_week();
				char hole[40] = "";

				if (kind == WAIT_ASKED ||
				    !take_rows(policy, policy->row_count, (enum wait_kind)kind,
					       agency, priority, &rest))
					continue;
				name_hole(&rest, hole, sizeof(hole));
				return err_set(err, ERR_INVALID,
					       "%s: no row for %s of %s at priority %u, %s: it "
					       "would wait for ever",
					       name, wait_kind_names[kind],
					       agencies->agency[agency].id, priority, hole);
			}
	return 0;
}
