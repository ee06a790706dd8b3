/* What is sent when, against a broker of our own that answers in any order, breaks off,
 * forgets, or comes back with what it kept long ago. No sockets, no threads. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "net/mqtt_private.h"
#include "support/store_world.h"

#define FEED       24 /* few: most of what is missed must come from the store */
#define WINDOW     8
#define AGENCIES   3
#define VIEWS_MAX  2048
#define EVENTS_MAX 4096
#ifndef SEEDS
#define SEEDS 20
#endif

enum { FIRE = 1, POLICE = 2, HEALTH = 4 };

struct view {
	char topic[MQTT_TOPIC_SIZE];
	struct buf *payload; /* NULL: the broker keeps none */
	uint64_t seq;        /* of the event that said so, in this line */
};

struct radio {
	struct store_world world;
	struct loop *loop;
	struct feed *feed;
	unsigned given;
	struct mqtt mqtt;
	struct list pipe;    /* sent, not yet read by the broker */
	struct list waiting; /* read, without an answer */
	struct list found;   /* strays on their way to us */
	void (*held_done)(struct store_read *read);
	struct store_read *held; /* a page of live incidents that is not given back yet */
	struct view views[VIEWS_MAX], old_views[VIEWS_MAX];
	unsigned view_count, old_count;
	bool heard[AGENCIES][EVENTS_MAX];
	uint64_t first_heard[AGENCIES]; /* the newest seq it has heard, in order */
	uint64_t poison;                /* refused */
	char incidents[EVENTS_MAX][ID_SIZE];
	unsigned incident_count;
};

/* --- the broker --- */

