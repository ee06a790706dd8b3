/* The verbs of units: send, how far one is, call back. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"

/* --- who is sent --- */

static void units_say(const struct reading *reading, struct said *said)
{
	char text[SAID_SIZE];
	size_t used = 0;

	text[0] = '\0';
	for (unsigned i = 0; i < reading->unit_count && used < sizeof(text); i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s",
					 i > 0 ? ", " : "", reading->unit[i]->id);
	said_plain(said, text, strlen(text));
}

static void put_units(struct reading *reading)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < reading->unit_count; i++)
		(void)json_array_append_new(list, json_string(reading->unit[i]->id));
	reading_put(reading, "units", list);
}

static void refuse_units(struct reading *reading)
{
	for (unsigned i = 0; i < reading->unit_count; i++)
		if ((reading->view->acts_for >> reading->unit[i]->agency & 1) == 0)
			reading_cannot(reading, reading->unit_token, "unit instansi lain",
				       "a unit of another agency", "hanya unit instansi Anda",
				       "only units of your agency");
}

/* With the incident and at least one unit; NULL: what is wrong is said. */
static const struct incident *meant_with_units(struct reading *reading)
{
	if (reading->unit_count == 0) {
		(void)reading_lacks(reading, "unit mana?", "which unit?");
		return NULL;
	}
	return reading_meant(reading, 0);
}

/* Words say why it may also be one that is busy elsewhere. */
void verb_send(struct reading *reading)
{
	const struct incident *incident = meant_with_units(reading);
	struct said units, words;

	if (incident == NULL)
		return;
	reading_mean(reading, incident, ACTION_ASSIGN, false);
	put_units(reading);
	refuse_units(reading);
	units_say(reading, &units);
	if (reading->rest.len == 0) {
		reading_say(reading, incident, "Kirim {1} ke {0}", "Send {1} to {0}", &units,
			    NULL);
		return;
	}
	reading_put(reading, "override", json_true());
	reading_put(reading, "note",
		    json_stringn(reading_text(reading, reading->rest), reading->rest.len));
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	reading_say(reading, incident, "Kirim {1} ke {0}, juga bila sedang bertugas: {2}",
		    "Send {1} to {0}, also when it is busy: {2}", &units, &words);
}

void verb_step(struct reading *reading)
{
	const struct incident *incident = meant_with_units(reading);
	struct said units, step;

	if (incident == NULL)
		return;
	if (reading->step < 0 || reading->unit_count > 1) {
		(void)reading_lacks(reading, "satu unit, dan sampai mana?",
				    "one unit, and how far?");
		return;
	}
	reading_mean(reading, incident, ACTION_STATUS, false);
	reading_put(reading, "unit", json_string(reading->unit[0]->id));
	reading_put(reading, "status", json_string(order_state_names[reading->step]));
	refuse_units(reading);
	units_say(reading, &units);
	step_say(reading->step, &step);
	reading_say(reading, incident, "{1} {2}: {0}", "{1} {2}: {0}", &units, &step);
}

void verb_recall(struct reading *reading)
{
	const struct incident *incident = meant_with_units(reading);
	struct said units, words;

	if (incident == NULL)
		return;
	if (!reading_has_room(reading, ORDER_REASON_SIZE))
		return;
	reading_mean(reading, incident, ACTION_CANCEL, false);
	put_units(reading);
	refuse_units(reading);
	units_say(reading, &units);
	if (reading->rest.len == 0) {
		reading_say(reading, incident, "Mundurkan {1} dari {0}", "Recall {1} from {0}",
			    &units, NULL);
		return;
	}
	reading_put(reading, "reason",
		    json_stringn(reading_text(reading, reading->rest), reading->rest.len));
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	reading_say(reading, incident, "Mundurkan {1} dari {0}: {2}",
		    "Recall {1} from {0}: {2}", &units, &words);
}
