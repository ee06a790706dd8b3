#include "core/joining.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "doors.h"

static const char smoke[] =
	"{\"source\":\"lapor-web\",\"text\":\"Kebakaran gudang rongsokan, asap hitam\","
	"\"location\":{\"lat\":-6.73,\"lon\":108.55,\"accuracy_m\":15}}";
static const char seen[] =
	"{\"source\":\"app:siaga\",\"text\":\"Gudang rongsok terbakar pak, apinya besar\","
	"\"location\":{\"lat\":-6.7309,\"lon\":108.5506,\"accuracy_m\":15}}";
static const char keyed[] = "{\"source\":\"lapor-web\",\"source_id\":\"%s\",\"text\":\"%s\","
			    "\"location\":{\"lat\":-6.73,\"lon\":108.55,\"accuracy_m\":15}}";

static struct {
	struct doors *doors;
	struct similar_rules *similar;
	struct joining *joining;
	unsigned followed;
} bridge;

static const struct joining_settings settings = {.is_on = true,
						 .window_min = 240,
						 .surge_reports = 6,
						 .surge_reach_m = 500,
						 .surge_min = 15};

static void begin(void)
{
	struct store_world *world = &bridge.doors->store;

	bridge.joining = joining_new(world->store, &world->agencies, &world->clock,
				     &bridge.doors->metrics);
	joining_set_rules(bridge.joining, bridge.doors->rules, bridge.similar, &settings);
	intake_set_joining(bridge.doors->intake, bridge.joining);
}

static void end(void)
{
	joining_stop(bridge.joining);
	intake_set_joining(bridge.doors->intake, NULL);
	joining_free(&bridge.joining);
}

/* As the bridge's hook does it, a moment later. */
static void step(void)
{
	struct store_world *world = &bridge.doors->store;

	do {
		store_step(world->store);
		joining_follow(bridge.joining, &world->events[bridge.followed],
			       world->shown - bridge.followed);
		bridge.followed = world->shown;
		store_step(world->store);
	} while (bridge.followed != world->shown);
}

static void be_told(void *ctx)
{
	*(bool *)ctx = true;
}

/* What is known is gone, and read again: as at a start. */
static void start_again(void)
{
	bool is_known = false;

	end();
	begin();
	joining_fill(bridge.joining, be_told, &is_known);
	for (int i = 0; i < 100; i++)
		store_step(bridge.doors->store.store);
	assert_true(is_known);
}

static const char *same_as(const struct reply *reply)
{
	return json_string_value(json_object_get(reply->body, "duplicate_of"));
}

static void tell(const char *json, struct reply *reply)
{
	doors_report(bridge.doors, reply, json);
	step();
	assert_int_equal(reply->answer, STORE_STORED);
}

static void two_that_are_on_their_way_together_are_one(void **state)
{
	struct reply first, second;

	(void)state;
	doors_report(bridge.doors, &first, smoke);
	doors_report(bridge.doors, &second, seen); /* the first is not stored yet */
	step();
	assert_string_equal(first.incident_id, second.incident_id);
	assert_null(same_as(&first));
	assert_string_equal(same_as(&second), first.id);
	reply_fini(&first);
	reply_fini(&second);
}

/* The one it was found to be like is not stored after all. */
static void one_whose_other_was_not_stored_stands_by_itself_and_is_found(void **state)
{
	struct reply before, first, second, third;
	char json[400];

	(void)state;
	snprintf(json, sizeof(json), keyed, "1", "Ada ular di kamar mandi");
	tell(json, &before);
	snprintf(json, sizeof(json), keyed, "1", "Kebakaran gudang rongsokan, asap hitam");
	doors_report(bridge.doors, &first, json); /* a used key */
	doors_report(bridge.doors, &second, seen);
	step();
	assert_int_equal(first.answer, STORE_CONFLICT);
	assert_int_equal(second.answer, STORE_STORED);
	assert_null(same_as(&second));
	tell(smoke, &third);
	assert_string_equal(third.incident_id, second.incident_id);
	reply_fini(&before);
	reply_fini(&first);
	reply_fini(&second);
	reply_fini(&third);
}

static void what_was_there_before_a_start_is_found_after_it(void **state)
{
	struct reply first, second, third;

	(void)state;
	tell(smoke, &first);
	start_again();
	tell(seen, &second);
	start_again();
	tell(smoke, &third);
	assert_string_equal(first.incident_id, second.incident_id);
	assert_string_equal(first.incident_id, third.incident_id);
	assert_string_equal(same_as(&third), first.id);
	reply_fini(&first);
	reply_fini(&second);
	reply_fini(&third);
}

