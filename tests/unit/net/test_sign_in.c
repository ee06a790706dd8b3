/* The real loop and the real threads; passwords are hashed as they are in service. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../core/people.h"
#include "base/xalloc.h"
#include "core/sessions.h"
#include "net/sign_in.h"

#define HERE  "192.0.2.1"
#define THERE "192.0.2.2"

struct desk {
	struct people *people;
	struct metrics metrics;
	struct loop *loop;
	struct sign_in *sign_in;
	unsigned open, welcome, wrong, busy;
	struct sign_in_result last;
	bool is_trying;
	void (*answered)(struct desk *desk); /* after each; may try again */
	struct loop_timer timer;
	int64_t at_us;
};

static char siti_hash[HASH_SIZE];

static int64_t now_us(void)
{
	return clock_system.mono_us(&clock_system);
}

static int begin(void **state)
{
	struct desk *desk = xcalloc(1, sizeof(*desk));
	struct err err;

	desk->people = people_new();
	if (siti_hash[0] == '\0' && password_hash("benar", siti_hash, &err) < 0)
		return -1;
	people_add_user(desk->people, "siti", ROLE_DISPATCHER, "fire", siti_hash);
	accounts_refresh(desk->people->accounts);
	if (loop_new(&desk->loop, &clock_system, &desk->metrics, &err) < 0 ||
	    sign_in_open(&desk->sign_in, desk->loop, desk->people->accounts, &desk->metrics,
			 &err) < 0)
		return -1;
	*state = desk;
	return 0;
}

static int end(void **state)
{
	struct desk *desk = *state;

	loop_timer_stop(&desk->timer);
	sign_in_close(&desk->sign_in);
	loop_free(&desk->loop);
	people_free(&desk->people);
	xfree(desk);
	return 0;
}

static void answered(void *ctx, const struct sign_in_result *result)
{
	struct desk *desk = ctx;

	assert_false(desk->is_trying); /* never from within sign_in_try */
	desk->open--;
	desk->welcome += result->answer == SIGN_IN_WELCOME;
	desk->wrong += result->answer == SIGN_IN_WRONG;
	desk->busy += result->answer == SIGN_IN_BUSY;
	desk->last = *result;
	if (desk->answered != NULL)
		desk->answered(desk);
	if (desk->open == 0)
		loop_stop(desk->loop);
}

static void try(struct desk *desk, const char *user, const char *password, const char *address)
{
	desk->open++;
	desk->is_trying = true;
	sign_in_try(desk->sign_in, user, password, address, answered, desk);
	desk->is_trying = false;
}

static bool is_signed_in(struct accounts *accounts, const char *session)
{
	struct principal principal;
	const char *csrf;

	return accounts_by_session(accounts, session, &principal, &csrf);
}

static void the_right_password_opens_a_session(void **state)
{
	struct desk *desk = *state;

	try(desk, "Siti", "benar", HERE);
	loop_run(desk->loop);
	assert_int_equal(desk->welcome, 1);
	assert_string_equal(desk->last.principal.name, "siti");
	assert_true(is_signed_in(desk->people->accounts, desk->last.session));
	assert_int_equal(strlen(desk->last.csrf), 43);
	assert_int_equal(metrics_get(&desk->metrics, METRIC_SIGN_IN_FAILURES), 0);
}

static void a_wrong_password_and_a_name_that_nobody_has_are_answered_alike(void **state)
{
	static const char *const pairs[][2] = {{"siti", "salah"},
					       {"nobody", "benar"},
					       {"", ""},
					       {"siti", ""},
					       {"siti", "benar "}};
	struct desk *desk = *state;
	char long_text[PASSWORD_MAX_LEN + 2];

	for (unsigned i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char address[16];

		snprintf(address, sizeof(address), "192.0.2.%u", i);
		try(desk, pairs[i][0], pairs[i][1], address);
	}
	memset(long_text, 'x', sizeof(long_text));
	long_text[PASSWORD_MAX_LEN + 1] = '\0';
	try(desk, "siti", long_text, THERE);
	try(desk, long_text, "benar", THERE);
	loop_run(desk->loop);
	assert_int_equal(desk->wrong, 7);
	assert_string_equal(desk->last.session, "");
	assert_int_equal(metrics_get(&desk->metrics, METRIC_SIGN_IN_FAILURES), 7);
}

static void tick(void *ctx)
{
	struct desk *desk = ctx;

	assert_int_equal(desk->welcome, 0);
	desk->at_us = now_us();
}

