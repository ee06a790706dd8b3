/* Threads for what takes too long for the loop: hashing a password, waiting for the disk to
 * have a small file.
 *
 * A piece of work is embedded by its owner, who leaves it alone until it is done. The threads
 * touch nothing but the work they were given. Loop thread only, but for work.run. */
#pragma once

#include "base/list.h"
#include "net/loop.h"

struct workers;

struct work {
	struct list node;
	void (*run)(struct work *work); /* on a worker's thread */
	void (*done)(
		struct work *work); /* later, on the loop's; may free it or give it again */
};

/* The loop must not run any more when they are closed. */
int workers_open(struct workers **workers_r, struct loop *loop, unsigned threads,
		 struct err *err) MUST_CHECK;
void workers_give(struct workers *workers, struct work *work);
/* What was given is run, and done is called for it, before this returns; what done gives then
 * is run as well. */
void workers_close(struct workers **workers);
