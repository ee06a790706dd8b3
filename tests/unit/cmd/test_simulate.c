/* The played city, as far as it needs no bridge: dice, agenda, scenarios, script, score. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/simulate_agenda.h"
#include "cmd/simulate_dice.h"
#include "cmd/simulate_help.h"
#include "cmd/simulate_score.h"
#include "core/rules.h"

#define CITY   TANGI_SOURCE_DIR "/config/cirebon"
#define HEADER "what\tfrom_min\tto_min\tcount\tchannel\tmatter\tplace\tcategory\ttext\n"

/* --- dice --- */

static void the_same_seed_throws_the_same_and_another_name_throws_otherwise(void **state)
{
	struct dice a, b, other;
	unsigned same = 0;

	(void)state;
	dice_begin(&a, 7, "DMK-01", 0);
	dice_begin(&b, 7, "DMK-01", 0);
	dice_begin(&other, 7, "DMK-02", 0);
	for (int i = 0; i < 1000; i++) {
		uint64_t thrown = dice_throw(&a);

		assert_true(thrown == dice_throw(&b));
		same += thrown == dice_throw(&other);
	}
	assert_int_equal(same, 0);
}

static void dice_stay_within_their_bounds_and_reach_both(void **state)
{
	struct dice dice;
	unsigned seen[4] = {0};

	(void)state;
	dice_begin(&dice, 1, "", 0);
	for (int i = 0; i < 1000; i++) {
		int64_t thrown = dice_between(&dice, -1, 2);

		assert_in_range(thrown + 1, 0, 3);
		seen[thrown + 1]++;
	}
	for (int i = 0; i < 4; i++)
		assert_in_range(seen[i], 150, 350);
	assert_int_equal(dice_between(&dice, 5, 5), 5);
}

/* --- agenda --- */

static void note(void *ctx, uint64_t number)
{
	(void)ctx;
	(void)number;
}

static void what_is_due_comes_in_time_and_at_one_time_in_the_order_it_was_put_down(void **state)
{
	struct agenda agenda;
	struct agenda_entry entry;
	struct dice dice;
	int64_t last_ms = -1;
	uint64_t last_number = 0;

	(void)state;
	agenda_init(&agenda);
	dice_begin(&dice, 3, "agenda", 0);
	for (uint64_t i = 0; i < 2000; i++)
		agenda_put(&agenda, dice_between(&dice, 0, 99), note, NULL, i);
	assert_false(agenda_take(&agenda, -1, &entry));
	for (int i = 0; i < 2000; i++) {
		assert_true(agenda_take(&agenda, agenda_next_ms(&agenda), &entry));
		assert_true(entry.at_ms > last_ms ||
			    (entry.at_ms == last_ms && entry.number > last_number));
		last_ms = entry.at_ms;
		last_number = entry.number;
	}
	assert_true(agenda_next_ms(&agenda) == INT64_MAX);
	assert_false(agenda_take(&agenda, INT64_MAX, &entry));
	agenda_fini(&agenda);
}

/* --- scenarios --- */

static int read_text(struct scenario *scenario, const char *rows, struct err *err)
{
	char text[4096], *copy;

	snprintf(text, sizeof(text), HEADER "%s", rows);
	copy = xstrdup(text);
	return scenario_read(scenario, "x.tsv", &copy, err);
}

