/* The verbs of whose it is by now, and how it ends: take, close, reopen, raise. */
#include <string.h>

#include "core/command_private.h"

/* In whose name: that of who leads, where the person may decide for it, else of the first that
 * waits. -1: nobody waits for this person. */
static int part_that_waits(const struct reading *reading, const struct incident *incident)
{
	const struct category *category =
		rules_category(reading->view->rules, incident->verdict.category);
	agency_set mine = reading->view->acts_for & incident->verdict.agencies, waits = 0;

	for (unsigned i = 0; i < AGENCY_MAX; i++)
		if ((mine >> i & 1) != 0 && incident->assignment[i].state == ASSIGNMENT_PENDING)
			waits |= (agency_set)1 << i;
	if (category != NULL && (waits & category->lead) != 0)
		waits &= category->lead;
	return waits != 0 ? __builtin_ctz(waits) : -1;
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

/* As part_that_waits, of the parts that are not over. */
static int part_that_is_open(const struct reading *reading, const struct incident *incident)
{
	const struct category *category =
		rules_category(reading->view->rules, incident->verdict.category);
	agency_set mine = reading->view->acts_for & incident->verdict.agencies, open = 0;

	for (unsigned i = 0; i < AGENCY_MAX; i++)
		if ((mine >> i & 1) != 0 && incident->assignment[i].state < ASSIGNMENT_CLEARED)
			open |= (agency_set)1 << i;
	if (category != NULL && (open & category->lead) != 0)
		open &= category->lead;
	return open != 0 ? __builtin_ctz(open) : -1;
}

static void refuse_raise(struct reading *reading, const struct incident *incident, int agency)
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

/* To whom is the policy's to say: who presses need not know. */
void verb_raise(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said name = {{0}, {0}}, words;
	int agency;

	if (incident == NULL)
		return;
	agency = reading->agency >= 0 ? reading->agency : part_that_is_open(reading, incident);
	reading_mean(reading, incident, ACTION_ESCALATE, false);
	refuse_raise(reading, incident, agency);
	if (agency >= 0) {
		reading_put(reading, "agency", json_string(agencies->agency[agency].id));
		agency_say(agencies, (unsigned)agency, &name);
	}
	if (reading->rest.len == 0) {
		reading_say(reading, incident, "Naikkan {0} untuk {1} ke langkah berikutnya",
			    "Raise {0} for {1} to the next step", &name, NULL);
		return;
	}
	reading_put(reading, "note",
		    json_stringn(reading_text(reading, reading->rest), reading->rest.len));
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	reading_say(reading, incident, "Naikkan {0} untuk {1} ke langkah berikutnya: {2}",
		    "Raise {0} for {1} to the next step: {2}", &name, &words);
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
