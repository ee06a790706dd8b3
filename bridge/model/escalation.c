#include "model/escalation.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/alarm.h"
#include "model/incident_private.h"

const char *const wait_kind_names[WAIT_KINDS] = {
	[WAIT_NONE] = NULL,
	[WAIT_UNSURE] = "unsure",
	[WAIT_UNTAKEN] = "untaken",
	[WAIT_UNSENT] = "unsent",
	[WAIT_UNANSWERED] = "unanswered",
	[WAIT_UNMOVED] = "unmoved",
	[WAIT_ASKED] = "asked",
	[WAIT_LATE] = "late",
	[WAIT_CALLBACK] = "callback",
};

const char *const rise_names[RISES] = {
	[RISE_NOBODY] = NULL,
	[RISE_DESK] = "desk",
	[RISE_STATION] = "station",
	[RISE_SECOND_UNIT] = "second_unit",
	[RISE_SUPERVISOR] = "supervisor",
	[RISE_OTHER_CHANNEL] = "other_channel",
};

struct escalation_policy *escalation_policy_new(struct routes *calendar)
{
	struct escalation_policy *policy = xcalloc(1, sizeof(*policy));

	atomic_init(&policy->refs, 1);
	policy->calendar = routes_ref(calendar);
	return policy;
}

struct escalation_policy *escalation_policy_ref(struct escalation_policy *policy)
{
	atomic_fetch_add_explicit(&policy->refs, 1, memory_order_relaxed);
	return policy;
}

void escalation_policy_unref(struct escalation_policy **policy)
{
	struct escalation_policy *mine = *policy;

	*policy = NULL;
	if (mine == NULL ||
	    atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) != 1)
		return;
	routes_unref(&mine->calendar);
	xfree(mine);
}

const struct escalation_row *escalation_find(const struct escalation_policy *policy,
					     enum wait_kind kind, unsigned agency, int priority,
					     int64_t at_ms)
{
	struct route_key key;

	routes_set_time(policy->calendar, at_ms, &key);
	for (unsigned i = 0; i < policy->row_count; i++) {
		const struct escalation_row *row = &policy->row[i];

		if (row->kind == kind && (row->agencies >> agency & 1) != 0 &&
		    (row->priorities >> priority & 1) != 0 &&
		    route_hours_hold(&row->hours, &key))
			return row;
	}
	return NULL;
}

/* ---- What a part waits for. ---- */

/* What is a ticket or noise has all day; what is over waits for nothing. */
static bool is_pressing(const struct incident *incident)
{
	return incident->status != INCIDENT_CLOSED &&
	       (incident->verdict.disposition == DISPOSITION_EMERGENCY ||
		incident->verdict.disposition == DISPOSITION_REVIEW);
}

/* since_ms 0: everybody has answered. */
struct unanswered {
	int64_t since_ms;
	bool is_reached;
};

static struct unanswered find_unanswered(const struct incident *incident, unsigned agency)
{
	struct unanswered found = {.since_ms = 0, .is_reached = true};

	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];
		int64_t since_ms = order->receipt_ms[RECEIPT_QUEUED];

		if (order->agency != agency || !order_is_unanswered(order))
			continue;
		if (found.since_ms == 0 || since_ms < found.since_ms)
			found.since_ms = since_ms;
		if (order->receipt_ms[RECEIPT_DEVICE] == 0)
			found.is_reached = false;
	}
	return found;
}

static enum wait_kind step_of(const struct incident *incident, const struct assignment *part)
{
	if (part->handed_at_ms != 0)
		return WAIT_UNSENT; /* handed over: it stays ours until it is taken there */
	switch (part->state) {
	case ASSIGNMENT_PENDING:
		return incident->verdict.disposition == DISPOSITION_REVIEW ? WAIT_UNSURE
									   : WAIT_UNTAKEN;
	case ASSIGNMENT_ACKNOWLEDGED:
		return WAIT_UNSENT;
	case ASSIGNMENT_DISPATCHED:
		return WAIT_UNMOVED;
	case ASSIGNMENT_EN_ROUTE:
	case ASSIGNMENT_ON_SCENE:
	case ASSIGNMENT_CLEARED:
	case ASSIGNMENT_CANCELLED:
	case ASSIGNMENT_DECLINED:
	case ASSIGNMENT_STATES:
		break;
	}
	return part->wait[WAIT_FOR_STEP].kind == WAIT_ASKED ? WAIT_ASKED : WAIT_NONE;
}

