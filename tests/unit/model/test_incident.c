#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "things.h"

#define FIRE   1u
#define POLICE 2u
#define HEALTH 4u
#define THEN   1764000009000

/* What is expected stands here a second time, on purpose: the tables in incident.c are what is
 * tested. */
static const char *const commands[ACTIONS_OF_PEOPLE] = {
	[ACTION_ACKNOWLEDGE] = "{\"action\":\"acknowledge\",\"agency\":\"fire\"}",
	[ACTION_NOTE] = "{\"action\":\"note\",\"note\":\"lihat\"}",
	[ACTION_RECLASSIFY] = "{\"action\":\"reclassify\",\"priority\":2}",
	[ACTION_RELOCATE] = "{\"action\":\"relocate\",\"location\":{\"lat\":1,\"lon\":2}}",
	[ACTION_CLOSE] = "{\"action\":\"close\",\"outcome\":\"resolved\"}",
	[ACTION_REOPEN] = "{\"action\":\"reopen\"}",
	[ACTION_MERGE] = "{\"action\":\"merge\",\"into\":\"I-01ARZ3NDEKTSV4RRFFQ69G5FAW\"}",
	[ACTION_SPLIT] = "{\"action\":\"split\",\"reports\":[\"" SOME_REPORT "\"]}",
	[ACTION_UNFOLD] = "{\"action\":\"unfold\"}",
	[ACTION_ESCALATE] = "{\"action\":\"escalate\",\"agency\":\"fire\"}",
	[ACTION_ACKNOWLEDGE_ALARM] =
		"{\"action\":\"acknowledge_alarm\",\"alarm\":\"new\",\"agency\":\"fire\"}",
	[ACTION_SHELVE_ALARM] = "{\"action\":\"shelve_alarm\",\"alarm\":\"new\",\"minutes\":5,"
				"\"note\":\"tunggu\",\"agency\":\"fire\"}",
	[ACTION_ASSIGN] = "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}",
	[ACTION_STATUS] = "{\"action\":\"status\",\"agency\":\"fire\",\"status\":\"en_route\"}",
	[ACTION_CANCEL] = "{\"action\":\"cancel\",\"agency\":\"fire\"}",
	[ACTION_HAND_OVER] = "{\"action\":\"hand_over\",\"agency\":\"fire\",\"to\":\"health\","
			     "\"reason\":\"milik mereka\"}",
	[ACTION_LINK] = "{\"action\":\"link\",\"parent\":4}",
	[ACTION_UNDO] = "{\"action\":\"undo\",\"of\":3}",
	[ACTION_UNLINK] = "{\"action\":\"unlink\"}",
	[ACTION_CORRECT] =
		"{\"action\":\"correct\",\"agency\":\"fire\",\"milestone\":\"acknowledged\","
		"\"to\":\"2025-11-24T16:00:05Z\",\"reason\":\"salah jam\"}",
	[ACTION_HAZARD] = "{\"action\":\"hazard\",\"hazards\":[\"gas\"]}",
};

/* The status after an action, by the first letter of its name; '-' : not possible. */
static const char *const status_after[INCIDENT_STATUSES] = {
	[INCIDENT_NEW] = "annnc-cnnnnnannannnnn",
	[INCIDENT_ACTIVE] = "aaaac-caaaaaaaaaaaaaa",
	[INCIDENT_CLOSED] = "-c---n-c-----c---c-c-",
};

/* An agency's part after acknowledge, close, reopen, assign, status, cancel; '-' : not
 * possible.
 */
static const char *const part_after[ASSIGNMENT_STATES] = {
	[ASSIGNMENT_PENDING] = "axps-x",    [ASSIGNMENT_ACKNOWLEDGED] = "-lps-x",
	[ASSIGNMENT_DISPATCHED] = "-lpsex", [ASSIGNMENT_EN_ROUTE] = "-lpe-x",
	[ASSIGNMENT_ON_SCENE] = "-lpo-x",   [ASSIGNMENT_CLEARED] = "-lps--",
	[ASSIGNMENT_CANCELLED] = "-xps--",  [ASSIGNMENT_DECLINED] = "-dps--",
};

