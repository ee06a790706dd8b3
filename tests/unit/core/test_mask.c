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

struct masked {
	const char *text, *expected;
};

static void check_all(const struct masked *cases, size_t count)
{
	for (size_t i = 0; i < count; i++)
		check(cases[i].text, cases[i].expected, NULL);
}

#define CHECK_ALL(cases) check_all(cases, sizeof(cases) / sizeof((cases)[0]))

static void numbers_addresses_and_plates_are_masked(void **state)
{
	static const struct masked cases[] = {
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
	CHECK_ALL(cases);
}

/* As people write numbers when no form wants them otherwise. */
static void numbers_parted_anyhow_are_masked(void **state)
{
	static const struct masked cases[] = {
		{"0812 - 3456 - 7890", "[telepon]"},
		{"08 12 34 56 78 90", "[telepon]"},
		{"0812/3456/7890", "[telepon]"},
		{"0812_3456_7890", "[telepon]"},
		{"0812\xc2\xa0\x33\x34\x35\x36\xe2\x80\x91\x37\x38\x39\x30", "[telepon]"},
		{"0812\n3456 7890", "[telepon]"},
		{"0231/204567", "[telepon]"},
		{"812-3456-7890", "[nomor]"},
		{"62 812 3456 7890", "[telepon]"},
		{"nol delapan satu dua, tiga empat lima enam tujuh", "[telepon]"},
		{"0811111111111111111111111111111111", "[telepon]"},
		{"32.7401.120345.0001", "[nik]"},
		{"32 74 01 520345 0001 itu", "[nik] itu"},
		{"3274 01 12 03 45 0001", "[nik]"},
		{"ktp 32-74-01-12-03-45-0001", "ktp [nik]"},
		{"kartu 1340 0123 45678", "kartu [nomor]"},
		{"nomor saya ini 204567", "nomor saya ini [telepon]"},
	};

	(void)state;
	CHECK_ALL(cases);
}

static void plates_and_addresses_written_anyhow_are_masked(void **state)
{
	static const struct masked cases[] = {
		{"E.1234.AB", "[plat]"},
		{"E  1234  AB", "[plat]"},
		{"E-1234-M", "[plat]"},
		{"nopol e 12 ab", "nopol [plat]"},
		{"plat merah E 12", "plat merah [plat]"},
		{"surel budi@gmail", "surel [surel]"},
		{"Ren\xc3\xa9i@t.id", "[surel]"},
		{"surel\xc2\xa0"
		 "budi@gmail.com",
		 "[surel]"},
		{"wa.me/budi dan facebook.com/budi.s", "[tautan] dan [tautan]"},
		{"www.contoh.id", "[tautan]"},
	};

	(void)state;
	CHECK_ALL(cases);
}

static void what_a_text_calls_a_name_is_masked(void **state)
{
	static const struct masked cases[] = {
		{"nama saya budi santoso dari RT 3", "nama saya [nama] [nama] dari RT 3"},
		{"nama: Siti. ada api", "nama: [nama]. ada api"},
		{"atas nama Budi Eka Santoso Putra", "atas nama [nama] [nama] [nama] Putra"},
		{"ada api di rumah Bpk. Karim Adi dekat masjid",
		 "ada api di rumah Bpk. [nama] [nama] dekat masjid"},
		{"tolong rumah pak Karim, cepat", "tolong rumah pak [nama], cepat"},
	};

	(void)state;
	CHECK_ALL(cases);
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
		"Ibu Hamil Pingsan Di Jalan Kesambi",
		"lapor pak RT, pak Lurah tidak datang",
		"nama jalan Kesambi",
		"pak, Tolong ada api",
		"rp 500 rb, sd 500 m dari sini, yg 100 org",
		"21-01-2022 08.00-17.00 tutup",
		"satu dua tiga orang luka",
		"RT.03/07 dan RT 08/12",
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
	check("081234567890sutrisno", "[telepon][nama]", &known);
	mask_know(&known, "", "66666666666666666666666");
	check("66666666666666666666666666666666666666666x", "[telepon]x", &known);
	mask_know(&known, "Bapak Sutrisno Adi-Putra", "(0231) 20-4567");
	check("rumah putranya, s u t r i s n o, ADIII", "rumah [nama], [nama], [nama]", &known);
	check("20 45-67 atau 20-4567", "[telepon] atau [telepon]", &known);
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
		cmocka_unit_test(numbers_parted_anyhow_are_masked),
		cmocka_unit_test(plates_and_addresses_written_anyhow_are_masked),
		cmocka_unit_test(what_a_text_calls_a_name_is_masked),
		cmocka_unit_test(what_a_text_is_about_stays),
		cmocka_unit_test(the_reporter_is_masked_by_name_and_number),
		cmocka_unit_test(any_bytes_give_a_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
