#include <inttypes.h>
#include <string.h>

#include "net/mqtt_private.h"

#define PAGE_ROWS  256 /* of the log */
#define PAGE_BYTES (512 * 1024)

/* --- one message --- */

void lanes_send(struct mqtt *mqtt, const struct mqtt_task *task, const struct mqtt_key *key,
		bool is_clear)
{
	char topic[MQTT_TOPIC_SIZE];
	struct mqtt_letter *letter;

	if (task->incident_id[0] != '\0')
		mqtt_topic_view(&mqtt->topics, key->agency, task->is_exercise,
				task->incident_id, topic);
	else
		mqtt_topic_events(&mqtt->topics, key->agency, task->is_exercise, topic);
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

void lanes_end_task(struct mqtt_task *task)
{
	buf_unref(&task->payload);
	task->set = task->clear = 0;
}

bool lanes_work_off(struct mqtt *mqtt, struct mqtt_task *task)
{
	while ((task->set | task->clear) != 0) {
		agency_set *from = task->set != 0 ? &task->set : &task->clear;
		struct mqtt_key key = {task->lane, task->seq, (unsigned)__builtin_ctz(*from)};

		if (!mqtt_window_admits(mqtt->window, &key))
			return false;
		lanes_send(mqtt, task, &key, from == &task->clear);
		*from &= *from - 1;
	}
	lanes_end_task(task);
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
		.is_exercise = event_is_exercise(event->body),
		.payload = buf_ref(event->body),
	};
}

bool lanes_blame(const struct mqtt *mqtt, uint64_t seq)
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
		.set = is_only_clearing || lanes_blame(mqtt, event->seq) ? 0 : views.set,
		.clear = views.clear,
		.seq = event->seq,
		.is_exercise = event_is_exercise(event->body),
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
	struct mqtt_reader *reader = LIST_ITEM(read, struct mqtt_reader, read);

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
	else if (reader->lane == MQTT_STATE)
		task_of_state(mqtt, event, &reader->task);
	else
		orders_begin(mqtt, event);
	reader->is_at_task = true;
	return true;
}

static bool work_off(struct mqtt *mqtt, struct mqtt_reader *reader)
{
	return reader->lane == MQTT_ORDERS ? orders_work_off(mqtt)
					   : lanes_work_off(mqtt, &reader->task);
}

/* Ends the task it is at and begins up to max others; how many it has ended. */
static unsigned run_reader(struct mqtt *mqtt, struct mqtt_reader *reader, unsigned max)
{
	unsigned begun = 0, ended = 0;

	while (reader->is_at_task || begun < max) {
		if (!reader->is_at_task && !begin_task(mqtt, reader))
			break;
		begun++;
		if (!work_off(mqtt, reader))
			break;
		step(reader);
		ended++;
	}
	return ended;
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

	if (live->is_reading || (live->has_page && !live_send_page(mqtt)))
		return;
	live_clear_strays(mqtt);
	ended = run_reader(mqtt, state, events_before_page(mqtt));
	if (has_missed_none)
		live->pause -= ended < live->pause ? ended : live->pause;
	if (live->is_due && !state->is_at_task && !state->is_reading &&
	    state->next > live->since)
		live_read_page(mqtt);
	if (live->wants_sweep && orders_are_said(mqtt) &&
	    mqtt_window_count(mqtt->window, MQTT_LIVE) == 0)
		live_sweep(mqtt);
}

void lanes_run(struct mqtt *mqtt)
{
	if (!mqtt->is_up || mqtt->phase != MQTT_RUNNING || mqtt->refusal_count >= mqtt->size)
		return;
	/* Those first that somebody waits for with the engine running. */
	run_reader(mqtt, &mqtt->readers[MQTT_ORDERS], UINT32_MAX);
	orders_run(mqtt);
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
	lanes_end_task(&reader->task);
	if (!reader->is_reading)
		drop_rows(reader);
}

void lanes_down(struct mqtt *mqtt)
{
	struct mqtt_key blamed;

	for (unsigned i = 0; i < MQTT_READERS; i++)
		rewind_reader(mqtt, &mqtt->readers[i]);
	live_stop(&mqtt->live);
	orders_down(mqtt);
	if (!mqtt_window_lose(mqtt->window, &blamed))
		return;
	if (blamed.lane == MQTT_STREAM || blamed.lane == MQTT_ORDERS)
		mqtt->readers[blamed.lane].next = blamed.seq + 1;
	else
		mqtt->blamed[mqtt->blamed_next++ % MQTT_BLAMED] = blamed.seq;
	refusal_record(mqtt, blamed.lane, blamed.seq, "the connection breaks each time");
}

void lanes_up(struct mqtt *mqtt)
{
	live_begin(&mqtt->live, store_head(mqtt->parts.store));
	orders_up(mqtt);
}

bool lanes_are_reading(const struct mqtt *mqtt)
{
	for (unsigned i = 0; i < MQTT_READERS; i++)
		if (mqtt->readers[i].is_reading)
			return true;
	return mqtt->live.is_reading || mqtt->orders.is_reading;
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
	init_reader(mqtt, MQTT_ORDERS, "mqtt-orders");
	orders_init(&mqtt->orders);
	live_init(&mqtt->live);
}

void lanes_fini(struct mqtt *mqtt)
{
	for (unsigned i = 0; i < MQTT_READERS; i++) {
		lanes_end_task(&mqtt->readers[i].task);
		store_read_fini(&mqtt->readers[i].read);
	}
	live_stop(&mqtt->live);
	store_read_fini(&mqtt->live.read);
	orders_fini(mqtt);
}
