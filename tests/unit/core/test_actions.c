#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "doors.h"

static const struct principal supervisor = {
	.name = "pengawas", .role = ROLE_SUPERVISOR, .agency = -1};
static const struct principal viewer = {.name = "tamu", .role = ROLE_VIEWER, .agency = -1};

/* A dispatcher of one agency. */
static struct principal desk(const struct doors *doors, const char *agency)
{
	struct principal who = {.name = "siti", .role = ROLE_DISPATCHER};

	who.agency = agency_find(&doors->store.agencies, agency, strlen(agency));
	assert_true(who.agency >= 0);
	return who;
}

static void act(struct doors *doors, struct reply *reply, const char *incident_id,
		const struct principal *who, const char *json)
{
	doors_act(doors, reply, incident_id, who, json);
	assert_int_equal(reply->count, 0);
	store_step(doors->store.store);
	assert_int_equal(reply->count, 1);
}

/* The incident in the newest event. */
static json_t *newest(const struct doors *doors)
{
	const struct event *event = &doors->store.events[doors->store.shown - 1];
	json_t *frame = json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
	json_t *incident = json_incref(json_object_get(frame, "incident"));

	assert_non_null(incident);
	json_object_set(incident, "by_whom", json_object_get(frame, "by"));
	json_decref(frame);
	return incident;
}

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void an_action_is_answered_once_later_with_its_number_and_version(void **state)
{
	struct doors *doors = doors_open(16);
	struct principal fire = desk(doors, "fire");
	char id[ID_SIZE];
	struct reply reply;
	json_t *incident;

	(void)state;
	doors_incident(doors, "kebakaran rumah", id);
	doors->store.now_us += 7000000;
	doors_act(doors, &reply, id, &fire, "{\"action\":\"acknowledge\"}");
	assert_int_equal(actions_open_count(doors->actions), 1);
	store_poll(doors->store.store); /* handed over, not committed */
	assert_int_equal(reply.count, 0);
	store_step(doors->store.store);
	store_step(doors->store.store);
	assert_int_equal(reply.count, 1);
	assert_int_equal(actions_open_count(doors->actions), 0);
	assert_int_equal(reply.answer, STORE_STORED);
	assert_int_equal(reply.seq, 2);
	assert_int_equal(reply.version, 2);
	assert_string_equal(reply.incident_id, id);
	incident = newest(doors);
	assert_string_equal(text_of(incident, "by_whom"), "siti");
	assert_string_equal(text_of(incident, "status"), "active");
	assert_int_equal(doors->store.events[1].at_ms - doors->store.events[0].at_ms, 7000);
	json_decref(incident);
	reply_fini(&reply);
	doors_close(&doors);
}

/* Who may decide what for whom. */
static void nobody_decides_for_an_agency_that_is_not_theirs(void **state)
{
	static const char note[] = "{\"action\":\"note\",\"note\":\"x\",\"agency\":\"%s\"}";
	static const char acknowledge[] = "{\"action\":\"acknowledge\",\"agency\":\"%s\"}";
	struct doors *doors = doors_open(16);
	struct principal fire = desk(doors, "fire"), police = desk(doors, "police");
	const struct {
		const struct principal *who;
		const char *agency;
		enum store_answer answer;
	} cases[] = {
		{&fire, "police", STORE_REFUSED},      {&police, "fire", STORE_REFUSED},
		{&viewer, "fire", STORE_REFUSED},      {&fire, "fire", STORE_STORED},
		{&supervisor, "police", STORE_STORED},
	};
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah, masih ada orang di dalam", id);
	for (size_t i = 0; i < 2 * sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply;
		char json[128];

		snprintf(json, sizeof(json), i % 2 ? acknowledge : note, cases[i / 2].agency);
		act(doors, &reply, id, cases[i / 2].who, json);
		assert_int_equal(reply.answer, cases[i / 2].answer);
		if (reply.answer == STORE_REFUSED)
			assert_string_equal(reply.err.field, "agency");
		reply_fini(&reply);
	}
	doors_close(&doors);
}

static void who_may_not_see_it_hears_that_it_is_not_there(void **state)
{
	struct doors *doors = doors_open(16);
	struct principal city = desk(doors, "city");
	struct reply hidden, missing;
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah, masih ada orang di dalam", id);
	act(doors, &hidden, id, &city, "{\"action\":\"note\",\"note\":\"x\"}");
	act(doors, &missing, "I-01ARZ3NDEKTSV4RRFFQ69G5FAV", &city,
	    "{\"action\":\"note\",\"note\":\"x\"}");
	assert_int_equal(hidden.answer, STORE_NOT_FOUND);
	assert_int_equal(missing.answer, STORE_NOT_FOUND);
	assert_null(hidden.body);
	assert_int_equal(store_head(doors->store.store), 1);
	reply_fini(&hidden);
	reply_fini(&missing);
	doors_close(&doors);
}

