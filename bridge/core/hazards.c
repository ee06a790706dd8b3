#include "core/hazards.h"

#include <string.h>

#include "core/table.h"
#include "model/hazard.h"

enum { CATEGORY, HAZARD };

static int read_row(struct rules *rules, struct table *table, struct err *err)
{
	int category = rules_category_index(rules, table->cell[CATEGORY]);
	int hazard = hazard_find(table->cell[HAZARD]);
	hazard_set *set;

	if (category < 0)
		return table_error(table, CATEGORY, err,
				   "no category \"%.40s\" in taxonomy.tsv",
				   table->cell[CATEGORY]);
	if (hazard < 0)
		return table_error(table, HAZARD, err,
				   "is gas, chemicals, weapons, aggression or live_wires");
	set = &rules->category[category].hazards;
	if (*set >> hazard & 1)
		return table_error(table, HAZARD, err, "is there twice");
	*set |= (hazard_set)(1u << hazard);
	return 0;
}

int hazards_load(struct rules *rules, const char *name, char *text, struct err *err)
{
	static const char *const columns[] = {"category", "hazard", NULL};
	struct table table;
	int more;

	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_row(rules, &table, err) < 0)
			return -1;
	return more;
}
