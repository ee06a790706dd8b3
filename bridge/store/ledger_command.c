/* A decision on one incident, applied to its newest state. */
#include "store/ledger_private.h"

#include <string.h>

void ledger_answer_command(struct ledger *ledger, struct store_request *request,
			   enum store_answer answer, const struct event *event)
{
	struct slice incident = event_incident(event->body);
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = event->seq;
	request->version = ledger_version_in(incident);
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

static int repeat_command(struct ledger *ledger, struct store_request *request, uint64_t seq,
			  struct err *err)
{
	struct event event;

	if (ledger_load_event(ledger, seq, &event, err) < 0)
		return -1;
	if (strcmp(event.incident_id, request->in.command->incident_id) == 0) {
		ledger_answer_command(ledger, request, STORE_REPEATED, &event);
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
	request->version = ledger_version_in(incident);
	request->body = buf_copy(incident.text, incident.len);
}

int ledger_finish_command(struct ledger *ledger, struct store_request *request, unsigned at,
			  struct err *err)
{
	const struct command *command = request->in.command;
	const struct event *event = &ledger->events[at];

	if (command->command_id[0] != '\0' &&
	    ledger->ops->put_command(ledger->conn, command->command_id, event->seq, err) < 0)
		return -1;
	ledger_answer_command(ledger, request, STORE_STORED, event);
	return 0;
}

int ledger_put_decision(struct ledger *ledger, const struct command *command,
			const struct incident *incident, agency_set agencies_before,
			struct err *err)
{
	struct event event = {.at_ms = command->at_ms, .kind = event_kind_of(command->action)};

	event_write_command(&ledger->text, ledger->end.seq + 1, command->at_ms, command,
			    incident, ledger->agencies);
	return ledger_put_incident(ledger, incident, event, agencies_before, false, err);
}

static int decide_alone(struct ledger *ledger, struct store_request *request,
			struct incident *incident, struct err *err)
{
	const struct command *command = request->in.command;
	agency_set before = incident->verdict.agencies;
	unsigned at = ledger->count;

	if (incident_apply(incident, command, &request->err) < 0)
		return 0;
	if (ledger_put_decision(ledger, command, incident, before, err) < 0)
		return -1;
	return ledger_finish_command(ledger, request, at, err);
}

/* The person's decision on the incident as it stands in this transaction. */
static int decide(struct ledger *ledger, struct store_request *request,
		  struct incident *incident, struct err *err)
{
	switch (request->in.command->action) {
	case ACTION_MERGE:
		return ledger_merge(ledger, request, incident, err);
	case ACTION_FOLD:
		return ledger_fold(ledger, request, incident, err);
	case ACTION_SPLIT:
		return ledger_split(ledger, request, incident, err);
	case ACTION_ACKNOWLEDGE:
	case ACTION_NOTE:
	case ACTION_RECLASSIFY:
	case ACTION_RELOCATE:
	case ACTION_CLOSE:
	case ACTION_REOPEN:
	case ACTION_UNFOLD:
	case ACTIONS:
		break;
	}
	return decide_alone(ledger, request, incident, err);
}

static int take_fresh_command(struct ledger *ledger, struct store_request *request,
			      const struct event *last, struct err *err)
{
	struct incident incident;
	int status;

	if (incident_of_event(last, ledger->agencies, &incident, err) < 0)
		return -1;
	status = decide(ledger, request, &incident, err);
	if (status == 0 && request->err.kind == ERR_CONFLICT)
		answer_stale(request, last);
	else if (status == 0 && request->err.kind != ERR_NONE)
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
	if (ledger_load_event(ledger, row->seq, &last, err) < 0)
		return -1;
	status = take_fresh_command(ledger, request, &last, err);
	buf_unref(&last.body);
	return status;
}

int ledger_take_command(struct ledger *ledger, struct store_request *request, struct err *err)
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
