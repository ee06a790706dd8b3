#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "city.h"

static void the_shipped_city_is_without_fault(void **state)
{
	struct rules *rules = city_load();
	const struct category *fire = rules_category(rules, "fire_building");
	agency_set expected = agency_set_parse(rules_agencies(rules), "fire,police,health", 18);

	(void)state;
	assert_int_equal(rules_agencies(rules)->count, 5);
	assert_int_equal(strlen(rules_version(rules)), RULES_VERSION_SIZE - 1);
	assert_true(rules_has_category(rules, "unknown"));
	assert_false(rules_has_category(rules, "ufo"));
	assert_non_null(fire);
	assert_int_equal(fire->agencies, expected);
	assert_int_equal(fire->severity, 1);
	assert_non_null(rules_find_unit(rules, "DMK-01"));
	assert_null(rules_find_unit(rules, "DMK-99"));
	for (unsigned i = 0; i < rules_unit_count(rules); i++)
		assert_true(rules_unit(rules, i)->agency < rules_agencies(rules)->count);
	rules_free(&rules);
	assert_null(rules);
}

static void the_version_changes_with_every_file(void **state)
{
	struct rules *rules = city_load(), *other;
	struct err err;

	(void)state;
	assert_int_equal(
		city_load_changed(&other, "units.tsv", "Perahu Karet 1", "Perahu 1", &err), 0);
	assert_string_not_equal(rules_version(rules), rules_version(other));
	rules_free(&other);
	assert_int_equal(city_load_changed(&other, "units.tsv", "Perahu", "Perahu", &err), 0);
	assert_string_equal(rules_version(rules), rules_version(other));
	rules_free(&other);
	rules_free(&rules);
}

