#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "core/depth.h"

static void depths_are_read_as_people_write_them(void **state)
{
	static const struct {
		const char *text;
		unsigned cm;
	} cases[] = {
		{"banjir 80 cm", 80},
		{"banjir 80cm di gang", 80},
		{"air setinggi 1,2 meter", 120},
		{"air 1.5 m", 150},
		{"sekitar 30-80 cm", 80},
		{"banjir 2 meter lebih", 200},
		{"got panjang 3 meter", 0},
		{"sepanjang 200 meter banjir", 0},
		{"jalan berlubang 800 meter dari pasar", 0},
		{"RT 3 RW 5", 0},
		{"", 0},
		{"9999999999999999999 cm", 0},
		{"cm 80", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct words words;

		normalise(NULL, cases[i].text, strlen(cases[i].text), &words);
		if (depth_read(&words, cases[i].text) != cases[i].cm)
			fail_msg("\"%s\" is read as %u cm", cases[i].text,
				 depth_read(&words, cases[i].text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(depths_are_read_as_people_write_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
