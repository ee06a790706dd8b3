/* The line that only listens, against a broker of our own: when it says that it has something
 * is the whole point, and only the broker's end of the socket knows. */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "core/field.h"
#include "mast.h"
#include "net/mqtt.h"
#include "net/mqtt_ear.h"

#define WITHIN_S 20
#define SAID     1500 /* positions, more than may be on their way */
#define PRESENCE "tangi/v1/cirebon/unit/DMK-01/presence"
#define POSITION "tangi/v1/cirebon/unit/DMK-01/position"

static const struct agencies agencies = {.count = 1, .agency = {{.id = "fire"}}};

struct listener {
	struct mast mast;
	struct metrics metrics;
	struct mqtt_topics topics;
	struct mqtt_settings settings;
	struct mqtt_ear *ear;
	sem_t woken;
	struct list heard; /* taken and not looked at */
};

static void wake(void *ctx)
{
	struct listener *listener = ctx;

	sem_post(&listener->woken);
}

static int start(void **state)
{
	struct listener *listener = xcalloc(1, sizeof(*listener));
	struct err err;

	log_set_level(LOG_ERROR);
	*state = listener;
	list_init(&listener->heard);
	sem_init(&listener->woken, 0, 0);
	assert_int_equal(mqtt_topics_init(&listener->topics, "cirebon", &agencies, &err), 0);
	mast_start(&listener->mast);
	listener->settings = (struct mqtt_settings){.city = "cirebon",
						    .host = "127.0.0.1",
						    .port = listener->mast.port,
						    .username = "bridge",
						    .password_file = ""};
	return 0;
}

static void open_ear(struct listener *listener)
{
	struct err err;

	if (mqtt_ear_open(&listener->ear, &listener->settings, &listener->topics,
			  &listener->metrics, wake, listener, &err) < 0)
		fail_msg("%s", err.text);
}

static int stop(void **state)
{
	struct listener *listener = *state;
	struct list *node;

	while ((node = list_take(&listener->heard)) != NULL) {
		struct mqtt_heard *heard = LIST_ITEM(node, struct mqtt_heard, node);

		mqtt_ear_give_back(listener->ear, &heard);
	}
	mqtt_ear_close(&listener->ear);
	mast_stop(&listener->mast);
	sem_destroy(&listener->woken);
	xfree(listener);
	return 0;
}

/* The next; the caller's. */
static struct mqtt_heard *next(struct listener *listener)
{
	struct timespec until;
	struct list *node;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WITHIN_S;
	while ((node = list_take(&listener->heard)) == NULL) {
		while (sem_timedwait(&listener->woken, &until) < 0)
			if (errno != EINTR)
				fail_msg("nothing came within %d s", WITHIN_S);
		mqtt_ear_take(listener->ear, &listener->heard);
	}
	return LIST_ITEM(node, struct mqtt_heard, node);
}

static void await(struct listener *listener, enum mqtt_heard_kind kind, char text_r[160])
{
	enum mqtt_heard_kind came;

	do {
		struct mqtt_heard *heard = next(listener);

		came = heard->kind;
		if (text_r != NULL)
			snprintf(text_r, 160, "%s", heard->topic);
		mqtt_ear_give_back(listener->ear, &heard);
	} while (came != kind);
}

static struct mqtt_heard *await_word(struct listener *listener, const char *payload)
{
	struct mqtt_heard *heard = next(listener);

	assert_int_equal(heard->kind, HEARD_WORD);
	assert_string_equal(heard->payload, payload);
	assert_int_equal(heard->len, strlen(payload));
	return heard;
}

static bool await_count(const atomic_uint *count, unsigned wanted, int within_ms)
{
	struct timespec moment = {.tv_nsec = 1000000};

	for (int i = 0; i < within_ms && *count < wanted; i++)
		nanosleep(&moment, NULL);
	return *count == wanted;
}

static void give_back(struct listener *listener, struct mqtt_heard *heard, bool is_later)
{
	heard->is_later = is_later;
	mqtt_ear_give_back(listener->ear, &heard);
}

static void its_session_stays_and_positions_do_not_wait_in_it(void **state)
{
	struct listener *listener = *state;
	struct mast *mast = &listener->mast;

	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	assert_false(mast->is_clean);
	for (unsigned i = 0; i < mast->wish_count; i++)
		assert_int_equal(mast->wishes[i].qos,
				 strstr(mast->wishes[i].topic, "/position") == NULL);
}

static void nothing_is_acknowledged_before_it_is_given_back(void **state)
{
	struct listener *listener = *state;
	struct mqtt_heard *first, *second;

	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	mast_say(&listener->mast, PRESENCE, "first", 7);
	first = await_word(listener, "first");
	mast_say(&listener->mast, PRESENCE, "second", 8);
	/* What it had written it had written before it told us. */
	assert_false(await_count(&listener->mast.acked, 1, 50));
	give_back(listener, first, false);
	/* It listens again only now, and only when the first was acknowledged. */
	second = await_word(listener, "second");
	assert_true(await_count(&listener->mast.acked, 1, WITHIN_S * 1000));
	give_back(listener, second, false);
	assert_true(await_count(&listener->mast.acked, 2, WITHIN_S * 1000));
}

