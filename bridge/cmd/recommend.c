/* recommend: whom the plans of a city send, and why not the others; asks nobody and sends
 * nothing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/plain.h"
#include "cmd/situation.h"
#include "core/rules.h"

struct wish {
	const char *config, *situation, *level, *data;
	bool is_json;
};

struct run {
	struct rules *rules;
	const struct wish *wish;
	struct roster roster;
	struct receiving receiving;
	int level;
};

/* ---- For people. ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "-";
}

static void tell_row(const json_t *row, const char *what)
{
	printf("  %-9s ", text_of(row, what));
	plain_print(stdout, text_of(row, "why_id"));
	fputs("\n            ", stdout);
	plain_print(stdout, text_of(row, "why_en"));
	putchar('\n');
}

static void tell_rows(const json_t *doc, const char *key, const char *title, const char *what)
{
	const json_t *rows = json_object_get(doc, key);

	if (json_array_size(rows) > 0)
		puts(title);
	for (size_t i = 0; i < json_array_size(rows); i++)
		tell_row(json_array_get(rows, i), what);
}

static void tell_there(const json_t *doc)
{
	const json_t *rows = json_object_get(doc, "there");

	if (json_array_size(rows) > 0)
		puts("ada di sana / there already");
	for (size_t i = 0; i < json_array_size(rows); i++)
		printf("  %s\n", text_of(json_array_get(rows, i), "unit"));
}

static void tell_plan(const struct run *run, const struct recommend_situation *s,
		      const json_t *doc)
{
	const json_t *plan = json_object_get(doc, "plan");

	printf("%s P%d, ",
	       s->category < 0 ? "?" : rules_category_at(run->rules, (unsigned)s->category)->id,
	       s->priority);
	if (s->has_point)
		printf("%.5f %.5f, ", (double)s->lat_e7 / DEGREE_E7,
		       (double)s->lon_e7 / DEGREE_E7);
	else
		printf("%s, ", s->area[0] != '\0' ? s->area
						  : "tempat belum diketahui / place "
						    "unknown");
	if (json_is_null(plan))
		printf("alarm %d: tidak ada rencana / there is no plan\n", s->level);
	else
		printf("alarm %d: %s\n", s->level, text_of(plan, "name"));
}

static void tell(const struct run *run, const struct recommend_situation *s, const json_t *doc)
{
	tell_plan(run, s, doc);
	tell_rows(doc, "units", "kirim / send", "unit");
	tell_rows(doc, "shortfalls", "kurang / missing", "agency");
	tell_there(doc);
	tell_rows(doc, "passed_over", "tidak / not", "unit");
	tell_rows(doc, "bare", "kosong / bare", "area_name");
	tell_rows(doc, "hospitals", "rumah sakit / hospitals", "name");
}

/* ---- Asking. ---- */

static void answer(const struct run *run, const struct recommend_situation *s)
{
	struct recommendation recommendation;
	json_auto_t *doc = NULL;
	struct jsonw w;

	jsonw_init(&w, 4096);
	recommend(run->rules, s, &recommendation);
	jsonw_open(&w, NULL, '{');
	recommendation_write(run->rules, s, &recommendation, &w);
	jsonw_close(&w, '}');
	recommendation_fini(&recommendation);
	if (run->wish->is_json) {
		puts(jsonw_text(&w));
	} else {
		doc = json_loadb(w.text, w.len, 0, NULL);
		tell(run, s, doc);
	}
	jsonw_fini(&w);
}

static int answer_document(const struct run *run, const json_t *doc, struct err *err)
{
	struct recommend_unit *units;
	struct recommend_situation situation;
	struct receiving receiving = run->receiving;
	int64_t now_ms = clock_system.wall_ms(&clock_system);
	int rc;

	if (jsonin_time(doc, "now", JSONIN_OPTIONAL, &now_ms, err) < 0)
		return -1;
	units = units_at_home(run->rules, &run->roster, now_ms);
	rc = situation_read(run->rules, doc, now_ms, units, &receiving, &situation, err);
	if (rc == 0)
		answer(run, &situation);
	xfree(units);
	return rc;
}

/* One after the other, with blanks between or without. */
static int answer_file(const struct run *run, FILE *file, struct err *err)
{
	for (unsigned n = 1;; n++) {
		json_error_t je;
		json_t *doc;
		int c, rc;

		while ((c = getc(file)) == ' ' || c == '\n' || c == '\r' || c == '\t')
			;
		if (c == EOF)
			return 0;
		(void)ungetc(c, file); /* one byte always goes back */
		doc = json_loadf(file, JSON_DISABLE_EOF_CHECK | JSON_REJECT_DUPLICATES, &je);
		if (doc == NULL)
			return err_set(err, ERR_INVALID, "situation %u, line %d: %s", n,
				       je.line, je.text);
		rc = answer_document(run, doc, err);
		json_decref(doc);
		if (rc < 0)
			return err_wrap(err, "situation %u%s%s", n,
					err->field[0] != '\0' ? ", " : "", err->field);
	}
}

