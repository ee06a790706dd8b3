/* The verbs. A further one is a row and a function that says what it would do; what it has to
 * take apart is done before. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"
#include "core/place.h"
#include "model/join.h"

#define PLACE_POINT_FORM "%.6f, %.6f"

static const char *text_of(const struct reading *reading, struct token token)
{
	return reading->line + token.at;
}

static bool lacks(struct reading *reading, const char *what_id, const char *what_en)
{
	const struct complaint complaint = {what_id, what_en, "bentuknya: {1}",
					    "the form is: {1}"};

	return complain(reading, COMMAND_WRONG, reading_end(reading), &complaint, NULL);
}

/* As things stand it cannot be; what was understood stays. */
static void cannot(struct reading *reading, struct token token, const char *what_id,
		   const char *what_en, const char *remedy_id, const char *remedy_en)
{
	const struct complaint complaint = {what_id, what_en, remedy_id, remedy_en};
	struct said no;

	said_number(&no, reading->out->no);
	if (reading->out->trouble == COMMAND_FINE)
		(void)complain(reading, COMMAND_IMPOSSIBLE, token, &complaint, &no);
}

static const struct incident *known(struct reading *reading, unsigned which)
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
static const struct incident *meant(struct reading *reading, unsigned which)
{
	if (which < reading->number_count)
		return known(reading, which);
	if (reading->view->selected != NULL)
		return reading->view->selected;
	(void)lacks(reading, "insiden mana?", "which incident?");
	return NULL;
}

static void refuse_state(struct reading *reading, const struct incident *incident,
			 enum action action)
{
	if (incident_allows(incident, action))
		return;
	if (incident->status == INCIDENT_CLOSED)
		cannot(reading, reading->verb_token, "{0} sudah ditutup", "{0} is closed",
		       "buka {0}", "reopen {0}");
	else
		cannot(reading, reading->verb_token, "{0} masih terbuka", "{0} is open",
		       "tidak perlu dibuka", "it need not be reopened");
}

/* The action's document; what else belongs into it is the verb's. */
static void mean(struct reading *reading, const struct incident *incident, enum action action,
		 bool rests_on_seen)
{
	struct command_parse *out = reading->out;

	out->means = COMMAND_ACTION;
	out->action = json_pack("{s:s}", "action", action_names[action]);
	memcpy(out->incident_id, incident->id, ID_SIZE);
	out->no = incident->no;
	out->version = incident->version;
	out->rests_on_seen = rests_on_seen;
	refuse_state(reading, incident, action);
}

static void put(struct reading *reading, const char *key, json_t *value)
{
	(void)json_object_set_new(reading->out->action, key, value);
}

static void say(struct reading *reading, const struct incident *incident, const char *id,
		const char *en, const struct said *one, const struct said *two)
{
	struct said about;

	incident_say(incident, reading->view->rules, &about);
	said_set(&reading->out->says, id, en, &about, one, two);
}

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
		cannot(reading, at, "tidak ada yang menunggu Anda di {0}",
		       "nothing waits for you in {0}", "sudah diambil, atau bukan bagian Anda",
		       "it is taken, or not yours");
	else if ((reading->view->acts_for >> agency & 1) == 0)
		cannot(reading, at, "bukan instansi Anda", "not your agency",
		       "tanpa nama: instansi Anda sendiri", "without a name: your own");
	else if ((incident->verdict.agencies >> agency & 1) == 0)
		cannot(reading, at, "tidak punya bagian di {0}", "has no part in {0}",
		       "instansi {0} +…", "agencies {0} +…");
	else if (incident->assignment[agency].state != ASSIGNMENT_PENDING)
		cannot(reading, at, "bagian itu sudah diambil", "that part is taken already",
		       "", "");
}

