/* What of a report is compared with others: where and when, what about, its telling words, the
 * numbers of its address, who sent it. The words are held as hashes: a gist says nothing.
 *
 * Making one is total, linear and without allocation; it is a value of some 400 bytes. Any
 * thread; the scratch belongs to one. */
#pragma once

#include "core/normalise.h"
#include "model/location.h"
#include "model/verdict.h"

struct rules;
struct tongue; /* core/tongue.h: which words are common */

#define GIST_WORDS_MAX 40 /* the most telling ones of a longer text */
#define GIST_MARKS_MAX 12
#define GIST_TEXT_MAX                                                                          \
	600 /* words that are looked at: who has not said it by then says more                 \
	     */

struct gist_word {
	uint32_t hash;
	uint8_t weight;   /* sixteenths: how telling it is */
	uint8_t is_place; /* it names a place: it follows "jalan", "dekat", … */
};

/* "gang 4": two things in one street are told apart by such a number. */
struct gist_mark {
	uint16_t key, value;
};

struct gist {
	int64_t at_ms;
	uint64_t caller; /* keyed hash of who it is; 0: not known, or not to be used */
	bool has_point;
	int32_t lat_e7, lon_e7;
	int32_t accuracy_m;      /* -1: unknown */
	uint32_t area, category; /* hashes; 0: not known */
	uint32_t group;          /* of the category in the taxonomy: a fire, an animal */
	agency_set lead;         /* whose matter it is above all */
	uint8_t word_count;
	uint8_t mark_count;
	struct gist_word word[GIST_WORDS_MAX]; /* by hash, each once */
	struct gist_mark mark[GIST_MARKS_MAX];
};

struct gist_of {
	const char *text;
	size_t len;
	const struct verdict *verdict;
	const struct location *location;
	int64_t at_ms;
	uint64_t caller;
};

/* The words of the text that was taken last, to say which of them two reports share. */
struct gist_scratch {
	struct words words;
	uint16_t source[GIST_WORDS_MAX]; /* gist.word[i] is words.word[source[i]] */
	struct {
		struct gist_word word;
		uint16_t source;
	} found[GIST_TEXT_MAX];
};

void gist_take(const struct rules *rules, const struct tongue *tongue, const struct gist_of *of,
	       struct gist_scratch *scratch, struct gist *gist_r);

/* Where it is, and what it is about: also when a person says so later. */
void gist_set_place(struct gist *gist, const struct location *location);
void gist_set_kind(struct gist *gist, const struct rules *rules, const char *category);

/* The words as a gist reads them: for counting. */
void gist_words(const struct rules *rules, const char *text, size_t len, struct words *words_r);
/* The hash of a category, as gist.category. */
uint32_t gist_category(const char *id);
/* The hash of a word as gists hold it: without its affixes. */
uint32_t gist_hash(const char *word, size_t len);
