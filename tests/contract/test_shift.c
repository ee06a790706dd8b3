/* A desk that is taken over, over every backend: signed once, for what was read, each after the
 * one before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

#define FIRE 0

/* The seq of its event; 0: it was not signed. */
static uint64_t take_over(struct store_world *world, int desk, const char *command_id,
			  uint64_t read_seq, enum store_answer *answer_r)
{
	struct hand_over hand_over = {.desk = desk,
				      .by = "siti",
				      .from = "budi",
				      .read_seq = read_seq,
				      .viewer = sees_everything,
				      .at_ms = 1};
	struct sent sent = {.request = {.op = STORE_HAND_OVER, .in.hand_over = &hand_over}};
	uint64_t seq;

	snprintf(hand_over.command_id, COMMAND_ID_SIZE, "%s", command_id);
	send_request(world, &sent);
	store_step(world->store);
	assert_true(sent.is_answered);
	*answer_r = sent.request.answer;
	seq = *answer_r <= STORE_REPEATED ? sent.request.seq : 0;
	sent_fini(&sent);
	return seq;
}

static void the_hand_overs_are(struct store_world *world, const char *desk,
			       const uint64_t *expected, unsigned count)
{
	struct store_read read = {.op = READ_SHIFTS};

	snprintf(read.id, sizeof(read.id), "%s", desk);
	read_now(world, &read);
	assert_int_equal(read.row_count, count);
	for (unsigned i = 0; i < count; i++)
		assert_int_equal(read.rows[i].seq, expected[i]);
	store_read_fini(&read);
}

static void each_desk_is_taken_over_once_and_after_the_one_before(void **state)
{
	struct store_world *world = world_new(*state);
	enum store_answer answer;
	uint64_t first, second, of_all;
	char incident[ID_SIZE];

	stored_report(world, "a", "kebakaran", incident);
	first = take_over(world, FIRE, "c1", 1, &answer);
	assert_int_equal(answer, STORE_STORED);
	assert_int_equal(take_over(world, FIRE, "c1", 1, &answer), first);
	assert_int_equal(answer, STORE_REPEATED);
	of_all = take_over(world, DESK_OF_ALL, "c2", first, &answer);
	second = take_over(world, FIRE, "c3", of_all, &answer);
	assert_int_equal(answer, STORE_STORED);
	the_hand_overs_are(world, world->agencies.agency[FIRE].id, (uint64_t[]){second, first},
			   2);
	the_hand_overs_are(world, "all", &of_all, 1);
	the_hand_overs_are(world, world->agencies.agency[FIRE + 1].id, NULL, 0);
	world_prove(world);
	world_free(&world);
}

static void what_came_since_makes_it_stale(void **state)
{
	struct store_world *world = world_new(*state);
	enum store_answer answer;
	char incident[ID_SIZE];

	stored_report(world, "a", "kebakaran", incident);
	assert_int_equal(take_over(world, DESK_OF_ALL, "", 0, &answer), 0);
	assert_int_equal(answer, STORE_CONFLICT);
	assert_int_not_equal(take_over(world, DESK_OF_ALL, "", 1, &answer), 0);
	assert_int_equal(take_over(world, DESK_OF_ALL, "", 1, &answer), 0);
	assert_int_equal(answer, STORE_CONFLICT); /* somebody was first */
	assert_int_equal(take_over(world, DESK_OF_ALL, "", 99, &answer), 0);
	assert_int_equal(answer, STORE_REFUSED);
	world_free(&world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(each_desk_is_taken_over_once_and_after_the_one_before),
		OVER_ALL(what_came_since_makes_it_stale),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
