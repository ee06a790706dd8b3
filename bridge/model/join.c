#include "model/join.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/incident_private.h"
#include "model/paper.h"

/* ---- A report's own facts. ---- */

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static enum anonymity anonymity_of(const json_t *object)
{
	const char *name = text_of(object, "anonymity");

	for (int i = 0; name != NULL && i < ANONYMITIES; i++)
		if (strcmp(anonymity_names[i], name) == 0)
			return (enum anonymity)i;
	return ANONYMITY_SECRET; /* of a newer version: rather too careful */
}

static void read_report(const json_t *frame, const json_t *facts, struct report *report)
{
	*report = (struct report){
		.source = text_of(facts, "source"),
		.text = text_of(facts, "text"),
		.kind = text_of(facts, "kind"),
		.anonymity = anonymity_of(facts),
		.is_exercise = json_is_true(json_object_get(frame, "exercise")),
	};
	report->received_at_ms = paper_read_back(frame);
	if (report->received_at_ms == 0)
		report->received_at_ms = paper_read_back(facts); /* of a piece of a split */
	report->is_from_paper = report->received_at_ms != 0;
	if (report->text != NULL)
		report->text_len = strlen(report->text);
	snprintf(report->id, ID_SIZE, "%s", text_of(frame, "report_id"));
}

/* The first report's facts are the incident's own; a further one's stand beside it. */
static int read_filing(const json_t *frame, const struct agencies *agencies,
		       struct filing *filing, struct err *err)
{
	const json_t *facts = json_object_get(frame, "report");

	if (facts == NULL)
		facts = json_object_get(frame, "incident");
	if (text_of(frame, "report_id") == NULL || text_of(facts, "text") == NULL ||
	    text_of(facts, "source") == NULL)
		return err_set(err, ERR_INVALID, "holds no report");
	read_report(frame, facts, &filing->report);
	verdict_read_back(facts, agencies, &filing->verdict);
	filing->order = (int)json_integer_value(json_object_get(facts, "order"));
	location_read_back(json_object_get(facts, "location"), &filing->location);
	snprintf(filing->location.said, PLACE_SAID_SIZE, "%s",
		 text_of(facts, "place_said") != NULL ? text_of(facts, "place_said") : "");
	snprintf(filing->tracking_id, TRACKING_SIZE, "%s",
		 text_of(facts, "tracking_id") != NULL ? text_of(facts, "tracking_id") : "");
	return 0;
}

int filing_of_event(const struct event *event, const struct agencies *agencies,
		    struct filing *filing, struct err *err)
{
	json_t *frame = json_loadb((const char *)event->body->data, event->body->len,
				   JSON_REJECT_DUPLICATES, NULL);

	*filing = (struct filing){.at_ms = event->at_ms, .doc = frame};
	if (read_filing(frame, agencies, filing, err) == 0)
		return 0;
	filing_fini(filing);
	return err_wrap(err, "event %llu", (unsigned long long)event->seq);
}

void filing_fini(struct filing *filing)
{
	json_decref(filing->doc);
	filing->doc = NULL;
}

/* The order of classification, location and source is that of an incident: answers are cut out
 * of either alike. */
void filing_write(const struct filing *filing, const struct agencies *agencies, struct jsonw *w)
{
	const struct report *report = &filing->report;

	jsonw_open(w, "report", '{');
	jsonw_string(w, "id", report->id);
	jsonw_string(w, "tracking_id", filing->tracking_id);
	verdict_write(&filing->verdict, agencies, w);
	location_write(&filing->location, w, "location");
	jsonw_string(w, "source", report->source);
	jsonw_string(w, "kind", report->kind);
	jsonw_string(w, "anonymity", anonymity_names[report->anonymity]);
	jsonw_int(w, "order", filing->order);
	jsonw_string(w, "place_said",
		     filing->location.said[0] != '\0' ? filing->location.said : NULL);
	jsonw_stringn(w, "text", report->text, report->text_len);
	jsonw_close(w, '}');
}

