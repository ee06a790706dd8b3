#include "net/outbox.h"

#include <curl/curl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/outbound.h"
#include "net/webhook.h"
#include "net/workers.h"
#include "store/backend.h"

#define PAGE_ROWS  256
#define PAGE_BYTES (512 * 1024)
#define SAVE_EVERY 256 /* events that were not for it: read again after a kill, for nothing */
#define AGAIN_MS   1000
#define LONGEST_MS 60000 /* between two tries */
#define SINK_SIZE  (CHANNEL_NAME_SIZE + 8)

/* One channel. */
struct line {
	struct outbox *outbox;
	struct channel channel;
	char sink[SINK_SIZE]; /* of its position: "channel:NAME" */
	struct loop_timer timer;
	struct workers *workers;

	uint64_t next; /* the event that it is at */
	uint64_t saved;
	bool must_save, is_saving;
	struct store_request save;
	struct store_read page; /* of events that the feed holds no more */
	unsigned row;
	bool is_reading;

	bool is_at_letter; /* that event is one for it */
	struct outbound outbound;
	char id[48]; /* the delivery's */
	struct store_read look;
	struct work work;
	struct webhook_letter letter;
	struct buf *body;
	bool is_busy; /* looking, posting, or noting that it is given up */
	struct store_request failure;
	int rc;
	struct err err;

	unsigned tries;
	int64_t begun_us;                                 /* the first try of this one */
	char trouble[sizeof(((struct err *)NULL)->text)]; /* "" : the last try went well */
	uint64_t sent, given_up;
};

struct outbox {
	struct outbox_parts parts;
	const struct rules *rules;
	struct feed_reader reader;
	atomic_bool is_over;
	bool is_started, is_stopped;
	unsigned count;
	struct line line[CHANNELS_MAX];
};

static void run(struct line *line);
static void look_again(struct line *line);

static void try_again(void *ctx)
{
	look_again(ctx);
}

/* ---- The position. ---- */

static void saved(struct store_request *request)
{
	struct line *line = request->ctx;

	line->is_saving = false;
	buf_unref(&request->body);
	if (request->answer == STORE_LATER)
		return; /* with the next event */
	line->saved = request->in.cursor.seq;
	line->must_save = line->must_save && line->saved + 1 < line->next;
}

static void save(struct line *line)
{
	struct outbox *outbox = line->outbox;

	if (line->is_saving || outbox->is_stopped)
		return;
	line->is_saving = true;
	line->save = (struct store_request){
		.op = STORE_CURSOR,
		.in.cursor = {.sink = line->sink, .seq = line->next - 1},
		.at_ms = outbox->parts.clock->wall_ms(outbox->parts.clock),
		.done = saved,
		.ctx = line,
	};
	store_submit(outbox->parts.store, &line->save);
}

/* ---- The log. ---- */

static void page_read(struct store_read *read)
{
	struct line *line = read->ctx;

	line->is_reading = false;
	line->row = 0;
	if (line->outbox->is_stopped)
		return;
	if (read->row_count > 0 && read->rows[0].seq > line->next) {
		log_warn("outbox.trimmed", "channel=%s from=%" PRIu64 " to=%" PRIu64,
			 line->channel.name, line->next, read->rows[0].seq);
		line->next = read->rows[0].seq;
	}
	if (read->failed == 0)
		run(line); /* else with the next event */
}

static void read_page(struct line *line)
{
	line->is_reading = true;
	line->page = (struct store_read){
		.op = READ_EVENTS,
		.from = line->next,
		.max_rows = PAGE_ROWS,
		.max_bytes = PAGE_BYTES,
		.filter.viewer = {.may_watch = true,
				  .sees_all = true,
				  .sees_secret = true,
				  .sees_calls = true},
		.done = page_read,
		.ctx = line,
	};
	store_read_submit(line->outbox->parts.store, &line->page);
}

