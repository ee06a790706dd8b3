/* What a verb says of the command: which incident is meant, what would be done, and what speaks
 * against it as things stand. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"

const char *reading_text(const struct reading *reading, struct token token)
{
	return reading->line + token.at;
}

bool reading_lacks(struct reading *reading, const char *what_id, const char *what_en)
{
	const struct complaint complaint = {what_id, what_en, "bentuknya: {1}",
					    "the form is: {1}"};

	return complain(reading, COMMAND_WRONG, reading_end(reading), &complaint, NULL);
}

/* As things stand it cannot be; what was understood stays. */
void reading_cannot(struct reading *reading, struct token token, const char *what_id,
		    const char *what_en, const char *remedy_id, const char *remedy_en)
{
	const struct complaint complaint = {what_id, what_en, remedy_id, remedy_en};
	struct said no;

	said_number(&no, reading->out->no);
	if (reading->out->trouble == COMMAND_FINE)
		(void)complain(reading, COMMAND_IMPOSSIBLE, token, &complaint, &no);
}

const struct incident *reading_known(struct reading *reading, unsigned which)
{
	static const struct complaint missing = {
		"tidak ada insiden {0} yang dapat dilihat di sini",
		"there is no incident {0} to be seen here", "periksa nomornya",
		"check its number"};
	const struct command_view *view = reading->view;
	struct said no;

	for (unsigned i = 0; i < view->known_count; i++)
		if (view->known[i].no == reading->no[which])
			return &view->known[i];
	said_number(&no, reading->no[which]);
	(void)complain(reading, COMMAND_NOT_FOUND, reading->number[which], &missing, &no);
	return NULL;
}

/* The one that is named, else the selected one. NULL: what is wrong is said. */
const struct incident *reading_meant(struct reading *reading, unsigned which)
{
	if (which < reading->number_count)
		return reading_known(reading, which);
	if (reading->view->selected != NULL)
		return reading->view->selected;
	(void)reading_lacks(reading, "insiden mana?", "which incident?");
	return NULL;
}

void reading_refuse_state(struct reading *reading, const struct incident *incident,
			  enum action action)
{
	if (incident_allows(incident, action))
		return;
	if (incident->status == INCIDENT_CLOSED)
		reading_cannot(reading, reading->verb_token, "{0} sudah ditutup",
			       "{0} is closed", "buka {0}", "reopen {0}");
	else
		reading_cannot(reading, reading->verb_token, "{0} masih terbuka", "{0} is open",
			       "tidak perlu dibuka", "it need not be reopened");
}

/* The action's document; what else belongs into it is the verb's. */
void reading_mean(struct reading *reading, const struct incident *incident, enum action action,
		  bool rests_on_seen)
{
	struct command_parse *out = reading->out;

	out->means = COMMAND_ACTION;
	out->action = json_pack("{s:s}", "action", action_names[action]);
	memcpy(out->incident_id, incident->id, ID_SIZE);
	out->no = incident->no;
	out->version = incident->version;
	out->rests_on_seen = rests_on_seen;
	reading_refuse_state(reading, incident, action);
}

void reading_put(struct reading *reading, const char *key, json_t *value)
{
	(void)json_object_set_new(reading->out->action, key, value);
}

void reading_say(struct reading *reading, const struct incident *incident, const char *id,
		 const char *en, const struct said *one, const struct said *two)
{
	struct said about;

	incident_say(incident, reading->view->rules, &about);
	said_set(&reading->out->says, id, en, &about, one, two);
}

bool reading_has_room(struct reading *reading, size_t size)
{
	static const struct complaint too_long = {
		"terlalu panjang", "too long", "singkatkan alasannya", "say it in fewer words"};

	return reading->rest.len < size ||
	       complain(reading, COMMAND_WRONG, reading->rest, &too_long, NULL);
}

struct said reading_note(struct reading *reading)
{
	const char *text = reading_text(reading, reading->rest);
	struct said words;

	reading_put(reading, "note", json_stringn(text, reading->rest.len));
	said_quote(&words, text, reading->rest.len);
	return words;
}

void reading_drop_number(struct reading *reading, unsigned which)
{
	reading->number_count--;
	if (which == 0) {
		reading->no[0] = reading->no[1];
		reading->number[0] = reading->number[1];
	}
}

/* ---- Whose part. ---- */

int reading_part(const struct reading *reading, const struct incident *incident,
		 agency_set parts)
{
	const struct category *category =
		rules_category(reading->view->rules, incident->verdict.category);

	if (category != NULL && (parts & category->lead) != 0)
		parts &= category->lead;
	return parts != 0 ? __builtin_ctz(parts) : -1;
}

agency_set reading_open_parts(const struct reading *reading, const struct incident *incident)
{
	agency_set mine = reading->view->acts_for & incident->verdict.agencies, open = 0;

	for (unsigned i = 0; i < AGENCY_MAX; i++)
		if ((mine >> i & 1) != 0 && incident->assignment[i].state < ASSIGNMENT_CLEARED)
			open |= (agency_set)1 << i;
	return open;
}

void reading_refuse_part(struct reading *reading, const struct incident *incident, int agency)
{
	struct token at = reading->agency >= 0 ? reading->agency_token : reading->verb_token;

	if (agency < 0 || (incident->verdict.agencies >> agency & 1) == 0)
		reading_cannot(reading, at, "tidak ada bagian itu di {0}",
			       "there is no such part in {0}", "sebut instansinya",
			       "name the agency");
	else if ((reading->view->acts_for >> agency & 1) == 0)
		reading_cannot(reading, at, "bukan instansi Anda", "not your agency",
			       "tanpa nama: instansi Anda sendiri", "without a name: your own");
}
