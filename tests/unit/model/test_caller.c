#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/caller.h"
#include "things.h"

#define NOW     (20000 * CALLER_DAY_MS)
#define DAY     CALLER_DAY_MS
#define HOUR    (CALLER_DAY_MS / 24)
#define KEY     "0123456789abcdef0123456789abcdef0123456789abcdef"
#define KEY_TOO "fedcba9876543210fedcba9876543210fedcba9876543210"

static const struct caller_policy policy = {
	.sign = {[CALLER_REAL] = {-25, 365, 2},
		 [CALLER_PRANK] = {15, 60, 2},
		 [CALLER_SILENT] = {8, 20, 1},
		 [CALLER_ABANDONED] = {3, 7, 1}},
	.least = 20,
	.raised_minutes = 120,
	.urgent_minutes = 120,
};

static const struct verdict doubtful = {.disposition = DISPOSITION_REVIEW, .priority = 3};

static struct caller nobody(void)
{
	struct caller caller;

	caller_begin(&caller, "N-01ARZ3NDEKTSV4RRFFQ69G5FAV");
	return caller;
}

static void add(struct caller *caller, enum caller_sign sign, int n, int64_t at_ms)
{
	for (int i = 0; i < n; i++)
		caller_add(caller, sign, at_ms);
}

static int order_of(const struct caller *caller, const struct verdict *verdict)
{
	return caller_order_report(caller, &policy, verdict, NOW);
}

static void one_number_has_one_handle_however_it_is_written(void **state)
{
	static const char *const same[] = {
		"+6281234567890",  "081234567890", "0812-3456-7890", "+62 812 3456 7890",
		"006281234567890", "81234567890",  "(0812) 34567890"};
	struct caller_names first, names;

	(void)state;
	caller_name(KEY, same[0], NULL, &first);
	assert_true(id_is(first.own, 'N'));
	for (size_t i = 1; i < sizeof(same) / sizeof(same[0]); i++) {
		caller_name(KEY, same[i], NULL, &names);
		assert_string_equal(names.own, first.own);
	}
	caller_name(KEY, "+6281234567891", NULL, &names);
	assert_string_not_equal(names.own, first.own);
	caller_name(KEY, "+81234567890", NULL, &names); /* of Japan */
	assert_string_not_equal(names.own, first.own);
}

static void a_handle_tells_nothing_without_the_key(void **state)
{
	struct caller_names mine, theirs;

	(void)state;
	caller_name(KEY, "081234567890", NULL, &mine);
	caller_name(KEY_TOO, "081234567890", NULL, &theirs);
	assert_string_not_equal(mine.own, theirs.own);
	assert_null(strstr(mine.own, "1234567"));
}

static void who_withholds_the_number_is_nobody(void **state)
{
	static const char *const none[] = {"", "anonymous", "112", "unknown", "****", "+62"};
	struct caller_names names;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		caller_name(KEY, none[i], NULL, &names);
		assert_string_equal(names.own, "");
		assert_string_equal(names.number, "");
	}
	caller_name(KEY, NULL, NULL, &names);
	assert_string_equal(names.own, "");
}

/* A number in a form is anybody's claim; the device is not. */
static void a_device_goes_before_the_number_that_it_says_it_has(void **state)
{
	struct caller_names both, number, device;

	(void)state;
	caller_name(KEY, "081234567890", "token-1", &both);
	caller_name(KEY, "081234567890", NULL, &number);
	caller_name(KEY, NULL, "token-1", &device);
	assert_string_equal(both.own, device.own);
	assert_string_equal(both.number, number.own);
	assert_string_not_equal(device.own, number.own);
	caller_name(KEY, NULL, "6281234567890", &device); /* spelt like it */
	assert_string_not_equal(device.own, number.own);
}

static void fifty_calls_of_one_evening_are_not_fifty_evenings(void **state)
{
	struct caller burst = nobody(), spread = nobody();

	(void)state;
	add(&burst, CALLER_PRANK, 50, NOW);
	for (int i = 0; i < 5; i++)
		add(&spread, CALLER_PRANK, 2, NOW - i * DAY);
	assert_int_equal(caller_score(&burst, &policy, NOW), 30);
	assert_int_equal(burst.mark[CALLER_PRANK].n, 50);
	assert_in_range(caller_score(&spread, &policy, NOW), 95, 100);
}

static void what_was_long_ago_fades(void **state)
{
	struct caller caller = nobody();

	(void)state;
	add(&caller, CALLER_PRANK, 2, NOW);
	assert_int_equal(caller_score(&caller, &policy, NOW), 30);
	assert_int_equal(caller_score(&caller, &policy, NOW + 60 * DAY), 15);
	assert_int_equal(caller_score(&caller, &policy, NOW + 120 * DAY), 8);
	assert_int_equal(caller_score(&caller, &policy, NOW + 3650 * DAY), 0);
	assert_int_equal(caller_score(&caller, &policy, NOW - 30 * DAY), 30); /* set back */
}

