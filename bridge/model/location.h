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

/* How exactly: what a crew may rely on. */
enum location_state {
	LOCATION_UNKNOWN,     /* "none": no point and no area; still dispatchable */
	LOCATION_EXACT,       /* a point good enough to drive to */
	LOCATION_APPROXIMATE, /* somewhere within accuracy_m of the point */
	LOCATION_AREA,        /* somewhere in the area: there is no point, never its middle */
	LOCATION_STATES
};

extern const char *const location_from_names[LOCATION_FROMS];
extern const char *const location_state_names[LOCATION_STATES];

#define AREA_SIZE      14 /* Kemendagri code: 32.74.05.1003 */
#define AREA_NAME_SIZE 48

#define PLACE_SIZE          64
#define PLACE_KIND_SIZE     20
#define PLACE_REASON_SIZE   16
#define PLACE_WHY_SIZE      160
#define PLACE_SAID_SIZE     128
#define LOCATION_CANDIDATES 3

/* One place that may be meant, and why. state is never LOCATION_UNKNOWN. */
struct place_candidate {
	enum location_state state;
	bool has_point; /* false: LOCATION_AREA */
	int32_t lat_e7, lon_e7;
	int32_t radius_m; /* of LOCATION_AREA: how far the area reaches */
	int32_t score;    /* per mille: how sure it is that this is meant */
	bool is_outside;  /* of the city */
	char area[AREA_SIZE];
	char area_name[AREA_NAME_SIZE];
	char place[PLACE_SIZE];
	char kind[PLACE_KIND_SIZE];     /* the gazetteer's: "landmark", "jalan" … */
	char reason[PLACE_REASON_SIZE]; /* for machines: "named", "spelling", "between" … */
	char why[PLACE_WHY_SIZE];       /* for people, in Indonesian */
};

struct location {
	enum location_from from;
	enum location_state state;
	bool has_point;
	bool is_neighbour;   /* where another city's centre answers */
	bool is_near_border; /* near enough for both to be sent: the point, or its radius */
	int32_t lat_e7, lon_e7;
	int32_t accuracy_m;   /* radius; -1: unknown */
	char area[AREA_SIZE]; /* "" : outside all known areas, or no point */
	char area_name[AREA_NAME_SIZE];
	char place[PLACE_SIZE];     /* the gazetteer's name of it, or "" */
	char said[PLACE_SAID_SIZE]; /* where it is in the words as they were typed, or "" */
	unsigned candidate_count;
	struct place_candidate candidate[LOCATION_CANDIDATES]; /* best first */
};

struct jsonw;

/* "candidates" only where there are some; what was said is the incident's to write: it does not
 * stand in what the broker keeps. */
void location_write(const struct location *location, struct jsonw *w, const char *key);
/* Reads {lat, lon, accuracy_m?}; errors name the member, with prefix "location.". */
int location_read(const json_t *object, struct location *location_r,
		  struct err *err) MUST_CHECK;
/* The members of one candidate, as location_write writes them. */
void place_candidate_write(const struct place_candidate *candidate, struct jsonw *w);
/* From what location_write made; what is not there is LOCATION_NONE. */
void location_read_back(const json_t *object, struct location *location_r);
