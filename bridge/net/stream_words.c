/* What a console hears in answer to what it says: subscribed, result, error.
 *
 * Answers wait in a short list until the socket has room and no message is half out. A console
 * that asks and does not read is cut: its answers are bounded. */
#include "net/stream_private.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

struct reply {
	struct list node;
	struct buf *buf;
};

/* An action or a line that is under way. */
struct errand {
	struct console *console;
	char command_id[COMMAND_ID_SIZE];
};

static struct reply *first_reply(struct console *console)
{
	return LIST_ITEM(console->replies.next, struct reply, node);
}

static void drop_first(struct console *console)
{
	struct reply *reply = first_reply(console);

	list_remove(&reply->node);
	console->reply_bytes -= reply->buf->len;
	buf_unref(&reply->buf);
	xfree(reply);
}

void console_drop_replies(struct console *console)
{
	while (!list_is_empty(&console->replies))
		drop_first(console);
}

bool console_send_replies(struct console *console)
{
	while (!list_is_empty(&console->replies)) {
		if (!ws_is_ready(console->conn)) {
			ws_want_write(console->conn);
			return false;
		}
		if (!console_write(console, first_reply(console)->buf))
			return false;
		drop_first(console);
	}
	return true;
}

/* Frees w. The caller goes on afterwards. */
static void reply(struct console *console, struct jsonw *w)
{
	struct reply *reply = xcalloc(1, sizeof(*reply));

	jsonw_close(w, '}');
	reply->buf = jsonw_buf(w);
	jsonw_fini(w);
	list_append(&console->replies, &reply->node);
	console->reply_bytes += reply->buf->len;
	if (console->reply_bytes > REPLY_BYTES_MAX)
		console_end(console, 1008, "asks and does not read");
}

static void begin(struct jsonw *w, const char *type)
{
	jsonw_init(w, 512);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "type", type);
}

static void refuse(struct console *console, const char *command_id, unsigned status,
		   const struct err *err)
{
	bool is_action = command_id[0] != '\0';
	struct jsonw w;

	begin(&w, is_action ? "result" : "error");
	if (is_action) {
		jsonw_string(&w, "command_id", command_id);
		jsonw_bool(&w, "ok", false);
	}
	http_write_problem(&w, "problem", status, err->field, err->text, NULL, 0);
	reply(console, &w);
}

static void refuse_action(struct console *console, const struct ask *ask, unsigned status,
			  const char *detail)
{
	struct err err;

	(void)err_set(&err, ERR_INVALID, "%s", detail);
	refuse(console, ask->command_id, status, &err);
}

/* HTTP's members, so that one page of the documentation serves both. */
static void write_problem(struct jsonw *w, const struct action_answer *answer)
{
	const struct err *err = answer->err;
	struct jsonw extra;

	jsonw_init(&extra, 64 + (answer->current != NULL ? answer->current->len : 0));
	if (answer->current != NULL)
		jsonw_raw(&extra, "incident", (const char *)answer->current->data,
			  answer->current->len);
	http_write_problem(w, "problem", action_status(answer->answer),
			   err != NULL ? err->field : "",
			   err != NULL ? err->text : "There is no such incident.",
			   answer->current != NULL ? extra.text : NULL, extra.len);
	jsonw_fini(&extra);
}

static void write_result(struct jsonw *w, const struct errand *order,
			 const struct action_answer *answer)
{
	bool is_done = action_status(answer->answer) == 200;

	begin(w, "result");
	jsonw_string(w, "command_id", order->command_id);
	jsonw_bool(w, "ok", is_done);
	if (!is_done) {
		write_problem(w, answer);
		return;
	}
	jsonw_int(w, "seq", (int64_t)answer->seq);
	jsonw_int(w, "version", answer->version);
	jsonw_string(w, "incident_id", answer->incident_id);
}

static void answered(void *ctx, const struct action_answer *answer)
{
	struct errand *order = ctx;
	struct console *console = order->console;
	struct jsonw w;

	console->in_flight--;
	if (console->state != CONSOLE_GONE) {
		write_result(&w, order, answer);
		reply(console, &w);
	}
	xfree(order);
	console_back(console);
}

/* In HTTP's members, like write_problem. */
static void write_line_problem(struct jsonw *w, const struct command_answer *answer)
{
	http_write_problem(w, "problem", answer->status, answer->err->field, answer->err->text,
			   answer->members, answer->len);
}

