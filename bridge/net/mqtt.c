#include "net/mqtt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "net/mqtt_private.h"

#define TICK_MS        1000 /* positions are saved and failures tried again so often */
#define STOP_STEP_MS   50
#define EMPTYING_STEPS 40 /* 2 s for what is on its way */
#define LEAVING_STEPS  30 /* 1.5 s for saying offline */

int64_t mqtt_now_ms(const struct mqtt *mqtt)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);

	return clock->mono_us(clock) / 1000;
}

/* --- positions --- */

static void saved(struct store_request *request)
{
	struct mqtt_reader *reader = request->ctx;

	reader->is_saving = false;
	buf_unref(&request->body);
	if (request->answer == STORE_LATER)
		return; /* at the next tick */
	reader->saved = request->in.cursor.seq;
	reader->must_save = false;
}

static void save_position(struct mqtt *mqtt, struct mqtt_reader *reader)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);
	uint64_t seq = lanes_confirmed(mqtt, reader->lane);

	if (reader->is_saving || (seq <= reader->saved && !reader->must_save))
		return;
	reader->is_saving = true;
	reader->save = (struct store_request){
		.op = STORE_CURSOR,
		.in.cursor = {.sink = reader->sink, .seq = seq},
		.at_ms = clock->wall_ms(clock),
		.done = saved,
		.ctx = reader,
	};
	store_submit(mqtt->parts.store, &reader->save);
}

static void save_positions(struct mqtt *mqtt)
{
	for (unsigned i = 0; i < MQTT_READERS; i++)
		save_position(mqtt, &mqtt->readers[i]);
}

uint64_t mqtt_lag(const struct mqtt *mqtt)
{
	uint64_t least = store_head(mqtt->parts.store), head = least;

	for (unsigned lane = 0; lane < MQTT_READERS; lane++) {
		uint64_t confirmed = lanes_confirmed(mqtt, (enum mqtt_lane_id)lane);

		least = confirmed < least ? confirmed : least;
	}
	return head - least;
}

const char *mqtt_trouble(const struct mqtt *mqtt)
{
	return mqtt->trouble[0] != '\0' ? mqtt->trouble : mqtt->deaf;
}

/* --- what is sent --- */

static void show_figures(const struct mqtt *mqtt)
{
	metrics_set(mqtt->parts.metrics, METRIC_MQTT_IN_FLIGHT,
		    mqtt_window_count(mqtt->window, MQTT_LANES));
	metrics_set(mqtt->parts.metrics, METRIC_MQTT_LAG, (int64_t)mqtt_lag(mqtt));
}

static void run(struct mqtt *mqtt)
{
	lanes_run(mqtt);
	mqtt_link_give(mqtt->link, &mqtt->outbox);
	show_figures(mqtt);
}

static void feed_ready(struct feed_reader *reader)
{
	struct mqtt *mqtt = LIST_ITEM(reader, struct mqtt, feed_reader);

	mqtt_link_set_seq(mqtt->link, store_head(mqtt->parts.store));
	run(mqtt);
}

static void tick(void *ctx)
{
	struct mqtt *mqtt = ctx;

	save_positions(mqtt);
	refusal_retry(mqtt);
	receipts_retry(mqtt);
	run(mqtt);
}

/* --- what comes back --- */

static void take_refusal(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	snprintf(mqtt->trouble, sizeof(mqtt->trouble), "the broker refuses messages: %s",
		 letter->refusal);
	mqtt->is_refused = true;
	refusal_record(mqtt, (enum mqtt_lane_id)letter->lane, letter->seq, letter->refusal);
}

static void take_confirmation(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);

	metrics_add(mqtt->parts.metrics, METRIC_MQTT_CONFIRMED, 1);
	if (letter->since_us > 0)
		metrics_observe(mqtt->parts.metrics, HISTOGRAM_COMMIT_TO_PUBACK,
				clock->mono_us(clock) - letter->since_us);
	if (mqtt->is_refused)
		mqtt->trouble[0] = '\0';
	mqtt->is_refused = false;
}

static void take_answer(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	if (letter->line != mqtt->line || !mqtt->is_up)
		return;
	if (letter->refusal != NULL)
		take_refusal(mqtt, letter);
	else
		take_confirmation(mqtt, letter);
	if (letter->refusal == NULL)
		receipts_take(mqtt, letter);
	mqtt_window_confirm(mqtt->window, letter->ticket);
}

static void come_up(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	mqtt->is_up = true;
	mqtt->line = letter->line;
	mqtt->trouble[0] = '\0';
	metrics_set(mqtt->parts.metrics, METRIC_MQTT_CONNECTED, 1);
	(void)log_repeat_over(&mqtt->away);
	log_info("mqtt.up", "protocol=%s lag=%" PRIu64, letter->text, mqtt_lag(mqtt));
	lanes_up(mqtt);
}

static void go_down(struct mqtt *mqtt, const struct mqtt_letter *letter)
{
	const char *why = letter->text;

	snprintf(mqtt->trouble, sizeof(mqtt->trouble), "broker: %s", why);
	if (log_repeat_due(&mqtt->away, mqtt_now_ms(mqtt)) && mqtt->phase == MQTT_RUNNING)
		log_warn("mqtt.away", "tries=%lu why=%s", mqtt->away.count,
			 log_quote(why, strlen(why)).text);
	if (!mqtt->is_up)
		return;
	mqtt->is_up = false;
	metrics_set(mqtt->parts.metrics, METRIC_MQTT_CONNECTED, 0);
	lanes_down(mqtt);
}

