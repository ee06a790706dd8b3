/* Units and orders, over every backend: whatever is decided, what a unit does is what its live
 * orders say, no more and no less, and the log tells all of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

#define INCIDENTS 4
#define UNITS     6
#define TURNS     400

struct story {
	struct store_world *world;
	char incident[INCIDENTS][ID_SIZE];
	uint32_t dice;
	unsigned stored, refused;
};

static unsigned pick(struct story *story, unsigned n)
{
	story->dice = story->dice * 1664525u + 1013904223u;
	return (story->dice >> 16) % n;
}

static const char *unit_name(unsigned i)
{
	static const char *const names[UNITS] = {"DMK-01", "DMK-02", "DMK-03",
						 "POL-01", "AMB-01", "BPB-01"};

	return names[i];
}

/* Whatever the answer is. */
static enum store_answer decide(struct story *story, const char *incident, const char *json)
{
	struct sent sent;
	enum store_answer answer;

	send_command(story->world, &sent, incident, json);
	store_step(story->world->store);
	assert_true(sent.is_answered);
	answer = sent.request.answer;
	sent_fini(&sent);
	story->world->now_us += 1000000;
	return answer;
}

static enum store_answer change_duty(struct story *story, const char *unit, enum unit_duty duty)
{
	struct duty_change change = {.duty = duty, .at_ms = 1, .by = "siti"};
	struct store_request request = {.op = STORE_DUTY, .in.duty = &change};
	struct sent sent = {.request = request};

	snprintf(change.unit, UNIT_SIZE, "%s", unit);
	send_request(story->world, &sent);
	store_step(story->world->store);
	assert_true(sent.is_answered);
	request.answer = sent.request.answer;
	sent_fini(&sent);
	return request.answer;
}

/* --- what the tables say --- */

static void read_unit(const struct event *event, const struct agencies *agencies,
		      struct unit_doing *unit_r)
{
	struct slice told = event_unit(event->body);
	json_t *object = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);
	struct err err;

	assert_int_equal(unit_read(object, agencies, unit_r, &err), 0);
	json_decref(object);
}

static unsigned live_orders(struct story *story, unsigned which, const char *unit,
			    enum order_state *state_r)
{
	struct store_read read = {.op = READ_STATE};
	struct incident incident;
	unsigned live = 0;
	struct err err;

	read.filter.viewer = (struct viewer){.may_watch = true, .sees_all = true};
	memcpy(read.id, story->incident[which], ID_SIZE);
	read_now(story->world, &read);
	assert_int_equal(read.row_count, 1);
	assert_int_equal(
		incident_of_event(&read.rows[0], &story->world->agencies, &incident, &err), 0);
	for (unsigned i = 0; i < incident.sent_count; i++) {
		const struct order *order = &incident.sent[i];

		if (strcmp(order->unit, unit) != 0 || !order_is_live(order->state))
			continue;
		live++;
		*state_r = order->state;
	}
	incident_fini(&incident);
	store_read_fini(&read);
	return live;
}

static const struct unit_job *job_at(const struct unit_doing *unit, const char *incident)
{
	for (unsigned i = 0; i < unit->job_count; i++)
		if (strcmp(unit->job[i].incident_id, incident) == 0)
			return &unit->job[i];
	return NULL;
}

static void compare(struct story *story, const struct unit_doing *unit)
{
	unsigned jobs = 0;

	for (unsigned i = 0; i < INCIDENTS; i++) {
		const struct unit_job *job = job_at(unit, story->incident[i]);
		enum order_state state = ORDER_ORDERED;
		unsigned live = live_orders(story, i, unit->id, &state);

		assert_true(live <= 1);
		assert_int_equal(live, job != NULL);
		if (job != NULL)
			assert_int_equal(job->state, state);
		jobs += live;
	}
	assert_int_equal(unit->job_count, jobs);
}

