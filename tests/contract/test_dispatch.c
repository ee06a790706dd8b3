/* Units over every backend: of two who want the same one, one gets it; what they do is the
 * log's, whatever becomes of the reports; and all of them are free when their matter is closed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

static enum store_answer say_duty(struct store_world *world, enum unit_duty duty, int64_t at_ms)
{
	struct duty_change change = {.unit = "DMK-01", .duty = duty, .by = "siti"};
	struct sent sent = {.request = {.op = STORE_DUTY}};

	change.at_ms = at_ms;
	sent.request.in.duty = &change;
	send_request(world, &sent);
	store_step(world->store);
	assert_true(sent.is_answered);
	sent_fini(&sent);
	return sent.request.answer;
}

/* What is told of a unit last; the test fails where nothing was. */
static struct unit_doing told_of(struct store_world *world, const char *id)
{
	struct store_read read = {.op = READ_UNITS};
	struct unit_doing unit = {.id = ""};
	struct err err;

	read_now(world, &read);
	for (unsigned i = 0; i < read.row_count && strcmp(unit.id, id) != 0; i++) {
		struct slice told = event_unit(read.rows[i].body);
		json_t *doc = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);

		assert_int_equal(unit_read(doc, &world->agencies, &unit, &err), 0);
		json_decref(doc);
	}
	store_read_fini(&read);
	assert_string_equal(unit.id, id);
	return unit;
}

static void assert_on(struct store_world *world, const char *id, const char *incident_id)
{
	struct unit_doing unit = told_of(world, id);

	assert_int_equal(unit.job_count, incident_id != NULL);
	if (incident_id != NULL)
		assert_string_equal(unit.job[0].incident_id, incident_id);
}

static bool says(const struct event *event, const char *words)
{
	return memmem(event->body->data, event->body->len, words, strlen(words)) != NULL;
}

#define SEND_ONE "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}"

/* In one transaction, and the loser is told who was first. */
static void race(struct store_world *world, char ids[2][ID_SIZE], unsigned first)
{
	struct sent a, b;
	char winner[16];

	send_command(world, &a, ids[first], SEND_ONE);
	send_command(world, &b, ids[!first], SEND_ONE);
	store_step(world->store);
	assert_int_equal(a.request.answer, STORE_STORED);
	assert_int_equal(b.request.answer, STORE_CONFLICT);
	snprintf(winner, sizeof(winner), "#%04u", first + 1);
	assert_non_null(strstr(b.request.err.text, winner));
	assert_non_null(strstr(b.request.err.text, "siti"));
	assert_string_equal(b.request.err.field, "units[0]");
	sent_fini(&a);
	sent_fini(&b);
	assert_on(world, "DMK-01", ids[first]);
	assert_int_equal(
		decide_now(world, ids[first], "{\"action\":\"cancel\",\"units\":[\"DMK-01\"]}"),
		STORE_STORED);
}

static void of_two_who_want_one_unit_one_gets_it_and_the_other_hears_who(void **state)
{
	struct store_world *world = world_new(*state);
	unsigned turns = world->backend->is_on_disk ? 100 : 1000;
	char ids[2][ID_SIZE];

	stored_report(world, "a", "Kebakaran", ids[0]);
	stored_report(world, "b", "Kebakaran lain", ids[1]);
	for (unsigned turn = 0; turn < turns; turn++)
		race(world, ids, turn % 2);
	world_prove(world);
	world_free(&world);
}

static void when_one_of_them_cannot_go_nobody_does(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[2][ID_SIZE];

	stored_report(world, "a", "Kebakaran", ids[0]);
	stored_report(world, "b", "Kebakaran lain", ids[1]);
	assert_int_equal(decide_now(world, ids[0], SEND_ONE), STORE_STORED);
	assert_int_equal(
		decide_now(world, ids[1],
			   "{\"action\":\"assign\",\"units\":[\"DMK-02\",\"DMK-01\"]}"),
		STORE_CONFLICT);
	assert_int_equal(decide_now(world, ids[1],
				    "{\"action\":\"assign\",\"units\":[\"DMK-02\",\"DMK-01\"],"
				    "\"override\":true,\"note\":\"lebih dekat\"}"),
			 STORE_STORED);
	assert_int_equal(told_of(world, "DMK-01").job_count, 2);
	assert_on(world, "DMK-02", ids[1]);
	world_prove(world);
	world_free(&world);
}