/* ---- What is added. ---- */

/* Smaller is more urgent. */
static int urgency(enum disposition disposition)
{
	static const int order[DISPOSITIONS] = {
		[DISPOSITION_EMERGENCY] = 0,
		[DISPOSITION_REVIEW] = 1,
		[DISPOSITION_ROUTINE] = 2,
		[DISPOSITION_NOISE] = 3,
	};

	return order[disposition];
}

static bool is_raised_by(const struct verdict *verdict, const struct verdict *other)
{
	return other->priority < verdict->priority ||
	       urgency(other->disposition) < urgency(verdict->disposition) ||
	       (other->agencies & ~verdict->agencies) != 0 ||
	       (other->hazards & ~verdict->hazards) != 0;
}

/* Says what it is about better than what stands: because it is worse, or because nothing was
 * understood so far. */
static bool is_more_telling(const struct verdict *verdict, const struct verdict *other)
{
	if (other->term_count == 0)
		return false;
	return verdict->term_count == 0 || other->priority < verdict->priority ||
	       urgency(other->disposition) < urgency(verdict->disposition);
}

/* True: something is more urgent, or somebody else's matter too, than before. */
static bool raise(struct incident *incident, const struct verdict *other, bool is_judged)
{
	struct verdict *mine = &incident->verdict;
	bool is_raised = is_raised_by(mine, other);
	struct verdict both = *mine;

	if (is_judged || (incident->judged_by[0] == '\0' && is_more_telling(mine, other))) {
		both = *other;
		verdict_leave_text(&both); /* the incident's words stay those of the first */
	}
	both.agencies = mine->agencies | other->agencies;
	both.hazards = mine->hazards | other->hazards;
	both.priority = other->priority < mine->priority ? other->priority : mine->priority;
	both.disposition = urgency(other->disposition) < urgency(mine->disposition)
				   ? other->disposition
				   : mine->disposition;
	*mine = both;
	return is_raised;
}

/* How much of where it is a crew can use; what somebody typed is no more than words. */
static int usefulness(const struct location *location)
{
	if (location->from == LOCATION_PERSON)
		return 4;
	if (location->has_point)
		return 3;
	if (location->from == LOCATION_NONE)
		return 0;
	return location->place[0] != '\0' ? 2 : location->area[0] != '\0' ? 1 : 0;
}

/* A better place than the one there is: a point, else a name, else an area. A point that stands
 * is not moved: crews may be on their way. The words that were typed are never lost. */
static void find_place(struct incident *incident, const struct location *location)
{
	struct location *mine = &incident->location;
	char said[PLACE_SAID_SIZE];

	memcpy(said, mine->said, sizeof(said));
	if (usefulness(location) > usefulness(mine))
		*mine = *location;
	if (mine->said[0] == '\0')
		memcpy(mine->said, said[0] != '\0' ? said : location->said, sizeof(said));
}

static void keep_stricter(struct incident *incident, enum anonymity other)
{
	if (other > incident->anonymity)
		incident->anonymity = other;
}

/* One whose word counts more speaks for all of them. */
static void lift(struct incident *incident, int order)
{
	if (order > incident->order)
		incident->order = order;
}

static void add_ids(struct incident *incident, const char ids[][ID_SIZE], unsigned count)
{
	unsigned known = count < INCIDENT_REPORTS_MAX ? count : INCIDENT_REPORTS_MAX;

	for (unsigned i = 0; i < known; i++)
		if (incident->report_count + i < INCIDENT_REPORTS_MAX)
			memcpy(incident->report_id[incident->report_count + i], ids[i],
			       ID_SIZE);
	incident->report_count += count;
}

