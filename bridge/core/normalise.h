/* One spelling for many: the words of a text as the lexicon knows them.
 *
 * Lower case without accents, apostrophes and invisible characters; punctuation parts words;
 * a letter held down counts once ("tolooong"); the possessive -nya is taken off; how people
 * type a word is undone (core/spelling.h). The text itself is never changed: each word
 * remembers where it stood. Total over any bytes, linear, no allocation. Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NORMALISE_MAX_BYTES 16384 /* the longest report; what is behind is not read */
#define WORDS_MAX           8192
#define WORD_MAX_LETTERS    40 /* longer ones are cut: nobody's word */
#define WORDS_TEXT_SIZE     28672

struct word {
	uint16_t at;       /* of its first letter in words.text */
	uint16_t from, to; /* in the text as it came */
	uint16_t sentence;
};

struct words {
	unsigned count;
	unsigned sentences;
	bool is_cut; /* the text goes on behind the limits */
	size_t len;
	struct word word[WORDS_MAX];
	char text[WORDS_TEXT_SIZE]; /* " word word ": a space on both sides of each */
};

struct spelling;

/* s may be NULL. Only count, sentences, len and what they cover are written. */
void normalise(const struct spelling *s, const char *text, size_t len, struct words *words_r);
