#include "base/xalloc.h"
#include "model/join.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "things.h"

#define FIRE   1u
#define POLICE 2u
#define HEALTH 4u
#define LATER  1764000060000

static struct filing filing_of(struct report *report, enum disposition disposition,
			       int priority, agency_set agencies)
{
	struct filing filing = {
		.report = *report,
		.verdict = {.disposition = disposition,
			    .priority = priority,
			    .category = "fire_building",
			    .agencies = agencies,
			    .term_count = 1,
			    .term = {{.term = "api", .weight_pct = 200, .at = 0, .len = 3}}},
		.location = {.from = LOCATION_NONE, .accuracy_m = -1},
		.tracking_id = "7000002",
		.at_ms = LATER,
	};

	return filing;
}

static void add(struct incident *incident, enum disposition disposition, int priority,
		agency_set agencies)
{
	struct report *report = report_of("{\"source\":\"lapor-sms\",\"text\":\"api besar\"}");
	struct filing filing = filing_of(report, disposition, priority, agencies);

	incident_add_report(incident, &filing, LATER);
	report_free(&report);
}

static void a_further_report_raises_and_never_lowers(void **state)
{
	static const struct {
		enum disposition has, comes, then;
		int priority, given, after;
	} cases[] = {
		{DISPOSITION_REVIEW, DISPOSITION_EMERGENCY, DISPOSITION_EMERGENCY, 3, 1, 1},
		{DISPOSITION_EMERGENCY, DISPOSITION_ROUTINE, DISPOSITION_EMERGENCY, 1, 4, 1},
		{DISPOSITION_ROUTINE, DISPOSITION_REVIEW, DISPOSITION_REVIEW, 2, 3, 2},
		{DISPOSITION_REVIEW, DISPOSITION_NOISE, DISPOSITION_REVIEW, 3, 4, 3},
		{DISPOSITION_NOISE, DISPOSITION_ROUTINE, DISPOSITION_ROUTINE, 4, 4, 4},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct incident incident;

		incident_of(&incident, "asap", POLICE);
		incident.verdict.disposition = cases[i].has;
		incident.verdict.priority = cases[i].priority;
		add(&incident, cases[i].comes, cases[i].given, FIRE);
		assert_int_equal(incident.verdict.disposition, cases[i].then);
		assert_int_equal(incident.verdict.priority, cases[i].after);
		assert_int_equal(incident.verdict.agencies, FIRE | POLICE);
		assert_int_equal(incident.assignment[0].state, ASSIGNMENT_PENDING);
		assert_int_equal(incident.assignment[0].since_ms, LATER);
		assert_int_equal(incident.report_count, 2);
		assert_int_equal(incident.version, 2);
		incident_fini(&incident);
	}
}

static void a_hazard_that_a_further_report_tells_of_is_added_and_told_to_crews(void **state)
{
	struct report *report = report_of("{\"source\":\"lapor-web\",\"text\":\"bau gas\"}");
	struct filing filing = filing_of(report, DISPOSITION_EMERGENCY, 3, FIRE);
	struct order order = {.unit = "DMK-01", .state = ORDER_EN_ROUTE, .revision = 1};
	struct incident incident;

	(void)state;
	incident_of(&incident, "asap", FIRE);
	incident.verdict.hazards = 1u << HAZARD_WEAPONS;
	incident.sent = xcalloc(1, sizeof(order));
	incident.sent[incident.sent_count++] = order;
	filing.verdict.hazards = 1u << HAZARD_GAS;
	incident_add_report(&incident, &filing, LATER);
	assert_int_equal(incident.verdict.hazards, 1u << HAZARD_GAS | 1u << HAZARD_WEAPONS);
	assert_true((incident.changed & CHANGED_HAZARDS) != 0);
	assert_int_equal(incident.sent[0].revision, 2);
	assert_int_equal(incident.decided_version, incident.version);
	incident_add_report(&incident, &filing, LATER);
	assert_int_equal(incident.sent[0].revision, 2); /* nothing is different to them */
	report_free(&report);
	incident_fini(&incident);
}

