/* route: why a text goes where it goes; asks the table of a city without sending anything. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/plain.h"
#include "core/areas.h"
#include "core/classify.h"
#include "core/routing.h"
#include "core/rules.h"
#include "model/routes.h"

struct wish {
	const char *config, *at, *area, *lat, *lon, *category;
};

struct asked {
	const char *text;
	struct location location;
	struct verdict verdict;
	struct route learnt; /* before a row has decided */
	int64_t at_ms;
};

/* ---- What is asked. ---- */

static int read_point(const struct wish *wish, struct location *location, struct err *err)
{
	json_auto_t *point = NULL;

	if ((wish->lat == NULL) != (wish->lon == NULL))
		return err_set(err, ERR_INVALID, "--lat and --lon belong together");
	if (wish->lat == NULL)
		return 0;
	point = json_pack("{s:f,s:f}", "lat", strtod(wish->lat, NULL), "lon",
			  strtod(wish->lon, NULL));
	if (point == NULL || location_read(point, location, err) < 0)
		return err_set(err, ERR_INVALID, "--lat, --lon: are degrees");
	return 0;
}

static int take_area(const struct routes *routes, const char *code, struct location *location,
		     struct err *err)
{
	int area = routes_find_area(routes, code);

	if (area < 0)
		return err_set(err, ERR_INVALID, "--area: no area \"%.30s\" in areas.geojson",
			       code);
	*location = (struct location){.from = LOCATION_TEXT,
				      .state = LOCATION_AREA,
				      .accuracy_m = -1,
				      .is_neighbour = routes->area[area].is_outside};
	memcpy(location->area, routes->area[area].code, AREA_SIZE);
	memcpy(location->area_name, routes->area[area].name, AREA_NAME_SIZE);
	return 0;
}

/* As a person who reclassifies would say it. */
static int take_category(const struct rules *rules, const char *id, struct verdict *verdict,
			 struct err *err)
{
	if (!rules_has_category(rules, id))
		return err_set(err, ERR_INVALID,
			       "--category: no category \"%.40s\" in "
			       "taxonomy.tsv",
			       id);
	snprintf(verdict->category, sizeof(verdict->category), "%s", id);
	verdict->route.learnt_count = 0;
	return 0;
}

static int ask(const struct rules *rules, const struct routes *routes, const struct wish *wish,
	       struct asked *asked, struct err *err)
{
	struct location in = {.from = LOCATION_NONE, .accuracy_m = -1};
	size_t len = strlen(asked->text);

	asked->at_ms = clock_system.wall_ms(&clock_system);
	if (wish->at != NULL && clock_parse(wish->at, &asked->at_ms, err) < 0)
		return err_wrap(err, "--at");
	if (read_point(wish, &in, err) < 0)
		return -1;
	classify(rules, asked->text, len, &asked->verdict);
	locate(rules, &in, asked->text, len, &asked->location);
	if (wish->area != NULL && take_area(routes, wish->area, &asked->location, err) < 0)
		return -1;
	if (wish->category != NULL &&
	    take_category(rules, wish->category, &asked->verdict, err) < 0)
		return -1;
	asked->learnt = asked->verdict.route;
	route(rules, &asked->location, asked->at_ms, &asked->verdict);
	return 0;
}

/* ---- What is told. ---- */

static void tell_time(const struct routes *routes, const struct asked *asked,
		      const struct route_key *key)
{
	time_t local = (time_t)(asked->at_ms / 1000 + routes->utc_offset_min * 60);
	char text[40];
	struct tm tm;

	gmtime_r(&local, &tm);
	(void)strftime(text, sizeof(text), "%a %Y-%m-%d %H:%M", &tm);
	printf("when:   %s%s\n", text, key->is_holiday ? ", a holiday" : "");
}

static void tell_learnt(const struct route *learnt)
{
	fputs("learnt: ", stdout);
	for (unsigned i = 0; i < learnt->learnt_count; i++)
		printf("%s%s .%02d", i > 0 ? ", " : "", learnt->learnt[i].office,
		       learnt->learnt[i].share_pct % 100);
	puts(learnt->learnt_count == 0 ? "-" : "");
}

static void tell_question(const struct routes *routes, const struct asked *asked,
			  const struct route_key *key)
{
	const struct location *at = &asked->location;

	fputs("text:   ", stdout);
	plain_print(stdout, asked->text);
	printf("\nwhat:   %s, %s\n", disposition_names[asked->verdict.disposition],
	       asked->verdict.category);
	printf("where:  %s %s%s\n", at->area[0] != '\0' ? at->area : "unknown", at->area_name,
	       at->is_neighbour ? " (outside)" : "");
	tell_time(routes, asked, key);
	tell_learnt(&asked->learnt);
}

