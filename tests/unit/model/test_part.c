#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "model/join.h"
#include "things.h"

#define FIRE   1u
#define POLICE 2u
#define HEALTH 4u
#define ALL    (FIRE | POLICE | HEALTH)
#define THEN   1764000009000

/* What somebody who acts for these decides. */
static int decide(struct incident *incident, agency_set acts_for, const char *json,
		  struct err *err)
{
	struct command *command = command_of(json);
	int status;

	snprintf(command->by, sizeof(command->by), "siti");
	command->acts_for = acts_for;
	command->at_ms = THEN;
	for (unsigned i = 0; i < command->unit_count; i++)
		command->unit[i].agency = (unsigned)__builtin_ctz(acts_for);
	status = incident_apply(incident, command, err);
	command_free(&command);
	return status;
}

static void does(struct incident *incident, agency_set acts_for, const char *json)
{
	struct err err;

	if (decide(incident, acts_for, json, &err) < 0)
		fail_msg("%s: %s: %s", json, err.field, err.text);
}

static void refuses(struct incident *incident, agency_set acts_for, const char *json,
		    const char *field)
{
	struct err err;

	assert_int_equal(decide(incident, acts_for, json, &err), -1);
	assert_int_equal(err.kind, ERR_INVALID);
	assert_string_equal(err.field, field);
}

#define CLOSE(outcome) "{\"action\":\"close\",\"outcome\":\"" outcome "\"}"

static void an_agency_closes_its_own_part_and_the_last_one_closes_the_incident(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	does(&incident, FIRE, "{\"action\":\"acknowledge\"}");
	does(&incident, FIRE, CLOSE("no_event"));
	assert_int_equal(incident.status, INCIDENT_ACTIVE);
	assert_int_equal(incident.closed_at_ms, 0);
	assert_string_equal(incident.assignment[0].outcome, "no_event");
	assert_int_equal(incident.assignment[0].closed_at_ms, THEN);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_CLEARED);
	assert_int_equal(incident.assignment[1].state, ASSIGNMENT_PENDING);
	assert_null(incident.assignment[1].outcome);
	assert_false(incident_is_over(&incident));
	does(&incident, POLICE, CLOSE("prank"));
	assert_int_equal(incident.status, INCIDENT_CLOSED);
	assert_int_equal(incident.closed_at_ms, THEN);
	assert_string_equal(incident.outcome, "no_event");
	assert_true(incident_is_over(&incident));
	incident_fini(&incident);
}

/* Stands here a second time, on purpose. */
static void what_one_has_found_counts_and_a_prank_is_one_when_all_say_so(void **state)
{
	static const char *const order[] = {"resolved",    "handed_over", "duplicate",
					    "unreachable", "other",       "no_event",
					    "prank"};
	char json[64];

	(void)state;
	for (unsigned i = 0; i < 7; i++)
		for (unsigned j = 0; j < 7; j++) {
			struct incident incident;

			incident_of(&incident, "x", FIRE | POLICE);
			snprintf(json, sizeof(json),
				 "{\"action\":\"close\",\"outcome\":\"%s\"}", order[i]);
			does(&incident, FIRE, json);
			snprintf(json, sizeof(json),
				 "{\"action\":\"close\",\"outcome\":\"%s\"}", order[j]);
			does(&incident, POLICE, json);
			assert_string_equal(incident.outcome, order[i < j ? i : j]);
			assert_string_equal(incident.assignment[1].outcome, order[j]);
			incident_fini(&incident);
		}
}

static void who_acts_for_all_ends_the_whole_and_says_how_or_one_part_by_name(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", ALL);
	does(&incident, ALL,
	     "{\"action\":\"close\",\"outcome\":\"resolved\",\"agency\":\"health\"}");
	assert_int_equal(incident.status, INCIDENT_ACTIVE);
	assert_int_equal(incident_closed_parts(&incident), HEALTH);
	does(&incident, ALL, CLOSE("no_event"));
	assert_int_equal(incident.status, INCIDENT_CLOSED);
	assert_string_equal(incident.outcome, "no_event");
	assert_string_equal(incident.assignment[0].outcome, "no_event");
	assert_string_equal(incident.assignment[2].outcome, "resolved"); /* as it was said */
	incident_fini(&incident);
}