static void answered_line(void *ctx, const struct command_answer *answer)
{
	struct errand *order = ctx;
	struct console *console = order->console;
	struct jsonw w;

	console->in_flight--;
	if (console->state != CONSOLE_GONE) {
		begin(&w, "result");
		jsonw_string(&w, "command_id", order->command_id);
		if (answer->status == 200) {
			jsonw_raw(&w, NULL, answer->members, answer->len);
		} else {
			jsonw_bool(&w, "ok", false);
			write_line_problem(&w, answer);
		}
		reply(console, &w);
	}
	xfree(order);
	console_back(console);
}

static struct errand *order_new(struct console *console, const struct ask *ask)
{
	struct errand *order = xcalloc(1, sizeof(*order));

	order->console = console;
	memcpy(order->command_id, ask->command_id, sizeof(order->command_id));
	console->in_flight++;
	return order;
}

static bool has_too_many(struct console *console, const struct ask *ask)
{
	if (console->in_flight < IN_FLIGHT_MAX)
		return false;
	refuse_action(console, ask, 429, "Too many actions are under way.");
	return true;
}

static void hear_line(struct console *console, struct ask *ask)
{
	const struct stream_parts *parts = &console->stream->parts;
	const struct clock *clock = loop_clock(parts->loop);

	if (has_too_many(console, ask))
		return;
	command_desk_hear(parts->command_desk, &ask->line, &console->principal,
			  clock->mono_us(clock), answered_line, order_new(console, ask));
}

static void hear_action(struct console *console, struct ask *ask)
{
	const struct stream_parts *parts = &console->stream->parts;
	const struct clock *clock = loop_clock(parts->loop);

	if (!principal_may(&console->principal, RIGHT_ACT)) {
		refuse_action(console, ask, 403, "This account may watch only.");
		return;
	}
	if (has_too_many(console, ask))
		return;
	actions_submit(parts->actions, &ask->command, &console->principal,
		       clock->mono_us(clock), answered, order_new(console, ask));
}

/* One that has not been answered yet is replaced by the next. */
static void hear_subscribe(struct console *console, struct ask *ask)
{
	console->asked = ask->subscription;
	console->has_asked = true;
}

void console_hear(struct console *console, const char *text, size_t len)
{
	static void (*const hear[])(struct console *, struct ask *) = {
		[ASK_SUBSCRIBE] = hear_subscribe,
		[ASK_ACTION] = hear_action,
		[ASK_COMMAND] = hear_line,
	};
	struct ask ask;
	struct err err;

	if (ask_read(text, len, console->stream->parts.agencies, &ask, &err) < 0)
		refuse(console, ask.command_id, 400, &err);
	else
		hear[ask.kind](console, &ask);
	ask_fini(&ask);
}

/* A number of ours, so that what follows it is all there is; and not too much of it. */
static bool is_known(const struct stream *stream, const struct subscription *asked)
{
	if (asked->after < 0 || (uint64_t)asked->after > feed_head(stream->parts.feed) ||
	    stream_is_far(stream, (uint64_t)asked->after + 1))
		return false;
	return asked->epoch[0] == '\0' ||
	       strcmp(asked->epoch, store_epoch(stream->parts.store)) == 0;
}

static void write_agencies(const struct agencies *agencies, agency_set set, struct jsonw *w)
{
	jsonw_open(w, "agencies", '[');
	for (unsigned i = 0; i < agencies->count; i++)
		if ((set & (agency_set)1 << i) != 0)
			jsonw_string(w, NULL, agencies->agency[i].id);
	jsonw_close(w, ']');
}

void console_say_subscribed(struct console *console, bool is_recovered)
{
	const struct stream *stream = console->stream;
	agency_set only = console->channel->viewer.only; /* it may have asked again since */
	struct jsonw w;

	begin(&w, "subscribed");
	jsonw_int(&w, "seq", (int64_t)feed_head(stream->parts.feed));
	jsonw_string(&w, "epoch", store_epoch(stream->parts.store));
	jsonw_bool(&w, "recovered", is_recovered);
	if (is_recovered)
		jsonw_int(&w, "after", console->asked.after);
	if (only != 0)
		write_agencies(stream->parts.agencies, only, &w);
	jsonw_int(&w, "tick_ms", stream->settings.tick_ms);
	reply(console, &w);
}

void console_subscribe(struct console *console)
{
	const struct subscription *asked = &console->asked;
	struct viewer viewer = principal_viewer(&console->principal);

	console->has_asked = false;
	console->units_told = 0;
	viewer.only = asked->agencies;
	console_enter(console, CONSOLE_IDLE); /* off the old channel's list */
	channel_join(console, &viewer);
	if (!is_known(console->stream, asked)) {
		snapshot_begin(console);
		return;
	}
	console_follow(console, (uint64_t)asked->after + 1);
	console_say_subscribed(console, true);
}
