/* The verbs of what is known of it: note, type, priority, agencies, place, danger; and find. */
#include <stdio.h>
#include <string.h>

#include "core/command_private.h"
#include "core/place.h"

#define PLACE_POINT_FORM "%.6f, %.6f"

/* "catat 3 orang luka" with another incident selected: an old number that short is more likely
 * a part of the words, and a note in a closed incident is read by nobody. */
static bool is_rather_words(const struct reading *reading, const struct incident *incident)
{
	return reading->number_count > 0 && reading->number[0].len < 4 &&
	       reading->view->selected != NULL && incident->status == INCIDENT_CLOSED;
}

void verb_note(struct reading *reading)
{
	static const struct complaint unclear = {
		"insiden {0} sudah ditutup: angka ini bagian dari catatan?",
		"incident {0} is closed: is this number part of the note?",
		"tulis “catat : …”, atau nomornya dengan empat angka",
		"write “note : …”, or its number with four digits"};
	const struct incident *incident = reading_meant(reading, 0);
	struct said words;

	if (incident == NULL)
		return;
	if (is_rather_words(reading, incident)) {
		said_number(&words, incident->no);
		(void)complain(reading, COMMAND_WRONG, reading->number[0], &unclear, &words);
		return;
	}
	if (reading->rest.len == 0) {
		(void)reading_lacks(reading, "catatannya apa?", "what is the note?");
		return;
	}
	reading_mean(reading, incident, ACTION_NOTE, false);
	reading_put(reading, "note",
		    json_stringn(reading_text(reading, reading->rest), reading->rest.len));
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	reading_say(reading, incident, "Catat di {0}: {1}", "Note on {0}: {1}", &words, NULL);
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
		(void)reading_lacks(reading, "jenis apa?", "of what type?");
		return NULL;
	}
	count = categories_called(reading->view->rules, reading_text(reading, rest), rest.len,
				  found, 1);
	if (count == 1)
		return found[0];
	said_quote(&words, reading_text(reading, rest), rest.len);
	(void)complain(reading, COMMAND_WRONG, rest, count == 0 ? &none : &several, &words);
	return NULL;
}

void verb_type(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	const struct category *category = incident != NULL ? one_category(reading) : NULL;
	struct said name, level;
	int priority;

	if (category == NULL)
		return;
	reading_mean(reading, incident, ACTION_RECLASSIFY, true);
	reading_put(reading, "category", json_string(category->id));
	category_say(reading->view->rules, category->id, &name);
	priority = priority_of_severity(category->severity);
	if (priority < incident->verdict.priority) {
		priority_say(priority, &level);
		reading_say(reading, incident,
			    "Ubah jenis {0} menjadi {1}; prioritas naik ke {2}",
			    "Change {0} to {1}; its priority rises to {2}", &name, &level);
	} else {
		reading_say(reading, incident, "Ubah jenis {0} menjadi {1}",
			    "Change {0} to {1}", &name, NULL);
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
		reading_drop_number(reading, i);
	}
}

void verb_priority(struct reading *reading)
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
	incident = reading_meant(reading, 0);
	if (incident == NULL)
		return;
	if (reading->priority == 0) {
		(void)reading_lacks(reading, "prioritas berapa?", "which priority?");
		return;
	}
	reading_mean(reading, incident, ACTION_RECLASSIFY, true);
	reading_put(reading, "priority", json_integer(reading->priority));
	priority_say(incident->verdict.priority, &before);
	priority_say(reading->priority, &after);
	reading_say(reading, incident, "Prioritas {0}: dari {1} menjadi {2}",
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

void verb_agencies(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	struct said names;
	agency_set set;

	if (incident == NULL)
		return;
	if ((reading->set | reading->plus | reading->minus) == 0) {
		(void)reading_lacks(reading, "instansi mana?", "which agencies?");
		return;
	}
	set = reading->set != 0 ? reading->set : incident->verdict.agencies;
	set = (set | reading->plus) & ~reading->minus;
	if (set == 0) {
		(void)reading_lacks(reading, "harus ada satu instansi",
				    "one agency must be left");
		return;
	}
	reading_mean(reading, incident, ACTION_RECLASSIFY, true);
	reading_put(reading, "agencies", agency_list(agencies, set));
	agencies_say(agencies, set, &names);
	reading_say(reading, incident, "Instansi untuk {0}: {1}", "Agencies for {0}: {1}",
		    &names, NULL);
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
	reading_mean(reading, incident, ACTION_RELOCATE, true);
	reading_put(reading, "location", location);
	reading_say(reading, incident, "Pindahkan {0} ke {1}", "Move {0} to {1}", name, NULL);
}

/* One word of the rest, with its sign: what there is, or is no more. */
static bool take_hazard(struct reading *reading, struct token token, hazard_set *there,
			hazard_set *over)
{
	static const struct complaint none = {"tidak ada bahaya {0}", "there is no hazard {0}",
					      "gas, kimia, senjata, agresif atau kabel",
					      "gas, chemicals, weapons, aggression or wires"};
	const char *text = reading_text(reading, token);
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
		return reading_lacks(reading, "bahaya apa?", "which hazard?");
	if ((*there & *over) != 0)
		return reading_lacks(reading, "ada atau tidak ada?", "is it there or not?");
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

void verb_hazard(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	hazard_set there = 0, over = 0;
	struct said is, was;

	if (incident == NULL || !take_hazards(reading, &there, &over))
		return;
	reading_mean(reading, incident, ACTION_HAZARD, false);
	if (there != 0)
		reading_put(reading, "hazards", hazard_list(there));
	if (over != 0)
		reading_put(reading, "over", hazard_list(over));
	hazards_say(there, &is);
	hazards_say(over, &was);
	if (over == 0)
		reading_say(reading, incident, "Bahaya di {0}: {1}", "Hazards at {0}: {1}", &is,
			    NULL);
	else if (there == 0)
		reading_say(reading, incident, "Tidak ada lagi di {0}: {1}",
			    "No more at {0}: {1}", &was, NULL);
	else
		reading_say(reading, incident, "Bahaya di {0}: {1}; tidak ada lagi: {2}",
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
	const char *text = reading_text(reading, reading->rest);
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

	places_search(reading->view->rules, reading_text(reading, reading->rest),
		      reading->rest.len, &found);
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

void verb_relocate(struct reading *reading)
{
	const struct incident *incident = reading_meant(reading, 0);
	char text[64];
	struct said point;
	double lat, lon;

	if (incident == NULL)
		return;
	if (reading->rest.len == 0) {
		(void)reading_lacks(reading, "ke mana?", "to where?");
		return;
	}
	if (!read_point(reading_text(reading, reading->rest), reading->rest.len, &lat, &lon)) {
		read_place(reading, incident);
		return;
	}
	snprintf(text, sizeof(text), PLACE_POINT_FORM, lat, lon);
	said_plain(&point, text, strlen(text));
	mean_point(reading, incident, lat, lon, 0, &point);
}

void verb_search(struct reading *reading)
{
	struct command_parse *out = reading->out;
	struct said words;

	if (reading->rest.len == 0) {
		(void)reading_lacks(reading, "cari apa?", "find what?");
		return;
	}
	out->means = COMMAND_SEARCH;
	memcpy(out->words, reading_text(reading, reading->rest), reading->rest.len);
	out->words[reading->rest.len] = '\0';
	said_quote(&words, reading_text(reading, reading->rest), reading->rest.len);
	said_set(&out->says, "Cari {0} di antrean", "Find {0} in the queue", &words, NULL,
		 NULL);
}
