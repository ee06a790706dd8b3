/* Words that say how a place is meant ("jalan", "depan", "antara"), and a text as such words
 * and others.
 *
 * The vocabulary is place-words.tsv, built once, then only read. Reading a text is total over
 * any bytes, linear, and allocates nothing; the text itself is never changed. Any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum place_cue {
	CUE_NONE, /* a word of its own: perhaps a name */
	/* What kind of place the next name is. */
	CUE_STREET,
	CUE_GANG,
	CUE_KELURAHAN,
	CUE_KECAMATAN,
	CUE_VILLAGE,
	CUE_KAMPUNG,
	CUE_ESTATE,
	CUE_CROSSING, /* of one street or of two; part of names too ("Simpang Pemuda") */
	/* Parts of an address, a number behind them. */
	CUE_RT,
	CUE_RW,
	CUE_NUMBER,
	CUE_BLOCK,
	/* How it lies to the next name. */
	CUE_AT,
	CUE_BESIDE, /* so many metres off */
	CUE_SIDE,   /* north of it: says nothing that we could use */
	CUE_BETWEEN,
	CUE_AND,
	CUE_TO,
	CUE_FROM,
	CUE_TOWARD,   /* on the way there */
	CUE_AWAY,     /* taken, fled, told there: not where it is */
	CUE_RESIDENT, /* somebody of there */
	CUE_NOT,
	/* What the next name is instead. */
	CUE_PERSON,
	/* Words inside names. */
	CUE_TITLE,    /* "Dr.", "Kapten": left out by whoever is in a hurry */
	CUE_WIDE,     /* "Raya": left out likewise */
	CUE_SPELLING, /* one of several ways to write one word */
	CUE_WORD,     /* never a name, however near to one it is written */
	CUE_ORDINARY, /* also a word or a name of something else: a place only where others say
			 so */
	PLACE_CUES
};

struct place_cue_row {
	uint8_t cue; /* enum place_cue */
	uint8_t len;
	uint16_t metres;  /* CUE_BESIDE */
	char letters[23]; /* folded, of the row's first word */
};

struct place_words {
	unsigned count, phrase_count, slots;
	struct place_cue_row *row;
	struct place_phrase *phrase;
	uint16_t *slot;
};

/* text is place-words.tsv, to be cut. */
int place_words_load(struct place_words *words, const char *name, char *text,
		     struct err *err) MUST_CHECK;
void place_words_fini(struct place_words *words);

#define PLACE_MAX_BYTES 16384 /* the longest report; what is behind is not read */
#define PLACE_MARKS     4096

/* A word, or several that are one cue. */
struct place_mark {
	uint16_t from, to; /* in the text as it came */
	uint16_t metres;
	uint8_t cue; /* enum place_cue */
	uint8_t len;
	bool is_apart; /* punctuation parts it from the one before */
	bool is_number;
	const char *letters; /* folded; of the vocabulary or of the text's own letters below */
};

struct place_text {
	unsigned count;
	struct place_mark mark[PLACE_MARKS];
	char letters[PLACE_MAX_BYTES];
};

void place_text_read(const struct place_words *words, const char *text, size_t len,
		     struct place_text *out);
