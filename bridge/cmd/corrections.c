#include "cmd/corrections.h"

#include <inttypes.h>
#include <jansson.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "core/mask.h"

/* One decision about a text, or about a pair: of those with one key the last one counts. */
struct decision {
	char key[2][ID_SIZE]; /* an incident and ""; or two reports, in order */
	uint64_t seq;
	int64_t at_ms;
	bool is_same; /* a pair is one matter */
};

struct decisions {
	unsigned count, room;
	struct decision *item;
};

struct gathering {
	struct log_reader *reader;
	struct decisions texts, pairs;
	FILE *to;
	struct jsonw row;
	struct err *err;
};

/* ---- What was decided. ---- */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static void add(struct decisions *all, const struct event *event, const char *a, const char *b,
		bool is_same)
{
	struct decision *d;

	if (all->count == all->room) {
		all->room = 2 * all->room + 64;
		all->item = xrealloc(all->item, all->room * sizeof(*all->item));
	}
	d = &all->item[all->count++];
	*d = (struct decision){.seq = event->seq, .at_ms = event->at_ms, .is_same = is_same};
	snprintf(d->key[0], ID_SIZE, "%s", a);
	snprintf(d->key[1], ID_SIZE, "%s", b);
}

static void add_pair(struct gathering *g, const struct event *event, const char *a,
		     const char *b, bool is_same)
{
	int order = strcmp(a, b);

	if (a[0] != '\0' && b[0] != '\0' && order != 0)
		add(&g->pairs, event, order < 0 ? a : b, order < 0 ? b : a, is_same);
}

static const char *first_report(const json_t *incident)
{
	const char *id =
		json_string_value(json_array_get(json_object_get(incident, "reports"), 0));

	return id != NULL ? id : "";
}

/* Two reports stand for the two incidents. Told once, by the one that took the other in. */
static void note_merge(struct gathering *g, const struct event *event, const json_t *frame)
{
	add_pair(g, event, first_report(json_object_get(frame, "merged")),
		 first_report(json_object_get(frame, "incident")), true);
}

static void note_split(struct gathering *g, const struct event *event, const json_t *frame)
{
	const char *rest = first_report(json_object_get(frame, "incident"));
	const json_t *list = json_object_get(frame, "split");

	for (size_t i = 0; i < json_array_size(list); i++)
		add_pair(g, event, text_of(json_array_get(list, i), "report_id"), rest, false);
}

static void note(struct gathering *g, const struct event *event)
{
	json_auto_t *frame =
		json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
	const char *action = text_of(frame, "action");

	if (json_is_true(json_object_get(frame, "exercise")))
		return;
	if (strcmp(action, "reclassify") == 0 || strcmp(action, "close") == 0)
		add(&g->texts, event, event->incident_id, "", false);
	else if (strcmp(action, "merge") == 0)
		note_merge(g, event, frame);
	else if (strcmp(action, "split") == 0)
		note_split(g, event, frame);
}

/* Most events are none: only what holds a decision is read as JSON. */
static int gather(struct gathering *g)
{
	static const char mark[] = ",\"action\":\"";
	const struct event *event;
	int more;

	while ((more = log_reader_next(g->reader, &event, g->err)) > 0) {
		struct slice head = event_head(event->body);

		if (head.len > 0 && memmem(head.text, head.len, mark, sizeof(mark) - 1) != NULL)
			note(g, event);
	}
	return more;
}

static int compare_keys(const struct decision *x, const struct decision *y)
{
	int order = strcmp(x->key[0], y->key[0]);

	return order != 0 ? order : strcmp(x->key[1], y->key[1]);
}

static int compare(const void *a, const void *b)
{
	const struct decision *x = a, *y = b;
	int order = compare_keys(x, y);

	return order != 0 ? order : (x->seq > y->seq) - (x->seq < y->seq);
}

static int compare_seq(const void *a, const void *b)
{
	const struct decision *x = a, *y = b;

	return (x->seq > y->seq) - (x->seq < y->seq);
}

/* The last of each key, in the order in which they were decided. */
static void keep_last(struct decisions *all)
{
	unsigned kept = 0;

	if (all->count == 0)
		return;
	qsort(all->item, all->count, sizeof(*all->item), compare);
	for (unsigned i = 0; i < all->count; i++)
		if (i + 1 == all->count || compare_keys(&all->item[i], &all->item[i + 1]) != 0)
			all->item[kept++] = all->item[i];
	all->count = kept;
	qsort(all->item, all->count, sizeof(*all->item), compare_seq);
}

