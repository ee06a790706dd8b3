/* Everything that may happen to a console, in random order; and the few moments that a random
 * order seldom hits, by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "net/stream_private.h"
#include "stream_world.h"

#define FEED 32 /* few: most of who falls behind must go to the store */

static int start(void **state)
{
	*state = xcalloc(1, sizeof(struct stream_world));
	stream_world_init(*state, FEED);
	return 0;
}

static int stop(void **state)
{
	stream_world_fini(*state);
	xfree(*state);
	return 0;
}

static void report_some(struct stream_world *world, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		report_now(world, 1u << pick(world, 3), pick(world, 5) == 0);
}

static struct ws_conn *open_live(struct stream_world *world, enum role role, int agency)
{
	struct ws_conn *desk = desk_open(world, role, agency);

	desk_subscribe(desk, -1, 0);
	settle(world);
	assert_int_equal(desk->snapshots, 1);
	return desk;
}

static void assert_level(struct ws_conn *desk)
{
	if (!desk_is_level(desk))
		fail_msg("desk %d: %u events after %llu", (int)(desk - desk->world->desks),
			 desk->seq_count, (unsigned long long)desk->start);
}

static enum role any_role(struct stream_world *world)
{
	static const enum role roles[] = {ROLE_DISPATCHER, ROLE_DISPATCHER, ROLE_SUPERVISOR,
					  ROLE_VIEWER, ROLE_CALLTAKER};

	return roles[pick(world, 5)];
}

/* What one desk of the random test lives through. */
static void happens_to(struct stream_world *world, struct ws_conn *desk)
{
	switch (pick(world, 16)) {
	case 0:
		desk_subscribe(desk, (int64_t)pick(world, 12) - 6, pick(world, 8));
		break;
	case 1:
		desk_set_room(desk, pick(world, 2) == 0 ? pick(world, 3000) : 1 << 20);
		break;
	case 2:
		if (pick(world, 4) == 0)
			desk->writes_left = (int)pick(world, 3);
		break;
	case 3:
		desk_come_back(desk);
		break;
	default:
		desk_read(desk, pick(world, 4) == 0 ? SIZE_MAX : pick(world, 6000));
	}
}

static void live_through(struct stream_world *world, unsigned turns)
{
	for (unsigned turn = 0; turn < turns; turn++) {
		world->holds_events = pick(world, 3) == 0;
		world->holds_wake = pick(world, 3) == 0;
		report_some(world, pick(world, 4));
		for (unsigned i = 0; i < world->desk_count; i++)
			happens_to(world, &world->desks[i]);
		if (pick(world, 2) == 0)
			store_step(world->store.store);
		if (pick(world, 4) == 0)
			pass_ms(world, 200);
		if (world->pause != NULL && pick(world, 2) == 0)
			end_pause(world);
		release_events(world);
		if (world->holds_wake && pick(world, 2) == 0)
			feed_wake(world->feed);
	}
	world->holds_events = world->holds_wake = false;
	feed_wake(world->feed);
	for (unsigned i = 0; i < world->desk_count; i++) {
		if (world->desks[i].is_broken)
			desk_come_back(&world->desks[i]);
		world->desks[i].writes_left = -1;
	}
}

static void every_console_has_the_exact_set_in_order_whatever_happens(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct stream_world *world = xcalloc(1, sizeof(*world));

		stream_world_init(world, FEED);
		world->random = seed;
		world->write_us = pick(world, 2) * 700; /* some deliveries are long */
		for (unsigned i = 0; i < 8; i++) {
			enum role role = any_role(world);
			struct ws_conn *desk =
				desk_open(world, role,
					  role == ROLE_DISPATCHER ? (int)pick(world, 3) : -1);

			desk_subscribe(desk, 0, 0);
		}
		live_through(world, 120);
		report_some(world, 3);
		settle(world);
		for (unsigned i = 0; i < world->desk_count; i++)
			assert_level(&world->desks[i]);
		stream_world_fini(world);
		xfree(world);
	}
}