static bool is_same_place(const struct location *a, const struct location *b)
{
	return a->from == b->from && a->has_point == b->has_point && a->lat_e7 == b->lat_e7 &&
	       a->lon_e7 == b->lon_e7 && a->accuracy_m == b->accuracy_m &&
	       strcmp(a->area, b->area) == 0 && strcmp(a->place, b->place) == 0 &&
	       strcmp(a->said, b->said) == 0;
}

/* What crews on their way have been told of it. */
struct told {
	int priority;
	char category[CATEGORY_SIZE];
	hazard_set hazards;
	struct location location;
};

static struct told told_of(const struct incident *incident)
{
	struct told told = {.priority = incident->verdict.priority,
			    .hazards = incident->verdict.hazards,
			    .location = incident->location};

	memcpy(told.category, incident->verdict.category, CATEGORY_SIZE);
	return told;
}

/* They hear what is different, as they do when a dispatcher says it, and are asked again. */
static void tell_crews(struct incident *incident, const struct told *before, int64_t at_ms)
{
	unsigned change = 0;

	if (!is_same_place(&before->location, &incident->location))
		change |= CHANGED_LOCATION;
	if (incident->verdict.priority < before->priority)
		change |= CHANGED_PRIORITY;
	if (strcmp(incident->verdict.category, before->category) != 0)
		change |= CHANGED_CATEGORY;
	if (incident->verdict.hazards != before->hazards)
		change |= CHANGED_HAZARDS;
	if (change != 0)
		incident_change_orders(incident, change, at_ms);
}

static void bump(struct incident *incident, int64_t at_ms, bool is_raised)
{
	incident->version++;
	incident->updated_at_ms = at_ms;
	if (is_raised)
		incident->decided_version = incident->version;
}

bool incident_may_link(const struct incident *incident, const struct report *report)
{
	return incident->status != INCIDENT_CLOSED && incident->anonymity != ANONYMITY_SECRET &&
	       report->anonymity != ANONYMITY_SECRET &&
	       incident->is_exercise == report->is_exercise;
}

/* Who had done its part and is called once more: it burns again. */
static agency_set called_back(const struct incident *incident, const struct verdict *verdict)
{
	agency_set closed = incident_closed_parts(incident), back = closed & verdict->agencies;

	if (urgency(verdict->disposition) > urgency(DISPOSITION_REVIEW))
		return 0;
	for (unsigned i = 0; i < AGENCY_MAX; i++)
		if ((incident->assignment[i].handed_to & incident->verdict.agencies &
		     ~closed) != 0)
			back &= ~((agency_set)1 << i); /* others are at it instead */
	return back;
}

void incident_add_report(struct incident *incident, const struct filing *filing, int64_t at_ms)
{
	agency_set back = called_back(incident, &filing->verdict);
	agency_set before = incident->verdict.agencies & ~back;
	struct told told = told_of(incident);
	bool is_raised = raise(incident, &filing->verdict, false) || back != 0;

	incident_begin_parts(incident, incident->verdict.agencies & ~before, at_ms);
	find_place(incident, &filing->location);
	keep_stricter(incident, filing->report.anonymity);
	lift(incident, filing->order);
	add_ids(incident, &filing->report.id, 1);
	tell_crews(incident, &told, at_ms);
	bump(incident, at_ms, is_raised);
}

/* ---- Two incidents that are one. ---- */

int incident_may_merge(const struct incident *from, const struct incident *into,
		       struct err *err)
{
	if (into->status == INCIDENT_CLOSED)
		return err_field(err, "into", "#%lld is closed", (long long)into->no);
	if (from->is_exercise != into->is_exercise)
		return err_field(err, "into", "an exercise does not mix with what is real");
	if (from->anonymity == ANONYMITY_SECRET || into->anonymity == ANONYMITY_SECRET)
		return err_field(err, "into", "a secret report stays by itself");
	return 0;
}

