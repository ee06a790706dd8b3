#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "model/event.h"
#include "things.h"

/* Words of somebody who knows where we cut. */
static const char *const hostile[] = {
	"biasa saja",
	"",
	",\"incident\":{",
	",\"text\":\"",
	"\",\"incident\":{\"id\":\"I-PALSU\",\"text\":\"",
	"\\\",\"incident\":{",
	"\\\\\",\"incident\":{\"text\":\"x\"}}",
	"\"exercise\":true",
	",\"exercise\":true,\"exercise\":true",
	"\"}}{\"incident\":{",
	",\"location\":{",
	",\"disposition\":\"",
	",\"source\":\"",
	",\"version\":99,",
	"\n\r\t\x01",
	"\xc3\xa9\xf0\x9f\x8c\xb3",
};

#define HOSTILE (sizeof(hostile) / sizeof(hostile[0]))

static struct buf *frame_of(const struct incident *incident, struct command *command)
{
	struct jsonw w;
	struct buf *body;

	jsonw_init(&w, 64);
	event_write_command(&w, 42, 1764000000000, command, incident, &three);
	body = jsonw_buf(&w);
	jsonw_fini(&w);
	return body;
}

/* Everything in the frame that somebody outside may choose is set to words, and may_be twice.
 */
static struct buf *hostile_frame(const char *words, const char *more, bool is_exercise)
{
	struct command *command = command_of("{\"action\":\"note\",\"note\":\"x\"}");
	struct incident incident;
	struct buf *body;

	incident_of(&incident, *more != '\0' ? more : "x", 5);
	incident.is_exercise = is_exercise;
	snprintf(incident.source, sizeof(incident.source), "%s", words);
	snprintf(incident.kind, sizeof(incident.kind), "%.10s", more);
	snprintf(incident.location.place, sizeof(incident.location.place), "%s", words);
	incident.verdict.term_count = 1;
	snprintf(incident.verdict.term[0].term, VERDICT_TERM_SIZE, "%s", words);
	snprintf(incident.assignment[0].by, USER_SIZE, "%s", more);
	incident.similar_count = incident.similar[0].likeness.reason_count = 1;
	incident.similar[0].incident.no = 7;
	snprintf(incident.similar[0].likeness.reason[0].value, LIKENESS_VALUE_SIZE, "%s",
		 words);
	command->note = words;
	snprintf(command->by, USER_SIZE, "%s", words);
	snprintf(command->command_id, COMMAND_ID_SIZE, "%s", more);
	body = frame_of(&incident, command);
	command_free(&command);
	incident_fini(&incident);
	return body;
}

static void check_cuts(const struct buf *body, bool is_exercise)
{
	struct event event = {.seq = 42, .incident_id = SOME_INCIDENT};
	json_t *frame = parsed(body), *incident, *retained, *head;
	json_t *whole = json_object_get(frame, "incident");
	struct slice cut = event_incident(body), said = event_head(body);
	struct buf *kept;
	char *closed;

	incident = parsed_slice(cut.text, cut.len);
	assert_true(json_equal(incident, whole));
	closed = xcalloc(1, said.len + 2);
	memcpy(closed, said.text, said.len);
	closed[said.len] = '}';
	head = parsed_slice(closed, said.len + 1);
	event.body = buf_ref((struct buf *)(uintptr_t)body);
	kept = event_retained(&event, 43, "L-1");
	retained = parsed(kept);
	assert_int_equal(json_is_true(json_object_get(retained, "exercise")), is_exercise);
	json_object_del(incident, "text");
	json_object_del(incident, "similar");
	json_object_del(incident, "alarms");
	json_object_del(incident, "order");
	json_object_del(incident, "place_said");
	assert_true(json_equal(json_object_get(retained, "incident"), incident));
	json_object_del(frame, "incident");
	assert_true(json_equal(head, frame));
	xfree(closed);
	buf_unref(&kept);
	buf_unref(&event.body);
	json_decref(frame);
	json_decref(incident);
	json_decref(retained);
	json_decref(head);
}

