#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "model/join.h"
#include "things.h"

#define FIRE   1u
#define POLICE 2u
#define CAME   INT64_C(1764000000000) /* as things.c has it */
#define MINUTE 60000

static int apply(struct incident *incident, int64_t at_ms, const char *json, struct err *err)
{
	struct command *command = command_of(json);
	int status;

	command->acts_for = FIRE | POLICE;
	command->at_ms = at_ms;
	if (command->action == ACTION_ASSIGN)
		memcpy(command->unit[0].dispatch_id, "D-01ARZ3NDEKTSV4RRFFQ69G5FAV", ID_SIZE);
	status = incident_apply(incident, command, err);
	command_free(&command);
	return status;
}

static void does(struct incident *incident, int64_t at_ms, const char *json)
{
	struct err err;

	if (apply(incident, at_ms, json, &err) < 0)
		fail_msg("%s: %s: %s", json, err.field, err.text);
}

/* whose: a member that names the unit or the agency. */
static int corrects(struct incident *incident, const char *whose, const char *milestone,
		    int64_t to_ms, struct err *err)
{
	char json[256], to[CLOCK_TEXT];

	clock_format(to_ms, to);
	snprintf(json, sizeof(json),
		 "{\"action\":\"correct\",%s,\"milestone\":\"%s\",\"to\":\"%s\","
		 "\"reason\":\"salah jam\"}",
		 whose, milestone, to);
	return apply(incident, CAME + 60 * MINUTE, json, err);
}

#define UNIT "\"unit\":\"DMK-01\""

static void is_corrected(struct incident *incident, const char *whose, const char *milestone,
			 int64_t to_ms)
{
	struct err err;

	if (corrects(incident, whose, milestone, to_ms, &err) < 0)
		fail_msg("%s: %s: %s", milestone, err.field, err.text);
}

static void is_refused(struct incident *incident, const char *whose, const char *milestone,
		       int64_t to_ms, const char *field)
{
	struct err err;

	assert_int_equal(corrects(incident, whose, milestone, to_ms, &err), -1);
	assert_string_equal(err.field, field);
}