static void free_letters(struct list *letters)
{
	struct list *node;

	while ((node = list_take(letters)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
}

static struct view *view_at(struct radio *radio, const char *topic)
{
	for (unsigned i = 0; i < radio->view_count; i++)
		if (strcmp(radio->views[i].topic, topic) == 0)
			return &radio->views[i];
	assert_true(radio->view_count < VIEWS_MAX);
	snprintf(radio->views[radio->view_count].topic, MQTT_TOPIC_SIZE, "%s", topic);
	return &radio->views[radio->view_count++];
}

static void forget_views(struct view *views, unsigned *count)
{
	for (unsigned i = 0; i < *count; i++) {
		buf_unref(&views[i].payload);
		views[i] = (struct view){.seq = 0};
	}
	*count = 0;
}

static void copy_views(struct view *to, unsigned *to_count, const struct view *from,
		       unsigned from_count)
{
	forget_views(to, to_count);
	for (unsigned i = 0; i < from_count; i++) {
		to[i] = from[i];
		to[i].seq = 0;
		if (to[i].payload != NULL)
			buf_ref(to[i].payload);
	}
	*to_count = from_count;
}

static void keep_view(struct radio *radio, const struct mqtt_letter *letter)
{
	struct view *view = view_at(radio, letter->text);

	if (letter->seq != 0 && letter->seq < view->seq)
		fail_msg("%s: event %llu after %llu", letter->text,
			 (unsigned long long)letter->seq, (unsigned long long)view->seq);
	if (letter->seq != 0)
		view->seq = letter->seq;
	buf_unref(&view->payload);
	if (letter->payload != NULL)
		view->payload = buf_ref(letter->payload);
}

static void hear_event(struct radio *radio, const struct mqtt_letter *letter)
{
	const char *id = strstr(letter->text, "/agency/") + strlen("/agency/");
	int agency = agency_find(&radio->world.agencies, id, strcspn(id, "/"));
	const struct event *event = &radio->world.events[letter->seq - 1];

	assert_true(agency >= 0 && event->audience.agencies >> agency & 1);
	assert_ptr_equal(letter->payload, event->body); /* the same bytes, not a copy */
	if (radio->heard[agency][letter->seq])
		return;
	assert_true(letter->seq > radio->first_heard[agency]);
	radio->first_heard[agency] = letter->seq;
	radio->heard[agency][letter->seq] = true;
}

static void list_views(struct radio *radio, uint64_t since)
{
	const char *epoch = store_epoch(radio->world.store);

	for (unsigned i = 0; i < radio->view_count; i++) {
		const struct buf *payload = radio->views[i].payload;
		struct mqtt_letter *letter;

		if (payload == NULL || !mqtt_view_is_stale((const char *)payload->data,
							   payload->len, epoch, since))
			continue;
		letter = mqtt_letter_new(LINK_SWEEP, 0, radio->views[i].topic);
		list_append(&radio->found, &letter->node);
	}
}

/* The broker reads one letter. */
static bool broker_reads(struct radio *radio)
{
	struct list *node = list_take(&radio->pipe);
	struct mqtt_letter *letter;

	if (node == NULL)
		return false;
	letter = LIST_ITEM(node, struct mqtt_letter, node);
	if (letter->kind == LINK_SWEEP) {
		list_views(radio, letter->seq);
		mqtt_letter_free(&letter);
		return true;
	}
	if (letter->seq == radio->poison && letter->seq != 0)
		letter->refusal = "too large";
	else if (letter->is_retained)
		keep_view(radio, letter);
	else
		hear_event(radio, letter);
	list_append(&radio->waiting, &letter->node);
	return true;
}

/* One of those that wait is answered, any of them. */
static bool broker_answers(struct radio *radio)
{
	unsigned count = 0, which;
	struct list *n;
	struct mqtt_letter *letter;

	for (n = radio->waiting.next; n != &radio->waiting; n = n->next)
		count++;
	if (count == 0)
		return false;
	which = (unsigned)rand() % count;
	for (n = radio->waiting.next; which > 0; n = n->next)
		which--;
	list_remove(n);
	letter = LIST_ITEM(n, struct mqtt_letter, node);
	if (letter->refusal != NULL)
		refusal_record(&radio->mqtt, (enum mqtt_lane_id)letter->lane, letter->seq,
			       letter->refusal);
	mqtt_window_confirm(radio->mqtt.window, letter->ticket);
	mqtt_letter_free(&letter);
	return true;
}

static bool finds_stray(struct radio *radio)
{
	struct list *node = list_take(&radio->found);
	struct mqtt_letter *letter;

	if (node == NULL)
		return false;
	letter = LIST_ITEM(node, struct mqtt_letter, node);
	live_take_stray(&radio->mqtt, &letter);
	return true;
}

static void line_breaks(struct radio *radio)
{
	if (!radio->mqtt.is_up)
		return;
	radio->mqtt.is_up = false;
	lanes_down(&radio->mqtt);
	free_letters(&radio->mqtt.outbox);
	free_letters(&radio->pipe);
	free_letters(&radio->waiting);
	free_letters(&radio->found);
	for (unsigned i = 0; i < radio->view_count; i++)
		radio->views[i].seq = 0; /* older ones may come again under the next line */
}

static void line_stands(struct radio *radio)
{
	if (radio->mqtt.is_up)
		return;
	radio->mqtt.is_up = true;
	radio->mqtt.line++;
	lanes_up(&radio->mqtt);
}

/* --- the bridge --- */

static void open_sink(struct radio *radio)
{
	struct mqtt *mqtt = &radio->mqtt;
	struct err err;

	*mqtt = (struct mqtt){.parts = {.loop = radio->loop,
					.store = radio->world.store,
					.feed = radio->feed,
					.agencies = &radio->world.agencies,
					.metrics = &radio->world.metrics},
			      .size = WINDOW,
			      .window = mqtt_window_new(WINDOW)};
	assert_int_equal(
		mqtt_topics_init(&mqtt->topics, "cirebon", &radio->world.agencies, &err), 0);
	list_init(&mqtt->outbox);
	list_init(&mqtt->refusals);
	lanes_init(mqtt);
	mqtt->live.page_rows = 5;
	mqtt->live.events_between = 2;
}

static struct radio *reading; /* a read has room for its owner only */

static void hold_page(struct store_read *read)
{
	reading->held = read;
}

/* A page that was read long ago comes back. */
static void give_page(struct radio *radio)
{
	struct store_read *read = radio->held;

	radio->held = NULL;
	if (read != NULL)
		radio->held_done(read);
}

static void close_sink(struct radio *radio)
{
	line_breaks(radio);
	while (lanes_are_reading(&radio->mqtt) || radio->mqtt.refusal_count > 0) {
		store_step(radio->world.store);
		give_page(radio);
	}
	lanes_fini(&radio->mqtt);
	refusal_fini(&radio->mqtt);
	mqtt_window_free(&radio->mqtt.window);
}

static void show_events(struct radio *radio)
{
	feed_append(radio->feed, &radio->world.events[radio->given],
		    radio->world.shown - radio->given);
	radio->given = radio->world.shown;
}

/* The read lane is a thread: what it has read may come back when more has happened. */
static void hold_back(struct radio *radio)
{
	struct store_read *read = &radio->mqtt.live.read;

	if (!radio->mqtt.live.is_reading || read->done == hold_page || radio->held != NULL)
		return;
	reading = radio;
	radio->held_done = read->done;
	read->done = hold_page;
}

static void run_lanes(struct radio *radio)
{
	show_events(radio);
	lanes_run(&radio->mqtt);
	hold_back(radio);
	list_move(&radio->pipe, &radio->mqtt.outbox);
}

static void work(struct radio *radio)
{
	store_step(radio->world.store);
	run_lanes(radio);
}

static bool is_at_rest(const struct radio *radio)
{
	const struct mqtt *mqtt = &radio->mqtt;

	return list_is_empty(&radio->pipe) && list_is_empty(&radio->waiting) &&
	       list_is_empty(&radio->found) && mqtt->live.stray_count == 0 &&
	       !lanes_are_reading(mqtt) && !mqtt->live.is_due && !mqtt->live.wants_sweep &&
	       lanes_confirmed(mqtt, MQTT_STREAM) == radio->world.shown &&
	       lanes_confirmed(mqtt, MQTT_STATE) == radio->world.shown;
}

static void settle(struct radio *radio)
{
	line_stands(radio);
	for (unsigned i = 0; i < 100000; i++) {
		work(radio);
		give_page(radio);
		if (is_at_rest(radio))
			return;
		while (broker_reads(radio))
			;
		while (broker_answers(radio))
			;
		while (finds_stray(radio))
			;
	}
	fail_msg("it does not come to rest: stream %llu state %llu of %u, live %d at %llu",
		 (unsigned long long)lanes_confirmed(&radio->mqtt, MQTT_STREAM),
		 (unsigned long long)lanes_confirmed(&radio->mqtt, MQTT_STATE),
		 radio->world.shown, radio->mqtt.live.is_due,
		 (unsigned long long)radio->mqtt.live.from);
}

/* It ends and starts again from the positions that were saved; some answers may be newer. */
static void bridge_restarts(struct radio *radio)
{
	uint64_t stream, state;

	stream = lanes_confirmed(&radio->mqtt, MQTT_STREAM);
	state = lanes_confirmed(&radio->mqtt, MQTT_STATE);
	close_sink(radio);
	open_sink(radio);
	radio->mqtt.readers[MQTT_STREAM].next = stream + 1;
	radio->mqtt.readers[MQTT_STATE].next = state + 1;
}

static void report(struct radio *radio, agency_set agencies)
{
	struct sent sent;

	send_report(&radio->world, &sent, "lapor-web", NULL, "Kebakaran rumah");
	sent.request.verdict.agencies = agencies;
	store_step(radio->world.store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	memcpy(radio->incidents[radio->incident_count++], sent.request.incident_id, ID_SIZE);
	sent_fini(&sent);
	show_events(radio);
}

static void order(struct radio *radio, unsigned incident, const char *json)
{
	struct sent sent;

	send_command(&radio->world, &sent, radio->incidents[incident], json);
	store_step(radio->world.store);
	sent_fini(&sent); /* an impossible step is refused and changes nothing */
	show_events(radio);
}

static void order_any(struct radio *radio, unsigned incident)
{
	static const char *const orders[] = {
		"{\"action\":\"close\",\"outcome\":\"resolved\"}",
		"{\"action\":\"close\",\"outcome\":\"resolved\"}",
		"{\"action\":\"reopen\"}",
		"{\"action\":\"note\",\"note\":\"di lokasi\"}",
		"{\"action\":\"reclassify\",\"agencies\":[\"fire\"]}",
		"{\"action\":\"reclassify\",\"agencies\":[\"police\",\"health\"]}",
		"{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"police\",\"health\"]}"};

	order(radio, incident, orders[(unsigned)rand() % (sizeof(orders) / sizeof(*orders))]);
}

static int start(void **state)
{
	struct radio *radio = xcalloc(1, sizeof(*radio));
	struct err err;

	*state = radio;
	log_set_level(LOG_ERROR);
	list_init(&radio->pipe);
	list_init(&radio->waiting);
	list_init(&radio->found);
	world_init(&radio->world, &store_memory);
	if (world_open(&radio->world, &err) < 0 ||
	    loop_new(&radio->loop, &radio->world.clock, &radio->world.metrics, &err) < 0)
		fail_msg("%s", err.text);
	radio->feed = feed_new(FEED, 0);
	open_sink(radio);
	return 0;
}

static int stop(void **state)
{
	struct radio *radio = *state;

	close_sink(radio);
	forget_views(radio->views, &radio->view_count);
	forget_views(radio->old_views, &radio->old_count);
	feed_free(&radio->feed);
	world_fini(&radio->world);
	loop_free(&radio->loop);
	xfree(radio);
	return 0;
}

/* --- what must hold at rest --- */

static void assert_all_heard(const struct radio *radio)
{
	for (unsigned i = 0; i < radio->world.shown; i++)
		for (unsigned agency = 0; agency < AGENCIES; agency++) {
			const struct event *event = &radio->world.events[i];

			assert_int_equal(radio->heard[agency][event->seq],
					 event->seq != radio->poison &&
						 (event->audience.agencies >> agency & 1) != 0);
		}
}

static unsigned assert_view_of(struct radio *radio, const struct event *row, unsigned agency)
{
	char topic[MQTT_TOPIC_SIZE], seq[32];
	const struct view *view;

	if ((row->audience.agencies >> agency & 1) == 0)
		return 0;
	mqtt_topic_view(&radio->mqtt.topics, agency, false, row->incident_id, topic);
	view = view_at(radio, topic);
	if (view->payload == NULL)
		fail_msg("%s is not there", topic);
	snprintf(seq, sizeof(seq), "{\"seq\":%llu,", (unsigned long long)row->seq);
	if (memcmp(view->payload->data, seq, strlen(seq)) != 0)
		fail_msg("%s: not %s but %.20s", topic, seq, (char *)view->payload->data);
	return 1;
}

static void assert_views_are_those_of_what_is_live(struct radio *radio)
{
	unsigned live = 0, kept = 0;
	uint64_t from = 0;

	do {
		struct store_read read = {
			.op = READ_LIVE, .from = from, .filter.viewer = sees_everything};

		read_now(&radio->world, &read);
		for (unsigned i = 0; i < read.row_count; i++)
			for (unsigned agency = 0; agency < AGENCIES; agency++)
				live += assert_view_of(radio, &read.rows[i], agency);
		from = read.next;
		store_read_fini(&read);
	} while (from != 0);
	for (unsigned i = 0; i < radio->view_count; i++)
		kept += radio->views[i].payload != NULL;
	assert_int_equal(kept, live);
}

static void assert_right(struct radio *radio)
{
	assert_all_heard(radio);
	assert_views_are_those_of_what_is_live(radio);
}

/* --- by name --- */

static void every_event_reaches_its_agencies_in_order(void **state)
{
	struct radio *radio = *state;

	line_stands(radio);
	for (agency_set agencies = 1; agencies < 8; agencies++)
		report(radio, agencies);
	settle(radio);
	assert_right(radio);
}

static void what_happened_during_an_outage_of_any_length_is_sent_afterwards(void **state)
{
	struct radio *radio = *state;

	report(radio, FIRE);
	settle(radio);
	line_breaks(radio);
	for (unsigned i = 0; i < 20 * FEED; i++) {
		report(radio, 1 + i % 7);
		order_any(radio, (unsigned)rand() % radio->incident_count);
	}
	settle(radio);
	assert_right(radio);
}

static void a_broker_that_comes_back_empty_is_told_all_that_is_live(void **state)
{
	struct radio *radio = *state;

	for (unsigned i = 0; i < 100; i++)
		report(radio, FIRE | POLICE);
	settle(radio);
	line_breaks(radio);
	forget_views(radio->views, &radio->view_count);
	settle(radio);
	assert_right(radio);
}

static void a_broker_that_remembers_what_is_long_closed_is_corrected(void **state)
{
	struct radio *radio = *state;

	for (unsigned i = 0; i < 50; i++)
		report(radio, FIRE | HEALTH);
	settle(radio);
	copy_views(radio->old_views, &radio->old_count, radio->views, radio->view_count);
	for (unsigned i = 0; i < 50; i += 2)
		order(radio, i, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	settle(radio); /* confirmed: the position is beyond the closings */
	line_breaks(radio);
	copy_views(radio->views, &radio->view_count, radio->old_views, radio->old_count);
	settle(radio);
	assert_right(radio);
}

static void a_view_of_another_log_or_of_nobody_is_cleared(void **state)
{
	struct radio *radio = *state;
	struct view *view;

	report(radio, FIRE);
	settle(radio);
	line_breaks(radio);
	view = view_at(radio, "tangi/v1/cirebon/agency/fire/incidents/I-1");
	view->payload = buf_copy("{\"as_of\":99999,\"epoch\":\"L-0\",\"incident\":{}}", 43);
	settle(radio);
	assert_right(radio);
}

static void an_incident_reopened_while_its_old_view_is_found_stays(void **state)
{
	struct radio *radio = *state;

	report(radio, FIRE);
	settle(radio);
	copy_views(radio->old_views, &radio->old_count, radio->views, radio->view_count);
	order(radio, 0, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	settle(radio);
	line_breaks(radio);
	copy_views(radio->views, &radio->view_count, radio->old_views, radio->old_count);
	line_stands(radio);
	for (unsigned i = 0; i < 100 && list_is_empty(&radio->found); i++) {
		work(radio);
		give_page(radio);
		(void)broker_reads(radio);
		(void)broker_answers(radio);
	}
	assert_false(list_is_empty(&radio->found));
	order(radio, 0, "{\"action\":\"reopen\"}");
	settle(radio);
	assert_right(radio);
}

static void broker_is_quick(struct radio *radio)
{
	while (broker_reads(radio))
		;
	while (broker_answers(radio))
		;
}

static void a_page_that_comes_back_late_overwrites_nothing_newer(void **state)
{
	struct radio *radio = *state;

	for (unsigned i = 0; i < 8; i++) /* two pages, the last incident in the second */
		report(radio, FIRE);
	settle(radio);
	line_breaks(radio);
	line_stands(radio);
	for (unsigned page = 0; page < 2; page++) {
		give_page(radio);
		for (unsigned i = 0; i < 10; i++) {
			work(radio);
			broker_is_quick(radio);
		}
		assert_non_null(radio->held);
	}
	order(radio, 7, "{\"action\":\"note\",\"note\":\"di lokasi\"}");
	for (unsigned i = 0; i < 10; i++) {
		work(radio);
		broker_is_quick(radio);
	}
	settle(radio);
	assert_right(radio);
}

static void a_hundred_live_incidents_do_not_hold_up_an_alarm(void **state)
{
	struct radio *radio = *state;
	unsigned read = 0;

	for (unsigned i = 0; i < 300; i++)
		report(radio, FIRE | POLICE | HEALTH);
	settle(radio);
	line_breaks(radio);
	line_stands(radio);
	work(radio);
	report(radio, FIRE); /* now */
	while (!radio->heard[0][radio->world.shown]) {
		work(radio);
		give_page(radio);
		(void)broker_reads(radio);
		(void)broker_answers(radio);
		assert_true(++read < 3 * WINDOW);
	}
	assert_true(radio->mqtt.live.is_due);
	settle(radio);
	assert_right(radio);
}

static void what_the_broker_refuses_is_recorded_and_passed_over(void **state)
{
	struct radio *radio = *state;

	settle(radio);
	radio->poison = 3;
	for (unsigned i = 0; i < 6; i++)
		report(radio, FIRE | POLICE);
	for (unsigned i = 0; i < 40; i++) {
		run_lanes(radio);
		broker_is_quick(radio);
	}
	/* Not before the store has it: nothing was stepped since. */
	assert_int_equal(lanes_confirmed(&radio->mqtt, MQTT_STREAM), 2);
	assert_int_equal(radio->mqtt.refusal_count, 2); /* its event, and its view */
	assert_int_equal(metrics_get(&radio->world.metrics, METRIC_MQTT_FAILURES), 2);
	store_step(radio->world.store);
	assert_int_equal(lanes_confirmed(&radio->mqtt, MQTT_STREAM), 6);
	assert_int_equal(radio->mqtt.refusal_count, 0);
	assert_all_heard(radio);
}

static void a_message_that_breaks_every_line_is_recorded_and_passed_over(void **state)
{
	struct radio *radio = *state;
	uint64_t bad = 5;
	unsigned breaks = 0;

	for (unsigned i = 0; i < 10; i++)
		report(radio, FIRE);
	for (unsigned i = 0; i < 5000 && breaks < 40; i++) {
		struct mqtt_letter *next;

		line_stands(radio);
		work(radio);
		next = LIST_ITEM(radio->pipe.next, struct mqtt_letter, node);
		if (!list_is_empty(&radio->pipe) && next->kind == LINK_MESSAGE &&
		    next->seq == bad && next->payload != NULL) {
			line_breaks(radio);
			breaks++;
			continue;
		}
		give_page(radio);
		(void)broker_reads(radio);
		(void)broker_answers(radio);
	}
	assert_true(breaks < 16);
	assert_int_equal(lanes_confirmed(&radio->mqtt, MQTT_STREAM), 10);
	assert_int_equal(lanes_confirmed(&radio->mqtt, MQTT_STATE), 10);
	radio->poison = bad;
	assert_all_heard(radio);
}

static void a_sink_without_a_position_begins_at_the_end_of_the_log(void **state)
{
	struct radio *radio = *state;

	close_sink(radio);
	for (unsigned i = 0; i < 30; i++)
		report(radio, FIRE);
	open_sink(radio);
	settle(radio);
	assert_int_equal(radio->first_heard[0], 0);
	assert_views_are_those_of_what_is_live(radio);
	report(radio, FIRE);
	settle(radio);
	assert_int_equal(radio->first_heard[0], 31);
}

/* --- in any order --- */

/* One of all or, more often, one of the few about which everybody talks. */
static unsigned any_incident(const struct radio *radio)
{
	unsigned count = radio->incident_count;
	unsigned among = rand() % 4 == 0 || count < 4 ? count : 4;

	return count - 1 - (unsigned)rand() % among;
}

static void something_happens(struct radio *radio)
{
	switch (rand() % 60) {
	case 0:
		/* Three times over one message alone would be that message's fault. */
		if (rand() % 8 == 0 && mqtt_window_count(radio->mqtt.window, MQTT_LANES) != 1)
			line_breaks(radio);
		break;
	case 1:
		if (radio->mqtt.is_up)
			break;
		if (rand() % 3 == 0)
			forget_views(radio->views, &radio->view_count);
		else if (rand() % 3 == 0)
			copy_views(radio->views, &radio->view_count, radio->old_views,
				   radio->old_count);
		line_stands(radio);
		break;
	case 2:
		copy_views(radio->old_views, &radio->old_count, radio->views,
			   radio->view_count);
		break;
	case 3:
		if (rand() % 5 == 0)
			bridge_restarts(radio);
		break;
	case 4:
		if (radio->world.shown < 1200)
			report(radio, 1 + (agency_set)rand() % 7);
		break;
	case 5 ... 14:
		if (radio->incident_count > 0 && radio->world.shown < 1200)
			order_any(radio, any_incident(radio));
		break;
	case 15 ... 18:
		give_page(radio);
		break;
	case 19 ... 30:
		work(radio);
		break;
	case 31 ... 44:
		(void)broker_reads(radio);
		break;
	case 45 ... 57:
		(void)broker_answers(radio);
		break;
	default:
		(void)finds_stray(radio);
	}
}

/* Nothing before the position may be missing, at any moment: a kill would lose it. */
static void assert_position_is_true(const struct radio *radio)
{
	uint64_t confirmed = lanes_confirmed(&radio->mqtt, MQTT_STREAM);

	for (uint64_t seq = confirmed > 40 ? confirmed - 40 : 1; seq <= confirmed; seq++)
		for (unsigned agency = 0; agency < AGENCIES; agency++)
			if (radio->world.events[seq - 1].audience.agencies >> agency & 1)
				assert_true(radio->heard[agency][seq]);
}

static void whatever_happens_each_hears_all_once_in_order_and_sees_what_is_live(void **state)
{
	for (unsigned seed = 1; seed <= SEEDS; seed++) {
		struct radio *radio = *state;

		srand(seed);
		for (unsigned i = 0; i < 3000; i++) {
			something_happens(radio);
			assert_position_is_true(radio);
		}
		settle(radio);
		assert_right(radio);
		stop(state);
		start(state);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(every_event_reaches_its_agencies_in_order),
		TEST(what_happened_during_an_outage_of_any_length_is_sent_afterwards),
		TEST(a_broker_that_comes_back_empty_is_told_all_that_is_live),
		TEST(a_broker_that_remembers_what_is_long_closed_is_corrected),
		TEST(a_view_of_another_log_or_of_nobody_is_cleared),
		TEST(an_incident_reopened_while_its_old_view_is_found_stays),
		TEST(a_page_that_comes_back_late_overwrites_nothing_newer),
		TEST(a_hundred_live_incidents_do_not_hold_up_an_alarm),
		TEST(what_the_broker_refuses_is_recorded_and_passed_over),
		TEST(a_message_that_breaks_every_line_is_recorded_and_passed_over),
		TEST(a_sink_without_a_position_begins_at_the_end_of_the_log),
		TEST(whatever_happens_each_hears_all_once_in_order_and_sees_what_is_live),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
