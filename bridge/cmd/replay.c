#include "cmd/replay.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/tally.h"
#include "core/classify.h"
#include "core/mask.h"
#include "core/rules.h"
#include "model/join.h"
#include "store/log_reader.h"

#define PROGRESS_EVENTS 2000

enum aspect { ON_DISPOSITION, ON_PRIORITY, ON_CATEGORY, ON_AGENCY_SET, ASPECTS };

static const char *const aspect_names[ASPECTS] = {"disposition", "priority", "category",
						  "agencies"};

struct run {
	const struct rules *rules;
	const struct replay_wish *wish;
	struct log_reader *log;
	struct jsonw out;
	struct tally change[ASPECTS];
	struct tally versions; /* rules → model, of the verdicts that stand */
	unsigned reports, changed, listed;
	unsigned judged, judged_old, judged_new; /* of the changed, by a person; who agreed */
	struct err *err;
};

/* One report under both. */
struct replayed {
	const struct event *event;
	struct filing filing;
	struct verdict now;
	char word[2][ASPECTS][TALLY_WORD]; /* before, and now */
};

static void say(const struct run *run, const struct verdict *v,
		char word_r[ASPECTS][TALLY_WORD])
{
	snprintf(word_r[ON_DISPOSITION], TALLY_WORD, "%s", disposition_names[v->disposition]);
	snprintf(word_r[ON_PRIORITY], TALLY_WORD, "%d", v->priority);
	snprintf(word_r[ON_CATEGORY], TALLY_WORD, "%s", v->category);
	agency_set_format(rules_agencies(run->rules), v->agencies, word_r[ON_AGENCY_SET],
			  TALLY_WORD);
}

static bool is_changed(const struct replayed *r)
{
	for (int i = 0; i < ASPECTS; i++)
		if (strcmp(r->word[0][i], r->word[1][i]) != 0)
			return true;
	return false;
}

/* ---- One changed report, told. ---- */

/* What the reporter is known by is masked in the terms too. */
static int know_reporter(struct run *run, uint64_t seq, struct mask_known *known)
{
	struct buf *raw = NULL;
	int found = log_reader_raw(run->log, seq, &raw, run->err);
	json_t *body = NULL;
	const json_t *reporter;

	if (found > 0)
		body = json_loadb((const char *)raw->data, raw->len, 0, NULL);
	reporter = json_object_get(body, "reporter");
	mask_know(known, json_string_value(json_object_get(reporter, "name")),
		  json_string_value(json_object_get(reporter, "phone")));
	json_decref(body);
	buf_unref(&raw);
	return found < 0 ? -1 : 0;
}

static void mask_terms(struct replayed *r, const struct mask_known *known)
{
	if (r->filing.report.anonymity == ANONYMITY_SECRET)
		r->now.term_count = 0;
	for (unsigned i = 0; i < r->now.term_count; i++) {
		char *term = r->now.term[i].term, *masked;

		masked = mask_text(term, strlen(term), known);
		snprintf(term, VERDICT_TERM_SIZE, "%s", masked);
		xfree(masked);
	}
}

static void write_verdict(struct run *run, const char *key, const struct verdict *v)
{
	jsonw_open(&run->out, key, '{');
	verdict_write(v, rules_agencies(run->rules), &run->out);
	jsonw_close(&run->out, '}');
}

static void put_json(struct run *run, struct replayed *r)
{
	r->filing.verdict.term_count = 0; /* as they stand in the text: not masked */
	jsonw_reset(&run->out);
	jsonw_open(&run->out, NULL, '{');
	jsonw_string(&run->out, "id", r->filing.report.id);
	jsonw_time(&run->out, "at", r->filing.at_ms);
	write_verdict(run, "old", &r->filing.verdict);
	write_verdict(run, "new", &r->now);
	jsonw_close(&run->out, '}');
	printf("%s%s", run->listed > 0 ? ",\n" : "", jsonw_text(&run->out));
}

static void put_line(const struct replayed *r)
{
	char at[CLOCK_TEXT];

	clock_format(r->filing.at_ms, at);
	printf("%s %s", r->filing.report.id, at);
	for (int side = 0; side < 2; side++)
		printf("%s %s %s %s %s", side > 0 ? " →" : "", r->word[side][ON_DISPOSITION],
		       r->word[side][ON_PRIORITY], r->word[side][ON_CATEGORY],
		       r->word[side][ON_AGENCY_SET]);
	for (unsigned i = 0; i < r->now.term_count; i++)
		printf("%s %s %.2f", i == 0 ? "  because" : ",", r->now.term[i].term,
		       r->now.term[i].weight_pct / 100.0);
	putchar('\n');
}

static int list(struct run *run, struct replayed *r)
{
	struct mask_known known;

	if (run->listed == run->wish->limit)
		return 0;
	if (know_reporter(run, r->event->seq, &known) < 0)
		return -1;
	mask_terms(r, &known);
	if (run->wish->is_json)
		put_json(run, r);
	else
		put_line(r);
	run->listed++;
	return 0;
}

/* ---- What people have said of it since. ---- */

static bool agrees(const struct verdict *v, const struct incident *incident)
{
	return v->disposition == incident->verdict.disposition &&
	       strcmp(v->category, incident->verdict.category) == 0;
}

static int ask_people(struct run *run, const struct replayed *r)
{
	struct incident incident;
	struct event last;
	struct slice state;
	json_t *doc;
	int found =
		log_reader_last_of_incident(run->log, r->event->incident_id, &last, run->err);

	if (found <= 0)
		return found;
	state = event_incident(last.body);
	doc = json_loadb(state.text, state.len, 0, NULL);
	found = incident_read(doc, rules_agencies(run->rules), &incident, run->err);
	if (found == 0 && incident.judged_by[0] != '\0' &&
	    strcmp(incident.report_id[0], r->filing.report.id) == 0) {
		run->judged++;
		run->judged_old += agrees(&r->filing.verdict, &incident);
		run->judged_new += agrees(&r->now, &incident);
	}
	if (found == 0)
		incident_fini(&incident);
	json_decref(doc);
	buf_unref(&last.body);
	return found;
}

