#include "net/mqtt_ear.h"

#include <errno.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/field.h"
#include "net/mqtt_keeper.h"

#define STEP_MS      1000
#define KEEPALIVE_S  15
#define UP_WITHIN_US 10000000 /* from the first byte until we may listen */
#define BATCH        64       /* messages that go to the loop together */
#define LIGHT_MAX    1024     /* positions on their way to the loop; more are dropped */

/* What is listened to. */
static const struct {
	enum field_leaf leaf;
	int qos;
} ears[] = {
	{FIELD_ACK, 1},      {FIELD_STATUS, 1},   {FIELD_SYNC, 1},
	{FIELD_PRESENCE, 1}, {FIELD_POSITION, 0},
};

#define EARS (sizeof(ears) / sizeof(ears[0]))

struct mqtt_ear {
	struct mqtt_keeper keeper; /* its letters are struct mqtt_heard */
	struct metrics *metrics;
	atomic_bool is_hushed;
	atomic_uint light; /* positions that the loop has not given back */

	/* The thread's own. */
	struct mosquitto *client;
	unsigned number; /* of the line */
	bool is_greeted, has_asked, is_up;
	unsigned granted; /* subscriptions */
	unsigned awaited; /* told to the loop and not given back */
	int64_t opened_us;
	char why[160]; /* not "": the line is broken */
};

static int64_t now_us(void)
{
	return clock_system.mono_us(&clock_system);
}

static void break_line(struct mqtt_ear *ear, const char *why)
{
	if (ear->why[0] == '\0')
		snprintf(ear->why, sizeof(ear->why), "%s", why);
}

static void check(struct mqtt_ear *ear, int code)
{
	if (code != MOSQ_ERR_SUCCESS)
		break_line(ear, mqtt_reason(code));
}

static bool is_over(const void *self)
{
	const struct mqtt_ear *ear = self;

	return atomic_load(&ear->is_hushed) && ear->awaited == 0;
}

/* --- what is heard --- */

static struct mqtt_heard *heard_new(enum mqtt_heard_kind kind, const char *topic,
				    const void *payload, size_t len)
{
	size_t topic_size = strlen(topic) + 1;
	struct mqtt_heard *heard = xcalloc(1, sizeof(*heard) + topic_size + len + 1);

	heard->kind = kind;
	heard->len = len;
	heard->payload = heard->topic + topic_size;
	memcpy(heard->topic, topic, topic_size);
	if (len > 0)
		memcpy(heard->topic + topic_size, payload, len);
	list_init(&heard->node);
	return heard;
}

static void tell(struct mqtt_ear *ear, enum mqtt_heard_kind kind, const char *text)
{
	struct mqtt_heard *heard = heard_new(kind, text, NULL, 0);

	list_append(&ear->keeper.fresh, &heard->node);
}

/* What is longer than anything that may be said is not copied whole: it is refused anyway. */
static void on_message(struct mosquitto *client, void *ctx,
		       const struct mosquitto_message *message)
{
	struct mqtt_ear *ear = ctx;
	size_t len = message->payloadlen > 0 ? (size_t)message->payloadlen : 0;
	struct mqtt_heard *heard;

	(void)client;
	if (message->qos == 0 && atomic_load(&ear->light) >= LIGHT_MAX) {
		metrics_add(ear->metrics, METRIC_FIELD_DROPPED, 1);
		return;
	}
	heard = heard_new(HEARD_WORD, message->topic, message->payload,
			  len <= FIELD_MAX_BYTES ? len : FIELD_MAX_BYTES + 1);
	heard->is_kept = message->retain;
	heard->line = ear->number;
	heard->is_awaited = message->qos > 0;
	if (heard->is_awaited)
		ear->awaited++;
	else
		atomic_fetch_add(&ear->light, 1);
	list_append(&ear->keeper.fresh, &heard->node);
}

static void take_back(struct mqtt_ear *ear, struct mqtt_heard *heard)
{
	if (heard->is_awaited && heard->line == ear->number) {
		ear->awaited--;
		if (heard->is_later)
			break_line(ear,
				   "what was said could not be kept, and has to come again");
	}
	xfree(heard);
}