static void a_row_that_is_wrong_is_named_by_its_line_and_column(void **state)
{
	static const char *const wrong[][2] = {
		{"", "nothing happens"},
		{"fire\t0\t1\t1\tcall-112\t-\t-\t-\t-\n", "x.tsv:2: what:"},
		{"silent\t0\t1\t1\tcall-112\t-\t-\t-\t-\nprank\tx\t1\t1\tcall-112\t-\t-\t-\t-"
		 "\n",
		 "x.tsv:3: from_min:"},
		{"prank\t5\t1\t1\tcall-112\t-\t-\t-\t-\n", "x.tsv:2: to_min: is before"},
		{"prank\t0\t1\t0\tcall-112\t-\t-\t-\t-\n", "x.tsv:2: count:"},
		{"prank\t0\t1\t100000\tcall-112\t-\t-\t-\t-\n", "x.tsv:2: count:"},
		{"prank\t0\t1\tnan\tcall-112\t-\t-\t-\t-\n", "x.tsv:2: count:"},
		{"silent\t0\t1\t1\tlapor-web\t-\t-\t-\t-\n",
		 "x.tsv:2: channel: must be call-112"},
		{"mute\t0\t1\t1\tcall-112\t-\t-\t-\t-\n", "x.tsv:2: channel: must be -"},
		{"emergency\t0\t1\t1\tcall-112\t-\t-\tfire_building\t-\n", "x.tsv:2: text:"},
		{"emergency\t0\t1\t1\tcall-112\t-\t-\t-\tTolong\n", "x.tsv:2: category:"},
		{"emergency\t0\t1\t1\tcall-112\t-\t-\tflood\tdi {place}\n", "x.tsv:2: place:"},
		{"emergency\t0\t1\t1\tcall-112\t-\t-\tflood\t\xff\n",
		 "x.tsv:2: text: is no UTF-8"},
		{"alarm\t0\t1\t1\t-\t-\t-\t-\t-\n", "x.tsv:2: matter:"},
		{"alarm\t0\t1\t1\t-\tpasar\t-\t-\t-\n", "x.tsv:2: matter: no emergency"},
		{"emergency\t0\t1\t1\tcall-112\taaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\t-\tflood\tx\n",
		 "x.tsv:2: matter: is longer"},
		{"emergency\t0\t1\n", "x.tsv:2"},
	};
	struct scenario scenario;
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(read_text(&scenario, wrong[i][0], &err), -1);
		if (strstr(err.text, wrong[i][1]) == NULL)
			fail_msg("row %zu: \"%s\" does not say \"%s\"", i, err.text,
				 wrong[i][1]);
	}
}

static void what_the_city_does_not_know_is_refused(void **state)
{
	struct rules *rules = *state;
	struct scenario scenario;
	struct err err;

	assert_int_equal(
		read_text(&scenario,
			  "emergency\t0\t1\t1\tcall-112\t-\tDrajat|Xqzzy\tflood\tdi {place}\n",
			  &err),
		0);
	assert_int_equal(scenario_check(&scenario, "x.tsv", rules, &err), -1);
	assert_string_equal(err.text, "x.tsv:2: place: Xqzzy is not in gazetteer.tsv");
	scenario_fini(&scenario);
	assert_int_equal(
		read_text(&scenario, "emergency\t0\t1\t1\tcall-112\t-\t-\tmeteor\tx\n", &err),
		0);
	assert_int_equal(scenario_check(&scenario, "x.tsv", rules, &err), -1);
	assert_string_equal(err.text, "x.tsv:2: category: meteor is not in taxonomy.tsv");
	scenario_fini(&scenario);
}

static void a_name_that_is_none_is_answered_with_those_there_are(void **state)
{
	static const char *const names[] = {"nix", "", "../units", "a/b", "hari-biasa.tsv"};
	struct scenario scenario;
	struct err err;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		assert_int_equal(scenario_load(&scenario, CITY, names[i], *state, &err), -1);
		assert_non_null(strstr(err.text, "badai-prank, banjir-malam, hari-biasa"));
	}
}

/* --- script --- */

static void print_to(char *text, size_t size, const struct script *script)
{
	FILE *file = fmemopen(text, size, "w");

	assert_non_null(file);
	script_print(script, file);
	assert_int_equal(fclose(file), 0);
}

static void a_row_that_is_changed_changes_no_others_moments(void **state)
{
	static const char other[] = "prank\t0\t9\t3\tcall-112\t-\t-\t-\tHalo|Tes|Oi\n";
	struct scenario scenario;
	struct script script;
	char rows[512];
	int64_t at_ms[12];
	struct err err;

	for (int turn = 0; turn < 2; turn++) {
		snprintf(rows, sizeof(rows), "silent\t20\t30\t%d\tcall-112\t-\t-\t-\t-\n%s",
			 turn == 0 ? 1 : 9, other);
		assert_int_equal(read_text(&scenario, rows, &err), 0);
		script_draw(&script, &scenario, *state, 5, 0);
		assert_true(script.count >= 12);
		for (int i = 0; i < 12; i++) {
			if (turn == 0)
				at_ms[i] = script.moment[i].at_ms;
			assert_true(script.moment[i].at_ms == at_ms[i]);
		}
		script_fini(&script);
		scenario_fini(&scenario);
	}
}

