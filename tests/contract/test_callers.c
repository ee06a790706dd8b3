/* What is known of who reports and calls, over every backend: it is changed together with what
 * changes it, the log tells all of it, and it has a bound. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

#define CANARY "81277005500"
#define PHONE  "+62" CANARY

static const struct caller_policy policy = {
	.sign = {[CALLER_REAL] = {-25, 365, 2},
		 [CALLER_PRANK] = {15, 60, 2},
		 [CALLER_SILENT] = {8, 21, 1},
		 [CALLER_ABANDONED] = {3, 7, 1}},
	.least = 20,
	.raised_minutes = 120,
	.urgent_minutes = 120,
};

static const struct verdict doubtful = {
	.disposition = DISPOSITION_REVIEW, .priority = 3, .category = "unknown", .agencies = 1};
static const struct verdict fire = {.disposition = DISPOSITION_EMERGENCY,
				    .priority = 1,
				    .category = "fire_building",
				    .agencies = 1,
				    .is_grave = true};

static const struct verdict in_doubt_but_grave = {.disposition = DISPOSITION_REVIEW,
						  .priority = 3,
						  .category = "unknown",
						  .is_grave = true};

/* Everything that was shown says nothing of the number; on disk, the tables are the log's. */
static void end_world(struct store_world *world)
{
	for (unsigned i = 0; i < world->shown; i++)
		assert_null(memmem(world->events[i].body->data, world->events[i].body->len,
				   CANARY, strlen(CANARY)));
	world_prove(world);
	world_free(&world);
}

static void finish(struct store_world *world, struct sent *sent, enum store_answer expected)
{
	sent->request.callers = policy;
	store_step(world->store);
	assert_true(sent->is_answered);
	if (sent->request.answer != expected)
		fail_msg("answer %d: %s: %s", sent->request.answer, sent->request.err.field,
			 sent->request.err.text);
	sent_fini(sent);
	world->now_us += 1000000;
}

static enum store_answer call_step(struct store_world *world, const char *call_id,
				   const char *state, const char *more,
				   enum store_answer expected)
{
	char json[256];
	struct sent sent;

	snprintf(json, sizeof(json), "{\"call_id\":\"%s\",\"state\":\"%s\"%s}", call_id, state,
		 more);
	send_call(world, &sent, json);
	finish(world, &sent, expected);
	return expected;
}

#define FROM_PHONE ",\"caller\":\"" PHONE "\""

static void whole_call(struct store_world *world, const char *call_id, const char *outcome)
{
	char more[64];

	snprintf(more, sizeof(more), ",\"outcome\":\"%s\"", outcome);
	call_step(world, call_id, "ringing", FROM_PHONE, STORE_STORED);
	call_step(world, call_id, "answered", "", STORE_STORED);
	call_step(world, call_id, "ended", more, STORE_STORED);
}

static void report_from(struct store_world *world, const char *reporter, const char *more,
			const struct verdict *verdict, char incident_id_r[ID_SIZE])
{
	char json[512];
	struct sent sent;

	snprintf(json, sizeof(json),
		 "{\"source\":\"lapor-sms\",\"text\":\"halo\",\"reporter\":%s%s}", reporter,
		 more);
	send_body(world, &sent, json, verdict);
	sent.request.callers = policy;
	store_step(world->store);
	memcpy(incident_id_r, sent.request.incident_id, ID_SIZE);
	finish(world, &sent, STORE_STORED);
}

#define PHONE_ONLY "{\"phone\":\"" PHONE "\"}"

static void decide(struct store_world *world, const char *incident_id, const char *json)
{
	struct sent sent;

	send_command(world, &sent, incident_id, json);
	finish(world, &sent, STORE_STORED);
}

/* Of the last event that told of any caller; the test fails where none did. */
static struct caller last_told(const struct store_world *world)
{
	struct caller caller = {.handle = ""};
	struct err err;

	for (unsigned i = world->shown; i-- > 0;) {
		struct slice card = event_card(world->events[i].body);
		json_t *doc;

		if (card.len == 0)
			continue;
		assert_int_equal(world->events[i].audience.scope, SCOPE_CALL);
		doc = json_loadb(card.text, card.len, JSON_DISABLE_EOF_CHECK, NULL);
		assert_int_equal(card_read(doc, &caller, &err), 0);
		json_decref(doc);
		return caller;
	}
	fail_msg("nothing was told of a caller");
	return caller;
}