static void read_take(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said name;
	int agency;

	if (incident == NULL)
		return;
	agency = reading->agency >= 0 ? reading->agency : part_that_waits(reading, incident);
	mean(reading, incident, ACTION_ACKNOWLEDGE, false);
	refuse_part(reading, incident, agency);
	if (agency < 0) {
		say(reading, incident, "Ambil {0}", "Take {0}", NULL, NULL);
		return;
	}
	put(reading, "agency", json_string(agencies->agency[agency].id));
	agency_say(agencies, (unsigned)agency, &name);
	say(reading, incident, "Ambil {0} atas nama {1}", "Take {0} for {1}", &name, NULL);
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
		cannot(reading, at, "tidak ada bagian itu di {0}",
		       "there is no such part in {0}", "sebut instansinya", "name the agency");
	else if ((reading->view->acts_for >> agency & 1) == 0)
		cannot(reading, at, "bukan instansi Anda", "not your agency",
		       "tanpa nama: instansi Anda sendiri", "without a name: your own");
}

/* To whom is the policy's to say: who presses need not know. */
static void read_raise(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said name = {{0}, {0}}, words;
	int agency;

	if (incident == NULL)
		return;
	agency = reading->agency >= 0 ? reading->agency : part_that_is_open(reading, incident);
	mean(reading, incident, ACTION_ESCALATE, false);
	refuse_raise(reading, incident, agency);
	if (agency >= 0) {
		put(reading, "agency", json_string(agencies->agency[agency].id));
		agency_say(agencies, (unsigned)agency, &name);
	}
	if (reading->rest.len == 0) {
		say(reading, incident, "Naikkan {0} untuk {1} ke langkah berikutnya",
		    "Raise {0} for {1} to the next step", &name, NULL);
		return;
	}
	put(reading, "note", json_stringn(text_of(reading, reading->rest), reading->rest.len));
	said_quote(&words, text_of(reading, reading->rest), reading->rest.len);
	say(reading, incident, "Naikkan {0} untuk {1} ke langkah berikutnya: {2}",
	    "Raise {0} for {1} to the next step: {2}", &name, &words);
}

/* "catat 3 orang luka" with another incident selected: an old number that short is more likely
 * a part of the words, and a note in a closed incident is read by nobody. */
static bool is_rather_words(const struct reading *reading, const struct incident *incident)
{
	return reading->number_count > 0 && reading->number[0].len < 4 &&
	       reading->view->selected != NULL && incident->status == INCIDENT_CLOSED;
}

static void read_note(struct reading *reading)
{
	static const struct complaint unclear = {
		"insiden {0} sudah ditutup: angka ini bagian dari catatan?",
		"incident {0} is closed: is this number part of the note?",
		"tulis “catat : …”, atau nomornya dengan empat angka",
		"write “note : …”, or its number with four digits"};
	const struct incident *incident = meant(reading, 0);
	struct said words;

	if (incident == NULL)
		return;
	if (is_rather_words(reading, incident)) {
		said_number(&words, incident->no);
		(void)complain(reading, COMMAND_WRONG, reading->number[0], &unclear, &words);
		return;
	}
	if (reading->rest.len == 0) {
		(void)lacks(reading, "catatannya apa?", "what is the note?");
		return;
	}
	mean(reading, incident, ACTION_NOTE, false);
	put(reading, "note", json_stringn(text_of(reading, reading->rest), reading->rest.len));
	said_quote(&words, text_of(reading, reading->rest), reading->rest.len);
	say(reading, incident, "Catat di {0}: {1}", "Note on {0}: {1}", &words, NULL);
}

static const struct category *one_category(struct reading *reading)
{
	static const struct complaint none = {"tidak ada jenis {0}", "there is no type {0}",
					      "satu atau dua kata dari namanya, atau Tab",
					      "a word or two of its name, or Tab"};
	static const struct complaint several = {
		"{0} dapat berarti beberapa jenis", "{0} may mean several types",
		"tambah satu kata, atau Tab", "add a word, or Tab"};
	const struct category *found[1];
	struct token rest = reading->rest;
	struct said words;
	unsigned count;

	if (rest.len == 0) {
		(void)lacks(reading, "jenis apa?", "of what type?");
		return NULL;
	}
	count = categories_called(reading->view->rules, text_of(reading, rest), rest.len, found,
				  1);
	if (count == 1)
		return found[0];
	said_quote(&words, text_of(reading, rest), rest.len);
	(void)complain(reading, COMMAND_WRONG, rest, count == 0 ? &none : &several, &words);
	return NULL;
}

