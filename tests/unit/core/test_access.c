/* Every role and every right against a table of their own, written from the contract. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/access.h"

#define FIRE   0
#define POLICE 1

/* In the order of enum right: send reports, send calls, watch, act, see the reporter of a
 * public report, of an anonymous one, incidents of all agencies, secret ones, calls, to
 * have a caller's score forgotten, the bridge's own figures. */
static const struct {
	const char *role;
	const char *may; /* x: yes */
	bool of_agency;
} expected[] = {
	{"none", "...........", false},      {"adapter", "xx.........", false},
	{"app", "x..........", false},       {"calltaker", "xxxxx.x.x..", false},
	{"dispatcher", "..xx.......", true}, {"supervisor", "xxxxx.xxxxx", false},
	{"admin", "xxxxxxxxxxx", false},     {"unit", "...........", true},
	{"viewer", "..x...x...x", false},
};

static struct principal of(enum role role)
{
	return (struct principal){.role = role,
				  .agency = role_needs_agency(role) ? POLICE : -1};
}

static void every_role_has_its_rights_and_no_other(void **state)
{
	(void)state;
	assert_int_equal(sizeof(expected) / sizeof(expected[0]), ROLES);
	for (unsigned role = 0; role < ROLES; role++) {
		struct principal principal = of(role);

		assert_string_equal(role_names[role], expected[role].role);
		assert_int_equal(role_needs_agency(role), expected[role].of_agency);
		assert_int_equal(strlen(expected[role].may), RIGHTS);
		for (unsigned right = 0; right < RIGHTS; right++)
			if (principal_may(&principal, right) !=
			    (expected[role].may[right] == 'x'))
				fail_msg("%s, right %u", expected[role].role, right);
	}
}

static void what_no_table_knows_is_not_allowed(void **state)
{
	struct principal admin = of(ROLE_ADMIN), stranger = {.role = ROLES, .agency = -1};

	(void)state;
	assert_false(principal_may(&admin, RIGHTS));
	assert_false(principal_may(&admin, (enum right)77));
	for (unsigned right = 0; right < RIGHTS; right++)
		assert_false(principal_may(&stranger, right));
	assert_false(role_needs_agency(ROLES));
}

static void a_role_is_found_by_its_name_only(void **state)
{
	(void)state;
	for (unsigned role = ROLE_NONE + 1; role < ROLES; role++)
		assert_int_equal(role_find(role_names[role]), role);
	assert_int_equal(role_find("none"), ROLE_NONE);
	assert_int_equal(role_find(""), ROLE_NONE);
	assert_int_equal(role_find("Admin"), ROLE_NONE);
	assert_int_equal(role_find("adminx"), ROLE_NONE);
}

static void who_is_of_an_agency_that_is_not_there_may_nothing(void **state)
{
	static const int nowhere[] = {-1, AGENCY_MAX, 1000};
	struct agencies agencies = {.count = 2};

	(void)state;
	for (unsigned i = 0; i < sizeof(nowhere) / sizeof(nowhere[0]); i++) {
		struct principal lost = {.role = ROLE_DISPATCHER, .agency = nowhere[i]};
		struct viewer viewer = principal_viewer(&lost);

		for (unsigned right = 0; right < RIGHTS; right++)
			assert_false(principal_may(&lost, right));
		assert_false(viewer.may_watch);
		assert_int_equal(viewer.agencies, 0);
		assert_int_equal(principal_acts_for(&lost, &agencies), 0);
	}
}

static bool sees(enum role role, enum scope scope, agency_set agencies)
{
	struct audience audience = {.scope = scope, .agencies = agencies};
	struct principal principal = of(role);
	struct viewer viewer = principal_viewer(&principal);

	return audience_admits(&audience, &viewer);
}

static void everybody_sees_what_is_theirs(void **state)
{
	static const struct {
		enum role role;
		bool own, others, own_secret, others_secret, calls, units;
	} cases[] = {
		{ROLE_NONE, false, false, false, false, false, false},
		{ROLE_ADAPTER, false, false, false, false, false, false},
		{ROLE_APP, false, false, false, false, false, false},
		{ROLE_CALLTAKER, true, true, false, false, true, true},
		{ROLE_DISPATCHER, true, false, true, false, false, true},
		{ROLE_SUPERVISOR, true, true, true, true, true, true},
		{ROLE_ADMIN, true, true, true, true, true, true},
		{ROLE_UNIT, false, false, false, false, false, false},
		{ROLE_VIEWER, true, true, false, false, false, true},
	};

	(void)state;
	for (unsigned i = 0; i < ROLES; i++) {
		enum role role = cases[i].role;

		assert_int_equal(role, i);
		assert_int_equal(sees(role, SCOPE_INCIDENT, 1 << POLICE), cases[i].own);
		assert_int_equal(sees(role, SCOPE_INCIDENT, 1 << FIRE), cases[i].others);
		assert_int_equal(sees(role, SCOPE_SECRET, 1 << POLICE), cases[i].own_secret);
		assert_int_equal(sees(role, SCOPE_SECRET, 1 << FIRE), cases[i].others_secret);
		assert_int_equal(sees(role, SCOPE_CALL, ~(agency_set)0), cases[i].calls);
		assert_int_equal(sees(role, SCOPE_STAFF, 0), cases[i].units);
	}
}

static void who_sees_all_shares_one_view(void **state)
{
	struct principal one = of(ROLE_VIEWER), other = of(ROLE_VIEWER);
	struct viewer a, b;

	(void)state;
	other.agency = FIRE;
	a = principal_viewer(&one);
	b = principal_viewer(&other);
	assert_true(viewer_equals(&a, &b));
}

static void a_desk_acts_for_its_agency_and_who_leads_for_all(void **state)
{
	struct agencies agencies = {.count = 3}, full = {.count = AGENCY_MAX};

	(void)state;
	for (unsigned role = 0; role < ROLES; role++) {
		struct principal principal = of(role);
		bool leads =
			role == ROLE_CALLTAKER || role == ROLE_SUPERVISOR || role == ROLE_ADMIN;
		agency_set all = leads ? 7 : role == ROLE_DISPATCHER ? 1 << POLICE : 0;

		assert_int_equal(principal_acts_for(&principal, &agencies), all);
		if (leads)
			assert_int_equal(principal_acts_for(&principal, &full), ~(agency_set)0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_role_has_its_rights_and_no_other),
		cmocka_unit_test(what_no_table_knows_is_not_allowed),
		cmocka_unit_test(a_role_is_found_by_its_name_only),
		cmocka_unit_test(who_is_of_an_agency_that_is_not_there_may_nothing),
		cmocka_unit_test(everybody_sees_what_is_theirs),
		cmocka_unit_test(who_sees_all_shares_one_view),
		cmocka_unit_test(a_desk_acts_for_its_agency_and_who_leads_for_all),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