static void a_score_that_counts_puts_behind_and_a_low_one_does_not(void **state)
{
	struct caller caller = nobody();

	(void)state;
	assert_int_equal(order_of(&caller, &doubtful), 0);
	add(&caller, CALLER_PRANK, 1, NOW);
	assert_int_equal(caller_score(&caller, &policy, NOW), 15);
	assert_int_equal(order_of(&caller, &doubtful), 0);
	add(&caller, CALLER_SILENT, 1, NOW);
	caller_hear(&caller);
	assert_int_equal(order_of(&caller, &doubtful), -23);
}

static void danger_that_is_told_of_is_never_put_behind(void **state)
{
	static const struct verdict pressing[] = {
		{.disposition = DISPOSITION_REVIEW, .priority = 3, .is_grave = true},
		{.disposition = DISPOSITION_NOISE, .priority = 4, .is_grave = true},
		{.disposition = DISPOSITION_REVIEW, .priority = 1},
		{.disposition = DISPOSITION_REVIEW, .priority = 2},
		{.disposition = DISPOSITION_EMERGENCY, .priority = 3},
	};
	struct caller caller = nobody();

	(void)state;
	for (int day = 0; day < 25; day++)
		add(&caller, CALLER_PRANK, 2, NOW - day * DAY);
	assert_int_equal(caller_score(&caller, &policy, NOW), 100);
	assert_int_equal(order_of(&caller, &doubtful), -100);
	for (size_t i = 0; i < sizeof(pressing) / sizeof(pressing[0]); i++)
		assert_int_equal(order_of(&caller, &pressing[i]), 0);
}

/* Whoever writes "kebakaran" and then calls is not put behind because of last week. */
static void after_a_report_of_danger_its_calls_are_not_put_behind(void **state)
{
	struct caller caller = nobody();

	(void)state;
	add(&caller, CALLER_PRANK, 2, NOW);
	caller_add_report(&caller, NOW, true);
	assert_int_equal(caller_order(&caller, &policy, NOW + HOUR), 0);
	assert_int_equal(caller_order(&caller, &policy, NOW + 3 * HOUR), -30);
}

static void one_who_was_right_before_is_raised_when_it_goes_silent(void **state)
{
	struct caller caller = nobody(), other = nobody();

	(void)state;
	add(&caller, CALLER_REAL, 1, NOW - 200 * DAY);
	for (int day = 0; day < 8; day++)
		add(&caller, CALLER_PRANK, 2, NOW - (day + 1) * DAY);
	assert_true(caller_order(&caller, &policy, NOW) < 0);
	add(&caller, CALLER_SILENT, 1, NOW);
	assert_true(caller_is_raised(&caller, &policy, NOW));
	assert_int_equal(caller_order(&caller, &policy, NOW), CALLER_RAISED);
	assert_true(caller_order(&caller, &policy, NOW + 3 * HOUR) < 0);
	caller_hear(&caller); /* somebody has spoken with it */
	assert_false(caller_is_raised(&caller, &policy, NOW));
	add(&other, CALLER_SILENT, 1, NOW);
	assert_false(caller_is_raised(&other, &policy, NOW));
	add(&other, CALLER_REAL, 1, NOW);
	add(&other, CALLER_ABANDONED, 1, NOW);
	assert_true(caller_is_raised(&other, &policy, NOW));
}

static void a_decision_that_is_taken_back_leaves_no_trace_in_the_score(void **state)
{
	struct caller caller = nobody();

	(void)state;
	add(&caller, CALLER_PRANK, 1, NOW - 3 * DAY);
	add(&caller, CALLER_PRANK, 1, NOW);
	caller_take_back(&caller, CALLER_PRANK, NOW - 3 * DAY);
	assert_int_equal(caller.mark[CALLER_PRANK].n, 1);
	assert_int_equal(caller.mark[CALLER_PRANK].day_count, 1);
	caller_take_back(&caller, CALLER_PRANK, NOW);
	assert_int_equal(caller.mark[CALLER_PRANK].n, 0);
	assert_int_equal(caller_score(&caller, &policy, NOW), 0);
	caller_take_back(&caller, CALLER_PRANK, NOW); /* of one that nobody added */
	assert_int_equal(caller.mark[CALLER_PRANK].n, 0);
}

static void clearing_forgets_the_score_and_keeps_the_count(void **state)
{
	struct caller caller = nobody();

	(void)state;
	caller_add_call(&caller, NOW);
	add(&caller, CALLER_PRANK, 3, NOW);
	add(&caller, CALLER_SILENT, 1, NOW);
	caller_clear(&caller, "wati", NOW + HOUR);
	assert_int_equal(caller_score(&caller, &policy, NOW + HOUR), 0);
	assert_int_equal(caller.calls, 1);
	assert_int_equal(caller.quiet_ms, 0);
	assert_string_equal(caller.cleared_by, "wati");
	add(&caller, CALLER_PRANK, 1, NOW + 2 * HOUR);
	caller_take_back(&caller, CALLER_PRANK, NOW); /* reopened: was forgotten already */
	assert_int_equal(caller.mark[CALLER_PRANK].n, 1);
}

