/* A report: there already, a further one of an incident, or an incident of its own. */
#include "store/ledger_private.h"

#include <string.h>

/* A repeat must give the first answer byte for byte, so all of it is cut out of the event:
 * nothing is kept twice, and nothing written twice. */
static void answer_report(struct ledger *ledger, struct store_request *request,
			  const struct report_row *row, const struct event *event)
{
	struct slice incident = event_incident(event->body);
	struct slice linked = event_report(event->body);
	struct slice facts = linked.len > 0 ? linked : incident;
	struct slice verdict =
		ledger_between(facts, ",\"disposition\":\"", 1, ",\"location\":{");
	struct slice location = ledger_between(facts, ",\"location\":{",
					       strlen(",\"location\":"), ",\"source\":\"");
	struct slice first =
		ledger_between(incident, ",\"reports\":[\"", strlen(",\"reports\":[\""), "\"");
	struct jsonw *w = &ledger->text;
	char tracking[TRACKING_SIZE];

	snprintf(tracking, sizeof(tracking), "%lld", (long long)row->tracking);
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", row->id);
	jsonw_string(w, "incident_id", event->incident_id);
	jsonw_string(w, "tracking_id", tracking);
	jsonw_int(w, "seq", (int64_t)event->seq);
	if (linked.len > 0)
		jsonw_stringn(w, "duplicate_of", first.text, first.len);
	else
		jsonw_null(w, "duplicate_of");
	jsonw_open(w, "classification", '{');
	jsonw_raw(w, NULL, verdict.text, verdict.len);
	jsonw_close(w, '}');
	jsonw_raw(w, "location", location.text, location.len);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
	request->seq = event->seq;
	request->version = ledger_version_in(incident);
	memcpy(request->incident_id, event->incident_id, ID_SIZE);
}

/* Of what was stored before reports were compared whole, the words' digest is all there is. */
static bool is_repeat(const struct report *report, const unsigned char digest[32],
		      const struct report_row *row)
{
	unsigned char words[32];

	if (memcmp(row->digest, digest, sizeof(row->digest)) == 0)
		return true;
	report_digest_of_words(report, words);
	return memcmp(row->digest, words, sizeof(words)) == 0;
}

static int repeat_report(struct ledger *ledger, struct store_request *request,
			 const struct report_row *row, const unsigned char digest[32],
			 struct err *err)
{
	const struct report *report = request->in.report;
	struct event event;

	if (!is_repeat(report, digest, row)) {
		request->answer = STORE_CONFLICT;
		(void)err_set(&request->err, ERR_CONFLICT,
			      "was used for another report before");
		snprintf(request->err.field, sizeof(request->err.field), "%s",
			 report->own_key != NULL ? "Idempotency-Key" : "source_id");
		return 0;
	}
	if (ledger_load_event(ledger, row->seq, &event, err) < 0)
		return err_wrap(err, "report %s", row->id);
	answer_report(ledger, request, row, &event);
	request->answer = STORE_REPEATED;
	buf_unref(&event.body);
	return 0;
}

/* What it may be a duplicate of, for a person to judge. One whose report was not stored after
 * all is left out, and each incident stands there once. */
static int list_similar(struct ledger *ledger, const struct store_links *links,
			struct incident *incident, struct err *err)
{
	for (unsigned i = 0; links != NULL && i < links->count; i++) {
		struct similar *place = &incident->similar[incident->similar_count];
		struct report_row report;
		struct incident_row row;
		bool is_known = false;
		int found = ledger_find_of_report(ledger, links->link[i].report_id, &report,
						  &row, err);

		if (found < 0)
			return -1;
		for (unsigned j = 0; j < incident->similar_count; j++)
			is_known |= incident->similar[j].incident.no == row.no;
		if (found == 0 || is_known || row.audience.scope == SCOPE_SECRET)
			continue;
		memcpy(place->incident.id, row.id, ID_SIZE);
		place->incident.no = row.no;
		place->likeness = links->link[i].likeness;
		incident->similar_count++;
	}
	return 0;
}

/* A report on its way into the log: its row, what lies beside it, and its place in line. */
struct entry {
	struct report_row row;
	struct reporter_row reporter;
	char seal[SEAL_SIZE];
	int order;
};

static int open_incident(struct ledger *ledger, const struct store_request *request,
			 struct entry *entry, struct err *err)
{
	const struct report *report = request->in.report;
	struct event event = {.at_ms = request->at_ms, .kind = EVENT_INCIDENT_CREATED};
	struct incident incident;
	char tracking_id[TRACKING_SIZE], id[ID_SIZE];
	int status;

	snprintf(tracking_id, sizeof(tracking_id), "%lld", (long long)entry->row.tracking);
	id_next(&ledger->ids, 'I', request->at_ms, id);
	incident_open(&incident, report, &request->verdict, &request->location, id,
		      ++ledger->end.no, tracking_id, request->at_ms);
	entry->row.incident = incident.no;
	incident.order = entry->order;
	status = list_similar(ledger, request->links, &incident, err);
	ledger_settle(ledger, &incident, request->at_ms);
	if (status == 0) {
		event_write_report(&ledger->text, ledger->end.seq + 1, request->at_ms,
				   EVENT_INCIDENT_CREATED, report->id, entry->seal, &incident,
				   ledger->agencies);
		status = ledger_put_incident(ledger, &incident, event, 0, true, err);
	}
	incident_fini(&incident);
	return status;
}

