/* What the log says, event by event, folded into how things stand and when each first was so.
 *
 * The desk decides by it while it goes on; the score sheet folds the same events a second time,
 * from the first. So what it says comes from the log alone. One thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"

#define FOLD_PARTS_MAX 16
#define FOLD_NAME_SIZE 24

/* An agency's part; the times are those of the events, 0: it never was. */
struct fold_part {
	char agency[FOLD_NAME_SIZE];
	int64_t since_ms; /* the agency was first of it */
	int64_t taken_ms, sent_ms, arrived_ms;
};

struct fold_incident {
	char id[ID_SIZE];
	json_t *state; /* as its newest event has it; NULL: none came yet */
	int64_t begun_ms;
	uint64_t seq;
	struct fold_part part[FOLD_PARTS_MAX];
	unsigned part_count;
};

struct fold_order {
	char dispatch_id[ID_SIZE];
	char unit[FOLD_NAME_SIZE];
	char incident_id[ID_SIZE];
};

struct fold_unit {
	char id[FOLD_NAME_SIZE];
	json_t *state;
};

struct fold_counts {
	unsigned events, reports, escalations;
};

/* Calls of crews for help. */
struct fold_help {
	unsigned called, answered, ended;
	int64_t answer_most_ms; /* until the one that waited longest was answered */
};

struct fold {
	struct fold_incident **incident; /* by id */
	unsigned incident_count, incident_room;
	struct fold_order *order;
	unsigned order_count, order_room;
	struct fold_unit *unit;
	unsigned unit_count;
	struct fold_counts counts;
	struct fold_help help[2]; /* real; of exercises */
	uint64_t seq;             /* of the newest */
};

void fold_fini(struct fold *fold);
/* What is no event, or was folded before, changes nothing. */
void fold_event(struct fold *fold, const json_t *event);
/* NULL: no event told of it. */
struct fold_incident *fold_find(const struct fold *fold, const char *id);
/* Where it has gone, by merging and folding; itself when it stands alone. */
const struct fold_incident *fold_root(const struct fold *fold, const struct fold_incident *one);
/* It lies under a card that is open, which speaks for it. When that is closed, it speaks for
 * itself again. */
bool fold_is_represented(const struct fold *fold, const struct fold_incident *one);
/* NULL: the agency has no part in it. */
const struct fold_part *fold_part(const struct fold_incident *incident, const char *agency);
/* Member of the newest state, as text; "" when it is none. */
const char *fold_text(const struct fold_incident *incident, const char *key);
bool fold_is_open(const struct fold_incident *incident);
