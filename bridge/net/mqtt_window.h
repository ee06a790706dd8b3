/* What is on its way to the broker and has no answer yet, at most so many messages.
 *
 * Answers may come in any order; a place is free again when all before it are answered, so that
 * after a lost connection no more than a window is repeated. Each lane says which event each of
 * its messages belongs to and learns how far the broker has confirmed without a gap.
 *
 * What was on its way when a connection broke is suspect and goes alone the next time. If the
 * connection then breaks again and again while one and the same is alone on its way, that one
 * is to blame. Pure: no sockets, no clock. Loop thread only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum mqtt_lane_id {
	MQTT_STREAM, /* every event, to the agencies that it concerns */
	MQTT_STATE,  /* what each event changes of the views that the broker keeps */
	MQTT_ORDERS, /* what each event has to say to units */
	MQTT_LIVE,   /* all live views once more, after a connection */
	MQTT_LANES
};

/* What a message is, also when it is sent again. */
struct mqtt_key {
	enum mqtt_lane_id lane;
	uint64_t seq;    /* its event; 0: it is about none, and never suspect */
	unsigned agency; /* of an order: which of the event's */
};

struct mqtt_window;

struct mqtt_window *mqtt_window_new(unsigned size);
void mqtt_window_free(struct mqtt_window **window);

/* Whether it may be pushed now. Who is told no asks again after the next answer, unless the
 * connection is lost before. No lane can fill the window: history leaves room for what is going
 * on now. */
bool mqtt_window_admits(struct mqtt_window *window, const struct mqtt_key *key);
/* The message's ticket. */
uint64_t mqtt_window_push(struct mqtt_window *window, const struct mqtt_key *key);
void mqtt_window_confirm(struct mqtt_window *window, uint64_t ticket);
/* Places taken, by one lane or (MQTT_LANES) by all. */
unsigned mqtt_window_count(const struct mqtt_window *window, enum mqtt_lane_id lane);
/* The lane's events before this one are all confirmed. next: the first it has not pushed whole.
 */
uint64_t mqtt_window_oldest(const struct mqtt_window *window, enum mqtt_lane_id lane,
			    uint64_t next);

/* The connection is gone: the window is empty. True: it broke for the last time over this one,
 * which must not be sent again. */
bool mqtt_window_lose(struct mqtt_window *window, struct mqtt_key *blamed_r);
