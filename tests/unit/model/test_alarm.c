#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "model/event.h"
#include "things.h"

#define FIRE   0
#define BOTH   3u
#define START  1764000000000
#define MINUTE 60000

/* A part that waits for something since START, risen so often. */
static void waiting(struct incident *incident, enum wait_kind kind, unsigned level,
		    int priority)
{
	enum wait_slot slot = kind == WAIT_LATE ? WAIT_FOR_ARRIVAL : WAIT_FOR_STEP;

	incident_of(incident, "kebakaran", BOTH);
	incident->verdict.priority = priority;
	incident->assignment[FIRE].wait[slot] = (struct wait){
		.kind = kind, .level = level, .since_ms = START, .due_at_ms = START + MINUTE};
}

static int say(struct incident *incident, const char *json, int64_t at_ms, struct err *err)
{
	struct command *command = command_of(json);
	int status;

	strcpy(command->by, "siti");
	command->acts_for = BOTH;
	command->agency = FIRE;
	command->at_ms = at_ms;
	status = incident_apply(incident, command, err);
	command_free(&command);
	return status;
}

static int shelve(struct incident *incident, const char *alarm, int minutes, struct err *err)
{
	char json[160];

	snprintf(json, sizeof(json),
		 "{\"action\":\"shelve_alarm\",\"alarm\":\"%s\",\"minutes\":%d,\"note\":"
		 "\"tunggu "
		 "PLN\"}",
		 alarm, minutes);
	return say(incident, json, START, err);
}

static int acknowledge(struct incident *incident, const char *alarm, struct err *err)
{
	char json[100];

	snprintf(json, sizeof(json), "{\"action\":\"acknowledge_alarm\",\"alarm\":\"%s\"}",
		 alarm);
	return say(incident, json, START + 1000, err);
}

static json_t *alarms_of(const struct incident *incident)
{
	struct jsonw w;
	json_t *doc, *list;

	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	alarms_write(incident, &three, &w);
	jsonw_close(&w, '}');
	doc = parsed_slice(w.text, w.len);
	jsonw_fini(&w);
	list = json_incref(json_object_get(doc, "alarms"));
	json_decref(doc);
	return list;
}

static const char *member(const json_t *list, const char *key)
{
	const char *text = json_string_value(json_object_get(json_array_get(list, 0), key));

	return text != NULL ? text : "null";
}

