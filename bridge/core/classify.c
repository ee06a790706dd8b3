#include "core/classify.h"

#include <stdio.h>
#include <string.h>

#include "core/evidence.h"
#include "core/opinion.h"

#define CONFIDENT_PCT   50 /* below it a person looks */
#define HALF_WEIGHT_PCT 60 /* the weight that makes confidence one half */
#define PHRASE_BONUS    30 /* what a question that is the matter counts more */

struct judgement {
	struct evidence e;
	struct candidate *chosen;
};

static bool gives_way(const struct judgement *j, const struct candidate *c)
{
	return c->is_hint || evidence_category(&j->e, c)->yields;
}

/* Grave before the rest, the event before its effect, then the worse, then the better proved.
 */
static bool comes_first(const struct judgement *j, const struct candidate *a,
			const struct candidate *b)
{
	if (evidence_is_grave(&j->e, a) != evidence_is_grave(&j->e, b))
		return evidence_is_grave(&j->e, a);
	if (gives_way(j, a) != gives_way(j, b))
		return !gives_way(j, a);
	if (a->severity != b->severity && evidence_is_grave(&j->e, a))
		return a->severity < b->severity;
	return a->weight_pct > b->weight_pct;
}

static void choose(struct judgement *j)
{
	for (unsigned i = 0; i < j->e.candidate_count; i++)
		if (j->chosen == NULL || comes_first(j, &j->e.candidate[i], j->chosen))
			j->chosen = &j->e.candidate[i];
}

/* Of the chosen one, and of what else is grave in the same text. */
static int severity_of(const struct judgement *j)
{
	const struct candidate *chosen = j->chosen;
	bool is_emergency = evidence_category(&j->e, chosen)->kind == CATEGORY_EMERGENCY;
	int severity = chosen->severity;

	if (evidence_is_grave(&j->e, chosen))
		for (unsigned i = 0; i < j->e.candidate_count; i++)
			if (j->e.candidate[i].severity < severity &&
			    evidence_is_grave(&j->e, &j->e.candidate[i]))
				severity = j->e.candidate[i].severity;
	if ((j->e.is_life || j->e.is_armed) &&
	    evidence_category(&j->e, chosen)->kind <= CATEGORY_URGENT)
		return chosen->is_live ? 1 : severity;
	if (j->e.is_over && severity < TODAY)
		return TODAY;
	return severity - (j->e.is_raised && is_emergency && severity > 1 && chosen->is_live);
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
	const struct category *category = evidence_category(&j->e, j->chosen);
	bool is_emergency = category->kind == CATEGORY_EMERGENCY;

	if (confidence_pct < CONFIDENT_PCT || j->e.reading.words.is_cut)
		return DISPOSITION_REVIEW;
	if (category->kind != CATEGORY_ADMIN && severity <= GRAVE)
		return DISPOSITION_EMERGENCY;
	if (is_emergency &&
	    (j->e.is_over || !j->chosen->is_live)) /* may flare up, may be late */
		return DISPOSITION_REVIEW;
	if (is_emergency && severity <= category->severity)
		return DISPOSITION_EMERGENCY;
	if (j->e.set_aside != 0 && j->e.set_aside <= GRAVE)
		return DISPOSITION_REVIEW;
	return DISPOSITION_ROUTINE;
}

/* Every service with a grave part in it is told, not only that of the main category. */
static agency_set agencies_of(const struct judgement *j)
{
	agency_set set = evidence_category(&j->e, j->chosen)->agencies;

	if (j->e.is_life)
		set |= j->e.called;
	for (unsigned i = 0; i < j->e.candidate_count; i++)
		if (evidence_is_grave(&j->e, &j->e.candidate[i]) && j->e.candidate[i].is_live)
			set |= evidence_category(&j->e, &j->e.candidate[i])->lead;
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
	const struct rules *rules = j->e.rules;
	int category = j->e.set_aside_category >= 0 ? j->e.set_aside_category : rules->unknown;
	bool is_prank =
		j->e.prank >= 0 && j->e.set_aside == 0 && !j->e.is_life && j->e.called == 0;

	v->agencies = j->e.called;
	if (is_prank)
		category = j->e.prank;
	set_category(v, &rules->category[category]);
	v->priority = priority_of_severity(rules->category[category].severity);
	v->disposition = DISPOSITION_REVIEW;
	if (j->e.is_life)
		v->priority = 1;
	if (is_prank && strcmp(v->category, "call_silent") != 0 && !j->e.reading.words.is_cut) {
		v->disposition = DISPOSITION_NOISE;
		v->confidence_pct = CONFIDENT_PCT;
	} else if (j->e.asked >= 0 && j->e.set_aside == 0 && j->e.called == 0 &&
		   !j->e.is_life) {
		v->disposition = DISPOSITION_ROUTINE;
		v->confidence_pct = CONFIDENT_PCT;
	}
}

