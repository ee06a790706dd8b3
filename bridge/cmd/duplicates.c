/* duplicates: how well reports of one matter are found, on judged pairs; and learning it. */
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/corpus.h"
#include "cmd/pairs.h"
#include "core/rules.h"

#define FOLDS        10
#define DRAWS        20 /* of folds */
#define PRECISION    0.92
#define RECALL       0.65
#define STEPS        200 /* thresholds that are tried */
#define RARE_WEIGHT  6.0
#define COMMON_TEXTS 20 /* a common word stands in so many texts, of three sources at least */
#define SOURCE_TEXTS 3

struct duplicates {
	const char *config, *data, *out;
	bool lists_wrong;
};

/* ---- Measuring. ---- */

/* Wilson, 95 %: what so few pairs leave open. */
static void print_share(const char *what, unsigned right, unsigned of)
{
	double n = of > 0 ? of : 1, p = right / n, z = 1.96;
	double middle = (p + z * z / (2 * n)) / (1 + z * z / n);
	double reach = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n);

	printf("  %-9s %.3f  [%.3f, %.3f]  %u of %u\n", what, p, fmax(0, middle - reach),
	       fmin(1, middle + reach), right, of);
}

static void print_result(const char *title, struct pairs_result result)
{
	printf("%s\n", title);
	print_share("precision", result.right, result.linked);
	print_share("recall", result.right, result.same);
}

static double *own_scores(const struct pairs *pairs, const struct similar_rules *rules)
{
	double *score = xcalloc(pairs->count, sizeof(*score));

	for (unsigned i = 0; i < pairs->count; i++)
		score[i] = similar_score(rules, &pairs->pair[i].c);
	return score;
}

/* The mean of what rules learnt without the pair say of it, over several draws of folds. */
static double *crossed_scores(const struct pairs *pairs, const struct similar_rules *rules)
{
	double *sum = xcalloc(pairs->count, sizeof(*sum));
	double *score = xcalloc(pairs->count, sizeof(*score));

	for (unsigned draw = 0; draw < DRAWS; draw++) {
		pairs_cross(pairs, rules, FOLDS, draw + 1, score);
		for (unsigned i = 0; i < pairs->count; i++)
			sum[i] += score[i] / DRAWS;
	}
	xfree(score);
	return sum;
}

static void print_draws(const struct pairs *pairs, const struct similar_rules *rules)
{
	double *score = xcalloc(pairs->count, sizeof(*score));
	double precision = 0, recall = 0, worst = 1;

	for (unsigned draw = 0; draw < DRAWS; draw++) {
		struct pairs_result result;
		double p;

		pairs_cross(pairs, rules, FOLDS, draw + 1, score);
		result = pairs_judge(pairs, score, rules->link);
		p = result.linked > 0 ? (double)result.right / result.linked : 1;
		precision += p / DRAWS;
		recall += (double)result.right / result.same / DRAWS;
		worst = p < worst ? p : worst;
	}
	printf("%d draws of %d folds, at %.2f: precision %.3f (worst %.3f), recall %.3f\n",
	       DRAWS, FOLDS, rules->link, precision, worst, recall);
	xfree(score);
}

static void print_thresholds(const struct pairs *pairs, const double *score)
{
	printf("by threshold, cross-validated\n  threshold  precision  recall\n");
	for (int t = 30; t <= 90; t += 5) {
		struct pairs_result result = pairs_judge(pairs, score, t / 100.0);

		printf("       %.2f      %.3f   %.3f\n", t / 100.0,
		       result.linked > 0 ? (double)result.right / result.linked : 1,
		       (double)result.right / result.same);
	}
}

/* By their ids: the texts stay where they are. */
static void print_wrong(const struct pairs *pairs, const double *score, double threshold)
{
	printf("wrong, cross-validated\n");
	for (unsigned i = 0; i < pairs->count; i++) {
		const struct pair *pair = &pairs->pair[i];

		if ((score[i] >= threshold && pair->may_join) == pair->is_same)
			continue;
		printf("  %s %s %s %.2f%s", pair->is_same ? "missed" : "joined", pair->id[0],
		       pair->id[1], score[i], pair->may_join ? "" : " may-not");
		for (int s = 0; s < SIMILAR_SIGNS; s++)
			if (pair->c.sign[s] != 0)
				printf(" %s=%.2f", similar_sign_names[s], pair->c.sign[s]);
		putchar('\n');
	}
}

static void measure(const struct pairs *pairs, const struct similar_rules *rules,
		    bool lists_wrong)
{
	double *own = own_scores(pairs, rules), *crossed = crossed_scores(pairs, rules);
	char title[96];

	snprintf(title, sizeof(title), "%u pairs, as configured: linked from %.2f on",
		 pairs->count, rules->link);
	print_result(title, pairs_judge(pairs, own, rules->link));
	snprintf(title, sizeof(title), "the same, suggested from %.2f on", rules->suggest);
	print_result(title, pairs_judge(pairs, own, rules->suggest));
	print_result("cross-validated: weights learnt without the pair, linked",
		     pairs_judge(pairs, crossed, rules->link));
	print_draws(pairs, rules);
	print_thresholds(pairs, crossed);
	if (lists_wrong)
		print_wrong(pairs, crossed, rules->link);
	xfree(own);
	xfree(crossed);
}

