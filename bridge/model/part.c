/* An agency's part of an incident, from being taken to being closed, and begun again.
 *
 * Each agency closes its own; the incident is closed when all of them are. Whoever acts for
 * several and names none means them all, so a supervisor ends the whole matter at once. */
#include <string.h>

#include "model/incident_private.h"

#define BIT(agency) ((agency_set)1 << (agency))

/* When a part is closed, who had begun is done, who had not is not needed any more, and what
 * had ended has ended as it did. */
static const enum assignment_state at_close[ASSIGNMENT_STATES] = {
	[ASSIGNMENT_PENDING] = ASSIGNMENT_CANCELLED,
	[ASSIGNMENT_ACKNOWLEDGED] = ASSIGNMENT_CLEARED,
	[ASSIGNMENT_DISPATCHED] = ASSIGNMENT_CLEARED,
	[ASSIGNMENT_EN_ROUTE] = ASSIGNMENT_CLEARED,
	[ASSIGNMENT_ON_SCENE] = ASSIGNMENT_CLEARED,
	[ASSIGNMENT_CLEARED] = ASSIGNMENT_CLEARED,
	[ASSIGNMENT_CANCELLED] = ASSIGNMENT_CANCELLED,
	[ASSIGNMENT_DECLINED] = ASSIGNMENT_DECLINED,
};

/* What the whole was when its parts ended differently: what one has found counts, whatever the
 * others did not find. So nobody is called a prankster unless all say so. */
static const char *const outcome_order[] = {"resolved",    "handed_over", "duplicate",
					    "unreachable", "other",       "no_event",
					    "prank",       NULL};

bool incident_has_agency(const struct incident *incident, unsigned agency)
{
	return (incident->verdict.agencies & BIT(agency)) != 0;
}

agency_set incident_closed_parts(const struct incident *incident)
{
	agency_set closed = 0;

	for (agency_set left = incident->verdict.agencies; left != 0; left &= left - 1) {
		unsigned agency = (unsigned)__builtin_ctz(left);

		if (incident->assignment[agency].outcome != NULL)
			closed |= BIT(agency);
	}
	return closed;
}

bool incident_is_over(const struct incident *incident)
{
	return incident->verdict.agencies != 0 &&
	       incident_closed_parts(incident) == incident->verdict.agencies;
}

/* Its crew is bound, or has not said that it knows it is not. */
static bool is_owed(const struct order *order)
{
	return order_is_live(order->state) ||
	       (order->state == ORDER_RECALLED && order->receipt_ms[RECEIPT_CONFIRMED] == 0);
}

/* Those that have ended: of the time before. */
static void leave_orders(struct incident *incident, agency_set agencies)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < incident->sent_count; i++)
		if ((agencies & BIT(incident->sent[i].agency)) == 0 ||
		    is_owed(&incident->sent[i]))
			incident->sent[kept++] = incident->sent[i];
	incident->sent_count = kept;
}

void incident_begin_parts(struct incident *incident, agency_set fresh, int64_t at_ms)
{
	leave_orders(incident, fresh);
	for (agency_set left = fresh; left != 0; left &= left - 1)
		incident->assignment[__builtin_ctz(left)] =
			(struct assignment){.state = ASSIGNMENT_PENDING, .since_ms = at_ms};
}

void incident_move_part(struct incident *incident, unsigned agency, enum assignment_state state,
			const struct command *command)
{
	struct assignment *mine = &incident->assignment[agency];

	mine->state = state;
	mine->since_ms = command->at_ms;
	snprintf(mine->by, sizeof(mine->by), "%s", command->by);
}

/* The first time stands. */
void incident_keep_step(struct incident *incident, unsigned agency, enum milestone milestone,
			const struct command *command)
{
	int64_t *step_ms = &incident->assignment[agency].step_ms[milestone];

	if (*step_ms == 0)
		*step_ms = command->happened_ms != 0 ? command->happened_ms : command->at_ms;
}

/* --- whose it is --- */

int incident_acting_agency(const struct incident *incident, const struct command *command,
			   unsigned *agency_r, struct err *err)
{
	agency_set mine = command->acts_for & incident->verdict.agencies;
	int agency = command->agency;

	if (agency < 0 && mine != 0 && (mine & (mine - 1)) == 0)
		agency = __builtin_ctz(mine);
	if (agency < 0)
		return err_field(err, "agency", "is required: in whose name?");
	if (!incident_has_agency(incident, (unsigned)agency))
		return err_field(err, "agency", "has no part in this incident");
	*agency_r = (unsigned)agency;
	return 0;
}

int incident_open_part(const struct incident *incident, const struct command *command,
		       unsigned *agency_r, struct err *err)
{
	unsigned agency = 0;

	if (incident_acting_agency(incident, command, &agency, err) < 0)
		return -1;
	if (incident->assignment[agency].outcome != NULL)
		return err_field(err, "action",
				 "this agency's part is closed: reopen it first");
	*agency_r = agency;
	return 0;
}

