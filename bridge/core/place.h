/* Places in words: what a caller may mean, best first, each with its radius and the reason.
 *
 * Stands typing errors, short forms, landmarks with "depan" or "belakang", "antara A dan B" and
 * names that stand for several places. Whatever nobody can place gives nothing: never a default
 * point. Total over any bytes, pure, no allocation; linear in the text. Needs 200 KiB of stack,
 * of which a short text touches a few pages. Any thread. */
#pragma once

#include <stddef.h>

#include "model/location.h"

struct jsonw;
struct rules;

#define PLACE_CANDIDATES_MAX 10

struct place_candidates {
	unsigned count;
	struct place_candidate candidate[PLACE_CANDIDATES_MAX];
	char said[PLACE_SAID_SIZE]; /* the words that say where, as they were typed; "" : none
				     */
};

/* In the words of a report. Those below PLACE_SURE only may be meant: a hospital somebody was
 * taken to, the home of a neighbour. */
#define PLACE_SURE 450 /* per mille */
void places_find(const struct rules *rules, const char *text, size_t len,
		 struct place_candidates *found_r);
/* For a call-taker who types a name, whole or only its beginning. */
void places_search(const struct rules *rules, const char *text, size_t len,
		   struct place_candidates *found_r);
