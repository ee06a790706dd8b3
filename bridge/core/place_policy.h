/* How near is near, whose the ground is, and what the clocks say there: places.json.
 *
 * An agency that the file does not name covers the city; one that it names covers the areas it
 * lists, each with what lies within. Built once, then only read, by any thread. */
#pragma once

#include "base/err.h"
#include "model/agency.h"
#include "model/location.h"

#define JURISDICTIONS_MAX 128

struct place_policy {
	int64_t near_border_m;  /* from here on both centres may be sent */
	int64_t exact_m;        /* a device's point with no larger error is driven to */
	int64_t disagree_m;     /* point and words that are further apart disagree */
	int64_t utc_offset_min; /* of the clocks there */
	agency_set named;       /* agencies with jurisdictions of their own */
	unsigned count;
	struct {
		agency_set agency;
		char area[AREA_SIZE];
	} jurisdiction[JURISDICTIONS_MAX];
};

struct areas;

int place_policy_load(struct place_policy *policy, const char *name, const char *text,
		      size_t len, const struct agencies *agencies, const struct areas *areas,
		      struct err *err) MUST_CHECK;

/* Whose the area of that code is. "" : nobody's. */
agency_set place_agencies(const struct place_policy *policy, const struct agencies *agencies,
			  const struct areas *areas, const char *area);
