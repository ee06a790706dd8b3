#include "cmd/simulate_scenario.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "core/place.h"
#include "core/rules.h"
#include "core/table.h"

#define MINUTE_MS        60000
#define NAME_MAX_LETTERS 40

const char *const scenario_what_names[SCENARIO_WHATS] = {
	[SCENARIO_EMERGENCY] = "emergency", [SCENARIO_ROUTINE] = "routine",
	[SCENARIO_PRANK] = "prank",         [SCENARIO_SILENT] = "silent",
	[SCENARIO_ABANDONED] = "abandoned", [SCENARIO_OFFLINE] = "offline",
	[SCENARIO_MUTE] = "mute",           [SCENARIO_SLOW] = "slow",
	[SCENARIO_MAYDAY] = "mayday",       [SCENARIO_ALARM] = "alarm",
};

const char *const channel_names[CHANNELS] = {
	[CHANNEL_CALL] = "call-112",
	[CHANNEL_WEB] = "lapor-web",
	[CHANNEL_SMS] = "lapor-sms",
	[CHANNEL_MOBILE] = "lapor-mobile",
};

enum column { WHAT, FROM, TO, COUNT, CHANNEL, MATTER, PLACE, CATEGORY, TEXT, COLUMNS };

static const char *const columns[] = {"what",   "from_min", "to_min",   "count", "channel",
				      "matter", "place",    "category", "text",  NULL};

bool scenario_is_of_crews(enum scenario_what what)
{
	return what == SCENARIO_OFFLINE || what == SCENARIO_MUTE || what == SCENARIO_SLOW ||
	       what == SCENARIO_MAYDAY;
}

/* A cell that is empty may say so by "-", which a person sees. */
static const char *cell(const struct table *table, enum column column)
{
	const char *text = table->cell[column];

	return strcmp(text, "-") == 0 ? "" : text;
}

/* ---- What of a row is there, and what may not be. ---- */

