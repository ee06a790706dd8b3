/* What units say: a line to the broker that only listens, on a thread of its own.
 *
 * A crew's client forgets a tap when the broker has acknowledged it; so from there on it must
 * not be lost. The ear has a session that stays: what is said while the bridge is away waits at
 * the broker. And it acknowledges nothing (PUBACK) before the loop has given back all that it
 * was told: what the loop could not keep is never acknowledged, and the broker says it again
 * after the line has been dropped. The library would acknowledge before anybody has seen the
 * message; but it only writes to the socket when it is told to, and here that waits.
 *
 * Positions are taken at QoS 0: the next one makes up for one that is lost, and none of them
 * waits at the broker in the place of a call for help.
 *
 * All functions are for one other thread, the loop's. None blocks but mqtt_ear_close. */
#pragma once

#include "base/list.h"
#include "base/metrics.h"
#include "net/mqtt_address.h"

struct mqtt_ear;

enum mqtt_heard_kind {
	HEARD_WORD, /* a message: topic and payload */
	HEARD_UP,   /* the broker has let us listen */
	HEARD_DOWN, /* it does not any more: topic says why */
};

struct mqtt_heard {
	struct list node;
	enum mqtt_heard_kind kind;
	bool is_kept;  /* the broker had kept it: no news, but a state */
	bool is_later; /* set before it is given back: it could not be kept and has to come
			  again */
	size_t len;
	const char *payload; /* len bytes and a NUL */
	unsigned line;       /* the ear's own */
	bool is_awaited;     /* the ear's own: nothing is acknowledged before it is back */
	char topic[];
};

/* wake is called, on any thread, when mqtt_ear_take will find something. */
int mqtt_ear_open(struct mqtt_ear **ear_r, const struct mqtt_settings *settings,
		  const struct mqtt_topics *topics, struct metrics *metrics,
		  void (*wake)(void *ctx), void *ctx, struct err *err) MUST_CHECK;
/* Hears nothing more; what was told and is given back is still acknowledged. */
void mqtt_ear_hush(struct mqtt_ear *ear);
/* Ends the thread; for a broker's name that does not resolve it does not wait. */
void mqtt_ear_close(struct mqtt_ear **ear);

/* What was heard; each is to be given back. */
void mqtt_ear_take(struct mqtt_ear *ear, struct list *heard_r);
/* Takes it: what had to be done about it is done, or is_later. */
void mqtt_ear_give_back(struct mqtt_ear *ear, struct mqtt_heard **heard);
