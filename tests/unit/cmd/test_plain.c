/* Nothing that comes from outside moves the cursor of who watches. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cmd/plain.h"
#include "cmd/watch_line.h"

static void text_from_outside_cannot_control_a_terminal(void **state)
{
	static const struct {
		const char *in;
		size_t len;
		const char *out;
	} cases[] = {
		{"Kebakaran", 9, "Kebakaran"},
		{"\033[2J", 4, "\\u001b[2J"},
		{"a\nb\rc\t", 6, "a\\u000ab\\u000dc\\u0009"},
		{"\0x", 2, "\\u0000x"},
		{"\x7f", 1, "\\u007f"},
		{"\xc2\x9b[2J", 5, "\\u009b[2J"},
		{"\xe2\x80\xae", 3, "\\u202e"},
		{"\xe2\x81\xa6", 3, "\\u2066"},
		{"\x9b", 1, "\xef\xbf\xbd"},
		{"\xc0\x80", 2, "\xef\xbf\xbd\xef\xbf\xbd"},
		{"\xed\xa0\x80", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
		{"caf\xc3\xa9 \xf0\x9f\x9a\x92", 10, "caf\xc3\xa9 \xf0\x9f\x9a\x92"},
		{"\xf0\x9f\x9a", 3, "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *text = NULL;
		size_t len;
		FILE *to = open_memstream(&text, &len);

		plain_write(to, cases[i].in, cases[i].len);
		(void)fclose(to);
		assert_string_equal(text, cases[i].out);
		free(text);
	}
}

static char *line_of(const char *json)
{
	json_t *event = json_loads(json, 0, NULL);
	char *text = NULL;
	size_t len;
	FILE *to = open_memstream(&text, &len);

	assert_non_null(event);
	watch_line_write(to, event, false);
	(void)fclose(to);
	json_decref(event);
	return text;
}

static void an_event_is_one_line_whatever_its_words_are(void **state)
{
	char *line =
		line_of("{\"seq\":7,\"time\":\"2026-11-24T14:05:09.123Z\",\"event\":"
			"\"incident.updated\",\"by\":\"siti\",\"action\":\"note\",\"note\":"
			"\"a\\nb\",\"exercise\":true,\"incident\":{\"status\":\"active\","
			"\"priority\":1,\"category\":\"fire_building\",\"agencies\":[\"fire\","
			"\"health\"],\"location\":{\"area_name\":\"Kesambi\"},\"text\":"
			"\"Api\\r\\u001b]0;x\\u0007\"}}");

	(void)state;
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
	assert_null(strpbrk(line, "\r\033\007"));
	assert_non_null(strstr(line, " #7 incident.updated LATIHAN/EXERCISE note by siti "
				     "(a\\u000ab) P1 active fire_building fire,health Kesambi: "
				     "Api\\u000d\\u001b]0;x\\u0007\n"));
	free(line);
}

static void an_event_without_what_a_line_needs_is_a_line_all_the_same(void **state)
{
	static const char *const events[] = {
		"{}",
		"{\"seq\":\"x\",\"event\":7,\"incident\":[],\"call\":1}",
		"{\"incident\":{\"priority\":99,\"agencies\":[1,null]}}",
		"{\"event\":\"call.updated\",\"call\":{\"call_id\":\"t\",\"state\":\"ringing\"}"
		"}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		char *line = line_of(events[i]);

		assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
		free(line);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_from_outside_cannot_control_a_terminal),
		cmocka_unit_test(an_event_is_one_line_whatever_its_words_are),
		cmocka_unit_test(an_event_without_what_a_line_needs_is_a_line_all_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
