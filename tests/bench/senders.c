/* Senders: POST /v1/reports on kept-alive connections, by schedule or as fast as answers come.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "bench.h"

struct sender {
	struct source source;
	struct bench *b;
	struct sender *next_idle;
	size_t report; /* the one that waits for its answer */
	size_t got;
	char in[16384];
};

static struct {
	struct sender *all, *idle;
	struct source timer;
	struct bench *b;
	int64_t start_us, stop_us;
} senders;

static const char *const places[] = {
	"Jl. Kesambi dekat rumah sakit",  "Pasar Kanoman sebelah selatan",
	"Jl. Siliwangi depan balai kota", "gang kecil di Drajat",
	"Kelurahan Pekiringan RW 04",     "Jl. Cipto seberang mal",
	"Perumnas Larangan blok sebelah", "Pelabuhan Cirebon pintu dua",
};

/* The marker "#<number>#" is what a console looks for in the event. */
static size_t write_request(const struct bench *b, size_t i, char *out, size_t room)
{
	char body[640];
	const int n = snprintf(body, sizeof body,
			       "{\"source\":\"lapor-web\",\"source_id\":\"%s-%zu\",\"text\":"
			       "\"Kebakaran rumah di %s, api "
			       "besar dan masih ada orang di dalam, mohon segera dibantu "
			       "#%zu#\",\"kind\":\"pengaduan\","
			       "\"anonymity\":\"public\",\"reporter\":{\"name\":\"Warga "
			       "%zu\",\"phone\":\"+62812%07zu\"},"
			       "\"location\":{\"lat\":%.5f,\"lon\":%.5f,\"accuracy_m\":15}}",
			       b->run, i, places[i % 8], i, i % 1000, i % 10000000,
			       -6.70 - 0.06 * (double)(i * 7919 % 1000) / 1000,
			       108.54 + 0.03 * (double)(i * 104729 % 1000) / 1000);

	return (size_t)snprintf(
		out, room,
		"POST /v1/reports HTTP/1.1\r\nHost: %s:%u\r\nAuthorization: Bearer %s\r\n"
		"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		b->trusted.host, b->trusted.port, b->token, n, body);
}

static void send_report(struct sender *s, int64_t due_us)
{
	struct bench *b = s->b;
	char request[1400];
	size_t len;

	s->report = b->n_sent++;
	b->sent[s->report] = (struct sent){.due_us = due_us};
	len = write_request(b, s->report, request, sizeof request);
	if (write(s->source.fd, request, len) != (ssize_t)len)
		die("write of a report: %s", strerror(errno));
}

static bool has_more(const struct bench *b)
{
	return b->n_sent < b->capacity && (b->count || now_us() < senders.stop_us);
}

static void take_answer(struct sender *s, const char *body, size_t len, unsigned status)
{
	struct bench *b = s->b;
	struct sent *r = &b->sent[s->report];
	const char *seq = find_bytes(body, len, "\"seq\":", 6);

	if (status / 100 != 2 || seq == NULL) {
		if (b->n_refused++ == 0)
			fprintf(stderr, "refused: %u %.*s\n", status, (int)len, body);
		return;
	}
	r->acked_us = now_us();
	r->seq = strtoull(seq + 6, NULL, 10);
	seen_slot(b, r->seq)->report = (uint32_t)s->report + 1;
	b->n_acked++;
	if (r->seq > b->head)
		b->head = r->seq;
	if (b->first_seq == 0 || r->seq < b->first_seq)
		b->first_seq = r->seq;
}

/* The answer's length when it is whole; 0: not yet. */
static size_t whole_answer(struct sender *s, const char **body_r, size_t *len_r)
{
	const char *end, *length;

	s->in[s->got] = '\0';
	end = strstr(s->in, "\r\n\r\n");
	if (end == NULL)
		return 0;
	length = strcasestr(s->in, "content-length:");
	if (length == NULL || length > end)
		die("answer without a length: %s", s->in);
	*body_r = end + 4;
	*len_r = strtoul(length + 15, NULL, 10);
	if (s->got < (size_t)(*body_r - s->in) + *len_r)
		return 0;
	return (size_t)(*body_r - s->in) + *len_r;
}

static void sender_ready(struct source *source, uint32_t events)
{
	struct sender *s = (struct sender *)source;
	const char *body;
	size_t len, whole;
	const ssize_t n = read(source->fd, s->in + s->got, sizeof s->in - 1 - s->got);

	(void)events; /* a failure shows in read() */
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0)
		die("a sender's connection was closed");
	s->got += (size_t)n;
	whole = whole_answer(s, &body, &len);
	if (whole == 0)
		return;
	take_answer(s, body, len, (unsigned)atoi(s->in + 9));
	s->got = 0;
	if (s->b->rate == 0 && has_more(s->b)) {
		send_report(s, now_us());
		return;
	}
	s->next_idle = senders.idle;
	senders.idle = s;
}

static void timer_ready(struct source *source, uint32_t events)
{
	uint64_t ticks;

	(void)events;
	(void)!read(source->fd, &ticks,
		    sizeof ticks); /* senders_pump() looks at the clock itself */
}

void senders_open(struct bench *b)
{
	senders.b = b;
	senders.all = calloc(b->connections, sizeof *senders.all);
	for (unsigned i = 0; i < b->connections; i++) {
		struct sender *s = &senders.all[i];

		s->b = b;
		s->source = (struct source){sender_ready, tcp_connect(&b->trusted)};
		watch(b, &s->source, EPOLLIN, true);
		s->next_idle = senders.idle;
		senders.idle = s;
	}
	senders.timer =
		(struct source){timer_ready, timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK)};
	watch(b, &senders.timer, EPOLLIN, true);
}

static int64_t due_us(size_t i)
{
	return senders.start_us + (int64_t)((double)i * 1e6 / senders.b->rate);
}

void senders_start(struct bench *b, int64_t start_us)
{
	senders.start_us = start_us;
	senders.stop_us = start_us + (int64_t)(b->seconds * 1e6);
	while (b->rate == 0 && senders.idle != NULL && has_more(b)) {
		struct sender *s = senders.idle;

		senders.idle = s->next_idle;
		send_report(s, now_us());
	}
}

/* Open loop: sends what is due, and sets the timer for the next. */
void senders_pump(struct bench *b)
{
	int64_t due;

	if (b->rate == 0)
		return;
	while (b->n_sent < b->capacity && senders.idle != NULL &&
	       due_us(b->n_sent) <= now_us()) {
		struct sender *s = senders.idle;

		senders.idle = s->next_idle;
		send_report(s, due_us(b->n_sent));
	}
	if (b->n_sent == b->capacity || senders.idle == NULL)
		return;
	due = due_us(b->n_sent);
	timerfd_settime(senders.timer.fd, TFD_TIMER_ABSTIME,
			&(struct itimerspec){.it_value = {due / 1000000, due % 1000000 * 1000}},
			NULL);
}

bool senders_done(const struct bench *b)
{
	if (b->n_acked + b->n_refused < b->n_sent)
		return now_us() > senders.stop_us + 30000000;
	return b->rate > 0 ? b->n_sent == b->capacity : !has_more(b);
}