static void every_unit_does_what_its_live_orders_say(struct story *story)
{
	struct store_read read = {.op = READ_UNITS};

	read_now(story->world, &read);
	for (unsigned i = 0; i < read.row_count; i++) {
		struct unit_doing unit;

		read_unit(&read.rows[i], &story->world->agencies, &unit);
		if (i > 0) {
			struct unit_doing before;

			read_unit(&read.rows[i - 1], &story->world->agencies, &before);
			assert_true(strcmp(before.id, unit.id) < 0);
		}
		compare(story, &unit);
	}
	store_read_fini(&read);
}

/* --- what happens --- */

static void write_turn(struct story *story, char *json, size_t size)
{
	static const char *const steps[] = {"accepted", "en_route", "on_scene", "cleared",
					    "declined"};
	const char *unit = unit_name(pick(story, UNITS)),
		   *other = unit_name(pick(story, UNITS));

	switch (pick(story, 8)) {
	case 0:
		snprintf(json, size, "{\"action\":\"assign\",\"units\":[\"%s\"]}", unit);
		return;
	case 1:
		snprintf(json, size, "{\"action\":\"assign\",\"units\":[\"%s\"%s%s%s]}", unit,
			 unit != other ? ",\"" : "", unit != other ? other : "",
			 unit != other ? "\"" : "");
		return;
	case 2:
		snprintf(json, size,
			 "{\"action\":\"assign\",\"units\":[\"%s\"],\"override\":true,"
			 "\"note\":\"dekat\"}",
			 unit);
		return;
	case 3:
	case 4:
		snprintf(json, size,
			 "{\"action\":\"status\",\"unit\":\"%s\",\"status\":\"%s\"}", unit,
			 steps[pick(story, 5)]);
		return;
	case 5:
		snprintf(json, size, "{\"action\":\"cancel\",\"units\":[\"%s\"]}", unit);
		return;
	case 6:
		if (pick(story, 3) > 0)
			break;
		snprintf(json, size,
			 "{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true}");
		return;
	default:
		break;
	}
	snprintf(json, size, "{\"action\":\"reopen\"}");
}

static void take_turn(struct story *story)
{
	enum store_answer answer;
	char json[256];

	if (pick(story, 10) == 0) { /* mostly that it is on duty: somebody has to go */
		answer = change_duty(story, unit_name(pick(story, UNITS)),
				     (enum unit_duty)(pick(story, 8) / 7));
		assert_true(answer == STORE_STORED || answer == STORE_REPEATED);
		return;
	}
	write_turn(story, json, sizeof(json));
	answer = decide(story, story->incident[pick(story, INCIDENTS)], json);
	assert_true(answer == STORE_STORED || answer == STORE_REFUSED ||
		    answer == STORE_CONFLICT);
	if (answer == STORE_STORED)
		story->stored++;
	else
		story->refused++;
}

static void whatever_is_decided_a_unit_does_what_its_orders_say(void **state)
{
	struct story story = {.world = world_new(*state), .dice = 20261125};

	for (unsigned i = 0; i < INCIDENTS; i++) {
		char key[8];

		snprintf(key, sizeof(key), "k%u", i);
		stored_report(story.world, key, "kebakaran", story.incident[i]);
	}
	for (unsigned i = 0; i < TURNS; i++) {
		take_turn(&story);
		every_unit_does_what_its_live_orders_say(&story);
	}
	assert_true(story.stored > TURNS / 10 && story.refused > TURNS / 10);
	world_prove(story.world);
	every_unit_does_what_its_live_orders_say(&story);
	world_free(&story.world);
}

