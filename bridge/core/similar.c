#include "core/similar.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "core/rules_private.h"
#include "core/table.h"

#define FILE_NAME      "model/similar.tsv"
#define NEEDS_NAME     "rules/joining.tsv"
#define SIXTEENTH      (1.0 / 16)
#define WORDS_BEFORE   5.0 /* telling of what both say, before any of it counts fully */
#define ERROR_M        100 /* of a point whose error nobody tells */
#define SLACK_M        150 /* two people who see one fire stand so far apart */
#define FAR_STEP_M     300.0
#define TOO_FAR        1.0
#define TELLING        64 /* sixteenths: not what everybody says */
#define WITHOUT_POINTS 0.40
#define MOSTLY_SAME    0.45 /* then it is the classifier that differs, not the matter */
#define NEUTRAL_WORDS  0.25 /* where a sign speaks neither way; only for the reasons */
#define NEUTRAL_MIN    30
#define TELLING_WEIGHT 24 /* sixteenths: of a word that is worth naming as a reason */

const char *const similar_sign_names[SIMILAR_SIGNS] = {
	[SIMILAR_WORDS] = "words", [SIMILAR_ADDRESS] = "address", [SIMILAR_NAMES] = "names",
	[SIMILAR_TIME] = "time",   [SIMILAR_NEAR] = "near",       [SIMILAR_FAR] = "far",
	[SIMILAR_AREA] = "area",   [SIMILAR_KIND] = "kind",       [SIMILAR_CALLER] = "caller",
};

/* ---- model/similar.tsv: "what", "name", "value". ---- */

enum { WHAT, NAME, VALUE };

static const char *const columns[] = {"what", "name", "value", NULL};

struct file {
	struct table table;
	struct similar_rules *rules;
	unsigned seen; /* bits of the signs, then bias and the thresholds */
};

static int see(struct file *file, unsigned bit, struct err *err)
{
	if (file->seen >> bit & 1)
		return table_error(&file->table, NAME, err, "stands there twice");
	file->seen |= 1u << bit;
	return 0;
}

static int read_weight(struct file *file, struct err *err)
{
	double *place = NULL;
	unsigned bit = SIMILAR_SIGNS;

	for (unsigned s = 0; s < SIMILAR_SIGNS; s++)
		if (strcmp(file->table.cell[NAME], similar_sign_names[s]) == 0) {
			place = &file->rules->weight[s];
			bit = s;
		}
	if (strcmp(file->table.cell[NAME], "bias") == 0)
		place = &file->rules->bias;
	if (place == NULL)
		return table_error(&file->table, NAME, err, "there is no such sign");
	if (see(file, bit, err) < 0)
		return -1;
	return table_number(&file->table, VALUE, -100, 100, place, err);
}

static int read_threshold(struct file *file, struct err *err)
{
	bool is_link = strcmp(file->table.cell[NAME], "link") == 0;

	if (!is_link && strcmp(file->table.cell[NAME], "suggest") != 0)
		return table_error(&file->table, NAME, err, "is link or suggest");
	if (see(file, SIMILAR_SIGNS + 1 + is_link, err) < 0)
		return -1;
	return table_number(&file->table, VALUE, 0, 1,
			    is_link ? &file->rules->link : &file->rules->suggest, err);
}

static int read_word(struct file *file, struct err *err)
{
	const char *word = file->table.cell[NAME];
	double weight;

	if (table_number(&file->table, VALUE, 0, 15.9, &weight, err) < 0)
		return -1;
	if (strcmp(word, "*") == 0)
		file->rules->tongue.rare = (uint8_t)lround(weight * 16);
	else if (!tongue_add(&file->rules->tongue, gist_hash(word, strlen(word)),
			     (uint8_t)lround(weight * 16)))
		return table_error(&file->table, NAME, err, "more than %d words",
				   TONGUE_WORDS_MAX);
	return 0;
}

static int read_row(struct file *file, struct err *err)
{
	const char *what = file->table.cell[WHAT];

	if (strcmp(what, "weight") == 0)
		return read_weight(file, err);
	if (strcmp(what, "threshold") == 0)
		return read_threshold(file, err);
	if (strcmp(what, "word") == 0)
		return read_word(file, err);
	return table_error(&file->table, WHAT, err, "is weight, threshold or word");
}

