#include "core/place.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/place_private.h"
#include "core/place_said.h"
#include "core/rules_private.h"

#define OTHER_MEANING 60 /* per cent of what the first one is worth */
#define AGREES        30 /* per mille, for a name near by; for two of them twice */
#define AGREE_MOST    60
#define TWO_NAMES     100 /* per mille: both together say more than each */
#define NEAR_M        300
#define BEGINS_MAX    24
#define BEGINS_SCORE  700
#define BEGINS_WHOLE  1000 /* all that was typed is the beginning, and no name by itself */

struct ranking {
	const struct rules *rules;
	const struct mentions *mentions;
	unsigned count;
	struct idea idea[PLACE_CANDIDATES_MAX];
};

/* --- ranking --- */

/* One candidate for each place: the surer one. */
static bool is_known(struct ranking *r, const struct idea *idea)
{
	for (unsigned i = 0; i < r->count; i++) {
		struct idea *other = &r->idea[i];

		if (other->kind != idea->kind || other->place != idea->place ||
		    other->other != idea->other)
			continue;
		if (other->score >= idea->score)
			return true;
		r->count--;
		memmove(other, other + 1, (r->count - i) * sizeof(*other));
		return false;
	}
	return false;
}

/* Of two that are as sure the one that says more exactly where. */
static bool is_better(const struct idea *a, const struct idea *b)
{
	return a->score > b->score || (a->score == b->score && a->radius_m < b->radius_m);
}

static void rank(struct ranking *r, const struct idea *idea)
{
	unsigned at;

	if (is_known(r, idea))
		return;
	for (at = r->count; at > 0 && is_better(idea, &r->idea[at - 1]); at--)
		;
	if (at == PLACE_CANDIDATES_MAX)
		return;
	r->count += r->count < PLACE_CANDIDATES_MAX;
	memmove(&r->idea[at + 1], &r->idea[at], (r->count - 1 - at) * sizeof(*idea));
	r->idea[at] = *idea;
}

/* --- one name --- */

static double apart(const struct place *a, const struct place *b)
{
	return metres_between(a->lat_e7, a->lon_e7, b->lat_e7, b->lon_e7);
}

static bool is_kelurahan(const struct place *place)
{
	return place->kind == PLACE_KELURAHAN && place->area != NULL;
}

/* Long streets pass through several kelurahan: the one that the caller names as well is the
 * right one, as long as it lies within what is known of the street. */
static void take_said_area(const struct ranking *r, struct idea *idea)
{
	for (unsigned i = 0; i < r->mentions->count; i++) {
		const struct mention *m = &r->mentions->mention[i];
		const struct place *said = m->meaning[0].place;

		if (m == idea->mention || !is_kelurahan(said) || said->area == idea->area ||
		    m->is_away || m->is_from || m->is_toward)
			continue;
		if (area_metres(said->area, idea->lat_e7, idea->lon_e7) <= idea->radius_m) {
			idea->area = said->area;
			idea->is_area_said = true;
			return;
		}
		if (m->kind_cue == CUE_KELURAHAN)
			idea->score = idea->score * OTHER_MEANING / 100;
	}
}

/* Names that lie together say the same. */
static void count_agreement(const struct ranking *r, struct idea *idea)
{
	int agrees = 0;

	for (unsigned i = 0; i < r->mentions->count; i++) {
		const struct mention *m = &r->mentions->mention[i];
		const struct place *other = m->meaning[0].place;

		if (m == idea->mention || other == idea->place)
			continue;
		if (apart(idea->place, other) < idea->radius_m + other->radius_m + NEAR_M)
			agrees += AGREES;
	}
	idea->score += agrees < AGREE_MOST ? agrees : AGREE_MOST;
}

static void rank_meaning(struct ranking *r, const struct mention *m, unsigned which)
{
	const struct meaning *meaning = &m->meaning[which];
	const struct place *place = meaning->place;
	struct idea idea = {
		.mention = m,
		.meaning = meaning,
		.place = place,
		.area = place->area,
		.is_area = place_is_area(place),
		.is_other_meaning = which > 0,
		.lat_e7 = place->lat_e7,
		.lon_e7 = place->lon_e7,
		.radius_m = place->radius_m + m->metres,
		.score = meaning->sure,
	};

	if (which > 0)
		idea.score = idea.score * OTHER_MEANING / 100;
	if (!idea.is_area)
		take_said_area(r, &idea);
	count_agreement(r, &idea);
	rank(r, &idea);
}

