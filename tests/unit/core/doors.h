/* The two doors in, intake and actions, on a memory store that is stepped by hand, with the
 * sample city and a clock of the test's own. */
#pragma once

#include "core/actions.h"
#include "core/intake.h"
#include "core/rules.h"
#include "support/store_world.h"

struct doors {
	struct store_world store;
	struct rules *rules;
	struct metrics metrics;
	struct intake *intake;
	struct actions *actions;
};

/* What came back for one submit. */
struct reply {
	unsigned count; /* how often: must be 1 in the end */
	enum store_answer answer;
	struct err err;
	char id[ID_SIZE];          /* "" : none */
	char incident_id[ID_SIZE]; /* from the answer document, or as the action's answer says
				    */
	json_t *body;              /* the answer document, or the current incident; or NULL */
	char *text;                /* the same as it came; or NULL */
	uint64_t seq;
	int64_t version;
};

struct doors *doors_open(int64_t queue_max);
void doors_close(struct doors **doors);

/* None of these steps the store. The report or call must be well-formed. */
void doors_report(struct doors *doors, struct reply *reply, const char *json);
void doors_call(struct doors *doors, struct reply *reply, const char *json);
void doors_act(struct doors *doors, struct reply *reply, const char *incident_id,
	       const struct principal *who, const char *json);
void reply_fini(struct reply *reply);

/* A stored report's incident. */
void doors_incident(struct doors *doors, const char *text, char incident_id_r[ID_SIZE]);
