#include "model/incident.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/incident_private.h"
#include "model/routes.h"

#define BIT(state) (1u << (state))

#define WHILE_OPEN                                                                             \
	(BIT(ACTION_ACKNOWLEDGE) | BIT(ACTION_NOTE) | BIT(ACTION_RECLASSIFY) |                 \
	 BIT(ACTION_RELOCATE) | BIT(ACTION_CLOSE) | BIT(ACTION_MERGE) | BIT(ACTION_SPLIT) |    \
	 BIT(ACTION_UNFOLD) | BIT(ACTION_FOLD) | BIT(ACTION_ESCALATE) |                        \
	 BIT(ACTION_ACKNOWLEDGE_ALARM) | BIT(ACTION_SHELVE_ALARM) | BIT(ACTION_ASSIGN) |       \
	 BIT(ACTION_STATUS) | BIT(ACTION_CANCEL) | BIT(ACTION_RECEIPT) |                       \
	 BIT(ACTION_HAND_OVER) | BIT(ACTION_HAZARD) | BIT(ACTION_CORRECT) | BIT(ACTION_LINK) | \
	 BIT(ACTION_UNLINK) | BIT(ACTION_UNDO))

/* Decisions in the name of an agency on its own part. */
#define OF_A_PART                                                                              \
	(BIT(ACTION_ACKNOWLEDGE) | BIT(ACTION_CLOSE) | BIT(ACTION_ESCALATE) |                  \
	 BIT(ACTION_ACKNOWLEDGE_ALARM) | BIT(ACTION_SHELVE_ALARM) | BIT(ACTION_ASSIGN) |       \
	 BIT(ACTION_STATUS) | BIT(ACTION_CANCEL) | BIT(ACTION_HAND_OVER))

/* What a person may do in which state of the incident, and the state after it. */
static const struct {
	const char *name;
	unsigned actions;
} incident_states[INCIDENT_STATUSES] = {
	[INCIDENT_NEW] = {"new", WHILE_OPEN},
	[INCIDENT_ACTIVE] = {"active", WHILE_OPEN},
	[INCIDENT_CLOSED] = {"closed", BIT(ACTION_NOTE) | BIT(ACTION_REOPEN) |
					       BIT(ACTION_SPLIT) | BIT(ACTION_STATUS) |
					       BIT(ACTION_RECEIPT) | BIT(ACTION_CORRECT) |
					       BIT(ACTION_UNLINK)},
};

/* An agency's part: contract section 3.2. */
static const struct {
	const char *name;
	unsigned next; /* states that may follow */
} assignment_states[ASSIGNMENT_STATES] = {
	[ASSIGNMENT_PENDING] = {"pending",
				BIT(ASSIGNMENT_ACKNOWLEDGED) | BIT(ASSIGNMENT_DISPATCHED) |
					BIT(ASSIGNMENT_CANCELLED) | BIT(ASSIGNMENT_DECLINED)},
	[ASSIGNMENT_ACKNOWLEDGED] = {"acknowledged", BIT(ASSIGNMENT_DISPATCHED) |
							     BIT(ASSIGNMENT_CANCELLED) |
							     BIT(ASSIGNMENT_DECLINED)},
	[ASSIGNMENT_DISPATCHED] = {"dispatched",
				   BIT(ASSIGNMENT_EN_ROUTE) | BIT(ASSIGNMENT_CANCELLED)},
	[ASSIGNMENT_EN_ROUTE] = {"en_route",
				 BIT(ASSIGNMENT_ON_SCENE) | BIT(ASSIGNMENT_CANCELLED)},
	[ASSIGNMENT_ON_SCENE] = {"on_scene",
				 BIT(ASSIGNMENT_CLEARED) | BIT(ASSIGNMENT_CANCELLED)},
	[ASSIGNMENT_CLEARED] = {"cleared", BIT(ASSIGNMENT_DISPATCHED)},
	[ASSIGNMENT_CANCELLED] = {"cancelled",
				  BIT(ASSIGNMENT_PENDING) | BIT(ASSIGNMENT_DISPATCHED)},
	[ASSIGNMENT_DECLINED] = {"declined",
				 BIT(ASSIGNMENT_PENDING) | BIT(ASSIGNMENT_DISPATCHED)},
};

const char *const incident_status_names[INCIDENT_STATUSES] = {
	[INCIDENT_NEW] = "new", [INCIDENT_ACTIVE] = "active", [INCIDENT_CLOSED] = "closed"};

