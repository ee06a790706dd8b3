#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "city.h"
#include "core/rising.h"

#define FILE_NAME "rules/escalation.tsv"
#define HEADER    "rule\tkind\tagency\tpriority\ttime\tsteps\twhy\n"
#define REST                                                                                   \
	"u\tunsure\t-\t-\t-\tsupervisor 1m\twhy\n"                                             \
	"t\tuntaken\t-\t-\t-\tdesk 30s, supervisor 2m\twhy\n"                                  \
	"s\tunsent\t-\t-\t-\tsupervisor 1m\twhy\n"                                             \
	"a\tunanswered\t-\t-\t-\tsupervisor 1m\twhy\n"                                         \
	"m\tunmoved\t-\t-\t-\tsupervisor 1m\twhy\n"                                            \
	"c\tcallback\t-\t-\t-\tsupervisor 1m\twhy\n"

#define LATE "l\tlate\t-\t-\t-\tdesk 75%, supervisor 100%\twhy\n"

static int load(const char *rows, struct rules **rules_r, struct err *err)
{
	char text[4096];

	snprintf(text, sizeof(text), HEADER "%s", rows);
	return city_load_with(rules_r, FILE_NAME, text, strlen(text), err);
}

static const char *rule_at(const struct escalation_policy *policy, enum wait_kind kind,
			   unsigned agency, int priority, const char *time)
{
	const struct escalation_row *row;
	int64_t at_ms;
	struct err err;

	assert_int_equal(clock_parse(time, &at_ms, &err), 0);
	row = escalation_find(policy, kind, agency, priority, at_ms);
	return row != NULL ? row->rule : "none";
}

static void the_first_row_whose_kind_agency_priority_and_hour_hold_decides(void **state)
{
	static const char rows[] =
		"night\tuntaken\tfire,police\t1,2\tnight\tsupervisor 10s\twhy\n" REST LATE;
	struct escalation_policy *policy;
	struct rules *rules;
	struct err err;
	unsigned fire, health;

	(void)state;
	if (load(rows, &rules, &err) < 0)
		fail_msg("%s", err.text);
	fire = (unsigned)agency_find(rules_agencies(rules), "fire", 4);
	health = (unsigned)agency_find(rules_agencies(rules), "health", 6);
	policy = rules_escalation(rules);
	assert_string_equal(rule_at(policy, WAIT_UNTAKEN, fire, 1, "2026-11-24T23:00:00+07:00"),
			    "night");
	assert_string_equal(rule_at(policy, WAIT_UNTAKEN, fire, 1, "2026-11-24T12:00:00+07:00"),
			    "t");
	assert_string_equal(rule_at(policy, WAIT_UNTAKEN, fire, 3, "2026-11-24T23:00:00+07:00"),
			    "t");
	assert_string_equal(
		rule_at(policy, WAIT_UNTAKEN, health, 1, "2026-11-24T23:00:00+07:00"), "t");
	assert_string_equal(rule_at(policy, WAIT_UNSENT, fire, 1, "2026-11-24T23:00:00+07:00"),
			    "s");
	rules_free(&rules);
	assert_int_equal(policy->row[0].step[0].after, 10000);
	escalation_policy_unref(&policy);
}

static void a_table_that_cannot_be_meant_is_refused_with_its_reason(void **state)
{
	static const struct {
		const char *rows, *says;
	} cases[] = {
		{"x\tbored\t-\t-\t-\tsupervisor 1m\twhy\n", "one of unsure, untaken"},
		{"x\tasked\t-\t-\t-\tsupervisor 1m\twhy\n", "one of unsure, untaken"},
		{"x\tuntaken\tnavy\t-\t-\tsupervisor 1m\twhy\n", "an agency of agencies.tsv"},
		{"x\tuntaken\t-\t5\t-\tsupervisor 1m\twhy\n", "one of 1, 2, 3, 4"},
		{"x\tuntaken\t-\t-\tteatime\tsupervisor 1m\twhy\n",
		 "a name of rules/hours.tsv"},
		{"x\tuntaken\t-\t-\t-\tking 1m\twhy\n", "a step such as desk 30s"},
		{"x\tuntaken\t-\t-\t-\tsupervisor\twhy\n", "a step such as desk 30s"},
		{"x\tuntaken\t-\t-\t-\tsupervisor 1h\twhy\n", "a time such as 30s"},
		{"x\tuntaken\t-\t-\t-\tsupervisor 75%\twhy\n", "a time such as 30s"},
		{"x\tuntaken\t-\t-\t-\tsupervisor -5s\twhy\n", "a time such as 30s"},
		{"x\tuntaken\t-\t-\t-\tsupervisor 99999m\twhy\n", "a day at most"},
		{"x\tlate\t-\t-\t-\tsupervisor 5m\twhy\n", "a share of the target"},
		{"x\tuntaken\t-\t-\t-\tdesk 2m, supervisor 1m\twhy\n", "each step is later"},
		{"x\tuntaken\t-\t-\t-\tdesk 1m, station 2m\twhy\n", "end at a person"},
		{REST LATE "y\tuntaken\t-\t1\t-\tsupervisor 1m\twhy\n", "never reached"},
		{"x\tcallback\tfire\t-\t-\tsupervisor 1m\twhy\n", "for a call-back"},
		{REST, "late of fire at priority 1, mon 00:00"},
		{"x\tuntaken\t-\t-\twork\tsupervisor 1m\twhy\n" LATE,
		 "unsure of fire at priority 1"},
		{"a\tuntaken\t-\t-\t-\tsupervisor 1m\twhy\n"
		 "a\tlate\t-\t-\t-\tsupervisor 9%\twhy\n",
		 "is the name of line 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *rules = NULL;
		struct err err;

		if (load(cases[i].rows, &rules, &err) == 0)
			fail_msg("was taken: %s", cases[i].rows);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_first_row_whose_kind_agency_priority_and_hour_hold_decides),
		cmocka_unit_test(a_table_that_cannot_be_meant_is_refused_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
