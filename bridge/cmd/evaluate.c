/* evaluate: how far verdicts agree with readers, on texts the model has not met. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/corpus.h"
#include "cmd/learn.h"
#include "cmd/metrics.h"
#include "cmd/replay.h"
#include "core/classify.h"
#include "core/rules.h"

#define FOLDS        5
#define DRAWS        1000
#define LARGEST      10
#define REPLAY_LIMIT 50
#define WRONG_USE    2

struct evaluate {
	const char *config, *data, *previous, *dump, *part, *limit;
	struct replay_wish replay;
	struct rules *rules;
	struct corpus corpus;
	struct lessons *lessons;
	struct outcome *outcome; /* of each row */
	const char **said;       /* of each row, where a name is asked for */
};

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct evaluate, config), true, "DIR",
	 "the city's configuration"},
	{"data", ARG_TEXT, offsetof(struct evaluate, data), false, "DIR",
	 "the folder of judged texts"},
	{"part", ARG_TEXT, offsetof(struct evaluate, part), false, "NAME",
	 "triage, offices or sms; all of them without it. shipped: the model as it lies in "
	 "the configuration, which may have met the texts"},
	{"previous", ARG_TEXT, offsetof(struct evaluate, previous), false, "FILE",
	 "an older model to stand beside; it may have met the texts"},
	{"dump", ARG_TEXT, offsetof(struct evaluate, dump), false, "FILE",
	 "write id, what was judged, what was said of each text and by which rule there"},
	{"replay", ARG_TEXT, offsetof(struct evaluate, replay.dir), false, "DIR",
	 "instead: what these rules and this model would say of the reports in a data folder"},
	{"limit", ARG_TEXT, offsetof(struct evaluate, limit), false, "N",
	 "of what replay would change, list so many reports (50)"},
	{"json", ARG_SWITCH, offsetof(struct evaluate, replay.is_json), false, NULL,
	 "what replay says, as one JSON object"},
};

static const struct args args = {
	"tangi evaluate --config DIR --data DIR [--part NAME] [--previous FILE] [--dump FILE]\n"
	"       tangi evaluate --config DIR --replay DIR [--limit N] [--json]",
	"Judges each text by words, by rules and by rules with a model that has not met it "
	"(learnt\n"
	"from four fifths, asked about the last), and says how far that agrees with readers.\n"
	"Intervals are those of 95 % of 1,000 random draws of the texts. Changes nothing.\n"
	"\n"
	"With --replay: judges the reports of a running city anew, beside its bridge, and "
	"lists "
	"by\n"
	"their ids those that would be judged otherwise, with what stood and why it would "
	"change.\n",
	table, sizeof(table) / sizeof(table[0]), 0};

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
	size_t len = strlen(row->text);
	struct verdict v;

	classify(e->rules, row->text, len, &v);
	e->outcome[i] =
		(struct outcome){.row = row,
				 .disposition = v.disposition,
				 .priority = v.priority,
				 .confidence_pct = v.confidence_pct,
				 .agencies = agencies_said(e->rules, v.agencies),
				 .emergency = classify_emergency(e->rules, row->text, len)};
	memcpy(e->outcome[i].rule, v.rule, sizeof(v.rule));
}

static void judge_all(struct evaluate *e)
{
	for (unsigned i = 0; i < e->corpus.count; i++)
		judge_row(e, i);
}