const char *const assignment_state_names[ASSIGNMENT_STATES] = {
	[ASSIGNMENT_PENDING] = "pending",       [ASSIGNMENT_ACKNOWLEDGED] = "acknowledged",
	[ASSIGNMENT_DISPATCHED] = "dispatched", [ASSIGNMENT_EN_ROUTE] = "en_route",
	[ASSIGNMENT_ON_SCENE] = "on_scene",     [ASSIGNMENT_CLEARED] = "cleared",
	[ASSIGNMENT_CANCELLED] = "cancelled",   [ASSIGNMENT_DECLINED] = "declined",
};

void incident_open(struct incident *incident, const struct report *report,
		   const struct verdict *verdict, const struct location *location,
		   const char *id, int64_t no, const char *tracking_id, int64_t at_ms)
{
	*incident = (struct incident){
		.no = no,
		.version = 1,
		.decided_version = 1,
		.status = INCIDENT_NEW,
		.verdict = *verdict,
		.location = *location,
		.anonymity = report->anonymity,
		.report_count = 1,
		.opened_at_ms = at_ms,
		.updated_at_ms = at_ms,
		.is_exercise = report->is_exercise,
		.happened_ms = report->is_from_paper ? report->received_at_ms : 0,
		.text = xstrndup(report->text, report->text_len),
	};
	snprintf(incident->id, ID_SIZE, "%s", id);
	snprintf(incident->report_id[0], ID_SIZE, "%s", report->id);
	snprintf(incident->source, sizeof(incident->source), "%s", report->source);
	snprintf(incident->kind, sizeof(incident->kind), "%s",
		 report->kind != NULL ? report->kind : "");
	snprintf(incident->tracking_id, TRACKING_SIZE, "%s", tracking_id);
	incident_begin_parts(incident, verdict->agencies, at_ms);
}

void incident_fini(struct incident *incident)
{
	xfree(incident->text);
	xfree(incident->sent);
	incident->text = NULL;
	incident->sent = NULL;
}

int incident_order(const struct incident *incident)
{
	bool waits_for_a_look = incident->verdict.disposition == DISPOSITION_REVIEW ||
				incident->verdict.disposition == DISPOSITION_NOISE;

	return waits_for_a_look ? incident->order : 0;
}

struct audience incident_audience(const struct incident *incident)
{
	return (struct audience){
		.scope =
			incident->anonymity == ANONYMITY_SECRET ? SCOPE_SECRET : SCOPE_INCIDENT,
		.agencies = incident->verdict.agencies,
	};
}

bool incident_part_may_move(enum assignment_state before, enum assignment_state after)
{
	return (assignment_states[before].next & BIT(after)) != 0;
}

/* A category alone brings its usual priority, but never one that is less urgent than
 * what stands: only a person who says so lowers it. */
static void apply_priority(struct incident *incident, const struct command *command)
{
	if (command->priority != 0)
		incident->verdict.priority = command->priority;
	else if (command->category_priority != 0 &&
		 command->category_priority < incident->verdict.priority)
		incident->verdict.priority = command->category_priority;
}

/* A decided category is no longer a question: a review that a person has answered
 * becomes what its priority says. */
void incident_settle_disposition(struct incident *incident)
{
	incident->verdict.disposition =
		incident->verdict.priority <= 2 ? DISPOSITION_EMERGENCY : DISPOSITION_ROUTINE;
}

/* By the table the decision was taken under: what it is, where and when say whose desk
 * it is.
 */
static void apply_route(struct incident *incident, const struct command *command)
{
	const struct route_question question = {
		.category = incident->verdict.category,
		.disposition = incident->verdict.disposition,
		.location = &incident->location,
		.at_ms = command->at_ms,
	};

	if (command->routes != NULL)
		routes_choose(command->routes, &question, &incident->verdict.route);
}

static int apply_reclassify(struct incident *incident, const struct command *command,
			    struct err *err)
{
	const int priority_before = incident->verdict.priority;
	char units[128];

