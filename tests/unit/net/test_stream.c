/* What a console says and hears, and how it ends. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../core/city.h"
#include "base/xalloc.h"
#include "net/stream_private.h"
#include "stream_world.h"

#define ACT                                                                                    \
	"{\"type\":\"action\",\"command_id\":\"%s\",\"action\":\"note\",\"note\":\"x\","       \
	"\"incident_id\":\"I-01ARZ3NDEKTSV4RRFFQ69G5FAV\"}"

static int start(void **state)
{
	*state = xcalloc(1, sizeof(struct stream_world));
	stream_world_init(*state, 4096);
	return 0;
}

static int stop(void **state)
{
	stream_world_fini(*state);
	xfree(*state);
	return 0;
}

static void say_act(struct ws_conn *desk, const char *command_id)
{
	char text[300];

	snprintf(text, sizeof(text), ACT, command_id);
	desk_say(desk, text);
}

static int64_t number(const json_t *message, const char *key)
{
	const json_t *value = json_object_get(message, key);

	assert_true(json_is_integer(value));
	return json_integer_value(value);
}

static const char *string(const json_t *message, const char *key)
{
	const char *value = json_string_value(json_object_get(message, key));

	assert_non_null(value);
	return value;
}

static const json_t *problem_of(const struct ws_conn *desk, const char *type)
{
	const json_t *heard = desk_heard(desk, type);

	assert_non_null(heard);
	return json_object_get(heard, "problem");
}

static void a_stranger_is_refused_before_anything_is_made(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn conn;
	void *session = NULL;

	world->open_status = 401;
	assert_int_equal(world->ops->open(world->ops_ctx, &conn, NULL, &session), 401);
	world->open_status = 0;
	world->who = (struct principal){.role = ROLE_ADAPTER, .agency = -1};
	assert_int_equal(world->ops->open(world->ops_ctx, &conn, NULL, &session), 403);
	stream_stop(world->stream);
	world->who = (struct principal){.role = ROLE_ADMIN, .agency = -1};
	assert_int_equal(world->ops->open(world->ops_ctx, &conn, NULL, &session), 503);
	assert_null(session);
}

static void without_a_number_a_console_begins_with_the_state(void **state)
{
	struct stream_world *world = *state;
	struct buf *units = buf_copy("[{\"id\":\"DMK-01\"}]", 17);
	struct ws_conn *desk;
	const json_t *snapshot;
	struct sent sent;

	stream_set_units(world->stream, units);
	buf_unref(&units);
	report_now(world, 1, false);
	report_now(world, 2, false);
	send_call(&world->store, &sent, "{\"call_id\":\"k1\",\"state\":\"ringing\"}");
	store_step(world->store.store);
	sent_fini(&sent);
	desk = desk_open(world, ROLE_SUPERVISOR, -1);
	desk_say(desk, "{\"type\":\"subscribe\"}");
	settle(world);
	snapshot = desk_heard(desk, "snapshot");
	assert_int_equal(number(snapshot, "seq"), 3);
	assert_string_equal(string(snapshot, "epoch"), store_epoch(world->store.store));
	assert_int_equal(json_array_size(json_object_get(snapshot, "incidents")), 2);
	assert_int_equal(json_array_size(json_object_get(snapshot, "units")), 1);
	assert_string_equal(
		string(json_array_get(json_object_get(snapshot, "calls"), 0), "call_id"), "k1");
	assert_true(
		json_is_false(json_object_get(desk_heard(desk, "subscribed"), "recovered")));
}

static void a_snapshot_has_what_concerns_its_reader_and_no_more(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *fire = desk_open(world, ROLE_DISPATCHER, 0);
	struct ws_conn *guest = desk_open(world, ROLE_VIEWER, -1);
	struct sent sent;

	report_now(world, 1, false);
	report_now(world, 2, false);
	report_now(world, 2, true);
	send_call(&world->store, &sent, "{\"call_id\":\"k1\",\"state\":\"ringing\"}");
	store_step(world->store.store);
	sent_fini(&sent);
	desk_say(fire, "{\"type\":\"subscribe\"}");
	desk_say(guest, "{\"type\":\"subscribe\"}");
	settle(world);
	assert_int_equal(
		json_array_size(json_object_get(desk_heard(fire, "snapshot"), "incidents")), 1);
	assert_int_equal(
		json_array_size(json_object_get(desk_heard(guest, "snapshot"), "incidents")),
		2);
	assert_int_equal(
		json_array_size(json_object_get(desk_heard(guest, "snapshot"), "calls")), 0);
}

/* The state is read in two pages at the least, and each is of its own moment. */
static void a_call_that_comes_while_the_state_is_read_is_not_lost(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_CALLTAKER, -1);
	struct sent sent;

	report_now(world, 1, false);
	desk_say(desk, "{\"type\":\"subscribe\"}");
	store_step(world->store.store); /* the calls have been read, the incidents not */
	send_call(&world->store, &sent, "{\"call_id\":\"k1\",\"state\":\"ringing\"}");
	store_step(world->store.store);
	sent_fini(&sent);
	settle(world);
	assert_int_equal(
		json_array_size(json_object_get(desk_heard(desk, "snapshot"), "calls")), 0);
	assert_int_equal(number(desk_heard(desk, "snapshot"), "seq"), 1);
	assert_int_equal(desk->seq_count, 1);
	assert_true(desk_is_level(desk));
}

