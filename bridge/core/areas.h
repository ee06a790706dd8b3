/* Where a report is: a point is placed in its kelurahan, names in the words give candidates,
 * and without either it is nowhere, never at a default.
 *
 * A point is never overruled by words: where they disagree, the words are a candidate that says
 * so. Total and pure, like classify(). Any thread. */
#pragma once

#include <stddef.h>

#include "model/agency.h"
#include "model/location.h"

struct rules;

/* in is what came with the report or what a person has set; out may be the same. A point
 * outside the city but in a neighbouring kecamatan gets that one's code; elsewhere none. */
void locate(const struct rules *rules, const struct location *in, const char *text, size_t len,
	    struct location *out);

/* Whose ground the area of that code is; "" : nobody's. */
agency_set area_agencies(const struct rules *rules, const char *area);
