#include "api/redact.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "model/join.h"

/* A report as it was stored: the body as it came, and what the event says of it. */
struct filed {
	json_t *doc; /* NULL: the body is not of our JSON form */
	struct filing filing;
	enum anonymity anonymity;
};

static enum anonymity anonymity_of(const json_t *doc, enum anonymity fallback)
{
	const char *name = json_string_value(json_object_get(doc, "anonymity"));

	for (int i = 0; name != NULL && i < ANONYMITIES; i++)
		if (strcmp(anonymity_names[i], name) == 0)
			return (enum anonymity)i;
	return doc != NULL ? ANONYMITY_PUBLIC : fallback;
}

static int read_incident(const struct event *event, const struct agencies *agencies,
			 struct incident *incident_r, struct err *err)
{
	struct slice text = event_incident(event->body);
	json_t *doc = json_loadb(text.text, text.len, 0, NULL);
	int status = incident_read(doc, agencies, incident_r, err);

	json_decref(doc);
	return status;
}

static int filed_read(struct filed *filed, const struct store_read *read,
		      const struct agencies *agencies, struct err *err)
{
	struct err odd;

	if (filing_of_event(&read->rows[0], agencies, &filed->filing, err) < 0)
		return -1;
	filed->doc = NULL;
	if (read->raw != NULL && jsonin_object(read->raw->data, read->raw->len,
					       REPORT_MAX_BYTES, &filed->doc, &odd) < 0)
		filed->doc = NULL; /* not of our form: the event has the words */
	filed->anonymity = anonymity_of(filed->doc, filed->filing.report.anonymity);
	return 0;
}

static void filed_fini(struct filed *filed)
{
	json_decref(filed->doc);
	filing_fini(&filed->filing);
}

/* Member key of object when it is a string, else null. */
static void write_member(struct jsonw *w, const json_t *object, const char *key)
{
	const json_t *value = json_object_get(object, key);

	if (json_is_string(value))
		jsonw_stringn(w, key, json_string_value(value), json_string_length(value));
	else
		jsonw_null(w, key);
}

/* A source's own id may hold a telephone number (those of SMS and chat gateways do): it is
 * shown with the reporter, not without. */
static void write_reporter(const struct filed *filed, const struct principal *who,
			   struct jsonw *w)
{
	enum right needed =
		filed->anonymity == ANONYMITY_PUBLIC ? RIGHT_SEE_REPORTER : RIGHT_SEE_ANONYMOUS;
	const json_t *reporter = json_object_get(filed->doc, "reporter");
	bool is_shown = principal_may(who, needed);

	jsonw_bool(w, "reporter_is_hidden", !is_shown);
	if (is_shown && json_is_object(reporter)) {
		jsonw_open(w, "reporter", '{');
		write_member(w, reporter, "name");
		write_member(w, reporter, "phone");
		jsonw_close(w, '}');
	} else {
		jsonw_null(w, "reporter");
	}
	write_member(w, is_shown ? filed->doc : NULL, "source_id");
}