static void what_is_over_before_a_start_is_over_after_it(void **state)
{
	static const struct principal who = {
		.name = "pengawas", .role = ROLE_SUPERVISOR, .agency = -1};
	struct reply first, closed, second;

	(void)state;
	tell(smoke, &first);
	doors_act(bridge.doors, &closed, first.incident_id, &who,
		  "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	step();
	assert_int_equal(closed.answer, STORE_STORED);
	start_again();
	tell(seen, &second);
	assert_string_not_equal(first.incident_id, second.incident_id);
	reply_fini(&first);
	reply_fini(&closed);
	reply_fini(&second);
}

static void what_is_too_long_ago_is_another_matter(void **state)
{
	struct reply first, second;

	(void)state;
	tell(smoke, &first);
	world_pass(&bridge.doors->store, 241 * 60000);
	tell(smoke, &second);
	assert_string_not_equal(first.incident_id, second.incident_id);
	start_again();
	reply_fini(&second);
	tell(smoke, &second);
	assert_non_null(same_as(&second));
	reply_fini(&first);
	reply_fini(&second);
}

/* Each link would carry a matter a little further; it stays where it began. */
static void a_chain_of_neighbours_is_not_one_incident(void **state)
{
	struct reply first, reply;
	char json[400];

	(void)state;
	tell(smoke, &first);
	for (int n = 1; n <= 8; n++) {
		snprintf(json, sizeof(json),
			 "{\"source\":\"lapor-web\",\"text\":\"Kebakaran gudang rongsokan, "
			 "asap hitam\","
			 "\"location\":{\"lat\":%.4f,\"lon\":108.55,\"accuracy_m\":15}}",
			 -6.73 - n * 0.0018);
		tell(json, &reply);
		if (n == 1)
			assert_string_equal(reply.incident_id, first.incident_id);
		if (n >= 3)
			assert_string_not_equal(reply.incident_id, first.incident_id);
		reply_fini(&reply);
	}
	reply_fini(&first);
}

static void new_rules_lose_nothing_that_is_known(void **state)
{
	struct reply first, second;

	(void)state;
	tell(smoke, &first);
	joining_set_rules(bridge.joining, bridge.doors->rules, bridge.similar, &settings);
	joining_fill(bridge.joining, NULL, NULL);
	doors_report(bridge.doors, &second, seen); /* nothing is read yet */
	step();
	assert_string_equal(first.incident_id, second.incident_id);
	for (int i = 0; i < 100; i++)
		step();
	reply_fini(&second);
	tell(smoke, &second);
	assert_string_equal(first.incident_id, second.incident_id);
	reply_fini(&first);
	reply_fini(&second);
}

static void without_what_is_learnt_nothing_is_linked_and_it_says_so(void **state)
{
	struct joining_settings off = settings;
	struct reply first, second;

	(void)state;
	joining_set_rules(bridge.joining, bridge.doors->rules, NULL, &settings);
	assert_non_null(strstr(joining_trouble(bridge.joining), "model/similar.tsv"));
	tell(smoke, &first);
	tell(smoke, &second);
	assert_null(same_as(&second));
	off.is_on = false;
	joining_set_rules(bridge.joining, bridge.doors->rules, bridge.similar, &off);
	assert_string_equal(joining_trouble(bridge.joining), "");
	reply_fini(&second);
	tell(smoke, &second);
	assert_null(same_as(&second));
	reply_fini(&first);
	reply_fini(&second);
}

static int open_bridge(void **state)
{
	struct err err;

	(void)state;
	bridge.doors = doors_open(64);
	bridge.followed = 0;
	if (similar_load(&bridge.similar, CITY_DIR, bridge.doors->rules, &err) < 0)
		fail_msg("%s", err.text);
	begin();
	return 0;
}

static int close_bridge(void **state)
{
	(void)state;
	end();
	similar_free(&bridge.similar);
	doors_close(&bridge.doors);
	return 0;
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, open_bridge, close_bridge)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(two_that_are_on_their_way_together_are_one),
		PROMISE(one_whose_other_was_not_stored_stands_by_itself_and_is_found),
		PROMISE(what_was_there_before_a_start_is_found_after_it),
		PROMISE(what_is_over_before_a_start_is_over_after_it),
		PROMISE(what_is_too_long_ago_is_another_matter),
		PROMISE(a_chain_of_neighbours_is_not_one_incident),
		PROMISE(new_rules_lose_nothing_that_is_known),
		PROMISE(without_what_is_learnt_nothing_is_linked_and_it_says_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
