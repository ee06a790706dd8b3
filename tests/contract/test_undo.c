/* What was just decided is taken back, over every backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

#define SEND         "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}"
#define STEP(status) "{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"" status "\"}"

/* By anybody; its event's number, 0: it was not stored. A tenth of a second passes. */
static uint64_t decide_by(struct store_world *world, const char *by, const char *incident_id,
			  const char *json, enum store_answer *answer_r)
{
	struct sent sent;
	uint64_t seq;

	send_command(world, &sent, incident_id, json);
	snprintf(sent.command->by, USER_SIZE, "%s", by);
	store_step(world->store);
	assert_true(sent.is_answered);
	*answer_r = sent.request.answer;
	seq = *answer_r == STORE_STORED ? sent.request.seq : 0;
	sent_fini(&sent);
	world->now_us += 100000;
	return seq;
}

static uint64_t does(struct store_world *world, const char *incident_id, const char *json)
{
	enum store_answer answer;
	uint64_t seq = decide_by(world, "siti", incident_id, json, &answer);

	if (seq == 0)
		fail_msg("%s is refused", json);
	return seq;
}

static enum store_answer undo_by(struct store_world *world, const char *by,
				 const char *incident_id, uint64_t seq)
{
	enum store_answer answer;
	char json[64];

	snprintf(json, sizeof(json), "{\"action\":\"undo\",\"of\":%llu}",
		 (unsigned long long)seq);
	(void)decide_by(world, by, incident_id, json, &answer);
	return answer;
}

/* An undo that nobody may have changes nothing. */
static void is_refused(struct store_world *world, const char *by, const char *incident_id,
		       uint64_t seq, enum store_answer expected)
{
	unsigned shown = world->shown;

	assert_int_equal(undo_by(world, by, incident_id, seq), expected);
	assert_int_equal(world->shown, shown);
}

/* The event of the last decision, behind which there are so many of units. */
static bool says(const struct store_world *world, unsigned units, const char *words)
{
	struct slice head = event_head(world->events[world->shown - 1 - units].body);

	return memmem(head.text, head.len, words, strlen(words)) != NULL;
}

/* ORDER_STATES: it is on nothing. */
static void assert_unit(struct store_world *world, enum order_state expected)
{
	struct store_read read = {.op = READ_UNITS};
	struct unit_doing unit;
	struct slice told;
	struct err err;
	json_t *doc;

	read_now(world, &read);
	told = event_unit(read.rows[0].body);
	doc = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);
	assert_int_equal(unit_read(doc, &world->agencies, &unit, &err), 0);
	json_decref(doc);
	store_read_fini(&read);
	assert_int_equal(unit.job_count, expected != ORDER_STATES);
	if (expected != ORDER_STATES)
		assert_int_equal(unit.job[0].state, expected);
}

static void who_was_sent_by_mistake_is_recalled_and_told_so(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;
	uint64_t seq;

	stored_report(world, "a", "Kebakaran", incident_id);
	seq = does(world, incident_id, SEND);
	assert_int_equal(undo_by(world, "siti", incident_id, seq), STORE_STORED);
	assert_true(says(world, 1, ",\"undone\":{\"seq\":2,\"action\":\"assign\"}"));
	assert_true(says(world, 1, ",\"units\":[\"DMK-01\"]"));
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent[0].state, ORDER_RECALLED);
	assert_int_equal(incident.sent[0].revision, 2);
	assert_true(incident.sent[0].receipt_ms[RECEIPT_CONFIRMED] == 0); /* it is owed */
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_ACKNOWLEDGED);
	incident_fini(&incident);
	assert_unit(world, ORDER_STATES);
	is_refused(world, "siti", incident_id, seq, STORE_CONFLICT); /* it was already */
	(void)does(world, incident_id, SEND);
	world_prove(world);
	world_free(&world);
}

static void a_step_that_was_told_by_mistake_was_never_taken(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;
	uint64_t seq;

	stored_report(world, "a", "Kebakaran", incident_id);
	(void)does(world, incident_id, SEND);
	(void)does(world, incident_id, STEP("en_route"));
	seq = does(world, incident_id, STEP("cleared"));
	assert_unit(world, ORDER_STATES);
	assert_int_equal(undo_by(world, "siti", incident_id, seq), STORE_STORED);
	assert_true(says(world, 1, ",\"units\":[\"DMK-01\"]")); /* they thought it was over */
	assert_unit(world, ORDER_EN_ROUTE);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent[0].state, ORDER_EN_ROUTE);
	assert_true(incident.sent[0].step_ms[ORDER_CLEARED] == 0);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_EN_ROUTE);
	incident_fini(&incident);
	seq = does(world, incident_id, STEP("on_scene"));
	assert_int_equal(undo_by(world, "siti", incident_id, seq), STORE_STORED);
	assert_false(says(world, 1, ",\"units\":["));
	assert_unit(world, ORDER_EN_ROUTE);
	(void)does(world, incident_id, STEP("on_scene"));
	world_prove(world);
	world_free(&world);
}

/* As a crew says it that has not seen where it is by now. */
static void radio_behind(struct store_world *world, const char *incident_id, const char *json)
{
	struct sent sent;

	send_command(world, &sent, incident_id, json);
	sent.command->is_radioed = true;
	sent.command->revision = 1;
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	sent_fini(&sent);
	world->now_us += 100000;
}