static void read_type(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	const struct category *category = incident != NULL ? one_category(reading) : NULL;
	struct said name, level;
	int priority;

	if (category == NULL)
		return;
	mean(reading, incident, ACTION_RECLASSIFY, true);
	put(reading, "category", json_string(category->id));
	category_say(reading->view->rules, category->id, &name);
	priority = priority_of_severity(category->severity);
	if (priority < incident->verdict.priority) {
		priority_say(priority, &level);
		say(reading, incident, "Ubah jenis {0} menjadi {1}; prioritas naik ke {2}",
		    "Change {0} to {1}; its priority rises to {2}", &name, &level);
	} else {
		say(reading, incident, "Ubah jenis {0} menjadi {1}", "Change {0} to {1}", &name,
		    NULL);
	}
}

static void drop_number(struct reading *reading, unsigned which)
{
	reading->number_count--;
	if (which == 0) {
		reading->no[0] = reading->no[1];
		reading->number[0] = reading->number[1];
	}
}

/* Of two numbers the last that can be one; one by itself when an incident is selected. */
static void find_priority(struct reading *reading)
{
	unsigned count = reading->number_count;

	for (unsigned i = count; i-- > 0 && reading->priority == 0;) {
		bool can_be = reading->no[i] >= 1 && reading->no[i] <= 4 &&
			      reading->number[i].len == 1;

		if (!can_be)
			continue;
		reading->priority = (int)reading->no[i];
		drop_number(reading, i);
	}
}

static void read_priority(struct reading *reading)
{
	static const struct complaint range = {"prioritas 1 sampai 4", "priorities are 1 to 4",
					       "bentuknya: {1}", "the form is: {1}"};
	const struct incident *incident;
	struct said before, after;

	find_priority(reading);
	if (reading->number_count == 2) {
		(void)complain(reading, COMMAND_WRONG, reading->number[1], &range, NULL);
		return;
	}
	incident = meant(reading, 0);
	if (incident == NULL)
		return;
	if (reading->priority == 0) {
		(void)lacks(reading, "prioritas berapa?", "which priority?");
		return;
	}
	mean(reading, incident, ACTION_RECLASSIFY, true);
	put(reading, "priority", json_integer(reading->priority));
	priority_say(incident->verdict.priority, &before);
	priority_say(reading->priority, &after);
	say(reading, incident, "Prioritas {0}: dari {1} menjadi {2}",
	    "Priority of {0}: from {1} to {2}", &before, &after);
}

static json_t *agency_list(const struct agencies *agencies, agency_set set)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < agencies->count; i++)
		if ((set >> i & 1) != 0)
			(void)json_array_append_new(list, json_string(agencies->agency[i].id));
	return list;
}

static void read_agencies(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said names;
	agency_set set;

	if (incident == NULL)
		return;
	if ((reading->set | reading->plus | reading->minus) == 0) {
		(void)lacks(reading, "instansi mana?", "which agencies?");
		return;
	}
	set = reading->set != 0 ? reading->set : incident->verdict.agencies;
	set = (set | reading->plus) & ~reading->minus;
	if (set == 0) {
		(void)lacks(reading, "harus ada satu instansi", "one agency must be left");
		return;
	}
	mean(reading, incident, ACTION_RECLASSIFY, true);
	put(reading, "agencies", agency_list(agencies, set));
	agencies_say(agencies, set, &names);
	say(reading, incident, "Instansi untuk {0}: {1}", "Agencies for {0}: {1}", &names,
	    NULL);
}

