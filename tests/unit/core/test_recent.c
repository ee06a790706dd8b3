#include "core/recent.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define TELLING 96
#define COMMON  30

static struct recent *recent;

static void id_of(char prefix, unsigned n, char id_r[ID_SIZE])
{
	snprintf(id_r, ID_SIZE, "%c-01ARZ3NDEKTSV4RRFF%08u", prefix, n);
}

static struct gist at(double lat, double lon, uint32_t category)
{
	return (struct gist){.has_point = true,
			     .lat_e7 = (int32_t)(lat * 1e7),
			     .lon_e7 = (int32_t)(lon * 1e7),
			     .accuracy_m = 15,
			     .category = category};
}

static struct gist saying(uint32_t word, uint8_t weight)
{
	return (struct gist){.word_count = 1, .word = {{.hash = word, .weight = weight}}};
}

static struct recent_report *add(unsigned n, struct matter *matter, struct gist gist)
{
	char id[ID_SIZE];

	id_of('R', n, id);
	return recent_add(recent, matter, id, &gist, false);
}

static struct recent_report *held(unsigned n)
{
	char id[ID_SIZE];

	id_of('R', n, id);
	return recent_find(recent, id);
}

static bool finds(struct gist gist, const struct recent_report *report)
{
	struct recent_report *found[RECENT_FOUND_MAX];
	unsigned count = recent_look(recent, &gist, found, RECENT_FOUND_MAX), times = 0;

	for (unsigned i = 0; i < count; i++)
		times += found[i] == report;
	assert_true(times <= 1);
	return times == 1;
}

static void a_report_is_found_by_place_word_and_caller_and_by_nothing_else(void **state)
{
	struct gist called = {.caller = 0x123456789abcdef0};
	struct recent_report *placed = add(1, NULL, at(-6.73, 108.55, 7));
	struct recent_report *told = add(2, NULL, saying(99, TELLING));
	struct recent_report *phoned = add(3, NULL, called);
	struct recent_report *plain = add(4, NULL, saying(98, COMMON));

	(void)state;
	assert_true(finds(at(-6.7345, 108.5545, 8), placed));  /* 700 m, the next cell */
	assert_true(finds(at(-6.7301, 108.5501, 8), placed));  /* 15 m */
	assert_false(finds(at(-6.7500, 108.5500, 7), placed)); /* 2 km */
	assert_true(finds(saying(99, TELLING), told));
	assert_false(finds(saying(97, TELLING), told));
	assert_true(finds(called, phoned));
	assert_false(finds(saying(98, COMMON), plain)); /* what everybody says */
	assert_false(finds(at(-6.73, 108.55, 7), told));
}

static void a_wide_look_finds_the_same_kind_wherever_it_is(void **state)
{
	struct recent_report *far = add(1, NULL, at(-6.70, 108.50, 7)), *found[8];
	struct gist here = at(-6.75, 108.57, 7);

	(void)state;
	assert_false(finds(here, far));
	assert_int_equal(recent_look_wide(recent, &here, found, 8), 1);
	assert_ptr_equal(found[0], far);
	here.category = 8;
	assert_int_equal(recent_look_wide(recent, &here, found, 8), 0);
}

static void what_is_held_is_bounded_and_the_oldest_gives_way(void **state)
{
	(void)state;
	for (unsigned n = 0; n < RECENT_REPORTS_MAX + 500; n++)
		(void)add(n, NULL, at(-6.73 + n * 1e-6, 108.55, n % 40));
	assert_int_equal(recent_count(recent), RECENT_REPORTS_MAX);
	assert_null(held(499));
	assert_non_null(held(500));
	assert_non_null(held(RECENT_REPORTS_MAX + 499));
	for (unsigned n = 500; n < RECENT_REPORTS_MAX + 500; n++)
		recent_drop(recent, held(n));
	assert_int_equal(recent_count(recent), 0);
	assert_false(finds(at(-6.73, 108.55, 1), NULL));
}

static void of_one_matter_the_first_and_the_latest_are_held(void **state)
{
	struct matter *matter = add(0, NULL, at(-6.73, 108.55, 7))->matter;

	(void)state;
	for (unsigned n = 1; n < 100; n++)
		(void)add(n, matter, at(-6.73, 108.55, 7));
	assert_int_equal(matter->held, RECENT_EACH_MAX);
	assert_int_equal(recent_count(recent), RECENT_EACH_MAX);
	assert_ptr_equal(matter_first(matter), held(0));
	assert_null(held(1));
	for (unsigned n = 100 - RECENT_EACH_MAX + 1; n < 100; n++)
		assert_non_null(held(n));
}