static char letter_of_part(enum assignment_state state)
{
	static const char letters[] = {
		[ASSIGNMENT_PENDING] = 'p',    [ASSIGNMENT_ACKNOWLEDGED] = 'a',
		[ASSIGNMENT_DISPATCHED] = 's', [ASSIGNMENT_EN_ROUTE] = 'e',
		[ASSIGNMENT_ON_SCENE] = 'o',   [ASSIGNMENT_CLEARED] = 'l',
		[ASSIGNMENT_CANCELLED] = 'x',  [ASSIGNMENT_DECLINED] = 'd',
	};

	return letters[state];
}

static struct command *order(const char *json)
{
	struct command *command = command_of(json);

	snprintf(command->by, sizeof(command->by), "siti");
	command->acts_for = FIRE | POLICE | HEALTH;
	command->at_ms = THEN;
	command->undone.action = ACTION_ASSIGN; /* of nobody: as the ledger fills it in */
	return command;
}

static int apply(struct incident *incident, const char *json, struct err *err)
{
	struct command *command = order(json);
	int status = incident_apply(incident, command, err);

	command_free(&command);
	return status;
}

static char expected_part(enum incident_status status, enum action action,
			  enum assignment_state part)
{
	if (status_after[status][action] == '-')
		return '-';
	switch (action) {
	case ACTION_ACKNOWLEDGE:
		return part_after[part][0];
	case ACTION_CLOSE:
		return part_after[part][1];
	case ACTION_REOPEN:
		return part_after[part][2];
	case ACTION_ASSIGN:
		return part_after[part][3];
	case ACTION_STATUS:
		return status == INCIDENT_CLOSED ? '-' : part_after[part][4];
	case ACTION_CANCEL:
		return part_after[part][5];
	case ACTION_HAND_OVER: /* who gives it away has looked at it */
		return part == ASSIGNMENT_PENDING || part == ASSIGNMENT_CLEARED ||
				       part == ASSIGNMENT_CANCELLED ||
				       part == ASSIGNMENT_DECLINED
			       ? 'a'
			       : letter_of_part(part);
	default:
		return letter_of_part(part);
	}
}

static void walk_one(enum incident_status status, enum action action,
		     enum assignment_state part)
{
	char expected = expected_part(status, action, part);
	struct incident incident, before;
	struct err err = {0};
	int result;

	incident_of(&incident, "kebakaran", FIRE | POLICE);
	incident.status = status;
	incident.assignment[0].state = part;
	incident.folded_into.no = action == ACTION_UNFOLD ? 3 : 0;
	incident.parent.no = action == ACTION_UNLINK ? 3 : 0;
	incident.verdict.priority = 2;
	incident.assignment[0].step_ms[MILESTONE_ACKNOWLEDGED] = THEN - 1000;
	incident.assignment[0].wait[WAIT_FOR_STEP].kind = WAIT_UNTAKEN;
	before = incident;
	result = apply(&incident, commands[action], &err);
	assert_int_equal(result, expected == '-' ? -1 : 0);
	if (result < 0) {
		assert_memory_equal(&incident, &before, sizeof(before));
		assert_true(strcmp(err.field, "action") == 0 ||
			    (action == ACTION_STATUS && strcmp(err.field, "status") == 0));
		assert_int_equal(err.kind, ERR_INVALID);
	} else {
		assert_int_equal(incident_status_names[incident.status][0],
				 status_after[status][action]);
		assert_int_equal(letter_of_part(incident.assignment[0].state), expected);
		assert_int_equal(incident.version, 2);
		assert_int_equal(incident.updated_at_ms, THEN);
	}
	incident_fini(&incident);
}

