#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "city.h"
#include "core/recommend.h"

#define NOW_MS (INT64_C(1795575600000))
#define MIN_MS (INT64_C(60000))

/* All units of the city on duty, free and at home, and a fire at Jl. Kesambi. */
struct world {
	struct recommend_unit units[64];
	struct recommend_situation situation;
	struct recommendation out;
	char sent[256], bare[256];
};

static int category(const char *id)
{
	for (unsigned i = 0; i < rules_category_count(cirebon); i++)
		if (strcmp(rules_category_at(cirebon, i)->id, id) == 0)
			return (int)i;
	fail_msg("no category %s", id);
	return -1;
}

static void begin(struct world *w, const char *what)
{
	*w = (struct world){.situation = {.now_ms = NOW_MS,
					  .category = category(what),
					  .priority = 1,
					  .level = 1,
					  .has_point = true,
					  .lat_e7 = -67310000,
					  .lon_e7 = 1085440000,
					  .agencies = UINT32_MAX,
					  .unit_count = rules_unit_count(cirebon),
					  .unit = w->units}};
	for (unsigned i = 0; i < w->situation.unit_count; i++)
		w->units[i] = (struct recommend_unit){
			.unit = rules_unit(cirebon, i), .shift_jobs = -1, .staff = -1};
}

static struct recommend_unit *unit(struct world *w, const char *id)
{
	for (unsigned i = 0; i < w->situation.unit_count; i++)
		if (strcmp(w->units[i].unit->id, id) == 0)
			return &w->units[i];
	fail_msg("no unit %s", id);
	return NULL;
}

static const struct recommend_choice *choice(struct world *w, const char *id)
{
	return &w->out.choice[unit(w, id) - w->units];
}

/* "DMK-01 DMK-02 AMB-01" */
static const char *ask(struct world *w)
{
	size_t len = 0;

	recommendation_fini(&w->out);
	recommend(cirebon, &w->situation, &w->out);
	w->sent[0] = '\0';
	for (unsigned i = 0; i < w->out.sent_count; i++)
		len += (size_t)snprintf(w->sent + len, sizeof(w->sent) - len, "%s%s",
					i > 0 ? " " : "",
					w->out.choice[w->out.sent[i]].unit->unit->id);
	return w->sent;
}

/* "32.74.05 engine DMK-04" */
static const char *bare(struct world *w)
{
	size_t len = 0;

	w->bare[0] = '\0';
	for (unsigned i = 0; i < w->out.bare_count; i++) {
		const struct recommend_bare *b = &w->out.bare[i];

		len += (size_t)snprintf(w->bare + len, sizeof(w->bare) - len, "%s%s %s %s",
					i > 0 ? "; " : "", b->area, b->kind,
					b->next >= 0 ? w->out.choice[b->next].unit->unit->id
						     : "-");
	}
	return w->bare;
}

static void the_nearest_of_each_kind_go_in_the_order_of_the_plan(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	assert_string_equal(ask(&w), "DMK-01 DMK-02 AMB-01 POL-04");
	assert_int_equal(choice(&w, "DMK-04")->fate, FATE_FARTHER);
	assert_int_equal(choice(&w, "DMK-03")->fate, FATE_NOT_ASKED);
	assert_int_equal(choice(&w, "AMB-02")->fate, FATE_EQUAL);
	recommendation_fini(&w.out);
}

static void who_cannot_go_is_never_proposed_and_it_is_said_why(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	unit(&w, "DMK-01")->duty = RECOMMEND_OFF;
	unit(&w, "DMK-02")->presence = RECOMMEND_LOGGED_OUT;
	unit(&w, "DMK-04")->duty = RECOMMEND_OUT_OF_SERVICE;
	unit(&w, "AMB-01")->has_declined = true;
	unit(&w, "AMB-02")->staff = 1;
	unit(&w, "AMB-03")->is_busy = true;
	assert_string_equal(ask(&w), "POL-04");
	assert_int_equal(choice(&w, "DMK-01")->fate, FATE_OFF_DUTY);
	assert_int_equal(choice(&w, "DMK-02")->fate, FATE_LOGGED_OUT);
	assert_int_equal(choice(&w, "DMK-04")->fate, FATE_OUT_OF_SERVICE);
	assert_int_equal(choice(&w, "AMB-01")->fate, FATE_DECLINED);
	assert_int_equal(choice(&w, "AMB-02")->fate, FATE_UNDERSTAFFED);
	assert_int_equal(choice(&w, "AMB-03")->fate, FATE_BUSY);
	assert_int_equal(w.out.need[0].missing, 2);
	assert_int_equal(w.out.need[1].missing, 1);
	recommendation_fini(&w.out);
}

