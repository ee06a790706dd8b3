#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "city.h"
#include "core/roster_csv.h"

#define WIB 420

static int64_t at(const char *time)
{
	int64_t at_ms;
	struct err err;

	assert_int_equal(clock_parse(time, &at_ms, &err), 0);
	return at_ms;
}

static struct shift shift(const char *unit, const char *from, const char *to, int crew)
{
	struct shift shift = {.from_ms = at(from), .to_ms = at(to), .crew = crew};

	snprintf(shift.unit, sizeof(shift.unit), "%s", unit);
	return shift;
}

static void fill(struct roster *roster, const struct shift *shifts, size_t count)
{
	*roster = (struct roster){0};
	for (size_t i = 0; i < count; i++)
		roster_add(roster, &shifts[i]);
}

static void a_unit_is_on_in_its_shifts_off_between_and_nothing_is_said_outside(void **state)
{
	const struct shift shifts[] = {
		shift("DMK-01", "2026-11-26T07:00:00Z", "2026-11-26T14:00:00Z", 4),
		shift("DMK-02", "2026-11-20T07:00:00Z", "2026-11-28T14:00:00Z", 3),
		shift("DMK-01", "2026-11-25T07:00:00Z", "2026-11-25T14:00:00Z", 5),
		shift("DMK-01", "2026-11-25T13:50:00Z", "2026-11-25T21:00:00Z", 6),
	};
	static const struct {
		const char *unit, *at;
		enum roster_duty duty;
		const char *since;
		int crew;
	} cases[] = {
		{"DMK-01", "2026-11-25T06:59:59Z", ROSTER_SILENT, NULL, 0},
		{"DMK-01", "2026-11-25T07:00:00Z", ROSTER_ON, "2026-11-25T07:00:00Z", 5},
		{"DMK-01", "2026-11-25T13:55:00Z", ROSTER_ON, "2026-11-25T13:50:00Z", 6},
		{"DMK-01", "2026-11-25T20:59:59Z", ROSTER_ON, "2026-11-25T13:50:00Z", 6},
		{"DMK-01", "2026-11-25T21:00:00Z", ROSTER_OFF, "2026-11-25T21:00:00Z", 0},
		{"DMK-01", "2026-11-26T07:00:00Z", ROSTER_ON, "2026-11-26T07:00:00Z", 4},
		{"DMK-01", "2026-11-26T14:00:00Z", ROSTER_SILENT, NULL, 0},
		{"DMK-02", "2026-11-25T21:00:00Z", ROSTER_ON, "2026-11-20T07:00:00Z", 3},
		{"DMK-03", "2026-11-25T21:00:00Z", ROSTER_SILENT, NULL, 0},
	};
	struct roster roster;

	(void)state;
	fill(&roster, shifts, 4);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct roster_word word = roster_ask(&roster, cases[i].unit, at(cases[i].at));

		assert_int_equal(word.duty, cases[i].duty);
		assert_int_equal(word.since_ms,
				 cases[i].since != NULL ? at(cases[i].since) : 0);
		assert_int_equal(word.now != NULL ? word.now->crew : 0, cases[i].crew);
	}
	roster_fini(&roster);
}

static void the_next_change_is_the_soonest_beginning_or_end(void **state)
{
	const struct shift shifts[] = {
		shift("DMK-01", "2026-11-25T07:00:00Z", "2026-11-25T14:00:00Z", 1),
		shift("DMK-02", "2026-11-25T08:00:00Z", "2026-11-25T12:00:00Z", 1),
	};
	static const char *const steps[] = {"2026-11-25T07:00:00Z", "2026-11-25T08:00:00Z",
					    "2026-11-25T12:00:00Z", "2026-11-25T14:00:00Z"};
	struct roster roster;
	int64_t now = 0;

	(void)state;
	fill(&roster, shifts, 2);
	for (size_t i = 0; i < 4; i++) {
		now = roster_next_change(&roster, now);
		assert_int_equal(now, at(steps[i]));
	}
	assert_int_equal(roster_next_change(&roster, now), 0);
	roster_fini(&roster);
}

