/* What was joined is taken apart.
 *
 * A report that was linked gets an incident of its own, as if it had always had one. An
 * incident that was merged is given back as it was, by naming its first report; the others of
 * it go along. What is left is the incident's past told once more without them (replay): its
 * priority, its agencies, their states and times stand as they would have stood. */
#include "store/ledger_private.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* One that leaves, or that has left before. */
struct leaving {
	struct split_piece piece;
	uint64_t seq;            /* of the split: UINT64_MAX for this one */
	uint64_t report_seq;     /* !is_given_back: of the event that brought it */
	uint64_t merge_seq;      /* is_given_back: of the event that took it in */
	struct incident_row row; /* is_given_back: as it stands, closed */
};

struct split {
	struct ledger *ledger;
	const struct command *command;
	struct incident *incident; /* as it stands, with this command's version */
	struct leaving *leaving;
	unsigned count, room; /* those of this split first */
	unsigned now;         /* … and how many of them */
	struct incident rest; /* what is left, as far as the past is told */
	bool has_begun;
	struct buf *before; /* the event before, for what changed since */
	int status;
	struct err *err;
};

static struct leaving *add_leaving(struct split *split)
{
	if (split->count == split->room) {
		split->room = 2 * split->room + 8;
		split->leaving =
			xrealloc(split->leaving, split->room * sizeof(*split->leaving));
	}
	split->leaving[split->count] = (struct leaving){.seq = UINT64_MAX};
	return &split->leaving[split->count++];
}

/* ---- Who is to leave. ---- */

/* The one merged into this incident by which the report came: the last on its way. */
static int find_child(struct split *split, const struct report_row *report,
		      struct incident_row *row_r)
{
	struct ledger *ledger = split->ledger;
	int64_t no = report->incident;

	do {
		int found = ledger->ops->get_incident(ledger->conn, no, row_r, split->err);

		if (found <= 0)
			return found < 0 ? -1
					 : err_set(split->err, ERR_IO,
						   "incident %lld is missing", (long long)no);
		no = row_r->merged;
	} while (no != split->incident->no);
	return 0;
}

static bool is_named(const struct split *split, const char *report_id)
{
	for (size_t i = 0; i < json_array_size(split->command->reports); i++)
		if (strcmp(json_string_value(json_array_get(split->command->reports, i)),
			   report_id) == 0)
			return true;
	return false;
}

static int plan_merged(struct split *split, const char *id, const struct report_row *report,
		       struct err *why)
{
	struct leaving *leaving;
	struct incident_row row;
	struct incident child;
	bool is_first, goes_along;

	if (find_child(split, report, &row) < 0 ||
	    ledger_load_incident(split->ledger, &row, &child, split->err) < 0)
		return -1;
	is_first = strcmp(child.report_id[0], id) == 0;
	goes_along = is_named(split, child.report_id[0]);
	if (!is_first && !goes_along)
		(void)err_field(why, "reports",
				"%s came with #%lld: split that off by its "
				"first report, %s",
				id, (long long)child.no, child.report_id[0]);
	incident_fini(&child);
	if (!is_first)
		return 0;
	leaving = add_leaving(split);
	memcpy(leaving->piece.report_id, id, ID_SIZE);
	memcpy(leaving->piece.incident.id, row.id, ID_SIZE);
	leaving->piece.incident.no = row.no;
	leaving->piece.is_given_back = true;
	leaving->row = row;
	return 0;
}

static int plan_linked(struct split *split, const char *id, const struct report_row *report,
		       struct err *why)
{
	struct leaving *leaving;

	if (strcmp(split->incident->report_id[0], id) == 0) {
		(void)err_field(why, "reports", "%s is the first one: it is the incident", id);
		return 0;
	}
	leaving = add_leaving(split);
	memcpy(leaving->piece.report_id, id, ID_SIZE);
	leaving->report_seq = report->seq;
	return 0;
}

