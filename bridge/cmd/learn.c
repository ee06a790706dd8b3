#include "cmd/learn.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "cmd/solver.h"
#include "core/classify.h"
#include "core/features.h"

#define SEEN_MIN     3 /* texts a bucket must be met in: what one person wrote is nobody's rule */
#define KNOWN_MIN    5
#define INNER_FOLDS  3
#define TRIAGE_COST  5.0
#define OFFICE_COST  0.6
#define SMS_COST     30.0
#define NEWTON_STEPS 60

#define COMPLAINT_SHARE 3

struct lessons {
	const struct corpus *corpus;
	struct solver_row **row;
	bool *is_doubtful; /* the rules see something grave where nobody judged */
	uint64_t known[MODEL_BUCKETS / 64];
};

/* What one question is answered with by each row. */
typedef int answer_fn(const struct lessons *l, unsigned row, const void *which);

struct question {
	char name[MODEL_NAME_SIZE];
	answer_fn *answer;
	const void *which;
	enum solver_kind kind;
	double cost;
	unsigned inner; /* folds that are scored to calibrate it */
};

struct sheet {
	const struct lessons *lessons;
	const struct learn_plan *plan;
	unsigned count, room;
	struct solver_row **row;
	int8_t *answer;
	uint8_t *inner; /* fold within what is learnt */
};

static void count_words(struct lessons *l, const struct features *f, unsigned *met)
{
	(void)l;
	for (unsigned i = 0; i < f->text_count; i++)
		met[f->text[i]]++;
}

static void note_known(struct lessons *l, const struct features *f, const unsigned *met)
{
	for (unsigned i = 0; i < f->word_count; i++)
		if (met[f->word[i]] >= KNOWN_MIN)
			l->known[f->word[i] >> 6] |= 1ull << (f->word[i] & 63);
}

static struct solver_row *make_row(struct features *f, const unsigned *met)
{
	unsigned out = 0, all = f->text_count;
	uint16_t kept[FEATURES_MAX];

	for (unsigned i = 0; i < all; i++)
		if (met[f->text[i]] >= SEEN_MIN)
			kept[out++] = f->text[i];
	return solver_row_new(kept, out, all, f->cue, f->cue_count, (double)MODEL_CUE_VALUE);
}

static bool is_doubtful(const struct rules *rules, const struct corpus_row *row)
{
	struct verdict v;

	if (row->is_judged || (row->source != CORPUS_COMPLAINT && row->source != CORPUS_POST &&
			       row->source != CORPUS_CORRECTION))
		return false;
	classify(rules, row->text, strlen(row->text), &v);
	return v.disposition == DISPOSITION_EMERGENCY && strcmp(v.category, "tree_fallen") == 0;
}

struct lessons *lessons_take(const struct rules *rules, const struct corpus *corpus)
{
	struct lessons *l = xcalloc(1, sizeof(*l));
	unsigned *met = xcalloc(MODEL_BUCKETS, sizeof(*met));
	struct features *f = xcalloc(1, sizeof(*f));

	l->corpus = corpus;
	l->row = xcalloc(corpus->count, sizeof(struct solver_row *));
	l->is_doubtful = xcalloc(corpus->count, sizeof(*l->is_doubtful));
	for (unsigned i = 0; i < corpus->count; i++) {
		const char *text = corpus->row[i].text;

		classify_features(rules, text, strlen(text), f);
		count_words(l, f, met);
	}
	for (unsigned i = 0; i < corpus->count; i++) {
		const char *text = corpus->row[i].text;

		classify_features(rules, text, strlen(text), f);
		note_known(l, f, met);
		l->row[i] = make_row(f, met);
		l->is_doubtful[i] = is_doubtful(rules, &corpus->row[i]);
	}
	xfree(met);
	xfree(f);
	return l;
}

void lessons_free(struct lessons **lessons)
{
	struct lessons *l = *lessons;

	*lessons = NULL;
	if (l == NULL)
		return;
	for (unsigned i = 0; i < l->corpus->count; i++)
		solver_row_free(&l->row[i]);
	xfree(l->row);
	xfree(l->is_doubtful);
	xfree(l);
}

/* One complaint nobody judged in COMPLAINT_SHARE: all of them would drown what was judged. */
static bool is_spared(const struct corpus_row *row)
{
	return row->source == CORPUS_COMPLAINT && !row->is_judged &&
	       row->hash / 1024 % COMPLAINT_SHARE != 0;
}

static int answer_emergency(const struct lessons *l, unsigned i, const void *which)
{
	(void)which;
	return l->is_doubtful[i] || is_spared(&l->corpus->row[i]) ? ANSWER_UNKNOWN
								  : l->corpus->row[i].emergency;
}

