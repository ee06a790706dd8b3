#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "base/jsonw.h"
#include "city.h"
#include "core/areas.h"
#include "core/rules.h"

static struct location place(double lat, double lon)
{
	struct location at = {.from = LOCATION_DEVICE,
			      .has_point = true,
			      .lat_e7 = (int32_t)lround(lat * DEGREE_E7),
			      .lon_e7 = (int32_t)lround(lon * DEGREE_E7),
			      .accuracy_m = 15};

	locate(cirebon, &at, "banjir di Kejawanan", 19, &at);
	return at;
}

static struct location read_place(const char *text)
{
	struct location none = {.from = LOCATION_NONE, .accuracy_m = -1}, out;

	locate(cirebon, &none, text, strlen(text), &out);
	return out;
}

static void a_point_is_placed_in_its_kelurahan(void **state)
{
	static const struct {
		double lat, lon;
		const char *area;
	} cases[] = {
		{-6.7320, 108.5520, "32.74.05.1003"},     /* Kesambi */
		{-6.71265, 108.557165, "32.74.01.1001"},  /* Kejaksan */
		{-6.775037, 108.542879, "32.74.03.1005"}, /* Argasunya */
		{-6.739555, 108.577797, "32.74.02.1001"}, /* Pegambiran */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct location at = place(cases[i].lat, cases[i].lon);

		assert_string_equal(at.area, cases[i].area);
		assert_int_equal(at.from, LOCATION_DEVICE);
		assert_int_equal(at.accuracy_m, 15);
	}
}

static void a_point_over_the_border_gets_the_neighbour(void **state)
{
	struct location kedawung = place(-6.712755, 108.535404), jakarta = place(-6.2, 106.8);

	(void)state;
	assert_string_equal(kedawung.area, "32.09.20");
	assert_string_equal(kedawung.area_name, "Kedawung");
	assert_string_equal(jakarta.area, "");
	assert_true(jakarta.has_point);
}

static void a_name_in_the_words_gives_an_approximate_point(void **state)
{
	struct location at = read_place("banjir di Jl. Kartini dpn toko");

	(void)state;
	assert_int_equal(at.from, LOCATION_TEXT);
	assert_true(at.has_point && at.accuracy_m >= 100);
	assert_string_equal(at.place, "Jl. R.A. Kartini");
	assert_string_equal(at.area_name, "Kejaksan");
}

static void the_more_telling_name_wins(void **state)
{
	(void)state;
	assert_string_equal(read_place("Kecapi dekat pasar perumnas").place, "Pasar Perumnas");
	assert_string_equal(read_place("jl kalijaga").area_name, "Pegambiran");
	assert_string_equal(read_place("di Kalijaga").area_name, "Kalijaga");
	assert_string_equal(read_place("jalan tuparev").area, "32.09.20");
}

static void nothing_said_is_nothing_known(void **state)
{
	static const char *const texts[] = {"", "tolong", "mohon evakuasi", "\xff\xfe",
					    "pemuda itu lari"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct location at = read_place(texts[i]);

		assert_int_equal(at.from, LOCATION_NONE);
		assert_false(at.has_point);
		assert_int_equal(at.accuracy_m, -1);
		assert_string_equal(at.area, "");
	}
}

/* No hole and no overlap: a fine grid over the city meets each kelurahan, and every point of it
 * that has one keeps it when asked again. */
static void every_kelurahan_is_met(void **state)
{
	char seen[64][AREA_SIZE];
	unsigned count = 0, inside = 0;

	(void)state;
	for (double lat = -6.81; lat < -6.66; lat += 0.001)
		for (double lon = 108.50; lon < 108.61; lon += 0.001) {
			struct location at = place(lat, lon);
			unsigned i = 0;

			if (strncmp(at.area, "32.74.", 6) != 0)
				continue;
			inside++;
			while (i < count && strcmp(seen[i], at.area) != 0)
				i++;
			if (i == count)
				memcpy(seen[count++], at.area, AREA_SIZE);
		}
	assert_int_equal(count, 22);
	assert_in_range(inside, 3100, 3400); /* 39.8 km2 of 0.0122 km2 each */
}

static void a_map_gets_every_border_to_the_metre_and_whom_to_name(void **state)
{
	struct jsonw w;
	json_t *doc, *areas, *area;

	(void)state;
	jsonw_init(&w, 65536);
	rules_write_areas(cirebon, &w);
	doc = json_loads(jsonw_text(&w), 0, NULL);
	areas = json_object_get(doc, "features");
	assert_non_null(strstr(json_string_value(json_object_get(doc, "licence")), "BPS"));
	assert_true(json_array_size(areas) > 30);
	area = json_array_get(areas, 0);
	assert_string_equal(json_string_value(json_object_get(area, "id")), "32.74");
	/* Of the file's first point, 108.519013, -6.738195. */
	area = json_array_get(json_object_get(json_object_get(area, "geometry"), "coordinates"),
			      0);
	area = json_array_get(area, 0);
	assert_float_equal(json_number_value(json_array_get(area, 0)), 108.51901, 1e-9);
	assert_float_equal(json_number_value(json_array_get(area, 1)), -6.7382, 1e-9);
	json_decref(doc);
	jsonw_fini(&w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_point_is_placed_in_its_kelurahan),
		cmocka_unit_test(a_point_over_the_border_gets_the_neighbour),
		cmocka_unit_test(a_name_in_the_words_gives_an_approximate_point),
		cmocka_unit_test(the_more_telling_name_wins),
		cmocka_unit_test(nothing_said_is_nothing_known),
		cmocka_unit_test(every_kelurahan_is_met),
		cmocka_unit_test(a_map_gets_every_border_to_the_metre_and_whom_to_name),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