/* Sent at 1, on the way at 2, there at 10, done at 30: minutes after it came. */
static void a_fire(struct incident *incident)
{
	incident_of(incident, "x", FIRE | POLICE);
	does(incident, CAME + MINUTE, "{\"action\":\"acknowledge\",\"agency\":\"fire\"}");
	does(incident, CAME + MINUTE, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	does(incident, CAME + 2 * MINUTE,
	     "{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"en_route\"}");
	does(incident, CAME + 10 * MINUTE,
	     "{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"on_scene\"}");
	does(incident, CAME + 30 * MINUTE,
	     "{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"cleared\"}");
}

/* As it is after the log. */
static void read_again(struct incident *incident)
{
	struct incident again;
	struct jsonw w;
	json_t *doc;
	struct err err;

	jsonw_init(&w, 4096);
	incident_write(incident, &three, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	assert_int_equal(incident_read(doc, &three, &again, &err), 0);
	json_decref(doc);
	jsonw_fini(&w);
	incident_fini(incident);
	*incident = again;
}

/* The one of that agency (unit NULL) or unit; the test's to decref. NULL: there is none. */
static json_t *milestone(const struct incident *incident, const char *unit, const char *name)
{
	const json_t *one;
	json_t *list, *found = NULL;
	struct jsonw w;
	size_t i;

	jsonw_init(&w, 1024);
	milestones_write(incident, &three, &w, NULL);
	list = parsed_slice(w.text, w.len);
	json_array_foreach(list, i, one)
	{
		const char *of = json_string_value(json_object_get(one, "unit"));
		const char *agency = json_string_value(json_object_get(one, "agency"));
		const char *is = json_string_value(json_object_get(one, "milestone"));

		if (strcmp(agency, "fire") == 0 && strcmp(is, name) == 0 &&
		    (unit == NULL ? of == NULL : of != NULL && strcmp(of, unit) == 0))
			found = json_incref((json_t *)(uintptr_t)one);
	}
	json_decref(list);
	jsonw_fini(&w);
	return found;
}

/* was_ms 0: never corrected. */
static void assert_is(const struct incident *incident, const char *unit, const char *name,
		      int64_t at_ms, int64_t was_ms)
{
	json_t *one = milestone(incident, unit, name);
	const json_t *corrected = json_object_get(one, "corrected");
	char at[CLOCK_TEXT], was[CLOCK_TEXT];

	assert_non_null(one);
	clock_format(at_ms, at);
	clock_format(was_ms, was);
	assert_string_equal(json_string_value(json_object_get(one, "at")), at);
	if (was_ms == 0)
		assert_null(corrected);
	else
		assert_string_equal(json_string_value(json_object_get(corrected, "was")), was);
	json_decref(one);
}

static void milestones_are_the_first_times_of_units_and_of_their_agency(void **state)
{
	struct incident incident;

	(void)state;
	a_fire(&incident);
	assert_is(&incident, NULL, "acknowledged", CAME + MINUTE, 0);
	assert_is(&incident, NULL, "ordered", CAME + MINUTE, 0);
	assert_is(&incident, "DMK-01", "on_scene", CAME + 10 * MINUTE, 0);
	assert_is(&incident, NULL, "on_scene", CAME + 10 * MINUTE, 0);
	assert_is(&incident, NULL, "cleared", CAME + 30 * MINUTE, 0);
	does(&incident, CAME + 31 * MINUTE, "{\"action\":\"assign\",\"units\":[\"DMK-02\"]}");
	assert_null(milestone(&incident, NULL, "cleared")); /* one of them is out */
	does(&incident, CAME + 32 * MINUTE,
	     "{\"action\":\"status\",\"unit\":\"DMK-02\",\"status\":\"on_scene\"}");
	assert_is(&incident, NULL, "on_scene", CAME + 10 * MINUTE, 0);
	incident_fini(&incident);
}

static void what_is_corrected_keeps_what_was_told_beside_it(void **state)
{
	struct incident incident;
	int64_t decided;

	(void)state;
	a_fire(&incident);
	decided = incident.decided_version;
	is_corrected(&incident, UNIT, "on_scene", CAME + 8 * MINUTE);
	assert_int_equal(incident.was_ms, CAME + 10 * MINUTE);
	read_again(&incident);
	assert_is(&incident, "DMK-01", "on_scene", CAME + 8 * MINUTE, CAME + 10 * MINUTE);
	assert_is(&incident, NULL, "on_scene", CAME + 8 * MINUTE, CAME + 10 * MINUTE);
	is_corrected(&incident, UNIT, "on_scene", CAME + 9 * MINUTE);
	assert_int_equal(incident.was_ms, CAME + 8 * MINUTE);
	assert_is(&incident, "DMK-01", "on_scene", CAME + 9 * MINUTE, CAME + 10 * MINUTE);
	is_corrected(&incident, "\"agency\":\"fire\"", "acknowledged", CAME + MINUTE / 2);
	read_again(&incident);
	assert_is(&incident, NULL, "acknowledged", CAME + MINUTE / 2, CAME + MINUTE);
	assert_int_equal(incident.decided_version, decided); /* it makes nobody's stale */
	incident_fini(&incident);
}

static void an_agency_that_names_no_units_has_milestones_of_its_own(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE);
	does(&incident, CAME + MINUTE, "{\"action\":\"acknowledge\"}");
	incident.assignment[0].state = ASSIGNMENT_DISPATCHED;
	does(&incident, CAME + 2 * MINUTE, "{\"action\":\"status\",\"status\":\"en_route\"}");
	does(&incident, CAME + 9 * MINUTE, "{\"action\":\"status\",\"status\":\"on_scene\"}");
	is_refused(&incident, "\"agency\":\"fire\"", "en_route", CAME + 10 * MINUTE, "to");
	is_corrected(&incident, "\"agency\":\"fire\"", "en_route", CAME + 3 * MINUTE);
	assert_is(&incident, NULL, "en_route", CAME + 3 * MINUTE, CAME + 2 * MINUTE);
	incident_fini(&incident);
}

static void a_time_that_cannot_be_is_refused(void **state)
{
	struct incident incident;

	(void)state;
	a_fire(&incident);
	is_refused(&incident, UNIT, "on_scene", CAME - 1, "to");
	is_refused(&incident, UNIT, "cleared", CAME + 60 * MINUTE + 1, "to");
	is_refused(&incident, UNIT, "on_scene", CAME + 10 * MINUTE, "to"); /* it is so */
	is_refused(&incident, UNIT, "on_scene", CAME + 2 * MINUTE - 1, "to");
	is_refused(&incident, UNIT, "on_scene", CAME + 30 * MINUTE + 1, "to");
	is_refused(&incident, UNIT, "en_route", CAME + 10 * MINUTE + 1, "to");
	is_refused(&incident, UNIT, "cleared", CAME + 10 * MINUTE - 1, "to");
	is_refused(&incident, UNIT, "accepted", CAME + MINUTE, "milestone");
	is_refused(&incident, UNIT, "acknowledged", CAME + MINUTE, "milestone");
	is_refused(&incident, "\"agency\":\"fire\"", "on_scene", CAME + MINUTE, "milestone");
	is_refused(&incident, "\"unit\":\"DMK-09\"", "on_scene", CAME + MINUTE, "unit");
	is_refused(&incident, "\"agency\":\"health\"", "on_scene", CAME + MINUTE, "agency");
	is_corrected(&incident, UNIT, "on_scene", CAME + 2 * MINUTE);
	is_corrected(&incident, UNIT, "on_scene", CAME + 30 * MINUTE);
	is_corrected(&incident, UNIT, "cleared", CAME + 60 * MINUTE);
	incident_fini(&incident);
}

/* Entered from paper hours later it came when it happened. */
static void what_came_on_paper_came_then(void **state)
{
	struct incident incident;

	(void)state;
	a_fire(&incident);
	incident.happened_ms = CAME - 60 * MINUTE;
	is_refused(&incident, UNIT, "en_route", CAME - 60 * MINUTE - 1, "to");
	is_corrected(&incident, UNIT, "en_route", CAME - 60 * MINUTE);
	incident_fini(&incident);
}

static void nobody_corrects_without_a_reason(void **state)
{
	static const char *const bad[][2] = {
		{"\"milestone\":\"on_scene\",\"to\":\"2025-11-24T16:00:05Z\"", "reason"},
		{"\"milestone\":\"on_scene\",\"to\":\"2025-11-24T16:00:05Z\",\"reason\":\" \"",
		 "reason"},
		{"\"milestone\":\"on_scene\",\"reason\":\"x\"", "to"},
		{"\"milestone\":\"on_scene\",\"reason\":\"x\",\"to\":\"kemarin\"", "to"},
		{"\"milestone\":\"ordered\",\"to\":\"2025-11-24T16:00:05Z\"", "milestone"},
		{"\"to\":\"2025-11-24T16:00:05Z\"", "milestone"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct command *command = NULL;
		char json[160];
		struct err err;

		snprintf(json, sizeof(json), "{\"action\":\"correct\",%s}", bad[i][0]);
		assert_int_equal(command_parse(json, strlen(json), SOME_INCIDENT, &three,
					       &command, &err),
				 -1);
		assert_string_equal(err.field, bad[i][1]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(milestones_are_the_first_times_of_units_and_of_their_agency),
		cmocka_unit_test(what_is_corrected_keeps_what_was_told_beside_it),
		cmocka_unit_test(an_agency_that_names_no_units_has_milestones_of_its_own),
		cmocka_unit_test(a_time_that_cannot_be_is_refused),
		cmocka_unit_test(what_came_on_paper_came_then),
		cmocka_unit_test(nobody_corrects_without_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
