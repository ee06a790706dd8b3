/* Linking, merging and taking apart, over every backend: whatever was joined can be undone, and
 * then everything stands as if it had never been. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/join.h"
#include "store/backend.h"
#include "support/store_world.h"

#define FIRE   1u
#define POLICE 2u
#define HEALTH 4u

static void end_world(struct store_world *world)
{
	world_prove(world);
	world_free(&world);
}

struct story {
	char report_id[ID_SIZE], incident_id[ID_SIZE];
	json_t *answer;
};

static struct store_links same_as(const char *report_id)
{
	struct store_links links = {.is_same = true, .count = 1};

	memcpy(links.link[0].report_id, report_id, ID_SIZE);
	links.link[0].likeness = (struct likeness){
		.score_pct = 95, .reason_count = 1, .reason = {{LIKE_PLACE, "140 m", 90}}};
	return links;
}

/* A report, stored; like: the report that it is surely one with, or NULL. */
static void tell(struct store_world *world, const char *text, const char *like, int priority,
		 agency_set agencies, struct story *story_r)
{
	struct store_links links =
		same_as(like != NULL ? like : "R-01ARZ3NDEKTSV4RRFFQ69G5FAV");
	struct sent sent;

	world->now_us += 60000000;
	send_linked(world, &sent, "lapor-web", NULL, text, like != NULL ? &links : NULL);
	sent.request.verdict.priority = priority;
	sent.request.verdict.agencies = agencies;
	sent.request.verdict.disposition =
		priority <= 2 ? DISPOSITION_EMERGENCY : DISPOSITION_REVIEW;
	store_step(world->store);
	assert_true(sent.is_answered);
	assert_int_equal(sent.request.answer, STORE_STORED);
	memcpy(story_r->report_id, sent.report->id, ID_SIZE);
	memcpy(story_r->incident_id, sent.request.incident_id, ID_SIZE);
	story_r->answer = json_loadb((const char *)sent.request.body->data,
				     sent.request.body->len, 0, NULL);
	sent_fini(&sent);
}

static void end_story(struct story *story)
{
	json_decref(story->answer);
}

static const char *duplicate_of(const struct story *story)
{
	return json_string_value(json_object_get(story->answer, "duplicate_of"));
}

static enum store_answer decide_as(struct store_world *world, const char *incident_id,
				   const char *json, const struct viewer *viewer,
				   struct err *err_r)
{
	struct sent sent;
	enum store_answer answer;

	world->now_us += 30000000;
	send_command(world, &sent, incident_id, json);
	sent.command->viewer = *viewer;
	store_step(world->store);
	answer = sent.request.answer;
	*err_r = sent.request.err;
	sent_fini(&sent);
	return answer;
}

static void decide(struct store_world *world, const char *incident_id, const char *json)
{
	struct err err;

	if (decide_as(world, incident_id, json, &sees_everything, &err) != STORE_STORED)
		fail_msg("%s: %s %s", json, err.field, err.text);
}

static void is_refused(struct store_world *world, const char *incident_id, const char *json,
		       const char *field)
{
	unsigned shown = world->shown;
	struct err err;

	assert_int_equal(decide_as(world, incident_id, json, &sees_everything, &err),
			 STORE_REFUSED);
	assert_string_equal(err.field, field);
	assert_int_equal(world->shown, shown); /* and nothing was written */
}

static void merge(struct store_world *world, const struct story *from, const struct story *into)
{
	char json[128];

	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}",
		 into->incident_id);
	decide(world, from->incident_id, json);
}

static const char *split_of(const char *report_id)
{
	static char json[128];

	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", report_id);
	return json;
}

/* The incident as it stands, without what every change moves. */
static char *state_of(struct store_world *world, const char *incident_id)
{
	struct store_read read = {.op = READ_TIMELINE, .max_rows = READ_MAX_ROWS};
	struct slice slice;
	json_t *doc;
	char *text;

	memcpy(read.id, incident_id, ID_SIZE);
	read_now(world, &read);
	assert_true(read.is_found && read.next == 0);
	slice = event_incident(read.rows[read.row_count - 1].body);
	doc = json_loadb(slice.text, slice.len, 0, NULL);
	json_object_del(doc, "version");
	json_object_del(doc, "decided_version");
	json_object_del(doc, "updated_at");
	text = json_dumps(doc, JSON_SORT_KEYS);
	json_decref(doc);
	store_read_fini(&read);
	return text;
}

static void stands_as(struct store_world *world, const char *incident_id, char *before)
{
	char *now = state_of(world, incident_id);

	assert_string_equal(now, before);
	free(now);
	free(before);
}

