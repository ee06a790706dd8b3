/* Who may come in.
 *
 * A connection that has not said what it wants is cheap to make and cheap to make again, so
 * when there are too many, of one address or in all, the newest is let in and the oldest silent
 * one goes: ten thousand silent sockets cannot keep one request out. Consoles and requests at
 * work are never thrown out. Descriptors are never used up to the last: a reserve stays for
 * files. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "net/http_private.h"

#define BACKLOG        1024
#define ACCEPTS_A_TURN 64 /* then the others get their turn */
#define FD_RESERVE     64 /* for the store, children, files */
#define FULL_OVER_MS   5000
#define RETRY_MS       100 /* without descriptors, accept() is left alone for so long */

static struct list *bucket(struct http *http, const char *address)
{
	unsigned hash = 5381;

	for (; *address != '\0'; address++)
		hash = hash * 33 + (unsigned char)*address;
	return &http->peers[hash % PEER_BUCKETS];
}

struct peer *peer_get(struct http *http, const char *address)
{
	struct list *list = bucket(http, address);
	struct peer *peer;

	for (struct list *n = list->next; n != list; n = n->next) {
		peer = LIST_ITEM(n, struct peer, node);
		if (strcmp(peer->address, address) == 0) {
			peer->conn_count++;
			return peer;
		}
	}
	peer = xcalloc(1, sizeof(*peer));
	snprintf(peer->address, sizeof(peer->address), "%s", address);
	peer->conn_count = 1;
	list_init(&peer->waiting);
	list_append(list, &peer->node);
	return peer;
}

void peer_put(struct peer *peer)
{
	if (--peer->conn_count > 0)
		return;
	list_remove(&peer->node);
	xfree(peer);
}

bool evict_oldest(struct http *http)
{
	static const enum conn_state order[] = {CONN_FRESH, CONN_LINGERING, CONN_READING,
						CONN_KEPT};

	for (unsigned i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
		struct list *list = &http->conns[order[i]];

		if (list_is_empty(list))
			continue;
		conn_evict(LIST_ITEM(list->next, struct conn, node));
		return true;
	}
	return false;
}

static void make_room(struct http *http, const char *address, bool is_trusted)
{
	struct peer *peer = peer_get(http, address);

	if (!is_trusted && peer->waiting_count >= http->settings.max_waiting_per_address &&
	    !list_is_empty(&peer->waiting))
		conn_evict(LIST_ITEM(peer->waiting.next, struct conn, of_peer));
	peer_put(peer);
}

/* It is over when there was room for a while, not with the next connection that found some. */
static void tell_full(struct http *http, const char *why)
{
	http->full_ms = http->lived_ms;
	if (log_repeat_due(&http->full, http->full_ms))
		log_warn("http.full", "connections=%lld count=%lu error=%s",
			 (long long)http->conn_count, http->full.count, why);
}

void listeners_sweep(struct http *http)
{
	if (http->lived_ms - http->full_ms > FULL_OVER_MS && log_repeat_over(&http->full))
		log_info("http.full.over", "connections=%lld", (long long)http->conn_count);
}

static void refuse_one(struct http *http, int fd)
{
	metrics_add(http->metrics, METRIC_CONNECTIONS_REFUSED, 1);
	tell_full(http, "max_connections");
	close(fd);
}

static void address_text(const struct sockaddr_storage *from, char text[INET6_ADDRSTRLEN])
{
	const void *at = &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr;

	snprintf(text, INET6_ADDRSTRLEN, "local");
	if (from->ss_family == AF_INET)
		at = &((const struct sockaddr_in *)(const void *)from)->sin_addr;
	if (from->ss_family == AF_INET || from->ss_family == AF_INET6)
		(void)inet_ntop(from->ss_family, at, text, INET6_ADDRSTRLEN);
}