static void what_could_not_be_kept_is_never_acknowledged_and_the_line_begins_anew(void **state)
{
	struct listener *listener = *state;
	char why[160];

	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	mast_say(&listener->mast, PRESENCE, "kept", 7);
	give_back(listener, await_word(listener, "kept"), true);
	await(listener, HEARD_DOWN, why);
	assert_non_null(strstr(why, "could not be kept"));
	await(listener, HEARD_UP, NULL);
	assert_int_equal(listener->mast.acked, 0);
	assert_int_equal(listener->mast.goodbyes, 0);
	assert_false(listener->mast.is_clean);
}

static void what_comes_back_after_its_line_broke_acknowledges_nothing_of_the_next(void **state)
{
	struct listener *listener = *state;
	struct mqtt_heard *old, *fresh;

	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	mast_say(&listener->mast, PRESENCE, "old", 7);
	old = await_word(listener, "old");
	/* The ear looks at the broken line when it may speak: the fate of the old is no reason
	 * to wait for ever. */
	mast_hang_up(&listener->mast);
	give_back(listener, old, false);
	await(listener, HEARD_DOWN, NULL);
	await(listener, HEARD_UP, NULL);
	mast_say(&listener->mast, PRESENCE, "old", 7);
	fresh = await_word(listener, "old");
	assert_int_equal(listener->mast.acked, 0);
	give_back(listener, fresh, false);
	assert_true(await_count(&listener->mast.acked, 1, WITHIN_S * 1000));
}

static void a_position_holds_up_nobody(void **state)
{
	struct listener *listener = *state;
	struct mqtt_heard *position, *next_one;

	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	mast_say(&listener->mast, POSITION, "{}", 0);
	position = await_word(listener, "{}");
	mast_say(&listener->mast, PRESENCE, "online", 9);
	next_one = await_word(listener, "online");
	give_back(listener, next_one, false);
	assert_true(await_count(&listener->mast.acked, 1, WITHIN_S * 1000));
	give_back(listener, position, false);
}

static void
positions_that_nobody_takes_are_dropped_and_counted_and_nothing_else_is(void **state)
{
	struct listener *listener = *state;
	struct mqtt_heard *heard;
	struct list held, *node;
	unsigned told = 0;

	list_init(&held);
	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	for (int i = 0; i < SAID; i++)
		mast_say(&listener->mast, POSITION, "{}", 0);
	mast_say(&listener->mast, PRESENCE, "online", 9);
	while ((heard = next(listener))->payload[0] == '{') {
		list_append(&held, &heard->node); /* as by a loop that is busy */
		told++;
	}
	assert_string_equal(heard->payload, "online");
	assert_int_equal(told + metrics_get(&listener->metrics, METRIC_FIELD_DROPPED), SAID);
	assert_int_equal(told, 1024);
	give_back(listener, heard, false);
	while ((node = list_take(&held)) != NULL)
		give_back(listener, LIST_ITEM(node, struct mqtt_heard, node), false);
	mast_say(&listener->mast, POSITION, "{}", 0);
	give_back(listener, await_word(listener, "{}"), false);
}

static void hushed_it_hears_nothing_more_and_acknowledges_what_comes_back(void **state)
{
	struct listener *listener = *state;
	struct mqtt_heard *heard;

	open_ear(listener);
	await(listener, HEARD_UP, NULL);
	mast_say(&listener->mast, PRESENCE, "online", 7);
	heard = await_word(listener, "online");
	mqtt_ear_hush(listener->ear);
	mast_say(&listener->mast, PRESENCE, "offline", 8);
	give_back(listener, heard, false);
	await(listener, HEARD_DOWN, NULL);
	assert_true(await_count(&listener->mast.goodbyes, 1, WITHIN_S * 1000));
	assert_int_equal(listener->mast.acked, 1);
}

static void who_may_not_listen_is_told_so(void **state)
{
	struct listener *listener = *state;
	char why[160];

	listener->mast.manner = MAST_MUTE;
	open_ear(listener);
	await(listener, HEARD_DOWN, why);
	assert_string_equal(why, "may not listen to the units");
	listener->mast.manner = MAST_GOOD;
	await(listener, HEARD_UP, NULL);
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		PROMISE(its_session_stays_and_positions_do_not_wait_in_it),
		PROMISE(nothing_is_acknowledged_before_it_is_given_back),
		PROMISE(what_could_not_be_kept_is_never_acknowledged_and_the_line_begins_anew),
		PROMISE(what_comes_back_after_its_line_broke_acknowledges_nothing_of_the_next),
		PROMISE(a_position_holds_up_nobody),
		PROMISE(positions_that_nobody_takes_are_dropped_and_counted_and_nothing_else_is),
		PROMISE(hushed_it_hears_nothing_more_and_acknowledges_what_comes_back),
		PROMISE(who_may_not_listen_is_told_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
