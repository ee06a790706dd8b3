/* One connection: bytes in, whole requests out, answers back.
 *
 * The happy path: recv() brings a whole request, the handler answers at once or later with one
 * sendmsg(), and a trusted connection waits for the next; nothing but these two calls and
 * epoll_wait. While a request is worked at nothing is read: what comes meanwhile stays in the
 * kernel and is the sender's to hold.
 * A stranger's connection ends after each answer. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "net/http_private.h"

#define ARRIVING_MAX_BYTES (16 * 1024 * 1024)

static bool is_waiting(enum conn_state state)
{
	return state == CONN_FRESH || state == CONN_READING || state == CONN_LINGERING;
}

void conn_enter(struct conn *conn, enum conn_state state)
{
	if (is_waiting(conn->state))
		conn->peer->waiting_count--;
	list_remove(&conn->of_peer);
	list_remove(&conn->node);
	conn->state = state;
	conn->since_ms = conn->http->lived_ms;
	list_append(&conn->http->conns[state], &conn->node);
	if (!is_waiting(state))
		return;
	conn->peer->waiting_count++;
	list_append(&conn->peer->waiting, &conn->of_peer);
}

void conn_watch(struct conn *conn, int events)
{
	struct ev_loop *ev = loop_ev(conn->http->loop);
	int now =
		ev_is_active(&conn->watcher) ? conn->watcher.events & (EV_READ | EV_WRITE) : 0;

	if (now == events)
		return;
	ev_io_stop(ev, &conn->watcher);
	ev_io_set(&conn->watcher, conn->watcher.fd, events);
	if (events != 0)
		ev_io_start(ev, &conn->watcher);
}

static void conn_free(struct conn *conn)
{
	if (is_waiting(conn->state))
		conn->peer->waiting_count--;
	list_remove(&conn->of_peer);
	list_remove(&conn->node);
	peer_put(conn->peer);
	conn->http->conn_count--;
	metrics_add(conn->http->metrics, METRIC_CONNECTIONS, -1);
	xfree(conn->in);
	xfree(conn->out_owned);
	xfree(conn);
}

/* The request outlives its connection when a handler has it. */
static void leave_request(struct conn *conn)
{
	if (conn->request == NULL)
		return;
	if (conn->state == CONN_READING)
		request_free(&conn->request);
	else
		conn->request->conn = NULL;
	conn->request = NULL;
}

void conn_close(struct conn *conn)
{
	if (conn->is_dead)
		return;
	conn_watch(conn, 0);
	close(conn->watcher.fd);
	leave_request(conn);
	conn->is_dead = true;
	stream_gone(&conn->stream);
	if (!conn->is_busy)
		conn_free(conn);
}

int conn_release(struct conn *conn)
{
	int fd = conn->watcher.fd;

	conn_watch(conn, 0);
	conn->request = NULL;
	conn->is_dead = true;
	if (!conn->is_busy)
		conn_free(conn);
	return fd;
}

void conn_evict(struct conn *conn)
{
	metrics_add(conn->http->metrics, METRIC_CONNECTIONS_EVICTED, 1);
	conn_close(conn);
}

/* Closing at once while bytes lie unread would make the kernel send a reset, which may overtake
 * the answer. So only our side is closed, and theirs is read to its end for a while. */
static void linger(struct conn *conn)
{
	shutdown(conn->watcher.fd, SHUT_WR);
	conn_enter(conn, CONN_LINGERING);
	conn_watch(conn, EV_READ);
}

void conn_answered(struct conn *conn)
{
	conn->request = NULL;
	if (conn->out_len > 0) {
		conn->is_unclean = true; /* nothing is read meanwhile: nobody knows */
		conn_enter(conn, CONN_WRITING);
		conn_watch(conn, EV_WRITE);
	} else if (conn->is_kept) {
		conn_enter(conn, CONN_KEPT);
		conn_watch(conn, EV_READ);
		if (conn->in_len > 0 && !conn->is_busy)
			ev_feed_event(loop_ev(conn->http->loop), &conn->watcher, EV_READ);
	} else if (conn->is_unclean || conn->in_len > 0 || !ev_is_active(&conn->watcher)) {
		linger(conn);
	} else {
		conn_close(conn);
	}
}

/* Behind what waits already. A body that stays for ever is not copied. */
static void keep_rest(struct conn *conn, const struct iovec *part, size_t skip, bool is_lasting)
{
	size_t len = part->iov_len - skip;
	const char *data;

	if (len == 0)
		return;
	data = (const char *)part->iov_base + skip;
	if (conn->out_len == 0 && is_lasting) {
		conn->out = data;
		conn->out_len = len;
		return;
	}
	if (conn->out_len > 0)
		memmove(conn->out_owned, conn->out, conn->out_len);
	conn->out_owned = xrealloc(conn->out_owned, conn->out_len + len);
	memcpy(conn->out_owned + conn->out_len, data, len);
	conn->out_len += len;
	conn->out = conn->out_owned;
}

