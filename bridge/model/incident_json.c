/* An incident as JSON, as every event of it carries it whole, and read back. */
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/incident_private.h"
#include "model/paper.h"

static void write_or_null(struct jsonw *w, const char *key, const char *text)
{
	jsonw_string(w, key, text[0] != '\0' ? text : NULL);
}

static void write_orders(const struct incident *incident, unsigned agency, struct jsonw *w)
{
	jsonw_open(w, "units", '[');
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (incident->sent[i].agency == agency &&
		    order_is_live(incident->sent[i].state))
			jsonw_string(w, NULL, incident->sent[i].unit);
	jsonw_close(w, ']');
	jsonw_open(w, "orders", '[');
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (incident->sent[i].agency == agency)
			order_write(&incident->sent[i], w);
	jsonw_close(w, ']');
}

/* What there is none of is left out. */
static void write_ending(const struct assignment *part, const struct agencies *agencies,
			 struct jsonw *w)
{
	if (part->outcome != NULL) {
		jsonw_string(w, "outcome", part->outcome);
		jsonw_time(w, "closed_at", part->closed_at_ms);
	}
	if (part->handed_at_ms != 0) {
		jsonw_string(w, "handed_to",
			     part->handed_to != 0
				     ? agencies->agency[__builtin_ctz(part->handed_to)].id
				     : part->neighbour);
		jsonw_time(w, "handed_at", part->handed_at_ms);
	}
}

/* Of none nothing at all. */
static void write_steps(struct jsonw *w, const char *key, const int64_t at_ms[MILESTONES])
{
	bool is_any = false;

	for (int i = 0; i < MILESTONES; i++) {
		if (at_ms[i] == 0)
			continue;
		if (!is_any)
			jsonw_open(w, key, '{');
		jsonw_time(w, milestone_names[i], at_ms[i]);
		is_any = true;
	}
	if (is_any)
		jsonw_close(w, '}');
}

