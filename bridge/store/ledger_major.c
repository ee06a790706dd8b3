/* An incident becomes part of a major one, or stands by itself again.
 *
 * Each is two events: of the incident, which names its parent from then on, and of the parent,
 * which says who came or went. When a major incident ends, what is still open of it is refused,
 * or let go with an event each. */
#include "store/ledger_private.h"

#include <string.h>

#include "model/major.h"

/* Those that name it as their parent, as they stand in this transaction. */
struct children {
	unsigned count, open_count;
	int64_t open[CHILDREN_MAX];
};

static bool note_child(void *ctx, const struct incident_row *row)
{
	struct children *children = ctx;

	children->count++;
	if (row->status != INCIDENT_CLOSED && children->open_count < CHILDREN_MAX)
		children->open[children->open_count++] = row->no;
	return true;
}

static int find_children(struct ledger *ledger, int64_t no, struct children *children_r,
			 struct err *err)
{
	*children_r = (struct children){0};
	return ledger->ops->scan_children(ledger->conn, no, note_child, children_r, err);
}

/* 1; 0: the request says why not; -1. Named by its id, or by its number. */
static int find_parent(struct ledger *ledger, struct store_request *request,
		       struct incident_row *row_r, struct err *err)
{
	const struct command *command = request->in.command;
	int found =
		command->into[0] != '\0'
			? ledger->ops->find_incident(ledger->conn, command->into, row_r, err)
			: ledger->ops->get_incident(ledger->conn, command->into_no, row_r, err);

	if (found < 0 || (found > 0 && audience_admits(&row_r->audience, &command->viewer)))
		return found;
	(void)err_field(&request->err, "parent", "there is no such incident that you may see");
	return 0;
}

/* The parent says whom it has got or lost. */
static int put_parent(struct ledger *ledger, const struct command *command,
		      const struct incident *child, struct incident *parent, struct err *err)
{
	struct event event = {.at_ms = command->at_ms, .kind = EVENT_INCIDENT_UPDATED};

	ledger_settle(ledger, parent, command->at_ms);
	event_write_child(&ledger->text, ledger->end.seq + 1, command, child, parent,
			  ledger->agencies);
	return ledger_put_incident(ledger, parent, event, parent->verdict.agencies, false, err);
}

static int put_link(struct ledger *ledger, struct store_request *request,
		    const struct command *command, struct incident *incident,
		    struct incident *parent, struct err *err)
{
	unsigned at = ledger->count;

	if (ledger_put_decision(ledger, command, incident, incident->verdict.agencies, err) < 0)
		return -1;
	incident_take_child(parent, command->at_ms);
	if (put_parent(ledger, command, incident, parent, err) < 0)
		return -1;
	return ledger_finish_command(ledger, request, at, err);
}

static int link_to(struct ledger *ledger, struct store_request *request,
		   struct incident *incident, struct incident *parent, struct err *err)
{
	struct command command = *request->in.command;
	struct children children;

	if (find_children(ledger, parent->no, &children, err) < 0)
		return -1;
	memcpy(command.into, parent->id, ID_SIZE);
	command.into_no = parent->no;
	if (incident_apply(incident, &command, &request->err) < 0 ||
	    incident_may_be_of(incident, parent, children.count, &request->err) < 0)
		return 0;
	return put_link(ledger, request, &command, incident, parent, err);
}

int ledger_link_child(struct ledger *ledger, struct store_request *request,
		      struct incident *incident, struct err *err)
{
	struct incident_row row;
	struct incident parent;
	int found = find_parent(ledger, request, &row, err);

	if (found <= 0)
		return found;
	if (ledger_load_incident(ledger, &row, &parent, err) < 0)
		return -1;
	found = link_to(ledger, request, incident, &parent, err);
	incident_fini(&parent);
	return found;
}

/* --- by itself again --- */

static int load_no(struct ledger *ledger, int64_t no, struct incident *incident_r,
		   struct err *err)
{
	struct incident_row row;
	int found = ledger->ops->get_incident(ledger->conn, no, &row, err);

	if (found == 0)
		return err_set(err, ERR_IO, "incident %lld is missing", (long long)no);
	return found < 0 ? -1 : ledger_load_incident(ledger, &row, incident_r, err);
}

static int tell_parent(struct ledger *ledger, const struct command *command,
		       const struct incident *child, struct err *err)
{
	struct children left;
	struct incident parent;
	int status;

	if (find_children(ledger, command->into_no, &left, err) < 0 ||
	    load_no(ledger, command->into_no, &parent, err) < 0)
		return -1;
	incident_lose_child(&parent, left.count > 0, command->at_ms);
	status = put_parent(ledger, command, child, &parent, err);
	incident_fini(&parent);
	return status;
}

int ledger_unlink_child(struct ledger *ledger, struct store_request *request,
			struct incident *incident, struct err *err)
{
	struct command command = *request->in.command;
	unsigned at = ledger->count;

	memcpy(command.into, incident->parent.id, ID_SIZE);
	command.into_no = incident->parent.no;
	if (incident_apply(incident, &command, &request->err) < 0)
		return 0;
	if (ledger_put_decision(ledger, &command, incident, incident->verdict.agencies, err) <
		    0 ||
	    tell_parent(ledger, &command, incident, err) < 0)
		return -1;
	return ledger_finish_command(ledger, request, at, err);
}

/* --- the end of a major one --- */

static bool ends_major(const struct incident *before, const struct incident *after)
{
	return before->is_major && before->status != INCIDENT_CLOSED &&
	       after->status == INCIDENT_CLOSED;
}

/* Who writes down that a neighbour has taken the last part of it cannot be asked: then they are
 * let go. */
int ledger_may_end(struct ledger *ledger, struct store_request *request,
		   const struct incident *before, struct incident *after, struct err *err)
{
	const struct command *command = request->in.command;
	bool may_leave = command->is_leaving || command->action != ACTION_CLOSE;
	struct children children;

	if (!ends_major(before, after))
		return 1;
	if (find_children(ledger, after->no, &children, err) < 0)
		return -1;
	if (children.open_count > 0 && !may_leave)
		return err_set(&request->err, ERR_CONFLICT,
			       "%u of its parts are open, #%04lld first: close them, or leave "
			       "them "
			       "with \"children\": \"leave\"",
			       children.open_count, (long long)children.open[0]),
		       0;
	after->is_major = children.count > children.open_count;
	return 1;
}

static int leave_one(struct ledger *ledger, const struct command *command,
		     const struct incident *parent, int64_t no, struct err *err)
{
	struct command own = {.action = ACTION_UNLINK,
			      .agency = -1,
			      .expected_version = -1,
			      .at_ms = command->at_ms,
			      .into_no = parent->no};
	struct incident child;
	int status;

	memcpy(own.by, command->by, USER_SIZE);
	memcpy(own.into, parent->id, ID_SIZE);
	if (load_no(ledger, no, &child, err) < 0)
		return -1;
	status = incident_apply(&child, &own, err);
	if (status == 0)
		status = ledger_put_decision(ledger, &own, &child, child.verdict.agencies, err);
	incident_fini(&child);
	return status;
}

int ledger_leave_children(struct ledger *ledger, const struct command *command,
			  const struct incident *before, const struct incident *after,
			  struct err *err)
{
	struct children children;

	if (!ends_major(before, after))
		return 0;
	if (find_children(ledger, after->no, &children, err) < 0)
		return -1;
	for (unsigned i = 0; i < children.open_count; i++)
		if (leave_one(ledger, command, after, children.open[i], err) < 0)
			return -1;
	return 0;
}
