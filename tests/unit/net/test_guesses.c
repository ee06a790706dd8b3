#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "net/guesses.h"

#define SECOND ((int64_t)1000000)

static struct guesses guesses;

static int begin(void **state)
{
	(void)state;
	guesses_init(&guesses);
	return 0;
}

static void wrong_guesses_wait_a_little_and_never_long(void **state)
{
	static const int64_t waits[] = {0, 0, 0, 1, 2, 2, 2, 2, 2, 2, 2, 2};
	uint64_t who = guesses_who(&guesses, "siti", "192.0.2.1");
	int64_t now = 70 * SECOND;

	(void)state;
	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		int64_t begin_us = guesses_begin(&guesses, who, now);

		assert_int_equal(begin_us - now, waits[i] * SECOND);
		now = begin_us + SECOND / 20;
		guesses_was_wrong(&guesses, who, now);
	}
}

static void many_at_once_are_no_faster(void **state)
{
	uint64_t who = guesses_who(&guesses, "siti", "192.0.2.1");

	(void)state;
	for (unsigned i = 0; i < 5; i++)
		guesses_was_wrong(&guesses, who, 0);
	for (unsigned i = 1; i <= 4; i++)
		assert_int_equal(guesses_begin(&guesses, who, 0), i * 2 * SECOND);
}

static void only_that_name_from_that_address_waits(void **state)
{
	uint64_t who = guesses_who(&guesses, "siti", "192.0.2.1");

	(void)state;
	for (unsigned i = 0; i < 50; i++)
		guesses_was_wrong(&guesses, who, 0);
	assert_int_equal(guesses_begin(&guesses, guesses_who(&guesses, "siti", "192.0.2.2"), 0),
			 0);
	assert_int_equal(guesses_begin(&guesses, guesses_who(&guesses, "wati", "192.0.2.1"), 0),
			 0);
	assert_int_not_equal(guesses_begin(&guesses, who, 0), 0);
}

static void a_right_one_or_a_quarter_of_an_hour_ends_the_wait(void **state)
{
	uint64_t who = guesses_who(&guesses, "siti", "192.0.2.1");

	(void)state;
	for (unsigned i = 0; i < 9; i++)
		guesses_was_wrong(&guesses, who, 0);
	guesses_was_right(&guesses, who);
	assert_int_equal(guesses_begin(&guesses, who, 0), 0);
	for (unsigned i = 0; i < 9; i++)
		guesses_was_wrong(&guesses, who, 0);
	assert_int_equal(guesses_begin(&guesses, who, 901 * SECOND), 901 * SECOND);
	guesses_was_wrong(&guesses, who, 901 * SECOND);
	assert_int_equal(guesses_begin(&guesses, who, 901 * SECOND), 901 * SECOND);
}

static void a_hundred_thousand_names_take_no_more_memory_and_delay_nobody_new(void **state)
{
	char name[32];
	unsigned delayed = 0;

	(void)state;
	for (unsigned i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "n%u", i);
		guesses_was_wrong(&guesses, guesses_who(&guesses, name, "192.0.2.1"), 0);
	}
	for (unsigned i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "m%u", i);
		delayed += guesses_begin(&guesses, guesses_who(&guesses, name, "192.0.2.1"),
					 0) != 0;
	}
	assert_int_equal(delayed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(wrong_guesses_wait_a_little_and_never_long, begin),
		cmocka_unit_test_setup(many_at_once_are_no_faster, begin),
		cmocka_unit_test_setup(only_that_name_from_that_address_waits, begin),
		cmocka_unit_test_setup(a_right_one_or_a_quarter_of_an_hour_ends_the_wait,
				       begin),
		cmocka_unit_test_setup(
			a_hundred_thousand_names_take_no_more_memory_and_delay_nobody_new,
			begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
