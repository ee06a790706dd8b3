#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/verdict.h"
#include "things.h"

static void a_verdict_is_written_with_its_reasons(void **state)
{
	struct verdict verdict = {
		.disposition = DISPOSITION_EMERGENCY,
		.priority = 1,
		.category = "fire_building",
		.agencies = 5,
		.confidence_pct = 98,
		.rules = "abc",
		.term_count = 2,
		.term = {{.term = "kebakaran rumah", .weight_pct = 210, .at = 4, .len = 15},
			 {.term = "\"latihan\"", .weight_pct = -70}},
	};
	struct jsonw w;

	(void)state;
	jsonw_init(&w, 16);
	jsonw_open(&w, NULL, '{');
	verdict_write(&verdict, &three, &w);
	jsonw_close(&w, '}');
	assert_string_equal(jsonw_text(&w),
			    "{\"disposition\":\"emergency\",\"priority\":1,"
			    "\"category\":\"fire_building\",\"agencies\":[\"fire\",\"health\"],"
			    "\"confidence\":0.98,\"because\":[{\"term\":\"kebakaran rumah\","
			    "\"weight\":2.1,\"at\":4,\"len\":15},{\"term\":\"\\\"latihan\\\"\","
			    "\"weight\":-0.7}],"
			    "\"rules\":\"abc\"}");
	jsonw_fini(&w);
}

static void what_a_reason_is_and_who_decided_is_read_back(void **state)
{
	struct verdict back, verdict = {
				     .disposition = DISPOSITION_REVIEW,
				     .model = "m1",
				     .rule = "grave_talk",
				     .emergency_pct = 17,
				     .term_count = VERDICT_TERMS_MAX,
			     };

	(void)state;
	for (int first = REASON_EVENT; first < REASONS; first++) {
		json_t *doc;
		struct jsonw w;

		for (unsigned i = 0; i < verdict.term_count; i++)
			verdict.term[i].is = (enum reason_kind)first;
		jsonw_init(&w, 16);
		jsonw_open(&w, NULL, '{');
		verdict_write(&verdict, &three, &w);
		jsonw_close(&w, '}');
		doc = json_loads(jsonw_text(&w), 0, NULL);
		verdict_read_back(doc, &three, &back);
		for (unsigned i = 0; i < verdict.term_count; i++)
			assert_int_equal(back.term[i].is, first);
		assert_string_equal(back.rule, "grave_talk");
		assert_int_equal(back.emergency_pct, 17);
		json_decref(doc);
		jsonw_fini(&w);
	}
}

static void where_a_reason_stands_is_read_back_and_left_with_its_text(void **state)
{
	struct verdict back,
		verdict = {.term_count = 1, .term = {{"api", 100, .at = 16380, .len = 3}}};
	struct jsonw w;
	json_t *doc;

	(void)state;
	jsonw_init(&w, 16);
	jsonw_open(&w, NULL, '{');
	verdict_write(&verdict, &three, &w);
	jsonw_close(&w, '}');
	doc = json_loads(jsonw_text(&w), 0, NULL);
	verdict_read_back(doc, &three, &back);
	assert_int_equal(back.term[0].at, 16380);
	assert_int_equal(back.term[0].len, 3);
	verdict_leave_text(&back);
	assert_int_equal(back.term[0].len, 0);
	assert_string_equal(back.term[0].term, "api");
	json_decref(doc);
	jsonw_fini(&w);
}

static void every_disposition_has_its_name_of_the_contract(void **state)
{
	static const char *const names[] = {"emergency", "review", "routine", "noise"};

	(void)state;
	assert_int_equal(DISPOSITIONS, 4);
	for (int i = 0; i < DISPOSITIONS; i++)
		assert_string_equal(disposition_names[i], names[i]);
}

/* What is stored is what is read, byte for byte: also whose desk it is, and why. */
static void whose_desk_it_is_and_why_is_read_back(void **state)
{
	static const struct verdict verdicts[] = {
		{.route = {.office = "KELURAHAN",
			   .name = "Kelurahan Kesambi",
			   .by = ROUTE_BY_MODEL,
			   .rule = "learnt",
			   .learnt_count = 2,
			   .learnt = {{"KELURAHAN", 61}, {"DLH", 7}}}},
		{.route = {.office = "KAB112",
			   .name = "112 Kabupaten",
			   .by = ROUTE_BY_RULE,
			   .rule = "outside"}},
		{.route = {.learnt_count = 1, .learnt = {{"DLH", 7}}}},
		{.priority = 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(verdicts) / sizeof(verdicts[0]); i++) {
		struct verdict back;
		struct jsonw w;
		json_t *doc;
		char *first;

		jsonw_init(&w, 16);
		jsonw_open(&w, NULL, '{');
		verdict_write(&verdicts[i], &three, &w);
		jsonw_close(&w, '}');
		first = strdup(jsonw_text(&w));
		doc = json_loads(first, 0, NULL);
		verdict_read_back(doc, &three, &back);
		assert_memory_equal(&back.route, &verdicts[i].route, sizeof(back.route));
		jsonw_reset(&w);
		jsonw_open(&w, NULL, '{');
		verdict_write(&back, &three, &w);
		jsonw_close(&w, '}');
		assert_string_equal(jsonw_text(&w), first);
		free(first);
		json_decref(doc);
		jsonw_fini(&w);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_is_written_with_its_reasons),
		cmocka_unit_test(whose_desk_it_is_and_why_is_read_back),
		cmocka_unit_test(what_a_reason_is_and_who_decided_is_read_back),
		cmocka_unit_test(where_a_reason_stands_is_read_back_and_left_with_its_text),
		cmocka_unit_test(every_disposition_has_its_name_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