static void the_loop_goes_on_while_a_password_is_tried(void **state)
{
	struct desk *desk = *state;

	try(desk, "siti", "benar", HERE);
	loop_timer_start(desk->loop, &desk->timer, 1, 0, tick, desk);
	loop_run(desk->loop);
	assert_int_equal(desk->welcome, 1);
	assert_int_not_equal(desk->at_us, 0);
}

static void one_address_has_four_places_and_leaves_the_rest_to_others(void **state)
{
	struct desk *desk = *state;

	for (unsigned i = 0; i < 9; i++)
		try(desk, "siti", "salah", HERE);
	try(desk, "siti", "benar", THERE);
	loop_run(desk->loop);
	assert_int_equal(desk->wrong, TURNS_PER_ADDRESS);
	assert_int_equal(desk->busy, 9 - TURNS_PER_ADDRESS);
	assert_int_equal(desk->welcome, 1);
}

static void what_is_tried_at_once_is_bounded(void **state)
{
	struct desk *desk = *state;

	for (unsigned i = 0; i < TURNS_MAX + 5; i++) {
		char address[32];

		snprintf(address, sizeof(address), "2001:db8::%u", i);
		try(desk, "siti", "salah", address);
	}
	sign_in_close(&desk->sign_in); /* rather than wait for 64 of them */
	assert_int_equal(desk->busy, TURNS_MAX + 5);
	assert_int_equal(desk->open, 0);
}

static void stop_when_welcome(struct desk *desk)
{
	if (desk->welcome > 0)
		loop_stop(desk->loop);
}

/* From many addresses: the number goes in between. */
static void flood(struct desk *desk, const char *before, const char *after, unsigned addresses,
		  unsigned each)
{
	for (unsigned i = 0; i < addresses * each; i++) {
		char address[32];

		snprintf(address, sizeof(address), "%s%u%s", before, i / each, after);
		try(desk, "budi", "salah", address);
	}
}

static void a_flood_from_one_network_keeps_nobody_else_out(void **state)
{
	struct desk *desk = *state;

	flood(desk, "198.51.100.", "", 16, 4);
	desk->answered = stop_when_welcome;
	try(desk, "siti", "benar", HERE);
	loop_run(desk->loop);
	assert_int_equal(desk->welcome, 1);
	assert_true(desk->wrong <= 2 * SIGN_IN_AT_ONCE); /* it did not wait for the flood */
	assert_int_equal(desk->busy, 1);                 /* the flood's newest made room */
}

static void flood_then_try(struct desk *desk)
{
	assert_int_equal(desk->welcome, 1);
	desk->welcome = 0;
	desk->answered = stop_when_welcome;
	flood(desk, "10.0.", ".1", 64, 1);
	flood(desk, "192.0.2.", "", 2, 4); /* also from the addresses of her room */
	try(desk, "Siti", "benar", HERE);
}

static void who_signed_in_before_comes_before_a_flood_from_everywhere(void **state)
{
	struct desk *desk = *state;

	desk->answered = flood_then_try;
	try(desk, "siti", "benar", HERE);
	loop_run(desk->loop);
	assert_int_equal(desk->welcome, 1);
	assert_true(desk->wrong <= 2 * SIGN_IN_AT_ONCE);
}

static void try_again(struct desk *desk)
{
	if (desk->wrong == 3 && desk->welcome == 0 && desk->open == 0) {
		desk->at_us = now_us();
		try(desk, "siti", "benar", HERE);
	} else if (desk->wrong < 3) {
		try(desk, "siti", "salah", HERE);
	}
}

static void after_three_wrong_ones_the_right_one_waits_a_second_and_is_welcome(void **state)
{
	struct desk *desk = *state;

	desk->answered = try_again;
	try(desk, "siti", "salah", HERE);
	loop_run(desk->loop);
	assert_int_equal(desk->wrong, 3);
	assert_int_equal(desk->welcome, 1);
	assert_true(now_us() - desk->at_us >= 1000000);
}

static void closing_answers_everybody_once(void **state)
{
	struct desk *desk = *state;

	for (unsigned i = 0; i < 3; i++)
		try(desk, "siti", "benar", HERE);
	sign_in_close(&desk->sign_in);
	assert_int_equal(desk->busy, 3);
	assert_int_equal(desk->open, 0);
}

static void stop(void *ctx)
{
	loop_stop(ctx);
}

