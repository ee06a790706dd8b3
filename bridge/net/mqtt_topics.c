#include "net/mqtt_topics.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"

#define CITY_MAX 40

int mqtt_topics_init(struct mqtt_topics *topics, const char *city,
		     const struct agencies *agencies, struct err *err)
{
	size_t len = strlen(city);

	for (size_t i = 0; i < len; i++)
		if (!isalnum((unsigned char)city[i]) && city[i] != '-' && city[i] != '_')
			len = 0;
	if (len == 0 || len > CITY_MAX)
		return err_field(err, "city",
				 "is a level of a topic: 1 to %d of A-Z a-z 0-9 - _", CITY_MAX);
	snprintf(topics->base, sizeof(topics->base), "tangi/v1/%s", city);
	topics->agencies = agencies;
	return 0;
}

void mqtt_topic_bridge(const struct mqtt_topics *topics, char topic_r[MQTT_TOPIC_SIZE])
{
	snprintf(topic_r, MQTT_TOPIC_SIZE, "%s/bridge", topics->base);
}

/* The level that keeps what is played from what is real. */
static const char *stage(bool is_exercise)
{
	return is_exercise ? "/exercise" : "";
}

void mqtt_topic_events(const struct mqtt_topics *topics, unsigned agency, bool is_exercise,
		       char topic_r[MQTT_TOPIC_SIZE])
{
	snprintf(topic_r, MQTT_TOPIC_SIZE, "%s%s/agency/%s/events", topics->base,
		 stage(is_exercise), topics->agencies->agency[agency].id);
}

void mqtt_topic_view(const struct mqtt_topics *topics, unsigned agency, bool is_exercise,
		     const char *incident_id, char topic_r[MQTT_TOPIC_SIZE])
{
	snprintf(topic_r, MQTT_TOPIC_SIZE, "%s%s/agency/%s/incidents/%s", topics->base,
		 stage(is_exercise), topics->agencies->agency[agency].id, incident_id);
}

void mqtt_topic_all_views(const struct mqtt_topics *topics, bool is_exercise,
			  char topic_r[MQTT_TOPIC_SIZE])
{
	snprintf(topic_r, MQTT_TOPIC_SIZE, "%s%s/agency/+/incidents/+", topics->base,
		 stage(is_exercise));
}

/* What follows word in text, or NULL. */
static const char *after(const char *text, const char *word)
{
	size_t len = strlen(word);

	return strncmp(text, word, len) == 0 ? text + len : NULL;
}

bool mqtt_topic_read_view(const struct mqtt_topics *topics, const char *topic,
			  unsigned *agency_r, bool *is_exercise_r, char incident_id_r[ID_SIZE])
{
	const char *below = after(topic, topics->base);
	const char *played = below != NULL ? after(below, stage(true)) : NULL;
	const char *agency, *id;
	int found;

	*is_exercise_r = played != NULL;
	below = played != NULL ? played : below;
	agency = below != NULL ? after(below, "/agency/") : NULL;
	if (agency == NULL)
		return false;
	found = agency_find(topics->agencies, agency, strcspn(agency, "/"));
	id = after(agency + strcspn(agency, "/"), "/incidents/");
	if (found < 0 || id == NULL || strlen(id) >= ID_SIZE)
		return false;
	*agency_r = (unsigned)found;
	snprintf(incident_id_r, ID_SIZE, "%s", id);
	return true;
}

void mqtt_topic_dispatch(const struct mqtt_topics *topics, const char *unit, bool is_exercise,
			 char topic_r[MQTT_TOPIC_SIZE])
{
	snprintf(topic_r, MQTT_TOPIC_SIZE, "%s%s/unit/%s/dispatch", topics->base,
		 stage(is_exercise), unit);
}

