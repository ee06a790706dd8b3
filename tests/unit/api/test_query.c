#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "api/query.h"

#define EPOCH "X-01ARZ3NDEKTSV4RRFFQ69G5FAV"

static void a_number_is_digits_within_its_bounds(void **state)
{
	static const char *const bad[] = {"",   "-1",  "+1", " 1",   "1 ",
					  "1x", "0x1", "1.", "1001", "99999999999999999999999"};
	struct err err = {0};
	int64_t value = 7;

	(void)state;
	assert_int_equal(query_number("limit", "1000", 1, 1000, &value, &err), 0);
	assert_int_equal(value, 1000);
	assert_int_equal(query_number("limit", "007", 1, 1000, &value, &err), 0);
	assert_int_equal(value, 7);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(query_number("limit", bad[i], 1, 1000, &value, &err), -1);
		assert_string_equal(err.field, "limit");
		assert_int_equal(value, 7);
	}
	assert_int_equal(query_number("limit", "0", 1, 1000, &value, &err), -1);
}

static void the_greatest_number_of_an_event_can_be_asked_for(void **state)
{
	struct err err = {0};
	int64_t value = 0;

	(void)state;
	assert_int_equal(
		query_number("after", "999999999999999999", 0, INT64_MAX, &value, &err), 0);
	assert_int_equal(value, 999999999999999999);
}

static void what_is_absent_leaves_the_default(void **state)
{
	struct err err = {0};
	int64_t value = 50;
	uint64_t no = 3;

	(void)state;
	assert_int_equal(query_number("limit", NULL, 1, 9, &value, &err), 0);
	assert_int_equal(query_time("since", NULL, &value, &err), 0);
	assert_int_equal(cursor_parse(NULL, EPOCH, &no, &err), 0);
	assert_int_equal(value, 50);
	assert_int_equal(no, 3);
}

static void a_time_may_have_lost_its_plus_on_the_way(void **state)
{
	struct err err = {0};
	int64_t with = 0, without = 1;

	(void)state;
	assert_int_equal(query_time("since", "2026-11-23T14:05:09+07:00", &with, &err), 0);
	assert_int_equal(query_time("since", "2026-11-23T14:05:09 07:00", &without, &err), 0);
	assert_int_equal(with, without);
	assert_int_equal(query_time("since", "2026-11-23T07:05:09Z", &without, &err), 0);
	assert_int_equal(with, without);
}

static void what_is_no_time_is_refused_by_its_name(void **state)
{
	static const char *const bad[] = {
		"",
		"kemarin",
		"2026-11-23",
		" ",
		"2026 11",
		"2026-02-30T00:00:00Z",
		"2026-11-23T14:05:09+07:00 and so much more that no time is as long as it"};
	struct err err = {0};
	int64_t value = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		assert_int_equal(query_time("since", bad[i], &value, &err), -1);
		assert_string_equal(err.field, "since");
		assert_int_equal(value, 1);
	}
}

static void a_cursor_leads_back_to_where_it_was_given(void **state)
{
	static const uint64_t numbers[] = {1, 2, 4711, UINT32_MAX, INT64_MAX};
	char text[CURSOR_SIZE];
	struct err err = {0};
	uint64_t no;

	(void)state;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		cursor_format(EPOCH, numbers[i], text);
		assert_int_equal(strlen(text), CURSOR_SIZE - 1);
		assert_int_equal(cursor_parse(text, EPOCH, &no, &err), 0);
		assert_int_equal(no, numbers[i]);
	}
}

static void a_cursor_of_another_log_or_a_changed_one_is_refused(void **state)
{
	char text[CURSOR_SIZE], changed[CURSOR_SIZE + 1];
	struct err err = {0};
	uint64_t no = 3;

	(void)state;
	cursor_format(EPOCH, 4711, text);
	assert_int_equal(cursor_parse(text, "X-another", &no, &err), -1);
	for (size_t i = 0; i < CURSOR_SIZE - 1; i++) {
		memcpy(changed, text, CURSOR_SIZE);
		changed[i] = changed[i] == '1' ? '2' : '1';
		assert_int_equal(cursor_parse(changed, EPOCH, &no, &err), -1);
		assert_string_equal(err.field, "cursor");
		memcpy(changed, text, CURSOR_SIZE);
		changed[i] = '\0';
		assert_int_equal(cursor_parse(changed, EPOCH, &no, &err), -1);
	}
	snprintf(changed, sizeof(changed), "%s0", text);
	assert_int_equal(cursor_parse(changed, EPOCH, &no, &err), -1);
	assert_int_equal(no, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_is_digits_within_its_bounds),
		cmocka_unit_test(the_greatest_number_of_an_event_can_be_asked_for),
		cmocka_unit_test(what_is_absent_leaves_the_default),
		cmocka_unit_test(a_time_may_have_lost_its_plus_on_the_way),
		cmocka_unit_test(what_is_no_time_is_refused_by_its_name),
		cmocka_unit_test(a_cursor_leads_back_to_where_it_was_given),
		cmocka_unit_test(a_cursor_of_another_log_or_a_changed_one_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
