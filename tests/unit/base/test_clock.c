#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"

static void a_time_is_written_in_utc_with_milliseconds(void **state)
{
	static const struct {
		int64_t ms;
		const char *text;
	} cases[] = {
		{0, "1970-01-01T00:00:00.000Z"},
		{999, "1970-01-01T00:00:00.999Z"},
		{951782400000, "2000-02-29T00:00:00.000Z"},
		{1764000000123, "2025-11-24T16:00:00.123Z"},
		{253402300799999, "9999-12-31T23:59:59.999Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char text[CLOCK_TEXT];
		int64_t back = -1;
		struct err err;

		clock_format(cases[i].ms, text);
		assert_string_equal(text, cases[i].text);
		assert_int_equal(clock_parse(text, &back, &err), 0);
		assert_int_equal(back, cases[i].ms);
	}
}

static void the_same_moment_is_read_from_any_offset(void **state)
{
	static const char *const texts[] = {
		"2026-11-23T07:05:09Z",         "2026-11-23T14:05:09+07:00",
		"2026-11-23t07:05:09z",         "2026-11-23 07:05:09Z",
		"2026-11-22T21:05:09-10:00",    "2026-11-23T07:05:09.000Z",
		"2026-11-23T07:05:09.0004999Z", "2026-11-23T07:05:09-00:00",
		"2026-11-23T06:05:09.0-01:00",  "2026-11-23T07:04:69Z",
	};
	struct err err;
	int64_t first, other;

	(void)state;
	assert_int_equal(clock_parse(texts[0], &first, &err), 0);
	assert_int_equal(first, 1795417509000);
	for (size_t i = 1; i + 1 < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(clock_parse(texts[i], &other, &err), 0);
		assert_int_equal(other, first);
	}
	assert_int_equal(clock_parse(texts[9], &other, &err), -1);
}

static void what_is_no_time_is_refused_and_changes_nothing(void **state)
{
	static const char *const texts[] = {
		"", "kemarin", "2026-11-23", "2026-11-23T07:05Z", "2026-11-23T07:05:09",
		"2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z", "2026-02-30T00:00:00Z",
		"2025-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2026-11-31T00:00:00Z",
		"2026-11-23T24:00:00Z", "2026-11-23T07:60:00Z", "2026-11-23T07:05:61Z",
		"2026-11-23T07:05:09.Z", "2026-11-23T07:05:09+7:00",
		"2026-11-23T07:05:09+24:00", "2026-11-23T07:05:09+07:60",
		"2026-11-23T07:05:09Zx", " 2026-11-23T07:05:09Z", "2026-11-23T07:05:09+",
		"-026-11-23T07:05:09Z", "20261-1-23T07:05:09Z", "1969-12-31T23:59:59Z",
		/* Each half is right, and the moment is none that we could write down. */
		"1970-01-01T00:00:00.5+07:00", "9999-12-31T23:59:59-00:01"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct err err = {0};
		int64_t ms = 42;

		assert_int_equal(clock_parse(texts[i], &ms, &err), -1);
		assert_int_equal(ms, 42);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_non_null(strstr(err.text, "RFC 3339"));
	}
}

static void the_system_clock_goes_on(void **state)
{
	int64_t before = clock_system.mono_us(&clock_system);

	(void)state;
	assert_true(clock_system.mono_us(&clock_system) >= before);
	assert_true(clock_system.wall_ms(&clock_system) > 1764000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_time_is_written_in_utc_with_milliseconds),
		cmocka_unit_test(the_same_moment_is_read_from_any_offset),
		cmocka_unit_test(what_is_no_time_is_refused_and_changes_nothing),
		cmocka_unit_test(the_system_clock_goes_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