static void an_unknown_category_is_refused_by_its_name(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply reply;
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah", id);
	act(doors, &reply, id, &supervisor,
	    "{\"action\":\"reclassify\",\"category\":\"naga\",\"priority\":1}");
	assert_int_equal(reply.answer, STORE_REFUSED);
	assert_string_equal(reply.err.field, "category");
	assert_int_equal(store_head(doors->store.store), 1);
	reply_fini(&reply);
	doors_close(&doors);
}

/* The taxonomy's priority raises and never lowers: only a person who says so does. */
static void a_category_brings_its_priority_but_lowers_none(void **state)
{
	static const struct {
		const char *text, *json;
		int priority;
	} cases[] = {
		{"lampu jalan mati",
		 "{\"action\":\"reclassify\",\"category\":\"fire_building\"}", 1},
		{"kebakaran rumah, masih ada orang di dalam",
		 "{\"action\":\"reclassify\",\"category\":\"rescue_minor\"}", 1},
		{"kebakaran rumah, masih ada orang di dalam",
		 "{\"action\":\"reclassify\",\"category\":\"rescue_minor\",\"priority\":4}", 4},
		{"lampu jalan mati",
		 "{\"action\":\"reclassify\",\"category\":\"fire_building\",\"priority\":2}",
		 2},
	};
	struct doors *doors = doors_open(16);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply;
		char id[ID_SIZE];
		json_t *incident;

		doors_incident(doors, cases[i].text, id);
		act(doors, &reply, id, &supervisor, cases[i].json);
		assert_int_equal(reply.answer, STORE_STORED);
		incident = newest(doors);
		assert_int_equal(json_integer_value(json_object_get(incident, "priority")),
				 cases[i].priority);
		json_decref(incident);
		reply_fini(&reply);
	}
	doors_close(&doors);
}

/* By type, then by place, then by type again at the place that was set meanwhile. */
static void what_a_person_says_it_is_and_where_moves_it_to_the_desk_in_charge(void **state)
{
	static const struct {
		const char *json, *office, *name, *by;
	} steps[] = {
		{"{\"action\":\"reclassify\",\"category\":\"integrity\",\"priority\":4}",
		 "INSPEKTORAT", "Inspektorat Daerah", "rule"},
		{"{\"action\":\"reclassify\",\"category\":\"garbage\",\"priority\":4}", "DLH",
		 "Dinas Lingkungan Hidup", "category"},
		{"{\"action\":\"relocate\",\"location\":{\"lat\":-6.7080,\"lon\":108.5300}}",
		 "KAB112", "112 Siaga Katon Kabupaten Cirebon", "rule"},
		{"{\"action\":\"reclassify\",\"category\":\"crime_theft\",\"priority\":4}",
		 "POLRESCIKO", "Polres Cirebon Kota", "rule"},
		{"{\"action\":\"relocate\",\"location\":{\"lat\":-6.7320,\"lon\":108.5520}}",
		 "POLRESCIKO", "Polres Cirebon Kota", "rule"},
		{"{\"action\":\"reclassify\",\"priority\":1}", "POLRESCIKO",
		 "Polres Cirebon Kota", "rule"},
	};
	struct doors *doors = doors_open(16);
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "Mohon lampu jalan yang mati diperbaiki", id);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct reply reply;
		json_t *incident;

		act(doors, &reply, id, &supervisor, steps[i].json);
		assert_int_equal(reply.answer, STORE_STORED);
		incident = newest(doors);
		assert_string_equal(text_of(incident, "office"), steps[i].office);
		assert_string_equal(text_of(incident, "office_name"), steps[i].name);
		assert_string_equal(text_of(json_object_get(incident, "route"), "by"),
				    steps[i].by);
		assert_null(json_object_get(json_object_get(incident, "route"), "learnt"));
		json_decref(incident);
		reply_fini(&reply);
	}
	doors_close(&doors);
}

static void a_new_place_lies_in_its_kelurahan_and_says_that_a_person_set_it(void **state)
{
	static const struct {
		const char *json, *area;
	} cases[] = {
		{"{\"action\":\"relocate\",\"location\":{\"lat\":-6.732,\"lon\":108.552}}",
		 "32.74.05.1003"},
		{"{\"action\":\"relocate\",\"location\":{\"lat\":-6.2,\"lon\":106.8}}", ""},
	};
	struct doors *doors = doors_open(16);
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "banjir di Kejawanan", id);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct reply reply;
		json_t *incident, *location;

		act(doors, &reply, id, &supervisor, cases[i].json);
		assert_int_equal(reply.answer, STORE_STORED);
		incident = newest(doors);
		location = json_object_get(incident, "location");
		assert_string_equal(text_of(location, "area"), cases[i].area);
		assert_string_equal(text_of(location, "from"), "person");
		assert_string_equal(text_of(location, "place"), "");
		json_decref(incident);
		reply_fini(&reply);
	}
	doors_close(&doors);
}

