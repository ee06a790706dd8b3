/* The thread that speaks to the broker, against a broker of our own: real sockets, since what
 * is tested is how the library behaves on them. */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "mast.h"
#include "net/mqtt.h"
#include "net/mqtt_link.h"

#define EPOCH     "L-01KAQ7ZZZZT3C8M9K2XRNY4B7D"
#define WITHIN_S  20
#define PRESENCE  "tangi/v1/cirebon/bridge"
#define TOPIC     "tangi/v1/cirebon/agency/fire/events"
#define MANY      66000 /* more than there are message numbers */
#define AT_A_TIME 100

static const struct agencies agencies = {.count = 1, .agency = {{.id = "fire"}}};

struct line {
	struct mast mast;
	struct mqtt_topics topics;
	struct mqtt_settings settings;
	struct mqtt_link *link;
	char password_file[64];
	sem_t woken;
	struct list letters; /* taken and not looked at */
};

static void wake(void *ctx)
{
	struct line *line = ctx;

	sem_post(&line->woken);
}

static void write_password(const struct line *line, const char *text)
{
	FILE *file = fopen(line->password_file, "w");

	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static int start(void **state)
{
	struct line *line = xcalloc(1, sizeof(*line));
	struct err err;
	int fd;

	log_set_level(LOG_ERROR);
	*state = line;
	list_init(&line->letters);
	sem_init(&line->woken, 0, 0);
	strcpy(line->password_file, "/tmp/tangi-password-XXXXXX");
	fd = mkstemp(line->password_file);
	assert_true(fd >= 0);
	close(fd);
	write_password(line, "first\nsecond line\n");
	assert_int_equal(mqtt_topics_init(&line->topics, "cirebon", &agencies, &err), 0);
	mast_start(&line->mast);
	line->settings = (struct mqtt_settings){.city = "cirebon",
						.host = "127.0.0.1",
						.port = line->mast.port,
						.username = "bridge",
						.password_file = line->password_file,
						.window = 64};
	return 0;
}

static void open_link(struct line *line)
{
	struct err err;

	if (mqtt_link_open(&line->link, &line->settings, &line->topics, EPOCH, wake, line,
			   &err) < 0)
		fail_msg("%s", err.text);
}

static int stop(void **state)
{
	struct line *line = *state;
	struct list *node;

	mqtt_link_close(&line->link);
	mast_stop(&line->mast);
	while ((node = list_take(&line->letters)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
	sem_destroy(&line->woken);
	unlink(line->password_file);
	xfree(line);
	return 0;
}

/* The next letter; the caller's. */
static struct mqtt_letter *letter_until(struct line *line, struct timespec until)
{
	struct list *node;

	while ((node = list_take(&line->letters)) == NULL) {
		while (sem_timedwait(&line->woken, &until) < 0)
			if (errno != EINTR)
				fail_msg("nothing came within %d s", WITHIN_S);
		mqtt_link_take(line->link, &line->letters);
	}
	return LIST_ITEM(node, struct mqtt_letter, node);
}

static struct timespec deadline(void)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WITHIN_S;
	return until;
}

/* Letters until one of that kind; its line and text. */
static unsigned await(struct line *line, enum mqtt_letter_kind kind, char text_r[160])
{
	struct timespec until = deadline();

	for (;;) {
		struct mqtt_letter *letter = letter_until(line, until);
		bool is_it = letter->kind == kind;
		unsigned number = letter->line;

		if (text_r != NULL)
			snprintf(text_r, 160, "%s", letter->text);
		mqtt_letter_free(&letter);
		if (is_it)
			return number;
	}
}

static void give(struct line *line, unsigned number, const char *payload, uint64_t ticket)
{
	struct mqtt_letter *letter = mqtt_letter_new(LINK_MESSAGE, number, TOPIC);
	struct list one;

	letter->payload = payload != NULL ? buf_copy(payload, strlen(payload)) : NULL;
	letter->ticket = letter->seq = ticket;
	list_init(&one);
	list_append(&one, &letter->node);
	mqtt_link_give(line->link, &one);
}

static void assert_answer(struct line *line, uint64_t ticket, const char *refusal)
{
	struct mqtt_letter *letter = letter_until(line, deadline());

	assert_int_equal(letter->kind, LINK_MESSAGE);
	assert_int_equal(letter->ticket, ticket);
	if (refusal == NULL)
		assert_null(letter->refusal);
	else
		assert_string_equal(letter->refusal, refusal);
	mqtt_letter_free(&letter);
}

static struct mast_message heard(struct line *line, unsigned i)
{
	struct mast_message message;

	if (!mast_heard(&line->mast, i, &message))
		fail_msg("the broker has heard no message %u", i);
	return message;
}

static void the_line_stands_when_the_broker_has_confirmed_that_we_are_there(void **state)
{
	struct line *line = *state;
	struct mast_message first;

	open_link(line);
	await(line, LINK_UP, NULL);
	first = heard(line, 0);
	assert_string_equal(first.topic, PRESENCE);
	assert_true(first.is_retained);
	assert_non_null(strstr(first.payload, "\"status\":\"online\""));
	assert_int_equal(first.level, 5);
}

static void the_broker_is_left_a_will_that_says_offline(void **state)
{
	struct line *line = *state;

	open_link(line);
	await(line, LINK_UP, NULL);
	pthread_mutex_lock(&line->mast.lock);
	assert_string_equal(line->mast.will.topic, PRESENCE);
	assert_true(line->mast.will.is_retained);
	assert_non_null(strstr(line->mast.will.payload, "\"status\":\"offline\""));
	pthread_mutex_unlock(&line->mast.lock);
}

static void messages_go_out_in_order_and_each_comes_back_once(void **state)
{
	struct line *line = *state;
	unsigned number;

	open_link(line);
	number = await(line, LINK_UP, NULL);
	for (unsigned i = 1; i <= 50; i++) {
		char payload[16];

		snprintf(payload, sizeof(payload), "%u", i);
		give(line, number, payload, i);
	}
	for (unsigned i = 1; i <= 50; i++) {
		char payload[16];

		snprintf(payload, sizeof(payload), "%u", i);
		assert_answer(line, i, NULL);
		assert_string_equal(heard(line, i).payload, payload);
		assert_string_equal(heard(line, i).topic, TOPIC);
		assert_false(heard(line, i).is_retained);
	}
}

static void what_is_refused_comes_back_with_the_reason_and_the_line_stands(void **state)
{
	struct line *line = *state;
	unsigned number;

	open_link(line);
	number = await(line, LINK_UP, NULL);
	give(line, number, "forbidden", 1);
	assert_answer(line, 1, "Not authorized");
	give(line, number, "fine", 2);
	assert_answer(line, 2, NULL);
	assert_int_equal(line->mast.lines, 1);
}

static void a_broker_that_says_no_to_mqtt_5_is_spoken_to_in_3_1_1(void **state)
{
	struct line *line = *state;
	char version[160];

	line->mast.manner = MAST_OLD;
	open_link(line);
	await(line, LINK_UP, version);
	assert_string_equal(version, "3.1.1");
	assert_int_equal(heard(line, 0).level, 4);
}

static void a_broker_that_hangs_up_on_mqtt_5_is_spoken_to_in_3_1_1(void **state)
{
	struct line *line = *state;
	char version[160];

	line->mast.manner = MAST_RUDE;
	open_link(line);
	await(line, LINK_UP, version);
	assert_string_equal(version, "3.1.1");
}

static void a_broker_that_lets_nobody_in_is_asked_again_until_it_does(void **state)
{
	struct line *line = *state;
	char why[160];

	line->mast.manner = MAST_SHUT;
	open_link(line);
	await(line, LINK_DOWN, why);
	assert_non_null(strstr(why, "refused"));
	line->mast.manner = MAST_GOOD;
	await(line, LINK_UP, NULL);
}

static void a_broker_that_keeps_nothing_is_of_no_use_and_that_is_said(void **state)
{
	struct line *line = *state;
	char why[160];

	line->mast.manner = MAST_FORGETFUL;
	open_link(line);
	await(line, LINK_DOWN, why);
	assert_non_null(strstr(why, "keeps nothing"));
}

static void what_was_on_its_way_is_gone_with_its_line_and_never_comes_back(void **state)
{
	struct line *line = *state;
	unsigned first, second;

	open_link(line);
	first = await(line, LINK_UP, NULL);
	give(line, first, "poison", 1);
	await(line, LINK_DOWN, NULL);
	second = await(line, LINK_UP, NULL);
	assert_true(second > first);
	give(line, first, "of the old line", 2);
	give(line, second, "of the new one", 3);
	assert_answer(line, 3, NULL);
	assert_string_equal(heard(line, 1).payload, "poison");
	assert_string_equal(heard(line, 3).payload, "of the new one"); /* 2: online again */
}

static void assert_password(struct line *line, const char *password)
{
	pthread_mutex_lock(&line->mast.lock);
	assert_string_equal(line->mast.password, password);
	pthread_mutex_unlock(&line->mast.lock);
}

static void a_new_password_needs_no_restart(void **state)
{
	struct line *line = *state;

	open_link(line);
	await(line, LINK_UP, NULL);
	assert_password(line, "first");
	write_password(line, "changed");
	mast_hang_up(&line->mast);
	await(line, LINK_DOWN, NULL);
	await(line, LINK_UP, NULL);
	assert_password(line, "changed");
}

static void a_password_file_that_is_not_there_stops_the_start(void **state)
{
	struct line *line = *state;
	struct err err;

	line->settings.password_file = "/nowhere/password";
	assert_int_equal(mqtt_link_open(&line->link, &line->settings, &line->topics, EPOCH,
					wake, line, &err),
			 -1);
	assert_non_null(strstr(err.text, "/nowhere/password"));
}

static void who_leaves_says_offline_and_disconnects(void **state)
{
	struct line *line = *state;
	unsigned number;
	struct list one;
	struct mqtt_letter *bye;

	open_link(line);
	number = await(line, LINK_UP, NULL);
	mqtt_link_set_seq(line->link, 4711);
	bye = mqtt_letter_new(LINK_BYE, number, "");
	list_init(&one);
	list_append(&one, &bye->node);
	mqtt_link_give(line->link, &one);
	await(line, LINK_DOWN, NULL);
	assert_non_null(strstr(heard(line, 1).payload, "\"status\":\"offline\""));
	assert_non_null(strstr(heard(line, 1).payload, "\"seq\":4711"));
	mqtt_link_close(&line->link);
	mast_stop(&line->mast); /* it has read all that was said to it */
	assert_int_equal(line->mast.goodbyes, 1);
	mast_start(&line->mast);
}

/* Numbers of messages are given again after 65,535; ours of old must not be taken for new ones.
 */
static void more_messages_than_there_are_numbers_are_all_answered(void **state)
{
	struct line *line = *state;
	uint64_t given = 0, answered = 0;
	unsigned number;

	open_link(line);
	number = await(line, LINK_UP, NULL);
	while (answered < MANY) {
		while (given < MANY && given - answered < AT_A_TIME)
			give(line, number, "x", ++given);
		assert_answer(line, ++answered, NULL);
	}
	assert_int_equal(line->mast.lines, 1);
}

static void without_a_broker_nothing_waits_at_the_end(void **state)
{
	struct line *line = *state;
	struct timespec begun, ended;

	mast_stop(&line->mast);
	open_link(line);
	await(line, LINK_DOWN, NULL);
	clock_gettime(CLOCK_MONOTONIC, &begun);
	mqtt_link_close(&line->link);
	clock_gettime(CLOCK_MONOTONIC, &ended);
	assert_true(ended.tv_sec - begun.tv_sec < 2);
	mast_start(&line->mast);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(the_line_stands_when_the_broker_has_confirmed_that_we_are_there),
		TEST(the_broker_is_left_a_will_that_says_offline),
		TEST(messages_go_out_in_order_and_each_comes_back_once),
		TEST(what_is_refused_comes_back_with_the_reason_and_the_line_stands),
		TEST(a_broker_that_says_no_to_mqtt_5_is_spoken_to_in_3_1_1),
		TEST(a_broker_that_hangs_up_on_mqtt_5_is_spoken_to_in_3_1_1),
		TEST(a_broker_that_lets_nobody_in_is_asked_again_until_it_does),
		TEST(a_broker_that_keeps_nothing_is_of_no_use_and_that_is_said),
		TEST(what_was_on_its_way_is_gone_with_its_line_and_never_comes_back),
		TEST(a_new_password_needs_no_restart),
		TEST(a_password_file_that_is_not_there_stops_the_start),
		TEST(who_leaves_says_offline_and_disconnects),
		TEST(more_messages_than_there_are_numbers_are_all_answered),
		TEST(without_a_broker_nothing_waits_at_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
