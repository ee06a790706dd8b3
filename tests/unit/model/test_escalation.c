#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "things.h"

#define FIRE   0
#define POLICE 1
#define BOTH   3u
#define START  1764000000000
#define SECOND 1000

/* A city of one rule for each kind: after 10 s the desk, after 20 s the supervisor, after 30 s
 * out of the house; half as long at priority 1. */
static struct escalation_policy *policy;

static void add_row(enum wait_kind kind, unsigned priorities, int64_t unit)
{
	struct escalation_row *row = &policy->row[policy->row_count++];

	*row = (struct escalation_row){
		.kind = kind,
		.agencies = ~(agency_set)0,
		.priorities = priorities,
		.step_count = 3,
		.step = {{unit, RISE_DESK},
			 {2 * unit, RISE_SUPERVISOR},
			 {3 * unit, RISE_OTHER_CHANNEL}},
	};
	memset(&row->hours, 0xff, sizeof(row->hours));
}

static int open_city(void **state)
{
	struct routes *calendar = routes_new();

	(void)state;
	calendar->category_count = 1;
	calendar->category[0] = (struct route_category){
		.id = "fire_building", .leaders = 1u << FIRE, .target_min = 10};
	policy = escalation_policy_new(calendar);
	routes_unref(&calendar);
	for (int kind = WAIT_UNSURE; kind < WAIT_ASKED; kind++) {
		add_row((enum wait_kind)kind, 1u << 1, 5 * SECOND);
		add_row((enum wait_kind)kind, ~0u, 10 * SECOND);
	}
	add_row(WAIT_LATE, ~0u, 40);
	return 0;
}

static int close_city(void **state)
{
	(void)state;
	escalation_policy_unref(&policy);
	return 0;
}

static void fire(struct incident *incident, int priority)
{
	incident_of(incident, "kebakaran", BOTH);
	incident->verdict.disposition = DISPOSITION_EMERGENCY;
	incident->verdict.priority = priority;
	strcpy(incident->verdict.category, "fire_building");
	escalation_settle(policy, incident, START);
}

static const struct wait *step(const struct incident *incident, unsigned agency)
{
	return &incident->assignment[agency].wait[WAIT_FOR_STEP];
}

static void is_waiting(const struct wait *wait, enum wait_kind kind, unsigned level,
		       int64_t since_ms, int64_t after_ms, enum rise next)
{
	assert_int_equal(wait->kind, kind);
	assert_int_equal(wait->level, level);
	assert_int_equal(wait->since_ms, since_ms);
	assert_int_equal(wait->due_at_ms, after_ms > 0 ? since_ms + after_ms : 0);
	assert_int_equal(wait->next, next);
}

static int apply(struct incident *incident, const char *json, const char *by, int64_t at_ms,
		 const struct wait *expected, struct err *err)
{
	struct command *command = command_of(json);
	int status;

	strcpy(command->by, by);
	command->acts_for = BOTH;
	command->at_ms = at_ms;
	if (expected != NULL)
		command->expected_wait = (struct expected_wait){expected->kind, expected->level,
								expected->since_ms};
	status = incident_apply(incident, command, err);
	if (status == 0)
		escalation_settle(policy, incident, at_ms);
	command_free(&command);
	return status;
}

#define RAISE       "{\"action\":\"escalate\",\"agency\":\"fire\"}"
#define ACKNOWLEDGE "{\"action\":\"acknowledge\",\"agency\":\"fire\"}"

static void an_emergency_waits_to_be_taken_and_each_part_for_itself(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	fire(&incident, 2);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 0, START, 10 * SECOND, RISE_DESK);
	is_waiting(step(&incident, POLICE), WAIT_UNTAKEN, 0, START, 10 * SECOND, RISE_DESK);
	assert_int_equal(apply(&incident, ACKNOWLEDGE, "siti", START + 4000, NULL, &err), 0);
	is_waiting(step(&incident, FIRE), WAIT_UNSENT, 0, START + 4000, 10 * SECOND, RISE_DESK);
	is_waiting(step(&incident, POLICE), WAIT_UNTAKEN, 0, START, 10 * SECOND, RISE_DESK);
	incident_fini(&incident);
}

