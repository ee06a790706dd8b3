/* Whether what the bridge shows is what follows from its log: the log is read once more from
 * where the simulation began, folded anew, and laid beside every live view of the same things.
 * One thread. */
#pragma once

#include "cmd/simulate.h"

#define DIFFERENCES_MAX 64

struct compare {
	struct fold fold;  /* of the whole log, read anew */
	json_t *alarms;    /* as they are shown */
	unsigned compared; /* figures and states laid beside each other */
	unsigned count;
	char difference[DIFFERENCES_MAX][160]; /* the first of count */
};

/* The bridge's own counters, before; free it with json_decref. */
int compare_counters(struct client *client, json_t **counters_r, struct err *err) MUST_CHECK;
/* before: as compare_counters gave them when the simulation began. ERR_IO: it could not be
 * asked; ERR_BUSY: the log moves on faster than it can be read. */
int compare_views(struct compare *compare_r, struct simulation *sim, const json_t *before,
		  struct err *err) MUST_CHECK;
void compare_fini(struct compare *compare);

/* All events after fold->seq, folded. */
int compare_read_log(struct client *client, struct fold *fold, struct err *err) MUST_CHECK;
