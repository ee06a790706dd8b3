/* What people call things at a desk. */
#include <string.h>

#include "base/jsonw.h"
#include "core/command_private.h"

/* What the contract's agencies are called in one word; one that a city adds is called by its id
 * or by the first word of its name. */
static const struct {
	const char *word, *agency;
} callings[] = {
	{"damkar", "fire"},   {"pemadam", "fire"},     {"polisi", "police"},
	{"psc", "health"},    {"psc119", "health"},    {"ambulans", "health"},
	{"bpbd", "disaster"}, {"bencana", "disaster"}, {"kota", "city"},
};

static const struct {
	const char *id, *en, *colour_id, *colour_en;
} levels[] = {
	{"1 (merah)", "1 (red)", "merah", "red"},
	{"2 (kuning)", "2 (yellow)", "kuning", "yellow"},
	{"3 (hijau)", "3 (green)", "hijau", "green"},
	{"4 (rutin)", "4 (routine)", "rutin", "routine"},
};

/* In the order of outcome_names: in one word, as one writes it, and in full. */
static const struct {
	const char *id, *en, *name_id, *name_en;
} endings[] = {
	{"selesai", "resolved", "selesai", "resolved"},
	{"diserahkan", "handed_over", "diserahkan", "handed over"},
	{"nihil", "no_event", "tidak ada kejadian", "no event"},
	{"iseng", "prank", "iseng", "prank"},
	{"ganda", "duplicate", "ganda", "duplicate"},
	{"tak_terhubung", "unreachable", "tak terhubung", "unreachable"},
	{"lain", "other", "lain", "other"},
};

static const struct {
	const char *id, *en, *name_id, *name_en;
} dangers[HAZARDS] = {
	[HAZARD_GAS] = {"gas", "gas", "gas", "gas"},
	[HAZARD_CHEMICALS] = {"kimia", "chemicals", "bahan kimia", "chemicals"},
	[HAZARD_WEAPONS] = {"senjata", "weapons", "senjata", "weapons"},
	[HAZARD_AGGRESSION] = {"agresif", "aggression", "orang agresif", "people who strike"},
	[HAZARD_LIVE_WIRES] = {"kabel", "wires", "kabel bertegangan", "live wires"},
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c;
}

bool word_begins(const char *word, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (word[i] == '\0' || lower(word[i]) != lower(text[i]))
			return false;
	return len > 0;
}

bool word_is(const char *word, const char *text, size_t len)
{
	return strlen(word) == len && word_begins(word, text, len);
}

int priority_called(const char *text, size_t len)
{
	if (len == 2 && lower(text[0]) == 'p' && text[1] >= '1' && text[1] <= '4')
		return text[1] - '0';
	for (unsigned i = 0; i < COUNT(levels); i++)
		if (len >= 2 && (word_begins(levels[i].colour_id, text, len) ||
				 word_begins(levels[i].colour_en, text, len)))
			return (int)i + 1;
	return 0;
}

/* The whole of a name of several words, where the text begins with it. */
static size_t name_length(const char *name, const char *text, size_t len)
{
	size_t size = strlen(name);

	if (len < size || !word_begins(name, text, size))
		return 0;
	return len == size || text[size] == ' ' ? size : 0;
}

int outcome_called(const char *text, size_t len, size_t *used)
{
	int found = -1;

	for (unsigned i = 0; i < COUNT(endings); i++) {
		size_t size = name_length(endings[i].name_id, text, len);

		size = size > 0 ? size : name_length(endings[i].name_en, text, len);
		if (size > 0) {
			*used = size;
			return (int)i;
		}
	}
	for (unsigned i = 0; i < COUNT(endings); i++) {
		if (word_is(endings[i].id, text, *used) || word_is(endings[i].en, text, *used))
			return (int)i;
		if (word_begins(endings[i].id, text, *used) ||
		    word_begins(endings[i].en, text, *used))
			found = found == -1 ? (int)i : -2;
	}
	return found;
}

/* The first word of a name: "Polisi", "PSC". */
static bool name_begins(const char *name, const char *text, size_t len)
{
	return len <= strcspn(name, " ") && word_begins(name, text, len);
}

static bool is_calling_of(const char *agency, const char *text, size_t len)
{
	for (unsigned i = 0; i < COUNT(callings); i++)
		if (strcmp(callings[i].agency, agency) == 0 &&
		    word_begins(callings[i].word, text, len))
			return true;
	return false;
}

int agency_called(const struct agencies *agencies, const char *text, size_t len)
{
	int found = -1;

	for (unsigned i = 0; i < agencies->count; i++) {
		const char *id = agencies->agency[i].id;

		if (word_is(id, text, len))
			return (int)i;
		if (word_begins(id, text, len) || is_calling_of(id, text, len) ||
		    name_begins(agencies->agency[i].name_id, text, len) ||
		    name_begins(agencies->agency[i].name_en, text, len))
			found = found == -1 ? (int)i : -2;
	}
	return found;
}

