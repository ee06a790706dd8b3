/* The WebSocket endpoint.
 *
 * The happy path: a checked upgrade is accepted by ws_ops.open, then libwebsockets is given the
 * socket together with an upgrade request of our own writing, and has it from there on:
 * framing, masks, UTF-8, closing. We write to it directly, not from its writable callback,
 * which would cost two epoll_ctl for each message. Silence, half messages and closings without
 * an end are timed by our own sweep: the timers of libwebsockets do not run while a libev loop
 * is busy. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <libwebsockets.h>
#include <linux/tcp.h> /* the C library's tcp_info ends before tcpi_bytes_acked */

#include "base/log.h"
#include "base/xalloc.h"
#include "net/auth.h"
#include "net/http_private.h"

#define PROTOCOL         "tangi.v1"
#define MESSAGE_MAX      (32 * 1024)
#define FRAGMENTS_MAX    256
#define MASK_BYTES       2            /* of a frame: the second has the mask's bit */
#define RX_BUFFER        1024         /* each connection has one */
#define TX_PACKET        (256 * 1024) /* a joined batch goes out in one send() */
#define PING_AFTER_MS    10000        /* of silence */
#define HANG_UP_AFTER_MS 20000
#define CLOSE_WITHIN_MS  5000
#define SWEEPS_A_ROUND   10 /* everybody is looked at once a second */

_Static_assert(BUF_HEAD_ROOM >= LWS_PRE, "libwebsockets writes its framing into the head room");

struct ws_conn {
	struct list node; /* of http->sockets */
	struct http *http;
	struct lws *wsi; /* NULL until libwebsockets has it */
	void *session;
	struct ev_io first; /* looks at the first frame, see check_mask */
	char *message;      /* the parts of one, until it is whole */
	size_t message_len;
	unsigned fragments;
	int64_t heard_ms, pinged_ms, begun_ms, closing_ms; /* 0: not so */
	bool is_broken, was_full;
};

/* Cutting the socket is all that ends every state of libwebsockets' closing at once; its own
 * way waits for a timer that may not come. closed() follows from the loop. */
static void cut(struct ws_conn *conn)
{
	conn->is_broken = true;
	if (conn->wsi != NULL)
		shutdown(lws_get_socket_fd(conn->wsi), SHUT_RDWR);
}

bool ws_is_ready(const struct ws_conn *conn)
{
	return !conn->is_broken && conn->closing_ms == 0 && !lws_partial_buffered(conn->wsi);
}

uint64_t ws_taken(const struct ws_conn *conn)
{
	struct tcp_info info = {0};
	socklen_t len = sizeof(info);

	if (getsockopt(lws_get_socket_fd(conn->wsi), IPPROTO_TCP, TCP_INFO, &info, &len) < 0)
		return 0; /* a Unix socket: full for the whole time-out is stalled */
	return info.tcpi_bytes_acked;
}

static int write_as(struct ws_conn *conn, struct buf *buf, int how)
{
	if (conn->is_broken)
		return -1;
	if (lws_write(conn->wsi, buf->data, buf->len, (enum lws_write_protocol)how) <
	    (int)buf->len) {
		cut(conn);
		return -1;
	}
	conn->was_full |= lws_partial_buffered(conn->wsi) != 0;
	return 0;
}

int ws_write(struct ws_conn *conn, struct buf *buf)
{
	return write_as(conn, buf, LWS_WRITE_TEXT);
}

int ws_write_part(struct ws_conn *conn, struct buf *buf, bool is_first, bool is_last)
{
	return write_as(conn, buf, lws_write_ws_flags(LWS_WRITE_TEXT, is_first, is_last));
}

void ws_want_write(struct ws_conn *conn)
{
	if (!conn->is_broken)
		lws_callback_on_writable(conn->wsi);
}

void ws_close(struct ws_conn *conn, unsigned code, const char *reason)
{
	unsigned char text[100];
	size_t len = strnlen(reason, sizeof(text));

	if (conn->closing_ms != 0 || conn->is_broken)
		return;
	memcpy(text, reason, len);
	lws_close_reason(conn->wsi, (enum lws_close_status)code, text, len);
	conn->closing_ms = conn->http->lived_ms;
	lws_callback_on_writable(conn->wsi);
}

static int refuse_message(struct ws_conn *conn, enum lws_close_status code, const char *reason)
{
	ws_close(conn, code, reason);
	return -1;
}

