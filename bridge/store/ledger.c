#include "store/ledger.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

void ledger_init(struct ledger *ledger, const struct store_backend *ops,
		 const struct agencies *agencies)
{
	*ledger = (struct ledger){.ops = ops, .agencies = agencies};
	jsonw_init(&ledger->text, 8192);
}

static void drop_events(struct ledger *ledger)
{
	for (unsigned i = 0; i < ledger->count; i++)
		buf_unref(&ledger->events[i].body);
	xfree(ledger->events);
	ledger->events = NULL;
	ledger->count = 0;
}

void ledger_fini(struct ledger *ledger)
{
	drop_events(ledger);
	jsonw_fini(&ledger->text);
}

int ledger_begin(struct ledger *ledger, unsigned max, struct err *err)
{
	if (ledger->ops->begin(ledger->conn, err) < 0)
		return -1;
	ledger->before = ledger->end;
	ledger->events = xcalloc(max, sizeof(*ledger->events));
	ledger->max = max;
	return 0;
}

void ledger_rollback(struct ledger *ledger)
{
	ledger->ops->rollback(ledger->conn);
	ledger->end = ledger->before;
	drop_events(ledger);
}

int ledger_commit(struct ledger *ledger, struct event **events_r, unsigned *count_r,
		  struct err *err)
{
	int status = ledger->ops->commit(ledger->conn, err);

	*events_r = ledger->events;
	*count_r = ledger->count;
	ledger->events = NULL;
	ledger->count = 0;
	return status;
}

void request_reset(struct store_request *request)
{
	buf_unref(&request->body);
	request->err = (struct err){0};
	request->seq = 0;
	request->version = 0;
	request->incident_id[0] = '\0';
}

/* The event whose bytes lie in ledger->text: row, link, and a place among the new ones. */
static int add_event(struct ledger *ledger, struct event event, int64_t incident_no,
		     struct err *err)
{
	struct event *place = &ledger->events[ledger->count];

	if (ledger->count == ledger->max)
		panic("ledger: more events than requests");
	event.seq = ledger->end.seq + 1;
	event.body = jsonw_buf(&ledger->text);
	*place = event;
	ledger->count++;
	event_link(ledger->end.link, event.body, ledger->end.link);
	ledger->end.seq = event.seq;
	return ledger->ops->put_event(ledger->conn, place, ledger->end.link, incident_no, err);
}

/* The bytes between two marks that stand only where we wrote them: see model/event.h. */
static struct slice between(struct slice in, const char *mark, size_t mark_skip,
			    const char *end)
{
	const char *from = memmem(in.text, in.len, mark, strlen(mark));
	const char *to = from == NULL ? NULL
				      : memmem(from, in.len - (size_t)(from - in.text), end,
					       strlen(end));

	if (to == NULL)
		panic("ledger: an event has lost its form");
	from += mark_skip;
	return (struct slice){.text = from, .len = (size_t)(to - from)};
}

/* A repeat must give the first answer byte for byte, so both are cut out of the event: nothing
 * is kept twice, and nothing written twice. */
static void answer_report(struct ledger *ledger, struct store_request *request,
			  const struct report_row *row, const struct event *event)
{
	struct slice incident = event_incident(event->body);
	struct slice verdict = between(incident, ",\"disposition\":\"", 1, ",\"location\":{");
	struct slice location = between(incident, ",\"location\":{", strlen(",\"location\":"),
					",\"source\":\"");
	struct jsonw *w = &ledger->text;
	char tracking[TRACKING_SIZE];

	snprintf(tracking, sizeof(tracking), "%lld", (long long)row->tracking);
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", row->id);
	jsonw_string(w, "incident_id", event->incident_id);
	jsonw_string(w, "tracking_id", tracking);
	jsonw_int(w, "seq", (int64_t)event->seq);
	jsonw_null(w, "duplicate_of");
	jsonw_open(w, "classification", '{');
	jsonw_raw(w, NULL, verdict.text, verdict.len);
	jsonw_close(w, '}');
	jsonw_raw(w, "location", location.text, location.len);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
	request->seq = event->seq;
	request->version = 1;
	memcpy(request->incident_id, event->incident_id, ID_SIZE);
}

static int repeat_report(struct ledger *ledger, struct store_request *request,
			 const struct report_row *row, const unsigned char digest[32],
			 struct err *err)
{
	const struct report *report = request->in.report;
	struct event event;
	int found;