static void let_in(struct listener *listener, int fd, const struct sockaddr_storage *from)
{
	struct http *http = listener->http;
	char address[INET6_ADDRSTRLEN];

	address_text(from, address);
	make_room(http, address, listener->is_trusted);
	if (http->conn_count >= http->max_conns && !evict_oldest(http)) {
		refuse_one(http, fd);
		return;
	}
	conn_accept(http, fd, listener->is_trusted, address);
}

static void listener_readable(void *ctx, unsigned events);

static void watch_listeners(struct http *http)
{
	for (unsigned i = 0; i < 2; i++)
		if (http->listeners[i].fd >= 0)
			loop_watch_start(http->loop, &http->listeners[i].watch,
					 http->listeners[i].fd, LOOP_READABLE,
					 listener_readable, &http->listeners[i]);
}

static void try_again(void *ctx)
{
	struct http *http = ctx;

	if (!http->is_stopping)
		watch_listeners(http);
}

/* The listening socket stays readable: without a pause the loop would spin on it. */
static void pause_accept(struct http *http, int error)
{
	tell_full(http, strerror(error));
	if (evict_oldest(http))
		return;
	for (unsigned i = 0; i < 2; i++)
		loop_watch_stop(&http->listeners[i].watch);
	loop_timer_start(http->loop, &http->retry, RETRY_MS, 0, try_again, http);
}

static void listener_readable(void *ctx, unsigned events)
{
	struct listener *listener = ctx;

	(void)events;
	for (unsigned i = 0; i < ACCEPTS_A_TURN; i++) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof(from);
		int fd = accept4(listener->fd, (struct sockaddr *)&from, &len,
				 SOCK_NONBLOCK | SOCK_CLOEXEC);

		if (fd >= 0) {
			let_in(listener, fd, &from);
			continue;
		}
		if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
			pause_accept(listener->http, errno);
		if (errno != ECONNABORTED && errno != EINTR)
			return;
	}
}

static int parse_tcp(const char *text, struct sockaddr_storage *address_r, socklen_t *len_r,
		     struct err *err)
{
	struct sockaddr_in *v4 = (struct sockaddr_in *)(void *)address_r;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)(void *)address_r;
	const char *colon = strrchr(text, ':');
	char host[64], *end;
	unsigned long port = colon != NULL ? strtoul(colon + 1, &end, 10) : 0;
	bool is_v6 = text[0] == '[';

	if (colon == NULL || port == 0 || port > 65535 || *end != '\0' ||
	    (size_t)(colon - text) >= sizeof(host))
		return err_set(err, ERR_INVALID, "%s: not an ADDRESS:PORT", text);
	snprintf(host, sizeof(host), "%.*s", (int)(colon - text) - 2 * is_v6, text + is_v6);
	if (is_v6) {
		*v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
					    .sin6_port = htons((uint16_t)port)};
		*len_r = sizeof(*v6);
	} else {
		*v4 = (struct sockaddr_in){.sin_family = AF_INET,
					   .sin_port = htons((uint16_t)port)};
		*len_r = sizeof(*v4);
	}
	if (inet_pton(is_v6 ? AF_INET6 : AF_INET, host,
		      is_v6 ? (void *)&v6->sin6_addr : (void *)&v4->sin_addr) != 1)
		return err_set(err, ERR_INVALID, "%s: not a numeric address", text);
	return 0;
}

static int parse_address(const char *text, struct sockaddr_storage *address_r, socklen_t *len_r,
			 struct err *err)
{
	struct sockaddr_un *un = (struct sockaddr_un *)(void *)address_r;

	memset(address_r, 0, sizeof(*address_r));
	if (strncmp(text, "unix:", 5) != 0)
		return parse_tcp(text, address_r, len_r, err);
	if (strlen(text + 5) >= sizeof(un->sun_path))
		return err_set(err, ERR_INVALID, "%s: the path is too long", text);
	un->sun_family = AF_UNIX;
	snprintf(un->sun_path, sizeof(un->sun_path), "%s", text + 5);
	*len_r = sizeof(*un);
	return 0;
}