static void write_attachments(const json_t *list, struct jsonw *w)
{
	jsonw_open(w, "attachments", '[');
	for (size_t i = 0; i < json_array_size(list); i++) {
		jsonw_open(w, NULL, '{');
		write_member(w, json_array_get(list, i), "url");
		write_member(w, json_array_get(list, i), "type");
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_times(const struct filed *filed, const struct store_read *read,
			struct jsonw *w)
{
	struct err err;
	int64_t received_ms = 0;

	if (filed->doc != NULL &&
	    jsonin_time(filed->doc, "received_at", JSONIN_OPTIONAL, &received_ms, &err) == 0 &&
	    received_ms != 0)
		jsonw_time(w, "received_at", received_ms);
	else
		jsonw_null(w, "received_at");
	jsonw_time(w, "stored_at", read->stored_at_ms);
}

static void write_verdict(const struct filed *filed, const struct agencies *agencies,
			  struct jsonw *w)
{
	jsonw_open(w, "classification", '{');
	verdict_write(&filed->filing.verdict, agencies, w);
	jsonw_close(w, '}');
	location_write(&filed->filing.location, w, "location");
}

static void write_words(const struct filed *filed, struct jsonw *w)
{
	if (json_is_string(json_object_get(filed->doc, "text")))
		write_member(w, filed->doc, "text");
	else
		jsonw_string(w, "text", filed->filing.report.text);
}

static void write_report(const struct filed *filed, const struct store_read *read,
			 const struct principal *who, const struct agencies *agencies,
			 struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", read->id);
	jsonw_string(w, "incident_id", read->rows[0].incident_id);
	jsonw_string(w, "tracking_id", filed->filing.tracking_id);
	jsonw_int(w, "seq", (int64_t)read->rows[0].seq);
	jsonw_string(w, "source", read->source);
	write_reporter(filed, who, w);
	write_member(w, filed->doc, "kind");
	jsonw_string(w, "anonymity", anonymity_names[filed->anonymity]);
	jsonw_bool(w, "exercise", filed->filing.report.is_exercise);
	if (filed->filing.report.is_from_paper)
		jsonw_bool(w, "from_paper", true);
	write_times(filed, read, w);
	write_attachments(json_object_get(filed->doc, "attachments"), w);
	write_verdict(filed, agencies, w);
	write_words(filed, w);
	jsonw_close(w, '}');
}

int redact_report(const struct store_read *read, const struct principal *who,
		  const struct agencies *agencies, struct jsonw *w, struct err *err)
{
	struct filed filed;

	if (filed_read(&filed, read, agencies, err) < 0)
		return -1;
	write_report(&filed, read, who, agencies, w);
	filed_fini(&filed);
	return 0;
}

static int read_card(const struct buf *text, struct caller *caller_r, struct err *err)
{
	json_t *doc =
		json_loadb((const char *)text->data, text->len, JSON_DISABLE_EOF_CHECK, NULL);
	int status = card_read(doc, caller_r, err);

	json_decref(doc);
	return status;
}

int redact_card(const struct buf *text, const struct caller_policy *policy, int64_t now_ms,
		struct jsonw *w, const char *key, struct err *err)
{
	struct caller caller;
	struct card card = {NULL, policy, now_ms};

	if (text != NULL && read_card(text, &caller, err) < 0)
		return -1;
	if (text != NULL)
		card.caller = &caller;
	card_write(&card, w, key);
	return 0;
}

int redact_call(const struct store_read *read, const struct principal *who,
		const struct caller_policy *policy, int64_t now_ms, struct jsonw *w,
		struct err *err)
{
	struct card card = {NULL, policy, now_ms};
	struct caller caller;

	json_t *doc = json_loadb((const char *)read->raw->data, read->raw->len, 0, NULL);
	struct call call;
	int status = call_read(doc, &call, err);

	json_decref(doc);
	if (status == 0 && read->card != NULL) {
		status = read_card(read->card, &caller, err);
		card.caller = &caller;
	}
	if (status == 0)
		call_write(&call, !principal_may(who, RIGHT_SEE_REPORTER), &card, w, NULL);
	return status;
}

static const char *const stages[INCIDENT_STATUSES] = {
	[INCIDENT_NEW] = "received",
	[INCIDENT_ACTIVE] = "in_progress",
	[INCIDENT_CLOSED] = "done",
};

/* Tracking ids are numbers in a row, so whoever likes can ask for all of them: a ticket says
 * how far the matter is and since when it is known, and nothing by which one could tell what or
 * where it is. A secret one always looks like one that has just come. */
static void write_ticket(const struct incident *incident, const struct store_read *read,
			 struct jsonw *w)
{
	bool is_secret = incident->anonymity == ANONYMITY_SECRET;
	enum incident_status status = is_secret ? INCIDENT_NEW : incident->status;

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "tracking_id", read->id);
	jsonw_string(w, "stage", stages[status]);
	jsonw_time(w, "received_at", read->stored_at_ms);
	if (status == INCIDENT_CLOSED)
		jsonw_time(w, "done_at", incident->closed_at_ms);
	else
		jsonw_null(w, "done_at");
	jsonw_close(w, '}');
}

int redact_ticket(const struct store_read *read, const struct agencies *agencies,
		  struct jsonw *w, struct err *err)
{
	struct incident incident;

	if (read_incident(&read->rows[0], agencies, &incident, err) < 0)
		return -1;
	write_ticket(&incident, read, w);
	incident_fini(&incident);
	return 0;
}