/* --- two names --- */

/* Only cues stand between them. */
static bool follow(const struct place_text *text, const struct mention *a,
		   const struct mention *b)
{
	for (unsigned i = a->to; i < b->from; i++) {
		uint8_t cue = text->mark[i].cue;

		if (text->mark[i].is_apart || cue == CUE_NONE || cue >= CUE_SPELLING)
			return false;
	}
	return b->from - a->to <= 4;
}

/* What of that name crosses others: a street, if it is one. */
static const struct meaning *crossing_of(const struct mention *m)
{
	for (unsigned i = 0; i < m->count; i++)
		if (m->meaning[i].place->kind == PLACE_STREET)
			return &m->meaning[i];
	return &m->meaning[0];
}

/* In the middle, and as wide as half the way. */
static void place_between(struct idea *idea)
{
	const struct place *a = idea->place, *b = idea->other;
	int32_t wider = a->radius_m > b->radius_m ? a->radius_m : b->radius_m;

	idea->lat_e7 = a->lat_e7 / 2 + b->lat_e7 / 2;
	idea->lon_e7 = a->lon_e7 / 2 + b->lon_e7 / 2;
	idea->radius_m = idea->apart_m / 2 > wider ? idea->apart_m / 2 : wider;
}

/* Nearer to the one that is known more exactly. */
static void place_crossing(struct idea *idea)
{
	const struct place *a = idea->place, *b = idea->other;
	double part = (double)a->radius_m / (a->radius_m + b->radius_m);

	idea->lat_e7 = a->lat_e7 + (int32_t)(part * (b->lat_e7 - a->lat_e7));
	idea->lon_e7 = a->lon_e7 + (int32_t)(part * (b->lon_e7 - a->lon_e7));
	idea->radius_m = a->radius_m < b->radius_m ? a->radius_m : b->radius_m;
}

static void rank_two(struct ranking *r, const struct mention *a, const struct mention *b)
{
	bool is_crossing = !a->is_between;
	const struct meaning *x = is_crossing ? crossing_of(a) : &a->meaning[0];
	const struct meaning *y = is_crossing ? crossing_of(b) : &b->meaning[0];
	double metres = apart(x->place, y->place);
	struct idea idea = {
		.kind = is_crossing ? IDEA_CROSSING : IDEA_BETWEEN,
		.mention = a,
		.meaning = x,
		.place = x->place,
		.other = y->place,
		.apart_m = (int)lround(metres),
		.score = TWO_NAMES + (x->sure + y->sure) / 2,
	};

	if (is_crossing && metres > x->place->radius_m + y->place->radius_m)
		return; /* they do not meet */
	if (is_crossing)
		place_crossing(&idea);
	else
		place_between(&idea);
	idea.area = areas_at(&r->rules->areas, idea.lat_e7, idea.lon_e7);
	rank(r, &idea);
}

static void rank_mentions(struct ranking *r, const struct place_text *text)
{
	const struct mentions *mentions = r->mentions;

	for (unsigned i = 0; i < mentions->count; i++) {
		const struct mention *m = &mentions->mention[i];

		for (unsigned k = 0; k < m->count; k++)
			rank_meaning(r, m, k);
		if ((m->is_between || m->is_crossing) && i + 1 < mentions->count &&
		    follow(text, m, &mentions->mention[i + 1]))
			rank_two(r, m, &mentions->mention[i + 1]);
	}
}

/* --- candidates --- */

static void name_place(const struct idea *idea, struct place_candidate *c)
{
	const struct place *place = idea->place;

	if (idea->kind == IDEA_BETWEEN || idea->kind == IDEA_CROSSING)
		snprintf(c->place, sizeof(c->place), "%.30s - %.30s", place->name,
			 idea->other->name);
	else if (place->kind == PLACE_KECAMATAN || place->kind == PLACE_NEIGHBOUR)
		snprintf(c->place, sizeof(c->place), "Kecamatan %.50s", place->name);
	else
		snprintf(c->place, sizeof(c->place), "%s", place->name);
	snprintf(c->kind, sizeof(c->kind), "%s", place_kind_names[place->kind]);
}

