#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "city.h"
#include "core/run_sheet.h"

#define NOON INT64_C(1795582800000) /* 2026-11-25T05:00:00Z: noon in Cirebon */

static struct incident incident_of(int64_t no, int priority, const char *text)
{
	struct incident incident = {
		.no = no,
		.opened_at_ms = NOON + no * 1000,
		.verdict = {.disposition = DISPOSITION_EMERGENCY, .priority = priority},
		.text = xstrndup(text, strlen(text)),
	};

	snprintf(incident.verdict.category, CATEGORY_SIZE, "fire_building");
	return incident;
}

static void add(struct run_sheet *sheet, struct incident incident)
{
	run_sheet_add(sheet, &incident);
	incident_fini(&incident);
}

/* The page as text; the test frees it. */
static char *print(struct run_sheet **sheet, const char *contacts)
{
	const struct run_sheet_stamp stamp = {
		.city = "cirebon", .at_ms = NOON, .seq = 4711, .contacts = contacts};
	struct buf *page = run_sheet_print(*sheet, &stamp);
	char *text = xstrndup((const char *)page->data, page->len);

	buf_unref(&page);
	run_sheet_free(sheet);
	return text;
}

static void the_most_urgent_comes_first_and_of_these_the_one_that_waits_longest(void **state)
{
	struct run_sheet *sheet = run_sheet_new(cirebon);
	static const int64_t order[] = {3, 5, 1, 4, 2};
	const char *before;
	char *page;

	(void)state;
	add(sheet, incident_of(4, 2, "tiang"));
	add(sheet, incident_of(5, 1, "api"));
	add(sheet, incident_of(2, 3, "ular"));
	add(sheet, incident_of(3, 1, "api"));
	add(sheet, incident_of(1, 2, "tiang"));
	page = print(&sheet, NULL);
	before = page;
	for (size_t i = 0; i < 5; i++) {
		char no[16];

		snprintf(no, sizeof(no), "<td>%04d</td>", (int)order[i]);
		before = strstr(before, no);
		assert_non_null(before);
	}
	assert_non_null(strstr(page, "25-11-2026 12:00:00"));
	assert_non_null(strstr(page, "4711"));
	xfree(page);
}

static void of_more_than_it_holds_the_least_urgent_are_only_counted(void **state)
{
	struct run_sheet *sheet = run_sheet_new(cirebon);
	char *page;

	(void)state;
	for (int64_t no = 1; no <= RUN_SHEET_ROWS + 7; no++)
		add(sheet, incident_of(no, no == RUN_SHEET_ROWS + 7 ? 1 : 2, "x"));
	page = print(&sheet, NULL);
	assert_non_null(strstr(page, "<h2>407 insiden terbuka"));
	assert_non_null(strstr(page, "<b>7 di antaranya"));
	assert_non_null(strstr(page, "<td>0407</td>"));
	assert_non_null(strstr(page, "<td>0399</td>"));
	assert_null(strstr(page, "<td>0400</td>"));
	xfree(page);
}

static void what_waits_for_office_hours_is_only_counted(void **state)
{
	struct run_sheet *sheet = run_sheet_new(cirebon);
	struct incident lamp = incident_of(1, 4, "lampu jalan mati");
	char *page;

	(void)state;
	lamp.verdict.disposition = DISPOSITION_ROUTINE;
	add(sheet, lamp);
	page = print(&sheet, NULL);
	assert_non_null(strstr(page, "<h2>0 insiden terbuka"));
	assert_non_null(strstr(page, "<p>1 laporan rutin"));
	assert_null(strstr(page, "lampu jalan"));
	xfree(page);
}

static void paper_says_neither_numbers_nor_secrets_and_words_are_no_markup(void **state)
{
	struct run_sheet *sheet = run_sheet_new(cirebon);
	struct incident secret = incident_of(2, 1, "suami saya memukul");
	char *page;

	(void)state;
	secret.anonymity = ANONYMITY_SECRET;
	snprintf(secret.location.said, PLACE_SAID_SIZE, "gang mawar");
	add(sheet, secret);
	add(sheet,
	    incident_of(1, 1, "<script>alert(1)</script> api, hubungi 081234567890 \"pak\""));
	page = print(&sheet, NULL);
	assert_null(strstr(page, "memukul"));
	assert_null(strstr(page, "mawar"));
	assert_non_null(strstr(page, "rahasia"));
	assert_null(strstr(page, "<script"));
	assert_non_null(strstr(page, "&lt;script&gt;"));
	assert_null(strstr(page, "081234567890"));
	xfree(page);
}

static void a_long_text_is_cut_between_two_characters(void **state)
{
	struct run_sheet *sheet = run_sheet_new(cirebon);
	char text[400];
	char *page;

	(void)state;
	memset(text, 'a', 198);
	snprintf(text + 198, sizeof(text) - 198, "é\xe2\x80\x93 dan seterusnya tidak muat");
	add(sheet, incident_of(1, 1, text));
	page = print(&sheet, NULL);
	assert_non_null(strstr(page, "aé…</td>"));
	assert_null(strstr(page, "seterusnya"));
	xfree(page);
}

static void numbers_to_call_stand_on_it_and_there_is_room_to_write(void **state)
{
	struct run_sheet *sheet = run_sheet_new(cirebon);
	char *page = print(&sheet, "name_id\tname_en\tnumber\tnote\n"
				   "Mako <Bima>\tHeadquarters\t0231-484113\t\n");

	(void)state;
	assert_non_null(strstr(page, "Mako &lt;Bima&gt;"));
	assert_non_null(strstr(page, "<b>0231-484113</b>"));
	assert_non_null(strstr(page, "<tr class=\"line\">"));
	xfree(page);
}

static void a_number_that_is_missing_is_named_with_its_line(void **state)
{
	char text[] = "name_id\tname_en\tnumber\tnote\nMako\tHeadquarters\t\t\n";
	unsigned count;
	struct err err;

	(void)state;
	assert_int_equal(run_sheet_check_contacts(text, &count, &err), -1);
	assert_non_null(strstr(err.text, "contacts.tsv:2"));
	assert_string_equal(err.field, "number");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			the_most_urgent_comes_first_and_of_these_the_one_that_waits_longest),
		cmocka_unit_test(of_more_than_it_holds_the_least_urgent_are_only_counted),
		cmocka_unit_test(what_waits_for_office_hours_is_only_counted),
		cmocka_unit_test(
			paper_says_neither_numbers_nor_secrets_and_words_are_no_markup),
		cmocka_unit_test(a_long_text_is_cut_between_two_characters),
		cmocka_unit_test(numbers_to_call_stand_on_it_and_there_is_room_to_write),
		cmocka_unit_test(a_number_that_is_missing_is_named_with_its_line),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
