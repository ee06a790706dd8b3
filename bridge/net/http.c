#include "net/http.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/xalloc.h"
#include "net/http_private.h"

#define SWEEP_MS 100
#define PAUSE_MS 500 /* a sweep that comes later than this follows a pause */

/* How long a connection may stay in a state; absolute, whatever it sends meanwhile. */
static int64_t limit_ms(const struct http *http, enum conn_state state)
{
	static const int64_t limits[CONN_STATES] = {
		[CONN_FRESH] = -1,   [CONN_READING] = -1,    [CONN_WRITING] = 30000,
		[CONN_KEPT] = 75000, [CONN_STALLED] = 60000, [CONN_LINGERING] = 1000,
	};

	return limits[state] < 0 ? http->settings.request_timeout_ms : limits[state];
}

/* Each list is in the order in which its connections came into the state: only those at its
 * front can be over the limit. */
static void sweep_state(struct http *http, enum conn_state state)
{
	struct list *list = &http->conns[state];

	while (limit_ms(http, state) != 0 && !list_is_empty(list)) {
		struct conn *conn = LIST_ITEM(list->next, struct conn, node);

		if (http->lived_ms - conn->since_ms < limit_ms(http, state))
			return;
		conn_timeout(conn);
	}
}

/* The time in which silence is measured goes on only while the loop does. After a pause, of the
 * process or of a whole virtual machine, what came meanwhile still lies unread in the sockets:
 * nobody was silent. */
static void live_on(struct http *http)
{
	int64_t now_ms = http->clock->mono_us(http->clock) / 1000;
	int64_t passed_ms = now_ms - http->swept_ms;

	http->lived_ms += passed_ms < PAUSE_MS ? passed_ms : PAUSE_MS;
	http->swept_ms = now_ms;
}

static void set_date(struct http *http)
{
	int64_t now_s = http->clock->wall_ms(http->clock) / 1000;
	time_t now = (time_t)now_s;
	struct tm tm;

	if (now_s == http->date_s)
		return;
	http->date_s = now_s;
	gmtime_r(&now, &tm);
	strftime(http->date, sizeof(http->date), "%a, %d %b %Y %H:%M:%S GMT", &tm);
}

static void sweep(void *ctx)
{
	struct http *http = ctx;

	live_on(http);
	set_date(http);
	listeners_sweep(http);
	for (unsigned state = 0; state < CONN_STATES; state++)
		sweep_state(http, state);
	ws_sweep(http);
}

int http_open(struct http **http_r, struct loop *loop, const struct http_settings *settings,
	      const struct clock *clock, struct metrics *metrics, struct err *err)
{
	struct http *http = xcalloc(1, sizeof(*http));

	http->loop = loop;
	http->clock = clock;
	http->metrics = metrics;
	http->settings = *settings;
	http->lived_ms = 1; /* 0: never */
	http->swept_ms = clock->mono_us(clock) / 1000;
	list_init(&http->sockets);
	for (unsigned i = 0; i < CONN_STATES; i++)
		list_init(&http->conns[i]);
	for (unsigned i = 0; i < PEER_BUCKETS; i++)
		list_init(&http->peers[i]);
	for (unsigned i = 0; i < 2; i++)
		http->listeners[i] =
			(struct listener){.fd = -1, .is_trusted = i == 1, .http = http};
	if (static_load(http, err) < 0) {
		http_close(&http);
		return err_wrap(err, "http");
	}
	*http_r = http;
	return 0;
}

void http_add_routes(struct http *http, const struct http_route *routes, unsigned count,
		     void *ctx)
{
	if (http->set_count == ROUTE_SETS)
		panic("more than %d sets of routes", ROUTE_SETS);
	http->sets[http->set_count++] = (struct route_set){routes, count, ctx};
}

void http_set_ws(struct http *http, const struct ws_ops *ops, void *ctx)
{
	http->ws_ops = ops;
	http->ws_ctx = ctx;
}

int http_start(struct http *http, struct err *err)
{
	set_date(http);
	if (listeners_open(http, err) < 0 || ws_start(http, err) < 0) {
		listeners_close(http);
		return err_wrap(err, "http");
	}
	loop_timer_start(http->loop, &http->sweep, SWEEP_MS, SWEEP_MS, sweep, http);
	return 0;
}

static void close_all(struct http *http, enum conn_state state)
{
	while (!list_is_empty(&http->conns[state]))
		conn_close(LIST_ITEM(http->conns[state].next, struct conn, node));
}

void http_stop(struct http *http)
{
	http->is_stopping = true;
	listeners_close(http);
	close_all(http, CONN_FRESH);
	close_all(http, CONN_KEPT);
}

void http_close(struct http **http)
{
	struct http *mine = *http;

	*http = NULL;
	if (mine == NULL)
		return;
	http_stop(mine);
	loop_timer_stop(&mine->sweep);
	for (unsigned state = 0; state < CONN_STATES; state++)
		close_all(mine, state);
	ws_stop(mine);
	static_free(mine);
	mine->is_closed = true;
	if (mine->open_requests == 0)
		xfree(mine);
}

unsigned http_open_requests(const struct http *http)
{
	return http->open_requests;
}
