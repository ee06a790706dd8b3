/* The ledger: turns one request into rows of the open transaction.
 *
 * Whether it was there already, what it does to the stored incident, the event's bytes, its
 * link in the chain and the answer are decided here, inside the transaction, so that requests
 * of one batch see each other as if they had come one after the other. Write lane only. */
#pragma once

#include "base/jsonw.h"
#include "store/backend.h"
#include "store/store.h"

#define TRACKING_FIRST 7000000

struct ledger {
	const struct store_backend *ops;
	struct backend *conn;
	const struct agencies *agencies;
	const struct escalation_policy *escalation; /* of the request that is taken */
	char epoch[ID_SIZE];
	struct log_end end;               /* with what the open transaction has added */
	struct log_end before;            /* without */
	char caller_key[CALLER_KEY_SIZE]; /* of the hashes that name callers: of this log */
	int64_t callers, callers_before;  /* rows of that table, and without this transaction */
	int64_t callers_max;
	struct id_gen ids;
	struct jsonw text;    /* reused for every document */
	struct event *events; /* of the open transaction, in order; room for max */
	unsigned count, max;
};

void ledger_init(struct ledger *ledger, const struct store_backend *ops,
		 const struct agencies *agencies);
void ledger_fini(struct ledger *ledger);

/* Before the first transaction: conn is open. Makes the key that names callers. */
int ledger_open_callers(struct ledger *ledger, int64_t callers_max, struct err *err) MUST_CHECK;
/* After conn was opened anew. */
int ledger_count_callers(struct ledger *ledger, struct err *err) MUST_CHECK;

/* A transaction of at most max requests. */
int ledger_begin(struct ledger *ledger, unsigned max, struct err *err) MUST_CHECK;
/* Sets answer, seq, version, incident_id and body. On -1 the transaction must be rolled back;
 * ERR_INVALID: because of this request alone. */
int ledger_take(struct ledger *ledger, struct store_request *request,
		struct err *err) MUST_CHECK;
/* The events are the caller's from here on, whatever the result; see store_backend's commit. */
int ledger_commit(struct ledger *ledger, struct event **events_r, unsigned *count_r,
		  struct err *err) MUST_CHECK;
void ledger_rollback(struct ledger *ledger);

/* A request as it was before it was taken. */
void request_reset(struct store_request *request);
