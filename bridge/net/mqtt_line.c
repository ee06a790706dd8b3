#include "net/mqtt_line.h"

#include <errno.h>
#include <inttypes.h>
#include <mosquitto.h>
#include <mqtt_protocol.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/xalloc.h"

#define KEEPALIVE_S      10       /* a broker that is silent is gone after twice that */
#define UP_WITHIN_US     10000000 /* from the first byte to the first confirmation */
#define ANSWER_WITHIN_US 20000000 /* of any message: else the broker is as good as gone */
#define REFUSED          0x80     /* MQTT 5: reasons from here on are failures */
#define NO_SUCH_PROTOCOL 0x84     /* MQTT 5 */
#define NO_SUCH_LEVEL    1        /* MQTT 3.1.1: the same */

static int64_t now_us(void)
{
	return clock_system.mono_us(&clock_system);
}

/* The first reason is the true one; what breaks after it breaks because of it. */
static void break_line(struct mqtt_line *line, const char *what, const char *why)
{
	if (line->why[0] == '\0')
		snprintf(line->why, sizeof(line->why), "%s%s", what, why);
}

static void check(struct mqtt_line *line, int code)
{
	if (code != MOSQ_ERR_SUCCESS)
		break_line(line, "", mqtt_reason(code));
}

static void answer(struct mqtt_line *line, struct mqtt_letter *letter, const char *refusal)
{
	letter->refusal = refusal;
	buf_unref(&letter->payload);
	list_remove(&letter->node);
	list_append(line->answers, &letter->node);
}

static void check_greeting(struct mqtt_line *line, const mosquitto_property *properties)
{
	uint8_t qos = 1, keeps = 1;

	(void)mosquitto_property_read_byte(properties, MQTT_PROP_MAXIMUM_QOS, &qos, false);
	(void)mosquitto_property_read_byte(properties, MQTT_PROP_RETAIN_AVAILABLE, &keeps,
					   false);
	if (qos == 0)
		break_line(line, "", "this broker confirms nothing (QoS 0)");
	else if (keeps == 0)
		break_line(line, "", "this broker keeps nothing (no retained messages)");
	else
		line->is_greeted = true;
}

static void on_connect(struct mosquitto *client, void *ctx, int code, int flags,
		       const mosquitto_property *properties)
{
	struct mqtt_line *line = ctx;
	bool is_v5 = line->address->speaks_v5;

	(void)client, (void)flags;
	line->has_answer = true;
	if (code == 0) {
		check_greeting(line, properties);
		return;
	}
	if (code == NO_SUCH_PROTOCOL || code == NO_SUCH_LEVEL)
		line->address->speaks_v5 = false;
	break_line(line, "refused: ",
		   is_v5 && code >= REFUSED ? mosquitto_reason_string(code)
					    : mosquitto_connack_string(code));
}

static void on_disconnect(struct mosquitto *client, void *ctx, int code,
			  const mosquitto_property *properties)
{
	struct mqtt_line *line = ctx;

	(void)client, (void)properties;
	line->has_left = line->is_leaving;
	break_line(line, "", code == 0 ? "closed" : mqtt_reason(code));
}

static void presence_answered(struct mqtt_line *line, int code)
{
	if (code >= REFUSED)
		break_line(line,
			   "may not say that it is there: ", mosquitto_reason_string(code));
	else if (line->is_leaving)
		check(line, mosquitto_disconnect(line->client));
	else
		line->is_up = true;
}

static void on_publish(struct mosquitto *client, void *ctx, int mid, int code,
		       const mosquitto_property *properties)
{
	struct mqtt_line *line = ctx;

	(void)client, (void)properties;
	if (mid == line->presence) {
		line->presence = 0; /* the number will be given again */
		presence_answered(line, code);
		return;
	}
	for (struct list *n = line->sent.next; n != &line->sent; n = n->next) {
		struct mqtt_letter *letter = LIST_ITEM(n, struct mqtt_letter, node);

		if (letter->mid == mid) {
			answer(line, letter,
			       code >= REFUSED ? mosquitto_reason_string(code) : NULL);
			return;
		}
	}
}

/* What the broker kept comes at once; what is said from now on we know ourselves. */
static void on_subscribe(struct mosquitto *client, void *ctx, int mid, int count,
			 const int *granted)
{
	struct mqtt_line *line = ctx;

	(void)client, (void)mid, (void)count, (void)granted;
	line->wants_unsubscribe = true;
}

static void on_message(struct mosquitto *client, void *ctx,
		       const struct mosquitto_message *message)
{
	struct mqtt_line *line = ctx;
	struct mqtt_letter *letter;

	(void)client;
	if (!message->retain || message->payloadlen <= 0 || line->sweep_before == 0)
		return;
	if (!mqtt_view_is_stale(message->payload, (size_t)message->payloadlen,
				line->address->epoch, line->sweep_before))
		return;
	letter = mqtt_letter_new(LINK_SWEEP, 0, message->topic);
	list_append(line->answers, &letter->node);
}

