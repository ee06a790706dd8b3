#include "core/similar.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "city.h"
#include "core/areas.h"
#include "core/classify.h"

static struct {
	struct rules *rules;
	struct similar_rules *similar;
	struct gist_scratch scratch;
} city;

struct told {
	const char *text;
	double lat, lon; /* 0: no point came along */
	int minute;
	uint64_t caller;
};

static void take(const struct told *told, struct gist *gist_r)
{
	struct location location = {.from = LOCATION_NONE, .accuracy_m = -1};
	struct verdict verdict;
	struct gist_of of = {.text = told->text,
			     .len = strlen(told->text),
			     .verdict = &verdict,
			     .location = &location,
			     .at_ms = 1764000000000 + told->minute * 60000,
			     .caller = told->caller};

	if (told->lat != 0)
		location = (struct location){.from = LOCATION_DEVICE,
					     .has_point = true,
					     .lat_e7 = (int32_t)lround(told->lat * DEGREE_E7),
					     .lon_e7 = (int32_t)lround(told->lon * DEGREE_E7),
					     .accuracy_m = 15};
	classify(city.rules, of.text, of.len, &verdict);
	locate(city.rules, &location, of.text, of.len, &location);
	gist_take(city.rules, &city.similar->tongue, &of, &city.scratch, gist_r);
}

enum made_of { JOINED, SUGGESTED, NOTHING };

static enum made_of made_of(const struct told *a, const struct told *b)
{
	struct gist x, y;
	struct comparison c;
	double score;

	take(b, &y);
	take(a, &x);
	similar_compare(&x, &y, &c);
	score = similar_score(city.similar, &c);
	if (score >= city.similar->link && similar_may_join(city.similar, &x, &y, &c))
		return JOINED;
	if (score >= city.similar->suggest && similar_may_suggest(&x, &y, &c))
		return SUGGESTED;
	return NOTHING;
}

static void what_is_joined_suggested_or_left_alone(void **state)
{
	static const struct {
		struct told a, b;
		enum made_of expected;
	} cases[] = {
		/* One fire, two who see it. */
		{{"Kebakaran gudang rongsokan, asap hitam", -6.7300, 108.5500, 0, 0},
		 {"Gudang rongsok terbakar pak, apinya besar", -6.7309, 108.5506, 3, 0},
		 JOINED},
		/* The same words, the other end of the city. */
		{{"Kebakaran rumah warga, api besar", -6.7300, 108.5500, 0, 0},
		 {"Kebakaran rumah warga, api besar", -6.7000, 108.5600, 1, 0},
		 NOTHING},
		/* One spot, another matter. */
		{{"Kebakaran rumah warga, api besar", -6.7300, 108.5500, 0, 0},
		 {"Ada begal bawa celurit, motor saya dirampas", -6.7301, 108.5501, 2, 0},
		 NOTHING},
		/* Two patients of one street are two. */
		{{"Bapak saya tidak sadar, tolong ambulans", -6.7300, 108.5500, 0, 0},
		 {"Istri pingsan habis jatuh di kamar mandi, butuh ambulans", -6.7303, 108.5502,
		  9, 0},
		 SUGGESTED},
		/* No points, and all of it said alike. */
		{{"Banjir di Perumnas Burung blok Merak, air masuk rumah sepaha", 0, 0, 0, 0},
		 {"Perumnas Burung blok Merak banjir sepaha, air sudah masuk rumah warga", 0, 0,
		  4, 0},
		 JOINED},
		/* No points, and nothing but what everybody says. */
		{{"Tolong kebakaran cepat pak", 0, 0, 0, 0},
		 {"Tolong pak kebakaran, cepat", 0, 0, 1, 0},
		 SUGGESTED},
		/* A form filled in twice. */
		{{"Mohon pemangkasan pohon rindang di depan rumah Blok Cendana No. 12", 0, 0, 0,
		  0},
		 {"Mohon pemangkasan pohon rindang di depan rumah Blok Cendana No. 48", 0, 0, 2,
		  0},
		 SUGGESTED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum made_of made = made_of(&cases[i].a, &cases[i].b);

		if (made != cases[i].expected ||
		    made_of(&cases[i].b, &cases[i].a) != cases[i].expected)
			fail_msg("%d, not %d: %s | %s", made, cases[i].expected,
				 cases[i].a.text, cases[i].b.text);
	}
}

static void the_reasons_name_distance_time_and_words(void **state)
{
	struct told a = {"asap tebal keluar dari atap gudang plastik", -6.73, 108.55, 2, 7};
	struct told b = {"Gudang plastik kebakaran, atapnya runtuh", -6.73, 108.5512, 0, 7};
	struct likeness likeness;
	struct gist x, y;
	char text[256];

	(void)state;
	take(&b, &y);
	take(&a, &x);
	similar_explain(city.similar, &x, &y, a.text, &city.scratch, &likeness);
	likeness_explain(&likeness, text, sizeof(text));
	assert_non_null(strstr(text, "133 m, 2 menit"));
	assert_non_null(strstr(text, "atap"));
	assert_non_null(strstr(text, "plastik"));
	assert_non_null(strstr(text, "pelapor sama"));
}

static void numbers_and_sides_of_an_address_contradict_each_other(void **state)
{
	static const struct {
		const char *a, *b;
		double expected;
	} cases[] = {
		{"pju mati gang 4", "pju mati gg 5", 1},
		{"pju mati gang 4", "pju mati gang 04", 0},
		{"rt03 rw 07", "RT 3 / RW 08", 1},
		{"rt03 rw 07", "RT 4 / RW 08", 2},
		{"depan toko kain", "depan masjid", 1},
		{"gang 4 dan gang 5", "gang 5", 0},
		{"gang 4", "blok 5", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct told a = {.text = cases[i].a}, b = {.text = cases[i].b};
		struct gist x, y;
		struct comparison c;

		take(&a, &x);
		take(&b, &y);
		similar_compare(&x, &y, &c);
		if (c.sign[SIMILAR_ADDRESS] != cases[i].expected)
			fail_msg("%s | %s: %.0f", a.text, b.text, c.sign[SIMILAR_ADDRESS]);
	}
}

/* Whatever comes, of whatever length. */
static void a_gist_is_made_of_any_bytes(void **state)
{
	static char text[20000];
	struct told told = {.text = text};
	struct gist gist;

	(void)state;
	srand(20261125);
	for (int round = 0; round < 60; round++) {
		size_t len = (size_t)rand() % (sizeof(text) - 1);

		for (size_t i = 0; i < len; i++)
			text[i] =
				(char)(round % 3 == 0 ? "ab 12"[rand() % 5] : rand() % 255 + 1);
		text[len] = '\0';
		take(&told, &gist);
		assert_true(gist.word_count <= GIST_WORDS_MAX);
		assert_true(gist.mark_count <= GIST_MARKS_MAX);
		for (unsigned i = 1; i < gist.word_count; i++)
			assert_true(gist.word[i - 1].hash < gist.word[i].hash);
	}
}

static int load(void **state)
{
	struct err err;

	(void)state;
	city.rules = city_load();
	if (similar_load(&city.similar, CITY_DIR, city.rules, &err) < 0 || city.similar == NULL)
		fail_msg("%s", err.text);
	return 0;
}

static int unload(void **state)
{
	(void)state;
	similar_free(&city.similar);
	rules_free(&city.rules);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_joined_suggested_or_left_alone),
		cmocka_unit_test(the_reasons_name_distance_time_and_words),
		cmocka_unit_test(numbers_and_sides_of_an_address_contradict_each_other),
		cmocka_unit_test(a_gist_is_made_of_any_bytes),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