static int64_t number_in(struct store_world *world, const char *incident_id, const char *key)
{
	char *text = state_of(world, incident_id);
	json_t *doc = json_loads(text, 0, NULL);
	int64_t value = json_integer_value(json_object_get(doc, key));

	json_decref(doc);
	free(text);
	return value;
}

static bool says(struct store_world *world, const char *incident_id, const char *words)
{
	char *text = state_of(world, incident_id);
	bool is_said = strstr(text, words) != NULL;

	free(text);
	return is_said;
}

/* Which incident a report is of by now, as GET /v1/reports/{id} tells. */
static void is_of(struct store_world *world, const char *report_id, const char *incident_id)
{
	struct store_read read = {.op = READ_REPORT};

	memcpy(read.id, report_id, ID_SIZE);
	read_now(world, &read);
	assert_true(read.is_found);
	assert_string_equal(read.rows[0].incident_id, incident_id);
	store_read_fini(&read);
}

static void a_report_surely_of_one_joins_it_and_says_so(void **state)
{
	struct store_world *world = world_new(*state);
	struct story first, second;
	const struct event *event;

	tell(world, "Asap di Kesambi", NULL, 3, FIRE, &first);
	tell(world, "Kebakaran di Kesambi, ada korban", first.report_id, 1, FIRE | HEALTH,
	     &second);
	assert_null(duplicate_of(&first));
	assert_string_equal(duplicate_of(&second), first.report_id);
	assert_string_equal(second.incident_id, first.incident_id);
	event = &world->events[world->shown - 1];
	assert_int_equal(event->kind, EVENT_REPORT_RECEIVED);
	assert_int_equal(event->audience.agencies, FIRE | HEALTH);
	assert_non_null(memmem(event->body->data, event->body->len, "\"140 m\"", 7));
	assert_int_equal(number_in(world, first.incident_id, "report_count"), 2);
	assert_int_equal(number_in(world, first.incident_id, "priority"), 1);
	assert_true(says(world, first.incident_id, "Asap di Kesambi")); /* the first's words */
	is_of(world, second.report_id, first.incident_id);
	/* Its own verdict and its own number in the answer. */
	assert_int_equal(json_integer_value(json_object_get(
				 json_object_get(second.answer, "classification"), "priority")),
			 1);
	assert_string_equal(json_string_value(json_object_get(second.answer, "tracking_id")),
			    "7000001");
	end_story(&first);
	end_story(&second);
	end_world(world);
}

static void a_linked_report_sent_again_gets_its_first_answer(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent first, again;
	struct store_links links;
	struct story one;

	tell(world, "Asap", NULL, 3, FIRE, &one);
	links = same_as(one.report_id);
	send_linked(world, &first, "lapor-web", "k", "Api", &links);
	store_step(world->store);
	decide(world, one.incident_id, split_of(first.report->id));
	send_linked(world, &again, "lapor-web", "k", "Api", &links);
	store_step(world->store);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(first.request.body->len, again.request.body->len);
	assert_memory_equal(first.request.body->data, again.request.body->data,
			    first.request.body->len);
	sent_fini(&first);
	sent_fini(&again);
	end_story(&one);
	end_world(world);
}

/* Forty at one moment find each other before any of them is stored. */
static void reports_in_one_batch_find_each_other(void **state)
{
	struct store_world *world = world_new(*state);
	static struct store_links links[40];
	static struct sent sent[40];

	for (int i = 0; i < 40; i++) {
		if (i > 0)
			links[i] = same_as(sent[i - 1].report->id);
		send_linked(world, &sent[i], "lapor-web", NULL, "Api",
			    i > 0 ? &links[i] : NULL);
	}
	store_step(world->store);
	for (int i = 0; i < 40; i++)
		assert_string_equal(sent[i].request.incident_id, sent[0].request.incident_id);
	assert_int_equal(number_in(world, sent[0].request.incident_id, "report_count"), 40);
	for (int i = 0; i < 40; i++)
		sent_fini(&sent[i]);
	end_world(world);
}