static void closing_waits_for_those_that_are_tried(void **state)
{
	struct desk *desk = *state;

	for (unsigned i = 0; i < 3; i++)
		try(desk, "siti", "benar", HERE);
	loop_timer_start(desk->loop, &desk->timer, 1, 0, stop, desk->loop);
	loop_run(desk->loop);
	sign_in_close(&desk->sign_in);
	assert_int_equal(desk->open, 0);
	assert_true(desk->welcome >= SIGN_IN_AT_ONCE);
	assert_int_equal(desk->welcome + desk->busy, 3);
}

/* Until the session is in the file, where another daemon would find it. */
static void look_at_disk(void *ctx)
{
	struct desk *desk = ctx;
	struct accounts *other;
	struct err err;
	bool is_there;

	if (desk->welcome == 0)
		return;
	assert_int_equal(accounts_open(&other, desk->people->dir, &desk->people->agencies,
				       &desk->people->clock, &err),
			 0);
	is_there = is_signed_in(other, desk->last.session);
	accounts_close(&other);
	if (is_there)
		loop_stop(desk->loop);
}

static void never_stop(struct desk *desk)
{
	desk->open++;
}

static void a_session_is_on_the_disk_soon_and_without_a_clean_end(void **state)
{
	struct desk *desk = *state;

	desk->answered = never_stop;
	try(desk, "siti", "benar", HERE);
	loop_timer_start(desk->loop, &desk->timer, 20, 20, look_at_disk, desk);
	loop_run(desk->loop);
	assert_int_equal(desk->welcome, 1);
}

static void give_folder_back(struct desk *desk)
{
	char away[64];

	snprintf(away, sizeof(away), "%s.away", desk->people->dir);
	assert_int_equal(rename(away, desk->people->dir), 0);
	desk->answered = NULL;
	desk->open++;
}

static void a_disk_that_takes_nothing_keeps_nobody_out(void **state)
{
	struct desk *desk = *state;
	char away[64];

	snprintf(away, sizeof(away), "%s.away", desk->people->dir);
	assert_int_equal(rename(desk->people->dir, away), 0);
	desk->answered = give_folder_back;
	try(desk, "siti", "benar", HERE);
	loop_timer_start(desk->loop, &desk->timer, 20, 20, look_at_disk, desk);
	loop_run(desk->loop);
	assert_int_equal(desk->welcome, 1);
}

static void change_password(void *ctx)
{
	struct desk *desk = ctx;
	struct err err;

	assert_int_equal(
		accounts_file_set_password(desk->people->dir, "siti", password_of_nobody, &err),
		0);
	accounts_refresh(desk->people->accounts);
}

static void a_password_changed_while_it_is_tried_is_not_right(void **state)
{
	struct desk *desk = *state;

	try(desk, "siti", "benar", HERE);
	loop_timer_start(desk->loop, &desk->timer, 1, 0, change_password, desk);
	loop_run(desk->loop);
	assert_int_equal(desk->wrong, 1);
}

static void wait_for_removal(void *ctx)
{
	struct desk *desk = ctx;

	if (!accounts_holds(desk->people->accounts, &desk->last.principal))
		loop_stop(desk->loop);
}

static void remove_siti(struct desk *desk)
{
	struct err err;

	assert_int_equal(accounts_file_remove(desk->people->dir, ACCOUNT_USER, "siti", &err),
			 0);
	loop_timer_start(desk->loop, &desk->timer, 20, 20, wait_for_removal, desk);
	desk->at_us = now_us();
	desk->open++;
}

static void a_removed_person_is_out_within_two_seconds(void **state)
{
	struct desk *desk = *state;

	desk->answered = remove_siti;
	try(desk, "siti", "benar", HERE);
	loop_run(desk->loop);
	assert_true(now_us() - desk->at_us < 2000000);
	assert_int_not_equal(desk->people->told, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_right_password_opens_a_session),
		TEST(a_wrong_password_and_a_name_that_nobody_has_are_answered_alike),
		TEST(the_loop_goes_on_while_a_password_is_tried),
		TEST(one_address_has_four_places_and_leaves_the_rest_to_others),
		TEST(what_is_tried_at_once_is_bounded),
		TEST(a_flood_from_one_network_keeps_nobody_else_out),
		TEST(who_signed_in_before_comes_before_a_flood_from_everywhere),
		TEST(after_three_wrong_ones_the_right_one_waits_a_second_and_is_welcome),
		TEST(closing_answers_everybody_once),
		TEST(closing_waits_for_those_that_are_tried),
		TEST(a_session_is_on_the_disk_soon_and_without_a_clean_end),
		TEST(a_disk_that_takes_nothing_keeps_nobody_out),
		TEST(a_password_changed_while_it_is_tried_is_not_right),
		TEST(a_removed_person_is_out_within_two_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