/* "-6.73,108.55", also with a blank. */
static bool read_point(const char *text, size_t len, double *lat_r, double *lon_r)
{
	char copy[64];
	int used = 0;

	if (len >= sizeof(copy))
		return false;
	memcpy(copy, text, len);
	copy[len] = '\0';
	if (sscanf(copy, "%12lf%*[, ]%12lf%n", lat_r, lon_r, &used) != 2 || (size_t)used != len)
		return false;
	return *lat_r >= -90 && *lat_r <= 90 && *lon_r >= -180 && *lon_r <= 180;
}

static void mean_point(struct reading *reading, const struct incident *incident, double lat,
		       double lon, int accuracy_m, const struct said *name)
{
	json_t *location = json_pack("{s:f, s:f}", "lat", lat, "lon", lon);

	if (accuracy_m > 0)
		(void)json_object_set_new(location, "accuracy_m", json_integer(accuracy_m));
	mean(reading, incident, ACTION_RELOCATE, true);
	put(reading, "location", location);
	say(reading, incident, "Pindahkan {0} ke {1}", "Move {0} to {1}", name, NULL);
}

/* One word of the rest, with its sign: what there is, or is no more. */
static bool take_hazard(struct reading *reading, struct token token, hazard_set *there,
			hazard_set *over)
{
	static const struct complaint none = {"tidak ada bahaya {0}", "there is no hazard {0}",
					      "gas, kimia, senjata, agresif atau kabel",
					      "gas, chemicals, weapons, aggression or wires"};
	const char *text = text_of(reading, token);
	bool has_sign = text[0] == '+' || text[0] == '-';
	size_t len = token.len - has_sign;
	struct said word;
	int hazard;

	while (len > 0 && text[has_sign + len - 1] == ',')
		len--;
	hazard = hazard_called(text + has_sign, len);
	if (hazard < 0) {
		said_quote(&word, text, token.len);
		return complain(reading, COMMAND_WRONG, token, &none, &word);
	}
	*(text[0] == '-' ? over : there) |= (hazard_set)(1u << hazard);
	return true;
}

static bool take_hazards(struct reading *reading, hazard_set *there, hazard_set *over)
{
	size_t pos = reading->rest.at, end = reading->rest.at + reading->rest.len;
	struct token token;

	while (token_next(reading->line, end, &pos, &token))
		if (!take_hazard(reading, token, there, over))
			return false;
	if ((*there | *over) == 0)
		return lacks(reading, "bahaya apa?", "which hazard?");
	if ((*there & *over) != 0)
		return lacks(reading, "ada atau tidak ada?", "is it there or not?");
	return true;
}

static json_t *hazard_list(hazard_set hazards)
{
	json_t *list = json_array();

	for (int i = 0; i < HAZARDS; i++)
		if ((hazards >> i & 1) != 0)
			(void)json_array_append_new(list, json_string(hazard_names[i]));
	return list;
}

static void read_hazard(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	hazard_set there = 0, over = 0;
	struct said is, was;

	if (incident == NULL || !take_hazards(reading, &there, &over))
		return;
	mean(reading, incident, ACTION_HAZARD, false);
	if (there != 0)
		put(reading, "hazards", hazard_list(there));
	if (over != 0)
		put(reading, "over", hazard_list(over));
	hazards_say(there, &is);
	hazards_say(over, &was);
	if (over == 0)
		say(reading, incident, "Bahaya di {0}: {1}", "Hazards at {0}: {1}", &is, NULL);
	else if (there == 0)
		say(reading, incident, "Tidak ada lagi di {0}: {1}", "No more at {0}: {1}",
		    &was, NULL);
	else
		say(reading, incident, "Bahaya di {0}: {1}; tidak ada lagi: {2}",
		    "Hazards at {0}: {1}; no more: {2}", &is, &was);
}

static bool is_called_so(const struct place_candidate *candidate, const char *text, size_t len)
{
	struct said name;

	place_candidate_say(candidate, &name);
	return word_is(candidate->place, text, len) || word_is(name.id, text, len);
}

