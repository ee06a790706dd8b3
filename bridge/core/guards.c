#include "core/guards.h"

#include <string.h>

#include "core/table.h"

enum { GUARD, RULE };

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int read_row(struct table *table, struct guards *guards, unsigned *seen, struct err *err)
{
	int guard = find(guard_names, GUARDS, table->cell[GUARD]);
	int rule = find(guard_rule_names, GUARD_RULES, table->cell[RULE]);

	if (guard < 0)
		return table_error(table, GUARD, err,
				   "is off_duty, out_of_service, logged_out, busy, "
				   "in_exercise or crew_out");
	if (rule < 0)
		return table_error(table, RULE, err, "is blocked, warn or free");
	if ((*seen >> guard & 1) != 0)
		return table_error(table, GUARD, err, "is there twice");
	if (guard_is_fixed((enum guard)guard) && rule != GUARD_BLOCKED)
		return table_error(table, RULE, err,
				   "must be blocked: who is %s does not hear it",
				   guard_names[guard]);
	*seen |= 1u << guard;
	guards->rule[guard] = (enum guard_rule)rule;
	return 0;
}

int guards_load(struct guards *guards_r, const char *name, char *text, struct err *err)
{
	static const char *const columns[] = {"guard", "rule", NULL};
	struct guards guards = {.rule = {0}};
	struct table table;
	unsigned seen = 0;
	int more;

	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_row(&table, &guards, &seen, err) < 0)
			return -1;
	if (more < 0)
		return -1;
	for (int i = 0; i < GUARDS; i++)
		if ((seen >> i & 1) == 0)
			return err_set(err, ERR_INVALID, "%s: says nothing of %s", name,
				       guard_names[i]);
	*guards_r = guards;
	return 0;
}
