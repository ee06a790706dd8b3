#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "model/mayday.h"

static int say(struct mayday *mayday, enum mayday_step step, const char *by, int64_t at_ms)
{
	const struct mayday_word word = {
		.step = step, .by = by, .note = "dinding runtuh", .at_ms = at_ms};
	struct err err;

	return mayday_take(mayday, &word, &err);
}

static void two_people_end_a_call_and_one_never_does(void **state)
{
	struct mayday mayday = {0};

	(void)state;
	assert_int_equal(say(&mayday, MAYDAY_RAISED, "DMK-01", 1), 1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "siti", 2), 1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "siti", 3), -1);
	assert_int_equal(mayday.since_ms, 1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "budi", 4), 1);
	assert_int_equal(mayday.since_ms, 0);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "budi", 5), -1);
	assert_int_equal(say(&mayday, MAYDAY_ANSWERED, "budi", 5), -1);
}

static void the_crew_may_be_one_of_the_two(void **state)
{
	struct mayday mayday = {0};

	(void)state;
	assert_int_equal(say(&mayday, MAYDAY_RAISED, "DMK-01", 1), 1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "DMK-01", 2), 1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "DMK-01", 3), -1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "siti", 4), 1);
	assert_int_equal(mayday.since_ms, 0);
}

static void a_call_that_comes_again_is_none_until_somebody_has_heard_it(void **state)
{
	struct mayday mayday = {0};

	(void)state;
	assert_int_equal(say(&mayday, MAYDAY_RAISED, "DMK-01", 1), 1);
	assert_int_equal(say(&mayday, MAYDAY_RAISED, "DMK-01", 2), 0);
	assert_int_equal(mayday.since_ms, 1);
	assert_int_equal(say(&mayday, MAYDAY_ANSWERED, "siti", 3), 1);
	assert_int_equal(say(&mayday, MAYDAY_ANSWERED, "budi", 4), -1);
	assert_string_equal(mayday.answered_by, "siti");
	assert_int_equal(say(&mayday, MAYDAY_OVER, "siti", 5), 1);
	assert_int_equal(say(&mayday, MAYDAY_RAISED, "DMK-01", 6), 1);
	assert_int_equal(mayday.answered_at_ms, 0);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "budi", 7), 1);
	assert_int_equal(mayday.since_ms, 6); /* what was said of the first does not end it */
}

static void what_is_written_is_read(void **state)
{
	struct mayday mayday = {0}, back;
	struct jsonw w;
	json_t *object;

	(void)state;
	assert_int_equal(say(&mayday, MAYDAY_RAISED, "DMK-01", 1000), 1);
	assert_int_equal(say(&mayday, MAYDAY_ANSWERED, "siti", 2000), 1);
	assert_int_equal(say(&mayday, MAYDAY_OVER, "siti", 3000), 1);
	memcpy(mayday.incident.id, "I-01ARZ3NDEKTSV4RRFFQ69G5FAV", ID_SIZE);
	mayday.incident.no = 412;
	mayday.incident.is_exercise = true;
	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '{');
	mayday_write(&mayday, &w, "mayday");
	jsonw_close(&w, '}');
	object = json_loadb(w.text, w.len, 0, NULL);
	mayday_read(json_object_get(object, "mayday"), &back);
	assert_memory_equal(&back, &mayday, sizeof(back));
	json_decref(object);
	jsonw_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_people_end_a_call_and_one_never_does),
		cmocka_unit_test(the_crew_may_be_one_of_the_two),
		cmocka_unit_test(a_call_that_comes_again_is_none_until_somebody_has_heard_it),
		cmocka_unit_test(what_is_written_is_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