static void no_words_move_the_cuts(void **state)
{
	(void)state;
	for (size_t i = 0; i < HOSTILE; i++)
		for (size_t j = 0; j < HOSTILE; j++)
			for (int is_exercise = 0; is_exercise < 2; is_exercise++) {
				struct buf *body =
					hostile_frame(hostile[i], hostile[j], is_exercise);

				check_cuts(body, is_exercise);
				buf_unref(&body);
			}
}

static void what_lies_in_a_broker_has_nothing_of_a_person_s_history(void **state)
{
	struct event event = {.seq = 42, .incident_id = SOME_INCIDENT};
	struct command *command = command_of("{\"action\":\"note\",\"note\":\"x\"}");
	struct incident incident;
	struct buf *kept;

	(void)state;
	incident_of(&incident, "kata", 1);
	incident.verdict.disposition = DISPOSITION_REVIEW;
	incident.order = -40;
	event.body = frame_of(&incident, command);
	kept = event_retained(&event, 42, "L-1");
	assert_non_null(memmem(event.body->data, event.body->len, "\"order\":-40", 11));
	assert_null(memmem(kept->data, kept->len, "\"order\"", 7));
	buf_unref(&kept);
	buf_unref(&event.body);
	incident_fini(&incident);
	command_free(&command);
}

static void what_lies_in_a_broker_has_no_words_of_the_report(void **state)
{
	struct event event = {.seq = 42, .incident_id = SOME_INCIDENT};
	struct command *command = command_of("{\"action\":\"note\",\"note\":\"rahasia-note\"}");
	struct incident incident;
	struct buf *kept;

	(void)state;
	incident_of(&incident, "rahasia-kata", 1);
	event.body = frame_of(&incident, command);
	kept = event_retained(&event, 42, "L-1");
	assert_non_null(memmem(event.body->data, event.body->len, "rahasia", 7));
	assert_null(memmem(kept->data, kept->len, "rahasia", 7));
	buf_unref(&kept);
	buf_unref(&event.body);
	incident_fini(&incident);
	command_free(&command);
}

static void an_event_that_is_about_no_incident_has_none(void **state)
{
	struct call call = {.id = "C-1",
			    .call_id = ",\"incident\":{",
			    .agent = "\"incident\":{",
			    .caller = "+6281234567890",
			    .location = {.accuracy_m = -1}};
	const struct caller_policy nothing = {.least = 0};
	struct slice head;
	struct buf *body;
	struct jsonw w;
	json_t *frame;

	(void)state;
	jsonw_init(&w, 64);
	event_write_call(&w, 7, 1764000000000, &call, NULL, &(struct card){NULL, &nothing, 0});
	body = jsonw_buf(&w);
	jsonw_fini(&w);
	frame = parsed(body);
	assert_int_equal(event_incident(body).len, 0);
	head = event_head(body);
	assert_int_equal(head.len, body->len - 1);
	assert_string_equal(json_string_value(json_object_get(frame, "event")), "call.updated");
	assert_null(memmem(body->data, body->len, "81234567", 8)); /* masked */
	json_decref(frame);
	buf_unref(&body);
}

static void a_frame_says_what_happened_when_and_by_whom(void **state)
{
	struct command *command = command_of(
		"{\"action\":\"acknowledge\",\"agency\":\"police\",\"command_id\":\"c-1\"}");
	struct incident incident;
	struct buf *body;

	(void)state;
	incident_of(&incident, "x", 2);
	snprintf(command->by, USER_SIZE, "siti");
	body = frame_of(&incident, command);
	assert_memory_equal(
		body->data,
		"{\"type\":\"event\",\"seq\":42,\"id\":\"E-42\","
		"\"time\":\"2025-11-24T16:00:00.000Z\","
		"\"event\":\"assignment.updated\",\"exercise\":false,\"by\":\"siti\","
		"\"action\":\"acknowledge\",\"command_id\":\"c-1\","
		"\"agency\":\"police\",\"incident\":{",
		strlen("{\"type\":\"event\",\"seq\":42,\"id\":\"E-42\","
		       "\"time\":\"2025-11-24T16:00:00.000Z\","
		       "\"event\":\"assignment.updated\",\"exercise\":false,"
		       "\"by\":\"siti\",\"action\":\"acknowledge\","
		       "\"command_id\":\"c-1\",\"agency\":\"police\",\"incident\":{"));
	buf_unref(&body);
	incident_fini(&incident);
	command_free(&command);
}

