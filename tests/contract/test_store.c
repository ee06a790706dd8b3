/* One suite over every backend: what a store is, whatever lies under it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "store/read.h"
#include "support/store_world.h"

#define FIRE "Kebakaran rumah di Jl. Kesambi"

static bool is_on_disk(const struct store_world *world)
{
	return world->backend->is_on_disk;
}

static void each_submit_is_answered_exactly_once(void **state)
{
	struct store_world *world = world_new(*state);
	static struct sent sent[100];

	for (int i = 0; i < 100; i++)
		send_report(world, &sent[i], "lapor-web", NULL, FIRE);
	assert_int_equal(world->answered, 0); /* never from inside submit */
	store_step(world->store);
	store_step(world->store);
	assert_int_equal(world->answered, 100);
	for (int i = 0; i < 100; i++)
		sent_fini(&sent[i]);
	world_free(&world);
}

static void numbers_are_dense_and_in_commit_order(void **state)
{
	struct store_world *world = world_new(*state);
	static struct sent sent[40];
	struct store_read read = {.op = READ_EVENTS, .from = 1};
	char id[ID_SIZE];

	for (int i = 0; i < 40; i++) {
		char key[8];

		snprintf(key, sizeof(key), "k%d", i % 30); /* every repeat burns no number */
		send_report(world, &sent[i], "lapor-web", key, FIRE);
		if (i % 7 == 0)
			store_step(world->store);
	}
	store_step(world->store);
	stored_report(world, "last", FIRE, id);
	assert_int_equal(world->shown, 31);
	read_now(world, &read);
	assert_int_equal(read.row_count, 31);
	for (unsigned i = 0; i < 31; i++) {
		assert_int_equal(world->events[i].seq, i + 1);
		assert_int_equal(read.rows[i].seq, i + 1);
		assert_int_equal(read.rows[i].body->len, world->events[i].body->len);
		assert_memory_equal(read.rows[i].body->data, world->events[i].body->data,
				    read.rows[i].body->len);
	}
	assert_int_equal(store_head(world->store), 31);
	store_read_fini(&read);
	for (int i = 0; i < 40; i++)
		sent_fini(&sent[i]);
	world_free(&world);
}

static void a_report_sent_again_gets_the_first_answer_byte_for_byte(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent first, again, other;

	send_report(world, &first, "lapor-web", "a1", FIRE " \"besar\"\n,\"location\":{");
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	if (is_on_disk(world))
		world_reopen(world);
	send_report(world, &again, "lapor-web", "a1", FIRE " \"besar\"\n,\"location\":{");
	send_report(world, &other, "lapor-sms", "a1", FIRE);
	store_step(world->store);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(other.request.answer, STORE_STORED); /* another source's key */
	assert_int_equal(first.request.body->len, again.request.body->len);
	assert_memory_equal(first.request.body->data, again.request.body->data,
			    first.request.body->len);
	assert_int_equal(first.request.seq, again.request.seq);
	assert_string_equal(first.request.incident_id, again.request.incident_id);
	sent_fini(&first);
	sent_fini(&again);
	sent_fini(&other);
	world_free(&world);
}

static void the_answer_is_the_document_of_the_contract(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent sent;
	json_t *doc;

	send_report(world, &sent, "lapor-web", "a1", FIRE);
	store_step(world->store);
	doc = json_loads((const char *)sent.request.body->data, JSON_REJECT_DUPLICATES, NULL);
	assert_non_null(doc);
	assert_string_equal(json_string_value(json_object_get(doc, "id")), sent.report->id);
	assert_string_equal(json_string_value(json_object_get(doc, "tracking_id")), "7000000");
	assert_true(json_is_null(json_object_get(doc, "duplicate_of")));
	assert_string_equal(json_string_value(json_object_get(
				    json_object_get(doc, "classification"), "category")),
			    "fire_building");
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(doc, "location"), "from")),
		"none");
	json_decref(doc);
	sent_fini(&sent);
	world_free(&world);
}

