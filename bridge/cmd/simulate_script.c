#include "cmd/simulate_script.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/simulate_dice.h"
#include "core/place.h"

#define SECOND_MS  1000
#define PRANKSTERS 6        /* numbers that pranks come from */
#define PHONES     10000000 /* numbers that all else comes from */
#define JITTER_E7  9000     /* some hundred metres to either side */

const char *const moment_kind_names[MOMENT_KINDS] = {
	[MOMENT_RINGING] = "ringing",     [MOMENT_ANSWERED] = "answered",
	[MOMENT_ABANDONED] = "abandoned", [MOMENT_REPORT] = "report",
	[MOMENT_ENDED] = "ended",         [MOMENT_ALARM] = "alarm",
};

/* What is drawn of one matter, once. */
struct matter {
	const char *name; /* "" : it has one sender only */
	const char *place;
	size_t place_len;
};

struct drawing {
	struct script *script;
	const struct rules *rules;
	uint64_t seed;
	struct matter *matter; /* by number - 1 */
	unsigned senders;
};

static struct moment *add(struct drawing *d, const struct moment *like, int64_t at_ms,
			  enum moment_kind kind)
{
	struct script *script = d->script;
	struct moment *moment;

	if (script->count == script->room) {
		script->room = script->room == 0 ? 256 : 2 * script->room;
		script->moment =
			xrealloc(script->moment, script->room * sizeof(script->moment[0]));
	}
	moment = &script->moment[script->count++];
	*moment = *like;
	moment->at_ms = at_ms;
	moment->kind = kind;
	return moment;
}

/* ---- Matters and where they are. ---- */

static unsigned new_matter(struct drawing *d, const struct scenario_row *row, struct dice *dice)
{
	struct matter matter = {.name = row->matter, .place = ""};

	if (row->places[0] != '\0')
		matter.place = scenario_choice(row->places,
					       dice_below(dice, scenario_choices(row->places)),
					       &matter.place_len);
	d->matter = xrealloc(d->matter, (d->script->matters + 1) * sizeof(matter));
	d->matter[d->script->matters] = matter;
	return ++d->script->matters;
}

/* One of a name is where the first row that names it says. */
static unsigned matter_of(struct drawing *d, const struct scenario_row *row, struct dice *dice)
{
	struct dice own;

	if (row->matter[0] == '\0')
		return new_matter(d, row, dice);
	for (unsigned i = 0; i < d->script->matters; i++)
		if (strcmp(d->matter[i].name, row->matter) == 0)
			return i + 1;
	dice_begin(&own, d->seed, row->matter, 0);
	return new_matter(d, row, &own);
}

static void set_point(struct drawing *d, struct moment *moment, struct dice *dice)
{
	const struct matter *matter = &d->matter[moment->matter - 1];
	struct place_candidates found;

	places_find(d->rules, matter->place, matter->place_len, &found);
	if (found.count == 0 || !found.candidate[0].has_point)
		return;
	moment->has_point = true;
	moment->lat_e7 =
		found.candidate[0].lat_e7 + (int32_t)dice_between(dice, -JITTER_E7, JITTER_E7);
	moment->lon_e7 =
		found.candidate[0].lon_e7 + (int32_t)dice_between(dice, -JITTER_E7, JITTER_E7);
}

/* ---- Words and numbers. ---- */

/* One of the row's texts, with the place where it says {place}. */
static char *draw_text(const struct drawing *d, const struct moment *moment, struct dice *dice)
{
	static const char mark[] = "{place}";
	const char *texts = moment->row->texts;
	const struct matter *matter = &d->matter[moment->matter - 1];
	size_t len, head;
	const char *text, *at;
	char *out;

	text = scenario_choice(texts, dice_below(dice, scenario_choices(texts)), &len);
	at = memmem(text, len, mark, sizeof(mark) - 1);
	if (at == NULL)
		return xstrndup(text, len);
	head = (size_t)(at - text);
	len -= head + sizeof(mark) - 1;
	out = xcalloc(1, head + matter->place_len + len + 1);
	memcpy(out, text, head);
	memcpy(out + head, matter->place, matter->place_len);
	memcpy(out + head + matter->place_len, at + sizeof(mark) - 1, len);
	return out;
}

/* No number in the land begins with 00: whoever calls one back reaches nobody. */
static void draw_phone(struct drawing *d, struct moment *moment, struct dice *dice)
{
	bool is_prank = moment->row->what == SCENARIO_PRANK;
	unsigned number = is_prank ? dice_below(dice, PRANKSTERS) : dice_below(dice, PHONES);

	(void)d;
	snprintf(moment->phone, sizeof(moment->phone), "+6200%c%07u", is_prank ? '9' : '1',
		 number);
}

/* ---- What one sender does. ---- */

static const char *outcome_of(enum scenario_what what)
{
	return what == SCENARIO_PRANK ? "prank" : what == SCENARIO_SILENT ? "silent" : "real";
}

