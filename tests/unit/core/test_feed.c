#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/feed.h"

/* One event, as a commit would show it; the feed takes a reference of its own. */
static void append(struct feed *feed, uint64_t seq)
{
	struct event event = {.seq = seq, .body = buf_copy("{}", 2)};

	feed_append(feed, &event, 1);
	buf_unref(&event.body);
}

static void nothing_is_held_at_first_and_the_tail_is_the_next(void **state)
{
	struct feed *feed = feed_new(4, 41);

	(void)state;
	assert_int_equal(feed_head(feed), 41);
	assert_int_equal(feed_tail(feed), 42);
	assert_null(feed_get(feed, 41));
	assert_null(feed_get(feed, 42));
	feed_free(&feed);
	assert_null(feed);
	feed_free(&feed); /* of nothing */
}

static void the_newest_are_held_and_the_oldest_go(void **state)
{
	struct feed *feed = feed_new(4, 10);

	(void)state;
	for (uint64_t seq = 11; seq <= 30; seq++) {
		append(feed, seq);
		assert_int_equal(feed_head(feed), seq);
		assert_int_equal(feed_tail(feed), seq < 15 ? 11 : seq - 3);
		for (uint64_t i = feed_tail(feed); i <= seq; i++)
			assert_int_equal(feed_get(feed, i)->seq, i);
		assert_null(feed_get(feed, feed_tail(feed) - 1));
		assert_null(feed_get(feed, seq + 1));
	}
	feed_free(&feed);
}

static void a_body_is_shared_and_let_go_when_it_leaves(void **state)
{
	struct feed *feed = feed_new(2, 0);
	struct event event = {.seq = 1, .body = buf_copy("{}", 2)};

	(void)state;
	feed_append(feed, &event, 1);
	assert_ptr_equal(feed_get(feed, 1)->body, event.body);
	assert_int_equal(event.body->refs, 2);
	append(feed, 2);
	append(feed, 3);
	assert_int_equal(event.body->refs, 1);
	buf_unref(&event.body);
	feed_free(&feed);
}

static void a_commit_larger_than_the_feed_leaves_its_end(void **state)
{
	struct feed *feed = feed_new(3, 0);
	struct event events[8];

	(void)state;
	for (unsigned i = 0; i < 8; i++)
		events[i] = (struct event){.seq = i + 1, .body = buf_copy("{}", 2)};
	feed_append(feed, events, 8);
	assert_int_equal(feed_tail(feed), 6);
	assert_int_equal(feed_get(feed, 6)->seq, 6);
	for (unsigned i = 0; i < 8; i++)
		buf_unref(&events[i].body);
	feed_free(&feed);
}

struct listener {
	struct feed_reader reader;
	unsigned calls;
	bool leaves;
};

static void heard(struct feed_reader *reader)
{
	struct listener *listener = LIST_ITEM(reader, struct listener, reader);

	listener->calls++;
	if (listener->leaves)
		feed_remove(reader);
}

static void readers_are_called_when_woken_and_may_leave_meanwhile(void **state)
{
	struct feed *feed = feed_new(4, 0);
	struct listener listeners[3] = {{.reader.ready = heard},
					{.reader.ready = heard, .leaves = true},
					{.reader.ready = heard}};

	(void)state;
	for (unsigned i = 0; i < 3; i++)
		feed_add(feed, &listeners[i].reader);
	append(feed, 1);
	assert_int_equal(listeners[0].calls, 0); /* apart from the append */
	feed_wake(feed);
	feed_wake(feed);
	assert_int_equal(listeners[0].calls, 2);
	assert_int_equal(listeners[1].calls, 1);
	assert_int_equal(listeners[2].calls, 2);
	feed_remove(&listeners[0].reader);
	feed_remove(&listeners[0].reader); /* twice does no harm */
	feed_wake(feed);
	assert_int_equal(listeners[0].calls, 2);
	assert_int_equal(listeners[2].calls, 3);
	feed_free(&feed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_held_at_first_and_the_tail_is_the_next),
		cmocka_unit_test(the_newest_are_held_and_the_oldest_go),
		cmocka_unit_test(a_body_is_shared_and_let_go_when_it_leaves),
		cmocka_unit_test(a_commit_larger_than_the_feed_leaves_its_end),
		cmocka_unit_test(readers_are_called_when_woken_and_may_leave_meanwhile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
