#include "cmd/examples.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cmd/situation.h"
#include "core/areas.h"
#include "core/callers.h"
#include "core/classify.h"
#include "core/rising.h"
#include "core/routing.h"
#include "core/rules.h"
#include "core/table.h"
#include "model/routes.h"

#define WORKING_MS INT64_C(1795575600000) /* a Wednesday morning */

enum { TEXT, DISPOSITION, CATEGORY, AREA };
enum { RULED_TEXT, RULED_AS };
enum { HISTORY, ORDER };
enum { PLANNED_TEXT, PLANNED_PLAN, PLANNED_LEVEL, PLANNED_UNITS };
enum { RISEN, RISEN_RULE, RISEN_KIND, RISEN_AT };
enum { ROUTED_TEXT, ROUTED_RULE, ROUTED_AREA, ROUTED_AT };

/* Of one row. */
enum found { FITS, FITS_NOT, IS_NONE };

typedef enum found judge_fn(const struct rules *rules, const struct table *table,
			    struct err *err);

static enum found compare(const struct table *table, unsigned column, const char *is,
			  struct err *err)
{
	const char *expected = table->cell[column];

	if (expected[0] == '\0' || strcmp(expected, is) == 0)
		return FITS;
	(void)table_error(table, column, err,
			  "\"%.40s\" is expected of \"%.60s\", it is \"%s\"", expected,
			  table->cell[0], is);
	return FITS_NOT;
}

static enum found judge_text(const struct rules *rules, const struct table *table,
			     struct err *err)
{
	const char *text = table->cell[TEXT];
	struct location none = {.from = LOCATION_NONE, .accuracy_m = -1}, at;
	struct verdict verdict;

	classify(rules, text, strlen(text), &verdict);
	locate(rules, &none, text, strlen(text), &at);
	if (compare(table, DISPOSITION, disposition_names[verdict.disposition], err) != FITS ||
	    compare(table, CATEGORY, verdict.category, err) != FITS)
		return FITS_NOT;
	return compare(table, AREA, at.area_name, err);
}

static enum found judge_ruled(const struct rules *rules, const struct table *table,
			      struct err *err)
{
	const char *text = table->cell[RULED_TEXT];
	struct verdict verdict;

	if (strcmp(text, "-") == 0)
		return IS_NONE;
	classify(rules, text, strlen(text), &verdict);
	return compare(table, RULED_AS, disposition_names[verdict.disposition], err);
}

static enum found judge_history(const struct rules *rules, const struct table *table,
				struct err *err)
{
	struct err why;
	char is[16];
	int order;

	if (callers_try(rules_callers(rules), table->cell[HISTORY], &order, &why) < 0) {
		(void)table_error(table, HISTORY, err, "no history: %.120s", why.text);
		return FITS_NOT;
	}
	snprintf(is, sizeof(is), "%d", order);
	return compare(table, ORDER, is, err);
}

/* When the text is said to come in, and where: else where it says itself. */
static int read_circumstances(const struct routes *routes, const struct table *table,
			      struct location *at, int64_t *at_ms_r, struct err *err)
{
	const char *area = table->cell[ROUTED_AREA], *when = table->cell[ROUTED_AT];
	int place = routes_find_area(routes, area);

	if (area[0] != '\0' && place < 0)
		return table_error(table, ROUTED_AREA, err,
				   "no area \"%.30s\" in areas.geojson", area);
	*at_ms_r = WORKING_MS;
	if (when[0] != '\0' && clock_parse(when, at_ms_r, err) < 0)
		return table_error(table, ROUTED_AT, err,
				   "is not a time such as 2026-11-24T22:00:00+07:00");
	if (place >= 0) {
		snprintf(at->area, sizeof(at->area), "%s", area);
		at->is_neighbour = routes->area[place].is_outside;
	}
	return 0;
}

/* A route's example is decided by its own row: that of the text at that place and time. */
static enum found judge_routed(const struct rules *rules, const struct table *table,
			       struct err *err)
{
	const char *text = table->cell[ROUTED_TEXT];
	struct location none = {.from = LOCATION_NONE, .accuracy_m = -1}, at;
	struct routes *routes;
	struct verdict verdict;
	int64_t at_ms;
	int status;

