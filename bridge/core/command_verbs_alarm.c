/* The verbs of what waits: raise it, silence its alarm, put that off. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"
#include "model/alarm.h"

static int named_part(const struct reading *reading, const struct incident *incident)
{
	return reading->agency >= 0
		       ? reading->agency
		       : reading_part(reading, incident, reading_open_parts(reading, incident));
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
	agency = named_part(reading, incident);
	reading_mean(reading, incident, ACTION_ESCALATE, false);
	reading_refuse_part(reading, incident, agency);
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

/* ---- Alarms. ---- */

/* The more urgent of the two that a part may have: what is to be done next. */
static bool find_alarm(const struct incident *incident, int agency, enum alarm_kind *kind_r)
{
	for (int slot = 0; agency >= 0 && slot < WAIT_SLOTS; slot++)
		if (alarm_of_wait(&incident->assignment[agency].wait[slot], kind_r))
			return true;
	return false;
}

/* A part of the person's that has an alarm goes before one that has none. */
static int part_with_alarm(const struct reading *reading, const struct incident *incident,
			   enum alarm_kind *kind_r)
{
	agency_set open = reading_open_parts(reading, incident), raised = 0;
	int agency;

	if (reading->agency >= 0)
		open &= (agency_set)1 << reading->agency;
	for (int i = 0; i < AGENCY_MAX; i++)
		if ((open >> i & 1) != 0 && find_alarm(incident, i, kind_r))
			raised |= (agency_set)1 << i;
	agency = reading_part(reading, incident, raised);
	(void)find_alarm(incident, agency, kind_r);
	return agency;
}

/* False: there is none to be silenced or put off, and that is said; the command is whole all
 * the same. */
static bool mean_alarm(struct reading *reading, const struct incident *incident,
		       enum action action, enum alarm_kind *kind_r, struct said *name_r)
{
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	int agency;
	bool is_there;

	*kind_r = ALARM_NEW;
	agency = part_with_alarm(reading, incident, kind_r);
	is_there = agency >= 0;
	reading_mean(reading, incident, action, false);
	if (!is_there) {
		agency = named_part(reading, incident);
		reading_refuse_part(reading, incident, agency);
		reading_cannot(reading, reading->verb_token, "tidak ada alarm di {0}",
			       "{0} has no alarm", "", "");
	}
	*name_r = (struct said){"", ""};
	if (agency >= 0) {
		reading_put(reading, "agency", json_string(agencies->agency[agency].id));
		agency_say(agencies, (unsigned)agency, name_r);
	}
	reading_put(reading, "alarm", json_string(alarm_kind_names[*kind_r]));
	return is_there;
}

void verb_quiet(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	enum alarm_kind kind;
	struct said name;

	if (incident == NULL)
		return;
	(void)mean_alarm(reading, incident, ACTION_ACKNOWLEDGE_ALARM, &kind, &name);
	reading_say(reading, incident, "Akui alarm {0} untuk {1}",
		    "Acknowledge the alarm of {0} for {1}", &name, NULL);
}

/* The last of the numbers; the incident is the other one, or the selected one. */
static bool take_minutes(struct reading *reading, int64_t *minutes_r, struct token *at_r)
{
	static const struct complaint range = {"1 sampai 60 menit", "1 to 60 minutes",
					       "bentuknya: {1}", "the form is: {1}"};

	if (reading->number_count == 0 ||
	    (reading->number_count == 1 && reading->view->selected == NULL))
		return reading_lacks(reading, "berapa menit?", "for how many minutes?");
	*minutes_r = reading->no[reading->number_count - 1];
	*at_r = reading->number[reading->number_count - 1];
	reading_drop_number(reading, reading->number_count - 1);
	if (*minutes_r < 1 || *minutes_r > ALARM_MINUTES_MAX)
		return complain(reading, COMMAND_WRONG, *at_r, &range, NULL);
	return true;
}

static void refuse_minutes(struct reading *reading, const struct incident *incident,
			   struct token at, int64_t minutes, enum alarm_kind kind)
{
	int64_t most = alarm_shelf_minutes(kind, incident->verdict.priority);
	char remedy_id[64], remedy_en[64];

	if (most == 0)
		reading_cannot(reading, reading->verb_token, "alarm ini tidak boleh ditunda",
			       "this alarm is never put off", "akui {0}", "quiet {0}");
	if (minutes >= 1 && minutes <= most)
		return;
	snprintf(remedy_id, sizeof(remedy_id), "paling lama %lld menit", (long long)most);
	snprintf(remedy_en, sizeof(remedy_en), "%lld minutes at most", (long long)most);
	reading_cannot(reading, at, "tidak bisa selama itu", "not for so long", remedy_id,
		       remedy_en);
}

void verb_shelve(struct reading *reading)
{
	const struct incident *incident;
	struct said name, words, until;
	struct token at;
	enum alarm_kind kind;
	int64_t minutes = 0;

	if (!take_minutes(reading, &minutes, &at))
		return;
	incident = reading_meant(reading, 0);
	if (incident == NULL)
		return;
	if (reading->rest.len == 0) {
		(void)reading_lacks(reading, "mengapa ditunda?", "why is it put off?");
		return;
	}
	if (!reading_has_room(reading, ALARM_REASON_SIZE))
		return;
	if (mean_alarm(reading, incident, ACTION_SHELVE_ALARM, &kind, &name))
		refuse_minutes(reading, incident, at, minutes, kind);
	reading_put(reading, "minutes", json_integer((json_int_t)minutes));
	words = reading_note(reading);
	snprintf(until.id, sizeof(until.id), "%lld menit", (long long)minutes);
	snprintf(until.en, sizeof(until.en), "%lld minutes", (long long)minutes);
	reading_say(reading, incident, "Tunda alarm {0} selama {1}: {2}",
		    "Put the alarm of {0} off for {1}: {2}", &until, &words);
}
