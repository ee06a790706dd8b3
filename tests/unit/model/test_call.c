#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/call.h"
#include "things.h"

static struct call *call_of(const char *json)
{
	struct call *call;
	struct err err;

	if (call_parse(json, strlen(json), &call, &err) < 0)
		fail_msg("%s: %s: %s", json, err.field, err.text);
	return call;
}

static json_t *written(const struct call *call, bool is_masked)
{
	struct jsonw w;
	json_t *doc;

	jsonw_init(&w, 256);
	call_write(call, is_masked, NULL, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	jsonw_fini(&w);
	return doc;
}

static void a_call_moves_as_a_telephone_call_does(void **state)
{
	/* Rows: before; columns: ringing, answered, abandoned, ended. */
	static const char *const may[] = {"++++", "-+-+", "--++", "---+"};

	(void)state;
	assert_int_equal(CALL_STATES, 4);
	for (int before = 0; before < CALL_STATES; before++)
		for (int after = 0; after < CALL_STATES; after++)
			assert_int_equal(
				call_may_move((enum call_state)before, (enum call_state)after),
				may[before][after] == '+');
}

static void a_wrong_member_is_named(void **state)
{
	static const struct {
		const char *json, *field;
	} cases[] = {
		{"{\"state\":\"ringing\"}", "call_id"},
		{"{\"call_id\":\"\",\"state\":\"ringing\"}", "call_id"},
		{"{\"call_id\":\"7\"}", "state"},
		{"{\"call_id\":\"7\",\"state\":\"Ringing\"}", "state"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"caller\":112}", "caller"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"caller\":"
		 "\"123456789012345678901234567890123\"}",
		 "caller"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"agent\":[]}", "agent"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"at\":\"now\"}", "at"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"at\":\"1970-01-01T00:00:00.5+07:"
		 "00\"}",
		 "at"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"location\":[]}", "location"},
		{"{\"call_id\":\"7\",\"state\":\"ringing\",\"location\":{\"lat\":1}}",
		 "location.lon"},
		{"7", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call *call = NULL;
		struct err err = {0};

		assert_int_equal(call_parse(cases[i].json, strlen(cases[i].json), &call, &err),
				 -1);
		assert_null(call);
		assert_string_equal(err.field, cases[i].field);
	}
}

static void a_call_is_read_back_whole_and_its_id_is_ours_to_give(void **state)
{
	static const char json[] =
		"{\"call_id\":\"x\\\"7\",\"state\":\"answered\",\"id\":\"C-fake\","
		"\"caller\":\"+62812\",\"agent\":\"budi\",\"at\":\"2026-11-23T07:05:09Z\","
		"\"location\":{\"lat\":-6.732,\"lon\":108.552}}";
	struct call *call = call_of(json), back;
	struct err err;
	json_t *doc, *again;

	(void)state;
	assert_string_equal(call->id, "");
	assert_memory_equal(call->raw->data, json, strlen(json));
	snprintf(call->id, ID_SIZE, "C-01ARZ3NDEKTSV4RRFFQ69G5FAV");
	snprintf(call->location.area, AREA_SIZE, "32.74.05.1003");
	doc = written(call, false);
	assert_int_equal(call_read(doc, &back, &err), 0);
	again = written(&back, false);
	assert_true(json_equal(doc, again));
	assert_string_equal(back.call_id, "x\"7");
	assert_string_equal(back.caller, "+62812");
	assert_string_equal(back.location.area, "32.74.05.1003");
	json_decref(doc);
	json_decref(again);
	call_free(&call);
}

static void a_telephone_may_not_know_where_it_is(void **state)
{
	struct call *call = call_of("{\"call_id\":\"7\",\"state\":\"ringing\","
				    "\"location\":{\"lat\":null,\"lon\":null}}");

	(void)state;
	assert_false(call->location.has_point);
	assert_int_equal(call->location.from, LOCATION_NONE);
	call_free(&call);
}

/* Every byte of the number but its ends is gone, and what is left is sound. */
static void a_masked_number_gives_nothing_away_but_its_ends(void **state)
{
	static const struct {
		const char *caller, *masked;
	} cases[] = {
		{"+6281234567890", "+628********90"},
		{"081234567", "0812***67"},
		{"08123456", "******56"},
		{"112", "*12"},
		{"12", "12"},
		{"\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9\xc3\xa9", "**********"},
		{"+6\xc3\xa9"
		 "1234567\xc3\xa9",
		 "+6*********"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct call call = {.state = CALL_RINGING, .location = {.accuracy_m = -1}};
		json_t *doc;
		const char *masked;

		snprintf(call.caller, sizeof(call.caller), "%s", cases[i].caller);
		doc = written(&call, true); /* fails when it is no UTF-8 */
		masked = json_string_value(json_object_get(doc, "caller"));
		assert_int_equal(strlen(masked), strlen(cases[i].caller));
		for (size_t c = 0; masked[c] != '\0'; c++)
			assert_true(masked[c] == '*' || masked[c] == cases[i].caller[c]);
		if (i < 6)
			assert_string_equal(masked, cases[i].masked);
		json_decref(doc);
	}
}

static void a_withheld_number_is_null(void **state)
{
	struct call call = {.state = CALL_RINGING, .location = {.accuracy_m = -1}};
	json_t *doc = written(&call, true);

	(void)state;
	assert_true(json_is_null(json_object_get(doc, "caller")));
	assert_true(json_is_null(json_object_get(doc, "agent")));
	assert_true(json_is_null(json_object_get(doc, "at")));
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_call_moves_as_a_telephone_call_does),
		cmocka_unit_test(a_wrong_member_is_named),
		cmocka_unit_test(a_call_is_read_back_whole_and_its_id_is_ours_to_give),
		cmocka_unit_test(a_telephone_may_not_know_where_it_is),
		cmocka_unit_test(a_masked_number_gives_nothing_away_but_its_ends),
		cmocka_unit_test(a_withheld_number_is_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
