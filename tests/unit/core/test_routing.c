#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "city.h"
#include "core/classify.h"
#include "core/routing.h"
#include "model/routes.h"

#define HEADER "rule\ttype\tplace\ttime\toffice\tfrom\twhy\n"
#define REST   "rest\t-\t-\t-\tcategory\t-\twhy\n"

#define KESAMBI  "32.74.05.1003"
#define KEDAWUNG "32.09.20"

static struct rules *load(const char *rows)
{
	char text[4096];
	struct rules *rules;
	struct err err;

	snprintf(text, sizeof(text), HEADER "%s" REST, rows);
	if (city_load_with(&rules, "rules/routing.tsv", text, strlen(text), &err) < 0)
		fail_msg("%s", err.text);
	return rules;
}

static int64_t at(const char *time)
{
	int64_t at_ms;
	struct err err;

	assert_int_equal(clock_parse(time, &at_ms, &err), 0);
	return at_ms;
}

struct matter {
	const char *category, *area, *time;
	enum disposition disposition;
	const char *learnt;
	int share_pct;
};

/* The row that decides; the route is left in *route_r. */
static const char *decide(const struct rules *rules, const struct matter *m,
			  struct route *route_r)
{
	struct location where = {.from = LOCATION_TEXT, .accuracy_m = -1};
	struct verdict verdict = {.disposition = m->disposition, .priority = 4};

	snprintf(verdict.category, sizeof(verdict.category), "%s", m->category);
	if (m->area != NULL) {
		snprintf(where.area, sizeof(where.area), "%s", m->area);
		where.is_neighbour = strncmp(m->area, "32.74", 5) != 0;
		if (strcmp(m->area, "outside") == 0)
			where.area[0] = '\0';
	}
	if (m->learnt != NULL) {
		snprintf(verdict.route.learnt[0].office, OFFICE_SIZE, "%s", m->learnt);
		verdict.route.learnt[0].share_pct = m->share_pct;
		verdict.route.learnt_count = 1;
	}
	route(rules, &where, at(m->time != NULL ? m->time : "2026-11-25T10:00:00+07:00"),
	      &verdict);
	*route_r = verdict.route;
	return route_r->rule;
}

static void the_first_row_whose_type_place_and_time_hold_decides(void **state)
{
	static const char rows[] = "quay\tgarbage\t32.74.02\t!work\tKSOP\t-\tw\n"
				   "rubbish\tlingkungan\t32.74\twork\tDLH\t-\tw\n"
				   "beyond\t-\toutside\t-\tKAB112\t-\tw\n"
				   "nowhere\tgarbage\tunknown\t-\tDKIS\t-\tw\n"
				   "sure\t-\t-\t-\tlearnt\t0.45\tw\n";
	static const char evening[] = "2026-11-25T20:00:00+07:00";
	static const struct {
		struct matter matter;
		const char *rule, *office;
	} cases[] = {
		{{"garbage", "32.74.02.1003", evening, DISPOSITION_ROUTINE, NULL, 0},
		 "quay",
		 "KSOP"},
		{{"garbage", "32.74.02.1003", NULL, DISPOSITION_ROUTINE, NULL, 0},
		 "rubbish",
		 "DLH"},
		{{"env_pollution", KESAMBI, NULL, DISPOSITION_ROUTINE, NULL, 0},
		 "rubbish",
		 "DLH"},
		{{"garbage", KEDAWUNG, NULL, DISPOSITION_ROUTINE, NULL, 0}, "beyond", "KAB112"},
		{{"garbage", "outside", NULL, DISPOSITION_REVIEW, NULL, 0}, "beyond", "KAB112"},
		{{"garbage", NULL, NULL, DISPOSITION_ROUTINE, "DPUTR", 99}, "nowhere", "DKIS"},
		{{"garbage", KESAMBI, evening, DISPOSITION_ROUTINE, "DPUTR", 45},
		 "sure",
		 "DPUTR"},
		{{"garbage", KESAMBI, evening, DISPOSITION_ROUTINE, "DPUTR", 44},
		 "rest",
		 "DLH"},
		{{"garbage", KESAMBI, evening, DISPOSITION_EMERGENCY, "DPUTR", 99},
		 "rest",
		 "DLH"},
		{{"garbage", KESAMBI, evening, DISPOSITION_ROUTINE, "GONE", 99}, "rest", "DLH"},
		{{"fire_electrical", NULL, NULL, DISPOSITION_EMERGENCY, NULL, 0},
		 "rest",
		 "DPKP"},
		{{"fire_electrical", NULL, NULL, DISPOSITION_ROUTINE, NULL, 0}, "rest", "PLN"},
		{{"garbage", KESAMBI, NULL, DISPOSITION_NOISE, "DLH", 99}, "", ""},
		{{"of another city", KESAMBI, NULL, DISPOSITION_ROUTINE, NULL, 0}, "", ""},
	};
	struct rules *rules = load(rows);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct route route;

		assert_string_equal(decide(rules, &cases[i].matter, &route), cases[i].rule);
		assert_string_equal(route.office, cases[i].office);
	}
	rules_free(&rules);
}

