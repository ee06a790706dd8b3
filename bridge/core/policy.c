#include "core/policy.h"

#include <stdio.h>
#include <string.h>

#include "core/table.h"

#define NEVER 2.0f

enum { RULE, WHEN, SEND, LOOK, OTHERWISE };

static const char *const columns[] = {"rule", "when", "send", "look", "otherwise", NULL};

static const char *const sign_names[SIGNS] = {
	[SIGN_CLEAR] = "clear",     [SIGN_DEEP] = "deep",       [SIGN_ARMED] = "armed",
	[SIGN_LIFE] = "life",       [SIGN_GRAVE] = "grave",     [SIGN_PLEA] = "plea",
	[SIGN_ASIDE] = "aside",     [SIGN_CALLED] = "called",   [SIGN_NOTHING] = "nothing",
	[SIGN_OUTSIDE] = "outside", [SIGN_SILENT] = "silent",   [SIGN_NOISE] = "rules:noise",
	[SIGN_TALK] = "talk",       [SIGN_STRANGE] = "strange", [SIGN_SHORT] = "short",
	[SIGN_BRIEF] = "brief",     [SIGN_CUT] = "cut",         [SIGN_NOW] = "now",
	[SIGN_URGENT] = "urgent",
};

static int read_sign(struct table *table, const char *name, size_t len, uint32_t *bits,
		     struct err *err)
{
	for (int s = 0; s < SIGNS; s++)
		if (strlen(sign_names[s]) == len && memcmp(sign_names[s], name, len) == 0) {
			*bits |= 1u << s;
			return 0;
		}
	return table_error(table, WHEN, err, "no sign \"%.*s\"", (int)(len < 30 ? len : 30),
			   name);
}

/* "grave !talk"; "-" is always. */
static int read_when(struct table *table, struct policy_row *row, struct err *err)
{
	const char *at = table->cell[WHEN];

	if (strcmp(at, "-") == 0)
		return 0;
	while (*at != '\0') {
		size_t len = strcspn(at, " ");
		bool is_not = *at == '!';

		if (read_sign(table, at + is_not, len - is_not,
			      is_not ? &row->must_not : &row->must, err) < 0)
			return -1;
		at += len + strspn(at + len, " ");
	}
	if ((row->must | row->must_not) == 0)
		return table_error(table, WHEN, err, "is empty; - is always");
	return 0;
}

static int read_share(struct table *table, unsigned column, float *share_r, struct err *err)
{
	double value = (double)NEVER;

	if (table->cell[column][0] != '\0' &&
	    table_number(table, column, 0, 1, &value, err) < 0)
		return -1;
	*share_r = (float)value;
	return 0;
}

static int read_otherwise(struct table *table, struct policy_row *row, struct err *err)
{
	for (int d = 0; d < DISPOSITIONS; d++)
		if (strcmp(disposition_names[d], table->cell[OTHERWISE]) == 0) {
			row->otherwise = (enum disposition)d;
			return 0;
		}
	return table_error(table, OTHERWISE, err,
			   "is one of emergency, review, routine, noise");
}

static int read_row(struct table *table, struct policy *policy, struct err *err)
{
	struct policy_row *row = &policy->row[policy->count];

	if (policy->count == POLICY_ROWS_MAX)
		return table_error(table, RULE, err, "more than %d rules", POLICY_ROWS_MAX);
	*row = (struct policy_row){0};
	if (table_text(table, RULE, row->rule, sizeof(row->rule), err) < 0 ||
	    read_when(table, row, err) < 0 || read_share(table, SEND, &row->send, err) < 0 ||
	    read_share(table, LOOK, &row->look, err) < 0)
		return -1;
	for (unsigned i = 0; i < policy->count; i++)
		if ((policy->row[i].must & row->must) == policy->row[i].must &&
		    (policy->row[i].must_not & row->must_not) == policy->row[i].must_not)
			return table_error(table, RULE, err,
					   "never reached: \"%s\" above takes all of it",
					   policy->row[i].rule);
	policy->count++;
	return read_otherwise(table, row, err);
}

int policy_load(struct policy *policy, const char *name, char *text, struct err *err)
{
	struct table table;
	int more;

	policy->count = 0;
	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_row(&table, policy, err) < 0)
			return -1;
	if (more < 0)
		return -1;
	if (policy->count == 0 || policy->row[policy->count - 1].must != 0 ||
	    policy->row[policy->count - 1].must_not != 0)
		return err_set(err, ERR_INVALID,
			       "%s: the last rule has to be for all the rest: when is -", name);
	return 0;
}

const struct policy_row *policy_find(const struct policy *policy, uint32_t signs)
{
	const struct policy_row *row = policy->row;

	while ((signs & row->must) != row->must || (signs & row->must_not) != 0)
		row++;
	return row;
}

enum disposition policy_decide(const struct policy_row *row, float emergency)
{
	if (emergency >= row->send)
		return DISPOSITION_EMERGENCY;
	return emergency >= row->look ? DISPOSITION_REVIEW : row->otherwise;
}