static bool knows(struct store_world *world, const char *handle, struct caller *caller_r)
{
	struct store_read read = {.op = READ_CALLER};
	bool is_found;

	strcpy(read.id, handle);
	read_now(world, &read);
	is_found = read.is_found;
	if (is_found) {
		json_t *doc = json_loadb((const char *)read.card->data, read.card->len,
					 JSON_DISABLE_EOF_CHECK, NULL);
		struct err err;

		assert_int_equal(card_read(doc, caller_r, &err), 0);
		json_decref(doc);
	}
	store_read_fini(&read);
	return is_found;
}

static int order_in_last_event(const struct store_world *world, const char *incident_id)
{
	for (unsigned i = world->shown; i-- > 0;) {
		struct slice slice = event_incident(world->events[i].body);
		json_t *doc;
		int order;

		if (strcmp(world->events[i].incident_id, incident_id) != 0)
			continue;
		doc = json_loadb(slice.text, slice.len, 0, NULL);
		order = (int)json_integer_value(json_object_get(doc, "order"));
		json_decref(doc);
		return order;
	}
	fail_msg("no event of it");
	return 0;
}

static void calls_of_one_number_are_one_card_with_a_counter(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller first, last;

	call_step(world, "a", "ringing", FROM_PHONE, STORE_STORED);
	first = last_told(world);
	call_step(world, "b", "ringing",
		  ",\"caller\":\"08"
		  "1277005500\"",
		  STORE_STORED);
	call_step(world, "a", "answered", "", STORE_STORED);
	call_step(world, "a", "ringing", FROM_PHONE, STORE_REPEATED);
	call_step(world, "c", "ringing", "", STORE_STORED); /* withheld, until … */
	call_step(world, "c", "answered", FROM_PHONE, STORE_STORED);
	last = last_told(world);
	assert_string_equal(first.handle, last.handle);
	assert_int_equal(first.repeats.n, 1);
	assert_int_equal(last.repeats.n, 3);
	assert_int_equal(last.calls, 3);
	assert_int_equal(last.repeats.first_ms, first.repeats.first_ms);
	end_world(world);
}

static void abandoned_and_silent_calls_are_known_of_their_number(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller told, known;

	call_step(world, "a", "ringing", FROM_PHONE, STORE_STORED);
	call_step(world, "a", "abandoned", "", STORE_STORED);
	call_step(world, "a", "ended", "", STORE_STORED);
	whole_call(world, "b", "silent");
	told = last_told(world);
	assert_int_equal(told.mark[CALLER_ABANDONED].n, 1);
	assert_int_equal(told.mark[CALLER_SILENT].n, 1);
	assert_true(told.quiet_ms != 0);
	assert_true(knows(world, told.handle, &known));
	assert_memory_equal(&known, &told, sizeof(known));
	end_world(world);
}

static void what_a_call_was_may_be_told_after_its_end_and_only_once(void **state)
{
	struct store_world *world = world_new(*state);

	call_step(world, "a", "ringing", FROM_PHONE, STORE_STORED);
	call_step(world, "a", "ended", "", STORE_STORED);
	call_step(world, "a", "ended", "", STORE_REPEATED);
	call_step(world, "a", "ended", ",\"outcome\":\"prank\"", STORE_STORED);
	call_step(world, "a", "ended", ",\"outcome\":\"prank\"", STORE_REPEATED);
	call_step(world, "a", "ended", "", STORE_REPEATED);
	call_step(world, "a", "ended", ",\"outcome\":\"real\"", STORE_REFUSED);
	assert_int_equal(last_told(world).mark[CALLER_PRANK].n, 1);
	assert_int_equal(last_told(world).mark[CALLER_REAL].n, 0);
	end_world(world);
}