static void what_a_person_said_of_hazards_stands_without_what_is_taken_out(void **state)
{
	struct incident rest, before, after;

	(void)state;
	incident_of(&rest, "api", FIRE);
	incident_of(&before, "api", FIRE);
	incident_of(&after, "api", FIRE);
	rest.verdict.hazards = before.verdict.hazards = 1u << HAZARD_WEAPONS | 1u << HAZARD_GAS;
	after.verdict.hazards = 1u << HAZARD_GAS | 1u << HAZARD_LIVE_WIRES;
	rest.verdict.hazards = 1u << HAZARD_WEAPONS; /* a report that is taken out told of it */
	incident_follow(&rest, &before, &after, 0);
	assert_int_equal(rest.verdict.hazards, 1u << HAZARD_LIVE_WIRES);
	incident_fini(&rest);
	incident_fini(&before);
	incident_fini(&after);
}

static void what_a_person_has_judged_keeps_its_category(void **state)
{
	struct incident judged, open;

	(void)state;
	incident_of(&judged, "asap", FIRE);
	incident_of(&open, "asap", FIRE);
	snprintf(judged.judged_by, USER_SIZE, "siti");
	add(&judged, DISPOSITION_EMERGENCY, 1, FIRE);
	add(&open, DISPOSITION_EMERGENCY, 1, FIRE);
	assert_string_equal(judged.verdict.category, "unknown");
	assert_int_equal(judged.verdict.priority, 1); /* raised all the same */
	assert_string_equal(open.verdict.category, "fire_building");
	incident_fini(&judged);
	incident_fini(&open);
}

/* The incident's words stay those of its first report: in them, the later one's reasons stand
 * nowhere. */
static void reasons_of_a_later_report_stand_nowhere_in_the_first_ones_words(void **state)
{
	struct incident incident;

	(void)state;
	incident_of(&incident, "asap", FIRE);
	add(&incident, DISPOSITION_EMERGENCY, 1, FIRE);
	assert_string_equal(incident.verdict.term[0].term, "api");
	assert_int_equal(incident.verdict.term[0].len, 0);
	incident_fini(&incident);
}

/* The version that a decision must have seen is that of the last change that matters. */
static void reports_that_only_add_to_the_count_make_no_decision_stale(void **state)
{
	struct command *seen = command_of("{\"action\":\"acknowledge\",\"agency\":\"fire\","
					  "\"expected_version\":2}");
	struct command *close = command_of("{\"action\":\"close\",\"outcome\":\"resolved\","
					   "\"expected_version\":2}");
	struct incident incident;
	struct err err;

	(void)state;
	seen->acts_for = close->acts_for = FIRE;
	incident_of(&incident, "asap", FIRE);
	add(&incident, DISPOSITION_EMERGENCY, 1, FIRE); /* raises: version 2 counts */
	add(&incident, DISPOSITION_EMERGENCY, 1, FIRE);
	add(&incident, DISPOSITION_REVIEW, 3, FIRE);
	assert_int_equal(incident.version, 4);
	assert_int_equal(incident.decided_version, 2);
	assert_int_equal(incident_apply(&incident, close, &err), -1); /* two were not read */
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_int_equal(incident_apply(&incident, seen, &err), 0);
	assert_int_equal(incident.decided_version, 5);
	incident_fini(&incident);
	command_free(&seen);
	command_free(&close);
}

