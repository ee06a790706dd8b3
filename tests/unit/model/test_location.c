#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/location.h"
#include "things.h"

static json_t *written(const struct location *location)
{
	struct jsonw w;
	json_t *doc;

	jsonw_init(&w, 256);
	location_write(location, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	jsonw_fini(&w);
	return doc;
}

static void a_point_from_outside_is_exact_to_the_seventh_place(void **state)
{
	static const struct {
		const char *json;
		int32_t lat_e7, lon_e7, accuracy_m;
	} cases[] = {
		{"{\"lat\":-6.732,\"lon\":108.552,\"accuracy_m\":15}", -67320000, 1085520000,
		 15},
		{"{\"lat\":-6.73200004,\"lon\":108.55199996}", -67320000, 1085520000, -1},
		{"{\"lat\":90,\"lon\":180,\"accuracy_m\":0}", 900000000, 1800000000, 0},
		{"{\"lat\":-90,\"lon\":-180,\"accuracy_m\":1e6}", -900000000, -1800000000,
		 1000000},
		{"{\"lat\":0,\"lon\":-0.0,\"accuracy_m\":2.5}", 0, 0, 3},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *doc = json_loads(cases[i].json, 0, NULL);
		struct location at;
		struct err err;

		assert_int_equal(location_read(doc, &at, &err), 0);
		assert_true(at.has_point && at.from == LOCATION_DEVICE);
		assert_int_equal(at.lat_e7, cases[i].lat_e7);
		assert_int_equal(at.lon_e7, cases[i].lon_e7);
		assert_int_equal(at.accuracy_m, cases[i].accuracy_m);
		json_decref(doc);
	}
}

static void a_wrong_member_is_named_as_its_sender_sees_it(void **state)
{
	static const struct {
		const char *json, *field;
	} cases[] = {
		{"{}", "location.lat"},
		{"{\"lat\":1}", "location.lon"},
		{"{\"lat\":90.0000001,\"lon\":1}", "location.lat"},
		{"{\"lat\":1,\"lon\":-180.1}", "location.lon"},
		{"{\"lat\":\"1\",\"lon\":1}", "location.lat"},
		{"{\"lat\":null,\"lon\":1}", "location.lat"},
		{"{\"lat\":1,\"lon\":1,\"accuracy_m\":-1}", "location.accuracy_m"},
		{"{\"lat\":1,\"lon\":1,\"accuracy_m\":1000001}", "location.accuracy_m"},
		{"{\"lat\":1,\"lon\":1,\"accuracy_m\":true}", "location.accuracy_m"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *doc = json_loads(cases[i].json, 0, NULL);
		struct location at = {.accuracy_m = 42};
		struct err err;

		assert_int_equal(location_read(doc, &at, &err), -1);
		assert_string_equal(err.field, cases[i].field);
		assert_int_equal(at.accuracy_m, 42);
		json_decref(doc);
	}
}

static void what_was_written_is_read_back_whole(void **state)
{
	static const struct location places[] = {
		{.from = LOCATION_NONE, .accuracy_m = -1},
		{.from = LOCATION_DEVICE,
		 .has_point = true,
		 .lat_e7 = -67320001,
		 .lon_e7 = 1085520009,
		 .accuracy_m = 0,
		 .area = "32.74.05.1003",
		 .area_name = "Kesambi"},
		{.from = LOCATION_TEXT,
		 .has_point = true,
		 .lat_e7 = 1,
		 .lon_e7 = -1,
		 .accuracy_m = 460,
		 .place = "Jl. R.A. \"Kartini\""},
		{.from = LOCATION_PERSON, .has_point = true, .accuracy_m = -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		json_t *doc = written(&places[i]), *again;
		struct location back;

		location_read_back(doc, &back);
		again = written(&back);
		assert_true(json_equal(doc, again));
		assert_int_equal(back.has_point, places[i].has_point);
		assert_int_equal(back.lat_e7, places[i].lat_e7);
		assert_int_equal(back.from, places[i].from);
		json_decref(doc);
		json_decref(again);
	}
}

static void what_is_no_place_reads_back_as_none(void **state)
{
	static const char *const texts[] = {"{}", "[]", "{\"lat\":1}", "{\"lat\":99,\"lon\":1}",
					    "{\"lat\":null,\"from\":7}"};
	struct location at;

	(void)state;
	location_read_back(NULL, &at);
	assert_true(!at.has_point && at.from == LOCATION_NONE && at.accuracy_m == -1);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *doc = json_loads(texts[i], 0, NULL);

		location_read_back(doc, &at);
		assert_true(!at.has_point && at.from == LOCATION_NONE && at.accuracy_m == -1);
		json_decref(doc);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_from_outside_is_exact_to_the_seventh_place),
		cmocka_unit_test(a_wrong_member_is_named_as_its_sender_sees_it),
		cmocka_unit_test(what_was_written_is_read_back_whole),
		cmocka_unit_test(what_is_no_place_reads_back_as_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
