/* What units say, from the ear to those whom it concerns.
 *
 * Each message is looked at once, on the loop. A malformed one is counted by its kind, logged
 * without what it holds, and is done with: saying it again would not mend it. What the broker
 * had kept is no news but for presence, which is a state: else an old tap would come again with
 * each connection. */
#include "net/mqtt_private.h"

#include <string.h>

#include "base/xalloc.h"
#include "core/actions.h"
#include "core/crew.h"
#include "core/rules.h"
#include "core/unit_board.h"
#include "core/whereabouts.h"

/* Something on its way to the store; nothing of it is acknowledged before it is there. */
struct word {
	struct mqtt *mqtt;
	struct mqtt_heard *heard;
};

/* Done with: what cannot be done now cannot be done when it is said again. */
static void refuse_word(struct mqtt *mqtt, const char *unit, const char *why)
{
	metrics_add(mqtt->parts.metrics, METRIC_FIELD_IMPOSSIBLE, 1);
	if (log_repeat_due(&mqtt->impossible, mqtt_now_ms(mqtt)))
		log_warn("field.impossible", "unit=%s count=%lu why=%s",
			 log_quote(unit, strlen(unit)).text, mqtt->impossible.count,
			 log_quote(why, strlen(why)).text);
}

static void answered(struct word *word, const char *unit, enum store_answer answer,
		     const struct err *err)
{
	if (answer == STORE_REFUSED || answer == STORE_NOT_FOUND)
		refuse_word(word->mqtt, unit, err != NULL ? err->text : "no such incident");
	word->heard->is_later = answer == STORE_LATER;
	mqtt_ear_give_back(word->mqtt->ear, &word->heard);
	xfree(word);
}

static void unit_of(const struct word *word, char unit_r[FIELD_UNIT_SIZE])
{
	enum field_leaf leaf;

	if (!field_read_topic(word->mqtt->topics.base, word->heard->topic, unit_r, &leaf))
		panic("mqtt: a topic that was read is none");
}

static void decided(void *ctx, const struct action_answer *answer)
{
	struct word *word = ctx;
	char unit[FIELD_UNIT_SIZE];

	unit_of(word, unit);
	answered(word, unit, answer->answer, answer->err);
}

static void duty_kept(void *ctx, const struct kept_answer *answer)
{
	struct word *word = ctx;
	char unit[FIELD_UNIT_SIZE];

	unit_of(word, unit);
	answered(word, unit, answer->answer, answer->err);
}

static struct word *word_of(struct mqtt *mqtt, struct mqtt_heard **heard)
{
	struct word *word = xcalloc(1, sizeof(*word));

	word->mqtt = mqtt;
	word->heard = *heard;
	*heard = NULL;
	return word;
}

static void decide(struct mqtt *mqtt, const struct unit *unit, const char *incident_id,
		   const struct field_message *message, struct mqtt_heard **heard)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);
	struct principal crew = crew_of(unit->id, unit->agency);
	struct unit_name who = {unit->id, unit->agency};
	struct command *command;
	struct err err;

	if (crew_command(message, &who, incident_id, clock->wall_ms(clock),
			 mqtt->parts.agencies, &command, &err) < 0) {
		refuse_word(mqtt, unit->id, err.text);
		return;
	}
	actions_submit(mqtt->parts.actions, &command, &crew, clock->mono_us(clock), decided,
		       word_of(mqtt, heard));
}

static void change_duty(struct mqtt *mqtt, const struct unit *unit,
			const struct field_message *message, struct mqtt_heard **heard)
{
	const struct clock *clock = loop_clock(mqtt->parts.loop);
	struct principal crew = crew_of(unit->id, unit->agency);
	struct duty_change *duty = crew_duty(&message->word, unit->id, clock->wall_ms(clock));

	duty_submit(mqtt->parts.actions, &duty, &crew, clock->mono_us(clock), duty_kept,
		    word_of(mqtt, heard));
}

/* What it is about: the incident it names, the order's, or the one that the unit is at. */
static const char *incident_of(const struct mqtt *mqtt, const struct unit *unit,
			       const struct field_word *word)
{
	const struct unit_doing *doing = unit_board_find(mqtt->parts.board, unit->id);

	if (word->incident_id[0] != '\0')
		return word->incident_id;
	if (word->dispatch_id[0] != '\0')
		return orders_incident(mqtt, unit->id, word->dispatch_id);
	return doing != NULL && doing->job_count > 0 ? doing->job[0].incident_id : NULL;
}

/* It may be one: what is live is being read, since the start. The ear waits so long. */
static void park(struct mqtt *mqtt, struct mqtt_heard **heard)
{
	list_append(&mqtt->parked, &(*heard)->node);
	*heard = NULL;
}

