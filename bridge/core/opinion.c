#include "core/opinion.h"

#include "core/filler.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define WORD_PCT_MIN 5 /* below it a word is not worth naming */

static const char *const state_names[] = {
	[HIT_LIVE] = "live",       [HIT_PAST] = "past",     [HIT_RECURRING] = "recurring",
	[HIT_PLANNED] = "planned", [HIT_FEARED] = "feared", [HIT_SUPPOSED] = "supposed",
	[HIT_DENIED] = "denied",   [HIT_DRILL] = "drill",   [HIT_TOLD] = "told",
	[HIT_ASKED] = "asked",
};

static void add_candidates(const struct evidence *e, struct features *f)
{
	for (unsigned i = 0; i < e->candidate_count; i++) {
		const struct candidate *c = &e->candidate[i];
		const char *id = evidence_category(e, c)->id;

		features_add_cue(f, "about", id);
		if (c->is_live)
			features_add_cue(f, "live", id);
		if (evidence_is_grave(e, c) && c->is_live)
			features_add_cue(f, "grave", id);
		if (c->is_live && e->is_now)
			features_add_cue(f, "now", id);
		if (evidence_is_grave(e, c))
			features_add_cue(f, "grave", c->is_live ? "live" : "not live");
	}
	if (e->candidate_count == 0)
		features_add_cue(f, "about", "nothing");
}

static void add_flags(const struct evidence *e, struct features *f)
{
	for (unsigned s = 0; s < sizeof(state_names) / sizeof(state_names[0]); s++)
		if (e->states >> s & 1)
			features_add_cue(f, "state", state_names[s]);
	if (e->set_aside != 0)
		features_add_cue(f, "set aside", e->set_aside <= GRAVE ? "grave" : "light");
	if (e->depth_cm > 0)
		features_add_cue(f, "depth",
				 e->depth_cm < 60    ? "shallow"
				 : e->depth_cm < 150 ? "deep"
						     : "over head");
	if (e->is_life)
		features_add_cue(f, "flag", "life");
	if (e->is_over)
		features_add_cue(f, "flag", "over");
	if (e->is_armed)
		features_add_cue(f, "flag", "armed");
	if (e->is_raised)
		features_add_cue(f, "flag", "raised");
	if (e->is_plea)
		features_add_cue(f, "flag", "plea");
	if (e->is_now)
		features_add_cue(f, "flag", "now");
	if (e->asked >= 0)
		features_add_cue(f, "flag", "asked");
	if (e->prank >= 0)
		features_add_cue(f, "flag", "prank");
	if (e->called != 0)
		features_add_cue(f, "flag", "called");
}

static void add_verdict(const struct verdict *v, struct features *f)
{
	static const char *const priorities[] = {"0", "1", "2", "3", "4"};

	features_add_cue(f, "rules say", disposition_names[v->disposition]);
	features_add_cue(f, "rules' priority", priorities[v->priority]);
	features_add_cue(f, "rules' category", v->category);
}

void opinion_features(const struct evidence *e, const struct verdict *by_rules,
		      const char *text, size_t len, struct features *f)
{
	features_begin(f);
	features_add_text(f, &e->reading.words, text, len);
	add_candidates(e, f);
	add_flags(e, f);
	add_verdict(by_rules, f);
}

static float known_share(const struct model *model, const struct features *f)
{
	unsigned known = 0;

	for (unsigned i = 0; i < f->word_count; i++)
		known += model_knows(model, f->word[i]);
	return f->word_count > 0 ? (float)known / (float)f->word_count : 0;
}

static float probability(const struct rules *rules, const struct model_scores *s, int head)
{
	return head >= 0 ? model_probability(rules->model, s, (unsigned)head) : 0;
}

static void name_office(struct opinion *o, unsigned office, float p)
{
	unsigned at = o->office_count;

	while (at > 0 && o->office[at - 1].share < p)
		at--;
	if (at == ROUTE_LEARNT_MAX || p <= 0)
		return;
	o->office_count += o->office_count < ROUTE_LEARNT_MAX;
	memmove(&o->office[at + 1], &o->office[at],
		(o->office_count - at - 1) * sizeof(o->office[0]));
	o->office[at].office = office;
	o->office[at].share = p;
}

static void take_offices(struct opinion *o, const struct rules *rules,
			 const struct model_scores *s)
{
	const struct model_wiring *w = &rules->wiring;
	float sum = 0;

	o->office_count = 0;
	for (unsigned i = 0; i < w->office_count; i++) {
		float p = probability(rules, s, w->office[i].head);

		sum += p;
		name_office(o, i, p);
	}
	for (unsigned i = 0; i < o->office_count; i++)
		o->office[i].share /= sum;
}

