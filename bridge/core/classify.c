#include "core/classify.h"

#include <stdio.h>
#include <string.h>

#include "core/reading.h"
#include "core/rules_private.h"

#define CONFIDENT_PCT   50 /* below it a person looks */
#define HALF_WEIGHT_PCT 60 /* the weight that makes confidence one half */
#define GRAVE           2  /* P1 and P2 */
#define TODAY           3  /* P3 */
#define PHRASE_BONUS    30 /* a longer phrase is seldom meant otherwise … */
#define PHRASE_BONUSES  2  /* … but not without end */

/* What speaks for one category. */
struct candidate {
	int category;
	int weight_pct;
	int severity; /* the gravest of its evidence */
	bool is_live; /* some of it is of this moment */
	bool is_weapon;
};

struct judgement {
	const struct rules *rules;
	struct reading reading;
	unsigned candidate_count;
	struct candidate candidate[CATEGORIES_MAX];
	struct candidate *chosen;
	int set_aside;          /* gravest severity of what is said not to be so; 0: nothing */
	int set_aside_category; /* what the text is about when nothing else is left */
	int asked;              /* the category of a question, -1: none is asked */
	int raise, outside, prank; /* prank, outside: categories or -1 */
	bool is_life, is_over, is_armed;
	agency_set called; /* agencies asked for by name, or needed for a life */
};

static const struct term *term_of(const struct judgement *j, const struct hit *hit)
{
	return &j->rules->lexicon.term[hit->term];
}

static bool is_so(const struct hit *hit)
{
	return hit->state <= HIT_PLANNED;
}

/* Denying and asking are about alarms: who has "no" water or asks how to get a document still
 * speaks of water and documents. */
static bool counts(const struct judgement *j, const struct hit *hit)
{
	return is_so(hit) || term_of(j, hit)->severity > TODAY;
}

static int hit_weight(const struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);
	int more = hit->to_word - hit->from_word;
	int weight = term->weight_pct;

	if (weight > 0 && term->severity > 0)
		weight += PHRASE_BONUS * (more < PHRASE_BONUSES ? more : PHRASE_BONUSES);
	if (hit->state != HIT_LIVE && term->severity > 0 && term->severity <= TODAY)
		weight /= 2;
	return weight;
}

static struct candidate *candidate_of(struct judgement *j, int category)
{
	struct candidate *c;

	for (unsigned i = 0; i < j->candidate_count; i++)
		if (j->candidate[i].category == category)
			return &j->candidate[i];
	c = &j->candidate[j->candidate_count++];
	*c = (struct candidate){.category = category, .severity = 5};
	return c;
}

static const struct category *category_of(const struct judgement *j, const struct candidate *c)
{
	return &j->rules->category[c->category];
}

static void add_evidence(struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);
	struct candidate *c = candidate_of(j, term->category);
	int severity = term->severity > 0 ? term->severity : category_of(j, c)->severity;

	if (hit->state != HIT_LIVE && severity < TODAY)
		severity = TODAY;
	c->weight_pct += hit_weight(j, hit);
	c->severity = severity < c->severity ? severity : c->severity;
	c->is_live |= hit->state == HIT_LIVE;
	c->is_weapon |= term->role == ROLE_WEAPON;
	j->is_armed |= term->role == ROLE_WEAPON && hit->state == HIT_LIVE;
}

/* Said not to be so. A grave one is still for a person to see. Fear of what is not there yet
 * is the everyday tone of a complaint, and raises nobody. */
static void set_aside(struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);

	if (hit->state == HIT_FEARED || term->severity == 0)
		return;
	if (j->set_aside == 0 || term->severity < j->set_aside)
		j->set_aside = term->severity;
}

static void weigh_incident(struct judgement *j, const struct hit *hit)
{
	if (counts(j, hit))
		add_evidence(j, hit);
	else
		set_aside(j, hit);
}