static void every_step_from_every_state_is_as_the_contract_says(void **state)
{
	(void)state;
	for (int status = 0; status < INCIDENT_STATUSES; status++)
		for (int action = 0; action < ACTIONS_OF_PEOPLE; action++)
			for (int part = 0; part < ASSIGNMENT_STATES; part++)
				walk_one((enum incident_status)status, (enum action)action,
					 (enum assignment_state)part);
}

/* Served for consoles; must say the same as is done. */
static void the_workflow_says_what_may_follow_what(void **state)
{
	static const struct {
		const char *part, *next;
	} parts[ASSIGNMENT_STATES] = {
		{"pending", "acknowledged dispatched cancelled declined "},
		{"acknowledged", "dispatched cancelled declined "},
		{"dispatched", "en_route cancelled "},
		{"en_route", "on_scene cancelled "},
		{"on_scene", "cleared cancelled "},
		{"cleared", "dispatched "},
		{"cancelled", "pending dispatched "},
		{"declined", "pending dispatched "},
	};
	struct jsonw w;
	json_t *doc;

	(void)state;
	jsonw_init(&w, 64);
	jsonw_open(&w, NULL, '{');
	incident_write_workflow(&w);
	jsonw_close(&w, '}');
	doc = parsed_slice(w.text, w.len);
	for (int i = 0; i < ASSIGNMENT_STATES; i++) {
		json_t *list =
			json_object_get(json_object_get(doc, "assignment"), parts[i].part);
		char next[128] = "";

		assert_non_null(list);
		for (size_t n = 0; n < json_array_size(list); n++)
			snprintf(next + strlen(next), sizeof(next) - strlen(next), "%s ",
				 json_string_value(json_array_get(list, n)));
		assert_string_equal(next, parts[i].next);
	}
	for (int status = 0; status < INCIDENT_STATUSES; status++) {
		json_t *list = json_object_get(json_object_get(doc, "incident"),
					       incident_status_names[status]);
		size_t count = 0;

		for (int action = 0; action < ACTIONS_OF_PEOPLE; action++)
			count += status_after[status][action] != '-';
		assert_int_equal(json_array_size(list), count);
	}
	assert_int_equal(json_array_size(json_object_get(doc, "outcomes")), 7);
	json_decref(doc);
	jsonw_fini(&w);
}

static void a_part_is_acknowledged_by_whose_it_is(void **state)
{
	static const struct {
		const char *json;
		agency_set acts_for, parts;
		const char *field; /* NULL: done, for fire */
	} cases[] = {
		{"{\"action\":\"acknowledge\"}", FIRE, FIRE | POLICE, NULL},
		{"{\"action\":\"acknowledge\"}", FIRE | POLICE, FIRE, NULL},
		{"{\"action\":\"acknowledge\"}", FIRE | POLICE, FIRE | POLICE, "agency"},
		{"{\"action\":\"acknowledge\"}", POLICE, FIRE, "agency"},
		{"{\"action\":\"acknowledge\"}", 0, FIRE, "agency"},
		{"{\"action\":\"acknowledge\",\"agency\":\"fire\"}", FIRE | POLICE,
		 FIRE | POLICE, NULL},
		{"{\"action\":\"acknowledge\",\"agency\":\"fire\"}", POLICE, FIRE | POLICE,
		 "agency"},
		{"{\"action\":\"acknowledge\",\"agency\":\"health\"}", FIRE | HEALTH, FIRE,
		 "agency"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command *command = order(cases[i].json);
		struct incident incident;
		struct err err = {0};

		command->acts_for = cases[i].acts_for;
		incident_of(&incident, "x", cases[i].parts);
		if (cases[i].field == NULL) {
			assert_int_equal(incident_apply(&incident, command, &err), 0);
			assert_int_equal(incident.assignment[0].state, ASSIGNMENT_ACKNOWLEDGED);
			assert_int_equal(incident.assignment[0].since_ms, THEN);
			assert_string_equal(incident.assignment[0].by, "siti");
			assert_int_equal(incident.assignment[1].state, ASSIGNMENT_PENDING);
		} else {
			assert_int_equal(incident_apply(&incident, command, &err), -1);
			assert_string_equal(err.field, cases[i].field);
		}
		incident_fini(&incident);
		command_free(&command);
	}
}

static void the_first_to_acknowledge_is_not_overtaken(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	incident_of(&incident, "x", FIRE);
	assert_int_equal(apply(&incident, commands[ACTION_ACKNOWLEDGE], &err), 0);
	assert_int_equal(apply(&incident, commands[ACTION_ACKNOWLEDGE], &err), -1);
	assert_non_null(strstr(err.text, "acknowledged already"));
	incident_fini(&incident);
}

static void a_stale_version_comes_before_all_else_and_changes_nothing(void **state)
{
	static const char *const json[] = {
		"{\"action\":\"note\",\"note\":\"x\",\"expected_version\":2}",
		"{\"action\":\"reopen\",\"expected_version\":9}", /* impossible, too */
	};
	struct incident incident;
	struct err err;

	(void)state;
	incident_of(&incident, "x", FIRE);
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(apply(&incident, json[i], &err), -1);
		assert_int_equal(err.kind, ERR_CONFLICT);
		assert_int_equal(incident.version, 1);
	}
	assert_int_equal(apply(&incident,
			       "{\"action\":\"note\",\"note\":\"x\",\"expected_version\":1}",
			       &err),
			 0);
	incident_fini(&incident);
}

