/* What events say to units, and what the broker is to keep of it. Events are written here as
 * they stand in the log. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "../core/doors.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "net/mqtt_order.h"
#include "net/mqtt_private.h"
#include "store/backend.h"
#include "support/store_world.h"

#define I400 "I-01KAQ7ZZZZT3C8M9K2XRNY4B7D"
#define I401 "I-01KAQ7ZZZZT3C8M9K2XRNY4B7E"
#define D1   "D-01KAQ7ZZZZT3C8M9K2XRNY4B71"
#define D2   "D-01KAQ7ZZZZT3C8M9K2XRNY4B72"
#define T0   "2026-11-24T09:00:00.000Z"
#define T1   "2026-11-24T09:01:00.000Z"
#define NONE                                                                                   \
	"\"broker\":null,\"device\":null,\"confirmed\":null,\"accepted\":null,\"declined\":"   \
	"null"
#define DMK_01 "tangi/v1/cirebon/unit/DMK-01/dispatch"
#define KEPT   32

struct order_text {
	const char *unit, *dispatch_id, *state, *since, *receipts;
	int revision;
};

struct radio {
	struct store_world world;
	struct loop *loop;
	struct feed *feed;
	struct mqtt mqtt;
	struct {
		char topic[MQTT_TOPIC_SIZE];
		struct buf *payload;
	} kept[KEPT];
	unsigned kept_count, said; /* messages in all */
};

static struct event event_of(uint64_t seq, const char *incident_id, const char *head,
			     const struct order_text *orders, unsigned count)
{
	struct event event = {.seq = seq, .kind = EVENT_ASSIGNMENT_UPDATED};
	struct jsonw w;

	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "type", "event");
	jsonw_int(&w, "seq", (int64_t)seq);
	jsonw_bool(&w, "exercise", false);
	if (head[0] != '\0')
		jsonw_raw(&w, "units", head, strlen(head));
	jsonw_open(&w, "incident", '{');
	jsonw_string(&w, "id", incident_id);
	jsonw_int(&w, "no", 400);
	jsonw_string(&w, "category", "fire_building");
	jsonw_int(&w, "priority", 1);
	jsonw_raw(
		&w, "location",
		"{\"lat\":-6.7,\"lon\":108.5,\"from\":\"device\",\"state\":\"exact\"}",
		strlen("{\"lat\":-6.7,\"lon\":108.5,\"from\":\"device\",\"state\":\"exact\"}"));
	jsonw_string(&w, "anonymity", "public");
	jsonw_open(&w, "assignments", '[');
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "agency", "fire");
	jsonw_open(&w, "orders", '[');
	for (unsigned i = 0; i < count; i++) {
		char receipts[200];

		snprintf(receipts, sizeof(receipts), "{%s}", orders[i].receipts);
		jsonw_open(&w, NULL, '{');
		jsonw_string(&w, "unit", orders[i].unit);
		jsonw_string(&w, "dispatch_id", orders[i].dispatch_id);
		jsonw_string(&w, "state", orders[i].state);
		jsonw_string(&w, "since", orders[i].since);
		jsonw_int(&w, "revision", orders[i].revision);
		jsonw_raw(&w, "receipts", receipts, strlen(receipts));
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	jsonw_close(&w, ']');
	jsonw_string(&w, "place_said", "dekat masjid");
	jsonw_string(&w, "text", "Kebakaran, hubungi 081234567890");
	jsonw_close(&w, '}');
	jsonw_close(&w, '}');
	event.body = jsonw_buf(&w);
	jsonw_fini(&w);
	memcpy(event.incident_id, incident_id, ID_SIZE);
	return event;
}

/* --- one event --- */

static const struct mqtt_order_stamp stamp = {
	.as_of = 9, .epoch = "L-01KAQ7ZZZZT3C8M9K2XRNY4B7D", .valid_until_ms = 1795510800000};

static json_t *only_message(const char *head, const struct order_text *text,
			    struct mqtt_order *order_r)
{
	struct mqtt_order orders[MQTT_ORDERS_MAX];
	struct event event = event_of(7, I400, head, text, 1);
	json_t *message;