	if (command->has_agencies &&
	    incident_has_live_order(incident, incident->verdict.agencies & ~command->agencies,
				    units, sizeof(units)))
		return err_field(err, "agencies", "%s is still bound: recall it first", units);
	if (command->has_agencies &&
	    (command->agencies & ~incident_closed_parts(incident)) == 0)
		return err_field(
			err, "agencies",
			"all of these have closed their part: close it, or reopen one");
	apply_priority(incident, command);
	if (command->category[0] != '\0') {
		snprintf(incident->verdict.category, CATEGORY_SIZE, "%s", command->category);
		incident->verdict.route.learnt_count =
			0; /* of the words; a person knows better */
	}
	if (command->has_agencies) {
		incident_begin_parts(incident, command->agencies & ~incident->verdict.agencies,
				     command->at_ms);
		incident->verdict.agencies = command->agencies;
	}
	incident_settle_disposition(incident);
	apply_route(incident, command);
	snprintf(incident->judged_by, USER_SIZE, "%s", command->by);
	if (command->category[0] != '\0')
		incident_change_orders(incident, CHANGED_CATEGORY, command->at_ms);
	else if (incident->verdict.priority < priority_before)
		incident_change_orders(incident, CHANGED_PRIORITY, command->at_ms);
	return 0;
}

static int apply_relocate(struct incident *incident, const struct command *command,
			  struct err *err)
{
	struct location before = incident->location;

	(void)err;
	incident->location = command->location;
	memcpy(incident->location.said, before.said, sizeof(before.said));
	apply_route(incident, command);
	incident_change_orders(incident, CHANGED_LOCATION, command->at_ms);
	return 0;
}

/* What comes to light there is for who goes there, and so is that it is over. */
static int apply_hazard(struct incident *incident, const struct command *command,
			struct err *err)
{
	hazard_set before = incident->verdict.hazards;

	(void)err;
	incident->verdict.hazards =
		(hazard_set)((before | command->hazards) & ~command->hazards_over);
	if (incident->verdict.hazards != before)
		incident_change_orders(incident, CHANGED_HAZARDS, command->at_ms);
	return 0;
}

static int apply_note(struct incident *incident, const struct command *command, struct err *err)
{
	(void)incident;
	(void)command;
	(void)err;
	return 0; /* the words stand in the event */
}

static void refer_to(struct incident_ref *ref, const struct command *command)
{
	memcpy(ref->id, command->into, ID_SIZE);
	ref->no = command->into_no;
}

/* Its agencies' parts stay as they are: were it not the same after all, they go on
 * from there.
 */
static int apply_merge(struct incident *incident, const struct command *command,
		       struct err *err)
{
	char units[128];

	if (incident->is_major)
		return err_set(err, ERR_CONFLICT,
			       "it is a major incident: unlink what is part of it first");
	if (incident_has_live_order(incident, incident->verdict.agencies, units, sizeof(units)))
		return err_field(err, "action",
				 "%s is sent to this one: recall it, or merge the "
				 "other into it",
				 units);
	incident->status = INCIDENT_CLOSED;
	incident->closed_at_ms = command->at_ms;
	snprintf(incident->outcome, sizeof(incident->outcome), "duplicate");
	refer_to(&incident->merged_into, command);
	return 0;
}

static int apply_fold(struct incident *incident, const struct command *command, struct err *err)
{
	if (incident->stands_alone)
		return err_field(err, "action", "a person has taken it out");
	refer_to(&incident->folded_into, command);
	return 0;
}

static int apply_unfold(struct incident *incident, const struct command *command,
			struct err *err)
{
	(void)command;
	if (incident->folded_into.no == 0)
		return err_field(err, "action", "it is not folded into another");
	incident->folded_into = (struct incident_ref){0};
	incident->stands_alone = true;
	return 0;
}

static int apply_escalate(struct incident *incident, const struct command *command,
			  struct err *err)
{
	unsigned agency = 0;

	if (incident_open_part(incident, command, &agency, err) < 0)
		return -1;
	return escalation_raise(incident, agency, command, err);
}

static int apply_alarm(struct incident *incident, const struct command *command,
		       struct err *err)
{
	unsigned agency = 0;

	if (incident_acting_agency(incident, command, &agency, err) < 0)
		return -1;
	return command->action == ACTION_SHELVE_ALARM
		       ? alarm_shelve(incident, agency, command, err)
		       : alarm_acknowledge(incident, agency, command, err);
}

/* What calls for a decision or for quiet, and what merely happens, is none: it must not make
 * one stale. */
#define UNDECIDED                                                                              \
	(BIT(ACTION_FOLD) | BIT(ACTION_ESCALATE) | BIT(ACTION_ACKNOWLEDGE_ALARM) |             \
	 BIT(ACTION_SHELVE_ALARM) | BIT(ACTION_RECEIPT) | BIT(ACTION_CORRECT))

