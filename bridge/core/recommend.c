#include "core/recommend.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/roster.h"
#include "core/rules_private.h"
#include "model/incident.h"

#define EARTH_M 6371008.8 /* mean radius */

const char *const recommend_duty_names[RECOMMEND_DUTIES] = {
	[RECOMMEND_ON] = "on",
	[RECOMMEND_OFF] = "off",
	[RECOMMEND_OUT_OF_SERVICE] = "out_of_service",
};

const char *const recommend_presence_names[RECOMMEND_PRESENCES] = {
	[RECOMMEND_UNKNOWN] = "unknown",
	[RECOMMEND_ONLINE] = "online",
	[RECOMMEND_OFFLINE] = "offline",
	[RECOMMEND_LOGGED_OUT] = "logged_out",
};

const char *const recommend_fate_names[FATES] = {
	[FATE_NOT_ASKED] = "not_asked",
	[FATE_SENT] = "sent",
	[FATE_THERE] = "there",
	[FATE_OFF_DUTY] = "off_duty",
	[FATE_OUT_OF_SERVICE] = "out_of_service",
	[FATE_LOGGED_OUT] = "logged_out",
	[FATE_DECLINED] = "declined",
	[FATE_BUSY] = "busy",
	[FATE_CREW_OUT] = "crew_out",
	[FATE_UNDERSTAFFED] = "understaffed",
	[FATE_LACKS] = "lacks",
	[FATE_NOT_NEEDED] = "not_needed",
	[FATE_UNREACHED] = "unreached",
	[FATE_FARTHER] = "farther",
	[FATE_BUSIER] = "busier",
	[FATE_EQUAL] = "equal",
};

struct work {
	const struct rules *rules;
	const struct recommend_situation *situation;
	const struct area *area; /* what distances are measured to, without a point */
	struct recommendation *out;
};

/* ---- Where units are. ---- */

int32_t straight_line_m(int32_t a_lat_e7, int32_t a_lon_e7, int32_t b_lat_e7, int32_t b_lon_e7)
{
	const double radians = M_PI / 180 / DEGREE_E7;
	double north = sin(((double)b_lat_e7 - a_lat_e7) * radians / 2);
	double east = sin(((double)b_lon_e7 - a_lon_e7) * radians / 2);
	double half =
		north * north + cos(a_lat_e7 * radians) * cos(b_lat_e7 * radians) * east * east;

	return (int32_t)lround(2 * EARTH_M * asin(sqrt(fmin(half, 1))));
}

/* The code of a kelurahan up to its last dot; a neighbour's area is one already. */
static void take_kecamatan(const struct areas *areas, struct recommend_choice *choice)
{
	const struct area *area = areas_at(areas, choice->lat_e7, choice->lon_e7);
	const char *dot = area != NULL ? strrchr(area->code, '.') : NULL;

	if (area == NULL)
		return;
	memcpy(choice->area, area->code, AREA_SIZE);
	if (area->level == AREA_KELURAHAN && dot != NULL)
		choice->area[dot - area->code] = '\0';
}

static void take_place(const struct recommend_unit *in, int64_t now_ms,
		       struct recommend_choice *choice)
{
	choice->age_ms = -1;
	if (in->has_position) {
		choice->age_ms = now_ms > in->position_at_ms ? now_ms - in->position_at_ms : 0;
		choice->is_live = choice->age_ms <= RECOMMEND_LIVE_MS;
	}
	choice->has_place = choice->is_live || in->unit->has_point;
	choice->lat_e7 = choice->is_live ? in->lat_e7 : in->unit->lat_e7;
	choice->lon_e7 = choice->is_live ? in->lon_e7 : in->unit->lon_e7;
}

static void place_unit(const struct work *w, struct recommend_choice *choice)
{
	const struct recommend_situation *s = w->situation;

	take_place(choice->unit, s->now_ms, choice);
	choice->straight_line_m = -1;
	if (!choice->has_place)
		return;
	take_kecamatan(&w->rules->areas, choice);
	if (s->has_point)
		choice->straight_line_m =
			straight_line_m(choice->lat_e7, choice->lon_e7, s->lat_e7, s->lon_e7);
	else if (w->area != NULL)
		choice->straight_line_m =
			(int32_t)lround(area_metres(w->area, choice->lat_e7, choice->lon_e7));
}

