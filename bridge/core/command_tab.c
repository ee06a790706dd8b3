/* What may stand at the cursor: of what was begun there, all that it can become. */
#include <string.h>

#include "core/command_private.h"
#include "core/place.h"

struct tab {
	const struct command_view *view;
	const char *line;
	struct token begun; /* in front of the cursor, maybe nothing */
	struct reading reading;
	struct command_parse *out;
};

static void offer(struct tab *tab, struct token stands, const struct said *text,
		  const struct said *about)
{
	struct command_completion *one;

	if (tab->out->completion_count == COMPLETIONS_MAX)
		return;
	one = &tab->out->completion[tab->out->completion_count++];
	one->from = column_of(tab->line, stands.at);
	one->to = column_of(tab->line, stands.at + stands.len);
	one->text = *text;
	if (about != NULL)
		one->about = *about;
}

static bool begins(const struct tab *tab, const char *word)
{
	return tab->begun.len == 0 ||
	       word_begins(word, tab->line + tab->begun.at, tab->begun.len);
}

/* By its name in that language which was begun; where nothing was, in either. */
static void offer_verb(struct tab *tab, const struct verb *verb)
{
	struct said text, about;

	said_set(&about, verb->does_id, verb->does_en, NULL, NULL, NULL);
	if (begins(tab, verb->id[0])) {
		said_set(&text, verb->id[0],
			 begins(tab, verb->en[0]) ? verb->en[0] : verb->id[0], NULL, NULL,
			 NULL);
		offer(tab, tab->begun, &text, &about);
		return;
	}
	for (unsigned n = 0; n < 2 && verb->en[n] != NULL; n++) {
		if (!begins(tab, verb->en[n]))
			continue;
		said_plain(&text, verb->en[n], strlen(verb->en[n]));
		offer(tab, tab->begun, &text, &about);
		return;
	}
}

static void offer_numbers(struct tab *tab)
{
	struct token digits = tab->begun;
	struct said no;

	while (digits.len > 0 && tab->line[digits.at] == '0') {
		digits.at++;
		digits.len--;
	}
	for (unsigned i = 0; i < tab->view->open_count; i++) {
		const char *text;

		said_number(&no, tab->view->open[i].no);
		text = no.id + strspn(no.id, "0");
		if (digits.len == 0 || word_begins(text, tab->line + digits.at, digits.len))
			offer(tab, tab->begun, &no, &tab->view->open[i].about);
	}
}

static void offer_priorities(struct tab *tab)
{
	struct said text, about;

	for (int i = 1; i <= 4; i++) {
		char digit[2] = {(char)('0' + i), '\0'};

		if (!begins(tab, digit) &&
		    priority_called(tab->line + tab->begun.at, tab->begun.len) != i)
			continue;
		said_plain(&text, digit, 1);
		priority_say(i, &about);
		offer(tab, tab->begun, &text, &about);
	}
}

/* A sign stays where it is. */
static void offer_agencies(struct tab *tab)
{
	const struct agencies *agencies = rules_agencies(tab->view->rules);
	struct token begun = tab->begun;
	bool has_sign =
		begun.len > 0 && (tab->line[begun.at] == '+' || tab->line[begun.at] == '-');
	struct said text, about;

	begun.at += has_sign;
	begun.len -= has_sign;
	for (unsigned i = 0; i < agencies->count; i++) {
		const struct agencies one = {.count = 1, .agency = {agencies->agency[i]}};

		if (begun.len > 0 && agency_called(&one, tab->line + begun.at, begun.len) < 0)
			continue;
		agency_write_short(agencies, i, &text);
		agency_say(agencies, i, &about);
		offer(tab, begun, &text, &about);
	}
}

static void offer_outcomes(struct tab *tab)
{
	struct said text, about;

	for (int i = 0; outcome_names[i] != NULL; i++) {
		outcome_write_short(i, &text);
		outcome_say(i, &about);
		if (!begins(tab, text.id) && !begins(tab, text.en))
			continue;
		if (!begins(tab, text.id))
			said_plain(&text, text.en, strlen(text.en));
		offer(tab, tab->begun, &text, &about);
	}
}

static void offer_categories(struct tab *tab, struct token phrase)
{
	const struct category *found[COMPLETIONS_MAX];
	unsigned count = categories_called(tab->view->rules, tab->line + phrase.at, phrase.len,
					   found, COMPLETIONS_MAX);
	struct said name;

	for (unsigned i = 0; i < count && i < COMPLETIONS_MAX; i++) {
		category_say(tab->view->rules, found[i]->id, &name);
		offer(tab, phrase, &name, NULL);
	}
}

static void offer_places(struct tab *tab, struct token phrase)
{
	struct place_candidates found;
	struct said text, about;

	places_search(tab->view->rules, tab->line + phrase.at, phrase.len, &found);
	for (unsigned i = 0; i < found.count; i++) {
		const struct place_candidate *one = &found.candidate[i];

		place_candidate_say(one, &text);
		said_plain(&about, one->why, strlen(one->why));
		if (one->has_point)
			offer(tab, phrase, &text, &about);
	}
}

