/* What a line of the log looks like, whatever is put into it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

static int before, ends[2];

static void begin_listening(void)
{
	before = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
}

/* All that was logged meanwhile; it fits into the pipe. */
static void end_listening(char *text_r, size_t size)
{
	ssize_t n;

	assert_true(dup2(before, STDERR_FILENO) >= 0);
	(void)close(before);
	(void)close(ends[1]);
	n = read(ends[0], text_r, size - 1);
	assert_true(n >= 0);
	text_r[n] = '\0';
	(void)close(ends[0]);
}

static void a_line_has_a_time_a_level_and_an_event(void **state)
{
	char text[600];

	(void)state;
	begin_listening();
	log_warn("store.full", "has=%d", 3);
	log_debug("not.shown", "at=%s", "info");
	end_listening(text, sizeof(text));
	assert_int_equal(strspn(text, "0123456789-T:.Z"), strlen("2026-11-24T03:04:05.678Z"));
	assert_non_null(strstr(text, "Z warn store.full has=3\n"));
	assert_null(strstr(text, "not.shown"));
}

static void nobody_forges_a_line(void **state)
{
	static const char outside[] = "x\"\n2026 error forged \x1b[2J \xc3\xa9\\";
	char text[600];

	(void)state;
	begin_listening();
	log_info("said", "text=%s by=7", log_quote(outside, strlen(outside)).text);
	end_listening(text, sizeof(text));
	assert_non_null(strstr(text, "text=\"x'?2026 error forged ?[2J ???\" by=7\n"));
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

/* What an operator has to read of an error is all of it. */
static void an_error_is_quoted_whole(void **state)
{
	struct err err;
	char text[600], words[230];

	(void)state;
	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	(void)err_set(&err, ERR_IO, "%s. end", words);
	begin_listening();
	log_error("store.degraded", "why=%s", log_quote(err.text, strlen(err.text)).text);
	end_listening(text, sizeof(text));
	assert_non_null(strstr(text, ". end\"\n"));
}

static void a_line_without_end_is_cut_and_ends(void **state)
{
	char text[2000], words[1500];

	(void)state;
	memset(words, 'w', sizeof(words));
	words[sizeof(words) - 1] = '\0';
	begin_listening();
	log_info("long", "%s", words);
	end_listening(text, sizeof(text));
	assert_in_range(strlen(text), 400, 600);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
}

static void a_failure_that_repeats_is_told_now_and_then_with_its_count(void **state)
{
	struct log_repeat repeat = {0};

	(void)state;
	assert_false(log_repeat_over(&repeat));
	assert_true(log_repeat_due(&repeat, 1000));
	assert_false(log_repeat_due(&repeat, 1001));
	assert_false(log_repeat_due(&repeat, 30999));
	assert_true(log_repeat_due(&repeat, 31000));
	assert_int_equal(repeat.count, 4);
	assert_true(log_repeat_over(&repeat));
	assert_false(log_repeat_over(&repeat));
	assert_true(log_repeat_due(&repeat, 31001));
	assert_int_equal(repeat.count, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_has_a_time_a_level_and_an_event),
		cmocka_unit_test(nobody_forges_a_line),
		cmocka_unit_test(an_error_is_quoted_whole),
		cmocka_unit_test(a_line_without_end_is_cut_and_ends),
		cmocka_unit_test(a_failure_that_repeats_is_told_now_and_then_with_its_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
