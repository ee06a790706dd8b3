#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "doors.h"

#define FIRE "\"text\":\"Kebakaran rumah di Jl. Kesambi, masih ada orang di dalam\""

static const char *at(const struct reply *reply, const char *object, const char *key)
{
	const json_t *inner = reply->body;

	if (object != NULL)
		inner = json_object_get(inner, object);
	return json_string_value(json_object_get(inner, key));
}

static void a_report_is_answered_once_later_and_only_after_its_commit(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply reply;

	(void)state;
	doors_report(doors, &reply, "{\"source\":\"lapor-web\"," FIRE "}");
	assert_int_equal(reply.count, 0);
	assert_int_equal(intake_open_count(doors->intake), 1);
	store_poll(doors->store.store); /* handed over, not committed */
	assert_int_equal(reply.count, 0);
	store_step(doors->store.store);
	assert_int_equal(reply.count, 1);
	assert_int_equal(reply.answer, STORE_STORED);
	assert_int_equal(intake_open_count(doors->intake), 0);
	assert_true(id_is(reply.id, 'R'));
	assert_string_equal(at(&reply, NULL, "id"), reply.id);
	store_step(doors->store.store);
	assert_int_equal(reply.count, 1);
	reply_fini(&reply);
	doors_close(&doors);
}

static void a_report_is_judged_and_placed_by_the_city(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply reply;

	(void)state;
	doors_report(doors, &reply,
		     "{\"source\":\"lapor-web\"," FIRE
		     ",\"location\":{\"lat\":-6.732,\"lon\":108.552,\"accuracy_m\":15}}");
	store_step(doors->store.store);
	assert_string_equal(at(&reply, "classification", "disposition"), "emergency");
	assert_string_equal(at(&reply, "classification", "category"), "fire_building");
	assert_string_equal(at(&reply, "classification", "rules"), rules_version(doors->rules));
	assert_string_equal(at(&reply, "location", "area"), "32.74.05.1003");
	assert_string_equal(at(&reply, "location", "from"), "device");
	reply_fini(&reply);
	doors_report(doors, &reply, "{\"source\":\"lapor-web\"," FIRE "}");
	store_step(doors->store.store);
	assert_string_equal(at(&reply, "location", "from"), "text");
	reply_fini(&reply);
	doors_report(doors, &reply, "{\"source\":\"lapor-web\",\"text\":\"xqzv wplk\"}");
	store_step(doors->store.store);
	assert_string_equal(at(&reply, "classification", "disposition"), "review");
	assert_string_equal(at(&reply, "location", "from"), "none");
	reply_fini(&reply);
	doors_close(&doors);
}

static void a_source_is_one_that_the_city_has_configured(void **state)
{
	static const struct {
		const char *source;
		enum store_answer answer;
	} cases[] = {{"lapor-web", STORE_STORED},   {"call-112", STORE_STORED},
		     {"app:siaga", STORE_STORED},   {"app:", STORE_REFUSED},
		     {"app", STORE_REFUSED},        {"lapor-web2", STORE_REFUSED},
		     {"lapor-we", STORE_REFUSED},   {"LAPOR-WEB", STORE_REFUSED},
		     {"radio:gelap", STORE_REFUSED}};
	struct doors *doors = doors_open(16);
	uint64_t head = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply;
		char json[256];

		snprintf(json, sizeof(json), "{\"source\":\"%s\"," FIRE "}", cases[i].source);
		doors_report(doors, &reply, json);
		assert_int_equal(reply.count, 0);
		store_step(doors->store.store);
		assert_int_equal(reply.count, 1);
		assert_int_equal(reply.answer, cases[i].answer);
		if (reply.answer == STORE_REFUSED) {
			assert_int_equal(reply.err.kind, ERR_INVALID);
			assert_string_equal(reply.err.field, "source");
			assert_null(reply.body);
			assert_string_equal(reply.id, "");
		} else {
			head++;
		}
		assert_int_equal(store_head(doors->store.store), head);
		reply_fini(&reply);
	}
	doors_close(&doors);
}

static void the_same_again_gets_the_first_answer_byte_for_byte(void **state)
{
	static const char json[] = "{\"source\":\"lapor-web\",\"source_id\":\"8\"," FIRE "}";
	struct doors *doors = doors_open(16);
	struct reply first, together, later;

	(void)state;
	doors_report(doors, &first, json);
	doors_report(doors, &together, json); /* in one transaction */
	store_step(doors->store.store);
	doors->store.now_us += 5000000;
	doors_report(doors, &later, json);
	store_step(doors->store.store);
	assert_int_equal(first.answer, STORE_STORED);
	assert_int_equal(together.answer, STORE_REPEATED);
	assert_int_equal(later.answer, STORE_REPEATED);
	assert_string_equal(together.text, first.text);
	assert_string_equal(later.text, first.text);
	assert_int_equal(store_head(doors->store.store), 1);
	reply_fini(&first);
	reply_fini(&together);
	reply_fini(&later);
	doors_close(&doors);
}