static bool is_taken(const struct reading *reading, const struct unit *unit)
{
	for (unsigned i = 0; i < reading->unit_count; i++)
		if (reading->unit[i] == unit)
			return true;
	return false;
}

/* Those that the person may send, by the name they are called by. */
static void offer_units(struct tab *tab)
{
	const struct rules *rules = tab->view->rules;
	struct said text, about;

	for (unsigned i = 0; i < rules_unit_count(rules); i++) {
		const struct unit *unit = rules_unit(rules, i);

		unit_write_short(unit, &text);
		if ((tab->view->acts_for >> unit->agency & 1) == 0 ||
		    is_taken(&tab->reading, unit) ||
		    (!begins(tab, text.id) && !begins(tab, unit->id)))
			continue;
		said_plain(&about, unit->name, strlen(unit->name));
		offer(tab, tab->begun, &text, &about);
	}
}

static void offer_steps(struct tab *tab)
{
	static const int steps[] = {ORDER_ACCEPTED, ORDER_EN_ROUTE, ORDER_ON_SCENE,
				    ORDER_CLEARED, ORDER_DECLINED};
	static const char *const id[] = {"terima", "menuju", "lokasi", "selesai", "tolak"};
	static const char *const en[] = {"accepted", "en_route", "on_scene", "cleared",
					 "declined"};
	struct said text, about;

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		if (!begins(tab, id[i]) && !begins(tab, en[i]))
			continue;
		said_set(&text, begins(tab, id[i]) ? id[i] : en[i],
			 begins(tab, en[i]) ? en[i] : id[i], NULL, NULL, NULL);
		step_say(steps[i], &about);
		offer(tab, tab->begun, &text, &about);
	}
}

/* A sign stays where it is: a minus says that it is over. */
static void offer_hazards(struct tab *tab)
{
	struct token begun = tab->begun;
	bool has_sign =
		begun.len > 0 && (tab->line[begun.at] == '+' || tab->line[begun.at] == '-');
	struct said text, about;

	begun.at += has_sign;
	begun.len -= has_sign;
	for (int i = 0; i < HAZARDS; i++) {
		hazard_write_short(i, &text);
		hazard_say(i, &about);
		if (begun.len == 0 || word_begins(text.id, tab->line + begun.at, begun.len) ||
		    word_begins(text.en, tab->line + begun.at, begun.len))
			offer(tab, begun, &text, &about);
	}
}

static void offer_things(struct tab *tab)
{
	const struct reading *there = &tab->reading;
	unsigned things = there->verb->things;

	if ((things & THING_OUTCOME) != 0 && there->outcome < 0)
		offer_outcomes(tab);
	if ((things & THING_STEP) != 0 && there->step < 0)
		offer_steps(tab);
	if ((things & THING_UNIT) != 0)
		offer_units(tab);
	if ((things & THING_PRIORITY) != 0 && there->priority == 0)
		offer_priorities(tab);
	if ((things & THING_AGENCY) != 0)
		offer_agencies(tab);
	if ((things & THING_NUMBER) != 0 && there->number_count < there->verb->numbers)
		offer_numbers(tab);
}

/* What stands in front of what is begun decides what may follow. */
static void offer_behind_verb(struct tab *tab)
{
	struct reading *there = &tab->reading;
	struct token phrase;
	bool is_in_rest = !reading_cut(there) || there->rest.len > 0;

	phrase = (struct token){.at = is_in_rest ? there->rest.at : tab->begun.at};
	phrase.len = tab->begun.at + tab->begun.len - phrase.at;
	if (!is_in_rest)
		offer_things(tab);
	if (there->verb->rest == REST_HAZARDS)
		offer_hazards(tab);
	if (phrase.len > 0 && there->verb->rest == REST_CATEGORY)
		offer_categories(tab, phrase);
	if (phrase.len > 0 && there->verb->rest == REST_PLACE)
		offer_places(tab, phrase);
}

void command_complete(const struct command_view *view, const char *line, size_t cursor,
		      struct command_parse *out)
{
	struct tab tab = {.view = view, .line = line, .out = out};
	size_t pos = 0;
	unsigned count;

	tab.begun = (struct token){.at = cursor};
	while (tab.begun.at > 0 && (unsigned char)line[tab.begun.at - 1] > ' ' &&
	       line[tab.begun.at - 1] != 0x7f)
		tab.begun.at--;
	tab.begun.len = cursor - tab.begun.at;
	tab.reading = (struct reading){.view = view,
				       .line = line,
				       .len = tab.begun.at,
				       .agency = -1,
				       .outcome = -1,
				       .step = -1};
	if (!token_next(line, tab.begun.at, &pos, &tab.reading.verb_token)) {
		for (unsigned i = 0; i < verb_count; i++)
			offer_verb(&tab, &verbs[i]);
		return;
	}
	tab.reading.verb =
		verb_find(line + tab.reading.verb_token.at, tab.reading.verb_token.len, &count);
	if (tab.reading.verb != NULL)
		offer_behind_verb(&tab);
}