/* A word that stands there twice says it once. */
static bool is_named(const struct opinion *o, const struct features *f, unsigned word)
{
	for (unsigned i = 0; i < o->word_count; i++)
		if (f->word[o->word[i].word] == f->word[word])
			return true;
	return false;
}

static void name_word(struct opinion *o, unsigned word, int weight_pct)
{
	unsigned at = o->word_count;

	while (at > 0 && o->word[at - 1].weight_pct < weight_pct)
		at--;
	if (at == OPINION_WORDS)
		return;
	o->word_count += o->word_count < OPINION_WORDS;
	memmove(&o->word[at + 1], &o->word[at], (o->word_count - at - 1) * sizeof(o->word[0]));
	o->word[at].word = word;
	o->word[at].weight_pct = weight_pct;
}

static bool says_nothing(const struct words *words, unsigned word)
{
	const char *start = words->text + words->word[word].at;

	return is_filler(start, strcspn(start, " "));
}

static void take_words(struct opinion *o, const struct rules *rules, const struct features *f,
		       const struct words *words)
{
	o->word_count = 0;
	for (unsigned i = 0; i < f->word_count; i++) {
		float weight = model_weight(rules->model, (unsigned)rules->wiring.emergency,
					    f->word[i], f->text_count);
		int pct = (int)(weight * 100 + 0.5f);

		if (pct >= WORD_PCT_MIN && !is_named(o, f, i) && !says_nothing(words, i))
			name_word(o, i, pct);
	}
}

void opinion_take(struct opinion *o, const struct evidence *e, const struct verdict *by_rules,
		  const char *text, size_t len)
{
	const struct rules *rules = e->rules;
	const struct model_wiring *w = &rules->wiring;
	struct model_scores s;
	struct features f NOT_ZEROED;

	opinion_features(e, by_rules, text, len, &f);
	model_score(rules->model, &f, &s);
	o->emergency = probability(rules, &s, w->emergency);
	o->noise = probability(rules, &s, w->noise);
	o->severity = 4;
	for (int i = 0; i < 3; i++)
		o->severity -= probability(rules, &s, w->severity[i]);
	for (unsigned i = 0; i < AGENCY_MAX; i++)
		o->agency[i] = probability(rules, &s, w->agency[i]);
	o->known = known_share(rules->model, &f);
	take_offices(o, rules, &s);
	take_words(o, rules, &f, &e->reading.words);
}

#define TALK          0.60f
#define TALK_OF_LIFE  0.80f /* danger to life is only talked of when that is sure */
#define STRANGE       0.50f /* less of the words is known */
#define SHORT_WORDS   25
#define BRIEF_WORDS   4
#define KEEP_AGENCY   0.40f /* of those the rules name */
#define ADD_AGENCY    0.50f
#define CALLED_AGENCY 0.20f /* of those the text names */
#define GRAVE_ENOUGH  2.45f /* for the rules' first priority to stand */
#define LIGHT_ENOUGH  3.30f /* for the second to be taken away */
#define OFFICE_SURE   0.45f

static uint32_t bit(bool is_so, enum policy_sign sign)
{
	return is_so ? 1u << sign : 0;
}

/* Who is sent the same day, or at once when it is bad. */
static bool is_urgent(const struct evidence *e)
{
	for (unsigned i = 0; i < e->candidate_count; i++)
		if (e->candidate[i].is_live && e->candidate[i].severity <= TODAY &&
		    evidence_category(e, &e->candidate[i])->kind <= CATEGORY_URGENT)
			return true;
	return false;
}

/* Said not to be so, or to be over: that may be wrong, and it may flare up. */
static bool is_aside(const struct evidence *e, const struct verdict *v)
{
	return e->was_grave || (e->set_aside != 0 && e->set_aside <= GRAVE) ||
	       (e->is_over && v->disposition == DISPOSITION_REVIEW);
}

static uint32_t signs_of(const struct opinion *o, const struct evidence *e,
			 const struct verdict *v)
{
	bool is_grave = v->disposition == DISPOSITION_EMERGENCY;
	bool is_life = is_grave && v->priority == 1 && e->is_life;
	unsigned words = e->reading.words.count;

	return bit(is_life, SIGN_LIFE) | bit(is_grave, SIGN_GRAVE) |
	       bit(is_grave && e->is_deep, SIGN_DEEP) |
	       bit(is_grave && e->is_armed, SIGN_ARMED) | bit(e->is_plea, SIGN_PLEA) |
	       bit(is_aside(e, v), SIGN_ASIDE) | bit(e->called != 0, SIGN_CALLED) |
	       bit(e->candidate_count == 0 && e->asked < 0, SIGN_NOTHING) |
	       bit(e->outside >= 0, SIGN_OUTSIDE) |
	       bit(e->prank >= 0 && strcmp(v->category, "call_silent") == 0, SIGN_SILENT) |
	       bit(v->disposition == DISPOSITION_NOISE, SIGN_NOISE) |
	       bit(v->disposition == DISPOSITION_ROUTINE, SIGN_CLEAR) |
	       bit(o->noise >= (is_life ? TALK_OF_LIFE : TALK), SIGN_TALK) |
	       bit(o->known < STRANGE, SIGN_STRANGE) | bit(e->is_now, SIGN_NOW) |
	       bit(is_urgent(e), SIGN_URGENT) | bit(words <= SHORT_WORDS, SIGN_SHORT) |
	       bit(words <= BRIEF_WORDS, SIGN_BRIEF) | bit(e->reading.words.is_cut, SIGN_CUT);
}