static int find(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int read_what(const struct table *table, struct scenario_row *row, struct err *err)
{
	int what = find(scenario_what_names, SCENARIO_WHATS, cell(table, WHAT));

	if (what < 0)
		return table_error(table, WHAT, err,
				   "must be emergency, routine, prank, silent, abandoned, "
				   "offline, mute, slow, mayday or alarm");
	row->what = (enum scenario_what)what;
	return 0;
}

static int read_times(const struct table *table, struct scenario_row *row, struct err *err)
{
	double from, to, count;

	if (table_number(table, FROM, 0, SCENARIO_MINUTE_MAX, &from, err) < 0 ||
	    table_number(table, TO, 0, SCENARIO_MINUTE_MAX, &to, err) < 0 ||
	    table_number(table, COUNT, 1, SCENARIO_COUNT_MAX, &count, err) < 0)
		return -1;
	if (to < from)
		return table_error(table, TO, err, "is before from_min");
	row->from_ms = (int64_t)(from * MINUTE_MS);
	row->to_ms = (int64_t)(to * MINUTE_MS);
	row->count = (unsigned)count;
	return 0;
}

/* A call speaks over the telephone; so what is only heard there has no other way in. */
static int read_channel(const struct table *table, struct scenario_row *row, struct err *err)
{
	const char *name = cell(table, CHANNEL);
	bool is_call = row->what == SCENARIO_SILENT || row->what == SCENARIO_ABANDONED;
	int channel = find(channel_names, CHANNELS, name);

	if (scenario_is_of_crews(row->what) || row->what == SCENARIO_ALARM)
		return name[0] == '\0' ? 0 : table_error(table, CHANNEL, err, "must be -");
	if (channel < 0 || (is_call && channel != CHANNEL_CALL))
		return table_error(table, CHANNEL, err, "must be %s",
				   is_call ? "call-112"
					   : "call-112, lapor-web, lapor-sms or lapor-mobile");
	row->channel = (enum channel)channel;
	return 0;
}

static bool is_utf8(const char *text)
{
	size_t left = strlen(text), len;

	for (; left > 0; text += len, left -= len)
		if ((len = utf8_length(text, left)) == 0)
			return false;
	return true;
}

static int read_words(const struct table *table, struct scenario_row *row, struct err *err)
{
	bool speaks = row->what == SCENARIO_EMERGENCY || row->what == SCENARIO_ROUTINE;
	const char *category = cell(table, CATEGORY), *matter = cell(table, MATTER);

	row->places = cell(table, PLACE);
	row->texts = cell(table, TEXT);
	if (strlen(category) >= CATEGORY_SIZE)
		return table_error(table, CATEGORY, err, "is too long");
	if (strlen(matter) >= MATTER_SIZE)
		return table_error(table, MATTER, err, "is longer than %d letters",
				   MATTER_SIZE - 1);
	memcpy(row->category, category, strlen(category) + 1);
	memcpy(row->matter, matter, strlen(matter) + 1);
	if (row->what == SCENARIO_EMERGENCY && category[0] == '\0')
		return table_error(table, CATEGORY, err, "is needed: what a person calls it");
	if (row->what == SCENARIO_ALARM && matter[0] == '\0')
		return table_error(table, MATTER, err, "is needed: of which matter");
	if (speaks && row->texts[0] == '\0')
		return table_error(table, TEXT, err, "is needed: what is said");
	if (!is_utf8(row->texts))
		return table_error(table, TEXT, err, "is no UTF-8");
	if (strstr(row->texts, "{place}") != NULL && row->places[0] == '\0')
		return table_error(table, PLACE, err, "is needed: the text says {place}");
	return 0;
}

/* ---- All rows. ---- */

static int read_row(const struct table *table, struct scenario_row *row, struct err *err)
{
	*row = (struct scenario_row){.line = table->line};
	if (read_what(table, row, err) < 0 || read_times(table, row, err) < 0 ||
	    read_channel(table, row, err) < 0)
		return -1;
	return read_words(table, row, err);
}

static int read_rows(struct scenario *scenario, const char *name, struct err *err)
{
	struct table table;
	int rc;

	if (table_open(&table, name, scenario->text, columns, err) < 0)
		return -1;
	while ((rc = table_next(&table, err)) > 0) {
		if (scenario->count == SCENARIO_ROWS_MAX)
			return table_error(&table, WHAT, err, "more than %d rows",
					   SCENARIO_ROWS_MAX);
		if (read_row(&table, &scenario->row[scenario->count], err) < 0)
			return -1;
		scenario->count++;
	}
	if (rc == 0 && scenario->count == 0)
		return err_set(err, ERR_INVALID, "%s: nothing happens in it", name);
	return rc;
}

/* An alarm is raised on something that the file tells of. */
static int find_matters(const struct scenario *scenario, const char *name, struct err *err)
{
	for (unsigned i = 0; i < scenario->count; i++) {
		const struct scenario_row *row = &scenario->row[i];
		bool is_told = row->what != SCENARIO_ALARM;

		for (unsigned j = 0; j < scenario->count && !is_told; j++)
			is_told = scenario->row[j].what == SCENARIO_EMERGENCY &&
				  strcmp(scenario->row[j].matter, row->matter) == 0;
		if (!is_told)
			return err_set(err, ERR_INVALID,
				       "%s:%u: matter: no emergency is called %s", name,
				       row->line, row->matter);
	}
	return 0;
}

int scenario_read(struct scenario *scenario_r, const char *name, char **text, struct err *err)
{
	struct scenario scenario = {.text = *text};

	*text = NULL;
	scenario.row = xcalloc(SCENARIO_ROWS_MAX, sizeof(scenario.row[0]));
	if (read_rows(&scenario, name, err) < 0 || find_matters(&scenario, name, err) < 0) {
		scenario_fini(&scenario);
		return -1;
	}
	*scenario_r = scenario;
	return 0;
}

void scenario_fini(struct scenario *scenario)
{
	xfree(scenario->text);
	xfree(scenario->row);
	*scenario = (struct scenario){.text = NULL};
}

/* ---- What it takes for granted of the city. ---- */

static int check_places(const struct scenario_row *row, const char *name,
			const struct rules *rules, struct err *err)
{
	unsigned count = scenario_choices(row->places);

	for (unsigned i = 0; i < count; i++) {
		struct place_candidates found;
		size_t len;
		const char *place = scenario_choice(row->places, i, &len);

		places_find(rules, place, len, &found);
		if (found.count == 0)
			return err_set(err, ERR_INVALID,
				       "%s:%u: place: %.*s is not in gazetteer.tsv", name,
				       row->line, (int)len, place);
	}
	return 0;
}

int scenario_check(const struct scenario *scenario, const char *name, const struct rules *rules,
		   struct err *err)
{
	for (unsigned i = 0; i < scenario->count; i++) {
		const struct scenario_row *row = &scenario->row[i];

		if (row->category[0] != '\0' && !rules_has_category(rules, row->category))
			return err_set(err, ERR_INVALID,
				       "%s:%u: category: %s is not in taxonomy.tsv", name,
				       row->line, row->category);
		if (check_places(row, name, rules, err) < 0)
			return -1;
	}
	return 0;
}

/* ---- From its folder. ---- */

static int is_table(const struct dirent *entry)
{
	size_t len = strlen(entry->d_name);

	return len > 4 && entry->d_name[0] != '.' &&
	       strcmp(entry->d_name + len - 4, ".tsv") == 0;
}

/* "there is no scenario x; those there are: a, b". */
static int refuse_name(const char *dir, const char *name, struct err *err)
{
	char path[4096], list[160] = "";
	struct dirent **entries;
	size_t len = 0;
	int count;

	snprintf(path, sizeof(path), "%s/scenarios", dir);
	count = scandir(path, &entries, is_table, alphasort);
	for (int i = 0; i < count; i++) {
		int n = (int)strlen(entries[i]->d_name) - 4;

		if (len + (size_t)n + 3 < sizeof(list))
			len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%.*s",
						len > 0 ? ", " : "", n, entries[i]->d_name);
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
	return err_set(err, ERR_INVALID,
		       "there is no scenario %.*s in %.60s; those there are: %s",
		       NAME_MAX_LETTERS, name, path, len > 0 ? list : "none");
}

static bool is_name(const char *name)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789-";

	return name[0] != '\0' && strlen(name) <= NAME_MAX_LETTERS &&
	       name[strspn(name, letters)] == '\0';
}

