/* A matter of many incidents: a flood, a row of houses that burns.
 *
 * The parent is an ordinary incident that is marked major as long as others are part of it;
 * each of these names it and lives on by itself, with its own agencies and clocks. Whose parts
 * they are is not copied into the parent: who wants to know asks the store. One level, so there
 * are no circles. Pure; any thread. */
#pragma once

#include "model/incident.h"

#define CHILDREN_MAX 64 /* of one parent */

/* May it become a part of that one, which has so many already? err->field is "parent";
 * ERR_CONFLICT where what they are of speaks against it. */
int incident_may_be_of(const struct incident *incident, const struct incident *parent,
		       unsigned children, struct err *err) MUST_CHECK;
/* What that does to the parent. */
void incident_take_child(struct incident *parent, int64_t at_ms);
void incident_lose_child(struct incident *parent, bool has_more, int64_t at_ms);