static void judge_something(struct judgement *j, struct verdict *v)
{
	const struct category *category = evidence_category(&j->e, j->chosen);
	int severity = severity_of(j);

	v->confidence_pct = confidence_of(j->chosen->weight_pct);
	v->priority = priority_of_severity(severity);
	v->disposition = disposition_of(j, severity, v->confidence_pct);
	v->agencies = agencies_of(j);
	set_category(v, category);
	if (j->e.outside >= 0 && evidence_is_grave(&j->e, j->chosen)) {
		set_category(v, &j->e.rules->category[j->e.outside]);
		v->disposition = DISPOSITION_REVIEW;
	}
}

/* A question whose answer is the matter: documents and services come second. */
static void answer_first(struct judgement *j)
{
	if (j->e.asked < 0 || j->chosen == NULL || evidence_is_grave(&j->e, j->chosen) ||
	    !gives_way(j, j->chosen))
		return;
	j->chosen = evidence_candidate(&j->e, j->e.asked);
	j->chosen->weight_pct += HALF_WEIGHT_PCT + PHRASE_BONUS;
}

/* Letters, not bytes: what reads it counts them alike in every language. */
static unsigned letters_in(const char *text, size_t len)
{
	unsigned count = 0;

	for (size_t i = 0; i < len; i++)
		count += ((unsigned char)text[i] & 0xc0) != 0x80;
	return count;
}

