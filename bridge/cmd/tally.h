/* How often one word became another. One owner. */
#pragma once

#include <stdio.h>

struct jsonw;

#define TALLY_WORD 80

struct tally {
	unsigned count, room;
	struct tally_item {
		char from[TALLY_WORD], to[TALLY_WORD];
		unsigned n;
	} * item;
};

void tally_add(struct tally *tally, const char *from, const char *to);
void tally_fini(struct tally *tally);
/* All of them together. */
unsigned tally_sum(const struct tally *tally);
/* The most frequent first. */
void tally_sort(struct tally *tally);
void tally_print(const struct tally *tally, FILE *to);
/* [{"from", "to", "n"}, …] under key. */
void tally_write(const struct tally *tally, struct jsonw *w, const char *key);
