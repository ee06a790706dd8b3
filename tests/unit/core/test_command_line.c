#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "city.h"
#include "core/command_line.h"
#include "core/rules.h"

#define SELECTED 398 /* a brawl, open */
#define FIRE     400 /* open, nobody has taken it */
#define CLOSED   7

static struct rules *rules;
static struct incident known[5];
static struct command_open waiting[2];
static struct command_view view;

static void put(struct incident *incident, int64_t no, const char *category, const char *place)
{
	memset(incident, 0, sizeof(*incident));
	snprintf(incident->id, ID_SIZE, "I-%026lld", (long long)no);
	incident->no = no;
	incident->version = no + 1;
	incident->verdict.priority = 3;
	incident->verdict.agencies = 1 << agency_find(rules_agencies(rules), "fire", 4) |
				     1 << agency_find(rules_agencies(rules), "police", 6);
	incident->report_count = 3;
	snprintf(incident->verdict.category, CATEGORY_SIZE, "%s", category);
	snprintf(incident->location.place, PLACE_SIZE, "%s", place);
	for (int i = 0; i < 3; i++)
		snprintf(incident->report_id[i], ID_SIZE, "R-%025lld%d", (long long)no, i);
}

static int load(void **state)
{
	(void)state;
	rules = city_load();
	put(&known[0], FIRE, "fire_building", "Jl. Kesambi");
	put(&known[1], SELECTED, "brawl_riot", "Kejaksan");
	put(&known[2], CLOSED, "flood", "");
	put(&known[3], 402, "fire_building", "Jl. Kesambi");
	put(&known[4], 2, "flood", "Argasunya");
	known[2].status = INCIDENT_CLOSED;
	for (int i = 0; i < 2; i++)
		for (unsigned agency = 0; agency < AGENCY_MAX; agency++)
			known[i].assignment[agency].wait[WAIT_FOR_STEP].kind = WAIT_UNTAKEN;
	waiting[0].no = 402;
	waiting[1].no = 400;
	return 0;
}

static int unload(void **state)
{
	(void)state;
	rules_free(&rules);
	return 0;
}

static int stand(void **state)
{
	(void)state;
	view = (struct command_view){.rules = rules,
				     .acts_for = ~(agency_set)0,
				     .may_act = true,
				     .known = known,
				     .known_count = 5,
				     .open = waiting,
				     .open_count = 2};
	return 0;
}

static void parse(const char *line, struct command_parse *parse_r)
{
	command_line_parse(&view, line, strlen(line), SIZE_MAX, parse_r);
}

/* The action's members in the order of their names, without quotes: {action:note,note:x}. */
static void understood(const char *line, const char *expected, int64_t no)
{
	struct command_parse parsed;
	char *text, plain[512], *to = plain;

	parse(line, &parsed);
	if (parsed.trouble != COMMAND_FINE)
		print_error("%s: %s\n", line, parsed.what.en);
	assert_int_equal(parsed.trouble, COMMAND_FINE);
	assert_int_equal(parsed.means, COMMAND_ACTION);
	text = json_dumps(parsed.action, JSON_COMPACT | JSON_SORT_KEYS);
	for (const char *at = text; *at != '\0'; at++)
		if (*at != '"')
			*to++ = *at;
	*to = '\0';
	assert_string_equal(plain, expected);
	assert_int_equal(parsed.no, no);
	free(text);
	command_parse_fini(&parsed);
}

