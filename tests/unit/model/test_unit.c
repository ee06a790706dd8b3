/* How long a unit is up, and how much of that it is at work. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/unit.h"
#include "things.h"

#define T0     1764000000000
#define MINUTE 60000
#define I1     "I-01ARZ3NDEKTSV4RRFFQ69G5FAV"
#define I2     "I-01ARZ3NDEKTSV4RRFFQ69G5FAW"

static struct unit_doing fresh(void)
{
	struct unit_doing unit;

	unit_begin(&unit, "DMK-01", 0);
	unit_set_duty(&unit, DUTY_ON, T0, "siti");
	return unit;
}

static void moves(struct unit_doing *unit, const char *incident_id, enum order_state state,
		  int64_t minute)
{
	struct order order = {
		.unit = "DMK-01", .state = state, .since_ms = T0 + minute * MINUTE};

	assert_true(unit_take_order(unit, &order, &(struct unit_task){incident_id, 1, false}));
}

static void two_jobs_at_once_are_worked_once_and_what_lies_between_jobs_is_rest(void **state)
{
	struct unit_doing unit = fresh();

	(void)state;
	moves(&unit, I1, ORDER_ORDERED, 10);
	moves(&unit, I1, ORDER_ON_SCENE, 20);
	moves(&unit, I2, ORDER_ORDERED, 30);
	moves(&unit, I1, ORDER_CLEARED, 40);
	assert_int_equal(unit.worked_ms, 0);
	moves(&unit, I2, ORDER_CLEARED, 50);
	assert_int_equal(unit.worked_ms, 40 * MINUTE);
	moves(&unit, I2, ORDER_ORDERED, 100);
	moves(&unit, I2, ORDER_RECALLED, 105);
	assert_int_equal(unit.worked_ms, 45 * MINUTE);
	assert_int_equal(unit.busy_since_ms, 0);
}

static void a_shift_goes_on_until_it_goes_off_duty(void **state)
{
	struct unit_doing unit = fresh();

	(void)state;
	moves(&unit, I1, ORDER_ORDERED, 10);
	moves(&unit, I1, ORDER_CLEARED, 30);
	unit_set_duty(&unit, DUTY_LOGGED_OUT, T0 + 40 * MINUTE, "siti");
	unit_set_duty(&unit, DUTY_ON, T0 + 50 * MINUTE, "siti");
	assert_true(unit.shift_since_ms == T0);
	assert_int_equal(unit.worked_ms, 20 * MINUTE);
	moves(&unit, I1, ORDER_ORDERED, 60);
	unit_set_duty(&unit, DUTY_OFF, T0 + 70 * MINUTE, "siti");
	assert_int_equal(unit.shift_since_ms, 0);
	unit_set_duty(&unit, DUTY_ON, T0 + 80 * MINUTE, "siti");
	moves(&unit, I1, ORDER_CLEARED, 90);
	assert_true(unit.shift_since_ms == T0 + 80 * MINUTE);
	assert_int_equal(unit.worked_ms, 20 * MINUTE); /* what it did before is the other's */
}

static void what_is_played_keeps_nobody_from_what_is_real(void **state)
{
	struct unit_doing unit = fresh();
	struct order order = {.unit = "DMK-01", .state = ORDER_ORDERED, .since_ms = T0};

	(void)state;
	assert_true(unit_take_order(&unit, &order, &(struct unit_task){I1, 1, true}));
	assert_null(unit_kept_by(&unit, false));
	assert_non_null(unit_kept_by(&unit, true));
	assert_true(unit_take_order(&unit, &order, &(struct unit_task){I2, 2, false}));
	assert_true(unit_take_order(&unit, &order, &(struct unit_task){I1, 1, true}));
	assert_int_equal(unit_kept_by(&unit, false)->no, 2);
}

static void read_back(const struct unit_doing *unit, struct unit_doing *read_r)
{
	struct jsonw w;
	struct buf *text;
	struct err err;
	json_t *doc;

	jsonw_init(&w, 512);
	jsonw_open(&w, NULL, '{');
	unit_write(unit, &three, &w, "unit");
	jsonw_close(&w, '}');
	text = jsonw_buf(&w);
	jsonw_fini(&w);
	doc = parsed(text);
	assert_int_equal(unit_read(json_object_get(doc, "unit"), &three, read_r, &err), 0);
	json_decref(doc);
	buf_unref(&text);
}

static void its_hours_are_read_back_as_they_were_at_every_turn(void **state)
{
	static const enum order_state order[] = {ORDER_ORDERED, ORDER_ON_SCENE, ORDER_CLEARED};
	static const enum unit_duty duty[] = {DUTY_LOGGED_OUT, DUTY_ON, DUTY_OFF, DUTY_ON};
	struct unit_doing unit = fresh(), read;

	(void)state;
	for (int turn = 0; turn < 24; turn++) {
		if (turn % 2 == 0)
			moves(&unit, turn % 6 < 3 ? I1 : I2, order[turn / 2 % 3], 10 * turn);
		else
			unit_set_duty(&unit, duty[turn / 2 % 4], T0 + 10 * turn * MINUTE,
				      "siti");
		read_back(&unit, &read);
		assert_true(read.shift_since_ms == unit.shift_since_ms);
		assert_true(read.worked_ms == unit.worked_ms);
		assert_true(read.busy_since_ms == unit.busy_since_ms);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			two_jobs_at_once_are_worked_once_and_what_lies_between_jobs_is_rest),
		cmocka_unit_test(what_is_played_keeps_nobody_from_what_is_real),
		cmocka_unit_test(a_shift_goes_on_until_it_goes_off_duty),
		cmocka_unit_test(its_hours_are_read_back_as_they_were_at_every_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