static const struct route_category *category_of(const struct escalation_policy *policy,
						const struct incident *incident)
{
	int i = routes_find_category(policy->calendar, incident->verdict.category);

	return i < 0 ? NULL : &policy->calendar->category[i];
}

/* The target is for the first unit of who leads such a matter. */
static enum wait_kind arrival_of(const struct incident *incident, unsigned agency,
				 const struct route_category *category)
{
	return incident->verdict.disposition == DISPOSITION_EMERGENCY &&
			       incident->assignment[agency].state < ASSIGNMENT_ON_SCENE &&
			       category != NULL && category->target_min > 0 &&
			       (category->leaders >> agency & 1) != 0
		       ? WAIT_LATE
		       : WAIT_NONE;
}

/* ---- When it rises. ---- */

/* The step behind those it has risen by; an exercise never leaves the house. */
static const struct escalation_step *next_step(const struct escalation_row *row, unsigned level,
					       bool is_exercise)
{
	for (unsigned i = 0; i < row->step_count; i++) {
		if (is_exercise && row->step[i].to == RISE_OTHER_CHANNEL)
			continue;
		if (level-- == 0)
			return &row->step[i];
	}
	return NULL;
}

static void set_step(const struct escalation_step *step, struct wait *wait)
{
	wait->due_at_ms = step != NULL ? wait->since_ms + step->after : 0;
	wait->next = step != NULL ? step->to : RISE_NOBODY;
}

/* Counted from the beginning of the wait by the row of that moment: nothing but another
 * priority or another table moves it. */
static void set_due(const struct escalation_policy *policy, const struct incident *incident,
		    unsigned agency, const struct route_category *category, struct wait *wait)
{
	const struct escalation_row *row = escalation_find(
		policy, wait->kind, agency, incident->verdict.priority, wait->since_ms);
	const struct escalation_step *step =
		row != NULL ? next_step(row, wait->level, incident->is_exercise) : NULL;

	set_step(step, wait);
	if (wait->kind == WAIT_LATE && step != NULL)
		wait->due_at_ms =
			wait->since_ms + step->after * category->target_min * 60000 / 100;
}

void wait_set_due(const struct escalation_policy *policy, unsigned agency, int priority,
		  struct wait *wait)
{
	const struct escalation_row *row =
		escalation_find(policy, wait->kind, agency, priority, wait->since_ms);

	set_step(row != NULL ? next_step(row, wait->level, false) : NULL, wait);
}

static void settle_wait(struct wait *wait, enum wait_kind kind, int64_t at_ms)
{
	if (wait->kind != kind)
		*wait = (struct wait){.kind = kind, .since_ms = at_ms};
}

/* Who does not answer is asked before anything else; once the oldest has, the next begins. */
static void settle_step(struct incident *incident, unsigned agency, int64_t at_ms)
{
	struct assignment *part = &incident->assignment[agency];
	struct unanswered silent = find_unanswered(incident, agency);
	struct wait *wait = &part->wait[WAIT_FOR_STEP];

	if (silent.since_ms == 0 || part->state < ASSIGNMENT_DISPATCHED) {
		settle_wait(wait, step_of(incident, part), at_ms);
		return;
	}
	if (wait->kind != WAIT_UNANSWERED || wait->since_ms != silent.since_ms)
		*wait = (struct wait){.kind = WAIT_UNANSWERED, .since_ms = silent.since_ms};
	wait->is_reached = silent.is_reached;
}

