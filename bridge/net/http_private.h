/* What the files of the HTTP side share. The way of a request:
 *
 *   http_listen.c   accepts, within limits        http_head.c    reads the head, strictly
 *   http_conn.c     bytes in, bytes out, states   http_route.c   finds the handler
 *   http_request.c  what a handler may ask        http_answer.c  what it may say
 *   http_stream.c   an answer that goes on        http_static.c  pages and their files
 *   ws.c            a connection that became a WebSocket: libwebsockets has it from there on
 *
 * libwebsockets 4.1.6 reads WebSockets, not requests: its HTTP parser passes control
 * characters, folded and nameless lines without a way to see them from a callback, and half of
 * its other traps (bridge/README.md) are cured only by knowing the bytes before it does. What
 * it is given is an upgrade request of our own writing, after ours was checked. */
#pragma once

#include <ev.h>
#include <netinet/in.h>
#include <sys/uio.h>

#include "base/list.h"
#include "base/log.h"
#include "net/http.h"
#include "net/http_head.h"

struct lws;
struct lws_context;
struct lws_vhost;

enum conn_state {
	CONN_FRESH,     /* accepted, has said nothing yet */
	CONN_READING,   /* part of a request is here */
	CONN_WORKING,   /* its request is with a handler */
	CONN_WRITING,   /* its answer waits for room in the socket */
	CONN_KEPT,      /* between two requests */
	CONN_STREAMING, /* an answer that goes on */
	CONN_STALLED,   /* one whose socket is full */
	CONN_LINGERING, /* answered; what it still says is thrown away */
	CONN_STATES
};

/* One address, as long as it has connections. */
struct peer {
	struct list node; /* of its bucket */
	struct list
		waiting; /* conns without a complete request, by conn.of_peer, oldest first */
	unsigned waiting_count, conn_count;
	char address[INET6_ADDRSTRLEN];
};

struct conn {
	struct list node;    /* of http->conns[state] */
	struct list of_peer; /* of peer->waiting while it waits */
	struct http *http;
	struct peer *peer;
	struct ev_io watcher;
	enum conn_state state;
	bool is_trusted;
	bool is_kept;     /* the connection stays after this answer */
	bool is_unclean;  /* it has sent, or may send, what nobody will read */
	bool is_busy;     /* on the stack of conn_consume: not to be freed under it */
	bool is_dead;     /* closed while busy */
	int64_t since_ms; /* when it came into this state, in http->lived_ms */
	char *in;         /* what came and is not used yet */
	size_t in_len, scanned;
	struct http_request *request; /* being read or worked at */
	struct http_stream *stream;
	char *out_owned; /* what the socket did not take yet; out lies in it or in a page */
	const char *out;
	size_t out_len;
};

struct http_request {
	struct http *http;
	struct conn *conn; /* NULL: it went away before the answer */
	struct http_head head;
	const struct http_route *route;
	void *ctx; /* of the route's handler */
	char *segments[4];
	unsigned segment_count;
	bool is_trusted;
	bool is_arriving; /* its body counts as on its way */
	int64_t arrived_us;
	char peer[INET6_ADDRSTRLEN];
	char *query; /* a copy, cut into names and values, once somebody asks */
	size_t query_len;
	char *body;
	size_t body_len, body_size; /* size: announced */
	char text[];                /* the head */
};

struct http_file {
	char *path; /* "/web/console.html" */
	const char *type;
	char *plain, *packed; /* packed: gzip, or NULL */
	size_t plain_len, packed_len;
	char etag[20], packed_etag[24]; /* of each form its own: their bytes differ */
	char import_map[56]; /* a page's, as a source of its policy: " 'sha256-…'"; or "" */
};

struct route_set {
	const struct http_route *routes;
	unsigned count;
	void *ctx;
};

struct listener {
	int fd; /* -1: none */
	bool is_trusted;
	struct loop_watch watch;
	struct http *http;
	char *path; /* of a Unix socket, to be removed */
};

/* For conn_write, which changes nothing there. */
#define WRITE_PARTS           3
#define WRITE_PART(data, len) ((struct iovec){(void *)(uintptr_t)(data), (len)})

#define WS_PATH      "/v1/stream"
#define ROUTE_SETS   32 /* the API, and one of each adapter */
#define PEER_BUCKETS 1024
#define HTTP_SCRATCH (64 * 1024)

