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

void location_write(const struct location *location, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	if (location->has_point) {
		jsonw_decimal(w, "lat", location->lat_e7, 7);
		jsonw_decimal(w, "lon", location->lon_e7, 7);
	} else {
		jsonw_null(w, "lat");
		jsonw_null(w, "lon");
	}
	if (location->accuracy_m >= 0)
		jsonw_int(w, "accuracy_m", location->accuracy_m);
	else
		jsonw_null(w, "accuracy_m");
	write_or_null(w, "area", location->area);
	write_or_null(w, "area_name", location->area_name);
	write_or_null(w, "place", location->place);
	jsonw_string(w, "from", location_from_names[location->from]);
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

static void read_text(const json_t *object, const char *key, char *text_r, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(text_r, size, "%s", text != NULL ? text : "");
}

static enum location_from find_from(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "from"));

	for (int i = 0; name != NULL && i < LOCATION_FROMS; i++)
		if (strcmp(location_from_names[i], name) == 0)
			return (enum location_from)i;
	return LOCATION_NONE;
}

void location_read_back(const json_t *object, struct location *location)
{
	const json_t *accuracy = json_object_get(object, "accuracy_m");
	struct err err;

	*location = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	if (json_is_number(json_object_get(object, "lat")) &&
	    location_read(object, location, &err) < 0)
		return;
	location->from = find_from(object);
	location->accuracy_m =
		json_is_integer(accuracy) ? (int32_t)json_integer_value(accuracy) : -1;
	read_text(object, "area", location->area, AREA_SIZE);
	read_text(object, "area_name", location->area_name, AREA_NAME_SIZE);
	read_text(object, "place", location->place, sizeof(location->place));
}
