/* ceiling PORT DIR MQTT-PORT [--inline] [user password]: the loop, HTTP, consoles, the broker.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <mosquitto.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ceiling.h"

enum { FDS = 20000, RING = 64 << 20, IN = 4096 };

struct conn {
	char *in;
	unsigned got;
	bool is_console, is_choked;
	unsigned index;  /* among the consoles */
	uint64_t offset; /* how much of the ring it has had */
};

static struct conn conns[FDS];
static int consoles[FDS];
static unsigned n_consoles;
static char *ring; /* frames for all consoles, one behind the other */
static uint64_t ring_head;
static int epoll_fd, listen_fd, wake_fd;
static struct mosquitto *broker;
static struct job *submitted, **submitted_end = &submitted;

static const struct {
	const char *word, *category;
} words[] = {
	{"banjir", "flood"},      {"begal", "crime"},        {"pencurian", "crime"},
	{"kecelakaan", "crash"},  {"tabrakan", "crash"},     {"longsor", "landslide"},
	{"tawuran", "crime"},     {"pingsan", "medical"},    {"serangan jantung", "medical"},
	{"tenggelam", "rescue"},  {"pohon tumbang", "tree"}, {"gempa", "earthquake"},
	{"kebocoran gas", "gas"}, {"jalan rusak", "road"},   {"sampah", "waste"},
	{"lampu jalan", "light"}, {"asap", "fire"},          {"kebakaran", "fire_building"},
};

static const char *verdict(const char *text)
{
	const char *category = "review";

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcasestr(text, words[i].word) != NULL)
			category = words[i].category;
	return category;
}

static void drop(int fd)
{
	struct conn *c = &conns[fd];

	if (c->is_console) {
		n_consoles--;
		consoles[c->index] = consoles[n_consoles];
		conns[consoles[c->index]].index = c->index;
	}
	free(c->in);
	*c = (struct conn){0};
	close(fd);
}

static void ring_append(const void *bytes, size_t len)
{
	const size_t at = ring_head % RING, first = len < RING - at ? len : RING - at;

	memcpy(ring + at, bytes, first);
	memcpy(ring, (const char *)bytes + first, len - first);
	ring_head += len;
}

static void send_ring(int fd)
{
	struct conn *c = &conns[fd];

	if (ring_head - c->offset > RING) {
		drop(fd);
		return;
	}
	while (c->offset < ring_head) {
		const size_t at = c->offset % RING, left = ring_head - c->offset;
		const ssize_t n = write(fd, ring + at, left < RING - at ? left : RING - at);

		c->is_choked = n < 0 && errno == EAGAIN;
		if (n <= 0)
			return;
		c->offset += (uint64_t)n;
	}
}

static size_t frame_header(uint8_t *out, size_t len)
{
	out[0] = 0x81;
	out[1] = len < 126 ? (uint8_t)len : 126;
	out[2] = (uint8_t)(len >> 8);
	out[3] = (uint8_t)len;
	return len < 126 ? 2 : 4;
}

static void answer(const struct job *j)
{
	char out[700];
	char body[500];
	const int n = snprintf(
		body, sizeof body,
		"{\"id\":\"R-01JDFE4D2V%016lu\",\"incident_id\":\"I-01JDFE4D2V%016lu\","
		"\"tracking_id\":\"%lu\",\"seq\":%lu,\"duplicate_of\":null,"
		"\"classification\":{\"disposition\":\"emergency\",\"priority\":1,"
		"\"category\":\"%s\",\"agencies\":[\"fire\",\"health\",\"police\"]}}",
		j->seq, j->seq, 7000000 + j->seq, j->seq, j->category);
	const int len = snprintf(out, sizeof out,
				 "HTTP/1.1 201 Created\r\nContent-Type: application/json\r\n"
				 "Content-Length: %d\r\n\r\n%s",
				 n, body);

	(void)!write(j->fd, out, (size_t)len);
}

/* To each agency its event, and as what the broker keeps the same bytes. */
static void publish(const struct job *j)
{
	static const char *const agencies[] = {"fire", "health", "police"};
	char topic[128];

	for (unsigned i = 0; i < 3; i++) {
		snprintf(topic, sizeof topic, "tangi/v1/cirebon/agency/%s/events", agencies[i]);
		mosquitto_publish(broker, NULL, topic, (int)j->event_len, j->event, 1, false);
		snprintf(topic, sizeof topic,
			 "tangi/v1/cirebon/agency/%s/incidents/I-01JDFE4D2V%016lu", agencies[i],
			 j->seq);
		mosquitto_publish(broker, NULL, topic, (int)j->event_len, j->event, 1, true);
	}
}

static void deliver(struct job *jobs)
{
	for (struct job *j = jobs; j != NULL; j = j->next) {
		uint8_t header[4];

		answer(j);
		ring_append(header, frame_header(header, j->event_len));
		ring_append(j->event, j->event_len);
	}
	for (unsigned i = n_consoles; i-- > 0;)
		if (!conns[consoles[i]].is_choked)
			send_ring(consoles[i]);
	while (jobs != NULL) {
		struct job *next = jobs->next;

		publish(jobs);
		free(jobs);
		jobs = next;
	}
}