static void a_large_state_comes_in_parts_and_events_follow_it(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk, *other;

	for (unsigned i = 0; i < 1500; i++)
		report_now(world, i < 700 ? 2 : 1, false);
	desk = desk_open(world, ROLE_SUPERVISOR, -1);
	other = desk_open(world, ROLE_DISPATCHER, 0); /* its first pages may be empty */
	desk->room = other->room = 1000;
	desk_say(desk, "{\"type\":\"subscribe\"}");
	desk_say(other, "{\"type\":\"subscribe\"}");
	for (unsigned i = 0; i < 200; i++) {
		store_step(world->store.store);
		if (i % 10 == 0)
			report_now(world, 1, false); /* while it is being sent */
		if (i % 7 == 0)
			desk_say(desk, "{\"type\":\"dance\"}"); /* answered between messages */
		desk_read(desk, 9000);
		desk_read(other, 9000);
	}
	assert_true(desk->most_buffered <= READ_BYTES + 32 * 1024);
	settle(world);
	assert_in_range(desk->start, 1500, 1502); /* one came between two of its reads */
	assert_true(json_array_size(json_object_get(desk_heard(desk, "snapshot"),
						    "incidents")) >= 1500);
	assert_true(json_array_size(json_object_get(desk_heard(other, "snapshot"),
						    "incidents")) >= 800);
	assert_true(desk_is_level(desk));
	assert_true(desk_is_level(other));
	assert_int_equal(desk->seq_count, 1520 - desk->start);
}

static void who_asks_again_meanwhile_gets_what_was_asked_last(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk;

	for (unsigned i = 0; i < 1200; i++)
		report_now(world, 1u << i % 3, false);
	desk = desk_open(world, ROLE_SUPERVISOR, -1);
	desk->room = 1000;
	desk_say(desk, "{\"type\":\"subscribe\"}");
	desk_say(desk,
		 "{\"type\":\"subscribe\",\"agencies\":[\"fire\"]}"); /* a read is under way */
	for (unsigned i = 0; i < 4; i++) {
		store_step(world->store.store);
		desk_read(desk, SIZE_MAX);
	}
	desk_say(desk,
		 "{\"type\":\"subscribe\",\"agencies\":[\"health\"]}"); /* in the message */
	settle(world);
	assert_int_equal(desk->subscribed, 2);
	assert_int_equal(desk->snapshots, 2);
	assert_int_equal(
		json_array_size(json_object_get(desk_heard(desk, "snapshot"), "incidents")),
		400);
	report_now(world, 1, false);
	report_now(world, 4, false);
	settle(world);
	assert_true(desk_is_level(desk));
	assert_int_equal(desk->seq_count, 1);
}

static void a_number_of_this_epoch_goes_on_and_any_other_begins_anew(void **state)
{
	static const struct {
		const char *text;
		bool is_recovered;
	} cases[] = {
		{"{\"type\":\"subscribe\",\"after\":1}", true},
		{"{\"type\":\"subscribe\",\"after\":0}", true},
		{"{\"type\":\"subscribe\",\"after\":2,\"epoch\":\"%s\"}", true},
		{"{\"type\":\"subscribe\",\"after\":3,\"epoch\":\"%s\"}",
		 false}, /* never given */
		{"{\"type\":\"subscribe\",\"after\":1,\"epoch\":\"other\"}", false},
		{"{\"type\":\"subscribe\",\"after\":1,\"epoch\":\"%sX\"}", false},
		{"{\"type\":\"subscribe\",\"epoch\":\"%s\"}", false},
		{"{\"type\":\"subscribe\",\"after\":null}", false},
	};
	struct stream_world *world = *state;

	report_now(world, 1, false);
	report_now(world, 1, false);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);
		const char *slot = strstr(cases[i].text, "%s");
		char text[200];

		snprintf(text, sizeof(text), "%.*s%s%s",
			 slot != NULL ? (int)(slot - cases[i].text) : 200, cases[i].text,
			 slot != NULL ? store_epoch(world->store.store) : "",
			 slot != NULL ? slot + 2 : "");
		desk_say(desk, text);
		settle(world);
		if ((desk->snapshots == 0) != cases[i].is_recovered)
			fail_msg("%s", text);
		assert_true(json_is_true(json_object_get(desk_heard(desk, "subscribed"),
							 "recovered")) ==
			    cases[i].is_recovered);
		assert_int_equal(number(desk_heard(desk, "subscribed"), "seq"), 2);
		assert_true(desk_is_level(desk));
	}
}