static void two_of_one_key_in_one_batch_behave_as_one_after_the_other(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent first, same, differs;

	send_report(world, &first, "lapor-web", "a1", FIRE);
	send_report(world, &same, "lapor-web", "a1", FIRE);
	send_report(world, &differs, "lapor-web", "a1", "Banjir");
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(same.request.answer, STORE_REPEATED);
	assert_int_equal(differs.request.answer, STORE_CONFLICT);
	assert_string_equal(differs.request.err.field, "source_id");
	assert_int_equal(world->shown, 1);
	sent_fini(&first);
	sent_fini(&same);
	sent_fini(&differs);
	world_free(&world);
}

/* The words are the same; what else it says decides what is done. */
static void another_report_under_a_used_key_is_refused_by_its_key(void **state)
{
	static const struct verdict verdict = {.disposition = DISPOSITION_EMERGENCY,
					       .priority = 1,
					       .category = "flood",
					       .agencies = 1,
					       .rules = "r1"};
	struct store_world *world = world_new(*state);
	struct sent first, again, moved;

	send_body(world, &first,
		  "{\"source\":\"app:x\",\"source_id\":\"a1\",\"text\":\"Banjir\",\"received_"
		  "at\":"
		  "\"2026-11-23T14:05:09Z\",\"location\":{\"lat\":-6.7,\"lon\":108.5}}",
		  &verdict);
	store_step(world->store);
	if (is_on_disk(world))
		world_reopen(world);
	send_body(world, &again,
		  "{\"source\":\"app:x\",\"source_id\":\"a1\",\"text\":\"Banjir\",\"received_"
		  "at\":"
		  "\"2026-11-23T14:06:10Z\",\"location\":{\"lat\":-6.7,\"lon\":108.5}}",
		  &verdict);
	send_body(world, &moved,
		  "{\"source\":\"app:x\",\"source_id\":\"a1\",\"text\":\"Banjir\",\"received_"
		  "at\":"
		  "\"2026-11-23T14:05:09Z\",\"location\":{\"lat\":-6.8,\"lon\":108.5}}",
		  &verdict);
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(moved.request.answer, STORE_CONFLICT);
	assert_string_equal(moved.request.err.field, "source_id");
	assert_int_equal(world->shown, 1);
	sent_fini(&first);
	sent_fini(&again);
	sent_fini(&moved);
	world_free(&world);
}

static void reports_without_a_key_are_two(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent a, b;

	send_report(world, &a, "lapor-web", NULL, FIRE);
	send_report(world, &b, "lapor-web", NULL, FIRE);
	store_step(world->store);
	assert_int_equal(a.request.answer, STORE_STORED);
	assert_int_equal(b.request.answer, STORE_STORED);
	assert_string_not_equal(a.request.incident_id, b.request.incident_id);
	sent_fini(&a);
	sent_fini(&b);
	world_free(&world);
}

static void the_raw_body_is_kept_byte_for_byte(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_REPORT};
	struct sent sent;

	send_report(world, &sent, "lapor-web", "a1", FIRE);
	store_step(world->store);
	strcpy(read.id, sent.report->id);
	read_now(world, &read);
	assert_true(read.is_found);
	assert_int_equal(read.raw->len, sent.report->raw->len);
	assert_memory_equal(read.raw->data, sent.report->raw->data, read.raw->len);
	assert_string_equal(read.source, "lapor-web");
	store_read_fini(&read);
	sent_fini(&sent);
	world_free(&world);
}