static void how_an_incident_ends_is_known_of_who_told_it(void **state)
{
	struct store_world *world = world_new(*state);
	char id[ID_SIZE];
	struct caller caller;

	report_from(world, PHONE_ONLY, "", &doubtful, id);
	decide(world, id, "{\"action\":\"close\",\"outcome\":\"prank\"}");
	caller = last_told(world);
	assert_int_equal(caller.mark[CALLER_PRANK].n, 1);
	decide(world, id, "{\"action\":\"reopen\"}");
	caller = last_told(world);
	assert_int_equal(caller.mark[CALLER_PRANK].n, 0);
	decide(world, id, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	caller = last_told(world);
	assert_int_equal(caller.mark[CALLER_PRANK].n, 0);
	assert_int_equal(caller.mark[CALLER_REAL].n, 1);
	end_world(world);
}

static void an_outcome_that_says_nothing_of_the_caller_tells_nothing(void **state)
{
	static const char *const outcomes[] = {"duplicate", "unreachable", "other"};
	struct store_world *world = world_new(*state);

	for (size_t i = 0; i < 3; i++) {
		char id[ID_SIZE], json[64];

		report_from(world, PHONE_ONLY, "", &doubtful, id);
		snprintf(json, sizeof(json), "{\"action\":\"close\",\"outcome\":\"%s\"}",
			 outcomes[i]);
		decide(world, id, json);
	}
	for (unsigned i = 0; i < world->shown; i++)
		assert_int_equal(event_card(world->events[i].body).len, 0);
	end_world(world);
}

/* Anybody can type anybody's number into a form. */
static void a_number_beside_a_device_earns_trust_and_never_blame(void **state)
{
	static const char both[] = "{\"phone\":\"" PHONE "\",\"device\":\"d-1\"}";
	struct store_world *world = world_new(*state);
	struct caller number, device, known;
	char id[ID_SIZE];

	call_step(world, "a", "ringing", FROM_PHONE, STORE_STORED);
	number = last_told(world);
	report_from(world, both, "", &doubtful, id);
	decide(world, id, "{\"action\":\"close\",\"outcome\":\"prank\"}");
	device = last_told(world);
	assert_string_not_equal(device.handle, number.handle);
	assert_int_equal(device.mark[CALLER_PRANK].n, 1);
	assert_true(knows(world, number.handle, &known));
	assert_int_equal(known.mark[CALLER_PRANK].n, 0);
	report_from(world, both, "", &doubtful, id);
	decide(world, id, "{\"action\":\"close\",\"outcome\":\"resolved\"}");
	assert_true(knows(world, number.handle, &known));
	assert_int_equal(known.mark[CALLER_REAL].n, 1);
	assert_true(knows(world, device.handle, &known));
	assert_int_equal(known.mark[CALLER_REAL].n, 1);
	end_world(world);
}

/* Forty reports of one phone are one prank when they are one incident. */
static void each_teller_of_a_merged_incident_counts_once(void **state)
{
	struct store_world *world = world_new(*state);
	char first[ID_SIZE], other[ID_SIZE], json[96];

	report_from(world, PHONE_ONLY, "", &doubtful, first);
	report_from(world, PHONE_ONLY, "", &doubtful, other);
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}", first);
	decide(world, other, json);
	decide(world, first, "{\"action\":\"close\",\"outcome\":\"prank\"}");
	assert_int_equal(last_told(world).mark[CALLER_PRANK].n, 1);
	end_world(world);
}

/* Who asked not to be known is not followed from one report to the next. */
static void an_anonymous_report_has_no_caller_and_neither_has_an_exercise(void **state)
{
	static const char *const kinds[] = {",\"anonymity\":\"anonymous\"",
					    ",\"anonymity\":\"secret\"", ",\"exercise\":true"};
	struct store_world *world = world_new(*state);

	for (int day = 0; day < 3; day++)
		whole_call(world, day == 0 ? "a" : day == 1 ? "b" : "c", "prank");
	for (size_t i = 0; i < 3; i++) {
		struct store_read read = {.op = READ_TIMELINE};
		unsigned shown = world->shown;
		char id[ID_SIZE];

		report_from(world, PHONE_ONLY, kinds[i], &doubtful, id);
		assert_int_equal(order_in_last_event(world, id), 0);
		decide(world, id, "{\"action\":\"close\",\"outcome\":\"prank\"}");
		for (; shown < world->shown; shown++)
			assert_int_equal(event_card(world->events[shown].body).len, 0);
		strcpy(read.id, id);
		read_now(world, &read);
		assert_null(read.card);
		store_read_fini(&read);
	}
	end_world(world);
}

