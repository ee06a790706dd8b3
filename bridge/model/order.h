/* One unit sent to one incident, from the order to its end, with what proves each step.
 *
 * Pure values; what may follow what is a table, which GET /v1/workflow serves. Any thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "model/agency.h"

#define UNIT_SIZE     17
#define ORDER_BY_SIZE 65
#define ORDER_REASON_SIZE                                                                      \
	161 /* why declined or recalled: words, which stand in the event alone */
#define ORDER_REVISION_MAX 1000000000
#define INCIDENT_ORDERS_MAX                                                                    \
	40 /* in an incident's state; those that ended first leave it first */

enum order_state {
	ORDER_ORDERED,
	ORDER_ACCEPTED,
	ORDER_EN_ROUTE,
	ORDER_ON_SCENE,
	ORDER_CLEARED,  /* it has ended: done */
	ORDER_DECLINED, /* it has ended: the crew does not come */
	ORDER_RECALLED, /* it has ended: it is not needed */
	ORDER_STATES
};

/* Each proves more than the one before. A person is behind the last three. */
enum receipt {
	RECEIPT_QUEUED, /* committed, and due to be sent */
	RECEIPT_BROKER,
	RECEIPT_DEVICE,
	RECEIPT_CONFIRMED,
	RECEIPT_ACCEPTED,
	RECEIPT_DECLINED,
	RECEIPTS
};

extern const char *const order_state_names[ORDER_STATES];
extern const char *const receipt_names[RECEIPTS];

struct order {
	char unit[UNIT_SIZE];
	unsigned agency;           /* whose unit it is */
	char dispatch_id[ID_SIZE]; /* D-… */
	enum order_state state;
	int64_t since_ms;       /* when that happened, as whoever told it says */
	char by[ORDER_BY_SIZE]; /* who sent it */
	/* Grows when what was ordered changes: it has to be confirmed again. */
	unsigned revision;
	bool is_behind; /* its last step was told by a crew that knew an older revision */
	int64_t receipt_ms[RECEIPTS];  /* of this revision; 0: not yet. Accepted stays */
	int64_t step_ms[ORDER_STATES]; /* the first time of each, as it stands; 0: never */
	int64_t told_ms[ORDER_STATES]; /* what was told, where that was corrected; 0: it was not
					*/
};

bool order_is_live(enum order_state state);
/* What stands now nobody has confirmed; a step that was told after a change is an answer, too,
 * unless it was told of what stood before. */
bool order_is_unanswered(const struct order *order);
bool order_may_move(enum order_state before, enum order_state after);
/* -1: no such state or receipt. */
int order_state_find(const char *name);
int receipt_find(const char *name);

struct jsonw;

void order_write(const struct order *order, struct jsonw *w);
/* From what order_write made. */
void order_read(const json_t *object, struct order *order_r);
/* {"ordered": ["accepted", …], …} */
void order_write_workflow(struct jsonw *w, const char *key);