/* Borrowed; NULL: there is none yet. */
static const struct event *peek(struct line *line)
{
	struct feed *feed = line->outbox->parts.feed;
	const struct event *event;

	if (line->is_reading)
		return NULL;
	if (line->row < line->page.row_count)
		return &line->page.rows[line->row];
	store_read_fini(&line->page);
	line->row = 0;
	event = feed_get(feed, line->next);
	if (event == NULL && line->next <= feed_head(feed))
		read_page(line);
	return event;
}

static void step(struct line *line)
{
	line->next++;
	if (line->row < line->page.row_count)
		line->row++;
}

static bool is_for(struct line *line, const struct event *event)
{
	const struct outbox *outbox = line->outbox;
	struct outbound *is = &line->outbound;
	struct err err;

	if (!outbound_of(event, outbox->parts.agencies, is, &err)) {
		if (err.text[0] != '\0')
			log_error("outbox.unreadable", "channel=%s seq=%" PRIu64 " error=%s",
				  line->channel.name, event->seq,
				  log_quote(err.text, strlen(err.text)).text);
		return false;
	}
	return (line->channel.agencies >> is->agency & 1) != 0 &&
	       (line->channel.priorities >> is->priority & 1) != 0;
}

static void begin(struct line *line)
{
	const struct outbox *outbox = line->outbox;

	line->is_at_letter = true;
	line->tries = 0;
	line->begun_us = outbox->parts.clock->mono_us(outbox->parts.clock);
	snprintf(line->id, sizeof(line->id), "%s.%" PRIu64, store_epoch(outbox->parts.store),
		 line->outbound.seq);
	metrics_add(outbox->parts.metrics, METRIC_OUTBOX_WAITING, 1);
	look_again(line);
}

static void run(struct line *line)
{
	const struct event *event;

	while (!line->is_at_letter && !line->outbox->is_stopped &&
	       (event = peek(line)) != NULL) {
		if (is_for(line, event))
			begin(line);
		else
			step(line);
	}
	if (line->must_save || line->next - 1 - line->saved >= SAVE_EVERY)
		save(line);
}

/* ---- A message. ---- */

/* The next one; what it was is saved at once, so that a kill repeats it seldom. */
static void finish(struct line *line)
{
	metrics_add(line->outbox->parts.metrics, METRIC_OUTBOX_WAITING, -1);
	line->is_at_letter = false;
	step(line);
	line->must_save = true;
	run(line);
}

static void failure_kept(struct store_request *request)
{
	struct line *line = request->ctx;
	struct outbox *outbox = line->outbox;

	line->is_busy = false;
	buf_unref(&request->body);
	if (outbox->is_stopped)
		return;
	if (request->answer == STORE_LATER) {
		loop_timer_start(outbox->parts.loop, &line->timer, AGAIN_MS, 0, try_again,
				 line);
		return;
	}
	line->given_up++;
	metrics_add(outbox->parts.metrics, METRIC_OUTBOX_GIVEN_UP, 1);
	log_error("outbox.given_up", "channel=%s seq=%" PRIu64 " incident=%s tries=%u error=%s",
		  line->channel.name, line->outbound.seq, line->outbound.incident_id,
		  line->tries, log_quote(line->trouble, strlen(line->trouble)).text);
	finish(line);
}

static void give_up(struct line *line)
{
	struct outbox *outbox = line->outbox;

	line->is_busy = true;
	line->failure = (struct store_request){
		.op = STORE_FAILURE,
		.in.cursor = {.sink = line->sink,
			      .seq = line->outbound.seq,
			      .why = line->trouble},
		.at_ms = outbox->parts.clock->wall_ms(outbox->parts.clock),
		.done = failure_kept,
		.ctx = line,
	};
	store_submit(outbox->parts.store, &line->failure);
}

static int64_t pause_ms(unsigned tries)
{
	return tries < 7 ? (int64_t)AGAIN_MS << (tries - 1) : LONGEST_MS;
}

