/* Names of places and where they are.
 *
 * Several places may share a name ("Kesambi" is a kelurahan, a kecamatan and a street): each is
 * kept, and which one is meant is for core/place.h to say. Built once, then only read, by any
 * thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/place_index.h"
#include "core/place_words.h"
#include "core/polygon.h"

enum place_kind {
	PLACE_LANDMARK,
	PLACE_STREET,
	PLACE_KAMPUNG,
	PLACE_KELURAHAN,
	PLACE_VILLAGE,   /* beside the city */
	PLACE_NEIGHBOUR, /* kecamatan beside the city */
	PLACE_KECAMATAN,
	PLACE_OUTSIDE, /* further away: another centre's */
	PLACE_KINDS
};

extern const char *const place_kind_names[PLACE_KINDS];

struct place {
	char name[PLACE_SIZE];
	enum place_kind kind;
	int32_t lat_e7, lon_e7;
	int32_t radius_m;        /* honest error of the point, or how far the area reaches */
	const struct area *area; /* smallest one it is known to be in, or NULL */
	bool is_outside;         /* of the city */
};

/* What a name stands for. */
struct place_entry {
	uint16_t place;
	uint16_t next; /* another place of that name, or NAME_NONE */
	uint8_t needs; /* enum place_cue: it is only known as "Jl. Benteng", never as "Benteng"
			*/
};

struct gazetteer {
	struct place_index *index;
	unsigned count, entry_count, name_count;
	struct place *place;
	struct place_entry *entry;
	uint16_t *first; /* name: its first entry; the most usual meaning comes first */
};

/* text is gazetteer.tsv, to be cut; areas stay lent to the places. */
int gazetteer_load(struct gazetteer *gazetteer, const char *name, char *text,
		   const struct place_words *words, const struct areas *areas,
		   struct err *err) MUST_CHECK;
void gazetteer_fini(struct gazetteer *gazetteer);

/* 0, 1, …: of two places with one name the lower is what people mean who say nothing else. */
unsigned place_kind_order(enum place_kind kind);
/* Known as an area, not as a point in it. */
bool place_is_area(const struct place *place);

/* The letters by which a name is known: of the marks, joined. 0: they are no name. */
size_t place_key(const struct place_mark *mark, unsigned count, char key_r[NAME_LETTERS]);
