/* What every start does: where the log ends, and whether its end is sound.
 *
 * Transactions are whole or absent, so this looks for damage, not for halves; it reads a short
 * tail only, however long the log is. The whole log is archive.h's. */
#pragma once

#include "base/clock.h"
#include "store/backend.h"

/* ERR_IO names the first bad event. A log without an epoch (a new or a restored one) is given
 * one. */
int recover(const struct store_backend *ops, struct backend *conn,
	    const struct agencies *agencies, const struct clock *clock, struct log_end *end_r,
	    char epoch_r[ID_SIZE], struct err *err) MUST_CHECK;

/* Follows the chain through rows in order. */
struct chain_check {
	uint64_t next;   /* the number that must come */
	bool has_before; /* false: the first row is taken at its word */
	unsigned char before[LINK_SIZE];
};

/* ERR_IO: a number is missing, or the row is not what was linked. */
int chain_follow(struct chain_check *check, const struct event *event,
		 const unsigned char link[LINK_SIZE], struct err *err) MUST_CHECK;
