/* Units: MQTT subscribers of an agency's events, QoS 1, in the generator's own loop. */
#include <mosquitto.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>

#include "bench.h"

struct unit {
	struct source source;
	struct bench *b;
	struct mosquitto *m;
	uint64_t last;
};

static struct {
	struct unit *all;
	unsigned n;
} units;

static void unit_ready(struct source *source, uint32_t events)
{
	struct unit *u = (struct unit *)source;

	(void)events;
	if (mosquitto_loop_read(u->m, 1) != MOSQ_ERR_SUCCESS)
		die("a unit lost the broker");
}

static void on_message(struct mosquitto *m, void *ctx, const struct mosquitto_message *message)
{
	struct unit *u = ctx;
	struct seen *s;
	const char *p = memmem(message->payload, (size_t)message->payloadlen, "\"seq\":", 6);
	const uint64_t seq = p == NULL ? 0 : strtoull(p + 6, NULL, 10);

	(void)m;
	if (seq <= u->b->after)
		return;
	if (seq <= u->last) {
		u->b->unit_repeated++;
		return;
	}
	u->last = seq;
	u->b->unit_events++;
	s = seen_slot(u->b, seq);
	s->units++;
	s->last_unit_us = now_us();
}

static void on_subscribe(struct mosquitto *m, void *ctx, int mid, int n, const int *granted)
{
	struct unit *u = ctx;

	(void)m;
	(void)mid;
	if (n < 1 || granted[0] != 1)
		die("the broker does not let a unit subscribe");
	u->b->units_ready++;
}

static void on_connect(struct mosquitto *m, void *ctx, int code)
{
	struct unit *u = ctx;

	if (code != 0)
		die("the broker refuses a unit: %d", code);
	mosquitto_subscribe(m, NULL, u->b->mqtt_topic, 1);
}

static void open_unit(struct bench *b, struct unit *u, unsigned i)
{
	char name[64];

	snprintf(name, sizeof name, "bench-%s-%u", b->run, i);
	u->b = b;
	u->m = mosquitto_new(name, true, u);
	if (b->mqtt_user != NULL)
		mosquitto_username_pw_set(u->m, b->mqtt_user, b->mqtt_password);
	mosquitto_connect_callback_set(u->m, on_connect);
	mosquitto_subscribe_callback_set(u->m, on_subscribe);
	mosquitto_message_callback_set(u->m, on_message);
	if (mosquitto_connect(u->m, b->mqtt.host, (int)b->mqtt.port, 60) != MOSQ_ERR_SUCCESS)
		die("no broker at %s:%u", b->mqtt.host, b->mqtt.port);
	u->source = (struct source){unit_ready, mosquitto_socket(u->m)};
	watch(b, &u->source, EPOLLIN, true);
}

void units_open(struct bench *b)
{
	const int64_t patience = now_us() + 10000000;

	mosquitto_lib_init();
	units.n = b->units;
	units.all = calloc(b->units + 1, sizeof *units.all);
	for (unsigned i = 0; i < b->units; i++)
		open_unit(b, &units.all[i], i);
	while (b->units_ready < b->units) {
		serve_events(b, 10);
		units_tend(b);
		if (now_us() > patience)
			die("%u of %u units came in", b->units_ready, b->units);
	}
}

void units_tend(struct bench *b)
{
	(void)b;
	for (unsigned i = 0; i < units.n; i++) {
		if (mosquitto_want_write(units.all[i].m))
			mosquitto_loop_write(units.all[i].m, 1);
		mosquitto_loop_misc(units.all[i].m);
	}
}
