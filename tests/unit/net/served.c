#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../support/ports.h"
#include "base/xalloc.h"
#include "served.h"

struct later {
	struct loop_timer timer;
	struct http_request *request;
};

static void echo(void *ctx, struct http_request *request)
{
	size_t len;
	const char *body = http_request_body(request, &len);

	(void)ctx;
	http_answer(&request, 201, "text/plain", NULL, body, len);
}

static void word(void *ctx, struct http_request *request)
{
	const char *q = http_request_query(request, "q");
	char text[256];

	(void)ctx;
	snprintf(text, sizeof(text), "[%s][%s][%s]", http_request_segment(request, 0),
		 q != NULL ? q : "none", http_request_peer(request));
	http_answer(&request, 200, "text/plain", "X-Extra: yes\r\n", text, strlen(text));
}

static void answer_later(void *ctx)
{
	struct later *later = ctx;

	echo(NULL, later->request);
	xfree(later);
}

static void later(void *ctx, struct http_request *request)
{
	struct served *served = ctx;
	struct later *mine = xcalloc(1, sizeof(*mine));

	mine->request = request;
	loop_timer_start(served->loop, &mine->timer, 30, 0, answer_later, mine);
}

static void hold(void *ctx, struct http_request *request)
{
	struct served *served = ctx;

	served->held = request;
}

static void release(void *ctx, struct http_request *request)
{
	struct served *served = ctx;
	char text[32];

	if (served->held != NULL)
		http_answer(&served->held, 200, "text/plain", NULL, "held", 4);
	snprintf(text, sizeof(text), "released, %u open", http_open_requests(served->http));
	http_answer(&request, 200, "text/plain", NULL, text, strlen(text));
}

static void broken(void *ctx, struct http_request *request)
{
	(void)ctx;
	http_problem(&request, 503, "store", "The store is away.", "\"more\":1", 8);
}

/* Two thousand lines of 1,000 bytes, as fast as the client takes them. */
struct lines {
	struct served *served;
	unsigned sent;
};

static void lines_writable(void *ctx, struct http_stream *stream)
{
	struct lines *lines = ctx;
	char text[1001];

	memset(text, 'x', sizeof(text));
	text[999] = '\n';
	while (lines->sent < 2000 && http_stream_is_ready(stream)) {
		lines->sent++;
		http_stream_write(stream, text, 1000);
	}
	if (lines->sent == 2000)
		http_stream_end(stream);
	else
		http_stream_want_write(stream);
}

static void lines_gone(void *ctx)
{
	struct lines *lines = ctx;

	lines->served->streams_gone++;
	xfree(lines);
}

static void lines(void *ctx, struct http_request *request)
{
	static const struct http_stream_ops ops = {lines_writable, lines_gone};
	struct lines *mine = xcalloc(1, sizeof(*mine));

	mine->served = ctx;
	http_stream_want_write(http_stream_begin(&request, "application/x-ndjson", &ops, mine));
}

static const struct http_route routes[] = {
	{HTTP_POST, "/v1/echo", 65536, echo},   {HTTP_GET, "/v1/words/{word}", 0, word},
	{HTTP_POST, "/v1/later", 65536, later}, {HTTP_GET, "/v1/hold", 0, hold},
	{HTTP_GET, "/v1/release", 0, release},  {HTTP_GET, "/v1/broken", 0, broken},
	{HTTP_GET, "/v1/lines", 0, lines},
};

struct session {
	struct served *served;
	struct ws_conn *conn;
	unsigned owed; /* further copies of a large message */
};

static unsigned ws_open(void *ctx, struct ws_conn *conn, const struct http_request *head,
			void **session_r)
{
	struct served *served = ctx;
	struct session *session;

	(void)head;
	if (served->refuse_ws != 0)
		return served->refuse_ws;
	served->ws_opened++;
	session = xcalloc(1, sizeof(*session));
	session->served = served;
	session->conn = conn;
	*session_r = session;
	return 0;
}

static void ws_writable(void *ctx)
{
	struct session *session = ctx;

	while (session->owed > 0 && ws_is_ready(session->conn)) {
		struct buf *buf = buf_new(50000);

		memset(buf->data, 'y', buf->len);
		(void)ws_write(session->conn, buf); /* closed() comes when it is broken */
		session->owed--;
		buf_unref(&buf);
	}
	if (session->owed > 0)
		ws_want_write(session->conn);
}

static void ws_message(void *ctx, const char *text, size_t len)
{
	struct session *session = ctx;
	struct buf *buf;

	if (strcmp(text, "flood") == 0) {
		session->owed = 200;
		ws_writable(session);
		return;
	}
	if (strcmp(text, "quit") == 0) {
		ws_close(session->conn, 1013, "later");
		return;
	}
	buf = buf_copy(text, len);
	(void)ws_write(session->conn, buf); /* closed() comes when it is broken */
	buf_unref(&buf);
}

static void ws_closed(void *ctx)
{
	struct session *session = ctx;

	session->served->ws_closed++;
	xfree(session);
}

static void *run(void *arg)
{
	struct served *served = arg;

	loop_run(served->loop);
	return NULL;
}