static void take_decision(struct mqtt *mqtt, const struct unit *unit,
			  const struct field_message *message, struct mqtt_heard **heard)
{
	const char *incident_id = incident_of(mqtt, unit, &message->word);

	if (incident_id != NULL)
		decide(mqtt, unit, incident_id, message, heard);
	else if (message->word.dispatch_id[0] != '\0' && !mqtt->orders.are_known)
		park(mqtt, heard);
	else
		refuse_word(mqtt, unit->id, "has no such order");
}

/* An order is answered by its name, whatever else the answer says. */
static void take_ack(struct mqtt *mqtt, const struct unit *unit,
		     const struct field_message *message, struct mqtt_heard **heard)
{
	struct field_message own = *message;

	own.word.incident_id[0] = '\0';
	take_decision(mqtt, unit, &own, heard);
}

static void take_status(struct mqtt *mqtt, const struct unit *unit,
			const struct field_message *message, struct mqtt_heard **heard)
{
	enum mayday_step mayday;
	enum unit_duty duty;

	if (crew_says_mayday(&message->word, &mayday))
		log_warn("field.mayday", "unit=%s said=%s", unit->id,
			 mayday_step_names[mayday]);
	if (crew_says_duty(&message->word, &duty) || crew_says_mayday(&message->word, &mayday))
		change_duty(mqtt, unit, message, heard);
	else
		take_decision(mqtt, unit, message, heard);
}

static void take_sync(struct mqtt *mqtt, const struct unit *unit,
		      const struct field_message *message, struct mqtt_heard **heard)
{
	(void)message, (void)heard;
	orders_ask(mqtt, unit->id);
}

static void take_position(struct mqtt *mqtt, const struct unit *unit,
			  const struct field_message *message, struct mqtt_heard **heard)
{
	(void)heard;
	(void)whereabouts_move(mqtt->parts.whereabouts, unit->id, &message->position);
}

static void take_presence(struct mqtt *mqtt, const struct unit *unit,
			  const struct field_message *message, struct mqtt_heard **heard)
{
	(void)heard;
	(void)whereabouts_presence(mqtt->parts.whereabouts, unit->id, message->is_online);
}

static const struct {
	/* What goes on its way takes *heard. */
	void (*take)(struct mqtt *mqtt, const struct unit *unit,
		     const struct field_message *message, struct mqtt_heard **heard);
	enum metric bad; /* counts what is malformed */
} leaves[FIELD_LEAVES] = {
	[FIELD_ACK] = {take_ack, METRIC_FIELD_BAD_ACKS},
	[FIELD_STATUS] = {take_status, METRIC_FIELD_BAD_STATES},
	[FIELD_SYNC] = {take_sync, METRIC_FIELD_BAD_STATES}, /* none is malformed */
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

static void take_word(struct mqtt *mqtt, struct mqtt_heard **heard)
{
	struct field_message message;
	char id[FIELD_UNIT_SIZE];
	const struct unit *unit;
	enum field_leaf leaf;
	struct err err = {0};

	metrics_add(mqtt->parts.metrics, METRIC_FIELD_HEARD, 1);
	if (!field_read_topic(mqtt->topics.base, (*heard)->topic, id, &leaf) ||
	    ((*heard)->is_kept && leaf != FIELD_PRESENCE))
		return;
	unit = rules_find_unit(mqtt->rules, id);
	if (unit == NULL)
		metrics_add(mqtt->parts.metrics, METRIC_FIELD_UNKNOWN, 1);
	else if (field_read(leaf, (*heard)->payload, (*heard)->len, &message, &err) < 0)
		refuse(mqtt, leaf, &err);
	else if (!message.is_other)
		leaves[leaf].take(mqtt, unit, &message, heard);
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

void field_let_go(struct mqtt *mqtt)
{
	struct list *node;

	while ((node = list_take(&mqtt->parked)) != NULL) {
		struct mqtt_heard *heard = LIST_ITEM(node, struct mqtt_heard, node);

		heard->is_later = true;
		mqtt_ear_give_back(mqtt->ear, &heard);
	}
}

static void take_heard(struct mqtt *mqtt, struct mqtt_heard *heard)
{
	if (heard->kind == HEARD_DOWN)
		field_let_go(mqtt); /* the broker says it again */
	if (heard->kind == HEARD_WORD)
		take_word(mqtt, &heard);
	else if (heard->kind == HEARD_UP)
		come_up(mqtt);
	else
		go_down(mqtt, heard->topic);
	if (heard != NULL)
		mqtt_ear_give_back(mqtt->ear, &heard);
}

void field_hear(struct mqtt *mqtt)
{
	struct list heard, *node;

	list_init(&heard);
	if (mqtt->orders.are_known)
		list_move(&heard, &mqtt->parked);
	mqtt_ear_take(mqtt->ear, &heard);
	while ((node = list_take(&heard)) != NULL)
		take_heard(mqtt, LIST_ITEM(node, struct mqtt_heard, node));
}