static void write_assignments(const struct incident *incident, const struct agencies *agencies,
			      struct jsonw *w)
{
	jsonw_open(w, "assignments", '[');
	for (unsigned i = 0; i < agencies->count; i++) {
		if (!incident_has_agency(incident, i))
			continue;
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "agency", agencies->agency[i].id);
		jsonw_string(w, "state", assignment_state_names[incident->assignment[i].state]);
		jsonw_time(w, "since", incident->assignment[i].since_ms);
		write_or_null(w, "by", incident->assignment[i].by);
		write_ending(&incident->assignment[i], agencies, w);
		write_steps(w, "steps", incident->assignment[i].step_ms);
		write_steps(w, "told", incident->assignment[i].told_ms);
		write_orders(incident, i, w);
		wait_write(&incident->assignment[i].wait[WAIT_FOR_STEP], w, "escalation");
		wait_write(&incident->assignment[i].wait[WAIT_FOR_ARRIVAL], w, "arrival");
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_reports(const struct incident *incident, struct jsonw *w)
{
	unsigned kept = incident->report_count < INCIDENT_REPORTS_MAX ? incident->report_count
								      : INCIDENT_REPORTS_MAX;

	jsonw_int(w, "report_count", incident->report_count);
	jsonw_open(w, "reports", '[');
	for (unsigned i = 0; i < kept; i++)
		jsonw_string(w, NULL, incident->report_id[i]);
	jsonw_close(w, ']');
}

static void write_ref(struct jsonw *w, const char *key, const struct incident_ref *ref)
{
	if (ref->no == 0) {
		jsonw_null(w, key);
		return;
	}
	jsonw_open(w, key, '{');
	jsonw_string(w, "incident_id", ref->id);
	jsonw_int(w, "no", ref->no);
	jsonw_close(w, '}');
}

static void write_similar(const struct incident *incident, struct jsonw *w)
{
	jsonw_open(w, "similar", '[');
	for (unsigned i = 0; i < incident->similar_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "incident_id", incident->similar[i].incident.id);
		jsonw_int(w, "no", incident->similar[i].incident.no);
		likeness_write(&incident->similar[i].likeness, w);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_end(const struct incident *incident, struct jsonw *w)
{
	jsonw_time(w, "opened_at", incident->opened_at_ms);
	jsonw_time(w, "updated_at", incident->updated_at_ms);
	if (incident->closed_at_ms != 0)
		jsonw_time(w, "closed_at", incident->closed_at_ms);
	else
		jsonw_null(w, "closed_at");
	write_or_null(w, "outcome", incident->outcome);
}

void incident_write(const struct incident *incident, const struct agencies *agencies,
		    struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	jsonw_string(w, "id", incident->id);
	jsonw_int(w, "no", incident->no);
	jsonw_int(w, "version", incident->version);
	jsonw_int(w, "decided_version", incident->decided_version);
	jsonw_string(w, "status", incident_status_names[incident->status]);
	verdict_write(&incident->verdict, agencies, w);
	location_write(&incident->location, w, "location");
	jsonw_string(w, "source", incident->source);
	write_or_null(w, "kind", incident->kind);
	jsonw_string(w, "anonymity", anonymity_names[incident->anonymity]);
	jsonw_string(w, "tracking_id", incident->tracking_id);
	write_reports(incident, w);
	write_end(incident, w);
	jsonw_bool(w, "exercise", incident->is_exercise);
	paper_write(incident->happened_ms, w);
	write_or_null(w, "judged_by", incident->judged_by);
	write_ref(w, "merged_into", &incident->merged_into);
	write_ref(w, "folded_into", &incident->folded_into);
	jsonw_bool(w, "stands_alone", incident->stands_alone);
	if (incident->parent.no != 0)
		write_ref(w, "parent", &incident->parent);
	if (incident->is_major)
		jsonw_bool(w, "major", true);
	write_assignments(incident, agencies, w);
	write_similar(incident, w);
	if (incident->mark_count >
	    0) /* else what is raised follows from what the parts wait for */
		alarms_write(incident, agencies, w);
	jsonw_int(w, "order", incident_order(incident));
	write_or_null(w, "place_said", incident->location.said);
	jsonw_string(w, "text", incident->text);
	jsonw_close(w, '}');
}

static int find_name(const char *const *names, int count, const json_t *object, const char *key)
{
	const char *name = json_string_value(json_object_get(object, key));

	for (int i = 0; name != NULL && i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static void read_ref(const json_t *object, struct incident_ref *ref)
{
	jsonin_kept_text(object, "incident_id", ref->id, ID_SIZE);
	ref->no = json_integer_value(json_object_get(object, "no"));
}

static void read_similar(const json_t *list, struct incident *incident)
{
	for (size_t i = 0; i < json_array_size(list) && i < SIMILAR_MAX; i++) {
		const json_t *one = json_array_get(list, i);

		read_ref(one, &incident->similar[i].incident);
		likeness_read(one, &incident->similar[i].likeness);
		incident->similar_count = (unsigned)i + 1;
	}
}

static void read_reports(const json_t *object, struct incident *incident)
{
	const json_t *list = json_object_get(object, "reports");

	incident->report_count =
		(unsigned)json_integer_value(json_object_get(object, "report_count"));
	for (size_t i = 0; i < json_array_size(list) && i < INCIDENT_REPORTS_MAX; i++) {
		const char *id = json_string_value(json_array_get(list, i));

		snprintf(incident->report_id[i], ID_SIZE, "%s", id != NULL ? id : "");
	}
}

static void read_orders(const json_t *list, unsigned agency, struct incident *incident)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		if (incident->sent_count == INCIDENT_ORDERS_MAX)
			return;
		incident->sent = xrealloc(incident->sent,
					  (incident->sent_count + 1) * sizeof(*incident->sent));
		order_read(json_array_get(list, i), &incident->sent[incident->sent_count]);
		incident->sent[incident->sent_count].agency = agency;
		incident->sent_count++;
	}
}

static int find_agency(const json_t *part, const struct agencies *agencies)
{
	const char *id = json_string_value(json_object_get(part, "agency"));

	return id != NULL ? agency_find(agencies, id, strlen(id)) : -1;
}

/* Who answers for units whose agency is not named any more: the first that is. */
static unsigned heir(struct incident *incident)
{
	if (incident->verdict.agencies == 0)
		incident->verdict.agencies = 1;
	return (unsigned)__builtin_ctz(incident->verdict.agencies);
}

/* Units that are out stay in somebody's hands, whatever the configuration says by now: else
 * nobody could ever free them. */
static void read_orphans(const json_t *list, const struct agencies *agencies,
			 struct incident *incident)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *part = json_array_get(list, i);
		const json_t *orders = json_object_get(part, "orders");

		if (find_agency(part, agencies) < 0 && json_array_size(orders) > 0)
			read_orders(orders, heir(incident), incident);
	}
}

static void read_hand_over(const json_t *object, const struct agencies *agencies,
			   struct assignment *part)
{
	const char *to = json_string_value(json_object_get(object, "handed_to"));
	int agency = to != NULL ? agency_find(agencies, to, strlen(to)) : -1;

	part->handed_at_ms = to != NULL ? jsonin_kept_time(object, "handed_at") : 0;
	if (agency >= 0)
		part->handed_to = (agency_set)1 << agency;
	else
		jsonin_kept_text(object, "handed_to", part->neighbour, NEIGHBOUR_SIZE);
}

static void read_steps(const json_t *object, int64_t at_ms_r[MILESTONES])
{
	for (int i = 0; i < MILESTONES; i++)
		at_ms_r[i] = jsonin_kept_time(object, milestone_names[i]);
}