static void commands_in_flight_together_behave_as_one_after_the_other(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent first, second, third;
	char id[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	send_command(world, &first, id,
		     "{\"action\":\"note\",\"note\":\"a\",\"expected_version\":1}");
	send_command(world, &second, id,
		     "{\"action\":\"note\",\"note\":\"b\",\"expected_version\":1}");
	send_command(world, &third, id,
		     "{\"action\":\"note\",\"note\":\"c\",\"expected_version\":2}");
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(second.request.answer, STORE_CONFLICT);
	assert_int_equal(second.request.version, 2);
	assert_non_null(strstr((const char *)second.request.body->data, "\"version\":2"));
	assert_int_equal(third.request.answer, STORE_STORED);
	assert_int_equal(third.request.version, 3);
	assert_int_equal(world->shown, 3);
	sent_fini(&first);
	sent_fini(&second);
	sent_fini(&third);
	world_free(&world);
}

static void the_same_command_twice_is_one_action(void **state)
{
	struct store_world *world = world_new(*state);
	static const char act[] =
		"{\"action\":\"acknowledge\",\"agency\":\"fire\",\"command_id\":\"c-1\"}";
	struct sent first, again, elsewhere;
	char id[ID_SIZE], other[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	stored_report(world, "a2", FIRE, other);
	send_command(world, &first, id, act);
	store_step(world->store);
	send_command(world, &again, id, act);
	send_command(world, &elsewhere, other, act);
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(elsewhere.request.answer, STORE_CONFLICT);
	assert_memory_equal(first.request.body->data, again.request.body->data,
			    first.request.body->len);
	assert_int_equal(world->shown, 3);
	sent_fini(&first);
	sent_fini(&again);
	sent_fini(&elsewhere);
	world_free(&world);
}

/* The same again is told its answer; anything else under its command_id is not done, and is not
 * said to have been. */
static void another_decision_under_a_used_command_id_is_a_conflict(void **state)
{
	static const char *const others[] = {
		"{\"action\":\"note\",\"note\":\"b\",\"command_id\":\"c-1\"}",
		"{\"action\":\"note\",\"note\":\"a\",\"agency\":\"fire\",\"command_id\":\"c-"
		"1\"}",
		"{\"action\":\"close\",\"outcome\":\"resolved\",\"command_id\":\"c-1\"}",
	};
	struct store_world *world = world_new(*state);
	struct sent first, again, budi, other;
	char id[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	send_command(world, &first, id,
		     "{\"action\":\"note\",\"note\":\"a\",\"command_id\":\"c-1\"}");
	store_step(world->store);
	if (is_on_disk(world))
		world_reopen(world);
	send_command(world, &again, id,
		     "{\"command_id\":\"c-1\",\"expected_version\":2,\"note\":\"a\","
		     "\"action\":\"note\"}");
	send_command(world, &budi, id,
		     "{\"action\":\"note\",\"note\":\"a\",\"command_id\":\"c-1\"}");
	strcpy(budi.command->by, "budi");
	store_step(world->store);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(budi.request.answer, STORE_CONFLICT);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		send_command(world, &other, id, others[i]);
		store_step(world->store);
		assert_int_equal(other.request.answer, STORE_CONFLICT);
		assert_string_equal(other.request.err.field, "command_id");
		sent_fini(&other);
	}
	assert_int_equal(world->shown, 2);
	sent_fini(&first);
	sent_fini(&again);
	sent_fini(&budi);
	world_free(&world);
}

/* Who hands an incident over and does not hear the answer asks again: it is not his any more.
 */
static void a_command_by_which_one_lost_sight_is_still_known_to_its_sender(void **state)
{
	struct store_world *world = world_new(*state);
	static const char act[] = "{\"action\":\"reclassify\",\"agencies\":[\"police\"],"
				  "\"command_id\":\"c-1\"}";
	struct viewer fire = {.may_watch = true, .agencies = 1};
	struct viewer health = {.may_watch = true, .agencies = 4};
	struct sent first, again, stranger;
	char id[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	send_command(world, &first, id, act);
	first.command->viewer = fire;
	store_step(world->store);
	send_command(world, &again, id, act);
	again.command->viewer = fire;
	send_command(world, &stranger, id, act);
	stranger.command->viewer = health;
	store_step(world->store);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(again.request.seq, first.request.seq);
	assert_int_equal(stranger.request.answer, STORE_NOT_FOUND);
	sent_fini(&first);
	sent_fini(&again);
	sent_fini(&stranger);
	world_free(&world);
}

static void an_impossible_step_is_refused_and_changes_nothing(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent sent;
	char id[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	send_command(world, &sent, id, "{\"action\":\"reopen\"}");
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_REFUSED);
	assert_string_equal(sent.request.err.field, "action");
	assert_int_equal(world->shown, 1);
	sent_fini(&sent);
	world_free(&world);
}

static void an_incident_one_may_not_see_is_not_there(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent sent;
	char id[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	send_command(world, &sent, id, "{\"action\":\"note\",\"note\":\"a\"}");
	sent.command->viewer = (struct viewer){.may_watch = true, .agencies = 2};
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_NOT_FOUND);
	assert_null(sent.request.body);
	sent_fini(&sent);
	world_free(&world);
}

static void who_may_see_a_report_is_who_may_see_its_incident_as_it_stands(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_REPORT};
	struct sent report, moved;

	send_report(world, &report, "lapor-web", "a1", FIRE);
	store_step(world->store);
	send_command(world, &moved, report.request.incident_id,
		     "{\"action\":\"reclassify\",\"agencies\":[\"police\"]}");
	store_step(world->store);
	assert_int_equal(moved.request.answer, STORE_STORED);
	memcpy(read.id, report.report->id, ID_SIZE);
	read_now(world, &read);
	assert_int_equal(read.rows[0].audience.agencies, 2);
	store_read_fini(&read);
	sent_fini(&report);
	sent_fini(&moved);
	world_free(&world);
}

static void who_loses_sight_of_an_incident_is_told_so(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_LIVE,
				  .filter = {.viewer = {.may_watch = true, .agencies = 1}}};
	struct sent sent;
	char id[ID_SIZE];

	stored_report(world, "a1", FIRE, id);
	send_command(world, &sent, id, "{\"action\":\"reclassify\",\"agencies\":[\"police\"]}");
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	assert_int_equal(world->events[1].audience.agencies, 1 | 2);
	read_now(world, &read);
	assert_int_equal(read.row_count, 0);
	store_read_fini(&read);
	read.filter.viewer.agencies = 2;
	read_now(world, &read);
	assert_int_equal(read.row_count, 1);
	store_read_fini(&read);
	sent_fini(&sent);
	world_free(&world);
}

static void pages_of_live_incidents_are_complete_and_closed_ones_are_not_in_them(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {
		.op = READ_LIVE, .filter.viewer = sees_everything, .max_rows = 3};
	struct sent sent;
	char id[ID_SIZE], closed[ID_SIZE];
	unsigned rows = 0, pages = 0;

	for (int i = 0; i < 10; i++)
		stored_report(world, NULL, FIRE, i == 4 ? closed : id);
	send_command(world, &sent, closed, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	do {
		read_now(world, &read);
		rows += read.row_count;
		pages++;
		assert_int_equal(read.head, 11);
		for (unsigned i = 0; i < read.row_count; i++)
			assert_string_not_equal(read.rows[i].incident_id, closed);
		store_read_fini(&read);
		read.from = read.next;
	} while (read.next != 0);
	assert_int_equal(rows, 9);
	assert_true(pages >= 3);
	sent_fini(&sent);
	world_free(&world);
}

static void a_list_is_filtered_and_newest_first(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {
		.op = READ_INCIDENTS, .filter.viewer = sees_everything, .max_rows = 4};
	char id[ID_SIZE], last[ID_SIZE];
	unsigned rows = 0;

	for (int i = 0; i < 6; i++)
		stored_report(world, NULL, FIRE, i == 5 ? last : id);
	read_now(world, &read);
	assert_string_equal(read.rows[0].incident_id, last);
	rows = read.row_count;
	store_read_fini(&read);
	read.from = read.next;
	read_now(world, &read);
	assert_int_equal(rows + read.row_count, 6);
	assert_int_equal(read.next, 0);
	store_read_fini(&read);
	read.from = 0;
	read.filter.agency = "police";
	read_now(world, &read);
	assert_int_equal(read.row_count, 0);
	store_read_fini(&read);
	read.filter.agency = NULL;
	read.filter.statuses = STATUS_BIT(INCIDENT_ACTIVE);
	read_now(world, &read);
	assert_int_equal(read.row_count, 0);
	store_read_fini(&read);
	read.filter.statuses |= STATUS_BIT(INCIDENT_NEW);
	read_now(world, &read);
	assert_int_equal(read.row_count, 4);
	store_read_fini(&read);
	world_free(&world);
}

static void a_timeline_and_a_ticket_lead_to_their_incident(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_TIMELINE};
	struct sent sent;
	char id[ID_SIZE], other[ID_SIZE];

	stored_report(world, NULL, FIRE, id);
	stored_report(world, NULL, FIRE, other);
	send_command(world, &sent, id, "{\"action\":\"note\",\"note\":\"a\"}");
	store_step(world->store);
	strcpy(read.id, id);
	read_now(world, &read);
	assert_int_equal(read.row_count, 2);
	assert_int_equal(read.rows[1].seq, 3);
	store_read_fini(&read);
	read.op = READ_TICKET;
	strcpy(read.id, "7000000");
	read_now(world, &read);
	assert_true(read.is_found);
	assert_int_equal(read.rows[0].seq, 3);
	store_read_fini(&read);
	strcpy(read.id, "7000000x");
	read_now(world, &read);
	assert_false(read.is_found);
	store_read_fini(&read);
	sent_fini(&sent);
	world_free(&world);
}

static void a_call_lives_once_and_its_number_is_masked_in_the_event(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_CALL, .id = "t-1"}, open = {.op = READ_CALLS};
	struct sent ringing, answered, late, abandoned;

	send_call(world, &ringing,
		  "{\"call_id\":\"t-1\",\"state\":\"ringing\",\"caller\":\"+6281234567890\"}");
	send_call(world, &answered,
		  "{\"call_id\":\"t-1\",\"state\":\"answered\",\"agent\":\"budi\"}");
	send_call(world, &late, "{\"call_id\":\"t-1\",\"state\":\"ringing\"}");
	send_call(world, &abandoned, "{\"call_id\":\"t-1\",\"state\":\"abandoned\"}");
	store_step(world->store);
	assert_int_equal(ringing.request.answer, STORE_STORED);
	assert_int_equal(answered.request.answer, STORE_STORED);
	assert_string_equal(ringing.call->id, answered.call->id);
	assert_int_equal(late.request.answer, STORE_REPEATED);
	assert_int_equal(late.request.seq, 1);
	assert_int_equal(abandoned.request.answer, STORE_REFUSED);
	assert_int_equal(world->shown, 2);
	assert_int_equal(world->events[1].audience.scope, SCOPE_CALL);
	assert_null(strstr((const char *)world->events[1].body->data, "+6281234567890"));
	read_now(world, &read);
	assert_true(read.is_found);
	assert_non_null(strstr((const char *)read.raw->data, "+6281234567890"));
	store_read_fini(&read);
	read_now(world, &open);
	assert_int_equal(open.row_count, 1);
	assert_int_equal(open.rows[0].seq, 2);
	store_read_fini(&open);
	sent_fini(&ringing);
	sent_fini(&answered);
	sent_fini(&late);
	sent_fini(&abandoned);
	world_free(&world);
}