static void draw_call(struct drawing *d, const struct moment *like, struct dice *dice)
{
	int64_t at_ms = like->at_ms;

	add(d, like, at_ms, MOMENT_RINGING);
	if (like->row->what == SCENARIO_ABANDONED) {
		add(d, like, at_ms + dice_between(dice, 4, 20) * SECOND_MS, MOMENT_ABANDONED);
		return;
	}
	at_ms += dice_between(dice, 3, 12) * SECOND_MS;
	add(d, like, at_ms, MOMENT_ANSWERED);
	at_ms += dice_between(dice, 15, 60) * SECOND_MS;
	if (like->row->texts[0] != '\0')
		add(d, like, at_ms, MOMENT_REPORT)->text = draw_text(d, like, dice);
	at_ms += dice_between(dice, 5, 20) * SECOND_MS;
	add(d, like, at_ms, MOMENT_ENDED)->outcome = outcome_of(like->row->what);
}

static void draw_sender(struct drawing *d, const struct scenario_row *row, unsigned n)
{
	struct moment like = {.row = row};
	struct dice dice;

	dice_begin(&dice, d->seed, scenario_what_names[row->what],
		   (uint64_t)row->line << 32 | n);
	like.at_ms = dice_between(&dice, row->from_ms, row->to_ms);
	if (like.at_ms >= d->script->length_ms)
		return;
	like.matter = matter_of(d, row, &dice);
	like.sender = ++d->senders;
	draw_phone(d, &like, &dice);
	if (row->channel == CHANNEL_MOBILE)
		set_point(d, &like, &dice);
	if (row->what == SCENARIO_ALARM)
		add(d, &like, like.at_ms, MOMENT_ALARM);
	else if (row->channel == CHANNEL_CALL)
		draw_call(d, &like, &dice);
	else
		add(d, &like, like.at_ms, MOMENT_REPORT)->text = draw_text(d, &like, &dice);
}

static void draw_trouble(struct drawing *d, const struct scenario_row *row, unsigned n)
{
	struct script *script = d->script;
	struct dice dice;

	dice_begin(&dice, d->seed, "crew", (uint64_t)row->line << 32 | n);
	script->trouble = xrealloc(script->trouble,
				   (script->trouble_count + 1) * sizeof(script->trouble[0]));
	script->trouble[script->trouble_count++] =
		(struct crew_trouble){.row = row, .draw = (unsigned)(dice_throw(&dice) >> 33)};
}

/* ---- All of it. ---- */

/* What one sender does stays in its order also at one moment. */
static int compare(const void *a, const void *b)
{
	const struct moment *x = a, *y = b;

	if (x->at_ms != y->at_ms)
		return x->at_ms < y->at_ms ? -1 : 1;
	if (x->sender != y->sender)
		return x->sender < y->sender ? -1 : 1;
	return (int)x->kind - (int)y->kind;
}

void script_draw(struct script *script_r, const struct scenario *scenario,
		 const struct rules *rules, uint64_t seed, int64_t length_ms)
{
	struct drawing d = {.script = script_r, .rules = rules, .seed = seed};

	*script_r = (struct script){.length_ms = length_ms};
	if (length_ms == 0)
		script_r->length_ms = scenario_length_ms(scenario) + 1;
	for (unsigned i = 0; i < scenario->count; i++)
		for (unsigned n = 0; n < scenario->row[i].count; n++)
			if (scenario_is_of_crews(scenario->row[i].what))
				draw_trouble(&d, &scenario->row[i], n);
			else
				draw_sender(&d, &scenario->row[i], n);
	if (script_r->count > 0)
		qsort(script_r->moment, script_r->count, sizeof(script_r->moment[0]), compare);
	xfree(d.matter);
}

void script_fini(struct script *script)
{
	for (unsigned i = 0; i < script->count; i++)
		xfree(script->moment[i].text);
	xfree(script->moment);
	xfree(script->trouble);
	*script = (struct script){.count = 0};
}

/* ---- For reading. ---- */

static void write_moment(const struct moment *moment, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	jsonw_decimal(w, "at_s", moment->at_ms, 3);
	jsonw_string(w, "kind", moment_kind_names[moment->kind]);
	jsonw_string(w, "what", scenario_what_names[moment->row->what]);
	jsonw_int(w, "sender", moment->sender);
	jsonw_int(w, "matter", moment->matter);
	if (moment->kind != MOMENT_ALARM) {
		jsonw_string(w, "source", channel_names[moment->row->channel]);
		jsonw_string(w, "phone", moment->phone);
	}
	if (moment->outcome != NULL)
		jsonw_string(w, "outcome", moment->outcome);
	if (moment->text != NULL)
		jsonw_string(w, "text", moment->text);
	if (moment->has_point) {
		jsonw_decimal(w, "lat", moment->lat_e7, 7);
		jsonw_decimal(w, "lon", moment->lon_e7, 7);
	}
	jsonw_close(w, '}');
}

void script_print(const struct script *script, FILE *to)
{
	struct jsonw w;

	jsonw_init(&w, 512);
	for (unsigned i = 0; i < script->count; i++) {
		jsonw_reset(&w);
		write_moment(&script->moment[i], &w);
		fprintf(to, "%s\n", jsonw_text(&w));
	}
	jsonw_fini(&w);
}
