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

static bool is_about(const struct event *event, const struct command *command)
{
	return strcmp(event->incident_id, command->incident_id) == 0;
}

/* What a command of this id did before. */
struct earlier {
	struct event event; /* seq 0: there was none */
	bool is_same;       /* it was the same decision */
};

static void repeat_command(struct ledger *ledger, struct store_request *request,
			   const struct earlier *first)
{
	bool is_here = is_about(&first->event, request->in.command);

	if (is_here && first->is_same) {
		ledger_answer_command(ledger, request, STORE_REPEATED, &first->event);
		return;
	}
	request->answer = STORE_CONFLICT;
	(void)err_field(&request->err, "command_id", "was used for another %s",
			is_here ? "decision" : "incident");
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
	unsigned char digest[32];

	command_digest(command, digest);
	if (ledger_put_command(ledger, command->command_id, digest, event->seq, err) < 0)
		return -1;
	ledger_answer_command(ledger, request, STORE_STORED, event);
	return 0;
}

int ledger_put_decision(struct ledger *ledger, const struct command *command,
			struct incident *incident, agency_set agencies_before, struct err *err)
{
	struct event event = {.at_ms = command->at_ms,
			      .kind = event_kind_after(command, incident)};

	ledger_settle(ledger, incident, command->at_ms);
	event_write_command(&ledger->text, ledger->end.seq + 1, command->at_ms, command,
			    incident, ledger->agencies);
	return ledger_put_incident(ledger, incident, event, agencies_before, false, err);
}

int ledger_decide_alone(struct ledger *ledger, struct store_request *request,
			const struct command *command, struct incident *incident,
			struct err *err)
{
	const struct incident before = *incident; /* its text and orders stay incident's */
	unsigned at = ledger->count;
	int may;

	if (incident_apply(incident, command, &request->err) < 0)
		return 0;
	may = ledger_may_end(ledger, request, &before, incident, err);
	if (may > 0 && command->action == ACTION_UNDO)
		may = ledger_may_go_on(ledger, request, command, incident, err);
	if (may <= 0)
		return may;
	if (ledger_put_decision(ledger, command, incident, before.verdict.agencies, err) < 0 ||
	    ledger_move_units(ledger, command, incident, ledger->events[at].seq, err) < 0 ||
	    ledger_judge_callers(ledger, request, &before, incident, err) < 0 ||
	    ledger_leave_children(ledger, command, &before, incident, err) < 0)
		return -1;
	return ledger_finish_command(ledger, request, at, err);
}

/* Each order has a name of its own, by which the crew answers it. */
static int assign(struct ledger *ledger, struct store_request *request,
		  struct incident *incident, struct err *err)
{
	struct command command = *request->in.command;
	int may = ledger_may_send(ledger, request, incident->is_exercise, err);

	if (may <= 0)
		return may;
	for (unsigned i = 0; i < command.unit_count; i++)
		id_next(&ledger->ids, 'D', command.at_ms, command.unit[i].dispatch_id);
	if (ledger_decide_alone(ledger, request, &command, incident, err) < 0)
		return -1;
	return incident->is_exercise || request->err.kind != ERR_NONE
		       ? 0
		       : ledger_leave_exercises(ledger, &command, err);
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
	case ACTION_LINK:
		return ledger_link_child(ledger, request, incident, err);
	case ACTION_UNLINK:
		return ledger_unlink_child(ledger, request, incident, err);
	case ACTION_UNDO:
		return ledger_undo(ledger, request, incident, err);
	case ACTION_ASSIGN:
		return assign(ledger, request, incident, err);
	case ACTION_STATUS:
	case ACTION_CANCEL:
	case ACTION_HAND_OVER:
	case ACTION_RECEIPT:
	case ACTION_ACKNOWLEDGE:
	case ACTION_NOTE:
	case ACTION_RECLASSIFY:
	case ACTION_RELOCATE:
	case ACTION_HAZARD:
	case ACTION_CORRECT:
	case ACTION_CLOSE:
	case ACTION_REOPEN:
	case ACTION_UNFOLD:
	case ACTION_ESCALATE:
	case ACTION_ACKNOWLEDGE_ALARM:
	case ACTION_SHELVE_ALARM:
	case ACTIONS:
		break;
	}
	return ledger_decide_alone(ledger, request, request->in.command, incident, err);
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

static int take_first_time(struct ledger *ledger, struct store_request *request,
			   const struct incident_row *row, struct err *err)
{
	struct event last;
	int status;

	if (ledger_load_event(ledger, row->seq, &last, err) < 0)
		return -1;
	status = take_fresh_command(ledger, request, &last, err);
	buf_unref(&last.body);
	return status;
}

/* 1, 0: there is none, or -1. */
static int find_first(struct ledger *ledger, const struct command *command,
		      struct earlier *first_r, struct err *err)
{
	unsigned char digest[32];
	uint64_t seq;
	int found;

	command_digest(command, digest);
	found = ledger_find_command(ledger, command->command_id, digest, &seq,
				    &first_r->is_same, err);
	if (found <= 0)
		return found;
	return ledger_load_event(ledger, seq, &first_r->event, err) < 0 ? -1 : 1;
}

/* Whoever handed the incident over was told so by the event of it, and may ask again for the
 * answer: else it would seem not to have happened. */
static bool is_shown(const struct incident_row *row, const struct event *first,
		     const struct command *command)
{
	if (audience_admits(&row->audience, &command->viewer))
		return true;
	return first != NULL && is_about(first, command) &&
	       audience_admits(&first->audience, &command->viewer);
}

static int take_found(struct ledger *ledger, struct store_request *request,
		      const struct incident_row *row, struct err *err)
{
	const struct command *command = request->in.command;
	struct earlier first = {.is_same = false};
	int again = find_first(ledger, command, &first, err), status = 0;

	if (again < 0)
		return -1;
	memcpy(request->incident_id, row->id, ID_SIZE);
	if (!is_shown(row, again > 0 ? &first.event : NULL, command))
		request->answer = STORE_NOT_FOUND;
	else if (again > 0)
		repeat_command(ledger, request, &first);
	else
		status = take_first_time(ledger, request, row, err);
	buf_unref(&first.event.body);
	return status;
}

int ledger_take_command(struct ledger *ledger, struct store_request *request, struct err *err)
{
	struct incident_row row;
	int found = ledger->ops->find_incident(ledger->conn, request->in.command->incident_id,
					       &row, err);

	if (found > 0)
		return take_found(ledger, request, &row, err);
	request->answer = STORE_NOT_FOUND;
	return found;
}
