#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/likeness.h"
#include "things.h"

static void the_reasons_are_a_sentence(void **state)
{
	struct likeness likeness = {.score_pct = 93,
				    .reason_count = 4,
				    .reason = {{LIKE_PLACE, "140 m", 90},
					       {LIKE_TIME, "2 min", 30},
					       {LIKE_WORDS, "atap, gudang", 210},
					       {LIKE_ADDRESS, "gang 4, gang 5", -80}}};
	char text[256], small[12];

	(void)state;
	likeness_explain(&likeness, text, sizeof(text));
	assert_string_equal(text, "140 m, 2 menit, sama-sama menyebut atap, gudang, "
				  "alamat beda gang 4, gang 5");
	likeness_explain(&likeness, small, sizeof(small));
	assert_true(strlen(small) < sizeof(small));
	likeness.reason_count = 0;
	likeness_explain(&likeness, text, sizeof(text));
	assert_string_equal(text, "");
}

static void what_was_written_is_read_back(void **state)
{
	struct likeness likeness = {.score_pct = 7,
				    .reason_count = 2,
				    .reason = {{LIKE_CALLER, "", 150},
					       {LIKE_KIND, "\"banjir\"", -40}}},
			back;
	struct jsonw w;
	json_t *doc;

	(void)state;
	jsonw_init(&w, 64);
	jsonw_open(&w, NULL, '{');
	likeness_write(&likeness, &w);
	jsonw_close(&w, '}');
	doc = parsed_slice(w.text, w.len);
	likeness_read(doc, &back);
	assert_int_equal(back.score_pct, 7);
	assert_int_equal(back.reason_count, 2);
	assert_int_equal(back.reason[0].is, LIKE_CALLER);
	assert_string_equal(back.reason[0].value, "");
	assert_int_equal(back.reason[1].weight_pct, -40);
	assert_string_equal(back.reason[1].value, "\"banjir\"");
	json_decref(doc);
	jsonw_fini(&w);
	likeness_read(NULL, &back);
	assert_int_equal(back.reason_count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reasons_are_a_sentence),
		cmocka_unit_test(what_was_written_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
