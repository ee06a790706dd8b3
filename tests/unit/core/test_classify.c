#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "city.h"
#include "core/classify.h"

static struct verdict judge(const char *text)
{
	struct verdict verdict;

	classify(cirebon, text, strlen(text), &verdict);
	return verdict;
}

static bool has_agency(const struct verdict *v, const char *id)
{
	int i = agency_find(rules_agencies(cirebon), id, strlen(id));

	return i >= 0 && (v->agencies >> i & 1) != 0;
}

static bool says(const struct verdict *v, const char *term)
{
	for (unsigned i = 0; i < v->term_count; i++)
		if (strcmp(v->term[i].term, term) == 0)
			return true;
	return false;
}

static void the_contracts_example_is_an_emergency_with_its_reasons(void **state)
{
	struct verdict v =
		judge("Kebakaran rumah di Jl. Kesambi dekat RSUD Gunung Jati, masih ada "
		      "orang di dalam");

	(void)state;
	assert_int_equal(v.disposition, DISPOSITION_EMERGENCY);
	assert_int_equal(v.priority, 1);
	assert_string_equal(v.category, "fire_building");
	assert_true(has_agency(&v, "fire") && has_agency(&v, "health") &&
		    has_agency(&v, "police"));
	assert_false(has_agency(&v, "city"));
	assert_true(says(&v, "Kebakaran") && says(&v, "masih ada orang di dalam"));
	assert_string_equal(v.rules, rules_version(cirebon));
}

static enum reason_kind reason(const struct verdict *v, const char *term)
{
	for (unsigned i = 0; i < v->term_count; i++)
		if (strcmp(v->term[i].term, term) == 0)
			return v->term[i].is;
	return REASON_UNKNOWN;
}

static void a_reason_says_what_it_is_and_how_its_event_stands(void **state)
{
	static const struct {
		const char *text, *term;
		enum reason_kind is;
	} cases[] = {
		{"kebakaran rumah, masih ada orang di dalam", "kebakaran", REASON_EVENT},
		{"kebakaran rumah, masih ada orang di dalam", "masih ada orang di dalam",
		 REASON_LIFE},
		{"ada kebakaran tapi sudah padam", "sudah padam", REASON_OVER},
		{"takutnya banjir lagi di Larangan", "banjir", REASON_FEARED},
		{"kapan ada simulasi gempa di sekolah?", "gempa", REASON_DRILL},
		{"banjir sepaha di Panjunan", "sepaha", REASON_WORSE},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v = judge(cases[i].text);

		assert_int_equal(reason(&v, cases[i].term), cases[i].is);
	}
}

