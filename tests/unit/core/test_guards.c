/* What speaks against sending a unit, as the city writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "core/rules.h"
#include "model/guard.h"

static void a_city_that_warns_may_block_or_let_go(void **state)
{
	struct rules *rules;
	struct err err;

	(void)state;
	assert_int_equal(rules_guards(cirebon)->rule[GUARD_CREW_OUT], GUARD_WARN);
	assert_int_equal(rules_guards(cirebon)->rule[GUARD_OFF_DUTY], GUARD_BLOCKED);
	assert_int_equal(city_load_changed(&rules, "rules/guards.tsv", "crew_out\twarn",
					   "crew_out\tblocked", &err),
			 0);
	assert_int_equal(rules_guards(rules)->rule[GUARD_CREW_OUT], GUARD_BLOCKED);
	rules_free(&rules);
	assert_int_equal(
		city_load_changed(&rules, "rules/guards.tsv", "busy\twarn", "busy\tfree", &err),
		0);
	assert_int_equal(rules_guards(rules)->rule[GUARD_BUSY], GUARD_FREE);
	rules_free(&rules);
}

static void
a_table_by_which_somebody_would_be_sent_who_does_not_hear_it_is_refused(void **state)
{
	static const struct {
		const char *from, *to, *says;
	} cases[] = {
		{"off_duty\tblocked", "off_duty\twarn", "rules/guards.tsv:2: rule: "},
		{"logged_out\tblocked", "logged_out\tfree", "rules/guards.tsv:4: rule: "},
		{"busy\twarn", "busy\tsometimes", "rules/guards.tsv:5: rule: "},
		{"busy\twarn", "tired\twarn", "rules/guards.tsv:5: guard: "},
		{"crew_out\twarn", "busy\twarn", "rules/guards.tsv:7: guard: is there twice"},
		{"crew_out\twarn\tone crew, two vehicles: it may change over, when somebody "
		 "says "
		 "so\n",
		 "", "says nothing of crew_out"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *rules = NULL;
		struct err err;

		assert_int_equal(city_load_changed(&rules, "rules/guards.tsv", cases[i].from,
						   cases[i].to, &err),
				 -1);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("%s", err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_city_that_warns_may_block_or_let_go),
		cmocka_unit_test(
			a_table_by_which_somebody_would_be_sent_who_does_not_hear_it_is_refused),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