static void calls_of_one_number_are_one_card_until_a_day_passes_without(void **state)
{
	struct caller caller = nobody();

	(void)state;
	for (int i = 0; i < 5; i++)
		caller_add_call(&caller, NOW + i * 20 * HOUR);
	assert_int_equal(caller.repeats.n, 5);
	assert_int_equal(caller.repeats.first_ms, NOW);
	caller_add_call(&caller, NOW + 200 * HOUR);
	assert_int_equal(caller.repeats.n, 1);
	assert_int_equal(caller.repeats.first_ms, NOW + 200 * HOUR);
	assert_int_equal(caller.calls, 6);
}

/* However long it goes on: a caller is a value of one size. */
static void a_history_keeps_its_newest_days_in_order(void **state)
{
	struct caller caller = nobody();
	struct caller_mark *mark = &caller.mark[CALLER_PRANK];

	(void)state;
	for (int i = 0; i < 1000; i++)
		caller_add(&caller, CALLER_PRANK, NOW + (i * 7919 % 400) * DAY);
	assert_int_equal(mark->n, 1000);
	assert_int_equal(mark->day_count, CALLER_DAYS);
	for (unsigned i = 0; i < CALLER_DAYS; i++)
		assert_int_equal(mark->day[i].day, NOW / DAY + 399 - i);
}

static void a_card_is_read_back_as_it_was(void **state)
{
	struct caller caller = nobody(), back;
	struct card card = {&caller, &policy, NOW};
	struct jsonw w, again;
	struct err err;
	json_t *doc;

	(void)state;
	caller_add_call(&caller, NOW - DAY);
	caller_add_report(&caller, NOW, true);
	add(&caller, CALLER_REAL, 1, NOW - 9 * DAY);
	for (int day = 0; day < 12; day++)
		add(&caller, CALLER_PRANK, day + 1, NOW - day * DAY);
	add(&caller, CALLER_SILENT, 1, NOW);
	snprintf(caller.cleared_by, USER_SIZE, "wati \"w\"");
	caller.cleared_ms = NOW - 90 * DAY;
	jsonw_init(&w, 256);
	card_write(&card, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	assert_int_equal(card_read(doc, &back, &err), 0);
	card.caller = &back;
	jsonw_init(&again, 256);
	card_write(&card, &again, NULL);
	assert_int_equal(w.len, again.len);
	assert_memory_equal(w.text, again.text, w.len);
	assert_int_equal(json_integer_value(json_object_get(doc, "order")), 100);
	json_decref(doc);
	jsonw_fini(&w);
	jsonw_fini(&again);
}

static void what_is_no_card_is_refused(void **state)
{
	static const char *const odd[] = {"{}", "[]", "{\"handle\":\"N-1\"}",
					  "{\"handle\":\"C-01ARZ3NDEKTSV4RRFFQ69G5FAV\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++) {
		json_t *doc = json_loads(odd[i], 0, NULL);
		struct caller caller;
		struct err err;

		assert_int_equal(card_read(doc, &caller, &err), -1);
		json_decref(doc);
	}
}

static void a_clearing_needs_a_reason(void **state)
{
	static const char *const bad[] = {"{}", "{\"reason\":\"\"}", "{\"reason\":\" \\n\"}",
					  "{\"reason\":7}"};
	struct clearing *clearing;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(clearing_parse(bad[i], strlen(bad[i]), "N-1", &clearing, &err),
				 -1);
		assert_string_equal(err.field, "reason");
	}
	assert_int_equal(clearing_parse("{\"reason\":\"salah\"}", 18, "N-1", &clearing, &err),
			 0);
	assert_string_equal(clearing->reason, "salah");
	assert_string_equal(clearing->command_id, "");
	clearing_free(&clearing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_number_has_one_handle_however_it_is_written),
		cmocka_unit_test(a_handle_tells_nothing_without_the_key),
		cmocka_unit_test(who_withholds_the_number_is_nobody),
		cmocka_unit_test(a_device_goes_before_the_number_that_it_says_it_has),
		cmocka_unit_test(fifty_calls_of_one_evening_are_not_fifty_evenings),
		cmocka_unit_test(what_was_long_ago_fades),
		cmocka_unit_test(a_score_that_counts_puts_behind_and_a_low_one_does_not),
		cmocka_unit_test(danger_that_is_told_of_is_never_put_behind),
		cmocka_unit_test(after_a_report_of_danger_its_calls_are_not_put_behind),
		cmocka_unit_test(one_who_was_right_before_is_raised_when_it_goes_silent),
		cmocka_unit_test(a_decision_that_is_taken_back_leaves_no_trace_in_the_score),
		cmocka_unit_test(clearing_forgets_the_score_and_keeps_the_count),
		cmocka_unit_test(calls_of_one_number_are_one_card_until_a_day_passes_without),
		cmocka_unit_test(a_history_keeps_its_newest_days_in_order),
		cmocka_unit_test(a_card_is_read_back_as_it_was),
		cmocka_unit_test(what_is_no_card_is_refused),
		cmocka_unit_test(a_clearing_needs_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