/* ---- Who may go. ---- */

/* Somebody of its crew is out with another vehicle, or is being sent with it: who; -1: nobody.
 */
static int crew_taker(const struct work *w, const struct recommend_choice *choice)
{
	if (choice->unit->unit->crew[0] == '\0')
		return -1;
	for (unsigned i = 0; i < w->out->choice_count; i++) {
		const struct recommend_choice *other = &w->out->choice[i];

		if (other != choice &&
		    units_share_crew(other->unit->unit, choice->unit->unit) &&
		    (other->unit->is_busy || other->unit->is_here || other->fate == FATE_SENT))
			return (int)i;
	}
	return -1;
}

static bool is_understaffed(const struct recommend_unit *in)
{
	return in->staff >= 0 && in->staff < in->unit->crew_min;
}

/* Why it cannot go, whatever it is asked for; FATE_EQUAL: it can. */
static enum recommend_fate own_fate(const struct work *w, const struct recommend_choice *choice)
{
	const struct recommend_unit *in = choice->unit;

	if (in->is_here)
		return FATE_THERE;
	if (in->duty == RECOMMEND_OFF)
		return FATE_OFF_DUTY;
	if (in->duty == RECOMMEND_OUT_OF_SERVICE)
		return FATE_OUT_OF_SERVICE;
	if (in->presence == RECOMMEND_LOGGED_OUT)
		return FATE_LOGGED_OUT;
	if (in->has_declined)
		return FATE_DECLINED;
	if (in->is_busy)
		return FATE_BUSY;
	if (crew_taker(w, choice) >= 0)
		return FATE_CREW_OUT;
	return is_understaffed(in) ? FATE_UNDERSTAFFED : FATE_EQUAL;
}

/* ---- Who goes before whom. ---- */

/* Who is nowhere is farthest; when nobody knows how far it is, all are as far. */
static int32_t step_of(const struct recommend_choice *choice)
{
	return choice->has_place ? choice->straight_line_m / RECOMMEND_STEP_M : INT32_MAX;
}

static int jobs_of(const struct recommend_choice *choice)
{
	return choice->unit->shift_jobs > 0 ? choice->unit->shift_jobs : 0;
}

static bool is_offline(const struct recommend_choice *choice)
{
	return choice->unit->presence == RECOMMEND_OFFLINE;
}

/* What the later of two lacks to be first; FATE_EQUAL: only its id. 0 in *order_r never. */
static enum recommend_fate compare(const struct recommend_choice *a,
				   const struct recommend_choice *b, int *order_r)
{
	int32_t a_step = step_of(a), b_step = step_of(b);

	*order_r = is_offline(a) - is_offline(b);
	if (*order_r != 0)
		return FATE_UNREACHED;
	*order_r = a_step < b_step ? -1 : a_step > b_step;
	if (*order_r != 0)
		return FATE_FARTHER;
	*order_r = jobs_of(a) - jobs_of(b);
	if (*order_r != 0)
		return FATE_BUSIER;
	*order_r = a->straight_line_m < b->straight_line_m
			   ? -1
			   : a->straight_line_m > b->straight_line_m;
	if (*order_r != 0)
		return FATE_FARTHER;
	*order_r = strcmp(a->unit->unit->id, b->unit->unit->id);
	return FATE_EQUAL;
}

static struct recommend_choice *first_for(const struct work *w, const struct plan_need *need)
{
	struct recommend_choice *best = NULL;

	for (unsigned i = 0; i < w->out->choice_count; i++) {
		struct recommend_choice *choice = &w->out->choice[i];
		int order = -1;

		if (choice->fate == FATE_SENT || !need_fits(need, choice->unit->unit) ||
		    own_fate(w, choice) != FATE_EQUAL)
			continue;
		if (best != NULL)
			(void)compare(choice, best, &order); /* only the order is asked */
		if (order < 0)
			best = choice;
	}
	return best;
}

