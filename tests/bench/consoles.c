/* Consoles: WebSocket clients that follow the stream, see nothing of theirs, or never read.
 *
 * Frames are scanned, not parsed: after one event the next is looked for where it would begin
 * if it were as long as the one before. The guess is good only when the number there is the
 * next one, so nothing can be skipped unnoticed. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define SNAPSHOT_HEAD "{\"type\":\"snapshot\",\"seq\":"
#define EVENT_HEAD    "{\"type\":\"event\",\"seq\":"

enum { HEAD = sizeof EVENT_HEAD - 1, TAIL = 256, ROOM = 512 * 1024 };
enum kind { MOVING, SILENT, STALLED };

struct console {
	struct source source;
	struct bench *b;
	enum kind kind;
	bool is_open, is_witness;
	uint64_t last; /* newest number it has */
	uint64_t left; /* payload of the frame that is being read */
	uint8_t opcode;
	size_t event_len; /* of the event before */
	size_t n_tail;
	char tail[TAIL];
};

static struct {
	struct console *all;
	unsigned n, done;
} consoles;

static void send_masked(struct console *c, uint8_t opcode, const char *text, size_t len)
{
	uint8_t frame[4 + 4 + 512];
	size_t n = 2;

	if (len > 500)
		die("frame too long");
	frame[0] = 0x80 | opcode;
	frame[1] = (uint8_t)(0x80 | (len < 126 ? len : 126));
	if (len >= 126) {
		frame[n++] = (uint8_t)(len >> 8);
		frame[n++] = (uint8_t)len;
	}
	memset(frame + n, 0, 4); /* a mask of zeroes leaves the words as they are */
	memcpy(frame + n + 4, text, len);
	(void)!write(c->source.fd, frame,
		     n + 4 + len); /* a lost connection shows when reading */
}

static void subscribe(struct console *c)
{
	char text[300];
	int n;

	if (c->b->epoch != NULL)
		n = snprintf(text, sizeof text,
			     "{\"type\":\"subscribe\",\"after\":%lu,\"epoch\":\"%s\"}",
			     c->b->after, c->b->epoch);
	else
		n = snprintf(text, sizeof text, "{\"type\":\"subscribe\"}");
	send_masked(c, 1, text, (size_t)n);
}

static void cut(struct console *c)
{
	c->b->consoles_cut++;
	c->is_open = false;
	close(c->source.fd);
	c->source.fd = -1;
}

static void take_event(struct console *c, uint64_t seq, int64_t at)
{
	struct bench *b = c->b;
	struct seen *s;

	b->events++;
	if (seq <= c->last) {
		b->repeated++;
		return;
	}
	b->lost += seq - c->last - 1;
	c->last = seq;
	if (c->kind != MOVING)
		return;
	s = seen_slot(b, seq);
	s->consoles++;
	s->last_console_us = at;
	b->last_event_us = at;
}

static uint64_t number_at(const char *p)
{
	uint64_t n = 0;

	while (*p >= '0' && *p <= '9')
		n = n * 10 + (uint64_t)(*p++ - '0');
	return n;
}

static const char *next_event(struct console *c, const char *p, const char *end)
{
	const char *guess = p + c->event_len;

	if (c->event_len > HEAD && (size_t)(end - p) > c->event_len + HEAD + 24 &&
	    memcmp(guess, EVENT_HEAD, HEAD) == 0 && number_at(guess + HEAD) == c->last + 1)
		return guess;
	return find_bytes(p + HEAD, (size_t)(end - p) - HEAD, EVENT_HEAD, HEAD);
}

/* The witness reads the words of each event: "#<n>#" must be the report answered with seq. */
static void check_words(struct bench *b, const char *p, const char *end, uint64_t seq)
{
	const char *mark = find_bytes(p, (size_t)(end - p), "dibantu #", 9);
	const struct seen *s = seen_slot(b, seq);

	if (mark == NULL)
		return;
	if (s->report != 0 && number_at(mark + 9) != s->report - 1)
		b->wrong_words++;
}

/* Scans one stretch of payload; returns how much of it is done with. */
static size_t scan(struct console *c, const char *p, size_t len, bool is_all, int64_t at)
{
	const char *const start = p, *const end = p + len;
	const char *event = len < HEAD ? NULL : find_bytes(p, len, EVENT_HEAD, HEAD);

	while (event != NULL && end - event >= HEAD + 24) {
		const uint64_t seq = number_at(event + HEAD);
		const char *next;

		take_event(c, seq, at);
		next = next_event(c, event, end);
		if (next != NULL)
			c->event_len = (size_t)(next - event);
		if (c->is_witness)
			check_words(c->b, event, next ? next : end, seq);
		p = event + HEAD;
		event = next;
	}
	if (is_all)
		return len;
	if (event != NULL)
		return (size_t)(event - start); /* its number is not whole yet */
	return end - p > HEAD + 24 ? len - (HEAD + 24) : (size_t)(p - start);
}

/* Reads a frame's header; returns its length, 0: not whole. */
static size_t read_header(struct console *c, const uint8_t *p, size_t len)
{
	size_t need = 2;

	if (len < 2)
		return 0;
	c->opcode = p[0] & 15;
	c->left = p[1] & 127;
	need += c->left == 126 ? 2 : c->left == 127 ? 8 : 0;
	if (len < need)
		return 0;
	for (size_t i = 2; i < need; i++)
		c->left = (i == 2 ? 0 : c->left << 8) | p[i];
	c->b->frames++;
	return need;
}

