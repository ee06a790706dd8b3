#include "core/polygon.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

struct ring {
	unsigned count;
	struct {
		int32_t lat_e7, lon_e7;
	} * point;
};

static const char *const level_names[AREA_LEVELS] = {
	[AREA_KELURAHAN] = "kelurahan",
	[AREA_NEIGHBOUR] = "kecamatan_tetangga",
	[AREA_KECAMATAN] = "kecamatan",
	[AREA_CITY] = "kota",
};

static int read_degrees(const json_t *value, double limit, int32_t *e7_r)
{
	double degrees = json_number_value(value);

	if (!json_is_number(value) || !(fabs(degrees) <= limit))
		return -1;
	*e7_r = (int32_t)lround(degrees * DEGREE_E7);
	return 0;
}

static void widen(struct area *area, int32_t lat_e7, int32_t lon_e7)
{
	area->south_e7 = lat_e7 < area->south_e7 ? lat_e7 : area->south_e7;
	area->north_e7 = lat_e7 > area->north_e7 ? lat_e7 : area->north_e7;
	area->west_e7 = lon_e7 < area->west_e7 ? lon_e7 : area->west_e7;
	area->east_e7 = lon_e7 > area->east_e7 ? lon_e7 : area->east_e7;
}

static int parse_ring(struct area *area, struct ring *ring, const json_t *points)
{
	ring->point = xcalloc(json_array_size(points) + 1, sizeof(*ring->point));
	for (size_t i = 0; i < json_array_size(points); i++) {
		const json_t *pair = json_array_get(points, i);
		int32_t lat_e7, lon_e7;

		if (read_degrees(json_array_get(pair, 0), 180, &lon_e7) < 0 ||
		    read_degrees(json_array_get(pair, 1), 90, &lat_e7) < 0)
			return -1;
		ring->point[ring->count].lat_e7 = lat_e7;
		ring->point[ring->count].lon_e7 = lon_e7;
		ring->count++;
		widen(area, lat_e7, lon_e7);
	}
	return ring->count >= 4 ? 0 : -1;
}

/* Holes need no care: even-odd counts their edges too. */
static int parse_polygon(struct area *area, const json_t *rings)
{
	size_t n = json_array_size(rings);

	if (n == 0)
		return -1;
	area->rings = xrealloc(area->rings, (area->ring_count + n) * sizeof(*area->rings));
	for (size_t i = 0; i < n; i++) {
		struct ring *ring = &area->rings[area->ring_count++];

		*ring = (struct ring){0};
		if (parse_ring(area, ring, json_array_get(rings, i)) < 0)
			return -1;
	}
	return 0;
}

static int parse_geometry(struct area *area, const json_t *geometry)
{
	const char *type = json_string_value(json_object_get(geometry, "type"));
	const json_t *coordinates = json_object_get(geometry, "coordinates");

	if (type != NULL && strcmp(type, "Polygon") == 0)
		return parse_polygon(area, coordinates);
	if (type == NULL || strcmp(type, "MultiPolygon") != 0 ||
	    json_array_size(coordinates) == 0)
		return -1;
	for (size_t i = 0; i < json_array_size(coordinates); i++)
		if (parse_polygon(area, json_array_get(coordinates, i)) < 0)
			return -1;
	return 0;
}

static int parse_names(struct area *area, const json_t *feature, struct err *err)
{
	const json_t *properties = json_object_get(feature, "properties");
	const char *code = json_string_value(json_object_get(feature, "id"));
	const char *name = json_string_value(json_object_get(properties, "name"));
	const char *level = json_string_value(json_object_get(properties, "level"));
	int i = 0;

	if (code == NULL || strlen(code) >= sizeof(area->code))
		return err_field(err, "id", "id: needs an area code of at most %zu bytes",
				 sizeof(area->code) - 1);
	if (name == NULL || strlen(name) >= sizeof(area->name))
		return err_field(err, "name", "properties.name: needs a name below %zu bytes",
				 sizeof(area->name));
	while (i < AREA_LEVELS && (level == NULL || strcmp(level, level_names[i]) != 0))
		i++;
	if (i == AREA_LEVELS)
		return err_field(err, "level",
				 "properties.level: is one of kelurahan, "
				 "kecamatan_tetangga, kecamatan, kota");
	snprintf(area->code, sizeof(area->code), "%s", code);
	snprintf(area->name, sizeof(area->name), "%s", name);
	area->level = (enum area_level)i;
	return 0;
}

static int parse_feature(struct area *area, const json_t *feature, struct err *err)
{
	*area = (struct area){.south_e7 = INT32_MAX,
			      .north_e7 = INT32_MIN,
			      .west_e7 = INT32_MAX,
			      .east_e7 = INT32_MIN};
	if (parse_names(area, feature, err) < 0)
		return -1;
	if (parse_geometry(area, json_object_get(feature, "geometry")) < 0)
		return err_field(err, "geometry",
				 "%s: geometry: needs a Polygon or MultiPolygon "
				 "of [lon, lat] with at least 4 points a ring",
				 area->code);
	return 0;
}