static void failed(struct line *line, const struct err *err)
{
	struct outbox *outbox = line->outbox;
	int64_t now_us = outbox->parts.clock->mono_us(outbox->parts.clock);

	line->tries++;
	snprintf(line->trouble, sizeof(line->trouble), "%s", err->text);
	metrics_add(outbox->parts.metrics, METRIC_OUTBOX_FAILED, 1);
	log_warn("outbox.failed", "channel=%s seq=%" PRIu64 " try=%u error=%s",
		 line->channel.name, line->outbound.seq, line->tries,
		 log_quote(err->text, strlen(err->text)).text);
	if (err->kind == ERR_INVALID || /* newer ones wait behind it */
	    now_us - line->begun_us >= outbox->parts.give_up_s * 1000000)
		give_up(line);
	else
		loop_timer_start(outbox->parts.loop, &line->timer, pause_ms(line->tries), 0,
				 try_again, line);
}

/* On the channel's own thread. */
static void post(struct work *work)
{
	struct line *line = LIST_ITEM(work, struct line, work);

	line->rc = webhook_post(&line->letter, &line->err);
}

static void posted(struct work *work)
{
	struct line *line = LIST_ITEM(work, struct line, work);

	line->is_busy = false;
	buf_unref(&line->body);
	if (line->outbox->is_stopped)
		return;
	if (line->rc != 0) {
		failed(line, &line->err);
		return;
	}
	line->trouble[0] = '\0';
	line->sent++;
	metrics_add(line->outbox->parts.metrics, METRIC_OUTBOX_SENT, 1);
	log_info("outbox.sent", "channel=%s seq=%" PRIu64 " incident=%s tries=%u",
		 line->channel.name, line->outbound.seq, line->outbound.incident_id,
		 line->tries + 1);
	finish(line);
}

static void send_letter(struct line *line, const struct incident *now)
{
	struct outbox *outbox = line->outbox;
	struct outbound_desk desk = {.rules = outbox->rules,
				     .city = outbox->parts.city,
				     .at_ms =
					     outbox->parts.clock->wall_ms(outbox->parts.clock)};

	line->body = outbound_write(&line->outbound, now, &desk);
	line->letter.url = line->channel.url;
	line->letter.id = line->id;
	line->letter.at_ms = desk.at_ms;
	line->letter.body = line->body;
	line->letter.is_over = &outbox->is_over;
	line->work = (struct work){.run = post, .done = posted};
	line->is_busy = true;
	workers_give(line->workers, &line->work);
}

/* ---- Does it hold still? ---- */

static void take_state(struct line *line, const struct store_read *read)
{
	struct incident now;
	struct err err;

	if (!read->is_found ||
	    incident_of_event(&read->rows[0], line->outbox->parts.agencies, &now, &err) < 0) {
		(void)err_set(&err, ERR_IO, "the incident cannot be read");
		failed(line, &err);
		return;
	}
	if (outbound_holds(&line->outbound, &now)) {
		send_letter(line, &now);
	} else {
		log_info("outbox.over", "channel=%s seq=%" PRIu64 " incident=%s",
			 line->channel.name, line->outbound.seq, line->outbound.incident_id);
		finish(line);
	}
	incident_fini(&now);
}

static void looked(struct store_read *read)
{
	struct line *line = read->ctx;
	struct store_read mine = *read;

	line->is_busy = false;
	if (!line->outbox->is_stopped && mine.failed != 0)
		failed(line, &mine.err);
	else if (!line->outbox->is_stopped)
		take_state(line, &mine);
	store_read_fini(&mine);
}

static void look_again(struct line *line)
{
	line->is_busy = true;
	line->look = (struct store_read){
		.op = READ_STATE,
		.filter.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.done = looked,
		.ctx = line,
	};
	memcpy(line->look.id, line->outbound.incident_id, ID_SIZE);
	store_read_submit(line->outbox->parts.store, &line->look);
}

/* ---- Its life. ---- */

static void feed_ready(struct feed_reader *reader)
{
	struct outbox *outbox = LIST_ITEM(reader, struct outbox, reader);

	for (unsigned i = 0; i < outbox->count; i++)
		run(&outbox->line[i]);
}

/* One that has no position in this log begins at its end: what is past is no alarm. */
static int open_line(struct outbox *outbox, struct line *line, const struct channel *channel,
		     struct err *err)
{
	char file[CHANNEL_NAME_SIZE + 24];
	bool is_known, is_new;