static void ping(struct ws_conn *conn)
{
	/* With a payload: an empty pong is not told to us. */
	unsigned char bytes[LWS_PRE + 4] = {0};

	memcpy(bytes + LWS_PRE, "ping", 4);
	conn->pinged_ms = conn->http->lived_ms;
	if (lws_write(conn->wsi, bytes + LWS_PRE, 4, LWS_WRITE_PING) < 4)
		cut(conn);
}

static bool is_over(const struct ws_conn *conn, int64_t since_ms, int64_t limit_ms)
{
	return since_ms != 0 && conn->http->lived_ms - since_ms > limit_ms;
}

/* Whose socket is full is not silent but slow, or stalled: the stream's to judge. */
static void look_at(struct ws_conn *conn)
{
	bool is_full = lws_partial_buffered(conn->wsi) != 0;

	if (is_over(conn, conn->closing_ms, CLOSE_WITHIN_MS) ||
	    is_over(conn, conn->begun_ms, conn->http->settings.request_timeout_ms) ||
	    (is_over(conn, conn->heard_ms, HANG_UP_AFTER_MS) && !is_full))
		cut(conn);
	else if (conn->closing_ms == 0 && !is_full &&
		 is_over(conn, conn->heard_ms, PING_AFTER_MS) &&
		 conn->pinged_ms <= conn->heard_ms)
		ping(conn);
}

/* A tenth of them in each sweep, in a circle. */
void ws_sweep(struct http *http)
{
	unsigned n = (http->socket_count + SWEEPS_A_ROUND - 1) / SWEEPS_A_ROUND;

	for (; n > 0; n--) {
		struct list *node = list_take(&http->sockets);

		list_append(&http->sockets, node);
		look_at(LIST_ITEM(node, struct ws_conn, node));
	}
}

/* How many bytes have to be there before anybody is told: libwebsockets has its own watcher on
 * the socket, and would take the first byte of a frame from under check_mask. */
static void wake_at(int fd, int bytes)
{
	/* A Unix socket does not know it: check_mask is strict then. */
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &bytes, sizeof(bytes));
}

/* libwebsockets takes frames without a mask, and no callback shows it. A client that does not
 * mask does so from its first frame: look at the two bytes that tell before it reads any. Where
 * only one comes, as before the end, there is nothing to wait for. */
static void check_mask(struct ev_loop *ev, struct ev_io *watcher, int events)
{
	struct ws_conn *conn = watcher->data;
	unsigned char head[MASK_BYTES];
	ssize_t n = recv(watcher->fd, head, sizeof(head), MSG_PEEK);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < MASK_BYTES || (head[1] & 0x80) == 0)
		cut(conn);
	wake_at(watcher->fd, 1);
	ev_io_stop(ev, watcher);
}

/* -1: nobody waits for it any more. libwebsockets takes a connection up later when it has no
 * memory to do so at once, and hand_over has given up on that one. */
static int conn_established(struct http *http, struct lws *wsi)
{
	struct ws_conn *conn = http->adopting;

	if (conn == NULL)
		return -1;
	lws_set_opaque_user_data(wsi, conn);
	conn->wsi = wsi;
	conn->heard_ms = http->lived_ms;
	wake_at(lws_get_socket_fd(wsi), MASK_BYTES);
	ev_io_init(&conn->first, check_mask, lws_get_socket_fd(wsi), EV_READ);
	ev_set_priority(&conn->first, EV_MAXPRI);
	conn->first.data = conn;
	ev_io_start(loop_ev(http->loop), &conn->first);
	return 0;
}

static void forget(struct ws_conn *conn)
{
	struct http *http = conn->http;

	if (http->adopting == conn)
		http->adopting = NULL;
	ev_io_stop(loop_ev(http->loop), &conn->first);
	http->ws_ops->closed(conn->session);
	list_remove(&conn->node);
	http->socket_count--;
	http->conn_count--;
	metrics_add(http->metrics, METRIC_CONNECTIONS, -1);
	xfree(conn->message);
	xfree(conn);
}

static void keep_part(struct ws_conn *conn, const char *text, size_t len)
{
	conn->message = xrealloc(conn->message, conn->message_len + len + 1);
	if (len > 0)
		memcpy(conn->message + conn->message_len, text, len);
	conn->message_len += len;
	conn->message[conn->message_len] = '\0';
}

