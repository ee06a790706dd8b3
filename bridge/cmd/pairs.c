#include "cmd/pairs.h"

#include <errno.h>
#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/areas.h"
#include "core/classify.h"

#define ROUNDS       3000
#define STEP         0.3
#define CALM         1.0 /* how much a weight is held back, in pairs */
#define CALLER_LOGIT 1.5 /* no pair says who sent it: a person's judgement */

struct loader {
	const struct rules *rules;
	const struct similar_rules *similar;
	struct pairs *pairs;
	struct gist_scratch *scratch;
};

static const char *text_of(const json_t *row, const char *key, char side)
{
	char name[32];

	snprintf(name, sizeof(name), "%s_%c", key, side);
	return json_string_value(json_object_get(row, name));
}

static bool number_of(const json_t *row, const char *key, char side, double *value_r)
{
	char name[32];
	const json_t *value;

	snprintf(name, sizeof(name), "%s_%c", key, side);
	value = json_object_get(row, name);
	if (!json_is_number(value))
		return false;
	*value_r = json_number_value(value);
	return true;
}

/* Local time without its zone: only differences count. */
static int64_t time_of(const json_t *row, char side)
{
	const char *text = text_of(row, "created_at", side);
	char whole[40];
	struct err err;
	int64_t at_ms = 0;

	if (text == NULL)
		return 0;
	snprintf(whole, sizeof(whole), "%.19s%s+07:00", text, strlen(text) == 16 ? ":00" : "");
	if (clock_parse(whole, &at_ms, &err) < 0)
		return 0;
	return at_ms;
}

static void place_of(const json_t *row, char side, struct location *location)
{
	const char *area = text_of(row, "kelurahan", side);
	double lat, lon;

	*location = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	if (number_of(row, "lat", side, &lat) && number_of(row, "lon", side, &lon)) {
		location->from = LOCATION_DEVICE;
		location->has_point = true;
		location->lat_e7 = (int32_t)lround(lat * DEGREE_E7);
		location->lon_e7 = (int32_t)lround(lon * DEGREE_E7);
	} else if (area != NULL) {
		snprintf(location->area, AREA_SIZE, "%s", area);
	}
}

static void take_side(const struct loader *loader, const json_t *row, char side,
		      struct gist *gist_r)
{
	const char *text = text_of(row, "text", side);
	struct location location;
	struct verdict verdict;
	struct gist_of of = {.text = text,
			     .len = strlen(text),
			     .verdict = &verdict,
			     .location = &location,
			     .at_ms = time_of(row, side)};

	place_of(row, side, &location);
	classify(loader->rules, of.text, of.len, &verdict);
	gist_take(loader->rules, &loader->similar->tongue, &of, loader->scratch, gist_r);
}

static int take_row(struct loader *loader, const char *line, struct err *err)
{
	struct pairs *pairs = loader->pairs;
	json_error_t je;
	json_auto_t *row = json_loads(line, JSON_REJECT_DUPLICATES, &je);
	struct gist a, b;
	struct pair *pair;

	if (row == NULL)
		return err_set(err, ERR_INVALID, "%s", je.text);
	if (text_of(row, "text", 'a') == NULL || text_of(row, "text", 'b') == NULL ||
	    text_of(row, "id", 'a') == NULL || text_of(row, "id", 'b') == NULL ||
	    !json_is_boolean(json_object_get(row, "same")))
		return err_set(err, ERR_INVALID, "needs id, text of both sides, and same");
	take_side(loader, row, 'a', &a);
	take_side(loader, row, 'b', &b);
	if (pairs->count % 64 == 0)
		pairs->pair = xrealloc(pairs->pair, (pairs->count + 64) * sizeof(*pair));
	pair = &pairs->pair[pairs->count++];
	snprintf(pair->id[0], sizeof(pair->id[0]), "%s", text_of(row, "id", 'a'));
	snprintf(pair->id[1], sizeof(pair->id[1]), "%s", text_of(row, "id", 'b'));
	pair->is_same = json_is_true(json_object_get(row, "same"));
	pair->has_points = a.has_point && b.has_point;
	similar_compare(&a, &b, &pair->c);
	pair->may_join = similar_may_join(loader->similar, &a, &b, &pair->c);
	return 0;
}

static int take_file(struct loader *loader, FILE *in, const char *name, struct err *err)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0;
	int rc = 0;

	while (rc == 0 && getline(&line, &room, in) >= 0) {
		number++;
		if (line[strspn(line, " \r\n")] == '\0')
			continue;
		rc = take_row(loader, line, err);
		if (rc < 0)
			(void)err_wrap(err, "%s:%u", name, number);
	}
	free(line);
	return rc;
}

int pairs_load(struct pairs *pairs, const char *name, const struct rules *rules,
	       const struct similar_rules *similar, struct err *err)
{
	struct loader loader = {.rules = rules, .similar = similar, .pairs = pairs};
	FILE *in = fopen(name, "re");
	int rc;

	*pairs = (struct pairs){0};
	if (in == NULL)
		return err_set(err, ERR_INVALID, "%s: %s", name, strerror(errno));
	loader.scratch = xmalloc(sizeof(*loader.scratch));
	rc = take_file(&loader, in, name, err);
	xfree(loader.scratch);
	(void)fclose(in); /* only read */
	if (rc == 0 && pairs->count < 20)
		rc = err_set(err, ERR_INVALID, "%s: %u pairs are too few", name, pairs->count);
	if (rc < 0)
		pairs_fini(pairs);
	return rc;
}

