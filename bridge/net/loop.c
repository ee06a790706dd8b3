#include "net/loop.h"

#include <ev.h>
#include <stdatomic.h>

#include "base/xalloc.h"
#include "net/loop_private.h"

#define POLLERS_MAX  8
#define REPEAT_MIN   20  /* ms; shorter periods only burn the processor */
#define HEARTBEAT_MS 250 /* how often the loop shows that it comes round */

struct loop {
	struct ev_loop *ev;
	const struct clock *clock;
	struct metrics *metrics;
	struct ev_async wake;
	struct loop_timer heartbeat;
	int64_t beat_us; /* when the last heartbeat was */
	atomic_uint beats;
	atomic_bool is_stopping;
	struct watchdog *watchdog;
	struct {
		void (*fn)(void *ctx);
		void *ctx;
	} pollers[POLLERS_MAX];
	unsigned poller_count;
};

static void woken(struct ev_loop *ev, struct ev_async *watcher, int events)
{
	struct loop *loop = watcher->data;

	(void)events;
	if (atomic_load(&loop->is_stopping)) {
		ev_break(ev, EVBREAK_ALL);
		return;
	}
	for (unsigned i = 0; i < loop->poller_count; i++)
		loop->pollers[i].fn(loop->pollers[i].ctx);
}

static void heartbeat(void *ctx)
{
	struct loop *loop = ctx;
	int64_t now_us = loop->clock->mono_us(loop->clock);
	int64_t lag_us = now_us - loop->beat_us - HEARTBEAT_MS * 1000;

	metrics_set(loop->metrics, METRIC_LOOP_LAG_US, lag_us > 0 ? lag_us : 0);
	loop->beat_us = now_us;
	atomic_fetch_add_explicit(&loop->beats, 1, memory_order_relaxed);
}

int loop_new(struct loop **loop_r, const struct clock *clock, struct metrics *metrics,
	     struct err *err)
{
	/* epoll by name: the others are linear in silent connections or not finished. */
	struct ev_loop *ev = ev_loop_new(EVBACKEND_EPOLL | EVFLAG_NOENV);
	struct loop *loop;

	if (ev == NULL)
		return err_set(err, ERR_IO, "no event loop: epoll does not work here");
	loop = xcalloc(1, sizeof(*loop));
	loop->ev = ev;
	loop->clock = clock;
	loop->metrics = metrics;
	ev_async_init(&loop->wake, woken);
	loop->wake.data = loop;
	ev_async_start(ev, &loop->wake);
	loop->beat_us = clock->mono_us(clock);
	loop_timer_start(loop, &loop->heartbeat, HEARTBEAT_MS, HEARTBEAT_MS, heartbeat, loop);
	*loop_r = loop;
	return 0;
}

void loop_free(struct loop **loop)
{
	struct loop *mine = *loop;

	*loop = NULL;
	if (mine == NULL)
		return;
	watchdog_free(&mine->watchdog);
	loop_timer_stop(&mine->heartbeat);
	ev_async_stop(mine->ev, &mine->wake);
	ev_loop_destroy(mine->ev);
	xfree(mine);
}

void loop_run(struct loop *loop)
{
	while (!atomic_load(&loop->is_stopping))
		ev_run(loop->ev, 0);
	watchdog_free(&loop->watchdog);
}

void loop_stop(struct loop *loop)
{
	atomic_store(&loop->is_stopping, true);
	ev_async_send(loop->ev, &loop->wake);
}

void loop_wake(void *loop)
{
	struct loop *mine = loop;

	ev_async_send(mine->ev, &mine->wake);
}

void loop_add_poller(struct loop *loop, void (*fn)(void *ctx), void *ctx)
{
	if (loop->poller_count == POLLERS_MAX)
		panic("more than %d pollers", POLLERS_MAX);
	loop->pollers[loop->poller_count].fn = fn;
	loop->pollers[loop->poller_count++].ctx = ctx;
}

static void timer_fired(struct ev_loop *ev, struct ev_timer *watcher, int events)
{
	struct loop_timer *timer = watcher->data;

	(void)ev, (void)events;
	if (!ev_is_active(watcher)) {
		timer->watcher = NULL;
		xfree(watcher);
	}
	timer->fn(timer->ctx); /* may start, stop or free the timer */
}

void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t after_ms,
		      int64_t repeat_ms, void (*fn)(void *ctx), void *ctx)
{
	struct ev_timer *watcher;

	loop_timer_stop(timer);
	if (repeat_ms != 0 && repeat_ms < REPEAT_MIN)
		repeat_ms = REPEAT_MIN;
	watcher = xcalloc(1, sizeof(*watcher));
	/* Else a long turn of the loop would make the timer early. */
	ev_now_update(loop->ev);
	ev_timer_init(watcher, timer_fired, (double)(after_ms > 0 ? after_ms : 0) / 1000,
		      (double)repeat_ms / 1000);
	watcher->data = timer;
	*timer = (struct loop_timer){.fn = fn, .ctx = ctx, .loop = loop, .watcher = watcher};
	ev_timer_start(loop->ev, watcher);
}

void loop_timer_stop(struct loop_timer *timer)
{
	struct ev_timer *watcher = timer->watcher;

	if (watcher == NULL)
		return;
	ev_timer_stop(timer->loop->ev, watcher);
	timer->watcher = NULL;
	xfree(watcher);
}

static void watch_fired(struct ev_loop *ev, struct ev_io *watcher, int events)
{
	struct loop_watch *watch = watcher->data;

	(void)ev;
	watch->fn(watch->ctx, (events & EV_READ ? LOOP_READABLE : 0u) |
				      (events & EV_WRITE ? LOOP_WRITABLE : 0u));
}

void loop_watch_start(struct loop *loop, struct loop_watch *watch, int fd, unsigned events,
		      void (*fn)(void *ctx, unsigned events), void *ctx)
{
	struct ev_io *watcher;

	loop_watch_stop(watch);
	watcher = xcalloc(1, sizeof(*watcher));
	ev_io_init(watcher, watch_fired, fd,
		   (events & LOOP_READABLE ? EV_READ : 0) |
			   (events & LOOP_WRITABLE ? EV_WRITE : 0));
	watcher->data = watch;
	*watch = (struct loop_watch){.fn = fn, .ctx = ctx, .loop = loop, .watcher = watcher};
	ev_io_start(loop->ev, watcher);
}

void loop_watch_stop(struct loop_watch *watch)
{
	struct ev_io *watcher = watch->watcher;

	if (watcher == NULL)
		return;
	ev_io_stop(watch->loop->ev, watcher);
	watch->watcher = NULL;
	xfree(watcher);
}

const struct clock *loop_clock(const struct loop *loop)
{
	return loop->clock;
}

struct ev_loop *loop_ev(struct loop *loop)
{
	return loop->ev;
}

int loop_start_watchdog(struct loop *loop, int64_t limit_ms, struct err *err)
{
	return watchdog_new(&loop->watchdog, &loop->beats, limit_ms, err);
}