/* The one that bears the name, or the only one. NULL: what is wrong is said. */
static const struct place_candidate *one_place(struct reading *reading,
					       const struct place_candidates *found)
{
	static const struct complaint none = {
		"tidak ada tempat {0}", "there is no place {0}",
		"nama jalan, gedung atau kelurahan, atau lintang,bujur",
		"a street, a building, or latitude,longitude"};
	static const struct complaint several = {
		"{0} dapat berarti beberapa tempat", "{0} may be several places",
		"tambah satu kata, atau Tab", "add a word, or Tab"};
	const char *text = text_of(reading, reading->rest);
	const struct place_candidate *named = found->count == 1 ? &found->candidate[0] : NULL;
	unsigned count = 0;
	struct said words;

	for (unsigned i = 0; i < found->count; i++) {
		if (!is_called_so(&found->candidate[i], text, reading->rest.len))
			continue;
		named = &found->candidate[i];
		count++;
	}
	if (named != NULL && count <= 1)
		return named;
	said_quote(&words, text, reading->rest.len);
	(void)complain(reading, COMMAND_WRONG, reading->rest,
		       found->count == 0 ? &none : &several, &words);
	return NULL;
}

static void read_place(struct reading *reading, const struct incident *incident)
{
	static const struct complaint pointless = {
		"{0} hanya wilayah, tanpa titik", "{0} is only an area, without a point",
		"tempat yang lebih tepat", "a more exact place"};
	const struct place_candidate *place;
	struct place_candidates found;
	struct said name;

	places_search(reading->view->rules, text_of(reading, reading->rest), reading->rest.len,
		      &found);
	place = one_place(reading, &found);
	if (place == NULL)
		return;
	place_candidate_say(place, &name);
	if (place->has_point)
		mean_point(reading, incident, place->lat_e7 / (double)DEGREE_E7,
			   place->lon_e7 / (double)DEGREE_E7, place->radius_m, &name);
	else
		(void)complain(reading, COMMAND_WRONG, reading->rest, &pointless, &name);
}

static void read_relocate(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	char text[64];
	struct said point;
	double lat, lon;

	if (incident == NULL)
		return;
	if (reading->rest.len == 0) {
		(void)lacks(reading, "ke mana?", "to where?");
		return;
	}
	if (!read_point(text_of(reading, reading->rest), reading->rest.len, &lat, &lon)) {
		read_place(reading, incident);
		return;
	}
	snprintf(text, sizeof(text), PLACE_POINT_FORM, lat, lon);
	said_plain(&point, text, strlen(text));
	mean_point(reading, incident, lat, lon, 0, &point);
}

static void refuse_merge(struct reading *reading, const struct incident *from,
			 const struct incident *into, struct token at)
{
	struct err err;

	if (into->status == INCIDENT_CLOSED)
		cannot(reading, at, "sudah ditutup", "is closed", "buka dulu",
		       "reopen it first");
	else if (incident_may_merge(from, into, &err) < 0)
		cannot(reading, at, "latihan atau laporan rahasia tetap sendiri",
		       "an exercise or a secret report stays by itself", "", "");
}

