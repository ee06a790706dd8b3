#include "core/rest.h"

#include <string.h>

#include "core/table.h"

#define MINUTE_MS   INT64_C(60000)
#define MINUTES_MAX (7 * 24 * 60)

enum { MEASURE, MINUTES };
enum { ON_DUTY, AT_WORK, MEASURES };

static const char *const measure_names[MEASURES] = {
	[ON_DUTY] = "on_duty",
	[AT_WORK] = "at_work",
};

/* "-": that does not count. */
static int read_limit(struct table *table, int64_t *limit_r, struct err *err)
{
	double minutes;

	*limit_r = INT64_MAX;
	if (strcmp(table->cell[MINUTES], "-") == 0)
		return 0;
	if (table_number(table, MINUTES, 1, MINUTES_MAX, &minutes, err) < 0)
		return -1;
	*limit_r = (int64_t)minutes * MINUTE_MS;
	return 0;
}

static int read_row(struct table *table, int64_t limits[MEASURES], struct err *err)
{
	for (int i = 0; i < MEASURES; i++) {
		if (strcmp(measure_names[i], table->cell[MEASURE]) != 0)
			continue;
		if (limits[i] != 0)
			return table_error(table, MEASURE, err, "is there twice");
		return read_limit(table, &limits[i], err);
	}
	return table_error(table, MEASURE, err, "is on_duty or at_work");
}

int rest_load(struct rest *rest_r, const char *name, char *text, struct err *err)
{
	static const char *const columns[] = {"measure", "minutes", NULL};
	int64_t limits[MEASURES] = {0};
	struct table table;
	int more;

	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (read_row(&table, limits, err) < 0)
			return -1;
	for (int i = 0; more == 0 && i < MEASURES; i++)
		if (limits[i] == 0)
			return err_set(err, ERR_INVALID, "%s: says nothing of %s", name,
				       measure_names[i]);
	*rest_r = (struct rest){.duty_ms = limits[ON_DUTY], .work_ms = limits[AT_WORK]};
	return more;
}