static void a_stale_version_is_a_conflict_that_shows_what_stands(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply first, second;
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah", id);
	doors_act(doors, &first, id, &supervisor,
		  "{\"action\":\"note\",\"note\":\"a\",\"expected_version\":1}");
	doors_act(doors, &second, id, &supervisor,
		  "{\"action\":\"note\",\"note\":\"b\",\"expected_version\":1}");
	store_step(doors->store.store); /* both in one transaction */
	assert_int_equal(first.answer, STORE_STORED);
	assert_null(first.body);
	assert_int_equal(second.answer, STORE_CONFLICT);
	assert_int_equal(second.version, 2);
	assert_int_equal(json_integer_value(json_object_get(second.body, "version")), 2);
	assert_string_equal(text_of(second.body, "id"), id);
	assert_string_not_equal(second.err.text, "");
	reply_fini(&first);
	reply_fini(&second);
	doors_close(&doors);
}

static void the_same_command_twice_is_one(void **state)
{
	static const char json[] =
		"{\"action\":\"note\",\"note\":\"a\",\"command_id\":\"c-1\"}";
	struct doors *doors = doors_open(16);
	struct reply first, again, elsewhere;
	char id[ID_SIZE], other[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah", id);
	doors_incident(doors, "kebakaran rumah", other);
	act(doors, &first, id, &supervisor, json);
	act(doors, &again, id, &supervisor, json);
	act(doors, &elsewhere, other, &supervisor, json);
	assert_int_equal(first.answer, STORE_STORED);
	assert_int_equal(again.answer, STORE_REPEATED);
	assert_int_equal(again.seq, first.seq);
	assert_int_equal(again.version, first.version);
	assert_int_equal(elsewhere.answer, STORE_CONFLICT);
	assert_string_equal(elsewhere.err.field, "command_id");
	assert_null(elsewhere.body);
	assert_int_equal(store_head(doors->store.store), 3);
	reply_fini(&first);
	reply_fini(&again);
	reply_fini(&elsewhere);
	doors_close(&doors);
}

static void an_impossible_step_names_the_member_and_changes_nothing(void **state)
{
	struct doors *doors = doors_open(16);
	struct reply reply;
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah", id);
	act(doors, &reply, id, &supervisor, "{\"action\":\"reopen\"}");
	assert_int_equal(reply.answer, STORE_REFUSED);
	assert_string_equal(reply.err.field, "action");
	assert_int_equal(store_head(doors->store.store), 1);
	reply_fini(&reply);
	doors_close(&doors);
}

static void what_does_not_fit_and_what_comes_after_stop_is_to_try_later(void **state)
{
	struct doors *doors = doors_open(2);
	struct reply replies[4];
	char id[ID_SIZE];

	(void)state;
	doors_incident(doors, "kebakaran rumah", id);
	for (int i = 0; i < 4; i++) {
		if (i == 3)
			actions_stop(doors->actions);
		doors_act(doors, &replies[i], id, &supervisor,
			  "{\"action\":\"note\",\"note\":\"x\"}");
		assert_int_equal(replies[i].count, 0);
	}
	store_step(doors->store.store);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(replies[i].count, 1);
		assert_int_equal(replies[i].answer, i < 2 ? STORE_STORED : STORE_LATER);
		assert_int_equal(replies[i].err.kind, i < 2 ? ERR_NONE : ERR_BUSY);
		assert_string_equal(replies[i].incident_id, id);
		reply_fini(&replies[i]);
	}
	assert_int_equal(metrics_get(&doors->store.metrics, METRIC_ACTIONS_STORED), 2);
	assert_int_equal(metrics_get(&doors->store.metrics, METRIC_ACTIONS_REFUSED), 0);
	doors_close(&doors);
}

static void each_answer_has_its_status(void **state)
{
	static const unsigned status[] = {200, 200, 404, 409, 422, 503};

	(void)state;
	for (unsigned i = STORE_STORED; i <= STORE_LATER; i++)
		assert_int_equal(action_status((enum store_answer)i), status[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_action_is_answered_once_later_with_its_number_and_version),
		cmocka_unit_test(nobody_decides_for_an_agency_that_is_not_theirs),
		cmocka_unit_test(who_may_not_see_it_hears_that_it_is_not_there),
		cmocka_unit_test(an_unknown_category_is_refused_by_its_name),
		cmocka_unit_test(a_category_brings_its_priority_but_lowers_none),
		cmocka_unit_test(
			what_a_person_says_it_is_and_where_moves_it_to_the_desk_in_charge),
		cmocka_unit_test(
			a_new_place_lies_in_its_kelurahan_and_says_that_a_person_set_it),
		cmocka_unit_test(a_stale_version_is_a_conflict_that_shows_what_stands),
		cmocka_unit_test(the_same_command_twice_is_one),
		cmocka_unit_test(an_impossible_step_names_the_member_and_changes_nothing),
		cmocka_unit_test(what_does_not_fit_and_what_comes_after_stop_is_to_try_later),
		cmocka_unit_test(each_answer_has_its_status),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
