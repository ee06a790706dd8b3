/* The broker: each agency's events and the current state of its live incidents on the way out,
 * what units say on the way in.
 *
 * Out: a reader of the log with a durable cursor. QoS 1, a window of unacknowledged messages,
 * published only while connected, paced by the broker's answers. The broker is a radio, not a
 * store: when it comes back empty, what is live is published again. What it refuses for good is
 * recorded, counted, logged and passed over. At least once, in order, every message with its
 * seq.
 *
 * In: where a unit is and whether its radio is there goes to core/whereabouts. Who says it is
 * what the topic says: the broker lets nobody else write there.
 *
 * libmosquitto's threads only post to the loop's mailbox; all else is on the loop thread. */
#pragma once

#include "core/feed.h"
#include "net/loop.h"
#include "store/store.h"

struct actions;
struct mqtt;
struct rules;
struct unit_board;
struct whereabouts;

struct mqtt_settings {
	const char *city; /* the topic level: tangi/v1/{city}/… */
	const char *host; /* numeric or a name; "" : no broker, mqtt_open is not called */
	int64_t port;
	const char *username;
	const char *password_file; /* its first line; "" : none */
	int64_t window;            /* messages without an answer, at most */
	int64_t order_valid_min;   /* who hears an order for the first time later asks first */
};

struct mqtt_parts { /* borrowed for the sink's life */
	struct loop *loop;
	struct store *store;
	struct feed *feed;
	const struct agencies *agencies;
	struct actions *actions;
	const struct unit_board *board;
	struct whereabouts *whereabouts;
	struct metrics *metrics;
};

/* Opens nothing that blocks: the broker may be away for as long as it likes. */
int mqtt_open(struct mqtt **mqtt_r, const struct mqtt_settings *settings,
	      const struct mqtt_parts *parts, const struct rules *rules,
	      struct err *err) MUST_CHECK;
/* The old ones may be freed when this returns. */
void mqtt_set_rules(struct mqtt *mqtt, const struct rules *rules);
/* Units are not heard any more: what they say waits at the broker. */
void mqtt_hush(struct mqtt *mqtt);
/* Says offline, gives what is in flight a moment, saves the cursor: calls stopped once, later.
 */
void mqtt_stop(struct mqtt *mqtt, void (*stopped)(void *ctx), void *ctx);
void mqtt_close(struct mqtt **mqtt);
/* Why the broker is not there, "" when it is; for /readyz. Borrowed until the loop turns. */
const char *mqtt_trouble(const struct mqtt *mqtt);
/* Events committed and not yet confirmed by the broker. */
uint64_t mqtt_lag(const struct mqtt *mqtt);