static void secret_exercise_and_closed_are_never_linked(void **state)
{
	struct report *report = report_of("{\"source\":\"lapor-sms\",\"text\":\"api\"}");
	struct incident incident;

	(void)state;
	incident_of(&incident, "api", FIRE);
	assert_true(incident_may_link(&incident, report));
	report->is_exercise = true;
	assert_false(incident_may_link(&incident, report));
	incident.is_exercise = true;
	assert_true(incident_may_link(&incident, report));
	report->anonymity = ANONYMITY_SECRET;
	assert_false(incident_may_link(&incident, report));
	incident.anonymity = ANONYMITY_SECRET;
	assert_false(incident_may_link(&incident, report)); /* not even two of them */
	report->anonymity = ANONYMITY_ANONYMOUS;
	incident.anonymity = ANONYMITY_PUBLIC;
	assert_true(incident_may_link(&incident, report));
	incident.status = INCIDENT_CLOSED;
	assert_false(incident_may_link(&incident, report));
	incident_fini(&incident);
	report_free(&report);
}

static void an_anonymous_report_makes_its_incident_anonymous(void **state)
{
	struct report *report =
		report_of("{\"source\":\"a\",\"text\":\"b\",\"anonymity\":\"anonymous\"}");
	struct filing filing = filing_of(report, DISPOSITION_REVIEW, 3, FIRE);
	struct incident incident;

	(void)state;
	incident_of(&incident, "api", FIRE);
	incident_add_report(&incident, &filing, LATER);
	assert_int_equal(incident.anonymity, ANONYMITY_ANONYMOUS);
	incident_fini(&incident);
	report_free(&report);
}

static void a_place_is_found_and_never_moved(void **state)
{
	struct report *report = report_of("{\"source\":\"a\",\"text\":\"b\"}");
	struct filing filing = filing_of(report, DISPOSITION_REVIEW, 3, FIRE);
	struct incident incident;

	(void)state;
	incident_of(&incident, "api", FIRE);
	filing.location = (struct location){
		.from = LOCATION_DEVICE, .has_point = true, .lat_e7 = 7, .accuracy_m = 9};
	incident_add_report(&incident, &filing, LATER);
	assert_true(incident.location.has_point);
	filing.location.lat_e7 = 8;
	incident_add_report(&incident, &filing, LATER);
	assert_int_equal(incident.location.lat_e7, 7);
	incident_fini(&incident);
	report_free(&report);
}

static void a_better_place_counts_also_without_a_point(void **state)
{
	static const struct {
		struct location has, comes;
		const char *area, *place, *said;
		bool has_point;
	} cases[] = {
		{{.from = LOCATION_NONE},
		 {.from = LOCATION_TEXT, .area = "32.74.05", .said = "harjamukti"},
		 "32.74.05",
		 "",
		 "harjamukti",
		 false},
		{{.from = LOCATION_TEXT, .area = "32.74.05", .said = "harjamukti"},
		 {.from = LOCATION_TEXT, .area = "32.74.05.1003", .place = "Pasar Perumnas"},
		 "32.74.05.1003",
		 "Pasar Perumnas",
		 "harjamukti",
		 false},
		{{.from = LOCATION_TEXT, .area = "32.74.05", .place = "Pasar Perumnas"},
		 {.from = LOCATION_TEXT, .area = "32.74.01", .place = ""},
		 "32.74.05",
		 "Pasar Perumnas",
		 "",
		 false},
		{{.from = LOCATION_DEVICE, .has_point = true, .area = "32.74.05"},
		 {.from = LOCATION_TEXT,
		  .area = "32.74.01",
		  .place = "Pasar Pagi",
		  .said = "ps pagi"},
		 "32.74.05",
		 "",
		 "ps pagi",
		 true},
		{{.from = LOCATION_TEXT, .area = "32.74.01", .place = "Pasar Pagi"},
		 {.from = LOCATION_DEVICE, .has_point = true, .area = "32.74.02"},
		 "32.74.02",
		 "",
		 "",
		 true},
		{{.from = LOCATION_PERSON, .area = "32.74.01"},
		 {.from = LOCATION_DEVICE, .has_point = true, .area = "32.74.02"},
		 "32.74.01",
		 "",
		 "",
		 false},
		{{.from = LOCATION_NONE},
		 {.from = LOCATION_NONE, .said = "blkg bengkel"},
		 "",
		 "",
		 "blkg bengkel",
		 false},
	};
	struct report *report = report_of("{\"source\":\"a\",\"text\":\"b\"}");
	struct filing filing = filing_of(report, DISPOSITION_REVIEW, 3, FIRE);

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct incident incident;

		incident_of(&incident, "api", FIRE);
		incident.location = cases[i].has;
		filing.location = cases[i].comes;
		incident_add_report(&incident, &filing, LATER);
		assert_string_equal(incident.location.area, cases[i].area);
		assert_string_equal(incident.location.place, cases[i].place);
		assert_string_equal(incident.location.said, cases[i].said);
		assert_int_equal(incident.location.has_point, cases[i].has_point);
		incident_fini(&incident);
	}
	report_free(&report);
}