	if (text[0] == '\0')
		return IS_NONE;
	locate(rules, &none, text, strlen(text), &at);
	routes = rules_routes(rules);
	status = read_circumstances(routes, table, &at, &at_ms, err);
	routes_unref(&routes);
	if (status < 0)
		return FITS_NOT;
	classify(rules, text, strlen(text), &verdict);
	route(rules, &at, at_ms, &verdict);
	if (strcmp(verdict.route.rule, table->cell[ROUTED_RULE]) == 0)
		return FITS;
	(void)table_error(table, ROUTED_TEXT, err, "\"%.60s\" is %s, and goes by \"%s\" to %s",
			  text, verdict.category, verdict.route.rule, verdict.route.office);
	return FITS_NOT;
}

/* "DMK-01,AMB-02": who goes, in the order of the needs. */
static void list_sent(const struct recommendation *recommendation, char *text_r, size_t size)
{
	size_t len = 0;

	text_r[0] = '\0';
	for (unsigned i = 0; i < recommendation->sent_count && len < size; i++) {
		const struct recommend_choice *choice =
			&recommendation->choice[recommendation->sent[i]];

		len += (size_t)snprintf(text_r + len, size - len, "%s%s", i > 0 ? "," : "",
					choice->unit->unit->id);
	}
}

static enum found compare_plan(const struct recommendation *recommendation,
			       const struct table *table, struct err *err)
{
	const char *name = recommendation->plan != NULL ? recommendation->plan->name : "-";
	const char *expected = table->cell[PLANNED_UNITS];
	char sent[512];

	if (strcmp(name, table->cell[PLANNED_PLAN]) != 0) {
		(void)table_error(table, PLANNED_TEXT, err, "\"%.60s\" goes by \"%s\"",
				  table->cell[PLANNED_TEXT], name);
		return FITS_NOT;
	}
	list_sent(recommendation, sent, sizeof(sent));
	if (strcmp(expected, sent) == 0)
		return FITS;
	(void)table_error(table, PLANNED_UNITS, err, "\"%.80s\" is expected, \"%.80s\" go",
			  expected, sent);
	return FITS_NOT;
}

/* A plan's example is a text that goes by its own row, with all units free at home. */
static enum found judge_planned(const struct rules *rules, const struct table *table,
				struct err *err)
{
	const struct roster nothing = {0};
	struct recommend_unit *units = units_at_home(rules, &nothing, 0);
	struct recommendation recommendation;
	struct recommend_situation situation;
	enum found found;

	situation_of_text(rules, table->cell[PLANNED_TEXT], &situation);
	situation.level = table->cell[PLANNED_LEVEL][0] - '0';
	situation.unit = units;
	situation.unit_count = rules_unit_count(rules);
	recommend(rules, &situation, &recommendation);
	found = compare_plan(&recommendation, table, err);
	recommendation_fini(&recommendation);
	xfree(units);
	return found;
}

/* "fire 1": an agency and a priority. */
static int read_wait(const struct rules *rules, const struct table *table, unsigned *agency_r,
		     int *priority_r, struct err *err)
{
	const char *example = table->cell[RISEN], *blank = strchrnul(example, ' ');
	int agency = agency_find(rules_agencies(rules), example, (size_t)(blank - example));

	if (agency < 0 || blank[0] == '\0' || blank[1] < '1' || blank[1] > '4' ||
	    blank[2] != '\0')
		return table_error(table, RISEN, err,
				   "\"%.40s\" is not an agency and a priority such as fire 1",
				   example);
	*agency_r = (unsigned)agency;
	*priority_r = blank[1] - '0';
	return 0;
}

static const char *rule_of_wait(const struct rules *rules, const char *kind, unsigned agency,
				int priority, int64_t at_ms)
{
	struct escalation_policy *policy = rules_escalation(rules);
	const struct escalation_row *row = NULL;

	for (int i = WAIT_NONE + 1; i < WAIT_KINDS; i++)
		if (strcmp(wait_kind_names[i], kind) == 0)
			row = escalation_find(policy, (enum wait_kind)i, agency, priority,
					      at_ms);
	escalation_policy_unref(&policy); /* the rules have theirs */
	return row != NULL ? row->rule : "none";
}