struct http {
	struct loop *loop;
	const struct clock *clock;
	struct metrics *metrics;
	struct http_settings settings;
	struct route_set sets[ROUTE_SETS];
	unsigned set_count;
	struct listener listeners[2];
	struct loop_timer sweep, retry;
	int64_t lived_ms, swept_ms; /* see live_on */
	struct list conns[CONN_STATES];
	struct list peers[PEER_BUCKETS];
	int64_t conn_count, max_conns;
	unsigned open_requests;
	size_t arriving_bytes; /* announced by bodies that are on their way */
	bool is_stopping;
	bool is_closed; /* freed with its last open request */
	struct log_repeat full;
	int64_t full_ms; /* when it was last so */
	char date[40];
	int64_t date_s;
	struct http_file *files;
	unsigned file_count;
	char scratch[HTTP_SCRATCH]; /* what recv() fills; nobody's between two calls */

	struct lws_context *lws;
	struct lws_vhost *vhost;
	const struct ws_ops *ws_ops;
	void *ws_ctx;
	struct list sockets; /* struct ws_conn */
	unsigned socket_count;
	struct ws_conn *adopting; /* while libwebsockets takes a connection over */
};

/* http_listen.c */
int listeners_open(struct http *http, struct err *err) MUST_CHECK;
void listeners_close(struct http *http);
void listeners_sweep(struct http *http);
struct peer *peer_get(struct http *http, const char *address);
void peer_put(struct peer *peer);
/* True when a descriptor was freed: the oldest of those who have not said what they want. */
bool evict_oldest(struct http *http);

/* http_conn.c */
void conn_accept(struct http *http, int fd, bool is_trusted, const char *address);
void conn_enter(struct conn *conn, enum conn_state state);
void conn_watch(struct conn *conn, int events);
void conn_close(struct conn *conn);
void conn_evict(struct conn *conn);
/* The descriptor goes to somebody else, the rest is freed. */
int conn_release(struct conn *conn);
void conn_timeout(struct conn *conn);
/* Writes the parts in one go; is_lasting: the last one stays where it is for ever. What the
 * socket does not take is kept for it. -1: the connection is broken; it is not closed yet. */
int conn_write(struct conn *conn, const struct iovec *parts, unsigned count, bool is_lasting);
/* The answer is written, or all of it is on its way: keep, close or linger. */
void conn_answered(struct conn *conn);

/* http_route.c */
/* Fills route and segments of the request. 0, or the status to refuse it with; allow_r gets the
 * methods there are, for 405. */
unsigned route_find(struct http_request *request, char allow_r[64]);

/* http_request.c */
struct http_request *request_new(struct conn *conn, const char *text, size_t len,
				 struct head_fault *fault_r);
void request_free(struct http_request **request);
/* It is whole, or will never be. */
void request_arrived(struct http_request *request);

/* http_answer.c */
struct answer {
	unsigned status;
	const char *content_type, *extra_headers; /* or NULL */
	const char *cache;                        /* NULL: no-store */
	const void *body;
	size_t len;
	bool is_lasting;    /* the body stays where it is for ever */
	bool has_no_length; /* a stream: chunks follow */
};
size_t answer_head(const struct http *http, const struct answer *answer, bool is_kept,
		   char *text, size_t size);
void answer_send(struct http_request **request, const struct answer *answer);
/* A refusal of what is no request that a handler could get; the connection ends after it. */
void answer_refuse(struct conn *conn, unsigned status, const char *detail,
		   const char *extra_headers);
const char *status_text(unsigned status);

/* http_stream.c */
void stream_writable(struct http_stream *stream); /* all that was written is in the socket */
void stream_gone(struct http_stream **stream);

/* http_static.c */
int static_load(struct http *http, struct err *err) MUST_CHECK;
void static_free(struct http *http);
bool static_has(const struct http *http, const char *path);
/* True: answered. */
bool static_answer(struct http_request **request);

/* ws.c */
int ws_start(struct http *http, struct err *err) MUST_CHECK;
void ws_stop(struct http *http);
/* Takes the request's connection over, or answers. */
void ws_upgrade(struct http_request **request);
void ws_sweep(struct http *http);