static int answer_situations(const struct run *run, struct err *err)
{
	const char *name = run->wish->situation;
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
	int rc;

	if (file == NULL)
		return err_set(err, ERR_IO, "cannot open %.100s", name);
	rc = answer_file(run, file, err);
	if (file != stdin)
		(void)fclose(file); /* only read */
	return rc;
}

static void answer_texts(const struct run *run, char **texts)
{
	int64_t now_ms = clock_system.wall_ms(&clock_system);
	struct recommend_unit *units = units_at_home(run->rules, &run->roster, now_ms);

	for (; *texts != NULL; texts++) {
		struct recommend_situation situation;

		situation_of_text(run->rules, *texts, &situation);
		situation.now_ms = now_ms;
		situation.level = run->level;
		situation.unit = units;
		situation.receiving = &run->receiving;
		situation.unit_count = rules_unit_count(run->rules);
		answer(run, &situation);
	}
	xfree(units);
}

/* ---- The command. ---- */

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct wish, config), true, "DIR",
	 "the city's configuration"},
	{"situation", ARG_TEXT, offsetof(struct wish, situation), false, "FILE",
	 "situations as JSON, one after the other; - is standard input"},
	{"level", ARG_TEXT, offsetof(struct wish, level), false, "N",
	 "the alarm that the texts are answered with: 1, 2 or 3; otherwise 1"},
	{"data", ARG_TEXT, offsetof(struct wish, data), false, "DIR",
	 "with that data folder's duty roster and what hospitals have said; otherwise "
	 "all are on duty"},
	{"json", ARG_SWITCH, offsetof(struct wish, is_json), false, NULL,
	 "one JSON document a line"},
};

static const struct args args = {
	"tangi recommend --config DIR [OPTION...] [TEXT...]",
	"Whom the plans of rules/plans.tsv send to what a text tells of, with all units free "
	"at "
	"home,\n"
	"or in a situation:\n"
	"  {\"incident\": {\"category\", \"priority\", \"location\", \"area\"}, \"level\", "
	"\"now\",\n"
	"   \"units\": [{\"id\", \"duty\", \"presence\", \"presence_since\", \"position\", "
	"\"here\",\n"
	"              \"declined\", \"busy\", \"shift_jobs\", \"on_since\", \"worked_min\",\n"
	"              \"staff\"}],\n"
	"   \"hospitals\": [{\"id\", \"receiving\", \"at\"}]}\n"
	"Says who goes, what is missing, who does not and why, what is left without cover, and "
	"where\n"
	"somebody can be brought. Sends nothing.\n",
	table, sizeof(table) / sizeof(table[0]), -1};

static int read_level(const struct wish *wish, int *level_r)
{
	*level_r = 1;
	if (wish->level == NULL)
		return 0;
	if (wish->level[0] < '1' || wish->level[0] > '0' + PLAN_LEVELS ||
	    wish->level[1] != '\0')
		return -1;
	*level_r = wish->level[0] - '0';
	return 0;
}

int cmd_recommend(int argc, char **argv)
{
	struct wish wish = {0};
	struct run run = {.wish = &wish};
	struct file_stamp stamp;
	struct err err;
	char **texts;
	int rc = args_read(&args, argc, argv, &wish, &texts);

	if (rc >= 0)
		return rc;
	if ((*texts == NULL) == (wish.situation == NULL) || read_level(&wish, &run.level) < 0) {
		fputs("tangi recommend: wants texts or --situation, and a level of 1 … 3; see "
		      "--help\n",
		      stderr);
		return 2;
	}
	rc = rules_load(&run.rules, wish.config, &err);
	if (rc == 0 && wish.data != NULL &&
	    (rc = roster_read(wish.data, &run.roster, &stamp, &err)) == 0)
		rc = receiving_read(wish.data, &run.receiving, &stamp, &err);
	if (rc == 0 && wish.situation != NULL)
		rc = answer_situations(&run, &err);
	else if (rc == 0)
		answer_texts(&run, texts);
	if (rc < 0)
		fprintf(stderr, "tangi recommend: %s\n", err.text);
	roster_fini(&run.roster);
	rules_free(&run.rules);
	return rc < 0;
}
