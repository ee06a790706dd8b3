/* What the files about incidents share: incident.c and join.c. */
#pragma once

#include "model/incident.h"

bool incident_has_agency(const struct incident *incident, unsigned agency);
/* In whose name: the agency that was named, else the one agency the person acts for. */
int incident_acting_agency(const struct incident *incident, const struct command *command,
			   unsigned *agency_r, struct err *err) MUST_CHECK;
/* These agencies' parts wait to be taken up, from at_ms on. */
void incident_begin_parts(struct incident *incident, agency_set fresh, int64_t at_ms);
/* A decided category is no longer a question: the disposition is what the priority says. */
void incident_settle_disposition(struct incident *incident);
