/* What is on its way to the broker: positions, places, and who is to blame for a broken line.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "net/mqtt_window.h"

#define SIZE 16

static int start(void **state)
{
	*state = mqtt_window_new(SIZE);
	return 0;
}

static int stop(void **state)
{
	struct mqtt_window *window = *state;

	mqtt_window_free(&window);
	return 0;
}

/* One message each for events first to last of the stream; their tickets. */
static void push_events(struct mqtt_window *window, uint64_t first, uint64_t last,
			uint64_t *tickets_r)
{
	for (uint64_t seq = first; seq <= last; seq++)
		tickets_r[seq - first] = mqtt_window_push(window, MQTT_STREAM, seq);
}

static void the_position_stops_before_the_oldest_without_an_answer(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t tickets[4];

	push_events(window, 10, 13, tickets);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 14), 10);
	mqtt_window_confirm(window, tickets[0]);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 14), 11);
}

static void answers_in_any_order_move_the_position_over_the_contiguous_part_only(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t tickets[4];

	push_events(window, 10, 13, tickets);
	mqtt_window_confirm(window, tickets[3]);
	mqtt_window_confirm(window, tickets[1]);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 14), 10);
	mqtt_window_confirm(window, tickets[0]);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 14), 12);
	mqtt_window_confirm(window, tickets[2]);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 14), 14);
}

static void an_event_is_passed_when_all_of_its_messages_are_pushed_and_answered(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t one = mqtt_window_push(window, MQTT_STREAM, 7);
	uint64_t two;

	mqtt_window_confirm(window, one);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 7), 7); /* more to come */
	two = mqtt_window_push(window, MQTT_STREAM, 7);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 8), 7);
	mqtt_window_confirm(window, two);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 8), 8);
}

static void an_answer_given_twice_counts_once(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t tickets[2];

	push_events(window, 1, 2, tickets);
	mqtt_window_confirm(window, tickets[0]);
	mqtt_window_confirm(window, tickets[0]);
	assert_int_equal(mqtt_window_count(window, MQTT_LANES), 1);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 3), 2);
}

static void no_lane_fills_the_window_and_together_they_do(void **state)
{
	struct mqtt_window *window = *state;
	unsigned count = 0;

	while (mqtt_window_has_room(window, MQTT_STREAM))
		mqtt_window_push(window, MQTT_STREAM, ++count);
	assert_int_equal(count, SIZE - SIZE / 4);
	while (mqtt_window_has_room(window, MQTT_STATE))
		mqtt_window_push(window, MQTT_STATE, ++count);
	assert_int_equal(count, SIZE);
	assert_false(mqtt_window_has_room(window, MQTT_LIVE));
}

static void a_window_of_one_serves_every_lane(void **state)
{
	struct mqtt_window *window = mqtt_window_new(1);

	(void)state;
	for (int lane = 0; lane < MQTT_LANES; lane++) {
		uint64_t ticket;

		assert_true(mqtt_window_has_room(window, (enum mqtt_lane_id)lane));
		ticket = mqtt_window_push(window, (enum mqtt_lane_id)lane, 1);
		assert_false(mqtt_window_has_room(window, MQTT_STREAM));
		mqtt_window_confirm(window, ticket);
	}
	mqtt_window_free(&window);
}

static void no_more_than_a_window_is_repeated_also_when_the_oldest_waits_long(void **state)
{
	struct mqtt_window *window = *state;
	unsigned pushed = 1;

	mqtt_window_push(window, MQTT_STREAM, 1);
	for (unsigned i = 0; i < 10 * SIZE && mqtt_window_has_room(window, MQTT_STREAM); i++) {
		mqtt_window_confirm(window, mqtt_window_push(window, MQTT_STREAM, i + 2));
		pushed++;
	}
	assert_true(pushed <= SIZE);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, pushed + 1), 1);
}

static void answers_of_a_lost_window_mean_nothing(void **state)
{
	struct mqtt_window *window = *state;
	enum mqtt_lane_id lane;
	uint64_t old[3], seq;

	push_events(window, 1, 3, old);
	assert_false(mqtt_window_lose(window, &lane, &seq));
	mqtt_window_push(window, MQTT_STREAM, 1);
	for (unsigned i = 0; i < 3; i++)
		mqtt_window_confirm(window, old[i]);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 2), 1);
}