/* "gabung 402 400": the first goes into the second; "gabung 400": the selected one does. */
static void read_merge(struct reading *reading)
{
	static const struct complaint same = {"{0} tidak dapat digabung ke dirinya sendiri",
					      "{0} cannot go into itself", "nomor yang lain",
					      "another number"};
	unsigned last = reading->number_count > 0 ? reading->number_count - 1 : 0;
	bool has_both = reading->number_count == 2;
	const struct incident *from, *into;
	struct said name;

	if (reading->number_count == 0 || (!has_both && reading->view->selected == NULL)) {
		(void)lacks(reading, "digabung ke insiden mana?", "into which incident?");
		return;
	}
	from = has_both ? known(reading, 0) : reading->view->selected;
	into = from != NULL ? known(reading, last) : NULL;
	if (into == NULL)
		return;
	if (strcmp(from->id, into->id) == 0) {
		said_number(&name, from->no);
		(void)complain(reading, COMMAND_WRONG, reading->number[last], &same, &name);
		return;
	}
	mean(reading, from, ACTION_MERGE, true);
	put(reading, "into", json_string(into->id));
	refuse_merge(reading, from, into, reading->number[last]);
	incident_say(into, reading->view->rules, &name);
	say(reading, from, "Gabungkan {0} ke {1}", "Merge {0} into {1}", &name, NULL);
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

static void read_split(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	struct said names;
	json_t *reports;

	if (incident == NULL)
		return;
	if (reading->report_count == 0) {
		(void)lacks(reading, "laporan mana?", "which reports?");
		return;
	}
	reports = named_reports(reading, incident, &names);
	if (reports == NULL)
		return;
	mean(reading, incident, ACTION_SPLIT, true);
	put(reading, "reports", reports);
	say(reading, incident, "Keluarkan laporan {1} dari {0}", "Take report {1} out of {0}",
	    &names, NULL);
}

static void read_unfold(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	struct said card;

	if (incident == NULL)
		return;
	mean(reading, incident, ACTION_UNFOLD, false);
	if (incident->folded_into.no == 0)
		cannot(reading, reading->verb_token, "{0} tidak di bawah kartu lain",
		       "{0} is not under another card", "", "");
	said_number(&card, incident->folded_into.no);
	say(reading, incident, "Keluarkan {0} dari kartu {1}", "Take {0} out of card {1}",
	    &card, NULL);
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
	said_quote(&word, text_of(reading, token), token.len);
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
	put(reading, "release", json_true());
	outcome = *said;
	said_plain(&units, bound, strlen(bound));
	said_set(said, "{0} ({1} bebas)", "{0} ({1} free)", &outcome, &units, NULL);
}

static void read_close(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);
	struct said outcome, words;

	if (incident == NULL)
		return;
	if (reading->outcome < 0) {
		if (reading->rest.len > 0)
			(void)refuse_outcome(reading);
		else
			(void)lacks(reading, "bagaimana hasilnya?", "with which outcome?");
		return;
	}
	mean(reading, incident, ACTION_CLOSE, true);
	put(reading, "outcome", json_string(outcome_names[reading->outcome]));
	say_outcome(reading, incident, &outcome);
	if (reading->rest.len == 0) {
		say(reading, incident, "Tutup {0}: {1}", "Close {0}: {1}", &outcome, NULL);
		return;
	}
	put(reading, "note", json_stringn(text_of(reading, reading->rest), reading->rest.len));
	said_quote(&words, text_of(reading, reading->rest), reading->rest.len);
	say(reading, incident, "Tutup {0}: {1}, {2}", "Close {0}: {1}, {2}", &outcome, &words);
}

static void read_reopen(struct reading *reading)
{
	const struct incident *incident = meant(reading, 0);

	if (incident == NULL)
		return;
	mean(reading, incident, ACTION_REOPEN, true);
	if (incident->merged_into.no != 0)
		cannot(reading, reading->verb_token, "{0} sudah digabung ke yang lain",
		       "{0} was merged into another", "pisah laporannya di sana",
		       "split its reports off there");
	say(reading, incident, "Buka lagi {0}", "Reopen {0}", NULL, NULL);
}

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
	put(reading, "units", list);
}

static void refuse_units(struct reading *reading)
{
	for (unsigned i = 0; i < reading->unit_count; i++)
		if ((reading->view->acts_for >> reading->unit[i]->agency & 1) == 0)
			cannot(reading, reading->unit_token, "unit instansi lain",
			       "a unit of another agency", "hanya unit instansi Anda",
			       "only units of your agency");
}

/* With the incident and at least one unit; NULL: what is wrong is said. */
static const struct incident *meant_with_units(struct reading *reading)
{
	if (reading->unit_count == 0) {
		(void)lacks(reading, "unit mana?", "which unit?");
		return NULL;
	}
	return meant(reading, 0);
}

