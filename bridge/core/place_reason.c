/* The reasons of candidates in words, as a call-taker reads them. */
#include <stdio.h>
#include <string.h>

#include "core/place_private.h"
#include "core/place_said.h"

#define HEARD_SIZE 60

static void hear(const char *text, const struct place_text *marks, unsigned from, unsigned to,
		 char heard_r[HEARD_SIZE])
{
	size_t at = marks->mark[from].from;

	(void)place_quote(text + at, marks->mark[to - 1].to - at, heard_r, HEARD_SIZE);
}

static void say(struct place_candidate *c, const char *code, const char *why)
{
	snprintf(c->reason, sizeof(c->reason), "%s", code);
	snprintf(c->why, sizeof(c->why), "%s", why);
}

static void say_name(const struct idea *idea, const char *heard, struct place_candidate *c)
{
	const struct meaning *meaning = idea->meaning;
	char why[PLACE_WHY_SIZE];

	if (meaning->is_vowelless) {
		snprintf(why, sizeof(why), "“%s” disingkat dari %s", heard, c->place);
		say(c, "short", why);
	} else if (meaning->errors > 0) {
		snprintf(why, sizeof(why), "“%s” dibaca %s (%u huruf berbeda)", heard, c->place,
			 meaning->errors);
		say(c, "spelling", why);
	} else if (idea->is_other_meaning) {
		snprintf(why, sizeof(why), "“%s” bisa juga %s", heard, c->place);
		say(c, "also", why);
	} else {
		snprintf(why, sizeof(why), "disebut: “%s”", heard);
		say(c, idea->mention->metres > 0 ? "beside" : "named", why);
	}
}

/* What more there is to know, behind what is said already. */
static void go_on(struct place_candidate *c, const char *more)
{
	size_t len = strlen(c->why);

	snprintf(c->why + len, sizeof(c->why) - len, "; %s", more);
}

static void say_doubts(const struct idea *idea, struct place_candidate *c)
{
	const struct mention *m = idea->mention;

	if (m->is_away || m->is_toward)
		go_on(c, "tujuan, belum tentu tempat kejadian");
	else if (m->is_from || m->is_resident)
		go_on(c, "asal, belum tentu tempat kejadian");
	if (m->is_away || m->is_toward || m->is_from || m->is_resident)
		snprintf(c->reason, sizeof(c->reason), "elsewhere");
}

static void say_two(const struct idea *idea, struct place_candidate *c)
{
	bool is_between = idea->kind == IDEA_BETWEEN;
	char why[PLACE_WHY_SIZE];

	snprintf(why, sizeof(why), is_between ? "antara %s dan %s, %d m" : "%s bertemu %s",
		 idea->place->name, idea->other->name, idea->apart_m);
	say(c, is_between ? "between" : "crossing", why);
}

/* The name with what kind of place it is said to be, and beside what. */
static unsigned begin_of(const struct mention *m, const struct place_text *marks)
{
	unsigned from = m->beside;

	if (from < m->from)
		return from;
	while (from > m->lead && !marks->mark[from].is_apart &&
	       ((m->kind_cue != CUE_NONE && marks->mark[from - 1].cue == m->kind_cue) ||
		marks->mark[from - 1].cue == CUE_TITLE ||
		marks->mark[from - 1].cue == CUE_WIDE))
		from--;
	return from;
}

void place_reason(const struct idea *idea, const char *text, const struct place_text *marks,
		  struct place_candidate *c)
{
	char heard[HEARD_SIZE], more[AREA_NAME_SIZE + 40];
	const struct mention *m = idea->mention;

	if (idea->kind == IDEA_BEGINS) {
		say(c, "begins", "nama berawalan sama");
		return;
	}
	if (idea->kind != IDEA_NAMED) {
		say_two(idea, c);
		return;
	}
	hear(text, marks, begin_of(m, marks), m->to, heard);
	say_name(idea, heard, c);
	if (idea->is_area_said) {
		snprintf(more, sizeof(more), "kelurahan %s menurut kata-kata",
			 idea->area->name);
		go_on(c, more);
	}
	say_doubts(idea, c);
}