	line->outbox = outbox;
	line->channel = *channel;
	snprintf(line->sink, sizeof(line->sink), "channel:%s", channel->name);
	snprintf(file, sizeof(file), "channel-%s.secret", channel->name);
	if (webhook_secret(outbox->parts.data, file, line->letter.key, &is_new, err) < 0)
		return err_wrap(err, "channel %s", channel->name);
	if (is_new)
		log_info("outbox.secret", "channel=%s made=%s", channel->name, file);
	is_known = store_has_cursor(outbox->parts.store, line->sink);
	line->saved = is_known ? store_cursor(outbox->parts.store, line->sink)
			       : store_head(outbox->parts.store);
	line->next = line->saved + 1;
	line->must_save = !is_known;
	return workers_open(&line->workers, outbox->parts.loop, 1, err);
}

int outbox_open(struct outbox **outbox_r, const json_t *list, const struct outbox_parts *parts,
		const struct rules *rules, struct err *err)
{
	struct outbox *outbox = xcalloc(1, sizeof(*outbox));
	struct channel channel[CHANNELS_MAX];
	unsigned count;

	*outbox_r = outbox;
	outbox->parts = *parts;
	outbox->rules = rules;
	outbox->reader.ready = feed_ready;
	atomic_init(&outbox->is_over, false);
	curl_global_init(CURL_GLOBAL_DEFAULT); /* while there is one thread */
	if (channels_read(list, parts->agencies, channel, &count, err) < 0)
		return -1;
	if (count == 0)
		log_info("outbox.none", "what_rises_to_another_channel=goes_nowhere");
	for (unsigned i = 0; i < count; i++) {
		outbox->count = i + 1;
		if (open_line(outbox, &outbox->line[i], &channel[i], err) < 0)
			return -1;
	}
	return 0;
}

void outbox_set_rules(struct outbox *outbox, const struct rules *rules)
{
	outbox->rules = rules;
}

void outbox_start(struct outbox *outbox)
{
	outbox->is_started = true;
	feed_add(outbox->parts.feed, &outbox->reader);
	feed_ready(&outbox->reader);
}

void outbox_stop(struct outbox *outbox)
{
	outbox->is_stopped = true;
	atomic_store(&outbox->is_over, true);
	if (outbox->is_started)
		feed_remove(&outbox->reader);
	outbox->is_started = false;
	for (unsigned i = 0; i < outbox->count; i++)
		loop_timer_stop(&outbox->line[i].timer);
}

void outbox_close(struct outbox **outbox)
{
	struct outbox *mine = *outbox;

	*outbox = NULL;
	if (mine == NULL)
		return;
	for (unsigned i = 0; i < mine->count; i++) {
		struct line *line = &mine->line[i];

		if (line->workers != NULL)
			workers_close(&line->workers);
		store_read_fini(&line->page);
		buf_unref(&line->body);
		explicit_bzero(line->letter.key, sizeof(line->letter.key));
	}
	xfree(mine);
}

/* ---- How it is. ---- */

static void write_waiting(const struct line *line, struct jsonw *w)
{
	if (!line->is_at_letter) {
		jsonw_null(w, "waiting");
		return;
	}
	jsonw_open(w, "waiting", '{');
	jsonw_int(w, "seq", (int64_t)line->outbound.seq);
	jsonw_string(w, "incident_id", line->outbound.incident_id);
	jsonw_int(w, "tries", line->tries);
	jsonw_close(w, '}');
}

void outbox_write(const struct outbox *outbox, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < outbox->count; i++) {
		const struct line *line = &outbox->line[i];

		jsonw_open(w, NULL, '{');
		jsonw_string(w, "name", line->channel.name);
		jsonw_bool(w, "ok", line->trouble[0] == '\0');
		jsonw_string(w, "reason", line->trouble[0] != '\0' ? line->trouble : NULL);
		write_waiting(line, w);
		jsonw_int(w, "sent", (int64_t)line->sent);
		jsonw_int(w, "given_up", (int64_t)line->given_up);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}
