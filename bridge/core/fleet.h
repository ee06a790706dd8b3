/* What the city can send: stations.tsv, and what is fixed of each unit, units.tsv.
 *
 * Where a unit is, whether it is on duty and what it is doing are not here. Loading: start-up
 * and reload only. Then only read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "model/agency.h"

#define UNIT_ID_SIZE      17
#define UNIT_KIND_SIZE    17
#define CAPABILITY_SIZE   24
#define CAPABILITIES_SIZE 96

struct station {
	char id[UNIT_ID_SIZE];
	unsigned agency; /* index in rules_agencies() */
	char name[64];
	int32_t lat_e7, lon_e7;
};

struct unit {
	char id[UNIT_ID_SIZE];
	unsigned agency; /* index in rules_agencies() */
	char kind[UNIT_KIND_SIZE];
	char name[64];
	int station;                          /* index in fleet.station; -1: it has none */
	char capabilities[CAPABILITIES_SIZE]; /* "chainsaw,height"; "" : none */
	char crew[UNIT_ID_SIZE]; /* who else names it goes with the same people; "" : its own */
	int crew_min;            /* with fewer people it does not go; 0: nobody has said */
	bool has_point;
	int32_t lat_e7, lon_e7; /* where it waits: a point of its own, else its station's */
};

struct fleet {
	unsigned station_count, unit_count;
	struct station *station;
	struct unit *unit;
};

/* Both texts are tables, to be cut. */
int fleet_load_stations(struct fleet *fleet, const char *name, char *text,
			const struct agencies *agencies, struct err *err) MUST_CHECK;
int fleet_load_units(struct fleet *fleet, const char *name, char *text,
		     const struct agencies *agencies, struct err *err) MUST_CHECK;
void fleet_fini(struct fleet *fleet);

/* NULL: there is none of that id. */
const struct unit *fleet_find(const struct fleet *fleet, const char *id);
/* "" is a capability of each. */
bool unit_can(const struct unit *unit, const char *capability);
/* Whether one crew goes with either. */
bool units_share_crew(const struct unit *a, const struct unit *b);
