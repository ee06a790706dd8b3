/* Where something is, how exactly, and who says so. A value. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

/* Degrees times 10^7: exact in JSON text, and a centimetre on the ground. */
#define DEGREE_E7 10000000

enum location_from {
	LOCATION_NONE,   /* nobody has said anything usable: still dispatchable */
	LOCATION_DEVICE, /* a point that came with the report */
	LOCATION_TEXT,   /* a place name found in the words: approximate */
	LOCATION_PERSON, /* set by a dispatcher */
	LOCATION_FROMS
};

extern const char *const location_from_names[LOCATION_FROMS];

#define AREA_SIZE      14 /* Kemendagri code: 32.74.05.1003 */
#define AREA_NAME_SIZE 48

struct location {
	enum location_from from;
	bool has_point;
	int32_t lat_e7, lon_e7;
	int32_t accuracy_m;   /* radius; -1: unknown */
	char area[AREA_SIZE]; /* "" : outside all known areas, or no point */
	char area_name[AREA_NAME_SIZE];
	char place[64]; /* the gazetteer's name of it, or "" */
};

struct jsonw;

void location_write(const struct location *location, struct jsonw *w, const char *key);
/* Reads {lat, lon, accuracy_m?}; errors name the member, with prefix "location.". */
int location_read(const json_t *object, struct location *location_r,
		  struct err *err) MUST_CHECK;
/* From what location_write made; what is not there is LOCATION_NONE. */
void location_read_back(const json_t *object, struct location *location_r);
