/* loadgen: reports in, and when they were answered, at the last console, at the last unit.
 *
 * Prints one JSON object. Rates and latencies count from --warm seconds after the start on. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

struct usage {
	double cpu_s;
	long rss_kb, peak_kb;
};

int64_t now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void die(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

int tcp_connect(const struct target *target)
{
	struct sockaddr_in to = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)target->port)};
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || inet_pton(AF_INET, target->host, &to.sin_addr) != 1)
		die("socket or address %s: %s", target->host, strerror(errno));
	if (connect(fd, (struct sockaddr *)&to, sizeof to) < 0)
		die("connect %s:%u: %s", target->host, target->port, strerror(errno));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
	fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	return fd;
}

void watch(struct bench *b, struct source *source, uint32_t events, bool is_new)
{
	struct epoll_event e = {.events = events, .data.ptr = source};

	if (epoll_ctl(b->epoll, is_new ? EPOLL_CTL_ADD : EPOLL_CTL_MOD, source->fd, &e) < 0)
		die("epoll_ctl: %s", strerror(errno));
}

void serve_events(struct bench *b, int timeout_ms)
{
	struct epoll_event events[256];
	int n = epoll_wait(b->epoll, events, 256, timeout_ms);

	for (int i = 0; i < n; i++) {
		struct source *source = events[i].data.ptr;

		source->ready(source, events[i].events);
	}
}

struct seen *seen_slot(struct bench *b, uint64_t seq)
{
	struct seen *s = &b->seen[seq % SEEN_SLOTS];

	if (s->seq != seq)
		*s = (struct seen){.seq = seq};
	return s;
}

const char *find_bytes(const char *hay, size_t len, const char *needle, size_t n)
{
	return memmem(hay, len, needle, n);
}

static struct usage usage_of(int pid)
{
	struct usage u = {0};
	char path[64], line[512];
	unsigned long user = 0, system = 0;
	FILE *f;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return u;
	if (fgets(line, sizeof line, f) != NULL && strrchr(line, ')') != NULL)
		sscanf(strrchr(line, ')') + 2,
		       "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system);
	fclose(f);
	u.cpu_s = (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	f = fopen(path, "r");
	while (f != NULL && fgets(line, sizeof line, f) != NULL) {
		sscanf(line, "VmRSS: %ld", &u.rss_kb);
		sscanf(line, "VmHWM: %ld", &u.peak_kb);
	}
	if (f != NULL)
		fclose(f);
	return u;
}

static double own_cpu_s(void)
{
	struct rusage r;

	getrusage(RUSAGE_SELF, &r);
	return (double)(r.ru_utime.tv_sec + r.ru_stime.tv_sec) +
	       (double)(r.ru_utime.tv_usec + r.ru_stime.tv_usec) / 1e6;
}

static int by_value(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static void print_latencies(const char *name, int64_t *us, size_t n)
{
	qsort(us, n, sizeof *us, by_value);
	if (n == 0)
		printf(",\n \"%s\": null", name);
	else
		printf(",\n \"%s\": {\"n\": %zu, \"p50\": %.3f, \"p99\": %.3f, \"max\": %.3f}",
		       name, n, (double)us[n / 2] / 1e3, (double)us[n * 99 / 100] / 1e3,
		       (double)us[n - 1] / 1e3);
}

enum stage { ANSWER, LAST_CONSOLE, LAST_UNIT };

static size_t collect(struct bench *b, enum stage stage, int64_t from_us, int64_t *us)
{
	size_t n = 0;

	for (size_t i = 0; i < b->n_sent; i++) {
		const struct sent *r = &b->sent[i];
		const struct seen *s = &b->seen[r->seq % SEEN_SLOTS];

		if (r->acked_us == 0 || r->due_us < from_us)
			continue;
		if (stage == ANSWER)
			us[n++] = r->acked_us - r->due_us;
		else if (s->seq == r->seq && stage == LAST_CONSOLE &&
			 s->consoles >= b->consoles)
			us[n++] = s->last_console_us - r->due_us;
		else if (s->seq == r->seq && stage == LAST_UNIT && s->units >= b->units)
			us[n++] = s->last_unit_us - r->due_us;
	}
	return n;
}

struct span {
	int64_t start, from, stop, end; /* first due, first counted, last sent, all arrived */
	struct usage before[4], after[4];
	double own_before, own_after;
};