static void twenty_that_are_bound_are_free_in_one_step(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], json[512] = "{\"action\":\"assign\",\"units\":[", unit[16];
	struct incident incident;

	for (unsigned i = 1; i <= 20; i++) {
		snprintf(unit, sizeof(unit), "%s\"U-%02u\"", i > 1 ? "," : "", i);
		strcat(json, unit);
	}
	strcat(json, "]}");
	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(decide_now(world, incident_id, json), STORE_STORED);
	assert_int_equal(decide_now(world, incident_id,
				    "{\"action\":\"close\",\"outcome\":\"resolved\"}"),
			 STORE_REFUSED);
	assert_on(world, "U-20", incident_id);
	assert_int_equal(
		decide_now(world, incident_id,
			   "{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true}"),
		STORE_STORED);
	for (unsigned i = 1; i <= 20; i++) {
		snprintf(unit, sizeof(unit), "U-%02u", i);
		assert_on(world, unit, NULL);
	}
	incident_now(world, incident_id, &incident);
	for (unsigned i = 0; i < incident.sent_count; i++)
		assert_false(order_is_live(incident.sent[i].state));
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

static void units_stay_where_they_were_sent_whatever_is_split_off(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], further[ID_SIZE], json[128];
	struct incident incident;

	stored_report(world, "a", "Kebakaran", incident_id);
	incident_now(world, incident_id, &incident);
	linked_report(world, "further", incident.report_id[0], further);
	incident_fini(&incident);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", further);
	assert_int_equal(decide_now(world, incident_id, json), STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.report_count, 1);
	assert_int_equal(incident.sent_count, 1);
	assert_string_equal(incident.sent[0].unit, "DMK-01");
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_DISPATCHED);
	incident_fini(&incident);
	assert_on(world, "DMK-01", incident_id);
	assert_int_equal(
		decide_now(
			world, incident_id,
			"{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"en_route\"}"),
		STORE_STORED);
	world_prove(world);
	world_free(&world);
}

static void what_is_told_late_of_duty_is_in_the_log_and_changes_nothing(void **state)
{
	struct store_world *world = world_new(*state);
	int64_t now_ms = world->clock.wall_ms(&world->clock);
	struct unit_doing unit;

	assert_int_equal(say_duty(world, DUTY_OUT_OF_SERVICE, now_ms), STORE_STORED);
	assert_int_equal(say_duty(world, DUTY_ON, now_ms - 60000), STORE_STORED);
	assert_true(says(&world->events[world->shown - 1], ",\"late\":true,"));
	unit = told_of(world, "DMK-01");
	assert_int_equal(unit.duty, DUTY_OUT_OF_SERVICE);
	assert_true(unit.duty_since_ms == now_ms);
	assert_int_equal(say_duty(world, DUTY_ON, now_ms + 1000), STORE_STORED);
	assert_int_equal(told_of(world, "DMK-01").duty, DUTY_ON);
	world_prove(world);
	world_free(&world);
}

/* DMK-01 and DMK-02 are the vehicles of one crew. */
static enum store_answer send_second(struct store_world *world, const char *incident_id,
				     enum guard_rule rule, bool is_overriding, bool is_both,
				     struct err *err_r)
{
	struct sent sent;
	char json[160];
	enum store_answer answer;

	snprintf(json, sizeof(json), "{\"action\":\"assign\",\"units\":[\"DMK-02\"%s]%s}",
		 is_both ? ",\"DMK-01\"" : "",
		 is_overriding ? ",\"override\":true,\"note\":\"ganti kendaraan\"" : "");
	send_command(world, &sent, incident_id, json);
	sent.command->guards.rule[GUARD_CREW_OUT] = rule;
	for (unsigned i = 0; i < sent.command->unit_count; i++) {
		sent.command->unit[i].mate_count = 1;
		strcpy(sent.command->unit[i].mate[0], i == 0 ? "DMK-01" : "DMK-02");
	}
	store_step(world->store);
	assert_true(sent.is_answered);
	answer = sent.request.answer;
	*err_r = sent.request.err;
	sent_fini(&sent);
	return answer;
}