static void take(void *self, struct list *letters)
{
	struct list *node;

	while ((node = list_take(letters)) != NULL)
		take_back(self, LIST_ITEM(node, struct mqtt_heard, node));
}

/* --- a line --- */

static void on_connect(struct mosquitto *client, void *ctx, int code)
{
	struct mqtt_ear *ear = ctx;

	(void)client;
	ear->is_greeted = code == 0;
	if (code != 0)
		break_line(ear, mosquitto_connack_string(code));
}

static void on_disconnect(struct mosquitto *client, void *ctx, int code)
{
	(void)client;
	break_line(ctx, code == 0 ? "closed" : mqtt_reason(code));
}

static void on_subscribe(struct mosquitto *client, void *ctx, int mid, int count,
			 const int *granted)
{
	struct mqtt_ear *ear = ctx;

	(void)client, (void)mid;
	if (count != 1 || granted[0] > 2) {
		break_line(ear, "may not listen to the units");
		return;
	}
	if (++ear->granted < EARS)
		return;
	ear->is_up = true;
	mqtt_keeper_has_line(&ear->keeper);
	tell(ear, HEARD_UP, "");
}

/* At each connection: a broker that has forgotten the session keeps nothing for us, and one
 * that has not says once more what it keeps of who is there. */
static void ask(struct mqtt_ear *ear)
{
	ear->has_asked = true;
	for (size_t i = 0; i < EARS; i++) {
		char topic[MQTT_TOPIC_SIZE];

		snprintf(topic, sizeof(topic), "%s/unit/+/%s", ear->keeper.address.topics.base,
			 field_leaf_names[ears[i].leaf]);
		check(ear, mosquitto_subscribe(ear->client, NULL, topic, ears[i].qos));
	}
}

/* MQTT 3.1.1, where a session stays until it is ended: the library's connect that does not
 * block cannot say how long one of MQTT 5 is to last. */
static void open_line(struct mqtt_ear *ear)
{
	struct err err;
	char name[64];

	ear->number++;
	ear->is_greeted = ear->has_asked = ear->is_up = false;
	ear->granted = ear->awaited = 0;
	ear->why[0] = '\0';
	ear->opened_us = now_us();
	snprintf(name, sizeof(name), "tangi-ear-%s",
		 strrchr(ear->keeper.address.topics.base, '/') + 1);
	ear->client = mosquitto_new(name, false, ear);
	if (ear->client == NULL) {
		break_line(ear, strerror(errno));
		return;
	}
	mosquitto_connect_callback_set(ear->client, on_connect);
	mosquitto_disconnect_callback_set(ear->client, on_disconnect);
	mosquitto_subscribe_callback_set(ear->client, on_subscribe);
	mosquitto_message_callback_set(ear->client, on_message);
	/* As for a thread of the library's: then nothing is written before we say so. */
	check(ear, mosquitto_threaded_set(ear->client, true));
	check(ear,
	      mosquitto_int_option(ear->client, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V311));
	check(ear, mosquitto_int_option(ear->client, MOSQ_OPT_TCP_NODELAY, 1));
	if (mqtt_address_sign_in(&ear->keeper.address, ear->client, &err) < 0)
		break_line(ear, err.text);
	if (ear->why[0] == '\0')
		check(ear, mosquitto_connect_async(ear->client, ear->keeper.address.host,
						   ear->keeper.address.port, KEEPALIVE_S));
}

static bool is_readable(const struct mqtt_ear *ear)
{
	struct pollfd fd = {.fd = mosquitto_socket(ear->client), .events = POLLIN};

	return fd.fd >= 0 && poll(&fd, 1, 0) > 0;
}

static void hear(struct mqtt_ear *ear)
{
	for (int i = 0; i < BATCH && ear->why[0] == '\0' && is_readable(ear); i++) {
		errno = 0; /* the library looks at what its calls left there */
		check(ear, mosquitto_loop_read(ear->client, 1));
	}
}

static void speak(struct mqtt_ear *ear)
{
	if (ear->why[0] != '\0' || ear->awaited > 0 || !mosquitto_want_write(ear->client))
		return;
	errno = 0;
	check(ear, mosquitto_loop_write(ear->client, 1));
}