/* ---- A report, as it may leave. ---- */

struct filed {
	json_t *frame;
	const json_t *facts; /* within frame: its text, verdict, place */
	char *text;          /* masked */
	int64_t at_ms;
};

static void filed_fini(struct filed *f)
{
	json_decref(f->frame);
	xfree(f->text);
}

static void mask_filed(struct filed *f, const struct buf *raw)
{
	json_auto_t *body = json_loadb((const char *)raw->data, raw->len, 0, NULL);
	const json_t *reporter = json_object_get(body, "reporter");
	const json_t *text = json_object_get(f->facts, "text");
	struct mask_known known;

	mask_know(&known, json_string_value(json_object_get(reporter, "name")),
		  json_string_value(json_object_get(reporter, "phone")));
	f->text = mask_text(json_string_value(text), json_string_length(text), &known);
}

static int mask_report(struct gathering *g, struct filed *f, uint64_t seq)
{
	struct buf *raw = NULL;
	int found = log_reader_raw(g->reader, seq, &raw, g->err);

	if (found > 0) {
		mask_filed(f, raw);
		buf_unref(&raw);
	}
	return found; /* 0: nobody knows any more whose names it may hold */
}

/* A further report's facts stand beside the incident's. */
static const json_t *facts_of(const json_t *frame)
{
	const json_t *report = json_object_get(frame, "report");

	return report != NULL ? report : json_object_get(frame, "incident");
}

static bool may_leave(const json_t *facts)
{
	const char *anonymity = text_of(facts, "anonymity");

	return json_is_string(json_object_get(facts, "text")) &&
	       (strcmp(anonymity, "public") == 0 || strcmp(anonymity, "anonymous") == 0);
}

/* 1: it is read and masked. 0: it stays where it is. */
static int read_filed(struct gathering *g, const char *report_id, struct filed *f)
{
	struct event event;
	int found = log_reader_first_of_report(g->reader, report_id, &event, g->err);

	*f = (struct filed){0};
	if (found <= 0)
		return found;
	f->at_ms = event.at_ms;
	f->frame = json_loadb((const char *)event.body->data, event.body->len, 0, NULL);
	f->facts = facts_of(f->frame);
	buf_unref(&event.body);
	found = may_leave(f->facts) ? mask_report(g, f, event.seq) : 0;
	if (found <= 0)
		filed_fini(f);
	return found;
}

/* ---- Rows. ---- */

static void copy(struct jsonw *w, const char *key, const json_t *object)
{
	char *text = json_dumps(json_object_get(object, key), JSON_COMPACT | JSON_ENCODE_ANY);

	if (text != NULL)
		jsonw_raw(w, key, text, strlen(text));
	free(text);
}

static void write_was(struct jsonw *w, const json_t *facts)
{
	static const char *const members[] = {"disposition", "priority", "category", "agencies",
					      "confidence",  "rules",    "model"};

	jsonw_open(w, "was", '{');
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		copy(w, members[i], facts);
	jsonw_close(w, '}');
}

/* What happened to nothing may still have been told in earnest: the next such report has to
 * ring again, so it is no routine and no noise. */
static const char *class_of(const json_t *incident)
{
	const char *outcome = text_of(incident, "outcome");

	if (strcmp(outcome, "prank") == 0)
		return "noise";
	return strcmp(outcome, "no_event") == 0 ? outcome : text_of(incident, "disposition");
}

static bool is_corrected(const json_t *incident)
{
	const char *outcome = text_of(incident, "outcome");

	return text_of(incident, "judged_by")[0] != '\0' || strcmp(outcome, "prank") == 0 ||
	       strcmp(outcome, "no_event") == 0;
}

static int put_row(struct gathering *g)
{
	const char *text = jsonw_text(&g->row);

	if (fputs(text, g->to) < 0 || fputc('\n', g->to) < 0)
		return err_set(g->err, ERR_IO, "cannot be written");
	return 1;
}