static void settle_part(const struct escalation_policy *policy, struct incident *incident,
			unsigned agency, const struct route_category *category, int64_t at_ms)
{
	struct assignment *part = &incident->assignment[agency];

	settle_step(incident, agency, at_ms);
	settle_wait(&part->wait[WAIT_FOR_ARRIVAL], arrival_of(incident, agency, category),
		    at_ms);
	for (int slot = 0; slot < WAIT_SLOTS; slot++)
		if (part->wait[slot].kind != WAIT_NONE)
			set_due(policy, incident, agency, category, &part->wait[slot]);
}

static void rest_part(struct assignment *part)
{
	memset(part->wait, 0, sizeof(part->wait));
}

void escalation_settle(const struct escalation_policy *policy, struct incident *incident,
		       int64_t at_ms)
{
	bool presses = is_pressing(incident);
	const struct route_category *category = presses ? category_of(policy, incident) : NULL;

	for (unsigned i = 0; i < AGENCY_MAX; i++) {
		if (presses && incident_has_agency(incident, i) &&
		    incident->assignment[i].outcome == NULL)
			settle_part(policy, incident, i, category, at_ms);
		else
			rest_part(&incident->assignment[i]);
	}
	alarms_settle(incident);
}

void escalation_forget(struct incident *incident)
{
	for (unsigned i = 0; i < AGENCY_MAX; i++)
		rest_part(&incident->assignment[i]);
}

/* ---- It rises. ---- */

static bool is_expected(const struct wait *wait, const struct expected_wait *expected)
{
	return wait->kind == expected->kind && wait->level == expected->level &&
	       wait->since_ms == expected->since_ms;
}

static void raise_wait(struct wait *wait)
{
	wait->to = wait->next != RISE_NOBODY ? wait->next : RISE_SUPERVISOR;
	wait->level += wait->level < WAIT_LEVEL_MAX; /* who presses for ever is heard */
	wait->due_at_ms = 0;
	wait->next = RISE_NOBODY;
}

int wait_rise(struct wait *wait, const struct expected_wait *expected, struct err *err)
{
	if (!is_expected(wait, expected))
		return err_set(err, ERR_CONFLICT, "it waits for something else by now");
	raise_wait(wait);
	return 0;
}

/* Of an incident older than waits are: what it should wait for is known, and nothing else. */
static bool is_unwritten(const struct wait *wait, const struct expected_wait *expected)
{
	return wait->kind == WAIT_NONE && expected->kind != WAIT_LATE &&
	       expected->since_ms == 0;
}

/* A person need not know what it waits for; what waits for nothing goes to who leads. */
static void raise_for_person(struct wait *wait, int64_t at_ms)
{
	if (wait->kind == WAIT_NONE)
		*wait = (struct wait){.kind = WAIT_ASKED, .since_ms = at_ms};
	raise_wait(wait);
}

int escalation_raise(struct incident *incident, unsigned agency, const struct command *command,
		     struct err *err)
{
	const struct expected_wait *expected = &command->expected_wait;
	struct wait *wait = incident->assignment[agency].wait;

	if (expected->kind == WAIT_NONE) {
		raise_for_person(&wait[WAIT_FOR_STEP], command->at_ms);
		return 0;
	}
	if (is_unwritten(&wait[WAIT_FOR_STEP], expected)) {
		wait->kind = expected->kind;
		wait->since_ms = command->at_ms;
		raise_wait(wait);
		return 0;
	}
	for (int slot = 0; slot < WAIT_SLOTS; slot++)
		if (is_expected(&wait[slot], expected)) {
			raise_wait(&wait[slot]);
			return 0;
		}
	return err_set(err, ERR_CONFLICT, "it waits for something else by now");
}

/* ---- As JSON. ---- */

