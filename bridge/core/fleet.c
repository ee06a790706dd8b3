#include "core/fleet.h"

#include <math.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/table.h"
#include "model/location.h"

#define STATIONS_MAX 1024
#define UNITS_MAX    4096
#define CREW_MAX     100
#define VEHICLES_MAX 4 /* of one crew */

struct loader {
	struct table table;
	struct fleet *fleet;
	const struct agencies *agencies;
	struct err *err;
};

static int read_agency(struct loader *l, unsigned column, unsigned *agency_r)
{
	const char *cell = l->table.cell[column];
	int i = agency_find(l->agencies, cell, strlen(cell));

	if (i < 0)
		return table_error(&l->table, column, l->err,
				   "no agency \"%.30s\" in agencies.tsv", cell);
	*agency_r = (unsigned)i;
	return 0;
}

static int read_point(struct loader *l, unsigned column, int32_t *lat_e7_r, int32_t *lon_e7_r)
{
	double lat, lon;

	if (table_number(&l->table, column, -90, 90, &lat, l->err) < 0 ||
	    table_number(&l->table, column + 1, -180, 180, &lon, l->err) < 0)
		return -1;
	*lat_e7_r = (int32_t)lround(lat * DEGREE_E7);
	*lon_e7_r = (int32_t)lround(lon * DEGREE_E7);
	return 0;
}

static bool is_made_of(const char *text, const char *more)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				    "0123456789";

	while (*text != '\0' && (strchr(plain, *text) != NULL || strchr(more, *text) != NULL))
		text++;
	return *text == '\0';
}

/* ---- Stations. ---- */

enum { STATION_ID, STATION_AGENCY, STATION_NAME, STATION_LAT, STATION_LON };

static int find_station(const struct fleet *fleet, const char *id)
{
	for (unsigned i = 0; i < fleet->station_count; i++)
		if (strcmp(fleet->station[i].id, id) == 0)
			return (int)i;
	return -1;
}

static int load_station(struct loader *l)
{
	struct fleet *fleet = l->fleet;
	struct station station = {0};

	if (fleet->station_count == STATIONS_MAX)
		return table_error(&l->table, STATION_ID, l->err, "more than %d stations",
				   STATIONS_MAX);
	if (table_text(&l->table, STATION_ID, station.id, sizeof(station.id), l->err) < 0 ||
	    read_agency(l, STATION_AGENCY, &station.agency) < 0 ||
	    table_text(&l->table, STATION_NAME, station.name, sizeof(station.name), l->err) <
		    0 ||
	    read_point(l, STATION_LAT, &station.lat_e7, &station.lon_e7) < 0)
		return -1;
	if (!is_made_of(station.id, "-"))
		return table_error(&l->table, STATION_ID, l->err,
				   "has letters, digits and - only");
	if (find_station(fleet, station.id) >= 0)
		return table_error(&l->table, STATION_ID, l->err, "\"%s\" is there twice",
				   station.id);
	fleet->station = xrealloc(fleet->station, (fleet->station_count + 1) * sizeof(station));
	fleet->station[fleet->station_count++] = station;
	return 0;
}

int fleet_load_stations(struct fleet *fleet, const char *name, char *text,
			const struct agencies *agencies, struct err *err)
{
	static const char *const columns[] = {"id", "agency", "name_id", "lat", "lon", NULL};
	struct loader l = {.fleet = fleet, .agencies = agencies, .err = err};
	int more;

	if (table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&l.table, err)) > 0)
		if (load_station(&l) < 0)
			return -1;
	return more;
}

/* ---- Units. ---- */

enum { ID, AGENCY, KIND, NAME, STATION, CAPABILITIES, CREW, CREW_MIN, LAT, LON };

/* A unit's id is its name at the broker and a level of its topics. */
static int read_id(struct loader *l, struct unit *unit)
{
	if (table_text(&l->table, ID, unit->id, sizeof(unit->id), l->err) < 0)
		return -1;
	if (!is_made_of(unit->id, "-"))
		return table_error(&l->table, ID, l->err, "has letters, digits and - only");
	if (strcmp(unit->id, "bridge") == 0 || strncmp(unit->id, "agency-", 7) == 0)
		return table_error(&l->table, ID, l->err,
				   "\"%s\" is an account of the broker's own", unit->id);
	if (fleet_find(l->fleet, unit->id) != NULL)
		return table_error(&l->table, ID, l->err, "\"%s\" is there twice", unit->id);
	return 0;
}

/* Of its own agency: a crew starts from where its officers are. */
static int read_station(struct loader *l, struct unit *unit)
{
	const char *cell = l->table.cell[STATION];
	const struct station *station;

	unit->station = -1;
	if (strcmp(cell, "-") == 0)
		return 0;
	unit->station = find_station(l->fleet, cell);
	if (unit->station < 0)
		return table_error(&l->table, STATION, l->err,
				   "no station \"%.30s\" in stations.tsv; - is none", cell);
	station = &l->fleet->station[unit->station];
	if (station->agency != unit->agency)
		return table_error(&l->table, STATION, l->err, "\"%s\" is another agency's",
				   station->id);
	unit->has_point = true;
	unit->lat_e7 = station->lat_e7;
	unit->lon_e7 = station->lon_e7;
	return 0;
}

