/* Places in words: what a caller may mean, best first, each with its radius and the reason.
 *
 * Stands typing errors, short forms, landmarks with "depan" or "belakang", "antara A dan B" and
 * names that stand for several places. Whatever nobody can place gives nothing: never a default
 * point. Total over any bytes, pure, no allocation; linear in the text. Any thread. */
#pragma once

#include <stddef.h>

#include "model/location.h"

struct rules;

#define PLACE_CANDIDATES_MAX 8

struct place_candidates {
	unsigned count;
	struct place_candidate candidate[PLACE_CANDIDATES_MAX];
};

void places_find(const struct rules *rules, const char *text, size_t len,
		 struct place_candidates *found_r);