static void every_verb_becomes_the_document_of_its_action(void **state)
{
	static const struct {
		const char *line, *expected;
		int64_t no;
	} cases[] = {
		{"ambil 400", "{action:acknowledge,agency:fire}", 400},
		{"ambil 0400 polisi", "{action:acknowledge,agency:police}", 400},
		{"ambil", "{action:acknowledge,agency:police}", 398},
		{"catat 400 gang 2,5 m", "{action:note,note:gang 2,5 m}", 400},
		{"catat gang buntu", "{action:note,note:gang buntu}", 398},
		{"catat : 400 orang", "{action:note,note:400 orang}", 398},
		{"catat 400 3 orang", "{action:note,note:3 orang}", 400},
		{"catat 081234567890 pemilik", "{action:note,note:081234567890 pemilik}", 398},
		{"jenis 400 kebakaran bang", "{action:reclassify,category:fire_building}", 400},
		{"jenis fire_building", "{action:reclassify,category:fire_building}", 398},
		{"type 400 gas leak", "{action:reclassify,category:gas_leak}", 400},
		{"prio 400 1", "{action:reclassify,priority:1}", 400},
		{"prio 1 400", "{action:reclassify,priority:1}", 400},
		{"prio 2 1", "{action:reclassify,priority:1}", 2},
		{"prio merah", "{action:reclassify,priority:1}", 398},
		{"prio 2 p4", "{action:reclassify,priority:4}", 2},
		{"instansi 400 damkar psc", "{action:reclassify,agencies:[fire,health]}", 400},
		{"instansi +bpbd 400 -pol", "{action:reclassify,agencies:[fire,disaster]}",
		 400},
		{"bahaya 400 gas senj", "{action:hazard,hazards:[gas,weapons]}", 400},
		{"bahaya -kabel, +gas", "{action:hazard,hazards:[gas],over:[live_wires]}", 398},
		{"hazard 400 aggression", "{action:hazard,hazards:[aggression]}", 400},
		{"gabung 402 400", "{action:merge,into:I-00000000000000000000000400}", 402},
		{"gabung 400", "{action:merge,into:I-00000000000000000000000400}", 398},
		{"pisah 400 #2 #3 #2",
		 "{action:split,reports:[R-00000000000000000000004001,R-"
		 "00000000000000000000004002]}",
		 400},
		{"tutup 400 selesai", "{action:close,outcome:resolved}", 400},
		{"tutup selesai 400", "{action:close,outcome:resolved}", 400},
		{"tutup selesai 2 unit ke sana",
		 "{action:close,note:2 unit ke sana,outcome:resolved}", 398},
		{"tutup 400 tak terhubung sudah 3 kali",
		 "{action:close,note:sudah 3 kali,outcome:unreachable}", 400},
		{"close 400 handed over", "{action:close,outcome:handed_over}", 400},
		{"TUTUP 400 Selesai", "{action:close,outcome:resolved}", 400},
		{"buka 7", "{action:reopen}", 7},
		{"naikkan 400 damkar", "{action:escalate,agency:fire}", 400},
		{"naik 400", "{action:escalate,agency:fire}", 400},
		{"escalate 400 fire belum ada yang jawab",
		 "{action:escalate,agency:fire,note:belum ada yang jawab}", 400},
		{"akui 400", "{action:acknowledge_alarm,agency:fire,alarm:new}", 400},
		{"akui polisi", "{action:acknowledge_alarm,agency:police,alarm:new}", 398},
		{"tunda 400 15 tunggu pln",
		 "{action:shelve_alarm,agency:fire,alarm:new,minutes:15,note:tunggu pln}", 400},
		{"tunda 5 tunggu 2 unit",
		 "{action:shelve_alarm,agency:police,alarm:new,minutes:5,note:tunggu 2 unit}",
		 398},
		{"alih 400 kab-cir di luar kota",
		 "{action:hand_over,agency:fire,reason:di luar kota,to:kab-cirebon}", 400},
		{"alih 400 polisi bukan api",
		 "{action:hand_over,agency:fire,reason:bukan api,to:police}", 400},
		{"hand 400 health kuda", "{action:hand_over,agency:fire,reason:kuda,to:health}",
		 400},
		{"kirim dmk3 dmk1 400", "{action:assign,units:[DMK-03,DMK-01]}", 400},
		{"kirim 400 DMK-03 dmk03", "{action:assign,units:[DMK-03]}", 400},
		{"kirim dmk3 400 lebih dekat",
		 "{action:assign,note:lebih dekat,override:true,units:[DMK-03]}", 400},
		{"status dmk3 lokasi 400", "{action:status,status:on_scene,unit:DMK-03}", 400},
		{"status menuju dmk3", "{action:status,status:en_route,unit:DMK-03}", 398},
		{"mundur dmk3 400 tidak perlu",
		 "{action:cancel,reason:tidak perlu,units:[DMK-03]}", 400},
		{"dispatch amb-2 400", "{action:assign,units:[AMB-02]}", 400},
	};

	(void)state;
	view.selected = &known[1];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		understood(cases[i].line, cases[i].expected, cases[i].no);
}

