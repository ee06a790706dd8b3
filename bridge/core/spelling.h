/* One word for the many ways it is typed: short forms and slang of the city's table, digits for
 * letters ("k3bakaran"), a last letter typed twice, what people hang on to a word ("rumahku").
 *
 * A guess is only taken when what comes out is a word that is known; so "3kg", "lt2" and
 * "blok4b" stay what they are. Filled once, then only read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define SPELLING_FROM_SIZE 16
#define SPELLING_TO_SIZE   24
#define SPELLING_MAX       1024 /* short forms */
#define SPELLING_KNOWN_MAX 6000 /* words */

struct spelling {
	unsigned count, known_count;
	struct {
		char from[SPELLING_FROM_SIZE], to[SPELLING_TO_SIZE];
		uint8_t from_len, to_len; /* from_len 0: free */
	} slot[4096];
	uint32_t known[16384]; /* hashes; 0: free */
};

/* All words are as normalise() leaves them: small letters and digits. False: too long, or there
 * is no room. The same one twice is fine, the later wins. */
bool spelling_add(struct spelling *s, const char *from, const char *to);
/* A word that means something here: it is never read as another. */
bool spelling_know(struct spelling *s, const char *word, size_t len);

/* word is what was typed and has room for room letters; it becomes the word that is meant.
 * Its new length. */
size_t spelling_read(const struct spelling *s, char *word, size_t len, size_t room);

/* text is rules/slang.tsv, to be cut. */
int spelling_load(struct spelling *s, const char *name, char *text, struct err *err) MUST_CHECK;