	if (memcmp(row->digest, digest, sizeof(row->digest)) != 0) {
		request->answer = STORE_CONFLICT;
		(void)err_set(&request->err, ERR_CONFLICT, "was used for another text before");
		snprintf(request->err.field, sizeof(request->err.field), "%s",
			 report->own_key != NULL ? "Idempotency-Key" : "source_id");
		return 0;
	}
	found = ledger->ops->get_event(ledger->conn, row->seq, &event, err);
	if (found < 0)
		return -1;
	if (found == 0)
		return err_set(err, ERR_IO, "report %s has lost its event", row->id);
	answer_report(ledger, request, row, &event);
	request->answer = STORE_REPEATED;
	buf_unref(&event.body);
	return 0;
}

static int open_incident(struct ledger *ledger, const struct store_request *request,
			 int64_t tracking, struct event *event_r, struct err *err)
{
	const struct report *report = request->in.report;
	struct incident_row row;
	struct incident incident;
	char tracking_id[TRACKING_SIZE], id[ID_SIZE];

	snprintf(tracking_id, sizeof(tracking_id), "%lld", (long long)tracking);
	id_next(&ledger->ids, 'I', request->at_ms, id);
	incident_open(&incident, report, &request->verdict, &request->location, id,
		      ++ledger->end.no, tracking_id, request->at_ms);
	event_write_report(&ledger->text, ledger->end.seq + 1, request->at_ms,
			   EVENT_INCIDENT_CREATED, report->id, &incident, ledger->agencies);
	row = incident_row_of(&incident, ledger->end.seq + 1);
	*event_r = (struct event){.at_ms = request->at_ms,
				  .kind = EVENT_INCIDENT_CREATED,
				  .audience = row.audience};
	memcpy(event_r->incident_id, id, ID_SIZE);
	incident_fini(&incident);
	return ledger->ops->put_incident(ledger->conn, &row, true, err);
}

static int store_report(struct ledger *ledger, struct store_request *request,
			struct report_row *row, struct err *err)
{
	const struct report *report = request->in.report;
	struct event event;

	row->tracking = ledger->end.tracking > 0 ? ledger->end.tracking + 1 : TRACKING_FIRST;
	row->seq = ledger->end.seq + 1;
	snprintf(row->id, sizeof(row->id), "%s", report->id);
	snprintf(row->source, sizeof(row->source), "%s", report->source);
	if (open_incident(ledger, request, row->tracking, &event, err) < 0 ||
	    add_event(ledger, event, ledger->end.no, err) < 0 ||
	    ledger->ops->put_report(ledger->conn, row, err) < 0 ||
	    ledger->ops->put_reporter(ledger->conn, row->seq, report->raw, NULL, err) < 0)
		return -1;
	ledger->end.tracking = row->tracking;
	answer_report(ledger, request, row, &ledger->events[ledger->count - 1]);
	request->answer = STORE_STORED;
	return 0;
}

static int take_report(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct report *report = request->in.report;
	/* A sender without keys that repeats itself makes a second report: two reports of one
	 * fire are better than none. */
	const char *key = report->key != NULL ? report->key : report->id;
	struct report_row row;
	unsigned char digest[32];
	int found;

	report_digest(report, digest);
	found = ledger->ops->find_report(ledger->conn, report->source, key, &row, err);
	if (found < 0)
		return -1;
	if (found > 0)
		return repeat_report(ledger, request, &row, digest, err);
	row.key = key;
	memcpy(row.digest, digest, sizeof(digest));
	return store_report(ledger, request, &row, err);
}

static int64_t version_in(struct slice incident)
{
	return strtoll(between(incident, ",\"version\":", strlen(",\"version\":"), ",").text,
		       NULL, 10);
}

static void answer_command(struct ledger *ledger, struct store_request *request,
			   enum store_answer answer, const struct event *event)
{
	struct slice incident = event_incident(event->body);
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = event->seq;
	request->version = version_in(incident);
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "seq", (int64_t)event->seq);
	jsonw_string(w, "incident_id", event->incident_id);
	jsonw_int(w, "version", request->version);
	jsonw_raw(w, "incident", incident.text, incident.len);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

/* The event behind a row: one that is not there is damage, not an answer. */
static int load_event(struct ledger *ledger, uint64_t seq, struct event *event_r,
		      struct err *err)
{
	int found = ledger->ops->get_event(ledger->conn, seq, event_r, err);