static void a_second_alarm_adds_only_what_is_missing(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	unit(&w, "DMK-01")->is_here = true;
	unit(&w, "DMK-02")->is_here = true;
	unit(&w, "AMB-01")->is_here = true;
	unit(&w, "POL-04")->is_here = true;
	assert_string_equal(ask(&w), "");
	assert_int_equal(choice(&w, "DMK-04")->fate, FATE_NOT_NEEDED);
	w.situation.level = 2;
	assert_string_equal(ask(&w), "DMK-03 DMK-04 AMB-02 POL-03");
	assert_int_equal(choice(&w, "DMK-01")->fate, FATE_THERE);
	recommendation_fini(&w.out);
}

static void a_position_that_is_old_counts_as_home(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	*unit(&w, "DMK-04") =
		(struct recommend_unit){.unit = rules_find_unit(cirebon, "DMK-04"),
					.shift_jobs = -1,
					.staff = -1,
					.has_position = true,
					.lat_e7 = -67311000,
					.lon_e7 = 1085441000,
					.position_at_ms = NOW_MS - 10 * MIN_MS};
	assert_string_equal(ask(&w), "DMK-04 DMK-01 AMB-01 POL-04");
	assert_true(choice(&w, "DMK-04")->is_live);
	unit(&w, "DMK-04")->position_at_ms--;
	assert_string_equal(ask(&w), "DMK-01 DMK-02 AMB-01 POL-04");
	assert_false(choice(&w, "DMK-04")->is_live);
	assert_int_equal(choice(&w, "DMK-04")->age_ms, 10 * MIN_MS + 1);
	recommendation_fini(&w.out);
}

static void who_is_reached_goes_first_then_who_is_near_then_who_worked_less(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	unit(&w, "DMK-01")->shift_jobs = 3;
	unit(&w, "DMK-02")->shift_jobs = 2;
	assert_string_equal(ask(&w), "DMK-02 DMK-01 AMB-01 POL-04");
	unit(&w, "DMK-02")->presence = RECOMMEND_OFFLINE;
	assert_string_equal(ask(&w), "DMK-01 DMK-04 AMB-01 POL-04");
	assert_int_equal(choice(&w, "DMK-02")->fate, FATE_UNREACHED);
	w.situation.priority = 2;
	w.situation.category = category("fire_electrical");
	unit(&w, "DMK-02")->presence = RECOMMEND_ONLINE;
	assert_string_equal(ask(&w), "DMK-02");
	assert_int_equal(choice(&w, "DMK-01")->fate, FATE_BUSIER);
	recommendation_fini(&w.out);
}

static void of_two_as_near_who_is_to_rest_goes_after_who_is_not(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	w.situation.priority = 2;
	w.situation.category = category("fire_electrical");
	unit(&w, "DMK-02")->shift_jobs = 3;
	assert_string_equal(ask(&w), "DMK-01");
	unit(&w, "DMK-01")->on_since_ms = w.situation.now_ms - 13 * 60 * MIN_MS;
	assert_string_equal(ask(&w), "DMK-02");
	assert_int_equal(choice(&w, "DMK-01")->fate, FATE_TIRED);
	unit(&w, "DMK-01")->on_since_ms = w.situation.now_ms - 60 * MIN_MS;
	assert_string_equal(ask(&w), "DMK-01");
	unit(&w, "DMK-01")->worked_ms = 7 * 60 * MIN_MS;
	assert_string_equal(ask(&w), "DMK-02");
	unit(&w, "DMK-02")->duty = RECOMMEND_OFF;
	assert_string_equal(ask(&w), "DMK-01"); /* nobody stays at home for it */
	recommendation_fini(&w.out);
}