/* How far an agency is with its part. Who has ended it without going is behind who waits. */
static int progress(enum assignment_state state)
{
	static const int order[ASSIGNMENT_STATES] = {
		[ASSIGNMENT_CANCELLED] = 0,  [ASSIGNMENT_DECLINED] = 1,
		[ASSIGNMENT_PENDING] = 2,    [ASSIGNMENT_ACKNOWLEDGED] = 3,
		[ASSIGNMENT_DISPATCHED] = 4, [ASSIGNMENT_CLEARED] = 5,
		[ASSIGNMENT_EN_ROUTE] = 6,   [ASSIGNMENT_ON_SCENE] = 7,
	};

	return order[state];
}

/* Of two parts of one agency the one that is further, of two that wait the one that waits
 * longer. */
static bool is_behind(const struct assignment *mine, const struct assignment *other)
{
	if ((mine->outcome == NULL) != (other->outcome == NULL))
		return other->outcome == NULL; /* somebody still waits */
	if (progress(mine->state) != progress(other->state))
		return progress(mine->state) < progress(other->state);
	return other->since_ms < mine->since_ms;
}

static void take_parts(struct incident *incident, agency_set before,
		       const struct incident *other)
{
	for (unsigned i = 0; i < AGENCY_MAX; i++) {
		bool is_mine = (before >> i & 1) != 0;

		if (!incident_has_agency(other, i))
			continue;
		if (!is_mine || is_behind(&incident->assignment[i], &other->assignment[i]))
			incident->assignment[i] = other->assignment[i];
	}
}

void incident_take_in(struct incident *incident, const struct incident *other, int64_t at_ms)
{
	bool is_judged = incident->judged_by[0] == '\0' && other->judged_by[0] != '\0';
	agency_set before = incident->verdict.agencies;
	struct told told = told_of(incident);

	(void)raise(incident, &other->verdict, is_judged); /* a decision: bumped as one */
	if (is_judged)
		memcpy(incident->judged_by, other->judged_by, USER_SIZE);
	take_parts(incident, before, other);
	if (other->status == INCIDENT_ACTIVE)
		incident->status = INCIDENT_ACTIVE;
	if (other->opened_at_ms < incident->opened_at_ms)
		incident->opened_at_ms = other->opened_at_ms;
	find_place(incident, &other->location);
	if (incident->folded_into.no == other->no)
		incident->folded_into = (struct incident_ref){0};
	keep_stricter(incident, other->anonymity);
	lift(incident, other->order);
	add_ids(incident, other->report_id, other->report_count);
	tell_crews(incident, &told, at_ms);
	bump(incident, at_ms, true);
}

/* ---- The past once more. ---- */

static bool is_same_part(const struct assignment *a, const struct assignment *b)
{
	return a->state == b->state && a->since_ms == b->since_ms && a->outcome == b->outcome &&
	       a->closed_at_ms == b->closed_at_ms && a->handed_at_ms == b->handed_at_ms &&
	       memcmp(a->step_ms, b->step_ms, sizeof(a->step_ms)) == 0 &&
	       strcmp(a->by, b->by) == 0;
}

/* By a hand-over that is not taken yet. */
static agency_set called_by_hand(const struct incident *incident)
{
	agency_set called = 0;

	for (unsigned i = 0; i < AGENCY_MAX; i++)
		if (incident_has_agency(incident, i) && incident_is_handed(incident, i))
			called |= incident->assignment[i].handed_to;
	return called;
}

/* Whoever has acted keeps its part, and whoever was handed another's, also where only what is
 * taken out had called it. */
static void follow_parts(struct incident *incident, agency_set mine,
			 const struct incident *before, const struct incident *after)
{
	agency_set called = called_by_hand(after);

	for (unsigned i = 0; i < AGENCY_MAX; i++) {
		const struct assignment *part = &after->assignment[i];
		bool is_mine = (mine >> i & 1) != 0;
		bool is_acted = part->outcome != NULL ||
				progress(part->state) > progress(ASSIGNMENT_PENDING);

		if (!incident_has_agency(after, i))
			continue;
		if (is_mine && incident_has_agency(before, i) &&
		    is_same_part(&before->assignment[i], part))
			continue;
		if (!incident_has_agency(incident, i) && !is_acted && (called >> i & 1) == 0)
			continue;
		incident->assignment[i] = *part;
		incident->verdict.agencies |= (agency_set)1 << i;
	}
}