/* It waits at its station, unless it has a point of its own; half a point is none. */
static int read_base(struct loader *l, struct unit *unit)
{
	if (read_station(l, unit) < 0)
		return -1;
	if (l->table.cell[LAT][0] == '\0' && l->table.cell[LON][0] == '\0')
		return 0;
	if (read_point(l, LAT, &unit->lat_e7, &unit->lon_e7) < 0)
		return -1;
	unit->has_point = true;
	return 0;
}

/* "chainsaw,height" */
static int read_capabilities(struct loader *l, struct unit *unit)
{
	const char *cell = l->table.cell[CAPABILITIES];
	size_t len;

	if (strcmp(cell, "-") == 0)
		return 0;
	for (const char *at = cell;; at += len + 1) {
		len = strcspn(at, ",");
		if (len == 0 || len >= CAPABILITY_SIZE ||
		    strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_") < len)
			return table_error(
				&l->table, CAPABILITIES, l->err,
				"\"%.*s\" is no capability: small letters, digits and _; - is "
				"none",
				(int)(len < 30 ? len : 30), at);
		if (at[len] == '\0')
			break;
	}
	return table_text(&l->table, CAPABILITIES, unit->capabilities,
			  sizeof(unit->capabilities), l->err);
}

/* Two of different agencies have no crew in common: neither dispatcher would know. */
static int read_crew(struct loader *l, struct unit *unit)
{
	double least = 0;

	if (strcmp(l->table.cell[CREW_MIN], "-") != 0 &&
	    table_number(&l->table, CREW_MIN, 1, CREW_MAX, &least, l->err) < 0)
		return -1;
	unit->crew_min = (int)least;
	if (strcmp(l->table.cell[CREW], "-") == 0)
		return 0;
	if (table_text(&l->table, CREW, unit->crew, sizeof(unit->crew), l->err) < 0)
		return -1;
	for (unsigned i = 0, vehicles = 1; i < l->fleet->unit_count; i++) {
		const struct unit *other = &l->fleet->unit[i];

		if (units_share_crew(other, unit) && ++vehicles > VEHICLES_MAX)
			return table_error(&l->table, CREW, l->err,
					   "\"%s\" has more than %d vehicles", unit->crew,
					   VEHICLES_MAX);
		if (other->agency != unit->agency && units_share_crew(other, unit))
			return table_error(&l->table, CREW, l->err,
					   "\"%s\" is the crew of %s, another agency's",
					   unit->crew, other->id);
	}
	return 0;
}

static int load_unit(struct loader *l)
{
	struct fleet *fleet = l->fleet;
	struct unit unit = {0};

	if (fleet->unit_count == UNITS_MAX)
		return table_error(&l->table, ID, l->err, "more than %d units", UNITS_MAX);
	if (read_agency(l, AGENCY, &unit.agency) < 0 || read_id(l, &unit) < 0 ||
	    table_text(&l->table, KIND, unit.kind, sizeof(unit.kind), l->err) < 0 ||
	    table_text(&l->table, NAME, unit.name, sizeof(unit.name), l->err) < 0 ||
	    read_base(l, &unit) < 0 || read_capabilities(l, &unit) < 0 ||
	    read_crew(l, &unit) < 0)
		return -1;
	if (!is_made_of(unit.kind, "_"))
		return table_error(&l->table, KIND, l->err, "has letters, digits and _ only");
	fleet->unit = xrealloc(fleet->unit, (fleet->unit_count + 1) * sizeof(unit));
	fleet->unit[fleet->unit_count++] = unit;
	return 0;
}

int fleet_load_units(struct fleet *fleet, const char *name, char *text,
		     const struct agencies *agencies, struct err *err)
{
	static const char *const columns[] = {"id",      "agency",       "kind", "name_id",
					      "station", "capabilities", "crew", "crew_min",
					      "lat",     "lon",          NULL};
	struct loader l = {.fleet = fleet, .agencies = agencies, .err = err};
	int more;

	if (table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&l.table, err)) > 0)
		if (load_unit(&l) < 0)
			return -1;
	return more;
}

void fleet_fini(struct fleet *fleet)
{
	xfree(fleet->station);
	xfree(fleet->unit);
}

/* ---- Asking. ---- */

const struct unit *fleet_find(const struct fleet *fleet, const char *id)
{
	for (unsigned i = 0; i < fleet->unit_count; i++)
		if (strcmp(fleet->unit[i].id, id) == 0)
			return &fleet->unit[i];
	return NULL;
}

bool unit_can(const struct unit *unit, const char *capability)
{
	size_t len = strlen(capability);

	for (const char *at = unit->capabilities; *at != '\0' && len > 0;) {
		size_t word = strcspn(at, ",");

		if (word == len && memcmp(at, capability, len) == 0)
			return true;
		at += word + (at[word] == ',');
	}
	return len == 0;
}

bool units_share_crew(const struct unit *a, const struct unit *b)
{
	return a->crew[0] != '\0' && strcmp(a->crew, b->crew) == 0;
}