static void a_person_s_word_decides_the_priority(void **state)
{
	static const struct {
		int before, said, usual, after;
		enum disposition disposition;
	} cases[] = {
		{3, 1, 0, 1, DISPOSITION_EMERGENCY}, {1, 4, 1, 4, DISPOSITION_ROUTINE},
		{3, 0, 1, 1, DISPOSITION_EMERGENCY}, {1, 0, 4, 1, DISPOSITION_EMERGENCY},
		{2, 0, 0, 2, DISPOSITION_EMERGENCY}, {3, 0, 0, 3, DISPOSITION_ROUTINE},
		{4, 3, 1, 3, DISPOSITION_ROUTINE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command *command =
			order("{\"action\":\"reclassify\",\"category\":\"flood\"}");
		struct incident incident;
		struct err err;

		incident_of(&incident, "x", FIRE);
		incident.verdict.priority = cases[i].before;
		command->priority = cases[i].said;
		command->category_priority = cases[i].usual;
		assert_int_equal(incident_apply(&incident, command, &err), 0);
		assert_int_equal(incident.verdict.priority, cases[i].after);
		assert_int_equal(incident.verdict.disposition, cases[i].disposition);
		assert_string_equal(incident.verdict.category, "flood");
		incident_fini(&incident);
		command_free(&command);
	}
}

static void new_agencies_begin_and_those_that_stay_go_on(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	assert_int_equal(apply(&incident, commands[ACTION_ACKNOWLEDGE], &err), 0);
	assert_int_equal(apply(&incident,
			       "{\"action\":\"reclassify\",\"agencies\":[\"fire\",\"health\"]}",
			       &err),
			 0);
	assert_int_equal(incident.verdict.agencies, FIRE | HEALTH);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_ACKNOWLEDGED);
	assert_int_equal(incident.assignment[2].state, ASSIGNMENT_PENDING);
	assert_int_equal(incident.assignment[2].since_ms, THEN);
	assert_string_equal(incident.verdict.category, "unknown");
	/* Who was taken off and comes back begins anew. */
	assert_int_equal(
		apply(&incident, "{\"action\":\"reclassify\",\"agencies\":[\"health\"]}", &err),
		0);
	assert_int_equal(
		apply(&incident, "{\"action\":\"reclassify\",\"agencies\":[\"fire\"]}", &err),
		0);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_PENDING);
	assert_string_equal(incident.assignment[0].by, "");
	incident_fini(&incident);
}