static void a_crew_that_is_out_takes_its_other_vehicle_out(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "rescue_water");
	w.situation.level = 2;
	unit(&w, "BPB-01")->is_busy = true;
	assert_string_equal(ask(&w), "BPB-03 DMK-03 AMB-01 AMB-02");
	assert_int_equal(choice(&w, "BPB-02")->fate, FATE_CREW_OUT);
	assert_int_equal(w.out.need[1].missing, 1);
	unit(&w, "BPB-02")->is_busy = true;
	assert_string_equal(ask(&w), "DMK-03 AMB-01 AMB-02");
	assert_int_equal(choice(&w, "BPB-03")->fate, FATE_CREW_OUT);
	recommendation_fini(&w.out);
}

static void without_a_point_it_is_as_far_as_the_border_of_the_area(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	w.situation.has_point = false;
	memcpy(w.situation.area, "32.74.03", sizeof("32.74.03"));
	assert_string_equal(ask(&w), "DMK-04 DMK-01 AMB-03 POL-03");
	assert_int_equal(choice(&w, "DMK-04")->straight_line_m, 0);
	assert_true(choice(&w, "DMK-01")->straight_line_m > 500);
	w.situation.area[0] = '\0';
	assert_string_equal(ask(&w), "DMK-01 DMK-02 AMB-01 POL-01");
	assert_int_equal(choice(&w, "DMK-01")->straight_line_m, -1);
	recommendation_fini(&w.out);
}

static void a_kecamatan_that_its_last_free_unit_of_a_kind_leaves_is_said(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "fire_building");
	(void)ask(&w);
	assert_string_equal(bare(&w), "32.74.05 engine DMK-04; 32.74.05 car POL-01");
	unit(&w, "DMK-04")->is_busy = true;
	(void)ask(&w);
	assert_string_equal(bare(&w), "32.74.05 engine -; 32.74.05 car POL-01");
	w.situation.agencies = 1u << unit(&w, "POL-04")->unit->agency;
	assert_string_equal(ask(&w), "POL-04");
	assert_string_equal(bare(&w), "32.74.05 car POL-01");
	recommendation_fini(&w.out);
}

static void every_reason_is_said_in_both_languages_with_its_figures(void **state)
{
	static const char *const said[] = {
		"\"why_id\":\"bertugas di 0412 (P3), menuju lokasi sejak 12 menit lalu\"",
		"\"why_en\":\"busy at 0412 (P3), en_route for 12 min\"",
		"\"why_id\":\"awak 2 dari 4\",\"why_en\":\"a crew of 2 where 4 are needed\"",
		"2,3 km jarak lurus, dihitung dari Pos Damkar Harjamukti",
		"2.3 km in a straight line, counted from Pos Damkar Harjamukti",
		"kurang 1 dari 2: mobil pemadam, Pemadam Kebakaran dan Penyelamatan",
		"1 of 2 missing: engine, Fire and rescue",
		"Harjamukti is without a free engine (fire); no other is free",
	};
	struct world w;
	struct jsonw json;

	(void)state;
	begin(&w, "fire_building");
	unit(&w, "DMK-01")->is_busy = true;
	unit(&w, "DMK-01")->busy_no = 412;
	unit(&w, "DMK-01")->busy_priority = 3;
	unit(&w, "DMK-01")->busy_since_ms = NOW_MS - 12 * MIN_MS - 1;
	memcpy(unit(&w, "DMK-01")->busy_state, "en_route", sizeof("en_route"));
	unit(&w, "DMK-02")->staff = 2;
	(void)ask(&w);
	jsonw_init(&json, 1024);
	jsonw_open(&json, NULL, '{');
	recommendation_write(cirebon, &w.situation, &w.out, &json);
	jsonw_close(&json, '}');
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		if (strstr(jsonw_text(&json), said[i]) == NULL)
			fail_msg("%s\ndoes not say %s", jsonw_text(&json), said[i]);
	jsonw_fini(&json);
	recommendation_fini(&w.out);
}

