#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "core/crew.h"

#define DISPATCH "D-01KAQ7ZZZZT3C8M9K2XRNY4B7D"
#define INCIDENT "I-01KAQ7ZZZZT3C8M9K2XRNY4B7D"
#define NOW      1764054000000LL /* 2025-11-25T07:00:00Z */

static const struct agencies agencies = {.count = 2,
					 .agency = {{.id = "fire"}, {.id = "police"}}};
static const struct unit_name engine = {"DMK-01", 0};

static struct command *command_of(enum field_leaf leaf, const char *text)
{
	struct field_message message;
	struct command *command;
	struct err err;

	if (field_read(leaf, text, strlen(text), &message, &err) < 0 ||
	    crew_command(&message, &engine, INCIDENT, NOW, &agencies, &command, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	assert_string_equal(command->incident_id, INCIDENT);
	return command;
}

static void an_ack_is_a_receipt_and_a_decision_is_a_step_of_that_unit(void **state)
{
	static const struct {
		enum field_leaf leaf;
		const char *text;
		enum action action;
		int what;
	} cases[] = {
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\"}", ACTION_RECEIPT,
		 RECEIPT_CONFIRMED},
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"receipt\":\"device\"}",
		 ACTION_RECEIPT, RECEIPT_DEVICE},
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"receipt\":\"accepted\"}",
		 ACTION_STATUS, ORDER_ACCEPTED},
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"receipt\":\"declined\"}",
		 ACTION_STATUS, ORDER_DECLINED},
		{FIELD_STATUS, "{\"status\":\"on_scene\"}", ACTION_STATUS, ORDER_ON_SCENE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command *command = command_of(cases[i].leaf, cases[i].text);

		assert_int_equal(command->action, cases[i].action);
		if (command->action == ACTION_RECEIPT) {
			assert_int_equal(command->receipt, cases[i].what);
			assert_string_equal(command->dispatch_id, DISPATCH);
		} else {
			assert_int_equal(command->order_state, cases[i].what);
			assert_int_equal(command->unit_count, 1);
			assert_string_equal(command->unit[0].id, "DMK-01");
		}
		command_free(&command);
	}
}

static void what_is_said_twice_has_one_name_and_two_units_have_two(void **state)
{
	static const char text[] = "{\"status\":\"cleared\",\"id\":\"7\"}";
	static const char timed[] = "{\"status\":\"cleared\",\"at\":\"2025-11-25T06:59:00Z\"}";
	struct command *one = command_of(FIELD_STATUS, text),
		       *again = command_of(FIELD_STATUS, text);
	struct command *at = command_of(FIELD_STATUS, timed);

	(void)state;
	assert_string_equal(one->command_id, "DMK-01:7");
	assert_string_equal(one->command_id, again->command_id);
	assert_string_equal(at->command_id, "DMK-01:cleared:2025-11-25T06:59:00.000Z");
	command_free(&one);
	command_free(&again);
	command_free(&at);
	one = command_of(FIELD_STATUS, "{\"status\":\"cleared\"}");
	assert_string_equal(one->command_id, "");
	command_free(&one);
}

static void two_long_names_that_begin_alike_are_two(void **state)
{
	static const char text[] =
		"{\"status\":\"cleared\",\"id\":\"0123456789012345678901234567890123456789"
		"01234567890123456789012%c\"}";
	char one[160], other[160];
	struct command *a, *b, *again;

	(void)state;
	snprintf(one, sizeof(one), text, 'a');
	snprintf(other, sizeof(other), text, 'b');
	a = command_of(FIELD_STATUS, one);
	again = command_of(FIELD_STATUS, one);
	b = command_of(FIELD_STATUS, other);
	assert_string_equal(a->command_id, again->command_id);
	assert_string_not_equal(a->command_id, b->command_id);
	command_free(&a);
	command_free(&again);
	command_free(&b);
}

static void which_revision_it_saw_goes_with_it_and_names_what_is_said_twice(void **state)
{
	struct command *seen =
		command_of(FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"revision\":3}");
	struct command *goes =
		command_of(FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH
				      "\",\"revision\":3,\"receipt\":\"accepted\"}");

	(void)state;
	assert_int_equal(seen->revision, 3);
	assert_string_equal(seen->command_id, DISPATCH ".3:confirmed");
	assert_int_equal(goes->revision, 3);
	assert_true(seen->is_radioed && goes->is_radioed);
	command_free(&seen);
	command_free(&goes);
}