static void make_candidate(const struct idea *idea, const char *text,
			   const struct place_text *marks, struct place_candidate *c)
{
	*c = (struct place_candidate){
		.state = idea->is_area ? LOCATION_AREA : LOCATION_APPROXIMATE,
		.has_point = !idea->is_area,
		.lat_e7 = idea->is_area ? 0 : idea->lat_e7,
		.lon_e7 = idea->is_area ? 0 : idea->lon_e7,
		.radius_m = idea->radius_m,
		.score = idea->score < 1000 ? idea->score : 1000,
		.is_outside = idea->place->is_outside,
	};
	name_place(idea, c);
	if (idea->area != NULL) {
		snprintf(c->area, sizeof(c->area), "%s", idea->area->code);
		snprintf(c->area_name, sizeof(c->area_name), "%s", idea->area->name);
	}
	place_reason(idea, text, marks, c);
}

static void make_candidates(const struct ranking *r, const char *text,
			    const struct place_text *marks, struct place_candidates *found_r)
{
	found_r->count = r->count;
	for (unsigned i = 0; i < r->count; i++)
		make_candidate(&r->idea[i], text, marks, &found_r->candidate[i]);
}

void places_find(const struct rules *rules, const char *text, size_t len,
		 struct place_candidates *found_r)
{
	struct place_text marks NOT_ZEROED;
	struct mentions mentions NOT_ZEROED;
	struct ranking ranking = {.rules = rules, .mentions = &mentions};

	place_text_read(&rules->place_words, text, len, &marks);
	mentions_find(&rules->gazetteer, &marks, false, &mentions);
	rank_mentions(&ranking, &marks);
	make_candidates(&ranking, text, &marks, found_r);
	place_said(text, &marks, &mentions, found_r->said, sizeof(found_r->said));
}

/* --- search --- */

static bool is_name_by_itself(const struct ranking *r, const struct place_text *text)
{
	for (unsigned i = 0; i < r->mentions->count; i++)
		if (r->mentions->mention[i].lead == 0 &&
		    r->mentions->mention[i].to == text->count &&
		    r->mentions->mention[i].meaning[0].errors == 0)
			return true;
	return false;
}

/* Names that begin so, for somebody who is still typing. */
static void rank_beginnings(struct ranking *r, const struct place_text *text)
{
	const struct gazetteer *g = &r->rules->gazetteer;
	unsigned skip = text->count > 1 && text->mark[0].cue == CUE_STREET, first, count;
	char key[NAME_LETTERS];
	size_t len = place_key(text->mark + skip, text->count - skip, key);
	int score = is_name_by_itself(r, text) ? BEGINS_SCORE : BEGINS_WHOLE;

	if (len < 2)
		return;
	count = place_index_begin(g->index, key, len, &first);
	for (unsigned i = 0; i < count && i < BEGINS_MAX; i++) {
		unsigned name = place_index_sorted(g->index, first + i);

		for (unsigned e = g->first[name]; e != NAME_NONE; e = g->entry[e].next) {
			const struct place *place = &g->place[g->entry[e].place];

			rank(r, &(struct idea){.kind = IDEA_BEGINS,
					       .place = place,
					       .area = place->area,
					       .is_area = place_is_area(place),
					       .lat_e7 = place->lat_e7,
					       .lon_e7 = place->lon_e7,
					       .radius_m = place->radius_m,
					       .score = score - 10 * (int)place_kind_order(
									     place->kind)});
		}
	}
}

static bool is_named(const struct ranking *r, const struct place *place)
{
	for (unsigned i = 0; i < r->count; i++)
		if (r->idea[i].place == place && r->idea[i].kind == IDEA_NAMED)
			return true;
	return false;
}

/* What is named is not told again as what begins so. */
static void forget_repeats(struct ranking *r)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < r->count; i++)
		if (r->idea[i].kind != IDEA_BEGINS || !is_named(r, r->idea[i].place))
			r->idea[kept++] = r->idea[i];
	r->count = kept;
}

void places_search(const struct rules *rules, const char *text, size_t len,
		   struct place_candidates *found_r)
{
	struct place_text marks NOT_ZEROED;
	struct mentions mentions NOT_ZEROED;
	struct ranking ranking = {.rules = rules, .mentions = &mentions};

	place_text_read(&rules->place_words, text, len, &marks);
	mentions_find(&rules->gazetteer, &marks, true, &mentions);
	rank_mentions(&ranking, &marks);
	rank_beginnings(&ranking, &marks);
	forget_repeats(&ranking);
	make_candidates(&ranking, text, &marks, found_r);
	place_said(text, &marks, &mentions, found_r->said, sizeof(found_r->said));
}