static void weigh_life(struct judgement *j, const struct hit *hit)
{
	if (!is_so(hit))
		return;
	j->is_life = true;
	j->called |= term_of(j, hit)->agencies;
}

static void weigh_cue(struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);

	if (term->category < 0)
		return;
	if (term->role == ROLE_ASKED)
		j->asked = term->category;
	j->set_aside_category = term->category;
}

static void weigh(struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);

	switch (term->role) {
	case ROLE_INCIDENT:
	case ROLE_WEAPON:
		weigh_incident(j, hit);
		break;
	case ROLE_FALSE_FRIEND:
		if (term->category >= 0)
			add_evidence(j, hit);
		break;
	case ROLE_LIFE:
		weigh_life(j, hit);
		break;
	case ROLE_SEVERITY_UP:
		j->raise |= term->category < 0 && is_so(hit);
		break;
	case ROLE_OVER:
		j->is_over |= is_so(hit);
		break;
	case ROLE_OUTSIDE:
		j->outside = term->category;
		break;
	case ROLE_PRANK:
		j->prank = term->category;
		break;
	case ROLE_AGENCY:
		j->called |= term->agencies;
		break;
	case ROLE_DRILL:
	case ROLE_TOLD:
	case ROLE_ASKED:
		weigh_cue(j, hit);
		break;
	default:
		break;
	}
}

static bool is_modifier(enum term_role role)
{
	return role == ROLE_SEVERITY_UP || role == ROLE_SEVERITY_DOWN;
}

static bool has_candidate(const struct judgement *j, int category)
{
	for (unsigned i = 0; i < j->candidate_count; i++)
		if (j->candidate[i].category == category)
			return true;
	return false;
}

