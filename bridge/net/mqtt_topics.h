/* Which messages an event becomes at the broker, and where they go.
 *
 *   tangi/v1/{city}/bridge                          is the bridge there?
 *   tangi/v1/{city}/agency/{agency}/events          the frame, as every console gets it
 *   tangi/v1/{city}/agency/{agency}/incidents/{id}  the incident as it stands, kept there
 *   tangi/v1/{city}/unit/{unit}/dispatch            an order to a unit, kept until it is
 * answered tangi/v1/{city}/exercise/…                      the same of what is only played: who
 * does not ask for it never hears it
 *
 * Who may see what is decided in model/audience.h and nowhere else. No text from outside stands
 * in a topic. Pure; any thread. */
#pragma once

#include "model/event.h"

#define MQTT_TOPIC_SIZE 160
#define MQTT_UNIT_SIZE  17

struct mqtt_topics {
	char base[64]; /* "tangi/v1/cirebon" */
	const struct agencies *agencies;
};

/* ERR_INVALID: that city's name cannot be a level of a topic. */
int mqtt_topics_init(struct mqtt_topics *topics, const char *city,
		     const struct agencies *agencies, struct err *err) MUST_CHECK;

void mqtt_topic_bridge(const struct mqtt_topics *topics, char topic_r[MQTT_TOPIC_SIZE]);
void mqtt_topic_events(const struct mqtt_topics *topics, unsigned agency, bool is_exercise,
		       char topic_r[MQTT_TOPIC_SIZE]);
void mqtt_topic_view(const struct mqtt_topics *topics, unsigned agency, bool is_exercise,
		     const char *incident_id, char topic_r[MQTT_TOPIC_SIZE]);
/* All that the bridge keeps at the broker, as a subscription. */
void mqtt_topic_all_views(const struct mqtt_topics *topics, bool is_exercise,
			  char topic_r[MQTT_TOPIC_SIZE]);
/* What mqtt_topic_view made, taken apart. False: it is none, or of an unknown agency. */
bool mqtt_topic_read_view(const struct mqtt_topics *topics, const char *topic,
			  unsigned *agency_r, bool *is_exercise_r, char incident_id_r[ID_SIZE]);

void mqtt_topic_dispatch(const struct mqtt_topics *topics, const char *unit, bool is_exercise,
			 char topic_r[MQTT_TOPIC_SIZE]);
/* False: it is none. */
bool mqtt_topic_read_dispatch(const struct mqtt_topics *topics, const char *topic,
			      char unit_r[MQTT_UNIT_SIZE], bool *is_exercise_r);

/* Whose stream the event belongs to. */
agency_set mqtt_hearers(const struct mqtt_topics *topics, const struct event *event);

/* What the event does to the views that the broker keeps: whose are set, whose are cleared. */
struct mqtt_views {
	agency_set set, clear;
};
struct mqtt_views mqtt_views_of(const struct mqtt_topics *topics, const struct event *event);

/* Whether a view or an order found at the broker is older than log number since, or of another
 * log: what is live has been set again since then, so this one is not. */
bool mqtt_view_is_stale(const char *payload, size_t len, const char *epoch, uint64_t since);

/* The payload of the bridge's own topic: free it with buf_unref. */
struct buf *mqtt_presence(bool is_online, uint64_t seq, const char *epoch);
