#include "cmd/simulate_radio.h"

#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"

#define KEEPALIVE_S  30
#define REST_MS      1000
#define SESSION_S    3600
#define WAITING_MAX  64 /* words that wait for the line */
#define RADIO_TOPIC  160
#define TROUBLE_SIZE 160

struct waiting {
	const char *leaf; /* a literal */
	char *payload;
};

struct radio {
	struct radio_settings settings;
	radio_heard_fn *heard;
	void *ctx;
	struct mosquitto *line;
	bool is_on, is_up;
	int64_t rest_until_ms;
	struct waiting waiting[WAITING_MAX];
	unsigned waiting_count;
	char trouble[TROUBLE_SIZE];
};

/* What a crew says goes to the same topics in earnest and in an exercise. */
static void own_topic(const struct radio *radio, const char *leaf, char topic_r[RADIO_TOPIC])
{
	snprintf(topic_r, RADIO_TOPIC, "tangi/v1/%s/unit/%s/%s", radio->settings.city,
		 radio->settings.unit, leaf);
}

static void say_now(struct radio *radio, const char *leaf, const char *payload)
{
	bool is_position = strcmp(leaf, "position") == 0;
	bool is_kept = strcmp(leaf, "presence") == 0;
	char topic[RADIO_TOPIC];
	int rc;

	own_topic(radio, leaf, topic);
	rc = mosquitto_publish(radio->line, NULL, topic, (int)strlen(payload), payload,
			       is_position ? 0 : 1, is_kept);
	if (rc != MOSQ_ERR_SUCCESS)
		snprintf(radio->trouble, sizeof(radio->trouble), "%s", mosquitto_strerror(rc));
}

static void say_what_waited(struct radio *radio)
{
	for (unsigned i = 0; i < radio->waiting_count; i++) {
		say_now(radio, radio->waiting[i].leaf, radio->waiting[i].payload);
		xfree(radio->waiting[i].payload);
	}
	radio->waiting_count = 0;
}

/* ---- What the broker answers. ---- */

static void connected(struct mosquitto *line, void *ctx, int reason)
{
	struct radio *radio = ctx;
	char topic[RADIO_TOPIC];

	if (reason != 0) {
		snprintf(radio->trouble, sizeof(radio->trouble), "the broker refuses it: %s",
			 mosquitto_reason_string(reason));
		return;
	}
	snprintf(topic, sizeof(topic), "tangi/v1/%s/%sunit/%s/dispatch", radio->settings.city,
		 radio->settings.is_exercise ? "exercise/" : "", radio->settings.unit);
	(void)mosquitto_subscribe(line, NULL, topic, 1); /* else the line ends, and is new */
}

static void subscribed(struct mosquitto *line, void *ctx, int id, int count, const int *granted)
{
	struct radio *radio = ctx;

	(void)line;
	(void)id;
	if (count != 1 || granted[0] > 2) {
		snprintf(radio->trouble, sizeof(radio->trouble),
			 "the broker does not let it hear its orders");
		return;
	}
	radio->is_up = true;
	radio->trouble[0] = '\0';
}

static void disconnected(struct mosquitto *line, void *ctx, int reason)
{
	struct radio *radio = ctx;

	(void)line;
	radio->is_up = false;
	if (radio->is_on && radio->trouble[0] == '\0')
		snprintf(radio->trouble, sizeof(radio->trouble), "the line broke: %s",
			 mosquitto_strerror(reason));
}

static void heard(struct mosquitto *line, void *ctx, const struct mosquitto_message *message)
{
	struct radio *radio = ctx;

	(void)line;
	if (message->payloadlen > 0) /* an empty one: the order was answered */
		radio->heard(radio->ctx, message->payload, (size_t)message->payloadlen);
}

/* ---- The line. ---- */

static void set_up(struct radio *radio)
{
	const struct radio_settings *s = &radio->settings;
	char id[64], topic[RADIO_TOPIC];

	snprintf(id, sizeof(id), "simulate-%s-%s", s->city, s->unit);
	radio->line = mosquitto_new(id, false, radio);
	if (radio->line == NULL)
		fatal("no MQTT client to be had");
	mosquitto_int_option(radio->line, MOSQ_OPT_PROTOCOL_VERSION, MQTT_PROTOCOL_V5);
	(void)mosquitto_username_pw_set(radio->line, s->user, s->password);
	if (s->is_present) {
		own_topic(radio, "presence", topic);
		(void)mosquitto_will_set(radio->line, topic, 7, "offline", 1, true);
	}
	mosquitto_connect_callback_set(radio->line, connected);
	mosquitto_subscribe_callback_set(radio->line, subscribed);
	mosquitto_disconnect_callback_set(radio->line, disconnected);
	mosquitto_message_callback_set(radio->line, heard);
}

