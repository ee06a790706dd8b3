/* What the city is made of: units, the steps of the work, categories and agencies. */
#include "api/api_private.h"

#include "core/whereabouts.h"

/* whereabouts: NULL where they are said elsewhere. */
static void write_unit(const struct rules *rules, const struct unit *unit,
		       const struct whereabouts *whereabouts, struct jsonw *w)
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
	if (whereabouts != NULL)
		whereabouts_write(whereabouts, unit->id, w);
	jsonw_close(w, '}');
}

static void write_units(const struct rules *rules, const struct whereabouts *whereabouts,
			struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < rules_unit_count(rules); i++)
		write_unit(rules, rules_unit(rules, i), whereabouts, w);
	jsonw_close(w, ']');
}

struct buf *api_units(const struct rules *rules)
{
	struct jsonw w;
	struct buf *units;

	jsonw_init(&w, 4096);
	write_units(rules, NULL, &w, NULL);
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
	jsonw_open(w, "categories", '[');
	for (unsigned i = 0; i < rules_category_count(rules); i++)
		write_category(rules_agencies(rules), rules_category_at(rules, i), w);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

static void write_workflow(const struct rules *rules, struct jsonw *w)
{
	(void)rules;
	incident_write_workflow(w);
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
	struct principal who;
	struct jsonw w;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	jsonw_init(&w, 8192);
	jsonw_open(&w, NULL, '{');
	write_units(api->parts.rules, api->parts.whereabouts, &w, "units");
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