/* -1: trouble. 0 with why set: it cannot leave. */
static int plan_one(struct split *split, const char *id, struct err *why)
{
	struct report_row report;
	struct incident_row row;
	int found = ledger_find_of_report(split->ledger, id, &report, &row, split->err);

	if (found < 0)
		return -1;
	if (found == 0 || row.no != split->incident->no) {
		(void)err_field(why, "reports", "%s is not of this incident", id);
		return 0;
	}
	return report.incident == row.no ? plan_linked(split, id, &report, why)
					 : plan_merged(split, id, &report, why);
}

static int plan(struct split *split, struct err *why)
{
	const json_t *list = split->command->reports;

	for (size_t i = 0; i < json_array_size(list) && why->kind == ERR_NONE; i++)
		if (plan_one(split, json_string_value(json_array_get(list, i)), why) < 0)
			return -1;
	split->now = split->count;
	return 0;
}

/* ---- The past, told once more. ---- */

/* What earlier splits have taken out stays out. */
static void remember_split(struct split *split, uint64_t seq, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		struct leaving *leaving = add_leaving(split);

		leaving->seq = seq;
		snprintf(leaving->piece.report_id, ID_SIZE, "%s",
			 json_string_value(json_object_get(one, "report_id")));
		snprintf(leaving->piece.incident.id, ID_SIZE, "%s",
			 json_string_value(json_object_get(one, "incident_id")));
		leaving->piece.is_given_back = json_is_true(json_object_get(one, "given_back"));
	}
}

static json_t *frame_of(const struct event *event)
{
	return json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
}

static bool has_mark(const struct event *event, const char *mark)
{
	struct slice head = event_head(event->body);

	return memmem(head.text, head.len, mark, strlen(mark)) != NULL;
}

static bool look_for_splits(void *ctx, const struct event *event,
			    const unsigned char link[LINK_SIZE])
{
	struct split *split = ctx;
	json_t *frame;

	(void)link;
	if (!has_mark(event, ",\"split\":["))
		return true;
	frame = frame_of(event);
	remember_split(split, event->seq, json_object_get(frame, "split"));
	json_decref(frame);
	return true;
}

static bool has_left(const struct split *split, const char *report_id)
{
	for (unsigned i = 0; i < split->count; i++)
		if (!split->leaving[i].piece.is_given_back &&
		    strcmp(split->leaving[i].piece.report_id, report_id) == 0)
			return true;
	return false;
}

/* Merged and given back in turns: a merge has been undone by whatever gave back after it. */
static bool is_undone(struct split *split, const char *incident_id, uint64_t seq)
{
	bool is_undone = false;

	for (unsigned i = 0; i < split->count; i++) {
		struct leaving *leaving = &split->leaving[i];

		if (!leaving->piece.is_given_back || leaving->seq < seq ||
		    strcmp(leaving->piece.incident.id, incident_id) != 0)
			continue;
		if (leaving->seq == UINT64_MAX)
			leaving->merge_seq = seq; /* the last such is the one that holds */
		is_undone = true;
	}
	return is_undone;
}

static int tell_report(struct split *split, const struct event *event)
{
	struct filing filing;

	if (filing_of_event(event, split->ledger->agencies, &filing, split->err) < 0)
		return -1;
	if (!has_left(split, filing.report.id))
		incident_add_report(&split->rest, &filing, event->at_ms);
	filing_fini(&filing);
	return 0;
}

static int tell_merge(struct split *split, const struct event *event, const json_t *merged)
{
	struct incident other;

	if (incident_read(merged, split->ledger->agencies, &other, split->err) < 0)
		return -1;
	if (!is_undone(split, other.id, event->seq))
		incident_take_in(&split->rest, &other, event->at_ms);
	incident_fini(&other);
	return 0;
}

static unsigned judged_in(const json_t *frame)
{
	const char *action = json_string_value(json_object_get(frame, "action"));

	if (action == NULL || strcmp(action, action_names[ACTION_RECLASSIFY]) != 0)
		return 0;
	return (json_object_get(frame, "category") != NULL ? JUDGED_CATEGORY : 0) |
	       (json_object_get(frame, "priority") != NULL ? JUDGED_PRIORITY : 0) |
	       (json_object_get(frame, "agencies") != NULL ? JUDGED_AGENCIES : 0);
}