void wait_write(const struct wait *wait, struct jsonw *w, const char *key)
{
	enum alarm_kind alarm;

	if (wait->kind == WAIT_NONE) {
		jsonw_null(w, key);
		return;
	}
	jsonw_open(w, key, '{');
	jsonw_string(w, "kind", wait_kind_names[wait->kind]);
	if (alarm_of_wait(wait, &alarm))
		jsonw_string(w, "alarm", alarm_kind_names[alarm]);
	jsonw_int(w, "level", wait->level);
	if (wait->to != RISE_NOBODY)
		jsonw_string(w, "to", rise_names[wait->to]);
	jsonw_time(w, "since", wait->since_ms);
	if (wait->due_at_ms != 0)
		jsonw_time(w, "due_at", wait->due_at_ms);
	else
		jsonw_null(w, "due_at");
	jsonw_string(w, "next", rise_names[wait->next]);
	if (wait->kind == WAIT_UNANSWERED)
		jsonw_bool(w, "reached", wait->is_reached);
	jsonw_close(w, '}');
}

static int find_name(const char *const *names, int count, const json_t *object, const char *key)
{
	const char *name = json_string_value(json_object_get(object, key));

	for (int i = 1; name != NULL && i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

void wait_read(const json_t *object, struct wait *wait)
{
	*wait = (struct wait){
		.kind = (enum wait_kind)find_name(wait_kind_names, WAIT_KINDS, object, "kind"),
		.to = (enum rise)find_name(rise_names, RISES, object, "to"),
		.next = (enum rise)find_name(rise_names, RISES, object, "next"),
		.level = (unsigned)json_integer_value(json_object_get(object, "level")),
		.since_ms = jsonin_kept_time(object, "since"),
		.due_at_ms = jsonin_kept_time(object, "due_at"),
		.is_reached = json_is_true(json_object_get(object, "reached")),
	};
	if (wait->kind == WAIT_NONE)
		*wait = (struct wait){.kind = WAIT_NONE};
}

/* What stands behind "key": up to the next comma, without quotes; cut at size. */
static void cut_value(const char *text, size_t len, const char *key, char *value_r, size_t size)
{
	const char *at = memmem(text, len, key, strlen(key));
	const char *end = text + len;
	size_t n = 0;

	at = at != NULL ? at + strlen(key) : end;
	at += at < end && *at == '"';
	for (; at < end && *at != ',' && *at != '"' && n + 1 < size; at++)
		value_r[n++] = *at;
	value_r[n] = '\0';
}

static int cut_name(const char *text, size_t len, const char *key, const char *const *names,
		    int count)
{
	char name[24];

	cut_value(text, len, key, name, sizeof(name));
	for (int i = 1; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return 0;
}

static int64_t cut_time(const char *text, size_t len, const char *key)
{
	char time[CLOCK_TEXT];
	int64_t at_ms = 0;
	struct err err;

	cut_value(text, len, key, time, sizeof(time));
	return clock_parse(time, &at_ms, &err) < 0 ? 0 : at_ms;
}

void wait_cut(const char *text, size_t len, struct wait *wait)
{
	const char *end = memchr(text, '}', len);
	size_t n = end != NULL ? (size_t)(end - text) : 0;
	char level[12];

	*wait = (struct wait){.kind = WAIT_NONE};
	wait->kind =
		(enum wait_kind)cut_name(text, n, "\"kind\":", wait_kind_names, WAIT_KINDS);
	if (wait->kind == WAIT_NONE)
		return;
	cut_value(text, n, "\"level\":", level, sizeof(level));
	wait->level = (unsigned)strtoul(level, NULL, 10);
	wait->to = (enum rise)cut_name(text, n, "\"to\":", rise_names, RISES);
	wait->next = (enum rise)cut_name(text, n, "\"next\":", rise_names, RISES);
	wait->since_ms = cut_time(text, n, "\"since\":");
	wait->due_at_ms = cut_time(text, n, "\"due_at\":");
	wait->is_reached = wait->kind == WAIT_UNANSWERED &&
			   memmem(text, n, "\"reached\":true", 14) != NULL;
}
