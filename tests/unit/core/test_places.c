#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "city.h"
#include "core/place.h"
#include "core/place_figure.h"
#include "core/table.h"

static struct rules *rules;

static int load(void **state)
{
	(void)state;
	rules = city_load();
	return 0;
}

static int unload(void **state)
{
	(void)state;
	rules_free(&rules);
	return 0;
}

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
	assert_int_equal(place_figure_take(rules, file, text, tell, NULL, &figure, &err), 0);
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			typed_places_are_found_in_their_kelurahan_and_nonsense_is_nowhere),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