/* A telephone exchange that dies leaves calls that never end, and what rings now stands among
 * them. */
static void of_more_open_calls_than_fit_the_newest_are_told(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read open = {.op = READ_CALLS, .max_rows = 3};
	struct sent sent;
	char text[64];

	for (int i = 1; i <= 5; i++) {
		snprintf(text, sizeof(text), "{\"call_id\":\"t-%d\",\"state\":\"ringing\"}", i);
		send_call(world, &sent, text);
		store_step(world->store);
		sent_fini(&sent);
	}
	read_now(world, &open);
	assert_int_equal(open.row_count, 3);
	assert_int_equal(open.rows[0].seq, 5);
	assert_int_equal(open.rows[2].seq, 3);
	store_read_fini(&open);
	world_free(&world);
}

static void done_with_cursor(struct store_request *request)
{
	assert_int_equal(request->answer, STORE_STORED);
}

static void a_cursor_survives_a_restart(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_request cursor = {.op = STORE_CURSOR, .done = done_with_cursor};
	struct store_request failure = {.op = STORE_FAILURE, .done = done_with_cursor};

	cursor.in.cursor.sink = failure.in.cursor.sink = "mqtt";
	cursor.in.cursor.seq = 5;
	failure.in.cursor.why = "poison";
	store_submit(world->store, &cursor);
	store_step(world->store);
	cursor.in.cursor.seq = 7;
	store_submit(world->store, &cursor);
	store_submit(world->store, &failure);
	store_step(world->store);
	if (is_on_disk(world)) {
		world_reopen(world);
		assert_int_equal(store_cursor(world->store, "mqtt"), 7);
	}
	assert_int_equal(store_cursor(world->store, "other"), 0);
	world_free(&world);
}