static void write_web(struct served *served, const char *const *web)
{
	snprintf(served->folder, sizeof(served->folder), "/tmp/tangi-web-XXXXXX");
	if (mkdtemp(served->folder) == NULL)
		fatal("mkdtemp");
	for (; *web != NULL; web += 2) {
		char path[128];
		FILE *file;

		snprintf(path, sizeof(path), "%s/%s", served->folder, web[0]);
		file = fopen(path, "w");
		if (file == NULL || fputs(web[1], file) < 0 || fclose(file) != 0)
			fatal("%s", path);
	}
}

/* The server took as many descriptors as it needs; its clients live in the same process. */
static void allow_clients(void)
{
	struct rlimit limit;

	getrlimit(RLIMIT_NOFILE, &limit);
	limit.rlim_cur = limit.rlim_max;
	setrlimit(RLIMIT_NOFILE, &limit);
}

void served_start(struct served *served, const char *const *web, int64_t request_timeout_ms)
{
	static const struct ws_ops ops = {ws_open, ws_message, ws_writable, ws_closed};
	struct err err;

	*served = (struct served){.public_port = free_port()};
	served->trusted_port = free_port();
	snprintf(served->listen, sizeof(served->listen), "127.0.0.1:%u", served->public_port);
	snprintf(served->trusted, sizeof(served->trusted), "127.0.0.1:%u",
		 served->trusted_port);
	if (web != NULL)
		write_web(served, web);
	served->settings = (struct http_settings){.listen = served->listen,
						  .trusted = served->trusted,
						  .origins = NULL,
						  .web_dir = served->folder,
						  .max_connections = 300,
						  .max_waiting_per_address = 20,
						  .request_timeout_ms = request_timeout_ms};
	if (loop_new(&served->loop, &clock_system, &served->metrics, &err) < 0 ||
	    http_open(&served->http, served->loop, &served->settings, &clock_system,
		      &served->metrics, &err) < 0)
		fatal("%s", err.text);
	http_add_routes(served->http, routes, sizeof(routes) / sizeof(routes[0]), served);
	http_set_ws(served->http, &ops, served);
	if (http_start(served->http, &err) < 0)
		fatal("%s", err.text);
	allow_clients();
	pthread_create(&served->thread, NULL, run, served);
}

void served_stop(struct served *served)
{
	char command[64];

	loop_stop(served->loop);
	pthread_join(served->thread, NULL);
	http_close(&served->http);
	loop_free(&served->loop);
	if (served->folder[0] == '\0')
		return;
	snprintf(command, sizeof(command), "rm -r %s", served->folder);
	if (system(command) != 0)
		fatal("%s", command);
}

int client_connect(unsigned port)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_port = htons((uint16_t)port),
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct timeval limit = {.tv_sec = 5};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) < 0)
		fatal("connect to %u", port);
	return fd;
}

void client_send(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = send(fd, text, len, MSG_NOSIGNAL);

		if (n <= 0)
			return; /* cut off: what came back tells why */
		text += n;
		len -= (size_t)n;
	}
}

void client_say(int fd, const char *text)
{
	client_send(fd, text, strlen(text));
}

char *client_read(int fd, const char *text, int *is_open_r)
{
	size_t size = 65536, len = 0;
	char *got = xmalloc(size);
	ssize_t n;

	got[0] = '\0';
	if (is_open_r != NULL)
		*is_open_r = 1;
	while (text == NULL || memmem(got, len, text, strlen(text)) == NULL) {
		if (size - len < 65536)
			got = xrealloc(got, size *= 2);
		n = recv(fd, got + len, size - len - 1, 0);
		if (n <= 0) {
			if (is_open_r != NULL)
				*is_open_r = n < 0;
			break;
		}
		len += (size_t)n;
		got[len] = '\0';
	}
	return got;
}

char *client_ask(unsigned port, const char *request)
{
	int fd = client_connect(port);
	char *got;

	client_say(fd, request);
	got = client_read(fd, NULL, NULL);
	close(fd);
	return got;
}

int client_open_ws(unsigned port, const char *more_headers)
{
	int fd = client_connect(port);
	char text[512], *got;

	snprintf(text, sizeof(text),
		 "GET /v1/stream HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nUpgrade: websocket\r\n"
		 "Connection: keep-alive, Upgrade\r\nSec-WebSocket-Version: 13\r\n"
		 "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n%s\r\n",
		 port, more_headers);
	client_say(fd, text);
	got = client_read(fd, "\r\n\r\n", NULL);
	if (strstr(got, "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") == NULL)
		fatal("no upgrade: %s", got);
	xfree(got);
	return fd;
}

void client_send_frame(int fd, unsigned first_byte, const char *payload, size_t len)
{
	unsigned char head[14] = {(unsigned char)first_byte};
	size_t n = 2;

	if (len < 126) {
		head[1] = (unsigned char)(0x80 | len);
	} else {
		head[1] = 0x80 | 126;
		head[2] = (unsigned char)(len >> 8);
		head[3] = (unsigned char)len;
		n = 4;
	}
	client_send(fd, (char *)head, n + 4); /* the mask is four NULs */
	client_send(fd, payload, len);
}