static void a_bad_history_puts_behind_and_danger_never(void **state)
{
	struct store_world *world = world_new(*state);
	struct store_read read = {.op = READ_TIMELINE};
	char before[ID_SIZE], id[ID_SIZE], urgent[ID_SIZE];
	const struct event *event;

	report_from(world, PHONE_ONLY, "", &doubtful, before);
	assert_int_equal(order_in_last_event(world, before), 0);
	whole_call(world, "a", "prank");
	whole_call(world, "b", "prank");
	report_from(world, PHONE_ONLY, "", &doubtful, id);
	assert_int_equal(order_in_last_event(world, id), -30);
	report_from(world, PHONE_ONLY, "", &in_doubt_but_grave, urgent);
	assert_int_equal(order_in_last_event(world, urgent), 0);
	report_from(world, PHONE_ONLY, "", &fire, urgent);
	assert_int_equal(order_in_last_event(world, urgent), 0);
	assert_int_equal(last_told(world).reports, 3);
	call_step(world, "c", "ringing", FROM_PHONE, STORE_STORED);
	event = &world->events[world->shown - 1];
	assert_non_null(memmem(event->body->data, event->body->len, "\"order\":0", 9));
	strcpy(read.id, id);
	read_now(world, &read);
	assert_non_null(read.card); /* of who told it, as it is by now */
	assert_non_null(memmem(read.card->data, read.card->len, "\"calls\":3", 9));
	store_read_fini(&read);
	end_world(world);
}

static void a_line_on_which_nobody_speaks_is_raised_when_it_was_right_before(void **state)
{
	static const struct verdict nobody_speaks = {
		.disposition = DISPOSITION_REVIEW, .priority = 4, .category = "call_silent"};
	struct store_world *world = world_new(*state);
	char before[ID_SIZE], id[ID_SIZE];

	whole_call(world, "a", "prank");
	report_from(world, PHONE_ONLY, "", &nobody_speaks, before);
	assert_int_equal(order_in_last_event(world, before), 0);
	whole_call(world, "b", "real");
	report_from(world, PHONE_ONLY, "", &nobody_speaks, id);
	assert_int_equal(order_in_last_event(world, id), CALLER_RAISED);
	call_step(world, "c", "ringing", FROM_PHONE, STORE_STORED);
	assert_true(last_told(world).quiet_ms != 0);
	call_step(world, "c", "answered", "", STORE_STORED);
	assert_int_equal(last_told(world).quiet_ms, 0);
	end_world(world);
}

/* A split gives back what was, with its place. */
static void what_is_joined_has_the_place_of_its_best_and_a_split_gives_it_back(void **state)
{
	static const char other_phone[] = "{\"phone\":\"+6281300000001\"}";
	struct store_world *world = world_new(*state);
	char bad[ID_SIZE], good[ID_SIZE], json[96];
	json_t *doc;

	whole_call(world, "a", "prank");
	whole_call(world, "b", "prank");
	report_from(world, PHONE_ONLY, "", &doubtful, bad);
	report_from(world, other_phone, "", &doubtful, good);
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}", bad);
	decide(world, good, json);
	assert_int_equal(order_in_last_event(world, bad), 0);
	for (unsigned i = 0; i < world->shown; i++) {
		struct slice slice = event_incident(world->events[i].body);

		if (strcmp(world->events[i].incident_id, good) != 0)
			continue;
		doc = json_loadb(slice.text, slice.len, 0, NULL);
		snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}",
			 json_string_value(json_array_get(json_object_get(doc, "reports"), 0)));
		json_decref(doc);
		break;
	}
	decide(world, bad, json);
	assert_int_equal(order_in_last_event(world, bad), -30);
	assert_int_equal(order_in_last_event(world, good), 0);
	end_world(world);
}

