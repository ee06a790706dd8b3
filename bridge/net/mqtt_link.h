/* The line to the broker: libmosquitto in a thread of its own, letters in, letters out.
 *
 * The happy path: connect, as MQTT 5 or, to a broker that does not speak it, as 3.1.1; say
 * "online"; when the broker has confirmed that, LINK_UP. From then on messages are published in
 * the order in which they are given, and each comes back with the broker's answer.
 *
 * When the line breaks, LINK_DOWN says why. What was on its way is gone with it, and so is what
 * is still given under the old line's number: whoever wants it sent gives it again under the
 * number of the next LINK_UP. A new client for each line: the library would otherwise send
 * again what it had queued, in front of what we send again.
 *
 * All functions are for one other thread, the loop's. None blocks but mqtt_link_close. */
#pragma once

#include "base/buf.h"
#include "base/err.h"
#include "base/list.h"
#include "net/mqtt_topics.h"

struct mqtt_link;
struct mqtt_settings; /* net/mqtt.h */

enum mqtt_letter_kind {
	LINK_MESSAGE, /* there: publish this; back: it was confirmed, or refused */
	LINK_SWEEP,   /* there: look for views that are older than seq; back: one such, text */
	LINK_BYE,     /* there: say offline and end */
	LINK_UP,      /* back: the line stands and has been tried */
	LINK_DOWN,    /* back: it does not, text says why */
};

struct mqtt_letter {
	struct list node;
	enum mqtt_letter_kind kind;
	unsigned line;   /* the number of the connection it belongs to */
	uint64_t seq;    /* of the message's event */
	uint64_t ticket; /* these are the sender's own */
	int lane;
	int64_t since_us;
	char incident_id[ID_SIZE], dispatch_id[ID_SIZE]; /* of an order without a receipt; "" */
	unsigned revision;                               /* of that order */
	bool is_retained;    /* the broker keeps it for those who come later */
	struct buf *payload; /* owned reference; NULL: empty, which clears what is kept */
	const char
		*refusal; /* why the broker or the library will never take it; NULL: it did */
	int mid;          /* the link's own */
	int64_t sent_us;  /* the link's own */
	char text[];      /* topic, or reason */
};

struct mqtt_letter *mqtt_letter_new(enum mqtt_letter_kind kind, unsigned line,
				    const char *text);
void mqtt_letter_free(struct mqtt_letter **letter);

/* settings and topics are borrowed for the link's life; epoch: of the log. wake is called, on
 * any thread, when mqtt_link_take will find something. */
int mqtt_link_open(struct mqtt_link **link_r, const struct mqtt_settings *settings,
		   const struct mqtt_topics *topics, const char *epoch, void (*wake)(void *ctx),
		   void *ctx, struct err *err) MUST_CHECK;
/* Ends the thread; for a broker's name that does not resolve it does not wait. */
void mqtt_link_close(struct mqtt_link **link);

/* The newest number, for what the bridge says of itself. */
void mqtt_link_set_seq(struct mqtt_link *link, uint64_t seq);
/* All of letters, which are the link's from here on. */
void mqtt_link_give(struct mqtt_link *link, struct list *letters);
/* What came back; the caller's. */
void mqtt_link_take(struct mqtt_link *link, struct list *letters_r);