	if (found == 0)
		return err_set(err, ERR_IO, "event %llu is not in the log",
			       (unsigned long long)seq);
	return found < 0 ? -1 : 0;
}

static int repeat_command(struct ledger *ledger, struct store_request *request, uint64_t seq,
			  struct err *err)
{
	struct event event;

	if (load_event(ledger, seq, &event, err) < 0)
		return -1;
	if (strcmp(event.incident_id, request->in.command->incident_id) == 0) {
		answer_command(ledger, request, STORE_REPEATED, &event);
	} else {
		request->answer = STORE_CONFLICT;
		(void)err_field(&request->err, "command_id", "was used for another incident");
	}
	buf_unref(&event.body);
	return 0;
}

static void answer_stale(struct store_request *request, const struct event *last)
{
	struct slice incident = event_incident(last->body);

	request->answer = STORE_CONFLICT;
	request->seq = last->seq;
	request->version = version_in(incident);
	request->body = buf_copy(incident.text, incident.len);
}

static int store_command(struct ledger *ledger, struct store_request *request,
			 const struct incident *incident, agency_set agencies_before,
			 struct err *err)
{
	const struct command *command = request->in.command;
	uint64_t seq = ledger->end.seq + 1;
	struct incident_row row = incident_row_of(incident, seq);
	struct event event = {.at_ms = command->at_ms,
			      .kind = event_kind_of(command->action),
			      .audience = row.audience};

	/* Who loses sight of it is told so, too. */
	event.audience.agencies |= agencies_before;
	memcpy(event.incident_id, incident->id, ID_SIZE);
	event_write_command(&ledger->text, seq, command->at_ms, command, incident,
			    ledger->agencies);
	if (ledger->ops->put_incident(ledger->conn, &row, false, err) < 0 ||
	    add_event(ledger, event, incident->no, err) < 0)
		return -1;
	if (command->command_id[0] != '\0' &&
	    ledger->ops->put_command(ledger->conn, command->command_id, seq, err) < 0)
		return -1;
	answer_command(ledger, request, STORE_STORED, &ledger->events[ledger->count - 1]);
	return 0;
}

/* The person's decision on the incident as it stands in this transaction. */
static int decide(struct ledger *ledger, struct store_request *request,
		  const struct event *last, struct err *err)
{
	struct incident incident;
	agency_set before;
	int status = 0;

	if (incident_of_event(last, ledger->agencies, &incident, err) < 0)
		return -1;
	before = incident.verdict.agencies;
	if (incident_apply(&incident, request->in.command, &request->err) == 0)
		status = store_command(ledger, request, &incident, before, err);
	else if (request->err.kind == ERR_CONFLICT)
		answer_stale(request, last);
	else
		request->answer = STORE_REFUSED;
	incident_fini(&incident);
	return status;
}

static int take_visible_command(struct ledger *ledger, struct store_request *request,
				const struct incident_row *row, struct err *err)
{
	const struct command *command = request->in.command;
	struct event last;
	uint64_t seq;
	int found = 0, status;

	memcpy(request->incident_id, row->id, ID_SIZE);
	if (command->command_id[0] != '\0')
		found = ledger->ops->find_command(ledger->conn, command->command_id, &seq, err);
	if (found < 0)
		return -1;
	if (found > 0)
		return repeat_command(ledger, request, seq, err);
	if (load_event(ledger, row->seq, &last, err) < 0)
		return -1;
	status = decide(ledger, request, &last, err);
	buf_unref(&last.body);
	return status;
}

static int take_command(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct command *command = request->in.command;
	struct incident_row row;
	int found = ledger->ops->find_incident(ledger->conn, command->incident_id, &row, err);

	if (found < 0)
		return -1;
	if (found == 0 || !audience_admits(&row.audience, &command->viewer)) {
		request->answer = STORE_NOT_FOUND;
		return 0;
	}
	return take_visible_command(ledger, request, &row, err);
}

static void answer_call(struct ledger *ledger, struct store_request *request,
			enum store_answer answer, uint64_t seq)
{
	const struct call *call = request->in.call;
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = seq;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", call->id);
	jsonw_string(w, "call_id", call->call_id);
	jsonw_string(w, "state", call_state_names[call->state]);
	jsonw_int(w, "seq", (int64_t)seq);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

static enum call_state state_of(const struct call_row *row)
{
	enum call_state state = CALL_RINGING;