static int read_rows(struct file *file, char *text, struct err *err)
{
	int found;

	if (table_open(&file->table, FILE_NAME, text, columns, err) < 0)
		return -1;
	while ((found = table_next(&file->table, err)) > 0)
		if (read_row(file, err) < 0)
			return -1;
	if (found < 0)
		return -1;
	for (unsigned bit = 0; bit < SIMILAR_SIGNS + 3; bit++)
		if ((file->seen >> bit & 1) == 0)
			return err_set(err, ERR_INVALID, FILE_NAME ": %s is missing",
				       bit < SIMILAR_SIGNS        ? similar_sign_names[bit]
				       : bit == SIMILAR_SIGNS     ? "bias"
				       : bit == SIMILAR_SIGNS + 1 ? "suggest"
								  : "link");
	if (file->rules->suggest > file->rules->link)
		return err_set(err, ERR_INVALID, FILE_NAME ": suggest is above link");
	return 0;
}

/* ---- rules/joining.tsv: "category", "words". ---- */

enum { CATEGORY, WORDS };

static const char *const need_columns[] = {"category", "words", NULL};

/* "*" is for two that are not known to be of one kind. */
static int read_need(const struct table *table, struct similar_rules *rules, struct err *err)
{
	unsigned n = rules->need_count;

	if (strcmp(table->cell[CATEGORY], "*") == 0)
		return table_number(table, WORDS, 0, 1, &rules->unknown_need, err);
	if (n == SIMILAR_NEEDS_MAX)
		return table_error(table, CATEGORY, err, "more than %d", SIMILAR_NEEDS_MAX);
	rules->need[n].category = gist_category(table->cell[CATEGORY]);
	rules->need_count++;
	return table_number(table, WORDS, 0, 1, &rules->need[n].words, err);
}

int similar_load_needs(struct similar_rules *rules, const char *dir, struct err *err)
{
	struct table table;
	char *text;
	size_t len;
	int found;

	if (file_read(dir, NEEDS_NAME, &text, &len, err) < 0)
		return -1;
	found = table_open(&table, NEEDS_NAME, text, need_columns, err);
	if (found == 0)
		while ((found = table_next(&table, err)) > 0)
			if (read_need(&table, rules, err) < 0)
				break;
	xfree(text);
	return found == 0 ? 0 : -1;
}

static bool is_there(const char *dir)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/" FILE_NAME, dir);
	return access(path, F_OK) == 0 || errno != ENOENT;
}

/* Sixteenths, by how many areas share a city's reports: a twenty-second, a seventh, all. */
static const uint8_t area_weights[AREA_LEVELS] = {
	[AREA_KELURAHAN] = 48,
	[AREA_NEIGHBOUR] = 48,
	[AREA_KECAMATAN] = 24,
	[AREA_CITY] = 4,
};

static void know_name(struct tongue *tongue, const char *name, uint8_t weight,
		      struct words *words)
{
	normalise(NULL, name, strlen(name), words);
	for (unsigned i = 0; i < words->count; i++) {
		const char *word = words->text + words->word[i].at;
		uint32_t hash = gist_hash(word, strcspn(word, " "));

		/* A full table is no harm: the name is then as telling as any. */
		if (tongue_weight(tongue, hash) > weight)
			(void)tongue_add(tongue, hash, weight);
	}
}

void similar_know_city(struct similar_rules *rules, const struct rules *city)
{
	struct words *words = xmalloc(sizeof(*words));

	for (unsigned i = 0; i < city->areas.count; i++)
		know_name(&rules->tongue, city->areas.area[i].name,
			  area_weights[city->areas.area[i].level], words);
	xfree(words);
}

int similar_load(struct similar_rules **rules_r, const char *dir, const struct rules *city,
		 struct err *err)
{
	struct file file = {.seen = 0};
	char *text;
	size_t len;
	int status;

	if (!is_there(dir)) {
		*rules_r = NULL;
		return 0;
	}
	if (file_read(dir, FILE_NAME, &text, &len, err) < 0)
		return -1;
	file.rules = xcalloc(1, sizeof(*file.rules));
	status = read_rows(&file, text, err);
	xfree(text);
	if (status == 0)
		status = similar_load_needs(file.rules, dir, err);
	if (status < 0) {
		similar_free(&file.rules);
		return -1;
	}
	similar_know_city(file.rules, city);
	*rules_r = file.rules;
	return 0;
}

void similar_free(struct similar_rules **rules)
{
	xfree(*rules);
	*rules = NULL;
}

/* ---- What is alike. ---- */