/* The part of the agency that was named, else all that the person acts for. */
static int find_parts(const struct incident *incident, const struct command *command,
		      agency_set *parts_r, struct err *err)
{
	agency_set all = incident->verdict.agencies;
	agency_set mine =
		command->agency < 0 ? command->acts_for : BIT((unsigned)command->agency);

	if (all != 0 && (all & mine) == 0)
		return err_field(err, "agency", "has no part in this incident");
	*parts_r = all & mine;
	return 0;
}

/* --- taken --- */

int incident_acknowledge(struct incident *incident, const struct command *command,
			 struct err *err)
{
	unsigned agency = 0;
	enum assignment_state before;

	if (incident_open_part(incident, command, &agency, err) < 0)
		return -1;
	if (command->taken_by != NULL)
		return incident_take_word(incident, agency, command, err);
	before = incident->assignment[agency].state;
	if (incident_is_handed(incident, agency)) {
		incident_take_back(incident, agency);
		return 0;
	}
	if (incident_receive(incident, agency, command) &&
	    !incident_part_may_move(before, ASSIGNMENT_ACKNOWLEDGED))
		return 0; /* it was there already */
	if (!incident_part_may_move(before, ASSIGNMENT_ACKNOWLEDGED))
		return err_field(err, "action", "this agency's part is %s already",
				 assignment_state_names[before]);
	incident_move_part(incident, agency, ASSIGNMENT_ACKNOWLEDGED, command);
	incident_keep_step(incident, agency, MILESTONE_ACKNOWLEDGED, command);
	incident->status = INCIDENT_ACTIVE;
	return 0;
}

/* --- closed --- */

static void close_part(struct incident *incident, unsigned agency, const char *outcome,
		       const struct command *command)
{
	struct assignment *mine = &incident->assignment[agency];

	if (at_close[mine->state] != mine->state)
		incident_move_part(incident, agency, at_close[mine->state], command);
	mine->outcome = outcome;
	mine->closed_at_ms = command->at_ms;
}

static bool is_outcome_of_any(const struct incident *incident, const char *outcome)
{
	for (agency_set left = incident->verdict.agencies; left != 0; left &= left - 1)
		if (strcmp(incident->assignment[__builtin_ctz(left)].outcome, outcome) == 0)
			return true;
	return false;
}

static const char *outcome_of_parts(const struct incident *incident)
{
	const char *const *outcome = outcome_order;

	while (outcome[1] != NULL && !is_outcome_of_any(incident, *outcome))
		outcome++;
	return *outcome;
}

static void end_incident(struct incident *incident, const char *outcome,
			 const struct command *command)
{
	incident->status = INCIDENT_CLOSED;
	incident->closed_at_ms = command->at_ms;
	snprintf(incident->outcome, sizeof(incident->outcome), "%s", outcome);
}

void incident_close_part(struct incident *incident, unsigned agency, const char *outcome,
			 const struct command *command)
{
	close_part(incident, agency, outcome, command);
	if (incident_is_over(incident))
		end_incident(incident, outcome_of_parts(incident), command);
}

static void close_parts(struct incident *incident, agency_set parts,
			const struct command *command)
{
	bool is_whole = parts == incident->verdict.agencies;

	parts &= ~incident_closed_parts(incident);
	incident_free_units(incident, parts, command);
	for (agency_set left = parts; left != 0; left &= left - 1) {
		incident_take_back(incident, (unsigned)__builtin_ctz(left));
		close_part(incident, (unsigned)__builtin_ctz(left), command->outcome, command);
	}
	if (is_whole)
		end_incident(incident, command->outcome,
			     command); /* who ends it all says how */
	else if (incident_is_over(incident))
		end_incident(incident, outcome_of_parts(incident), command);
	else
		incident->status = INCIDENT_ACTIVE;
}

int incident_close(struct incident *incident, const struct command *command, struct err *err)
{
	agency_set parts = 0;
	char units[128];

	if (find_parts(incident, command, &parts, err) < 0)
		return -1;
	if ((parts & ~incident_closed_parts(incident)) == 0 &&
	    parts != incident->verdict.agencies)
		return err_field(err, "action", "this agency's part is closed already");
	if (!command->is_releasing &&
	    incident_has_live_order(incident, parts, units, sizeof(units)))
		return err_field(err, "release", "%s is still bound: true frees it", units);
	close_parts(incident, parts, command);
	return 0;
}

/* --- begun again --- */

/* Nothing of the time before is left in the state, so its timers are dead; the log has it. */
int incident_reopen(struct incident *incident, const struct command *command, struct err *err)
{
	agency_set parts = 0;

	if (incident->merged_into.no != 0)
		return err_field(err, "action", "it was merged into #%lld: split it off there",
				 (long long)incident->merged_into.no);
	if (find_parts(incident, command, &parts, err) < 0)
		return -1;
	if (incident->status != INCIDENT_CLOSED) {
		parts &= incident_closed_parts(incident);
		if (parts == 0)
			return err_field(err, "action", "this agency's part is open");
	} else {
		incident->status = INCIDENT_NEW;
		incident->closed_at_ms = 0;
		incident->outcome[0] = '\0';
	}
	incident_begin_parts(incident, parts, command->at_ms);
	return 0;
}