static void take_usage(const struct bench *b, struct usage *u)
{
	for (unsigned i = 0; i < b->n_pids; i++)
		u[i] = usage_of(b->pids[i]);
}

static void print_processes(const struct bench *b, const struct span *t, size_t reports)
{
	const double s = (double)(t->stop - t->from) / 1e6;
	double cpu_s = 0;

	for (unsigned i = 0; i < b->n_pids; i++)
		cpu_s += t->after[i].cpu_s - t->before[i].cpu_s;
	printf(",\n \"cpu_us_per_report\": %.1f", reports ? cpu_s * 1e6 / (double)reports : 0);
	printf(",\n \"generator_cpu_percent\": %.1f", 100 * (t->own_after - t->own_before) / s);
	printf(",\n \"processes\": [");
	for (unsigned i = 0; i < b->n_pids; i++)
		printf("%s{\"pid\": %d, \"cpu_s\": %.2f, \"cpu_percent\": %.1f, \"rss_mb\": "
		       "%.1f, "
		       "\"peak_mb\": %.1f}",
		       i ? ", " : "", b->pids[i], t->after[i].cpu_s - t->before[i].cpu_s,
		       100 * (t->after[i].cpu_s - t->before[i].cpu_s) / s,
		       (double)t->after[i].rss_kb / 1024, (double)t->after[i].peak_kb / 1024);
	printf("]");
}

static void print_result(struct bench *b, const struct span *t)
{
	int64_t *us = calloc(b->n_sent + 1, sizeof *us);
	size_t in_window = 0;
	int64_t last_ack = t->start;

	if (us == NULL)
		die("out of memory");
	for (size_t i = 0; i < b->n_sent; i++) {
		const int64_t at = b->sent[i].acked_us;

		in_window += at >= t->from && at <= t->stop;
		last_ack = at > last_ack ? at : last_ack;
	}
	printf("{\"sent\": %zu, \"acked\": %zu, \"refused\": %zu, \"acked_per_s\": %.0f",
	       b->n_sent, b->n_acked, b->n_refused,
	       (double)in_window * 1e6 / (double)(t->stop - t->from));
	printf(",\n \"all_acked_s\": %.3f, \"all_arrived_s\": %.3f",
	       (double)(last_ack - t->start) / 1e6,
	       b->last_event_us ? (double)(b->last_event_us - t->start) / 1e6 : 0);
	print_latencies("ack_ms", us, collect(b, ANSWER, t->from, us));
	print_latencies("console_ms", us,
			b->consoles ? collect(b, LAST_CONSOLE, t->from, us) : 0);
	print_latencies("unit_ms", us, b->units ? collect(b, LAST_UNIT, t->from, us) : 0);
	printf(",\n \"consoles\": %u, \"cut\": %u, \"lost\": %lu, \"repeated\": %lu, "
	       "\"wrong_words\": %lu, \"snapshots\": %lu",
	       b->consoles, b->consoles_cut, b->lost, b->repeated, b->wrong_words,
	       b->snapshots);
	printf(",\n \"frames\": %lu, \"events\": %lu, \"mb\": %.1f", b->frames, b->events,
	       (double)b->bytes / 1e6);
	printf(",\n \"units\": %u, \"unit_events\": %lu, \"unit_repeated\": %lu", b->units,
	       b->unit_events, b->unit_repeated);
	print_processes(b, t, in_window);
	printf(",\n \"head\": %lu}\n", b->head);
	free(us);
}

static bool all_arrived(const struct bench *b)
{
	return b->n_acked + b->n_refused == b->n_sent && consoles_behind(b) == 0 &&
	       (b->units == 0 || b->unit_events >= (uint64_t)b->units * b->n_acked);
}

static void run(struct bench *b)
{
	struct span t = {0};
	bool counting = false;
	int64_t quiet;

	senders_open(b);
	consoles_open(b);
	units_open(b);
	for (quiet = now_us() + 300000; now_us() < quiet;) {
		serve_events(b, 10);
		units_tend(b);
	}
	t.start = now_us();
	t.from = t.start + (int64_t)(b->warm * 1e6);
	senders_start(b, t.start);
	for (int64_t tended = t.start; !senders_done(b);) {
		senders_pump(b);
		serve_events(b, 100);
		if (!counting && now_us() >= t.from) {
			counting = true;
			take_usage(b, t.before);
			t.own_before = own_cpu_s();
		}
		if (now_us() - tended > 20000) {
			units_tend(b);
			tended = now_us();
		}
	}
	t.stop = now_us();
	take_usage(b, t.after);
	t.own_after = own_cpu_s();
	for (quiet = now_us() + 20000000; !all_arrived(b) && now_us() < quiet;) {
		serve_events(b, 10);
		units_tend(b);
	}
	if (b->count) { /* the work of a burst ends with its last arrival */
		t.stop = now_us();
		take_usage(b, t.after);
		t.own_after = own_cpu_s();
	}
	consoles_count_losses(b);
	print_result(b, &t);
}

