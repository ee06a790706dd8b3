#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "things.h"

static void an_agency_is_found_by_its_whole_id(void **state)
{
	static const struct {
		const char *id;
		int index;
	} cases[] = {{"fire", 0},   {"police", 1}, {"health", 2}, {"fir", -1},
		     {"fires", -1}, {"Fire", -1},  {"", -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(agency_find(&three, cases[i].id, strlen(cases[i].id)),
				 cases[i].index);
	assert_int_equal(agency_find(&three, "fire,police", 4), 0);
	assert_int_equal(agency_find(&three, "fi\0e", 4), -1);
}

static void a_set_is_the_same_after_it_was_written_and_read(void **state)
{
	char text[64];

	(void)state;
	for (agency_set set = 0; set < 8; set++) {
		agency_set_format(&three, set, text, sizeof(text));
		assert_int_equal(agency_set_parse(&three, text, strlen(text)), set);
	}
	agency_set_format(&three, 0xffffffff, text, sizeof(text));
	assert_string_equal(text, "fire,police,health"); /* there are no others */
}

static void unknown_ids_are_left_out(void **state)
{
	static const struct {
		const char *text;
		agency_set set;
	} cases[] = {{"", 0},
		     {",", 0},
		     {"harbour", 0},
		     {"harbour,fire", 1},
		     {"fire,,police,", 3},
		     {"police,fire,police", 3},
		     {"fire police", 0}};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(agency_set_parse(&three, cases[i].text, strlen(cases[i].text)),
				 cases[i].set);
}

static void all_32_agencies_have_a_bit(void **state)
{
	struct agencies many = {.count = AGENCY_MAX};
	char text[AGENCY_MAX * AGENCY_ID_SIZE];

	(void)state;
	for (unsigned i = 0; i < AGENCY_MAX; i++)
		snprintf(many.agency[i].id, AGENCY_ID_SIZE, "agency-%u-of-many", i);
	agency_set_format(&many, 0xffffffff, text, sizeof(text));
	assert_int_equal(agency_set_parse(&many, text, strlen(text)), 0xffffffff);
	assert_int_equal(agency_set_parse(&many, "agency-31-of-man", 16), 0x80000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agency_is_found_by_its_whole_id),
		cmocka_unit_test(a_set_is_the_same_after_it_was_written_and_read),
		cmocka_unit_test(unknown_ids_are_left_out),
		cmocka_unit_test(all_32_agencies_have_a_bit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
