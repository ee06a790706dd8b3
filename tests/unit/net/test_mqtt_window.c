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

static uint64_t push(struct mqtt_window *window, enum mqtt_lane_id lane, uint64_t seq)
{
	return mqtt_window_push(window, &(struct mqtt_key){lane, seq, 0});
}

static bool admits(struct mqtt_window *window, enum mqtt_lane_id lane, uint64_t seq)
{
	return mqtt_window_admits(window, &(struct mqtt_key){lane, seq, 0});
}

/* One message each for events first to last of the stream; their tickets. */
static void push_events(struct mqtt_window *window, uint64_t first, uint64_t last,
			uint64_t *tickets_r)
{
	for (uint64_t seq = first; seq <= last; seq++)
		tickets_r[seq - first] = push(window, MQTT_STREAM, seq);
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
	uint64_t one = push(window, MQTT_STREAM, 7);
	uint64_t two;

	mqtt_window_confirm(window, one);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 7), 7); /* more to come */
	two = push(window, MQTT_STREAM, 7);
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

	while (admits(window, MQTT_STREAM, count + 1))
		push(window, MQTT_STREAM, ++count);
	assert_int_equal(count, SIZE - SIZE / 4);
	while (admits(window, MQTT_STATE, count + 1))
		push(window, MQTT_STATE, ++count);
	assert_int_equal(count, SIZE);
	assert_false(admits(window, MQTT_LIVE, 1));
}

static void a_window_of_one_serves_every_lane(void **state)
{
	struct mqtt_window *window = mqtt_window_new(1);

	(void)state;
	for (int lane = 0; lane < MQTT_LANES; lane++) {
		uint64_t ticket;

		assert_true(admits(window, (enum mqtt_lane_id)lane, 1));
		ticket = push(window, (enum mqtt_lane_id)lane, 1);
		assert_false(admits(window, MQTT_STREAM, 2));
		mqtt_window_confirm(window, ticket);
	}
	mqtt_window_free(&window);
}

static void no_more_than_a_window_is_repeated_also_when_the_oldest_waits_long(void **state)
{
	struct mqtt_window *window = *state;
	unsigned pushed = 1;

	push(window, MQTT_STREAM, 1);
	for (unsigned i = 0; i < 10 * SIZE && admits(window, MQTT_STREAM, i + 2); i++) {
		mqtt_window_confirm(window, push(window, MQTT_STREAM, i + 2));
		pushed++;
	}
	assert_true(pushed <= SIZE);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, pushed + 1), 1);
}

static void answers_of_a_lost_window_mean_nothing(void **state)
{
	struct mqtt_window *window = *state;
	struct mqtt_key blamed;
	uint64_t old[3];

	push_events(window, 1, 3, old);
	assert_false(mqtt_window_lose(window, &blamed));
	push(window, MQTT_STREAM, 1);
	for (unsigned i = 0; i < 3; i++)
		mqtt_window_confirm(window, old[i]);
	assert_int_equal(mqtt_window_oldest(window, MQTT_STREAM, 2), 1);
}

static void after_a_loss_what_was_on_its_way_goes_alone(void **state)
{
	struct mqtt_window *window = *state;
	struct mqtt_key blamed;
	uint64_t tickets[5];

	push_events(window, 1, 5, tickets);
	mqtt_window_confirm(window, tickets[0]);
	assert_false(mqtt_window_lose(window, &blamed));
	for (uint64_t seq = 2; seq <= 5; seq++) {
		uint64_t ticket = push(window, MQTT_STREAM, seq);

		assert_false(admits(window, MQTT_STREAM, seq + 1));
		assert_false(admits(window, MQTT_STATE, 100));
		mqtt_window_confirm(window, ticket);
	}
	push(window, MQTT_STREAM, 6);
	assert_true(admits(window, MQTT_STREAM, 7));
}

static void a_suspect_gets_its_turn_also_under_load(void **state)
{
	struct mqtt_window *window = *state;
	struct mqtt_key blamed;
	uint64_t ticket;

	push(window, MQTT_LIVE, 3);
	assert_false(mqtt_window_lose(window, &blamed));
	ticket = push(window, MQTT_STREAM, 10);
	assert_false(admits(window, MQTT_LIVE, 3));
	assert_false(admits(window, MQTT_STREAM, 11)); /* kept free for it */
	mqtt_window_confirm(window, ticket);
	ticket = push(window, MQTT_LIVE, 3);
	assert_false(admits(window, MQTT_STREAM, 11));
	mqtt_window_confirm(window, ticket);
	assert_true(admits(window, MQTT_STREAM, 11));
}

static void of_an_event_only_the_agency_that_was_on_its_way_is_suspect(void **state)
{
	struct mqtt_window *window = *state;
	struct mqtt_key one = {MQTT_STREAM, 3, 1}, two = {MQTT_STREAM, 3, 2}, blamed;

	mqtt_window_confirm(window, mqtt_window_push(window, &one));
	mqtt_window_push(window, &two);
	for (unsigned i = 0; i < 5; i++) {
		assert_false(mqtt_window_lose(window, &blamed));
		mqtt_window_confirm(window, mqtt_window_push(window, &one));
		mqtt_window_push(window, &two);
	}
	assert_true(mqtt_window_lose(window, &blamed));
	assert_int_equal(blamed.agency, 2);
}

/* A broker that hangs up whenever it is sent event bad; true once that is blamed. */
static bool live_through(struct mqtt_window *window, uint64_t *next, uint64_t last,
			 uint64_t bad)
{
	uint64_t tickets[SIZE], first = *next;
	struct mqtt_key blamed;
	unsigned count = 0;

	while (*next <= last && admits(window, MQTT_STREAM, *next)) {
		tickets[count++] = push(window, MQTT_STREAM, *next);
		(*next)++;
	}
	for (unsigned i = 0; i < count && first + i != bad; i++)
		mqtt_window_confirm(window, tickets[i]);
	if (bad < first || bad >= *next)
		return false;
	*next = mqtt_window_oldest(window, MQTT_STREAM, *next);
	if (!mqtt_window_lose(window, &blamed))
		return false;
	assert_int_equal(blamed.lane, MQTT_STREAM);
	assert_int_equal(blamed.seq, bad);
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
	struct mqtt_key blamed;

	for (unsigned i = 0; i < 10; i++)
		assert_false(mqtt_window_lose(window, &blamed));
	push(window, MQTT_STREAM, 1);
	assert_true(admits(window, MQTT_STREAM, 2));
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

		if (rand() % 2 == 0 && admits(window, MQTT_STREAM, next)) {
			seqs[count] = next;
			tickets[count++] = push(window, MQTT_STREAM, next);
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
		TEST(after_a_loss_what_was_on_its_way_goes_alone),
		TEST(a_suspect_gets_its_turn_also_under_load),
		TEST(of_an_event_only_the_agency_that_was_on_its_way_is_suspect),
		TEST(the_message_that_breaks_every_line_is_found_and_the_rest_goes_through),
		TEST(a_line_that_breaks_over_different_messages_blames_none),
		TEST(a_line_that_breaks_while_nothing_is_on_its_way_blames_none),
		TEST(in_any_order_of_answers_the_position_is_that_of_a_plain_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
