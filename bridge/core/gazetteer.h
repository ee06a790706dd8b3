/* Names of places and where they are.
 *
 * Several rows may share a name ("Kesambi" is a kelurahan, a kecamatan and a street): the most
 * telling one stands for it. Built once, then only read, by any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "core/match.h"
#include "core/polygon.h"

enum place_kind {
	PLACE_LANDMARK,
	PLACE_STREET,
	PLACE_KAMPUNG,
	PLACE_KELURAHAN,
	PLACE_VILLAGE,   /* beside the city */
	PLACE_NEIGHBOUR, /* kecamatan beside the city */
	PLACE_KECAMATAN,
	PLACE_KINDS
};

struct place {
	char name[64];
	enum place_kind kind;
	int32_t lat_e7, lon_e7;
	int32_t radius_m;        /* honest error of the point */
	const struct area *area; /* smallest one it is known to be in, or NULL */
};

struct gazetteer {
	struct matcher *matcher;
	unsigned count, phrase_count;
	struct place *place;
	uint16_t *place_of; /* phrase: index of its place */
};

struct abbreviations;

/* text is gazetteer.tsv, to be cut; areas stay lent to the places. */
int gazetteer_load(struct gazetteer *gazetteer, const char *name, char *text,
		   const struct abbreviations *abbreviations, const struct areas *areas,
		   struct err *err) MUST_CHECK;
void gazetteer_fini(struct gazetteer *gazetteer);

/* The most telling place named in words, or NULL. */
const struct place *gazetteer_find(const struct gazetteer *gazetteer,
				   const struct words *words);
