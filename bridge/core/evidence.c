#include "core/evidence.h"

#include "core/depth.h"

#define DEEP_CM        60 /* from here on people are in danger, and are fetched */
#define DEADLY_CM      150
#define CERTAIN_PCT    100 /* the weight of what is no weak hint */
#define PHRASE_BONUS   30  /* a longer phrase is seldom meant otherwise … */
#define PHRASE_BONUSES 2   /* … but not without end */

static const struct term *term_of(const struct evidence *e, const struct hit *hit)
{
	return &e->rules->lexicon.term[hit->term];
}

static bool is_so(const struct hit *hit)
{
	return hit->state <= HIT_PLANNED;
}

/* Denying and asking are about alarms: who has "no" water or asks how to get a document still
 * speaks of water and documents. */
static bool counts(const struct evidence *e, const struct hit *hit)
{
	return is_so(hit) || term_of(e, hit)->severity > TODAY;
}

static int hit_weight(const struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);
	int more = hit->to_word - hit->from_word;
	int weight = term->weight_pct;

	if (weight > 0 && term->severity > 0)
		weight += PHRASE_BONUS * (more < PHRASE_BONUSES ? more : PHRASE_BONUSES);
	if (hit->state != HIT_LIVE && term->severity > 0 && term->severity <= TODAY)
		weight /= 2;
	return weight;
}

struct candidate *evidence_candidate(struct evidence *e, int category)
{
	struct candidate *c;

	for (unsigned i = 0; i < e->candidate_count; i++)
		if (e->candidate[i].category == category)
			return &e->candidate[i];
	c = &e->candidate[e->candidate_count++];
	*c = (struct candidate){.category = category, .severity = 5};
	return c;
}

const struct category *evidence_category(const struct evidence *e, const struct candidate *c)
{
	return &e->rules->category[c->category];
}

static void add_evidence(struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);
	struct candidate *c = evidence_candidate(e, term->category);
	int severity = term->severity > 0 ? term->severity : evidence_category(e, c)->severity;

	if (hit->state != HIT_LIVE && severity < TODAY) {
		e->was_grave |= hit->state != HIT_RECURRING && term->weight_pct >= CERTAIN_PCT;
		severity = TODAY;
	}
	c->weight_pct += hit_weight(e, hit);
	c->severity = severity < c->severity ? severity : c->severity;
	c->is_live |= hit->state == HIT_LIVE;
	c->is_hint |= term->role == ROLE_WEAPON || term->role == ROLE_LIFE;
	c->is_event |= term->role == ROLE_INCIDENT && hit->state == HIT_LIVE &&
		       severity <= TODAY && evidence_category(e, c)->kind == CATEGORY_EMERGENCY;
	e->is_harm |= severity == 1 && evidence_category(e, c)->yields;
	e->is_armed |= term->role == ROLE_WEAPON && hit->state == HIT_LIVE;
}

/* Said not to be so. A grave one is still for a person to see. Fear of what is not there yet
 * is the everyday tone of a complaint, and raises nobody. */
static void set_aside(struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);

	if (hit->state == HIT_FEARED || hit->state == HIT_SUPPOSED || term->severity == 0)
		return;
	if (e->set_aside == 0 || term->severity < e->set_aside)
		e->set_aside = term->severity;
}

static void weigh_incident(struct evidence *e, const struct hit *hit)
{
	if (counts(e, hit))
		add_evidence(e, hit);
	else
		set_aside(e, hit);
}

static void weigh_life(struct evidence *e, const struct hit *hit)
{
	if (!is_so(hit))
		return;
	if (term_of(e, hit)->weight_pct >= CERTAIN_PCT)
		e->is_life = true;
	else
		e->is_inside = true;
	e->called |= term_of(e, hit)->agencies;
	add_evidence(e, hit);
}

static void weigh_cue(struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);

	if (term->category < 0)
		return;
	if (term->role == ROLE_ASKED)
		e->asked = term->category;
	e->set_aside_category = term->category;
}

static void weigh(struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);

	switch (term->role) {
	case ROLE_INCIDENT:
	case ROLE_WEAPON:
		weigh_incident(e, hit);
		break;
	case ROLE_FALSE_FRIEND:
		if (term->category >= 0)
			add_evidence(e, hit);
		break;
	case ROLE_LIFE:
		weigh_life(e, hit);
		break;
	case ROLE_SEVERITY_UP:
		e->is_raised |= term->category < 0 && is_so(hit);
		break;
	case ROLE_OVER:
		e->is_over |= is_so(hit);
		break;
	case ROLE_OUTSIDE:
		e->outside = term->category;
		break;
	case ROLE_PRANK:
		e->prank = term->category;
		break;
	case ROLE_AGENCY:
		e->called |= term->agencies;
		break;
	case ROLE_NOW:
		e->is_now = true;
		break;
	case ROLE_PLEA:
		e->is_plea |= is_so(hit);
		break;
	case ROLE_DRILL:
	case ROLE_TOLD:
	case ROLE_ASKED:
		weigh_cue(e, hit);
		break;
	default:
		break;
	}
}