static void message_whole(struct ws_conn *conn, const char *text, size_t len)
{
	conn->begun_ms = 0;
	conn->fragments = 0;
	if (conn->message == NULL) {
		conn->http->ws_ops->message(conn->session, text, len);
		return;
	}
	keep_part(conn, text, len);
	conn->http->ws_ops->message(conn->session, conn->message, conn->message_len);
	xfree(conn->message);
	conn->message = NULL;
	conn->message_len = 0;
}

static int conn_received(struct ws_conn *conn, const char *text, size_t len)
{
	size_t announced = lws_remaining_packet_payload(conn->wsi);

	conn->heard_ms = conn->http->lived_ms;
	if (conn->is_broken)
		return -1;
	if (conn->closing_ms != 0)
		return 0;
	if (lws_frame_is_binary(conn->wsi))
		return refuse_message(conn, LWS_CLOSE_STATUS_UNACCEPTABLE_OPCODE, "text only");
	if (announced > MESSAGE_MAX || conn->message_len + len + announced > MESSAGE_MAX)
		return refuse_message(conn, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE,
				      "32 KiB at most");
	if (++conn->fragments > FRAGMENTS_MAX)
		return refuse_message(conn, LWS_CLOSE_STATUS_POLICY_VIOLATION,
				      "too many fragments");
	if (announced == 0 && lws_is_final_fragment(conn->wsi)) {
		message_whole(conn, text, len);
		return 0;
	}
	if (conn->begun_ms == 0)
		conn->begun_ms = conn->heard_ms;
	keep_part(conn, text, len);
	return 0;
}

static int conn_writable(struct ws_conn *conn)
{
	if (conn->was_full)
		conn->heard_ms = conn->http->lived_ms; /* he takes what he is sent */
	conn->was_full = false;
	if (conn->closing_ms != 0)
		return -1; /* libwebsockets sends the close frame and waits for the other one */
	conn->http->ws_ops->writable(conn->session);
	return 0;
}

/* It closes by itself after a breach of the protocol, and then waits for an answer. */
static void closing_began(struct ws_conn *conn)
{
	if (conn->closing_ms == 0)
		conn->closing_ms = conn->http->lived_ms;
}

static int peer_closes(struct ws_conn *conn, size_t len)
{
	closing_began(conn);
	if (len != 1)
		return 0;
	/* Half a code; libwebsockets would send it back. */
	lws_close_reason(conn->wsi, LWS_CLOSE_STATUS_PROTOCOL_ERR, NULL, 0);
	return -1;
}

static int callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
		    size_t len)
{
	struct http *http = lws_context_user(lws_get_context(wsi));
	struct ws_conn *conn = lws_get_opaque_user_data(wsi);

	(void)user;
	if (reason == LWS_CALLBACK_ESTABLISHED)
		return conn_established(http, wsi);
	if (conn == NULL)
		return 0; /* it is not one yet, or nobody's */
	switch (reason) {
	case LWS_CALLBACK_RECEIVE:
		return conn_received(conn, in, len);
	case LWS_CALLBACK_RECEIVE_PONG:
		conn->heard_ms = http->lived_ms;
		return 0;
	case LWS_CALLBACK_SERVER_WRITEABLE:
		return conn_writable(conn);
	case LWS_CALLBACK_WS_PEER_INITIATED_CLOSE:
		return peer_closes(conn, len);
	case LWS_CALLBACK_WS_SERVER_DROP_PROTOCOL:
		closing_began(conn);
		return 0;
	case LWS_CALLBACK_CLOSED:
		forget(conn);
		return 0;
	default:
		return 0;
	}
}

/* What it has to say concerns one connection, and an outsider can make it say it at will. */
static void lws_says(int level, const char *line)
{
	(void)level;
	log_debug("lws", "%s", log_quote(line, strcspn(line, "\n")).text);
}