static void a_holiday_is_no_working_day_and_a_night_ends_in_the_morning(void **state)
{
	static const struct {
		const char *time, *rule;
	} cases[] = {
		{"2026-11-25T07:30:00+07:00", "work"},  {"2026-11-25T07:29:59+07:00", "rest"},
		{"2026-11-25T15:59:00+07:00", "work"},  {"2026-11-25T16:00:00+07:00", "rest"},
		{"2026-11-27T16:00:00+07:00", "work"},  {"2026-11-28T10:00:00+07:00", "rest"},
		{"2026-08-17T10:00:00+07:00", "rest"},  {"2026-08-18T10:00:00+07:00", "work"},
		{"2026-11-25T09:00:00Z", "rest"},       {"2026-11-25T00:30:00Z", "work"},
		{"2026-11-25T23:00:00+07:00", "night"}, {"2026-11-29T22:00:00+07:00", "night"},
		{"2026-11-30T04:59:00+07:00", "night"}, {"2026-11-30T05:00:00+07:00", "rest"},
		{"2026-08-17T23:00:00+07:00", "night"},
	};
	static const char hours[] = "name\tdays\tfrom\tto\tholidays\n"
				    "work\tmon-thu\t07:30\t16:00\tno\n"
				    "work\tfri\t07:30\t16:30\tno\n"
				    "night\tmon-sun\t22:00\t05:00\tyes\n";
	static const char table[] = HEADER "work\t-\t-\twork\tDLH\t-\tw\n"
					   "night\t-\t-\tnight\tDPKP\t-\tw\n" REST;
	struct rules *rules;
	struct err err;

	(void)state;
	assert_int_equal(city_load_two(&rules, "rules/hours.tsv", hours, "rules/routing.tsv",
				       table, &err),
			 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct matter m = {"garbage",           KESAMBI, cases[i].time,
					 DISPOSITION_ROUTINE, NULL,    0};
		struct route route;

		if (strcmp(decide(rules, &m, &route), cases[i].rule) != 0)
			fail_msg("%s: %s", cases[i].time, route.rule);
	}
	rules_free(&rules);
}

static void an_office_that_there_is_one_of_in_each_area_has_its_name(void **state)
{
	static const struct {
		const char *office, *area, *name;
	} cases[] = {
		{"KELURAHAN", KESAMBI, "Kelurahan Kesambi"},
		{"KELURAHAN", "32.74.05", "Kelurahan"},
		{"KELURAHAN", NULL, "Kelurahan"},
		{"KELURAHAN", KEDAWUNG, "Kelurahan"},
		{"KECAMATAN", KESAMBI, "Kecamatan Kesambi"},
		{"KECAMATAN", "32.74.03.1005", "Kecamatan Harjamukti"},
		{"KECAMATAN", "32.74.03", "Kecamatan Harjamukti"},
		{"KECAMATAN", "32.74", "Kecamatan"},
		{"DLH", KESAMBI, "Dinas Lingkungan Hidup"},
	};
	struct rules *rules = load("sure\t-\t-\t-\tlearnt\t0.45\tw\n");

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct matter m = {"garbage",           cases[i].area,   NULL,
					 DISPOSITION_ROUTINE, cases[i].office, 90};
		struct route route;

		(void)decide(rules, &m, &route);
		assert_string_equal(route.name, cases[i].name);
	}
	rules_free(&rules);
}