static const struct {
	enum order_state step;
	const char *id, *en, *said_id, *said_en;
} steps[] = {
	{ORDER_ACCEPTED, "terima", "accepted", "diterima", "accepted"},
	{ORDER_EN_ROUTE, "menuju", "en_route", "menuju", "on the way"},
	{ORDER_ON_SCENE, "lokasi", "on_scene", "di lokasi", "on scene"},
	{ORDER_ON_SCENE, "tiba", "arrived", "di lokasi", "on scene"},
	{ORDER_CLEARED, "selesai", "cleared", "selesai", "cleared"},
	{ORDER_DECLINED, "tolak", "declined", "ditolak", "declined"},
};

#define STEPS (sizeof(steps) / sizeof(steps[0]))

int step_called(const char *text, size_t len)
{
	int found = -1;

	for (size_t i = 0; i < STEPS; i++) {
		if (!word_begins(steps[i].id, text, len) &&
		    !word_begins(steps[i].en, text, len))
			continue;
		if (found >= 0 && found != (int)steps[i].step)
			return -2;
		found = (int)steps[i].step;
	}
	return found;
}

void step_say(int step, struct said *said)
{
	for (size_t i = 0; i < STEPS; i++)
		if ((int)steps[i].step == step) {
			said_set(said, steps[i].said_id, steps[i].said_en, NULL, NULL, NULL);
			return;
		}
}

/* The next letter or digit that counts; '\0': that was all. A zero in front of a digit is left
 * out, as people do. */
static char next_sign(const char *text, size_t len, size_t *at, bool *is_in_number)
{
	while (*at < len) {
		char c = lower(text[(*at)++]);
		bool is_digit = c >= '0' && c <= '9';

		if (c == '0' && !*is_in_number && *at < len && text[*at] >= '0' &&
		    text[*at] <= '9')
			continue;
		*is_in_number = is_digit;
		if (is_digit || (c >= 'a' && c <= 'z'))
			return c;
	}
	return '\0';
}

static bool is_called(const char *id, const char *text, size_t len)
{
	size_t a = 0, b = 0, id_len = strlen(id);
	bool is_in_a = false, is_in_b = false;
	char c;

	do {
		c = next_sign(id, id_len, &a, &is_in_a);
		if (c != next_sign(text, len, &b, &is_in_b))
			return false;
	} while (c != '\0');
	return true;
}

const struct unit *unit_called(const struct rules *rules, const char *text, size_t len)
{
	int64_t no;

	if (parse_number(text, len, &no))
		return NULL;
	for (unsigned i = 0; i < rules_unit_count(rules); i++)
		if (is_called(rules_unit(rules, i)->id, text, len))
			return rules_unit(rules, i);
	return NULL;
}

void unit_write_short(const struct unit *unit, struct said *said)
{
	char text[UNIT_SIZE];
	size_t at = 0, len = 0;
	bool is_in_number = false;
	char c;

	while ((c = next_sign(unit->id, strlen(unit->id), &at, &is_in_number)) != '\0')
		text[len++] = c;
	said_plain(said, text, len);
}

static bool is_letter(char c)
{
	return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
	       (unsigned char)c >= 0x80;
}

/* The next run of letters; len 0: there is none. */
static struct token next_word(const char *text, size_t len, size_t from)
{
	struct token word = {.at = from};

	while (word.at < len && !is_letter(text[word.at]))
		word.at++;
	while (word.at + word.len < len && is_letter(text[word.at + word.len]))
		word.len++;
	return word;
}

static bool has_word(const char *name, const char *text, size_t len)
{
	size_t size = strlen(name);

	for (struct token w = next_word(name, size, 0); w.len > 0;
	     w = next_word(name, size, w.at + w.len))
		if (w.len >= len && word_begins(name + w.at, text, len))
			return true;
	return false;
}

bool words_begin(const char *name, const char *text, size_t len)
{
	struct token w = next_word(text, len, 0);
	bool has_any = w.len > 0;

	for (; w.len > 0; w = next_word(text, len, w.at + w.len))
		if (!has_word(name, text + w.at, w.len))
			return false;
	return has_any;
}

unsigned categories_called(const struct rules *rules, const char *text, size_t len,
			   const struct category **found_r, unsigned max)
{
	unsigned count = 0;

	for (unsigned i = 0; i < rules_category_count(rules); i++) {
		const struct category *one = rules_category_at(rules, i);

		if (word_is(one->id, text, len) || word_is(one->name_id, text, len) ||
		    word_is(one->name_en, text, len)) {
			found_r[0] = one;
			return 1;
		}
		if (!words_begin(one->name_id, text, len) &&
		    !words_begin(one->name_en, text, len) && !words_begin(one->id, text, len))
			continue;
		if (count < max)
			found_r[count] = one;
		count++;
	}
	return count;
}

