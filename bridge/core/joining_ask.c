/* A report on its way to the store and back. */
#include <math.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/joining_private.h"

/* The likeliest of one matter. */
struct likely {
	const struct recent_report *report;
	double score;
};

struct question {
	struct joining *joining;
	const struct report *report;
	const struct verdict *verdict;
	struct gist gist;
	struct likely same;               /* report NULL: none is surely one with it */
	struct likely alike[SIMILAR_MAX]; /* the likeliest first, each of another matter */
	unsigned alike_count;
};

/* ---- Who it is. ---- */

/* Digits alone, and the country's as the trunk's 0: "+62 812-3" is "08123". */
static size_t digits_of(const char *phone, char *digits_r, size_t size)
{
	size_t len = 0;

	if (strncmp(phone, "+62", 3) == 0) {
		digits_r[len++] = '0';
		phone += 3;
	}
	for (; *phone != '\0' && len < size; phone++)
		if (*phone >= '0' && *phone <= '9')
			digits_r[len++] = *phone;
	return len;
}

/* 0: not known, or asked not to be used. */
static uint64_t caller_of(const struct joining *joining, const struct report *report)
{
	const char *phone = json_string_value(
		json_object_get(json_object_get(report->doc, "reporter"), "phone"));
	unsigned char hash[crypto_shorthash_BYTES];
	char digits[24];
	uint64_t caller;
	size_t len;

	if (phone == NULL || report->anonymity != ANONYMITY_PUBLIC)
		return 0;
	len = digits_of(phone, digits, sizeof(digits));
	if (len < 6)
		return 0;
	(void)crypto_shorthash(hash, (const unsigned char *)digits, len, joining->caller_key);
	memcpy(&caller, hash, sizeof(caller));
	return caller;
}

/* ---- What is like it. ---- */

static int64_t apart_ms(const struct gist *a, const struct gist *b)
{
	return a->at_ms > b->at_ms ? a->at_ms - b->at_ms : b->at_ms - a->at_ms;
}

/* A matter is where its first report is: else each link would carry it a little further, and a
 * flood would be one incident from end to end. */
static bool is_about(const struct question *question, const struct matter *matter)
{
	struct comparison c;

	similar_compare(&question->gist, &matter_first(matter)->gist, &c);
	return c.sign[SIMILAR_FAR] < 1 && c.sign[SIMILAR_KIND] < 1;
}

/* What is shown under another's card must not become more urgent there, out of sight. */
static bool would_hide(const struct question *question, const struct matter *matter)
{
	return matter->folded_into[0] != '\0' && question->verdict->priority < matter->priority;
}

static bool is_same(const struct question *question, const struct recent_report *other,
		    const struct comparison *c, double score)
{
	const struct similar_rules *rules = question->joining->similar;

	return score >= rules->link && !joining_is_call(question->report->source) &&
	       similar_may_join(rules, &question->gist, &other->gist, c) &&
	       is_about(question, other->matter) && !would_hide(question, other->matter);
}

/* Where one of its matter stands, or the end. */
static unsigned place_of(const struct question *question, const struct matter *matter)
{
	unsigned i = 0;

	while (i < question->alike_count && question->alike[i].report->matter != matter)
		i++;
	return i;
}

static void keep_alike(struct question *question, const struct recent_report *other,
		       double score)
{
	unsigned i = place_of(question, other->matter);

	if (i < question->alike_count && question->alike[i].score >= score)
		return;
	if (i == question->alike_count && i < SIMILAR_MAX)
		question->alike_count++;
	else if (i == SIMILAR_MAX && question->alike[--i].score >= score)
		return;
	for (; i > 0 && question->alike[i - 1].score < score; i--)
		question->alike[i] = question->alike[i - 1];
	question->alike[i] = (struct likely){.report = other, .score = score};
}

static void weigh(struct question *question, const struct recent_report *other)
{
	const struct joining *joining = question->joining;
	struct comparison c;
	double score;

	if (other->matter->is_exercise != question->report->is_exercise ||
	    apart_ms(&question->gist, &other->gist) > joining->settings.window_min * 60000 ||
	    similar_is_elsewhere(&question->gist, &other->gist))
		return;
	similar_compare(&question->gist, &other->gist, &c);
	score = similar_score(joining->similar, &c);
	if (score > question->same.score && is_same(question, other, &c, score))
		question->same = (struct likely){.report = other, .score = score};
	if (score >= joining->similar->suggest &&
	    similar_may_suggest(&question->gist, &other->gist, &c))
		keep_alike(question, other, score);
}

