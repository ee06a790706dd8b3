#include "model/location.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

const char *const location_from_names[LOCATION_FROMS] = {
	[LOCATION_NONE] = "none",
	[LOCATION_DEVICE] = "device",
	[LOCATION_TEXT] = "text",
	[LOCATION_PERSON] = "person",
};

const char *const location_state_names[LOCATION_STATES] = {
	[LOCATION_UNKNOWN] = "none",
	[LOCATION_EXACT] = "exact",
	[LOCATION_APPROXIMATE] = "approximate",
	[LOCATION_AREA] = "area",
};

static void write_or_null(struct jsonw *w, const char *key, const char *text)
{
	jsonw_string(w, key, text[0] != '\0' ? text : NULL);
}

static void write_point(struct jsonw *w, bool has_point, int32_t lat_e7, int32_t lon_e7)
{
	if (has_point) {
		jsonw_decimal(w, "lat", lat_e7, 7);
		jsonw_decimal(w, "lon", lon_e7, 7);
	} else {
		jsonw_null(w, "lat");
		jsonw_null(w, "lon");
	}
}

void place_candidate_write(const struct place_candidate *candidate, struct jsonw *w)
{
	jsonw_string(w, "place", candidate->place);
	jsonw_string(w, "kind", candidate->kind);
	jsonw_string(w, "state", location_state_names[candidate->state]);
	write_point(w, candidate->has_point, candidate->lat_e7, candidate->lon_e7);
	jsonw_int(w, "radius_m", candidate->radius_m);
	write_or_null(w, "area", candidate->area);
	write_or_null(w, "area_name", candidate->area_name);
	jsonw_bool(w, "neighbour", candidate->is_outside);
	jsonw_decimal(w, "score", candidate->score, 3);
	jsonw_string(w, "reason", candidate->reason);
	jsonw_string(w, "why", candidate->why);
}