/* A prank that reads like a fire: the next one who writes it may mean it. */
static bool is_feigned(const struct lessons *l, unsigned i)
{
	return l->is_doubtful[i] && l->corpus->row[i].source == CORPUS_CORRECTION;
}

static int answer_noise(const struct lessons *l, unsigned i, const void *which)
{
	(void)which;
	return is_spared(&l->corpus->row[i]) || is_feigned(l, i) ? ANSWER_UNKNOWN
								 : l->corpus->row[i].noise;
}

static int answer_severity(const struct lessons *l, unsigned i, const void *which)
{
	int severity = l->corpus->row[i].severity;

	return severity == 0 ? ANSWER_UNKNOWN : severity <= *(const int *)which;
}

static int answer_agency(const struct lessons *l, unsigned i, const void *which)
{
	return l->corpus->row[i].agency[*(const int *)which];
}

static int answer_office(const struct lessons *l, unsigned i, const void *which)
{
	const char *office = l->corpus->row[i].office;

	return office[0] == '\0' ? ANSWER_UNKNOWN : strcmp(office, which) == 0;
}

static int answer_sms(const struct lessons *l, unsigned i, const void *which)
{
	const char *sms = l->corpus->row[i].sms;

	return sms[0] == '\0' ? ANSWER_UNKNOWN : strcmp(sms, which) == 0;
}

static void add_line(struct sheet *s, unsigned i, int answer, unsigned inner)
{
	if (s->count == s->room) {
		s->room = s->room == 0 ? 4096 : s->room * 2;
		s->row = xrealloc(s->row, s->room * sizeof(struct solver_row *));
		s->answer = xrealloc(s->answer, s->room);
		s->inner = xrealloc(s->inner, s->room);
	}
	s->row[s->count] = s->lessons->row[i];
	s->answer[s->count] = (int8_t)answer;
	s->inner[s->count++] = (uint8_t)inner;
}

static void fill_sheet(struct sheet *s, const struct question *q)
{
	const struct corpus *c = s->lessons->corpus;

	for (unsigned i = 0; i < c->count; i++) {
		int answer = q->answer(s->lessons, i, q->which);
		unsigned fold = corpus_fold(&c->row[i], s->plan->folds);

		if (answer == ANSWER_UNKNOWN || (int)fold == s->plan->left_out)
			continue;
		for (int n = 0; n < c->row[i].weight; n++)
			add_line(s, i, answer, c->row[i].hash / 64 % INNER_FOLDS);
	}
}

static void free_sheet(struct sheet *s)
{
	xfree(s->row);
	xfree(s->answer);
	xfree(s->inner);
}

/* Learnt from the other inner folds, scored on this one. */
static void score_inner(const struct sheet *s, const struct question *q, unsigned inner,
			float *scratch, double *score_r)
{
	struct solver_row **row = xmalloc(s->count * sizeof(struct solver_row *));
	int8_t *answer = xmalloc(s->count);
	unsigned n = 0;
	float bias;

	for (unsigned i = 0; i < s->count; i++)
		if (s->inner[i] != inner) {
			row[n] = s->row[i];
			answer[n++] = s->answer[i];
		}
	bias = solver_learn(q->kind, row, answer, n, MODEL_BUCKETS, q->cost, scratch);
	for (unsigned i = 0; i < s->count; i++)
		if (s->inner[i] == inner)
			score_r[i] = solver_score(s->row[i], scratch, bias);
	xfree(row);
	xfree(answer);
}

/* Platt's scaling: the slope and the offset under which what was scored is likeliest. */
static void fit_scale(const struct sheet *s, const double *score, unsigned inner,
		      struct model_head *head)
{
	double a = 1, b = 0;

	for (int step = 0; step < NEWTON_STEPS; step++) {
		double ga = 1e-3 * (a - 1), gb = 0, haa = 1e-3, hab = 0, hbb = 1e-9, det;

		for (unsigned i = 0; i < s->count; i++) {
			double p = 1 / (1 + exp(-(a * score[i] + b))), d = p - s->answer[i],
			       w = p * (1 - p);

			if (s->inner[i] >= inner)
				continue;
			ga += d * score[i];
			gb += d;
			haa += w * score[i] * score[i];
			hab += w * score[i];
			hbb += w;
		}
		det = haa * hbb - hab * hab;
		if (fabs(det) < 1e-12)
			break;
		a -= (hbb * ga - hab * gb) / det;
		b -= (haa * gb - hab * ga) / det;
	}
	head->slope = (float)a;
	head->offset = (float)b;
}