static void each_wait_raises_its_alarm_from_its_level_on(void **state)
{
	static const struct {
		enum wait_kind kind;
		unsigned level;
		const char *alarm; /* NULL: none */
	} cases[] = {
		{WAIT_NONE, 0, NULL},
		{WAIT_UNTAKEN, 0, "new"},
		{WAIT_UNTAKEN, 2, "new"},
		{WAIT_UNSENT, 0, NULL},
		{WAIT_UNSENT, 1, "new"},
		{WAIT_UNSURE, 0, NULL},
		{WAIT_UNSURE, 1, "unsure"},
		{WAIT_UNANSWERED, 0, NULL},
		{WAIT_UNANSWERED, 1, "silent_unit"},
		{WAIT_UNMOVED, 0, NULL},
		{WAIT_UNMOVED, 1, "silent_unit"},
		{WAIT_LATE, 0, NULL},
		{WAIT_LATE, 1, "late"},
		{WAIT_ASKED, 1, "new"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct incident incident;
		json_t *list;

		waiting(&incident, cases[i].kind, cases[i].level, 2);
		list = alarms_of(&incident);
		assert_int_equal(json_array_size(list), cases[i].alarm != NULL);
		if (cases[i].alarm != NULL) {
			assert_string_equal(member(list, "kind"), cases[i].alarm);
			assert_string_equal(member(list, "agency"), "fire");
			assert_string_equal(member(list, "acknowledged_by"), "null");
		}
		json_decref(list);
		incident_fini(&incident);
	}
}

static void how_urgent_an_alarm_is_depends_on_its_kind(void **state)
{
	static const struct {
		enum wait_kind kind;
		int priority, alarm;
	} cases[] = {
		{WAIT_UNTAKEN, 1, 1}, {WAIT_UNTAKEN, 4, 4}, {WAIT_UNMOVED, 1, 1},
		{WAIT_UNMOVED, 4, 2}, {WAIT_LATE, 1, 2},    {WAIT_UNSURE, 4, 2},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct incident incident;
		json_t *list;

		waiting(&incident, cases[i].kind, 1, cases[i].priority);
		list = alarms_of(&incident);
		assert_int_equal(json_integer_value(
					 json_object_get(json_array_get(list, 0), "priority")),
				 cases[i].alarm);
		json_decref(list);
		incident_fini(&incident);
	}
}

static void an_acknowledgement_holds_until_it_rises(void **state)
{
	struct incident incident;
	struct err err;
	json_t *list;

	(void)state;
	waiting(&incident, WAIT_UNTAKEN, 0, 1);
	assert_int_equal(acknowledge(&incident, "new", &err), 0);
	list = alarms_of(&incident);
	assert_string_equal(member(list, "acknowledged_by"), "siti");
	json_decref(list);
	assert_int_equal(acknowledge(&incident, "new", &err), -1);
	assert_non_null(strstr(err.text, "siti"));
	incident.assignment[FIRE].wait[WAIT_FOR_STEP].level = 1;
	alarms_settle(&incident);
	assert_int_equal(incident.mark_count, 0);
	list = alarms_of(&incident);
	assert_string_equal(member(list, "acknowledged_by"), "null");
	json_decref(list);
	assert_int_equal(acknowledge(&incident, "new", &err), 0);
	incident_fini(&incident);
}

static void what_may_be_put_off_and_for_how_long_is_a_table(void **state)
{
	static const struct {
		enum wait_kind kind;
		const char *alarm;
		int priority, minutes;
		const char *field; /* NULL: done */
	} cases[] = {
		{WAIT_UNTAKEN, "new", 1, 1, "alarm"},
		{WAIT_UNTAKEN, "new", 2, 15, NULL},
		{WAIT_UNTAKEN, "new", 2, 16, "minutes"},
		{WAIT_UNSURE, "unsure", 1, 5, NULL},
		{WAIT_UNSURE, "unsure", 3, 6, "minutes"},
		{WAIT_LATE, "late", 1, 15, NULL},
		{WAIT_LATE, "late", 2, 16, "minutes"},
		{WAIT_UNMOVED, "silent_unit", 3, 1, "alarm"},
		{WAIT_UNTAKEN, "late", 2, 5, "alarm"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct incident incident;
		struct err err = {0};
		int status;

		waiting(&incident, cases[i].kind, 1, cases[i].priority);
		status = shelve(&incident, cases[i].alarm, cases[i].minutes, &err);
		assert_int_equal(status, cases[i].field == NULL ? 0 : -1);
		if (cases[i].field != NULL)
			assert_string_equal(err.field, cases[i].field);
		incident_fini(&incident);
	}
}

static void what_is_put_off_says_until_when_and_why_and_is_read_back(void **state)
{
	struct incident incident, again;
	struct jsonw w;
	struct err err;
	json_t *doc, *list;

	(void)state;
	waiting(&incident, WAIT_LATE, 1, 2);
	assert_int_equal(shelve(&incident, "late", 15, &err), 0);
	jsonw_init(&w, 1024);
	incident_write(&incident, &three, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	jsonw_fini(&w);
	assert_int_equal(incident_read(doc, &three, &again, &err), 0);
	json_decref(doc);
	list = alarms_of(&again);
	assert_string_equal(member(list, "shelved_by"), "siti");
	assert_string_equal(member(list, "reason"), "tunggu PLN");
	assert_string_equal(member(list, "shelved_until"), "2025-11-24T16:15:00.000Z");
	assert_string_equal(member(list, "acknowledged_by"), "null");
	json_decref(list);
	incident_fini(&again);
	assert_int_equal(acknowledge(&incident, "late", &err), 0);
	list = alarms_of(&incident);
	assert_string_equal(member(list, "shelved_until"), "null");
	json_decref(list);
	incident_fini(&incident);
}

static void what_is_said_of_an_alarm_makes_nobodys_decision_stale(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	waiting(&incident, WAIT_UNTAKEN, 0, 2);
	assert_int_equal(acknowledge(&incident, "new", &err), 0);
	assert_int_equal(incident.version, 2);
	assert_int_equal(say(&incident, "{\"action\":\"acknowledge\",\"expected_version\":1}",
			     START, &err),
			 0);
	incident_fini(&incident);
}

static void the_words_that_a_broker_keeps_hold_no_reason(void **state)
{
	struct incident incident;
	struct event event = {.seq = 7};
	struct jsonw w;
	struct buf *kept;
	struct err err;

	(void)state;
	waiting(&incident, WAIT_LATE, 1, 2);
	assert_int_equal(shelve(&incident, "late", 15, &err), 0);
	jsonw_init(&w, 1024);
	event_write_report(&w, 7, START, EVENT_INCIDENT_CREATED, SOME_REPORT, NULL, &incident,
			   &three);
	event.body = jsonw_buf(&w);
	kept = event_retained(&event, 7, "L-1");
	assert_null(memmem(kept->data, kept->len, "PLN", 3));
	buf_unref(&kept);
	buf_unref(&event.body);
	jsonw_fini(&w);
	incident_fini(&incident);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_wait_raises_its_alarm_from_its_level_on),
		cmocka_unit_test(how_urgent_an_alarm_is_depends_on_its_kind),
		cmocka_unit_test(an_acknowledgement_holds_until_it_rises),
		cmocka_unit_test(what_may_be_put_off_and_for_how_long_is_a_table),
		cmocka_unit_test(what_is_put_off_says_until_when_and_why_and_is_read_back),
		cmocka_unit_test(what_is_said_of_an_alarm_makes_nobodys_decision_stale),
		cmocka_unit_test(the_words_that_a_broker_keeps_hold_no_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