	for (int i = 0; i < CALL_STATES; i++)
		if (row->step[i] > row->step[state])
			state = (enum call_state)i;
	return state;
}

/* A later message need not say again what an earlier one said. */
static int fill_in(struct ledger *ledger, struct call *call, const struct call_row *row,
		   struct err *err)
{
	struct call before;
	struct buf *whole = NULL;
	json_t *doc;
	int status;

	if (ledger->ops->get_reporter(ledger->conn, row->step[state_of(row)], NULL, &whole,
				      err) < 0)
		return -1;
	doc = whole == NULL ? NULL : json_loadb((const char *)whole->data, whole->len, 0, NULL);
	status = call_read(doc, &before, err);
	json_decref(doc);
	buf_unref(&whole);
	if (status < 0) {
		err->kind = ERR_IO;
		return err_wrap(err, "call %s", row->id);
	}
	if (call->caller[0] == '\0')
		memcpy(call->caller, before.caller, sizeof(call->caller));
	if (call->agent[0] == '\0')
		memcpy(call->agent, before.agent, sizeof(call->agent));
	if (!call->location.has_point)
		call->location = before.location;
	return 0;
}

static int store_call(struct ledger *ledger, struct store_request *request,
		      struct call_row *row, struct err *err)
{
	struct call *call = request->in.call;
	uint64_t seq = ledger->end.seq + 1;
	struct event event = {.at_ms = request->at_ms,
			      .kind = EVENT_CALL_UPDATED,
			      .audience = {.scope = SCOPE_CALL}};
	struct buf *whole;
	int status;

	row->step[call->state] = seq;
	jsonw_reset(&ledger->text);
	call_write(call, false, &ledger->text, NULL);
	whole = jsonw_buf(&ledger->text);
	event_write_call(&ledger->text, seq, request->at_ms, call);
	status = add_event(ledger, event, 0, err);
	if (status == 0)
		status = ledger->ops->put_reporter(ledger->conn, seq, call->raw, whole, err);
	if (status == 0)
		status = ledger->ops->put_call(ledger->conn, row, err);
	buf_unref(&whole);
	if (status == 0)
		answer_call(ledger, request, STORE_STORED, seq);
	return status;
}

static int take_call(struct ledger *ledger, struct store_request *request, struct err *err)
{
	struct call *call = request->in.call;
	struct call_row row = {.id = ""};
	int found = ledger->ops->find_call(ledger->conn, call->call_id, &row, err);

	if (found < 0)
		return -1;
	if (found == 0) {
		memcpy(row.call_id, call->call_id, sizeof(row.call_id));
		id_next(&ledger->ids, 'C', request->at_ms, row.id);
	}
	memcpy(call->id, row.id, ID_SIZE);
	/* Told again, also when told late, after the state that followed. */
	if (row.step[call->state] != 0) {
		answer_call(ledger, request, STORE_REPEATED, row.step[call->state]);
		return 0;
	}
	if (found > 0 && !call_may_move(state_of(&row), call->state)) {
		request->answer = STORE_REFUSED;
		(void)err_field(&request->err, "state", "is not possible: the call is %s",
				call_state_names[state_of(&row)]);
		return 0;
	}
	if (found > 0 && fill_in(ledger, call, &row, err) < 0)
		return -1;
	return store_call(ledger, request, &row, err);
}

static int take_cursor(struct ledger *ledger, struct store_request *request, struct err *err)
{
	request->answer = STORE_STORED;
	return ledger->ops->put_cursor(ledger->conn, request->in.cursor.sink,
				       request->in.cursor.seq, ledger->epoch, err);
}

static int take_failure(struct ledger *ledger, struct store_request *request, struct err *err)
{
	request->answer = STORE_STORED;
	return ledger->ops->put_failure(ledger->conn, request->in.cursor.sink,
					request->in.cursor.seq, request->in.cursor.why,
					request->at_ms, err);
}

int ledger_take(struct ledger *ledger, struct store_request *request, struct err *err)
{
	static int (*const take[])(struct ledger *, struct store_request *, struct err *) = {
		[STORE_REPORT] = take_report,   [STORE_COMMAND] = take_command,
		[STORE_CALL] = take_call,       [STORE_CURSOR] = take_cursor,
		[STORE_FAILURE] = take_failure,
	};

	return take[request->op](ledger, request, err);
}