static void calibrate(const struct sheet *s, const struct question *q, float *scratch,
		      struct model_head *head)
{
	double *score = xcalloc(s->count, sizeof(*score));

	for (unsigned inner = 0; inner < q->inner; inner++)
		score_inner(s, q, inner, scratch, score);
	fit_scale(s, score, q->inner, head);
	xfree(score);
}

static bool has_both(const struct sheet *s)
{
	unsigned yes = 0;

	for (unsigned i = 0; i < s->count; i++)
		yes += s->answer[i] != 0;
	return yes >= 2 * INNER_FOLDS && s->count - yes >= 2 * INNER_FOLDS;
}

static bool ask(const struct lessons *l, const struct learn_plan *plan,
		const struct question *q, struct model_head *head)
{
	struct sheet s = {.lessons = l, .plan = plan};
	float *weights, *scratch;
	bool is_fine;

	fill_sheet(&s, q);
	is_fine = has_both(&s);
	if (is_fine) {
		weights = xcalloc(MODEL_BUCKETS, sizeof(*weights));
		scratch = xcalloc(MODEL_BUCKETS, sizeof(*scratch));
		memcpy(head->name, q->name, sizeof(head->name));
		head->bias = solver_learn(q->kind, s.row, s.answer, s.count, MODEL_BUCKETS,
					  q->cost, weights);
		head->weights = weights;
		calibrate(&s, q, scratch, head);
		xfree(scratch);
	}
	free_sheet(&s);
	return is_fine;
}

static const int numbers[] = {0, 1, 2, 3};

struct paper {
	struct question question[MODEL_HEADS_MAX];
	unsigned count;
};

static void put(struct paper *p, const char *kind, const char *name, answer_fn *answer,
		const void *which, double cost)
{
	struct question *q = &p->question[p->count];

	if (p->count == MODEL_HEADS_MAX)
		return;
	p->count++;
	*q = (struct question){.answer = answer, .which = which, .cost = cost};
	q->kind = answer == answer_office ? SOLVER_MARGIN : SOLVER_LOGISTIC;
	q->inner = answer == answer_office ? 1 : INNER_FOLDS;
	snprintf(q->name, sizeof(q->name), "%s%s", kind, name);
}

static void put_triage(struct paper *p)
{
	put(p, "emergency", "", answer_emergency, NULL, TRIAGE_COST);
	put(p, "noise", "", answer_noise, NULL, TRIAGE_COST);
	put(p, "severity:", "1", answer_severity, &numbers[1], TRIAGE_COST);
	put(p, "severity:", "2", answer_severity, &numbers[2], TRIAGE_COST);
	put(p, "severity:", "3", answer_severity, &numbers[3], TRIAGE_COST);
	for (int i = 0; i < ON_AGENCIES; i++)
		put(p, "agency:", corpus_agency_names[i], answer_agency, &numbers[i],
		    TRIAGE_COST);
}

static bool is_put(const struct paper *p, const char *kind, const char *name)
{
	char full[MODEL_NAME_SIZE];

	snprintf(full, sizeof(full), "%s%s", kind, name);
	for (unsigned i = 0; i < p->count; i++)
		if (strcmp(p->question[i].name, full) == 0)
			return true;
	return false;
}

static void put_named(struct paper *p, const struct lessons *l, bool is_office)
{
	for (unsigned i = 0; i < l->corpus->count; i++) {
		const struct corpus_row *row = &l->corpus->row[i];
		const char *name = is_office ? row->office : row->sms;
		const char *kind = is_office ? "office:" : "sms:";

		if (name[0] != '\0' && !is_put(p, kind, name))
			put(p, kind, name, is_office ? answer_office : answer_sms, name,
			    is_office ? OFFICE_COST : SMS_COST);
	}
}

struct model *learn(const struct lessons *l, const struct learn_plan *plan)
{
	struct model_head head[MODEL_HEADS_MAX] = {0};
	struct paper *p = xcalloc(1, sizeof(*p));
	struct model *model;
	unsigned n = 0;

	if (plan->wants_triage)
		put_triage(p);
	if (plan->wants_offices)
		put_named(p, l, true);
	if (plan->wants_sms)
		put_named(p, l, false);
	for (unsigned i = 0; i < p->count; i++)
		n += ask(l, plan, &p->question[i], &head[n]);
	model = model_build(head, n, l->known);
	for (unsigned i = 0; i < n; i++) {
		float *weights = (float *)(uintptr_t)head[i].weights;

		xfree(weights);
	}
	xfree(p);
	return model;
}
