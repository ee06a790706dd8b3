/* The loop: one thread, one libev loop, with libwebsockets living in it.
 *
 * libev, because the poll loop of libwebsockets is linear in silent connections (5,000 silent
 * consoles cost every request 2 ms). We own the ev loop and lend it to libwebsockets, so our
 * timers are libev's: libwebsockets' own starve under load there.
 * All functions are for the loop thread but loop_wake and loop_stop. */
#pragma once

#include <stdbool.h>

#include "base/clock.h"
#include "base/metrics.h"

struct loop;
struct ev_loop;

int loop_new(struct loop **loop_r, const struct clock *clock, struct metrics *metrics,
	     struct err *err) MUST_CHECK;
void loop_free(struct loop **loop);

/* Returns after loop_stop(). */
void loop_run(struct loop *loop);
/* Any thread. */
void loop_stop(struct loop *loop);

/* Any thread: the pollers are called soon, once for many wakes. */
void loop_wake(void *loop);
/* fn is called after a wake; for the owner of a mailbox. At most eight, for the loop's life. */
void loop_add_poller(struct loop *loop, void (*fn)(void *ctx), void *ctx);

/* Embedded by its owner, who keeps it in place while it runs. */
struct loop_timer {
	void (*fn)(void *ctx);
	void *ctx;
	struct loop *loop;
	void *watcher; /* the library's; NULL: not running */
};

/* Calls fn after after_ms and then, when repeat_ms is not 0, every repeat_ms (20 at least). */
void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t after_ms,
		      int64_t repeat_ms, void (*fn)(void *ctx), void *ctx);
void loop_timer_stop(struct loop_timer *timer);

enum { LOOP_READABLE = 1, LOOP_WRITABLE = 2 };

struct loop_watch {
	void (*fn)(void *ctx, unsigned events);
	void *ctx;
	struct loop *loop;
	void *watcher;
};

void loop_watch_start(struct loop *loop, struct loop_watch *watch, int fd, unsigned events,
		      void (*fn)(void *ctx, unsigned events), void *ctx);
void loop_watch_stop(struct loop_watch *watch);

const struct clock *loop_clock(const struct loop *loop);
/* For net/ only: what libwebsockets is lent. */
struct ev_loop *loop_ev(struct loop *loop);

/* A thread of its own that aborts the process when the loop has not come round for limit_ms: a
 * restart by the service manager takes two seconds, a hung loop for ever. It ends with
 * loop_run: what is closed afterwards may wait for a disk or a child, and nobody waits for the
 * loop any more. */
int loop_start_watchdog(struct loop *loop, int64_t limit_ms, struct err *err) MUST_CHECK;
