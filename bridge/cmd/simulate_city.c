#include "cmd/simulate_city.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

#define AGAIN_MS  1000 /* of wall time */
#define TRIES_MAX 60

static void send_moment(void *ctx, uint64_t number);

void city_init(struct city *city, struct simulation *sim)
{
	const struct script *script = &sim->script;

	*city = (struct city){.sim = sim};
	for (unsigned i = 0; i < script->count; i++)
		if (script->moment[i].sender > city->sender_count)
			city->sender_count = script->moment[i].sender;
	city->sender = xcalloc(city->sender_count + 1, sizeof(city->sender[0]));
	for (unsigned i = 0; i < script->count; i++)
		agenda_put(&sim->agenda, script->moment[i].at_ms, send_moment, city, i);
}

void city_fini(struct city *city)
{
	xfree(city->sender);
	*city = (struct city){.sim = NULL};
}

/* ---- What is sent. ---- */

static char *report_document(const struct city *city, const struct moment *moment)
{
	char id[64], *text;
	struct jsonw w;

	snprintf(id, sizeof(id), "%s-%u", city->sim->run, moment->sender);
	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "source", channel_names[moment->row->channel]);
	jsonw_string(&w, "source_id", id);
	jsonw_string(&w, "text", moment->text);
	jsonw_bool(&w, "exercise", city->sim->is_exercise);
	jsonw_open(&w, "reporter", '{');
	jsonw_string(&w, "phone", moment->phone);
	jsonw_close(&w, '}');
	if (moment->has_point) {
		jsonw_open(&w, "location", '{');
		jsonw_decimal(&w, "lat", moment->lat_e7, 7);
		jsonw_decimal(&w, "lon", moment->lon_e7, 7);
		jsonw_int(&w, "accuracy_m", 30);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, '}');
	text = xstrdup(jsonw_text(&w));
	jsonw_fini(&w);
	return text;
}

static char *call_document(const struct city *city, const struct moment *moment)
{
	char id[64], *text;
	struct jsonw w;

	snprintf(id, sizeof(id), "%s-%u", city->sim->run, moment->sender);
	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "call_id", id);
	jsonw_string(&w, "state", moment_kind_names[moment->kind]);
	jsonw_string(&w, "caller", moment->phone);
	if (moment->outcome != NULL)
		jsonw_string(&w, "outcome", moment->outcome);
	jsonw_bool(&w, "exercise", city->sim->is_exercise);
	jsonw_close(&w, '}');
	text = xstrdup(jsonw_text(&w));
	jsonw_fini(&w);
	return text;
}

/* ---- What is answered. ---- */

static void take_text(char *text_r, size_t size, const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(text_r, size, "%s", text != NULL ? text : "");
}

static void take_answer(struct city *city, const struct moment *moment, const json_t *answer)
{
	struct sender *sender = &city->sender[moment->sender - 1];

	if (moment->kind != MOMENT_REPORT) {
		city->calls_acked++;
		return;
	}
	city->acked++;
	sender->is_acked = true;
	take_text(sender->incident_id, sizeof(sender->incident_id), answer, "incident_id");
	take_text(sender->disposition, sizeof(sender->disposition),
		  json_object_get(answer, "classification"), "disposition");
}

static void try_again(struct city *city, uint64_t number)
{
	uint64_t tries = (number >> 32) + 1;
	struct simulation *sim = city->sim;

	city->retried++;
	if (tries < TRIES_MAX)
		agenda_put(&sim->agenda, sim->now_ms + AGAIN_MS * sim->speed, send_moment, city,
			   tries << 32 | (number & UINT32_MAX));
}

static void count_sent(struct city *city, const struct moment *moment)
{
	struct sender *sender = &city->sender[moment->sender - 1];

	sender->row = moment->row;
	sender->matter = moment->matter;
	if (moment->kind == MOMENT_REPORT) {
		city->sent++;
		sender->is_sent = true;
	} else {
		city->calls++;
	}
	if (city->sim->now_ms - moment->at_ms > city->late_ms)
		city->late_ms = city->sim->now_ms - moment->at_ms;
}

/* number: the moment, and above it how often it was tried. */
static void send_moment(void *ctx, uint64_t number)
{
	struct city *city = ctx;
	const struct moment *moment = &city->sim->script.moment[number & UINT32_MAX];
	bool is_report = moment->kind == MOMENT_REPORT;
	json_auto_t *answer = NULL;
	struct err err;
	long status;
	char *body;
	int rc;

	if (number >> 32 == 0 && moment->kind != MOMENT_ALARM)
		count_sent(city, moment);
	if (moment->kind == MOMENT_ALARM)
		return; /* the desk looks at the clock */
	body = is_report ? report_document(city, moment) : call_document(city, moment);
	rc = simulate_ask(city->sim->people.intake, is_report ? "/v1/reports" : "/v1/calls",
			  body, &status, &answer, &err);
	xfree(body);
	if (rc < 0 || status == 429 || status >= 500)
		try_again(city, number);
	else if (status == 200 || status == 201)
		take_answer(city, moment, answer);
	else
		city->refused++;
}

/* ---- Asking. ---- */

const struct sender *city_sender_of(const struct city *city, const char *incident_id)
{
	for (unsigned i = 0; i < city->sender_count; i++)
		if (strcmp(city->sender[i].incident_id, incident_id) == 0)
			return &city->sender[i];
	return NULL;
}

unsigned city_alarms(const struct city *city, unsigned matter)
{
	const struct script *script = &city->sim->script;
	unsigned count = 0;

	for (unsigned i = 0; i < script->count && script->moment[i].at_ms <= city->sim->now_ms;
	     i++)
		count += script->moment[i].kind == MOMENT_ALARM &&
			 script->moment[i].matter == matter;
	return count;
}
