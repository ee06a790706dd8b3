#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonin.h"

static json_t *object_of(const char *text)
{
	struct err err;
	json_t *object;

	if (jsonin_object(text, strlen(text), 4096, &object, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	return object;
}

static void one_object_is_read_and_nothing_else(void **state)
{
	static const char *const wrong[] = {"",
					    " ",
					    "7",
					    "\"x\"",
					    "[]",
					    "[{}]",
					    "null",
					    "{",
					    "{}{}",
					    "{} x",
					    "{\"a\":1,}",
					    "{'a':1}",
					    "{\"a\":1,\"a\":2}",
					    "{\"b\":{\"a\":1,\"a\":2}}",
					    "{\"a\":\"\\u0000\"}",
					    "{\"a\":\"\xff\"}",
					    "{\"a\":\"\xc0\xaf\"}",
					    "{\"a\":\"\\ud83d\"}",
					    "{\"a\":NaN}",
					    "{\"a\":1e999}",
					    "{\"a\":99999999999999999999}",
					    "\xef\xbb\xbf{}"};
	static const char *const right[] = {"{}", " {\"a\":[1,2.5,null,true]}\n", "{\"\":0}",
					    "{\"a\":\"[[[[[[[[[[[[[[[[[[[[[[[[\"}"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *object = NULL;
		struct err err = {0};

		assert_int_equal(jsonin_object(wrong[i], strlen(wrong[i]), 4096, &object, &err),
				 -1);
		assert_null(object);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_string_not_equal(err.text, "");
	}
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		json_decref(object_of(right[i]));
}

/* depth brackets, the outermost an object. */
static int parse_nested(unsigned depth, struct err *err)
{
	static char text[200000];
	size_t len = 0;
	json_t *object;

	len += (size_t)snprintf(text, 8, "{\"a\":");
	memset(text + len, '[', depth - 1);
	len += depth - 1;
	memset(text + len, ']', depth - 1);
	len += depth - 1;
	text[len++] = '}';
	if (depth == 1)
		len = (size_t)snprintf(text, 8, "{}");
	if (jsonin_object(text, len, sizeof(text), &object, err) < 0)
		return -1;
	json_decref(object);
	return 0;
}

static void nesting_ends_at_its_limit_before_the_parser_is_asked(void **state)
{
	struct err err;

	(void)state;
	assert_int_equal(parse_nested(1, &err), 0);
	assert_int_equal(parse_nested(JSONIN_MAX_DEPTH, &err), 0);
	assert_int_equal(parse_nested(JSONIN_MAX_DEPTH + 1, &err), -1);
	assert_non_null(strstr(err.text, "nested"));
	assert_int_equal(parse_nested(90000, &err), -1);
	assert_non_null(strstr(err.text, "nested"));
}

static void size_is_looked_at_first(void **state)
{
	json_t *object;
	struct err err;

	(void)state;
	assert_int_equal(jsonin_object("{}", 2, 2, &object, &err), 0);
	json_decref(object);
	assert_int_equal(jsonin_object("{} ", 3, 2, &object, &err), -1);
	assert_non_null(strstr(err.text, "longer than 2 bytes"));
}

static void a_member_of_the_wrong_kind_is_named(void **state)
{
	json_t *o =
		object_of("{\"s\":\"abc\",\"i\":5,\"r\":1.5,\"b\":true,\"n\":null,\"e\":\"\","
			  "\"o\":{},\"l\":[],\"t\":\"2026-11-23T07:05:09Z\"}");
	const char *text = "before";
	const json_t *child;
	int64_t whole = 42;
	double number = 4.2;
	bool is_so = false;
	struct err err;

	(void)state;
#define WRONG(call, name)                                                                      \
	do {                                                                                   \
		err = (struct err){0};                                                         \
		assert_int_equal(call, -1);                                                    \
		assert_string_equal(err.field, name);                                          \
		assert_int_equal(err.kind, ERR_INVALID);                                       \
	} while (0)
	WRONG(jsonin_string(o, "i", JSONIN_OPTIONAL, 9, &text, &err), "i");
	WRONG(jsonin_string(o, "s", JSONIN_OPTIONAL, 2, &text, &err), "s");
	WRONG(jsonin_string(o, "e", JSONIN_REQUIRED, 9, &text, &err), "e");
	WRONG(jsonin_string(o, "n", JSONIN_REQUIRED, 9, &text, &err), "n");
	WRONG(jsonin_string(o, "missing", JSONIN_REQUIRED, 9, &text, &err), "missing");
	WRONG(jsonin_int(o, "r", JSONIN_OPTIONAL, 0, 9, &whole, &err), "r");
	WRONG(jsonin_int(o, "s", JSONIN_OPTIONAL, 0, 9, &whole, &err), "s");
	WRONG(jsonin_int(o, "i", JSONIN_OPTIONAL, 6, 9, &whole, &err), "i");
	WRONG(jsonin_int(o, "i", JSONIN_OPTIONAL, 0, 4, &whole, &err), "i");
	WRONG(jsonin_int(o, "n", JSONIN_REQUIRED, 0, 9, &whole, &err), "n");
	WRONG(jsonin_number(o, "s", JSONIN_OPTIONAL, 0, 9, &number, &err), "s");
	WRONG(jsonin_number(o, "r", JSONIN_OPTIONAL, 2, 9, &number, &err), "r");
	WRONG(jsonin_bool(o, "i", &is_so, &err), "i");
	WRONG(jsonin_time(o, "s", JSONIN_OPTIONAL, &whole, &err), "s");
	WRONG(jsonin_time(o, "i", JSONIN_OPTIONAL, &whole, &err), "i");
	WRONG(jsonin_child(o, "l", JSON_OBJECT, &child, &err), "l");
	WRONG(jsonin_child(o, "o", JSON_ARRAY, &child, &err), "o");
#undef WRONG
	assert_string_equal(text, "before");
	assert_int_equal(whole, 42);
	assert_true(number == 4.2 && !is_so);
	json_decref(o);
}

static void a_right_member_is_read_and_an_absent_one_leaves_what_was(void **state)
{
	json_t *o =
		object_of("{\"s\":\"abc\",\"i\":5,\"r\":1.5,\"b\":true,\"n\":null,\"e\":\"\","
			  "\"o\":{},\"t\":\"2026-11-23T07:05:09Z\"}");
	const char *text = NULL;
	const json_t *child;
	int64_t whole = 0;
	double number = 0;
	bool is_so = false;
	struct err err;

	(void)state;
	assert_int_equal(jsonin_string(o, "s", JSONIN_REQUIRED, 3, &text, &err), 0);
	assert_string_equal(text, "abc");
	assert_int_equal(jsonin_string(o, "e", JSONIN_OPTIONAL, 3, &text, &err), 0);
	assert_string_equal(text, "");
	assert_int_equal(jsonin_int(o, "i", JSONIN_REQUIRED, 5, 5, &whole, &err), 0);
	assert_int_equal(whole, 5);
	assert_int_equal(jsonin_number(o, "i", JSONIN_REQUIRED, 5, 5, &number, &err), 0);
	assert_true(number == 5);
	assert_int_equal(jsonin_bool(o, "b", &is_so, &err), 0);
	assert_true(is_so);
	assert_int_equal(jsonin_time(o, "t", JSONIN_REQUIRED, &whole, &err), 0);
	assert_int_equal(whole, 1795417509000);
	assert_int_equal(jsonin_child(o, "o", JSON_OBJECT, &child, &err), 0);
	assert_non_null(child);
	assert_int_equal(jsonin_child(o, "n", JSON_OBJECT, &child, &err), 0);
	assert_null(child);
	for (int i = 0; i < 2; i++) {
		const char *key = i == 0 ? "n" : "missing"; /* null counts as absent */

		assert_int_equal(jsonin_string(o, key, JSONIN_OPTIONAL, 3, &text, &err), 0);
		assert_int_equal(jsonin_int(o, key, JSONIN_OPTIONAL, 0, 9, &whole, &err), 0);
		assert_int_equal(jsonin_bool(o, key, &is_so, &err), 0);
		assert_int_equal(jsonin_time(o, key, JSONIN_OPTIONAL, &whole, &err), 0);
	}
	assert_string_equal(text, "");
	assert_int_equal(whole, 1795417509000);
	assert_true(is_so);
	json_decref(o);
}

static void what_was_kept_is_read_back_and_what_is_not_there_is_nothing(void **state)
{
	json_t *kept = json_pack("{s:s,s:s,s:i}", "by", "siti", "at",
				 "2026-11-25T03:00:00.250Z", "no", 7);
	char by[4] = "x";

	(void)state;
	jsonin_kept_text(kept, "by", by, sizeof(by));
	assert_string_equal(by, "sit");
	jsonin_kept_text(kept, "no", by, sizeof(by));
	assert_string_equal(by, "");
	assert_true(jsonin_kept_time(kept, "at") == 1795575600250);
	assert_true(jsonin_kept_time(kept, "by") == 0);
	assert_true(jsonin_kept_time(NULL, "at") == 0);
	json_decref(kept);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_object_is_read_and_nothing_else),
		cmocka_unit_test(nesting_ends_at_its_limit_before_the_parser_is_asked),
		cmocka_unit_test(what_was_kept_is_read_back_and_what_is_not_there_is_nothing),
		cmocka_unit_test(size_is_looked_at_first),
		cmocka_unit_test(a_member_of_the_wrong_kind_is_named),
		cmocka_unit_test(a_right_member_is_read_and_an_absent_one_leaves_what_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