/* ---- Filling the plan. ---- */

static bool is_asked(const struct work *w, const struct plan_need *need)
{
	return (w->situation->agencies >> need->agency & 1) != 0;
}

/* Each counts for the first need that it fits and that wants somebody. */
static void count_there(struct work *w)
{
	const struct plan *plan = w->out->plan;

	for (unsigned i = 0; i < w->out->choice_count; i++) {
		struct recommend_choice *choice = &w->out->choice[i];

		for (unsigned n = 0; choice->unit->is_here && n < plan->need_count; n++)
			if (w->out->need[n].there < plan->need[n].count &&
			    need_fits(&plan->need[n], choice->unit->unit)) {
				w->out->need[n].there++;
				choice->need = (int)n;
				break;
			}
	}
}

static void fill_need(struct work *w, unsigned n)
{
	struct recommend_need *state = &w->out->need[n];
	struct recommend_choice *choice;

	state->missing = w->out->plan->need[n].count - state->there;
	while (state->missing > 0 && (choice = first_for(w, &w->out->plan->need[n])) != NULL) {
		choice->fate = FATE_SENT;
		choice->need = (int)n;
		w->out->sent[w->out->sent_count++] = (unsigned)(choice - w->out->choice);
		state->sent++;
		state->missing--;
	}
}

/* ---- Why not the others. ---- */

/* The first need it is of a kind for, and if it can do nothing of that, the first of the kind.
 */
static int need_of(const struct work *w, const struct recommend_choice *choice)
{
	const struct plan *plan = w->out->plan;
	int of_kind = -1;

	for (unsigned n = 0; n < plan->need_count; n++) {
		if (!is_asked(w, &plan->need[n]))
			continue;
		if (need_fits(&plan->need[n], choice->unit->unit))
			return (int)n;
		if (of_kind < 0 && need_is_kind(&plan->need[n], choice->unit->unit))
			of_kind = (int)n;
	}
	return of_kind;
}

/* The last of those that go for the need. */
static int last_sent(const struct recommendation *out, int need)
{
	for (unsigned i = out->sent_count; i > 0; i--)
		if (out->choice[out->sent[i - 1]].need == need)
			return (int)out->sent[i - 1];
	return -1;
}

/* It could go for its need, which has enough. */
static enum recommend_fate outdone(const struct work *w, struct recommend_choice *choice)
{
	int order;

	choice->other = last_sent(w->out, choice->need);
	if (choice->other < 0)
		return FATE_NOT_NEEDED;
	return compare(&w->out->choice[choice->other], choice, &order);
}

static void say_fate(const struct work *w, struct recommend_choice *choice)
{
	if (choice->fate == FATE_SENT)
		return;
	if (choice->need < 0)
		choice->need = need_of(w, choice);
	if (choice->need < 0) {
		choice->fate = choice->unit->is_here ? FATE_THERE : FATE_NOT_ASKED;
		return;
	}
	choice->fate = own_fate(w, choice);
	if (choice->fate == FATE_CREW_OUT)
		choice->other = crew_taker(w, choice);
	if (choice->fate != FATE_EQUAL)
		return;
	if (!need_fits(&w->out->plan->need[choice->need], choice->unit->unit))
		choice->fate = FATE_LACKS;
	else
		choice->fate = outdone(w, choice);
}

/* ---- What is left uncovered. ---- */

/* Whether it could have gone to anything. */
static bool was_free(const struct work *w, const struct recommend_choice *choice)
{
	const struct recommend_unit *in = choice->unit;

	if (in->is_here || in->is_busy || in->duty != RECOMMEND_ON ||
	    in->presence == RECOMMEND_LOGGED_OUT || is_understaffed(in))
		return false;
	for (unsigned i = 0; i < w->out->choice_count; i++) {
		const struct recommend_unit *other = w->out->choice[i].unit;

		if (other != in && units_share_crew(other->unit, in->unit) &&
		    (other->is_busy || other->is_here))
			return false;
	}
	return true;
}