static void parse_licence(struct areas *areas, const json_t *metadata)
{
	const char *licence = json_string_value(json_object_get(metadata, "licence"));

	snprintf(areas->licence, sizeof(areas->licence), "%s", licence != NULL ? licence : "");
}

int areas_parse(struct areas *areas, const json_t *doc, const char *name, struct err *err)
{
	const json_t *features = json_object_get(doc, "features");
	size_t n = json_array_size(features);

	*areas = (struct areas){0};
	parse_licence(areas, json_object_get(doc, "metadata"));
	if (n == 0)
		return err_field(err, "features", "%s: features: needs at least one area",
				 name);
	areas->area = xcalloc(n, sizeof(*areas->area));
	for (size_t i = 0; i < n; i++)
		if (parse_feature(&areas->area[areas->count++], json_array_get(features, i),
				  err) < 0) {
			(void)err_wrap(err, "%s: features[%zu]", name, i);
			areas_fini(areas);
			return -1;
		}
	return 0;
}

void areas_fini(struct areas *areas)
{
	for (unsigned i = 0; i < areas->count; i++) {
		for (unsigned r = 0; r < areas->area[i].ring_count; r++)
			xfree(areas->area[i].rings[r].point);
		xfree(areas->area[i].rings);
	}
	xfree(areas->area);
	*areas = (struct areas){0};
}

/* A map shows metres: two digits less, half of the size. */
static void write_degrees(struct jsonw *w, int32_t e7)
{
	jsonw_decimal(w, NULL, (e7 + (e7 < 0 ? -50 : 50)) / 100, 5);
}

static void write_ring(const struct ring *ring, struct jsonw *w)
{
	jsonw_open(w, NULL, '[');
	for (unsigned i = 0; i < ring->count; i++) {
		jsonw_open(w, NULL, '[');
		write_degrees(w, ring->point[i].lon_e7);
		write_degrees(w, ring->point[i].lat_e7);
		jsonw_close(w, ']');
	}
	jsonw_close(w, ']');
}

static void write_area(const struct area *area, areas_more_fn *more, const void *ctx,
		       struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "type", "Feature");
	jsonw_string(w, "id", area->code);
	jsonw_open(w, "properties", '{');
	jsonw_string(w, "name", area->name);
	jsonw_string(w, "level", level_names[area->level]);
	if (more != NULL)
		more(ctx, area, w);
	jsonw_close(w, '}');
	jsonw_open(w, "geometry", '{');
	jsonw_string(w, "type", "MultiLineString");
	jsonw_open(w, "coordinates", '[');
	for (unsigned r = 0; r < area->ring_count; r++)
		write_ring(&area->rings[r], w);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
	jsonw_close(w, '}');
}

void areas_write(const struct areas *areas, areas_more_fn *more, const void *ctx,
		 struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "type", "FeatureCollection");
	jsonw_string(w, "licence", areas->licence);
	jsonw_open(w, "features", '[');
	for (unsigned i = 0; i < areas->count; i++)
		write_area(&areas->area[i], more, ctx, w);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}

/* Whether the edge a-b crosses the line from the point to the east. 64 bit: exact. */
static bool crosses(const struct ring *ring, unsigned a, unsigned b, int64_t lat, int64_t lon)
{
	int64_t a_lat = ring->point[a].lat_e7, b_lat = ring->point[b].lat_e7;
	int64_t a_lon = ring->point[a].lon_e7, b_lon = ring->point[b].lon_e7;
	int64_t edge, point; /* compared, not subtracted: each alone fits 64 bit */

	if ((a_lat > lat) == (b_lat > lat))
		return false;
	edge = (b_lon - a_lon) * (lat - a_lat);
	point = (lon - a_lon) * (b_lat - a_lat);
	return b_lat > a_lat ? edge > point : edge < point;
}

static bool holds(const struct area *area, int32_t lat_e7, int32_t lon_e7)
{
	bool is_inside = false;

	if (lat_e7 < area->south_e7 || lat_e7 > area->north_e7 || lon_e7 < area->west_e7 ||
	    lon_e7 > area->east_e7)
		return false;
	for (unsigned r = 0; r < area->ring_count; r++) {
		const struct ring *ring = &area->rings[r];

		for (unsigned i = 0, before = ring->count - 1; i < ring->count; before = i++)
			is_inside ^= crosses(ring, before, i, lat_e7, lon_e7);
	}
	return is_inside;
}

static const struct area *find_at(const struct areas *areas, enum area_level level,
				  int32_t lat_e7, int32_t lon_e7)
{
	for (unsigned i = 0; i < areas->count; i++)
		if (areas->area[i].level == level && holds(&areas->area[i], lat_e7, lon_e7))
			return &areas->area[i];
	return NULL;
}

