#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "core/whereabouts.h"
#include "model/unit_trace.h"

#define NOW 1764054000000LL /* 2025-11-25T07:00:00Z */

static int64_t now_ms;

static int64_t wall(const struct clock *clock)
{
	(void)clock;
	return now_ms;
}

static const struct clock by_hand = {.wall_ms = wall};

static int start(void **state)
{
	struct whereabouts *whereabouts = whereabouts_new(&by_hand);

	now_ms = NOW;
	whereabouts_set_rules(whereabouts, cirebon);
	*state = whereabouts;
	return 0;
}

static int stop(void **state)
{
	struct whereabouts *whereabouts = *state;

	whereabouts_free(&whereabouts);
	return 0;
}

static bool move(struct whereabouts *whereabouts, const char *unit, int32_t lat_e7,
		 int64_t at_ms)
{
	struct field_position position = {.at_ms = at_ms,
					  .lat_e7 = lat_e7,
					  .lon_e7 = 1085000000,
					  .accuracy_m = -1,
					  .speed_cms = -1,
					  .heading = -1};

	return whereabouts_move(whereabouts, unit, &position);
}

static void assert_written(const struct whereabouts *whereabouts, const char *unit,
			   const char *expected)
{
	struct jsonw w;

	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '{');
	whereabouts_write(whereabouts, unit, &w);
	jsonw_close(&w, '}');
	assert_string_equal(jsonw_text(&w), expected);
	jsonw_fini(&w);
}

static void assert_changed(const struct whereabouts *whereabouts, uint64_t since,
			   const char *const *units)
{
	struct jsonw w;
	const char *at;

	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '[');
	whereabouts_write_since(whereabouts, since, &w);
	jsonw_close(&w, ']');
	at = jsonw_text(&w);
	for (; *units != NULL; units++) {
		at = strstr(at, "\"id\":\"");
		assert_non_null(at);
		at += strlen("\"id\":\"");
		assert_memory_equal(at, *units, strlen(*units));
	}
	assert_null(strstr(at, "\"id\":\""));
	jsonw_fini(&w);
}

static void a_position_has_its_age_whatever_the_clock_of_who_reads_it(void **state)
{
	struct whereabouts *whereabouts = *state;

	assert_written(whereabouts, "DMK-01", "{\"presence\":null,\"position\":null}");
	assert_true(move(whereabouts, "DMK-01", -67000000, NOW - 5000));
	now_ms += 60000;
	assert_written(whereabouts, "DMK-01",
		       "{\"presence\":null,\"position\":{\"lat\":-6.7,\"lon\":108.5,"
		       "\"at\":\"2025-11-25T06:59:55.000Z\",\"age_s\":65}}");
	now_ms = NOW - 3600000; /* the clock is set back */
	assert_written(whereabouts, "DMK-01",
		       "{\"presence\":null,\"position\":{\"lat\":-6.7,\"lon\":108.5,"
		       "\"at\":\"2025-11-25T06:59:55.000Z\",\"age_s\":0}}");
}

static void an_older_position_changes_nothing_newer(void **state)
{
	struct whereabouts *whereabouts = *state;
	uint64_t revision;

	assert_true(move(whereabouts, "DMK-01", -67000000, NOW - 5000));
	revision = whereabouts_revision(whereabouts);
	assert_true(move(whereabouts, "DMK-01", -68000000, NOW - 6000));
	assert_true(move(whereabouts, "DMK-01", -68000000, NOW - 5000));
	assert_int_equal(whereabouts_revision(whereabouts), revision);
	assert_true(move(whereabouts, "DMK-01", -69000000, 0)); /* now, then */
	assert_int_equal(whereabouts_revision(whereabouts), revision + 1);
}

static void presence_keeps_the_time_at_which_it_began(void **state)
{
	struct whereabouts *whereabouts = *state;

	assert_true(whereabouts_presence(whereabouts, "DMK-01", true));
	now_ms += 60000;
	assert_true(whereabouts_presence(whereabouts, "DMK-01", true));
	assert_written(whereabouts, "DMK-01",
		       "{\"presence\":{\"status\":\"online\",\"since\":"
		       "\"2025-11-25T07:00:00.000Z\"},\"position\":null}");
	assert_true(whereabouts_presence(whereabouts, "DMK-01", false));
	assert_written(whereabouts, "DMK-01",
		       "{\"presence\":{\"status\":\"offline\",\"since\":"
		       "\"2025-11-25T07:01:00.000Z\"},\"position\":null}");
}

static void who_is_no_unit_is_not_kept(void **state)
{
	struct whereabouts *whereabouts = *state;

	assert_false(move(whereabouts, "DMK-77", -67000000, NOW));
	assert_false(whereabouts_presence(whereabouts, "DMK-77", true));
	assert_int_equal(whereabouts_revision(whereabouts), 0);
}