static void its_time_is_the_device_s_as_far_as_that_can_be(void **state)
{
	struct command *command = command_of(
		FIELD_STATUS, "{\"status\":\"cleared\",\"at\":\"2025-11-25T06:59:00Z\"}");

	(void)state;
	assert_int_equal(command->happened_ms, NOW - 60000);
	command_free(&command);
	command = command_of(FIELD_STATUS,
			     "{\"status\":\"cleared\",\"at\":\"2031-01-01T00:00:00Z\"}");
	assert_int_equal(command->happened_ms, NOW);
	command_free(&command);
	command = command_of(FIELD_STATUS, "{\"status\":\"cleared\"}");
	assert_int_equal(command->happened_ms, 0);
	command_free(&command);
}

static void a_crew_calls_for_help_and_takes_it_back_and_does_not_answer_itself(void **state)
{
	struct field_word word = {.status = "mayday", .text = "dinding runtuh", .key = "m1"};
	enum mayday_step step;
	struct duty_change *said;

	(void)state;
	assert_true(crew_says_mayday(&word, &step));
	said = crew_duty(&word, "DMK-01", NOW);
	assert_int_equal(said->mayday, MAYDAY_RAISED);
	assert_string_equal(said->note, "dinding runtuh");
	assert_string_equal(said->command_id, "DMK-01:m1");
	xfree(said);
	snprintf(word.status, sizeof(word.status), "mayday_over");
	assert_true(crew_says_mayday(&word, &step));
	assert_int_equal(step, MAYDAY_OVER);
	snprintf(word.status, sizeof(word.status), "mayday_answered");
	assert_false(crew_says_mayday(&word, &step));
}

static void a_long_reason_ends_at_a_whole_character(void **state)
{
	char text[600] =
		"{\"dispatch_id\":\"" DISPATCH "\",\"receipt\":\"declined\",\"reason\":\"";
	struct command *command;
	size_t len;

	(void)state;
	for (int i = 0; i < 120; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "\xe2\x82\xac");
	snprintf(text + strlen(text), sizeof(text) - strlen(text), "\"}");
	command = command_of(FIELD_ACK, text);
	len = strlen(command->reason);
	assert_true(len < ORDER_REASON_SIZE && len > ORDER_REASON_SIZE - 5);
	assert_int_equal(len % 3, 0);
	command_free(&command);
}

static void what_is_no_step_is_refused(void **state)
{
	static const char *const wrong[] = {"ordered", "recalled", "dancing"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct field_message message = {.leaf = FIELD_STATUS};
		struct command *command = NULL;
		struct err err;

		snprintf(message.word.status, FIELD_STATUS_SIZE, "%s", wrong[i]);
		assert_int_equal(crew_command(&message, &engine, INCIDENT, NOW, &agencies,
					      &command, &err),
				 -1);
		assert_string_equal(err.field, "status");
		assert_null(command);
	}
}

static void duty_is_said_in_the_words_of_the_desk(void **state)
{
	struct field_word word = {.status = "out_of_service", .key = "3", .text = "ban bocor"};
	enum unit_duty duty;
	struct duty_change *change;

	(void)state;
	assert_true(crew_says_duty(&word, &duty));
	assert_int_equal(duty, DUTY_OUT_OF_SERVICE);
	change = crew_duty(&word, "DMK-01", NOW);
	assert_string_equal(change->unit, "DMK-01");
	assert_string_equal(change->command_id, "DMK-01:3");
	assert_string_equal(change->note, "ban bocor");
	free(change);
	snprintf(word.status, sizeof(word.status), "logged_out");
	assert_true(crew_says_duty(&word, &duty));
	assert_int_equal(duty, DUTY_LOGGED_OUT);
	snprintf(word.status, sizeof(word.status), "on_scene");
	assert_false(crew_says_duty(&word, &duty));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_ack_is_a_receipt_and_a_decision_is_a_step_of_that_unit),
		cmocka_unit_test(what_is_said_twice_has_one_name_and_two_units_have_two),
		cmocka_unit_test(
			which_revision_it_saw_goes_with_it_and_names_what_is_said_twice),
		cmocka_unit_test(two_long_names_that_begin_alike_are_two),
		cmocka_unit_test(its_time_is_the_device_s_as_far_as_that_can_be),
		cmocka_unit_test(
			a_crew_calls_for_help_and_takes_it_back_and_does_not_answer_itself),
		cmocka_unit_test(a_long_reason_ends_at_a_whole_character),
		cmocka_unit_test(what_is_no_step_is_refused),
		cmocka_unit_test(duty_is_said_in_the_words_of_the_desk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
