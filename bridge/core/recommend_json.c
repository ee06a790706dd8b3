/* A recommendation for programs: each choice with its reason in both languages. */
#include "base/jsonw.h"
#include "core/recommend_private.h"

static void write_said(struct jsonw *w, const struct said *said)
{
	jsonw_string(w, "why_id", said->id);
	jsonw_string(w, "why_en", said->en);
}

static void write_unit(const struct telling *t, const struct recommend_choice *c)
{
	jsonw_string(t->w, "unit", c->unit->unit->id);
	jsonw_string(t->w, "name", c->unit->unit->name);
	jsonw_string(t->w, "agency", t->rules->agencies.agency[c->unit->unit->agency].id);
	jsonw_string(t->w, "kind", c->unit->unit->kind);
}

static void write_place(const struct telling *t, const struct recommend_choice *c)
{
	if (c->straight_line_m >= 0)
		jsonw_int(t->w, "straight_line_m", c->straight_line_m);
	else
		jsonw_null(t->w, "straight_line_m");
	jsonw_string(t->w, "counted_from",
		     !c->has_place ? "nowhere" : (c->is_live ? "live" : "home"));
	if (c->age_ms >= 0)
		jsonw_int(t->w, "position_age_s", c->age_ms / 1000);
	else
		jsonw_null(t->w, "position_age_s");
}

/* How long its crew is up, and what is to be thought of that. */
static void write_rest(const struct telling *t, const struct recommend_choice *c)
{
	int64_t on_ms = recommend_on_ms(t->situation, c->unit);

	if (on_ms < 0)
		return;
	jsonw_int(t->w, "on_duty_min", on_ms / 60000);
	jsonw_int(t->w, "worked_min", c->unit->worked_ms / 60000);
	jsonw_bool(t->w, "tired", recommend_is_tired(t->rules, t->situation, c->unit));
}