static void a_close_frees_the_units_of_that_part_alone(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	does(&incident, FIRE, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	does(&incident, POLICE, "{\"action\":\"assign\",\"units\":[\"POL-01\"]}");
	refuses(&incident, FIRE, CLOSE("resolved"), "release");
	does(&incident, FIRE,
	     "{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true}");
	assert_int_equal(incident.sent[0].state, ORDER_RECALLED);
	assert_int_equal(incident.sent[1].state, ORDER_ORDERED);
	assert_int_equal(incident.heard, 1);
	incident_fini(&incident);
}

static void in_a_closed_part_nothing_is_done_until_it_is_reopened(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	does(&incident, FIRE, CLOSE("resolved"));
	refuses(&incident, FIRE, CLOSE("prank"), "action");
	refuses(&incident, FIRE, "{\"action\":\"acknowledge\"}", "action");
	refuses(&incident, FIRE, "{\"action\":\"cancel\"}", "action");
	refuses(&incident, FIRE, "{\"action\":\"escalate\"}", "action");
	refuses(&incident, FIRE, "{\"action\":\"status\",\"status\":\"en_route\"}", "action");
	refuses(&incident, FIRE, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}", "units[0]");
	does(&incident, FIRE, "{\"action\":\"note\",\"note\":\"selesai\"}");
	does(&incident, FIRE, "{\"action\":\"reopen\"}");
	does(&incident, FIRE, "{\"action\":\"acknowledge\"}");
	incident_fini(&incident);
}

static void a_reopened_part_begins_anew_and_the_others_stay_closed(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	refuses(&incident, FIRE, "{\"action\":\"reopen\"}", "action");
	does(&incident, FIRE, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	does(&incident, FIRE,
	     "{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true}");
	does(&incident, POLICE, CLOSE("no_event"));
	does(&incident, FIRE, "{\"action\":\"reopen\"}");
	assert_int_equal(incident.status, INCIDENT_NEW);
	assert_string_equal(incident.outcome, "");
	assert_int_equal(incident.sent_count, 1); /* its crew has not said that it knows */
	assert_int_equal(incident.sent[0].state, ORDER_RECALLED);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_PENDING);
	assert_int_equal(incident_closed_parts(&incident), POLICE);
	refuses(&incident, FIRE, "{\"action\":\"reopen\"}", "action");
	does(&incident, POLICE, "{\"action\":\"reopen\"}");
	assert_int_equal(incident_closed_parts(&incident), 0);
	incident_fini(&incident);
}

static void what_comes_back_from_a_hand_over_waits_anew(void **state)
{
	struct incident incident;
	struct wait *wait = &incident.assignment[0].wait[WAIT_FOR_STEP];

	(void)state;
	incident_of(&incident, "x", FIRE);
	does(&incident, FIRE,
	     "{\"action\":\"hand_over\",\"to\":\"police\",\"reason\":\"tabrakan\"}");
	*wait = (struct wait){.kind = WAIT_UNSENT, .level = 3, .since_ms = 1};
	does(&incident, FIRE, "{\"action\":\"acknowledge\"}");
	assert_int_equal(incident.assignment[0].handed_at_ms, 0);
	assert_int_equal(wait->level, 0);
	assert_int_equal(wait->kind, WAIT_NONE);
	incident_fini(&incident);
}

static void nobody_is_left_with_closed_parts_alone(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	does(&incident, FIRE, CLOSE("resolved"));
	refuses(&incident, ALL, "{\"action\":\"reclassify\",\"agencies\":[\"fire\"]}",
		"agencies");
	does(&incident, ALL, "{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"health\"]}");
	assert_int_equal(incident_closed_parts(&incident), FIRE);
	incident_fini(&incident);
}

static void add(struct incident *incident, enum disposition disposition, agency_set agencies)
{
	struct filing filing = {
		.report = {.id = SOME_REPORT},
		.verdict = {.disposition = disposition, .priority = 3, .agencies = agencies},
		.location = {.from = LOCATION_NONE, .accuracy_m = -1},
	};

	incident_add_report(incident, &filing, THEN + 1);
}

static void a_further_report_calls_back_who_had_closed_its_part(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", ALL);
	does(&incident, FIRE, CLOSE("resolved"));
	does(&incident, HEALTH, CLOSE("resolved"));
	add(&incident, DISPOSITION_NOISE, FIRE);
	assert_int_equal(incident_closed_parts(&incident), FIRE | HEALTH);
	add(&incident, DISPOSITION_EMERGENCY, FIRE | POLICE);
	assert_int_equal(incident_closed_parts(&incident), HEALTH);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_PENDING);
	assert_int_equal(incident.assignment[0].since_ms, THEN + 1);
	assert_int_equal(incident.decided_version, incident.version);
	incident_fini(&incident);
}