static void look(struct question *question)
{
	struct recent_report *found[RECENT_FOUND_MAX];
	unsigned count = recent_look(question->joining->recent, &question->gist, found,
				     RECENT_FOUND_MAX);

	for (unsigned i = 0; i < count; i++)
		weigh(question, found[i]);
}

static void add_link(const struct question *question, const struct recent_report *other,
		     struct store_links *links)
{
	memcpy(links->link[links->count].report_id, other->id, ID_SIZE);
	similar_explain(question->joining->similar, &question->gist, &other->gist,
			question->report->text, &question->joining->scratch,
			&links->link[links->count].likeness);
	links->count++;
}

/* When it is surely one, the others still stand behind it: should that one not be there any
 * more, they are what a person is shown. */
static struct store_links *links_of(const struct question *question)
{
	const struct recent_report *same = question->same.report;
	struct store_links *links;

	if (same == NULL && question->alike_count == 0)
		return NULL;
	links = xcalloc(1, sizeof(*links));
	links->is_same = same != NULL;
	if (same != NULL)
		add_link(question, same, links);
	for (unsigned i = 0; i < question->alike_count && links->count < SIMILAR_MAX; i++)
		if (same == NULL || question->alike[i].report->matter != same->matter)
			add_link(question, question->alike[i].report, links);
	return links;
}

/* From now on it is found by those that come after it, stored or not. */
static void take_up(const struct question *question)
{
	const struct report *report = question->report;
	struct matter *matter =
		question->same.report != NULL ? question->same.report->matter : NULL;
	bool is_new = matter == NULL;

	matter = recent_add(question->joining->recent, matter, report->id, &question->gist,
			    joining_is_call(report->source))
			 ->matter;
	if (!is_new)
		return;
	matter->is_exercise = report->is_exercise;
	matter->priority = question->verdict->priority;
	matter->report_count = 1;
}

struct store_links *joining_ask(struct joining *joining, const struct report *report,
				const struct verdict *verdict, const struct location *location,
				int64_t at_ms)
{
	struct question question = {.joining = joining, .report = report, .verdict = verdict};
	struct gist_of of = {.text = report->text,
			     .len = report->text_len,
			     .verdict = verdict,
			     .location = location,
			     .at_ms = at_ms,
			     .caller = caller_of(joining, report)};
	struct store_links *links;

	if (!joining_works(joining) || report->anonymity == ANONYMITY_SECRET)
		return NULL;
	joining_take(joining, &of, &question.gist);
	look(&question);
	links = links_of(&question);
	take_up(&question);
	return links;
}

/* ---- What came of it. ---- */

static void is_one_more(struct joining *joining, struct matter *matter,
			const struct store_request *request)
{
	matter->report_count++;
	if (request->verdict.priority < matter->priority)
		matter->priority = request->verdict.priority;
	metrics_add(joining->metrics, METRIC_REPORTS_LINKED, 1);
}

static void is_by_itself(struct joining *joining, struct matter *matter,
			 const struct store_request *request)
{
	matter->is_exercise = request->in.report->is_exercise;
	matter->priority = request->verdict.priority;
	matter->report_count = 1;
	recent_name(joining->recent, matter, request->incident_id);
	if (request->links != NULL)
		metrics_add(joining->metrics, METRIC_REPORTS_SUGGESTED, 1);
}

/* It lies where the ledger put it, whatever was thought of it here. */
static void find_home(struct joining *joining, struct recent_report *report,
		      const struct store_request *request)
{
	struct matter *matter = recent_matter(joining->recent, request->incident_id);

	if (matter != NULL) {
		is_one_more(joining, recent_move(joining->recent, report, matter), request);
		return;
	}
	matter = report->matter;
	if (matter->id[0] != '\0')
		matter = recent_move(joining->recent, report, NULL);
	is_by_itself(joining, matter, request);
}

void joining_tell(struct joining *joining, const struct store_request *request)
{
	struct recent_report *report = recent_find(joining->recent, request->in.report->id);

	if (report == NULL)
		return;
	if (request->answer == STORE_STORED) {
		find_home(joining, report, request);
		surge_look(joining, report);
	} else {
		recent_drop(joining->recent, report);
	}
	joining_count(joining);
}
