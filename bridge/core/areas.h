/* Where a report is: a point is placed in its kelurahan, a place name in the words gives an
 * approximate point, and without either there is none. Never a default.
 *
 * Total and pure, like classify(). Any thread. */
#pragma once

#include <stddef.h>

#include "model/location.h"

struct rules;

/* in is what came with the report or what a person has set; out may be the same. A point
 * outside the city but in a neighbouring kecamatan gets that one's code; elsewhere none. */
void locate(const struct rules *rules, const struct location *in, const char *text, size_t len,
	    struct location *out);
