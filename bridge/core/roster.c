#include "core/roster.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/table.h"

/* ---- Asking. ---- */

/* The first of that unit, and behind its last. */
static unsigned find_unit(const struct roster *roster, const char *unit, unsigned *end_r)
{
	unsigned from = 0, end = roster->count;

	while (from < end) {
		unsigned middle = from + (end - from) / 2;

		if (strcmp(roster->shift[middle].unit, unit) < 0)
			from = middle + 1;
		else
			end = middle;
	}
	while (end < roster->count && strcmp(roster->shift[end].unit, unit) == 0)
		end++;
	*end_r = end;
	return from;
}

static const struct shift *shift_at(const struct roster *roster, unsigned from, unsigned end,
				    int64_t at_ms)
{
	for (unsigned i = end; i > from; i--) {
		const struct shift *shift = &roster->shift[i - 1];

		if (shift->from_ms <= at_ms && at_ms < shift->to_ms)
			return shift;
	}
	return NULL;
}

/* Between two shifts, since the last of those before ended. */
static struct roster_word off_duty(const struct roster *roster, unsigned from, unsigned end,
				   int64_t at_ms)
{
	struct roster_word word = {ROSTER_SILENT, 0, NULL};
	bool is_later = false;

	for (unsigned i = from; i < end; i++) {
		const struct shift *shift = &roster->shift[i];

		is_later |= shift->from_ms > at_ms;
		if (shift->to_ms <= at_ms && shift->to_ms > word.since_ms)
			word.since_ms = shift->to_ms;
	}
	if (word.since_ms == 0 || !is_later)
		return (struct roster_word){ROSTER_SILENT, 0, NULL};
	word.duty = ROSTER_OFF;
	return word;
}

struct roster_word roster_ask(const struct roster *roster, const char *unit, int64_t at_ms)
{
	unsigned end, from = find_unit(roster, unit, &end);
	const struct shift *shift = shift_at(roster, from, end, at_ms);

	if (shift != NULL)
		return (struct roster_word){ROSTER_ON, shift->from_ms, shift};
	return off_duty(roster, from, end, at_ms);
}

static int64_t sooner(int64_t best, int64_t at_ms, int64_t after_ms)
{
	return at_ms > after_ms && (best == 0 || at_ms < best) ? at_ms : best;
}

int64_t roster_next_change(const struct roster *roster, int64_t after_ms)
{
	int64_t next = 0;

	for (unsigned i = 0; i < roster->count; i++) {
		next = sooner(next, roster->shift[i].from_ms, after_ms);
		next = sooner(next, roster->shift[i].to_ms, after_ms);
	}
	return next;
}

/* ---- Making one. ---- */

static bool is_before(const struct shift *a, const struct shift *b)
{
	int order = strcmp(a->unit, b->unit);

	return order < 0 || (order == 0 && a->from_ms < b->from_ms);
}

void roster_add(struct roster *roster, const struct shift *shift)
{
	unsigned at = roster->count;

	if ((roster->count & (roster->count + 1)) == 0) /* room for twice as many */
		roster->shift = xrealloc(roster->shift,
					 2 * (roster->count + 1) * sizeof(*roster->shift));
	while (at > 0 && is_before(shift, &roster->shift[at - 1])) {
		roster->shift[at] = roster->shift[at - 1];
		at--;
	}
	roster->shift[at] = *shift;
	roster->count++;
}

/* Whether fresh says what there is at that time of that unit. */
static bool is_replaced(const struct roster *fresh, const struct shift *shift)
{
	unsigned end, from = find_unit(fresh, shift->unit, &end);

	return from < end && shift->from_ms >= fresh->shift[from].from_ms;
}

void roster_merge(struct roster *roster, const struct roster *fresh, int64_t keep_from_ms)
{
	struct roster merged = {0};

	for (unsigned i = 0; i < roster->count; i++)
		if (roster->shift[i].to_ms >= keep_from_ms &&
		    !is_replaced(fresh, &roster->shift[i]))
			roster_add(&merged, &roster->shift[i]);
	for (unsigned i = 0; i < fresh->count; i++)
		if (fresh->shift[i].to_ms >= keep_from_ms)
			roster_add(&merged, &fresh->shift[i]);
	roster_fini(roster);
	*roster = merged;
}

void roster_fini(struct roster *roster)
{
	xfree(roster->shift);
	*roster = (struct roster){0};
}

/* ---- The file. ---- */

enum { UNIT, FROM, TO, CREW, LEAD };

static int read_moment(struct table *table, unsigned column, int64_t *ms_r, struct err *err)
{
	struct err why;

	if (clock_parse(table->cell[column], ms_r, &why) < 0)
		return table_error(table, column, err, "is not a time");
	return 0;
}

static int read_shift(struct table *table, struct shift *shift, struct err *err)
{
	double crew;

	*shift = (struct shift){0};
	if (table_text(table, UNIT, shift->unit, sizeof(shift->unit), err) < 0 ||
	    read_moment(table, FROM, &shift->from_ms, err) < 0 ||
	    read_moment(table, TO, &shift->to_ms, err) < 0 ||
	    table_number(table, CREW, 0, 1000, &crew, err) < 0)
		return -1;
	shift->crew = (int)crew;
	if (strcmp(table->cell[LEAD], "-") == 0)
		return 0;
	return table_text(table, LEAD, shift->lead, sizeof(shift->lead), err);
}

static int parse(char *text, struct roster *roster, struct err *err)
{
	static const char *const columns[] = {"unit", "from", "to", "crew", "lead", NULL};
	struct shift shift;
	struct table table;
	int more;

	if (table_open(&table, ROSTER_FILE, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0) {
		if (roster->count == SHIFTS_MAX)
			return table_error(&table, UNIT, err, "more than %d shifts",
					   SHIFTS_MAX);
		if (read_shift(&table, &shift, err) < 0)
			return -1;
		roster_add(roster, &shift);
	}
	return more;
}

int roster_read(const char *dir, struct roster *roster_r, struct file_stamp *stamp_r,
		struct err *err)
{
	struct roster roster = {0};
	char *text;
	size_t len;
	int rc;

	if (private_file_read(dir, ROSTER_FILE, &text, &len, stamp_r, err) < 0)
		return -1;
	rc = text == NULL ? 0 : parse(text, &roster, err);
	xfree(text);
	if (rc < 0) {
		roster_fini(&roster);
		return file_error(dir, err);
	}
	*roster_r = roster;
	return 0;
}

int roster_write(const char *dir, const struct roster *roster, struct err *err)
{
	size_t size = 64 + (size_t)roster->count * 128, len;
	char *text = xmalloc(size);
	int rc;

	len = (size_t)snprintf(text, size, "unit\tfrom\tto\tcrew\tlead\n");
	for (unsigned i = 0; i < roster->count; i++) {
		const struct shift *shift = &roster->shift[i];
		char from[CLOCK_TEXT], to[CLOCK_TEXT];

		clock_format(shift->from_ms, from);
		clock_format(shift->to_ms, to);
		len += (size_t)snprintf(text + len, size - len, "%s\t%s\t%s\t%d\t%s\n",
					shift->unit, from, to, shift->crew,
					shift->lead[0] != '\0' ? shift->lead : "-");
	}
	rc = private_file_replace(dir, ROSTER_FILE, text, len, err);
	xfree(text);
	return rc;
}