static void asking_for_less_never_shows_more(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *taker = desk_open(world, ROLE_CALLTAKER, -1);
	struct ws_conn *chief = desk_open(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *fire = desk_open(world, ROLE_DISPATCHER, 0);
	static const char ask[] = "{\"type\":\"subscribe\",\"agencies\":[\"police\"]}";

	desk_say(taker, ask);
	desk_say(chief, ask);
	desk_say(fire, ask);
	settle(world);
	report_now(world, 1, false); /* 1: fire */
	report_now(world, 2, true);  /* 2: police, secret */
	report_now(world, 2, false); /* 3: police */
	report_now(world, 3, false); /* 4: both */
	settle(world);
	assert_int_equal(taker->seq_count, 2);
	assert_int_equal(taker->seqs[0], 3);
	assert_int_equal(chief->seq_count, 3);
	assert_int_equal(fire->seq_count, 1);
	assert_int_equal(fire->seqs[0], 4);
	assert_true(desk_is_level(taker) && desk_is_level(chief) && desk_is_level(fire));
}

static void what_means_nothing_is_answered_with_its_field(void **state)
{
	static const struct {
		const char *text, *type, *field;
	} cases[] = {
		{"hello", "error", ""},
		{"[1]", "error", ""},
		{"{\"type\":\"dance\"}", "error", "type"},
		{"{\"no\":\"type\"}", "error", "type"},
		{"{\"type\":\"subscribe\",\"after\":\"x\"}", "error", "after"},
		{"{\"type\":\"subscribe\",\"after\":-1}", "error", "after"},
		{"{\"type\":\"subscribe\",\"after\":1.5}", "error", "after"},
		{"{\"type\":\"subscribe\",\"epoch\":7}", "error", "epoch"},
		{"{\"type\":\"subscribe\",\"agencies\":\"fire\"}", "error", "agencies"},
		{"{\"type\":\"subscribe\",\"agencies\":[\"circus\"]}", "error", "agencies"},
		{"{\"type\":\"subscribe\",\"agencies\":[]}", "error", "agencies"},
		{"{\"type\":\"action\"}", "error", "command_id"},
		{"{\"type\":\"action\",\"command_id\":\"c\"}", "result", "action"},
		{"{\"type\":\"action\",\"command_id\":\"c\",\"action\":\"note\","
		 "\"incident_id\":\"x\"}",
		 "result", "incident_id"},
	};
	struct stream_world *world = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);

		desk_say(desk, cases[i].text);
		settle(world);
		assert_int_equal(number(problem_of(desk, cases[i].type), "status"), 400);
		if (strcmp(string(problem_of(desk, cases[i].type), "field"), cases[i].field) !=
		    0)
			fail_msg("%s", cases[i].text);
		desk_say(desk, "{\"type\":\"subscribe\"}"); /* and it goes on */
		settle(world);
		assert_int_equal(desk->snapshots, 1);
	}
}

static void answer(struct stream_world *world, unsigned n, enum store_answer how)
{
	struct buf *current = buf_copy("{\"id\":\"I-1\",\"version\":2}", 24);
	struct action_answer answer = {.answer = how,
				       .seq = 4711,
				       .version = 3,
				       .incident_id = world->orders[n].incident_id};
	struct err err;

	(void)err_field(&err, "expected_version", "is not the newest");
	if (how == STORE_CONFLICT || how == STORE_REFUSED || how == STORE_LATER)
		answer.err = &err;
	if (how == STORE_CONFLICT)
		answer.current = current;
	world->orders[n].done(world->orders[n].ctx, &answer);
	world->orders[n].done = NULL;
	buf_unref(&current);
}