static int (*const apply[ACTIONS])(struct incident *, const struct command *, struct err *) = {
	[ACTION_ACKNOWLEDGE] = incident_acknowledge,
	[ACTION_NOTE] = apply_note,
	[ACTION_RECLASSIFY] = apply_reclassify,
	[ACTION_RELOCATE] = apply_relocate,
	[ACTION_HAZARD] = apply_hazard,
	[ACTION_CLOSE] = incident_close,
	[ACTION_REOPEN] = incident_reopen,
	[ACTION_MERGE] = apply_merge,
	[ACTION_SPLIT] = apply_note, /* what is left is told by the log: store/ledger_split.c */
	[ACTION_UNFOLD] = apply_unfold,
	[ACTION_FOLD] = apply_fold,
	[ACTION_ESCALATE] = apply_escalate,
	[ACTION_ACKNOWLEDGE_ALARM] = apply_alarm,
	[ACTION_SHELVE_ALARM] = apply_alarm,
	[ACTION_ASSIGN] = incident_assign,
	[ACTION_STATUS] = incident_step,
	[ACTION_CANCEL] = incident_cancel,
	[ACTION_HAND_OVER] = incident_hand_over,
	[ACTION_CORRECT] = incident_correct,
	[ACTION_LINK] = incident_link,
	[ACTION_UNLINK] = incident_unlink,
	[ACTION_UNDO] = incident_undo,
	[ACTION_RECEIPT] = incident_take_receipt,
};

/* Reports that only add to the count come by the dozen just when everybody is needed:
 * they make no decision stale, but for one that ends the matter. Who closes has read
 * all of them. */
static bool is_stale(const struct incident *incident, const struct command *command)
{
	bool ends_it = command->action == ACTION_CLOSE || command->action == ACTION_MERGE;
	int64_t needed = ends_it ? incident->version : incident->decided_version;

	return command->expected_version >= 0 &&
	       (command->expected_version < needed ||
		command->expected_version > incident->version);
}

bool incident_allows(const struct incident *incident, enum action action)
{
	if (action == ACTION_REOPEN && incident->status != INCIDENT_CLOSED)
		return incident_closed_parts(incident) != 0;
	return (incident_states[incident->status].actions & BIT(action)) != 0;
}

int incident_apply(struct incident *incident, const struct command *command, struct err *err)
{
	if (command->agency >= 0 && (command->acts_for >> command->agency & 1) == 0)
		return err_field(err, "agency", "is not yours to act for");
	if (is_stale(incident, command))
		return err_set(err, ERR_CONFLICT, "the incident is at version %lld by now",
			       (long long)incident->version);
	if (!incident_allows(incident, command->action))
		return err_field(err, "action", "%s is not possible: the incident is %s",
				 action_names[command->action],
				 incident_states[incident->status].name);
	incident->heard = incident->moved = 0;
	incident->changed = 0;
	incident->is_late = false;
	if (apply[command->action](incident, command, err) < 0)
		return -1;
	incident_settle_hand_overs(incident);
	incident->version++;
	incident->updated_at_ms = command->at_ms;
	if ((UNDECIDED & BIT(command->action)) == 0 && !incident->is_late)
		incident->decided_version = incident->version;
	return 0;
}

static void write_names(struct jsonw *w, const char *key, const char *const *names,
			unsigned count, unsigned set)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < count; i++)
		if (set >> i & 1)
			jsonw_string(w, NULL, names[i]);
	jsonw_close(w, ']');
}

void incident_write_workflow(struct jsonw *w)
{
	jsonw_open(w, "incident", '{');
	for (int i = 0; i < INCIDENT_STATUSES; i++)
		write_names(w, incident_states[i].name, action_names, ACTIONS_OF_PEOPLE,
			    incident_states[i].actions);
	jsonw_close(w, '}');
	write_names(w, "closed_part", action_names, ACTIONS_OF_PEOPLE,
		    (WHILE_OPEN & ~OF_A_PART) | BIT(ACTION_REOPEN));
	jsonw_open(w, "assignment", '{');
	for (int i = 0; i < ASSIGNMENT_STATES; i++)
		write_names(w, assignment_states[i].name, assignment_state_names,
			    ASSIGNMENT_STATES, assignment_states[i].next);
	jsonw_close(w, '}');
	order_write_workflow(w, "order");
	milestones_write_workflow(w, "milestones");
	jsonw_open(w, "outcomes", '[');
	for (const char *const *name = outcome_names; *name != NULL; name++)
		jsonw_string(w, NULL, *name);
	jsonw_close(w, ']');
}