static void follow_judgement(struct incident *incident, const struct incident *before,
			     const struct incident *after, unsigned judged)
{
	struct verdict *mine = &incident->verdict;
	const struct verdict *is = &after->verdict;

	if (judged & JUDGED_CATEGORY)
		memcpy(mine->category, is->category, CATEGORY_SIZE);
	if ((judged & JUDGED_PRIORITY) || is->priority != before->verdict.priority)
		mine->priority = is->priority;
	if (judged & JUDGED_AGENCIES)
		mine->agencies = is->agencies;
	incident_settle_disposition(incident);
	memcpy(incident->judged_by, after->judged_by, USER_SIZE);
}

static void follow_hazards(struct incident *incident, const struct incident *before,
			   const struct incident *after)
{
	hazard_set was = before->verdict.hazards, is = after->verdict.hazards;

	incident->verdict.hazards |= (hazard_set)(is & ~was);
	incident->verdict.hazards &= (hazard_set) ~(was & ~is);
}

static bool is_same_route(const struct route *a, const struct route *b)
{
	return strcmp(a->office, b->office) == 0 && strcmp(a->name, b->name) == 0 &&
	       strcmp(a->rule, b->rule) == 0 && a->by == b->by &&
	       a->learnt_count == b->learnt_count;
}

/* The desk that a decision moved it to, as long as it is still the same matter. */
static void follow_route(struct incident *incident, const struct incident *before,
			 const struct incident *after)
{
	if (!is_same_route(&after->verdict.route, &before->verdict.route) &&
	    strcmp(incident->verdict.category, after->verdict.category) == 0)
		incident->verdict.route = after->verdict.route;
}

static bool is_same_ref(const struct incident_ref *a, const struct incident_ref *b)
{
	return a->no == b->no;
}

void incident_follow(struct incident *incident, const struct incident *before,
		     const struct incident *after, unsigned judged)
{
	agency_set mine = incident->verdict.agencies;

	if (judged != 0)
		follow_judgement(incident, before, after, judged);
	follow_parts(incident, mine, before, after);
	follow_route(incident, before, after);
	follow_hazards(incident, before, after);
	if (after->status != before->status)
		incident->status = after->status;
	if (after->closed_at_ms != before->closed_at_ms)
		incident->closed_at_ms = after->closed_at_ms;
	if (strcmp(after->outcome, before->outcome) != 0)
		memcpy(incident->outcome, after->outcome, sizeof(incident->outcome));
	if (!is_same_place(&after->location, &before->location))
		incident->location = after->location;
	if (!is_same_ref(&after->merged_into, &before->merged_into))
		incident->merged_into = after->merged_into;
	if (!is_same_ref(&after->folded_into, &before->folded_into))
		incident->folded_into = after->folded_into;
	if (after->stands_alone != before->stands_alone)
		incident->stands_alone = after->stands_alone;
}

/* What units do is told by the units' own events, too, and reports have no part in it. */
void incident_keep_orders(struct incident *incident, struct incident *from)
{
	for (unsigned i = 0; i < from->sent_count; i++) {
		unsigned agency = from->sent[i].agency;

		if (!order_is_live(from->sent[i].state))
			continue;
		incident->verdict.agencies |= (agency_set)1 << agency;
		incident->assignment[agency] = from->assignment[agency];
	}
	xfree(incident->sent);
	incident->sent = from->sent;
	incident->sent_count = from->sent_count;
	from->sent = NULL;
	from->sent_count = 0;
}
