#include <inttypes.h>
#include <string.h>

#include "net/mqtt_private.h"

#define PAGE_ROWS      256 /* of the log */
#define PAGE_BYTES     (512 * 1024)
#define LIVE_ROWS      32 /* the state takes no events while such a page is sent */
#define EVENTS_BETWEEN 64 /* of the log, between two such pages */
#define STRAYS_MAX     4096

/* --- one message --- */

static void send_one(struct mqtt *mqtt, const struct mqtt_task *task,
		     const struct mqtt_key *key, bool is_clear)
{
	char topic[MQTT_TOPIC_SIZE];
	struct mqtt_letter *letter;

	if (task->incident_id[0] != '\0')
		mqtt_topic_view(&mqtt->topics, key->agency, task->incident_id, topic);
	else
		mqtt_topic_events(&mqtt->topics, key->agency, topic);
	letter = mqtt_letter_new(LINK_MESSAGE, mqtt->line, topic);
	letter->is_retained = task->incident_id[0] != '\0';
	letter->seq = task->seq;
	letter->lane = (int)task->lane;
	letter->since_us = task->committed_us;
	letter->payload = is_clear ? NULL : buf_ref(task->payload);
	letter->ticket = mqtt_window_push(mqtt->window, key);
	list_append(&mqtt->outbox, &letter->node);
	metrics_add(mqtt->parts.metrics, METRIC_MQTT_PUBLISHED, 1);
}

static void end_task(struct mqtt_task *task)
{
	buf_unref(&task->payload);
	task->set = task->clear = 0;
}

/* False: there is more to send than the window takes. */
static bool work_off(struct mqtt *mqtt, struct mqtt_task *task)
{
	while ((task->set | task->clear) != 0) {
		agency_set *from = task->set != 0 ? &task->set : &task->clear;
		struct mqtt_key key = {task->lane, task->seq, (unsigned)__builtin_ctz(*from)};

		if (!mqtt_window_admits(mqtt->window, &key))
			return false;
		send_one(mqtt, task, &key, from == &task->clear);
		*from &= *from - 1;
	}
	end_task(task);
	return true;
}

/* --- events of the log --- */

static void task_of_stream(const struct mqtt *mqtt, const struct event *event,
			   struct mqtt_task *task_r)
{
	*task_r = (struct mqtt_task){
		.lane = MQTT_STREAM,
		.set = mqtt_hearers(&mqtt->topics, event),
		.seq = event->seq,
		.committed_us = event->committed_us,
		.payload = buf_ref(event->body),
	};
}

/* It has broken too many connections to be tried once more. */
static bool is_blamed(const struct mqtt *mqtt, uint64_t seq)
{
	for (unsigned i = 0; i < MQTT_BLAMED; i++)
		if (mqtt->blamed[i] == seq)
			return true;
	return false;
}

static void task_of_state(const struct mqtt *mqtt, const struct event *event,
			  struct mqtt_task *task_r)
{
	struct mqtt_views views = mqtt_views_of(&mqtt->topics, event);
	bool is_only_clearing = mqtt->live.is_due && event->seq <= mqtt->live.since;

	*task_r = (struct mqtt_task){
		.lane = MQTT_STATE,
		.set = is_only_clearing || is_blamed(mqtt, event->seq) ? 0 : views.set,
		.clear = views.clear,
		.seq = event->seq,
	};
	memcpy(task_r->incident_id, event->incident_id, ID_SIZE);
	if (task_r->set != 0)
		task_r->payload =
			event_retained(event, event->seq, store_epoch(mqtt->parts.store));
}

static void drop_rows(struct mqtt_reader *reader)
{
	store_read_fini(&reader->read);
	reader->row = 0;
}

static void skip_trimmed(struct mqtt_reader *reader)
{
	const struct store_read *read = &reader->read;

	if (read->row_count == 0 || read->rows[0].seq == reader->next)
		return;
	log_warn("mqtt.trimmed", "sink=%s from=%" PRIu64 " to=%" PRIu64, reader->sink,
		 reader->next, read->rows[0].seq);
	reader->next = read->rows[0].seq;
}