static void whoever_was_away_hears_of_what_has_changed_since_and_of_nothing_else(void **state)
{
	struct whereabouts *whereabouts = *state;
	uint64_t first, second;

	assert_changed(whereabouts, 0, (const char *[]){NULL});
	assert_true(move(whereabouts, "DMK-02", -67000000, NOW));
	first = whereabouts_revision(whereabouts);
	assert_true(whereabouts_presence(whereabouts, "DMK-01", true));
	second = whereabouts_revision(whereabouts);
	assert_changed(whereabouts, 0, (const char *[]){"DMK-01", "DMK-02", NULL});
	assert_changed(whereabouts, first, (const char *[]){"DMK-01", NULL});
	assert_changed(whereabouts, second, (const char *[]){NULL});
}

static void new_rules_lose_nothing_of_the_units_that_stay(void **state)
{
	struct whereabouts *whereabouts = *state;
	struct rules *others;
	struct err err;

	assert_true(move(whereabouts, "DMK-02", -67000000, NOW));
	assert_true(move(whereabouts, "DMK-01", -67000000, NOW));
	assert_int_equal(city_load_changed(&others, "units.tsv", "DMK-01", "DMK-99", &err), 0);
	whereabouts_set_rules(whereabouts, others);
	assert_changed(whereabouts, 0, (const char *[]){"DMK-02", NULL});
	assert_true(move(whereabouts, "DMK-99", -67000000, NOW));
	assert_false(move(whereabouts, "DMK-01", -67000000, NOW));
	rules_free(&others);
}

static void what_has_changed_is_handed_out_to_be_kept_each_unit_in_its_time(void **state)
{
	struct whereabouts *whereabouts = *state;
	struct unit_trace traces[8];

	assert_int_equal(whereabouts_to_keep(whereabouts, 30000, 8, traces), 0);
	assert_true(move(whereabouts, "DMK-01", -67000000, NOW));
	assert_int_equal(whereabouts_to_keep(whereabouts, 30000, 8, traces), 1);
	assert_string_equal(traces[0].unit, "DMK-01");
	for (now_ms = NOW + 1000; now_ms < NOW + 30000; now_ms += 1000) {
		assert_true(move(whereabouts, "DMK-01", -68000000, 0));
		assert_int_equal(whereabouts_to_keep(whereabouts, 30000, 8, traces), 0);
	}
	now_ms = NOW + 29000;
	assert_true(whereabouts_presence(whereabouts, "DMK-02", true)); /* at once */
	assert_int_equal(whereabouts_to_keep(whereabouts, 30000, 8, traces), 1);
	now_ms = NOW + 30000;
	assert_int_equal(whereabouts_to_keep(whereabouts, 30000, 8, traces), 1);
	assert_int_equal(traces[0].lat_e7, -68000000);
	assert_int_equal(whereabouts_to_keep(whereabouts, 0, 8, traces), 0);
}

static void what_was_known_before_a_restart_is_known_and_what_is_newer_stays(void **state)
{
	struct whereabouts *whereabouts = *state;
	const struct unit_trace traces[] = {
		{.unit = "DMK-01",
		 .at_ms = NOW - 60000,
		 .lat_e7 = -66000000,
		 .lon_e7 = 1085000000,
		 .accuracy_m = -1,
		 .speed_cms = -1,
		 .heading = -1,
		 .presence = UNIT_ONLINE,
		 .since_ms = NOW - 3600000},
		{.unit = "DMK-02", .presence = UNIT_ONLINE, .since_ms = NOW - 3600000},
		{.unit = "DMK-77", .at_ms = 1}};

	/* The broker was faster. */
	assert_true(whereabouts_presence(whereabouts, "DMK-01", true));
	assert_true(whereabouts_presence(whereabouts, "DMK-02", false));
	whereabouts_recall(whereabouts, traces, 3);
	assert_written(whereabouts, "DMK-01",
		       "{\"presence\":{\"status\":\"online\",\"since\":"
		       "\"2025-11-25T06:00:00.000Z\"},\"position\":{\"lat\":-6.6,\"lon\":108.5,"
		       "\"at\":\"2025-11-25T06:59:00.000Z\",\"age_s\":60}}");
	assert_written(whereabouts, "DMK-02",
		       "{\"presence\":{\"status\":\"offline\",\"since\":"
		       "\"2025-11-25T07:00:00.000Z\"},\"position\":null}");
}

int main(void)
{
#define PROMISE(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		PROMISE(a_position_has_its_age_whatever_the_clock_of_who_reads_it),
		PROMISE(an_older_position_changes_nothing_newer),
		PROMISE(presence_keeps_the_time_at_which_it_began),
		PROMISE(who_is_no_unit_is_not_kept),
		PROMISE(whoever_was_away_hears_of_what_has_changed_since_and_of_nothing_else),
		PROMISE(what_has_changed_is_handed_out_to_be_kept_each_unit_in_its_time),
		PROMISE(what_was_known_before_a_restart_is_known_and_what_is_newer_stays),
		PROMISE(new_rules_lose_nothing_of_the_units_that_stay),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