void priority_say(int priority, struct said *said_r)
{
	said_set(said_r, levels[priority - 1].id, levels[priority - 1].en, NULL, NULL, NULL);
}

void outcome_say(int outcome, struct said *said_r)
{
	said_set(said_r, endings[outcome].name_id, endings[outcome].name_en, NULL, NULL, NULL);
}

void agency_say(const struct agencies *agencies, unsigned agency, struct said *said_r)
{
	struct said id, en;

	said_plain(&id, agencies->agency[agency].name_id,
		   strlen(agencies->agency[agency].name_id));
	said_plain(&en, agencies->agency[agency].name_en,
		   strlen(agencies->agency[agency].name_en));
	said_set(said_r, "{0}", "{1}", &id, &en, NULL);
}

void agency_write_short(const struct agencies *agencies, unsigned agency, struct said *said_r)
{
	const char *id = agencies->agency[agency].id;
	struct said word;

	said_plain(&word, id, strlen(id));
	*said_r = word;
	for (unsigned i = 0; i < COUNT(callings); i++) {
		if (strcmp(callings[i].agency, id) == 0) {
			said_set(said_r, callings[i].word, "{0}", &word, NULL, NULL);
			return;
		}
	}
}

int hazard_called(const char *text, size_t len)
{
	int found = -1;

	for (int i = 0; i < HAZARDS; i++) {
		if (word_is(dangers[i].id, text, len) || word_is(dangers[i].en, text, len) ||
		    word_is(hazard_names[i], text, len))
			return i;
		if (word_begins(dangers[i].id, text, len) ||
		    word_begins(dangers[i].en, text, len))
			found = found == -1 ? i : -2;
	}
	return found;
}

void hazard_say(int hazard, struct said *said)
{
	said_set(said, dangers[hazard].name_id, dangers[hazard].name_en, NULL, NULL, NULL);
}

void hazard_write_short(int hazard, struct said *said)
{
	said_set(said, dangers[hazard].id, dangers[hazard].en, NULL, NULL, NULL);
}

void hazards_say(hazard_set hazards, struct said *said)
{
	struct said all = {{0}, {0}}, one, both;

	for (int i = 0; i < HAZARDS; i++) {
		if ((hazards >> i & 1) == 0)
			continue;
		hazard_say(i, &one);
		said_set(&both, all.id[0] != '\0' ? "{0}, {1}" : "{1}",
			 all.id[0] != '\0' ? "{0}, {1}" : "{1}", &all, &one, NULL);
		all = both;
	}
	*said = all;
}

void agencies_say(const struct agencies *agencies, agency_set set, struct said *said_r)
{
	struct said all = {{0}, {0}}, one, both;

	for (unsigned i = 0; i < agencies->count; i++) {
		if ((set >> i & 1) == 0)
			continue;
		agency_say(agencies, i, &one);
		said_set(&both, all.id[0] != '\0' ? "{0}, {1}" : "{1}",
			 all.id[0] != '\0' ? "{0}, {1}" : "{1}", &all, &one, NULL);
		all = both;
	}
	*said_r = all;
}

/* All of it in one: words of a search may stand in different parts. */
bool incident_has_words(const struct incident *incident, const struct rules *rules,
			const char *words)
{
	const char *text = incident->text != NULL ? incident->text : "";
	struct said line, agencies;
	struct jsonw w;
	int64_t no;
	bool has;

	if (parse_number(words, strlen(words), &no) && no == incident->no)
		return true;
	incident_say(incident, rules, &line);
	agencies_say(rules_agencies(rules), incident->verdict.agencies, &agencies);
	jsonw_init(&w, 2048);
	jsonw_raw(&w, NULL, line.id, strlen(line.id));
	jsonw_raw(&w, NULL, line.en, strlen(line.en));
	jsonw_raw(&w, NULL, agencies.id, strlen(agencies.id));
	jsonw_raw(&w, NULL, agencies.en, strlen(agencies.en));
	jsonw_raw(&w, NULL, text, strlen(text));
	has = words_begin(jsonw_text(&w), words, strlen(words));
	jsonw_fini(&w);
	return has;
}

void category_say(const struct rules *rules, const char *id, struct said *said_r)
{
	const struct category *category = rules_category(rules, id);
	struct said name_id, name_en;

	if (category == NULL) {
		said_plain(said_r, id, strlen(id));
		return;
	}
	said_plain(&name_id, category->name_id, strlen(category->name_id));
	said_plain(&name_en, category->name_en, strlen(category->name_en));
	said_set(said_r, "{0}", "{1}", &name_id, &name_en, NULL);
}

void outcome_write_short(int outcome, struct said *said_r)
{
	said_set(said_r, endings[outcome].id, endings[outcome].en, NULL, NULL, NULL);
}