static void who_was_asked_and_has_not_answered_is_asked_on(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;
	uint64_t seq;

	stored_report(world, "a", "Kebakaran", incident_id);
	(void)does(world, incident_id, SEND);
	(void)does(world, incident_id,
		   "{\"action\":\"relocate\",\"location\":{\"lat\":-6.7,\"lon\":108.5}}");
	radio_behind(world, incident_id, STEP("en_route"));
	seq = does(world, incident_id, STEP("on_scene")); /* whoever says so has seen it */
	incident_now(world, incident_id, &incident);
	assert_false(order_is_unanswered(&incident.sent[0]));
	incident_fini(&incident);
	assert_int_equal(undo_by(world, "siti", incident_id, seq), STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent[0].state, ORDER_EN_ROUTE);
	assert_true(order_is_unanswered(&incident.sent[0]));
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void an_agency_takes_its_own_step_back(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;
	uint64_t seq;

	stored_report(world, "a", "Kebakaran", incident_id);
	(void)does(world, incident_id, "{\"action\":\"acknowledge\",\"agency\":\"fire\"}");
	seq = does(world, incident_id,
		   "{\"action\":\"status\",\"agency\":\"fire\",\"status\":\"declined\"}");
	assert_int_equal(undo_by(world, "siti", incident_id, seq), STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_ACKNOWLEDGED);
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void after_ten_seconds_or_by_another_nothing_is_taken_back(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[2][ID_SIZE];
	uint64_t seq, note;

	stored_report(world, "a", "Kebakaran", ids[0]);
	stored_report(world, "b", "Kebakaran lain", ids[1]);
	seq = does(world, ids[0], SEND);
	is_refused(world, "budi", ids[0], seq, STORE_CONFLICT);
	is_refused(world, "siti", ids[1], seq, STORE_REFUSED);
	is_refused(world, "siti", ids[0], seq + 1000, STORE_REFUSED);
	is_refused(world, "siti", ids[0], 1, STORE_REFUSED); /* a report */
	world_pass(world, 10000);
	is_refused(world, "siti", ids[0], seq, STORE_CONFLICT);
	note = does(world, ids[0], "{\"action\":\"note\",\"note\":\"x\"}");
	is_refused(world, "siti", ids[0], note, STORE_REFUSED);
	world_free(&world);
}

static void what_somebody_has_decided_since_stays(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[2][ID_SIZE], report[ID_SIZE], further[ID_SIZE];
	struct incident incident;
	enum store_answer answer;
	uint64_t seq;

	stored_report(world, "a", "Kebakaran", ids[0]);
	stored_report(world, "b", "Kebakaran lain", ids[1]);
	incident_now(world, ids[0], &incident);
	strcpy(report, incident.report_id[0]);
	incident_fini(&incident);
	seq = does(world, ids[0], SEND);
	(void)decide_by(world, "DMK-01", ids[0], STEP("accepted"), &answer);
	is_refused(world, "siti", ids[0], seq, STORE_CONFLICT);
	seq = does(world, ids[0], STEP("cleared"));
	(void)does(world, ids[1], SEND); /* it has gone elsewhere */
	is_refused(world, "siti", ids[0], seq, STORE_CONFLICT);
	seq = does(world, ids[1], STEP("en_route"));
	linked_report(world, "further", report, further); /* of another incident */
	assert_int_equal(undo_by(world, "siti", ids[1], seq), STORE_STORED);
	world_prove(world);
	world_free(&world);
}

static void a_report_or_a_receipt_does_not_stand_in_the_way(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], report[ID_SIZE], further[ID_SIZE];
	struct command receipt = {.action = ACTION_RECEIPT,
				  .agency = -1,
				  .expected_version = -1,
				  .viewer = sees_everything,
				  .acts_for = 0xff,
				  .receipt = RECEIPT_BROKER};
	struct sent sent = {.request = {.op = STORE_COMMAND, .in.command = &receipt}};
	struct incident incident;
	uint64_t seq;

	stored_report(world, "a", "Kebakaran", incident_id);
	seq = does(world, incident_id, SEND);
	incident_now(world, incident_id, &incident);
	strcpy(report, incident.report_id[0]);
	memcpy(receipt.dispatch_id, incident.sent[0].dispatch_id, ID_SIZE);
	incident_fini(&incident);
	memcpy(receipt.incident_id, incident_id, ID_SIZE);
	receipt.at_ms = world->clock.wall_ms(&world->clock);
	send_request(world, &sent);
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	sent_fini(&sent);
	linked_report(world, "further", report, further);
	assert_int_equal(undo_by(world, "siti", incident_id, seq), STORE_STORED);
	assert_unit(world, ORDER_STATES);
	world_prove(world);
	world_free(&world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(who_was_sent_by_mistake_is_recalled_and_told_so),
		OVER_ALL(a_step_that_was_told_by_mistake_was_never_taken),
		OVER_ALL(who_was_asked_and_has_not_answered_is_asked_on),
		OVER_ALL(an_agency_takes_its_own_step_back),
		OVER_ALL(after_ten_seconds_or_by_another_nothing_is_taken_back),
		OVER_ALL(what_somebody_has_decided_since_stays),
		OVER_ALL(a_report_or_a_receipt_does_not_stand_in_the_way),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