/* As it stands in the text, if that is sound UTF-8; else as normalised. */
static void copy_term(const struct judgement *j, const struct hit *hit, const char *text,
		      char term_r[VERDICT_TERM_SIZE])
{
	const struct words *words = &j->e.reading.words;
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

static void name_term(const struct judgement *j, const struct hit *hit, const char *text,
		      struct verdict *v, unsigned at)
{
	const struct word *word = j->e.reading.words.word;
	size_t from = word[hit->from_word].from, to = word[hit->to_word].to;

	copy_term(j, hit, text, v->term[at].term);
	v->term[at].at = (uint16_t)letters_in(text, from);
	v->term[at].len = (uint16_t)letters_in(text + from, to - from);
}

/* A word that tells of something is as that is: so, past, denied; others say what they are for.
 */
static enum reason_kind reason_of(const struct judgement *j, const struct hit *hit)
{
	static const enum reason_kind by_state[] = {
		[HIT_LIVE] = REASON_EVENT,          [HIT_PAST] = REASON_PAST,
		[HIT_RECURRING] = REASON_RECURRING, [HIT_PLANNED] = REASON_PLANNED,
		[HIT_FEARED] = REASON_FEARED,       [HIT_SUPPOSED] = REASON_SUPPOSED,
		[HIT_DENIED] = REASON_DENIED,       [HIT_DRILL] = REASON_DRILL,
		[HIT_TOLD] = REASON_TOLD,           [HIT_ASKED] = REASON_ASKED,
	};
	static const enum reason_kind by_role[] = {
		[ROLE_PRANK] = REASON_PRANK,       [ROLE_OUTSIDE] = REASON_OUTSIDE,
		[ROLE_SEVERITY_UP] = REASON_WORSE, [ROLE_SEVERITY_DOWN] = REASON_MILDER,
		[ROLE_LIFE] = REASON_LIFE,         [ROLE_NOW] = REASON_NOW,
		[ROLE_NEGATION] = REASON_DENIED,   [ROLE_FEARED] = REASON_FEARED,
		[ROLE_SUPPOSED] = REASON_SUPPOSED, [ROLE_RECURRING] = REASON_RECURRING,
		[ROLE_PAST] = REASON_PAST,         [ROLE_FUTURE] = REASON_PLANNED,
		[ROLE_DRILL] = REASON_DRILL,       [ROLE_TOLD] = REASON_TOLD,
		[ROLE_ASKED] = REASON_ASKED,       [ROLE_OVER] = REASON_OVER,
		[ROLE_PLEA] = REASON_PLEA,         [ROLE_AGENCY] = REASON_CALLED,
	};
	unsigned role = j->e.rules->lexicon.term[hit->term].role;

	if (hit->state != HIT_LIVE || role == ROLE_INCIDENT || role == ROLE_WEAPON)
		return by_state[hit->state];
	return by_role[role];
}

/* The weightiest, heaviest first. */
static void explain(const struct judgement *j, const char *text, struct verdict *v)
{
	const struct reading *r = &j->e.reading;

	for (unsigned i = 0; i < r->hit_count; i++) {
		int weight = evidence_weight(&j->e, &r->hit[i]),
		    size = weight < 0 ? -weight : weight;
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
		v->term[at].is = reason_of(j, &r->hit[i]);
		name_term(j, &r->hit[i], text, v, at);
	}
}

static bool is_among(const struct judgement *j, unsigned word)
{
	for (unsigned i = 0; i < j->e.reading.hit_count; i++)
		if (j->e.reading.hit[i].from_word <= word &&
		    word <= j->e.reading.hit[i].to_word)
			return true;
	return false;
}

/* Where somebody is to look or to go, the words that moved the model stand behind the rules'
 * terms. */
static void explain_more(const struct judgement *j, const struct opinion *o, const char *text,
			 struct verdict *v)
{
	if (v->disposition > DISPOSITION_REVIEW)
		return;
	for (unsigned i = 0; i < o->word_count && v->term_count < VERDICT_TERMS_MAX; i++) {
		uint16_t word = (uint16_t)o->word[i].word;
		struct hit hit = {.from_word = word, .to_word = word};

		if (is_among(j, word))
			continue;
		v->term[v->term_count].weight_pct = o->word[i].weight_pct;
		v->term[v->term_count].is = REASON_MODEL;
		name_term(j, &hit, text, v, v->term_count++);
	}
}

/* What the rules say, with no model asked. */
static void judge(struct judgement *j, const struct rules *rules, const char *text, size_t len,
		  struct verdict *verdict_r)
{
	j->chosen = NULL;
	*verdict_r = (struct verdict){0};
	memcpy(verdict_r->rules, rules->version, sizeof(verdict_r->rules));
	evidence_take(&j->e, rules, text, len);
	choose(j);
	answer_first(j);
	if (j->chosen == NULL)
		judge_nothing(j, verdict_r);
	else
		judge_something(j, verdict_r);
}

/* Those that speak for another category, by their weight. */
static void name_others(const struct judgement *j, struct verdict *v)
{
	const struct candidate *last = NULL;
	int sum = 1;

	for (unsigned i = 0; i < j->e.candidate_count; i++)
		sum += j->e.candidate[i].weight_pct > 0 ? j->e.candidate[i].weight_pct : 0;
	while (v->other_count < VERDICT_OTHERS_MAX) {
		const struct candidate *next = NULL;

		for (unsigned i = 0; i < j->e.candidate_count; i++) {
			const struct candidate *c = &j->e.candidate[i];

			if (c != j->chosen && c->weight_pct > 0 &&
			    (last == NULL || c->weight_pct < last->weight_pct ||
			     (c->weight_pct == last->weight_pct && c > last)) &&
			    (next == NULL || c->weight_pct > next->weight_pct))
				next = c;
		}
		if (next == NULL)
			return;
		last = next;
		memcpy(v->other[v->other_count].category, evidence_category(&j->e, next)->id,
		       CATEGORY_SIZE);
		v->other[v->other_count++].confidence_pct = 100 * next->weight_pct / sum;
	}
}

void classify(const struct rules *rules, const char *text, size_t len,
	      struct verdict *verdict_r)
{
	struct judgement j NOT_ZEROED;
	struct opinion opinion NOT_ZEROED;

	judge(&j, rules, text, len, verdict_r);
	if (rules->model != NULL) {
		opinion_take(&opinion, &j.e, verdict_r, text, len);
		opinion_apply(&opinion, &j.e, verdict_r);
	}
	verdict_r->hazards = evidence_hazards(&j.e);
	verdict_r->is_grave = j.e.is_life || j.e.is_armed || j.e.is_deep;
	name_others(&j, verdict_r);
	explain(&j, text, verdict_r);
	if (rules->model != NULL)
		explain_more(&j, &opinion, text, verdict_r);
}

float classify_emergency(const struct rules *rules, const char *text, size_t len)
{
	struct opinion opinion NOT_ZEROED;
	struct verdict verdict;
	struct judgement j NOT_ZEROED;

	if (rules->model == NULL)
		return -1;
	judge(&j, rules, text, len, &verdict);
	opinion_take(&opinion, &j.e, &verdict, text, len);
	return opinion.emergency;
}

void classify_features(const struct rules *rules, const char *text, size_t len,
		       struct features *features_r)
{
	struct verdict verdict;
	struct judgement j NOT_ZEROED;

	judge(&j, rules, text, len, &verdict);
	opinion_features(&j.e, &verdict, text, len, features_r);
}