double gist_distance_m(const struct gist *a, const struct gist *b)
{
	return metres_between(a->lat_e7, a->lon_e7, b->lat_e7, b->lon_e7);
}

static double error_m(const struct gist *gist)
{
	return gist->accuracy_m >= 0 ? gist->accuracy_m : ERROR_M;
}

/* In steps of FAR_STEP_M, beyond what their errors explain. */
static double steps_apart(const struct gist *a, const struct gist *b)
{
	double beyond = gist_distance_m(a, b) - SLACK_M - (error_m(a) + error_m(b)) / 2;

	return fmin(3, fmax(0, beyond / FAR_STEP_M));
}

static void compare_places(const struct gist *a, const struct gist *b, double *sign)
{
	if (!a->has_point || !b->has_point) {
		sign[SIMILAR_AREA] = a->area != 0 && b->area != 0 && a->area != b->area;
		return;
	}
	sign[SIMILAR_NEAR] = 1 / (1 + (error_m(a) + error_m(b)) / 400);
	sign[SIMILAR_FAR] = steps_apart(a, b);
}

/* Both lists are ordered. A word that is of its kind in one text is so in the other. */
static void compare_words(const struct gist *a, const struct gist *b, struct comparison *c)
{
	double both = 0, only_a = 0, only_b = 0, less, more;
	unsigned i = 0, j = 0, places_a = 0, places_b = 0, places = 0;

	while (i < a->word_count || j < b->word_count) {
		const struct gist_word *x = &a->word[i], *y = &b->word[j];

		if (j == b->word_count || (i < a->word_count && x->hash < y->hash)) {
			only_a += x->weight;
			places_a += x->is_place;
			i++;
		} else if (i == a->word_count || y->hash < x->hash) {
			only_b += y->weight;
			places_b += y->is_place;
			j++;
		} else {
			uint8_t weight = x->weight < y->weight ? x->weight : y->weight;

			both += weight;
			c->telling += weight >= TELLING;
			places += x->is_place | y->is_place;
			i++;
			j++;
		}
	}
	less = (only_a < only_b ? only_a : only_b) * SIXTEENTH;
	more = (only_a < only_b ? only_b : only_a) * SIXTEENTH;
	both *= SIXTEENTH;
	c->sign[SIMILAR_WORDS] = both / (both + 0.7 * less + 0.3 * more + WORDS_BEFORE);
	c->sign[SIMILAR_NAMES] = places == 0 && places_a > 0 && places_b > 0;
}

static bool has_value(const struct gist *gist, uint16_t key, uint16_t value)
{
	for (unsigned i = 0; i < gist->mark_count; i++)
		if (gist->mark[i].key == key && gist->mark[i].value == value)
			return true;
	return false;
}

static bool has_key(const struct gist *gist, uint16_t key)
{
	for (unsigned i = 0; i < gist->mark_count; i++)
		if (gist->mark[i].key == key)
			return true;
	return false;
}

/* A key that both have and that agrees in nothing: "gang 4" and "gang 5". */
static bool is_contradicted(const struct gist *a, const struct gist *b, unsigned i)
{
	uint16_t key = a->mark[i].key;

	for (unsigned k = 0; k < i; k++)
		if (a->mark[k].key == key)
			return false; /* counted already */
	if (!has_key(b, key))
		return false;
	for (unsigned k = 0; k < a->mark_count; k++)
		if (a->mark[k].key == key && has_value(b, key, a->mark[k].value))
			return false;
	return true;
}

static double compare_marks(const struct gist *a, const struct gist *b)
{
	unsigned count = 0;

	for (unsigned i = 0; i < a->mark_count && count < 2; i++)
		count += is_contradicted(a, b, i);
	return count;
}

static double minutes_between(const struct gist *a, const struct gist *b)
{
	int64_t ms = a->at_ms > b->at_ms ? a->at_ms - b->at_ms : b->at_ms - a->at_ms;

	return (double)ms / 60000;
}

/* About different things; half of it when one service answers for both. */
static double compare_kinds(const struct gist *a, const struct gist *b)
{
	if (a->category == 0 || b->category == 0 || a->category == b->category)
		return 0;
	return (a->lead & b->lead) != 0 ? 0.5 : 1;
}