/* ---- All of them. ---- */

static int take_change(struct run *run, struct replayed *r)
{
	run->changed++;
	for (int i = 0; i < ASPECTS; i++)
		if (strcmp(r->word[0][i], r->word[1][i]) != 0)
			tally_add(&run->change[i], r->word[0][i], r->word[1][i]);
	return ask_people(run, r) < 0 || list(run, r) < 0 ? -1 : 0;
}

static int judge_again(struct run *run, struct replayed *r)
{
	const struct report *report = &r->filing.report;
	const struct verdict *old = &r->filing.verdict;

	classify(run->rules, report->text, report->text_len, &r->now);
	say(run, old, r->word[0]);
	say(run, &r->now, r->word[1]);
	run->reports++;
	tally_add(&run->versions, old->rules, old->model[0] != '\0' ? old->model : "no model");
	return is_changed(r) ? take_change(run, r) : 0;
}

/* A piece of a split names a report that came long before. */
static bool brings_report(const struct event *event)
{
	static const char named[] = ",\"report_id\":\"", from[] = ",\"from\":{";
	struct slice head = event_head(event->body);

	if (event->kind != EVENT_INCIDENT_CREATED && event->kind != EVENT_REPORT_RECEIVED)
		return false;
	return memmem(head.text, head.len, named, sizeof(named) - 1) != NULL &&
	       memmem(head.text, head.len, from, sizeof(from) - 1) == NULL;
}

static int take_event(struct run *run, const struct event *event)
{
	struct replayed r = {.event = event};
	int status;

	if (!brings_report(event))
		return 0;
	if (filing_of_event(event, rules_agencies(run->rules), &r.filing, run->err) < 0)
		return -1;
	status = judge_again(run, &r);
	filing_fini(&r.filing);
	return status;
}

static void tell_progress(const struct run *run, uint64_t seq, bool is_last)
{
	if (!isatty(STDERR_FILENO) || (seq % PROGRESS_EVENTS != 0 && !is_last))
		return;
	fprintf(stderr, "\r%llu of %llu events%s", (unsigned long long)seq,
		(unsigned long long)log_reader_head(run->log), is_last ? "\n" : "");
}

static int take_all(struct run *run)
{
	const struct event *event;
	int more;

	while ((more = log_reader_next(run->log, &event, run->err)) > 0) {
		if (take_event(run, event) < 0)
			return -1;
		tell_progress(run, event->seq, event->seq == log_reader_head(run->log));
	}
	return more;
}

/* ---- The sums. ---- */

static const char *model_of(const struct rules *rules)
{
	const char *version = rules_model_version(rules);

	return version[0] != '\0' ? version : "none";
}

static void sort(struct run *run)
{
	tally_sort(&run->versions);
	for (int i = 0; i < ASPECTS; i++)
		tally_sort(&run->change[i]);
}

static void print_sums(const struct run *run)
{
	printf("rules %s, model %s: of %u reports %u would be judged otherwise\n",
	       rules_version(run->rules), model_of(run->rules), run->reports, run->changed);
	puts("judged at the time by rules → model");
	tally_print(&run->versions, stdout);
	for (int i = 0; i < ASPECTS; i++) {
		printf("%s: %u\n", aspect_names[i], tally_sum(&run->change[i]));
		tally_print(&run->change[i], stdout);
	}
	if (run->judged > 0)
		printf("people have decided %u of these themselves: the old verdict agrees "
		       "with %u, the new one with %u\n",
		       run->judged, run->judged_old, run->judged_new);
}

static void put_sums(struct run *run)
{
	struct jsonw *w = &run->out;

	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "rules", rules_version(run->rules));
	jsonw_string(w, "model", model_of(run->rules));
	jsonw_int(w, "reports", run->reports);
	jsonw_int(w, "changed", run->changed);
	tally_write(&run->versions, w, "versions");
	for (int i = 0; i < ASPECTS; i++)
		tally_write(&run->change[i], w, aspect_names[i]);
	jsonw_open(w, "people", '{');
	jsonw_int(w, "decided", run->judged);
	jsonw_int(w, "old_agrees", run->judged_old);
	jsonw_int(w, "new_agrees", run->judged_new);
	jsonw_close(w, '}');
	jsonw_close(w, '}');
	printf("],\n\"sum\":%s}\n", jsonw_text(w));
}

static int replay_log(struct run *run)
{
	if (run->wish->is_json)
		printf("{\"changes\":[");
	if (take_all(run) < 0)
		return -1;
	sort(run);
	if (run->wish->is_json)
		put_sums(run);
	else
		print_sums(run);
	return fflush(stdout) == 0 ? 0 : err_set(run->err, ERR_IO, "cannot be written");
}

int replay(const struct rules *rules, const struct replay_wish *wish, struct err *err)
{
	struct run run = {.rules = rules, .wish = wish, .err = err};
	int status;

	if (log_reader_open(&run.log, wish->dir, rules_agencies(rules), err) < 0)
		return -1;
	jsonw_init(&run.out, 4096);
	status = replay_log(&run);
	jsonw_fini(&run.out);
	log_reader_close(&run.log);
	tally_fini(&run.versions);
	for (int i = 0; i < ASPECTS; i++)
		tally_fini(&run.change[i]);
	return status;
}