static void one_crew_is_not_sent_in_two_vehicles(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[2][ID_SIZE];
	struct err err;

	stored_report(world, "a", "Kebakaran", ids[0]);
	stored_report(world, "b", "Kebakaran lain", ids[1]);
	assert_int_equal(send_second(world, ids[0], GUARD_WARN, false, true, &err),
			 STORE_CONFLICT);
	assert_non_null(strstr(err.text, "DMK-01 is to be sent, too"));
	assert_int_equal(decide_now(world, ids[0], SEND_ONE), STORE_STORED);
	assert_int_equal(send_second(world, ids[1], GUARD_WARN, false, false, &err),
			 STORE_CONFLICT);
	assert_non_null(strstr(err.text, "DMK-01 is ordered on #0001"));
	assert_string_equal(err.field, "units[0]");
	assert_int_equal(send_second(world, ids[1], GUARD_BLOCKED, true, false, &err),
			 STORE_REFUSED);
	assert_int_equal(send_second(world, ids[1], GUARD_WARN, true, false, &err),
			 STORE_STORED);
	assert_int_equal(
		decide_now(world, ids[1], "{\"action\":\"cancel\",\"units\":[\"DMK-02\"]}"),
		STORE_STORED);
	assert_int_equal(send_second(world, ids[1], GUARD_FREE, false, false, &err),
			 STORE_STORED);
	world_prove(world);
	world_free(&world);
}

static void who_has_logged_out_is_never_sent_until_somebody_is_there_again(void **state)
{
	struct store_world *world = world_new(*state);
	int64_t now_ms = world->clock.wall_ms(&world->clock);
	char incident_id[ID_SIZE];

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(say_duty(world, DUTY_LOGGED_OUT, now_ms), STORE_STORED);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_REFUSED);
	assert_int_equal(decide_now(world, incident_id,
				    "{\"action\":\"assign\",\"units\":[\"DMK-01\"],"
				    "\"override\":true,\"note\":\"tetap\"}"),
			 STORE_REFUSED);
	assert_int_equal(say_duty(world, DUTY_ON, now_ms + 1), STORE_STORED);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	world_prove(world);
	world_free(&world);
}

static void a_report_that_raises_it_asks_the_crews_again_with_the_difference(void **state)
{
	static const char told[] = ",\"units\":[\"DMK-01\"],\"changed\":[\"priority\"],";
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE], first[ID_SIZE], further[ID_SIZE];
	struct incident incident;

	stored_report(world, "a", "Kebakaran", incident_id);
	incident_now(world, incident_id, &incident);
	strcpy(first, incident.report_id[0]);
	incident_fini(&incident);
	assert_int_equal(
		decide_now(world, incident_id, "{\"action\":\"reclassify\",\"priority\":3}"),
		STORE_STORED);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	linked_report(world, "further", first, further);
	assert_true(says(&world->events[world->shown - 1], told));
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.verdict.priority, 1);
	assert_int_equal(incident.sent[0].revision, 2);
	incident_fini(&incident);
	linked_report(world, "third", first, further);
	assert_false(says(&world->events[world->shown - 1], ",\"changed\":["));
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent[0].revision, 2); /* nothing is different to them */
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

/* What the crew of DMK-01 has seen, as its radio says it. */
static enum store_answer radio_receipt(struct store_world *world, const char *incident_id,
				       const char *dispatch_id, unsigned revision)
{
	struct command receipt = {.action = ACTION_RECEIPT,
				  .agency = -1,
				  .expected_version = -1,
				  .by = "DMK-01",
				  .viewer = sees_everything,
				  .acts_for = 0xff,
				  .receipt = RECEIPT_CONFIRMED,
				  .revision = revision,
				  .is_radioed = true};
	struct sent sent = {.request = {.op = STORE_COMMAND, .in.command = &receipt}};

	receipt.at_ms = world->clock.wall_ms(&world->clock);
	memcpy(receipt.incident_id, incident_id, ID_SIZE);
	memcpy(receipt.dispatch_id, dispatch_id, ID_SIZE);
	snprintf(receipt.command_id, COMMAND_ID_SIZE, "%s.%u:confirmed", dispatch_id, revision);
	send_request(world, &sent);
	store_step(world->store);
	assert_true(sent.is_answered);
	sent_fini(&sent);
	return sent.request.answer;
}