void similar_compare(const struct gist *a, const struct gist *b, struct comparison *c)
{
	*c = (struct comparison){.telling = 0};
	compare_words(a, b, c);
	compare_places(a, b, c->sign);
	c->sign[SIMILAR_ADDRESS] = compare_marks(a, b);
	c->sign[SIMILAR_TIME] = log10(1 + minutes_between(a, b));
	c->sign[SIMILAR_KIND] = compare_kinds(a, b);
	c->sign[SIMILAR_CALLER] = a->caller != 0 && a->caller == b->caller;
}

double similar_score(const struct similar_rules *rules, const struct comparison *c)
{
	double sum = rules->bias;

	for (int s = 0; s < SIMILAR_SIGNS; s++)
		sum += rules->weight[s] * c->sign[s];
	return 1 / (1 + exp(-sum));
}

/* ---- What is certain. ---- */

static double need_of(const struct similar_rules *rules, uint32_t category)
{
	for (unsigned i = 0; i < rules->need_count; i++)
		if (rules->need[i].category == category)
			return rules->need[i].words;
	return 0;
}

/* Two who are not known to speak of one kind must at least say the same. */
static double need_of_both(const struct similar_rules *rules, const struct gist *a,
			   const struct gist *b)
{
	if (a->category == 0 || b->category == 0 || a->category != b->category)
		return rules->unknown_need;
	return need_of(rules, a->category);
}

static bool is_contrary(const struct comparison *c)
{
	return c->sign[SIMILAR_ADDRESS] > 0 || c->sign[SIMILAR_NAMES] > 0 ||
	       c->sign[SIMILAR_AREA] > 0;
}

static bool is_told_alike(const struct comparison *c)
{
	return c->sign[SIMILAR_ADDRESS] == 0 && c->sign[SIMILAR_WORDS] >= WITHOUT_POINTS &&
	       c->telling >= 2;
}

bool similar_is_elsewhere(const struct gist *a, const struct gist *b)
{
	return a->has_point && b->has_point && steps_apart(a, b) >= TOO_FAR;
}

bool similar_may_join(const struct similar_rules *rules, const struct gist *a,
		      const struct gist *b, const struct comparison *c)
{
	return c->sign[SIMILAR_FAR] < TOO_FAR &&
	       (c->sign[SIMILAR_NEAR] > 0 || is_told_alike(c)) &&
	       (c->sign[SIMILAR_KIND] < 1 || c->sign[SIMILAR_WORDS] >= MOSTLY_SAME) &&
	       c->sign[SIMILAR_WORDS] >= need_of_both(rules, a, b);
}

static bool is_same_kind(const struct gist *a, const struct gist *b)
{
	return a->category != 0 && a->category == b->category;
}

bool similar_may_suggest(const struct gist *a, const struct gist *b, const struct comparison *c)
{
	if (c->sign[SIMILAR_FAR] >= TOO_FAR || c->sign[SIMILAR_KIND] >= 1)
		return false;
	return c->sign[SIMILAR_CALLER] > 0 || c->sign[SIMILAR_NEAR] > 0 || c->telling >= 2 ||
	       (is_same_kind(a, b) && c->telling >= 1);
}

static bool is_in_reach(const struct gist *a, const struct gist *b, double reach_m)
{
	if (!a->has_point || !b->has_point)
		return true;
	return gist_distance_m(a, b) - (error_m(a) + error_m(b)) / 2 <= reach_m;
}

/* A snake in the kitchen beside a burning market is the fire service's too, and a card of its
 * own. */
static bool is_of_another_group(const struct gist *a, const struct gist *b)
{
	return a->group != 0 && b->group != 0 && a->group != b->group;
}

bool similar_may_fold(const struct similar_rules *rules, const struct gist *a,
		      const struct gist *b, double reach_m, struct comparison *c)
{
	if (!is_in_reach(a, b, reach_m)) /* first: most are not, and it costs the least */
		return false;
	similar_compare(a, b, c);
	if (is_contrary(c) && !(c->sign[SIMILAR_NEAR] > 0 && c->sign[SIMILAR_FAR] == 0))
		return false;
	if (!is_same_kind(a, b) && (is_of_another_group(a, b) || c->sign[SIMILAR_KIND] >= 1 ||
				    !similar_may_suggest(a, b, c)))
		return false;
	return c->sign[SIMILAR_WORDS] >= need_of_both(rules, a, b);
}

/* ---- Why. ---- */

