#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/id.h"

static void ids_of_one_generator_ascend_whatever_the_clock_does(void **state)
{
	static const int64_t clock[] = {1000, 1000, 1001,           900, 900, 0,
					1001, 1002, 281474976710655};
	struct id_gen gen = {0};
	char before[ID_SIZE] = "R-", id[ID_SIZE];

	(void)state;
	for (size_t i = 0; i < sizeof(clock) / sizeof(clock[0]); i++)
		for (int n = 0; n < 300; n++) {
			id_next(&gen, 'R', clock[i], id);
			assert_true(strcmp(before, id) < 0);
			assert_true(id_is(id, 'R'));
			memcpy(before, id, ID_SIZE);
		}
}

static void counting_up_carries_over_all_its_bytes(void **state)
{
	struct id_gen gen = {.last_ms = 7};
	char before[ID_SIZE], after[ID_SIZE];

	(void)state;
	memset(gen.random, 0xff, sizeof(gen.random));
	gen.random[0] = 0x7f;
	gen.random[9] = 0xfe;
	id_next(&gen, 'E', 7, before);
	id_next(&gen, 'E', 7, after);
	assert_string_equal(before, "E-0000000007FZZZZZZZZZZZZZZZ");
	assert_string_equal(after, "E-0000000007G000000000000000");
}

static void two_generators_do_not_meet(void **state)
{
	struct id_gen one = {0}, other = {0};
	char a[ID_SIZE], b[ID_SIZE];

	(void)state;
	id_next(&one, 'R', 5, a);
	id_next(&other, 'R', 5, b);
	assert_string_not_equal(a, b);
	assert_memory_equal(a, b, 12); /* the same moment */
}

static void an_id_is_told_from_what_is_none(void **state)
{
	static const struct {
		const char *text;
		bool is_one;
	} cases[] = {
		{"I-01ARZ3NDEKTSV4RRFFQ69G5FAV", true},
		{"R-01ARZ3NDEKTSV4RRFFQ69G5FAV", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5FA", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5FAVX", false},
		{"I_01ARZ3NDEKTSV4RRFFQ69G5FAV", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5FAU", false},
		{"I-01arz3ndektsv4rrffq69g5fav", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5F/V", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5F V", false},
		{"I-", false},
		{"", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5FAI", false},
		{"I-01ARZ3NDEKTSV4RRFFQ69G5FAO", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(id_is(cases[i].text, 'I'), cases[i].is_one);
}

static void an_id_comes_back_from_its_bytes(void **state)
{
	static const char *const ids[] = {"I-01ARZ3NDEKTSV4RRFFQ69G5FAV",
					  "I-00000000000000000000000000",
					  "I-7ZZZZZZZZZZZZZZZZZZZZZZZZZ"};

	(void)state;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		uint8_t bytes[ID_BYTES];
		char back[ID_SIZE];

		id_bytes(ids[i], bytes);
		id_of_bytes('I', bytes, back);
		assert_string_equal(back, ids[i]);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_of_one_generator_ascend_whatever_the_clock_does),
		cmocka_unit_test(counting_up_carries_over_all_its_bytes),
		cmocka_unit_test(two_generators_do_not_meet),
		cmocka_unit_test(an_id_is_told_from_what_is_none),
		cmocka_unit_test(an_id_comes_back_from_its_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