static void what_cannot_be_joined_gets_an_incident_of_its_own(void **state)
{
	struct store_world *world = world_new(*state);
	struct story first, lost, after, secret;
	struct store_links links;
	struct sent sent;

	tell(world, "Api", NULL, 1, FIRE, &first);
	tell(world, "Api", "R-01ARZ3NDEKTSV4RRFFQ69G5FAV", 1, FIRE, &lost); /* never stored */
	assert_string_not_equal(lost.incident_id, first.incident_id);
	end_story(&lost);
	decide(world, first.incident_id, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	tell(world, "Api", first.report_id, 1, FIRE, &after); /* over by now: only suggested */
	assert_string_not_equal(after.incident_id, first.incident_id);
	assert_null(duplicate_of(&after));
	assert_true(says(world, after.incident_id, first.incident_id));
	links = same_as(after.report_id);
	send_linked(world, &sent, "lapor-web", NULL, "Api", &links);
	sent.report->anonymity = ANONYMITY_SECRET;
	store_step(world->store);
	assert_string_not_equal(sent.request.incident_id, after.incident_id);
	memcpy(secret.report_id, sent.report->id, ID_SIZE);
	memcpy(secret.incident_id, sent.request.incident_id, ID_SIZE);
	sent_fini(&sent);
	tell(world, "Api", secret.report_id, 1, FIRE, &lost);
	assert_string_not_equal(lost.incident_id, secret.incident_id);
	assert_false(says(world, lost.incident_id, secret.incident_id)); /* not a trace */
	end_story(&first);
	end_story(&after);
	end_story(&lost);
	end_world(world);
}

static void a_split_leaves_all_as_if_the_report_had_never_been_linked(void **state)
{
	struct store_world *world = world_new(*state);
	struct story first, stays, goes;
	char *before, *own;
	const struct event *created;

	tell(world, "Asap", NULL, 3, FIRE, &first);
	tell(world, "Asap tebal", first.report_id, 3, FIRE, &stays);
	before = state_of(world, first.incident_id);
	tell(world, "Begal, korban luka", first.report_id, 1, POLICE | HEALTH, &goes);
	assert_int_equal(number_in(world, first.incident_id, "priority"), 1);
	decide(world, first.incident_id, split_of(goes.report_id));
	stands_as(world, first.incident_id, before);
	created = &world->events[world->shown - 1];
	assert_int_equal(created->kind, EVENT_INCIDENT_CREATED);
	is_of(world, goes.report_id, created->incident_id);
	is_of(world, stays.report_id, first.incident_id);
	own = state_of(world, created->incident_id);
	assert_non_null(strstr(own, "Begal, korban luka"));
	assert_non_null(strstr(own, "\"priority\": 1"));
	assert_non_null(
		strstr(own, "\"opened_at\": \"2025-11-24T16:03:01.000Z\"")); /* its own */
	assert_null(strstr(own, "\"fire\""));
	free(own);
	end_story(&first);
	end_story(&stays);
	end_story(&goes);
	end_world(world);
}

static void a_split_keeps_what_people_have_decided_meanwhile(void **state)
{
	struct store_world *world = world_new(*state);
	struct story first, goes;

	tell(world, "Asap", NULL, 3, FIRE, &first);
	tell(world, "Begal", first.report_id, 1, POLICE | HEALTH, &goes);
	decide(world, first.incident_id, "{\"action\":\"acknowledge\",\"agency\":\"police\"}");
	decide(world, first.incident_id, "{\"action\":\"reclassify\",\"category\":\"flood\"}");
	decide(world, first.incident_id,
	       "{\"action\":\"relocate\",\"location\":{\"lat\":-6.7,\"lon\":108.5}}");
	decide(world, first.incident_id, split_of(goes.report_id));
	assert_true(says(world, first.incident_id, "\"category\": \"flood\""));
	assert_true(says(world, first.incident_id, "\"from\": \"person\""));
	assert_true(says(world, first.incident_id, "\"status\": \"active\""));
	/* Police is on its way and stays; health was only called by what has gone. */
	assert_true(says(world, first.incident_id, "\"agencies\": [\"fire\", \"police\"]"));
	assert_int_equal(number_in(world, first.incident_id, "priority"), 3);
	end_story(&first);
	end_story(&goes);
	end_world(world);
}

static void the_undo_of_a_merge_gives_both_back_as_they_were(void **state)
{
	struct store_world *world = world_new(*state);
	struct story one, other, further;
	char *one_before, *other_before;

	tell(world, "Asap", NULL, 3, FIRE, &one);
	tell(world, "Kebakaran", NULL, 1, POLICE | HEALTH, &other);
	tell(world, "Kebakaran besar", other.report_id, 1, HEALTH, &further);
	decide(world, other.incident_id, "{\"action\":\"acknowledge\",\"agency\":\"health\"}");
	one_before = state_of(world, one.incident_id);
	other_before = state_of(world, other.incident_id);
	merge(world, &other, &one);
	assert_true(says(world, other.incident_id, "\"status\": \"closed\""));
	assert_true(says(world, other.incident_id, one.incident_id));
	assert_int_equal(number_in(world, one.incident_id, "report_count"), 3);
	assert_int_equal(number_in(world, one.incident_id, "priority"), 1);
	assert_true(says(world, one.incident_id, "\"status\": \"active\""));
	is_of(world, further.report_id, one.incident_id);
	decide(world, one.incident_id, split_of(other.report_id));
	stands_as(world, one.incident_id, one_before);
	stands_as(world, other.incident_id, other_before);
	is_of(world, further.report_id, other.incident_id);
	is_of(world, other.report_id, other.incident_id);
	end_story(&one);
	end_story(&other);
	end_story(&further);
	end_world(world);
}

/* Merged, given back, merged again, with other things between: any order can be undone. */
static void joining_and_splitting_in_turns_ends_where_it_began(void **state)
{
	struct store_world *world = world_new(*state);
	struct story one, two, three, linked;
	char *before[3];

	tell(world, "satu", NULL, 3, FIRE, &one);
	tell(world, "dua", NULL, 2, POLICE, &two);
	tell(world, "tiga", NULL, 1, HEALTH, &three);
	before[0] = state_of(world, one.incident_id);
	before[1] = state_of(world, two.incident_id);
	before[2] = state_of(world, three.incident_id);
	merge(world, &three, &two);
	merge(world, &two, &one);
	tell(world, "empat", three.report_id, 1, FIRE | POLICE | HEALTH, &linked);
	assert_string_equal(linked.incident_id, one.incident_id); /* the way is followed */
	assert_int_equal(number_in(world, one.incident_id, "report_count"), 4);
	decide(world, one.incident_id, split_of(two.report_id));
	merge(world, &two, &one);
	decide(world, one.incident_id, split_of(linked.report_id));
	decide(world, one.incident_id, split_of(two.report_id));
	stands_as(world, one.incident_id, before[0]);
	decide(world, two.incident_id, split_of(three.report_id));
	stands_as(world, two.incident_id, before[1]);
	stands_as(world, three.incident_id, before[2]);
	end_story(&one);
	end_story(&two);
	end_story(&three);
	end_story(&linked);
	end_world(world);
}

static void what_came_with_a_merge_leaves_with_it(void **state)
{
	struct store_world *world = world_new(*state);
	struct story one, other, further;
	char json[160];

	tell(world, "satu", NULL, 3, FIRE, &one);
	tell(world, "dua", NULL, 3, FIRE, &other);
	tell(world, "dua juga", other.report_id, 3, FIRE, &further);
	merge(world, &other, &one);
	is_refused(world, one.incident_id, split_of(further.report_id), "reports");
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\",\"%s\"]}",
		 further.report_id, other.report_id);
	decide(world, one.incident_id, json);
	is_of(world, further.report_id, other.incident_id);
	end_story(&one);
	end_story(&other);
	end_story(&further);
	end_world(world);
}