int conn_write(struct conn *conn, const struct iovec *parts, unsigned count, bool is_lasting)
{
	struct iovec mine[WRITE_PARTS];
	struct msghdr message = {.msg_iov = mine, .msg_iovlen = count};
	size_t done = 0;

	memcpy(mine, parts, count * sizeof(*parts));
	if (conn->out_len == 0) {
		ssize_t n = sendmsg(conn->watcher.fd, &message, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return -1;
		done = n > 0 ? (size_t)n : 0;
	}
	for (unsigned i = 0; i < count; i++) {
		size_t of_this = done < mine[i].iov_len ? done : mine[i].iov_len;

		keep_rest(conn, &mine[i], of_this, is_lasting && i == count - 1);
		done -= of_this;
	}
	return 0;
}

static void drop_out(struct conn *conn)
{
	xfree(conn->out_owned);
	conn->out_owned = NULL;
	conn->out = NULL;
	conn->out_len = 0;
}

static void conn_writable(struct conn *conn)
{
	if (conn->out_len > 0) {
		ssize_t n = send(conn->watcher.fd, conn->out, conn->out_len, MSG_NOSIGNAL);

		if (n < 0 && errno != EAGAIN && errno != EINTR) {
			conn_close(conn);
			return;
		}
		conn->out += n > 0 ? n : 0;
		conn->out_len -= n > 0 ? (size_t)n : 0;
		if (conn->out_len > 0)
			return;
		drop_out(conn);
	}
	if (conn->stream != NULL)
		stream_writable(conn->stream);
	else
		conn_answered(conn);
}

/* All bodies that are on their way have one limit together; beyond it the one that has been on
 * its way longest goes. */
static void expect_body(struct http_request *request, size_t size)
{
	struct http *http = request->http;
	struct list *readers = &http->conns[CONN_READING];

	http->arriving_bytes += size;
	while (http->arriving_bytes > ARRIVING_MAX_BYTES &&
	       readers->next != &request->conn->node)
		conn_evict(LIST_ITEM(readers->next, struct conn, node));
	request->body_size = size;
	request->body = xmalloc(size + 1);
	request->is_arriving = true;
}

/* No handler has it: a page, an upgrade, or nothing. None of them takes a body. */
static bool take_unrouted(struct conn *conn, unsigned status, const char *allow)
{
	char extra[96];

	if (status == 405) {
		snprintf(extra, sizeof(extra), "Allow: %s\r\n", allow);
		answer_refuse(conn, 405, "This path has other methods.", extra);
		return false;
	}
	if (conn->request->head.content_length > 0) {
		answer_refuse(conn, 404, "There is nothing at this path.", NULL);
		return false;
	}
	return true;
}

/* Decides on the head alone. False: refused, the connection ends. */
static bool take_head(struct conn *conn)
{
	struct http_request *request = conn->request;
	int64_t length = request->head.content_length, max;
	char allow[64];
	unsigned status = route_find(request, allow);

	if (status != 0)
		return take_unrouted(conn, status, allow);
	max = (int64_t)request->route->max_body;
	if (length > max) {
		answer_refuse(conn, 413,
			      max > 0 ? "The body is too large." : "No body is taken here.",
			      NULL);
		return false;
	}
	if (length < 0 && max > 0) {
		answer_refuse(conn, 411, "A body needs a Content-Length here.", NULL);
		return false;
	}
	if (length > 0)
		expect_body(request, (size_t)length);
	return true;
}

/* False: refused. */
static bool begin_request(struct conn *conn, const char *text, size_t len)
{
	struct head_fault fault;

	conn->request = request_new(conn, text, len, &fault);
	if (conn->request == NULL) {
		answer_refuse(conn, fault.status, fault.detail, NULL);
		return false;
	}
	conn->is_kept =
		conn->is_trusted && conn->request->head.may_stay && !conn->http->is_stopping;
	return take_head(conn);
}

static void dispatch(struct conn *conn)
{
	struct http_request *request = conn->request;
	const struct http_route *route = request->route;

	conn_enter(conn, CONN_WORKING);
	request_arrived(request);
	conn->http->open_requests++;
	request->arrived_us = conn->http->clock->mono_us(conn->http->clock);
	if (request->body != NULL)
		request->body[request->body_len] = '\0';
	if (route != NULL)
		route->handler(request->ctx, request);
	else if (request->head.wants_upgrade && strcmp(request->head.path, WS_PATH) == 0)
		ws_upgrade(&request);
	else if (!static_answer(&request))
		http_problem(&request, 404, "", "There is nothing at this path.", NULL, 0);
}

static size_t take_body(struct conn *conn, char *data, size_t len)
{
	struct http_request *request = conn->request;
	size_t missing = request->body_size - request->body_len;
	size_t n = len < missing ? len : missing;

	if (n > 0)
		memcpy(request->body + request->body_len, data, n);
	explicit_bzero(data, n); /* passwords and names: only the request has them now */
	request->body_len += n;
	if (request->body_len < request->body_size)
		return n;
	conn->is_unclean |= n < len;
	dispatch(conn);
	return n;
}

static bool say_go_on(struct conn *conn)
{
	static const char text[] = "HTTP/1.1 100 Continue\r\n\r\n";

	return conn_write(conn, &WRITE_PART(text, sizeof(text) - 1), 1, false) == 0;
}

static size_t take_bytes(struct conn *conn, char *data, size_t len)
{
	struct head_fault fault;
	size_t head;

	if (conn->request != NULL)
		return take_body(conn, data, len);
	head = head_scan(data, len, &conn->scanned, &fault);
	if (fault.status != 0) {
		answer_refuse(conn, fault.status, fault.detail, NULL);
		return len;
	}
	if (head == 0)
		return 0;
	conn->scanned = 0;
	if (!begin_request(conn, data, head))
		return len;
	if (conn->request->body_size == 0) {
		conn->is_unclean |= head < len;
		dispatch(conn);
	} else if (conn->request->head.expects_continue && head == len && !say_go_on(conn)) {
		conn_close(conn);
	}
	return head;
}

static bool reads(const struct conn *conn)
{
	return !conn->is_dead && (conn->state == CONN_FRESH || conn->state == CONN_READING ||
				  conn->state == CONN_KEPT);
}

/* All requests in data, one after the other, as long as they are answered on the spot. What is
 * left over waits in conn->in. */
static void conn_consume(struct conn *conn, char *data, size_t len)
{
	size_t used = 0, n;

	conn->is_busy = true;
	do {
		if (conn->state != CONN_READING)
			conn_enter(conn, CONN_READING);
		n = take_bytes(conn, data + used, len - used);
		used += n;
	} while (n > 0 && used < len && reads(conn));
	conn->is_busy = false;
	if (conn->is_dead) {
		conn_free(conn);
		return;
	}
	if (used == len)
		return;
	conn->in = xmalloc(len - used);
	conn->in_len = len - used;
	memcpy(conn->in, data + used, conn->in_len);
}

/* What was left over, with what has come since behind it. */
static void conn_received(struct conn *conn, size_t len)
{
	struct http *http = conn->http;
	char *joined = conn->in;
	size_t total = conn->in_len + len;

	if (joined == NULL) {
		conn_consume(conn, http->scratch, len);
		return;
	}
	joined = xrealloc(joined, total);
	memcpy(joined + conn->in_len, http->scratch, len);
	conn->in = NULL;
	conn->in_len = 0;
	conn_consume(conn, joined, total);
	xfree(joined);
}

/* 0: nothing there. -1: the other side is done, or broken. */
static ssize_t receive(struct conn *conn)
{
	ssize_t n = recv(conn->watcher.fd, conn->http->scratch, sizeof(conn->http->scratch), 0);

	if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR))
		return -1;
	return n > 0 ? n : 0;
}