/* Words say why it may also be one that is busy elsewhere. */
static void read_send(struct reading *reading)
{
	const struct incident *incident = meant_with_units(reading);
	struct said units, words;

	if (incident == NULL)
		return;
	mean(reading, incident, ACTION_ASSIGN, false);
	put_units(reading);
	refuse_units(reading);
	units_say(reading, &units);
	if (reading->rest.len == 0) {
		say(reading, incident, "Kirim {1} ke {0}", "Send {1} to {0}", &units, NULL);
		return;
	}
	put(reading, "override", json_true());
	put(reading, "note", json_stringn(text_of(reading, reading->rest), reading->rest.len));
	said_quote(&words, text_of(reading, reading->rest), reading->rest.len);
	say(reading, incident, "Kirim {1} ke {0}, juga bila sedang bertugas: {2}",
	    "Send {1} to {0}, also when it is busy: {2}", &units, &words);
}

static void read_step(struct reading *reading)
{
	const struct incident *incident = meant_with_units(reading);
	struct said units, step;

	if (incident == NULL)
		return;
	if (reading->step < 0 || reading->unit_count > 1) {
		(void)lacks(reading, "satu unit, dan sampai mana?", "one unit, and how far?");
		return;
	}
	mean(reading, incident, ACTION_STATUS, false);
	put(reading, "unit", json_string(reading->unit[0]->id));
	put(reading, "status", json_string(order_state_names[reading->step]));
	refuse_units(reading);
	units_say(reading, &units);
	step_say(reading->step, &step);
	say(reading, incident, "{1} {2}: {0}", "{1} {2}: {0}", &units, &step);
}

static void read_recall(struct reading *reading)
{
	const struct incident *incident = meant_with_units(reading);
	struct said units, words;

	if (incident == NULL)
		return;
	mean(reading, incident, ACTION_CANCEL, false);
	put_units(reading);
	refuse_units(reading);
	units_say(reading, &units);
	if (reading->rest.len == 0) {
		say(reading, incident, "Mundurkan {1} dari {0}", "Recall {1} from {0}", &units,
		    NULL);
		return;
	}
	put(reading, "reason",
	    json_stringn(text_of(reading, reading->rest), reading->rest.len));
	said_quote(&words, text_of(reading, reading->rest), reading->rest.len);
	say(reading, incident, "Mundurkan {1} dari {0}: {2}", "Recall {1} from {0}: {2}",
	    &units, &words);
}

static void read_find(struct reading *reading)
{
	struct command_parse *out = reading->out;
	struct said words;

	if (reading->rest.len == 0) {
		(void)lacks(reading, "cari apa?", "find what?");
		return;
	}
	out->means = COMMAND_SEARCH;
	memcpy(out->words, text_of(reading, reading->rest), reading->rest.len);
	out->words[reading->rest.len] = '\0';
	said_quote(&words, text_of(reading, reading->rest), reading->rest.len);
	said_set(&out->says, "Cari {0} di antrean", "Find {0} in the queue", &words, NULL,
		 NULL);
}