/* The same of a report that the bridge itself had linked. */
static void a_linked_report_that_is_split_off_has_its_own_place(void **state)
{
	struct store_world *world = world_new(*state);
	char first[ID_SIZE], linked_id[ID_SIZE], json[96];
	struct store_links links = {.is_same = true, .count = 1};
	struct sent sent;

	whole_call(world, "a", "prank");
	whole_call(world, "b", "prank");
	send_body(world, &sent, "{\"source\":\"lapor-sms\",\"text\":\"halo\"}", &doubtful);
	memcpy(links.link[0].report_id, sent.report->id, ID_SIZE);
	sent.request.callers = policy;
	store_step(world->store);
	memcpy(first, sent.request.incident_id, ID_SIZE);
	finish(world, &sent, STORE_STORED);
	send_body(world, &sent,
		  "{\"source\":\"lapor-sms\",\"text\":\"halo\",\"reporter\":" PHONE_ONLY "}",
		  &doubtful);
	sent.request.links = &links;
	memcpy(linked_id, sent.report->id, ID_SIZE);
	finish(world, &sent, STORE_STORED);
	assert_int_equal(order_in_last_event(world, first), 0);
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", linked_id);
	decide(world, first, json);
	assert_int_equal(order_in_last_event(world, first), 0);
	assert_int_equal(
		order_in_last_event(world, world->events[world->shown - 1].incident_id), -30);
	end_world(world);
}

static void what_is_known_survives_a_restart(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller told, known;
	struct err err = {0};
	char id[ID_SIZE];

	if (!world->backend->is_on_disk) {
		world_fini(world);
		free(world);
		skip();
		return;
	}
	whole_call(world, "a", "prank");
	whole_call(world, "b", "prank");
	told = last_told(world);
	world_close(world);
	if (world_open(world, &err) < 0)
		fail_msg("%s", err.text);
	assert_true(knows(world, told.handle, &known));
	assert_memory_equal(&known, &told, sizeof(known));
	report_from(world, PHONE_ONLY, "", &doubtful,
		    id); /* the same key, so the same handle */
	assert_int_equal(order_in_last_event(world, id), -30);
	end_world(world);
}

/* A flood of numbers pushes out others that have only rung, and none that is known for more. */
static void the_table_has_a_bound_and_keeps_what_is_worth_keeping(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller kept, first, known;
	struct err err = {0};
	unsigned found = 0;

	world_close(world);
	world->settings.callers_max = 10;
	if (world_open(world, &err) < 0)
		fail_msg("%s", err.text);
	whole_call(world, "a", "real");
	kept = last_told(world);
	for (int i = 0; i < 50; i++) {
		char call_id[16], more[64];

		snprintf(call_id, sizeof(call_id), "flood-%d", i);
		snprintf(more, sizeof(more), ",\"caller\":\"+62813000%05d\"", i);
		call_step(world, call_id, "ringing", more, STORE_STORED);
		if (i == 0)
			first = last_told(world);
	}
	assert_true(knows(world, kept.handle, &known));
	assert_false(knows(world, first.handle, &known));
	for (unsigned i = 0; i < world->shown; i++) {
		struct slice card = event_card(world->events[i].body);
		char handle[ID_SIZE];

		snprintf(handle, ID_SIZE, "%.*s", ID_LEN, card.text + strlen("{\"handle\":\""));
		found += world->events[i].seq > 3 && knows(world, handle, &known);
	}
	assert_int_equal(found, 9);
	end_world(world);
}

/* Even of those worth keeping the oldest goes when there are too many of them. */
static void a_flood_of_pranks_does_not_grow_the_table_either(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller first, last, known;
	struct err err = {0};

	world_close(world);
	world->settings.callers_max = 4;
	if (world_open(world, &err) < 0)
		fail_msg("%s", err.text);
	for (int i = 0; i < 12; i++) {
		char call_id[16], more[96];

		snprintf(call_id, sizeof(call_id), "p-%d", i);
		snprintf(more, sizeof(more),
			 ",\"caller\":\"+62813000%05d\",\"outcome\":\"prank\"", i);
		call_step(world, call_id, "ended", more, STORE_STORED);
		last = last_told(world);
		if (i == 0)
			first = last;
	}
	assert_false(knows(world, first.handle, &known));
	assert_true(knows(world, last.handle, &known));
	end_world(world);
}

static void one_that_was_not_heard_of_for_two_years_is_forgotten(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller old, known;

	whole_call(world, "a", "prank");
	old = last_told(world);
	world->now_us += (CALLER_KEEP_MS + 1000) * 1000;
	assert_true(knows(world, old.handle, &known));
	call_step(world, "b", "ringing", ",\"caller\":\"+6281300000001\"", STORE_STORED);
	assert_false(knows(world, old.handle, &known));
	end_world(world);
}

