#include "core/recommend_private.h"

#include <math.h>
#include <string.h>

#include "base/xalloc.h"

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
	[FATE_TIRED] = "tired",
	[FATE_BUSIER] = "busier",
	[FATE_EQUAL] = "equal",
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

static void place_unit(const struct recommend_work *w, struct recommend_choice *choice)
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
int recommend_crew_taker(const struct recommend_work *w, const struct recommend_choice *choice)
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

int64_t recommend_on_ms(const struct recommend_situation *situation,
			const struct recommend_unit *in)
{
	if (in->on_since_ms == 0)
		return -1;
	return situation->now_ms > in->on_since_ms ? situation->now_ms - in->on_since_ms : 0;
}

bool recommend_is_tired(const struct rules *rules, const struct recommend_situation *situation,
			const struct recommend_unit *in)
{
	return recommend_on_ms(situation, in) >= rules->rest.duty_ms ||
	       in->worked_ms >= rules->rest.work_ms;
}

bool recommend_is_short(const struct recommend_unit *in)
{
	return in->staff >= 0 && in->staff < in->unit->crew_min;
}

/* Why it cannot go, whatever it is asked for; FATE_EQUAL: it can. */
static enum recommend_fate own_fate(const struct recommend_work *w,
				    const struct recommend_choice *choice)
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
	if (recommend_crew_taker(w, choice) >= 0)
		return FATE_CREW_OUT;
	return recommend_is_short(in) ? FATE_UNDERSTAFFED : FATE_EQUAL;
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

static bool is_tired(const struct recommend_work *w, const struct recommend_choice *choice)
{
	return recommend_is_tired(w->rules, w->situation, choice->unit);
}

/* What the later of two lacks to be first; FATE_EQUAL: only its id. 0 in *order_r never. */
static enum recommend_fate compare(const struct recommend_work *w,
				   const struct recommend_choice *a,
				   const struct recommend_choice *b, int *order_r)
{
	int32_t a_step = step_of(a), b_step = step_of(b);

	*order_r = is_offline(a) - is_offline(b);
	if (*order_r != 0)
		return FATE_UNREACHED;
	*order_r = a_step < b_step ? -1 : a_step > b_step;
	if (*order_r != 0)
		return FATE_FARTHER;
	*order_r = is_tired(w, a) - is_tired(w, b);
	if (*order_r != 0)
		return FATE_TIRED;
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

static struct recommend_choice *first_for(const struct recommend_work *w,
					  const struct plan_need *need)
{
	struct recommend_choice *best = NULL;

	for (unsigned i = 0; i < w->out->choice_count; i++) {
		struct recommend_choice *choice = &w->out->choice[i];
		int order = -1;

		if (choice->fate == FATE_SENT || !need_fits(need, choice->unit->unit) ||
		    own_fate(w, choice) != FATE_EQUAL)
			continue;
		if (best != NULL)
			(void)compare(w, choice, best, &order); /* only the order is asked */
		if (order < 0)
			best = choice;
	}
	return best;
}

/* ---- Filling the plan. ---- */

bool recommend_is_asked(const struct recommend_work *w, const struct plan_need *need)
{
	return (w->situation->agencies >> need->agency & 1) != 0;
}

/* Each counts for the first need that it fits and that wants somebody. */
static void count_there(struct recommend_work *w)
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

static void fill_need(struct recommend_work *w, unsigned n)
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
static int need_of(const struct recommend_work *w, const struct recommend_choice *choice)
{
	const struct plan *plan = w->out->plan;
	int of_kind = -1;

	for (unsigned n = 0; n < plan->need_count; n++) {
		if (!recommend_is_asked(w, &plan->need[n]))
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
static enum recommend_fate outdone(const struct recommend_work *w,
				   struct recommend_choice *choice)
{
	int order;

	choice->other = last_sent(w->out, choice->need);
	if (choice->other < 0)
		return FATE_NOT_NEEDED;
	return compare(w, &w->out->choice[choice->other], choice, &order);
}

static void say_fate(const struct recommend_work *w, struct recommend_choice *choice)
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
		choice->other = recommend_crew_taker(w, choice);
	if (choice->fate != FATE_EQUAL)
		return;
	if (!need_fits(&w->out->plan->need[choice->need], choice->unit->unit))
		choice->fate = FATE_LACKS;
	else
		choice->fate = outdone(w, choice);
}

/* ---- The whole. ---- */

static void begin(struct recommend_work *w)
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

void recommend(const struct rules *rules, const struct recommend_situation *situation,
	       struct recommendation *out)
{
	struct recommend_work w = {.rules = rules, .situation = situation, .out = out};

	begin(&w);
	if (out->plan == NULL)
		return;
	count_there(&w);
	for (unsigned n = 0; n < out->plan->need_count; n++)
		if (recommend_is_asked(&w, &out->plan->need[n]))
			fill_need(&w, n);
	for (unsigned i = 0; i < out->choice_count; i++)
		say_fate(&w, &out->choice[i]);
	recommend_find_bare(&w);
	recommend_list_hospitals(&w);
}

void recommendation_fini(struct recommendation *recommendation)
{
	xfree(recommendation->choice);
	xfree(recommendation->sent);
	xfree(recommendation->bare);
	xfree(recommendation->hospital);
}