	assert_int_equal(mqtt_orders_read(&event, &stamp, orders), 1);
	message = json_loadb((const char *)orders[0].payload->data, orders[0].payload->len, 0,
			     NULL);
	assert_non_null(message);
	mqtt_order_fini(&orders[0]);
	*order_r = orders[0];
	buf_unref(&event.body);
	return message;
}

static const char *said(const json_t *message, const char *key)
{
	const char *text = json_string_value(json_object_get(message, key));

	return text != NULL ? text : "";
}

static void an_order_says_what_a_crew_needs_and_nothing_of_who_called(void **state)
{
	struct order_text text = {"DMK-01", D1, "ordered", T0, NONE, 1};
	struct mqtt_order order;
	json_t *message =
		only_message("[\"DMK-01\"],\"changed\":[\"location\"]", &text, &order);

	(void)state;
	assert_true(order.is_open && order.is_live && order.is_meant);
	assert_false(order.is_recall || order.was_at_broker);
	assert_string_equal(said(message, "type"), "order");
	assert_string_equal(said(message, "dispatch_id"), D1);
	assert_string_equal(said(message, "incident_id"), I400);
	assert_string_equal(said(message, "at"), T0);
	assert_string_equal(said(message, "place_said"), "dekat masjid");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(message, "changed"), 0)),
		"location");
	assert_null(strstr(said(message, "text"), "0812"));
	assert_non_null(strstr(said(message, "text"), "Kebakaran"));
	json_decref(message);
}

