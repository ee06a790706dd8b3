/* HTTP and WebSocket listeners: strict framing, absolute deadlines, capped connections, heads
 * and bodies. Requests are read here, WebSockets by libwebsockets, whose traps bridge/README.md
 * lists with their cures.
 *
 * The public listener closes the connection after every answer; the trusted one (loopback or
 * Unix socket, for local adapters and the proxy) keeps it. Handlers get whole requests and
 * answer each exactly once, now or later. Loop thread only. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "net/loop.h"

struct http;
struct http_request;
struct ws_conn;

struct http_settings {
	const char *listen;    /* "127.0.0.1:8112" */
	const char *trusted;   /* "127.0.0.1:8113" or "unix:/path"; "" : none */
	const json_t *origins; /* further Origins that may open a WebSocket or use a cookie */
	const char *web_dir;   /* static files; "" : none */
	bool is_secure_cookie; /* browsers come over TLS only: cookies go over nothing else */
	int64_t max_connections;
	int64_t max_waiting_per_address; /* connections without a complete request */
	int64_t request_timeout_ms;      /* from the first byte to the last of a request */
};

enum http_method { HTTP_GET, HTTP_POST, HTTP_PUT, HTTP_DELETE, HTTP_METHODS };

/* What handlers may ask of the head; libwebsockets' tables end with the headers. */
enum http_header {
	HTTP_HEADER_AUTHORIZATION,
	HTTP_HEADER_COOKIE,
	HTTP_HEADER_ORIGIN,
	HTTP_HEADER_ACCEPT,
	HTTP_HEADER_CONTENT_TYPE,
	HTTP_HEADER_IDEMPOTENCY_KEY,
	HTTP_HEADER_CSRF, /* X-Tangi-Csrf */
	HTTP_HEADERS
};

typedef void http_handler_fn(void *ctx, struct http_request *request);

struct http_route {
	enum http_method method;
	const char *path; /* "/v1/incidents/{id}/actions": {name} matches one segment */
	size_t max_body;  /* bytes; 0: no body */
	http_handler_fn *handler;
};

/* Whether it can be listened at; what is trusted must not leave the machine. ERR_INVALID. */
int http_check_address(const char *text, bool is_trusted, struct err *err) MUST_CHECK;

int http_open(struct http **http_r, struct loop *loop, const struct http_settings *settings,
	      const struct clock *clock, struct metrics *metrics, struct err *err) MUST_CHECK;
/* routes stay in place; ctx goes to their handlers. May be called again, e.g. by an adapter. */
void http_add_routes(struct http *http, const struct http_route *routes, unsigned count,
		     void *ctx);
int http_start(struct http *http, struct err *err) MUST_CHECK; /* begins to accept */
void http_stop(struct http *http); /* accepts nothing more; open requests are still answered */
void http_close(struct http **http);
unsigned http_open_requests(const struct http *http);

/* All borrowed until the request is answered. NULL: absent. */
const char *http_request_segment(const struct http_request *request,
				 unsigned n); /* n-th {name} */
const char *http_request_query(struct http_request *request, const char *name); /* decoded */
const char *http_request_header(const struct http_request *request, enum http_header header);
const char *http_request_body(const struct http_request *request, size_t *len_r);
bool http_request_is_trusted(const struct http_request *request);    /* came by that listener */
const char *http_request_peer(const struct http_request *request);   /* address, for limits */
int64_t http_request_arrived_us(const struct http_request *request); /* its last byte */
/* The setting is_secure_cookie. */
bool http_request_is_behind_tls(const struct http_request *request);
/* Same origin, or one that is configured; also true when there is no Origin header. */
bool http_request_origin_is_ours(const struct http_request *request);

/* The request is gone when these return. extra_headers: "Name: value\r\n…", or NULL. */
void http_answer(struct http_request **request, unsigned status, const char *content_type,
		 const char *extra_headers, const void *body, size_t len);
/* RFC 9457: application/problem+json with type, title, status, detail and, when field is not
 * "", errors. extra: a JSON member list such as "\"current\":{…}", or NULL. 503 gets
 * Retry-After. */
void http_problem(struct http_request **request, unsigned status, const char *field,
		  const char *detail, const char *extra, size_t extra_len);
/* The same document as text, for a WebSocket's result. */
struct jsonw;
void http_write_problem(struct jsonw *w, const char *key, unsigned status, const char *field,
			const char *detail, const char *extra, size_t extra_len);

/* An answer that goes on: chunked on the wire, e.g. application/x-ndjson. The stream takes the
 * request over. writable is called when more may be written; gone exactly once, at the end,
 * also from within http_stream_end. */
struct http_stream;
struct http_stream_ops {
	void (*writable)(void *ctx, struct http_stream *stream);
	void (*gone)(void *ctx);
};
struct http_stream *http_stream_begin(struct http_request **request, const char *content_type,
				      const struct http_stream_ops *ops, void *ctx);
bool http_stream_is_ready(const struct http_stream *stream); /* nothing is buffered */
void http_stream_write(struct http_stream *stream, const void *data, size_t len);
void http_stream_want_write(struct http_stream *stream);
void http_stream_end(struct http_stream *stream);

/* One WebSocket endpoint, /v1/stream with subprotocol tangi.v1. */
struct ws_ops {
	/* Headers are those of the upgrade. Fills *session_r, or returns the HTTP status to
	 * refuse with (401, 403, 503); 0: welcome. */
	unsigned (*open)(void *ctx, struct ws_conn *conn, const struct http_request *head,
			 void **session_r);
	void (*message)(void *session, const char *text,
			size_t len); /* whole, UTF-8, ≤ 32 KiB */
	void (*writable)(void *session);
	void (*closed)(void *session); /* exactly once; conn is gone afterwards */
};
void http_set_ws(struct http *http, const struct ws_ops *ops, void *ctx);

/* True: a write goes to the socket now. False: something is buffered or the socket is full; ask
 * ws_want_write and wait. */
bool ws_is_ready(const struct ws_conn *conn);
/* Bytes of ours that the far side has taken; grows for as long as it takes any. */
uint64_t ws_taken(const struct ws_conn *conn);
/* One whole text message; the bytes are shared, only what the socket does not take is copied.
 * Call only when ready. -1: the connection is broken and closed() will come. */
int ws_write(struct ws_conn *conn, struct buf *buf);
/* A message in parts: is_first on the first, is_last on the last. */
int ws_write_part(struct ws_conn *conn, struct buf *buf, bool is_first, bool is_last);
void ws_want_write(struct ws_conn *conn);
/* Closes with a status code of RFC 6455 section 7.4; closed() comes later. */
void ws_close(struct ws_conn *conn, unsigned code, const char *reason);