static void a_ticket_and_noise_wait_for_nobody_and_a_doubt_for_a_look(void **state)
{
	static const struct {
		enum disposition disposition;
		enum wait_kind kind;
	} cases[] = {
		{DISPOSITION_EMERGENCY, WAIT_UNTAKEN},
		{DISPOSITION_REVIEW, WAIT_UNSURE},
		{DISPOSITION_ROUTINE, WAIT_NONE},
		{DISPOSITION_NOISE, WAIT_NONE},
	};
	struct incident incident;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		incident_of(&incident, "ada asap", BOTH);
		incident.verdict.disposition = cases[i].disposition;
		escalation_settle(policy, &incident, START);
		assert_int_equal(step(&incident, FIRE)->kind, cases[i].kind);
		incident_fini(&incident);
	}
}

static void a_rise_happens_once_for_the_wait_and_the_level_it_was_decided_for(void **state)
{
	struct incident incident;
	struct wait first;
	struct err err;

	(void)state;
	fire(&incident, 2);
	first = *step(&incident, FIRE);
	assert_int_equal(apply(&incident, RAISE, "", START + 10000, &first, &err), 0);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 1, START, 20 * SECOND, RISE_SUPERVISOR);
	assert_int_equal(step(&incident, FIRE)->to, RISE_DESK);
	assert_int_equal(apply(&incident, RAISE, "", START + 10000, &first, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_int_equal(step(&incident, FIRE)->level, 1);
	incident_fini(&incident);
}

static void an_acknowledgement_and_a_reopening_leave_no_timer_of_before(void **state)
{
	struct incident incident;
	struct wait first, idle;
	struct err err;

	(void)state;
	fire(&incident, 2);
	first = *step(&incident, FIRE);
	assert_int_equal(apply(&incident, ACKNOWLEDGE, "siti", START + 1000, NULL, &err), 0);
	idle = *step(&incident, FIRE);
	assert_int_equal(apply(&incident, RAISE, "", START + 10000, &first, &err), -1);
	assert_int_equal(apply(&incident, "{\"action\":\"close\",\"outcome\":\"resolved\"}",
			       "siti", START + 2000, NULL, &err),
			 0);
	assert_int_equal(step(&incident, FIRE)->kind, WAIT_NONE);
	assert_int_equal(apply(&incident, RAISE, "", START + 3000, &idle, &err), -1);
	assert_int_equal(
		apply(&incident, "{\"action\":\"reopen\"}", "siti", START + 5000, NULL, &err),
		0);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 0, START + 5000, 10 * SECOND,
		   RISE_DESK);
	assert_int_equal(apply(&incident, RAISE, "", START + 10000, &first, &err), -1);
	incident_fini(&incident);
}

static void a_rise_makes_nobodys_decision_stale(void **state)
{
	struct incident incident;
	struct wait first;
	struct err err;

	(void)state;
	fire(&incident, 2);
	first = *step(&incident, FIRE);
	assert_int_equal(apply(&incident, RAISE, "", START + 10000, &first, &err), 0);
	assert_int_equal(incident.version, 2);
	assert_int_equal(
		apply(&incident,
		      "{\"action\":\"acknowledge\",\"agency\":\"fire\",\"expected_version\":1}",
		      "siti", START + 11000, NULL, &err),
		0);
	incident_fini(&incident);
}

static void a_person_raises_whatever_waits_and_what_waits_for_nothing(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	fire(&incident, 2);
	assert_int_equal(apply(&incident, RAISE, "siti", START + 1000, NULL, &err), 0);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 1, START, 20 * SECOND, RISE_SUPERVISOR);
	incident.assignment[FIRE].state = ASSIGNMENT_ON_SCENE;
	escalation_settle(policy, &incident, START + 2000);
	assert_int_equal(apply(&incident, RAISE, "siti", START + 3000, NULL, &err), 0);
	is_waiting(step(&incident, FIRE), WAIT_ASKED, 1, START + 3000, 0, RISE_NOBODY);
	assert_int_equal(step(&incident, FIRE)->to, RISE_SUPERVISOR);
	escalation_settle(policy, &incident, START + 4000);
	assert_int_equal(step(&incident, FIRE)->kind, WAIT_ASKED);
	incident_fini(&incident);
}