static void set_account(struct mqtt_line *line)
{
	struct err err;

	if (mqtt_address_sign_in(line->address, line->client, &err) < 0)
		break_line(line, "", err.text);
}

static void set_will(struct mqtt_line *line)
{
	struct buf *offline = mqtt_presence(false, line->seq, line->address->epoch);
	char topic[MQTT_TOPIC_SIZE];

	mqtt_topic_bridge(&line->address->topics, topic);
	check(line, mosquitto_will_set(line->client, topic, (int)offline->len, offline->data, 1,
				       true));
	buf_unref(&offline);
}

static void set_options(struct mqtt_line *line)
{
	bool is_v5 = line->address->speaks_v5;

	mosquitto_connect_v5_callback_set(line->client, on_connect);
	mosquitto_disconnect_v5_callback_set(line->client, on_disconnect);
	mosquitto_publish_v5_callback_set(line->client, on_publish);
	mosquitto_subscribe_callback_set(line->client, on_subscribe);
	mosquitto_message_callback_set(line->client, on_message);
	check(line, mosquitto_int_option(line->client, MOSQ_OPT_PROTOCOL_VERSION,
					 is_v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311));
	/* The window is ours; the library's own would hold messages back behind our back. */
	check(line, mosquitto_int_option(line->client, MOSQ_OPT_SEND_MAXIMUM, UINT16_MAX));
	check(line, mosquitto_int_option(line->client, MOSQ_OPT_TCP_NODELAY, 1));
	if (!is_v5)
		return;
	check(line, mosquitto_property_add_byte(&line->properties,
						MQTT_PROP_PAYLOAD_FORMAT_INDICATOR, 1));
	check(line, mosquitto_property_add_string(&line->properties, MQTT_PROP_CONTENT_TYPE,
						  "application/json"));
	check(line,
	      mosquitto_property_add_string_pair(&line->properties, MQTT_PROP_USER_PROPERTY,
						 "epoch", line->address->epoch));
}

void mqtt_line_open(struct mqtt_line *line, struct mqtt_address *address, uint64_t seq,
		    struct list *answers)
{
	char name[64];

	*line = (struct mqtt_line){
		.address = address, .answers = answers, .seq = seq, .opened_us = now_us()};
	list_init(&line->sent);
	/* One name for all our lines: a new one ends an old one that hangs, and the old one's
	 * "offline" comes before our "online". */
	snprintf(name, sizeof(name), "tangi-bridge-%s", strrchr(address->topics.base, '/') + 1);
	line->client = mosquitto_new(name, true, line);
	if (line->client == NULL) {
		break_line(line, "", strerror(errno));
		return;
	}
	set_options(line);
	set_account(line);
	set_will(line);
	if (line->why[0] == '\0')
		check(line, mosquitto_connect_async(line->client, address->host, address->port,
						    KEEPALIVE_S));
}

void mqtt_line_close(struct mqtt_line *line)
{
	struct list *node;

	mosquitto_property_free_all(&line->properties);
	mosquitto_destroy(line->client);
	line->client = NULL;
	while ((node = list_take(&line->sent)) != NULL) {
		struct mqtt_letter *letter = LIST_ITEM(node, struct mqtt_letter, node);

		mqtt_letter_free(&letter);
	}
}

static void say_presence(struct mqtt_line *line, bool is_online)
{
	struct buf *presence = mqtt_presence(is_online, line->seq, line->address->epoch);
	char topic[MQTT_TOPIC_SIZE];

	line->has_said_online = true;
	mqtt_topic_bridge(&line->address->topics, topic);
	check(line,
	      mosquitto_publish_v5(line->client, &line->presence, topic, (int)presence->len,
				   presence->data, 1, true, line->properties));
	buf_unref(&presence);
}

void mqtt_line_leave(struct mqtt_line *line, uint64_t seq)
{
	line->is_leaving = true;
	line->seq = seq;
	say_presence(line, false);
}

static bool is_about_message(int code)
{
	return code == MOSQ_ERR_INVAL || code == MOSQ_ERR_PAYLOAD_SIZE ||
	       code == MOSQ_ERR_MALFORMED_UTF8 || code == MOSQ_ERR_OVERSIZE_PACKET ||
	       code == MOSQ_ERR_NOT_SUPPORTED;
}

