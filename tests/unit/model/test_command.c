#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "things.h"

static int parse(const char *json, const char *incident_id, struct command **command,
		 struct err *err)
{
	*err = (struct err){0};
	*command = NULL;
	return command_parse(json, strlen(json), incident_id, &three, command, err);
}

static void a_wrong_member_is_named(void **state)
{
	static const struct {
		const char *json, *field;
	} cases[] = {
		{"{}", "action"},
		{"{\"action\":\"explode\"}", "action"},
		{"{\"action\":\"Note\",\"note\":\"x\"}", "action"},
		{"{\"action\":\"acknowledge\",\"agency\":\"harbour\"}", "agency"},
		{"{\"action\":\"acknowledge\",\"agency\":7}", "agency"},
		{"{\"action\":\"acknowledge\",\"expected_version\":0}", "expected_version"},
		{"{\"action\":\"acknowledge\",\"expected_version\":\"3\"}", "expected_version"},
		{"{\"action\":\"acknowledge\",\"command_id\":7}", "command_id"},
		{"{\"action\":\"acknowledge\",\"note\":7}", "note"},
		{"{\"action\":\"note\"}", "note"},
		{"{\"action\":\"note\",\"note\":\" \\n\"}", "note"},
		{"{\"action\":\"note\",\"text\":7}", "text"},
		{"{\"action\":\"reclassify\"}", "category"},
		{"{\"action\":\"reclassify\",\"category\":\"\"}", "category"},
		{"{\"action\":\"reclassify\",\"category\":"
		 "\"a234567890123456789012345678901234567890\"}",
		 "category"},
		{"{\"action\":\"reclassify\",\"priority\":5}", "priority"},
		{"{\"action\":\"reclassify\",\"priority\":0}", "priority"},
		{"{\"action\":\"reclassify\",\"agencies\":[]}", "agencies"},
		{"{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"harbour\"]}", "agencies"},
		{"{\"action\":\"reclassify\",\"agencies\":[0]}", "agencies"},
		{"{\"action\":\"reclassify\",\"agencies\":\"fire\"}", "agencies"},
		{"{\"action\":\"relocate\"}", "location"},
		{"{\"action\":\"relocate\",\"location\":{\"lat\":1}}", "location.lon"},
		{"{\"action\":\"close\"}", "outcome"},
		{"{\"action\":\"close\",\"outcome\":\"bored\"}", "outcome"},
		{"{\"action\":\"fold\",\"into\":\"I-01ARZ3NDEKTSV4RRFFQ69G5FB0\"}",
		 "action"}, /* the bridge's own */
		{"{\"action\":\"merge\"}", "into"},
		{"{\"action\":\"merge\",\"into\":\"" SOME_REPORT "\"}", "into"},
		{"{\"action\":\"merge\",\"into\":\"" SOME_INCIDENT "\"}", "into"}, /* itself */
		{"{\"action\":\"split\"}", "reports"},
		{"{\"action\":\"split\",\"reports\":[]}", "reports"},
		{"{\"action\":\"split\",\"reports\":\"" SOME_REPORT "\"}", "reports"},
		{"{\"action\":\"split\",\"reports\":[\"" SOME_INCIDENT "\"]}", "reports"},
		{"{\"action\":\"split\",\"reports\":[\"" SOME_REPORT "\",\"" SOME_REPORT "\"]}",
		 "reports"},
		{"[]", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command *command;
		struct err err;

		if (parse(cases[i].json, SOME_INCIDENT, &command, &err) == 0)
			fail_msg("taken: %s", cases[i].json);
		assert_null(command);
		assert_string_equal(err.field, cases[i].field);
		assert_int_equal(err.kind, ERR_INVALID);
	}
}

static void what_is_not_said_is_left_open(void **state)
{
	struct command *command = command_of("{\"action\":\"acknowledge\",\"note\":null}");

	(void)state;
	assert_int_equal(command->action, ACTION_ACKNOWLEDGE);
	assert_int_equal(command->agency, -1);
	assert_int_equal(command->expected_version, -1);
	assert_string_equal(command->command_id, "");
	assert_null(command->note);
	command_free(&command);
	assert_null(command);
	command_free(&command);
}

static void all_that_is_said_is_taken(void **state)
{
	struct command *command = command_of(
		"{\"action\":\"reclassify\",\"category\":\"flood\",\"priority\":2,"
		"\"agencies\":[\"health\",\"fire\",\"health\"],\"agency\":\"police\","
		"\"expected_version\":3,\"command_id\":\"c-1\",\"note\":\"lihat\",\"later\":"
		"1}");

	(void)state;
	assert_string_equal(command->category, "flood");
	assert_int_equal(command->priority, 2);
	assert_true(command->has_agencies);
	assert_int_equal(command->agencies, 5);
	assert_int_equal(command->agency, 1);
	assert_int_equal(command->expected_version, 3);
	assert_string_equal(command->command_id, "c-1");
	assert_string_equal(command->note, "lihat");
	command_free(&command);
	command = command_of("{\"action\":\"note\",\"text\":\"juga\"}");
	assert_string_equal(command->note, "juga");
	command_free(&command);
	command = command_of("{\"action\":\"relocate\",\"location\":{\"lat\":1,\"lon\":2}}");
	assert_int_equal(command->location.from, LOCATION_PERSON);
	command_free(&command);
}

static void every_outcome_of_the_list_is_taken(void **state)
{
	unsigned count = 0;

	(void)state;
	for (const char *const *name = outcome_names; *name != NULL; name++, count++) {
		struct command *command;
		char json[96];

		snprintf(json, sizeof(json), "{\"action\":\"close\",\"outcome\":\"%s\"}",
			 *name);
		command = command_of(json);
		assert_string_equal(command->outcome, *name);
		assert_true(strlen(*name) < sizeof(((struct incident *)NULL)->outcome));
		command_free(&command);
	}
	assert_int_equal(count, 7);
}

static void the_path_names_the_incident_else_the_document_does(void **state)
{
	static const char with[] =
		"{\"action\":\"reopen\",\"incident_id\":\"I-01ARZ3NDEKTSV4RRFFQ69G5FB0\"}";
	struct command *command;
	struct err err;

	(void)state;
	assert_int_equal(parse(with, NULL, &command, &err), 0);
	assert_string_equal(command->incident_id, "I-01ARZ3NDEKTSV4RRFFQ69G5FB0");
	command_free(&command);
	assert_int_equal(parse(with, SOME_INCIDENT, &command, &err), 0);
	assert_string_equal(command->incident_id, SOME_INCIDENT);
	command_free(&command);
	assert_int_equal(parse("{\"action\":\"reopen\"}", NULL, &command, &err), -1);
	assert_string_equal(err.field, "incident_id");
	assert_int_equal(parse("{\"action\":\"reopen\"}", "I-1", &command, &err), -1);
	assert_string_equal(err.field, "incident_id");
	assert_int_equal(parse("{\"action\":\"reopen\"}", SOME_REPORT, &command, &err), -1);
	assert_string_equal(err.field, "incident_id");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_member_is_named),
		cmocka_unit_test(what_is_not_said_is_left_open),
		cmocka_unit_test(all_that_is_said_is_taken),
		cmocka_unit_test(every_outcome_of_the_list_is_taken),
		cmocka_unit_test(the_path_names_the_incident_else_the_document_does),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
