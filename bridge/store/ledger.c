#include "store/ledger.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "store/ledger_private.h"

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
	ledger->callers_before = ledger->callers;
	ledger->events = xcalloc(max, sizeof(*ledger->events));
	ledger->max = max;
	return 0;
}

void ledger_rollback(struct ledger *ledger)
{
	ledger->ops->rollback(ledger->conn);
	ledger->end = ledger->before;
	ledger->callers = ledger->callers_before;
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

/* A split makes an event for each piece: rarer than a wish for room at the start is worth. */
static void make_room(struct ledger *ledger)
{
	if (ledger->count < ledger->max)
		return;
	ledger->max = 2 * ledger->max + 1;
	ledger->events = xrealloc(ledger->events, ledger->max * sizeof(*ledger->events));
}

int ledger_add_event(struct ledger *ledger, struct event event, int64_t incident_no,
		     struct err *err)
{
	struct event *place;

	make_room(ledger);
	place = &ledger->events[ledger->count];
	event.seq = ledger->end.seq + 1;
	event.body = jsonw_buf(&ledger->text);
	*place = event;
	ledger->count++;
	event_link(ledger->end.link, event.body, ledger->end.link);
	ledger->end.seq = event.seq;
	return ledger->ops->put_event(ledger->conn, place, ledger->end.link, incident_no, err);
}

int ledger_put_incident(struct ledger *ledger, const struct incident *incident,
			struct event event, agency_set agencies_before, bool is_new,
			struct err *err)
{
	struct incident_row row = incident_row_of(incident, ledger->end.seq + 1);

	event.audience = row.audience;
	event.audience.agencies |= agencies_before;
	memcpy(event.incident_id, incident->id, ID_SIZE);
	if (ledger->ops->put_incident(ledger->conn, &row, is_new, err) < 0)
		return -1;
	return ledger_add_event(ledger, event, incident->no, err);
}

void ledger_settle(const struct ledger *ledger, struct incident *incident, int64_t at_ms)
{
	if (ledger->escalation != NULL)
		escalation_settle(ledger->escalation, incident, at_ms);
}

const struct event *ledger_last(const struct ledger *ledger)
{
	return &ledger->events[ledger->count - 1];
}

struct slice ledger_between(struct slice in, const char *mark, size_t mark_skip,
			    const char *end)
{
	const char *from = memmem(in.text, in.len, mark, strlen(mark)), *to = NULL;

	if (from != NULL) {
		from += mark_skip;
		to = memmem(from, (size_t)(in.text + in.len - from), end, strlen(end));
	}
	if (to == NULL)
		panic("ledger: an event has lost its form");
	return (struct slice){.text = from, .len = (size_t)(to - from)};
}

int64_t ledger_version_in(struct slice incident)
{
	return strtoll(
		ledger_between(incident, ",\"version\":", strlen(",\"version\":"), ",").text,
		NULL, 10);
}

int ledger_load_event(struct ledger *ledger, uint64_t seq, struct event *event_r,
		      struct err *err)
{
	int found = ledger->ops->get_event(ledger->conn, seq, event_r, err);

	if (found == 0)
		return err_set(err, ERR_IO, "event %llu is not in the log",
			       (unsigned long long)seq);
	return found < 0 ? -1 : 0;
}

int ledger_load_incident(struct ledger *ledger, const struct incident_row *row,
			 struct incident *incident_r, struct err *err)
{
	struct event last;
	int status;

	if (ledger_load_event(ledger, row->seq, &last, err) < 0)
		return -1;
	status = incident_of_event(&last, ledger->agencies, incident_r, err);
	buf_unref(&last.body);
	return status;
}

int ledger_find_of_report(struct ledger *ledger, const char *report_id,
			  struct report_row *report_r, struct incident_row *row_r,
			  struct err *err)
{
	int found = ledger->ops->get_report(ledger->conn, report_id, report_r, err);

	if (found <= 0)
		return found;
	found = ledger->ops->get_incident(ledger->conn, report_r->incident, row_r, err);
	if (found == 0)
		return err_set(err, ERR_IO, "report %s has lost its incident", report_id);
	if (found < 0 || incident_row_follow(ledger->ops, ledger->conn, row_r, err) < 0)
		return -1;
	return 1;
}

int ledger_find_command(struct ledger *ledger, const char *id, const unsigned char digest[32],
			uint64_t *seq_r, bool *is_same_r, struct err *err)
{
	struct command_row row;
	int found;

	if (id[0] == '\0')
		return 0;
	found = ledger->ops->find_command(ledger->conn, id, &row, err);
	if (found <= 0)
		return found;
	*seq_r = row.seq;
	*is_same_r = !row.has_digest || memcmp(row.digest, digest, sizeof(row.digest)) == 0;
	return 1;
}

int ledger_put_command(struct ledger *ledger, const char *id, const unsigned char digest[32],
		       uint64_t seq, struct err *err)
{
	struct command_row row = {.seq = seq, .has_digest = true};

	if (id[0] == '\0')
		return 0;
	snprintf(row.id, sizeof(row.id), "%s", id);
	memcpy(row.digest, digest, sizeof(row.digest));
	return ledger->ops->put_command(ledger->conn, &row, err);
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
		[STORE_REPORT] = ledger_take_report,
		[STORE_COMMAND] = ledger_take_command,
		[STORE_CALL] = ledger_take_call,
		[STORE_CLEARING] = ledger_take_clearing,
		[STORE_CALL_BACK] = ledger_take_call_back,
		[STORE_DUTY] = ledger_take_duty,
		[STORE_CURSOR] = take_cursor,
		[STORE_FAILURE] = take_failure,
		[STORE_HAND_OVER] = ledger_take_hand_over,
	};

	ledger->escalation = request->escalation;
	return take[request->op](ledger, request, err);
}