static void a_closed_one_says_how_and_when_and_a_reopened_one_begins_anew(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	incident_of(&incident, "x", FIRE | POLICE);
	assert_int_equal(apply(&incident, commands[ACTION_ACKNOWLEDGE], &err), 0);
	assert_int_equal(apply(&incident, commands[ACTION_CLOSE], &err), 0);
	assert_string_equal(incident.outcome, "resolved");
	assert_int_equal(incident.closed_at_ms, THEN);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_CLEARED);
	assert_int_equal(incident.assignment[1].state, ASSIGNMENT_CANCELLED);
	assert_int_equal(apply(&incident, commands[ACTION_NOTE], &err), 0); /* still possible */
	assert_int_equal(apply(&incident, commands[ACTION_REOPEN], &err), 0);
	assert_string_equal(incident.outcome, "");
	assert_int_equal(incident.closed_at_ms, 0);
	assert_int_equal(incident.assignment[0].state, ASSIGNMENT_PENDING);
	assert_int_equal(incident.assignment[1].state, ASSIGNMENT_PENDING);
	assert_int_equal(incident.version, 5);
	incident_fini(&incident);
}

static void a_secret_one_stays_with_its_handlers_whatever_is_decided(void **state)
{
	struct incident incident;
	struct audience audience;
	struct err err;

	(void)state;
	incident_of(&incident, "x", FIRE);
	assert_int_equal(incident_audience(&incident).scope, SCOPE_INCIDENT);
	incident.anonymity = ANONYMITY_ANONYMOUS;
	assert_int_equal(incident_audience(&incident).scope, SCOPE_INCIDENT);
	incident.anonymity = ANONYMITY_SECRET;
	assert_int_equal(
		apply(&incident, "{\"action\":\"reclassify\",\"agencies\":[\"police\"]}", &err),
		0);
	audience = incident_audience(&incident);
	assert_int_equal(audience.scope, SCOPE_SECRET);
	assert_int_equal(audience.agencies, POLICE);
	incident_fini(&incident);
}

static char *written(const struct incident *incident)
{
	struct jsonw w;
	char *text;

	jsonw_init(&w, 1024);
	incident_write(incident, &three, &w, NULL);
	text = xstrndup(w.text, w.len);
	jsonw_fini(&w);
	return text;
}

static void any_text(char *text_r, size_t size)
{
	static const char *const pieces[] = {"a", "\"", "\\", "\xc3\xa9", "\n", " ", "{", "]"};
	size_t at = 0;

	text_r[0] = '\0';
	for (int i = rand() % 12; i > 0 && at + 3 < size; i--)
		at += (size_t)snprintf(text_r + at, size - at, "%s", pieces[rand() % 8]);
}

static void any_ref(struct incident_ref *ref)
{
	if (rand() % 2)
		*ref = (struct incident_ref){.id = SOME_INCIDENT, .no = rand() + 1};
}

static void any_similar(struct similar *similar)
{
	struct likeness *likeness = &similar->likeness;

	similar->incident = (struct incident_ref){.id = SOME_INCIDENT, .no = rand() + 1};
	likeness->score_pct = rand() % 101;
	likeness->reason_count = (unsigned)(rand() % (LIKENESS_REASONS_MAX + 1));
	for (unsigned i = 0; i < likeness->reason_count; i++) {
		likeness->reason[i].is = (enum likeness_sign)(rand() % LIKENESS_SIGNS);
		likeness->reason[i].weight_pct = rand() % 1001 - 500;
		any_text(likeness->reason[i].value, LIKENESS_VALUE_SIZE);
	}
}

