/* Each agency's part over every backend: given to another, taken there, closed, and what
 * becomes of that when reports come and go. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

#define FIRE   0
#define POLICE 1

#define TO_POLICE                                                                              \
	"{\"action\":\"hand_over\",\"agency\":\"fire\",\"to\":\"police\",\"reason\":"          \
	"\"tabrakan\"}"
#define TAKE(agency) "{\"action\":\"acknowledge\",\"agency\":\"" agency "\"}"
#define CLOSE(agency)                                                                          \
	"{\"action\":\"close\",\"agency\":\"" agency "\",\"outcome\":\"resolved\"}"

static void does(struct store_world *world, const char *incident_id, const char *json)
{
	if (decide_now(world, incident_id, json) != STORE_STORED)
		fail_msg("%s is refused", json);
}

/* Of the fire service alone, and its first report. */
static void a_fire(struct store_world *world, char incident_id_r[ID_SIZE],
		   char report_id_r[ID_SIZE])
{
	struct incident incident;

	stored_report(world, "a", "Kebakaran", incident_id_r);
	incident_now(world, incident_id_r, &incident);
	strcpy(report_id_r, incident.report_id[0]);
	incident_fini(&incident);
}

static void a_split_keeps_to_whom_a_part_was_handed(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], first[ID_SIZE], further[ID_SIZE], json[128];
	struct incident incident;

	a_fire(world, incident_id, first);
	linked_report(world, "b", first, further);
	does(world, incident_id, TO_POLICE);
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", further);
	does(world, incident_id, json);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.report_count, 1);
	assert_int_equal(incident.verdict.agencies, 1 << FIRE | 1 << POLICE);
	assert_int_equal(incident.assignment[FIRE].handed_to, 1 << POLICE);
	assert_int_equal(incident.assignment[POLICE].state, ASSIGNMENT_PENDING);
	incident_fini(&incident);
	does(world, incident_id, TAKE("police"));
	incident_now(world, incident_id, &incident);
	assert_string_equal(incident.assignment[FIRE].outcome, "handed_over");
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void callers_do_not_call_back_who_has_given_it_to_others(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], first[ID_SIZE], further[ID_SIZE];
	struct incident incident;

	a_fire(world, incident_id, first);
	does(world, incident_id, TO_POLICE);
	does(world, incident_id, TAKE("police"));
	linked_report(world, "b", first, further);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident_closed_parts(&incident), 1 << FIRE);
	assert_int_equal(incident.assignment[POLICE].state, ASSIGNMENT_ACKNOWLEDGED);
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void a_hand_over_that_is_called_back_leaves_them_what_they_have_taken(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;
	char first[ID_SIZE];

	a_fire(world, incident_id, first);
	does(world, incident_id,
	     "{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"police\"]}");
	does(world, incident_id, TAKE("police"));
	does(world, incident_id, TO_POLICE);
	does(world, incident_id, TAKE("fire")); /* after all */
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.assignment[FIRE].handed_at_ms, 0);
	assert_null(incident.assignment[FIRE].outcome);
	assert_int_equal(incident.assignment[POLICE].state, ASSIGNMENT_ACKNOWLEDGED);
	assert_int_equal(incident_closed_parts(&incident), 0);
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void a_split_keeps_what_was_corrected(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], first[ID_SIZE], further[ID_SIZE], at[CLOCK_TEXT], json[192];
	struct incident incident;
	int64_t came_ms;

	a_fire(world, incident_id, first);
	came_ms = world->clock.wall_ms(&world->clock);
	world_pass(world, 60000);
	does(world, incident_id, TAKE("fire"));
	linked_report(world, "b", first, further);
	clock_format(came_ms + 1000, at);
	snprintf(json, sizeof(json),
		 "{\"action\":\"correct\",\"agency\":\"fire\",\"milestone\":\"acknowledged\","
		 "\"to\":\"%s\",\"reason\":\"lewat telepon\"}",
		 at);
	does(world, incident_id, json);
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", further);
	does(world, incident_id, json);
	incident_now(world, incident_id, &incident);
	assert_true(incident.assignment[FIRE].step_ms[MILESTONE_ACKNOWLEDGED] ==
		    came_ms + 1000);
	assert_true(incident.assignment[FIRE].told_ms[MILESTONE_ACKNOWLEDGED] >
		    came_ms + 59000);
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void the_last_part_that_is_closed_closes_the_incident(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], first[ID_SIZE];
	struct incident incident;

	a_fire(world, incident_id, first);
	does(world, incident_id, TO_POLICE);
	does(world, incident_id, TAKE("police"));
	assert_int_equal(decide_now(world, incident_id, CLOSE("fire")), STORE_REFUSED);
	does(world, incident_id, CLOSE("police"));
	assert_int_equal(world->events[world->shown - 1].kind, EVENT_INCIDENT_CLOSED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.status, INCIDENT_CLOSED);
	assert_string_equal(incident.outcome, "resolved");
	incident_fini(&incident);
	does(world, incident_id, "{\"action\":\"reopen\",\"agency\":\"police\"}");
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident_closed_parts(&incident), 1 << FIRE);
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(a_split_keeps_to_whom_a_part_was_handed),
		OVER_ALL(callers_do_not_call_back_who_has_given_it_to_others),
		OVER_ALL(a_hand_over_that_is_called_back_leaves_them_what_they_have_taken),
		OVER_ALL(a_split_keeps_what_was_corrected),
		OVER_ALL(the_last_part_that_is_closed_closes_the_incident),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
