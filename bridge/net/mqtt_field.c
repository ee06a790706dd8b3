/* What units say, from the ear to those whom it concerns.
 *
 * Each message is looked at once, on the loop. A malformed one is counted by its kind, logged
 * without what it holds, and is done with: saying it again would not mend it. What the broker
 * had kept is no news but for presence, which is a state: else an old tap would come again with
 * each connection. */
#include "net/mqtt_private.h"

#include <string.h>

#include "core/field.h"
#include "core/whereabouts.h"

static void take_position(struct mqtt *mqtt, const char *unit,
			  const struct field_message *message)
{
	if (!whereabouts_move(mqtt->parts.whereabouts, unit, &message->position))
		metrics_add(mqtt->parts.metrics, METRIC_FIELD_UNKNOWN, 1);
}

static void take_presence(struct mqtt *mqtt, const char *unit,
			  const struct field_message *message)
{
	if (!whereabouts_presence(mqtt->parts.whereabouts, unit, message->is_online))
		metrics_add(mqtt->parts.metrics, METRIC_FIELD_UNKNOWN, 1);
}

static const struct {
	void (*take)(struct mqtt *mqtt, const char *unit, const struct field_message *message);
	enum metric bad; /* counts what is malformed */
} leaves[FIELD_LEAVES] = {
	[FIELD_POSITION] = {take_position, METRIC_FIELD_BAD_POSITIONS},
	[FIELD_PRESENCE] = {take_presence, METRIC_FIELD_BAD_PRESENCES},
};

/* Never what it holds: a position is somebody's. */
static void refuse(struct mqtt *mqtt, enum field_leaf leaf, const struct err *err)
{
	metrics_add(mqtt->parts.metrics, leaves[leaf].bad, 1);
	if (log_repeat_due(&mqtt->malformed[leaf], mqtt_now_ms(mqtt)))
		log_warn("field.malformed", "kind=%s count=%lu field=%s",
			 field_leaf_names[leaf], mqtt->malformed[leaf].count, err->field);
}

static void take_word(struct mqtt *mqtt, const struct mqtt_heard *heard)
{
	struct field_message message;
	char unit[FIELD_UNIT_SIZE];
	enum field_leaf leaf;
	struct err err = {0};

	metrics_add(mqtt->parts.metrics, METRIC_FIELD_HEARD, 1);
	if (!field_read_topic(mqtt->topics.base, heard->topic, unit, &leaf) ||
	    leaves[leaf].take == NULL || (heard->is_kept && leaf != FIELD_PRESENCE))
		return;
	if (field_read(leaf, heard->payload, heard->len, &message, &err) < 0)
		refuse(mqtt, leaf, &err);
	else if (!message.is_other)
		leaves[leaf].take(mqtt, unit, &message);
}

static void come_up(struct mqtt *mqtt)
{
	mqtt->deaf[0] = '\0';
	(void)log_repeat_over(&mqtt->is_deaf);
	log_info("mqtt.hears", "units=yes");
}

static void go_down(struct mqtt *mqtt, const char *why)
{
	snprintf(mqtt->deaf, sizeof(mqtt->deaf), "broker: units are not heard: %s", why);
	if (log_repeat_due(&mqtt->is_deaf, mqtt_now_ms(mqtt)) && mqtt->phase == MQTT_RUNNING)
		log_warn("mqtt.deaf", "tries=%lu why=%s", mqtt->is_deaf.count,
			 log_quote(why, strlen(why)).text);
}

static void take_heard(struct mqtt *mqtt, struct mqtt_heard *heard)
{
	if (heard->kind == HEARD_WORD)
		take_word(mqtt, heard);
	else if (heard->kind == HEARD_UP)
		come_up(mqtt);
	else
		go_down(mqtt, heard->topic);
	mqtt_ear_give_back(mqtt->ear, &heard);
}

void field_hear(struct mqtt *mqtt)
{
	struct list heard, *node;

	list_init(&heard);
	mqtt_ear_take(mqtt->ear, &heard);
	while ((node = list_take(&heard)) != NULL)
		take_heard(mqtt, LIST_ITEM(node, struct mqtt_heard, node));
}