static void an_impossible_merge_or_split_is_refused_by_its_member(void **state)
{
	struct store_world *world = world_new(*state);
	struct story one, other, closed;
	struct viewer police = {.may_watch = true, .agencies = POLICE};
	char json[128];
	struct err err;
	unsigned shown;

	tell(world, "satu", NULL, 3, FIRE | POLICE, &one);
	tell(world, "dua", NULL, 3, FIRE, &other);
	tell(world, "tiga", NULL, 3, FIRE, &closed);
	decide(world, closed.incident_id, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}",
		 closed.incident_id);
	is_refused(world, one.incident_id, json, "into");
	is_refused(world, one.incident_id,
		   "{\"action\":\"merge\",\"into\":\"I-01ARZ3NDEKTSV4RRFFQ69G5FAV\"}", "into");
	is_refused(world, one.incident_id, split_of(one.report_id), "reports");
	is_refused(world, one.incident_id, split_of(other.report_id), "reports");
	is_refused(world, one.incident_id, split_of("R-01ARZ3NDEKTSV4RRFFQ69G5FAV"), "reports");
	is_refused(world, one.incident_id, "{\"action\":\"unfold\"}", "action");
	/* Into one that the person may not see: as if there were none. */
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}",
		 other.incident_id);
	shown = world->shown;
	assert_int_equal(decide_as(world, one.incident_id, json, &police, &err), STORE_REFUSED);
	assert_string_equal(err.field, "into");
	assert_int_equal(world->shown, shown);
	merge(world, &other, &one);
	is_refused(world, other.incident_id, "{\"action\":\"reopen\"}", "action");
	end_story(&one);
	end_story(&other);
	end_story(&closed);
	end_world(world);
}

