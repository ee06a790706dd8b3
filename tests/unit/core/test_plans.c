#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "core/plans.h"

#define HEADER "plan\ttype\tpriority\tlevel\tsend\n"
#define GROUPS                                                                                 \
	"penyelamatan,medis,krisis_sosial,lalu_lintas,kamtibmas,ketertiban,bencana,utilitas"
#define REST  "rest\t" GROUPS "\t-\t1\tpolice/car:1\n"
#define FIRES "fires\tkebakaran\t-\t1\tfire/engine:2\n"

static int load(struct rules **rules_r, const char *rows, struct err *err)
{
	char text[4096];

	snprintf(text, sizeof(text), HEADER "%s", rows);
	return city_load_with(rules_r, "rules/plans.tsv", text, strlen(text), err);
}

static const char *plan_for(const struct rules *rules, const char *category, int priority,
			    int level)
{
	const struct plan *plan;
	int at = -1;

	for (unsigned i = 0; i < rules_category_count(rules); i++)
		if (strcmp(rules_category_at(rules, i)->id, category) == 0)
			at = (int)i;
	plan = plans_find(rules_plans(rules), at, priority, level);
	return plan != NULL ? plan->name : "-";
}

static void the_first_row_of_the_level_that_holds_is_the_plan(void **state)
{
	static const char rows[] = "grass\tfire_vegetation\t2,3,4\t1\tfire/engine:1\n" FIRES
				   "more\tkebakaran\t1\t2\tfire/engine:3\n" REST;
	static const struct {
		const char *category;
		int priority, level;
		const char *plan;
	} cases[] = {
		{"fire_vegetation", 3, 1, "grass"},
		{"fire_vegetation", 1, 1, "fires"},
		{"fire_building", 3, 1, "fires"},
		{"fire_building", 1, 2, "more"},
		{"fire_building", 1, 3, "more"},
		{"fire_building", 2, 3, "fires"},
		{"fire_vegetation", 2, 2, "grass"},
		{"flood", 1, 3, "rest"},
		{"garbage", 4, 1, "-"},
		{"of another city", 1, 1, "-"},
	};
	struct rules *rules;
	struct err err;

	(void)state;
	if (load(&rules, rows, &err) < 0)
		fail_msg("%s", err.text);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(
			plan_for(rules, cases[i].category, cases[i].priority, cases[i].level),
			cases[i].plan);
	rules_free(&rules);
}

static void what_cannot_be_meant_is_refused_with_its_line(void **state)
{
	static const struct {
		const char *rows, *says;
	} cases[] = {
		{"x\tfier\t-\t1\tfire/engine:1\n", ":2: type: no category or group \"fier\""},
		{"x\tkebakaran\t5\t1\tfire/engine:1\n", ":2: priority: is -, or some of 1"},
		{"x\tkebakaran\t-\t4\tfire/engine:1\n", ":2: level: \"4\" is not a number"},
		{"x\tkebakaran\t-\t1\tengine:1\n", ":2: send: \"engine:1\": is not as"},
		{"x\tkebakaran\t-\t1\tfire/engine\n", ":2: send: \"fire/engine\": is not as"},
		{"x\tkebakaran\t-\t1\tfire/engine:0\n", "is not as"},
		{"x\tkebakaran\t-\t1\tfire/engine:21\n", "is not as"},
		{"x\tkebakaran\t-\t1\tfire/|:1\n", "is not as"},
		{"x\tkebakaran\t-\t1\tfire/engine+:1\n", "is not as"},
		{"x\tkebakaran\t-\t1\tfire/engine:1,\n", "is not as"},
		{"x\tkebakaran\t-\t1\tfier/engine:1\n", "no such agency"},
		{"x\tkebakaran\t-\t1\tfire/ladder:1\n",
		 "send: fire/ladder: nobody has such a unit in units.tsv"},
		{"x\tkebakaran\t-\t1\tfire/engine|ladder:1\n",
		 "send: fire/ladder: nobody has such a unit"},
		{"x\tkebakaran\t-\t1\tfire/engine+height:1\n",
		 "send: fire/engine+height: no such unit can do that in units.tsv"},
		{"x\tkebakaran\t-\t1\tfire/engine:1,fire/engine:2\n",
		 "send: fire/engine: is asked for twice"},
		{"x\tkebakaran\t-\t1\tfire/engine|rescue:1,fire/rescue:1\n",
		 "send: fire/rescue: some that fit it fit what stands before it"},
		{FIRES "fires\tmedis\t-\t1\tfire/engine:1\n",
		 ":3: plan: \"fires\" is the name"},
		{FIRES "x\tfire_vehicle,gas_leak\t1,2\t1\tfire/engine:2\n",
		 ":3: plan: never reached: line 2 and others take all of it"},
		{FIRES REST "x\tfire_vehicle\t-\t2\tfire/engine:1\n",
		 ":4: send: less fire/engine than line 2, the level below it, for "
		 "fire_vehicle"},
		{FIRES, "no plan for rescue_trapped at priority 1: somebody is sent to it"},
		{"x\tkebakaran\t1\t1\tfire/engine:1\n" REST,
		 "no plan for fire_building at priority 2"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *rules = NULL;
		struct err err = {0};

		assert_int_equal(load(&rules, cases[i].rows, &err), -1);
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
		assert_non_null(strstr(err.text, "rules/plans.tsv:"));
	}
}

static void what_a_unit_or_a_station_cannot_be_is_refused(void **state)
{
	static const struct city_mistake cases[] = {
		{"units.tsv", "\tBIMA\t", "\tBIMO\t", "station: no station \"BIMO\""},
		{"units.tsv", "\tBIMA\t", "\tPSC\t", "station: \"PSC\" is another agency's"},
		{"units.tsv", "\thydraulic,", "\tHydraulic,", "\"Hydraulic\" is no capability"},
		{"units.tsv", "hydraulic,height", "hydraulic,,height", "\"\" is no capability"},
		{"units.tsv", "\t-\t-\t4", "\t-\t-\t0", "crew_min: \"0\" is not a number"},
		{"units.tsv", "\t-\t-\t4", "\t-\tTRC-2\t4", "is the crew of DMK-01, another"},
		{"hospitals.tsv", "rs-ciremai", "rs-gunung-jati", "is there twice"},
		{"hospitals.tsv", "med_childbirth", "med_birth", "type: no category or group"},
		{"hospitals.tsv", "\tambulance\t", "\tlorry\t", "kinds: no unit of the kind"},
		{"stations.tsv", "DMK-HJM", "BIMA", "id: \"BIMA\" is there twice"},
		{"stations.tsv", "\tfire\t", "\tfier\t", "agency: no agency \"fier\""},
		{"stations.tsv", "-6.7296", "", "lat: \"\" is not a number"},
	};

	(void)state;
	city_must_refuse(cases, sizeof(cases) / sizeof(cases[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_row_of_the_level_that_holds_is_the_plan),
		cmocka_unit_test(what_cannot_be_meant_is_refused_with_its_line),
		cmocka_unit_test(what_a_unit_or_a_station_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