bool mqtt_topic_read_dispatch(const struct mqtt_topics *topics, const char *topic,
			      char unit_r[MQTT_UNIT_SIZE], bool *is_exercise_r)
{
	const char *below = after(topic, topics->base);
	const char *played = below != NULL ? after(below, stage(true)) : NULL;
	const char *unit = played != NULL ? played : below;
	size_t len;

	unit = unit != NULL ? after(unit, "/unit/") : NULL;
	len = unit != NULL ? strcspn(unit, "/") : 0;
	if (len == 0 || len >= MQTT_UNIT_SIZE || strcmp(unit + len, "/dispatch") != 0)
		return false;
	*is_exercise_r = played != NULL;
	snprintf(unit_r, MQTT_UNIT_SIZE, "%.*s", (int)len, unit);
	return true;
}

static agency_set everybody(const struct mqtt_topics *topics)
{
	return topics->agencies->count == AGENCY_MAX
		       ? ~(agency_set)0
		       : ((agency_set)1 << topics->agencies->count) - 1;
}

agency_set mqtt_hearers(const struct mqtt_topics *topics, const struct event *event)
{
	agency_set hearers = 0;

	for (unsigned i = 0; i < topics->agencies->count; i++) {
		struct viewer viewer = {.may_watch = true, .agencies = (agency_set)1 << i};

		if (audience_admits(&event->audience, &viewer))
			hearers |= viewer.agencies;
	}
	return hearers;
}

static const char *find(struct slice in, const char *mark)
{
	return memmem(in.text, in.len, mark, strlen(mark));
}

/* The agencies that have a part in the incident now; the audience also names those that had one
 * before this event. */
static agency_set present_agencies(const struct mqtt_topics *topics, struct slice incident)
{
	static const char mark[] = ",\"agencies\":[";
	const char *list = find(incident, mark), *end;
	agency_set present = 0;

	if (list == NULL)
		return 0;
	list += sizeof(mark) - 1;
	end = memchr(list, ']', (size_t)(incident.text + incident.len - list));
	while (end != NULL && list < end) {
		size_t len;
		int agency;

		list += strspn(list, "\",");
		len = strcspn(list, "\"]");
		agency = agency_find(topics->agencies, list, len);
		if (agency >= 0)
			present |= (agency_set)1 << agency;
		list += len + 1;
	}
	return present;
}

struct mqtt_views mqtt_views_of(const struct mqtt_topics *topics, const struct event *event)
{
	struct slice incident = event_incident(event->body);
	struct mqtt_views views = {0};
	agency_set concerned;

	if (incident.len == 0 || event->incident_id[0] == '\0')
		return views;
	concerned = mqtt_hearers(topics, event);
	if (find(incident, ",\"status\":\"closed\"") == NULL)
		views.set = concerned & present_agencies(topics, incident);
	views.clear = concerned & everybody(topics) & ~views.set;
	return views;
}

bool mqtt_view_is_stale(const char *payload, size_t len, const char *epoch, uint64_t since)
{
	struct slice view = {.text = payload, .len = len};
	const char *rest = find(view, ",\"incident\":{"), *as_of;
	char mark[ID_SIZE + 16];

	if (rest == NULL)
		rest = find(view, ",\"type\":\""); /* of an order */
	if (rest == NULL)
		return true; /* none of ours */
	view.len = (size_t)(rest - payload);
	snprintf(mark, sizeof(mark), "\"epoch\":\"%s\"", epoch);
	as_of = find(view, "\"as_of\":");
	if (as_of == NULL || find(view, mark) == NULL)
		return true;
	return strtoull(as_of + strlen("\"as_of\":"), NULL, 10) < since;
}

struct buf *mqtt_presence(bool is_online, uint64_t seq, const char *epoch)
{
	struct jsonw w;
	struct buf *buf;

	jsonw_init(&w, 160);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "status", is_online ? "online" : "offline");
	jsonw_string(&w, "version", TANGI_VERSION);
	jsonw_int(&w, "seq", (int64_t)seq);
	jsonw_string(&w, "epoch", epoch);
	jsonw_string(&w, "id", "bridge");
	jsonw_bool(&w, "exercise", false);
	jsonw_close(&w, '}');
	buf = jsonw_buf(&w);
	jsonw_fini(&w);
	return buf;
}