/* ---- Which words are common. ---- */

struct counted {
	uint32_t hash;
	char word[WORD_MAX_LETTERS + 1]; /* the first that had this stem */
	unsigned texts[CORPUS_SOURCES];
	unsigned last; /* row + 1: counted for that one already */
};

struct count {
	struct counted *slot;
	unsigned room, used;
	unsigned texts[CORPUS_SOURCES];
};

static struct counted *counted_of(struct count *count, const char *word, size_t len)
{
	uint32_t hash = gist_hash(word, len);
	unsigned i = hash % count->room;

	while (count->slot[i].hash != 0 && count->slot[i].hash != hash)
		i = (i + 1) % count->room;
	if (count->slot[i].hash == 0) {
		if (++count->used == count->room / 2)
			fatal("duplicates: more words than are known what to do with");
		count->slot[i].hash = hash;
		snprintf(count->slot[i].word, sizeof(count->slot[i].word), "%.*s", (int)len,
			 word);
	}
	return &count->slot[i];
}

static void count_text(struct count *count, const struct rules *rules, struct words *words,
		       const struct corpus_row *row, unsigned number)
{
	gist_words(rules, row->text, strlen(row->text), words);
	count->texts[row->source]++;
	for (unsigned i = 0; i < words->count; i++) {
		const char *word = words->text + words->word[i].at;
		size_t len = strcspn(word, " 0123456789");
		struct counted *counted;

		if (len < 3)
			continue;
		counted = counted_of(count, word, len);
		if (counted->last != number + 1)
			counted->texts[row->source]++;
		counted->last = number + 1;
	}
}

static unsigned sources_of(const struct counted *counted, unsigned *texts_r)
{
	unsigned sources = 0;

	*texts_r = 0;
	for (int s = 0; s < CORPUS_SOURCES; s++) {
		*texts_r += counted->texts[s];
		sources += counted->texts[s] >= SOURCE_TEXTS;
	}
	return sources;
}

/* The mean share of texts that have it, each source alike: how telling it is. */
static double weight_of(const struct count *count, const struct counted *counted)
{
	double share = 0;
	int sources = 0;

	for (int s = 0; s < CORPUS_SOURCES; s++) {
		if (count->texts[s] == 0)
			continue;
		share += (double)counted->texts[s] / count->texts[s];
		sources++;
	}
	return fmin(RARE_WEIGHT, -log(share / sources));
}

static int by_word(const void *a, const void *b)
{
	return strcmp(((const struct counted *)a)->word, ((const struct counted *)b)->word);
}

static bool is_common(const struct counted *counted)
{
	unsigned texts, sources = sources_of(counted, &texts);

	return counted->hash != 0 && sources >= 3 && texts >= COMMON_TEXTS;
}

static void write_words(FILE *out, struct count *count)
{
	fprintf(out, "word\t*\t%.1f\n", RARE_WEIGHT);
	qsort(count->slot, count->room, sizeof(*count->slot), by_word);
	for (unsigned i = 0; i < count->room; i++)
		if (is_common(&count->slot[i]))
			fprintf(out, "word\t%s\t%.2f\n", count->slot[i].word,
				weight_of(count, &count->slot[i]));
}

static void learn_words(struct count *count, struct tongue *tongue)
{
	tongue->rare = (uint8_t)(RARE_WEIGHT * 16);
	for (unsigned i = 0; i < count->room; i++)
		if (is_common(&count->slot[i]) &&
		    !tongue_add(tongue, count->slot[i].hash,
				(uint8_t)lround(weight_of(count, &count->slot[i]) * 16)))
			fatal("duplicates: more common words than there is room for");
}

static int count_words(struct count *count, const struct rules *rules,
		       const struct duplicates *d, struct err *err)
{
	struct words *words = xmalloc(sizeof(*words));
	struct corpus corpus = {0};
	struct corpus_from from = {.config = d->config, .data = d->data, .rules = rules};
	int rc = corpus_load(&corpus, &from, err);

	count->room = 1 << 18;
	count->slot = xcalloc(count->room, sizeof(*count->slot));
	for (unsigned i = 0; rc == 0 && i < corpus.count; i++)
		count_text(count, rules, words, &corpus.row[i], i);
	corpus_fini(&corpus);
	xfree(words);
	return rc;
}

/* ---- Learning. ---- */

/* What is promised: halfway between where precision and where recall would break it, there is
 * the same room for what these pairs do not tell. */