/* A plain list of words: what anybody would try first. */
static void judge_by_words(struct evaluate *e)
{
	static const char *const words[] = {
		"kebakaran",  "terbakar", "api ",       "asap",    "banjir",  "tenggelam",
		"kecelakaan", "tabrakan", "korban",     "tumbang", "roboh",   "longsor",
		"darurat",    "tawuran",  "begal",      "pingsan", "ambulan", "ledakan",
		"terjebak",   "evakuasi", "melahirkan", "bunuh",   "konslet", "kritis"};

	for (unsigned i = 0; i < e->corpus.count; i++) {
		struct outcome *o = &e->outcome[i];

		*o = (struct outcome){.row = &e->corpus.row[i],
				      .disposition = DISPOSITION_ROUTINE,
				      .priority = 4,
				      .emergency = -1};
		for (size_t w = 0; w < sizeof(words) / sizeof(words[0]); w++)
			if (strcasestr(o->row->text, words[w]) != NULL) {
				o->disposition = DISPOSITION_EMERGENCY;
				o->priority = 2;
			}
	}
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

/* Those that a reader would have sent are no false alarms. */
static void print_alarms(const struct evaluate *e)
{
	unsigned n[DISPOSITIONS] = {0}, all = 0, right = 0;

	for (unsigned i = 0; i < e->corpus.count; i++) {
		const struct corpus_row *row = &e->corpus.row[i];

		if (row->source != CORPUS_COMPLAINT)
			continue;
		n[e->outcome[i].disposition]++;
		right += e->outcome[i].disposition == DISPOSITION_EMERGENCY && row->truth == 1;
		all++;
	}
	printf("of 1,000 complaints (%u):", all);
	for (int d = 0; d < DISPOSITIONS; d++)
		printf(" %s %.1f", disposition_names[d], 1000.0 * n[d] / all);
	printf("; false alarms %.1f\n",
	       1000.0 * (n[DISPOSITION_EMERGENCY] - right) / (all > 0 ? all : 1));
}

static void print_all(const struct evaluate *e, const char *how)
{
	printf("== %s\n", how);
	print_set(e, "citizens' own texts", is_citizen);
	print_set(e, "dispatch logs", is_log);
	print_set(e, "both", is_gold);
	print_alarms(e);
}

static void dump(const struct evaluate *e)
{
	FILE *to = e->dump != NULL ? fopen(e->dump, "we") : NULL;

	for (unsigned i = 0; to != NULL && i < e->corpus.count; i++) {
		const struct corpus_row *row = &e->corpus.row[i];

		if (is_measured(row))
			fprintf(to, "%s\t%s\t%d\t%d\t%d\t%s\t%d\t%.3f\t%s\n",
				row->source == CORPUS_GOLD ? "judged" : "complaint", row->id,
				row->is_log, row->emergency, row->severity,
				disposition_names[e->outcome[i].disposition],
				e->outcome[i].priority, (double)e->outcome[i].emergency,
				e->outcome[i].rule);
	}
	if (to != NULL)
		(void)fclose(to); /* a help for people, not a result */
}

static int judge_by_previous(struct evaluate *e, struct err *err)
{
	struct model *model = NULL;

	if (e->previous == NULL)
		return 0;
	if (model_load(&model, e->previous, err) < 0)
		return -1;
	printf("== rules and the previous model %s, which may have met these texts\n",
	       model_version(model));
	rules_set_model(e->rules, &model);
	if (rules_model_version(e->rules)[0] == '\0')
		return err_set(err, ERR_INVALID, "%s: was not asked what is an emergency",
			       e->previous);
	judge_all(e);
	rules_set_model(e->rules, &model);
	print_set(e, "citizens' own texts", is_citizen);
	print_alarms(e);
	return 0;
}

/* What the model would do with nobody beside it: sent where it finds an emergency likelier than
 * none. The rules' findings are among what it sees. */
static void print_model_alone(struct evaluate *e)
{
	for (unsigned i = 0; i < e->corpus.count; i++)
		e->outcome[i].disposition = e->outcome[i].emergency >= 0.5f
						    ? DISPOSITION_EMERGENCY
						    : DISPOSITION_ROUTINE;
	puts("== the model alone");
	print_set(e, "citizens' own texts", is_citizen);
	print_alarms(e);
}

static int evaluate_triage(struct evaluate *e, struct err *err)
{
	judge_by_words(e);
	puts("== a list of words");
	print_set(e, "citizens' own texts", is_citizen);
	print_alarms(e);
	judge_all(e);
	print_all(e, "rules alone");
	if (judge_by_previous(e, err) < 0)
		return -1;
	for (int fold = 0; fold < FOLDS; fold++)
		judge_fold(e, fold);
	print_all(e, "rules and model");
	dump(e);
	print_model_alone(e);
	return 0;
}

/* Of departments: what goes to a kelurahan or a kecamatan goes there by place, not by matter.
 */
static const char *office_of(const struct corpus_row *row)
{
	return strcmp(row->office, "KELURAHAN") == 0 || strcmp(row->office, "KECAMATAN") == 0
		       ? ""
		       : row->office;
}

static const char *sms_of(const struct corpus_row *row)
{
	return row->sms;
}

typedef const char *name_fn(const struct corpus_row *row);

/* The likeliest of the names that count. */
static const char *name_said(const struct model *model, const struct features *f,
			     const char *kind, const struct names *names)
{
	struct model_scores scores;
	const char *best = "";
	float most = -1;

	model_score(model, f, &scores);
	for (unsigned h = 0; h < model_head_count(model); h++) {
		const char *name = model_head_name(model, h);
		float p = model_probability(model, &scores, h);

		if (strncmp(name, kind, strlen(kind)) != 0 || p <= most)
			continue;
		for (unsigned i = 0; i < names->count; i++)
			if (strcmp(names->name[i], name + strlen(kind)) == 0) {
				most = p;
				best = names->name[i];
			}
	}
	return best;
}

static void name_fold(struct evaluate *e, int fold, name_fn *name, const char *kind,
		      const struct names *names)
{
	struct learn_plan plan = {.folds = FOLDS,
				  .left_out = fold,
				  .wants_offices = name == office_of,
				  .wants_sms = name == sms_of};
	struct model *model = learn(e->lessons, &plan);
	struct features *f = xcalloc(1, sizeof(*f));

	for (unsigned i = 0; i < e->corpus.count; i++) {
		const struct corpus_row *row = &e->corpus.row[i];

		if (name(row)[0] == '\0' || (int)corpus_fold(row, FOLDS) != fold)
			continue;
		classify_features(e->rules, row->text, strlen(row->text), f);
		e->said[i] = name_said(model, f, kind, names);
	}
	xfree(f);
	model_free(&model);
}

static void evaluate_names(struct evaluate *e, const char *title, name_fn *name,
			   const char *kind)
{
	struct names names = {0};

	for (unsigned i = 0; i < e->corpus.count; i++)
		names_count(&names, name(&e->corpus.row[i]));
	names_keep_largest(&names, LARGEST);
	for (int fold = 0; fold < FOLDS; fold++)
		name_fold(e, fold, name, kind, &names);
	printf("== %s\n", title);
	for (unsigned i = 0; i < e->corpus.count; i++)
		names_compare(&names, name(&e->corpus.row[i]), e->said[i]);
	names_print(stdout, &names);
}

static bool wants(const struct evaluate *e, const char *part)
{
	return e->part == NULL || strcmp(e->part, part) == 0;
}

static int evaluate_parts(struct evaluate *e, struct err *err)
{
	e->outcome = xcalloc(e->corpus.count, sizeof(*e->outcome));
	e->said = xcalloc(e->corpus.count, sizeof(*e->said));
	e->lessons = lessons_take(e->rules, &e->corpus);
	if (wants(e, "triage") && evaluate_triage(e, err) < 0)
		return -1;
	if (wants(e, "offices"))
		evaluate_names(e, "offices, the ten largest", office_of, "office:");
	if (wants(e, "sms"))
		evaluate_names(e, "short messages", sms_of, "sms:");
	return 0;
}

static int evaluate_shipped(struct evaluate *e)
{
	e->outcome = xcalloc(e->corpus.count, sizeof(*e->outcome));
	judge_all(e);
	printf("== rules %s and the model %s as configured, which may have met these texts\n",
	       rules_version(e->rules), rules_model_version(e->rules));
	print_set(e, "citizens' own texts", is_citizen);
	print_alarms(e);
	return 0;
}

static int evaluate_all(struct evaluate *e, struct err *err)
{
	struct model *none = NULL;

	rules_set_model(e->rules, &none);
	return evaluate_parts(e, err);
}

static int evaluate_corpus(struct evaluate *e, struct err *err)
{
	struct corpus_from from = {.config = e->config, .data = e->data, .rules = e->rules};
	int rc = corpus_load(&e->corpus, &from, err);

	if (rc == 0)
		rc = e->part != NULL && strcmp(e->part, "shipped") == 0 ? evaluate_shipped(e)
									: evaluate_all(e, err);
	lessons_free(&e->lessons);
	xfree(e->outcome);
	xfree(e->said);
	corpus_fini(&e->corpus);
	return rc;
}

static int evaluate(struct evaluate *e, struct err *err)
{
	int rc;

	if (rules_load(&e->rules, e->config, err) < 0)
		return -1;
	rc = e->replay.dir != NULL ? replay(e->rules, &e->replay, err)
				   : evaluate_corpus(e, err);
	rules_free(&e->rules);
	return rc;
}

static int wrong_use(const char *why)
{
	fprintf(stderr, "tangi evaluate: %s; see --help\n", why);
	return WRONG_USE;
}

static bool read_limit(struct evaluate *e)
{
	char *end;
	unsigned long limit = e->limit != NULL ? strtoul(e->limit, &end, 10) : REPLAY_LIMIT;

	if (e->limit != NULL && (end == e->limit || *end != '\0' || limit > UINT_MAX))
		return false;
	e->replay.limit = (unsigned)limit;
	return true;
}

int cmd_evaluate(int argc, char **argv)
{
	struct evaluate e = {0};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &e, &words);

	if (rc >= 0)
		return rc;
	if ((e.data == NULL) == (e.replay.dir == NULL))
		return wrong_use("either --data DIR or --replay DIR is needed");
	if (!read_limit(&e))
		return wrong_use("--limit is a number");
	if (evaluate(&e, &err) < 0) {
		fprintf(stderr, "tangi evaluate: %s\n", err.text);
		return 1;
	}
	return 0;
}