static void who_is_level_before_the_wake_up_gets_nothing_twice(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *steady = open_live(world, ROLE_SUPERVISOR, -1), *late;

	world->holds_wake = true;
	report_some(world, 3);
	late = desk_open(world, ROLE_SUPERVISOR, -1); /* the same channel, which is at 0 */
	desk_subscribe(late, 1, 0);
	desk_read(late, SIZE_MAX);
	assert_int_equal(late->seq_count, 2);
	world->holds_wake = false;
	feed_wake(world->feed);
	report_some(world, 1);
	settle(world);
	assert_level(steady);
	assert_level(late);
}

static void a_read_that_saw_more_than_the_feed_is_not_told_again(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *steady = open_live(world, ROLE_SUPERVISOR, -1), *late;

	report_some(world, 3);
	world->holds_events = true;
	report_some(world, 2); /* the store has five, the feed three */
	late = desk_open(world, ROLE_SUPERVISOR, -1);
	desk_subscribe(late, -1, 0);
	settle(world);
	assert_int_equal(late->start, 5);
	pass_ms(world, 2000);
	settle(world);
	assert_int_equal(late->tick_seq, 5);
	assert_int_equal(steady->tick_seq, 3);
	world->holds_events = false;
	report_some(world, 2);
	settle(world);
	assert_level(steady);
	assert_level(late);
	assert_int_equal(late->seq_count, 2);
}

static void events_that_concern_others_leave_no_gap(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *fire = open_live(world, ROLE_DISPATCHER, 0), *back;

	for (unsigned i = 0; i < 3 * FEED; i++)
		report_now(world, 2, false); /* police */
	report_now(world, 1, false);
	settle(world);
	assert_level(fire);
	assert_int_equal(fire->seq_count, 1);
	back = desk_open(world, ROLE_DISPATCHER, 0);
	desk_subscribe(back, 0, 0); /* pages of the store in which it sees nothing */
	settle(world);
	assert_level(back);
	assert_int_equal(back->seq_count, 1);
	pass_ms(world, 2000);
	settle(world);
	assert_int_equal(back->tick_seq, 3 * FEED + 1);
}

static void when_many_break_in_one_delivery_the_others_have_theirs(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desks[20];

	for (unsigned i = 0; i < 20; i++)
		desks[i] = open_live(world, ROLE_SUPERVISOR, -1);
	for (unsigned i = 0; i < 20; i++)
		if (i % 3 != 1)
			desks[i]->writes_left = 0;
	report_some(world, 1);
	for (unsigned i = 0; i < 20; i++)
		if (i % 3 != 1)
			desk_cut(desks[i]); /* as the loop would, afterwards */
	report_some(world, 2);
	settle(world);
	for (unsigned i = 1; i < 20; i += 3) {
		assert_level(desks[i]);
		assert_int_equal(desks[i]->seq_count, 3);
	}
}

static void when_all_break_in_one_delivery_their_channel_is_still_there(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk;

	for (unsigned i = 0; i < 5; i++)
		open_live(world, ROLE_SUPERVISOR, -1)->writes_left = 0;
	report_some(world, 3);
	for (unsigned i = 0; i < 5; i++)
		desk_cut(&world->desks[i]);
	desk = open_live(world, ROLE_SUPERVISOR, -1);
	report_some(world, 1);
	settle(world);
	assert_level(desk);
}

