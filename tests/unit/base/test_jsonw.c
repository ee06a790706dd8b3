#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/buf.h"
#include "base/jsonw.h"

static void members_and_nesting_get_their_commas(void **state)
{
	struct jsonw w;

	(void)state;
	jsonw_init(&w, 0); /* grows by itself */
	for (int round = 0; round < 2; round++) {
		jsonw_reset(&w);
		jsonw_open(&w, NULL, '{');
		jsonw_string(&w, "a", "x");
		jsonw_string(&w, "b", NULL);
		jsonw_open(&w, "c", '[');
		jsonw_open(&w, NULL, '{');
		jsonw_close(&w, '}');
		jsonw_int(&w, NULL, 1);
		jsonw_bool(&w, NULL, false);
		jsonw_open(&w, NULL, '[');
		jsonw_close(&w, ']');
		jsonw_close(&w, ']');
		jsonw_raw(&w, NULL, "\"d\":{},\"e\":2", 12);
		jsonw_bool(&w, "f", true);
		jsonw_time(&w, "g", 0);
		jsonw_close(&w, '}');
		assert_string_equal(jsonw_text(&w),
				    "{\"a\":\"x\",\"b\":null,\"c\":[{},1,false,[]],\"d\":{},"
				    "\"e\":2,\"f\":true,\"g\":\"1970-01-01T00:00:00.000Z\"}");
		assert_int_equal(w.depth, 0);
	}
	jsonw_fini(&w);
}

static void numbers_are_exact_and_short(void **state)
{
	static const struct {
		int64_t value;
		unsigned digits;
		const char *text;
	} cases[] = {
		{0, 0, "0"},
		{-7, 0, "-7"},
		{INT64_MAX, 0, "9223372036854775807"},
		{INT64_MIN, 0, "-9223372036854775808"},
		{0, 7, "0"},
		{67321, 3, "67.321"},
		{67000, 3, "67"},
		{-67320000, 7, "-6.732"},
		{1085520000, 7, "108.552"},
		{1, 7, "0.0000001"},
		{-1, 7, "-0.0000001"},
		{98, 2, "0.98"},
		{100, 2, "1"},
		{10, 2, "0.1"},
		{-900000000, 7, "-90"},
		{INT64_MIN, 7, "-922337203685.4775808"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct jsonw w;

		jsonw_init(&w, 8);
		jsonw_decimal(&w, NULL, cases[i].value, cases[i].digits);
		assert_string_equal(jsonw_text(&w), cases[i].text);
		jsonw_fini(&w);
	}
}

static void a_string_is_read_back_as_it_was(void **state)
{
	static const char *const texts[] = {"",
					    "biasa",
					    "\"\\/\b\f\n\r\t",
					    "\x01\x1f\x7f",
					    "\xc3\xa9\xf0\x9f\x8c\xb3\xe2\x80\xa8",
					    "\",\"incident\":{\"",
					    "\\",
					    "\\\"",
					    "</script>"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct jsonw w;
		json_t *value;

		jsonw_init(&w, 8);
		jsonw_string(&w, NULL, texts[i]);
		value = json_loadb(w.text, w.len, JSON_DECODE_ANY, NULL);
		assert_string_equal(json_string_value(value), texts[i]);
		assert_null(memchr(w.text, '\n', w.len)); /* a frame is a line */
		json_decref(value);
		jsonw_fini(&w);
	}
}

static void no_quote_inside_a_string_stands_without_its_backslash(void **state)
{
	char text[256];
	struct jsonw w;
	json_t *value;

	(void)state;
	srand(20261125);
	jsonw_init(&w, 64);
	for (int round = 0; round < 2000; round++) {
		size_t len = (size_t)rand() % sizeof(text);

		for (size_t i = 0; i < len; i++)
			text[i] = (char)("\"\\,:{x\x01\n"[rand() % 8]);
		jsonw_reset(&w);
		jsonw_stringn(&w, NULL, text, len);
		assert_null(memmem(w.text + 1, w.len - 2, ",\"", 2));
		value = json_loadb(w.text, w.len, JSON_DECODE_ANY, NULL);
		assert_int_equal(json_string_length(value), len);
		assert_memory_equal(json_string_value(value), text, len);
		json_decref(value);
	}
	jsonw_fini(&w);
}

static void a_shared_copy_outlives_its_writer(void **state)
{
	struct jsonw w;
	struct buf *buf;

	(void)state;
	jsonw_init(&w, 8);
	jsonw_string(&w, NULL, "tetap");
	buf = jsonw_buf(&w);
	jsonw_fini(&w);
	assert_int_equal(buf->len, 7);
	assert_string_equal((const char *)buf->data, "\"tetap\""); /* with a NUL behind */
	buf_unref(&buf);
	assert_null(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_and_nesting_get_their_commas),
		cmocka_unit_test(numbers_are_exact_and_short),
		cmocka_unit_test(a_string_is_read_back_as_it_was),
		cmocka_unit_test(no_quote_inside_a_string_stands_without_its_backslash),
		cmocka_unit_test(a_shared_copy_outlives_its_writer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