static bool is_loopback(const struct sockaddr_storage *address)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)(const void *)address;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)(const void *)address;

	if (address->ss_family == AF_INET)
		return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
	return address->ss_family == AF_UNIX || IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
}

int http_check_address(const char *text, bool is_trusted, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t len;

	if (parse_address(text, &address, &len, err) < 0)
		return -1;
	if (is_trusted && !is_loopback(&address))
		return err_set(err, ERR_INVALID,
			       "%s: is not on this machine alone; use 127.0.0.1 or unix:PATH",
			       text);
	return 0;
}

/* Accepted sockets inherit these: answers and frames are whole when they are written. */
static void set_options(int fd, int family)
{
	int on = 1;

	if (family == AF_UNIX)
		return;
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)); /* else only slower */
	(void)setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

/* Left by a predecessor that was killed: the store's lock says that none is alive. */
static void remove_socket(const char *path)
{
	struct stat st;

	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode))
		(void)unlink(path); /* bind() says what is wrong */
}

static int listener_open(struct listener *listener, const char *text, struct err *err)
{
	struct sockaddr_storage address;
	socklen_t len = 0;

	if (parse_address(text, &address, &len, err) < 0)
		return -1;
	if (address.ss_family == AF_UNIX) {
		listener->path = xstrdup(text + 5);
		remove_socket(listener->path);
	}
	listener->fd = socket(address.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (listener->fd < 0)
		return err_set(err, ERR_IO, "socket: %s", strerror(errno));
	set_options(listener->fd, address.ss_family);
	if (bind(listener->fd, (struct sockaddr *)&address, len) < 0 ||
	    (listener->path != NULL && chmod(listener->path, 0660) < 0) ||
	    listen(listener->fd, BACKLOG) < 0)
		return err_set(err, ERR_IO, "%s: %s", text, strerror(errno));
	return 0;
}

/* As many descriptors as are allowed to connections and ours, and no more: libwebsockets keeps
 * tables of this size. */
static int claim_descriptors(struct http *http, struct err *err)
{
	struct rlimit limit;
	rlim_t wanted = (rlim_t)(http->settings.max_connections + FD_RESERVE);

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_set(err, ERR_IO, "RLIMIT_NOFILE: %s", strerror(errno));
	limit.rlim_cur = wanted < limit.rlim_max ? wanted : limit.rlim_max;
	if (setrlimit(RLIMIT_NOFILE, &limit) < 0)
		return err_set(err, ERR_IO, "RLIMIT_NOFILE: %s", strerror(errno));
	http->max_conns = (int64_t)limit.rlim_cur - FD_RESERVE;
	if (limit.rlim_cur < wanted && http->max_conns < FD_RESERVE)
		return err_set(err, ERR_IO, "RLIMIT_NOFILE of %lld is too low",
			       (long long)limit.rlim_cur);
	if (limit.rlim_cur < wanted)
		log_warn("http.descriptors", "max_connections=%lld possible=%lld",
			 (long long)http->settings.max_connections, (long long)http->max_conns);
	return 0;
}

int listeners_open(struct http *http, struct err *err)
{
	if (claim_descriptors(http, err) < 0)
		return -1;
	if (listener_open(&http->listeners[0], http->settings.listen, err) < 0)
		return -1;
	if (http->settings.trusted[0] != '\0' &&
	    listener_open(&http->listeners[1], http->settings.trusted, err) < 0)
		return -1;
	watch_listeners(http);
	return 0;
}

void listeners_close(struct http *http)
{
	loop_timer_stop(&http->retry);
	for (unsigned i = 0; i < 2; i++) {
		struct listener *listener = &http->listeners[i];

		loop_watch_stop(&listener->watch);
		if (listener->fd >= 0)
			close(listener->fd);
		listener->fd = -1;
		if (listener->path != NULL)
			remove_socket(listener->path);
		xfree(listener->path);
		listener->path = NULL;
	}
}
