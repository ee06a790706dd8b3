/* verdict CITY: what a verdict costs on one core, in the city's own configuration. One JSON
 * object: loading of all its rules with the model, texts of 300 letters put together from the
 * city's examples, and the worst of those that are 16 KiB of something nasty. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../support/nasty_texts.h"
#include "base/err.h"
#include "core/classify.h"
#include "core/normalise.h"
#include "core/rules.h"
#include "core/table.h"

#define LETTERS 300
#define TEXTS   512
#define TURNS   8
#define LOADS   5
#define STEP    37 /* letters from one text to the next */

static double now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static double verdict_us(const struct rules *rules, const char *text, size_t len)
{
	struct verdict verdict;
	double start = now_us();

	classify(rules, text, len, &verdict);
	return now_us() - start;
}

/* All of the city's examples as one text. */
static size_t join_examples(const char *city, char *joined_r, size_t size)
{
	static const char *const columns[] = {"text", NULL};
	struct table table;
	struct err err;
	char *whole;
	size_t len, used = 0;

	if (file_read(city, "examples.tsv", &whole, &len, &err) < 0 ||
	    table_open(&table, "examples.tsv", whole, columns, &err) < 0)
		fatal("%s", err.text);
	while (table_next(&table, &err) > 0 && used + strlen(table.cell[0]) + 3 < size)
		used += (size_t)snprintf(joined_r + used, size - used, "%s. ", table.cell[0]);
	free(whole);
	return used;
}

/* As long as reports are, from anywhere in that text. */
static void make_texts(const char *city, char (*texts)[LETTERS])
{
	static char joined[16384];
	size_t len = join_examples(city, joined, sizeof(joined));

	if (len == 0)
		fatal("there are no examples");
	for (size_t i = 0; i < TEXTS; i++)
		for (size_t at = 0; at < LETTERS; at++)
			texts[i][at] = joined[(i * STEP + at) % len];
}

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static void usual(const struct rules *rules, const char *city)
{
	static char texts[TEXTS][LETTERS];
	static double took[TEXTS * TURNS];
	unsigned n = 0;

	make_texts(city, texts);
	for (unsigned turn = 0; turn < TURNS; turn++)
		for (unsigned i = 0; i < TEXTS; i++)
			took[n++] = verdict_us(rules, texts[i], LETTERS);
	qsort(took, n, sizeof(took[0]), by_size);
	printf(",\"p50_us\":%.1f,\"p99_us\":%.1f", took[n / 2], took[n * 99 / 100]);
}

/* The best of some turns: what else the machine does is not the text's doing. */
static double nasty_us(const struct rules *rules, const char *part)
{
	static char text[NORMALISE_MAX_BYTES];
	size_t size = strlen(part);
	double best = 1e9;

	for (size_t at = 0; at < sizeof(text); at++)
		text[at] = part[at % size];
	for (unsigned turn = 0; turn < TURNS; turn++) {
		double took = verdict_us(rules, text, sizeof(text));

		best = took < best ? took : best;
	}
	return best;
}

static void worst(const struct rules *rules)
{
	double most = 0;

	for (size_t i = 0; i < NASTY_TEXTS; i++) {
		double took = nasty_us(rules, nasty_texts[i]);

		most = took > most ? took : most;
	}
	printf(",\"worst_us\":%.1f", most);
}

static struct rules *load(const char *city)
{
	struct rules *rules = NULL;
	struct err err;
	double best = 1e9;

	for (unsigned i = 0; i < LOADS; i++) {
		double start = now_us(), took;

		rules_free(&rules);
		if (rules_load(&rules, city, &err) < 0)
			fatal("%s", err.text);
		took = now_us() - start;
		best = took < best ? took : best;
	}
	printf("{\"load_ms\":%.1f", best / 1e3);
	return rules;
}

int main(int argc, char **argv)
{
	struct rules *rules;

	if (argc != 2) {
		fprintf(stderr, "usage: verdict CITY\n");
		return 2;
	}
	rules = load(argv[1]);
	usual(rules, argv[1]);
	worst(rules);
	printf("}\n");
	rules_free(&rules);
	return 0;
}