static void any_incident(struct incident *incident)
{
	incident_of(incident, "x", (agency_set)(rand() % 8));
	xfree(incident->text);
	incident->text = xcalloc(1, 64);
	any_text(incident->text, 64);
	incident->no = rand();
	incident->version = rand() + 1;
	incident->status = (enum incident_status)(rand() % INCIDENT_STATUSES);
	incident->anonymity = (enum anonymity)(rand() % ANONYMITIES);
	incident->is_exercise = rand() % 2;
	incident->report_count = (unsigned)(rand() % 40 + 1);
	for (unsigned i = 0; i < incident->report_count && i < INCIDENT_REPORTS_MAX; i++)
		snprintf(incident->report_id[i], ID_SIZE, "%s", SOME_REPORT);
	incident->verdict.disposition = (enum disposition)(rand() % DISPOSITIONS);
	incident->verdict.priority = rand() % 4 + 1;
	incident->verdict.confidence_pct = rand() % 101;
	any_text(incident->verdict.category, CATEGORY_SIZE);
	incident->verdict.term_count = (unsigned)(rand() % (VERDICT_TERMS_MAX + 1));
	for (unsigned i = 0; i < incident->verdict.term_count; i++) {
		any_text(incident->verdict.term[i].term, VERDICT_TERM_SIZE);
		incident->verdict.term[i].weight_pct = rand() % 2001 - 1000;
	}
	if (rand() % 2) {
		incident->location =
			(struct location){.from = (enum location_from)(rand() % LOCATION_FROMS),
					  .has_point = true,
					  .lat_e7 = rand() % 1800000001 - 900000000,
					  .lon_e7 = rand() % 1800000001,
					  .accuracy_m = rand() % 1000001 - 1};
		any_text(incident->location.place, sizeof(incident->location.place));
		any_text(incident->location.area_name, AREA_NAME_SIZE);
	}
	any_text(incident->source, sizeof(incident->source));
	any_text(incident->kind, sizeof(incident->kind));
	any_text(incident->outcome, sizeof(incident->outcome));
	any_text(incident->judged_by, USER_SIZE);
	incident->decided_version = rand() + 1;
	incident->stands_alone = rand() % 2;
	incident->is_major = rand() % 2;
	if (rand() % 2)
		any_ref(&incident->parent);
	any_ref(&incident->merged_into);
	any_ref(&incident->folded_into);
	incident->similar_count = (unsigned)(rand() % (SIMILAR_MAX + 1));
	for (unsigned i = 0; i < incident->similar_count; i++)
		any_similar(&incident->similar[i]);
	incident->closed_at_ms = rand() % 2 ? THEN : 0;
	for (unsigned i = 0; i < three.count; i++) {
		incident->assignment[i].state =
			(enum assignment_state)(rand() % ASSIGNMENT_STATES);
		incident->assignment[i].since_ms = rand();
		any_text(incident->assignment[i].by, USER_SIZE);
	}
}

/* What would be written alike when it is left out. */
static void check_same(const struct incident *a, const struct incident *b)
{
	assert_string_equal(a->id, b->id);
	assert_int_equal(a->no, b->no);
	assert_int_equal(a->version, b->version);
	assert_int_equal(a->status, b->status);
	assert_int_equal(a->anonymity, b->anonymity);
	assert_int_equal(a->is_exercise, b->is_exercise);
	assert_int_equal(a->report_count, b->report_count);
	assert_int_equal(a->closed_at_ms, b->closed_at_ms);
	assert_string_equal(a->outcome, b->outcome);
	assert_string_equal(a->source, b->source);
	assert_string_equal(a->kind, b->kind);
	assert_int_equal(a->verdict.agencies, b->verdict.agencies);
	assert_int_equal(a->verdict.priority, b->verdict.priority);
	assert_int_equal(a->verdict.disposition, b->verdict.disposition);
	assert_int_equal(a->verdict.term_count, b->verdict.term_count);
	assert_int_equal(a->location.has_point, b->location.has_point);
	assert_int_equal(a->location.lat_e7, b->location.lat_e7);
	for (unsigned i = 0; i < three.count; i++)
		if (a->verdict.agencies >> i & 1)
			assert_int_equal(a->assignment[i].state, b->assignment[i].state);
}