static void events_read(struct store_read *read)
{
	struct mqtt *mqtt = read->ctx;
	struct mqtt_reader *reader = &mqtt->readers[MQTT_STREAM];

	if (read != &reader->read)
		reader = &mqtt->readers[MQTT_STATE];
	reader->is_reading = false;
	reader->row = 0;
	if (reader->is_void || read->row_count > 0)
		loop_wake(mqtt->parts.loop); /* a failed one waits for the tick */
	if (reader->is_void)
		store_read_fini(read);
	else
		skip_trimmed(reader);
	reader->is_void = false;
}

static void read_events(struct mqtt *mqtt, struct mqtt_reader *reader)
{
	if (mqtt->phase != MQTT_RUNNING)
		return;
	reader->is_reading = true;
	reader->read = (struct store_read){
		.op = READ_EVENTS,
		.from = reader->next,
		.max_rows = PAGE_ROWS,
		.max_bytes = PAGE_BYTES,
		.done = events_read,
		.ctx = mqtt,
	};
	store_read_submit(mqtt->parts.store, &reader->read);
}

/* The event the reader is at, borrowed; NULL: there is none yet. */
static const struct event *peek(struct mqtt *mqtt, struct mqtt_reader *reader)
{
	const struct event *event;

	if (reader->is_reading)
		return NULL;
	if (reader->row < reader->read.row_count)
		return &reader->read.rows[reader->row];
	drop_rows(reader);
	event = feed_get(mqtt->parts.feed, reader->next);
	if (event == NULL && reader->next <= feed_head(mqtt->parts.feed))
		read_events(mqtt, reader);
	return event;
}

static void step(struct mqtt_reader *reader)
{
	reader->is_at_task = false;
	reader->next++;
	if (reader->row < reader->read.row_count)
		reader->row++;
}

static bool begin_task(struct mqtt *mqtt, struct mqtt_reader *reader)
{
	const struct event *event = peek(mqtt, reader);

	if (event == NULL)
		return false;
	if (reader->lane == MQTT_STREAM)
		task_of_stream(mqtt, event, &reader->task);
	else
		task_of_state(mqtt, event, &reader->task);
	reader->is_at_task = true;
	return true;
}

/* Ends the task it is at and begins up to max others; how many it has ended. */
static unsigned run_reader(struct mqtt *mqtt, struct mqtt_reader *reader, unsigned max)
{
	unsigned begun = 0, ended = 0;

	while (reader->is_at_task || begun < max) {
		if (!reader->is_at_task && !begin_task(mqtt, reader))
			break;
		begun++;
		if (!work_off(mqtt, &reader->task))
			break;
		step(reader);
		ended++;
	}
	return ended;
}

/* --- live incidents, once more --- */

static void live_read(struct store_read *read)
{
	struct mqtt *mqtt = read->ctx;
	struct mqtt_live *live = &mqtt->live;

	live->is_reading = false;
	live->row = 0;
	live->has_page = !live->is_void && read->failed == 0;
	if (!live->has_page)
		store_read_fini(read);
	if (live->is_void || live->has_page)
		loop_wake(mqtt->parts.loop);
	live->is_void = false;
}

static void read_live(struct mqtt *mqtt)
{
	struct mqtt_live *live = &mqtt->live;

	if (mqtt->phase != MQTT_RUNNING)
		return;
	live->is_reading = true;
	live->read = (struct store_read){
		.op = READ_LIVE,
		.from = live->from,
		.filter.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.max_rows = live->page_rows,
		.max_bytes = PAGE_BYTES,
		.done = live_read,
		.ctx = mqtt,
	};
	store_read_submit(mqtt->parts.store, &live->read);
}

/* The row is the incident as it stands before the event that the state comes to next, unless it
 * comes from that event or a later one: then it is sent with that. */
static void task_of_row(const struct mqtt *mqtt, const struct event *row,
			struct mqtt_task *task_r)
{
	uint64_t next = mqtt->readers[MQTT_STATE].next;

	*task_r = (struct mqtt_task){.lane = MQTT_LIVE, .seq = row->seq};
	if (row->seq >= next || is_blamed(mqtt, row->seq))
		return;
	memcpy(task_r->incident_id, row->incident_id, ID_SIZE);
	task_r->set = mqtt_hearers(&mqtt->topics, row);
	task_r->payload = event_retained(row, next - 1, store_epoch(mqtt->parts.store));
}

