/* An answer that goes on, in chunks (RFC 9112 section 7.1). */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/xalloc.h"
#include "net/http_private.h"

struct http_stream {
	struct conn *conn; /* NULL: gone before the stream began, or not to be told more */
	struct http_stream_ops ops;
	void *ctx;
	struct loop_timer stillborn;
};

static void end_stillborn(void *ctx)
{
	struct http_stream *stream = ctx;

	stream_gone(&stream);
}

/* Trouble while writing is told by way of the loop: gone() never comes from inside a write. */
static void put(struct http_stream *stream, const struct iovec *parts, unsigned count)
{
	struct conn *conn = stream->conn;

	if (conn_write(conn, parts, count, false) < 0) {
		shutdown(conn->watcher.fd, SHUT_RDWR);
		return;
	}
	if (conn->out_len > 0 && conn->state != CONN_STALLED) {
		conn_enter(conn, CONN_STALLED);
		conn_watch(conn, EV_READ | EV_WRITE);
	}
}

/* What asked for the head alone has it now. */
static void begin(struct http_stream *stream, struct conn *conn, const char *content_type,
		  bool is_head)
{
	struct answer answer = {
		.status = 200, .content_type = content_type, .has_no_length = true};
	char head[1024];
	size_t len = answer_head(conn->http, &answer, false, head, sizeof(head));

	conn->request = NULL;
	conn->is_kept = false;
	if (is_head) {
		if (conn_write(conn, &WRITE_PART(head, len), 1, false) < 0)
			conn_close(conn);
		else
			conn_answered(conn);
		return;
	}
	stream->conn = conn;
	conn->stream = stream;
	conn_enter(conn, CONN_STREAMING);
	conn_watch(conn, EV_READ);
	put(stream, &WRITE_PART(head, len), 1);
}

struct http_stream *http_stream_begin(struct http_request **request, const char *content_type,
				      const struct http_stream_ops *ops, void *ctx)
{
	struct http_request *mine = *request;
	struct http_stream *stream = xcalloc(1, sizeof(*stream));

	*request = NULL;
	*stream = (struct http_stream){.ops = *ops, .ctx = ctx};
	if (mine->conn != NULL)
		begin(stream, mine->conn, content_type, mine->head.is_head);
	if (stream->conn == NULL)
		loop_timer_start(mine->http->loop, &stream->stillborn, 0, 0, end_stillborn,
				 stream);
	request_free(&mine);
	return stream;
}

bool http_stream_is_ready(const struct http_stream *stream)
{
	return stream->conn != NULL && stream->conn->out_len == 0;
}

void http_stream_write(struct http_stream *stream, const void *data, size_t len)
{
	char head[24];
	int n = snprintf(head, sizeof(head), "%zx\r\n", len);
	struct iovec parts[] = {WRITE_PART(head, (size_t)n), WRITE_PART(data, len),
				WRITE_PART("\r\n", 2)};

	if (stream->conn != NULL && len > 0)
		put(stream, parts, 3);
}

void http_stream_want_write(struct http_stream *stream)
{
	if (stream->conn != NULL)
		conn_watch(stream->conn, EV_READ | EV_WRITE);
}

void http_stream_end(struct http_stream *stream)
{
	struct conn *conn = stream->conn;

	if (conn == NULL)
		return; /* gone() is on its way */
	put(stream, &WRITE_PART("0\r\n\r\n", 5), 1);
	stream_gone(&conn->stream);
	conn_answered(conn);
}

void stream_writable(struct http_stream *stream)
{
	struct conn *conn = stream->conn;

	if (conn->state == CONN_STALLED)
		conn_enter(conn, CONN_STREAMING);
	conn_watch(conn, EV_READ);
	stream->ops.writable(stream->ctx, stream); /* may end it */
}

void stream_gone(struct http_stream **stream)
{
	struct http_stream *mine = *stream;

	*stream = NULL;
	if (mine == NULL)
		return;
	loop_timer_stop(&mine->stillborn);
	mine->ops.gone(mine->ctx);
	xfree(mine);
}