static int tell_decision(struct split *split, const struct event *event, const json_t *frame)
{
	struct event last = {.seq = event->seq, .body = split->before};
	struct incident before, after;

	if (incident_of_event(&last, split->ledger->agencies, &before, split->err) < 0)
		return -1;
	if (incident_of_event(event, split->ledger->agencies, &after, split->err) < 0) {
		incident_fini(&before);
		return -1;
	}
	incident_follow(&split->rest, &before, &after, judged_in(frame));
	incident_fini(&before);
	incident_fini(&after);
	return 0;
}

static int tell_later(struct split *split, const struct event *event)
{
	const json_t *merged;
	json_t *frame;
	int status = 0;

	if (event->kind == EVENT_REPORT_RECEIVED)
		return tell_report(split, event);
	frame = frame_of(event);
	merged = json_object_get(frame, "merged");
	if (merged != NULL)
		status = tell_merge(split, event, merged);
	else if (json_object_get(frame, "split") == NULL)
		status = tell_decision(split, event, frame);
	json_decref(frame);
	return status;
}

static bool tell_event(void *ctx, const struct event *event,
		       const unsigned char link[LINK_SIZE])
{
	struct split *split = ctx;

	(void)link;
	if (split->has_begun) {
		split->status = tell_later(split, event);
	} else {
		split->status = incident_of_event(event, split->ledger->agencies, &split->rest,
						  split->err);
		split->has_begun = split->status == 0;
	}
	buf_unref(&split->before);
	split->before = buf_ref(event->body);
	return split->status == 0;
}

/* They went by what was there, also where that is taken out now: none of them begins again. */
static void keep_waits(struct split *split)
{
	for (unsigned i = 0; i < AGENCY_MAX; i++)
		memcpy(split->rest.assignment[i].wait, split->incident->assignment[i].wait,
		       sizeof(split->rest.assignment[i].wait));
}

static int replay(struct split *split)
{
	struct ledger *ledger = split->ledger;
	int64_t no = split->incident->no;

	if (ledger->ops->scan_events(ledger->conn, no, 0, look_for_splits, split, split->err) <
		    0 ||
	    ledger->ops->scan_events(ledger->conn, no, 0, tell_event, split, split->err) < 0 ||
	    split->status < 0)
		return -1;
	incident_keep_orders(&split->rest, split->incident);
	split->rest.parent = split->incident->parent; /* no report's doing */
	split->rest.is_major = split->incident->is_major;
	split->rest.version = split->rest.decided_version = split->incident->version;
	split->rest.updated_at_ms = split->command->at_ms;
	keep_waits(split);
	return 0;
}

/* ---- What the log says of it. ---- */

static void number_pieces(struct split *split)
{
	for (unsigned i = 0; i < split->now; i++) {
		struct split_piece *piece = &split->leaving[i].piece;

		if (piece->is_given_back)
			continue;
		id_next(&split->ledger->ids, 'I', split->command->at_ms, piece->incident.id);
		piece->incident.no = ++split->ledger->end.no;
	}
}

static int put_rest(struct split *split)
{
	struct ledger *ledger = split->ledger;
	struct event event = {.at_ms = split->command->at_ms, .kind = EVENT_INCIDENT_UPDATED};
	struct split_piece pieces[SPLIT_MAX];

	for (unsigned i = 0; i < split->now; i++)
		pieces[i] = split->leaving[i].piece;
	ledger_settle(ledger, &split->rest, split->command->at_ms);
	event_write_split(&ledger->text, ledger->end.seq + 1, split->command, pieces,
			  split->now, &split->rest, ledger->agencies);
	return ledger_put_incident(ledger, &split->rest, event,
				   split->incident->verdict.agencies, false, split->err);
}

static int put_piece(struct split *split, const struct leaving *leaving,
		     struct incident *incident, agency_set before)
{
	struct ledger *ledger = split->ledger;
	bool is_new = !leaving->piece.is_given_back;
	struct event event = {.at_ms = split->command->at_ms,
			      .kind = is_new ? EVENT_INCIDENT_CREATED : EVENT_INCIDENT_UPDATED};