static void what_is_answered_is_not_kept_and_what_is_over_is_not_said_again(void **state)
{
	static const struct {
		const char *state, *since, *receipts;
		bool is_recall, is_open, is_live;
	} cases[] = {
		{"ordered", T0, NONE, false, true, true},
		{"ordered", T0,
		 "\"broker\":\"" T0 "\",\"device\":\"" T1 "\",\"confirmed\":null", false, true,
		 true},
		{"ordered", T0, "\"confirmed\":\"" T1 "\"", false, false, true},
		{"accepted", T1, "\"accepted\":\"" T1 "\"", false, false, true},
		{"on_scene", T1, NONE, false, false, true},
		{"declined", T1, "\"declined\":\"" T1 "\"", true, false, false},
		{"cleared", T1, NONE, true, false, false},
		{"recalled", T1, NONE, true, true, true},
		{"recalled", T0, "\"confirmed\":\"" T1 "\"", true, false, false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct order_text text = {"DMK-01",          D1, cases[i].state, cases[i].since,
					  cases[i].receipts, 1};
		struct mqtt_order order;
		json_t *message = only_message("", &text, &order);

		assert_int_equal(order.is_recall, cases[i].is_recall);
		assert_int_equal(order.is_open, cases[i].is_open);
		assert_int_equal(order.is_live, cases[i].is_live);
		assert_false(order.is_meant);
		json_decref(message);
	}
}

static void an_order_found_at_the_broker_is_known_as_stale_or_not(void **state)
{
	struct order_text text = {"DMK-01", D1, "ordered", T0, NONE, 1};
	struct mqtt_order orders[MQTT_ORDERS_MAX];
	struct event event = event_of(7, I400, "", &text, 1);
	const char *payload;
	size_t len;

	(void)state;
	assert_int_equal(mqtt_orders_read(&event, &stamp, orders), 1);
	payload = (const char *)orders[0].payload->data;
	len = orders[0].payload->len;
	assert_false(mqtt_view_is_stale(payload, len, stamp.epoch, 9));
	assert_true(mqtt_view_is_stale(payload, len, stamp.epoch, 10));
	assert_true(mqtt_view_is_stale(payload, len, "L-01KAQ7ZZZZT3C8M9K2XRNY4B7E", 9));
	mqtt_order_fini(&orders[0]);
	buf_unref(&event.body);
}

/* --- events that pass --- */

static int start(void **state)
{
	struct radio *radio = xcalloc(1, sizeof(*radio));
	struct mqtt *mqtt = &radio->mqtt;
	struct err err;

	world_init(&radio->world, &store_memory);
	assert_int_equal(world_open(&radio->world, &err), 0);
	assert_int_equal(
		loop_new(&radio->loop, &radio->world.clock, &radio->world.metrics, &err), 0);
	radio->feed = feed_new(64, 0);
	*mqtt = (struct mqtt){.parts = {.loop = radio->loop,
					.store = radio->world.store,
					.feed = radio->feed,
					.agencies = &radio->world.agencies,
					.metrics = &radio->world.metrics},
			      .size = 8,
			      .window = mqtt_window_new(8)};
	assert_int_equal(
		mqtt_topics_init(&mqtt->topics, "cirebon", &radio->world.agencies, &err), 0);
	list_init(&mqtt->outbox);
	list_init(&mqtt->refusals);
	lanes_init(mqtt);
	mqtt->is_up = true;
	*state = radio;
	return 0;
}

static int stop(void **state)
{
	struct radio *radio = *state;

	lanes_fini(&radio->mqtt);
	mqtt_window_free(&radio->mqtt.window);
	for (unsigned i = 0; i < radio->kept_count; i++)
		buf_unref(&radio->kept[i].payload);
	feed_free(&radio->feed);
	world_fini(&radio->world);
	loop_free(&radio->loop);
	xfree(radio);
	return 0;
}

static void keep(struct radio *radio, const struct mqtt_letter *letter)
{
	unsigned i = 0;

	while (i < radio->kept_count && strcmp(radio->kept[i].topic, letter->text) != 0)
		i++;
	assert_true(i < KEPT);
	if (i == radio->kept_count)
		snprintf(radio->kept[radio->kept_count++].topic, MQTT_TOPIC_SIZE, "%s",
			 letter->text);
	buf_unref(&radio->kept[i].payload);
	if (letter->payload != NULL)
		radio->kept[i].payload = buf_ref(letter->payload);
}

/* The broker takes all there is and confirms it. */
static void broker(struct radio *radio)
{
	struct list *node;

	do {
		lanes_run(&radio->mqtt);
		while ((node = list_take(&radio->mqtt.outbox)) != NULL) {
			struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

			if (strstr(letter->text, "/dispatch") != NULL) {
				radio->said++;
				if (letter->is_retained)
					keep(radio, letter);
			}
			mqtt_window_confirm(radio->mqtt.window, letter->ticket);
			mqtt_letter_free(&letter);
		}
		store_step(radio->world.store);
		lanes_run(&radio->mqtt);
	} while (!list_is_empty(&radio->mqtt.outbox));
}

static void pass(struct radio *radio, const char *incident_id, const char *head,
		 const struct order_text *orders, unsigned count)
{
	struct event event =
		event_of(feed_head(radio->feed) + 1, incident_id, head, orders, count);

	feed_append(radio->feed, &event, 1);
	buf_unref(&event.body);
	broker(radio);
}

/* What a unit that connects now would be given; NULL: nothing. */
static const char *kept_for(const struct radio *radio, const char *topic)
{
	for (unsigned i = 0; i < radio->kept_count; i++)
		if (strcmp(radio->kept[i].topic, topic) == 0 && radio->kept[i].payload != NULL)
			return (const char *)radio->kept[i].payload->data;
	return NULL;
}

static void an_order_is_kept_until_it_is_answered(void **state)
{
	struct radio *radio = *state;
	struct order_text text = {"DMK-01", D1, "ordered", T0, NONE, 1};

	pass(radio, I400, "[\"DMK-01\"]", &text, 1);
	assert_non_null(kept_for(radio, DMK_01));
	assert_int_equal(radio->said, 1);
	pass(radio, I400, "", &text, 1); /* a note, and nothing for the crew */
	assert_int_equal(radio->said, 1);
	text.receipts = "\"confirmed\":\"" T1 "\"";
	pass(radio, I400, "", &text, 1);
	assert_null(kept_for(radio, DMK_01));
	assert_int_equal(radio->said, 2);
	text.state = "en_route";
	pass(radio, I400, "", &text, 1);
	assert_int_equal(radio->said, 2);
}

static void a_recall_takes_its_place_and_is_kept_until_it_is_confirmed(void **state)
{
	struct radio *radio = *state;
	struct order_text text = {"DMK-01", D1, "ordered", T0, NONE, 1};

	pass(radio, I400, "[\"DMK-01\"]", &text, 1);
	text = (struct order_text){"DMK-01", D1, "recalled", T1, NONE, 2};
	pass(radio, I400, "[\"DMK-01\"]", &text, 1);
	assert_non_null(strstr(kept_for(radio, DMK_01), "\"type\":\"recall\""));
	text.receipts = "\"confirmed\":\"" T1 "\"";
	pass(radio, I400, "", &text, 1);
	assert_null(kept_for(radio, DMK_01));
}

static void what_is_changed_on_the_way_is_kept_until_that_is_answered(void **state)
{
	struct radio *radio = *state;
	struct order_text text = {
		"DMK-01", D1, "en_route", T0, "\"queued\":\"" T1 "\",\"confirmed\":null", 2};

	pass(radio, I400, "[\"DMK-01\"],\"changed\":[\"location\"]", &text, 1);
	assert_non_null(strstr(kept_for(radio, DMK_01), "\"revision\":2"));
	text.receipts = "\"queued\":\"" T1 "\",\"confirmed\":\"" T1 "\"";
	pass(radio, I400, "", &text, 1);
	assert_null(kept_for(radio, DMK_01));
}

static void each_unit_hears_its_own_order_only(void **state)
{
	struct radio *radio = *state;
	struct order_text two[] = {{"DMK-01", D1, "on_scene", T0, NONE, 1},
				   {"DMK-02", D2, "ordered", T1, NONE, 1}};

	pass(radio, I400, "[\"DMK-02\"]", two, 2);
	assert_null(kept_for(radio, DMK_01));
	assert_non_null(kept_for(radio, "tangi/v1/cirebon/unit/DMK-02/dispatch"));
	assert_int_equal(radio->said, 1);
}

static void of_two_orders_the_answer_to_one_does_not_clear_the_other(void **state)
{
	struct radio *radio = *state;
	struct order_text one = {"DMK-01", D1, "ordered", T0, NONE, 1};
	struct order_text two = {"DMK-01", D2, "ordered", T1, NONE, 1};

	pass(radio, I400, "[\"DMK-01\"]", &one, 1);
	pass(radio, I401, "[\"DMK-01\"]", &two, 1);
	assert_non_null(strstr(kept_for(radio, DMK_01), D2));
	one.state = "accepted";
	pass(radio, I400, "", &one, 1);
	assert_non_null(strstr(kept_for(radio, DMK_01), D2));
	two.state = "declined";
	pass(radio, I401, "", &two, 1);
	assert_null(kept_for(radio, DMK_01));
}

static void an_order_is_said_again_when_its_line_broke_before_the_receipt(void **state)
{
	struct radio *radio = *state;
	struct order_text text = {"DMK-01", D1, "ordered", T0, NONE, 1};
	struct event event = event_of(1, I400, "[\"DMK-01\"]", &text, 1);
	struct list *node;

	feed_append(radio->feed, &event, 1);
	buf_unref(&event.body);
	lanes_run(&radio->mqtt);
	assert_int_equal(lanes_confirmed(&radio->mqtt, MQTT_ORDERS), 0);
	while ((node = list_take(&radio->mqtt.outbox)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
	lanes_down(&radio->mqtt);
	radio->mqtt.line++;
	lanes_up(&radio->mqtt);
	broker(radio);
	assert_non_null(kept_for(radio, DMK_01));
	assert_int_equal(lanes_confirmed(&radio->mqtt, MQTT_ORDERS), 1);
}

static void
an_order_of_an_event_that_names_more_than_the_window_takes_all_goes_out(void **state)
{
	struct radio *radio = *state;
	struct order_text many[20];
	static char ids[20][ID_SIZE], units[20][MQTT_UNIT_SIZE];
	char head[400] = "[";

	for (int i = 0; i < 20; i++) {
		snprintf(ids[i], ID_SIZE, "D-01KAQ7ZZZZT3C8M9K2XRNY4B%c%c", "ABCD"[i / 10],
			 "0123456789"[i % 10]);
		snprintf(units[i], MQTT_UNIT_SIZE, "DMK-%02d", i);
		many[i] = (struct order_text){units[i], ids[i], "ordered", T0, NONE, 1};
		snprintf(head + strlen(head), sizeof(head) - strlen(head), "%s\"%s\"",
			 i > 0 ? "," : "", units[i]);
	}
	snprintf(head + strlen(head), sizeof(head) - strlen(head), "]");
	{
		struct event event = event_of(1, I400, head, many, 20);

		feed_append(radio->feed, &event, 1);
		buf_unref(&event.body);
	}
	lanes_run(&radio->mqtt);
	assert_true(mqtt_window_count(radio->mqtt.window, MQTT_LANES) <= 8);
	broker(radio);
	assert_int_equal(radio->said, 20);
}

/* --- the broker's receipt --- */

/* The order of the only incident, as the store has it. */
static int64_t receipt_of_broker(struct doors *doors)
{
	const struct event *last = &doors->store.events[doors->store.shown - 1];
	struct incident incident;
	struct err err;
	int64_t at_ms;

	assert_int_equal(incident_of_event(last, &doors->store.agencies, &incident, &err), 0);
	assert_int_equal(incident.sent_count, 1);
	at_ms = incident.sent[0].receipt_ms[RECEIPT_BROKER];
	incident_fini(&incident);
	return at_ms;
}

static void order_a_unit(struct doors *doors, struct mqtt_letter *letter)
{
	static const struct principal desk = {
		.name = "pengawas", .role = ROLE_SUPERVISOR, .agency = -1};
	struct incident incident;
	struct reply reply;
	struct err err;

	doors_incident(doors, "kebakaran rumah", letter->incident_id);
	doors_act(doors, &reply, letter->incident_id, &desk,
		  "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	store_step(doors->store.store);
	assert_int_equal(reply.answer, STORE_STORED);
	reply_fini(&reply);
	assert_int_equal(incident_of_event(&doors->store.events[1], &doors->store.agencies,
					   &incident, &err),
			 0);
	memcpy(letter->dispatch_id, incident.sent[0].dispatch_id, ID_SIZE);
	incident_fini(&incident);
}

static void a_receipt_that_the_store_cannot_take_now_is_tried_again(void **state)
{
	struct doors *doors = doors_open(1); /* one request, and it is full */
	struct mqtt mqtt = {.parts = {.actions = doors->actions}};
	struct mqtt_letter letter = {.kind = LINK_MESSAGE};
	struct reply first;
	struct err err;
	int64_t at_ms;

	(void)state;
	assert_int_equal(loop_new(&mqtt.parts.loop, &doors->store.clock, &doors->metrics, &err),
			 0);
	orders_init(&mqtt.orders);
	order_a_unit(doors, &letter);
	doors_report(doors, &first, "{\"source\":\"call-112\",\"text\":\"pohon tumbang\"}");
	at_ms = doors->store.clock.wall_ms(&doors->store.clock);
	receipts_take(&mqtt, &letter);
	receipts_retry(&mqtt); /* it is asked already: not twice */
	store_step(doors->store.store);
	store_step(doors->store.store);
	assert_int_equal(actions_open_count(doors->actions), 0);
	assert_int_equal(mqtt.orders.owed_count, 1);
	doors->store.now_us += 5000000;
	receipts_retry(&mqtt);
	store_step(doors->store.store);
	assert_int_equal(mqtt.orders.owed_count, 0);
	assert_true(receipt_of_broker(doors) == at_ms);
	reply_fini(&first);
	receipts_fini(&mqtt);
	loop_free(&mqtt.parts.loop);
	doors_close(&doors);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_order_says_what_a_crew_needs_and_nothing_of_who_called),
		cmocka_unit_test(
			what_is_answered_is_not_kept_and_what_is_over_is_not_said_again),
		cmocka_unit_test(an_order_found_at_the_broker_is_known_as_stale_or_not),
		PROMISE(an_order_is_kept_until_it_is_answered),
		PROMISE(a_recall_takes_its_place_and_is_kept_until_it_is_confirmed),
		PROMISE(what_is_changed_on_the_way_is_kept_until_that_is_answered),
		PROMISE(each_unit_hears_its_own_order_only),
		PROMISE(of_two_orders_the_answer_to_one_does_not_clear_the_other),
		PROMISE(an_order_is_said_again_when_its_line_broke_before_the_receipt),
		cmocka_unit_test(a_receipt_that_the_store_cannot_take_now_is_tried_again),
		PROMISE(an_order_of_an_event_that_names_more_than_the_window_takes_all_goes_out),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
