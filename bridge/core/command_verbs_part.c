/* The verbs of whose it is by now, and how it ends: take, hand over, close, reopen. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"
#include "core/neighbours.h"

/* -1: nobody waits for this person. */
static int part_that_waits(const struct reading *reading, const struct incident *incident)
{
	agency_set mine = reading->view->acts_for & incident->verdict.agencies, waits = 0;

	for (unsigned i = 0; i < AGENCY_MAX; i++)
		if ((mine >> i & 1) != 0 && incident->assignment[i].state == ASSIGNMENT_PENDING)
			waits |= (agency_set)1 << i;
	return reading_part(reading, incident, waits);
}

static void refuse_part(struct reading *reading, const struct incident *incident, int agency)
{
	struct token at = reading->agency >= 0 ? reading->agency_token : reading->verb_token;

	if (agency < 0)
		reading_cannot(reading, at, "tidak ada yang menunggu Anda di {0}",
			       "nothing waits for you in {0}",
			       "sudah diambil, atau bukan bagian Anda",
			       "it is taken, or not yours");
	else if ((reading->view->acts_for >> agency & 1) == 0)
		reading_cannot(reading, at, "bukan instansi Anda", "not your agency",
			       "tanpa nama: instansi Anda sendiri", "without a name: your own");
	else if ((incident->verdict.agencies >> agency & 1) == 0)
		reading_cannot(reading, at, "tidak punya bagian di {0}", "has no part in {0}",
			       "instansi {0} +…", "agencies {0} +…");
	else if (incident->assignment[agency].state != ASSIGNMENT_PENDING)
		reading_cannot(reading, at, "bagian itu sudah diambil",
			       "that part is taken already", "", "");
}

void verb_take(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said name;
	int agency;

	if (incident == NULL)
		return;
	agency = reading->agency >= 0 ? reading->agency : part_that_waits(reading, incident);
	reading_mean(reading, incident, ACTION_ACKNOWLEDGE, false);
	refuse_part(reading, incident, agency);
	if (agency < 0) {
		reading_say(reading, incident, "Ambil {0}", "Take {0}", NULL, NULL);
		return;
	}
	reading_put(reading, "agency", json_string(agencies->agency[agency].id));
	agency_say(agencies, (unsigned)agency, &name);
	reading_say(reading, incident, "Ambil {0} atas nama {1}", "Take {0} for {1}", &name,
		    NULL);
}

static bool refuse_outcome(struct reading *reading)
{
	static const struct complaint unknown = {
		"{0} bukan hasil", "{0} is not an outcome",
		"selesai, diserahkan, nihil, iseng, ganda, tak terhubung, lain",
		"resolved, handed over, no event, prank, duplicate, unreachable, other"};
	size_t pos = reading->rest.at;
	struct token token;
	struct said word;

	(void)token_next(reading->line, reading->len, &pos, &token);
	said_quote(&word, reading_text(reading, token), token.len);
	return complain(reading, COMMAND_WRONG, token, &unknown, &word);
}

/* Who is still bound is named, and freed with it: the sentence is read before Enter. */
static void say_outcome(struct reading *reading, const struct incident *incident,
			struct said *said)
{
	struct said outcome, units;
	char bound[128];

	outcome_say(reading->outcome, said);
	if (!incident_has_live_order(incident, incident->verdict.agencies, bound,
				     sizeof(bound)))
		return;
	reading_put(reading, "release", json_true());
	outcome = *said;
	said_plain(&units, bound, strlen(bound));
	said_set(said, "{0} ({1} bebas)", "{0} ({1} free)", &outcome, &units, NULL);
}

void verb_close(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	struct said outcome, words;

	if (incident == NULL)
		return;
	if (reading->outcome < 0) {
		if (reading->rest.len > 0)
			(void)refuse_outcome(reading);
		else
			(void)reading_lacks(reading, "bagaimana hasilnya?",
					    "with which outcome?");
		return;
	}
	reading_mean(reading, incident, ACTION_CLOSE, true);
	reading_put(reading, "outcome", json_string(outcome_names[reading->outcome]));
	say_outcome(reading, incident, &outcome);
	if (reading->rest.len == 0) {
		reading_say(reading, incident, "Tutup {0}: {1}", "Close {0}: {1}", &outcome,
			    NULL);
		return;
	}
	reading_put(reading, "note",
		    json_stringn(reading_text(reading, reading->rest), reading->rest.len));
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	reading_say(reading, incident, "Tutup {0}: {1}, {2}", "Close {0}: {1}, {2}", &outcome,
		    &words);
}

