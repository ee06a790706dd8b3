/* A desk is taken over: signed for what was read of the log, unless something has come since.
 *
 * What makes it stale is looked for in the same transaction, so that nothing can slip between
 * the reading and the signature: a new incident, a rise, or another hand-over of that desk. All
 * else that happens goes on without end and is no reason to read the page again. */
#include <string.h>

#include "store/ledger_private.h"

#define SINCE_MAX  50   /* that are named */
#define LOOKED_MAX 5000 /* events that are looked through: who read before that reads again */

struct since {
	struct ledger *ledger;
	const struct hand_over *hand_over;
	uint64_t looked_at;
	unsigned count;
	struct jsonw list;
};

/* The desk's own, seen by who takes over. */
static bool concerns(const struct hand_over *hand_over, const struct event *event)
{
	if (hand_over->desk != DESK_OF_ALL &&
	    (event->audience.agencies >> hand_over->desk & 1) == 0)
		return false;
	return audience_admits(&event->audience, &hand_over->viewer);
}

static bool is_same_desk(const struct since *since, const struct event *event)
{
	struct slice told = event_hand_over(event->body);
	char desk[DESK_SIZE + 16];

	snprintf(desk, sizeof(desk), "{\"agency\":\"%s\",",
		 desk_name(since->hand_over->desk, since->ledger->agencies));
	if (since->hand_over->desk == DESK_OF_ALL)
		snprintf(desk, sizeof(desk), "{\"agency\":null,");
	return told.len > strlen(desk) && memcmp(told.text, desk, strlen(desk)) == 0;
}

static void name_it(struct since *since, const struct event *event)
{
	struct jsonw *w = &since->list;

	if (since->count++ >= SINCE_MAX)
		return;
	jsonw_open(w, NULL, '{');
	jsonw_int(w, "seq", (int64_t)event->seq);
	jsonw_time(w, "time", event->at_ms);
	jsonw_string(w, "event", event_kind_names[event->kind]);
	jsonw_string(w, "incident_id",
		     event->incident_id[0] != '\0' ? event->incident_id : NULL);
	jsonw_close(w, '}');
}

static bool look_at(void *ctx, const struct event *event, const unsigned char link[LINK_SIZE])
{
	struct since *since = ctx;
	bool is_news = (event->kind == EVENT_INCIDENT_CREATED ||
			event->kind == EVENT_INCIDENT_ESCALATED) &&
		       !event_is_exercise(event->body); /* it is not on the page */

	(void)link;
	since->looked_at++;
	if (event->kind == EVENT_SHIFT_HANDED_OVER
		    ? is_same_desk(since, event)
		    : is_news && concerns(since->hand_over, event))
		name_it(since, event);
	return true;
}

static void answer_stale(struct store_request *request, struct since *since, uint64_t end)
{
	struct jsonw w;

	request->answer = STORE_CONFLICT;
	if (since->count > 0)
		(void)err_field(&request->err, "seq",
				"%u came to this desk since: look at it, then sign",
				since->count);
	else
		(void)err_field(&request->err, "seq", "is too long ago: read the page again");
	jsonw_init(&w, since->list.len + 64);
	jsonw_int(&w, "seq", (int64_t)end);
	jsonw_open(&w, "since", '[');
	jsonw_raw(&w, NULL, since->list.text, since->list.len);
	jsonw_close(&w, ']');
	request->body = jsonw_buf(&w);
	jsonw_fini(&w);
}

/* 1: what was read still holds. 0: the request says what came since. */
static int is_fresh(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct hand_over *hand_over = request->in.hand_over;
	uint64_t read = hand_over->read_seq, end = ledger->end.seq;
	struct since since = {.ledger = ledger, .hand_over = hand_over};
	int status = 0;

	if (read > end) {
		request->answer = STORE_REFUSED;
		return err_field(&request->err, "seq", "has not happened yet"), 0;
	}
	jsonw_init(&since.list, 256);
	if (end - read <= LOOKED_MAX)
		status = ledger->ops->scan_events(ledger->conn, 0, read + 1, look_at, &since,
						  err);
	if (status == 0 && (since.count > 0 || end - read > LOOKED_MAX))
		answer_stale(request, &since, end);
	else if (status == 0)
		status = 1;
	jsonw_fini(&since.list);
	return status;
}

static void answer(struct ledger *ledger, struct store_request *request,
		   enum store_answer answer, const struct event *event)
{
	struct slice told = event_hand_over(event->body);
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = event->seq;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "seq", (int64_t)event->seq);
	/* The object ends the frame, whose own brace it takes along. */
	jsonw_raw(w, "hand_over", told.text, told.len - 1);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

/* 1: it was done before, and is answered. */
static int repeat(struct ledger *ledger, struct store_request *request,
		  const unsigned char digest[32], struct err *err)
{
	struct event first;
	bool is_same;
	uint64_t seq;
	int found = ledger_find_command(ledger, request->in.hand_over->command_id, digest, &seq,
					&is_same, err);

	if (found <= 0)
		return found;
	if (ledger_load_event(ledger, seq, &first, err) < 0)
		return -1;
	if (is_same && first.kind == EVENT_SHIFT_HANDED_OVER) {
		answer(ledger, request, STORE_REPEATED, &first);
	} else {
		request->answer = STORE_CONFLICT;
		(void)err_field(&request->err, "command_id", "was used for something else");
	}
	buf_unref(&first.body);
	return 1;
}

static int sign(struct ledger *ledger, struct store_request *request,
		const unsigned char digest[32], struct err *err)
{
	const struct hand_over *hand_over = request->in.hand_over;
	const char *desk = desk_name(hand_over->desk, ledger->agencies);
	struct event event = {.at_ms = hand_over->at_ms,
			      .kind = EVENT_SHIFT_HANDED_OVER,
			      .audience = {.scope = SCOPE_INCIDENT}};
	uint64_t before = 0;

	/* For the desk and for who sees all; that of 112 is for the latter alone. */
	if (hand_over->desk != DESK_OF_ALL)
		event.audience.agencies = (agency_set)1 << hand_over->desk;
	if (desk_last(ledger->ops, ledger->conn, desk, &before, err) < 0)
		return -1;
	event_write_hand_over(&ledger->text, ledger->end.seq + 1, hand_over, before,
			      ledger->agencies);
	if (ledger_add_event(ledger, event, 0, err) < 0 ||
	    desk_put_last(ledger->ops, ledger->conn, desk, ledger->end.seq, err) < 0 ||
	    ledger_put_command(ledger, hand_over->command_id, digest, ledger->end.seq, err) < 0)
		return -1;
	answer(ledger, request, STORE_STORED, ledger_last(ledger));
	return 0;
}

int ledger_take_hand_over(struct ledger *ledger, struct store_request *request, struct err *err)
{
	unsigned char digest[32];
	int status;

	hand_over_digest(request->in.hand_over, digest);
	status = repeat(ledger, request, digest, err);
	if (status != 0)
		return status < 0 ? -1 : 0;
	status = is_fresh(ledger, request, err);
	return status <= 0 ? status : sign(ledger, request, digest, err);
}