static void of_two_that_become_one_a_part_that_is_open_stays_open(void **state)
{
	struct incident into, from;

	(void)state;
	incident_of(&into, "x", FIRE | POLICE);
	incident_of(&from, "y", FIRE | POLICE);
	does(&into, FIRE, CLOSE("resolved"));
	does(&from, POLICE, CLOSE("resolved"));
	incident_take_in(&into, &from, THEN);
	assert_int_equal(incident_closed_parts(&into), 0);
	incident_fini(&into);
	incident_fini(&from);
}

static json_t *written(const struct incident *incident)
{
	struct jsonw w;
	json_t *doc;

	jsonw_init(&w, 1024);
	incident_write(incident, &three, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	jsonw_fini(&w);
	return doc;
}

static void a_closed_part_is_read_back_and_an_open_one_says_nothing_of_it(void **state)
{
	struct incident incident, back;
	struct err err;
	json_t *doc, *parts;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	does(&incident, POLICE, CLOSE("handed_over"));
	doc = written(&incident);
	parts = json_object_get(doc, "assignments");
	assert_null(json_object_get(json_array_get(parts, 0), "outcome"));
	assert_null(json_object_get(json_array_get(parts, 0), "closed_at"));
	assert_int_equal(incident_read(doc, &three, &back, &err), 0);
	assert_int_equal(incident_closed_parts(&back), POLICE);
	assert_string_equal(back.assignment[1].outcome, "handed_over");
	assert_int_equal(back.assignment[1].closed_at_ms, THEN);
	json_decref(doc);
	incident_fini(&incident);
	incident_fini(&back);
}

static void one_that_was_closed_before_parts_were_has_closed_parts(void **state)
{
	struct incident incident, back;
	struct err err;
	json_t *doc, *part;
	size_t i;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	does(&incident, ALL, CLOSE("resolved"));
	doc = written(&incident);
	json_array_foreach(json_object_get(doc, "assignments"), i, part)
		json_object_del(part, "outcome");
	assert_int_equal(incident_read(doc, &three, &back, &err), 0);
	assert_true(incident_is_over(&back));
	does(&back, FIRE, "{\"action\":\"reopen\"}");
	assert_int_equal(incident_closed_parts(&back), POLICE);
	json_decref(doc);
	incident_fini(&incident);
	incident_fini(&back);
}

#define GIVE(to) "{\"action\":\"hand_over\",\"to\":\"" to "\",\"reason\":\"milik mereka\"}"

static bool waits_for_them(struct incident *incident, unsigned agency)
{
	return incident->assignment[agency].outcome == NULL &&
	       incident->assignment[agency].handed_at_ms != 0;
}

static void what_is_handed_over_stays_until_it_is_taken_there(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE);
	refuses(&incident, FIRE, GIVE("fire"), "to");
	does(&incident, FIRE, GIVE("health"));
	assert_true(waits_for_them(&incident, 0));
	assert_int_equal(incident.verdict.agencies, FIRE | HEALTH);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_ACKNOWLEDGED);
	assert_int_equal(incident.assignment[2].state, ASSIGNMENT_PENDING);
	refuses(&incident, HEALTH, GIVE("fire"), "to"); /* to and fro it would be nobody's */
	does(&incident, HEALTH, "{\"action\":\"acknowledge\"}");
	assert_string_equal(incident.assignment[0].outcome, "handed_over");
	assert_int_equal(incident.status, INCIDENT_ACTIVE);
	assert_int_equal(incident.assignment[2].state, ASSIGNMENT_ACKNOWLEDGED);
	does(&incident, HEALTH, CLOSE("resolved"));
	assert_string_equal(incident.outcome, "resolved");
	incident_fini(&incident);
}

static void who_is_there_already_takes_it_by_saying_so_or_by_sending(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", ALL);
	does(&incident, HEALTH, "{\"action\":\"assign\",\"units\":[\"AMB-01\"]}");
	does(&incident, FIRE, GIVE("health"));
	does(&incident, POLICE, GIVE("health"));
	assert_int_equal(incident.assignment[2].state, ASSIGNMENT_DISPATCHED);
	does(&incident, HEALTH, "{\"action\":\"acknowledge\"}");
	assert_int_equal(incident_closed_parts(&incident), FIRE | POLICE);
	assert_int_equal(incident.assignment[2].state, ASSIGNMENT_DISPATCHED);
	refuses(&incident, HEALTH, "{\"action\":\"acknowledge\"}", "action");
	does(&incident, FIRE, "{\"action\":\"reopen\"}");
	does(&incident, FIRE, GIVE("health"));
	does(&incident, HEALTH, "{\"action\":\"assign\",\"units\":[\"AMB-02\"]}");
	assert_int_equal(incident_closed_parts(&incident), FIRE | POLICE);
	incident_fini(&incident);
}

