/* How far a matter is: for the public, by its tracking id. */
#include <string.h>

#include "api/api_private.h"

static int read_incident(const struct inquiry *inquiry, struct incident *incident_r,
			 struct err *err)
{
	struct slice text = event_incident(inquiry->read.rows[0].body);
	json_t *doc = json_loadb(text.text, text.len, 0, NULL);
	int status =
		incident_read(doc, rules_agencies(inquiry->api->parts.rules), incident_r, err);

	json_decref(doc);
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
static void write_ticket(const struct incident *incident, const char *tracking_id,
			 struct jsonw *w)
{
	bool is_secret = incident->anonymity == ANONYMITY_SECRET;
	enum incident_status status = is_secret ? INCIDENT_NEW : incident->status;

	jsonw_open(w, NULL, '{');
	jsonw_string(w, "tracking_id", tracking_id);
	jsonw_string(w, "stage", stages[status]);
	jsonw_time(w, "received_at", incident->opened_at_ms);
	if (status == INCIDENT_CLOSED)
		jsonw_time(w, "done_at", incident->closed_at_ms);
	else
		jsonw_null(w, "done_at");
	jsonw_close(w, '}');
}

static void answer_ticket(struct inquiry *inquiry)
{
	const struct store_read *read = &inquiry->read;
	struct incident incident;
	struct err err;

	if (!read->is_found) {
		inquiry_not_found(inquiry, "There is no such ticket.");
		return;
	}
	if (read_incident(inquiry, &incident, &err) < 0) {
		inquiry_unreadable(inquiry, &err);
		return;
	}
	jsonw_init(&inquiry->text, 256);
	write_ticket(&incident, read->id, &inquiry->text);
	answer_json(&inquiry->request, &inquiry->text);
	incident_fini(&incident);
}

void tickets_show(void *ctx, struct http_request *request)
{
	const char *id = http_request_segment(request, 0);

	if (strspn(id, "0123456789") != strlen(id) || strlen(id) >= TRACKING_SIZE)
		http_problem(&request, 404, "", "There is no such ticket.", NULL, 0);
	else
		inquiry_send(inquiry_about(ctx, &request, NULL), READ_TICKET, answer_ticket);
}