static struct target parse_target(char *text)
{
	char *colon = strrchr(text, ':');

	if (colon == NULL)
		die("%s is not HOST:PORT", text);
	*colon = '\0';
	return (struct target){text, (unsigned)atoi(colon + 1)};
}

static const struct option options[] = {{"trusted", 1, NULL, 't'},
					{"stream", 1, NULL, 's'},
					{"mqtt", 1, NULL, 'm'},
					{"token", 1, NULL, 'T'},
					{"console-token", 1, NULL, 'C'},
					{"silent-token", 1, NULL, 'S'},
					{"connections", 1, NULL, 'c'},
					{"consoles", 1, NULL, 'n'},
					{"silent", 1, NULL, 'q'},
					{"stalled", 1, NULL, 'x'},
					{"units", 1, NULL, 'u'},
					{"rate", 1, NULL, 'r'},
					{"seconds", 1, NULL, 'd'},
					{"warm", 1, NULL, 'w'},
					{"count", 1, NULL, 'N'},
					{"pid", 1, NULL, 'p'},
					{"after", 1, NULL, 'a'},
					{"epoch", 1, NULL, 'e'},
					{"mqtt-user", 1, NULL, 'U'},
					{"mqtt-password", 1, NULL, 'P'},
					{"topic", 1, NULL, 'o'},
					{"run", 1, NULL, 'R'},
					{NULL, 0, NULL, 0}};

static void take_option(struct bench *b, int option, char *value)
{
	switch (option) {
	case 't':
		b->trusted = parse_target(value);
		break;
	case 's':
		b->stream = parse_target(value);
		break;
	case 'm':
		b->mqtt = parse_target(value);
		break;
	case 'T':
		b->token = value;
		break;
	case 'C':
		b->console_token = value;
		break;
	case 'S':
		b->silent_token = value;
		break;
	case 'c':
		b->connections = (unsigned)atoi(value);
		break;
	case 'n':
		b->consoles = (unsigned)atoi(value);
		break;
	case 'q':
		b->silent = (unsigned)atoi(value);
		break;
	case 'x':
		b->stalled = (unsigned)atoi(value);
		break;
	case 'u':
		b->units = (unsigned)atoi(value);
		break;
	case 'r':
		b->rate = atof(value);
		break;
	case 'd':
		b->seconds = atof(value);
		break;
	case 'w':
		b->warm = atof(value);
		break;
	case 'N':
		b->count = (size_t)atol(value);
		break;
	case 'a':
		b->after = strtoull(value, NULL, 10);
		break;
	case 'e':
		b->epoch = value;
		break;
	case 'U':
		b->mqtt_user = value;
		break;
	case 'P':
		b->mqtt_password = value;
		break;
	case 'o':
		b->mqtt_topic = value;
		break;
	case 'R':
		b->run = value;
		break;
	case 'p':
		if (b->n_pids < 4)
			b->pids[b->n_pids++] = atoi(value);
		break;
	default:
		exit(2);
	}
}

int main(int argc, char **argv)
{
	struct bench b = {.run = "0", .connections = 1, .seconds = 3, .warm = 0.5, .token = ""};
	struct rlimit files;

	for (int o; (o = getopt_long(argc, argv, "", options, NULL)) != -1;)
		take_option(&b, o, optarg);
	signal(SIGPIPE, SIG_IGN);
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE,
				&files); /* the connects will say what is missing */
	}
	b.epoll = epoll_create1(EPOLL_CLOEXEC);
	b.head = b.after;
	b.capacity = b.count ? b.count : 1000000;
	if (b.rate > 0 && b.count == 0)
		b.capacity = (size_t)(b.rate * b.seconds);
	b.sent = calloc(b.capacity, sizeof *b.sent);
	b.seen = calloc(SEEN_SLOTS, sizeof *b.seen);
	if (b.sent == NULL || b.seen == NULL || b.epoll < 0)
		die("out of memory");
	run(&b);
	return 0;
}
