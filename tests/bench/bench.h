/* What the parts of the load generator share: one epoll loop, the tables of reports and of
 * events, and the clock.
 *
 * A report's latency counts from the moment it was due, not from when a connection was free for
 * it: a stall of the system shows in every report it delayed. Answers and frames meet by the
 * event's number, and one console checks that the event of that number carries the words that
 * were acknowledged under it. One thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* What epoll points at: the first member of every connection. */
struct source {
	void (*ready)(struct source *source, uint32_t events);
	int fd;
};

struct sent {
	int64_t due_us;
	int64_t acked_us; /* 0: not yet */
	uint64_t seq;
};

struct seen {
	uint64_t seq;
	uint32_t report; /* its index + 1; 0: no answer named this number */
	uint32_t consoles, units;
	int64_t last_console_us, last_unit_us;
};

enum { SEEN_SLOTS = 1 << 20 };

struct target {
	const char *host;
	unsigned port;
};

struct bench {
	int epoll;
	const char *run; /* makes source_ids unique between runs */

	struct target trusted, stream, mqtt;
	const char *token, *console_token, *silent_token, *epoch;
	const char *mqtt_user, *mqtt_password, *mqtt_topic;
	uint64_t after; /* the log's head before the run */

	unsigned connections, consoles, silent, stalled, units;
	double rate, seconds, warm; /* rate 0: closed loop */
	size_t count;               /* 0: as many as the seconds hold */
	int pids[4];
	unsigned n_pids;

	struct sent *sent;
	size_t n_sent, n_acked, n_refused, capacity;
	struct seen *seen;
	uint64_t first_seq, head; /* of the acknowledged */

	unsigned consoles_ready, consoles_cut, units_ready;
	uint64_t frames, events, bytes, lost, repeated, wrong_words, unit_events, unit_repeated;
	uint64_t snapshots;
	int64_t last_event_us;
};

int64_t now_us(void);
_Noreturn void die(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int tcp_connect(const struct target *target); /* non-blocking */
void watch(struct bench *b, struct source *source, uint32_t events, bool is_new);
void serve_events(struct bench *b, int timeout_ms);
struct seen *seen_slot(struct bench *b, uint64_t seq);
const char *find_bytes(const char *hay, size_t len, const char *needle, size_t n);

/* senders.c */
void senders_open(struct bench *b);
void senders_start(struct bench *b, int64_t start_us);
bool senders_done(const struct bench *b);
void senders_pump(struct bench *b);

/* consoles.c */
void consoles_open(struct bench *b);
uint64_t consoles_behind(const struct bench *b); /* events not yet at every console */
void consoles_count_losses(struct bench *b);

/* units.c */
void units_open(struct bench *b);
void units_tend(struct bench *b); /* writes and keep-alives, now and then */