static void upgrade(int fd, const char *head)
{
	static const char guid[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
	struct conn *c = &conns[fd];
	const char *key = strcasestr(head, "Sec-WebSocket-Key: ") + 19;
	char joined[100], out[400];
	unsigned char sha[EVP_MAX_MD_SIZE], base[64];
	uint8_t header[4];
	int n = snprintf(joined, sizeof joined, "%.24s%s", key, guid);
	size_t len;

	EVP_Digest(joined, (size_t)n, sha, NULL, EVP_sha1(), NULL);
	EVP_EncodeBlock(base, sha, 20);
	n = snprintf(out, sizeof out,
		     "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: "
		     "Upgrade\r\n"
		     "Sec-WebSocket-Protocol: tangi.v1\r\nSec-WebSocket-Accept: %s\r\n\r\n",
		     base);
	(void)!write(fd, out, (size_t)n);
	n = snprintf(joined, sizeof joined, "{\"type\":\"tick\",\"seq\":%lu,\"epoch\":\"0\"}",
		     store_head());
	len = frame_header(header, (size_t)n);
	memcpy(out, header, len);
	memcpy(out + len, joined, (size_t)n);
	(void)!write(fd, out, len + (size_t)n);
	c->is_console = true;
	c->offset = ring_head;
	c->index = n_consoles;
	consoles[n_consoles++] = fd;
}

static void take_report(int fd, const char *body, size_t len)
{
	struct job *j = malloc(sizeof *j);

	if (j == NULL || len >= sizeof j->body)
		exit(1);
	memcpy(j->body, body, len);
	j->body[len] = '\0';
	j->body_len = (unsigned)len;
	j->fd = fd;
	j->next = NULL;
	j->category = verdict(j->body);
	*submitted_end = j;
	submitted_end = &j->next;
}

static void read_conn(int fd)
{
	struct conn *c = &conns[fd];
	ssize_t n;
	char *end, *length;
	size_t len;

	if (c->in == NULL)
		c->in = malloc(IN);
	if (c->in == NULL)
		exit(1);
	n = read(fd, c->in + c->got, IN - 1 - c->got);
	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		drop(fd);
		return;
	}
	if (c->is_console)
		return; /* whatever it says: it follows from now on */
	c->got += (unsigned)n;
	c->in[c->got] = '\0';
	end = strstr(c->in, "\r\n\r\n");
	if (end == NULL)
		return;
	if (memcmp(c->in, "GET ", 4) == 0) {
		upgrade(fd, c->in);
		c->got = 0;
		return;
	}
	length = strcasestr(c->in, "content-length:");
	len = length == NULL ? 0 : strtoul(length + 15, NULL, 10);
	if (c->got < (size_t)(end + 4 - c->in) + len)
		return;
	take_report(fd, end + 4, len);
	c->got = 0;
}

static void accept_all(void)
{
	int fd, one = 1;

	while ((fd = accept4(listen_fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC)) >= 0) {
		struct epoll_event e = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.fd = fd};

		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
		epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
	}
}

static void serve(void)
{
	struct epoll_event events[512];
	const int n = epoll_wait(epoll_fd, events, 512, 1000);

	for (int i = 0; i < n; i++) {
		const int fd = events[i].data.fd;

		if (fd == listen_fd) {
			accept_all();
		} else if (fd == wake_fd) {
			uint64_t count;

			(void)!read(fd, &count, sizeof count);
			deliver(store_done());
		} else if (fd == mosquitto_socket(broker)) {
			mosquitto_loop_read(broker, 1);
		} else {
			if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
				read_conn(fd);
			if (conns[fd].is_console && events[i].events & EPOLLOUT)
				send_ring(fd);
		}
	}
	if (submitted != NULL) {
		store_commit(submitted);
		submitted = NULL;
		submitted_end = &submitted;
		deliver(store_done());
	}
	if (mosquitto_want_write(broker))
		mosquitto_loop_write(broker, 1);
	mosquitto_loop_misc(broker);
}

static void add(int fd)
{
	struct epoll_event e = {.events = EPOLLIN, .data.fd = fd};

	epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &e);
}

static void open_listener(unsigned port)
{
	struct sockaddr_in at = {.sin_family = AF_INET,
				 .sin_port = htons((uint16_t)port),
				 .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	int one = 1;

	listen_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	setsockopt(listen_fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
	if (bind(listen_fd, (struct sockaddr *)&at, sizeof at) < 0 ||
	    listen(listen_fd, 4096) < 0) {
		perror("listen");
		exit(1);
	}
}

int main(int argc, char **argv)
{
	const bool is_inline = argc > 4 && strcmp(argv[4], "--inline") == 0;
	const int account = is_inline ? 5 : 4;
	struct rlimit files;

	if (argc < 4)
		return 2;
	signal(SIGPIPE, SIG_IGN);
	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < FDS ? files.rlim_max : FDS;
	setrlimit(RLIMIT_NOFILE, &files);
	ring = malloc(RING);
	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	wake_fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	mosquitto_lib_init();
	broker = mosquitto_new("ceiling", true, NULL);
	mosquitto_max_inflight_messages_set(broker, 0);
	if (argc > account + 1)
		mosquitto_username_pw_set(broker, argv[account], argv[account + 1]);
	if (ring == NULL || mosquitto_connect(broker, "127.0.0.1", atoi(argv[3]), 60) != 0) {
		fprintf(stderr, "no broker\n");
		return 1;
	}
	store_open(argv[2], is_inline, wake_fd);
	open_listener((unsigned)atoi(argv[1]));
	add(listen_fd);
	add(wake_fd);
	add(mosquitto_socket(broker));
	for (;;)
		serve();
}
