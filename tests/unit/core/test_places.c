#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "city.h"
#include "core/areas.h"
#include "core/place.h"
#include "core/place_figure.h"
#include "core/rules.h"
#include "core/table.h"

static void tell(void *ctx, unsigned line, const char *text, const char *expected,
		 const char *found)
{
	(void)ctx;
	print_message("line %u: \"%s\": %s is expected, found is %s\n", line, text, expected,
		      found);
}

static struct place_figure take(const char *file)
{
	struct place_figure figure;
	struct err err;
	char *text;
	size_t len;

	assert_int_equal(file_read(TANGI_SOURCE_DIR "/tests/data", file, &text, &len, &err), 0);
	assert_int_equal(place_figure_take(cirebon, file, text, tell, NULL, &figure, &err), 0);
	free(text);
	print_message("%s: %u of %u in the right kelurahan, %u of %u made up\n", file,
		      figure.right, figure.places, figure.invented, figure.nowhere);
	return figure;
}

static void typed_places_are_found_in_their_kelurahan_and_nonsense_is_nowhere(void **state)
{
	struct place_figure figure = take("places.tsv");

	(void)state;
	assert_true(figure.right * 100 >= figure.places * 88);
	assert_int_equal(figure.invented, 0);
}

static struct place_candidates find(const char *text)
{
	struct place_candidates found;

	places_find(cirebon, text, strlen(text), &found);
	return found;
}

static struct location locate_text(const char *text)
{
	struct location none = {.from = LOCATION_NONE, .accuracy_m = -1}, out;

	locate(cirebon, &none, text, strlen(text), &out);
	return out;
}

static struct location locate_at(double lat, double lon, int32_t accuracy_m, const char *text)
{
	struct location at = {.from = LOCATION_DEVICE,
			      .has_point = true,
			      .lat_e7 = (int32_t)lround(lat * DEGREE_E7),
			      .lon_e7 = (int32_t)lround(lon * DEGREE_E7),
			      .accuracy_m = accuracy_m};

	locate(cirebon, &at, text, strlen(text), &at);
	return at;
}