/* "rs-a rs-b", as many as three. */
static const char *hospitals(struct world *w)
{
	size_t len = 0;

	(void)ask(w);
	w->bare[0] = '\0';
	for (unsigned i = 0; i < w->out.hospital_count && i < 3; i++)
		len += (size_t)snprintf(w->bare + len, sizeof(w->bare) - len, "%s%s",
					i > 0 ? " " : "", w->out.hospital[i].hospital->id);
	return w->bare;
}

static void a_hospital_that_turns_away_comes_last_as_long_as_that_is_fresh(void **state)
{
	struct receiving receiving = {.count = 0};
	struct world w;

	(void)state;
	begin(&w, "med_stroke");
	w.situation.receiving = &receiving;
	assert_string_equal(hospitals(&w), "rs-ciremai rs-gunung-jati rs-permata");
	assert_true(receiving_say(&receiving, "rs-ciremai", RECEIVING_DIVERT,
				  NOW_MS - RECEIVING_FRESH_MS));
	assert_true(receiving_say(&receiving, "rs-gunung-jati", RECEIVING_BUSY, NOW_MS));
	assert_string_equal(hospitals(&w), "rs-permata rs-putera-bahagia rs-sumber-kasih");
	assert_string_equal(w.out.hospital[w.out.hospital_count - 1].hospital->id,
			    "rs-ciremai");
	assert_false(receiving_say(&receiving, "rs-gunung-jati", RECEIVING_OPEN, NOW_MS - 1));
	assert_true(receiving_say(&receiving, "rs-gunung-jati", RECEIVING_OPEN, NOW_MS));
	w.situation.now_ms++;
	assert_string_equal(hospitals(&w), "rs-ciremai rs-gunung-jati rs-permata");
	assert_false(w.out.hospital[0].is_fresh);
	w.situation.category = category("med_childbirth");
	assert_string_equal(hospitals(&w), "rs-cahaya-bunda rs-ciremai rs-gunung-jati");
	w.situation.category = category("fire_vegetation");
	w.situation.priority = 3;
	assert_string_equal(hospitals(&w), "");
	recommendation_fini(&w.out);
}

static void what_has_no_plan_gets_no_proposal(void **state)
{
	struct world w;

	(void)state;
	begin(&w, "garbage");
	assert_string_equal(ask(&w), "");
	assert_null(w.out.plan);
	w.situation.category = -1;
	assert_string_equal(ask(&w), "");
	recommendation_fini(&w.out);
}

static void a_straight_line_is_on_the_great_circle(void **state)
{
	(void)state;
	assert_int_equal(straight_line_m(0, 0, 0, 0), 0);
	assert_int_equal(straight_line_m(0, 0, 10000000, 0), 111195);
	assert_int_equal(straight_line_m(600000000, 0, 600000000, 1800000000), 6671705);
	assert_int_equal(straight_line_m(0, 0, 0, 1800000000), 20015114);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nearest_of_each_kind_go_in_the_order_of_the_plan),
		cmocka_unit_test(who_cannot_go_is_never_proposed_and_it_is_said_why),
		cmocka_unit_test(a_second_alarm_adds_only_what_is_missing),
		cmocka_unit_test(a_position_that_is_old_counts_as_home),
		cmocka_unit_test(
			who_is_reached_goes_first_then_who_is_near_then_who_worked_less),
		cmocka_unit_test(of_two_as_near_who_is_to_rest_goes_after_who_is_not),
		cmocka_unit_test(a_crew_that_is_out_takes_its_other_vehicle_out),
		cmocka_unit_test(without_a_point_it_is_as_far_as_the_border_of_the_area),
		cmocka_unit_test(a_kecamatan_that_its_last_free_unit_of_a_kind_leaves_is_said),
		cmocka_unit_test(every_reason_is_said_in_both_languages_with_its_figures),
		cmocka_unit_test(
			a_hospital_that_turns_away_comes_last_as_long_as_that_is_fresh),
		cmocka_unit_test(what_has_no_plan_gets_no_proposal),
		cmocka_unit_test(a_straight_line_is_on_the_great_circle),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