static void other_words_under_a_used_key_are_a_conflict_that_names_it(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply reply;

	(void)state;
	doors_report(doors, &reply,
		     "{\"source\":\"lapor-web\",\"source_id\":\"8\",\"text\":\"banjir\"}");
	store_step(doors->store.store);
	reply_fini(&reply);
	doors_report(doors, &reply, "{\"source\":\"lapor-web\",\"source_id\":\"8\"," FIRE "}");
	store_step(doors->store.store);
	assert_int_equal(reply.answer, STORE_CONFLICT);
	assert_string_equal(reply.err.field, "source_id");
	assert_null(reply.body);
	reply_fini(&reply);
	doors_close(&doors);
}

static void what_does_not_fit_is_told_to_try_later_and_why(void **state)
{
	struct doors *doors = doors_open(1);
	struct reply first, second;

	(void)state;
	doors_report(doors, &first, "{\"source\":\"lapor-web\"," FIRE "}");
	doors_report(doors, &second, "{\"source\":\"lapor-web\"," FIRE "}");
	assert_int_equal(second.count, 0);
	store_step(doors->store.store);
	assert_int_equal(first.answer, STORE_STORED);
	assert_int_equal(second.answer, STORE_LATER);
	assert_int_equal(second.err.kind, ERR_BUSY);
	assert_int_equal(second.count, 1);
	reply_fini(&first);
	reply_fini(&second);
	doors_close(&doors);
}

static void after_stop_all_are_told_to_try_later_and_what_was_taken_is_kept(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply taken, report, call;

	(void)state;
	doors_report(doors, &taken, "{\"source\":\"lapor-web\"," FIRE "}");
	intake_stop(doors->intake);
	doors_report(doors, &report, "{\"source\":\"lapor-web\"," FIRE "}");
	doors_call(doors, &call, "{\"call_id\":\"7\",\"state\":\"ringing\"}");
	assert_int_equal(taken.count + report.count + call.count, 0);
	assert_int_equal(intake_open_count(doors->intake), 3);
	store_step(doors->store.store);
	assert_int_equal(taken.answer, STORE_STORED);
	assert_int_equal(report.answer, STORE_LATER);
	assert_int_equal(call.answer, STORE_LATER);
	assert_int_equal(taken.count + report.count + call.count, 3);
	assert_int_equal(store_head(doors->store.store), 1);
	reply_fini(&taken);
	reply_fini(&report);
	reply_fini(&call);
	doors_close(&doors);
}

static void ids_ascend_also_within_a_millisecond(void **state)
{
	struct doors *doors = doors_open(64);
	struct reply replies[20];

	(void)state;
	for (int i = 0; i < 20; i++)
		doors_report(doors, &replies[i], "{\"source\":\"lapor-web\"," FIRE "}");
	store_step(doors->store.store);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(replies[i].answer, STORE_STORED);
		if (i > 0)
			assert_true(strcmp(replies[i - 1].id, replies[i].id) < 0);
	}
	for (int i = 0; i < 20; i++)
		reply_fini(&replies[i]);
	doors_close(&doors);
}

static void new_rules_count_from_the_next_report_on(void **state)
{
	struct doors *doors = doors_open(16);
	struct rules *old = doors->rules, *changed;
	struct reply before, after;
	struct err err;

	(void)state;
	doors_report(doors, &before, "{\"source\":\"lapor-web\"," FIRE "}");
	assert_int_equal(
		city_load_changed(&changed, "units.tsv", "Perahu Karet 1", "Perahu 1", &err),
		0);
	intake_set_rules(doors->intake, changed);
	doors_report(doors, &after, "{\"source\":\"lapor-web\"," FIRE "}");
	store_step(doors->store.store);
	assert_string_equal(at(&before, "classification", "rules"), rules_version(old));
	assert_string_equal(at(&after, "classification", "rules"), rules_version(changed));
	assert_string_not_equal(rules_version(old), rules_version(changed));
	intake_set_rules(doors->intake, old);
	rules_free(&changed);
	reply_fini(&before);
	reply_fini(&after);
	doors_close(&doors);
}

