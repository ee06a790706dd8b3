/* Names of places, found in spite of how they are typed.
 *
 * A name is known by its letters without spaces, folded so that spellings of one sound are one:
 * "Kali Tanjung" is "kalitanjung", "Argasunia" is "Argasunya". Besides the very same letters
 * the index finds names one or two errors away, and names written without their vowels, by
 * hashes made when it is built (each name with up to two of its first letters left out): a
 * look-up costs the same whether there are hundred names or ten thousand. Built once, then only
 * read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NAME_LETTERS 40 /* longer ones are cut */
#define NAME_NONE    UINT16_MAX
#define NAMES_NEAR   4

struct place_index;

struct name_near {
	uint16_t name;
	uint8_t errors;    /* letters wrong, missing, too many or swapped */
	bool is_vowelless; /* "hrjmkti": all consonants are there */
};

/* Folds lower case letters and digits; out has room for len. Returns how many it wrote. */
size_t name_fold(const char *letters, size_t len, char *out);

struct place_index *place_index_new(void);
void place_index_free(struct place_index **index);

/* The number of the name of these folded letters, new or known; NAME_NONE: no room. */
unsigned place_index_add(struct place_index *index, const char *folded, size_t len);
/* No more names after this. */
void place_index_build(struct place_index *index);

unsigned place_index_find(const struct place_index *index, const char *folded, size_t len);
/* The nearest names, all with equally few errors, at most NAMES_NEAR; how many. The very same
 * letters are not looked for. */
unsigned place_index_near(const struct place_index *index, const char *folded, size_t len,
			  unsigned max_errors, struct name_near *near_r);
/* The letters of a name, not ended by a NUL; borrowed. */
const char *place_index_letters(const struct place_index *index, unsigned name, size_t *len_r);
/* Names that begin with these letters: the first one of a run in the order of the alphabet, and
 * how many. place_index_sorted() gives the n-th of that order. */
unsigned place_index_begin(const struct place_index *index, const char *folded, size_t len,
			   unsigned *first_r);
unsigned place_index_sorted(const struct place_index *index, unsigned n);
