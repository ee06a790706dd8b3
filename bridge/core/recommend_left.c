/* What comes with a proposal: which kecamatan it leaves without cover, and where those who go
 * can bring somebody. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/recommend_private.h"

/* ---- What is left uncovered. ---- */

/* Whether it could have gone to anything. */
static bool was_free(const struct recommend_work *w, const struct recommend_choice *choice)
{
	const struct recommend_unit *in = choice->unit;

	if (in->is_here || in->is_busy || in->duty != RECOMMEND_ON ||
	    in->presence == RECOMMEND_LOGGED_OUT || recommend_is_short(in))
		return false;
	for (unsigned i = 0; i < w->out->choice_count; i++) {
		const struct recommend_unit *other = w->out->choice[i].unit;

		if (other != in && units_share_crew(other->unit, in->unit) &&
		    (other->is_busy || other->is_here))
			return false;
	}
	return true;
}

static bool leaves(const struct recommend_work *w, const struct recommend_choice *choice)
{
	return choice->fate == FATE_SENT || recommend_crew_taker(w, choice) >= 0;
}

static bool is_like(const struct recommend_choice *a, const struct recommend_choice *b)
{
	return a->unit->unit->agency == b->unit->unit->agency &&
	       strcmp(a->unit->unit->kind, b->unit->unit->kind) == 0;
}

/* Whether it leaves, and no free one of its kind stays in the kecamatan; the first that leaves
 * speaks for the others. */
static bool is_last(const struct recommend_work *w, const struct recommend_choice *leaver)
{
	for (unsigned i = 0; i < w->out->choice_count; i++) {
		const struct recommend_choice *other = &w->out->choice[i];

		if (other == leaver || !is_like(other, leaver) || !was_free(w, other) ||
		    strcmp(other->area, leaver->area) != 0)
			continue;
		if (!leaves(w, other) || other < leaver)
			return false;
	}
	return true;
}

static void find_next(const struct recommend_work *w, const struct recommend_choice *leaver,
		      struct recommend_bare *bare)
{
	bare->next = -1;
	bare->next_m = -1;
	for (unsigned i = 0; i < w->out->choice_count; i++) {
		const struct recommend_choice *other = &w->out->choice[i];
		int32_t m;

		if (!is_like(other, leaver) || !was_free(w, other) || leaves(w, other) ||
		    !other->has_place)
			continue;
		m = straight_line_m(other->lat_e7, other->lon_e7, leaver->lat_e7,
				    leaver->lon_e7);
		if (bare->next >= 0 &&
		    (m > bare->next_m ||
		     (m == bare->next_m &&
		      strcmp(other->unit->unit->id, w->out->choice[bare->next].unit->unit->id) >
			      0)))
			continue;
		bare->next = (int)i;
		bare->next_m = m;
	}
}

static void add_bare(struct recommend_work *w, unsigned i)
{
	struct recommendation *out = w->out;
	const struct recommend_choice *leaver = &out->choice[i];
	const struct area *area = areas_coded(&w->rules->areas, leaver->area);
	struct recommend_bare *bare = &out->bare[out->bare_count];

	if (area == NULL || area->level != AREA_KECAMATAN || !leaves(w, leaver) ||
	    !was_free(w, leaver) || !is_last(w, leaver))
		return;
	*bare = (struct recommend_bare){.agency = leaver->unit->unit->agency,
					.kind = leaver->unit->unit->kind,
					.leaves = (int)i};
	memcpy(bare->area, leaver->area, AREA_SIZE);
	find_next(w, leaver, bare);
	out->bare_count++;
}

void recommend_find_bare(struct recommend_work *w)
{
	for (unsigned i = 0; i < w->out->choice_count; i++)
		add_bare(w, i);
}

/* ---- Where somebody can be brought. ---- */

static bool is_wanted(const struct recommend_work *w, const struct hospital *hospital)
{
	const struct plan *plan = w->out->plan;

	for (unsigned n = 0; n < plan->need_count; n++)
		for (unsigned k = 0;
		     recommend_is_asked(w, &plan->need[n]) && k < plan->need[n].kind_count; k++)
			if (hospital_is_for(hospital, w->situation->category,
					    plan->need[n].kind[k]))
				return true;
	return false;
}

static void ask_hospital(const struct recommend_work *w, struct recommend_hospital *h)
{
	const struct recommend_situation *s = w->situation;
	const struct receiving_word *word =
		s->receiving != NULL ? receiving_find(s->receiving, h->hospital->id) : NULL;

	h->age_ms = -1;
	h->straight_line_m = -1;
	if (word != NULL) {
		h->is = word->is;
		h->age_ms = s->now_ms > word->at_ms ? s->now_ms - word->at_ms : 0;
		h->is_fresh = h->age_ms <= RECEIVING_FRESH_MS;
	}
	if (s->has_point)
		h->straight_line_m = straight_line_m(h->hospital->lat_e7, h->hospital->lon_e7,
						     s->lat_e7, s->lon_e7);
	else if (w->area != NULL)
		h->straight_line_m = (int32_t)lround(
			area_metres(w->area, h->hospital->lat_e7, h->hospital->lon_e7));
}

static int standing_of(const struct recommend_hospital *h)
{
	return h->is_fresh && h->is > RECEIVING_OPEN ? (int)h->is : 0;
}

static int by_standing(const void *a, const void *b)
{
	const struct recommend_hospital *x = a, *y = b;
	int order = standing_of(x) - standing_of(y);

	if (order == 0)
		order = (x->straight_line_m > y->straight_line_m) -
			(x->straight_line_m < y->straight_line_m);
	return order != 0 ? order : strcmp(x->hospital->id, y->hospital->id);
}

void recommend_list_hospitals(struct recommend_work *w)
{
	const struct hospitals *hospitals = &w->rules->hospitals;
	struct recommendation *out = w->out;

	out->hospital = xcalloc(hospitals->count + 1, sizeof(*out->hospital));
	for (unsigned i = 0; i < hospitals->count; i++) {
		struct recommend_hospital *h = &out->hospital[out->hospital_count];

		if (!is_wanted(w, &hospitals->hospital[i]))
			continue;
		h->hospital = &hospitals->hospital[i];
		ask_hospital(w, h);
		out->hospital_count++;
	}
	qsort(out->hospital, out->hospital_count, sizeof(*out->hospital), by_standing);
}