static void a_place_without_a_point_is_told_once_more(void **state)
{
	struct incident incident, before, after;

	(void)state;
	incident_of(&incident, "api", FIRE);
	incident_of(&before, "api", FIRE);
	incident_of(&after, "api", FIRE);
	after.location = (struct location){.from = LOCATION_TEXT, .area = "32.74.05"};
	before.location = after.location;
	snprintf(after.location.place, PLACE_SIZE, "Pasar Perumnas");
	incident_follow(&incident, &before, &after, 0);
	assert_string_equal(incident.location.place, "Pasar Perumnas");
	incident_fini(&incident);
	incident_fini(&before);
	incident_fini(&after);
}

static void of_two_parts_of_one_agency_the_one_that_is_further_stands(void **state)
{
	struct incident one, other;

	(void)state;
	incident_of(&one, "api", FIRE | POLICE);
	incident_of(&other, "asap", FIRE | HEALTH);
	one.assignment[0].since_ms = 50;
	other.assignment[0] =
		(struct assignment){.state = ASSIGNMENT_EN_ROUTE, .since_ms = 90, .by = "budi"};
	other.assignment[2] = (struct assignment){.state = ASSIGNMENT_PENDING, .since_ms = 20};
	other.status = INCIDENT_ACTIVE;
	other.opened_at_ms = 10;
	incident_take_in(&one, &other, LATER);
	assert_int_equal(one.verdict.agencies, FIRE | POLICE | HEALTH);
	assert_int_equal(one.assignment[0].state, ASSIGNMENT_EN_ROUTE);
	assert_string_equal(one.assignment[0].by, "budi");
	assert_int_equal(one.assignment[2].since_ms, 20); /* it waits since then */
	assert_int_equal(one.status, INCIDENT_ACTIVE);
	assert_int_equal(one.opened_at_ms, 10);
	assert_int_equal(one.report_count, 2);
	incident_fini(&one);
	incident_fini(&other);
}

static void who_has_acted_stays_when_what_called_it_is_taken_out(void **state)
{
	struct incident rest, before, after;

	(void)state;
	incident_of(&rest, "api", FIRE);
	incident_of(&before, "api", FIRE | POLICE | HEALTH);
	incident_of(&after, "api", FIRE | POLICE | HEALTH);
	after.assignment[1] = (struct assignment){
		.state = ASSIGNMENT_ACKNOWLEDGED, .since_ms = LATER, .by = "budi"};
	after.status = INCIDENT_ACTIVE;
	incident_follow(&rest, &before, &after, 0);
	assert_int_equal(rest.verdict.agencies, FIRE | POLICE);
	assert_int_equal(rest.assignment[1].state, ASSIGNMENT_ACKNOWLEDGED);
	assert_int_equal(rest.status, INCIDENT_ACTIVE);
	incident_fini(&rest);
	incident_fini(&before);
	incident_fini(&after);
}