/* Between what the rules and what the model hold it to be; danger to life stays what it is. */
static int prioritise(const struct opinion *o, const struct verdict *v, enum disposition d,
		      bool is_life, bool is_harmed)
{
	int mixed = (int)(((float)v->priority + o->severity) / 2 + 0.5f);

	if (d == DISPOSITION_NOISE)
		return 4;
	if (d == DISPOSITION_ROUTINE)
		return o->severity < (v->priority <= 3 ? 3.7f : 3.5f) ? 3 : 4;
	if (is_life || (v->priority == 1 && (is_harmed || o->severity < GRAVE_ENOUGH)))
		return 1;
	if (v->priority <= 2 && mixed > 2 && o->severity < LIGHT_ENOUGH)
		return 2;
	return d == DISPOSITION_EMERGENCY && mixed > 3 ? 3 : mixed;
}

/* The leading service of each thing that may kill goes, whatever a model thinks. */
static agency_set choose_agencies(const struct opinion *o, const struct evidence *e,
				  const struct verdict *v)
{
	const struct rules *rules = e->rules;
	agency_set set = rules->category[rules_category_index(rules, v->category)].lead;

	for (unsigned i = 0; i < e->candidate_count; i++)
		if (e->candidate[i].is_live && e->candidate[i].severity == 1)
			set |= evidence_category(e, &e->candidate[i])->lead;
	for (unsigned i = 0; i < rules->agencies.count; i++) {
		agency_set one = (agency_set)1 << i;

		if (o->agency[i] >= ((e->called & one) != 0     ? CALLED_AGENCY
				     : (v->agencies & one) != 0 ? KEEP_AGENCY
								: ADD_AGENCY))
			set |= one;
	}
	return set;
}

static void take_learnt(const struct opinion *o, const struct rules *rules, struct route *route)
{
	for (unsigned i = 0; i < o->office_count; i++) {
		int head = rules->wiring.office[o->office[i].office].head;

		snprintf(route->learnt[i].office, OFFICE_SIZE, "%s",
			 model_head_name(rules->model, (unsigned)head) + strlen("office:"));
		route->learnt[i].share_pct = (int)(o->office[i].share * 100);
	}
	route->learnt_count = o->office_count;
}

/* Where the rules find nothing, the office that such texts go to names the category. */
static void take_category(const struct opinion *o, const struct evidence *e, struct verdict *v)
{
	const struct rules *rules = e->rules;
	const struct category *category;

	if (v->disposition == DISPOSITION_EMERGENCY || v->disposition == DISPOSITION_NOISE)
		return; /* nobody's ticket */
	take_learnt(o, rules, &v->route);
	if (v->disposition != DISPOSITION_ROUTINE || e->candidate_count > 0 || e->asked >= 0 ||
	    o->office_count == 0 || o->office[0].share < OFFICE_SURE)
		return;
	category = &rules->category[rules->wiring.office[o->office[0].office].category];
	memcpy(v->category, category->id, sizeof(v->category));
	v->agencies = category->lead;
	v->confidence_pct = (int)(o->office[0].share * 100);
}

void opinion_apply(const struct opinion *o, const struct evidence *e, struct verdict *v)
{
	uint32_t signs = signs_of(o, e, v);
	const struct policy_row *row = policy_find(&e->rules->policy, signs);
	enum disposition d = policy_decide(row, o->emergency);
	bool is_life = (signs >> SIGN_LIFE & 1) != 0;
	float sure = d == DISPOSITION_EMERGENCY ? o->emergency : 1 - o->emergency;

	snprintf(v->model, sizeof(v->model), "%s", model_version(e->rules->model));
	snprintf(v->rule, sizeof(v->rule), "%s", row->rule);
	v->emergency_pct = (int)(o->emergency * 100 + 0.5f);
	v->priority = prioritise(o, v, d, is_life, e->is_harm);
	if (!is_life && e->candidate_count > 0)
		v->agencies = choose_agencies(o, e, v);
	if (d != DISPOSITION_REVIEW && (int)(sure * 100) > v->confidence_pct)
		v->confidence_pct = (int)(sure * 100);
	v->disposition = d;
	take_category(o, e, v);
}
