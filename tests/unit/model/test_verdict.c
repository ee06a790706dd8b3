#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
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
		.term = {{"kebakaran rumah", 210}, {"\"latihan\"", -70}},
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
			    "\"weight\":2.1},{\"term\":\"\\\"latihan\\\"\",\"weight\":-0.7}],"
			    "\"rules\":\"abc\"}");
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_verdict_is_written_with_its_reasons),
		cmocka_unit_test(every_disposition_has_its_name_of_the_contract),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
