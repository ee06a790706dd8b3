/* What the log says happened since: reports that came another way than through this run's
 * intake, and what people have decided. */
#include <string.h>

#include "base/log.h"
#include "core/joining_private.h"
#include "core/rules_private.h"
#include "store/backend.h"

#define HEAD_MAX 1024 /* of a frame: report_id stands before everything that people wrote */

/* ---- A report. ---- */

static bool report_id_of(const struct event *event, char id_r[ID_SIZE])
{
	static const char mark[] = "\"report_id\":\"";
	size_t len = event->body->len < HEAD_MAX ? event->body->len : HEAD_MAX;
	const char *at = memmem(event->body->data, len, mark, sizeof(mark) - 1);

	if (at != NULL && at + sizeof(mark) - 1 + ID_LEN > (char *)event->body->data + len)
		at = NULL;
	snprintf(id_r, ID_SIZE, "%.*s", ID_LEN, at != NULL ? at + sizeof(mark) - 1 : "");
	return id_is(id_r, 'R');
}

static void name_new(struct joining *joining, struct matter *matter, const char *incident_id,
		     const struct filing *filing)
{
	matter->is_exercise = filing->report.is_exercise;
	matter->priority = filing->verdict.priority;
	recent_name(joining->recent, matter, incident_id);
}

/* Who it was and when it came are known better here than from the event of a split. */
static void take_again(struct joining *joining, struct recent_report *report,
		       struct matter *matter, struct gist *gist, const char *incident_id,
		       const struct filing *filing)
{
	bool is_other = report->matter != matter;

	gist->at_ms = report->gist.at_ms;
	gist->caller = report->gist.caller;
	report->gist = *gist;
	if (is_other && matter == NULL)
		name_new(joining, recent_move(joining->recent, report, NULL), incident_id,
			 filing);
	else if (is_other)
		(void)recent_move(joining->recent, report, matter);
	recent_settle(joining->recent, report->matter);
}

static void take_anew(struct joining *joining, struct matter *matter, const struct gist *gist,
		      const char *incident_id, const struct filing *filing)
{
	bool is_new = matter == NULL;

	matter = recent_add(joining->recent, matter, filing->report.id, gist,
			    joining_is_call(filing->report.source))
			 ->matter;
	if (is_new)
		name_new(joining, matter, incident_id, filing);
	if (filing->verdict.priority < matter->priority)
		matter->priority = filing->verdict.priority;
	matter->report_count++;
}

static void put_filing(struct joining *joining, const struct filing *filing,
		       const char *incident_id)
{
	struct gist_of of = {.text = filing->report.text,
			     .len = filing->report.text_len,
			     .verdict = &filing->verdict,
			     .location = &filing->location,
			     .at_ms = filing->at_ms};
	struct recent_report *known = recent_find(joining->recent, filing->report.id);
	struct matter *matter = recent_matter(joining->recent, incident_id);
	struct gist gist;

	if (filing->report.anonymity == ANONYMITY_SECRET || filing->report.is_from_paper)
		return;
	joining_take(joining, &of, &gist);
	if (known != NULL)
		take_again(joining, known, matter, &gist, incident_id, filing);
	else if (!joining_is_over(joining, filing->at_ms))
		take_anew(joining, matter, &gist, incident_id, filing);
}

/* ---- An incident as it stands. ---- */

static void take_judgement(const struct joining *joining, const struct incident *incident,
			   struct matter *matter)
{
	struct gist gist = {0};

	matter->is_judged = incident->judged_by[0] != '\0';
	gist_set_kind(&gist, joining->rules, incident->verdict.category);
	matter->category = gist.category;
	matter->group = gist.group;
	matter->lead = gist.lead;
	matter->is_placed = incident->location.from == LOCATION_PERSON;
	gist_set_place(&gist, &incident->location);
	matter->has_point = gist.has_point;
	matter->lat_e7 = gist.lat_e7;
	matter->lon_e7 = gist.lon_e7;
	matter->accuracy_m = gist.accuracy_m;
	matter->area = gist.area;
}

static void take_state(struct joining *joining, const struct incident *incident,
		       struct matter *matter)
{
	matter->is_exercise = incident->is_exercise;
	matter->priority = incident->verdict.priority;
	matter->report_count = incident->report_count;
	matter->is_taken = incident->status == INCIDENT_ACTIVE;
	matter->stands_alone |= incident->stands_alone;
	memcpy(matter->folded_into, incident->folded_into.id, ID_SIZE);
	take_judgement(joining, incident, matter);
	recent_settle(joining->recent, matter);
}

/* Its first report, from what the incident says itself. */
void joining_put_first(struct joining *joining, const struct incident *incident)
{
	struct filing filing = {
		.report = {.source = incident->source,
			   .text = incident->text,
			   .text_len = strlen(incident->text),
			   .anonymity = incident->anonymity,
			   .is_exercise = incident->is_exercise,
			   .is_from_paper = incident->happened_ms != 0},
		.verdict = incident->verdict,
		.location = incident->location,
		.at_ms = incident->opened_at_ms,
	};

	memcpy(filing.report.id, incident->report_id[0], ID_SIZE);
	put_filing(joining, &filing, incident->id);
}

/* The reports of another that came back to it. */
static void bring_home(struct joining *joining, const struct incident *incident)
{
	for (unsigned i = 0; i < incident->report_count && i < INCIDENT_REPORTS_MAX; i++) {
		struct matter *matter = recent_matter(joining->recent, incident->id);
		struct recent_report *report =
			recent_find(joining->recent, incident->report_id[i]);

		if (report == NULL || report->matter == matter)
			continue;
		report->matter->is_judged = report->matter->is_placed = false;
		if (recent_move(joining->recent, report, matter) != matter)
			recent_name(joining->recent, report->matter, incident->id);
	}
}