static void what_may_hurt_who_comes_is_said_of_this_moment_alone(void **state)
{
	static const struct {
		const char *text;
		unsigned hazards;
	} cases[] = {
		{"kebakaran rumah, masih ada orang di dalam", 0},
		{"kebakaran warung, tabung gas bocor", 1u << HAZARD_GAS},
		{"tawuran pelajar, ada yang bawa celurit",
		 1u << HAZARD_WEAPONS | 1u << HAZARD_AGGRESSION},
		{"kabel listrik putus di jalan, nyetrum", 1u << HAZARD_LIVE_WIRES},
		{"minggu lalu ada gas bocor di pasar", 0},
		{"kapan ada simulasi kebocoran gas di sekolah?", 0},
		{"jalan berlubang di depan pasar", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (judge(cases[i].text).hazards != cases[i].hazards)
			fail_msg("%s: %#x", cases[i].text, judge(cases[i].text).hazards);
}

static void what_nobody_understands_is_for_a_person(void **state)
{
	static const char *const texts[] = {"",
					    " ",
					    "qwerty asdf",
					    "\xff\xfe\x01",
					    "pak tolong cepat",
					    "tolong kirim damkar",
					    "(tidak ada suara)",
					    "12345"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(judge(texts[i]).disposition, DISPOSITION_REVIEW);
	assert_string_equal(judge("").category, "unknown");
}

/* An alarm that is taken back, exercised, told of or asked about is for a person to see. */
static void a_doubtful_alarm_is_never_silent(void **state)
{
	static const char *const texts[] = {
		"bukan kebakaran pak",
		"tidak ada kebakaran di sini",
		"besok ada simulasi kebakaran di hotel",
		"nonton berita kebakaran",
		"mau tanya apa benar ada kebakaran di pasar",
		"kebakaran di rumah tetangga sudah padam",
		"kemarin ada pembacokan",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (judge(texts[i]).disposition != DISPOSITION_REVIEW)
			fail_msg("\"%s\" is not for review", texts[i]);
}

static void fear_and_place_names_raise_no_alarm(void **state)
{
	static const struct {
		const char *text, *category;
	} cases[] = {
		{"lampu jalan mati, rawan begal", "street_light"},
		{"jalan berlubang, takut ada kecelakaan", "road_facility_damage"},
		{"sampah menumpuk di Jl. Evakuasi", "garbage"},
		{"mati lampu sejak sore", "power_outage"},
		{"laka banyu wis telung dina", "water_service"},
		{"cuma masuk angin", "med_nonurgent"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct verdict v = judge(cases[i].text);

		assert_string_equal(v.category, cases[i].category);
		assert_int_equal(v.disposition, DISPOSITION_ROUTINE);
		assert_true(v.priority >= 3);
	}
}

static void somebody_inside_is_in_danger_only_where_something_grave_goes_on(void **state)
{
	(void)state;
	assert_true(judge("Kebakaran di ruko, masih ada orang di dalam").is_grave);
	assert_true(judge("rumah ambruk, nenek di dalam").is_grave);
	assert_false(judge("proyek got menutup gang, warga tidak bisa keluar rumah").is_grave);
	assert_false(judge("parkir liar, mobil pribadi tidak bisa keluar").is_grave);
}

static void what_may_fall_or_smokes_next_door_is_of_the_same_day(void **state)
{
	static const char *const texts[] = {
		"pohon besar di depan rumah mau roboh, mohon dipangkas",
		"dahan pohon mudah patah, mohon dipotong",
		"pohon rimbun, di kawatirkan tumbang",
		"tiang listrik miring di gang 3",
		"kabel menjuntai di depan toko",
		"tetangga bakar sampah, asap masuk rumah",
		"petasan berbunyi seperti bom",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (judge(texts[i]).disposition == DISPOSITION_EMERGENCY)
			fail_msg("\"%s\" is sent for", texts[i]);
	assert_int_equal(judge("pohon roboh di depan rumah").disposition,
			 DISPOSITION_EMERGENCY);
	assert_int_equal(judge("teras rumah tertimpa pohon").disposition,
			 DISPOSITION_EMERGENCY);
	assert_int_equal(judge("kabel listrik putus di jalan").disposition,
			 DISPOSITION_EMERGENCY);
}

static void a_crowd_that_gathers_is_seen_by_a_person(void **state)
{
	struct verdict v = judge("sekumpulan remaja bawa bendera, ditakutkan ada tawuran");

	(void)state;
	assert_string_equal(v.category, "brawl_riot");
	assert_true(v.disposition <= DISPOSITION_REVIEW);
}

static void an_expression_may_be_split(void **state)
{
	struct verdict v = judge("lampu merah krucuk mati");

	(void)state;
	assert_string_equal(v.category, "traffic_signal");
	assert_true(says(&v, "lampu merah krucuk mati"));
	assert_string_not_equal(judge("lampu merah. ayam saya mati").category,
				"traffic_signal");
}

static void the_event_is_the_category_and_its_effect_the_priority(void **state)
{
	struct verdict v = judge("pohon tumbang, satu orang pingsan");

	(void)state;
	assert_string_equal(v.category, "tree_fallen");
	assert_int_equal(v.priority, 1);
	assert_true(has_agency(&v, "health") && has_agency(&v, "disaster"));
}

static void what_makes_it_worse_raises_and_what_eases_it_lowers(void **state)
{
	(void)state;
	assert_int_equal(judge("banjir di rumah").priority, 3); /* how deep is not said */
	assert_int_equal(judge("banjir 80 cm di rumah").priority, 2);
	assert_int_equal(judge("banjir sedada di rumah").priority, 1);
	assert_int_equal(judge("banjir semata kaki").priority, 3);
	assert_int_equal(judge("banjir, nenek tidak bisa keluar").priority, 1);
	assert_int_equal(judge("orang gila ngamuk").priority, 2);
	assert_int_equal(judge("orang gila ngamuk bawa golok").priority, 1);
	assert_int_equal(judge("mati lampu").priority, 4);
	assert_int_equal(judge("mati lampu, ibu pakai ventilator").priority, 2);
}

static void a_prank_is_noise_only_when_it_says_nothing_else(void **state)
{
	(void)state;
	assert_int_equal(judge("halo halo mbak cantik namanya siapa").disposition,
			 DISPOSITION_NOISE);
	assert_int_equal(judge("halo halo tolong kebakaran").disposition,
			 DISPOSITION_EMERGENCY);
	assert_int_equal(judge("halo halo polisi").disposition, DISPOSITION_REVIEW);
}

static void over_the_border_help_comes_first(void **state)
{
	struct verdict v = judge("kebakaran di Plumbon");

	(void)state;
	assert_string_equal(v.category, "out_of_area");
	assert_int_equal(v.disposition, DISPOSITION_REVIEW);
	assert_true(v.priority <= 2);
	assert_true(has_agency(&v, "fire"));
}

static void more_evidence_never_makes_it_less_certain(void **state)
{
	char text[512] = "";
	int last = 0;

	(void)state;
	for (int i = 0; i < 20; i++) {
		int now;

		strcat(text, "kebakaran rumah ");
		now = judge(text).confidence_pct;
		assert_in_range(now, last, 100);
		last = now;
	}
}

/* As it stands in the text, and always sound UTF-8. */
static void a_reason_is_the_citizens_own_word(void **state)
{
	struct verdict v = judge("TOLOOONG ada KeBaKaRaN!!");

	(void)state;
	assert_true(says(&v, "KeBaKaRaN"));
	v = judge("tabung\xffgas\xe2\x82meledak");
	assert_true(says(&v, "tabung gas meledak"));
}

/* Where somebody underlines it; "api" inside of "Kecapi" is none. */
static void a_reason_says_where_it_stands_counted_in_letters(void **state)
{
	struct verdict v = judge("\xf0\x9f\x94\xa5 caf\xc3\xa9 di Kecapi: ada api, tolong");

	(void)state;
	for (unsigned i = 0; i < v.term_count; i++) {
		if (strcmp(v.term[i].term, "ada api") != 0)
			continue;
		assert_int_equal(v.term[i].at, 18);
		assert_int_equal(v.term[i].len, 7);
		return;
	}
	fail_msg("ada api is no reason");
}

/* A model may lean on "di"; a person who asks why is not told so. */
static void words_that_say_nothing_are_no_reason(void **state)
{
	static const char *const texts[] = {
		"Pohon tumbang di gang menutup jalan di depan sekolah",
		"Kabel putus di jalan, di depan rumah ada percikan",
		"Ada orang terjebak di atap ruko",
		"Warga minta bantuan di sini, ada orang di dalam sumur",
	};

	(void)state;
	for (size_t t = 0; t < sizeof(texts) / sizeof(texts[0]); t++) {
		struct verdict v = judge(texts[t]);

		assert_true(v.term_count > 0);
		assert_false(says(&v, "di") || says(&v, "ada") || says(&v, "Ada"));
	}
}

static void alarm_words_behind_the_end_of_reading_are_looked_for_by_a_person(void **state)
{
	size_t len = 20000;
	char *text = malloc(len);
	struct verdict v;

	(void)state;
	memset(text, 'x', len);
	memcpy(text, "sampah menumpuk ", 16);
	memcpy(text + len - 20, " kebakaran          ", 20);
	classify(cirebon, text, len, &v);
	assert_string_equal(v.category, "garbage");
	assert_int_equal(v.disposition, DISPOSITION_REVIEW);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_contracts_example_is_an_emergency_with_its_reasons),
		cmocka_unit_test(what_may_hurt_who_comes_is_said_of_this_moment_alone),
		cmocka_unit_test(what_nobody_understands_is_for_a_person),
		cmocka_unit_test(a_doubtful_alarm_is_never_silent),
		cmocka_unit_test(fear_and_place_names_raise_no_alarm),
		cmocka_unit_test(
			somebody_inside_is_in_danger_only_where_something_grave_goes_on),
		cmocka_unit_test(what_may_fall_or_smokes_next_door_is_of_the_same_day),
		cmocka_unit_test(a_crowd_that_gathers_is_seen_by_a_person),
		cmocka_unit_test(an_expression_may_be_split),
		cmocka_unit_test(the_event_is_the_category_and_its_effect_the_priority),
		cmocka_unit_test(what_makes_it_worse_raises_and_what_eases_it_lowers),
		cmocka_unit_test(a_prank_is_noise_only_when_it_says_nothing_else),
		cmocka_unit_test(over_the_border_help_comes_first),
		cmocka_unit_test(more_evidence_never_makes_it_less_certain),
		cmocka_unit_test(a_reason_is_the_citizens_own_word),
		cmocka_unit_test(a_reason_says_where_it_stands_counted_in_letters),
		cmocka_unit_test(words_that_say_nothing_are_no_reason),
		cmocka_unit_test(a_reason_says_what_it_is_and_how_its_event_stands),
		cmocka_unit_test(
			alarm_words_behind_the_end_of_reading_are_looked_for_by_a_person),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