static void conn_readable(struct conn *conn)
{
	ssize_t n = 0;

	if (conn->state == CONN_WORKING || conn->state == CONN_WRITING) {
		/* Either it speaks out of turn or it has closed its side: both can wait. */
		conn_watch(conn, conn->watcher.events & EV_WRITE);
		return;
	}
	if (conn->state != CONN_KEPT || conn->in_len == 0)
		n = receive(conn);
	if (n < 0)
		conn_close(conn);
	else if (reads(conn) && (n > 0 || (conn->state == CONN_KEPT && conn->in_len > 0)))
		conn_received(conn, (size_t)n);
}

static void conn_event(struct ev_loop *ev, struct ev_io *watcher, int events)
{
	struct conn *conn = watcher->data;

	(void)ev;
	if (events & EV_WRITE)
		conn_writable(conn); /* may free it; what is readable comes again */
	else
		conn_readable(conn);
}

void conn_accept(struct http *http, int fd, bool is_trusted, const char *address)
{
	struct conn *conn = xcalloc(1, sizeof(*conn));

	conn->http = http;
	conn->is_trusted = is_trusted;
	conn->peer = peer_get(http, address);
	conn->state = CONN_WORKING; /* none that counts, until it enters one */
	list_init(&conn->node);
	list_init(&conn->of_peer);
	ev_io_init(&conn->watcher, conn_event, fd, EV_READ);
	conn->watcher.data = conn;
	http->conn_count++;
	metrics_add(http->metrics, METRIC_CONNECTIONS, 1);
	conn_enter(conn, CONN_FRESH);
	ev_io_start(loop_ev(http->loop), &conn->watcher);
	conn_readable(conn); /* mostly the request is here already */
}

void conn_timeout(struct conn *conn)
{
	if (conn->state == CONN_READING) {
		metrics_add(conn->http->metrics, METRIC_HTTP_TIMEOUTS, 1);
		answer_refuse(conn, 408, "The request did not arrive in time.", NULL);
		return;
	}
	conn_close(conn);
}