static void a_place_in_words_or_numbers_becomes_a_point(void **state)
{
	struct command_parse parsed;
	const json_t *location;

	(void)state;
	parse("lokasi 400 -6.73, 108.55", &parsed);
	assert_int_equal(parsed.trouble, COMMAND_FINE);
	location = json_object_get(parsed.action, "location");
	assert_true(json_number_value(json_object_get(location, "lat")) == -6.73);
	command_parse_fini(&parsed);
	parse("lokasi 400 RSD Gunung Jati", &parsed);
	if (parsed.trouble != COMMAND_FINE)
		print_error("%s %s\n", parsed.what.en, parsed.completion[0].text.id);
	assert_int_equal(parsed.trouble, COMMAND_FINE);
	location = json_object_get(parsed.action, "location");
	assert_true(json_number_value(json_object_get(location, "lat")) < -6.6);
	command_parse_fini(&parsed);
}

static void verbs_may_be_shortened_while_unique(void **state)
{
	static const struct {
		const char *line;
		bool is_one;
	} cases[] = {
		{"t 400 selesai", false}, /* tutup, tunda: take is English, and comes after */
		{"tut 400 selesai", true}, {"clo 400 selesai", true}, {"note 400 x", true},
		{"ta 400", true},          {"ca 400 x", false}, /* catat, cari */
		{"l 400 x", false},                             /* lokasi, lepas */
		{"p 400 1", false},                             /* prioritas, pisah */
		{"x 400", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command_parse parsed;

		parse(cases[i].line, &parsed);
		if ((parsed.trouble == COMMAND_FINE) != cases[i].is_one)
			print_error("%s\n", cases[i].line);
		assert_int_equal(parsed.trouble == COMMAND_FINE, cases[i].is_one);
		if (!cases[i].is_one)
			assert_int_equal(parsed.column, 0);
		command_parse_fini(&parsed);
	}
}

static void what_is_wrong_is_told_at_its_column_in_characters(void **state)
{
	static const struct {
		const char *line;
		unsigned column, to;
		enum command_trouble trouble;
	} cases[] = {
		{"tutp 400 selesai", 0, 4, COMMAND_WRONG},
		{"  tutp 400", 2, 6, COMMAND_WRONG},
		{"tutup 400", 9, 9, COMMAND_WRONG},
		{"tutup selesai", 13, 13, COMMAND_WRONG}, /* of which? */
		{"tutup 400 padam", 10, 15, COMMAND_WRONG},
		{"tutup 999 selesai", 6, 9, COMMAND_NOT_FOUND},
		{"tutup 7 selesai", 0, 5, COMMAND_IMPOSSIBLE},
		{"akui 402", 0, 4, COMMAND_IMPOSSIBLE}, /* it has none */
		{"tunda 400 16 pln", 10, 12, COMMAND_IMPOSSIBLE},
		{"tunda 400 15", 12, 12, COMMAND_WRONG},      /* why? */
		{"tunda pln", 9, 9, COMMAND_WRONG},           /* for how long? */
		{"alih 400", 8, 8, COMMAND_WRONG},            /* to whom? */
		{"alih 400 kab jauh", 17, 17, COMMAND_WRONG}, /* to which of them? */
		{"alih 400 polisi", 15, 15, COMMAND_WRONG},   /* why? */
		{"buka 400", 0, 4, COMMAND_IMPOSSIBLE},
		{"lepas 400", 0, 5, COMMAND_IMPOSSIBLE},
		{"prio 400 5", 9, 10, COMMAND_WRONG},
		{"prio 400", 8, 8, COMMAND_WRONG},
		{"ambil 400 psc", 10, 13, COMMAND_IMPOSSIBLE},
		{"ambil 400 ékskavator", 10, 20, COMMAND_WRONG},
		{"ambil é 400", 6, 7, COMMAND_WRONG},
		{"jenis 400 kébakaran", 10, 19, COMMAND_WRONG},
		{"jenis 400 kebakaran", 10, 19, COMMAND_WRONG}, /* which of them? */
		{"gabung 400 400", 11, 14, COMMAND_WRONG},
		{"gabung 400", 10, 10, COMMAND_WRONG},
		{"gabung 400 7", 11, 12, COMMAND_IMPOSSIBLE},
		{"pisah 400 #1", 10, 12, COMMAND_WRONG},
		{"pisah 400 #2 #9", 13, 15, COMMAND_WRONG},
		{"instansi 400 -damkar -polisi", 28, 28, COMMAND_WRONG},
		{"bahaya 400", 10, 10, COMMAND_WRONG},
		{"bahaya 400 gas hantu", 15, 20, COMMAND_WRONG},
		{"bahaya 400 gas -gas", 19, 19, COMMAND_WRONG},
		{"catat 400", 9, 9, COMMAND_WRONG},
		{"cari", 4, 4, COMMAND_WRONG},
		{"catat 400 \xff", 10, 10, COMMAND_WRONG},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command_parse parsed;

		parse(cases[i].line, &parsed);
		if (parsed.trouble != cases[i].trouble || parsed.column != cases[i].column ||
		    parsed.to != cases[i].to)
			print_error("%s: %d at %u-%u: %s\n", cases[i].line, parsed.trouble,
				    parsed.column, parsed.to, parsed.what.id);
		assert_int_equal(parsed.trouble, cases[i].trouble);
		assert_int_equal(parsed.column, cases[i].column);
		assert_int_equal(parsed.to, cases[i].to);
		assert_true(parsed.what.id[0] != '\0' && parsed.what.en[0] != '\0');
		assert_int_equal(parsed.means == COMMAND_ACTION,
				 cases[i].trouble == COMMAND_IMPOSSIBLE);
		command_parse_fini(&parsed);
	}
}

static void what_it_would_do_is_said_in_both_languages(void **state)
{
	static const struct {
		const char *line, *id, *en;
	} cases[] = {
		{"tutup 400 selesai api padam",
		 "Tutup 0400 Kebakaran bangunan, Jl. Kesambi: selesai, “api padam”",
		 "Close 0400 Building fire, Jl. Kesambi: resolved, “api padam”"},
		{"prio 400 1",
		 "Prioritas 0400 Kebakaran bangunan, Jl. Kesambi: dari 3 (hijau) menjadi 1 "
		 "(merah)",
		 "Priority of 0400 Building fire, Jl. Kesambi: from 3 (green) to 1 (red)"},
		{"gabung 402 400",
		 "Gabungkan 0402 Kebakaran bangunan, Jl. Kesambi ke 0400 Kebakaran bangunan, "
		 "Jl. "
		 "Kesambi",
		 "Merge 0402 Building fire, Jl. Kesambi into 0400 Building fire, Jl. Kesambi"},
		{" 0400 ", "Cari “0400” di antrean", "Find “0400” in the queue"},
		{"cari kesambi", "Cari “kesambi” di antrean", "Find “kesambi” in the queue"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command_parse parsed;

		parse(cases[i].line, &parsed);
		assert_string_equal(parsed.says.id, cases[i].id);
		assert_string_equal(parsed.says.en, cases[i].en);
		command_parse_fini(&parsed);
	}
}

/* Whoever types "catat 3 orang luka" means three people, not an incident of last year. */
static void a_short_number_of_a_closed_incident_is_asked_about(void **state)
{
	struct command_parse parsed;

	(void)state;
	view.selected = &known[1];
	parse("catat 7 orang luka", &parsed);
	assert_int_equal(parsed.trouble, COMMAND_WRONG);
	assert_int_equal(parsed.column, 6);
	command_parse_fini(&parsed);
	understood("catat 0007 orang luka", "{action:note,note:orang luka}", 7);
}

static void only_what_is_ones_own_is_taken(void **state)
{
	struct command_parse parsed;

	(void)state;
	view.acts_for = 1 << agency_find(rules_agencies(rules), "police", 6);
	understood("ambil 400", "{action:acknowledge,agency:police}", 400);
	parse("ambil 400 damkar", &parsed);
	assert_int_equal(parsed.trouble, COMMAND_IMPOSSIBLE);
	command_parse_fini(&parsed);
	view.may_act = false;
	parse("ambil 400", &parsed);
	assert_int_equal(parsed.trouble, COMMAND_IMPOSSIBLE);
	command_parse_fini(&parsed);
}

static bool is_offered(const struct command_parse *parsed, const char *text, unsigned from)
{
	for (unsigned i = 0; i < parsed->completion_count; i++)
		if (strcmp(parsed->completion[i].text.id, text) == 0 &&
		    parsed->completion[i].from == from)
			return true;
	return false;
}

static void what_was_begun_at_the_cursor_is_completed(void **state)
{
	static const struct {
		const char *line;
		size_t cursor;
		const char *offered;
		unsigned from;
	} cases[] = {
		{"", 0, "ambil", 0},
		{"tu", 2, "tutup", 0},
		{"tu 400", 2, "tutup", 0},
		{"clo", 3, "close", 0},
		{"tutup 4", 7, "0400", 6},
		{"tutup 0402", 10, "0402", 6},
		{"tutup 400 ", 10, "selesai", 10},
		{"tutup 400 s", 11, "selesai", 10},
		{"instansi 400 +pol", 17, "polisi", 14},
		{"prio 400 ", 9, "1", 9},
		{"bahaya 400 gas -k", 17, "kabel", 16},
		{"jenis 400 kebakaran k", 21, "Kebakaran kendaraan", 10},
		{"lokasi 400 pasar kan", 20, "Pasar Kanoman, Pekalipan", 11},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct command_parse parsed;
		bool is_there;

		command_line_parse(&view, cases[i].line, strlen(cases[i].line), cases[i].cursor,
				   &parsed);
		is_there = is_offered(&parsed, cases[i].offered, cases[i].from);
		if (!is_there) {
			print_error("%s: not %s\n", cases[i].line, cases[i].offered);
			for (unsigned n = 0; n < parsed.completion_count; n++)
				print_error("  %u %s\n", parsed.completion[n].from,
					    parsed.completion[n].text.id);
		}
		assert_true(is_there);
		command_parse_fini(&parsed);
	}
}

static void what_must_be_looked_up_is_known_before(void **state)
{
	struct command_needs needs;

	(void)state;
	command_line_needs("gabung 402 0400", 15, 15, &needs);
	assert_int_equal(needs.count, 2);
	assert_int_equal(needs.no[0], 402);
	assert_int_equal(needs.no[1], 400);
	assert_true(needs.open);
	command_line_needs("tutup ", 6, 6, &needs);
	assert_true(needs.open && needs.count == 0);
	command_line_needs("400", 3, 3, &needs);
	assert_true(!needs.open && needs.count == 0);
}

static void the_answer_is_sound_json(void **state)
{
	static const char *const lines[] = {"", "tutup 400 \"\\ selesai", "tutup 400 selesai",
					    "cari \"é\"", "cat"};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct command_parse parsed;
		struct jsonw w;
		json_t *doc;

		parse(lines[i], &parsed);
		jsonw_init(&w, 256);
		jsonw_open(&w, NULL, '{');
		command_parse_write(&parsed, &w);
		jsonw_close(&w, '}');
		doc = json_loadb(w.text, w.len, JSON_REJECT_DUPLICATES, NULL);
		assert_non_null(doc);
		assert_int_equal(json_object_size(doc), 6);
		json_decref(doc);
		jsonw_fini(&w);
		command_parse_fini(&parsed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_verb_becomes_the_document_of_its_action, stand),
		cmocka_unit_test_setup(a_place_in_words_or_numbers_becomes_a_point, stand),
		cmocka_unit_test_setup(verbs_may_be_shortened_while_unique, stand),
		cmocka_unit_test_setup(what_is_wrong_is_told_at_its_column_in_characters,
				       stand),
		cmocka_unit_test_setup(what_it_would_do_is_said_in_both_languages, stand),
		cmocka_unit_test_setup(a_short_number_of_a_closed_incident_is_asked_about,
				       stand),
		cmocka_unit_test_setup(only_what_is_ones_own_is_taken, stand),
		cmocka_unit_test_setup(what_was_begun_at_the_cursor_is_completed, stand),
		cmocka_unit_test_setup(what_must_be_looked_up_is_known_before, stand),
		cmocka_unit_test_setup(the_answer_is_sound_json, stand),
	};

	return cmocka_run_group_tests(tests, load, unload);
}
