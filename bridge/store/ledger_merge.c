/* Two incidents become one, or are shown as one.
 *
 * A merge is two events: the one that is merged is closed and says into what, the other says
 * what it has taken in, whole: a split later finds there what it has to give back. */
#include "store/ledger_private.h"

#include <string.h>

/* 1: request->in.command's other incident. 0: request->err says why not. */
static int find_other(struct ledger *ledger, struct store_request *request,
		      struct incident_row *row_r, struct err *err)
{
	const struct command *command = request->in.command;
	int found = ledger->ops->find_incident(ledger->conn, command->into, row_r, err);

	if (found < 0)
		return -1;
	if (found > 0 && audience_admits(&row_r->audience, &command->viewer))
		return 1;
	(void)err_field(&request->err, "into", "there is no such incident that you may see");
	return 0;
}

static int put_both(struct ledger *ledger, struct store_request *request,
		    const struct incident *before, struct incident *from, struct incident *into,
		    struct err *err)
{
	const struct command *command = request->in.command;
	struct event event = {.at_ms = command->at_ms, .kind = EVENT_INCIDENT_UPDATED};
	agency_set agencies_before = into->verdict.agencies;
	unsigned at = ledger->count;

	if (ledger_put_decision(ledger, command, from, before->verdict.agencies, err) < 0)
		return -1;
	incident_take_in(into, before, command->at_ms);
	ledger_settle(ledger, into, command->at_ms);
	event_write_taken_in(&ledger->text, ledger->end.seq + 1, command, before, into,
			     ledger->agencies);
	if (ledger_put_incident(ledger, into, event, agencies_before, false, err) < 0)
		return -1;
	return ledger_finish_command(ledger, request, at, err);
}

int ledger_merge(struct ledger *ledger, struct store_request *request,
		 struct incident *incident, struct err *err)
{
	struct command command = *request->in.command;
	struct incident before = *incident; /* its text stays incident's */
	struct incident_row row;
	struct incident into;
	int found = find_other(ledger, request, &row, err);

	if (found <= 0)
		return found;
	if (ledger_load_incident(ledger, &row, &into, err) < 0)
		return -1;
	command.into_no = into.no;
	found = 0;
	if (incident_apply(incident, &command, &request->err) == 0 &&
	    incident_may_merge(&before, &into, &request->err) == 0)
		found = put_both(ledger, request, &before, incident, &into, err);
	incident_fini(&into);
	return found;
}

int ledger_fold(struct ledger *ledger, struct store_request *request, struct incident *incident,
		struct err *err)
{
	struct command command = *request->in.command;
	agency_set before = incident->verdict.agencies;
	unsigned at = ledger->count;
	struct incident_row row;
	int found = find_other(ledger, request, &row, err);

	if (found <= 0 || incident_row_follow(ledger->ops, ledger->conn, &row, err) < 0)
		return found < 0 ? -1 : 0;
	if (row.status == INCIDENT_CLOSED || row.no == incident->no)
		return err_field(&request->err, "into", "is not open beside it"), 0;
	memcpy(command.into, row.id, ID_SIZE);
	command.into_no = row.no;
	if (incident_apply(incident, &command, &request->err) < 0)
		return 0;
	if (ledger_put_decision(ledger, &command, incident, before, err) < 0)
		return -1;
	return ledger_finish_command(ledger, request, at, err);
}