/* Modifiers of one category act on it alone, and only if something else speaks for it. */
static void modify(struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);

	for (unsigned i = 0; i < j->candidate_count; i++) {
		struct candidate *c = &j->candidate[i];

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

static void weigh_all(struct judgement *j)
{
	const struct reading *r = &j->reading;

	for (unsigned i = 0; i < r->hit_count; i++)
		weigh(j, &r->hit[i]);
	for (unsigned i = 0; i < r->hit_count; i++) {
		if (is_modifier(term_of(j, &r->hit[i])->role))
			modify(j, &r->hit[i]);
	}
}

static bool is_grave(const struct judgement *j, const struct candidate *c)
{
	return c->severity <= GRAVE && category_of(j, c)->kind != CATEGORY_ADMIN;
}

static bool gives_way(const struct judgement *j, const struct candidate *c)
{
	return c->is_weapon || category_of(j, c)->yields;
}

/* Grave before the rest, the event before its effect, then the worse, then the better proved.
 */
static bool comes_first(const struct judgement *j, const struct candidate *a,
			const struct candidate *b)
{
	if (is_grave(j, a) != is_grave(j, b))
		return is_grave(j, a);
	if (gives_way(j, a) != gives_way(j, b))
		return !gives_way(j, a);
	if (a->severity != b->severity && is_grave(j, a))
		return a->severity < b->severity;
	return a->weight_pct > b->weight_pct;
}

static void choose(struct judgement *j)
{
	for (unsigned i = 0; i < j->candidate_count; i++)
		if (j->chosen == NULL || comes_first(j, &j->candidate[i], j->chosen))
			j->chosen = &j->candidate[i];
}

/* Of the chosen one, and of what else is grave in the same text. */
static int severity_of(const struct judgement *j)
{
	const struct candidate *chosen = j->chosen;
	bool is_emergency = category_of(j, chosen)->kind == CATEGORY_EMERGENCY;
	int severity = chosen->severity;

	if (is_grave(j, chosen))
		for (unsigned i = 0; i < j->candidate_count; i++)
			if (j->candidate[i].severity < severity &&
			    is_grave(j, &j->candidate[i]))
				severity = j->candidate[i].severity;
	if ((j->is_life || j->is_armed) && category_of(j, chosen)->kind <= CATEGORY_URGENT)
		return chosen->is_live ? 1 : severity;
	if (j->is_over && severity < TODAY)
		return TODAY;
	return severity - (j->raise && is_emergency && severity > 1 && chosen->is_live);
}

static int confidence_of(int weight_pct)
{
	if (weight_pct <= 0)
		return 0;
	return 100 * weight_pct / (weight_pct + HALF_WEIGHT_PCT);
}

static enum disposition disposition_of(const struct judgement *j, int severity,
				       int confidence_pct)
{
	const struct category *category = category_of(j, j->chosen);
	bool is_emergency = category->kind == CATEGORY_EMERGENCY;

	if (confidence_pct < CONFIDENT_PCT || j->reading.words.is_cut)
		return DISPOSITION_REVIEW;
	if (category->kind != CATEGORY_ADMIN && severity <= GRAVE)
		return DISPOSITION_EMERGENCY;
	if (is_emergency && (j->is_over || !j->chosen->is_live)) /* may flare up, may be late */
		return DISPOSITION_REVIEW;
	if (is_emergency && severity <= category->severity)
		return DISPOSITION_EMERGENCY;
	if (j->set_aside != 0 && j->set_aside <= GRAVE)
		return DISPOSITION_REVIEW;
	return DISPOSITION_ROUTINE;
}

/* Every service with a grave part in it is told, not only that of the main category. */
static agency_set agencies_of(const struct judgement *j)
{
	agency_set set = category_of(j, j->chosen)->agencies;

	if (j->is_life)
		set |= j->called;
	for (unsigned i = 0; i < j->candidate_count; i++)
		if (is_grave(j, &j->candidate[i]) && j->candidate[i].is_live)
			set |= category_of(j, &j->candidate[i])->lead;
	return set;
}

static void set_category(struct verdict *verdict, const struct category *category)
{
	memcpy(verdict->category, category->id, sizeof(verdict->category));
	verdict->agencies |= category->agencies;
}

/* Nothing happens in this text, as far as anybody understands it. Only a prank that says
 * nothing else at all is noise; one who is silent may not be able to speak. */
static void judge_nothing(const struct judgement *j, struct verdict *v)
{
	const struct rules *rules = j->rules;
	int category = j->set_aside_category >= 0 ? j->set_aside_category : rules->unknown;
	bool is_prank = j->prank >= 0 && j->set_aside == 0 && !j->is_life && j->called == 0;

	v->agencies = j->called;
	if (is_prank)
		category = j->prank;
	set_category(v, &rules->category[category]);
	v->priority = priority_of_severity(rules->category[category].severity);
	v->disposition = DISPOSITION_REVIEW;
	if (j->is_life)
		v->priority = 1;
	if (is_prank && strcmp(v->category, "call_silent") != 0 && !j->reading.words.is_cut) {
		v->disposition = DISPOSITION_NOISE;
		v->confidence_pct = CONFIDENT_PCT;
	} else if (j->asked >= 0 && j->set_aside == 0 && j->called == 0 && !j->is_life) {
		v->disposition = DISPOSITION_ROUTINE;
		v->confidence_pct = CONFIDENT_PCT;
	}
}

static void judge_something(struct judgement *j, struct verdict *v)
{
	const struct category *category = category_of(j, j->chosen);
	int severity = severity_of(j);

	v->confidence_pct = confidence_of(j->chosen->weight_pct);
	v->priority = priority_of_severity(severity);
	v->disposition = disposition_of(j, severity, v->confidence_pct);
	v->agencies = agencies_of(j);
	set_category(v, category);
	if (j->outside >= 0 && is_grave(j, j->chosen)) {
		set_category(v, &j->rules->category[j->outside]);
		v->disposition = DISPOSITION_REVIEW;
	}
}

/* A question whose answer is the matter: documents and services come second. */
static void answer_first(struct judgement *j)
{
	if (j->asked < 0 || j->chosen == NULL || is_grave(j, j->chosen) ||
	    !gives_way(j, j->chosen))
		return;
	j->chosen = candidate_of(j, j->asked);
	j->chosen->weight_pct += HALF_WEIGHT_PCT + PHRASE_BONUS;
}

/* As it stands in the text, if that is sound UTF-8; else as normalised. */
static void copy_term(const struct judgement *j, const struct hit *hit, const char *text,
		      char term_r[VERDICT_TERM_SIZE])
{
	const struct words *words = &j->reading.words;
	const struct word *from = &words->word[hit->from_word],
			  *to = &words->word[hit->to_word];
	size_t len = (size_t)(to->to - from->from);
	const char *start = text + from->from;

	for (size_t i = 0; i < len; i++)
		if ((unsigned char)start[i] >= 0x80 || start[i] < ' ') {
			size_t end = hit->to_word + 1u < words->count ? to[1].at : words->len;

			start = words->text + from->at;
			len = end - from->at - 1;
			break;
		}
	if (len >= VERDICT_TERM_SIZE)
		len = VERDICT_TERM_SIZE - 1;
	memcpy(term_r, start, len);
	term_r[len] = '\0';
}

/* How much this hit moved the verdict; 0: it did not. */
static int contribution(const struct judgement *j, const struct hit *hit)
{
	const struct term *term = term_of(j, hit);

	if (hit->term == TERM_NONE || term->role == ROLE_NEUTRAL)
		return 0;
	if (term->role == ROLE_INCIDENT || term->role == ROLE_WEAPON)
		return counts(j, hit) ? hit_weight(j, hit) : -hit_weight(j, hit);
	if (term->role == ROLE_NEGATION || term->role == ROLE_FEARED)
		return hit->state != HIT_LIVE ? term->weight_pct : 0; /* of something */
	if (is_modifier(term->role) && term->category >= 0 && !has_candidate(j, term->category))
		return 0;
	return hit_weight(j, hit);
}

/* The weightiest, heaviest first. */
static void explain(const struct judgement *j, const char *text, struct verdict *v)
{
	const struct reading *r = &j->reading;

	for (unsigned i = 0; i < r->hit_count; i++) {
		int weight = contribution(j, &r->hit[i]), size = weight < 0 ? -weight : weight;
		unsigned at = v->term_count;

		while (at > 0 &&
		       (v->term[at - 1].weight_pct < 0 ? -v->term[at - 1].weight_pct
						       : v->term[at - 1].weight_pct) < size)
			at--;
		if (weight == 0 || at == VERDICT_TERMS_MAX)
			continue;
		if (v->term_count < VERDICT_TERMS_MAX)
			v->term_count++;
		memmove(&v->term[at + 1], &v->term[at],
			(v->term_count - at - 1) * sizeof(v->term[0]));
		v->term[at].weight_pct = weight;
		copy_term(j, &r->hit[i], text, v->term[at].term);
	}
}

void classify(const struct rules *rules, const char *text, size_t len,
	      struct verdict *verdict_r)
{
	struct judgement j;

	/* Not by an initialiser: that would clear the whole scratch on every call. */
	j.rules = rules;
	j.candidate_count = 0;
	j.chosen = NULL;
	j.set_aside = j.raise = 0;
	j.set_aside_category = j.asked = j.outside = j.prank = -1;
	j.is_life = j.is_over = j.is_armed = false;
	j.called = 0;
	*verdict_r = (struct verdict){0};
	memcpy(verdict_r->rules, rules->version, sizeof(verdict_r->rules));
	reading_take(&j.reading, &rules->lexicon, text, len);
	weigh_all(&j);
	choose(&j);
	answer_first(&j);
	if (j.chosen == NULL)
		judge_nothing(&j, verdict_r);
	else
		judge_something(&j, verdict_r);
	explain(&j, text, verdict_r);
}
