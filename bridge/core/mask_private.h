/* What the files of mask share: a text and where in it one is, letters and words, and what may
 * be found there. Each find says how many bytes from here on it is, 0 when it is not. Pure. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "core/mask.h"

/* Words for which something that was said still counts, so "hp saya ini 204567" is one to call.
 */
#define MASK_CUE_WORDS 3

struct mask_scan {
	const char *text;
	size_t len, at;
	size_t behind_mark; /* a word begins also where something was masked: "0812…Budi" */
	const struct mask_known *known;
	bool is_capital; /* most of its words begin with a capital: it says nothing */
	unsigned call, plate, name; /* cues: for so many words more */
	bool is_name;               /* the word here is called a name */
	bool is_named_capital;      /* the name under way is written with capitals */
	char *out;
	size_t out_len;
};

bool mask_is_digit(char c);
/* Of any script: bytes of a UTF-8 sequence count as letters. */
bool mask_is_letter(char c);
bool mask_is_upper(char c);
char mask_lower(char c);

/* NUL, which is in no class, behind the end. */
char mask_at(const struct mask_scan *s, size_t i);
/* What stands just before here. */
char mask_before(const struct mask_scan *s);
bool mask_begins_word(const struct mask_scan *s);
/* The word at i in lower case; its length, also of one that is too long for word_r. */
size_t mask_read_word(const struct mask_scan *s, size_t i, char *word_r, size_t size);
/* The list ends with NULL. */
bool mask_is_one_of(const char *word, const char *const *list);
/* Bytes of what may part two groups of one number or plate: blanks, also those that do not
 * break, and the few signs and dashes that people write; at most three signs. */
size_t mask_gap(const struct mask_scan *s, size_t i);
size_t mask_count_digits(const struct mask_scan *s, size_t i, size_t most);

size_t mask_find_link(const struct mask_scan *s);
size_t mask_find_mail(const struct mask_scan *s);
size_t mask_find_account(const struct mask_scan *s);
size_t mask_find_nik(const struct mask_scan *s);
size_t mask_find_phone(const struct mask_scan *s);
size_t mask_find_spoken(const struct mask_scan *s);
size_t mask_find_long(const struct mask_scan *s);
size_t mask_find_plate(const struct mask_scan *s);
size_t mask_find_name(const struct mask_scan *s);

/* Called once where a word begins, before anything is looked for there. */
void mask_note_name(struct mask_scan *s, const char *word);