static void what_a_crew_saw_of_an_older_one_is_kept_once_and_proves_nothing(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	assert_int_equal(decide_now(world, incident_id,
				    "{\"action\":\"relocate\",\"location\":{\"lat\":-6.7,"
				    "\"lon\":108.5}}"),
			 STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(radio_receipt(world, incident_id, incident.sent[0].dispatch_id, 1),
			 STORE_STORED);
	assert_true(says(&world->events[world->shown - 1],
			 ",\"receipt\":\"confirmed\",\"revision\":1,\"late\":true,"));
	assert_int_equal(radio_receipt(world, incident_id, incident.sent[0].dispatch_id, 1),
			 STORE_REPEATED);
	incident_fini(&incident);
	incident_now(world, incident_id, &incident);
	assert_true(order_is_unanswered(&incident.sent[0]));
	assert_int_equal(radio_receipt(world, incident_id, incident.sent[0].dispatch_id, 2),
			 STORE_STORED);
	incident_fini(&incident);
	incident_now(world, incident_id, &incident);
	assert_false(order_is_unanswered(&incident.sent[0]));
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

/* The answer's own words. */
static bool duty_answer_has(struct store_world *world, struct duty_change *change,
			    enum store_answer expected, const char *words)
{
	struct sent sent = {.request = {.op = STORE_DUTY, .in.duty = change}};
	bool has;

	send_request(world, &sent);
	store_step(world->store);
	assert_true(sent.is_answered);
	assert_int_equal(sent.request.answer, expected);
	has = memmem(sent.request.body->data, sent.request.body->len, words, strlen(words)) !=
	      NULL;
	sent_fini(&sent);
	return has;
}

static void who_says_again_that_a_unit_is_on_duty_hears_since_when_it_is(void **state)
{
	struct store_world *world = world_new(*state);
	struct duty_change on = {.unit = "DMK-01", .by = "siti", .at_ms = 1764000000000};
	char incident_id[ID_SIZE];
	unsigned shown;

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	assert_true(duty_answer_has(world, &on, STORE_STORED, "\"repeated\":false"));
	assert_true(told_of(world, "DMK-01").duty_since_ms == on.at_ms);
	assert_int_equal(told_of(world, "DMK-01").job_count, 1);
	shown = world->shown;
	on.at_ms += 3600000;
	assert_true(duty_answer_has(world, &on, STORE_REPEATED, "\"repeated\":true"));
	assert_true(duty_answer_has(world, &on, STORE_REPEATED,
				    "\"duty_since\":\"2025-11-24T16:00:00.000Z\""));
	assert_int_equal(world->shown, shown);
	world_prove(world);
	world_free(&world);
}

/* The configuration of the next start does not name it any more. */
static void dissolve(struct store_world *world, unsigned agency)
{
	strcpy(world->agencies.agency[agency].id, "rescue");
}

static void a_unit_of_an_agency_that_is_gone_can_be_read_moved_and_freed(void **state)
{
	struct store_world *world = world_new(*state);
	struct incident incident;
	char incident_id[ID_SIZE];

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(
		decide_now(world, incident_id,
			   "{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"police\"]}"),
		STORE_STORED);
	assert_int_equal(
		decide_now(world, incident_id,
			   "{\"action\":\"assign\",\"units\":[\"DMK-01\",\"DMK-02\"]}"),
		STORE_STORED);
	dissolve(world, 0);
	assert_int_equal(
		decide_now(
			world, incident_id,
			"{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"en_route\"}"),
		STORE_STORED);
	assert_int_equal(told_of(world, "DMK-01").job[0].state, ORDER_EN_ROUTE);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent_count, 2);
	assert_int_equal(incident.assignment[1].state, ASSIGNMENT_EN_ROUTE);
	incident_fini(&incident);
	assert_int_equal(
		decide_now(world, incident_id,
			   "{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true}"),
		STORE_STORED);
	assert_on(world, "DMK-01", NULL);
	assert_on(world, "DMK-02", NULL);
	world_free(&world);
}

static void nobody_else_being_there_the_first_agency_gets_its_units(void **state)
{
	struct store_world *world = world_new(*state);
	struct incident incident;
	char incident_id[ID_SIZE];

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	dissolve(world, 0);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent_count, 1);
	assert_true((incident.verdict.agencies & 1) != 0);
	incident_fini(&incident);
	assert_int_equal(decide_now(world, incident_id,
				    "{\"action\":\"cancel\",\"units\":[\"DMK-01\"],"
				    "\"reason\":\"dinas dibubarkan\"}"),
			 STORE_STORED);
	assert_on(world, "DMK-01", NULL);
	world_free(&world);
}

