/* A page for printing: HTML that needs nothing else, made piece by piece.
 *
 * Words of others go through print_words, so that nothing in them is markup. One owner; any
 * thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct print {
	char *text; /* len bytes, not terminated */
	size_t len, room;
	int utc_offset_min; /* of the times that it says */
};

void print_fini(struct print *print);
/* From "<!doctype" to the opened body. The titles are ours. */
void print_begin(struct print *print, const char *title, const char *title_en);
void print_end(struct print *print);

/* Markup of our own. */
void print_markup(struct print *print, const char *markup);
/* Words of others; NULL says nothing. */
void print_words(struct print *print, const char *words);
void print_cell(struct print *print, const char *words);
void print_number(struct print *print, uint64_t n);
void print_time(struct print *print, int64_t at_ms);
/* That it was entered from paper, and when it happened; 0: it was not. */
void print_paper(struct print *print, int64_t happened_ms);