static void a_stale_merge_is_a_conflict_and_the_same_one_twice_is_one(void **state)
{
	struct store_world *world = world_new(*state);
	struct story one, other;
	struct sent first, again;
	char json[192];
	struct err err;

	tell(world, "satu", NULL, 3, FIRE, &one);
	tell(world, "dua", NULL, 3, FIRE, &other);
	decide(world, other.incident_id, "{\"action\":\"note\",\"note\":\"x\"}");
	snprintf(json, sizeof(json),
		 "{\"action\":\"merge\",\"into\":\"%s\",\"expected_version\":1}",
		 one.incident_id);
	assert_int_equal(decide_as(world, other.incident_id, json, &sees_everything, &err),
			 STORE_CONFLICT);
	snprintf(json, sizeof(json),
		 "{\"action\":\"merge\",\"into\":\"%s\",\"command_id\":\"c-1\"}",
		 one.incident_id);
	send_command(world, &first, other.incident_id, json);
	send_command(world, &again, other.incident_id, json);
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(first.request.seq, again.request.seq);
	assert_string_equal(first.request.incident_id, other.incident_id);
	assert_int_equal(number_in(world, one.incident_id, "report_count"), 2);
	sent_fini(&first);
	sent_fini(&again);
	end_story(&one);
	end_story(&other);
	end_world(world);
}

static void a_ticket_follows_its_report(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_TICKET, .id = "7000001"};
	struct story one, other;

	tell(world, "satu", NULL, 3, FIRE, &one);
	tell(world, "dua", NULL, 3, FIRE, &other);
	merge(world, &other, &one);
	decide(world, one.incident_id, "{\"action\":\"acknowledge\",\"agency\":\"fire\"}");
	read_now(world, &read);
	assert_true(read.is_found);
	assert_string_equal(read.rows[0].incident_id, one.incident_id);
	assert_int_equal(read.stored_at_ms, 1764000121000); /* when the report came */
	store_read_fini(&read);
	end_story(&one);
	end_story(&other);
	end_world(world);
}

static void a_folded_one_lives_on_and_can_be_taken_out(void **state)
{
	struct store_world *world = world_new(*state);
	struct story one, other;
	struct sent sent;

	tell(world, "satu", NULL, 3, FIRE, &one);
	tell(world, "dua", NULL, 3, FIRE, &other);
	for (int round = 0; round < 2; round++) {
		send_command(world, &sent, other.incident_id, "{\"action\":\"unfold\"}");
		sent.command->action = ACTION_FOLD;
		sent.command->by[0] = '\0';
		memcpy(sent.command->into, one.incident_id, ID_SIZE);
		store_step(world->store);
		assert_int_equal(sent.request.answer,
				 round == 0 ? STORE_STORED : STORE_REFUSED);
		sent_fini(&sent);
		if (round > 0)
			break;
		assert_true(says(world, other.incident_id,
				 "\"folded_into\": {\"incident_id\": \"I-"));
		assert_true(says(world, other.incident_id, "\"status\": \"new\""));
		decide(world, other.incident_id, "{\"action\":\"unfold\"}");
		assert_true(says(world, other.incident_id, "\"folded_into\": null"));
	}
	end_story(&one);
	end_story(&other);
	end_world(world);
}

int main(void)
{
	static struct store_backend backends[2];
	static struct CMUnitTest tests[32];
	static const struct CMUnitTest cases[] = {
		cmocka_unit_test(a_report_surely_of_one_joins_it_and_says_so),
		cmocka_unit_test(a_linked_report_sent_again_gets_its_first_answer),
		cmocka_unit_test(reports_in_one_batch_find_each_other),
		cmocka_unit_test(what_cannot_be_joined_gets_an_incident_of_its_own),
		cmocka_unit_test(a_split_leaves_all_as_if_the_report_had_never_been_linked),
		cmocka_unit_test(a_split_keeps_what_people_have_decided_meanwhile),
		cmocka_unit_test(the_undo_of_a_merge_gives_both_back_as_they_were),
		cmocka_unit_test(joining_and_splitting_in_turns_ends_where_it_began),
		cmocka_unit_test(what_came_with_a_merge_leaves_with_it),
		cmocka_unit_test(an_impossible_merge_or_split_is_refused_by_its_member),
		cmocka_unit_test(a_stale_merge_is_a_conflict_and_the_same_one_twice_is_one),
		cmocka_unit_test(a_ticket_follows_its_report),
		cmocka_unit_test(a_folded_one_lives_on_and_can_be_taken_out),
	};
	const size_t count = sizeof(cases) / sizeof(cases[0]);

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	for (size_t i = 0; i < 2 * count; i++) {
		tests[i] = cases[i % count];
		tests[i].initial_state = &backends[i / count];
	}
	return _cmocka_run_group_tests("joining", tests, 2 * count, NULL, NULL);
}