static void a_call_gets_one_id_and_its_kelurahan(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply ringing, answered, again;
	const struct event *event;

	(void)state;
	doors_call(doors, &ringing,
		   "{\"call_id\":\"7\",\"state\":\"ringing\","
		   "\"location\":{\"lat\":-6.732,\"lon\":108.552}}");
	assert_int_equal(ringing.count, 0);
	store_step(doors->store.store);
	event = &doors->store.events[0];
	assert_non_null(memmem(event->body->data, event->body->len, "32.74.05.1003", 13));
	doors_call(doors, &answered, "{\"call_id\":\"7\",\"state\":\"answered\"}");
	doors_call(doors, &again, "{\"call_id\":\"7\",\"state\":\"ringing\"}");
	store_step(doors->store.store);
	assert_int_equal(ringing.answer, STORE_STORED);
	assert_int_equal(answered.answer, STORE_STORED);
	assert_int_equal(again.answer, STORE_REPEATED);
	assert_true(id_is(ringing.id, 'C'));
	assert_string_equal(answered.id, ringing.id);
	/* What was known of the place is known still. */
	event = &doors->store.events[1];
	assert_non_null(memmem(event->body->data, event->body->len, "32.74.05.1003", 13));
	reply_fini(&ringing);
	reply_fini(&answered);
	reply_fini(&again);
	doors_close(&doors);
}

static void an_impossible_step_of_a_call_names_its_state(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply reply;

	(void)state;
	doors_call(doors, &reply, "{\"call_id\":\"7\",\"state\":\"ended\"}");
	store_step(doors->store.store);
	reply_fini(&reply);
	doors_call(doors, &reply, "{\"call_id\":\"7\",\"state\":\"answered\"}");
	store_step(doors->store.store);
	assert_int_equal(reply.answer, STORE_REFUSED);
	assert_string_equal(reply.err.field, "state");
	reply_fini(&reply);
	doors_close(&doors);
}

static void every_answer_is_counted_under_its_name(void **state)
{
	static const char keyed[] = "{\"source\":\"lapor-web\",\"source_id\":\"1\"," FIRE "}";
	struct doors *doors = doors_open(4);
	struct metrics *counted = &doors->store.metrics; /* the store counts its answers */
	struct reply replies[6];

	(void)state;
	doors_report(doors, &replies[0], keyed);
	doors_report(doors, &replies[1], keyed);
	doors_report(doors, &replies[2],
		     "{\"source\":\"lapor-web\",\"source_id\":\"1\",\"text\":\"lain\"}");
	doors_report(doors, &replies[3], "{\"source\":\"gelap\"," FIRE "}");
	doors_report(doors, &replies[4], keyed); /* the fifth of four */
	intake_stop(doors->intake);
	doors_report(doors, &replies[5], keyed);
	intake_count_malformed(doors->intake);
	store_step(doors->store.store);
	assert_int_equal(metrics_get(counted, METRIC_REPORTS_STORED), 1);
	assert_int_equal(metrics_get(counted, METRIC_REPORTS_REPEATED), 1);
	assert_int_equal(metrics_get(counted, METRIC_REPORTS_REFUSED), 2);
	assert_int_equal(metrics_get(counted, METRIC_REPORTS_LATER), 2);
	assert_int_equal(metrics_get(&doors->metrics, METRIC_REPORTS_REFUSED), 1);
	for (int i = 0; i < 6; i++)
		reply_fini(&replies[i]);
	doors_close(&doors);
}

static void each_answer_has_its_status(void **state)
{
	static const unsigned status[] = {201, 200, 404, 409, 422, 503};

	(void)state;
	for (unsigned i = STORE_STORED; i <= STORE_LATER; i++)
		assert_int_equal(intake_status((enum store_answer)i), status[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_is_answered_once_later_and_only_after_its_commit),
		cmocka_unit_test(a_report_is_judged_and_placed_by_the_city),
		cmocka_unit_test(a_source_is_one_that_the_city_has_configured),
		cmocka_unit_test(the_same_again_gets_the_first_answer_byte_for_byte),
		cmocka_unit_test(other_words_under_a_used_key_are_a_conflict_that_names_it),
		cmocka_unit_test(what_does_not_fit_is_told_to_try_later_and_why),
		cmocka_unit_test(
			after_stop_all_are_told_to_try_later_and_what_was_taken_is_kept),
		cmocka_unit_test(ids_ascend_also_within_a_millisecond),
		cmocka_unit_test(new_rules_count_from_the_next_report_on),
		cmocka_unit_test(a_call_gets_one_id_and_its_kelurahan),
		cmocka_unit_test(an_impossible_step_of_a_call_names_its_state),
		cmocka_unit_test(every_answer_is_counted_under_its_name),
		cmocka_unit_test(each_answer_has_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
