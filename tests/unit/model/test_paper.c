#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "model/paper.h"

#define NOW  INT64_C(1795582800000)
#define WEEK (INT64_C(7) * 86400000)

static void what_was_on_paper_is_at_most_a_week_old_and_not_of_the_future(void **state)
{
	static const struct {
		int64_t at_ms;
		int status;
	} cases[] = {{NOW, 0},          {NOW - WEEK, 0}, {NOW - WEEK - 1, -1}, {NOW + 60000, 0},
		     {NOW + 60001, -1}, {1, -1},         {INT64_MAX, -1}};
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err = (struct err){0};
		assert_int_equal(paper_check("received_at", cases[i].at_ms, NOW, &err),
				 cases[i].status);
		assert_string_equal(err.field, cases[i].status < 0 ? "received_at" : "");
	}
}

static void it_says_when_it_was_or_is_refused(void **state)
{
	static const struct {
		const char *doc;
		int64_t at_ms;
		int status;
		bool is_from_paper;
		const char *field;
	} cases[] = {{"{}", 0, 0, false, ""},
		     {"{}", NOW, 0, false, ""},
		     {"{\"entered_from\":null}", 0, 0, false, ""},
		     {"{\"entered_from\":\"paper\"}", NOW, 0, true, ""},
		     {"{\"entered_from\":\"paper\"}", 0, -1, false, "at"},
		     {"{\"entered_from\":\"Paper\"}", NOW, -1, false, "entered_from"},
		     {"{\"entered_from\":7}", NOW, -1, false, "entered_from"}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *doc = json_loads(cases[i].doc, 0, NULL);
		bool is_from_paper = false;
		struct err err = {0};

		assert_int_equal(paper_read(doc, "at", cases[i].at_ms, &is_from_paper, &err),
				 cases[i].status);
		assert_int_equal(is_from_paper, cases[i].is_from_paper);
		assert_string_equal(err.field, cases[i].field);
		json_decref(doc);
	}
}

static void what_was_not_on_paper_costs_no_byte_and_what_was_is_read_back(void **state)
{
	static const int64_t times[] = {0, NOW};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		struct jsonw w;
		json_t *doc;

		jsonw_init(&w, 64);
		jsonw_open(&w, NULL, '{');
		paper_write(times[i], &w);
		jsonw_close(&w, '}');
		assert_true(times[i] != 0 || w.len == 2);
		doc = json_loadb(w.text, w.len, 0, NULL);
		assert_int_equal(paper_read_back(doc), times[i]);
		json_decref(doc);
		jsonw_fini(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_on_paper_is_at_most_a_week_old_and_not_of_the_future),
		cmocka_unit_test(it_says_when_it_was_or_is_refused),
		cmocka_unit_test(what_was_not_on_paper_costs_no_byte_and_what_was_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