static bool is_modifier(enum term_role role)
{
	return role == ROLE_SEVERITY_UP || role == ROLE_SEVERITY_DOWN;
}

static bool has_candidate(const struct evidence *e, int category)
{
	for (unsigned i = 0; i < e->candidate_count; i++)
		if (e->candidate[i].category == category)
			return true;
	return false;
}

/* Modifiers of one category act on it alone, and only if something else speaks for it. */
static void modify(struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);

	for (unsigned i = 0; i < e->candidate_count; i++) {
		struct candidate *c = &e->candidate[i];

		if (c->category != term->category || !c->is_live || !is_so(hit))
			continue;
		c->weight_pct += term->weight_pct > 0 ? term->weight_pct : 0;
		if (term->role == ROLE_SEVERITY_UP && term->severity == 0)
			c->severity -= c->severity > 1;
		else if (term->role == ROLE_SEVERITY_UP && term->severity < c->severity)
			c->severity = term->severity;
		else if (term->role == ROLE_SEVERITY_DOWN && term->severity > c->severity)
			c->severity = term->severity;
		else if (term->role == ROLE_SEVERITY_DOWN && term->severity == 0)
			c->severity += c->severity < 5;
	}
}

/* "Somebody is inside" is danger to life where an emergency goes on. */
static void weigh_inside(struct evidence *e)
{
	for (unsigned i = 0; i < e->candidate_count && e->is_inside; i++)
		e->is_life |= e->candidate[i].is_event;
}

static void weigh_all(struct evidence *e)
{
	const struct reading *r = &e->reading;

	for (unsigned i = 0; i < r->hit_count; i++) {
		e->states |= 1u << r->hit[i].state;
		weigh(e, &r->hit[i]);
	}
	for (unsigned i = 0; i < r->hit_count; i++) {
		if (is_modifier(term_of(e, &r->hit[i])->role))
			modify(e, &r->hit[i]);
	}
	weigh_inside(e);
}

bool evidence_is_grave(const struct evidence *e, const struct candidate *c)
{
	return c->severity <= GRAVE && evidence_category(e, c)->kind != CATEGORY_ADMIN;
}

/* A weak hint tells nobody to stay away; a call for a person's ear does. */
hazard_set evidence_hazards(const struct evidence *e)
{
	hazard_set hazards = 0;

	for (unsigned i = 0; i < e->candidate_count; i++) {
		const struct candidate *c = &e->candidate[i];

		if (c->is_live && c->weight_pct >= CERTAIN_PCT)
			hazards |= evidence_category(e, c)->hazards;
	}
	return hazards;
}

int evidence_weight(const struct evidence *e, const struct hit *hit)
{
	const struct term *term = term_of(e, hit);

	if (hit->term == TERM_NONE || term->role == ROLE_NEUTRAL)
		return 0;
	if (term->role == ROLE_INCIDENT || term->role == ROLE_WEAPON)
		return counts(e, hit) ? hit_weight(e, hit) : -hit_weight(e, hit);
	if (term->role == ROLE_NEGATION || term->role == ROLE_FEARED ||
	    term->role == ROLE_SUPPOSED)
		return hit->state != HIT_LIVE ? term->weight_pct : 0; /* of something */
	if (is_modifier(term->role) && term->category >= 0 && !has_candidate(e, term->category))
		return 0;
	return hit_weight(e, hit);
}

/* Numbers stand for what "sepaha" and "sedada" stand for. */
static void weigh_depth(struct evidence *e, const char *text)
{
	int flood = rules_category_index(e->rules, "flood");

	e->depth_cm = depth_read(&e->reading.words, text);
	for (unsigned i = 0; i < e->candidate_count; i++) {
		struct candidate *c = &e->candidate[i];

		if (c->category != flood || !c->is_live || e->depth_cm == 0)
			continue;
		if (e->depth_cm < DEEP_CM)
			c->severity = c->severity < TODAY ? TODAY : c->severity;
		else if (c->severity > GRAVE || e->depth_cm >= DEADLY_CM)
			c->severity = e->depth_cm >= DEADLY_CM ? 1 : GRAVE;
	}
	for (unsigned i = 0; i < e->candidate_count; i++)
		e->is_deep |= e->candidate[i].category == flood && e->candidate[i].is_live &&
			      e->candidate[i].severity <= GRAVE;
}

void evidence_take(struct evidence *e, const struct rules *rules, const char *text, size_t len)
{
	/* Not by an initialiser: that would clear the whole scratch on every call. */
	e->rules = rules;
	e->candidate_count = 0;
	e->set_aside = 0;
	e->states = 0;
	e->set_aside_category = e->asked = e->outside = e->prank = -1;
	e->was_grave = e->is_raised = e->is_life = e->is_over = e->is_armed = e->is_now =
		e->is_plea = e->is_deep = e->is_harm = e->is_inside = false;
	e->called = 0;
	reading_take(&e->reading, &rules->lexicon, text, len);
	weigh_all(e);
	weigh_depth(e, text);
}
