/* A text as the model sees it: which features it has, as numbers of buckets.
 *
 * Words, their stems, pairs of neighbours and letter sequences are hashed into MODEL_BUCKETS
 * buckets: no word stands in a model, only what a bucket is worth. What the rules found stands
 * beside them as features of its own, so that the model learns how far to trust it.
 * Total over any bytes, bounded by FEATURE_WORDS_MAX, no allocation. Any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/normalise.h"

#define MODEL_BUCKETS     65536u
#define FEATURE_WORDS_MAX 256 /* of a longer text the model reads the beginning */
#define FEATURES_MAX      4096
#define CUES_MAX          96

struct features {
	unsigned text_count, cue_count, word_count;
	uint16_t text[FEATURES_MAX];      /* each bucket once */
	uint16_t cue[CUES_MAX];           /* from the rules; each once */
	uint16_t word[FEATURE_WORDS_MAX]; /* the bucket of each word, in order */
	uint64_t seen[MODEL_BUCKETS / 64];
};

void features_begin(struct features *f);
/* raw is what the words were read from: links and names are features too. */
void features_add_text(struct features *f, const struct words *words, const char *raw,
		       size_t len);
/* What a rule found, by name: "live" "flood". */
void features_add_cue(struct features *f, const char *kind, const char *name);
