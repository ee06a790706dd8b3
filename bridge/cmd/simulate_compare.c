#include "cmd/simulate_compare.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define PAGE      1000
#define TURNS_MAX 50

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static int ask(struct client *client, const char *path, json_t **doc_r, struct err *err)
{
	long status;

	if (simulate_ask(client, path, NULL, &status, doc_r, err) < 0)
		return -1;
	if (status == 200)
		return 0;
	json_decref(*doc_r);
	*doc_r = NULL;
	return err_set(err, ERR_IO, "%.60s: the bridge says %ld", path, status);
}

/* ---- The log. ---- */

static int read_page(struct client *client, struct fold *fold, bool *is_last_r, struct err *err)
{
	json_auto_t *doc = NULL;
	const json_t *event;
	char path[64];
	uint64_t next;
	size_t i;

	snprintf(path, sizeof(path), "/v1/events?after=%" PRIu64 "&limit=%d", fold->seq, PAGE);
	if (ask(client, path, &doc, err) < 0)
		return -1;
	json_array_foreach(json_object_get(doc, "events"), i, event) fold_event(fold, event);
	next = (uint64_t)json_integer_value(json_object_get(doc, "next"));
	if (next > fold->seq) /* what we may not see counts too */
		fold->seq = next;
	*is_last_r = fold->seq >= (uint64_t)json_integer_value(json_object_get(doc, "seq"));
	return 0;
}

int compare_read_log(struct client *client, struct fold *fold, struct err *err)
{
	bool is_last = false;

	while (!is_last)
		if (read_page(client, fold, &is_last, err) < 0)
			return -1;
	return 0;
}

/* ---- The bridge's own counters. ---- */

static void take_line(json_t *counters, char *line)
{
	char *blank = strchr(line, ' ');

	if (line[0] == '#' || blank == NULL || strchr(line, '{') != NULL)
		return;
	*blank = '\0';
	(void)json_object_set_new(counters, line, json_integer(strtoll(blank + 1, NULL, 10)));
}

int compare_counters(struct client *client, json_t **counters_r, struct err *err)
{
	struct client_answer answer;
	char *line, *rest;

	if (client_ask(client, "/metrics", NULL, &answer, err) < 0)
		return -1;
	if (answer.status != 200) {
		xfree(answer.body);
		return err_set(err, ERR_IO, "/metrics: the bridge says %ld", answer.status);
	}
	*counters_r = json_object();
	rest = answer.body;
	while ((line = strsep(&rest, "\n")) != NULL)
		take_line(*counters_r, line);
	xfree(answer.body);
	return 0;
}

/* ---- Laid beside each other. ---- */

static void differ(struct compare *compare, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void differ(struct compare *compare, const char *fmt, ...)
{
	va_list args;

	if (compare->count < DIFFERENCES_MAX) {
		va_start(args, fmt);
		vsnprintf(compare->difference[compare->count], sizeof(compare->difference[0]),
			  fmt, args);
		va_end(args);
	}
	compare->count++;
}

static void compare_number(struct compare *compare, const char *what, json_int_t log,
			   json_int_t live)
{
	compare->compared++;
	if (log != live)
		differ(compare, "%s: log %" JSON_INTEGER_FORMAT ", live %" JSON_INTEGER_FORMAT,
		       what, log, live);
}

/* What was counted since; a bridge that was started meanwhile counts from nothing. */
static void compare_since(struct compare *compare, const json_t *before, const json_t *now,
			  const char *name, unsigned log)
{
	json_int_t was = json_integer_value(json_object_get(before, name));
	json_int_t is = json_integer_value(json_object_get(now, name));

	if (is >= was)
		compare_number(compare, name, log, is - was);
}

static void compare_incident(struct compare *compare, const json_t *live)
{
	const struct fold_incident *log = fold_find(&compare->fold, text_of(live, "id"));

	if (log == NULL) /* nothing of it came since the simulation began */
		return;
	compare->compared++;
	if (!json_equal(log->state, live))
		differ(compare,
		       "%s: log version %" JSON_INTEGER_FORMAT
		       ", live version %" JSON_INTEGER_FORMAT,
		       log->id, json_integer_value(json_object_get(log->state, "version")),
		       json_integer_value(json_object_get(live, "version")));
}

/* Every live one, and none that the log says is open is missing. */
static int compare_incidents(struct compare *compare, struct client *client, struct err *err)
{
	char path[160], cursor[96] = "";
	unsigned open = 0, live = 0;

	do {
		json_auto_t *doc = NULL;
		const json_t *one;
		size_t i;

		snprintf(path, sizeof(path), "/v1/incidents?status=live&limit=200%s%s",
			 cursor[0] != '\0' ? "&cursor=" : "", cursor);
		if (ask(client, path, &doc, err) < 0)
			return -1;
		json_array_foreach(json_object_get(doc, "incidents"), i, one)
		{
			live += fold_find(&compare->fold, text_of(one, "id")) != NULL;
			compare_incident(compare, one);
		}
		snprintf(cursor, sizeof(cursor), "%s", text_of(doc, "next"));
	} while (cursor[0] != '\0');
	for (unsigned i = 0; i < compare->fold.incident_count; i++)
		open += fold_is_open(compare->fold.incident[i]);
	compare_number(compare, "open incidents", open, live);
	return 0;
}

static int compare_units(struct compare *compare, struct client *client, struct err *err)
{
	json_auto_t *doc = NULL;
	const json_t *one;
	size_t i;

	if (ask(client, "/v1/units", &doc, err) < 0)
		return -1;
	json_array_foreach(json_object_get(doc, "units"), i, one)
	{
		for (unsigned u = 0; u < compare->fold.unit_count; u++) {
			const struct fold_unit *log = &compare->fold.unit[u];

			if (strcmp(log->id, text_of(one, "id")) != 0)
				continue;
			compare->compared++;
			if (!json_equal(json_object_get(log->state, "status"),
					json_object_get(one, "status")) ||
			    !json_equal(json_object_get(log->state, "jobs"),
					json_object_get(one, "jobs")))
				differ(compare, "%s: log %s, live %s", log->id,
				       text_of(log->state, "status"), text_of(one, "status"));
		}
	}
	return 0;
}

/* Of one part's wait: what it raises, or "". */
static const char *raised_by(const json_t *part, const char *slot)
{
	return text_of(json_object_get(part, slot), "alarm");
}

static bool is_shown(const json_t *alarms, const char *incident_id, const json_t *part,
		     const char *slot)
{
	const json_t *wait = json_object_get(part, slot), *one;
	size_t i;

	json_array_foreach(alarms, i, one)
	{
		if (strcmp(text_of(one, "incident_id"), incident_id) == 0 &&
		    strcmp(text_of(one, "agency"), text_of(part, "agency")) == 0 &&
		    strcmp(text_of(one, "kind"), text_of(wait, "alarm")) == 0 &&
		    json_equal(json_object_get(one, "level"), json_object_get(wait, "level")))
			return true;
	}
	return false;
}

static unsigned compare_waits(struct compare *compare, const struct fold_incident *incident)
{
	static const char *const slots[] = {"escalation", "arrival"};
	const json_t *part;
	unsigned raised = 0;
	size_t i;

	json_array_foreach(json_object_get(incident->state, "assignments"), i, part)
	{
		for (size_t s = 0; s < 2; s++) {
			if (raised_by(part, slots[s])[0] == '\0')
				continue;
			raised++;
			compare->compared++;
			if (!is_shown(compare->alarms, incident->id, part, slots[s]))
				differ(compare, "%s: alarm %s of %s is in the log alone",
				       incident->id, raised_by(part, slots[s]),
				       text_of(part, "agency"));
		}
	}
	return raised;
}

/* Others are raised by people and by the bridge's own state, and follow from no wait. */
static bool is_of_wait(const json_t *alarm)
{
	static const char *const kinds[] = {"new", "unsure", "silent_unit", "late"};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(text_of(alarm, "kind"), kinds[i]) == 0)
			return true;
	return false;
}