static double choose_link(const struct pairs *pairs, const double *score)
{
	int low = STEPS, high = 0;

	for (int t = STEPS - STEPS / 10; t > STEPS / 4; t--) {
		struct pairs_result result = pairs_judge(pairs, score, (double)t / STEPS);

		if (result.right >= RECALL * result.same && high == 0)
			high = t;
		if (result.right < PRECISION * result.linked)
			break;
		low = t;
	}
	return (double)(low < high ? (low + high) / 2 : low) / STEPS;
}

static int write_all(const char *name, const struct similar_rules *rules, struct count *count,
		     struct err *err)
{
	FILE *out = fopen(name, "we");
	bool is_written;

	if (out == NULL)
		return err_set(err, ERR_IO, "%s: %s", name, strerror(errno));
	fprintf(out, "what\tname\tvalue\n");
	fprintf(out, "threshold\tlink\t%.2f\nthreshold\tsuggest\t%.2f\n", rules->link,
		rules->suggest);
	fprintf(out, "weight\tbias\t%.3f\n", rules->bias);
	for (int s = 0; s < SIMILAR_SIGNS; s++)
		fprintf(out, "weight\t%s\t%.3f\n", similar_sign_names[s], rules->weight[s]);
	write_words(out, count);
	is_written = fflush(out) == 0 && ferror(out) == 0;
	if (fclose(out) != 0 || !is_written)
		return err_set(err, ERR_IO, "%s: could not be written", name);
	return 0;
}

static int learn(const struct duplicates *d, const struct rules *rules, struct err *err)
{
	struct similar_rules *learnt = xcalloc(1, sizeof(*learnt));
	struct count count = {0};
	struct pairs pairs = {0};
	char name[4096];
	int rc = similar_load_needs(learnt, d->config, err);

	if (rc == 0)
		rc = count_words(&count, rules, d, err);

	snprintf(name, sizeof(name), "%s/duplicates.jsonl", d->data);
	if (rc == 0) {
		learn_words(&count, &learnt->tongue);
		similar_know_city(learnt, rules);
		rc = pairs_load(&pairs, name, rules, learnt, err);
	}
	if (rc == 0) {
		double *score;

		pairs_learn(&pairs, NULL, -1, learnt);
		score = crossed_scores(&pairs, learnt);
		learnt->link = choose_link(&pairs, score);
		learnt->suggest = learnt->link / 2;
		xfree(score);
		measure(&pairs, learnt, d->lists_wrong);
		rc = write_all(d->out, learnt, &count, err);
	}
	pairs_fini(&pairs);
	xfree(count.slot);
	similar_free(&learnt);
	return rc;
}

static int evaluate(const struct duplicates *d, const char *name, const struct rules *rules,
		    struct err *err)
{
	struct similar_rules *similar;
	struct pairs pairs;

	if (similar_load(&similar, d->config, rules, err) < 0)
		return -1;
	if (similar == NULL)
		return err_set(err, ERR_INVALID, "%s: there is no model/similar.tsv",
			       d->config);
	if (pairs_load(&pairs, name, rules, similar, err) < 0) {
		similar_free(&similar);
		return -1;
	}
	measure(&pairs, similar, d->lists_wrong);
	pairs_fini(&pairs);
	similar_free(&similar);
	return 0;
}

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct duplicates, config), true, "DIR",
	 "the city's configuration"},
	{"data", ARG_TEXT, offsetof(struct duplicates, data), false, "DIR",
	 "to learn from: duplicates.jsonl, and reports/ for which words are common"},
	{"out", ARG_TEXT, offsetof(struct duplicates, out), false, "FILE",
	 "what was learnt, as model/similar.tsv is read"},
	{"wrong", ARG_SWITCH, offsetof(struct duplicates, lists_wrong), false, NULL,
	 "list the pairs that are judged wrongly, by their ids, with the signs of each"},
};

static const struct args args = {
	"tangi duplicates --config DIR [--wrong] FILE\n"
	"       tangi duplicates --config DIR --data DIR --out FILE [--wrong]",
	"Measures how well reports of one matter are found: FILE holds judged pairs, as JSON "
	"lines.\n"
	"Or learns it from such pairs. What is learnt is weights, and how common words are "
	"that\n"
	"stand in many texts; no text. The same data and release give the same bytes.\n",
	table, sizeof(table) / sizeof(table[0]), 1};

int cmd_duplicates(int argc, char **argv)
{
	struct duplicates d = {0};
	struct rules *rules;
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &d, &words);

	if (rc >= 0)
		return rc;
	if ((words[0] == NULL) == (d.data == NULL) || (d.data == NULL) != (d.out == NULL)) {
		fputs("tangi duplicates: either FILE, or --data and --out; see --help\n",
		      stderr);
		return 2;
	}
	rc = rules_load(&rules, d.config, &err);
	if (rc == 0) {
		rc = d.data != NULL ? learn(&d, rules, &err)
				    : evaluate(&d, words[0], rules, &err);
		rules_free(&rules);
	}
	if (rc < 0)
		fprintf(stderr, "tangi duplicates: %s\n", err.text);
	return rc < 0;
}