void pairs_fini(struct pairs *pairs)
{
	xfree(pairs->pair);
	*pairs = (struct pairs){0};
}

/* ---- Learning: logistic regression on standardised signs, held back a little. ---- */

struct lesson {
	const struct pairs *pairs;
	const int *of_fold;
	int fold;
	unsigned count;
	double mean[SIMILAR_SIGNS], spread[SIMILAR_SIGNS];
	double weight[SIMILAR_SIGNS], bias;
};

static bool is_in(const struct lesson *lesson, unsigned i)
{
	return lesson->fold < 0 || lesson->of_fold[i] != lesson->fold;
}

static void standardise(struct lesson *lesson)
{
	const struct pairs *pairs = lesson->pairs;

	for (unsigned i = 0; i < pairs->count; i++)
		lesson->count += is_in(lesson, i);
	for (int s = 0; s < SIMILAR_SIGNS; s++) {
		double sum = 0, square = 0;

		for (unsigned i = 0; i < pairs->count; i++)
			sum += is_in(lesson, i) ? pairs->pair[i].c.sign[s] : 0;
		lesson->mean[s] = sum / lesson->count;
		for (unsigned i = 0; i < pairs->count; i++)
			if (is_in(lesson, i))
				square += pow(pairs->pair[i].c.sign[s] - lesson->mean[s], 2);
		lesson->spread[s] = sqrt(square / lesson->count);
	}
}

static double standard(const struct lesson *lesson, unsigned i, int s)
{
	if (lesson->spread[s] <= 0)
		return 0;
	return (lesson->pairs->pair[i].c.sign[s] - lesson->mean[s]) / lesson->spread[s];
}

static void take_step(struct lesson *lesson)
{
	double slope[SIMILAR_SIGNS] = {0}, bias = 0;

	for (unsigned i = 0; i < lesson->pairs->count; i++) {
		double sum = lesson->bias, miss;

		if (!is_in(lesson, i))
			continue;
		for (int s = 0; s < SIMILAR_SIGNS; s++)
			sum += lesson->weight[s] * standard(lesson, i, s);
		miss = 1 / (1 + exp(-sum)) - lesson->pairs->pair[i].is_same;
		bias += miss;
		for (int s = 0; s < SIMILAR_SIGNS; s++)
			slope[s] += miss * standard(lesson, i, s);
	}
	lesson->bias -= STEP * bias / lesson->count;
	for (int s = 0; s < SIMILAR_SIGNS; s++)
		lesson->weight[s] -=
			STEP * (slope[s] + CALM * lesson->weight[s]) / lesson->count;
}

void pairs_learn(const struct pairs *pairs, const int *of_fold, int fold,
		 struct similar_rules *rules)
{
	struct lesson lesson = {.pairs = pairs, .of_fold = of_fold, .fold = fold};

	standardise(&lesson);
	for (int round = 0; round < ROUNDS; round++)
		take_step(&lesson);
	rules->bias = lesson.bias;
	for (int s = 0; s < SIMILAR_SIGNS; s++) {
		rules->weight[s] =
			lesson.spread[s] > 0 ? lesson.weight[s] / lesson.spread[s] : 0;
		rules->bias -= rules->weight[s] * lesson.mean[s];
	}
	rules->weight[SIMILAR_CALLER] = CALLER_LOGIT;
}

/* ---- Measuring. ---- */

static unsigned next_random(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(*state >> 33);
}

static void draw_folds(unsigned count, unsigned folds, unsigned seed, int *of_fold_r)
{
	uint64_t state = seed;

	for (unsigned i = 0; i < count; i++)
		of_fold_r[i] = (int)(i % folds);
	for (unsigned i = count; i-- > 1;) {
		unsigned j = next_random(&state) % (i + 1);
		int kept = of_fold_r[i];

		of_fold_r[i] = of_fold_r[j];
		of_fold_r[j] = kept;
	}
}

void pairs_cross(const struct pairs *pairs, const struct similar_rules *rules, unsigned folds,
		 unsigned seed, double *score_r)
{
	int *of_fold = xcalloc(pairs->count, sizeof(*of_fold));
	struct similar_rules *learnt = xmalloc(sizeof(*learnt));

	*learnt = *rules;
	draw_folds(pairs->count, folds, seed, of_fold);
	for (unsigned fold = 0; fold < folds; fold++) {
		pairs_learn(pairs, of_fold, (int)fold, learnt);
		for (unsigned i = 0; i < pairs->count; i++)
			if (of_fold[i] == (int)fold)
				score_r[i] = similar_score(learnt, &pairs->pair[i].c);
	}
	xfree(learnt);
	xfree(of_fold);
}

struct pairs_result pairs_judge(const struct pairs *pairs, const double *score,
				double threshold)
{
	struct pairs_result result = {0};

	for (unsigned i = 0; i < pairs->count; i++) {
		const struct pair *pair = &pairs->pair[i];
		bool is_linked = score[i] >= threshold && pair->may_join;

		result.same += pair->is_same;
		result.linked += is_linked;
		result.right += is_linked && pair->is_same;
	}
	return result;
}