static void a_new_roster_takes_the_place_of_the_old_from_its_first_shift_on(void **state)
{
	const struct shift old[] = {
		shift("DMK-01", "2026-10-01T07:00:00Z", "2026-10-01T14:00:00Z", 1),
		shift("DMK-01", "2026-11-24T07:00:00Z", "2026-11-24T14:00:00Z", 2),
		shift("DMK-01", "2026-11-25T07:00:00Z", "2026-11-25T14:00:00Z", 3),
		shift("DMK-02", "2026-11-26T07:00:00Z", "2026-11-26T14:00:00Z", 4),
	};
	const struct shift new[] = {
		shift("DMK-01", "2026-11-25T06:00:00Z", "2026-11-25T12:00:00Z", 5)};
	struct roster roster, fresh;

	(void)state;
	fill(&roster, old, 4);
	fill(&fresh, new, 1);
	roster_merge(&roster, &fresh, at("2026-11-01T00:00:00Z"));
	assert_int_equal(roster.count, 3);
	assert_int_equal(roster.shift[0].crew, 2);
	assert_int_equal(roster.shift[1].crew, 5);
	assert_int_equal(roster.shift[2].crew, 4);
	roster_fini(&roster);
	roster_fini(&fresh);
}

/* ---- Import. ---- */

struct told {
	unsigned count;
	char text[2048];
};

static void keep(void *ctx, const struct err *mistake)
{
	struct told *told = ctx;
	size_t len = strlen(told->text);

	told->count++;
	snprintf(told->text + len, sizeof(told->text) - len, "%s\n", mistake->text);
}

static void import(const char *csv, struct roster_import *import_r, struct told *told_r)
{
	char text[4096];

	snprintf(text, sizeof(text), "%s", csv);
	*told_r = (struct told){0};
	roster_import_csv(rules_fleet(cirebon), "jaga.csv", text, WIB, import_r, keep, told_r);
}

static void whatever_the_system_writes_between_its_cells_is_read(void **state)
{
	static const char *const files[] = {
		"unit;tanggal;mulai;selesai;jumlah\nDMK-01;25/11/2026;07:00;14:00;4\n",
		"unit,tanggal,mulai,selesai,jumlah\r\ndmk-01,2026-11-25,07.00,14.00,4\r\n",
		"Kode Unit\tTanggal\tJam Mulai\tJam Selesai\tJumlah Awak\n"
		"DMK-01 \t25-11-2026\t7:00\t14:00:00\t4",
		"NAMA;unit;mulai;selesai;jumlah\n"
		"\"Budi; \"\"Komandan\"\"\";\"DMK-01\";25/11/2026 07:00;25/11/2026 14:00;4\n\n",
		"date,from,to,crew,unit,note\n25/11/2026 00:00,07:00,14:00,4,DMK-01,\"two\n"
		"lines\"\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		struct roster_import in;
		struct told told;

		import(files[i], &in, &told);
		if (told.count > 0)
			fail_msg("%zu: %s", i, told.text);
		assert_int_equal(in.roster.count, 1);
		assert_string_equal(in.roster.shift[0].unit, "DMK-01");
		assert_int_equal(in.roster.shift[0].from_ms, at("2026-11-25T07:00:00+07:00"));
		assert_int_equal(in.roster.shift[0].to_ms, at("2026-11-25T14:00:00+07:00"));
		assert_int_equal(in.roster.shift[0].crew, 4);
		roster_fini(&in.roster);
	}
}

static void a_row_for_each_person_is_counted_and_only_who_leads_is_named(void **state)
{
	static const char csv[] =
		"NIP;Nama;unit;tanggal;mulai;selesai;jabatan;kode_petugas\n"
		"197001011990031001;Budi;DMK-01;25/11/2026;21:00;07:00;Anggota;A-7\n"
		"197001011990031002;Siti;DMK-01;25/11/2026;21:00;07:00;Danru A;D-12\n"
		"197001011990031003;Wati;DMK-01;25/11/2026;21:00;07:00;Pengemudi;P-3\n"
		"197001011990031004;Tono;DMK-02;25/11/2026;21:00;24:00;Komandan;K-1\n";
	struct roster_import in;
	struct told told;

	(void)state;
	import(csv, &in, &told);
	assert_string_equal(told.text, "");
	assert_int_equal(in.rows, 4);
	assert_int_equal(in.roster.count, 2);
	assert_int_equal(in.roster.shift[0].crew, 3);
	assert_string_equal(in.roster.shift[0].lead, "D-12");
	assert_int_equal(in.roster.shift[0].to_ms, at("2026-11-26T07:00:00+07:00"));
	assert_int_equal(in.roster.shift[1].to_ms, at("2026-11-26T00:00:00+07:00"));
	roster_fini(&in.roster);
}