static void end_of_frame(struct console *c, const char *payload, size_t len)
{
	if (c->opcode == 9)
		send_masked(c, 10, payload, len < 125 ? len : 125);
	if (c->opcode == 8) {
		if (len > 2)
			fprintf(stderr, "console closed: %u %.*s\n",
				(unsigned)((uint8_t)payload[0] << 8 | (uint8_t)payload[1]),
				(int)len - 2, payload + 2);
		cut(c);
	}
}

/* One that fell too far behind gets the state instead of the events: told, so not lost. */
static void look_for_snapshot(struct console *c, const char *payload, size_t len)
{
	if (len < sizeof(SNAPSHOT_HEAD) + 20 ||
	    memcmp(payload, SNAPSHOT_HEAD, sizeof(SNAPSHOT_HEAD) - 1) != 0)
		return;
	c->b->snapshots++;
	c->last = number_at(payload + sizeof(SNAPSHOT_HEAD) - 1);
}

static void take_bytes(struct console *c, const char *p, size_t len, int64_t at)
{
	while (len > 0 && c->is_open) {
		size_t n;

		if (c->left == 0) {
			n = read_header(c, (const uint8_t *)p, len);
			if (n == 0)
				break;
			p += n;
			len -= n;
			if (c->left > 0 && len == 0)
				break;
			look_for_snapshot(c, p, len);
		}
		n = len < c->left ? len : c->left;
		if (n == c->left) {
			scan(c, p, n, true, at);
			end_of_frame(c, p, n);
		} else {
			n = scan(c, p, n, false, at);
			c->left -= n;
			p += n;
			len -= n;
			break;
		}
		c->left = 0;
		p += n;
		len -= n;
	}
	if (len > TAIL)
		die("a console's rest of %zu bytes", len);
	memmove(c->tail, p, len);
	c->n_tail = len;
}

static bool finish_handshake(struct console *c, char *p, size_t *len)
{
	char *end = memmem(p, *len, "\r\n\r\n", 4);

	if (end == NULL)
		return false;
	if (*len < 12 || memcmp(p + 9, "101", 3) != 0)
		die("WebSocket refused: %.*s", (int)*len, p);
	end += 4;
	*len -= (size_t)(end - p);
	memmove(p, end, *len);
	c->is_open = true;
	subscribe(c);
	c->b->consoles_ready++;
	if (c->kind == STALLED)
		epoll_ctl(c->b->epoll, EPOLL_CTL_DEL, c->source.fd, NULL);
	return true;
}

static void console_ready(struct source *source, uint32_t events)
{
	static char room[ROOM];
	struct console *c = (struct console *)source;
	size_t len = c->n_tail;
	ssize_t n;

	(void)events; /* a failure shows in read() */
	memcpy(room, c->tail, len);
	n = read(source->fd, room + len, sizeof room - len - 1);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		if (!c->is_open)
			die("a console's connection was closed before it was one");
		cut(c);
		return;
	}
	len += (size_t)n;
	room[len] = '\0';
	c->b->bytes += (uint64_t)n;
	if (!c->is_open && !finish_handshake(c, room, &len))
		die("handshake in pieces");
	take_bytes(c, room, len, now_us());
}

static void open_one(struct bench *b, struct console *c, enum kind kind)
{
	const char *token = kind == SILENT ? b->silent_token : b->console_token;
	char request[700];
	int n, small = 4096;

	*c = (struct console){.b = b, .kind = kind, .last = b->after};
	c->source = (struct source){console_ready, tcp_connect(&b->stream)};
	if (kind == STALLED)
		setsockopt(c->source.fd, SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
	watch(b, &c->source, EPOLLIN, true);
	n = snprintf(request, sizeof request,
		     "GET /v1/stream HTTP/1.1\r\nHost: %s:%u\r\nUpgrade: websocket\r\n"
		     "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
		     "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tangi.v1\r\n"
		     "Authorization: Bearer %s\r\n\r\n",
		     b->stream.host, b->stream.port, token);
	if (write(c->source.fd, request, (size_t)n) != n)
		die("write of a handshake: %s", strerror(errno));
}

/* A few at a time: a flood of half-open connections is what a listener defends itself against.
 */
void consoles_open(struct bench *b)
{
	const unsigned n = b->consoles + b->silent + b->stalled;

	consoles.all = calloc(n + 1, sizeof *consoles.all);
	consoles.n = n;
	for (unsigned i = 0; i < n; i++) {
		const int64_t patience = now_us() + 10000000;

		open_one(b, &consoles.all[i],
			 i < b->consoles               ? MOVING
			 : i < b->consoles + b->silent ? SILENT
						       : STALLED);
		while (b->consoles_ready + 16 < i || (i + 1 == n && b->consoles_ready < n)) {
			serve_events(b, 100);
			if (now_us() > patience)
				die("%u of %u consoles came in", b->consoles_ready, n);
		}
	}
	if (b->consoles > 0)
		consoles.all[0].is_witness = true;
}

uint64_t consoles_behind(const struct bench *b)
{
	uint64_t behind = 0;

	for (unsigned i = 0; i < b->consoles; i++)
		if (consoles.all[i].is_open && consoles.all[i].last < b->head)
			behind += b->head - consoles.all[i].last;
	return behind;
}

void consoles_count_losses(struct bench *b)
{
	for (unsigned i = 0; i < b->consoles; i++)
		if (consoles.all[i].last < b->head)
			b->lost += b->head - consoles.all[i].last;
}