static void what_was_written_is_read_back_whole(void **state)
{
	(void)state;
	srand(20261125);
	for (int round = 0; round < 500; round++) {
		struct incident incident, back;
		struct err err;
		char *text, *again;
		json_t *doc;

		any_incident(&incident);
		text = written(&incident);
		doc = parsed_slice(text, strlen(text));
		assert_int_equal(incident_read(doc, &three, &back, &err), 0);
		again = written(&back);
		assert_string_equal(text, again);
		assert_string_equal(incident.text, back.text);
		check_same(&incident, &back);
		json_decref(doc);
		xfree(text);
		xfree(again);
		incident_fini(&incident);
		incident_fini(&back);
	}
}

static void what_is_no_incident_is_not_read(void **state)
{
	static const char *const texts[] = {"{}",
					    "[]",
					    "{\"id\":\"" SOME_INCIDENT "\"}",
					    "{\"text\":\"x\"}",
					    "{\"id\":\"" SOME_REPORT "\",\"text\":\"x\"}",
					    "{\"id\":\"" SOME_INCIDENT "\",\"text\":7}"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		json_t *doc = json_loads(texts[i], 0, NULL);
		struct incident incident;
		struct err err = {0};

		assert_int_equal(incident_read(doc, &three, &incident, &err), -1);
		assert_int_equal(err.kind, ERR_INVALID);
		json_decref(doc);
	}
}

static void a_new_one_says_what_its_report_said(void **state)
{
	struct report *report =
		report_of("{\"source\":\"app:siaga\",\"text\":\"banjir\",\"kind\":"
			  "\"aspirasi\",\"anonymity\":\"secret\",\"exercise\":true}");
	struct verdict verdict = {
		.agencies = FIRE | HEALTH, .priority = 2, .category = "flood"};
	struct location at = {.from = LOCATION_DEVICE, .has_point = true, .accuracy_m = 3};
	struct incident incident;

	(void)state;
	incident_open(&incident, report, &verdict, &at, SOME_INCIDENT, 12, "7000012", THEN);
	report_free(&report);
	assert_string_equal(incident.text, "banjir"); /* its own copy */
	assert_string_equal(incident.source, "app:siaga");
	assert_string_equal(incident.kind, "aspirasi");
	assert_string_equal(incident.report_id[0], SOME_REPORT);
	assert_string_equal(incident.tracking_id, "7000012");
	assert_int_equal(incident.anonymity, ANONYMITY_SECRET);
	assert_true(incident.is_exercise);
	assert_int_equal(incident.version, 1);
	assert_int_equal(incident.report_count, 1);
	assert_int_equal(incident.status, INCIDENT_NEW);
	assert_int_equal(incident.assignment[2].since_ms, THEN);
	assert_int_equal(incident.assignment[1].since_ms, 0); /* police has no part */
	assert_int_equal(incident.location.accuracy_m, 3);
	incident_fini(&incident);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_new_one_says_what_its_report_said),
		cmocka_unit_test(every_step_from_every_state_is_as_the_contract_says),
		cmocka_unit_test(the_workflow_says_what_may_follow_what),
		cmocka_unit_test(a_part_is_acknowledged_by_whose_it_is),
		cmocka_unit_test(the_first_to_acknowledge_is_not_overtaken),
		cmocka_unit_test(a_stale_version_comes_before_all_else_and_changes_nothing),
		cmocka_unit_test(a_person_s_word_decides_the_priority),
		cmocka_unit_test(new_agencies_begin_and_those_that_stay_go_on),
		cmocka_unit_test(a_closed_one_says_how_and_when_and_a_reopened_one_begins_anew),
		cmocka_unit_test(a_secret_one_stays_with_its_handlers_whatever_is_decided),
		cmocka_unit_test(what_was_written_is_read_back_whole),
		cmocka_unit_test(what_is_no_incident_is_not_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
