#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/field.h"

#define DISPATCH "D-01KAQ7ZZZZT3C8M9K2XRNY4B7D"
#define INCIDENT "I-01KAQ7ZZZZT3C8M9K2XRNY4B7D"
#define BASE     "tangi/v1/cirebon"
#define NOW      1764079200000LL

static struct field_message read_well(enum field_leaf leaf, const char *text)
{
	struct field_message message;
	struct err err;

	if (field_read(leaf, text, strlen(text), &message, &err) < 0)
		fail_msg("%s: %s", text, err.text);
	assert_int_equal(message.leaf, leaf);
	return message;
}

static void a_topic_says_whose_word_it_is(void **state)
{
	static const char *const wrong[] = {BASE "/unit/DMK-01",
					    BASE "/unit//ack",
					    BASE "/unit/DMK-01/",
					    BASE "/unit/DMK-01/dispatch",
					    BASE "/unit/DMK-01/ack/x",
					    BASE "/units/DMK-01/ack",
					    "tangi/v1/other/unit/A/ack",
					    BASE "/unit/ABCDEFGHIJKLMNOPQ/ack",
					    BASE,
					    ""};
	char unit[FIELD_UNIT_SIZE];
	enum field_leaf leaf;

	(void)state;
	for (enum field_leaf i = 0; i < FIELD_LEAVES; i++) {
		char topic[80];

		snprintf(topic, sizeof(topic), BASE "/unit/DMK-01/%s", field_leaf_names[i]);
		assert_true(field_read_topic(BASE, topic, unit, &leaf));
		assert_int_equal(leaf, i);
		assert_string_equal(unit, "DMK-01");
	}
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(field_read_topic(BASE, wrong[i], unit, &leaf));
}

static void an_ack_without_more_says_that_a_person_has_it(void **state)
{
	struct field_word word = read_well(FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\","
						      "\"at\":\"2025-11-25T14:00:00+07:00\"}")
					 .word;

	(void)state;
	assert_string_equal(word.dispatch_id, DISPATCH);
	assert_int_equal(word.receipt, FIELD_CONFIRMED);
	assert_int_equal(word.at_ms, 1764054000000LL);
	word = read_well(FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"id\":\"k1\","
				    "\"receipt\":\"declined\",\"reason\":\"ban bocor\"}")
		       .word;
	assert_int_equal(word.receipt, FIELD_DECLINED);
	assert_string_equal(word.text, "ban bocor");
	assert_string_equal(word.key, "k1");
	assert_int_equal(word.at_ms, 0);
}

static void a_state_has_a_name_and_may_say_of_which_incident(void **state)
{
	struct field_word word =
		read_well(FIELD_STATUS,
			  "{\"status\":\"en_route\",\"incident_id\":\"" INCIDENT "\"}")
			.word;

	(void)state;
	assert_string_equal(word.status, "en_route");
	assert_string_equal(word.incident_id, INCIDENT);
	word = read_well(FIELD_STATUS, "{\"status\":\"mayday\",\"note\":\"dinding runtuh\"}")
		       .word;
	assert_string_equal(word.text, "dinding runtuh");
}

static void a_position_is_kept_to_the_centimetre(void **state)
{
	struct field_position position =
		read_well(FIELD_POSITION,
			  "{\"lat\":-6.7320001,\"lon\":108.552,\"at\":\"2025-11-25T07:00:00Z\","
			  "\"speed\":13.89,\"heading\":360}")
			.position;

	(void)state;
	assert_int_equal(position.lat_e7, -67320001);
	assert_int_equal(position.lon_e7, 1085520000);
	assert_int_equal(position.at_ms, 1764054000000LL);
	assert_int_equal(position.speed_cms, 1389);
	assert_int_equal(position.heading, 0);
	assert_int_equal(position.accuracy_m, -1);
	/* A phone that does not know says -1, or null. */
	position = read_well(FIELD_POSITION,
			     "{\"lat\":-6.7,\"lon\":108.5,\"speed\":-1,\"heading\":null}")
			   .position;
	assert_int_equal(position.speed_cms, -1);
	assert_int_equal(position.heading, -1);
	assert_int_equal(position.at_ms, 0);
}

static void owntracks_is_understood_and_what_it_says_besides_is_none_of_ours(void **state)
{
	struct field_message message =
		read_well(FIELD_POSITION,
			  "{\"_type\":\"location\",\"lat\":-6.7,\"lon\":108.5,"
			  "\"tst\":1764054000,\"acc\":7,\"vel\":36,\"cog\":45,\"batt\":9}");

	(void)state;
	assert_false(message.is_other);
	assert_int_equal(message.position.at_ms, 1764054000000LL);
	assert_int_equal(message.position.accuracy_m, 7);
	assert_int_equal(message.position.speed_cms, 1000);
	assert_int_equal(message.position.heading, 45);
	assert_true(read_well(FIELD_POSITION, "{\"_type\":\"lwt\",\"tst\":1}").is_other);
}