static void a_raised_priority_brings_the_due_time_forward(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	fire(&incident, 2);
	assert_int_equal(apply(&incident, "{\"action\":\"reclassify\",\"priority\":1}", "siti",
			       START + 1000, NULL, &err),
			 0);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 0, START, 5 * SECOND, RISE_DESK);
	incident_fini(&incident);
}

static void an_exercise_never_leaves_the_house(void **state)
{
	struct incident incident;
	struct wait wait;
	struct err err;

	(void)state;
	fire(&incident, 2);
	incident.is_exercise = true;
	for (int level = 0; level < 2; level++) {
		wait = *step(&incident, FIRE);
		assert_int_equal(apply(&incident, RAISE, "", START + 20000, &wait, &err), 0);
		assert_int_not_equal(step(&incident, FIRE)->to, RISE_OTHER_CHANNEL);
	}
	assert_int_equal(step(&incident, FIRE)->to, RISE_SUPERVISOR);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 2, START, 0, RISE_NOBODY);
	incident_fini(&incident);
}

static void the_target_is_for_who_leads_until_somebody_is_there(void **state)
{
	struct incident incident;

	(void)state;
	fire(&incident, 2);
	is_waiting(&incident.assignment[FIRE].wait[WAIT_FOR_ARRIVAL], WAIT_LATE, 0, START,
		   4 * 60 * SECOND, RISE_DESK);
	assert_int_equal(incident.assignment[POLICE].wait[WAIT_FOR_ARRIVAL].kind, WAIT_NONE);
	incident.assignment[FIRE].state = ASSIGNMENT_EN_ROUTE;
	escalation_settle(policy, &incident, START + 1000);
	assert_int_equal(incident.assignment[FIRE].wait[WAIT_FOR_ARRIVAL].since_ms, START);
	incident.assignment[FIRE].state = ASSIGNMENT_ON_SCENE;
	escalation_settle(policy, &incident, START + 2000);
	assert_int_equal(incident.assignment[FIRE].wait[WAIT_FOR_ARRIVAL].kind, WAIT_NONE);
	incident_fini(&incident);
}

static void an_incident_older_than_waits_are_rises_at_once_when_it_is_found(void **state)
{
	static const struct wait unwritten = {.kind = WAIT_UNTAKEN};
	struct incident incident;
	struct err err;

	(void)state;
	incident_of(&incident, "kebakaran", BOTH);
	incident.verdict.disposition = DISPOSITION_EMERGENCY;
	incident.verdict.priority = 2;
	assert_int_equal(apply(&incident, RAISE, "", START, &unwritten, &err), 0);
	is_waiting(step(&incident, FIRE), WAIT_UNTAKEN, 1, START, 20 * SECOND, RISE_SUPERVISOR);
	assert_int_equal(step(&incident, FIRE)->to, RISE_SUPERVISOR);
	assert_int_equal(apply(&incident, RAISE, "", START, &unwritten, &err), -1);
	incident_fini(&incident);
}