static void clearing_is_an_event_with_a_name_and_a_reason(void **state)
{
	static const char wish[] = "{\"reason\":\"nomor dijual\",\"command_id\":\"w-1\"}";
	struct store_world *world = world_new(*state);
	struct caller caller;
	struct sent sent;
	const struct event *event;
	char id[ID_SIZE];
	json_t *frame;

	whole_call(world, "a", "prank");
	whole_call(world, "b", "prank");
	caller = last_told(world);
	send_clearing(world, &sent, caller.handle, wish);
	finish(world, &sent, STORE_STORED);
	event = &world->events[world->shown - 1];
	assert_int_equal(event->kind, EVENT_CALLER_CLEARED);
	assert_int_equal(event->audience.scope, SCOPE_CALL);
	frame = json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
	assert_string_equal(json_string_value(json_object_get(frame, "by")), "siti");
	assert_string_equal(json_string_value(json_object_get(frame, "reason")),
			    "nomor dijual");
	assert_int_equal(json_integer_value(json_object_get(frame, "was")), 30);
	json_decref(frame);
	send_clearing(world, &sent, caller.handle, wish);
	finish(world, &sent, STORE_REPEATED);
	assert_ptr_equal(event, &world->events[world->shown - 1]);
	report_from(world, PHONE_ONLY, "", &doubtful, id);
	assert_int_equal(order_in_last_event(world, id), 0);
	assert_int_equal(last_told(world).calls, 2);
	assert_string_equal(last_told(world).cleared_by, "siti");
	end_world(world);
}

static void nobody_who_is_not_known_is_cleared(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller caller;
	struct sent sent;
	char id[ID_SIZE];

	send_clearing(world, &sent, "N-01ARZ3NDEKTSV4RRFFQ69G5FAV", "{\"reason\":\"x\"}");
	finish(world, &sent, STORE_NOT_FOUND);
	assert_int_equal(world->shown, 0);
	whole_call(world, "a", "prank");
	caller = last_told(world);
	report_from(world, "{\"name\":\"Ani\"}", "", &doubtful, id);
	decide(world, id, "{\"action\":\"note\",\"note\":\"x\",\"command_id\":\"n-1\"}");
	send_clearing(world, &sent, caller.handle, "{\"reason\":\"x\",\"command_id\":\"n-1\"}");
	finish(world, &sent, STORE_CONFLICT);
	assert_int_equal(last_told(world).mark[CALLER_PRANK].n, 1);
	end_world(world);
}

/* ---- A call that nobody answered. ---- */

static void say_of_call(struct store_world *world, const char *handle, const char *by,
			const char *json, enum store_answer expected)
{
	struct sent sent = {.request = {.op = STORE_CALL_BACK}};
	struct call_back_word *word;
	struct err err;

	assert_int_equal(call_back_parse(json, strlen(json), handle, &word, &err), 0);
	snprintf(word->by, USER_SIZE, "%s", by);
	sent.request.in.call_back = word;
	send_request(world, &sent);
	finish(world, &sent, expected);
	call_back_word_free(&word);
}

static void rise_of_call(struct store_world *world, const struct caller *caller, unsigned level,
			 enum store_answer expected)
{
	struct call_back_word word = {
		.step = CALL_BACK_RISEN,
		.expected = {WAIT_CALLBACK, level, caller->owed.wait.since_ms}};
	struct sent sent = {.request = {.op = STORE_CALL_BACK, .in.call_back = &word}};

	memcpy(word.handle, caller->handle, ID_SIZE);
	send_request(world, &sent);
	finish(world, &sent, expected);
}

static unsigned count_owed(struct store_world *world)
{
	struct store_read read = {.op = READ_OWED};
	unsigned count;

	read_now(world, &read);
	count = read.row_count;
	store_read_fini(&read);
	return count;
}

static void a_call_that_nobody_answered_is_one_debt_of_its_number(void **state)
{
	struct store_world *world = world_new(*state);

	call_step(world, "a", "ringing", FROM_PHONE, STORE_STORED);
	assert_int_equal(count_owed(world), 0);
	call_step(world, "a", "abandoned", "", STORE_STORED);
	call_step(world, "a", "abandoned", "", STORE_REPEATED);
	call_step(world, "b", "ringing", FROM_PHONE, STORE_STORED);
	call_step(world, "b", "abandoned", "", STORE_STORED);
	assert_int_equal(last_told(world).owed.rings, 2);
	assert_int_equal(count_owed(world), 1);
	call_step(world, "c", "ringing", FROM_PHONE, STORE_STORED);
	assert_int_equal(count_owed(world), 1);
	call_step(world, "c", "answered", "", STORE_STORED);
	assert_int_equal(count_owed(world), 0);
	end_world(world);
}