static void an_action_is_answered_under_its_own_id(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);
	const json_t *result;

	say_act(desk, "one");
	say_act(desk, "two");
	answer(world, 1, STORE_STORED);
	settle(world);
	result = desk_heard(desk, "result");
	assert_string_equal(string(result, "command_id"), "two");
	assert_true(json_is_true(json_object_get(result, "ok")));
	assert_int_equal(number(result, "seq"), 4711);
	assert_int_equal(number(result, "version"), 3);
	assert_string_equal(string(result, "incident_id"), "I-01ARZ3NDEKTSV4RRFFQ69G5FAV");
	answer(world, 0, STORE_CONFLICT);
	settle(world);
	result = desk_heard(desk, "result");
	assert_string_equal(string(result, "command_id"), "one");
	assert_true(json_is_false(json_object_get(result, "ok")));
	assert_int_equal(number(problem_of(desk, "result"), "status"), 409);
	assert_string_equal(string(problem_of(desk, "result"), "field"), "expected_version");
	assert_int_equal(
		number(json_object_get(problem_of(desk, "result"), "incident"), "version"), 2);
	say_act(desk, "three");
	answer(world, 2, STORE_NOT_FOUND);
	settle(world);
	assert_int_equal(number(problem_of(desk, "result"), "status"), 404);
}

static void who_may_only_watch_is_told_so(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_VIEWER, -1);

	say_act(desk, "c");
	settle(world);
	assert_int_equal(number(problem_of(desk, "result"), "status"), 403);
	assert_int_equal(world->order_count, 0);
}

static void actions_under_way_are_bounded(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);

	for (unsigned i = 0; i <= IN_FLIGHT_MAX; i++)
		say_act(desk, "c");
	settle(world);
	assert_int_equal(world->order_count, IN_FLIGHT_MAX);
	assert_int_equal(number(problem_of(desk, "result"), "status"), 429);
	answer(world, 0, STORE_STORED);
	say_act(desk, "again");
	assert_int_equal(world->order_count, IN_FLIGHT_MAX + 1);
}

static void an_answer_waits_for_room_and_is_not_lost(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);

	desk_say(desk, "{\"type\":\"subscribe\"}");
	settle(world);
	desk->room = 0;
	report_now(world, 1, false); /* fills the socket */
	say_act(desk, "c");
	answer(world, 0, STORE_STORED);
	report_now(world, 1, false);
	assert_null(desk_heard(desk, "result"));
	desk_read(desk, SIZE_MAX);
	desk_read(desk, SIZE_MAX);
	assert_non_null(desk_heard(desk, "result"));
	settle(world);
	assert_true(desk_is_level(desk));
}

static void who_asks_and_does_not_read_is_cut(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);
	unsigned asked = 0;

	desk->room = 0;
	while (desk->closing == 0) {
		desk_say(desk, "{\"type\":\"dance\"}");
		assert_true(++asked * 32 < REPLY_BYTES_MAX);
	}
	assert_int_equal(desk->closing, 1008);
	desk_say(desk, "{\"type\":\"dance\"}"); /* it may still say things: nobody listens */
	assert_int_equal(desk->out_count, 1);
}

static void what_is_answered_after_its_console_went_is_dropped(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);

	say_act(desk, "one");
	say_act(desk, "two");
	answer(world, 0, STORE_STORED);
	desk_cut(desk);
	answer(world, 1, STORE_STORED); /* frees it: the sanitizer tells otherwise */
	desk = desk_open(world, ROLE_SUPERVISOR, -1);
	desk->writes_left = 0;
	say_act(desk, "three");
	answer(world, 2, STORE_STORED);
	assert_true(desk->is_broken);
}

static void a_removed_account_is_told_to_go_and_others_stay(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *guest = desk_open(world, ROLE_VIEWER, -1);
	struct ws_conn *chief = desk_open(world, ROLE_SUPERVISOR, -1);

	desk_say(guest, "{\"type\":\"subscribe\"}");
	desk_say(chief, "{\"type\":\"subscribe\"}");
	settle(world);
	assert_int_equal(metrics_get(&world->metrics, METRIC_CONSOLES), 2);
	world->is_revoked = true;
	world->watcher->changed(world->watcher);
	assert_int_equal(guest->closing, 1008);
	report_now(world, 1, false); /* the line is still there, but nothing goes over it */
	assert_int_equal(guest->out_count, 0);
	settle(world);
	assert_true(desk_is_level(chief));
	assert_int_equal(metrics_get(&world->metrics, METRIC_CONSOLES), 1);
}