static void what_is_written_is_read_back(void **state)
{
	struct incident incident, again;
	struct jsonw w;
	struct err err;
	json_t *doc;

	(void)state;
	fire(&incident, 2);
	assert_int_equal(apply(&incident, RAISE, "siti", START + 1000, NULL, &err), 0);
	jsonw_init(&w, 1024);
	incident_write(&incident, &three, &w, NULL);
	doc = parsed_slice(w.text, w.len);
	assert_int_equal(incident_read(doc, &three, &again, &err), 0);
	for (int slot = 0; slot < WAIT_SLOTS; slot++) {
		const char *mark = slot == WAIT_FOR_STEP ? "\"escalation\":{" : "\"arrival\":{";
		const char *at = memmem(w.text, w.len, mark, strlen(mark));
		struct wait cut;

		assert_non_null(at);
		at += strlen(mark);
		wait_cut(at, (size_t)(w.text + w.len - at), &cut);
		assert_memory_equal(&cut, &incident.assignment[FIRE].wait[slot], sizeof(cut));
		assert_memory_equal(&again.assignment[FIRE].wait[slot],
				    &incident.assignment[FIRE].wait[slot], sizeof(struct wait));
	}
	json_decref(doc);
	jsonw_fini(&w);
	incident_fini(&again);
	incident_fini(&incident);
}

static struct order *send_unit(struct incident *incident, int64_t at_ms)
{
	struct order *order = &incident->sent[incident->sent_count++];

	*order = (struct order){.agency = FIRE,
				.revision = 1,
				.since_ms = at_ms,
				.receipt_ms[RECEIPT_QUEUED] = at_ms};
	incident->assignment[FIRE].state = ASSIGNMENT_DISPATCHED;
	escalation_settle(policy, incident, at_ms);
	return order;
}

static void a_crew_that_does_not_answer_is_waited_for_from_its_own_order_on(void **state)
{
	struct incident incident;
	struct order *first, *second;

	(void)state;
	fire(&incident, 2);
	incident.sent = xcalloc(2, sizeof(*incident.sent));
	first = send_unit(&incident, START + 1000);
	second = send_unit(&incident, START + 3000);
	is_waiting(step(&incident, FIRE), WAIT_UNANSWERED, 0, START + 1000, 10 * SECOND,
		   RISE_DESK);
	assert_false(step(&incident, FIRE)->is_reached);
	first->receipt_ms[RECEIPT_CONFIRMED] = START + 4000;
	second->receipt_ms[RECEIPT_DEVICE] = START + 4000;
	escalation_settle(policy, &incident, START + 4000);
	is_waiting(step(&incident, FIRE), WAIT_UNANSWERED, 0, START + 3000, 10 * SECOND,
		   RISE_DESK);
	assert_true(step(&incident, FIRE)->is_reached);
	second->state = ORDER_EN_ROUTE;
	second->since_ms = START + 5000;
	escalation_settle(policy, &incident, START + 5000);
	assert_int_equal(step(&incident, FIRE)->kind, WAIT_UNMOVED);
	second->revision = 2; /* another address: it is asked again, on the way as it is */
	second->receipt_ms[RECEIPT_QUEUED] = START + 6000;
	escalation_settle(policy, &incident, START + 6000);
	is_waiting(step(&incident, FIRE), WAIT_UNANSWERED, 0, START + 6000, 10 * SECOND,
		   RISE_DESK);
	incident_fini(&incident);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_emergency_waits_to_be_taken_and_each_part_for_itself),
		cmocka_unit_test(a_ticket_and_noise_wait_for_nobody_and_a_doubt_for_a_look),
		cmocka_unit_test(
			a_rise_happens_once_for_the_wait_and_the_level_it_was_decided_for),
		cmocka_unit_test(an_acknowledgement_and_a_reopening_leave_no_timer_of_before),
		cmocka_unit_test(a_rise_makes_nobodys_decision_stale),
		cmocka_unit_test(a_person_raises_whatever_waits_and_what_waits_for_nothing),
		cmocka_unit_test(a_raised_priority_brings_the_due_time_forward),
		cmocka_unit_test(an_exercise_never_leaves_the_house),
		cmocka_unit_test(the_target_is_for_who_leads_until_somebody_is_there),
		cmocka_unit_test(
			an_incident_older_than_waits_are_rises_at_once_when_it_is_found),
		cmocka_unit_test(what_is_written_is_read_back),
		cmocka_unit_test(
			a_crew_that_does_not_answer_is_waited_for_from_its_own_order_on),
	};

	return cmocka_run_group_tests(tests, open_city, close_city);
}