static void what_is_said_of_a_debt_is_said_once_and_by_one(void **state)
{
	struct store_world *world = world_new(*state);
	struct caller caller;

	call_step(world, "a", "ringing", FROM_PHONE, STORE_STORED);
	call_step(world, "a", "abandoned", "", STORE_STORED);
	caller = last_told(world);
	say_of_call(world, caller.handle, "siti",
		    "{\"action\":\"acknowledge\",\"command_id\":\"k\"}", STORE_STORED);
	say_of_call(world, caller.handle, "siti",
		    "{\"action\":\"acknowledge\",\"command_id\":\"k\"}", STORE_REPEATED);
	say_of_call(world, caller.handle, "siti",
		    "{\"action\":\"not_reached\",\"command_id\":\"k\"}", STORE_CONFLICT);
	say_of_call(world, caller.handle, "budi", "{\"action\":\"acknowledge\"}",
		    STORE_CONFLICT);
	assert_string_equal(last_told(world).owed.taken_by, "siti");
	rise_of_call(world, &caller, 0, STORE_STORED);
	assert_string_equal(last_told(world).owed.taken_by, "");
	assert_int_equal(last_told(world).owed.wait.level, 1);
	rise_of_call(world, &caller, 0, STORE_CONFLICT); /* each step once */
	say_of_call(world, caller.handle, "budi", "{\"action\":\"not_reached\"}", STORE_STORED);
	assert_int_equal(last_told(world).owed.tries, 1);
	assert_int_equal(last_told(world).owed.wait.level, 0);
	rise_of_call(world, &caller, 1, STORE_CONFLICT); /* that wait is over */
	say_of_call(world, caller.handle, "budi",
		    "{\"action\":\"done\",\"outcome\":\"reached\"}", STORE_STORED);
	assert_int_equal(count_owed(world), 0);
	say_of_call(world, caller.handle, "budi", "{\"action\":\"not_reached\"}",
		    STORE_REFUSED);
	say_of_call(world, "N-01ARZ3NDEKTSV4RRFFQ69G5FAV", "budi",
		    "{\"action\":\"not_reached\"}", STORE_NOT_FOUND);
	end_world(world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(calls_of_one_number_are_one_card_with_a_counter),
		OVER_ALL(abandoned_and_silent_calls_are_known_of_their_number),
		OVER_ALL(what_a_call_was_may_be_told_after_its_end_and_only_once),
		OVER_ALL(how_an_incident_ends_is_known_of_who_told_it),
		OVER_ALL(an_outcome_that_says_nothing_of_the_caller_tells_nothing),
		OVER_ALL(a_number_beside_a_device_earns_trust_and_never_blame),
		OVER_ALL(each_teller_of_a_merged_incident_counts_once),
		OVER_ALL(an_anonymous_report_has_no_caller_and_neither_has_an_exercise),
		OVER_ALL(a_bad_history_puts_behind_and_danger_never),
		OVER_ALL(a_line_on_which_nobody_speaks_is_raised_when_it_was_right_before),
		OVER_ALL(what_is_joined_has_the_place_of_its_best_and_a_split_gives_it_back),
		OVER_ALL(a_linked_report_that_is_split_off_has_its_own_place),
		OVER_ALL(what_is_known_survives_a_restart),
		OVER_ALL(the_table_has_a_bound_and_keeps_what_is_worth_keeping),
		OVER_ALL(a_flood_of_pranks_does_not_grow_the_table_either),
		OVER_ALL(one_that_was_not_heard_of_for_two_years_is_forgotten),
		OVER_ALL(clearing_is_an_event_with_a_name_and_a_reason),
		OVER_ALL(nobody_who_is_not_known_is_cleared),
		OVER_ALL(a_call_that_nobody_answered_is_one_debt_of_its_number),
		OVER_ALL(what_is_said_of_a_debt_is_said_once_and_by_one),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