static void end_page(struct mqtt_live *live)
{
	live->has_page = false;
	live->from = live->read.next;
	live->is_due = live->from != 0;
	live->wants_sweep = !live->is_due;
	live->pause = live->events_between;
	store_read_fini(&live->read);
}

/* False: the window is full. */
static bool send_page(struct mqtt *mqtt)
{
	struct mqtt_live *live = &mqtt->live;

	while (live->row < live->read.row_count) {
		if (!live->is_at_task)
			task_of_row(mqtt, &live->read.rows[live->row], &live->task);
		live->is_at_task = true;
		if (!work_off(mqtt, &live->task))
			return false;
		live->is_at_task = false;
		live->row++;
	}
	end_page(live);
	return true;
}

/* --- views that are at the broker and should not be --- */

/* Events that were sent after the broker had listed what it keeps are in the feed; the one that
 * the state is at may have been sent in part. */
static bool is_live_again(const struct mqtt *mqtt, unsigned agency, const char *incident_id)
{
	const struct feed *feed = mqtt->parts.feed;

	for (uint64_t seq = mqtt->readers[MQTT_STATE].next + 1; seq-- > feed_tail(feed);) {
		const struct event *event = feed_get(feed, seq);

		if (event != NULL && strcmp(event->incident_id, incident_id) == 0)
			return mqtt_views_of(&mqtt->topics, event).set >> agency & 1;
	}
	return false;
}

void lanes_take_stray(struct mqtt *mqtt, struct mqtt_letter **letter)
{
	struct mqtt_live *live = &mqtt->live;

	if (live->stray_count == STRAYS_MAX) {
		mqtt_letter_free(letter); /* the next connection finds it again */
		return;
	}
	live->stray_count++;
	list_append(&live->strays, &(*letter)->node);
	*letter = NULL;
}

/* False: the window takes no more. */
static bool clear_stray(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	struct mqtt_task task = {.lane = MQTT_LIVE};
	struct mqtt_key key = {.lane = MQTT_LIVE};

	if (!mqtt_topic_read_view(&mqtt->topics, letter->text, &key.agency, task.incident_id) ||
	    is_live_again(mqtt, key.agency, task.incident_id))
		return true;
	if (!mqtt_window_admits(mqtt->window, &key))
		return false;
	send_one(mqtt, &task, &key, true);
	return true;
}

static void clear_strays(struct mqtt *mqtt)
{
	struct mqtt_live *live = &mqtt->live;

	while (!list_is_empty(&live->strays)) {
		struct mqtt_letter *letter =
			LIST_ITEM(live->strays.next, struct mqtt_letter, node);

		if (!clear_stray(mqtt, letter))
			return;
		live->stray_count--;
		list_remove(&letter->node);
		mqtt_letter_free(&letter);
	}
}

static void begin_sweep(struct mqtt *mqtt)
{
	struct mqtt_letter *letter = mqtt_letter_new(LINK_SWEEP, mqtt->line, "");

	mqtt->live.wants_sweep = false;
	letter->seq = mqtt->live.since;
	list_append(&mqtt->outbox, &letter->node);
}

/* --- what is done when --- */

/* What the state may take before the next page: first all that was missed, then pages and
 * events take turns, so that neither waits for long. */
static unsigned events_before_page(const struct mqtt *mqtt)
{
	const struct mqtt_live *live = &mqtt->live;
	uint64_t next = mqtt->readers[MQTT_STATE].next;

	if (!live->is_due)
		return UINT32_MAX;
	return next <= live->since ? (unsigned)(live->since + 1 - next) : live->pause;
}

static void run_state(struct mqtt *mqtt)
{
	struct mqtt_reader *state = &mqtt->readers[MQTT_STATE];
	struct mqtt_live *live = &mqtt->live;
	bool has_missed_none = state->next > live->since;
	unsigned ended;

	if (live->is_reading || (live->has_page && !send_page(mqtt)))
		return;
	clear_strays(mqtt);
	ended = run_reader(mqtt, state, events_before_page(mqtt));
	if (has_missed_none)
		live->pause -= ended < live->pause ? ended : live->pause;
	if (live->is_due && !state->is_at_task && !state->is_reading &&
	    state->next > live->since)
		read_live(mqtt);
	if (live->wants_sweep && mqtt_window_count(mqtt->window, MQTT_LIVE) == 0)
		begin_sweep(mqtt);
}

