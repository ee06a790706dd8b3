/* Many phrases at once: Aho-Corasick over normalised words, whole words only, one pass.
 *
 * One step per letter, whatever the text and however many phrases: a hostile text costs what a
 * kind one does. Built once, then only read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "core/normalise.h"

#define PHRASE_NONE 0 /* phrases are numbered from 1 */

struct matcher;

struct matcher *matcher_new(void);
void matcher_free(struct matcher **matcher);

/* The number of the phrase that these words are, new or known; PHRASE_NONE when there is none
 * to take (no word) or no room for another. */
unsigned matcher_add(struct matcher *matcher, const struct words *phrase);
/* No more phrases after this. */
void matcher_build(struct matcher *matcher);

/* longest_r[i] is the longest phrase that begins at word i, or PHRASE_NONE. */
void matcher_run(const struct matcher *matcher, const struct words *words, uint16_t *longest_r);
unsigned matcher_words(const struct matcher *matcher, unsigned phrase);