static void what_was_said_of_units_survives_a_restart(void **state)
{
	struct story story = {.world = world_new(*state)};

	if (!story.world->backend->is_on_disk) {
		world_free(&story.world);
		return; /* it forgets, and says so */
	}
	stored_report(story.world, "a", "kebakaran", story.incident[0]);
	for (unsigned i = 1; i < INCIDENTS; i++)
		memcpy(story.incident[i], story.incident[0], ID_SIZE);
	assert_int_equal(change_duty(&story, "DMK-02", DUTY_OFF), STORE_STORED);
	assert_int_equal(change_duty(&story, "DMK-02", DUTY_OFF), STORE_REPEATED);
	world_reopen(story.world);
	assert_int_equal(decide(&story, story.incident[0],
				"{\"action\":\"assign\",\"units\":[\"DMK-02\"]}"),
			 STORE_REFUSED);
	assert_int_equal(change_duty(&story, "DMK-02", DUTY_ON), STORE_STORED);
	assert_int_equal(decide(&story, story.incident[0],
				"{\"action\":\"assign\",\"units\":[\"DMK-02\"]}"),
			 STORE_STORED);
	world_reopen(story.world);
	assert_int_equal(decide(&story, story.incident[0],
				"{\"action\":\"assign\",\"units\":[\"DMK-02\"]}"),
			 STORE_CONFLICT);
	world_prove(story.world);
	world_free(&story.world);
}

static enum store_answer call_for_help(struct story *story, const char *unit,
				       enum mayday_step step, const char *by)
{
	struct duty_change said = {.mayday = step, .at_ms = 1, .note = "dinding runtuh"};
	struct sent sent = {.request = {.op = STORE_DUTY, .in.duty = &said}};
	enum store_answer answer;

	snprintf(said.unit, UNIT_SIZE, "%s", unit);
	snprintf(said.by, USER_SIZE, "%s", by);
	snprintf(said.command_id, COMMAND_ID_SIZE, "%s:%s:%d", unit, by, (int)step);
	send_request(story->world, &sent);
	store_step(story->world->store);
	assert_true(sent.is_answered);
	answer = sent.request.answer;
	sent_fini(&sent);
	return answer;
}

static unsigned count_of(const struct store_world *world, enum event_kind kind)
{
	unsigned count = 0;

	for (unsigned i = 0; i < world->shown; i++)
		count += world->events[i].kind == kind;
	return count;
}

static void a_call_for_help_is_of_its_unit_and_raises_where_it_is_in_one_write(void **state)
{
	struct story story = {.world = world_new(*state)};
	struct unit_doing unit;
	unsigned before;

	stored_report(story.world, "a", "kebakaran", story.incident[0]);
	assert_int_equal(call_for_help(&story, "POL-01", MAYDAY_RAISED, "POL-01"),
			 STORE_STORED);
	assert_int_equal(count_of(story.world, EVENT_INCIDENT_ESCALATED), 0);
	assert_int_equal(decide(&story, story.incident[0],
				"{\"action\":\"assign\",\"units\":[\"DMK-01\"]}"),
			 STORE_STORED);
	before = story.world->shown;
	assert_int_equal(call_for_help(&story, "DMK-01", MAYDAY_RAISED, "DMK-01"),
			 STORE_STORED);
	assert_int_equal(call_for_help(&story, "DMK-01", MAYDAY_RAISED, "DMK-01"),
			 STORE_REPEATED);
	assert_int_equal(story.world->shown, before + 2);
	assert_int_equal(count_of(story.world, EVENT_INCIDENT_ESCALATED), 1);
	read_unit(&story.world->events[before], &story.world->agencies, &unit);
	assert_string_equal(unit.mayday.incident.id, story.incident[0]);
	assert_int_equal(unit.job_count, 1);
	assert_int_equal(call_for_help(&story, "DMK-01", MAYDAY_OVER, "siti"), STORE_STORED);
	assert_int_equal(call_for_help(&story, "DMK-02", MAYDAY_OVER, "siti"), STORE_REFUSED);
	assert_int_equal(call_for_help(&story, "DMK-01", MAYDAY_OVER, "budi"), STORE_STORED);
	read_unit(&story.world->events[story.world->shown - 1], &story.world->agencies, &unit);
	assert_int_equal(unit.mayday.since_ms, 0);
	world_prove(story.world);
	world_free(&story.world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(whatever_is_decided_a_unit_does_what_its_orders_say),
		OVER_ALL(what_was_said_of_units_survives_a_restart),
		OVER_ALL(a_call_for_help_is_of_its_unit_and_raises_where_it_is_in_one_write),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