static void each_mistake_is_named_by_line_and_column_and_no_person_is(void **state)
{
	static const struct {
		const char *csv, *says;
	} cases[] = {
		{"", "jaga.csv:1: is empty"},
		{"unit;mulai\n", "jaga.csv:1: selesai: no such column in the header; add it"},
		{"unit;mulai;selesai\n\nDMK-99;x;y\n", "jaga.csv:3: unit: no unit \"DMK-99\""},
		{"unit;tanggal;mulai;selesai\nDMK-01;31/02/2026;07:00;14:00\n",
		 "jaga.csv:2: tanggal: \"31/02/2026\" is not a date such as 25/11/2026"},
		{"unit;tgl;mulai;selesai\nDMK-01;11/25/2026;07:00;14:00\n", ":2: tgl: "},
		{"unit;mulai;selesai\nDMK-01;07:00;14:00\n",
		 ":2: mulai: \"07:00\" has no date"},
		{"unit;tanggal;mulai;selesai\nDMK-01;25/11/2026;25:00;14:00\n",
		 ":2: mulai: \"25:00\" is not a time"},
		{"unit;tanggal;mulai;selesai\nDMK-01;25/11/2026;07:00;pagi\n",
		 ":2: selesai: \"pagi\" is not a time"},
		{"unit;mulai;selesai\nDMK-01;25/11/2026 07:00;24/11/2026 14:00\n",
		 ":2: selesai: \"24/11/2026 14:00\": a shift ends after it begins"},
		{"unit;mulai;selesai\nDMK-01;25/11/2026 07:00;28/11/2026 14:00\n",
		 "within 48 hours"},
		{"unit;tanggal;mulai;selesai;jumlah\nDMK-01;25/11/2026;07:00;14:00;0\n",
		 ":2: jumlah: \"0\" is not a number from 1 to 100"},
		{"unit;tanggal;mulai;selesai;jumlah\nDMK-01;25/11/2026;07:00;14:00;4\n"
		 "DMK-01;25/11/2026;07:00;14:00;4\n",
		 ":3: unit: this shift of DMK-01 is there already"},
		{"unit;tanggal;mulai;selesai;peran;id\n"
		 "DMK-01;25/11/2026;07:00;14:00;danru;197001011990031001\n",
		 ":2: id: is as long as a NIP or a NIK: give an internal id"},
		{"unit;tanggal;mulai;selesai;peran;id\n"
		 "DMK-01;25/11/2026;07:00;14:00;ketua;3274011501900001\n",
		 ":2: id: is as long as a NIP or a NIK"},
		{"unit;tanggal;mulai;selesai;peran;id\nDMK-01;25/11/2026;07:00;14:00;danru;A\n"
		 "DMK-01;25/11/2026;07:00;14:00;danru;B\n",
		 ":3: id: this shift of DMK-01 is led by another already"},
		{"unit;mulai;selesai\n\"DMK-01;x;y\n", ":2: a quote has no end"},
		{"nama;unit;mulai;selesai\n\"x\ny\";DMK-01;a;b\nz;DMK-02;c;d\n", ":4: mulai: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct roster_import in;
		struct told told;

		import(cases[i].csv, &in, &told);
		if (strstr(told.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", told.text, cases[i].says);
		assert_true(in.mistakes > 0);
		assert_null(strstr(told.text, "197001011990031001"));
		roster_fini(&in.roster);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			a_unit_is_on_in_its_shifts_off_between_and_nothing_is_said_outside),
		cmocka_unit_test(the_next_change_is_the_soonest_beginning_or_end),
		cmocka_unit_test(
			a_new_roster_takes_the_place_of_the_old_from_its_first_shift_on),
		cmocka_unit_test(whatever_the_system_writes_between_its_cells_is_read),
		cmocka_unit_test(a_row_for_each_person_is_counted_and_only_who_leads_is_named),
		cmocka_unit_test(each_mistake_is_named_by_line_and_column_and_no_person_is),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
