/* What the files of core/place.h share. */
#pragma once

#include "core/place_mention.h"

enum idea_kind {
	IDEA_NAMED,    /* one place */
	IDEA_BETWEEN,  /* "antara A dan B" */
	IDEA_CROSSING, /* "perempatan A dan B" */
	IDEA_BEGINS,   /* its name begins with what was typed */
};

/* A place that may be meant, on its way to become a candidate. */
struct idea {
	enum idea_kind kind;
	const struct mention *mention;
	const struct meaning *meaning;
	const struct place *place, *other; /* other: of two */
	const struct area *area;           /* as the words say it, else the place's own */
	bool is_area, is_other_meaning, is_area_said;
	int32_t lat_e7, lon_e7, radius_m;
	int apart_m; /* of two */
	int score;   /* per mille */
};

/* Why, in words and as a code. */
void place_reason(const struct idea *idea, const char *text, const struct place_text *marks,
		  struct place_candidate *candidate);
