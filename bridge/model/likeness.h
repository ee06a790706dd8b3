/* Why two reports may tell of one thing: how sure, and what speaks for and against it.
 *
 * core/similar.h finds it out; here it is a value that stands in events and states. */
#pragma once

#include <jansson.h>

#include "base/id.h"

enum likeness_sign {
	LIKE_PLACE,   /* how far apart: "140 m" */
	LIKE_AREA,    /* one kelurahan, or two */
	LIKE_TIME,    /* how long apart: "2 min" */
	LIKE_WORDS,   /* what both say: "atap, gudang" */
	LIKE_ADDRESS, /* what one says and the other says otherwise: "gang 4, gang 5" */
	LIKE_KIND,    /* what it is about */
	LIKE_CALLER,  /* the same one has reported both */
	LIKENESS_SIGNS
};

extern const char *const likeness_sign_names[LIKENESS_SIGNS];

#define LIKENESS_REASONS_MAX 6
#define LIKENESS_VALUE_SIZE  64 /* cut at a letter's end */

struct likeness {
	int score_pct; /* how likely they are one: 0 … 100 */
	unsigned reason_count;
	struct {
		enum likeness_sign is;
		char value[LIKENESS_VALUE_SIZE]; /* for people; "" : the sign says it all */
		int weight_pct;                  /* hundredths; negative speaks against */
	} reason[LIKENESS_REASONS_MAX];
};

struct jsonw;

/* "score" and "reasons" as members of the object that is open. */
void likeness_write(const struct likeness *likeness, struct jsonw *w);
/* From an object that likeness_write wrote into; what is not there is empty. */
void likeness_read(const json_t *object, struct likeness *likeness_r);

/* One for people, in the language of the city: "140 m, 2 menit, sama-sama menyebut atap". */
void likeness_explain(const struct likeness *likeness, char *text_r, size_t size);
