/* How many typed places are found where a reader of the map would look for them.
 *
 * A file of texts, each with what is expected: the name of a kelurahan, "kec. X" and "kab. X"
 * where only a kecamatan of the city or of a neighbour can be said, "-" where nobody could say
 * anything; several that are as right are parted by commas. */
#pragma once

#include "base/err.h"

struct rules;

struct place_figure {
	unsigned places, right;     /* of texts that name one */
	unsigned nowhere, invented; /* of texts that name none; places made up for them */
};

/* Called for each text that is not as expected. */
typedef void place_miss_fn(void *ctx, unsigned line, const char *text, const char *expected,
			   const char *found);

/* text is the file's, to be cut. tell may be NULL. */
int place_figure_take(const struct rules *rules, const char *name, char *text,
		      place_miss_fn *tell, void *ctx, struct place_figure *figure_r,
		      struct err *err) MUST_CHECK;