/* One row for each mistake; what the message has to say. */
static void a_rule_that_cannot_be_meant_is_refused_and_both_lines_are_named(void **state)
{
	static const struct {
		const char *rows, *says;
	} cases[] = {
		{"a\tgarbage\t-\t-\tDLH\t-\tw\nb\tgarbage\t-\t-\tDPUTR\t-\tw\n",
		 "routing.tsv:3: rule: in conflict with line 2, \"a\""},
		{"a\tgarbage,flood\t-\t-\tDLH\t-\tw\nb\tflood,garbage\t-\t-\tDLH\t-\tw\n",
		 "routing.tsv:3: rule: says the same as line 2, \"a\""},
		{"a\tlingkungan\t-\t-\tDLH\t-\tw\nb\tgarbage\t32.74.05\twork\tDPUTR\t-\tw\n",
		 "routing.tsv:3: rule: never reached: line 2 takes all of it"},
		{"a\tgarbage\t-\twork\tDLH\t-\tw\nb\t-\t-\t!work\tDKIS\t-\tw\n"
		 "c\tgarbage\t32.74\t-\tDPUTR\t-\tw\n",
		 "routing.tsv:4: rule: never reached: lines 2, 3 take all of it"},
		{"a\t-\t32.74\t-\tDLH\t-\tw\nb\t-\toutside\t-\tDKIS\t-\tw\n"
		 "c\t-\tunknown\t-\tDKIS\t-\tw\n",
		 "routing.tsv:5: rule: never reached: lines 2, 3, 4 take all of it"},
		{"a\t-\t-\t-\tlearnt\t0.4\tw\nb\tgarbage\t-\t-\tlearnt\t0.5\tw\n",
		 "never reached: line 2 takes all of it"},
		{"a\tgarbage\t-\t-\tDLH\t-\tw\na\tflood\t-\t-\tDLH\t-\tw\n",
		 "routing.tsv:3: rule: \"a\" is the name of line 2"},
		{"a\tgarbge\t-\t-\tDLH\t-\tw\n",
		 "routing.tsv:2: type: no category or group \"garbge\" in taxonomy.tsv"},
		{"a\tgarbage,\t-\t-\tDLH\t-\tw\n", "type: no category or group \"\""},
		{"a\t-\t32.74.0\t-\tDLH\t-\tw\n",
		 "routing.tsv:2: place: no area \"32.74.0\" in areas.geojson"},
		{"a\t-\t-\tnoon\tDLH\t-\tw\n",
		 "routing.tsv:2: time: no hours \"noon\" in rules/hours.tsv"},
		{"a\tgarbage\t-\t-\tDLHK\t-\tw\n",
		 "routing.tsv:2: office: no office \"DLHK\" in offices.tsv"},
		{"a\tgarbage\t-\t-\tDLH\t0.4\tw\n", "from: is - but of learnt"},
		{"a\tgarbage\t-\t-\tlearnt\t-\tw\n", "from: \"-\" is not a number from 0 to 1"},
		{"a\tgarbage\t-\t-\tDLH\t-\t\n", "why: is empty"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *rules = NULL;
		struct err err = {0};
		char text[4096];

		snprintf(text, sizeof(text), HEADER "%s" REST, cases[i].rows);
		assert_int_equal(
			city_load_with(&rules, "rules/routing.tsv", text, strlen(text), &err),
			-1);
		assert_null(rules);
		assert_int_equal(err.kind, ERR_INVALID);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
}

/* Learnt rows leave what the model is not sure of; a narrower one above is no shadow. */
static void rules_that_can_decide_are_not_refused(void **state)
{
	struct rules *rules = load("a\tgarbage\t-\t-\tlearnt\t0.5\tw\n"
				   "b\tgarbage\t-\t-\tlearnt\t0.4\tw\n"
				   "c\tgarbage\t-\t-\tDLH\t-\tw\n"
				   "d\tlingkungan\t-\twork\tDLH\t-\tw\n"
				   "e\t-\t32.74.05\t-\tDPUTR\t-\tw\n"
				   "f\t-\t32.74\t-\tDPUTR\t-\tw\n");

	(void)state;
	rules_free(&rules);
}

static void a_table_without_a_row_for_all_the_rest_is_refused(void **state)
{
	static const char *const tables[] = {
		HEADER,
		HEADER "a\tgarbage\t-\t-\tDLH\t-\tw\n",
		HEADER "a\t-\t32.74,outside\t-\tDLH\t-\tw\n",
		HEADER "a\t-\t-\twork\tDLH\t-\tw\n",
		HEADER "a\t-\t-\t-\tlearnt\t0\tw\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		struct rules *rules = NULL;
		struct err err = {0};

		assert_int_equal(city_load_with(&rules, "rules/routing.tsv", tables[i],
						strlen(tables[i]), &err),
				 -1);
		assert_non_null(strstr(err.text, "the last rule has to be for all the rest"));
	}
}

static void hours_and_holidays_are_checked(void **state)
{
	static const struct city_mistake cases[] = {
		{"rules/hours.tsv", "mon-thu", "thu-mon",
		 "days: \"thu-mon\" is not as mon-thu"},
		{"rules/hours.tsv", "mon-thu", "monday", "days: \"monday\" is not as"},
		{"rules/hours.tsv", "07:30", "7:30", "from: \"7:30\" is not a time"},
		{"rules/hours.tsv", "07:30", "24:30", "from: \"24:30\" is not a time"},
		{"rules/hours.tsv", "16:00", "16:10", "to: \"16:10\" is not a time"},
		{"rules/hours.tsv", "\tno\t", "\tmaybe\t", "holidays: is yes or no"},
		{"holidays.tsv", "2025-01-27", "2025-02-30",
		 "holidays.tsv:3: date: \"2025-02-30\" is not a date"},
		{"holidays.tsv", "\tno\t", "\tnot\t", "working_day_for_asn: is yes or no"},
	};

	(void)state;
	city_must_refuse(cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_row_whose_type_place_and_time_hold_decides),
		cmocka_unit_test(a_holiday_is_no_working_day_and_a_night_ends_in_the_morning),
		cmocka_unit_test(an_office_that_there_is_one_of_in_each_area_has_its_name),
		cmocka_unit_test(
			a_rule_that_cannot_be_meant_is_refused_and_both_lines_are_named),
		cmocka_unit_test(rules_that_can_decide_are_not_refused),
		cmocka_unit_test(a_table_without_a_row_for_all_the_rest_is_refused),
		cmocka_unit_test(hours_and_holidays_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