static const char *answer_of(const struct routes *routes, const struct route_row *row)
{
	if (row->office == ROUTE_LEARNT)
		return "learnt";
	return row->office == ROUTE_OF_CATEGORY ? "category" : routes->office[row->office].id;
}

static const char *mark(unsigned holds, unsigned condition)
{
	return (holds & condition) != 0 ? "yes" : "no";
}

/* True: it decides. */
static bool tell_row(const struct routes *routes, const struct route_row *row,
		     const struct route_key *key)
{
	unsigned holds = route_row_holds(row, key);

	printf("%c %4u  %-16s %-4s %-5s %-4s %-6s %s\n", holds == ROUTE_ALL ? '>' : ' ',
	       row->line, row->rule, mark(holds, ROUTE_TYPE), mark(holds, ROUTE_PLACE),
	       mark(holds, ROUTE_TIME),
	       row->office == ROUTE_LEARNT ? mark(holds, ROUTE_SHARE) : "-",
	       answer_of(routes, row));
	if (holds == ROUTE_ALL)
		printf("        because %s\n", row->why);
	return holds == ROUTE_ALL;
}

static void tell(const struct routes *routes, const struct asked *asked)
{
	const struct route_question question = {.category = asked->verdict.category,
						.disposition = asked->verdict.disposition,
						.location = &asked->location,
						.at_ms = asked->at_ms};
	const struct route *route = &asked->verdict.route;
	struct route_key key;
	unsigned i = 0;

	routes_key(routes, &question, &asked->learnt, &key);
	tell_question(routes, asked, &key);
	if (question.disposition == DISPOSITION_NOISE) {
		puts("office: - (noise is nobody's)");
		return;
	}
	printf("\n  line  %-16s %-4s %-5s %-4s %-6s office\n", "rule", "type", "place", "time",
	       "share");
	while (!tell_row(routes, &routes->row[i], &key))
		i++;
	printf("\noffice: %s, %s (by %s: %s)\n", route->office, route->name,
	       route_by_names[route->by], route->rule);
}

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct wish, config), true, "DIR",
	 "the city's configuration"},
	{"at", ARG_TEXT, offsetof(struct wish, at), false, "TIME",
	 "as if it came then: 2026-11-24T22:00:00+07:00; otherwise now"},
	{"area", ARG_TEXT, offsetof(struct wish, area), false, "CODE",
	 "as if it came from there: 32.74.05.1003; otherwise what the words say"},
	{"lat", ARG_TEXT, offsetof(struct wish, lat), false, "DEGREES", "the same by a point"},
	{"lon", ARG_TEXT, offsetof(struct wish, lon), false, "DEGREES", "the same by a point"},
	{"category", ARG_TEXT, offsetof(struct wish, category), false, "ID",
	 "as if a dispatcher had said that it is this"},
};

static const struct args args = {
	"tangi route --config DIR [OPTION...] TEXT...",
	"Why a text goes to whose desk: what it is taken for, each rule of rules/routing.tsv "
	"that was\n"
	"looked at, which of its conditions held, and the one that decided. Sends nothing.\n",
	table, sizeof(table) / sizeof(table[0]), -1};

static int route_texts(const struct rules *rules, const struct wish *wish, char **texts)
{
	struct routes *routes = rules_routes(rules);
	struct err err;
	int rc = 0;

	for (; rc == 0 && *texts != NULL; texts++) {
		struct asked asked = {.text = *texts};

		rc = ask(rules, routes, wish, &asked, &err);
		if (rc == 0)
			tell(routes, &asked);
		else
			fprintf(stderr, "tangi route: %s\n", err.text);
	}
	routes_unref(&routes);
	return rc < 0;
}

int cmd_route(int argc, char **argv)
{
	struct rules *rules;
	struct wish wish = {0};
	struct err err;
	char **texts;
	int rc = args_read(&args, argc, argv, &wish, &texts);

	if (rc >= 0)
		return rc;
	if (*texts == NULL) {
		fputs("tangi route: a text is needed; see --help\n", stderr);
		return 2;
	}
	if (rules_load(&rules, wish.config, &err) < 0) {
		fprintf(stderr, "tangi route: %s\n", err.text);
		return 1;
	}
	rc = route_texts(rules, &wish, texts);
	rules_free(&rules);
	return rc;
}