/* Whatever is held, a look is bounded. */
static void a_look_never_gives_more_than_was_asked_for(void **state)
{
	struct recent_report *found[RECENT_FOUND_MAX];
	struct gist gist = at(-6.73, 108.55, 7);

	(void)state;
	gist.word_count = GIST_WORDS_MAX;
	for (uint32_t i = 0; i < GIST_WORDS_MAX; i++)
		gist.word[i] = (struct gist_word){.hash = i + 1, .weight = TELLING};
	for (unsigned n = 0; n < RECENT_REPORTS_MAX; n++)
		(void)add(n, NULL, gist);
	assert_true(recent_look(recent, &gist, found, RECENT_FOUND_MAX) <= RECENT_FOUND_MAX);
	assert_int_equal(recent_look(recent, &gist, found, 5), 5);
	assert_ptr_equal(found[0], held(RECENT_REPORTS_MAX - 1)); /* the newest first */
}

static void a_matter_is_known_by_its_incident_until_its_last_report_is_gone(void **state)
{
	struct matter *matter = add(1, NULL, at(-6.73, 108.55, 7))->matter;
	char id[ID_SIZE];

	(void)state;
	id_of('I', 1, id);
	assert_null(recent_matter(recent, id));
	recent_name(recent, matter, id);
	assert_ptr_equal(recent_matter(recent, id), matter);
	(void)add(2, matter, at(-6.73, 108.55, 7));
	recent_drop(recent, held(1));
	assert_ptr_equal(recent_matter(recent, id), matter);
	recent_forget(recent, matter);
	assert_null(recent_matter(recent, id));
	assert_int_equal(recent_count(recent), 0);
}

static void a_report_moves_to_another_matter_or_to_one_of_its_own(void **state)
{
	struct matter *one = add(1, NULL, at(-6.73, 108.55, 7))->matter;
	struct matter *two = add(2, NULL, at(-6.73, 108.55, 7))->matter;
	char id[ID_SIZE];

	(void)state;
	id_of('I', 1, id);
	recent_name(recent, one, id);
	assert_ptr_equal(recent_move(recent, held(1), two), two);
	assert_null(recent_matter(recent, id));
	assert_int_equal(two->held, 2);
	assert_ptr_not_equal(recent_move(recent, held(2), NULL), two);
	assert_int_equal(two->held, 1);
	assert_ptr_equal(held(1)->matter, two);
}

static void what_a_person_has_said_goes_over_what_the_reports_say(void **state)
{
	struct recent_report *report = add(1, NULL, at(-6.73, 108.55, 7));
	struct matter *matter = report->matter;

	(void)state;
	matter->is_judged = matter->is_placed = matter->has_point = true;
	matter->category = 9;
	matter->lat_e7 = -67600000;
	matter->lon_e7 = 1085700000;
	recent_settle(recent, matter);
	assert_false(finds(at(-6.73, 108.55, 7), report));
	assert_true(finds(at(-6.76, 108.57, 7), report));
	assert_int_equal(report->gist.category, 9);
	assert_true(finds(at(-6.76, 108.57, 7), add(2, matter, at(-6.70, 108.50, 7))));
}

static int open_table(void **state)
{
	(void)state;
	recent = recent_new();
	return 0;
}

static int close_table(void **state)
{
	(void)state;
	recent_free(&recent);
	return 0;
}

#define PROMISE(name) cmocka_unit_test_setup_teardown(name, open_table, close_table)

int main(void)
{
	const struct CMUnitTest tests[] = {
		PROMISE(a_report_is_found_by_place_word_and_caller_and_by_nothing_else),
		PROMISE(a_wide_look_finds_the_same_kind_wherever_it_is),
		PROMISE(what_is_held_is_bounded_and_the_oldest_gives_way),
		PROMISE(of_one_matter_the_first_and_the_latest_are_held),
		PROMISE(a_look_never_gives_more_than_was_asked_for),
		PROMISE(a_matter_is_known_by_its_incident_until_its_last_report_is_gone),
		PROMISE(a_report_moves_to_another_matter_or_to_one_of_its_own),
		PROMISE(what_a_person_has_said_goes_over_what_the_reports_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
