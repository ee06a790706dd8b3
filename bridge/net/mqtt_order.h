/* What an event has to say to units: the orders in its incident, as messages.
 *
 * An order is one unit sent to one incident; it stands in the incident's state, under its
 * agency's part, and so in every event of it. The broker keeps the message until the unit has
 * answered it. Of two messages with one dispatch_id the greater revision holds, whichever comes
 * first. Words of a report are masked, and those of a secret one are not in it. Pure; any
 * thread. */
#pragma once

#include "model/event.h"
#include "net/mqtt_topics.h"

#define MQTT_ORDERS_MAX 128 /* of one incident */

struct mqtt_order {
	char unit[MQTT_UNIT_SIZE];
	char dispatch_id[ID_SIZE];
	unsigned revision;
	bool is_recall;
	bool is_open;        /* the unit has not answered it: the broker keeps it */
	bool is_live;        /* it is to be said again when the unit asks what is its */
	bool was_at_broker;  /* its receipt is there already */
	bool is_meant;       /* the event has something new to say to this unit */
	struct buf *payload; /* owned reference */
};

struct mqtt_order_stamp {
	uint64_t as_of; /* up to this event it is known to be the newest */
	const char *epoch;
	int64_t valid_until_ms; /* who hears it for the first time later asks first */
};

/* Whether it names units at all: cheap. */
bool mqtt_event_names_units(const struct event *event);
/* All orders of the event's incident; how many. What is malformed is left out. */
unsigned mqtt_orders_read(const struct event *event, const struct mqtt_order_stamp *stamp,
			  struct mqtt_order orders_r[MQTT_ORDERS_MAX]);
void mqtt_order_fini(struct mqtt_order *order);
