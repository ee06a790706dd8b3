#include "mast.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/err.h"

struct packet {
	unsigned char type, *bytes;
	size_t len, at;
};

static bool read_all(int fd, void *to, size_t len)
{
	unsigned char *at = to;

	while (len > 0) {
		ssize_t n = recv(fd, at, len, 0);

		if (n <= 0)
			return false;
		at += n;
		len -= (size_t)n;
	}
	return true;
}

static bool read_packet(int fd, struct packet *packet)
{
	unsigned char byte;
	unsigned shift = 0;

	*packet = (struct packet){.len = 0};
	if (!read_all(fd, &packet->type, 1))
		return false;
	do {
		if (!read_all(fd, &byte, 1))
			return false;
		packet->len |= (size_t)(byte & 127) << shift;
		shift += 7;
	} while (byte & 128);
	packet->bytes = calloc(1, packet->len + 1);
	return read_all(fd, packet->bytes, packet->len);
}

static unsigned take_byte(struct packet *packet)
{
	return packet->at < packet->len ? packet->bytes[packet->at++] : 0;
}

static unsigned take_number(struct packet *packet)
{
	unsigned high = take_byte(packet);

	return high << 8 | take_byte(packet);
}

static void take_text(struct packet *packet, char *text_r, size_t size)
{
	size_t len = take_number(packet);

	if (packet->at + len > packet->len)
		len = 0;
	snprintf(text_r, size, "%.*s", (int)len, (char *)packet->bytes + packet->at);
	packet->at += len;
}

static void pass_properties(struct packet *packet, int level)
{
	size_t len = 0;
	unsigned shift = 0, byte;

	if (level < 5)
		return;
	do {
		byte = take_byte(packet);
		len |= (size_t)(byte & 127) << shift;
		shift += 7;
	} while (byte & 128);
	packet->at += len;
}

static void say(struct mast *mast, const void *bytes, size_t len)
{
	pthread_mutex_lock(&mast->line_lock);
	(void)!send(mast->fd, bytes, len, MSG_NOSIGNAL); /* who is gone hears nothing */
	pthread_mutex_unlock(&mast->line_lock);
}

static void read_connect(struct mast *mast, struct packet *packet, int *level_r)
{
	char name[8], text[160];
	unsigned flags;

	take_text(packet, name, sizeof(name));
	*level_r = (int)take_byte(packet);
	flags = take_byte(packet);
	mast->is_clean = flags >> 1 & 1;
	mast->wish_count = 0;
	(void)take_number(packet);
	pass_properties(packet, *level_r);
	take_text(packet, text, sizeof(text));
	pthread_mutex_lock(&mast->lock);
	pass_properties(packet, *level_r); /* the will's */
	take_text(packet, mast->will.topic, sizeof(mast->will.topic));
	take_text(packet, mast->will.payload, sizeof(mast->will.payload));
	mast->will.is_retained = flags >> 5 & 1;
	take_text(packet, text, sizeof(text));
	take_text(packet, mast->password, sizeof(mast->password));
	pthread_mutex_unlock(&mast->lock);
}

/* False: and hangs up. */
static bool greet(struct mast *mast, int level)
{
	static const unsigned char good[2][5] = {{0x20, 2, 0, 0}, {0x20, 3, 0, 0, 0}};
	static const unsigned char shut[2][5] = {{0x20, 2, 0, 5}, {0x20, 3, 0, 0x87, 0}};
	static const unsigned char old[] = {0x20, 2, 0, 1};
	static const unsigned char forgetful[] = {0x20, 5, 0, 0, 2, 0x25, 0};
	enum mast_manner manner = mast->manner;
	bool is_v5 = level == 5;

	if (manner == MAST_RUDE && is_v5)
		return false;
	if (manner == MAST_OLD && is_v5)
		say(mast, old, sizeof(old));
	else if (manner == MAST_SHUT)
		say(mast, shut[is_v5], is_v5 ? 5 : 4);
	else if (manner == MAST_FORGETFUL && is_v5)
		say(mast, forgetful, sizeof(forgetful));
	else
		say(mast, good[is_v5], is_v5 ? 5 : 4);
	return true;
}

static bool take_publish(struct mast *mast, struct packet *packet, int level)
{
	struct mast_message message = {.is_retained = packet->type & 1, .level = level};
	unsigned mid;

	take_text(packet, message.topic, sizeof(message.topic));
	mid = take_number(packet);
	pass_properties(packet, level);
	snprintf(message.payload, sizeof(message.payload), "%s",
		 (char *)packet->bytes + packet->at);
	pthread_mutex_lock(&mast->lock);
	if (mast->count < MAST_HEARD)
		mast->heard[mast->count++] = message;
	pthread_mutex_unlock(&mast->lock);
	atomic_fetch_add(&mast->published, 1);
	if (strcmp(message.payload, "poison") == 0)
		return false;
	if (strcmp(message.payload, "forbidden") == 0 && level == 5) {
		unsigned char no[] = {0x40, 3, (unsigned char)(mid >> 8), (unsigned char)mid,
				      0x87};

		say(mast, no, sizeof(no));
	} else {
		unsigned char yes[] = {0x40, 2, (unsigned char)(mid >> 8), (unsigned char)mid};

		say(mast, yes, sizeof(yes));
	}
	return true;
}

