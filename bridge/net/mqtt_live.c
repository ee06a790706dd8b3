/* Every live incident's view once more, after a connection: the broker may have forgotten it,
 * or may keep one of an incident that was closed. */
#include <string.h>

#include "net/mqtt_private.h"

#define PAGE_ROWS      32 /* the state takes no events while such a page is sent */
#define PAGE_BYTES     (512 * 1024)
#define EVENTS_BETWEEN 64 /* of the log, between two such pages */
#define STRAYS_MAX     4096

static void page_read(struct store_read *read)
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

void live_read_page(struct mqtt *mqtt)
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
		.done = page_read,
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
	if (row->seq >= next || lanes_blame(mqtt, row->seq))
		return;
	memcpy(task_r->incident_id, row->incident_id, ID_SIZE);
	task_r->is_exercise = event_is_exercise(row->body);
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

bool live_send_page(struct mqtt *mqtt)
{
	struct mqtt_live *live = &mqtt->live;

	while (live->row < live->read.row_count) {
		if (!live->is_at_task)
			task_of_row(mqtt, &live->read.rows[live->row], &live->task);
		live->is_at_task = true;
		if (!lanes_work_off(mqtt, &live->task))
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

void live_take_stray(struct mqtt *mqtt, struct mqtt_letter **letter)
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

/* An order that is kept and should not be. */
static bool clear_stray_order(struct mqtt *mqtt, const struct mqtt_letter *stray)
{
	struct mqtt_key key = {.lane = MQTT_LIVE};
	char unit[MQTT_UNIT_SIZE];
	struct mqtt_letter *letter;
	bool is_exercise;

	if (!mqtt_topic_read_dispatch(&mqtt->topics, stray->text, unit, &is_exercise) ||
	    orders_keep(mqtt, unit, is_exercise))
		return true;
	if (!mqtt_window_admits(mqtt->window, &key))
		return false;
	letter = mqtt_letter_new(LINK_MESSAGE, mqtt->line, stray->text);
	letter->is_retained = true;
	letter->lane = MQTT_LIVE;
	letter->ticket = mqtt_window_push(mqtt->window, &key);
	list_append(&mqtt->outbox, &letter->node);
	return true;
}

/* False: the window takes no more. */
static bool clear_stray(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	struct mqtt_task task = {.lane = MQTT_LIVE};
	struct mqtt_key key = {.lane = MQTT_LIVE};

	if (!mqtt_topic_read_view(&mqtt->topics, letter->text, &key.agency, &task.is_exercise,
				  task.incident_id))
		return clear_stray_order(mqtt, letter);
	if (is_live_again(mqtt, key.agency, task.incident_id))
		return true;
	if (!mqtt_window_admits(mqtt->window, &key))
		return false;
	lanes_send(mqtt, &task, &key, true);
	return true;
}

void live_clear_strays(struct mqtt *mqtt)
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

void live_sweep(struct mqtt *mqtt)
{
	struct mqtt_letter *letter = mqtt_letter_new(LINK_SWEEP, mqtt->line, "");

	mqtt->live.wants_sweep = false;
	letter->seq = mqtt->live.since;
	list_append(&mqtt->outbox, &letter->node);
}

/* --- lines that come and go --- */

void live_init(struct mqtt_live *live)
{
	live->page_rows = PAGE_ROWS;
	live->events_between = EVENTS_BETWEEN;
	list_init(&live->strays);
}

void live_begin(struct mqtt_live *live, uint64_t since)
{
	live->is_due = true;
	live->from = 0;
	live->pause = 0;
	live->since = since;
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

void live_stop(struct mqtt_live *live)
{
	live->is_due = live->wants_sweep = live->is_at_task = live->has_page = false;
	live->is_void = live->is_reading;
	lanes_end_task(&live->task);
	if (!live->is_reading)
		store_read_fini(&live->read);
	drop_strays(live);
}
