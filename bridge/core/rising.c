#include "core/rising.h"

#include <stdlib.h>
#include <string.h>

#include "core/rules_private.h"
#include "core/table.h"
#include "core/week.h"

enum { RULE, KIND, AGENCY, PRIORITY, TIME, STEPS, WHY };

static const char *const columns[] = {"rule", "kind",  "agency", "priority",
				      "time", "steps", "why",    NULL};

#define AFTER_MAX_MS   (24 * 60 * 60 * INT64_C(1000))
#define AFTER_MAX_PCT  1000
#define PRIORITIES_ALL 0x1eu /* 1 … 4 */

struct loader {
	struct table table;
	const struct agencies *agencies;
	const struct week *week;
	struct escalation_policy *policy;
	struct err *err;
};

static bool is_any(const struct loader *l, unsigned column)
{
	return strcmp(l->table.cell[column], "-") == 0;
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

static int find_name(const char *const *names, int count, const char *word, size_t len)
{
	for (int i = 1; i < count; i++)
		if (is_word(word, len, names[i]))
			return i;
	return -1;
}

static int refuse_word(struct loader *l, unsigned column, const char *what, const char *word,
		       size_t len)
{
	return table_error(&l->table, column, l->err, "\"%.*s\" is not %s",
			   (int)(len < 40 ? len : 40), word, what);
}

typedef int read_word_fn(struct loader *l, struct escalation_row *row, const char *word,
			 size_t len);

/* "a,b": each by itself; blanks around it do not count. */
static int read_list(struct loader *l, unsigned column, struct escalation_row *row,
		     read_word_fn *read)
{
	const char *end;

	for (const char *at = l->table.cell[column];; at = end + 1) {
		at += strspn(at, " ");
		end = strchrnul(at, ',');
		if (read(l, row, at, (size_t)(end - at)) < 0)
			return -1;
		if (*end == '\0')
			return 0;
	}
}

/* ---- What a row asks for. ---- */

static int read_kind(struct loader *l, struct escalation_row *row)
{
	const char *cell = l->table.cell[KIND];
	int kind = find_name(wait_kind_names, WAIT_KINDS, cell, strlen(cell));

	if (kind < 0 || kind == WAIT_ASKED)
		return refuse_word(l, KIND,
				   "one of unsure, untaken, unsent, unanswered, unmoved, late, "
				   "callback",
				   cell, strlen(cell));
	row->kind = (enum wait_kind)kind;
	return 0;
}

static int read_agency(struct loader *l, struct escalation_row *row, const char *word,
		       size_t len)
{
	int i = agency_find(l->agencies, word, len);

	if (i < 0)
		return refuse_word(l, AGENCY, "an agency of agencies.tsv", word, len);
	row->agencies |= (agency_set)1 << i;
	return 0;
}

/* A call is of no agency until somebody has heard what it is about. */
static int read_agencies(struct loader *l, struct escalation_row *row)
{
	if (!is_any(l, AGENCY) && row->kind == WAIT_CALLBACK)
		return table_error(&l->table, AGENCY, l->err, "is - for a call-back");
	if (!is_any(l, AGENCY))
		return read_list(l, AGENCY, row, read_agency);
	row->agencies = ~(agency_set)0;
	return 0;
}

static int read_priority(struct loader *l, struct escalation_row *row, const char *word,
			 size_t len)
{
	if (len != 1 || word[0] < '1' || word[0] > '4')
		return refuse_word(l, PRIORITY, "one of 1, 2, 3, 4", word, len);
	row->priorities |= 1u << (word[0] - '0');
	return 0;
}

static int read_priorities(struct loader *l, struct escalation_row *row)
{
	if (!is_any(l, PRIORITY))
		return read_list(l, PRIORITY, row, read_priority);
	row->priorities = PRIORITIES_ALL;
	return 0;
}

/* As in routing.tsv: a name of the hours, or what is not in them. */
static int read_time(struct loader *l, struct escalation_row *row, const char *word, size_t len)
{
	bool is_not = len > 0 && word[0] == '!';
	const struct route_hours *named = week_find(l->week, word + is_not, len - is_not);

	if (named == NULL)
		return refuse_word(l, TIME, "a name of rules/hours.tsv", word, len);
	for (unsigned i = 0; i < sizeof(named->bits) / sizeof(uint64_t); i++)
		(&row->hours.bits[0][0])[i] |=
			is_not ? ~(&named->bits[0][0])[i] : (&named->bits[0][0])[i];
	return 0;
}

static int read_times(struct loader *l, struct escalation_row *row)
{
	if (is_any(l, TIME))
		memset(&row->hours, 0xff, sizeof(row->hours));
	else if (read_list(l, TIME, row, read_time) < 0)
		return -1;
	for (int h = 0; h < 2; h++) /* behind the week there is nothing */
		row->hours.bits[h][ROUTE_SLOTS / 64] &= (UINT64_C(1) << ROUTE_SLOTS % 64) - 1;
	return 0;
}

/* ---- What it answers: "desk 30s, supervisor 2m"; of late, "desk 75%". ---- */

static int read_after(struct loader *l, const struct escalation_row *row, const char *text,
		      size_t len, int64_t *after_r)
{
	bool is_share = row->kind == WAIT_LATE;
	char *unit;
	long n = len > 0 && text[0] >= '0' && text[0] <= '9' ? strtol(text, &unit, 10) : -1;
	int64_t scale = 0;

	if (n >= 0 && n <= 100000 && unit + 1 == text + len)
		scale = is_share       ? *unit == '%'
			: *unit == 's' ? 1000
			: *unit == 'm' ? 60000
				       : 0;
	*after_r = scale * n;
	if (scale == 0 || *after_r > (is_share ? AFTER_MAX_PCT : AFTER_MAX_MS))
		return refuse_word(l, STEPS,
				   is_share ? "a share of the target such as 75%"
					    : "a time such as 30s or 2m, a day at most",
				   text, len);
	return 0;
}

static int add_step(struct loader *l, struct escalation_row *row, enum rise to, int64_t after)
{
	if (row->step_count == ESCALATION_STEPS_MAX)
		return table_error(&l->table, STEPS, l->err, "more than %d steps",
				   ESCALATION_STEPS_MAX);
	if (row->step_count > 0 && row->step[row->step_count - 1].after >= after)
		return table_error(&l->table, STEPS, l->err,
				   "each step is later than the one before it: all count from "
				   "the beginning of the wait");
	row->step[row->step_count++] = (struct escalation_step){.to = to, .after = after};
	return 0;
}

static int read_step(struct loader *l, struct escalation_row *row, const char *word, size_t len)
{
	const char *blank = memchr(word, ' ', len);
	size_t name = blank != NULL ? (size_t)(blank - word) : len;
	int to = find_name(rise_names, RISES, word, name);
	int64_t after = 0;

	if (row->kind == WAIT_CALLBACK && to != RISE_DESK && to != RISE_SUPERVISOR)
		return refuse_word(l, STEPS, "a step of a call-back: desk or supervisor", word,
				   len);
	if (to < 0 || blank == NULL)
		return refuse_word(l, STEPS,
				   "a step such as desk 30s; to desk, station, second_unit, "
				   "supervisor or other_channel",
				   word, len);
	if (read_after(l, row, blank + 1, len - name - 1, &after) < 0)
		return -1;
	return add_step(l, row, (enum rise)to, after);
}

/* A console, a station, a unit may all be deaf. */
static int check_end(struct loader *l, const struct escalation_row *row)
{
	for (unsigned i = 0; i < row->step_count; i++)
		if (row->step[i].to == RISE_SUPERVISOR)
			return 0;
	return table_error(&l->table, STEPS, l->err,
			   "does not come to the supervisor: silence has to end at a person");
}

static int check_name(struct loader *l, const struct escalation_row *row)
{
	for (unsigned i = 0; i < l->policy->row_count; i++)
		if (strcmp(l->policy->row[i].rule, row->rule) == 0)
			return table_error(&l->table, RULE, l->err,
					   "\"%s\" is the name of line %u", row->rule,
					   l->policy->row[i].line);
	return 0;
}

static int read_row(struct loader *l)
{
	struct escalation_row *row = &l->policy->row[l->policy->row_count];

	if (l->policy->row_count == ESCALATION_ROWS_MAX)
		return table_error(&l->table, RULE, l->err, "more than %d rules",
				   ESCALATION_ROWS_MAX);
	row->line = l->table.line;
	if (table_text(&l->table, RULE, row->rule, sizeof(row->rule), l->err) < 0 ||
	    check_name(l, row) < 0 || read_kind(l, row) < 0 || read_agencies(l, row) < 0 ||
	    read_priorities(l, row) < 0 || read_times(l, row) < 0 ||
	    read_list(l, STEPS, row, read_step) < 0 || check_end(l, row) < 0 ||
	    table_text(&l->table, WHY, row->why, sizeof(row->why), l->err) < 0)
		return -1;
	l->policy->row_count++;
	return rising_lint_row(l->policy, l->agencies, &l->table, l->err);
}

int rising_load(struct rules *rules, const struct week *week, const char *name, char *text,
		struct err *err)
{
	struct loader l = {.agencies = &rules->agencies,
			   .week = week,
			   .policy = rules->escalation,
			   .err = err};
	int more;

	if (table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&l.table, err)) > 0)
		if (read_row(&l) < 0)
			return -1;
	return more < 0 ? -1 : rising_lint_whole(l.policy, l.agencies, name, err);
}

struct escalation_policy *rules_escalation(const struct rules *rules)
{
	return escalation_policy_ref(rules->escalation);
}