static void who_sees_the_same_is_given_the_same_bytes(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *one = open_live(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *two = open_live(world, ROLE_ADMIN, -1);
	struct ws_conn *three = open_live(world, ROLE_VIEWER, -1);

	world->holds_wake = true;
	report_now(world, 1, false);
	report_now(world, 2, false);
	world->holds_wake = false;
	feed_wake(world->feed);
	assert_int_equal(one->out_count, 1);
	assert_ptr_equal(one->out[0].buf, two->out[0].buf);
	assert_ptr_not_equal(one->out[0].buf, three->out[0].buf); /* sees no secrets */
	report_now(world, 1, false);
	/* One event alone is nobody's copy but the log's own bytes. */
	assert_ptr_equal(one->out[1].buf, three->out[1].buf);
	assert_ptr_equal(one->out[1].buf, feed_get(world->feed, 3)->body);
}

static void a_stalled_console_costs_one_page_and_is_cut_in_time(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *steady = open_live(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *stalled = open_live(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *slow = open_live(world, ROLE_SUPERVISOR, -1);

	stalled->room = slow->room = 5000;
	for (unsigned i = 0; i < 600; i++) {
		report_now(world, 1, false);
		desk_read(steady, SIZE_MAX);
		if (i % 10 == 0)
			desk_read(slow, 600);
	}
	assert_level(steady);
	assert_true(stalled->most_buffered <= READ_BYTES + 32 * 1024);
	assert_int_equal(metrics_get(&world->metrics, METRIC_CONSOLES_BEHIND), 2);
	for (unsigned s = 2; s <= 62; s += 2) {
		assert_int_equal(stalled->closing, 0);
		pass_ms(world, 2000);
		desk_read(slow, 10); /* a little, but not nothing */
	}
	pass_ms(world, 2000);
	assert_int_equal(stalled->closing, 1013);
	assert_int_equal(slow->closing, 0);
	assert_int_equal(metrics_get(&world->metrics, METRIC_CONSOLES_CUT), 1);
	desk_cut(stalled);
	settle(world);
	assert_level(slow);
}

/* Away for a day, or too slow for what happens: the state says it sooner than all that led to
 * it. */
static void who_is_too_far_behind_is_given_the_state_and_told_so(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *slow = open_live(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *away = open_live(world, ROLE_SUPERVISOR, -1);
	struct ws_conn *near;

	world->stream->settings.behind_max = 5 * FEED;
	slow->room = 1000;
	desk_cut(away);
	report_some(world, 3 * FEED);
	near = desk_open(world, ROLE_SUPERVISOR, -1);
	desk_subscribe(near, 0, 0);
	settle(world);
	assert_int_equal(near->snapshots, 0); /* not yet that far */
	slow->room = 10;
	report_some(world, 6 * FEED);
	desk_read(slow, SIZE_MAX);
	settle(world);
	assert_int_equal(slow->snapshots, 2);
	assert_true(
		json_is_false(json_object_get(desk_heard(slow, "subscribed"), "recovered")));
	assert_level(slow);
	away = desk_open(world, ROLE_SUPERVISOR, -1);
	desk_subscribe(away, 0, 0);
	settle(world);
	assert_int_equal(away->snapshots, 1);
	assert_true(
		json_is_false(json_object_get(desk_heard(away, "subscribed"), "recovered")));
	assert_level(away);
}

static void who_goes_while_the_store_reads_for_him_is_forgotten_with_the_answer(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk;

	report_some(world, 3 * FEED);
	desk = desk_open(world, ROLE_SUPERVISOR, -1);
	desk_subscribe(desk, 0, 0);
	desk_cut(desk);
	desk = desk_open(world, ROLE_SUPERVISOR, -1);
	desk_subscribe(desk, -1, 0);
	desk_cut(desk);
	store_step(world->store.store);
	stream_stop(world->stream);
	assert_int_equal(world->desk_count, 2);
}

static void a_tick_never_says_more_than_has_been_given(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = open_live(world, ROLE_SUPERVISOR, -1);

	report_some(world, 5);
	desk_read(desk, SIZE_MAX);
	pass_ms(world, 2000);
	desk_read(desk, SIZE_MAX);
	assert_int_equal(desk->ticks, 1);
	assert_int_equal(desk->tick_seq, 5);
	desk->room = 0;
	report_some(world, 10);
	pass_ms(world, 6000);
	desk_read(desk, SIZE_MAX);
	assert_int_equal(desk->ticks, 1); /* none is put behind what he has not read */
	settle(world);
	pass_ms(world, 2000);
	settle(world);
	assert_int_equal(desk->tick_seq, 15);
	assert_level(desk);
}

static void a_long_delivery_is_followed_by_a_pause_as_long(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desks[10];

	for (unsigned i = 0; i < 10; i++)
		desks[i] = open_live(world, ROLE_SUPERVISOR, -1);
	report_now(world, 1, false);
	assert_null(world->pause); /* no time has passed */
	world->write_us = 1000;
	report_now(world, 1, false);
	assert_non_null(world->pause);
	assert_int_equal(world->pause_us - world->store.now_us, 10 * 1000);
	report_now(world, 1, false);
	report_now(world, 1, false);
	assert_int_equal(desks[0]->out_count, 2);
	end_pause(world);
	assert_int_equal(desks[0]->out_count, 3); /* both in one message */
	end_pause(world);
	assert_null(world->pause); /* there was nothing to tell */
	world->write_us = 100000;
	report_now(world, 1, false);
	assert_int_equal(world->pause_us - world->store.now_us, 50 * 1000); /* at most */
	settle(world);
	for (unsigned i = 0; i < 10; i++)
		assert_level(desks[i]);
}

static void what_costs_little_is_not_paused_for_and_some_waits_a_moment(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desks[10];

	for (unsigned i = 0; i < 10; i++)
		desks[i] = open_live(world, ROLE_SUPERVISOR, -1);
	world->write_us = 39;
	report_now(world, 1, false);
	assert_null(world->pause);
	world->write_us = 40;
	report_now(world, 1, false);
	assert_int_equal(desks[0]->out_count, 2); /* itself at once */
	assert_int_equal(world->pause_us - world->store.now_us, 1000);
	report_now(world, 1, false);
	assert_int_equal(desks[0]->out_count, 2);
	settle(world);
	for (unsigned i = 0; i < 10; i++)
		assert_level(desks[i]);
}

static void between_long_pages_the_loop_goes_round(void **state)
{
	struct stream_world *world = xcalloc(1, sizeof(*world));
	struct ws_conn *desk;
	unsigned rounds = 0;

	(void)state;
	stream_world_init(world, 1024);
	desk = open_live(world, ROLE_SUPERVISOR, -1);
	open_live(world, ROLE_VIEWER, -1);
	world->holds_wake = true;
	for (unsigned i = 0; i < 500; i++)
		report_now(world, 1, false);
	world->write_us = 3000;
	feed_wake(world->feed);
	while (world->pause_us <= world->store.now_us) {
		assert_int_equal(desk->out_count, ++rounds);
		end_pause(world);
	}
	assert_true(rounds > 1);
	assert_int_equal(desk->out_count, rounds + 1);
	settle(world);
	assert_level(desk);
	stream_world_fini(world);
	xfree(world);
}

static void more_than_the_feed_holds_may_come_in_a_pause(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = open_live(world, ROLE_SUPERVISOR, -1);

	world->write_us = 5000;
	report_now(world, 1, false);
	report_some(world, 3 * FEED);
	end_pause(world);
	settle(world);
	assert_level(desk);
	assert_int_equal(desk->snapshots, 1);
}

static void what_a_pause_holds_goes_out_before_the_end(void **state)
{
	struct stream_world *world = *state;
	struct ws_conn *desk = open_live(world, ROLE_SUPERVISOR, -1);

	world->write_us = 5000;
	report_now(world, 1, false);
	report_now(world, 1, false);
	stream_stop(world->stream);
	desk_read(desk, SIZE_MAX);
	assert_level(desk);
	assert_null(world->pause);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_console_has_the_exact_set_in_order_whatever_happens),
		TEST(who_is_level_before_the_wake_up_gets_nothing_twice),
		TEST(a_read_that_saw_more_than_the_feed_is_not_told_again),
		TEST(events_that_concern_others_leave_no_gap),
		TEST(when_many_break_in_one_delivery_the_others_have_theirs),
		TEST(when_all_break_in_one_delivery_their_channel_is_still_there),
		TEST(who_sees_the_same_is_given_the_same_bytes),
		TEST(a_stalled_console_costs_one_page_and_is_cut_in_time),
		TEST(who_goes_while_the_store_reads_for_him_is_forgotten_with_the_answer),
		TEST(a_long_delivery_is_followed_by_a_pause_as_long),
		TEST(what_costs_little_is_not_paused_for_and_some_waits_a_moment),
		cmocka_unit_test(between_long_pages_the_loop_goes_round),
		TEST(who_is_too_far_behind_is_given_the_state_and_told_so),
		TEST(more_than_the_feed_holds_may_come_in_a_pause),
		TEST(what_a_pause_holds_goes_out_before_the_end),
		TEST(a_tick_never_says_more_than_has_been_given),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
