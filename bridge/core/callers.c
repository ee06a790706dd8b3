#include "core/callers.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/table.h"

enum { WHAT, POINTS, HALF_LIFE, PER_DAY };

static const char *const columns[] = {"what", "points", "half_life_days", "per_day", NULL};

/* Beside the signs: a threshold has a value and nothing else. */
static const struct {
	const char *name;
	size_t at;
	int max;
} thresholds[] = {
	{"least", offsetof(struct caller_policy, least), CALLER_SCORE},
	{"raised_minutes", offsetof(struct caller_policy, raised_minutes), 7 * 24 * 60},
	{"urgent_minutes", offsetof(struct caller_policy, urgent_minutes), 7 * 24 * 60},
};

#define THRESHOLDS (sizeof(thresholds) / sizeof(thresholds[0]))

struct loader {
	struct table table;
	struct caller_policy *policy;
	unsigned seen; /* bits: the signs, then the thresholds */
	struct err *err;
};

static int find_sign(const char *name, size_t len)
{
	for (int sign = 0; sign < CALLER_SIGNS; sign++)
		if (strlen(caller_sign_names[sign]) == len &&
		    memcmp(caller_sign_names[sign], name, len) == 0)
			return sign;
	return -1;
}

static int read_number(struct loader *l, unsigned column, int min, int max, int *value_r)
{
	double value;

	if (table_number(&l->table, column, min, max, &value, l->err) < 0)
		return -1;
	*value_r = (int)value;
	return 0;
}

static int read_sign(struct loader *l, int sign)
{
	int least = sign == CALLER_REAL ? -CALLER_SCORE : 0;
	int most = sign == CALLER_REAL ? 0 : CALLER_SCORE;

	if (read_number(l, POINTS, least, most, &l->policy->sign[sign].points) < 0 ||
	    read_number(l, HALF_LIFE, 1, 3650, &l->policy->sign[sign].half_life_days) < 0)
		return -1;
	return read_number(l, PER_DAY, 1, 100, &l->policy->sign[sign].per_day);
}

static int read_threshold(struct loader *l, size_t i)
{
	char *at = (char *)l->policy + thresholds[i].at;

	if (strcmp(l->table.cell[HALF_LIFE], "-") != 0 ||
	    strcmp(l->table.cell[PER_DAY], "-") != 0)
		return table_error(&l->table, HALF_LIFE, l->err, "is - of a threshold");
	return read_number(l, POINTS, 0, thresholds[i].max, (int *)(void *)at);
}

static int read_row(struct loader *l)
{
	const char *what = l->table.cell[WHAT];
	int sign = find_sign(what, strlen(what));
	size_t i = 0;
	unsigned bit;

	while (sign < 0 && i < THRESHOLDS && strcmp(thresholds[i].name, what) != 0)
		i++;
	if (i == THRESHOLDS)
		return table_error(&l->table, WHAT, l->err, "nothing is called \"%.30s\"",
				   what);
	bit = 1u << (sign >= 0 ? (unsigned)sign : CALLER_SIGNS + (unsigned)i);
	if ((l->seen & bit) != 0)
		return table_error(&l->table, WHAT, l->err, "\"%.30s\" is there twice", what);
	l->seen |= bit;
	return sign >= 0 ? read_sign(l, sign) : read_threshold(l, i);
}

int callers_load(struct caller_policy *policy, const char *name, char *text, struct err *err)
{
	struct loader l = {.policy = policy, .err = err};
	int more;

	*policy = (struct caller_policy){0};
	if (table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&l.table, err)) > 0)
		if (read_row(&l) < 0)
			return -1;
	if (more == 0 && l.seen != (1u << (CALLER_SIGNS + THRESHOLDS)) - 1)
		return err_set(err, ERR_INVALID,
			       "%s: needs a row for each sign and each threshold", name);
	return more;
}

/* ---- Examples. ---- */

#define NOW_MS (20000 * CALLER_DAY_MS)

/* "prank:2@10" */
static int add_past(struct caller *caller, const char *word, size_t len, struct err *err)
{
	const char *colon = memchr(word, ':', len), *at = memchr(word, '@', len);
	int sign = colon != NULL ? find_sign(word, (size_t)(colon - word)) : -1;
	long n, days;

	if (sign < 0 || at == NULL || at < colon)
		return err_set(err, ERR_INVALID, "\"%.*s\" is not as prank:2@10",
			       (int)(len < 40 ? len : 40), word);
	n = strtol(colon + 1, NULL, 10);
	days = strtol(at + 1, NULL, 10);
	if (n < 1 || n > 1000 || days < 0 || days > 3650)
		return err_set(err, ERR_INVALID, "\"%.*s\" has impossible numbers",
			       (int)(len < 40 ? len : 40), word);
	for (long i = 0; i < n; i++)
		caller_add(caller, (enum caller_sign)sign, NOW_MS - days * CALLER_DAY_MS);
	return 0;
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

int callers_try(const struct caller_policy *policy, const char *history, int *order_r,
		struct err *err)
{
	struct verdict verdict = {.disposition = DISPOSITION_REVIEW, .priority = 3};
	struct caller caller;
	bool is_quiet = false;

	caller_begin(&caller, "");
	for (const char *at = history; *at != '\0';) {
		size_t len = strcspn(at, " ");

		if (is_word(at, len, "quiet"))
			is_quiet = true;
		else if (is_word(at, len, "grave"))
			verdict.is_grave = true;
		else if (add_past(&caller, at, len, err) < 0)
			return -1;
		at += len + strspn(at + len, " ");
	}
	caller.quiet_ms = is_quiet ? NOW_MS : 0;
	*order_r = caller_order_report(&caller, policy, &verdict, NOW_MS);
	return 0;
}
