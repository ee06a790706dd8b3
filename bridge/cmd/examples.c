#include "cmd/examples.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/areas.h"
#include "core/callers.h"
#include "core/classify.h"
#include "core/routing.h"
#include "core/rules.h"
#include "core/table.h"
#include "model/routes.h"

#define FILE_NAME  "examples.tsv"
#define RULES_NAME "rules/judgement.tsv"
#define CALLERS    "rules/callers.tsv"

#define ROUTING    "rules/routing.tsv"
#define WORKING_MS INT64_C(1795575600000) /* a Wednesday morning */

enum { TEXT, DISPOSITION, CATEGORY, AREA };
enum { ROUTED_RULE, ROUTED_TEXT, ROUTED_AREA, ROUTED_AT };

static int compare(const struct table *table, unsigned column, const char *is, struct err *err)
{
	const char *expected = table->cell[column];

	if (expected[0] == '\0' || strcmp(expected, is) == 0)
		return 0;
	return table_error(table, column, err,
			   "\"%.40s\" is expected of \"%.60s\", it is \"%s\"", expected,
			   table->cell[TEXT], is);
}

static int judge_example(const struct rules *rules, const struct table *table, struct err *err)
{
	const char *text = table->cell[TEXT];
	struct location none = {.from = LOCATION_NONE, .accuracy_m = -1}, at;
	struct verdict verdict;

	classify(rules, text, strlen(text), &verdict);
	locate(rules, &none, text, strlen(text), &at);
	if (compare(table, DISPOSITION, disposition_names[verdict.disposition], err) < 0 ||
	    compare(table, CATEGORY, verdict.category, err) < 0)
		return -1;
	return compare(table, AREA, at.area_name, err);
}

/* Whom to tell, and what folder it is in. */
struct listener {
	const char *dir;
	examples_mistake_fn *tell;
	void *ctx;
};

static void tell_mistake(const struct listener *listener, struct err *mistake)
{
	(void)file_error(listener->dir, mistake);
	listener->tell(listener->ctx, mistake);
}

static unsigned judge_text(const struct rules *rules, char *text,
			   const struct listener *listener, unsigned *count_r)
{
	static const char *const columns[] = {"text", "disposition", "category_id", "area",
					      NULL};
	unsigned told = 0;
	struct table table;
	struct err err;
	int more;

	more = table_open(&table, FILE_NAME, text, columns, &err);
	while (more >= 0 && (more = table_next(&table, &err)) > 0) {
		++*count_r;
		if (judge_example(rules, &table, &err) == 0)
			continue;
		tell_mistake(listener, &err);
		told++;
	}
	if (more == 0)
		return told;
	tell_mistake(listener, &err);
	return told + 1;
}

/* The judgement's own examples hold with a model: without one it is not asked. */
static unsigned judge_rules(const struct rules *rules, const char *dir,
			    examples_mistake_fn *tell, void *ctx, unsigned *count_r)
{
	static const char *const columns[] = {"example", "expected", NULL};
	struct table table;
	unsigned told = 0;
	struct err err;
	char *text;
	size_t len;
	int more;

	if (rules_model_version(rules)[0] == '\0')
		return 0;
	if (file_read(dir, RULES_NAME, &text, &len, &err) < 0) {
		tell(ctx, &err);
		return 1;
	}
	more = table_open(&table, RULES_NAME, text, columns, &err);
	while (more >= 0 && (more = table_next(&table, &err)) > 0) {
		struct verdict verdict;

		if (strcmp(table.cell[0], "-") == 0)
			continue;
		++*count_r;
		classify(rules, table.cell[0], strlen(table.cell[0]), &verdict);
		if (strcmp(disposition_names[verdict.disposition], table.cell[1]) == 0)
			continue;
		(void)table_error(&table, 1, &err, "\"%.60s\" is \"%s\"", table.cell[0],
				  disposition_names[verdict.disposition]);
		tell(ctx, &err);
		told++;
	}
	if (more < 0)
		tell(ctx, &err);
	xfree(text);
	return told + (more < 0);
}

static int judge_history(const struct rules *rules, const struct table *table, struct err *err)
{
	struct err why;
	char is[16];
	int order;

	if (callers_try(rules_callers(rules), table->cell[0], &order, &why) < 0)
		return table_error(table, 0, err, "no history: %.120s", why.text);
	snprintf(is, sizeof(is), "%d", order);
	return compare(table, 1, is, err);
}

