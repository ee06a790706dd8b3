/* Who may see a thing: the one decision for stream, snapshot, lists, actions and MQTT.
 *
 * A value on both sides: what a thing demands (audience) and what a person or token has
 * (viewer). The answer is no unless a rule says yes. Any thread. */
#pragma once

#include "model/agency.h"

enum scope {
	SCOPE_INCIDENT, /* the agencies of the incident, and who sees all */
	SCOPE_SECRET,   /* its handlers: those agencies, supervisor, administrator */
	SCOPE_CALL,     /* a 112 call: call-takers, supervisor, administrator */
	SCOPE_STAFF,    /* everybody who may watch at all: units */
};

struct audience {
	enum scope scope;
	agency_set agencies; /* before and after the change */
};

struct viewer {
	bool may_watch; /* false: nothing at all */
	bool sees_all;  /* not only its agencies */
	bool sees_secret;
	bool sees_calls;
	agency_set agencies;
	agency_set only; /* of all that, what concerns these; 0: all of it */
};

bool audience_admits(const struct audience *audience, const struct viewer *viewer);
/* Two viewers that see the same things share their bytes. */
bool viewer_equals(const struct viewer *a, const struct viewer *b);