static void who_is_bound_is_not_given_away(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "x", FIRE);
	does(&incident, FIRE, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	refuses(&incident, FIRE, GIVE("health"), "action");
	does(&incident, FIRE, "{\"action\":\"cancel\",\"units\":[\"DMK-01\"]}");
	does(&incident, FIRE, GIVE("health"));
	does(&incident, FIRE, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	assert_false(waits_for_them(&incident, 0)); /* taken back */
	incident_fini(&incident);
}

static void what_they_do_not_take_or_is_taken_back_is_not_handed_over_any_more(void **state)
{
	static const char *const refusals[] = {
		"{\"action\":\"status\",\"status\":\"declined\"}", "{\"action\":\"cancel\"}",
		CLOSE("no_event")};
	struct incident incident;

	(void)state;
	for (unsigned i = 0; i < 3; i++) {
		incident_of(&incident, "x", FIRE);
		does(&incident, FIRE, GIVE("health"));
		does(&incident, HEALTH, refusals[i]);
		assert_false(waits_for_them(&incident, 0));
		assert_int_equal(incident.status, INCIDENT_ACTIVE);
		does(&incident, FIRE, GIVE("health")); /* asked again */
		assert_int_equal(incident.assignment[2].state, ASSIGNMENT_PENDING);
		incident_fini(&incident);
	}
	incident_of(&incident, "x", FIRE);
	does(&incident, FIRE, GIVE("health"));
	does(&incident, FIRE, "{\"action\":\"acknowledge\"}");
	assert_false(waits_for_them(&incident, 0));
	does(&incident, HEALTH, "{\"action\":\"acknowledge\"}");
	assert_int_equal(incident_closed_parts(&incident), 0);
	incident_fini(&incident);
}

static void a_neighbour_has_taken_it_when_a_person_says_who(void **state)
{
	struct incident incident, back;
	struct err err;
	json_t *doc;

	(void)state;
	incident_of(&incident, "x", FIRE);
	refuses(&incident, FIRE, "{\"action\":\"acknowledge\",\"taken_by\":\"Pak Budi\"}",
		"taken_by");
	does(&incident, FIRE, GIVE("kab-cirebon"));
	assert_int_equal(incident.verdict.agencies, FIRE);
	doc = written(&incident);
	assert_int_equal(incident_read(doc, &three, &back, &err), 0);
	assert_true(waits_for_them(&back, 0));
	assert_string_equal(back.assignment[0].neighbour, "kab-cirebon");
	does(&back, FIRE, "{\"action\":\"acknowledge\",\"taken_by\":\"Pak Budi\"}");
	assert_int_equal(back.status, INCIDENT_CLOSED);
	assert_string_equal(back.outcome, "handed_over");
	assert_string_equal(back.assignment[0].neighbour, "kab-cirebon");
	json_decref(doc);
	incident_fini(&incident);
	incident_fini(&back);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			an_agency_closes_its_own_part_and_the_last_one_closes_the_incident),
		cmocka_unit_test(what_one_has_found_counts_and_a_prank_is_one_when_all_say_so),
		cmocka_unit_test(
			who_acts_for_all_ends_the_whole_and_says_how_or_one_part_by_name),
		cmocka_unit_test(a_close_frees_the_units_of_that_part_alone),
		cmocka_unit_test(in_a_closed_part_nothing_is_done_until_it_is_reopened),
		cmocka_unit_test(a_reopened_part_begins_anew_and_the_others_stay_closed),
		cmocka_unit_test(what_comes_back_from_a_hand_over_waits_anew),
		cmocka_unit_test(nobody_is_left_with_closed_parts_alone),
		cmocka_unit_test(a_further_report_calls_back_who_had_closed_its_part),
		cmocka_unit_test(of_two_that_become_one_a_part_that_is_open_stays_open),
		cmocka_unit_test(a_closed_part_is_read_back_and_an_open_one_says_nothing_of_it),
		cmocka_unit_test(one_that_was_closed_before_parts_were_has_closed_parts),
		cmocka_unit_test(what_is_handed_over_stays_until_it_is_taken_there),
		cmocka_unit_test(who_is_there_already_takes_it_by_saying_so_or_by_sending),
		cmocka_unit_test(who_is_bound_is_not_given_away),
		cmocka_unit_test(
			what_they_do_not_take_or_is_taken_back_is_not_handed_over_any_more),
		cmocka_unit_test(a_neighbour_has_taken_it_when_a_person_says_who),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