static void all_of_one_matter_has_one_place_and_what_has_none_its_own(void **state)
{
	struct scenario scenario;
	struct script script;
	char *place = NULL;
	struct err err;

	assert_int_equal(
		read_text(
			&scenario,
			"emergency\t0\t9\t20\tlapor-web\tair\tDrajat|Kesambi|Kecapi|Larangan\t"
			"flood\t{place}\n"
			"routine\t0\t9\t5\tlapor-web\t-\t-\t-\tx\n",
			&err),
		0);
	script_draw(&script, &scenario, *state, 5, 0);
	assert_int_equal(script.matters, 6);
	for (unsigned i = 0; i < script.count; i++) {
		if (script.moment[i].row->what != SCENARIO_EMERGENCY)
			continue;
		if (place == NULL)
			place = script.moment[i].text;
		assert_string_equal(script.moment[i].text, place);
	}
	script_fini(&script);
	scenario_fini(&scenario);
}

static void who_ends_early_says_nothing_of_what_begins_later(void **state)
{
	struct scenario scenario;
	struct script script;
	struct err err;
	char text[65536];

	assert_int_equal(scenario_load(&scenario, CITY, "badai-prank", *state, &err), 0);
	script_draw(&script, &scenario, *state, 1, 60000);
	assert_true(script.length_ms == 60000 && script.count > 0);
	print_to(text, sizeof(text), &script);
	assert_non_null(strstr(text, "\"at_s\":"));
	for (unsigned i = 0; i < script.count; i++)
		if (script.moment[i].kind == MOMENT_RINGING)
			assert_true(script.moment[i].at_ms < 60000);
	script_fini(&script);
	scenario_fini(&scenario);
}

/* --- score --- */

#define I1 "I-01J00000000000000000000001"
#define I2 "I-01J00000000000000000000002"

static void tell(struct fold *fold, const char *text)
{
	json_t *event = json_loads(text, 0, NULL);

	assert_non_null(event);
	fold_event(fold, event);
	json_decref(event);
}

#define EVENT(seq, time, name, id, rest)                                                       \
	"{\"seq\":" #seq ",\"time\":\"2026-11-25T10:00:" time "Z\",\"event\":\"" name          \
	"\",\"incident\":{\"id\":\"" id                                                        \
	"\",\"status\":\"active\",\"disposition\":\"emergency\"," rest "}}"
#define PART(state, orders)                                                                    \
	"\"assignments\":[{\"agency\":\"fire\",\"state\":\"" state "\",\"orders\":[" orders    \
	"]}]"
#define ORDER(steps)                                                                           \
	"{\"dispatch_id\":\"D-1\",\"unit\":\"DMK-01\",\"state\":\"x\",\"steps\":{" steps "}}"

static void told_by(struct sender *sender, const struct scenario_row *row, unsigned matter,
		    const char *incident_id)
{
	*sender = (struct sender){
		.row = row, .matter = matter, .is_sent = true, .is_acked = true};
	snprintf(sender->incident_id, sizeof(sender->incident_id), "%s", incident_id);
	snprintf(sender->disposition, sizeof(sender->disposition), "emergency");
}

static void times_are_the_first_of_each_and_in_seconds_of_the_city(void **state)
{
	static const struct scenario_row row = {.what = SCENARIO_EMERGENCY};
	struct sender sender[1];
	struct city city = {.sender = sender, .sender_count = 1, .sent = 1, .acked = 1};
	struct fold fold = {.seq = 0};
	struct score_of of = {.fold = &fold, .city = &city, .speed = 20};
	struct score score;

	(void)state;
	told_by(&sender[0], &row, 1, I1);
	tell(&fold, EVENT(1, "00.000", "incident.created", I1, PART("pending", "")));
	tell(&fold, EVENT(2, "01.000", "assignment.updated", I1, PART("acknowledged", "")));
	tell(&fold,
	     EVENT(3, "02.500", "assignment.updated", I1, PART("dispatched", ORDER(""))));
	tell(&fold, EVENT(4, "10.000", "assignment.updated", I1,
			  PART("on_scene", ORDER("\"on_scene\":\"t\""))));
	tell(&fold, EVENT(5, "20.000", "assignment.updated", I1,
			  PART("cleared", ORDER("\"on_scene\":\"t\""))));
	tell(&fold, EVENT(5, "30.000", "incident.escalated", I1, PART("pending", "")));
	score_reckon(&score, &of);
	assert_int_equal(score.agency_count, 1);
	assert_int_equal(score.agency[0].taken.median_s, 20);
	assert_int_equal(score.agency[0].sent.median_s, 50);
	assert_int_equal(score.agency[0].arrived.most_s, 200);
	assert_int_equal(score.escalations, 0); /* it was folded before */
	assert_int_equal(score.unalarmed, 0);
	assert_int_equal(fold.order_count, 1);
	fold_fini(&fold);
}