int ws_start(struct http *http, struct err *err)
{
	static const struct lws_protocols protocols[] = {
		{.name = PROTOCOL,
		 .callback = callback,
		 .per_session_data_size = 1, /* without any, it does not tell when it closes */
		 .rx_buffer_size = RX_BUFFER,
		 .tx_packet_size = TX_PACKET},
		{.name = NULL},
	};
	static const lws_retry_bo_t no_timers = {0};
	void *loops[1] = {loop_ev(http->loop)};
	struct lws_context_creation_info info = {
		.port = CONTEXT_PORT_NO_LISTEN,
		.options = LWS_SERVER_OPTION_LIBEV | LWS_SERVER_OPTION_VALIDATE_UTF8 |
			   LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
		.foreign_loops = loops,
		.protocols = protocols,
		.retry_and_idle_policy = &no_timers,
		.user = http,
		.gid = -1,
		.uid = -1,
	};

	lws_set_log_level(LLL_ERR | LLL_WARN, lws_says);
	http->lws = lws_create_context(&info);
	if (http->lws == NULL)
		return err_set(err, ERR_IO,
			       "libwebsockets does not start; is its libev plugin installed?");
	http->vhost = lws_create_vhost(http->lws, &info);
	if (http->vhost == NULL)
		return err_set(err, ERR_IO, "libwebsockets does not start a virtual host");
	return 0;
}

void ws_stop(struct http *http)
{
	if (http->lws != NULL)
		lws_context_destroy(http->lws);
	http->lws = NULL;
}

static unsigned check_upgrade(const struct http_request *request, const char **detail_r)
{
	const struct http_head *head = &request->head;
	const char *key = head->field[HEAD_WS_KEY], *version = head->field[HEAD_WS_VERSION];
	const char *protocol = head->field[HEAD_WS_PROTOCOL];

	*detail_r = "The version of the WebSocket protocol is not 13.";
	if (version == NULL || strcmp(version, "13") != 0)
		return 426;
	*detail_r = "Sec-WebSocket-Key is not the base64 of 16 bytes.";
	if (key == NULL || strlen(key) != 24 || strcmp(key + 22, "==") != 0 ||
	    strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/") !=
		    22)
		return 400;
	*detail_r = "The subprotocol is not " PROTOCOL ".";
	if (protocol != NULL && !head_list_has(protocol, PROTOCOL))
		return 400;
	*detail_r = "Bytes follow the upgrade before it is answered.";
	if (request->conn->is_unclean || request->head.is_1_0)
		return 400;
	*detail_r = "A page of another origin may not open this stream.";
	return http_request_origin_is_ours(request) ? 0 : 403;
}

/* What libwebsockets reads of the request: the key and the protocol, both checked. */
static int upgrade_text(const struct http_head *head, char *text, size_t size)
{
	return snprintf(text, size,
			"GET " WS_PATH " HTTP/1.1\r\nHost: tangi\r\nConnection: Upgrade\r\n"
			"Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
			"Sec-WebSocket-Key: %s\r\n%s\r\n",
			head->field[HEAD_WS_KEY],
			head->field[HEAD_WS_PROTOCOL] != NULL
				? "Sec-WebSocket-Protocol: " PROTOCOL "\r\n"
				: "");
}

static void hand_over(struct ws_conn *conn, struct http_request **request)
{
	struct http *http = conn->http;
	char text[512];
	int len = upgrade_text(&(*request)->head, text, sizeof(text));
	int fd = conn_release((*request)->conn);

	(*request)->conn = NULL;
	request_free(request);
	http->conn_count++;
	metrics_add(http->metrics, METRIC_CONNECTIONS, 1);
	http->socket_count++;
	list_append(&http->sockets, &conn->node);
	http->adopting = conn;
	(void)lws_adopt_socket_vhost_readbuf(http->vhost, fd, text, (size_t)len);
	if (http->adopting == conn && conn->wsi == NULL)
		forget(conn); /* it closed the socket and never told us */
	http->adopting = NULL;
}

void ws_upgrade(struct http_request **request)
{
	struct http *http = (*request)->http;
	const char *detail;
	unsigned status = check_upgrade(*request, &detail);
	struct ws_conn *conn;

	if (status == 0 && (http->ws_ops == NULL || http->is_stopping)) {
		status = 503;
		detail = "No streams are served now.";
	}
	if (status != 0) {
		http_problem(request, status, "", detail, NULL, 0);
		return;
	}
	conn = xcalloc(1, sizeof(*conn));
	conn->http = http;
	status = http->ws_ops->open(http->ws_ctx, conn, *request, &conn->session);
	if (status == 0) {
		hand_over(conn, request);
		return;
	}
	xfree(conn);
	if (status == 401)
		auth_refuse(request, status);
	else
		http_problem(request, status, "", "Not for this account.", NULL, 0);
}