static void take_letter(struct mqtt *mqtt, struct mqtt_letter *letter)
{
	if (letter->kind == LINK_MESSAGE)
		take_answer(mqtt, letter);
	else if (letter->kind == LINK_UP)
		come_up(mqtt, letter);
	else if (letter->kind == LINK_DOWN)
		go_down(mqtt, letter);
	else if (letter->kind == LINK_SWEEP && mqtt->is_up)
		live_take_stray(mqtt, &letter);
	mqtt_letter_free(&letter);
}

static void poll_link(void *ctx)
{
	struct mqtt *mqtt = ctx;
	struct list letters, *node;

	list_init(&letters);
	mqtt_link_take(mqtt->link, &letters);
	while ((node = list_take(&letters)) != NULL)
		take_letter(mqtt, LIST_ITEM(node, struct mqtt_letter, node));
	field_hear(mqtt);
	run(mqtt);
}

/* --- life --- */

int mqtt_open(struct mqtt **mqtt_r, const struct mqtt_settings *settings,
	      const struct mqtt_parts *parts, const struct rules *rules, struct err *err)
{
	struct mqtt *mqtt = xcalloc(1, sizeof(*mqtt));

	mqtt->parts = *parts;
	mqtt->size = (unsigned)settings->window;
	mqtt->rules = rules;
	mqtt->window = mqtt_window_new(mqtt->size);
	list_init(&mqtt->outbox);
	list_init(&mqtt->parked);
	list_init(&mqtt->refusals);
	lanes_init(mqtt);
	mqtt->orders.valid_ms = settings->order_valid_min * 60000;
	snprintf(mqtt->trouble, sizeof(mqtt->trouble), "broker: not reached yet");
	snprintf(mqtt->deaf, sizeof(mqtt->deaf), "broker: units are not heard yet");
	if (mqtt_topics_init(&mqtt->topics, settings->city, parts->agencies, err) < 0 ||
	    mqtt_link_open(&mqtt->link, settings, &mqtt->topics, store_epoch(parts->store),
			   loop_wake, parts->loop, err) < 0 ||
	    mqtt_ear_open(&mqtt->ear, settings, &mqtt->topics, parts->metrics, loop_wake,
			  parts->loop, err) < 0) {
		mqtt_link_close(&mqtt->link);
		mqtt_window_free(&mqtt->window);
		xfree(mqtt);
		return err_wrap(err, "mqtt");
	}
	mqtt->feed_reader.ready = feed_ready;
	feed_add(parts->feed, &mqtt->feed_reader);
	loop_add_poller(parts->loop, poll_link, mqtt);
	/* From the loop's first turn on: a position that is new is saved before any report. */
	loop_timer_start(parts->loop, &mqtt->timer, 0, TICK_MS, tick, mqtt);
	*mqtt_r = mqtt;
	return 0;
}

static void enter(struct mqtt *mqtt, enum mqtt_phase phase)
{
	mqtt->phase = phase;
	mqtt->phase_steps = 0;
}

static void say_bye(struct mqtt *mqtt)
{
	struct mqtt_letter *bye = mqtt_letter_new(LINK_BYE, mqtt->line, "");

	list_append(&mqtt->outbox, &bye->node);
	mqtt_link_give(mqtt->link, &mqtt->outbox);
	enter(mqtt, MQTT_LEAVING);
}

static bool is_all_answered(const struct mqtt *mqtt)
{
	for (unsigned i = 0; i < MQTT_READERS; i++)
		if (mqtt->readers[i].is_saving)
			return false;
	return mqtt->refusal_count == 0 && !lanes_are_reading(mqtt);
}

static void stop_step(void *ctx)
{
	struct mqtt *mqtt = ctx;
	unsigned steps = mqtt->phase_steps++;

	if (mqtt->phase == MQTT_EMPTYING &&
	    (!mqtt->is_up || steps >= EMPTYING_STEPS ||
	     mqtt_window_count(mqtt->window, MQTT_LANES) == 0)) {
		say_bye(mqtt);
	} else if (mqtt->phase == MQTT_LEAVING && (!mqtt->is_up || steps >= LEAVING_STEPS)) {
		save_positions(mqtt);
		enter(mqtt, MQTT_SAVING);
	} else if (mqtt->phase == MQTT_SAVING && is_all_answered(mqtt)) {
		enter(mqtt, MQTT_STOPPED);
		loop_timer_stop(&mqtt->timer);
		mqtt->stopped(mqtt->stopped_ctx);
	}
}

void mqtt_set_rules(struct mqtt *mqtt, const struct rules *rules)
{
	mqtt->rules = rules;
}

void mqtt_hush(struct mqtt *mqtt)
{
	field_let_go(mqtt);
	mqtt_ear_hush(mqtt->ear);
}

void mqtt_stop(struct mqtt *mqtt, void (*stopped)(void *ctx), void *ctx)
{
	mqtt->stopped = stopped;
	mqtt->stopped_ctx = ctx;
	enter(mqtt, MQTT_EMPTYING);
	loop_timer_start(mqtt->parts.loop, &mqtt->timer, 0, STOP_STEP_MS, stop_step, mqtt);
}

void mqtt_close(struct mqtt **mqtt)
{
	struct mqtt *mine = *mqtt;

	*mqtt = NULL;
	if (mine == NULL)
		return;
	field_let_go(mine);
	mqtt_ear_close(&mine->ear);
	mqtt_link_close(&mine->link);
	loop_timer_stop(&mine->timer);
	feed_remove(&mine->feed_reader);
	lanes_fini(mine);
	refusal_fini(mine);
	mqtt_window_free(&mine->window);
	xfree(mine);
}
