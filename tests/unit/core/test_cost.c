/* What a verdict costs, counted: the files that make it are compiled once more for this test,
 * with a call in each basic block. A count is the same on a busy machine and a slow one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "../../support/nasty_texts.h"
#include "base/xalloc.h"
#include "city.h"
#include "core/classify.h"
#include "core/normalise.h"
#include "core/table.h"

/* In blocks of the build with sanitizers. The release build takes 153,000 instructions for 300
 * letters, and 4.8 million for the worst of 16 KiB that is tried here, well below a
 * millisecond. */
#define USUAL_MOST 80000   /* of 300 letters */
#define WORST_MOST 2000000 /* of 16 KiB */
#define SLACK      5000    /* what a text costs whatever its length */

static uint64_t blocks;

void __sanitizer_cov_trace_pc(void);

void __sanitizer_cov_trace_pc(void)
{
	blocks++;
}

static uint64_t cost(const struct rules *rules, const char *text, size_t len)
{
	struct verdict verdict;

	blocks = 0;
	classify(rules, text, len, &verdict);
	return blocks;
}

/* part again and again. */
static uint64_t cost_of(const struct rules *rules, const char *part, size_t len)
{
	static char text[NORMALISE_MAX_BYTES];
	size_t size = strlen(part);

	for (size_t at = 0; at < len; at++)
		text[at] = part[at % size];
	return cost(rules, text, len);
}

static void a_text_of_twice_the_length_costs_at_most_twice_as_much(void **state)
{
	const struct rules *rules = *state;

	for (size_t i = 0; i < NASTY_TEXTS; i++) {
		uint64_t quarter = cost_of(rules, nasty_texts[i], NORMALISE_MAX_BYTES / 4);
		uint64_t half = cost_of(rules, nasty_texts[i], NORMALISE_MAX_BYTES / 2);
		uint64_t whole = cost_of(rules, nasty_texts[i], NORMALISE_MAX_BYTES);

		if (half > 2 * quarter + SLACK || whole > 2 * half + SLACK)
			fail_msg("\"%s\": %llu, %llu, %llu", nasty_texts[i],
				 (unsigned long long)quarter, (unsigned long long)half,
				 (unsigned long long)whole);
	}
}

struct worst {
	const struct rules *rules;
	uint64_t cost;
	char part[128];
};

static void try(struct worst *worst, const char *part)
{
	char spaced[128];
	uint64_t is;

	if (part[0] == '\0')
		return;
	snprintf(spaced, sizeof(spaced), "%.120s ", part);
	is = cost_of(worst->rules, spaced, NORMALISE_MAX_BYTES);
	if (is <= worst->cost)
		return;
	worst->cost = is;
	memcpy(worst->part, spaced, sizeof(spaced));
}

/* All that the city's rules have an ear for, also what stands around an event. */
static void try_lexicon(struct worst *worst)
{
	static const char *const columns[] = {"term", "variants", NULL};
	struct table table;
	struct err err;
	char *text, *rest;
	size_t len;

	if (file_read(CITY_DIR, "lexicon.tsv", &text, &len, &err) < 0 ||
	    table_open(&table, "lexicon.tsv", text, columns, &err) < 0)
		fail_msg("%s", err.text);
	while (table_next(&table, &err) > 0) {
		char variants[4096];

		try(worst, table.cell[0]);
		snprintf(variants, sizeof(variants), "%s", table.cell[1]);
		rest = variants;
		try(worst, strsep(&rest, "|")); /* one of them: the others are alike */
	}
	xfree(text);
}

static void no_text_costs_more_than_a_millisecond_is_worth(void **state)
{
	struct worst worst = {.rules = *state};

	for (size_t i = 0; i < NASTY_TEXTS; i++)
		try(&worst, nasty_texts[i]);
	try_lexicon(&worst);
	print_message("worst: %llu blocks, \"%s\" again and again\n",
		      (unsigned long long)worst.cost, worst.part);
	assert_true(worst.cost <= WORST_MOST);
}

static void a_report_of_300_letters_costs_little(void **state)
{
	static const char *const reports[] = {
		"Selamat siang, mohon bantuannya. Ada kebakaran rumah di Jl. Kesambi dekat "
		"RSUD "
		"Gunung Jati, apinya sudah besar dan masih ada orang di dalam, satu nenek di "
		"lantai "
		"dua tidak bisa turun. Warga sudah mencoba memadamkan dengan ember tapi tidak "
		"mampu, "
		"listrik belum dipadamkan. Tolong segera kirim damkar dan ambulans pak",
		"Yth. Bapak Walikota, mohon ditindaklanjuti lampu jalan di Perumnas Burung "
		"sudah dua "
		"bulan mati sehingga jalan gelap dan rawan kecelakaan, apalagi jalannya "
		"berlubang. "
		"Kami sudah lapor ke RT dan kelurahan namun belum ada tanggapan sampai "
		"sekarang. "
		"Mohon segera diperbaiki, terima kasih atas perhatian Bapak dan Ibu",
	};
	uint64_t most = 0;

	for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
		uint64_t is = cost(*state, reports[i], strlen(reports[i]));

		most = is > most ? is : most;
	}
	print_message("300 letters: %llu blocks\n", (unsigned long long)most);
	assert_true(most > 0 && most <= USUAL_MOST);
}

static int load(void **state)
{
	*state = city_load();
	return 0;
}

static int let_go(void **state)
{
	struct rules *rules = *state;

	rules_free(&rules);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_report_of_300_letters_costs_little),
		cmocka_unit_test(a_text_of_twice_the_length_costs_at_most_twice_as_much),
		cmocka_unit_test(no_text_costs_more_than_a_millisecond_is_worth),
	};

	return cmocka_run_group_tests(tests, load, let_go);
}