static void a_mistake_is_named_with_file_line_column_and_remedy(void **state)
{
	static const struct {
		const char *file, *from, *to, *field, *says;
	} cases[] = {
		{"agencies.tsv", "police\t", "fire\t", "id",
		 "agencies.tsv:3: id: \"fire\" is there twice"},
		{"agencies.tsv", "police\t", "Po Lice\t", "id", "small letters"},
		{"offices.tsv", "\tfire\t-\n", "\tfier\t-\n", "agency",
		 "no agency \"fier\" in agencies.tsv"},
		{"offices.tsv", "POLRESCIKO", "DPKP", "code",
		 "offices.tsv:3: code: \"DPKP\" is there twice"},
		{"taxonomy.tsv", "\tDPKP\t", "\tDPPK\t", "lead_agency",
		 "no office \"DPPK\" in offices.tsv"},
		{"taxonomy.tsv", "\tP1\t", "\tP9\t", "default_priority", "is one of P1"},
		{"taxonomy.tsv", "\temergency\t", "\tsoon\t", "kind", "is one of emergency"},
		{"taxonomy.tsv", "unknown\t", "unknwon\t", "id",
		 "needs a category \"unknown\""},
		{"rules/slang.tsv", "\trmh|", "\tr.m.h|", "spellings",
		 "rules/slang.tsv:2: spellings: \"r.m.h\": a spelling is one word"},
		{"rules/slang.tsv", "\tjl|", "\trmh|", "spellings",
		 "rules/slang.tsv:3: spellings: \"rmh\" is a spelling of an earlier word too"},
		{"rules/slang.tsv", "jalan\t", "jalan raya\t", "word", "is one word"},
		{"lexicon.tsv", "\tfire_building\t", "\tfier\t", "category_id",
		 "lexicon.tsv:2: category_id: no category \"fier\" in taxonomy.tsv"},
		{"lexicon.tsv", "\tincident\t", "\tincidnt\t", "role",
		 "lexicon.tsv:2: role: no role \"incidnt\""},
		{"lexicon.tsv", "\tP1\t", "\tfirst\t", "severity", "is not one of P1"},
		{"lexicon.tsv", "\tfirm\t", "\tsure\t", "certainty", "is not one of firm"},
		{"lexicon.tsv", "terbakar\t", "kebakaran\t", "term",
		 "is a spelling of an earlier term too"},
		{"lexicon.tsv", "kebakaran\t", "?!\t", "term", "a spelling has 2 letters"},
		{"lexicon.tsv", "term\t", "word\t", "term", "no such column in the header"},
		{"areas.geojson", "\"Polygon\"", "\"Point\"", "geometry", "needs a Polygon"},
		{"areas.geojson", "\"type\"", "type", "", "areas.geojson:1: "},
		{"gazetteer.tsv", "\t-6.70379\t", "\t-96.7\t", "lat",
		 "is not a number from -90 to 90"},
		{"gazetteer.tsv", "\tjalan\t", "\tplanet\t", "kind",
		 "no kind of place \"planet\""},
		{"units.tsv", "DMK-02", "DMK-01", "id",
		 "units.tsv:3: id: \"DMK-01\" is there twice"},
		{"units.tsv", "DMK-02", "DMK/#", "id", "has letters, digits and - only"},
		{"units.tsv", "DMK-02", "bridge", "id", "is an account of the broker's own"},
		{"units.tsv", "DMK-02", "agency-fire", "id",
		 "is an account of the broker's own"},
		{"units.tsv", "\tfire\t", "\tfier\t", "agency", "no agency \"fier\""},
		{"units.tsv", "\tfire\t", "\t", "",
		 "units.tsv:2: 9 columns where the header has 10"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *rules = NULL;
		struct err err = {0};

		assert_int_equal(city_load_changed(&rules, cases[i].file, cases[i].from,
						   cases[i].to, &err),
				 -1);
		assert_null(rules);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_string_equal(err.field, cases[i].field);
		assert_non_null(strstr(err.text, cases[i].file));
		if (strstr(err.text, cases[i].says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.text, cases[i].says);
	}
}

/* A hundred lines name an agency: they are not what is wrong. */
static void what_follows_from_a_mistake_is_not_told_as_another(void **state)
{
	struct err last;

	(void)state;
	assert_int_equal(city_judge_changed("agencies.tsv", "fire\t", "FIRE\t", &last), 1);
	assert_non_null(strstr(last.text, "/agencies.tsv:2: id: an id has small letters"));
	assert_int_equal(city_judge_changed("taxonomy.tsv", "fire_building\t", "\t", &last), 1);
	assert_non_null(strstr(last.text, "/taxonomy.tsv:2: "));
}

/* Notepad and spreadsheets put it there. */
static void a_byte_order_mark_is_passed_over(void **state)
{
	struct rules *rules = city_load(), *marked = NULL;
	struct err err;

	(void)state;
	if (city_load_changed(&marked, "units.tsv", "id\t", "\xef\xbb\xbfid\t", &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(rules_version(rules), rules_version(marked));
	rules_free(&marked);
	rules_free(&rules);
}

/* As a spreadsheet's "Unicode text" is. */
static void a_file_that_is_not_utf_8_is_named(void **state)
{
	static const char wide[] = "i\0d\0\t\0a\0g\0e\0n\0c\0y\0\n";
	struct rules *rules = NULL;
	struct err err;

	(void)state;
	assert_int_equal(city_load_with(&rules, "units.tsv", wide, sizeof(wide), &err), -1);
	assert_null(rules);
	assert_non_null(strstr(err.text, "/units.tsv: holds a NUL byte; save it as UTF-8"));
}

static void an_absent_file_is_named(void **state)
{
	struct rules *rules;
	struct err err;

	(void)state;
	assert_int_equal(rules_load(&rules, "/nowhere", &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	assert_non_null(strstr(err.text, "/nowhere/agencies.tsv"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_shipped_city_is_without_fault),
		cmocka_unit_test(the_version_changes_with_every_file),
		cmocka_unit_test(a_mistake_is_named_with_file_line_column_and_remedy),
		cmocka_unit_test(what_follows_from_a_mistake_is_not_told_as_another),
		cmocka_unit_test(a_byte_order_mark_is_passed_over),
		cmocka_unit_test(a_file_that_is_not_utf_8_is_named),
		cmocka_unit_test(an_absent_file_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