/* What waits then rises by its own row. */
static enum found judge_risen(const struct rules *rules, const struct table *table,
			      struct err *err)
{
	const char *when = table->cell[RISEN_AT], *rule;
	int64_t at_ms = WORKING_MS;
	unsigned agency = 0;
	int priority = 0;

	if (read_wait(rules, table, &agency, &priority, err) < 0)
		return FITS_NOT;
	if (when[0] != '\0' && clock_parse(when, &at_ms, err) < 0) {
		(void)table_error(table, RISEN_AT, err,
				  "is not a time such as 2026-11-24T22:00:00+07:00");
		return FITS_NOT;
	}
	rule = rule_of_wait(rules, table->cell[RISEN_KIND], agency, priority, at_ms);
	if (strcmp(rule, table->cell[RISEN_RULE]) == 0)
		return FITS;
	(void)table_error(table, RISEN, err, "\"%.40s\" goes by \"%s\"", table->cell[RISEN],
			  rule);
	return FITS_NOT;
}

/* The tables that carry examples. */
static const struct example_table {
	const char *file;
	const char *columns[5]; /* as the judge names them; NULL at the end */
	judge_fn *judge;
	bool needs_model; /* without one nothing is learnt, and they are not asked */
	bool may_be_absent;
} tables[] = {
	{"rules/callers.tsv", {"example", "expected"}, judge_history, false, false},
	{"rules/routing.tsv",
	 {"example", "rule", "example_area", "example_at"},
	 judge_routed,
	 true,
	 false},
	{"rules/plans.tsv",
	 {"example", "plan", "level", "expected"},
	 judge_planned,
	 true,
	 false},
	{"rules/escalation.tsv",
	 {"example", "rule", "kind", "example_at"},
	 judge_risen,
	 false,
	 false},
	{"examples.tsv",
	 {"text", "disposition", "category_id", "area"},
	 judge_text,
	 false,
	 true},
	{"rules/judgement.tsv", {"example", "expected"}, judge_ruled, true, false},
};

/* Whom to tell, and what folder it is in. */
struct listener {
	const char *dir;
	examples_mistake_fn *tell;
	void *ctx;
	unsigned count, told;
};

static void tell_mistake(struct listener *listener, struct err *mistake)
{
	(void)file_error(listener->dir, mistake);
	listener->tell(listener->ctx, mistake);
	listener->told++;
}

static void judge_rows(const struct rules *rules, const struct example_table *examples,
		       char *text, struct listener *listener)
{
	struct table table;
	struct err err;
	int more = table_open(&table, examples->file, text, examples->columns, &err);

	while (more >= 0 && (more = table_next(&table, &err)) > 0) {
		enum found found = examples->judge(rules, &table, &err);

		listener->count += found != IS_NONE;
		if (found == FITS_NOT)
			tell_mistake(listener, &err);
	}
	if (more < 0)
		tell_mistake(listener, &err);
}

static bool is_absent(const char *dir, const char *file)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return access(path, F_OK) < 0 && errno == ENOENT;
}

static void judge_table(const struct rules *rules, const struct example_table *examples,
			struct listener *listener)
{
	struct err err;
	char *text;
	size_t len;

	if (examples->needs_model && rules_model_version(rules)[0] == '\0')
		return;
	if (examples->may_be_absent && is_absent(listener->dir, examples->file))
		return;
	if (file_read(listener->dir, examples->file, &text, &len, &err) < 0) {
		listener->tell(listener->ctx, &err); /* it names the folder */
		listener->told++;
		return;
	}
	judge_rows(rules, examples, text, listener);
	xfree(text);
}

unsigned examples_judge(const struct rules *rules, const char *dir, examples_mistake_fn *tell,
			void *ctx, unsigned *count_r)
{
	struct listener listener = {.dir = dir, .tell = tell, .ctx = ctx};

	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		judge_table(rules, &tables[i], &listener);
	*count_r = listener.count;
	return listener.told;
}