	escalation_forget(incident);
	ledger_settle(ledger, incident, split->command->at_ms);
	event_write_piece(&ledger->text, ledger->end.seq + 1, split->command, &leaving->piece,
			  &split->rest, incident, ledger->agencies);
	return ledger_put_incident(ledger, incident, event, before, is_new, split->err);
}

static int put_own(struct split *split, const struct leaving *leaving)
{
	struct ledger *ledger = split->ledger;
	struct incident incident;
	struct filing filing;
	struct event event;
	int status;

	if (ledger_load_event(ledger, leaving->report_seq, &event, split->err) < 0)
		return -1;
	status = filing_of_event(&event, ledger->agencies, &filing, split->err);
	buf_unref(&event.body);
	if (status < 0)
		return -1;
	incident_open(&incident, &filing.report, &filing.verdict, &filing.location,
		      leaving->piece.incident.id, leaving->piece.incident.no,
		      filing.tracking_id, filing.at_ms);
	incident.updated_at_ms = split->command->at_ms;
	incident.order = filing.order;
	status = put_piece(split, leaving, &incident, 0);
	incident_fini(&incident);
	filing_fini(&filing);
	if (status < 0)
		return -1;
	return ledger->ops->move_report(ledger->conn, leaving->report_seq,
					leaving->piece.incident.no, split->err);
}

/* As it was before the merge, and newer than anybody has seen it. */
static int read_merged(struct split *split, const struct leaving *leaving,
		       struct incident *incident_r)
{
	struct event event;
	json_t *frame;
	int status;

	if (ledger_load_event(split->ledger, leaving->merge_seq, &event, split->err) < 0)
		return -1;
	frame = frame_of(&event);
	buf_unref(&event.body);
	status = incident_read(json_object_get(frame, "merged"), split->ledger->agencies,
			       incident_r, split->err);
	json_decref(frame);
	return status;
}

static int put_back(struct split *split, const struct leaving *leaving)
{
	struct incident now, incident;
	int status;

	if (ledger_load_incident(split->ledger, &leaving->row, &now, split->err) < 0)
		return -1;
	if (read_merged(split, leaving, &incident) < 0) {
		incident_fini(&now);
		return -1;
	}
	incident.version = incident.decided_version = now.version + 1;
	incident.parent = now.parent; /* that one may have ended meanwhile */
	incident.updated_at_ms = split->command->at_ms;
	status = put_piece(split, leaving, &incident, now.verdict.agencies);
	incident_fini(&incident);
	incident_fini(&now);
	return status;
}

static int put_all(struct split *split)
{
	number_pieces(split);
	if (put_rest(split) < 0)
		return -1;
	for (unsigned i = 0; i < split->now; i++) {
		const struct leaving *leaving = &split->leaving[i];

		if ((leaving->piece.is_given_back ? put_back(split, leaving)
						  : put_own(split, leaving)) < 0)
			return -1;
	}
	return 0;
}

/* What is open has somebody who sees to it. */
static void check_rest(const struct split *split, struct err *err)
{
	if (split->rest.status != INCIDENT_CLOSED && incident_is_over(&split->rest))
		(void)err_field(err, "reports",
				"all who are left have closed their part: reopen one first");
}

static void split_fini(struct split *split)
{
	xfree(split->leaving);
	buf_unref(&split->before);
	if (split->has_begun)
		incident_fini(&split->rest);
}

int ledger_split(struct ledger *ledger, struct store_request *request,
		 struct incident *incident, struct err *err)
{
	struct split split = {.ledger = ledger,
			      .command = request->in.command,
			      .incident = incident,
			      .err = err};
	unsigned at = ledger->count;
	int status = 0;

	if (incident_apply(incident, request->in.command, &request->err) == 0)
		status = plan(&split, &request->err);
	if (status == 0 && request->err.kind == ERR_NONE)
		status = replay(&split);
	if (status == 0 && split.has_begun)
		check_rest(&split, &request->err);
	if (status == 0 && request->err.kind == ERR_NONE)
		status = put_all(&split);
	split_fini(&split);
	if (status < 0 || request->err.kind != ERR_NONE)
		return status;
	return ledger_finish_command(ledger, request, at, err);
}
