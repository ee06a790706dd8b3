/* train: judged texts in, a model out. The same texts and rules give the same bytes. */
#include <stdio.h>
#include <string.h>

#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/corpus.h"
#include "cmd/learn.h"
#include "core/rules.h"

struct train {
	const char *config, *data, *corrections, *out;
};

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct train, config), true, "DIR",
	 "the city's configuration, with model/texts.tsv and model/judged.tsv"},
	{"data", ARG_TEXT, offsetof(struct train, data), false, "DIR",
	 "the folder of real texts: emergency-gold.jsonl and reports/"},
	{"corrections", ARG_TEXT, offsetof(struct train, corrections), false, "FILE",
	 "what dispatchers decided otherwise: of tangi export corrections"},
	{"out", ARG_TEXT, offsetof(struct train, out), true, "FILE",
	 "the model, as model/triage.model is read"},
};

static const struct args args = {
	"tangi train --config DIR [--data DIR] [--corrections FILE] --out FILE",
	"Learns from judged texts what the rules cannot say. The file holds weights of hashed\n"
	"features and no text. The same data, rules and release give the same bytes.\n",
	table, sizeof(table) / sizeof(table[0]), 0};

static struct model *learn_all(const struct rules *rules, const struct corpus *corpus)
{
	struct learn_plan plan = {.folds = 2,
				  .left_out = FOLD_NONE,
				  .wants_triage = true,
				  .wants_offices = true,
				  .wants_sms = true};
	struct lessons *lessons = lessons_take(rules, corpus);
	struct model *model = learn(lessons, &plan);

	lessons_free(&lessons);
	return model;
}

static void tell(const struct model *model, const struct corpus *corpus)
{
	unsigned corrections = 0;

	for (unsigned i = 0; i < corpus->count; i++)
		corrections += corpus->row[i].source == CORPUS_CORRECTION;
	printf("model %s: %u questions, learnt from %u texts, of them %u corrections\n",
	       model_version(model), model_head_count(model), corpus->count, corrections);
}

static int train(const struct train *t, struct err *err)
{
	struct model *model = NULL;
	struct corpus corpus = {0};
	struct corpus_from from = {
		.config = t->config, .data = t->data, .corrections = t->corrections};
	struct rules *rules;
	int rc;

	if (rules_load(&rules, t->config, err) < 0)
		return -1;
	rules_set_model(rules, &model);
	from.rules = rules;
	rc = corpus_load(&corpus, &from, err);
	if (rc == 0) {
		model = learn_all(rules, &corpus);
		rc = model_save(model, t->out, err);
		if (rc == 0)
			tell(model, &corpus);
	}
	model_free(&model);
	corpus_fini(&corpus);
	rules_free(&rules);
	return rc;
}

int cmd_train(int argc, char **argv)
{
	struct train t = {0};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &t, &words);

	if (rc >= 0)
		return rc;
	if (train(&t, &err) < 0) {
		fprintf(stderr, "tangi train: %s\n", err.text);
		return 1;
	}
	return 0;
}
