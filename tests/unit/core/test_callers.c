#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "core/callers.h"
#include "core/rules.h"

#define HEAD "what\tpoints\thalf_life_days\tper_day\n"
#define ALL                                                                                    \
	HEAD "real\t-25\t365\t2\nprank\t15\t60\t2\nno_event\t4\t30\t1\nsilent\t8\t21\t1\n"     \
	     "abandoned\t3\t7\t1\ninformation\t2\t14\t1\nwrong_number\t2\t14\t1\n"             \
	     "least\t20\t-\t-\nraised_minutes\t120\t-\t-\nurgent_minutes\t60\t-\t-\n"

static int load(const char *text, struct caller_policy *policy_r, struct err *err)
{
	char *copy = strdup(text);
	int status = callers_load(policy_r, "rules/callers.tsv", copy, err);

	free(copy);
	return status;
}

static void a_table_says_what_a_history_counts(void **state)
{
	struct caller_policy policy;
	struct err err;

	(void)state;
	assert_int_equal(load(ALL, &policy, &err), 0);
	assert_int_equal(policy.sign[CALLER_REAL].points, -25);
	assert_int_equal(policy.sign[CALLER_SILENT].half_life_days, 21);
	assert_int_equal(policy.sign[CALLER_PRANK].per_day, 2);
	assert_int_equal(policy.least, 20);
	assert_int_equal(policy.urgent_minutes, 60);
}

static void a_mistake_in_it_is_named_with_its_line(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{HEAD "laughter\t1\t1\t1\n", ":2: what: nothing is called \"laughter\""},
		{HEAD "prank\t1\t1\t1\nprank\t1\t1\t1\n", ":3: what: \"prank\" is there twice"},
		{HEAD "prank\t-5\t60\t2\n", ":2: points"}, /* a prank speaks for nobody */
		{HEAD "real\t5\t60\t2\n", ":2: points"},
		{HEAD "prank\t5\t0\t2\n", ":2: half_life_days"},
		{HEAD "prank\t5\t60\t0\n", ":2: per_day"},
		{HEAD "least\t5\t60\t-\n", ":2: half_life_days: is - of a threshold"},
		{HEAD "least\t101\t-\t-\n", ":2: points"},
		{HEAD "prank\t5\t60\t2\n", "needs a row for each sign"},
		{"what\tpoints\n", "half_life_days"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct caller_policy policy;
		struct err err = {0};

		assert_int_equal(load(cases[i].text, &policy, &err), -1);
		if (strstr(err.text, cases[i].said) == NULL)
			fail_msg("\"%s\" is not in \"%s\"", cases[i].said, err.text);
	}
}

static void a_history_is_tried_as_it_is_written(void **state)
{
	struct caller_policy policy;
	struct err err;
	int order = 7;

	(void)state;
	assert_int_equal(load(ALL, &policy, &err), 0);
	assert_int_equal(callers_try(&policy, "prank:2@0 silent:1@21", &order, &err), 0);
	assert_int_equal(order, -34);
	assert_int_equal(callers_try(&policy, "prank:2@0 grave", &order, &err), 0);
	assert_int_equal(order, 0);
	assert_int_equal(callers_try(&policy, "real:1@9 quiet", &order, &err), 0);
	assert_int_equal(order, CALLER_RAISED);
	assert_int_equal(callers_try(&policy, "", &order, &err), 0);
	assert_int_equal(order, 0);
}

static void what_is_no_history_is_said_to_be_none(void **state)
{
	static const char *const odd[] = {"prank",     "prank:2", "joke:2@0",  "prank@2:1",
					  "prank:0@1", "quite",   "prank:1@-2"};
	struct caller_policy policy;
	struct err err;
	int order = 7;

	(void)state;
	assert_int_equal(load(ALL, &policy, &err), 0);
	for (size_t i = 0; i < sizeof(odd) / sizeof(odd[0]); i++)
		assert_int_equal(callers_try(&policy, odd[i], &order, &err), -1);
	assert_int_equal(order, 7);
}

/* Two bad calls are enough to stand behind, one is not, and nothing outweighs danger. */
static void the_city_s_own_table_is_one_that_the_rules_have(void **state)
{
	struct rules *rules = city_load();
	struct err err;
	int order;

	(void)state;
	assert_int_equal(callers_try(rules_callers(rules), "prank:1@0", &order, &err), 0);
	assert_int_equal(order, 0);
	assert_int_equal(callers_try(rules_callers(rules), "prank:2@0", &order, &err), 0);
	assert_true(order < 0);
	assert_int_equal(callers_try(rules_callers(rules), "prank:50@0 grave", &order, &err),
			 0);
	assert_int_equal(order, 0);
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_table_says_what_a_history_counts),
		cmocka_unit_test(a_mistake_in_it_is_named_with_its_line),
		cmocka_unit_test(a_history_is_tried_as_it_is_written),
		cmocka_unit_test(what_is_no_history_is_said_to_be_none),
		cmocka_unit_test(the_city_s_own_table_is_one_that_the_rules_have),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
