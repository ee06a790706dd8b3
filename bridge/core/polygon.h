/* Borders: the outlines of the areas, and which one a point lies in.
 *
 * Bounding boxes first, then even-odd over the rings; a point on a border belongs to one side
 * only. Built once, then only read, by any thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/location.h"

enum area_level {
	AREA_KELURAHAN,
	AREA_NEIGHBOUR, /* a kecamatan beside the city */
	AREA_KECAMATAN, /* of the city: known by name, its kelurahan hold the points */
	AREA_CITY,
	AREA_LEVELS
};

struct jsonw;
struct ring;

struct area {
	char code[AREA_SIZE];
	char name[AREA_NAME_SIZE];
	enum area_level level;
	int32_t south_e7, north_e7, west_e7, east_e7;
	unsigned ring_count;
	struct ring *rings;
};

struct areas {
	unsigned count;
	struct area *area;
	char licence[200]; /* who is to be named where the borders are shown; "" : nobody */
};

/* A GeoJSON FeatureCollection with id, properties.level and properties.name on each feature. */
int areas_parse(struct areas *areas, const json_t *doc, const char *name,
		struct err *err) MUST_CHECK;
void areas_fini(struct areas *areas);
/* As GeoJSON for a map: what areas_parse reads, with the borders as lines, to the metre. more
 * may add properties to an area; NULL: there are none. */
typedef void areas_more_fn(const void *ctx, const struct area *area, struct jsonw *w);
void areas_write(const struct areas *areas, areas_more_fn *more, const void *ctx,
		 struct jsonw *w);

/* The kelurahan, else the neighbouring kecamatan, around the point; NULL: neither. */
const struct area *areas_at(const struct areas *areas, int32_t lat_e7, int32_t lon_e7);
/* The whole city; NULL: the file has none. */
const struct area *areas_city(const struct areas *areas);
/* NULL: there is none of that code. */
const struct area *areas_coded(const struct areas *areas, const char *code);
/* NULL: there is none of that name on that level. */
const struct area *areas_named(const struct areas *areas, enum area_level level,
			       const char *name);

/* How far two points are apart; of points some kilometres apart exact to the metre. */
double metres_between(int32_t a_lat_e7, int32_t a_lon_e7, int32_t b_lat_e7, int32_t b_lon_e7);
/* How far the point is from the area; 0 inside. */
double area_metres(const struct area *area, int32_t lat_e7, int32_t lon_e7);
/* Whether the point is that near to where the city and a neighbour meet: from within to the
 * next neighbour (the shore is no border), from elsewhere to the city. */
bool areas_border_within(const struct areas *areas, int32_t lat_e7, int32_t lon_e7,
			 double metres);