static void take_subscribe(struct mast *mast, struct packet *packet, int level)
{
	unsigned mid = take_number(packet);
	unsigned char qos = 0,
		      head[] = {0x90, 3, (unsigned char)(mid >> 8), (unsigned char)mid, 0};
	struct mast_wish wish;

	pass_properties(packet, level);
	take_text(packet, wish.topic, sizeof(wish.topic));
	qos = (unsigned char)take_byte(packet);
	wish.qos = qos;
	pthread_mutex_lock(&mast->lock);
	if (mast->wish_count < 8)
		mast->wishes[mast->wish_count] = wish;
	pthread_mutex_unlock(&mast->lock);
	atomic_fetch_add(&mast->wish_count, 1);
	head[4] = mast->manner == MAST_MUTE ? 0x80 : qos;
	say(mast, head, sizeof(head));
}

void mast_say(struct mast *mast, const char *topic, const char *payload, unsigned mid)
{
	unsigned char bytes[512];
	size_t topic_len = strlen(topic), len = strlen(payload), at = 4;

	if (topic_len + len > 120)
		fatal("the broker of the tests says short things");
	bytes[0] = mid != 0 ? 0x32 : 0x30;
	bytes[1] = (unsigned char)(2 + topic_len + (mid != 0 ? 2 : 0) + len);
	bytes[2] = 0;
	bytes[3] = (unsigned char)topic_len;
	memcpy(bytes + at, topic, topic_len);
	at += topic_len;
	if (mid != 0) {
		bytes[at++] = (unsigned char)(mid >> 8);
		bytes[at++] = (unsigned char)mid;
	}
	memcpy(bytes + at, payload, len);
	say(mast, bytes, at + len);
}

static bool take_packet(struct mast *mast, struct packet *packet, int *level)
{
	static const unsigned char pong[] = {0xd0, 0};

	switch (packet->type >> 4) {
	case 1:
		read_connect(mast, packet, level);
		return greet(mast, *level);
	case 3:
		return take_publish(mast, packet, *level);
	case 4:
		atomic_fetch_add(&mast->acked, 1);
		return true;
	case 8:
		take_subscribe(mast, packet, *level);
		return true;
	case 12:
		say(mast, pong, sizeof(pong));
		return true;
	case 14:
		atomic_fetch_add(&mast->goodbyes, 1);
		return false;
	default:
		return true;
	}
}

static void hold(struct mast *mast, int fd)
{
	struct packet packet;
	int level = 4;
	bool goes_on = true;

	while (goes_on) {
		goes_on = read_packet(fd, &packet) && take_packet(mast, &packet, &level);
		free(packet.bytes);
	}
}

/* The number of a socket is closed and given to the next one under the lock under which a test
 * speaks by it: it would speak to whoever has the number now. */
static void set_line(struct mast *mast, int fd)
{
	pthread_mutex_lock(&mast->line_lock);
	if (mast->fd >= 0)
		close(mast->fd);
	mast->fd = fd;
	pthread_mutex_unlock(&mast->line_lock);
}

static void *run(void *ctx)
{
	struct mast *mast = ctx;
	int fd, on = 1;

	while (!mast->is_over && (fd = accept(mast->listener, NULL, NULL)) >= 0) {
		setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
		set_line(mast, fd);
		atomic_fetch_add(&mast->lines, 1);
		hold(mast, fd);
		set_line(mast, -1);
	}
	return NULL;
}

void mast_start(struct mast *mast)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(address);

	*mast = (struct mast){.fd = -1,
			      .line_lock = PTHREAD_MUTEX_INITIALIZER,
			      .lock = PTHREAD_MUTEX_INITIALIZER};
	mast->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(mast->listener, (struct sockaddr *)&address, len) < 0 ||
	    getsockname(mast->listener, (struct sockaddr *)&address, &len) < 0 ||
	    listen(mast->listener, 8) < 0)
		fatal("no port for a broker");
	mast->port = ntohs(address.sin_port);
	pthread_create(&mast->thread, NULL, run, mast);
}

void mast_hang_up(struct mast *mast)
{
	pthread_mutex_lock(&mast->line_lock);
	shutdown(mast->fd, SHUT_RDWR);
	pthread_mutex_unlock(&mast->line_lock);
}

void mast_stop(struct mast *mast)
{
	mast->is_over = true;
	shutdown(mast->listener, SHUT_RDWR);
	mast_hang_up(mast);
	pthread_join(mast->thread, NULL);
	close(mast->listener);
}

bool mast_heard(struct mast *mast, unsigned i, struct mast_message *message_r)
{
	bool is_there;

	pthread_mutex_lock(&mast->lock);
	is_there = i < mast->count;
	if (is_there)
		*message_r = mast->heard[i];
	pthread_mutex_unlock(&mast->lock);
	return is_there;
}
