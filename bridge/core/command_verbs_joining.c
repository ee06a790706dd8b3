/* The verbs of what is one matter: merge, split, unfold. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"
#include "model/join.h"

static void refuse_merge(struct reading *reading, const struct incident *from,
			 const struct incident *into, struct token at)
{
	struct err err;

	if (into->status == INCIDENT_CLOSED)
		reading_cannot(reading, at, "sudah ditutup", "is closed", "buka dulu",
			       "reopen it first");
	else if (incident_may_merge(from, into, &err) < 0)
		reading_cannot(reading, at, "latihan atau laporan rahasia tetap sendiri",
			       "an exercise or a secret report stays by itself", "", "");
}

/* "gabung 402 400": the first goes into the second; "gabung 400": the selected one does. */
void verb_merge(struct reading *reading)
{
	static const struct complaint same = {"{0} tidak dapat digabung ke dirinya sendiri",
					      "{0} cannot go into itself", "nomor yang lain",
					      "another number"};
	unsigned last = reading->number_count > 0 ? reading->number_count - 1 : 0;
	bool has_both = reading->number_count == 2;
	const struct incident *from, *into;
	struct said name;

	if (reading->number_count == 0 || (!has_both && reading->view->selected == NULL)) {
		(void)reading_lacks(reading, "digabung ke insiden mana?",
				    "into which incident?");
		return;
	}
	from = has_both ? reading_known(reading, 0) : reading->view->selected;
	into = from != NULL ? reading_known(reading, last) : NULL;
	if (into == NULL)
		return;
	if (strcmp(from->id, into->id) == 0) {
		said_number(&name, from->no);
		(void)complain(reading, COMMAND_WRONG, reading->number[last], &same, &name);
		return;
	}
	reading_mean(reading, from, ACTION_MERGE, true);
	reading_put(reading, "into", json_string(into->id));
	refuse_merge(reading, from, into, reading->number[last]);
	incident_say(into, reading->view->rules, &name);
	reading_say(reading, from, "Gabungkan {0} ke {1}", "Merge {0} into {1}", &name, NULL);
}

static unsigned reports_kept(const struct incident *incident)
{
	return incident->report_count < INCIDENT_REPORTS_MAX ? incident->report_count
							     : INCIDENT_REPORTS_MAX;
}

static bool is_named_before(const struct reading *reading, unsigned i)
{
	for (unsigned j = 0; j < i; j++)
		if (reading->report[j] == reading->report[i])
			return true;
	return false;
}

/* The ids of the reports that are named, and how they are called; NULL: what is wrong is said.
 */
static json_t *named_reports(struct reading *reading, const struct incident *incident,
			     struct said *names)
{
	static const struct complaint first = {
		"laporan #1 adalah insiden itu sendiri", "report #1 is the incident itself",
		"laporan #2 dan seterusnya", "report #2 and those after"};
	static const struct complaint none = {"tidak ada laporan itu",
					      "there is no such report", "periksa nomornya",
					      "check its number"};
	json_t *list = json_array();
	size_t used = 0;
	char text[128] = "";

	for (unsigned i = 0; i < reading->report_count; i++) {
		unsigned n = reading->report[i];

		if (n == 1 || n > reports_kept(incident)) {
			(void)complain(reading, COMMAND_WRONG, reading->report_token[i],
				       n == 1 ? &first : &none, NULL);
			json_decref(list);
			return NULL;
		}
		if (is_named_before(reading, i))
			continue;
		(void)json_array_append_new(list, json_string(incident->report_id[n - 1]));
		if (used < sizeof(text) - 8)
			used += (size_t)snprintf(text + used, sizeof(text) - used, "%s#%u",
						 used > 0 ? ", " : "", n);
	}
	said_plain(names, text, used);
	return list;
}

void verb_split(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	struct said names;
	json_t *reports;

	if (incident == NULL)
		return;
	if (reading->report_count == 0) {
		(void)reading_lacks(reading, "laporan mana?", "which reports?");
		return;
	}
	reports = named_reports(reading, incident, &names);
	if (reports == NULL)
		return;
	reading_mean(reading, incident, ACTION_SPLIT, true);
	reading_put(reading, "reports", reports);
	reading_say(reading, incident, "Keluarkan laporan {1} dari {0}",
		    "Take report {1} out of {0}", &names, NULL);
}

void verb_unfold(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	struct said card;

	if (incident == NULL)
		return;
	reading_mean(reading, incident, ACTION_UNFOLD, false);
	if (incident->folded_into.no == 0)
		reading_cannot(reading, reading->verb_token, "{0} tidak di bawah kartu lain",
			       "{0} is not under another card", "", "");
	said_number(&card, incident->folded_into.no);
	reading_say(reading, incident, "Keluarkan {0} dari kartu {1}",
		    "Take {0} out of card {1}", &card, NULL);
}