#define UNIT_EVENT(seq, time, exercise, said, mayday)                                          \
	"{\"seq\":" #seq ",\"time\":\"2026-11-25T10:00:" time                                  \
	"Z\",\"event\":\"unit.updated\",\"exercise\":" exercise ",\"said\":\"" said            \
	"\",\"unit\":{\"id\":\"DMK-01\",\"agency\":\"fire\"" mayday "}}"
#define CALLED                                                                                 \
	",\"mayday\":{\"since\":\"2026-11-25T10:00:00.000Z\",\"by\":\"DMK-01\","               \
	"\"exercise\":true,\"over_by\":null,\"over_at\":null"
#define UNANSWERED ",\"answered_by\":null,\"answered_at\":null}"
#define ANSWERED   ",\"answered_by\":\"siti\",\"answered_at\":\"2026-11-25T10:00:03.000Z\"}"

/* What that post is to say now; "": nothing. */
static const char *word_of(const struct fold *fold, const char *agency, bool is_exercise)
{
	const struct help_asked asked = {
		.fold = fold, .agency = agency, .speed = 20, .is_exercise = is_exercise};
	const struct fold_unit *unit;
	const char *word = help_find(&asked, &unit);

	return word != NULL ? word : "";
}

static void a_crew_that_calls_for_help_is_answered_by_its_agency_and_two_end_it(void **state)
{
	struct city city = {.sender_count = 0};
	struct fold fold = {.seq = 0};
	struct score_of of = {.fold = &fold, .city = &city, .speed = 20, .is_exercise = true};
	struct score score;

	(void)state;
	tell(&fold, UNIT_EVENT(1, "00.000", "true", "mayday", CALLED UNANSWERED));
	assert_string_equal(word_of(&fold, "fire", true), "mayday_answered");
	assert_string_equal(word_of(&fold, "fire", false), ""); /* it is an exercise */
	assert_string_equal(word_of(&fold, "police", true), "");
	assert_string_equal(word_of(&fold, NULL, true), "");
	tell(&fold, UNIT_EVENT(2, "03.000", "true", "mayday_answered", CALLED ANSWERED));
	assert_string_equal(word_of(&fold, "fire", true), "mayday_over"); /* long ago */
	assert_int_equal(help_count(&fold, true), 1);
	tell(&fold, UNIT_EVENT(3, "20.000", "true", "mayday_over", ""));
	assert_string_equal(word_of(&fold, "fire", true), "");
	assert_int_equal(help_count(&fold, true), 0);
	score_reckon(&score, &of);
	assert_int_equal(score.maydays, 1);
	assert_int_equal(score.maydays_answered, 1);
	assert_int_equal(score.maydays_over, 1);
	assert_int_equal(score.mayday_most_s, 60);
	of.is_exercise = false;
	score_reckon(&score, &of);
	assert_int_equal(score.maydays, 0);
	fold_fini(&fold);
}

