#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mailbox.h"

#define SENDERS 4
#define LETTERS 2000

struct letter {
	struct list node;
	int sender, no;
};

static void count_wake(void *ctx)
{
	++*(int *)ctx;
}

static void one_wake_means_look_and_nothing_is_lost(void **state)
{
	struct letter a = {.no = 1}, b = {.no = 2}, c = {.no = 3};
	struct mailbox box;
	struct list got, none;
	int wakes = 0;

	(void)state;
	mailbox_init(&box, count_wake, &wakes);
	list_init(&got);
	list_init(&none);
	assert_false(mailbox_take_all(&box, &got));
	mailbox_put_all(&box, &none);
	assert_int_equal(wakes, 0);
	mailbox_put(&box, &a.node);
	mailbox_put(&box, &b.node);
	assert_int_equal(wakes, 1);
	assert_true(mailbox_take_all(&box, &got));
	mailbox_put(&box, &c.node);
	assert_int_equal(wakes, 2); /* it was empty again */
	assert_true(mailbox_take_all(&box, &got));
	for (int no = 1; no <= 3; no++)
		assert_int_equal(LIST_ITEM(list_take(&got), struct letter, node)->no, no);
	assert_true(list_is_empty(&got));
	mailbox_fini(&box);
}

static void a_closed_box_gives_what_it_holds_and_then_says_so(void **state)
{
	struct letter a = {.no = 1};
	struct mailbox box;
	struct list got;

	(void)state;
	mailbox_init(&box, NULL, NULL);
	list_init(&got);
	mailbox_put(&box, &a.node);
	assert_false(mailbox_is_closed(&box));
	mailbox_close(&box);
	assert_true(mailbox_is_closed(&box));
	assert_true(mailbox_wait_all(&box, &got));
	assert_false(mailbox_wait_all(&box, &got));
	mailbox_fini(&box);
}

static void a_wait_ends_in_time_also_when_nothing_comes(void **state)
{
	struct mailbox box;
	struct list got;

	(void)state;
	mailbox_init(&box, NULL, NULL);
	list_init(&got);
	assert_false(mailbox_wait_all_for(&box, &got, 0));
	assert_false(mailbox_wait_all_for(&box, &got, 5));
	assert_false(mailbox_is_closed(&box));
	mailbox_fini(&box);
}

struct sender {
	pthread_t thread;
	struct mailbox *box;
	struct letter letters[LETTERS];
};

static void *send_all(void *arg)
{
	struct sender *sender = arg;

	for (int i = 0; i < LETTERS; i++)
		mailbox_put(sender->box, &sender->letters[i].node);
	return NULL;
}

/* The one test with threads: what it is for cannot be shown without them. */
static void letters_of_many_senders_arrive_once_and_each_sender_s_in_order(void **state)
{
	static struct sender senders[SENDERS];
	int next[SENDERS] = {0}, count = 0;
	struct mailbox box;
	struct list got, *node;

	(void)state;
	mailbox_init(&box, NULL, NULL);
	list_init(&got);
	for (int s = 0; s < SENDERS; s++) {
		senders[s].box = &box;
		for (int i = 0; i < LETTERS; i++)
			senders[s].letters[i] = (struct letter){.sender = s, .no = i};
		assert_int_equal(
			pthread_create(&senders[s].thread, NULL, send_all, &senders[s]), 0);
	}
	while (count < SENDERS * LETTERS && mailbox_wait_all_for(&box, &got, 10000))
		while ((node = list_take(&got)) != NULL) {
			struct letter *letter = LIST_ITEM(node, struct letter, node);

			assert_int_equal(letter->no, next[letter->sender]++);
			count++;
		}
	assert_int_equal(count, SENDERS * LETTERS);
	for (int s = 0; s < SENDERS; s++)
		pthread_join(senders[s].thread, NULL);
	mailbox_fini(&box);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_wake_means_look_and_nothing_is_lost),
		cmocka_unit_test(a_closed_box_gives_what_it_holds_and_then_says_so),
		cmocka_unit_test(a_wait_ends_in_time_also_when_nothing_comes),
		cmocka_unit_test(
			letters_of_many_senders_arrive_once_and_each_sender_s_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
