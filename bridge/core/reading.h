/* What a text says, term by term, before anybody judges it: which terms stand where, and
 * whether each is so, was so, is feared, denied, exercised, told of or asked about.
 *
 * Total, linear, no allocation: the scratch is the caller's, about 150 KiB of it, of which a
 * short text touches a few pages. Any thread. */
#pragma once

#include "core/lexicon.h"

enum hit_state {
	HIT_LIVE,
	HIT_PAST,      /* was so: still a matter, not of this minute */
	HIT_RECURRING, /* is so again and again: a matter, seldom of this minute */
	HIT_PLANNED,   /* will be so */
	HIT_FEARED,
	HIT_SUPPOSED, /* might be so some day */
	HIT_DENIED,
	HIT_DRILL,
	HIT_TOLD,
	HIT_ASKED,
};

struct hit {
	uint16_t term;
	uint16_t phrase;
	uint16_t from_word, to_word; /* to: the last one */
	uint16_t key_word; /* where its last part begins: what stands before that colours it */
	uint16_t sentence;
	uint16_t state; /* enum hit_state */
};

struct reading {
	unsigned hit_count;
	struct words words;
	struct hit hit[WORDS_MAX];
	uint16_t longest[WORDS_MAX];
	uint16_t cues[WORDS_MAX]; /* of each sentence */
};

void reading_take(struct reading *reading, const struct lexicon *lexicon, const char *text,
		  size_t len);
