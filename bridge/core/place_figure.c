#include "core/place_figure.h"

#include <stdio.h>
#include <string.h>

#include "core/areas.h"
#include "core/rules_private.h"
#include "core/table.h"

enum { TEXT, EXPECTED };

static const char *const columns[] = {"text", "expected", NULL};

#define FOUND_SIZE (AREA_NAME_SIZE + 8)

/* As the file would say it. */
static void name_found(const struct rules *rules, const struct location *at,
		       char found_r[FOUND_SIZE])
{
	const struct area *area = areas_coded(&rules->areas, at->area);
	const char *before = "";

	if (area == NULL) {
		snprintf(found_r, FOUND_SIZE, at->state == LOCATION_UNKNOWN ? "-" : "kab.");
		return;
	}
	if (area->level == AREA_KECAMATAN)
		before = "kec. ";
	else if (area->level == AREA_NEIGHBOUR)
		before = "kab. ";
	snprintf(found_r, FOUND_SIZE, "%s%s", before, area->name);
}

static bool is_expected(const char *expected, const char *found)
{
	size_t len = strlen(found);

	for (const char *at = expected; *at != '\0';) {
		size_t n = strcspn(at, ",");

		if (n == len && memcmp(at, found, n) == 0)
			return true;
		at += n + (at[n] == ',');
	}
	return false;
}

static bool judge(const struct rules *rules, const struct table *table,
		  struct place_figure *figure, char found_r[FOUND_SIZE])
{
	const char *text = table->cell[TEXT], *expected = table->cell[EXPECTED];
	struct location at = {.from = LOCATION_NONE, .accuracy_m = -1};
	bool is_nowhere = strcmp(expected, "-") == 0, is_right;

	locate(rules, &at, text, strlen(text), &at);
	name_found(rules, &at, found_r);
	is_right = is_expected(expected, found_r);
	figure->nowhere += is_nowhere;
	figure->invented += is_nowhere && !is_right;
	figure->places += !is_nowhere;
	figure->right += !is_nowhere && is_right;
	return is_right;
}

int place_figure_take(const struct rules *rules, const char *name, char *text,
		      place_miss_fn *tell, void *ctx, struct place_figure *figure_r,
		      struct err *err)
{
	char found[FOUND_SIZE];
	struct table table;
	int more;

	*figure_r = (struct place_figure){0};
	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (!judge(rules, &table, figure_r, found) && tell != NULL)
			tell(ctx, table.line, table.cell[TEXT], table.cell[EXPECTED], found);
	return more;
}