void verb_reopen(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);

	if (incident == NULL)
		return;
	reading_mean(reading, incident, ACTION_REOPEN, true);
	if (incident->merged_into.no != 0)
		reading_cannot(reading, reading->verb_token, "{0} sudah digabung ke yang lain",
			       "{0} was merged into another", "pisah laporannya di sana",
			       "split its reports off there");
	reading_say(reading, incident, "Buka lagi {0}", "Reopen {0}", NULL, NULL);
}

/* ---- To whom it is handed over. ---- */

/* An agency, or by the beginning of its id or any word of its name a neighbour: "kab". NULL:
 * none, or several. *used: of the rest. */
static const struct neighbour *neighbour_called(const struct reading *reading, size_t *used)
{
	const struct neighbours *neighbours = rules_neighbours(reading->view->rules);
	const char *text = reading_text(reading, reading->rest);
	const struct neighbour *found = NULL;
	size_t len = 0;

	while (len < reading->rest.len && text[len] != ' ')
		len++;
	*used = len;
	for (unsigned i = 0; len > 0 && i < neighbours->count; i++) {
		const struct neighbour *one = &neighbours->neighbour[i];

		if (word_is(one->id, text, len))
			return one;
		if (!words_begin(one->name_id, text, len) && !word_begins(one->id, text, len))
			continue;
		if (found != NULL)
			return NULL;
		found = one;
	}
	return found;
}

static void drop_words(struct reading *reading, size_t used)
{
	const char *text = reading_text(reading, reading->rest);

	while (used < reading->rest.len && text[used] == ' ')
		used++;
	reading->rest.at += used;
	reading->rest.len -= used;
}

/* False: nobody is called so. */
static bool find_receiver(struct reading *reading, const char **to_r, struct said *name_r)
{
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	const struct neighbour *neighbour;
	size_t used = 0;

	if (reading->agency >= 0) {
		*to_r = agencies->agency[reading->agency].id;
		agency_say(agencies, (unsigned)reading->agency, name_r);
		return true;
	}
	neighbour = neighbour_called(reading, &used);
	if (neighbour == NULL)
		return false;
	drop_words(reading, used);
	*to_r = neighbour->id;
	snprintf(name_r->id, sizeof(name_r->id), "%s", neighbour->name_id);
	snprintf(name_r->en, sizeof(name_r->en), "%s", neighbour->name_en);
	return true;
}

/* The part that is handed over is the person's own; whoever gets it is named. */
void verb_hand_over(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said name, words;
	const char *to;
	agency_set parts;
	int from;

	if (incident == NULL)
		return;
	if (!find_receiver(reading, &to, &name)) {
		(void)reading_lacks(reading, "alihkan ke siapa?", "hand over to whom?");
		return;
	}
	if (reading->rest.len == 0) {
		(void)reading_lacks(reading, "mengapa?", "why?");
		return;
	}
	if (!reading_has_room(reading, ORDER_REASON_SIZE))
		return;
	parts = reading_open_parts(reading, incident);
	if (reading->agency >= 0)
		parts &= ~((agency_set)1 << reading->agency);
	from = reading_part(reading, incident, parts);
	reading_mean(reading, incident, ACTION_HAND_OVER, true);
	reading_refuse_part(reading, incident, from);
	if (from >= 0)
		reading_put(reading, "agency", json_string(agencies->agency[from].id));
	reading_put(reading, "to", json_string(to));
	reading_put(reading, "reason",
		    json_stringn(reading_text(reading, reading->rest), reading->rest.len));
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	reading_say(reading, incident, "Alihkan {0} ke {1}: {2}", "Hand {0} over to {1}: {2}",
		    &name, &words);
}