static void what_nobody_took_needs_an_alarm_of_that_agency(void **state)
{
	static const struct scenario_row row = {.what = SCENARIO_EMERGENCY};
	struct sender sender[1];
	struct city city = {.sender = sender, .sender_count = 1};
	struct fold fold = {.seq = 0};
	struct score_of of = {.fold = &fold, .city = &city, .speed = 1};
	struct score score;
	json_t *alarms = json_pack("[{s:s,s:s}]", "incident_id", I1, "agency", "police");

	(void)state;
	told_by(&sender[0], &row, 1, I1);
	tell(&fold, EVENT(1, "00.000", "incident.created", I1, PART("pending", "")));
	of.alarms = alarms;
	score_reckon(&score, &of);
	assert_int_equal(score.unalarmed, 1);
	(void)json_array_append_new(
		alarms, json_pack("{s:s,s:s}", "incident_id", I1, "agency", "fire"));
	score_reckon(&score, &of);
	assert_int_equal(score.unalarmed, 0);
	assert_int_equal(score.agency[0].untaken, 1);
	json_decref(alarms);
	fold_fini(&fold);
}

static void doubles_are_joined_when_they_came_to_one_incident_also_by_folding(void **state)
{
	static const struct scenario_row real = {.what = SCENARIO_EMERGENCY};
	static const struct scenario_row prank = {.what = SCENARIO_PRANK};
	struct sender sender[4];
	struct city city = {.sender = sender, .sender_count = 4};
	struct fold fold = {.seq = 0};
	struct score_of of = {.fold = &fold, .city = &city, .speed = 1};
	struct score score;

	(void)state;
	told_by(&sender[0], &real, 1, I1);
	told_by(&sender[1], &real, 1, I1);
	told_by(&sender[2], &real, 1, I2);
	told_by(&sender[3], &prank, 2, I2);
	tell(&fold, EVENT(1, "00.000", "incident.created", I1, PART("pending", "")));
	tell(&fold, EVENT(2, "01.000", "incident.created", I2, PART("pending", "")));
	score_reckon(&score, &of);
	assert_int_equal(score.doubles, 2);
	assert_int_equal(score.joined, 1);
	assert_int_equal(score.wrongly_joined, 1);
	assert_int_equal(score.incidents, 2);
	assert_int_equal(score.false_alarms, 1);
	tell(&fold, EVENT(3, "02.000", "incident.updated", I2,
			  "\"folded_into\":{\"incident_id\":\"" I1 "\"}"));
	score_reckon(&score, &of);
	assert_int_equal(score.joined, 2);
	assert_int_equal(score.incidents, 1);
	assert_true(fold_is_represented(&fold, fold_find(&fold, I2)));
	tell(&fold, "{\"seq\":4,\"event\":\"incident.closed\",\"incident\":{\"id\":\"" I1
		    "\",\"status\":\"closed\",\"disposition\":\"emergency\"}}");
	score_reckon(&score, &of);
	assert_false(fold_is_represented(&fold, fold_find(&fold, I2)));
	assert_int_equal(score.joined, 2);
	assert_int_equal(score.open, 1);
	fold_fini(&fold);
}

static int load_city(void **state)
{
	struct rules *rules;
	struct err err;

	if (rules_load(&rules, CITY, &err) < 0)
		return -1;
	*state = rules;
	return 0;
}

static int free_city(void **state)
{
	struct rules *rules = *state;

	rules_free(&rules);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_same_seed_throws_the_same_and_another_name_throws_otherwise),
		cmocka_unit_test(dice_stay_within_their_bounds_and_reach_both),
		cmocka_unit_test(
			what_is_due_comes_in_time_and_at_one_time_in_the_order_it_was_put_down),
		cmocka_unit_test(a_row_that_is_wrong_is_named_by_its_line_and_column),
		cmocka_unit_test(what_the_city_does_not_know_is_refused),
		cmocka_unit_test(a_name_that_is_none_is_answered_with_those_there_are),
		cmocka_unit_test(a_row_that_is_changed_changes_no_others_moments),
		cmocka_unit_test(all_of_one_matter_has_one_place_and_what_has_none_its_own),
		cmocka_unit_test(who_ends_early_says_nothing_of_what_begins_later),
		cmocka_unit_test(times_are_the_first_of_each_and_in_seconds_of_the_city),
		cmocka_unit_test(
			a_crew_that_calls_for_help_is_answered_by_its_agency_and_two_end_it),
		cmocka_unit_test(what_nobody_took_needs_an_alarm_of_that_agency),
		cmocka_unit_test(
			doubles_are_joined_when_they_came_to_one_incident_also_by_folding),
	};

	return cmocka_run_group_tests(tests, load_city, free_city);
}