static void write_sent(const struct telling *t)
{
	jsonw_open(t->w, "units", '[');
	for (unsigned i = 0; i < t->out->sent_count; i++) {
		const struct recommend_choice *c = &t->out->choice[t->out->sent[i]];
		struct said said = {{0}, {0}};

		recommend_say_sent(t, c, &said);
		jsonw_open(t->w, NULL, '{');
		write_unit(t, c);
		write_place(t, c);
		write_rest(t, c);
		write_said(t->w, &said);
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void write_there(const struct telling *t)
{
	jsonw_open(t->w, "there", '[');
	for (unsigned i = 0; i < t->out->choice_count; i++)
		if (t->out->choice[i].fate == FATE_THERE) {
			jsonw_open(t->w, NULL, '{');
			write_unit(t, &t->out->choice[i]);
			jsonw_close(t->w, '}');
		}
	jsonw_close(t->w, ']');
}

static void write_passed(const struct telling *t)
{
	jsonw_open(t->w, "passed_over", '[');
	for (unsigned i = 0; i < t->out->choice_count; i++) {
		const struct recommend_choice *c = &t->out->choice[i];
		struct said said = {{0}, {0}};

		if (c->fate <= FATE_THERE)
			continue;
		recommend_say_passed(t, c, &said);
		jsonw_open(t->w, NULL, '{');
		write_unit(t, c);
		write_place(t, c);
		write_rest(t, c);
		jsonw_string(t->w, "reason", recommend_fate_names[c->fate]);
		jsonw_string(t->w, "other",
			     c->other >= 0 ? recommend_unit_id(t, c->other) : NULL);
		write_said(t->w, &said);
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void write_need(const struct telling *t, unsigned n)
{
	const struct plan_need *need = &t->out->plan->need[n];

	jsonw_string(t->w, "agency", t->rules->agencies.agency[need->agency].id);
	jsonw_open(t->w, "kinds", '[');
	for (unsigned i = 0; i < need->kind_count; i++)
		jsonw_string(t->w, NULL, need->kind[i]);
	jsonw_close(t->w, ']');
	jsonw_string(t->w, "capability", need->capability[0] != '\0' ? need->capability : NULL);
	jsonw_int(t->w, "wanted", need->count);
	jsonw_int(t->w, "there", t->out->need[n].there);
	jsonw_int(t->w, "proposed", t->out->need[n].sent);
	jsonw_int(t->w, "missing", t->out->need[n].missing);
}

static bool is_listed(const struct telling *t, unsigned n, bool only_short)
{
	return (t->situation->agencies >> t->out->plan->need[n].agency & 1) != 0 &&
	       (!only_short || t->out->need[n].missing > 0);
}

static void write_needs(const struct telling *t, const char *key, bool only_short)
{
	jsonw_open(t->w, key, '[');
	for (unsigned n = 0; t->out->plan != NULL && n < t->out->plan->need_count; n++) {
		struct said said = {{0}, {0}};

		if (!is_listed(t, n, only_short))
			continue;
		jsonw_open(t->w, NULL, '{');
		write_need(t, n);
		if (only_short) {
			recommend_say_missing(t, n, &said);
			write_said(t->w, &said);
		}
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void write_bare(const struct telling *t)
{
	jsonw_open(t->w, "bare", '[');
	for (unsigned i = 0; i < t->out->bare_count; i++) {
		const struct recommend_bare *bare = &t->out->bare[i];
		struct said said = {{0}, {0}};

		recommend_say_bare(t, bare, &said);
		jsonw_open(t->w, NULL, '{');
		jsonw_string(t->w, "area", bare->area);
		jsonw_string(t->w, "area_name", recommend_area_name(t, bare->area));
		jsonw_string(t->w, "agency", t->rules->agencies.agency[bare->agency].id);
		jsonw_string(t->w, "kind", bare->kind);
		jsonw_string(t->w, "unit", recommend_unit_id(t, bare->leaves));
		jsonw_string(t->w, "next",
			     bare->next >= 0 ? recommend_unit_id(t, bare->next) : NULL);
		if (bare->next >= 0)
			jsonw_int(t->w, "straight_line_m", bare->next_m);
		else
			jsonw_null(t->w, "straight_line_m");
		write_said(t->w, &said);
		jsonw_close(t->w, '}');
	}
	jsonw_close(t->w, ']');
}

static void write_hospital(const struct telling *t, const struct recommend_hospital *h)
{
	struct said said = {{0}, {0}};

	recommend_say_hospital(t, h, &said);
	jsonw_open(t->w, NULL, '{');
	jsonw_string(t->w, "id", h->hospital->id);
	jsonw_string(t->w, "name", h->hospital->name);
	if (h->straight_line_m >= 0)
		jsonw_int(t->w, "straight_line_m", h->straight_line_m);
	else
		jsonw_null(t->w, "straight_line_m");
	jsonw_string(t->w, "receiving", receiving_names[h->is]);
	if (h->age_ms >= 0)
		jsonw_int(t->w, "said_age_s", h->age_ms / 1000);
	else
		jsonw_null(t->w, "said_age_s");
	jsonw_bool(t->w, "is_fresh", h->is_fresh);
	write_said(t->w, &said);
	jsonw_close(t->w, '}');
}

static void write_hospitals(const struct telling *t)
{
	jsonw_open(t->w, "hospitals", '[');
	for (unsigned i = 0; i < t->out->hospital_count; i++)
		write_hospital(t, &t->out->hospital[i]);
	jsonw_close(t->w, ']');
}

static const char *measured_to(const struct telling *t)
{
	if (t->situation->has_point)
		return "point";
	return areas_coded(&t->rules->areas, t->situation->area) != NULL ? "area" : "nothing";
}

static void write_plan(const struct telling *t)
{
	jsonw_int(t->w, "level", t->situation->level);
	jsonw_string(t->w, "measured_to", measured_to(t));
	if (t->out->plan == NULL) {
		jsonw_null(t->w, "plan");
		return;
	}
	jsonw_open(t->w, "plan", '{');
	jsonw_string(t->w, "name", t->out->plan->name);
	jsonw_int(t->w, "level", t->out->plan->level);
	jsonw_close(t->w, '}');
}

void recommendation_write(const struct rules *rules,
			  const struct recommend_situation *situation,
			  const struct recommendation *recommendation, struct jsonw *w)
{
	const struct telling t = {
		.rules = rules, .situation = situation, .out = recommendation, .w = w};

	write_plan(&t);
	write_needs(&t, "needs", false);
	write_needs(&t, "shortfalls", true);
	write_sent(&t);
	write_there(&t);
	write_passed(&t);
	write_bare(&t);
	write_hospitals(&t);
}
