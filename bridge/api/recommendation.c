/* Whom to send to an incident, as things stand: for those who may send. */
#include <string.h>

#include "api/api_private.h"
#include "api/query.h"
#include "base/xalloc.h"
#include "core/duty.h"
#include "core/recommend.h"
#include "core/unit_board.h"
#include "core/watch.h"
#include "core/whereabouts.h"

static void take_state_of(const struct api_parts *parts, const struct incident *incident,
			  struct recommend_unit *unit)
{
	const char *id = unit->unit->id;
	const struct unit_trace *trace = whereabouts_trace(parts->whereabouts, id);
	const struct unit_doing *doing = unit_board_find(parts->board, id);

	if (trace != NULL)
		recommend_take_trace(unit, trace);
	if (doing != NULL)
		recommend_take_doing(unit, doing, incident);
	if (unit->is_busy)
		unit->busy_priority = watch_priority(parts->watch, unit->busy_incident);
}

static struct recommend_unit *units_now(const struct api_parts *parts,
					const struct incident *incident, int64_t now_ms)
{
	const struct roster *roster = duty_roster(parts->duty);
	unsigned count = rules_unit_count(parts->rules);
	struct recommend_unit *units = xcalloc(count + 1, sizeof(*units));

	for (unsigned i = 0; i < count; i++) {
		units[i].unit = rules_unit(parts->rules, i);
		units[i].shift_jobs = -1;
		recommend_take_roster(&units[i], roster, now_ms);
		take_state_of(parts, incident, &units[i]);
	}
	return units;
}

static void answer_with(struct inquiry *inquiry, const struct incident *incident)
{
	const struct api_parts *parts = &inquiry->api->parts;
	int64_t now_ms = inquiry_now_ms(inquiry);
	struct recommend_unit *units = units_now(parts, incident, now_ms);
	struct recommend_situation situation = {
		.now_ms = now_ms,
		.level = (int)inquiry->level,
		.agencies = principal_acts_for(&inquiry->who, rules_agencies(parts->rules)),
		.unit = units,
		.receiving = duty_receiving(parts->duty),
		.unit_count = rules_unit_count(parts->rules),
	};
	struct recommendation recommendation;
	struct jsonw *w = &inquiry->text;

	recommend_take_incident(&situation, parts->rules, incident);
	recommend(parts->rules, &situation, &recommendation);
	jsonw_init(w, 4096);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "incident_id", incident->id);
	jsonw_int(w, "no", incident->no);
	jsonw_int(w, "version", incident->version);
	jsonw_time(w, "at", now_ms);
	recommendation_write(parts->rules, &situation, &recommendation, w);
	jsonw_close(w, '}');
	recommendation_fini(&recommendation);
	xfree(units);
	answer_json(&inquiry->request, w);
}

static void take_state(struct inquiry *inquiry)
{
	const struct store_read *read = &inquiry->read;
	struct incident incident;
	struct slice slice;
	struct err err;
	json_t *doc;
	int rc;

	if (!read->is_found || read->row_count == 0 ||
	    !audience_admits(&read->rows[0].audience, &inquiry->viewer)) {
		inquiry_not_found(inquiry, "There is no such incident that you may see.");
		return;
	}
	slice = event_incident(read->rows[0].body);
	doc = json_loadb(slice.text, slice.len, 0, NULL);
	rc = incident_read(doc, rules_agencies(inquiry->api->parts.rules), &incident, &err);
	json_decref(doc);
	if (rc < 0) {
		inquiry_unreadable(inquiry, &err);
		return;
	}
	answer_with(inquiry, &incident);
	incident_fini(&incident);
}

void recommendation_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct inquiry *inquiry;
	struct err err;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_ACT, &who))
		return;
	inquiry = inquiry_about(api, &request, &who);
	inquiry->level = 1;
	if (query_number("level", http_request_query(inquiry->request, "level"), 1, PLAN_LEVELS,
			 &inquiry->level, &err) < 0)
		inquiry_refuse(&inquiry, &err);
	else
		inquiry_send(inquiry, READ_STATE, take_state);
}