static void after_a_loss_as_many_go_one_at_a_time(void **state)
{
	struct mqtt_window *window = *state;
	enum mqtt_lane_id lane;
	uint64_t tickets[5], seq;

	push_events(window, 1, 5, tickets);
	assert_false(mqtt_window_lose(window, &lane, &seq));
	for (uint64_t i = 1; i <= 5; i++) {
		uint64_t ticket = mqtt_window_push(window, MQTT_STREAM, i);

		assert_false(mqtt_window_has_room(window, MQTT_STREAM));
		assert_false(mqtt_window_has_room(window, MQTT_STATE));
		mqtt_window_confirm(window, ticket);
	}
	mqtt_window_push(window, MQTT_STREAM, 6);
	assert_true(mqtt_window_has_room(window, MQTT_STREAM));
}

/* A broker that hangs up whenever it is sent event bad; true once that is blamed. */
static bool live_through(struct mqtt_window *window, uint64_t *next, uint64_t last,
			 uint64_t bad)
{
	uint64_t tickets[SIZE], first = *next, blamed;
	enum mqtt_lane_id lane;
	unsigned count = 0;

	while (mqtt_window_has_room(window, MQTT_STREAM) && *next <= last) {
		tickets[count++] = mqtt_window_push(window, MQTT_STREAM, *next);
		(*next)++;
	}
	for (unsigned i = 0; i < count && first + i != bad; i++)
		mqtt_window_confirm(window, tickets[i]);
	if (bad < first || bad >= *next)
		return false;
	*next = mqtt_window_oldest(window, MQTT_STREAM, *next);
	if (!mqtt_window_lose(window, &lane, &blamed))
		return false;
	assert_int_equal(lane, MQTT_STREAM);
	assert_int_equal(blamed, bad);
	*next = bad + 1;
	return true;
}

static void the_message_that_breaks_every_line_is_found_and_the_rest_goes_through(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t next = 1;
	unsigned found = 0;

	for (unsigned i = 0; i < 200 && next <= 60; i++)
		found += live_through(window, &next, 60, 23);
	assert_int_equal(found, 1);
	assert_int_equal(next, 61);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, next), 61);
}

static void a_line_that_breaks_over_different_messages_blames_none(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t next = 1;

	for (uint64_t bad = 1; bad < 50; bad++) {
		assert_false(live_through(window, &next, 1000, bad));
		assert_false(live_through(window, &next, 1000, bad));
		while (next <= bad)
			assert_false(live_through(window, &next, 1000, 0));
	}
}

static void a_line_that_breaks_while_nothing_is_on_its_way_blames_none(void **state)
{
	struct mqtt_window *window = *state;
	enum mqtt_lane_id lane;
	uint64_t seq;

	for (unsigned i = 0; i < 10; i++)
		assert_false(mqtt_window_lose(window, &lane, &seq));
	mqtt_window_push(window, MQTT_STREAM, 1);
	assert_true(mqtt_window_has_room(window, MQTT_STREAM));
}

/* The same, counted the slow way. */
static void in_any_order_of_answers_the_position_is_that_of_a_plain_list(void **state)
{
	struct mqtt_window *window = *state;
	uint64_t tickets[3000], seqs[3000], next = 1;
	bool answered[3000] = {false};
	unsigned count = 0;

	srand(7);
	for (unsigned round = 0; round < 5000 && count < 3000; round++) {
		uint64_t oldest = next;

		if (rand() % 2 == 0 && mqtt_window_has_room(window, MQTT_STREAM)) {
			seqs[count] = next;
			tickets[count++] = mqtt_window_push(window, MQTT_STREAM, next);
			next += (uint64_t)(rand() % 3);
		} else if (count > 0) {
			unsigned i =
				count - 1 - (unsigned)rand() % (count < SIZE ? count : SIZE);

			mqtt_window_confirm(window, tickets[i]);
			answered[i] = true;
		}
		for (unsigned i = 0; i < count; i++)
			if (!answered[i] && seqs[i] < oldest)
				oldest = seqs[i];
		assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, next), oldest);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(the_position_stops_before_the_oldest_without_an_answer),
		TEST(answers_in_any_order_move_the_position_over_the_contiguous_part_only),
		TEST(an_event_is_passed_when_all_of_its_messages_are_pushed_and_answered),
		TEST(an_answer_given_twice_counts_once),
		TEST(no_lane_fills_the_window_and_together_they_do),
		TEST(a_window_of_one_serves_every_lane),
		TEST(no_more_than_a_window_is_repeated_also_when_the_oldest_waits_long),
		TEST(answers_of_a_lost_window_mean_nothing),
		TEST(after_a_loss_as_many_go_one_at_a_time),
		TEST(the_message_that_breaks_every_line_is_found_and_the_rest_goes_through),
		TEST(a_line_that_breaks_over_different_messages_blames_none),
		TEST(a_line_that_breaks_while_nothing_is_on_its_way_blames_none),
		TEST(in_any_order_of_answers_the_position_is_that_of_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