static unsigned judge_callers(const struct rules *rules, const struct listener *listener,
			      unsigned *count_r)
{
	static const char *const columns[] = {"example", "expected", NULL};
	struct table table;
	unsigned told = 0;
	struct err err;
	char *text;
	size_t len;
	int more;

	if (file_read(listener->dir, CALLERS, &text, &len, &err) < 0) {
		listener->tell(listener->ctx, &err);
		return 1;
	}
	more = table_open(&table, CALLERS, text, columns, &err);
	while (more >= 0 && (more = table_next(&table, &err)) > 0) {
		++*count_r;
		if (judge_history(rules, &table, &err) == 0)
			continue;
		tell_mistake(listener, &err);
		told++;
	}
	if (more < 0)
		tell_mistake(listener, &err);
	xfree(text);
	return told + (more < 0);
}

/* A route's example is decided by its own row: that of the text at that place and time. */
static int judge_route(const struct rules *rules, const struct routes *routes,
		       const struct table *table, struct err *err)
{
	const char *text = table->cell[ROUTED_TEXT], *area = table->cell[ROUTED_AREA];
	struct location at = {.from = LOCATION_NONE, .accuracy_m = -1};
	int64_t at_ms = WORKING_MS;
	struct verdict verdict;
	int place = routes_find_area(routes, area);

	if (area[0] != '\0' && place < 0)
		return table_error(table, ROUTED_AREA, err,
				   "no area \"%.30s\" in areas.geojson", area);
	if (table->cell[ROUTED_AT][0] != '\0' &&
	    clock_parse(table->cell[ROUTED_AT], &at_ms, err) < 0)
		return table_error(table, ROUTED_AT, err,
				   "is not a time such as 2026-11-24T22:00:00+07:00");
	classify(rules, text, strlen(text), &verdict);
	locate(rules, &at, text, strlen(text), &at);
	if (place >= 0) {
		snprintf(at.area, sizeof(at.area), "%s", area);
		at.is_neighbour = routes->area[place].is_outside;
	}
	route(rules, &at, at_ms, &verdict);
	if (strcmp(verdict.route.rule, table->cell[ROUTED_RULE]) == 0)
		return 0;
	return table_error(table, ROUTED_TEXT, err, "\"%.60s\" is %s, and goes by \"%s\" to %s",
			   text, verdict.category, verdict.route.rule, verdict.route.office);
}

/* They hold with a model: without one nothing is learnt. */
static unsigned judge_routes(const struct rules *rules, const struct listener *listener,
			     unsigned *count_r)
{
	static const char *const columns[] = {"rule", "example", "example_area", "example_at",
					      NULL};
	struct routes *routes = rules_routes(rules);
	unsigned told = 0;
	struct table table;
	struct err err;
	char *text;
	size_t len;
	int more;

	if (file_read(listener->dir, ROUTING, &text, &len, &err) < 0) {
		routes_unref(&routes);
		listener->tell(listener->ctx, &err);
		return 1;
	}
	more = table_open(&table, ROUTING, text, columns, &err);
	while (more >= 0 && (more = table_next(&table, &err)) > 0) {
		if (table.cell[ROUTED_TEXT][0] == '\0')
			continue;
		++*count_r;
		if (judge_route(rules, routes, &table, &err) == 0)
			continue;
		tell_mistake(listener, &err);
		told++;
	}
	if (more < 0)
		tell_mistake(listener, &err);
	routes_unref(&routes);
	xfree(text);
	return told + (more < 0);
}

unsigned examples_judge(const struct rules *rules, const char *dir, examples_mistake_fn *tell,
			void *ctx, unsigned *count_r)
{
	const struct listener listener = {.dir = dir, .tell = tell, .ctx = ctx};
	char path[4096], *text;
	struct err err;
	unsigned told;
	size_t len;

	*count_r = 0;
	told = judge_callers(rules, &listener, count_r);
	if (rules_model_version(rules)[0] != '\0')
		told += judge_routes(rules, &listener, count_r);
	snprintf(path, sizeof(path), "%s/" FILE_NAME, dir);
	if (access(path, F_OK) < 0 && errno == ENOENT)
		return told + judge_rules(rules, dir, tell, ctx, count_r);
	if (file_read(dir, FILE_NAME, &text, &len, &err) < 0) {
		tell(ctx, &err);
		return told + 1;
	}
	told += judge_text(rules, text, &listener, count_r);
	xfree(text);
	return told + judge_rules(rules, dir, tell, ctx, count_r);
}
