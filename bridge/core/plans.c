#include "core/plans.h"

#include <string.h>

#include "core/rules_private.h"
#include "core/table.h"

enum { PLAN, TYPE, PRIORITY, LEVEL, SEND };

static const char *const columns[] = {"plan", "type", "priority", "level", "send", NULL};

struct loader {
	struct table table;
	struct rules *rules;
	struct err *err;
};

typedef int read_word_fn(struct loader *l, struct plan *plan, const char *word, size_t len);

/* "a,b": each by itself. */
static int read_list(struct loader *l, unsigned column, struct plan *plan, read_word_fn *read)
{
	const char *end;

	for (const char *at = l->table.cell[column];; at = end + 1) {
		end = strchrnul(at, ',');
		if (read(l, plan, at, (size_t)(end - at)) < 0)
			return -1;
		if (*end == '\0')
			return 0;
	}
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

/* ---- What a row is for. ---- */

/* A category, or a group of them. */
static int read_type(struct loader *l, struct plan *plan, const char *word, size_t len)
{
	bool is_known = false;

	for (unsigned i = 0; i < l->rules->category_count; i++)
		if (is_word(word, len, l->rules->category[i].id) ||
		    is_word(word, len, l->rules->category[i].group)) {
			plan->types[i / 64] |= UINT64_C(1) << i % 64;
			is_known = true;
		}
	if (is_known)
		return 0;
	return table_error(&l->table, TYPE, l->err,
			   "no category or group \"%.*s\" in taxonomy.tsv",
			   (int)(len < 40 ? len : 40), word);
}

static int read_priority(struct loader *l, struct plan *plan, const char *word, size_t len)
{
	if (is_word(word, len, "-")) {
		plan->priorities = 0x1e;
		return 0;
	}
	if (len != 1 || word[0] < '1' || word[0] > '4')
		return table_error(&l->table, PRIORITY, l->err,
				   "is -, or some of 1 … 4 with a comma between");
	plan->priorities |= 1u << (word[0] - '0');
	return 0;
}

static int read_level(struct loader *l, struct plan *plan)
{
	double level;

	if (table_number(&l->table, LEVEL, 1, PLAN_LEVELS, &level, l->err) < 0)
		return -1;
	plan->level = (int)level;
	return 0;
}

/* ---- What it sends. ---- */

static int refuse_need(struct loader *l, const char *word, size_t len, const char *what)
{
	return table_error(&l->table, SEND, l->err, "\"%.*s\": %s", (int)(len < 60 ? len : 60),
			   word, what);
}

/* Takes what stands before the first of those ends, and says how long that is; 0: nothing, or
 * too much. */
static size_t take(const char *at, size_t left, const char *ends, char *text_r, size_t size)
{
	size_t len = 0;

	while (len < left && strchr(ends, at[len]) == NULL)
		len++;
	if (len == 0 || len >= size)
		return 0;
	memcpy(text_r, at, len);
	text_r[len] = '\0';
	return len;
}

/* "engine|rescue": how long it is; 0: it is wrong. */
static size_t read_kinds(struct plan_need *need, const char *at, size_t left)
{
	size_t done = 0, len;

	for (;;) {
		if (need->kind_count == PLAN_KINDS_MAX)
			return 0;
		len = take(at + done, left - done, "|+:", need->kind[need->kind_count],
			   UNIT_KIND_SIZE);
		if (len == 0)
			return 0;
		need->kind_count++;
		done += len;
		if (done == left || at[done] != '|')
			return done;
		done++;
	}
}

/* ":2" */
static bool read_count(struct plan_need *need, const char *at, size_t left)
{
	if (left < 2 || left > 3 || at[0] != ':')
		return false;
	for (size_t i = 1; i < left; i++) {
		if (at[i] < '0' || at[i] > '9')
			return false;
		need->count = need->count * 10 + at[i] - '0';
	}
	return need->count >= 1 && need->count <= PLAN_COUNT_MAX;
}

static bool cut_need(struct plan_need *need, char agency_r[AGENCY_ID_SIZE], const char *word,
		     size_t len)
{
	size_t at = take(word, len, "/", agency_r, AGENCY_ID_SIZE), part;

	if (at == 0 || at == len)
		return false;
	at++;
	part = read_kinds(need, word + at, len - at);
	if (part == 0)
		return false;
	at += part;
	if (at < len && word[at] == '+') {
		at++;
		part = take(word + at, len - at, ":", need->capability, CAPABILITY_SIZE);
		if (part == 0)
			return false;
		at += part;
	}
	return read_count(need, word + at, len - at);
}

static int read_need(struct loader *l, struct plan *plan, const char *word, size_t len)
{
	struct plan_need *need = &plan->need[plan->need_count];
	char agency[AGENCY_ID_SIZE];
	int found;

	if (plan->need_count == PLAN_NEEDS_MAX)
		return refuse_need(l, word, len, "is one kind too many: 8 at most");
	*need = (struct plan_need){0};
	if (!cut_need(need, agency, word, len))
		return refuse_need(l, word, len,
				   "is not as fire/engine:2 or fire/engine|rescue+animals:1");
	found = agency_find(&l->rules->agencies, agency, strlen(agency));
	if (found < 0)
		return refuse_need(l, word, len, "no such agency in agencies.tsv");
	need->agency = (unsigned)found;
	plan->need_count++;
	return 0;
}

/* ---- The table. ---- */

static int check_name(struct loader *l, const struct plan *plan)
{
	for (unsigned i = 0; i < l->rules->plans.count; i++)
		if (strcmp(l->rules->plans.row[i].name, plan->name) == 0)
			return table_error(&l->table, PLAN, l->err,
					   "\"%s\" is the name of line %u", plan->name,
					   l->rules->plans.row[i].line);
	return 0;
}

static int read_row(struct loader *l)
{
	struct plans *plans = &l->rules->plans;
	struct plan *plan = &plans->row[plans->count];

	if (plans->count == PLANS_MAX)
		return table_error(&l->table, PLAN, l->err, "more than %d plans", PLANS_MAX);
	*plan = (struct plan){.line = l->table.line};
	if (table_text(&l->table, PLAN, plan->name, sizeof(plan->name), l->err) < 0 ||
	    check_name(l, plan) < 0 || read_list(l, TYPE, plan, read_type) < 0 ||
	    read_list(l, PRIORITY, plan, read_priority) < 0 || read_level(l, plan) < 0 ||
	    read_list(l, SEND, plan, read_need) < 0)
		return -1;
	plans->count++;
	return plans_lint_row(l->rules, &l->table, l->err);
}

int plans_load(struct rules *rules, const char *name, char *text, struct err *err)
{
	struct loader l = {.rules = rules, .err = err};
	int more;

	if (table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&l.table, err)) > 0)
		if (read_row(&l) < 0)
			return -1;
	return more < 0 ? -1 : plans_lint(rules, name, err);
}

/* ---- Asking. ---- */

bool plan_holds(const struct plan *plan, int category, int priority)
{
	return category >= 0 && (plan->types[category / 64] >> category % 64 & 1) != 0 &&
	       (plan->priorities >> priority & 1) != 0;
}

const struct plan *plans_find(const struct plans *plans, int category, int priority, int level)
{
	for (; level > 0; level--)
		for (unsigned i = 0; i < plans->count; i++)
			if (plans->row[i].level == level &&
			    plan_holds(&plans->row[i], category, priority))
				return &plans->row[i];
	return NULL;
}

bool need_is_kind(const struct plan_need *need, const struct unit *unit)
{
	if (need->agency != unit->agency)
		return false;
	for (unsigned i = 0; i < need->kind_count; i++)
		if (strcmp(need->kind[i], unit->kind) == 0)
			return true;
	return false;
}

bool need_fits(const struct plan_need *need, const struct unit *unit)
{
	return need_is_kind(need, unit) && unit_can(unit, need->capability);
}