static void presence_is_a_bare_word_or_a_document_and_nothing_is_nothing(void **state)
{
	(void)state;
	assert_true(read_well(FIELD_PRESENCE, "online").is_online);
	assert_false(read_well(FIELD_PRESENCE, "offline").is_online);
	assert_true(read_well(FIELD_PRESENCE, "{\"status\":\"online\",\"v\":1}").is_online);
	assert_true(read_well(FIELD_PRESENCE, "").is_other);
	read_well(FIELD_SYNC, "");
	read_well(FIELD_SYNC, "what is mine?");
}

static void what_is_wrong_is_refused_whole_with_its_field(void **state)
{
	static const struct {
		enum field_leaf leaf;
		const char *text, *field;
	} cases[] = {
		{FIELD_ACK, "", ""},
		{FIELD_ACK, "[]", ""},
		{FIELD_ACK, "{}", "dispatch_id"},
		{FIELD_ACK, "{\"dispatch_id\":\"" INCIDENT "\"}", "dispatch_id"},
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"receipt\":\"broker\"}",
		 "receipt"}, /* nobody else may say for the broker that it has it */
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"at\":\"now\"}", "at"},
		{FIELD_ACK, "{\"dispatch_id\":\"" DISPATCH "\",\"reason\":7}", "reason"},
		{FIELD_STATUS, "{}", "status"},
		{FIELD_STATUS, "{\"status\":\"\"}", "status"},
		{FIELD_STATUS, "{\"status\":\"en route\"}", "status"},
		{FIELD_STATUS, "{\"status\":\"cleared\",\"incident_id\":\"400\"}",
		 "incident_id"},
		{FIELD_POSITION, "{\"lat\":-6.7}", "lon"},
		{FIELD_POSITION, "{\"lat\":90.1,\"lon\":1}", "lat"},
		{FIELD_POSITION, "{\"lat\":0,\"lon\":0}", "lat"},
		{FIELD_POSITION, "{\"lat\":\"-6.7\",\"lon\":108}", "lat"},
		{FIELD_POSITION, "{\"lat\":-6.7,\"lon\":108.5,\"speed\":1e9}", "speed"},
		{FIELD_POSITION, "{\"_type\":\"location\",\"lat\":1,\"lon\":2,\"tst\":\"1\"}",
		 "tst"},
		{FIELD_PRESENCE, "Online", "status"},
		{FIELD_PRESENCE, "{}", "status"},
		{FIELD_PRESENCE, "{\"status\":\"away\"}", "status"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct field_message message = {.leaf = FIELD_LEAVES};
		struct err err = {0};

		if (field_read(cases[i].leaf, cases[i].text, strlen(cases[i].text), &message,
			       &err) == 0)
			fail_msg("taken: %s", cases[i].text);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_string_equal(err.field, cases[i].field);
		assert_int_equal(message.leaf, FIELD_LEAVES);
	}
}

static void a_clock_that_cannot_be_right_is_not_believed(void **state)
{
	static const int64_t minute = 60000, day = 24 * 60 * minute;

	(void)state;
	assert_int_equal(field_when(NOW - 5 * minute, NOW), NOW - 5 * minute);
	assert_int_equal(field_when(NOW - 2 * day, NOW), NOW - 2 * day);
	assert_int_equal(field_when(NOW + minute, NOW), NOW); /* nothing happens later */
	assert_int_equal(field_when(NOW + day, NOW), NOW);
	assert_int_equal(field_when(NOW - 4 * day, NOW), NOW);
	assert_int_equal(field_when(0, NOW), NOW);
	assert_int_equal(field_when(INT64_MAX, NOW), NOW);
	assert_int_equal(field_when(INT64_MIN, NOW), NOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_topic_says_whose_word_it_is),
		cmocka_unit_test(an_ack_without_more_says_that_a_person_has_it),
		cmocka_unit_test(a_state_has_a_name_and_may_say_of_which_incident),
		cmocka_unit_test(a_position_is_kept_to_the_centimetre),
		cmocka_unit_test(
			owntracks_is_understood_and_what_it_says_besides_is_none_of_ours),
		cmocka_unit_test(presence_is_a_bare_word_or_a_document_and_nothing_is_nothing),
		cmocka_unit_test(what_is_wrong_is_refused_whole_with_its_field),
		cmocka_unit_test(a_clock_that_cannot_be_right_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
