/* What a further report, or another incident, adds to an incident, and how what was added is
 * taken out again as if it had never been there.
 *
 * Adding raises and never lowers: the most urgent priority and disposition, all agencies. What
 * a person has judged keeps its category. Crews that were sent hear what is different. Taking
 * out is telling the incident's past once more without the thing (replay): so everything that
 * came before and after it stands as it would have stood. Pure; any thread. */
#pragma once

#include "model/event.h"

/* A report's own facts, as the event that brought it tells them. */
struct filing {
	struct report report; /* id, source, kind, anonymity, text, is_exercise; the rest is
				 empty, the strings are borrowed from doc */
	struct verdict verdict;
	struct location location;
	char tracking_id[TRACKING_SIZE];
	int order;     /* by what is known of its caller */
	int64_t at_ms; /* when it came */
	json_t *doc;   /* owned; NULL in one that was put together from a report */
};

/* Of the event that named the report first: incident.created or report.received. ERR_INVALID:
 * it holds none. */
int filing_of_event(const struct event *event, const struct agencies *agencies,
		    struct filing *filing_r, struct err *err) MUST_CHECK;
void filing_fini(struct filing *filing);
/* As the member "report" of an event. */
void filing_write(const struct filing *filing, const struct agencies *agencies,
		  struct jsonw *w);

/* May a report be linked to it by the bridge itself? What is secret never meets anything else,
 * an exercise never what is real, and what is closed is over. */
bool incident_may_link(const struct incident *incident, const struct report *report);
void incident_add_report(struct incident *incident, const struct filing *filing, int64_t at_ms);

/* May one be merged into the other by a person? err->field is "into". */
int incident_may_merge(const struct incident *from, const struct incident *into,
		       struct err *err) MUST_CHECK;
/* other is as it was before its merge. */
void incident_take_in(struct incident *incident, const struct incident *other, int64_t at_ms);

/* What a reclassification named: that counts also where it confirmed what stood already. */
enum judged { JUDGED_CATEGORY = 1, JUDGED_PRIORITY = 2, JUDGED_AGENCIES = 4 };

/* Replay: what a decision changed between two states, done to a third. judged: 0, or of a
 * reclassification the bits of what it named. */
void incident_follow(struct incident *incident, const struct incident *before,
		     const struct incident *after, unsigned judged);
/* Units that were sent stay where they were sent, whatever is taken out: takes from's orders,
 * and the parts of those that are under way. */
void incident_keep_orders(struct incident *incident, struct incident *from);