static void each_candidate_says_why(void **state)
{
	static const struct {
		const char *text, *place, *reason, *why;
	} cases[] = {
		{"api di Jl. Kesambi", "Jl. Kesambi Raya", "named", "disebut: “Jl. Kesambi”"},
		{"banjir di kel. kesmabi", "Kesambi", "spelling",
		 "“kel. kesmabi” dibaca Kesambi (1 huruf berbeda)"},
		{"rumah di hrjmkti", "Harjamukti", "short",
		 "“hrjmkti” disingkat dari Harjamukti"},
		{"laka dpn balai kota", "Balai Kota Cirebon", "beside", "dpn balai kota"},
		{"antara Pasar Kanoman dan Keraton Kanoman", "Pasar Kanoman - Keraton Kanoman",
		 "between", "antara Pasar Kanoman dan Keraton Kanoman, "},
		{"perempatan kartini sama wahid hasyim", "Jl. R.A. Kartini - Jl. Wahid Hasyim",
		 "crossing", "bertemu"},
		{"dibawa ke RS Ciremai", "RS Tk. III Ciremai", "elsewhere", "tujuan"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place_candidates found = find(cases[i].text);

		assert_true(found.count > 0);
		assert_string_equal(found.candidate[0].place, cases[i].place);
		assert_string_equal(found.candidate[0].reason, cases[i].reason);
		assert_non_null(strstr(found.candidate[0].why, cases[i].why));
	}
}

static void a_name_of_several_places_gives_them_all_the_usual_one_first(void **state)
{
	static const struct {
		const char *text, *kind;
	} cases[] = {
		{"di Kesambi", "kelurahan"},   {"jl kesambi", "jalan"},
		{"kec. Kesambi", "kecamatan"}, {"kecamatan Lemahwungkuk", "kecamatan"},
		{"Kejaksan", "kelurahan"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct place_candidates found = find(cases[i].text);

		assert_true(found.count > 1);
		assert_string_equal(found.candidate[0].kind, cases[i].kind);
		for (unsigned k = 1; k < found.count; k++)
			assert_true(found.candidate[k].score <= found.candidate[k - 1].score);
	}
}

static void words_of_every_day_are_no_places_without_a_cue(void **state)
{
	static const char *const texts[] = {
		"mohon evakuasi",       "ada larangan parkir",   "bu Kartini jatuh",
		"namanya pak Sudirman", "suara kecapi",          "panas 40 derajat",
		"lapor kejaksaan",      "gunung Ciremai erupsi", "warung nasi jamblang",
		"pemuda itu lari",      "bukan di Kesambi",      "pemasangan tiang",
		"di lapangan",          "jalan raya rusak",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct location at = locate_text(texts[i]);

		if (at.from != LOCATION_NONE || at.has_point)
			fail_msg("\"%s\" is at %s", texts[i], at.place);
		assert_int_equal(at.state, LOCATION_UNKNOWN);
	}
}

static void the_same_words_with_a_cue_are_places(void **state)
{
	static const struct {
		const char *text, *area;
	} cases[] = {
		{"di Jl. Evakuasi", "Karyamulya"}, {"kel. Larangan", "Larangan"},
		{"jl Kartini", "Kejaksan"},        {"RT 2 RW 5 Kecapi", "Kecapi"},
		{"di Larangan", "Larangan"},       {"Larangan, banjir", "Larangan"},
		{"jl. pemuda", "Sunyaragi"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(locate_text(cases[i].text).area_name, cases[i].area);
}

static void how_exactly_it_is_known_is_said(void **state)
{
	struct location at = locate_text("banjir di kampung sitopeng");

	(void)state;
	assert_int_equal(at.state, LOCATION_AREA);
	assert_false(at.has_point);
	assert_int_equal(at.accuracy_m, -1);
	assert_string_equal(at.place, "Sitopeng");
	assert_string_equal(at.area_name, "Argasunya");
	at = locate_text("di depan RSUD Gunung Jati");
	assert_int_equal(at.state, LOCATION_APPROXIMATE);
	assert_true(at.has_point && at.accuracy_m == 160);
	at = locate_text("korban dibawa ke RS Ciremai");
	assert_int_equal(at.state, LOCATION_UNKNOWN);
	assert_int_equal(at.from, LOCATION_NONE);
	assert_int_equal(at.candidate_count, 1);
	assert_int_equal(locate_at(-6.732, 108.552, 15, "").state, LOCATION_EXACT);
	assert_int_equal(locate_at(-6.732, 108.552, 2500, "").state, LOCATION_APPROXIMATE);
	assert_int_equal(locate_at(-6.732, 108.552, -1, "").state, LOCATION_APPROXIMATE);
}

static void the_kelurahan_that_is_said_is_that_of_the_street(void **state)
{
	struct location at = locate_text("Jl. Siliwangi No. 51 Kelurahan Kejaksan");

	(void)state;
	assert_string_equal(at.place, "Jl. Siliwangi");
	assert_string_equal(at.area_name, "Kejaksan");
	assert_true(at.has_point);
	at = locate_text("jl kartini kelurahan larangan"); /* three kilometres away */
	assert_string_equal(at.area_name, "Larangan");
	assert_int_equal(at.state, LOCATION_AREA);
}

static void a_point_stands_and_words_that_disagree_are_told(void **state)
{
	struct location at = locate_at(-6.7126, 108.5572, 15, "kebakaran di Jl. Kesambi");

	(void)state;
	assert_int_equal(at.from, LOCATION_DEVICE);
	assert_int_equal(at.lat_e7, -67126000);
	assert_string_equal(at.area_name, "Kejaksan");
	assert_string_equal(at.place, "");
	assert_int_equal(at.candidate_count, 1);
	assert_string_equal(at.candidate[0].reason, "disagrees");
	assert_string_equal(at.candidate[0].why,
			    "kata-kata menyebut Jl. Kesambi Raya, 2,2 km dari titik");
	at = locate_at(-6.7303, 108.5548, 15, "kebakaran di Jl. Kesambi");
	assert_int_equal(at.candidate_count, 0);
	assert_string_equal(at.place, "Jl. Kesambi Raya");
	at = locate_at(-6.7126, 108.5572, 5000, "kebakaran di Jl. Kesambi");
	assert_int_equal(at.candidate_count, 0); /* its error reaches as far */
}

static void neighbours_and_borders_are_marked(void **state)
{
	struct location at = locate_text("kebakaran di Jl. Tuparev");

	(void)state;
	assert_true(at.is_neighbour);
	assert_string_equal(at.area, "32.09.20");
	at = locate_text("kebakaran di Plumbon, kabupaten cirebon");
	assert_true(at.is_neighbour);
	assert_int_equal(at.state, LOCATION_AREA);
	assert_string_equal(at.place, "Plumbon");
	assert_string_equal(at.area, "");
	assert_false(locate_text("di Kesambi").is_neighbour);
	assert_false(locate_at(-6.7264, 108.5600, 15, "").is_near_border); /* in the middle */
	assert_false(locate_at(-6.7180, 108.5712, 15, "").is_near_border); /* the harbour */
	at = locate_at(-6.7140, 108.5480, 15, "");
	assert_true(at.is_near_border);
	at = locate_at(-6.7264, 108.5600, 3000, ""); /* the error reaches over it */
	assert_true(at.is_near_border);
	assert_true(locate_at(-6.712755, 108.535404, 15, "").is_neighbour);
}

static void each_agency_has_its_own_ground(void **state)
{
	agency_set police = agency_set_parse(rules_agencies(cirebon), "police", 6);

	(void)state;
	assert_int_equal(area_agencies(cirebon, "32.09.20"), police);
	assert_int_equal(area_agencies(cirebon, "32.09.14"), 0); /* Polresta Cirebon's */
	assert_int_equal(area_agencies(cirebon, ""), 0);
	assert_true((area_agencies(cirebon, "32.74.05.1003") & police) == police);
	assert_int_equal(area_agencies(cirebon, "32.74.05.1003"),
			 ((agency_set)1 << rules_agencies(cirebon)->count) - 1);
	assert_int_equal(area_agencies(cirebon, "32.7"), 0);
}

static void the_words_that_say_where_travel_along_as_they_were_typed(void **state)
{
	static const struct {
		const char *text, *said;
	} cases[] = {
		{"API di Jl. Kesambi Gg. Melati RT 03/07 No. 12 cepat",
		 "Jl. Kesambi Gg. Melati RT 03/07 No. 12"},
		{"tolong ke gang mawar 3 rt 2", "gang mawar 3 rt 2"},
		{"kebakaran jl antah berantah no 5 dekat csb",
		 "jl antah berantah no 5 dekat csb"},
		{"pohon tumbang depan smpn 1 tadi", "depan smpn 1"},
		{"api di lt 2 ada nenek", ""},
		{"di kesmabi,\nrt 3", "kesmabi, rt 3"},
	};
	static const char part[] = "jl. kesambi “é” ";
	char longest[60 * sizeof(part)];
	struct place_candidates found;
	size_t len = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(find(cases[i].text).said, cases[i].said);
	for (int i = 0; i < 60; i++, len += sizeof(part) - 1)
		memcpy(longest + len, part, sizeof(part));
	found = find(longest);
	assert_in_range(strlen(found.said), PLACE_SAID_SIZE - 5, PLACE_SAID_SIZE - 1);
	for (const char *at = found.said; *at != '\0'; at += utf8_length(at, strlen(at)))
		assert_true(utf8_length(at, strlen(at)) > 0);
}

static void a_search_needs_no_cue_and_completes(void **state)
{
	static const struct {
		const char *text, *place;
	} cases[] = {
		{"larangan", "Larangan"},
		{"grage c", "Grage City Mall"},
		{"jl. sis", "Jl. Sisingamangaraja"},
		{"benteng", "Jl. Benteng"},
		{"dpn rsud gn jati", "RSD Gunung Jati"},
	};
	struct place_candidates found;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		places_search(cirebon, cases[i].text, strlen(cases[i].text), &found);
		assert_true(found.count > 0);
		assert_string_equal(found.candidate[0].place, cases[i].place);
	}
	places_search(cirebon, "qwxz", 4, &found);
	assert_int_equal(found.count, 0);
}

static void a_mistake_in_the_files_names_its_line(void **state)
{
	static const struct {
		const char *file, *from, *to, *error;
	} cases[] = {
		{"place-words.tsv", "\tstreet\t", "\tstrasse\t", "role: no role \"strasse\""},
		{"place-words.tsv", "\ngang\t", "\njalan\t", "\"jalan\" is there twice"},
		{"places.json", "32.09.20", "32.09.99", "no area \"32.09.99\""},
		{"places.json", "\"police\"", "\"polisi\"", "no agency \"polisi\""},
		{"places.json", "near_border_m", "near_m", "near_m"},
		{"gazetteer.tsv", "\tjalan\t", "\trumah\t", "no kind of place \"rumah\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *other = NULL;
		struct err err;

		assert_int_equal(city_load_changed(&other, cases[i].file, cases[i].from,
						   cases[i].to, &err),
				 -1);
		assert_non_null(strstr(err.text, cases[i].file));
		if (strstr(err.text, cases[i].error) == NULL)
			fail_msg("%s", err.text);
	}
}

static double microseconds(const char *text, size_t len, int times)
{
	struct timespec from, to;
	struct place_candidates found;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	for (int i = 0; i < times; i++)
		places_find(cirebon, text, len, &found);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return ((double)(to.tv_sec - from.tv_sec) * 1e6 +
		(double)(to.tv_nsec - from.tv_nsec) / 1e3) /
	       times;
}

/* Shown, not judged: a busy machine and a sanitizer are no measure. */
static void how_long_it_takes_is_shown(void **state)
{
	static const char usual[] =
		"Tolong pak kebakaran rumah di Jl. Kesambi gang melati RT 03/07 belakang rsud "
		"gunung jati, masih ada nenek di dalam, apinya sudah sampai atap, pemadam "
		"tolong "
		"cepat, mobil bisa masuk dari perempatan bypass, warga sudah menyiram tapi "
		"tidak "
		"cukup airnya, di sebelah ada gudang kayu milik pak haji sudirman";
	static const char *const parts[] = {"kesmabi ", "kalitanjng di ", "a ", "jl ",
					    "antara pasar kanomn dan "};
	char *worst = malloc(16384);

	(void)state;
	print_message("%zu characters: %.0f us\n", sizeof(usual) - 1,
		      microseconds(usual, sizeof(usual) - 1, 100));
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (size_t at = 0; at < 16384; at++)
			worst[at] = parts[i][at % strlen(parts[i])];
		print_message("16 KiB of \"%s\": %.1f ms\n", parts[i],
			      microseconds(worst, 16384, 5) / 1000);
	}
	free(worst);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			typed_places_are_found_in_their_kelurahan_and_nonsense_is_nowhere),
		cmocka_unit_test(each_candidate_says_why),
		cmocka_unit_test(a_name_of_several_places_gives_them_all_the_usual_one_first),
		cmocka_unit_test(words_of_every_day_are_no_places_without_a_cue),
		cmocka_unit_test(the_same_words_with_a_cue_are_places),
		cmocka_unit_test(how_exactly_it_is_known_is_said),
		cmocka_unit_test(the_kelurahan_that_is_said_is_that_of_the_street),
		cmocka_unit_test(a_point_stands_and_words_that_disagree_are_told),
		cmocka_unit_test(neighbours_and_borders_are_marked),
		cmocka_unit_test(each_agency_has_its_own_ground),
		cmocka_unit_test(the_words_that_say_where_travel_along_as_they_were_typed),
		cmocka_unit_test(a_search_needs_no_cue_and_completes),
		cmocka_unit_test(a_mistake_in_the_files_names_its_line),
		cmocka_unit_test(how_long_it_takes_is_shown),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
