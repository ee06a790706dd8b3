#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "model/audience.h"

#define FIRE   1u
#define POLICE 2u

/* Who of the roles sees what, one line for each; the letters are written by hand from the
 * contract: '+' sees it. In order: an incident of fire's, of police's, a secret one of fire's,
 * a call, units. */
static const struct {
	const char *name;
	struct viewer viewer;
	const char *sees;
} viewers[] = {
	{"stranger",
	 {.sees_all = true, .sees_secret = true, .sees_calls = true, .agencies = 3},
	 "-----"}, /* may not watch: nothing helps */
	{"fire's desk", {.may_watch = true, .agencies = FIRE}, "+-+-+"},
	{"police's desk", {.may_watch = true, .agencies = POLICE}, "-+--+"},
	{"call-taker", {.may_watch = true, .sees_all = true, .sees_calls = true}, "++-++"},
	{"supervisor",
	 {.may_watch = true, .sees_all = true, .sees_secret = true, .sees_calls = true},
	 "+++++"},
	{"visitor", {.may_watch = true, .sees_all = true}, "++--+"},
	{"of no agency", {.may_watch = true}, "----+"},
	{"supervisor, fire's only",
	 {.may_watch = true,
	  .sees_all = true,
	  .sees_secret = true,
	  .sees_calls = true,
	  .only = FIRE},
	 "+-+++"},
	{"fire's desk, police's only",
	 {.may_watch = true, .agencies = FIRE, .only = POLICE},
	 "----+"}, /* asking for more gives nothing more */
};

static const struct audience things[] = {
	{SCOPE_INCIDENT, FIRE}, {SCOPE_INCIDENT, POLICE}, {SCOPE_SECRET, FIRE},
	{SCOPE_CALL, 0},        {SCOPE_STAFF, 0},
};

static void each_sees_what_is_theirs_and_nothing_else(void **state)
{
	(void)state;
	for (size_t v = 0; v < sizeof(viewers) / sizeof(viewers[0]); v++)
		for (size_t t = 0; t < sizeof(things) / sizeof(things[0]); t++)
			if (audience_admits(&things[t], &viewers[v].viewer) !=
			    (viewers[v].sees[t] == '+'))
				fail_msg("%s and thing %zu", viewers[v].name, t + 1);
}

static void a_scope_that_is_none_is_seen_by_nobody(void **state)
{
	struct audience odd = {(enum scope)99, 0xff};
	struct viewer all = {.may_watch = true,
			     .sees_all = true,
			     .sees_secret = true,
			     .sees_calls = true,
			     .agencies = 0xff};

	(void)state;
	assert_false(audience_admits(&odd, &all));
}

static void who_loses_sight_of_it_is_told_once_more(void **state)
{
	struct audience moved = {SCOPE_INCIDENT, FIRE | POLICE}; /* before and after */
	struct viewer fire = {.may_watch = true, .agencies = FIRE};

	(void)state;
	assert_true(audience_admits(&moved, &fire));
}

/* Viewers that are equal share bytes: each thing that decides what is seen must be compared. */
static void viewers_are_equal_only_when_they_see_the_same(void **state)
{
	const struct viewer plain = {0};
	struct viewer other[] = {{.may_watch = true},   {.sees_all = true},
				 {.sees_secret = true}, {.sees_calls = true},
				 {.agencies = 1},       {.only = 1}};

	(void)state;
	assert_true(viewer_equals(&plain, &plain));
	for (size_t i = 0; i < sizeof(other) / sizeof(other[0]); i++) {
		assert_false(viewer_equals(&plain, &other[i]));
		assert_true(viewer_equals(&other[i], &other[i]));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_sees_what_is_theirs_and_nothing_else),
		cmocka_unit_test(a_scope_that_is_none_is_seen_by_nobody),
		cmocka_unit_test(who_loses_sight_of_it_is_told_once_more),
		cmocka_unit_test(viewers_are_equal_only_when_they_see_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