/* What is open and not folded away raises what its parts wait for, and nothing else is raised.
 */
static void compare_alarms(struct compare *compare)
{
	const struct fold *fold = &compare->fold;
	const json_t *one;
	unsigned log = 0, live = 0;
	size_t i;

	for (unsigned n = 0; n < fold->incident_count; n++) {
		const struct fold_incident *incident = fold->incident[n];

		if (fold_is_open(incident) && !fold_is_represented(fold, incident))
			log += compare_waits(compare, incident);
	}
	json_array_foreach(compare->alarms, i, one)
	{
		live += is_of_wait(one) && fold_find(fold, text_of(one, "incident_id")) != NULL;
	}
	compare_number(compare, "alarms", log, live);
}

static void compare_counts(struct compare *compare, const json_t *before, const json_t *now)
{
	const struct fold_counts *counts = &compare->fold.counts;

	compare_number(compare, "tangi_head_seq", (json_int_t)compare->fold.seq,
		       json_integer_value(json_object_get(now, "tangi_head_seq")));
	compare_since(compare, before, now, "tangi_reports_stored_total", counts->reports);
	compare_since(compare, before, now, "tangi_escalations_total", counts->escalations);
}

/* ---- All of it, while nothing moves. ---- */

static int look_once(struct compare *compare, struct simulation *sim, const json_t *before,
		     struct err *err)
{
	struct client *client = sim->people.overseer;
	json_auto_t *counters = NULL, *alarms = NULL;

	compare->count = compare->compared = 0;
	if (compare_read_log(client, &compare->fold, err) < 0 ||
	    ask(client, "/v1/alarms", &alarms, err) < 0 ||
	    compare_counters(client, &counters, err) < 0)
		return -1;
	json_decref(compare->alarms);
	compare->alarms = json_incref(json_object_get(alarms, "alarms"));
	compare_alarms(compare);
	compare_counts(compare, before, counters);
	if (compare_incidents(compare, client, err) < 0)
		return -1;
	return compare_units(compare, client, err);
}

int compare_views(struct compare *compare_r, struct simulation *sim, const json_t *before,
		  struct err *err)
{
	*compare_r = (struct compare){.fold = {.seq = sim->from_seq}};
	for (int turn = 0; turn < TURNS_MAX; turn++) {
		uint64_t seq;
		struct fold_counts counts;

		if (look_once(compare_r, sim, before, err) < 0)
			return -1;
		seq = compare_r->fold.seq;
		counts = compare_r->fold.counts;
		if (compare_read_log(sim->people.overseer, &compare_r->fold, err) < 0)
			return -1;
		if (compare_r->fold.seq == seq &&
		    compare_r->fold.counts.events == counts.events)
			return 0;
	}
	return err_set(err, ERR_BUSY, "the log moves on faster than it can be compared");
}

void compare_fini(struct compare *compare)
{
	fold_fini(&compare->fold);
	json_decref(compare->alarms);
	*compare = (struct compare){.count = 0};
}