static void beyond_its_limit_the_queue_says_later_at_once(void **state)
{
	struct store_world *world = world_new(*state);
	static struct sent sent[20];
	unsigned later = 0;

	world_close(world);
	world->settings.queue_max = 8;
	world_reopen(world);
	for (int i = 0; i < 20; i++)
		send_report(world, &sent[i], "lapor-web", NULL, FIRE);
	store_poll(world->store); /* the lane has not run */
	assert_int_equal(world->answered, 12);
	store_step(world->store);
	assert_int_equal(world->answered, 20);
	for (int i = 0; i < 20; i++) {
		later += sent[i].request.answer == STORE_LATER;
		sent_fini(&sent[i]);
	}
	assert_int_equal(later, 12);
	assert_int_equal(world->shown, 8);
	world_free(&world);
}

static void closing_answers_everything_that_was_submitted(void **state)
{
	struct store_world *world = world_new(*state);
	struct sent sent;

	send_report(world, &sent, "lapor-web", "a1", FIRE);
	world_close(world);
	assert_true(sent.is_answered);
	assert_int_equal(sent.request.answer, STORE_STORED);
	sent_fini(&sent);
	world_free(&world);
}

static void readers_who_want_the_same_page_are_served_by_one_read(void **state)
{
	struct store_read a = {.op = READ_EVENTS, .from = 7, .max_rows = 5}, b = a, c = a;

	(void)state;
	c.from = 8;
	assert_true(read_is_same(&a, &b));
	assert_false(read_is_same(&a, &c));
	b.op = c.op = READ_LIVE;
	c.from = 7;
	assert_true(read_is_same(&b, &c));
	c.filter.viewer.agencies = 2;
	assert_false(read_is_same(&b, &c));
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(each_submit_is_answered_exactly_once),
		OVER_ALL(numbers_are_dense_and_in_commit_order),
		OVER_ALL(a_report_sent_again_gets_the_first_answer_byte_for_byte),
		OVER_ALL(the_answer_is_the_document_of_the_contract),
		OVER_ALL(two_of_one_key_in_one_batch_behave_as_one_after_the_other),
		OVER_ALL(another_report_under_a_used_key_is_refused_by_its_key),
		OVER_ALL(reports_without_a_key_are_two),
		OVER_ALL(the_raw_body_is_kept_byte_for_byte),
		OVER_ALL(commands_in_flight_together_behave_as_one_after_the_other),
		OVER_ALL(the_same_command_twice_is_one_action),
		OVER_ALL(another_decision_under_a_used_command_id_is_a_conflict),
		OVER_ALL(a_command_by_which_one_lost_sight_is_still_known_to_its_sender),
		OVER_ALL(an_impossible_step_is_refused_and_changes_nothing),
		OVER_ALL(an_incident_one_may_not_see_is_not_there),
		OVER_ALL(who_may_see_a_report_is_who_may_see_its_incident_as_it_stands),
		OVER_ALL(who_loses_sight_of_an_incident_is_told_so),
		OVER_ALL(pages_of_live_incidents_are_complete_and_closed_ones_are_not_in_them),
		OVER_ALL(a_list_is_filtered_and_newest_first),
		OVER_ALL(a_timeline_and_a_ticket_lead_to_their_incident),
		OVER_ALL(a_call_lives_once_and_its_number_is_masked_in_the_event),
		OVER_ALL(of_more_open_calls_than_fit_the_newest_are_told),
		OVER_ALL(a_cursor_survives_a_restart),
		OVER_ALL(beyond_its_limit_the_queue_says_later_at_once),
		OVER_ALL(closing_answers_everything_that_was_submitted),
		OVER_ALL(readers_who_want_the_same_page_are_served_by_one_read),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