void lanes_run(struct mqtt *mqtt)
{
	if (!mqtt->is_up || mqtt->phase != MQTT_RUNNING || mqtt->refusal_count >= mqtt->size)
		return;
	run_reader(mqtt, &mqtt->readers[MQTT_STREAM], UINT32_MAX);
	run_state(mqtt);
}

uint64_t lanes_confirmed(const struct mqtt *mqtt, enum mqtt_lane_id lane)
{
	uint64_t oldest = mqtt_window_oldest(mqtt->window, lane, mqtt->readers[lane].next);
	uint64_t refused = refusal_oldest(mqtt, lane);

	return (oldest < refused ? oldest : refused) - 1;
}

/* --- lines that come and go --- */

static void rewind_reader(struct mqtt *mqtt, struct mqtt_reader *reader)
{
	reader->next = mqtt_window_oldest(mqtt->window, reader->lane, reader->next);
	reader->is_at_task = false;
	reader->is_void = reader->is_reading;
	end_task(&reader->task);
	if (!reader->is_reading)
		drop_rows(reader);
}

static void drop_strays(struct mqtt_live *live)
{
	struct list *node;

	while ((node = list_take(&live->strays)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
	live->stray_count = 0;
}

static void stop_live(struct mqtt_live *live)
{
	live->is_due = live->wants_sweep = live->is_at_task = live->has_page = false;
	live->is_void = live->is_reading;
	end_task(&live->task);
	if (!live->is_reading)
		store_read_fini(&live->read);
	drop_strays(live);
}

void lanes_down(struct mqtt *mqtt)
{
	struct mqtt_key blamed;

	rewind_reader(mqtt, &mqtt->readers[MQTT_STREAM]);
	rewind_reader(mqtt, &mqtt->readers[MQTT_STATE]);
	stop_live(&mqtt->live);
	if (!mqtt_window_lose(mqtt->window, &blamed))
		return;
	if (blamed.lane == MQTT_STREAM)
		mqtt->readers[MQTT_STREAM].next = blamed.seq + 1;
	else
		mqtt->blamed[mqtt->blamed_next++ % MQTT_BLAMED] = blamed.seq;
	refusal_record(mqtt, blamed.lane, blamed.seq, "the connection breaks each time");
}

void lanes_up(struct mqtt *mqtt)
{
	mqtt->live.is_due = true;
	mqtt->live.from = 0;
	mqtt->live.pause = 0;
	mqtt->live.since = store_head(mqtt->parts.store);
}

bool lanes_are_reading(const struct mqtt *mqtt)
{
	return mqtt->live.is_reading || mqtt->readers[MQTT_STREAM].is_reading ||
	       mqtt->readers[MQTT_STATE].is_reading;
}

static void init_live(struct mqtt_live *live)
{
	live->page_rows = LIVE_ROWS;
	live->events_between = EVENTS_BETWEEN;
	list_init(&live->strays);
}

/* A sink that has no position in this log begins at its end: what is live it sets anyway, and
 * what is past is no alarm. */
static void init_reader(struct mqtt *mqtt, enum mqtt_lane_id lane, const char *sink)
{
	struct mqtt_reader *reader = &mqtt->readers[lane];
	bool is_known = store_has_cursor(mqtt->parts.store, sink);

	reader->lane = lane;
	reader->sink = sink;
	reader->saved = is_known ? store_cursor(mqtt->parts.store, sink)
				 : store_head(mqtt->parts.store);
	reader->next = reader->saved + 1;
	reader->must_save = !is_known;
}

void lanes_init(struct mqtt *mqtt)
{
	init_reader(mqtt, MQTT_STREAM, "mqtt");
	init_reader(mqtt, MQTT_STATE, "mqtt-state");
	init_live(&mqtt->live);
}

void lanes_fini(struct mqtt *mqtt)
{
	for (unsigned i = 0; i < 2; i++) {
		end_task(&mqtt->readers[i].task);
		store_read_fini(&mqtt->readers[i].read);
	}
	stop_live(&mqtt->live);
	store_read_fini(&mqtt->live.read);
}