/* While something is with the loop the broker is neither heard nor answered. */
static void wait_for_some(struct mqtt_ear *ear)
{
	struct pollfd fds[2] = {{.fd = -1}, {.fd = ear->keeper.wake_fd, .events = POLLIN}};

	if (ear->awaited == 0) {
		fds[0].fd = mosquitto_socket(ear->client);
		fds[0].events = POLLIN;
		if (mosquitto_want_write(ear->client))
			fds[0].events |= POLLOUT;
	}
	if (poll(fds, 2, STEP_MS) < 0 && errno != EINTR)
		break_line(ear, strerror(errno));
}

static void step(struct mqtt_ear *ear)
{
	wait_for_some(ear);
	mqtt_keeper_empty_box(&ear->keeper);
	speak(ear);
	if (ear->awaited == 0 && !atomic_load(&ear->is_hushed))
		hear(ear);
	if (ear->why[0] == '\0' && ear->is_greeted && !ear->has_asked)
		ask(ear);
	if (ear->why[0] == '\0')
		check(ear, mosquitto_loop_misc(ear->client));
	speak(ear);
	if (!ear->is_up && now_us() - ear->opened_us > UP_WITHIN_US)
		break_line(ear, "no answer");
}

/* In good order, so that the broker does not count it as a failure; the session stays. */
static void close_line(struct mqtt_ear *ear)
{
	if (ear->client != NULL && ear->why[0] == '\0' && ear->awaited == 0 &&
	    mosquitto_disconnect(ear->client) == MOSQ_ERR_SUCCESS)
		(void)mosquitto_loop_write(ear->client, 1); /* it hears the line end at least */
	mosquitto_destroy(ear->client);
	ear->client = NULL;
}

static void hold(void *self)
{
	struct mqtt_ear *ear = self;

	open_line(ear);
	while (ear->why[0] == '\0' && !mqtt_keeper_is_to_end(&ear->keeper)) {
		step(ear);
		mqtt_keeper_send(&ear->keeper);
	}
	tell(ear, HEARD_DOWN, ear->why);
	close_line(ear);
	/* What of this line is still with the loop is no longer waited for. */
	ear->awaited = 0;
}

static void free_heard(struct list *node)
{
	xfree(LIST_ITEM(node, struct mqtt_heard, node));
}

static const struct mqtt_trade trade = {.name = "mqtt-ear",
					.hold = hold,
					.take = take,
					.is_over = is_over,
					.free_letter = free_heard};

/* --- what the loop calls --- */

int mqtt_ear_open(struct mqtt_ear **ear_r, const struct mqtt_settings *settings,
		  const struct mqtt_topics *topics, struct metrics *metrics,
		  void (*wake)(void *ctx), void *ctx, struct err *err)
{
	struct mqtt_ear *ear = xcalloc(1, sizeof(*ear));

	ear->metrics = metrics;
	if (mqtt_keeper_open(&ear->keeper, &trade, ear, settings, topics, "", wake, ctx, err) <
	    0) {
		xfree(ear);
		return -1;
	}
	*ear_r = ear;
	return 0;
}

void mqtt_ear_hush(struct mqtt_ear *ear)
{
	atomic_store(&ear->is_hushed, true);
	mqtt_keeper_wake(&ear->keeper);
}

void mqtt_ear_close(struct mqtt_ear **ear)
{
	struct mqtt_ear *mine = *ear;

	*ear = NULL;
	if (mine != NULL && mqtt_keeper_close(&mine->keeper))
		xfree(mine);
}

void mqtt_ear_take(struct mqtt_ear *ear, struct list *heard_r)
{
	(void)mailbox_take_all(&ear->keeper.out, heard_r);
}

void mqtt_ear_give_back(struct mqtt_ear *ear, struct mqtt_heard **heard)
{
	struct mqtt_heard *mine = *heard;

	*heard = NULL;
	if (mine->kind == HEARD_WORD && mine->is_awaited) {
		mailbox_put(&ear->keeper.in, &mine->node);
		return;
	}
	if (mine->kind == HEARD_WORD)
		atomic_fetch_sub(&ear->light, 1);
	xfree(mine);
}