/* "atap, gudang": what both say, the most telling first, as it stands in the text of a. */
static bool name_words(const struct gist *a, const struct gist *b, const char *text,
		       const struct gist_scratch *scratch, char *value_r)
{
	bool is_named[GIST_WORDS_MAX] = {false};
	size_t at = 0;

	value_r[0] = '\0';
	for (int n = 0; n < 4; n++) {
		int best = -1;
		size_t len;
		const struct word *word;

		for (unsigned i = 0; i < a->word_count; i++) {
			bool is_both = false;

			for (unsigned j = 0; j < b->word_count; j++)
				is_both |= b->word[j].hash == a->word[i].hash;
			if (is_both && !is_named[i] && a->word[i].weight >= TELLING_WEIGHT &&
			    (best < 0 || a->word[i].weight > a->word[best].weight))
				best = (int)i;
		}
		if (best < 0)
			break;
		is_named[best] = true;
		word = &scratch->words.word[scratch->source[best]];
		len = (size_t)(word->to - word->from);
		if (at + len + 3 > LIKENESS_VALUE_SIZE)
			break;
		at += (size_t)snprintf(value_r + at, LIKENESS_VALUE_SIZE - at, "%s%.*s",
				       at > 0 ? ", " : "", (int)len, text + word->from);
	}
	return at > 0;
}

static void add_reason(struct likeness *likeness, enum likeness_sign is, const char *value,
		       double weight)
{
	unsigned n = likeness->reason_count;

	if (n == LIKENESS_REASONS_MAX || fabs(weight) < 0.005)
		return;
	likeness->reason[n].is = is;
	likeness->reason[n].weight_pct = (int)lround(weight * 100);
	snprintf(likeness->reason[n].value, LIKENESS_VALUE_SIZE, "%s", value);
	likeness->reason_count++;
}

static void explain_place(const struct similar_rules *rules, const struct gist *a,
			  const struct gist *b, const double *sign, struct likeness *likeness)
{
	char value[32];

	if (a->has_point && b->has_point) {
		snprintf(value, sizeof(value), "%.0f m", gist_distance_m(a, b));
		add_reason(likeness, LIKE_PLACE, value,
			   rules->weight[SIMILAR_NEAR] * sign[SIMILAR_NEAR] +
				   rules->weight[SIMILAR_FAR] * sign[SIMILAR_FAR]);
	} else if (a->area != 0 && b->area != 0) {
		add_reason(likeness, LIKE_AREA, "",
			   a->area == b->area ? -rules->weight[SIMILAR_AREA] / 2
					      : rules->weight[SIMILAR_AREA]);
	}
}

static void explain_time(const struct similar_rules *rules, const struct gist *a,
			 const struct gist *b, const double *sign, struct likeness *likeness)
{
	double minutes = minutes_between(a, b);
	char value[32];

	snprintf(value, sizeof(value), "%.0f min", minutes);
	add_reason(likeness, LIKE_TIME, value,
		   rules->weight[SIMILAR_TIME] * (sign[SIMILAR_TIME] - log10(1 + NEUTRAL_MIN)));
}

void similar_explain(const struct similar_rules *rules, const struct gist *a,
		     const struct gist *b, const char *text, const struct gist_scratch *scratch,
		     struct likeness *likeness)
{
	char value[LIKENESS_VALUE_SIZE];
	struct comparison c;
	const double *sign = c.sign;

	similar_compare(a, b, &c);
	*likeness = (struct likeness){.score_pct = (int)lround(similar_score(rules, &c) * 100)};
	explain_place(rules, a, b, sign, likeness);
	explain_time(rules, a, b, sign, likeness);
	if (name_words(a, b, text, scratch, value))
		add_reason(likeness, LIKE_WORDS, value,
			   rules->weight[SIMILAR_WORDS] *
				   (sign[SIMILAR_WORDS] - NEUTRAL_WORDS));
	add_reason(likeness, LIKE_ADDRESS, "",
		   rules->weight[SIMILAR_ADDRESS] * sign[SIMILAR_ADDRESS] +
			   rules->weight[SIMILAR_NAMES] * sign[SIMILAR_NAMES]);
	add_reason(likeness, LIKE_KIND, "",
		   a->category != 0 && a->category == b->category
			   ? -rules->weight[SIMILAR_KIND] / 2
			   : rules->weight[SIMILAR_KIND] * sign[SIMILAR_KIND]);
	add_reason(likeness, LIKE_CALLER, "",
		   rules->weight[SIMILAR_CALLER] * sign[SIMILAR_CALLER]);
}
