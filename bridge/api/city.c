/* What the city is made of: units, the steps of the work, categories and agencies. */
#include "api/api_private.h"

#include <string.h>

#include "core/duty.h"
#include "core/neighbours.h"
#include "core/unit_board.h"
#include "core/whereabouts.h"

/* How the units stand, for those who ask now; NULL where that is said elsewhere. */
struct units_now {
	const struct whereabouts *whereabouts;
	const struct roster *roster;
	int64_t now_ms;
};

static void write_words(struct jsonw *w, const char *key, const char *list)
{
	jsonw_open(w, key, '[');
	while (*list != '\0') {
		size_t len = strcspn(list, ",");

		jsonw_stringn(w, NULL, list, len);
		list += len + (list[len] == ',');
	}
	jsonw_close(w, ']');
}

static void write_kit(const struct rules *rules, const struct unit *unit, struct jsonw *w)
{
	const struct station *stations = rules_fleet(rules)->station;

	jsonw_string(w, "station", unit->station >= 0 ? stations[unit->station].name : NULL);
	write_words(w, "capabilities", unit->capabilities);
	jsonw_string(w, "shared_crew", unit->crew[0] != '\0' ? unit->crew : NULL);
	if (unit->crew_min > 0)
		jsonw_int(w, "crew_min", unit->crew_min);
	else
		jsonw_null(w, "crew_min");
}

static void write_duty(const struct units_now *now, const char *unit, struct jsonw *w)
{
	struct roster_word word = roster_ask(now->roster, unit, now->now_ms);

	if (word.duty == ROSTER_SILENT) {
		jsonw_null(w, "roster");
		return;
	}
	jsonw_open(w, "roster", '{');
	jsonw_string(w, "duty", word.duty == ROSTER_ON ? "on" : "off");
	jsonw_time(w, "since", word.since_ms);
	if (word.now != NULL) {
		jsonw_time(w, "until", word.now->to_ms);
		if (word.now->crew > 0)
			jsonw_int(w, "crew", word.now->crew);
	}
	jsonw_close(w, '}');
}

static void write_unit(const struct rules *rules, const struct unit *unit,
		       const struct unit_board *board, const struct units_now *now,
		       struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", unit->id);
	jsonw_string(w, "agency", rules_agencies(rules)->agency[unit->agency].id);
	jsonw_string(w, "kind", unit->kind);
	jsonw_string(w, "name", unit->name);
	if (unit->has_point) {
		jsonw_open(w, "location", '{');
		jsonw_decimal(w, "lat", unit->lat_e7, 7);
		jsonw_decimal(w, "lon", unit->lon_e7, 7);
		jsonw_close(w, '}');
	} else {
		jsonw_null(w, "location");
	}
	write_kit(rules, unit, w);
	unit_board_write(board, unit->id, unit->agency, w);
	if (now != NULL) {
		whereabouts_write(now->whereabouts, unit->id, w);
		write_duty(now, unit->id, w);
	}
	jsonw_close(w, '}');
}

static void write_units(const struct rules *rules, const struct unit_board *board,
			const struct units_now *now, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < rules_unit_count(rules); i++)
		write_unit(rules, rules_unit(rules, i), board, now, w);
	jsonw_close(w, ']');
}

struct buf *api_units(const struct rules *rules, const struct unit_board *board)
{
	struct jsonw w;
	struct buf *units;

	jsonw_init(&w, 4096);
	write_units(rules, board, NULL, &w, NULL);
	units = jsonw_buf(&w);
	jsonw_fini(&w);
	return units;
}

static void write_category(const struct agencies *agencies, const struct category *category,
			   struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", category->id);
	jsonw_string(w, "name_id", category->name_id);
	jsonw_string(w, "name_en", category->name_en);
	jsonw_string(w, "kind", category_kind_names[category->kind]);
	jsonw_int(w, "priority", priority_of_severity(category->severity));
	agency_set_write(agencies, category->agencies, w, "agencies");
	agency_set_write(agencies, category->lead, w, "lead");
	jsonw_bool(w, "confidential", category->is_confidential);
	if (category->target_min != 0)
		jsonw_int(w, "target_min", category->target_min);
	else
		jsonw_null(w, "target_min");
	jsonw_close(w, '}');
}

static void write_agencies(const struct agencies *agencies, struct jsonw *w)
{
	jsonw_open(w, "agencies", '[');
	for (unsigned i = 0; i < agencies->count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "id", agencies->agency[i].id);
		jsonw_string(w, "name_id", agencies->agency[i].name_id);
		jsonw_string(w, "name_en", agencies->agency[i].name_en);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_taxonomy(const struct rules *rules, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "rules", rules_version(rules));
	write_agencies(rules_agencies(rules), w);
	neighbours_write(rules_neighbours(rules), w, "neighbours");
	jsonw_open(w, "categories", '[');
	for (unsigned i = 0; i < rules_category_count(rules); i++)
		write_category(rules_agencies(rules), rules_category_at(rules, i), w);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

static void write_workflow(const struct rules *rules, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	incident_write_workflow(w);
	guards_write(rules_guards(rules), w, "guards");
	jsonw_close(w, '}');
}

static void (*const writers[CITY_DOCUMENTS])(const struct rules *rules, struct jsonw *w) = {
	[CITY_WORKFLOW] = write_workflow,
	[CITY_TAXONOMY] = write_taxonomy,
	[CITY_AREAS] = rules_write_areas,
};

/* Made once: after an outage every console asks for all of them in the same second, and the
 * borders alone take some milliseconds to write. */
static const struct buf *document(struct api *api, enum city_document which)
{
	struct jsonw w;

	if (api->city[which] != NULL)
		return api->city[which];
	jsonw_init(&w, 16384);
	writers[which](api->parts.rules, &w);
	api->city[which] = jsonw_buf(&w);
	jsonw_fini(&w);
	return api->city[which];
}

void city_forget(struct api *api)
{
	for (int i = 0; i < CITY_DOCUMENTS; i++)
		buf_unref(&api->city[i]);
}

/* For everybody who may watch. */
static void answer_with(struct api *api, struct http_request *request, enum city_document which)
{
	struct principal who;
	const struct buf *buf;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	buf = document(api, which);
	http_answer(&request, 200, "application/json", NULL, buf->data, buf->len);
}

/* They move: made for each who asks. */
void units_list(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct units_now now;
	struct principal who;
	struct jsonw w;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	now = (struct units_now){.whereabouts = api->parts.whereabouts,
				 .roster = duty_roster(api->parts.duty),
				 .now_ms = api->parts.clock->wall_ms(api->parts.clock)};
	jsonw_init(&w, 8192);
	jsonw_open(&w, NULL, '{');
	write_units(api->parts.rules, api->parts.board, &now, &w, "units");
	jsonw_close(&w, '}');
	http_answer(&request, 200, "application/json", NULL, w.text, w.len);
	jsonw_fini(&w);
}

void workflow_show(void *ctx, struct http_request *request)
{
	answer_with(ctx, request, CITY_WORKFLOW);
}

void taxonomy_show(void *ctx, struct http_request *request)
{
	answer_with(ctx, request, CITY_TAXONOMY);
}

void areas_show(void *ctx, struct http_request *request)
{
	answer_with(ctx, request, CITY_AREAS);
}