const struct area *areas_at(const struct areas *areas, int32_t lat_e7, int32_t lon_e7)
{
	const struct area *area = find_at(areas, AREA_KELURAHAN, lat_e7, lon_e7);

	return area != NULL ? area : find_at(areas, AREA_NEIGHBOUR, lat_e7, lon_e7);
}

const struct area *areas_city(const struct areas *areas)
{
	for (unsigned i = 0; i < areas->count; i++)
		if (areas->area[i].level == AREA_CITY)
			return &areas->area[i];
	return NULL;
}

const struct area *areas_coded(const struct areas *areas, const char *code)
{
	for (unsigned i = 0; i < areas->count; i++)
		if (strcmp(areas->area[i].code, code) == 0)
			return &areas->area[i];
	return NULL;
}

const struct area *areas_named(const struct areas *areas, enum area_level level,
			       const char *name)
{
	for (unsigned i = 0; i < areas->count; i++)
		if (areas->area[i].level == level && strcmp(areas->area[i].name, name) == 0)
			return &areas->area[i];
	return NULL;
}

#define METRES_PER_E7 0.0111194927 /* of latitude, on a sphere of 6371 km */

/* Metres east and north of the origin, as on a map that is laid out around it: the meridians
 * are taken to run side by side, which over some kilometres costs less than a metre. */
struct offset {
	double east, north;
};

static double east_per_e7(double lat_e7)
{
	return METRES_PER_E7 * cos(lat_e7 / DEGREE_E7 * (M_PI / 180));
}

double metres_between(int32_t a_lat_e7, int32_t a_lon_e7, int32_t b_lat_e7, int32_t b_lon_e7)
{
	double north = ((double)b_lat_e7 - a_lat_e7) * METRES_PER_E7;
	double east =
		((double)b_lon_e7 - a_lon_e7) * east_per_e7(((double)a_lat_e7 + b_lat_e7) / 2);

	return sqrt(east * east + north * north);
}

/* From the origin to the line from a to b, squared. */
static double square_to_line(struct offset a, struct offset b)
{
	double east = b.east - a.east, north = b.north - a.north;
	double length = east * east + north * north;
	double part = length > 0 ? -(a.east * east + a.north * north) / length : 0;

	part = part < 0 ? 0 : part > 1 ? 1 : part;
	east = a.east + part * east;
	north = a.north + part * north;
	return east * east + north * north;
}

static double square_to_ring(const struct ring *ring, int32_t lat_e7, int32_t lon_e7)
{
	const double per_east = east_per_e7(lat_e7);
	struct offset before = {.east = 0};
	double least = INFINITY;

	for (unsigned i = 0; i <= ring->count; i++) { /* the first again: rings are closed */
		const unsigned k = i < ring->count ? i : 0;
		struct offset at = {
			.east = ((double)ring->point[k].lon_e7 - lon_e7) * per_east,
			.north = ((double)ring->point[k].lat_e7 - lat_e7) * METRES_PER_E7,
		};

		if (i > 0) {
			double square = square_to_line(before, at);

			least = square < least ? square : least;
		}
		before = at;
	}
	return least;
}

double area_metres(const struct area *area, int32_t lat_e7, int32_t lon_e7)
{
	double least = INFINITY;

	if (holds(area, lat_e7, lon_e7))
		return 0;
	for (unsigned r = 0; r < area->ring_count; r++)
		least = fmin(least, square_to_ring(&area->rings[r], lat_e7, lon_e7));
	return sqrt(least);
}

/* Not so by its bounding box: most of the neighbours are far away, and their borders long. */
static bool may_reach(const struct area *area, int32_t lat_e7, int32_t lon_e7, double metres)
{
	const double north = metres / METRES_PER_E7, east = metres / east_per_e7(lat_e7);

	return area->south_e7 - north <= lat_e7 && lat_e7 <= area->north_e7 + north &&
	       area->west_e7 - east <= lon_e7 && lon_e7 <= area->east_e7 + east;
}

static bool is_within(const struct area *area, int32_t lat_e7, int32_t lon_e7, double metres)
{
	return may_reach(area, lat_e7, lon_e7, metres) &&
	       area_metres(area, lat_e7, lon_e7) <= metres;
}

bool areas_border_within(const struct areas *areas, int32_t lat_e7, int32_t lon_e7,
			 double metres)
{
	const struct area *city = areas_city(areas);

	if (city == NULL)
		return false;
	if (!holds(city, lat_e7, lon_e7))
		return is_within(city, lat_e7, lon_e7, metres);
	for (unsigned i = 0; i < areas->count; i++)
		if (areas->area[i].level == AREA_NEIGHBOUR &&
		    is_within(&areas->area[i], lat_e7, lon_e7, metres))
			return true;
	return false;
}