static bool leaves(const struct work *w, const struct recommend_choice *choice)
{
	return choice->fate == FATE_SENT || crew_taker(w, choice) >= 0;
}

static bool is_like(const struct recommend_choice *a, const struct recommend_choice *b)
{
	return a->unit->unit->agency == b->unit->unit->agency &&
	       strcmp(a->unit->unit->kind, b->unit->unit->kind) == 0;
}

/* Whether it leaves, and no free one of its kind stays in the kecamatan; the first that leaves
 * speaks for the others. */
static bool is_last(const struct work *w, const struct recommend_choice *leaver)
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

static void find_next(const struct work *w, const struct recommend_choice *leaver,
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

static void add_bare(struct work *w, unsigned i)
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

/* ---- Where somebody can be brought. ---- */

static bool is_wanted(const struct work *w, const struct hospital *hospital)
{
	const struct plan *plan = w->out->plan;

	for (unsigned n = 0; n < plan->need_count; n++)
		for (unsigned k = 0;
		     is_asked(w, &plan->need[n]) && k < plan->need[n].kind_count; k++)
			if (hospital_is_for(hospital, w->situation->category,
					    plan->need[n].kind[k]))
				return true;
	return false;
}

static void ask_hospital(const struct work *w, struct recommend_hospital *h)
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

static void list_hospitals(struct work *w)
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

/* ---- The whole. ---- */

static void begin(struct work *w)
{
	struct recommendation *out = w->out;

	w->area = areas_coded(&w->rules->areas, w->situation->area);
	*out = (struct recommendation){
		.plan = plans_find(&w->rules->plans, w->situation->category,
				   w->situation->priority, w->situation->level),
		.choice_count = w->situation->unit_count,
		.choice = xcalloc(w->situation->unit_count + 1, sizeof(*out->choice)),
		.sent = xcalloc(w->situation->unit_count + 1, sizeof(*out->sent)),
		.bare = xcalloc(w->situation->unit_count + 1, sizeof(*out->bare)),
	};
	for (unsigned i = 0; i < out->choice_count; i++) {
		out->choice[i].unit = &w->situation->unit[i];
		out->choice[i].need = out->choice[i].other = -1;
		place_unit(w, &out->choice[i]);
	}
}

void recommend_take_incident(struct recommend_situation *situation, const struct rules *rules,
			     const struct incident *incident)
{
	const struct location *at = &incident->location;

	situation->category = rules_category_index(rules, incident->verdict.category);
	situation->priority = incident->verdict.priority;
	situation->has_point = at->has_point;
	situation->lat_e7 = at->lat_e7;
	situation->lon_e7 = at->lon_e7;
	memcpy(situation->area, at->area, AREA_SIZE);
}

void recommend_take_roster(struct recommend_unit *unit, const struct roster *roster,
			   int64_t at_ms)
{
	struct roster_word word = roster_ask(roster, unit->unit->id, at_ms);

	unit->duty = word.duty == ROSTER_OFF ? RECOMMEND_OFF : RECOMMEND_ON;
	unit->staff = word.now != NULL && word.now->crew > 0 ? word.now->crew : -1;
}

void recommend(const struct rules *rules, const struct recommend_situation *situation,
	       struct recommendation *out)
{
	struct work w = {.rules = rules, .situation = situation, .out = out};

	begin(&w);
	if (out->plan == NULL)
		return;
	count_there(&w);
	for (unsigned n = 0; n < out->plan->need_count; n++)
		if (is_asked(&w, &out->plan->need[n]))
			fill_need(&w, n);
	for (unsigned i = 0; i < out->choice_count; i++)
		say_fate(&w, &out->choice[i]);
	for (unsigned i = 0; i < out->choice_count; i++)
		add_bare(&w, i);
	list_hospitals(&w);
}

void recommendation_fini(struct recommendation *recommendation)
{
	xfree(recommendation->choice);
	xfree(recommendation->sent);
	xfree(recommendation->bare);
	xfree(recommendation->hospital);
}
