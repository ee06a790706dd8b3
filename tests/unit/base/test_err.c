#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/err.h"

static void an_error_says_kind_field_and_outermost_first(void **state)
{
	struct err err = {.field = "left over"};

	(void)state;
	assert_int_equal(err_set(&err, ERR_IO, "disk %d full", 7), -1);
	assert_int_equal(err.kind, ERR_IO);
	assert_string_equal(err.field, "");
	assert_int_equal(err_wrap(&err, "commit"), -1);
	assert_int_equal(err_wrap(&err, "store %s", "A"), -1);
	assert_string_equal(err.text, "store A: commit: disk 7 full");
	assert_int_equal(err.kind, ERR_IO);
	assert_int_equal(err_field(&err, "location.lat", "is %s", "required"), -1);
	assert_int_equal(err.kind, ERR_INVALID);
	assert_string_equal(err.field, "location.lat");
	assert_string_equal(err.text, "is required");
	err_wrap(&err, "body");
	assert_string_equal(err.field, "location.lat"); /* wrapping keeps it */
}

static void what_is_too_long_is_cut_and_ends(void **state)
{
	char text[1000];
	struct err err;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	err_field(&err, text, "%s", text);
	assert_int_equal(strlen(err.field), sizeof(err.field) - 1);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_wrap(&err, "%s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
	err_set(&err, ERR_BUSY, "inner");
	err_wrap(&err, "%.236s", text);
	assert_int_equal(strlen(err.text), sizeof(err.text) - 1);
}

static void what_an_outsider_sent_is_quoted_as_utf_8(void **state)
{
	static const struct {
		const char *given, *text;
	} cases[] = {
		{"\xc3\xa9", "\xc3\xa9"},
		{"a\xff"
		 "b",
		 "a?b"},
		{"\xc3", "?"},
		{"\xe2\x82", "??"},
		{"\xed\xa0\x80", "???"},
		{"\xc0\xaf", "??"},
	};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_set(&err, ERR_INVALID, "%s", cases[i].given);
		assert_string_equal(err.text, cases[i].text);
		err_field(&err, cases[i].given, "x");
		assert_string_equal(err.field, cases[i].text);
		err_wrap(&err, "%s", cases[i].given);
		assert_non_null(strstr(err.text, cases[i].text));
	}
	/* Cut inside its last letter. */
	err_set(&err, ERR_INVALID, "%0238d\xc3\xa9", 0);
	assert_int_equal(strlen(err.text), 239);
	assert_int_equal(err.text[238], '?');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_says_kind_field_and_outermost_first),
		cmocka_unit_test(what_is_too_long_is_cut_and_ends),
		cmocka_unit_test(what_an_outsider_sent_is_quoted_as_utf_8),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
