/* evaluate: how far verdicts agree with readers, on texts the model has not met. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/corpus.h"
#include "cmd/learn.h"
#include "cmd/metrics.h"
#include "core/classify.h"
#include "core/rules.h"

#define FOLDS 5
#define DRAWS 1000

struct evaluate {
	const char *config, *data, *dump;
	struct rules *rules;
	struct corpus corpus;
	struct lessons *lessons;
	struct outcome *outcome; /* of each row */
	bool *is_judged;
};

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct evaluate, config), true, "DIR",
	 "the city's configuration"},
	{"data", ARG_TEXT, offsetof(struct evaluate, data), true, "DIR",
	 "the folder of judged texts"},
	{"dump", ARG_TEXT, offsetof(struct evaluate, dump), false, "FILE",
	 "write id, text and verdict of each text there"},
};

static const struct args args = {
	"tangi evaluate --config DIR --data DIR",
	"Judges each text by rules and by a model that has not met it.\n", table,
	sizeof(table) / sizeof(table[0]), 0};

static uint8_t agencies_said(const struct rules *rules, agency_set set)
{
	const struct agencies *a = rules_agencies(rules);
	uint8_t said = 0;

	for (unsigned i = 0; i < a->count; i++)
		for (int k = 0; k < ON_AGENCIES; k++)
			if ((set >> i & 1) != 0 &&
			    (strcmp(a->agency[i].id, corpus_agency_names[k]) == 0 ||
			     (k == ON_CITY && strcmp(a->agency[i].id, "disaster") == 0)))
				said = (uint8_t)(said | 1u << k);
	return said;
}

static bool is_measured(const struct corpus_row *row)
{
	return row->source == CORPUS_GOLD || row->source == CORPUS_COMPLAINT;
}

static void judge_row(struct evaluate *e, unsigned i)
{
	const struct corpus_row *row = &e->corpus.row[i];
	struct outcome before = e->outcome[i];
	struct verdict v;

	classify(e->rules, row->text, strlen(row->text), &v);
	e->outcome[i] = (struct outcome){
		.row = row,
		.disposition = v.disposition,
		.priority = v.priority,
		.confidence_pct = v.confidence_pct,
		.agencies = agencies_said(e->rules, v.agencies),
		.by_rules = before.row != NULL ? before.by_rules : v.disposition,
		.rules_priority = before.row != NULL ? before.rules_priority : v.priority,
		.emergency = classify_emergency(e->rules, row->text, strlen(row->text))};
}

static void judge_fold(struct evaluate *e, int fold)
{
	struct learn_plan plan = {.folds = FOLDS, .left_out = fold, .wants_triage = true};
	struct model *model = learn(e->lessons, &plan);

	rules_set_model(e->rules, &model);
	for (unsigned i = 0; i < e->corpus.count; i++)
		if (is_measured(&e->corpus.row[i]) &&
		    (int)corpus_fold(&e->corpus.row[i], FOLDS) == fold)
			judge_row(e, i);
	rules_set_model(e->rules, &model);
}

typedef bool pick_fn(const struct corpus_row *row);

static bool is_citizen(const struct corpus_row *row)
{
	return row->source == CORPUS_GOLD && !row->is_log;
}

static bool is_gold(const struct corpus_row *row)
{
	return row->source == CORPUS_GOLD;
}

static bool is_log(const struct corpus_row *row)
{
	return row->source == CORPUS_GOLD && row->is_log;
}

static void print_set(const struct evaluate *e, const char *name, pick_fn *pick)
{
	struct outcome *set = xcalloc(e->corpus.count, sizeof(*set));
	struct interval figure[FIGURES];
	unsigned n = 0;

	for (unsigned i = 0; i < e->corpus.count; i++)
		if (pick(&e->corpus.row[i]))
			set[n++] = e->outcome[i];
	figures_drawn(set, n, DRAWS, figure);
	printf("%s: %u texts\n", name, n);
	for (int f = 0; f < FIGURES; f++)
		printf("  %-38s %.3f  (%.3f … %.3f)\n", figure_names[f], figure[f].value,
		       figure[f].low, figure[f].high);
	print_confusion(stdout, set, n);
	print_agencies(stdout, set, n);
	print_calibration(stdout, set, n);
	xfree(set);
}

static void print_alarms(const struct evaluate *e)
{
	unsigned n[DISPOSITIONS] = {0}, all = 0;

	for (unsigned i = 0; i < e->corpus.count; i++)
		if (e->corpus.row[i].source == CORPUS_COMPLAINT) {
			n[e->outcome[i].disposition]++;
			all++;
		}
	printf("of 1,000 complaints (%u):", all);
	for (int d = 0; d < DISPOSITIONS; d++)
		printf(" %s %.1f", disposition_names[d], 1000.0 * n[d] / all);
	putchar('\n');
}

static void dump(const struct evaluate *e)
{
	FILE *to = fopen(e->dump, "we");

	for (unsigned i = 0; to != NULL && i < e->corpus.count; i++) {
		const struct corpus_row *row = &e->corpus.row[i];

		if (!is_measured(row))
			continue;
		fprintf(to, "%d\t%s\t%d%d%d\t%s\t%d\t%.3f\t%d\t%d\t%d\t", row->source, row->id,
			row->emergency, row->noise, row->severity,
			disposition_names[e->outcome[i].disposition], e->outcome[i].priority,
			(double)e->outcome[i].emergency, row->is_log, e->outcome[i].by_rules,
			e->outcome[i].rules_priority);
		for (const char *s = row->text; *s != '\0'; s++)
			fputc(*s == '\n' || *s == '\t' || *s == '\r' ? ' ' : *s, to);
		fputc('\n', to);
	}
	if (to != NULL)
		(void)fclose(to);
}

static void print_all(const struct evaluate *e, const char *how)
{
	printf("== %s\n", how);
	print_set(e, "citizens' own texts", is_citizen);
	print_set(e, "dispatch logs", is_log);
	print_set(e, "both", is_gold);
	print_alarms(e);
}

int cmd_evaluate(int argc, char **argv)
{
	struct evaluate e = {0};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &e, &words);
	struct model *none = NULL;

	if (rc >= 0)
		return rc;
	if (rules_load(&e.rules, e.config, &err) < 0 ||
	    corpus_load(&e.corpus, e.data, e.config, &err) < 0) {
		fprintf(stderr, "tangi evaluate: %s\n", err.text);
		return 1;
	}
	rules_set_model(e.rules, &none);
	e.outcome = xcalloc(e.corpus.count, sizeof(*e.outcome));
	for (unsigned i = 0; i < e.corpus.count; i++)
		judge_row(&e, i);
	print_all(&e, "rules alone");
	e.lessons = lessons_take(e.rules, &e.corpus);
	for (int fold = 0; fold < FOLDS; fold++)
		judge_fold(&e, fold);
	print_all(&e, "rules and model");
	if (e.dump != NULL)
		dump(&e);
	lessons_free(&e.lessons);
	xfree(e.outcome);
	corpus_fini(&e.corpus);
	rules_free(&e.rules);
	return 0;
}