/* Which units the newest word about them names. */
static void assert_units(const struct ws_conn *desk, size_t count, const char *first)
{
	const json_t *units = json_object_get(desk_heard(desk, "units"), "units");

	assert_int_equal(json_array_size(units), count);
	assert_string_equal(string(json_array_get(units, 0), "id"), first);
}

static unsigned words_about_units(const struct ws_conn *desk)
{
	unsigned count = 0;

	for (unsigned i = 0; i < desk->heard_count; i++)
		count += strcmp(string(desk->heard[i], "type"), "units") == 0;
	return count;
}

static void where_units_are_is_told_with_the_tick_and_only_what_has_changed(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_VIEWER, -1);

	whereabouts_set_rules(world->whereabouts, cirebon);
	assert_true(whereabouts_presence(world->whereabouts, "DMK-01", true));
	desk_subscribe(desk, -1, 0);
	settle(world);
	pass_ms(world, 2000);
	settle(world);
	assert_units(desk, 1, "DMK-01");
	assert_true(whereabouts_presence(world->whereabouts, "DMK-02", true));
	pass_ms(world, 2000);
	settle(world);
	assert_units(desk, 1, "DMK-02");
	pass_ms(world, 10000);
	settle(world);
	assert_int_equal(words_about_units(desk), 2);
	desk_subscribe(desk, (int64_t)store_head(world->store.store), 0);
	pass_ms(world, 2000);
	settle(world);
	assert_units(desk, 2, "DMK-01"); /* whoever asks anew hears all of it */
}

static void a_slow_console_hears_once_of_all_it_missed_about_units(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_VIEWER, -1);
	struct ws_conn *other = desk_open(world, ROLE_VIEWER, -1);

	whereabouts_set_rules(world->whereabouts, cirebon);
	desk_subscribe(desk, -1, 0);
	desk_subscribe(other, -1, 0);
	settle(world);
	desk_set_room(desk, 1);
	report_now(world, ~(agency_set)0, false); /* and its socket is full */
	for (int i = 0; i < 3; i++) {
		assert_true(whereabouts_presence(world->whereabouts, "DMK-01", i % 2 == 0));
		assert_true(whereabouts_presence(world->whereabouts, "DMK-02", i % 2 == 0));
		pass_ms(world, 2000);
		desk_read(other, SIZE_MAX);
	}
	assert_int_equal(words_about_units(desk), 0);
	assert_int_equal(words_about_units(other), 3);
	desk_set_room(desk, 100000);
	settle(world);
	pass_ms(world, 2000);
	desk_read(desk, SIZE_MAX);
	assert_int_equal(words_about_units(desk), 1);
	assert_units(desk, 2, "DMK-01");
}

static void at_the_end_everybody_is_told_to_come_back(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = desk_open(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *idle = desk_open(world, ROLE_SUPERVISOR, -1);

	desk_say(desk, "{\"type\":\"subscribe\"}");
	settle(world);
	report_now(world, 1, false);
	stream_stop(world->stream);
	assert_int_equal(desk->closing, 1001);
	assert_int_equal(idle->closing, 1001);
	assert_null(world->timer);
	report_now(world, 1, false); /* nobody is woken any more */
	desk_read(desk, SIZE_MAX);
	assert_int_equal(desk->seq_count, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_stranger_is_refused_before_anything_is_made),
		TEST(without_a_number_a_console_begins_with_the_state),
		TEST(a_snapshot_has_what_concerns_its_reader_and_no_more),
		TEST(a_call_that_comes_while_the_state_is_read_is_not_lost),
		TEST(a_large_state_comes_in_parts_and_events_follow_it),
		TEST(who_asks_again_meanwhile_gets_what_was_asked_last),
		TEST(a_number_of_this_epoch_goes_on_and_any_other_begins_anew),
		TEST(asking_for_less_never_shows_more),
		TEST(what_means_nothing_is_answered_with_its_field),
		TEST(an_action_is_answered_under_its_own_id),
		TEST(who_may_only_watch_is_told_so),
		TEST(actions_under_way_are_bounded),
		TEST(an_answer_waits_for_room_and_is_not_lost),
		TEST(who_asks_and_does_not_read_is_cut),
		TEST(what_is_answered_after_its_console_went_is_dropped),
		TEST(a_removed_account_is_told_to_go_and_others_stay),
		TEST(where_units_are_is_told_with_the_tick_and_only_what_has_changed),
		TEST(a_slow_console_hears_once_of_all_it_missed_about_units),
		TEST(at_the_end_everybody_is_told_to_come_back),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