const struct verb verbs[] = {
	{{"ambil"},
	 {"take", "acknowledge"},
	 THING_NUMBER | THING_AGENCY,
	 1,
	 REST_NONE,
	 read_take,
	 "ambil [nomor] [instansi]",
	 "take [number] [agency]",
	 "ambil untuk instansi",
	 "take it for an agency"},
	{{"kirim"},
	 {"dispatch"},
	 THING_NUMBER | THING_UNIT,
	 1,
	 REST_WORDS,
	 read_send,
	 "kirim unit… [nomor] [alasan, bila sedang bertugas]",
	 "dispatch unit… [number] [why, when it is busy]",
	 "kirim unit",
	 "send units"},
	{{"status"},
	 {"status"},
	 THING_NUMBER | THING_UNIT | THING_STEP,
	 1,
	 REST_NONE,
	 read_step,
	 "status unit menuju|lokasi|selesai|tolak [nomor]",
	 "status unit en_route|on_scene|cleared|declined [number]",
	 "sampai mana sebuah unit",
	 "how far a unit is"},
	{{"mundur"},
	 {"recall"},
	 THING_NUMBER | THING_UNIT,
	 1,
	 REST_WORDS,
	 read_recall,
	 "mundur unit… [nomor] [alasan]",
	 "recall unit… [number] [why]",
	 "mundurkan unit",
	 "call units back"},
	{{"catat"},
	 {"note"},
	 THING_NUMBER,
	 1,
	 REST_WORDS,
	 read_note,
	 "catat [nomor] kata-kata",
	 "note [number] words",
	 "tambah catatan",
	 "add a note"},
	{{"jenis"},
	 {"type", "reclassify"},
	 THING_NUMBER,
	 1,
	 REST_CATEGORY,
	 read_type,
	 "jenis [nomor] nama jenis",
	 "type [number] name of the type",
	 "ubah jenisnya",
	 "change what it is"},
	{{"prioritas"},
	 {"priority"},
	 THING_NUMBER | THING_PRIORITY,
	 2,
	 REST_NONE,
	 read_priority,
	 "prioritas [nomor] 1–4",
	 "priority [number] 1–4",
	 "ubah prioritasnya",
	 "change its priority"},
	{{"instansi"},
	 {"agencies"},
	 THING_NUMBER | THING_AGENCY,
	 1,
	 REST_NONE,
	 read_agencies,
	 "instansi [nomor] damkar psc, atau +polisi -psc",
	 "agencies [number] fire health, or +police -health",
	 "ubah instansinya",
	 "change its agencies"},
	{{"lokasi"},
	 {"place", "relocate"},
	 THING_NUMBER,
	 1,
	 REST_PLACE,
	 read_relocate,
	 "lokasi [nomor] tempat, atau lintang,bujur",
	 "place [number] place, or latitude,longitude",
	 "pindahkan titiknya",
	 "move its point"},
	{{"bahaya"},
	 {"hazard"},
	 THING_NUMBER,
	 1,
	 REST_HAZARDS,
	 read_hazard,
	 "bahaya [nomor] gas senjata, atau -kabel",
	 "hazard [number] gas weapons, or -wires",
	 "beri tahu regu apa bahayanya",
	 "tell the crews what is dangerous"},
	{{"gabung"},
	 {"merge"},
	 THING_NUMBER,
	 2,
	 REST_NONE,
	 read_merge,
	 "gabung [nomor] ke-nomor",
	 "merge [number] into-number",
	 "gabung ke yang lain",
	 "make it part of another"},
	{{"pisah"},
	 {"split"},
	 THING_NUMBER | THING_REPORT,
	 1,
	 REST_NONE,
	 read_split,
	 "pisah [nomor] #2",
	 "split [number] #2",
	 "keluarkan laporan",
	 "take reports out"},
	{{"lepas"},
	 {"unfold"},
	 THING_NUMBER,
	 1,
	 REST_NONE,
	 read_unfold,
	 "lepas [nomor]",
	 "unfold [number]",
	 "keluarkan dari kartu",
	 "take it out of a card"},
	{{"tutup"},
	 {"close"},
	 THING_NUMBER | THING_OUTCOME,
	 1,
	 REST_WORDS,
	 read_close,
	 "tutup [nomor] hasil [catatan]",
	 "close [number] outcome [note]",
	 "tutup dengan hasil",
	 "close with an outcome"},
	{{"buka"},
	 {"reopen"},
	 THING_NUMBER,
	 1,
	 REST_NONE,
	 read_reopen,
	 "buka [nomor]",
	 "reopen [number]",
	 "buka lagi",
	 "open it again"},
	{{"naikkan"},
	 {"escalate"},
	 THING_NUMBER | THING_AGENCY,
	 1,
	 REST_WORDS,
	 read_raise,
	 "naikkan [nomor] [instansi] [alasan]",
	 "escalate [number] [agency] [why]",
	 "naikkan ke langkah berikutnya",
	 "raise it to the next step"},
	{{"cari"},
	 {"find", "search"},
	 0,
	 0,
	 REST_ALL,
	 read_find,
	 "cari kata-kata",
	 "find words",
	 "cari di antrean",
	 "look in the queue"},
};

const unsigned verb_count = sizeof(verbs) / sizeof(verbs[0]);