static void write_candidates(const struct location *location, struct jsonw *w)
{
	if (location->candidate_count == 0)
		return;
	jsonw_open(w, "candidates", '[');
	for (unsigned i = 0; i < location->candidate_count; i++) {
		jsonw_open(w, NULL, '{');
		place_candidate_write(&location->candidate[i], w);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void location_write(const struct location *location, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	write_point(w, location->has_point, location->lat_e7, location->lon_e7);
	if (location->accuracy_m >= 0)
		jsonw_int(w, "accuracy_m", location->accuracy_m);
	else
		jsonw_null(w, "accuracy_m");
	write_or_null(w, "area", location->area);
	write_or_null(w, "area_name", location->area_name);
	write_or_null(w, "place", location->place);
	jsonw_string(w, "from", location_from_names[location->from]);
	jsonw_string(w, "state", location_state_names[location->state]);
	jsonw_bool(w, "neighbour", location->is_neighbour);
	jsonw_bool(w, "near_border", location->is_near_border);
	write_candidates(location, w);
	jsonw_close(w, '}');
}

/* Names the member as the client sees it. */
static int inside_location(struct err *err)
{
	char field[sizeof(err->field)];

	snprintf(field, sizeof(field), "location.%.32s", err->field);
	snprintf(err->field, sizeof(err->field), "%s", field);
	return -1;
}

int location_read(const json_t *object, struct location *location_r, struct err *err)
{
	double lat, lon, accuracy = -1;

	if (jsonin_number(object, "lat", JSONIN_REQUIRED, -90, 90, &lat, err) < 0 ||
	    jsonin_number(object, "lon", JSONIN_REQUIRED, -180, 180, &lon, err) < 0 ||
	    jsonin_number(object, "accuracy_m", JSONIN_OPTIONAL, 0, 1000000, &accuracy, err) <
		    0)
		return inside_location(err);
	*location_r = (struct location){
		.from = LOCATION_DEVICE,
		.has_point = true,
		.lat_e7 = (int32_t)lround(lat * DEGREE_E7),
		.lon_e7 = (int32_t)lround(lon * DEGREE_E7),
		.accuracy_m = accuracy < 0 ? -1 : (int32_t)lround(accuracy),
	};
	return 0;
}

static int read_degrees(const json_t *object, const char *key, double limit, int32_t *e7_r)
{
	double degrees = json_number_value(json_object_get(object, key));

	if (!json_is_number(json_object_get(object, key)) || !(fabs(degrees) <= limit))
		return -1;
	*e7_r = (int32_t)lround(degrees * DEGREE_E7);
	return 0;
}

static int read_point(const json_t *object, int32_t *lat_e7, int32_t *lon_e7)
{
	return read_degrees(object, "lat", 90, lat_e7) < 0 ||
			       read_degrees(object, "lon", 180, lon_e7) < 0
		       ? -1
		       : 0;
}

static int find_name(const char *const *names, int count, const json_t *object, const char *key)
{
	const char *name = json_string_value(json_object_get(object, key));

	for (int i = 0; name != NULL && i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* What was written before there were states. */
static enum location_state guess_state(const struct location *location)
{
	if (!location->has_point)
		return location->area[0] != '\0' ? LOCATION_AREA : LOCATION_UNKNOWN;
	return location->from == LOCATION_TEXT ? LOCATION_APPROXIMATE : LOCATION_EXACT;
}

static void read_state(const json_t *object, struct location *location)
{
	int state = find_name(location_state_names, LOCATION_STATES, object, "state");

	location->state = state < 0 ? guess_state(location) : (enum location_state)state;
	location->is_neighbour = json_is_true(json_object_get(object, "neighbour"));
	location->is_near_border = json_is_true(json_object_get(object, "near_border"));
}

static int32_t read_whole(const json_t *object, const char *key, int32_t fallback)
{
	const json_t *value = json_object_get(object, key);

	return json_is_integer(value) ? (int32_t)json_integer_value(value) : fallback;
}

static int read_candidate(const json_t *object, struct place_candidate *c)
{
	int state = find_name(location_state_names, LOCATION_STATES, object, "state");
	double score = json_number_value(json_object_get(object, "score"));
	const json_t *lat = json_object_get(object, "lat");

	*c = (struct place_candidate){
		.state = state < 0 ? LOCATION_UNKNOWN : (enum location_state)state,
		.has_point = json_is_number(lat),
		.radius_m = read_whole(object, "radius_m", 0),
		.score = score >= 0 && score <= 1 ? (int32_t)lround(score * 1000) : 0,
		.is_outside = json_is_true(json_object_get(object, "neighbour")),
	};
	if (c->has_point && read_point(object, &c->lat_e7, &c->lon_e7) < 0)
		return -1;
	jsonin_kept_text(object, "area", c->area, AREA_SIZE);
	jsonin_kept_text(object, "area_name", c->area_name, AREA_NAME_SIZE);
	jsonin_kept_text(object, "place", c->place, sizeof(c->place));
	jsonin_kept_text(object, "kind", c->kind, sizeof(c->kind));
	jsonin_kept_text(object, "reason", c->reason, sizeof(c->reason));
	jsonin_kept_text(object, "why", c->why, sizeof(c->why));
	return 0;
}

static void read_candidates(const json_t *object, struct location *location)
{
	const json_t *list = json_object_get(object, "candidates");
	size_t count = json_array_size(list);

	for (size_t i = 0; i < count && i < LOCATION_CANDIDATES; i++)
		if (read_candidate(json_array_get(list, i),
				   &location->candidate[location->candidate_count]) == 0)
			location->candidate_count++;
}

void location_read_back(const json_t *object, struct location *location)
{
	struct err err;
	int from;

	*location = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	if (json_is_number(json_object_get(object, "lat")) &&
	    location_read(object, location, &err) < 0)
		return;
	from = find_name(location_from_names, LOCATION_FROMS, object, "from");
	location->from = from < 0 ? LOCATION_NONE : (enum location_from)from;
	location->accuracy_m = read_whole(object, "accuracy_m", -1);
	jsonin_kept_text(object, "area", location->area, AREA_SIZE);
	jsonin_kept_text(object, "area_name", location->area_name, AREA_NAME_SIZE);
	jsonin_kept_text(object, "place", location->place, sizeof(location->place));
	read_state(object, location);
	read_candidates(object, location);
}
