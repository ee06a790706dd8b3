/* The read lane: a thread with a connection that only reads, so that no history query ever
 * stands before a report. Requests that want the same rows are read once. */
#pragma once

#include <pthread.h>

#include "base/mailbox.h"
#include "store/read.h"

struct read_lane {
	const struct store_backend *ops;
	struct backend *conn;
	const struct agencies *agencies;
	struct mailbox in, out; /* struct store_read */
	pthread_t thread;
};

int read_lane_open(struct read_lane *lane, const struct store_backend *ops,
		   const struct backend_place *place, void (*wake)(void *ctx), void *wake_ctx,
		   struct err *err) MUST_CHECK;
void read_lane_close(struct read_lane *lane);

/* Everything that waits now. False: there was nothing. */
bool read_lane_step(struct read_lane *lane);
/* Until in is closed and empty. */
void read_lane_run(struct read_lane *lane);