void joining_put_incident(struct joining *joining, const struct incident *incident)
{
	struct matter *matter;

	bring_home(joining, incident);
	if (recent_matter(joining->recent, incident->id) == NULL)
		joining_put_first(joining, incident);
	matter = recent_matter(joining->recent, incident->id);
	if (matter != NULL && incident->anonymity == ANONYMITY_SECRET)
		recent_forget(joining->recent, matter);
	else if (matter != NULL)
		take_state(joining, incident, matter);
}

/* ---- It is over, or another's. ---- */

/* What a page that was read before this still calls open. */
static void note_left(struct joining *joining, const char *incident_id)
{
	if (joining->fill.is_running && joining->fill.left_count < LEFT_MAX)
		memcpy(joining->fill.left[joining->fill.left_count], incident_id, ID_SIZE);
	if (joining->fill.is_running)
		joining->fill.left_count++;
}

static void hand_over(struct joining *joining, struct matter *matter,
		      const struct incident *incident)
{
	struct matter *into = recent_matter(joining->recent, incident->merged_into.id);

	if (into == NULL || into == matter) {
		recent_forget(joining->recent, matter);
		return;
	}
	for (unsigned held = matter->held; held > 0; held--) /* it is gone with the last */
		(void)recent_move(joining->recent, matter_first(matter), into);
}

static void end_matter(struct joining *joining, struct matter *matter,
		       const struct incident *incident)
{
	note_left(joining, incident->id);
	if (matter == NULL)
		return;
	if (incident->merged_into.no != 0)
		hand_over(joining, matter, incident);
	else
		recent_forget(joining->recent, matter);
}

/* ---- One event. ---- */

static void read_report(struct joining *joining, const struct event *event)
{
	struct filing filing;
	struct err err;

	if (filing_of_event(event, joining->agencies, &filing, &err) < 0) {
		log_warn("joining.event", "seq=%llu error=%s", (unsigned long long)event->seq,
			 log_quote(err.text, strlen(err.text)).text);
		return;
	}
	put_filing(joining, &filing, event->incident_id);
	filing_fini(&filing);
}

static void follow_report(struct joining *joining, const struct event *event)
{
	struct matter *matter = recent_matter(joining->recent, event->incident_id);
	struct recent_report *report;
	char id[ID_SIZE];

	if (!report_id_of(event, id))
		return;
	report = recent_find(joining->recent, id);
	if (report == NULL && joining_is_over(joining, event->at_ms))
		return;
	if (report == NULL || report->matter != matter)
		read_report(joining, event); /* else it came through this run's intake */
}

void joining_refresh(struct joining *joining, const struct event *event)
{
	char id[ID_SIZE];

	if ((event->kind == EVENT_INCIDENT_CREATED || event->kind == EVENT_REPORT_RECEIVED) &&
	    report_id_of(event, id) && recent_find(joining->recent, id) != NULL)
		read_report(joining, event);
}

/* A person has taken it out of another: it is not shown under one again. */
static bool is_split_off(const struct event *event)
{
	struct slice head = event_head(event->body);

	return memmem(head.text, head.len, "\"from\":{", 8) != NULL;
}

static void follow_decision(struct joining *joining, const struct event *event)
{
	struct matter *matter = recent_matter(joining->recent, event->incident_id);
	struct incident incident;
	struct err err;

	if (matter == NULL && event->kind == EVENT_ASSIGNMENT_UPDATED)
		return;
	if (incident_of_event(event, joining->agencies, &incident, &err) < 0) {
		log_warn("joining.event", "seq=%llu error=%s", (unsigned long long)event->seq,
			 log_quote(err.text, strlen(err.text)).text);
		return;
	}
	if (incident.status == INCIDENT_CLOSED)
		end_matter(joining, matter, &incident);
	else
		joining_put_incident(joining, &incident);
	incident_fini(&incident);
	matter = recent_matter(joining->recent, event->incident_id);
	if (matter != NULL && is_split_off(event))
		matter->stands_alone = true;
}

void joining_follow_one(struct joining *joining, const struct event *event)
{
	switch (event->kind) {
	case EVENT_REPORT_RECEIVED:
		follow_report(joining, event);
		return;
	case EVENT_INCIDENT_CREATED:
		follow_report(joining, event);
		if (is_split_off(event))
			follow_decision(joining, event);
		return;
	case EVENT_INCIDENT_UPDATED:
	case EVENT_INCIDENT_MERGED:
	case EVENT_INCIDENT_CLOSED:
	case EVENT_ASSIGNMENT_UPDATED:
		follow_decision(joining, event);
		return;
	case EVENT_INCIDENT_ESCALATED:
	case EVENT_ALARM_UPDATED:
	case EVENT_CALL_UPDATED:
	case EVENT_CALLER_UPDATED:
	case EVENT_CALLER_CLEARED:
	case EVENT_UNIT_UPDATED:
	case EVENT_SHIFT_HANDED_OVER:
	case EVENT_KINDS:
		return;
	}
}

void joining_follow(struct joining *joining, const struct event *events, unsigned count)
{
	if (!joining_works(joining) || joining->fill.is_replay)
		return;
	for (unsigned i = 0; i < count; i++)
		joining_follow_one(joining, &events[i]);
	joining_count(joining);
}