static int add_report(struct ledger *ledger, const struct store_request *request,
		      struct entry *entry, struct incident *incident, struct err *err)
{
	struct filing filing = {.report = *request->in.report,
				.verdict = request->verdict,
				.location = request->location,
				.order = entry->order,
				.at_ms = request->at_ms};
	struct event event = {.at_ms = request->at_ms, .kind = EVENT_REPORT_RECEIVED};
	agency_set before = incident->verdict.agencies;

	snprintf(filing.tracking_id, TRACKING_SIZE, "%lld", (long long)entry->row.tracking);
	incident_add_report(incident, &filing, request->at_ms);
	ledger_settle(ledger, incident, request->at_ms);
	entry->row.incident = incident->no;
	event_write_linked(&ledger->text, ledger->end.seq + 1, request->at_ms, &filing,
			   entry->seal, &request->links->link[0].likeness, incident,
			   ledger->agencies);
	return ledger_put_incident(ledger, incident, event, before, false, err);
}

/* 1: it is a further report of the incident it was found to be one of. 0: it must have one of
 * its own: that one's report was not stored after all, or the incident is over by now. */
static int link_report(struct ledger *ledger, const struct store_request *request,
		       struct entry *entry, struct err *err)
{
	const struct store_links *links = request->links;
	struct report_row first;
	struct incident_row incident_row;
	struct incident incident;
	int found = 0;

	if (links != NULL && links->is_same)
		found = ledger_find_of_report(ledger, links->link[0].report_id, &first,
					      &incident_row, err);
	if (found <= 0 || incident_row.status == INCIDENT_CLOSED)
		return found < 0 ? -1 : 0;
	if (ledger_load_incident(ledger, &incident_row, &incident, err) < 0)
		return -1;
	found = 0;
	if (incident_may_link(&incident, request->in.report))
		found = add_report(ledger, request, entry, &incident, err) < 0 ? -1 : 1;
	incident_fini(&incident);
	return found;
}

/* What a call-taker writes down of a line on which nobody speaks. */
#define SILENT_CATEGORY "call_silent"

static int order_of(const struct store_request *request, struct known *known)
{
	if (known->is_known && strcmp(request->verdict.category, SILENT_CATEGORY) == 0)
		caller_fall_silent(&known->caller, request->at_ms);
	return caller_order_report(&known->caller, &request->callers, &request->verdict,
				   request->at_ms);
}

static void fill_in(const struct ledger *ledger, const struct report *report,
		    struct entry *entry)
{
	struct report_row *row = &entry->row;

	row->tracking = ledger->end.tracking > 0 ? ledger->end.tracking + 1 : TRACKING_FIRST;
	row->seq = ledger->end.seq + 1;
	snprintf(row->id, sizeof(row->id), "%s", report->id);
	snprintf(row->source, sizeof(row->source), "%s", report->source);
	entry->reporter = (struct reporter_row){.raw = report->raw, .has_salt = true};
	seal_salt(entry->reporter.salt);
	seal_report(row, &entry->reporter, entry->seal);
}

static int store_report(struct ledger *ledger, struct store_request *request,
			struct entry *entry, struct err *err)
{
	const struct report *report = request->in.report;
	struct report_row *row = &entry->row;
	struct known known;
	int linked;

	if (ledger_know_reporter(ledger, report, &row->callers, &known, err) < 0)
		return -1;
	entry->order = order_of(request, &known);
	fill_in(ledger, report, entry);
	linked = link_report(ledger, request, entry, err);
	if (linked < 0 || (linked == 0 && open_incident(ledger, request, entry, err) < 0) ||
	    ledger->ops->put_report(ledger->conn, row, err) < 0 ||
	    ledger->ops->put_reporter(ledger->conn, row->seq, &entry->reporter, err) < 0)
		return -1;
	ledger->end.tracking = row->tracking;
	answer_report(ledger, request, row, ledger_last(ledger));
	request->answer = STORE_STORED;
	return ledger_tell_reporter(ledger, request, &known, err);
}

int ledger_take_report(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct report *report = request->in.report;
	/* A sender without keys that repeats itself makes a second report: two reports of one
	 * fire are better than none. */
	const char *key = report->key != NULL ? report->key : report->id;
	struct entry entry = {.order = 0};
	struct report_row row;
	int found;

	report_digest(report, entry.row.digest);
	found = ledger->ops->find_report(ledger->conn, report->source, key, &row, err);
	if (found < 0)
		return -1;
	if (found > 0)
		return repeat_report(ledger, request, &row, entry.row.digest, err);
	snprintf(entry.row.key, sizeof(entry.row.key), "%s", key);
	return store_report(ledger, request, &entry, err);
}