static void every_kind_has_a_name_and_every_action_a_kind(void **state)
{
	static const enum event_kind kinds[ACTIONS] = {
		[ACTION_ACKNOWLEDGE] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_NOTE] = EVENT_INCIDENT_UPDATED,
		[ACTION_RECLASSIFY] = EVENT_INCIDENT_UPDATED,
		[ACTION_RELOCATE] = EVENT_INCIDENT_UPDATED,
		[ACTION_LINK] = EVENT_INCIDENT_UPDATED,
		[ACTION_UNDO] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_UNLINK] = EVENT_INCIDENT_UPDATED,
		[ACTION_CORRECT] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_HAZARD] = EVENT_INCIDENT_UPDATED,
		[ACTION_CLOSE] = EVENT_INCIDENT_CLOSED,
		[ACTION_REOPEN] = EVENT_INCIDENT_UPDATED,
		[ACTION_MERGE] = EVENT_INCIDENT_MERGED,
		[ACTION_SPLIT] = EVENT_INCIDENT_UPDATED,
		[ACTION_UNFOLD] = EVENT_INCIDENT_UPDATED,
		[ACTION_ESCALATE] = EVENT_INCIDENT_ESCALATED,
		[ACTION_ACKNOWLEDGE_ALARM] = EVENT_ALARM_UPDATED,
		[ACTION_SHELVE_ALARM] = EVENT_ALARM_UPDATED,
		[ACTION_FOLD] = EVENT_INCIDENT_UPDATED,
		[ACTION_ASSIGN] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_STATUS] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_CANCEL] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_HAND_OVER] = EVENT_ASSIGNMENT_UPDATED,
		[ACTION_RECEIPT] = EVENT_ASSIGNMENT_UPDATED,
	};

	(void)state;
	for (int i = 0; i < EVENT_KINDS; i++)
		assert_int_equal(event_kind_find(event_kind_names[i]), i);
	assert_int_equal(event_kind_find("incident.exploded"), -1);
	assert_int_equal(event_kind_find(""), -1);
	for (int i = 0; i < ACTIONS; i++)
		assert_int_equal(event_kind_of((enum action)i), kinds[i]);
}

/* SHA-256 of 32 NULs and of the SHA-256 of "{}", made elsewhere: the chain's form is a promise
 * to whoever keeps an old head. */
static void a_link_is_made_of_the_one_before_and_of_the_body(void **state)
{
	static const unsigned char known[LINK_SIZE] = {
		0x96, 0x1a, 0xf6, 0x72, 0xd3, 0x20, 0xbf, 0xb8, 0x0e, 0x48, 0x2e,
		0xdf, 0x9e, 0x09, 0x29, 0x30, 0xb1, 0x2b, 0x6f, 0x10, 0xf2, 0x8a,
		0xc4, 0x91, 0x3d, 0x1d, 0x64, 0xc4, 0x92, 0x19, 0xda, 0x68};
	unsigned char link[LINK_SIZE] = {0}, other[LINK_SIZE];
	struct buf *body = buf_copy("{}", 2), *changed = buf_copy("{ }", 3);

	(void)state;
	event_link(link, body, other);
	assert_memory_equal(other, known, LINK_SIZE);
	event_link(link, changed, other);
	assert_memory_not_equal(other, known, LINK_SIZE);
	event_link(link, body, link); /* in place, as the ledger does */
	assert_memory_equal(link, known, LINK_SIZE);
	event_link(link, body, other);
	assert_memory_not_equal(other, known, LINK_SIZE);
	buf_unref(&body);
	buf_unref(&changed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_frame_says_what_happened_when_and_by_whom),
		cmocka_unit_test(no_words_move_the_cuts),
		cmocka_unit_test(what_lies_in_a_broker_has_nothing_of_a_person_s_history),
		cmocka_unit_test(what_lies_in_a_broker_has_no_words_of_the_report),
		cmocka_unit_test(an_event_that_is_about_no_incident_has_none),
		cmocka_unit_test(every_kind_has_a_name_and_every_action_a_kind),
		cmocka_unit_test(a_link_is_made_of_the_one_before_and_of_the_body),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