static void what_a_person_confirmed_stands_also_without_what_raised_it(void **state)
{
	struct incident rest, before, after;

	(void)state;
	incident_of(&rest, "api", FIRE); /* priority 3 */
	incident_of(&before, "api", FIRE);
	incident_of(&after, "api", FIRE);
	before.verdict.priority = after.verdict.priority = 1;
	incident_follow(&rest, &before, &after, 0);
	assert_int_equal(rest.verdict.priority, 3); /* nobody spoke of it */
	incident_follow(&rest, &before, &after, JUDGED_CATEGORY);
	assert_int_equal(rest.verdict.priority, 3);
	incident_follow(&rest, &before, &after, JUDGED_PRIORITY);
	assert_int_equal(rest.verdict.priority, 1);
	assert_int_equal(rest.verdict.disposition, DISPOSITION_EMERGENCY);
	incident_fini(&rest);
	incident_fini(&before);
	incident_fini(&after);
}

static void what_an_event_says_of_a_report_is_read_back(void **state)
{
	struct report *report = report_of("{\"source\":\"lapor-sms\",\"kind\":\"aspirasi\","
					  "\"text\":\"api,\\\"text\\\":\\\"\","
					  "\"anonymity\":\"anonymous\"}");
	struct filing filing = filing_of(report, DISPOSITION_EMERGENCY, 1, FIRE | HEALTH), back;
	struct likeness likeness = {.score_pct = 90};
	struct event event = {.seq = 9, .at_ms = LATER};
	struct incident incident;
	struct jsonw w;
	struct err err;

	(void)state;
	incident_of(&incident, "asap", FIRE);
	jsonw_init(&w, 64);
	event_write_linked(&w, 9, LATER, &filing, NULL, &likeness, &incident, &three);
	event.body = jsonw_buf(&w);
	assert_int_equal(filing_of_event(&event, &three, &back, &err), 0);
	assert_string_equal(back.report.id, SOME_REPORT);
	assert_string_equal(back.report.source, "lapor-sms");
	assert_string_equal(back.report.kind, "aspirasi");
	assert_string_equal(back.report.text, "api,\"text\":\"");
	assert_int_equal(back.report.anonymity, ANONYMITY_ANONYMOUS);
	assert_string_equal(back.tracking_id, "7000002");
	assert_int_equal(back.verdict.agencies, FIRE | HEALTH);
	assert_int_equal(back.at_ms, LATER);
	filing_fini(&back);
	buf_unref(&event.body);
	event_write_report(&w, 9, LATER, EVENT_INCIDENT_CREATED, report->id, NULL, &incident,
			   &three);
	event.body = jsonw_buf(&w);
	assert_int_equal(filing_of_event(&event, &three, &back, &err), 0);
	assert_string_equal(back.report.text, "asap"); /* the first one's are the incident's */
	filing_fini(&back);
	buf_unref(&event.body);
	jsonw_fini(&w);
	incident_fini(&incident);
	report_free(&report);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_further_report_raises_and_never_lowers),
		cmocka_unit_test(
			a_hazard_that_a_further_report_tells_of_is_added_and_told_to_crews),
		cmocka_unit_test(
			what_a_person_said_of_hazards_stands_without_what_is_taken_out),
		cmocka_unit_test(what_a_person_has_judged_keeps_its_category),
		cmocka_unit_test(
			reasons_of_a_later_report_stand_nowhere_in_the_first_ones_words),
		cmocka_unit_test(reports_that_only_add_to_the_count_make_no_decision_stale),
		cmocka_unit_test(secret_exercise_and_closed_are_never_linked),
		cmocka_unit_test(an_anonymous_report_makes_its_incident_anonymous),
		cmocka_unit_test(a_place_is_found_and_never_moved),
		cmocka_unit_test(a_better_place_counts_also_without_a_point),
		cmocka_unit_test(a_place_without_a_point_is_told_once_more),
		cmocka_unit_test(of_two_parts_of_one_agency_the_one_that_is_further_stands),
		cmocka_unit_test(who_has_acted_stays_when_what_called_it_is_taken_out),
		cmocka_unit_test(what_a_person_confirmed_stands_also_without_what_raised_it),
		cmocka_unit_test(what_an_event_says_of_a_report_is_read_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