static int publish(struct mqtt_line *line, struct mqtt_letter *letter)
{
	const struct buf *payload = letter->payload;
	mosquitto_property *properties = NULL;
	char seq[24];
	int code = MOSQ_ERR_SUCCESS;

	if (line->properties != NULL) {
		snprintf(seq, sizeof(seq), "%" PRIu64, letter->seq);
		code = mosquitto_property_copy_all(&properties, line->properties);
		if (code == MOSQ_ERR_SUCCESS)
			code = mosquitto_property_add_string_pair(
				&properties, MQTT_PROP_USER_PROPERTY, "seq", seq);
	}
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_publish_v5(line->client, &letter->mid, letter->text,
					    payload != NULL ? (int)payload->len : 0,
					    payload != NULL ? payload->data : NULL, 1,
					    letter->is_retained, properties);
	mosquitto_property_free_all(&properties);
	return code;
}

/* The library writes each message by itself: a segment, a wake-up of the broker and an answer
 * for each. Where it does not work, nothing but speed is lost. */
void mqtt_line_cork(struct mqtt_line *line, bool is_corked)
{
	int on = is_corked;

	(void)setsockopt(mosquitto_socket(line->client), IPPROTO_TCP, TCP_CORK, &on,
			 sizeof(on));
}

void mqtt_line_publish(struct mqtt_line *line, struct mqtt_letter **letter)
{
	struct mqtt_letter *mine = *letter;
	int code = publish(line, mine);

	*letter = NULL;
	mine->sent_us = now_us();
	list_init(&mine->node);
	if (is_about_message(code)) {
		answer(line, mine, mosquitto_strerror(code));
		return;
	}
	list_append(&line->sent, &mine->node);
	check(line, code);
}

struct all_kept {
	char text[4][MQTT_TOPIC_SIZE];
	char *topics[4]; /* as the library wants them */
};

/* Views and orders, of what is real and of what is played. */
static void name_all_kept(const struct mqtt_line *line, struct all_kept *kept)
{
	for (int i = 0; i < 4; i++) {
		if (i < 2)
			mqtt_topic_all_views(&line->address->topics, i % 2, kept->text[i]);
		else
			mqtt_topic_dispatch(&line->address->topics, "+", i % 2, kept->text[i]);
		kept->topics[i] = kept->text[i];
	}
}

void mqtt_line_sweep(struct mqtt_line *line, uint64_t before)
{
	struct all_kept kept;

	line->sweep_before = before;
	name_all_kept(line, &kept);
	check(line,
	      mosquitto_subscribe_multiple(line->client, NULL, 4, kept.topics, 0, 0, NULL));
}

static void end_sweep(struct mqtt_line *line)
{
	struct all_kept kept;

	line->wants_unsubscribe = false;
	name_all_kept(line, &kept);
	check(line, mosquitto_unsubscribe_multiple(line->client, NULL, 4, kept.topics, NULL));
}

static void check_deadlines(struct mqtt_line *line)
{
	int64_t now = now_us();
	const struct mqtt_letter *oldest = LIST_ITEM(line->sent.next, struct mqtt_letter, node);

	if (!line->is_up && now - line->opened_us > UP_WITHIN_US)
		break_line(line, "", "no answer");
	if (!list_is_empty(&line->sent) && now - oldest->sent_us > ANSWER_WITHIN_US)
		break_line(line, "", "messages are not answered");
}

/* A broker of the time before MQTT 5 may hang up instead of saying so. */
static void doubt_version(struct mqtt_line *line, int code)
{
	if (!line->has_answer && (code == MOSQ_ERR_CONN_LOST || code == MOSQ_ERR_PROTOCOL))
		line->address->speaks_v5 = !line->address->speaks_v5;
}

static void serve_socket(struct mqtt_line *line, int events)
{
	int code = MOSQ_ERR_SUCCESS;

	errno = 0; /* the library looks at what its calls left there */
	if (events & (POLLIN | POLLHUP | POLLERR))
		code = mosquitto_loop_read(line->client, 1);
	if (code == MOSQ_ERR_SUCCESS && (events & POLLOUT))
		code = mosquitto_loop_write(line->client, 1);
	if (code == MOSQ_ERR_SUCCESS)
		code = mosquitto_loop_misc(line->client);
	if (code != MOSQ_ERR_SUCCESS)
		doubt_version(line, code);
	check(line, code);
}

void mqtt_line_step(struct mqtt_line *line, int wake_fd, int wait_ms)
{
	struct pollfd fds[2] = {{.fd = mosquitto_socket(line->client), .events = POLLIN},
				{.fd = wake_fd, .events = POLLIN}};

	if (mosquitto_want_write(line->client))
		fds[0].events |= POLLOUT;
	if (poll(fds, 2, wait_ms) < 0 && errno != EINTR) {
		break_line(line, "", strerror(errno));
		return;
	}
	serve_socket(line, fds[0].revents);
	if (line->why[0] == '\0' && line->is_greeted && !line->has_said_online)
		say_presence(line, true);
	if (line->why[0] == '\0' && line->wants_unsubscribe)
		end_sweep(line);
	check_deadlines(line);
}