static void what_was_told_of_a_unit_whose_agency_is_gone_goes_on_under_today_s(void **state)
{
	struct store_world *world = world_new(*state);
	struct duty_change change = {.unit = "DMK-01", .duty = DUTY_ON, .by = "siti"};
	struct sent sent = {.request = {.op = STORE_DUTY, .in.duty = &change}};
	int64_t now_ms = world->clock.wall_ms(&world->clock);

	assert_int_equal(say_duty(world, DUTY_OUT_OF_SERVICE, now_ms), STORE_STORED);
	dissolve(world, 0);
	assert_int_equal(told_of(world, "DMK-01").agency, AGENCY_MAX); /* nobody's */
	change.agency = 1;
	change.at_ms = now_ms + 1;
	send_request(world, &sent);
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	sent_fini(&sent);
	assert_int_equal(told_of(world, "DMK-01").agency, 1);
	assert_int_equal(told_of(world, "DMK-01").duty, DUTY_ON);
	world_free(&world);
}

static void paper_for_a_unit_that_is_off_duty_is_taken_and_an_order_is_not(void **state)
{
	struct store_world *world = world_new(*state);
	int64_t now_ms = world->clock.wall_ms(&world->clock);
	char incident_id[ID_SIZE], at[CLOCK_TEXT], json[192];
	struct incident incident;

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(say_duty(world, DUTY_OFF, now_ms), STORE_STORED);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_REFUSED);
	clock_format(now_ms - 3600000, at);
	snprintf(json, sizeof(json),
		 "{\"action\":\"assign\",\"units\":[\"DMK-01\"],"
		 "\"entered_from\":\"paper\",\"happened_at\":\"%s\"}",
		 at);
	assert_int_equal(decide_now(world, incident_id, json), STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_true(incident.sent[0].since_ms == now_ms - 3600000);
	assert_false(order_is_unanswered(&incident.sent[0]));
	incident_fini(&incident);
	assert_on(world, "DMK-01", incident_id);
	world_prove(world);
	world_free(&world);
}

static void a_recall_that_is_owed_outlives_what_begins_anew(void **state)
{
	struct store_world *world = world_new(*state);
	char incident_id[ID_SIZE];
	struct incident incident;
	struct order recalled;

	stored_report(world, "a", "Kebakaran", incident_id);
	assert_int_equal(decide_now(world, incident_id, SEND_ONE), STORE_STORED);
	assert_int_equal(
		decide_now(world, incident_id,
			   "{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true}"),
		STORE_STORED);
	assert_int_equal(decide_now(world, incident_id, "{\"action\":\"reopen\"}"),
			 STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent_count, 1);
	recalled = incident.sent[0];
	incident_fini(&incident);
	assert_int_equal(recalled.state, ORDER_RECALLED);
	assert_int_equal(radio_receipt(world, incident_id, recalled.dispatch_id, 2),
			 STORE_STORED);
	assert_int_equal(decide_now(world, incident_id,
				    "{\"action\":\"close\",\"outcome\":\"resolved\"}"),
			 STORE_STORED);
	assert_int_equal(decide_now(world, incident_id, "{\"action\":\"reopen\"}"),
			 STORE_STORED);
	incident_now(world, incident_id, &incident);
	assert_int_equal(incident.sent_count, 0); /* they know */
	incident_fini(&incident);
	world_prove(world);
	world_free(&world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(of_two_who_want_one_unit_one_gets_it_and_the_other_hears_who),
		OVER_ALL(when_one_of_them_cannot_go_nobody_does),
		OVER_ALL(twenty_that_are_bound_are_free_in_one_step),
		OVER_ALL(units_stay_where_they_were_sent_whatever_is_split_off),
		OVER_ALL(what_is_told_late_of_duty_is_in_the_log_and_changes_nothing),
		OVER_ALL(one_crew_is_not_sent_in_two_vehicles),
		OVER_ALL(who_has_logged_out_is_never_sent_until_somebody_is_there_again),
		OVER_ALL(a_report_that_raises_it_asks_the_crews_again_with_the_difference),
		OVER_ALL(what_a_crew_saw_of_an_older_one_is_kept_once_and_proves_nothing),
		OVER_ALL(who_says_again_that_a_unit_is_on_duty_hears_since_when_it_is),
		OVER_ALL(a_unit_of_an_agency_that_is_gone_can_be_read_moved_and_freed),
		OVER_ALL(nobody_else_being_there_the_first_agency_gets_its_units),
		OVER_ALL(what_was_told_of_a_unit_whose_agency_is_gone_goes_on_under_today_s),
		OVER_ALL(paper_for_a_unit_that_is_off_duty_is_taken_and_an_order_is_not),
		OVER_ALL(a_recall_that_is_owed_outlives_what_begins_anew),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
