/* Names of places that a text mentions, and how it does: which of the places of that name can
 * be meant, how sure that is, and whether the words put the matter there ("di", "depan"), away
 * from there ("dibawa ke") or only call somebody by it ("bu Kartini"). Pure, no allocation. */
#pragma once

#include "core/gazetteer.h"
#include "core/place_words.h"

#define MENTIONS_MAX 64
#define MEANINGS_MAX 6

struct meaning {
	const struct place *place;
	int sure; /* per mille */
	uint8_t errors;
	bool is_vowelless;
};

struct mention {
	uint16_t lead;     /* mark: of the first of its cues, or its own first */
	uint16_t from, to; /* marks of the name; to: behind the last */
	uint8_t kind_cue;  /* enum place_cue, CUE_NONE: nothing says what kind of place it is */
	uint16_t beside;   /* mark of the cue that puts it beside, or from */
	uint16_t metres;   /* how far beside */
	bool is_at, is_from, is_toward, is_away, is_resident, is_denied, is_person;
	bool is_crossing, is_between, is_second; /* second: of two, behind "dan" */
	bool is_addressed; /* RT, RW, a number or a gang stand beside it */
	bool is_alone;     /* punctuation on both sides, nothing else between */
	unsigned count;
	struct meaning meaning[MEANINGS_MAX]; /* the surest first; 0 of them: it is no place */
};

struct mentions {
	unsigned count;
	struct mention mention[MENTIONS_MAX];
};

/* is_asked: the text is a question for a place, so that no cue is needed. */
void mentions_find(const struct gazetteer *gazetteer, const struct place_text *text,
		   bool is_asked, struct mentions *found_r);
