/* What could tell who somebody is leaves no text; what the text is about stays in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "core/mask.h"

static void check(const char *text, const char *expected, const struct mask_known *known)
{
	char *masked = mask_text(text, strlen(text), known);

	assert_string_equal(masked, expected);
	xfree(masked);
}

static void numbers_addresses_and_plates_are_masked(void **state)
{
	static const struct {
		const char *text, *masked;
	} cases[] = {
		{"hub 0812-3456-7890 segera", "hub [telepon] segera"},
		{"+62 812 3456 7890", "[telepon]"},
		{"wa6281234567890", "wa[telepon]"},
		{"telp (0231) 204567.", "telp ([telepon]."},
		{"hp saya 204567", "hp saya [telepon]"},
		{"O81234567890", "[telepon]"},
		{"0812345678 2 orang luka", "[telepon] 2 orang luka"},
		{"nik 3274011203450001", "nik [nik]"},
		{"NIK: 3274 0112 0345 0001", "NIK: [nik]"},
		{"id pelanggan 53810023", "id pelanggan [nomor]"},
		{"surel budi.santoso@contoh.co.id ya", "surel [surel] ya"},
		{"ig @budi_99", "ig [akun]"},
		{"lihat https://contoh.id/budi?x=1 dulu", "lihat [tautan] dulu"},
		{"motor E 1234 AB lari", "motor [plat] lari"},
		{"avanza b1234xyz", "avanza [plat]"},
		{"D 7 KL menabrak", "[plat] menabrak"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check(cases[i].text, cases[i].masked, NULL);
}

static void what_a_text_is_about_stays(void **state)
{
	static const char *const texts[] = {
		"",
		"Kebakaran rumah di Jl. Kesambi No 12 RT 03/07, 2 orang di dalam",
		"banjir sepaha 80 cm sejak 14.30-16.00 tgl 23-01-2022",
		"rt 03 rw 05 blok E 3 no 5",
		"GANG B 12 ADA API",
		"Rp 1.500.000 per bulan, 2022-01-23 07.40",
		"tolong!! 112 tidak diangkat",
		"api di lt 2 ada nenek",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		check(texts[i], texts[i], NULL);
}

static void the_reporter_is_masked_by_name_and_number(void **state)
{
	struct mask_known known;

	(void)state;
	mask_know(&known, "Bapak Sutrisno Adi-Putra", "(0231) 20-4567");
	assert_int_equal(known.name_count, 3);
	check("saya SUTRISNO, putra pak adi, hubungi ya",
	      "saya [nama], [nama] pak [nama], hubungi ya", &known);
	check("204567 atau adik saya", "[telepon] atau adik saya", &known);
	check("bapak adil di masjid", "bapak adil di masjid", &known);
	mask_know(&known, NULL, NULL);
	check("saya Sutrisno", "saya Sutrisno", &known);
}

static void any_bytes_give_a_text(void **state)
{
	static const char odd[] = "\xff\x00\xc3 0812\x00 3456 7890 \xc3\xa9"
				  "1a\xff";
	char *masked = mask_text(odd, sizeof(odd) - 1, NULL), *long_one,
	     *digits = malloc(16384);

	(void)state;
	assert_non_null(masked);
	xfree(masked);
	memset(digits, '1', 16384);
	long_one = mask_text(digits, 16384, NULL);
	assert_string_equal(long_one, "[nomor]");
	xfree(long_one);
	free(digits);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_addresses_and_plates_are_masked),
		cmocka_unit_test(what_a_text_is_about_stays),
		cmocka_unit_test(the_reporter_is_masked_by_name_and_number),
		cmocka_unit_test(any_bytes_give_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