struct radio *radio_new(const struct radio_settings *settings, radio_heard_fn *heard_fn,
			void *ctx)
{
	struct radio *radio = xcalloc(1, sizeof(*radio));

	(void)mosquitto_lib_init(); /* counts who has called it */
	radio->settings = *settings;
	radio->heard = heard_fn;
	radio->ctx = ctx;
	radio->is_on = true;
	set_up(radio);
	return radio;
}

static mosquitto_property *session_of(uint32_t seconds)
{
	mosquitto_property *properties = NULL;

	if (mosquitto_property_add_int32(&properties, MQTT_PROP_SESSION_EXPIRY_INTERVAL,
					 seconds) != MOSQ_ERR_SUCCESS)
		fatal("out of memory");
	return properties;
}

static void dial(struct radio *radio, int64_t mono_ms)
{
	mosquitto_property *properties = session_of(SESSION_S);
	int rc = mosquitto_connect_bind_v5(radio->line, radio->settings.host,
					   radio->settings.port, KEEPALIVE_S, NULL, properties);

	mosquitto_property_free_all(&properties);
	radio->rest_until_ms = mono_ms + REST_MS;
	if (rc != MOSQ_ERR_SUCCESS)
		snprintf(radio->trouble, sizeof(radio->trouble), "the broker is not there: %s",
			 mosquitto_strerror(rc));
}

static void hang_up(struct radio *radio, uint32_t session_s)
{
	mosquitto_property *properties = session_of(session_s);

	(void)mosquitto_disconnect_v5(radio->line, 0, properties); /* it may be gone already */
	mosquitto_property_free_all(&properties);
	radio->is_up = false;
}

void radio_free(struct radio **radio)
{
	struct radio *mine = *radio;

	*radio = NULL;
	if (mine == NULL)
		return;
	mine->is_on = false;
	if (mine->is_up && mine->settings.is_present)
		say_now(mine, "presence", "offline");
	hang_up(mine, 0);
	mosquitto_destroy(mine->line);
	for (unsigned i = 0; i < mine->waiting_count; i++)
		xfree(mine->waiting[i].payload);
	xfree(mine);
	(void)mosquitto_lib_cleanup(); /* at the last of them */
}

void radio_switch(struct radio *radio, bool is_on)
{
	if (radio->is_on == is_on)
		return;
	radio->is_on = is_on;
	radio->rest_until_ms = 0;
	if (!is_on)
		hang_up(radio, SESSION_S);
}

bool radio_is_up(const struct radio *radio)
{
	return radio->is_up;
}

const char *radio_trouble(const struct radio *radio)
{
	return radio->trouble;
}

int radio_fd(const struct radio *radio)
{
	return mosquitto_socket(radio->line);
}

bool radio_wants_write(const struct radio *radio)
{
	return mosquitto_want_write(radio->line);
}

void radio_serve(struct radio *radio, bool is_readable, bool is_writable, int64_t mono_ms)
{
	bool was_up = radio->is_up;

	if (radio_fd(radio) < 0) {
		if (radio->is_on && mono_ms >= radio->rest_until_ms)
			dial(radio, mono_ms);
		return;
	}
	/* Each says by its callback that the line has broken. */
	if (is_readable)
		(void)mosquitto_loop_read(radio->line, 1);
	if (is_writable)
		(void)mosquitto_loop_write(radio->line, 1);
	(void)mosquitto_loop_misc(radio->line);
	if (radio->is_up && !was_up) {
		if (radio->settings.is_present)
			say_now(radio, "presence", "online");
		say_now(radio, "sync", "");
		say_what_waited(radio);
	}
}

void radio_say(struct radio *radio, const char *leaf, const char *payload)
{
	if (radio->is_up) {
		say_now(radio, leaf, payload);
	} else if (strcmp(leaf, "position") != 0 && radio->waiting_count < WAITING_MAX) {
		radio->waiting[radio->waiting_count++] =
			(struct waiting){leaf, xstrdup(payload)};
	}
}
