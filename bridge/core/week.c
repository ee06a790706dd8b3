#include "core/week.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/table.h"

#define DAYS      7
#define DAY_SLOTS 48
#define DAY_MS    (24 * 60 * 60 * INT64_C(1000))

enum { NAME, WHICH_DAYS, FROM, TO, ON_HOLIDAYS };

static const char *const columns[] = {"name", "days", "from", "to", "holidays", NULL};

static const char *const day_names[DAYS] = {"mon", "tue", "wed", "thu", "fri", "sat", "sun"};

static int find_day(const char *text)
{
	for (int day = 0; day < DAYS; day++)
		if (strncmp(text, day_names[day], 3) == 0)
			return day;
	return -1;
}

/* "fri" or "mon-thu". */
static int read_days(struct table *table, int *first_r, int *last_r, struct err *err)
{
	const char *cell = table->cell[WHICH_DAYS];
	size_t len = strlen(cell);
	int first = find_day(cell), last = first;

	if (len == 7 && cell[3] == '-')
		last = find_day(cell + 4);
	if ((len != 3 && (len != 7 || cell[3] != '-')) || first < 0 || last < first)
		return table_error(table, WHICH_DAYS, err,
				   "\"%.30s\" is not as mon-thu or fri; the week begins on mon",
				   cell);
	*first_r = first;
	*last_r = last;
	return 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "07:30": the fifteenth half hour; "24:00" ends a day. */
static int read_slot(struct table *table, unsigned column, int *slot_r, struct err *err)
{
	const char *at = table->cell[column];
	bool is_time = strlen(at) == 5 && is_digit(at[0]) && is_digit(at[1]) && at[2] == ':' &&
		       (at[3] == '0' || at[3] == '3') && at[4] == '0';
	int slot = is_time ? ((at[0] - '0') * 10 + at[1] - '0') * 2 + (at[3] == '3') : -1;

	if (slot < 0 || slot > DAY_SLOTS)
		return table_error(table, column, err,
				   "\"%.30s\" is not a time to the half hour such as 07:30",
				   at);
	*slot_r = slot;
	return 0;
}

static void set(uint64_t *bits, int bit)
{
	bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

/* What ends before it begins ends the next morning. */
static void add_span(struct route_hours *hours, int day, int from, int to, bool on_holidays)
{
	int end = to > from ? to : to + DAY_SLOTS;

	for (int slot = from; slot < end; slot++) {
		int at = (day * DAY_SLOTS + slot) % ROUTE_SLOTS;

		set(hours->bits[0], at);
		if (on_holidays)
			set(hours->bits[1], at);
	}
}

static int read_holidays(struct table *table, bool *are_in_r, struct err *err)
{
	const char *cell = table->cell[ON_HOLIDAYS];

	*are_in_r = strcmp(cell, "yes") == 0;
	if (!*are_in_r && strcmp(cell, "no") != 0)
		return table_error(table, ON_HOLIDAYS, err, "is yes or no");
	return 0;
}

static struct route_hours *name_hours(struct table *table, struct week *week, struct err *err)
{
	const char *name = table->cell[NAME];

	for (unsigned i = 0; i < week->count; i++)
		if (strcmp(week->named[i].name, name) == 0)
			return &week->named[i].hours;
	if (week->count == WEEK_NAMES_MAX) {
		(void)table_error(table, NAME, err, "more than %d names", WEEK_NAMES_MAX);
		return NULL;
	}
	if (table_text(table, NAME, week->named[week->count].name, sizeof(week->named[0].name),
		       err) < 0)
		return NULL;
	return &week->named[week->count++].hours;
}

static int read_row(struct table *table, struct week *week, struct err *err)
{
	struct route_hours *hours;
	int first = 0, last = 0, from = 0, to = 0;
	bool on_holidays;

	if (read_days(table, &first, &last, err) < 0 ||
	    read_slot(table, FROM, &from, err) < 0 || read_slot(table, TO, &to, err) < 0 ||
	    read_holidays(table, &on_holidays, err) < 0)
		return -1;
	hours = name_hours(table, week, err);
	if (hours == NULL)
		return -1;
	for (int day = first; day <= last; day++)
		add_span(hours, day, from, to, on_holidays);
	return 0;
}

int week_load(struct week *week, const char *name, char *text, struct err *err)
{
	struct table table;
	int more;

	*week = (struct week){0};
	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_row(&table, week, err) < 0)
			return -1;
	return more;
}

const struct route_hours *week_find(const struct week *week, const char *name, size_t len)
{
	for (unsigned i = 0; i < week->count; i++)
		if (strlen(week->named[i].name) == len &&
		    memcmp(week->named[i].name, name, len) == 0)
			return &week->named[i].hours;
	return NULL;
}

/* ---- Holidays. ---- */

enum { DATE, IS_WORKED };

static int read_date(struct table *table, int32_t *day_r, struct err *err)
{
	char text[40];
	int64_t at_ms;
	struct err why;

	snprintf(text, sizeof(text), "%.12sT00:00:00Z", table->cell[DATE]);
	if (clock_parse(text, &at_ms, &why) < 0)
		return table_error(table, DATE, err,
				   "\"%.30s\" is not a date such as 2026-08-17",
				   table->cell[DATE]);
	*day_r = (int32_t)(at_ms / DAY_MS);
	return 0;
}

static int read_holiday(struct table *table, struct routes *routes, struct err *err)
{
	const char *worked = table->cell[IS_WORKED];
	int32_t day = 0;

	if (read_date(table, &day, err) < 0)
		return -1;
	if (strcmp(worked, "yes") == 0)
		return 0;
	if (strcmp(worked, "no") != 0)
		return table_error(table, IS_WORKED, err, "is yes or no");
	if (routes_is_holiday(routes, day))
		return 0; /* two feasts on one day */
	routes->holiday = xrealloc(routes->holiday,
				   (routes->holiday_count + 1) * sizeof(*routes->holiday));
	routes->holiday[routes->holiday_count++] = day;
	return 0;
}

int holidays_load(struct routes *routes, const char *name, char *text, struct err *err)
{
	static const char *const wanted[] = {"date", "working_day_for_asn", NULL};
	struct table table;
	int more;

	if (table_open(&table, name, text, wanted, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_holiday(&table, routes, err) < 0)
			return -1;
	return more;
}