int scenario_load(struct scenario *scenario_r, const char *dir, const char *name,
		  const struct rules *rules, struct err *err)
{
	struct scenario scenario;
	char file[64], *text;
	size_t len;

	snprintf(file, sizeof(file), "scenarios/%.40s.tsv", name);
	if (!is_name(name) || file_read(dir, file, &text, &len, err) < 0)
		return refuse_name(dir, name, err);
	if (scenario_read(&scenario, file, &text, err) < 0)
		return file_error(dir, err);
	if (scenario_check(&scenario, file, rules, err) < 0) {
		scenario_fini(&scenario);
		return file_error(dir, err);
	}
	*scenario_r = scenario;
	return 0;
}

/* ---- Asking. ---- */

int64_t scenario_length_ms(const struct scenario *scenario)
{
	int64_t length_ms = 0;

	for (unsigned i = 0; i < scenario->count; i++)
		if (scenario->row[i].to_ms > length_ms &&
		    !scenario_is_of_crews(scenario->row[i].what))
			length_ms = scenario->row[i].to_ms;
	return length_ms;
}

unsigned scenario_choices(const char *list)
{
	unsigned count = list[0] != '\0';

	for (; *list != '\0'; list++)
		count += *list == '|';
	return count;
}

const char *scenario_choice(const char *list, unsigned n, size_t *len_r)
{
	for (n %= scenario_choices(list) + (list[0] == '\0'); n > 0; n--)
		list += strcspn(list, "|") + 1;
	*len_r = strcspn(list, "|");
	return list;
}