static void read_end(const json_t *object, struct assignment *part)
{
	const char *outcome = json_string_value(json_object_get(object, "outcome"));

	part->outcome = outcome != NULL ? outcome_find(outcome) : NULL;
	part->closed_at_ms = jsonin_kept_time(object, "closed_at");
}

/* Closed before each agency closed its own: all of them did. What was merged goes on there as
 * it was. */
static void end_parts(struct incident *incident)
{
	agency_set left = incident->verdict.agencies & ~incident_closed_parts(incident);

	if (incident->status != INCIDENT_CLOSED || incident->merged_into.no != 0)
		return;
	for (; left != 0; left &= left - 1) {
		struct assignment *part = &incident->assignment[__builtin_ctz(left)];

		part->outcome = outcome_find(incident->outcome);
		part->closed_at_ms = incident->closed_at_ms;
	}
}

static void read_assignments(const json_t *object, const struct agencies *agencies,
			     struct incident *incident)
{
	const json_t *list = json_object_get(object, "assignments");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		int index = find_agency(one, agencies);

		if (index < 0)
			continue;
		incident->assignment[index].state = (enum assignment_state)find_name(
			assignment_state_names, ASSIGNMENT_STATES, one, "state");
		incident->assignment[index].since_ms = jsonin_kept_time(one, "since");
		jsonin_kept_text(one, "by", incident->assignment[index].by, USER_SIZE);
		read_end(one, &incident->assignment[index]);
		read_hand_over(one, agencies, &incident->assignment[index]);
		read_steps(json_object_get(one, "steps"), incident->assignment[index].step_ms);
		read_steps(json_object_get(one, "told"), incident->assignment[index].told_ms);
		read_orders(json_object_get(one, "orders"), (unsigned)index, incident);
		wait_read(json_object_get(one, "escalation"),
			  &incident->assignment[index].wait[WAIT_FOR_STEP]);
		wait_read(json_object_get(one, "arrival"),
			  &incident->assignment[index].wait[WAIT_FOR_ARRIVAL]);
	}
	read_orphans(list, agencies, incident);
}

/* Before reports were linked each version was a decision. */
static void read_decided_version(const json_t *object, struct incident *incident)
{
	const json_t *decided = json_object_get(object, "decided_version");

	incident->decided_version =
		json_is_integer(decided) ? json_integer_value(decided) : incident->version;
}

int incident_read(const json_t *object, const struct agencies *agencies,
		  struct incident *incident, struct err *err)
{
	const char *text = json_string_value(json_object_get(object, "text"));

	*incident = (struct incident){0};
	jsonin_kept_text(object, "id", incident->id, ID_SIZE);
	if (!id_is(incident->id, 'I') || text == NULL)
		return err_set(err, ERR_INVALID, "not an incident as it was stored");
	incident->no = json_integer_value(json_object_get(object, "no"));
	incident->version = json_integer_value(json_object_get(object, "version"));
	incident->status = (enum incident_status)find_name(incident_status_names,
							   INCIDENT_STATUSES, object, "status");
	incident->anonymity =
		(enum anonymity)find_name(anonymity_names, ANONYMITIES, object, "anonymity");
	verdict_read_back(object, agencies, &incident->verdict);
	location_read_back(json_object_get(object, "location"), &incident->location);
	jsonin_kept_text(object, "place_said", incident->location.said, PLACE_SAID_SIZE);
	jsonin_kept_text(object, "source", incident->source, sizeof(incident->source));
	jsonin_kept_text(object, "kind", incident->kind, sizeof(incident->kind));
	jsonin_kept_text(object, "tracking_id", incident->tracking_id, TRACKING_SIZE);
	jsonin_kept_text(object, "outcome", incident->outcome, sizeof(incident->outcome));
	read_reports(object, incident);
	read_decided_version(object, incident);
	jsonin_kept_text(object, "judged_by", incident->judged_by, USER_SIZE);
	read_ref(json_object_get(object, "merged_into"), &incident->merged_into);
	read_ref(json_object_get(object, "folded_into"), &incident->folded_into);
	read_ref(json_object_get(object, "parent"), &incident->parent);
	incident->is_major = json_is_true(json_object_get(object, "major"));
	incident->stands_alone = json_is_true(json_object_get(object, "stands_alone"));
	incident->order = (int)json_integer_value(json_object_get(object, "order"));
	read_similar(json_object_get(object, "similar"), incident);
	incident->opened_at_ms = jsonin_kept_time(object, "opened_at");
	incident->updated_at_ms = jsonin_kept_time(object, "updated_at");
	incident->closed_at_ms = jsonin_kept_time(object, "closed_at");
	incident->is_exercise = json_is_true(json_object_get(object, "exercise"));
	incident->happened_ms = paper_read_back(object);
	read_assignments(object, agencies, incident);
	end_parts(incident);
	alarms_read(json_object_get(object, "alarms"), agencies, incident);
	incident->text = xstrdup(text);
	return 0;
}