static int write_text(struct gathering *g, const struct decision *d, const json_t *incident,
		      const struct filed *f)
{
	struct jsonw *w = &g->row;

	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", first_report(incident));
	jsonw_string(w, "text", f->text);
	jsonw_string(w, "class", class_of(incident));
	jsonw_int(w, "severity", json_integer_value(json_object_get(incident, "priority")));
	copy(w, "category", incident);
	copy(w, "agencies", incident);
	copy(w, "outcome", incident);
	copy(w, "source", f->facts);
	jsonw_time(w, "decided_at", d->at_ms);
	write_was(w, f->facts);
	jsonw_close(w, '}');
	return put_row(g);
}

static int write_decision(struct gathering *g, const struct decision *d)
{
	struct event event;
	struct filed f;
	json_auto_t *frame = NULL;
	const json_t *incident;
	int found = log_reader_last_of_incident(g->reader, d->key[0], &event, g->err);

	if (found <= 0)
		return found;
	frame = json_loadb((const char *)event.body->data, event.body->len, 0, NULL);
	incident = json_object_get(frame, "incident");
	buf_unref(&event.body);
	if (!is_corrected(incident))
		return 0;
	found = read_filed(g, first_report(incident), &f);
	if (found <= 0)
		return found;
	found = write_text(g, d, incident, &f);
	filed_fini(&f);
	return found;
}

static void write_number(struct jsonw *w, const char *key, const json_t *object,
			 const char *member)
{
	/* A hundred metres: enough to say how far apart two are, not who lives there. */
	double value = json_number_value(json_object_get(object, member));

	jsonw_decimal(w, key, lround(value * 1000), 3);
}

static void write_side(struct jsonw *w, char side, const char *id, const struct filed *f)
{
	const json_t *location = json_object_get(f->facts, "location");
	char key[6][16];

	for (int i = 0; i < 6; i++)
		snprintf(key[i], sizeof(key[i]), "%s_%c",
			 (const char *const[]){"id", "text", "created_at", "lat", "lon",
					       "kelurahan"}[i],
			 side);
	jsonw_string(w, key[0], id);
	jsonw_string(w, key[1], f->text);
	jsonw_time(w, key[2], f->at_ms);
	if (json_is_number(json_object_get(location, "lat"))) {
		write_number(w, key[3], location, "lat");
		write_number(w, key[4], location, "lon");
	} else if (json_is_string(json_object_get(location, "area"))) {
		jsonw_string(w, key[5], text_of(location, "area"));
	}
}

static int write_sides(struct gathering *g, const struct decision *d, const struct filed *a,
		       const struct filed *b)
{
	struct jsonw *w = &g->row;

	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_bool(w, "same", d->is_same);
	write_side(w, 'a', d->key[0], a);
	write_side(w, 'b', d->key[1], b);
	jsonw_time(w, "decided_at", d->at_ms);
	jsonw_close(w, '}');
	return put_row(g);
}

static int write_pair(struct gathering *g, const struct decision *d)
{
	struct filed a, b;
	int found = read_filed(g, d->key[0], &a);

	if (found <= 0)
		return found;
	found = read_filed(g, d->key[1], &b);
	if (found > 0) {
		found = write_sides(g, d, &a, &b);
		filed_fini(&b);
	}
	filed_fini(&a);
	return found;
}

static int write_all(struct gathering *g, struct decisions *all, int64_t since_ms,
		     int (*write)(struct gathering *, const struct decision *),
		     unsigned *count_r)
{
	keep_last(all);
	for (unsigned i = 0; i < all->count; i++) {
		int written = all->item[i].at_ms < since_ms ? 0 : write(g, &all->item[i]);

		if (written < 0)
			return -1;
		*count_r += (unsigned)written;
	}
	return 0;
}

int corrections_write(struct log_reader *reader, int64_t since_ms, FILE *to,
		      struct corrections_count *count_r, struct err *err)
{
	struct gathering g = {.reader = reader, .to = to, .err = err};
	struct corrections_count count = {0};
	int status;

	jsonw_init(&g.row, 4096);
	status = gather(&g);
	if (status == 0)
		status = write_all(&g, &g.texts, since_ms, write_decision, &count.texts);
	if (status == 0)
		status = write_all(&g, &g.pairs, since_ms, write_pair, &count.pairs);
	jsonw_fini(&g.row);
	xfree(g.texts.item);
	xfree(g.pairs.item);
	*count_r = count;
	return status;
}
