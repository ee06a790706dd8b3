/* Units sent to an incident, and what they say: decisions on its orders.
 *
 * The agency's part follows from its orders: it is as far as the one that is furthest. */
#include <string.h>

#include "base/xalloc.h"
#include "model/incident_private.h"

static bool is_of(const struct order *order, const char *unit)
{
	return strcmp(order->unit, unit) == 0;
}

/* The live order of a unit; -1: it has none here. */
int incident_find_live(const struct incident *incident, const char *unit)
{
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (is_of(&incident->sent[i], unit) && order_is_live(incident->sent[i].state))
			return (int)i;
	return -1;
}

static int find_last(const struct incident *incident, const char *unit)
{
	for (unsigned i = incident->sent_count; i-- > 0;)
		if (is_of(&incident->sent[i], unit))
			return (int)i;
	return -1;
}

bool incident_has_live_order(const struct incident *incident, agency_set agencies,
			     char *units_r, size_t size)
{
	size_t used = 0;

	units_r[0] = '\0';
	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];

		if ((agencies >> order->agency & 1) == 0 || !order_is_live(order->state) ||
		    used >= size)
			continue;
		used += (size_t)snprintf(units_r + used, size - used, "%s%s",
					 used > 0 ? ", " : "", order->unit);
	}
	return used > 0;
}

/* --- the agency's part --- */

static enum assignment_state part_of(const struct incident *incident, unsigned agency)
{
	static const enum assignment_state of[ORDER_STATES] = {
		[ORDER_ORDERED] = ASSIGNMENT_DISPATCHED,
		[ORDER_ACCEPTED] = ASSIGNMENT_DISPATCHED,
		[ORDER_EN_ROUTE] = ASSIGNMENT_EN_ROUTE,
		[ORDER_ON_SCENE] = ASSIGNMENT_ON_SCENE,
	};
	bool is_cleared = false, is_live = false;
	enum assignment_state furthest = ASSIGNMENT_DISPATCHED;

	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];

		if (order->agency != agency)
			continue;
		is_cleared = is_cleared || order->state == ORDER_CLEARED;
		if (!order_is_live(order->state))
			continue;
		is_live = true;
		if (of[order->state] > furthest)
			furthest = of[order->state];
	}
	/* Nobody goes who was asked: somebody has to ask another. */
	return is_live ? furthest : is_cleared ? ASSIGNMENT_CLEARED : ASSIGNMENT_ACKNOWLEDGED;
}

void incident_follow_orders(struct incident *incident, unsigned agency,
			    const struct command *command)
{
	enum assignment_state state = part_of(incident, agency);

	if (incident->assignment[agency].state != state)
		incident_move_part(incident, agency, state, command);
}

/* --- orders --- */

static unsigned count_live(const struct incident *incident)
{
	unsigned n = 0;

	for (unsigned i = 0; i < incident->sent_count; i++)
		n += order_is_live(incident->sent[i].state);
	return n;
}

/* For so many more: those that ended first leave the state. The log has them. */
static void make_room(struct incident *incident, unsigned more)
{
	for (unsigned i = 0;
	     i < incident->sent_count && incident->sent_count + more > INCIDENT_ORDERS_MAX;) {
		if (order_is_live(incident->sent[i].state)) {
			i++;
			continue;
		}
		incident->sent_count--;
		memmove(&incident->sent[i], &incident->sent[i + 1],
			(incident->sent_count - i) * sizeof(incident->sent[0]));
	}
}

/* Nothing that a crew says of an order is older than the order: then its clock is behind. */
static int64_t when(const struct order *order, const struct command *command)
{
	int64_t at_ms = command->happened_ms != 0 ? command->happened_ms : command->at_ms;

	return at_ms > order->step_ms[ORDER_ORDERED] ? at_ms : order->step_ms[ORDER_ORDERED];
}

static void hear(struct incident *incident, unsigned i)
{
	incident->heard |= UINT64_C(1) << i;
}

/* About what was ordered before it was changed. */
static bool is_of_older(const struct order *order, const struct command *command)
{
	return command->revision != 0 && command->revision < order->revision;
}

/* A step that is radioed may be of an order before this one, and is true all the same. */
static int check_revision(const struct order *order, const struct command *command,
			  struct err *err)
{
	bool names_it = command->action == ACTION_RECEIPT || !command->is_radioed;

	if (names_it && command->revision > order->revision)
		return err_field(err, "revision", "the order of %s is at revision %u",
				 order->unit, order->revision);
	if (is_of_older(order, command) && !command->is_radioed)
		return err_set(err, ERR_CONFLICT,
			       "the order of %s is at revision %u by now, this is about %u",
			       order->unit, order->revision, command->revision);
	return 0;
}

static void move_order(struct incident *incident, unsigned i, enum order_state state,
		       const struct command *command)
{
	struct order *order = &incident->sent[i];

	order->state = state;
	order->is_behind = is_of_older(order, command);
	order->since_ms = when(order, command);
	if (order->step_ms[state] == 0)
		order->step_ms[state] = when(order, command);
	if (state == ORDER_ACCEPTED && order->receipt_ms[RECEIPT_ACCEPTED] == 0)
		order->receipt_ms[RECEIPT_ACCEPTED] = when(order, command);
	if (state == ORDER_DECLINED)
		order->receipt_ms[RECEIPT_DECLINED] = when(order, command);
	incident->moved |= UINT64_C(1) << i;
}

static void add_order(struct incident *incident, const struct command_unit *unit,
		      const struct command *command)
{
	/* On paper they were sent by voice, then: nothing is to ring at a crew that is back. */
	int64_t at_ms = command->is_from_paper ? command->happened_ms : command->at_ms;
	struct order *order;

	incident->sent =
		xrealloc(incident->sent, (incident->sent_count + 1) * sizeof(*incident->sent));
	order = &incident->sent[incident->sent_count];
	*order = (struct order){
		.agency = unit->agency,
		.state = ORDER_ORDERED,
		.since_ms = at_ms,
		.revision = 1,
		.receipt_ms[RECEIPT_QUEUED] = command->at_ms,
		.receipt_ms[RECEIPT_CONFIRMED] = command->is_from_paper ? at_ms : 0,
		.step_ms[ORDER_ORDERED] = at_ms,
	};
	memcpy(order->unit, unit->id, UNIT_SIZE);
	memcpy(order->dispatch_id, unit->dispatch_id, ID_SIZE);
	snprintf(order->by, ORDER_BY_SIZE, "%s", command->by);
	if (!command->is_from_paper)
		hear(incident, incident->sent_count);
	incident->moved |= UINT64_C(1) << incident->sent_count;
	incident->sent_count++;
}

static int check_unit(const struct incident *incident, const struct command *command,
		      unsigned i, struct err *err)
{
	const struct command_unit *unit = &command->unit[i];
	char field[24];

	snprintf(field, sizeof(field), "units[%u]", i);
	if ((command->acts_for >> unit->agency & 1) == 0 ||
	    (command->agency >= 0 && (unsigned)command->agency != unit->agency))
		return err_field(err, field, "%s is not of an agency you act for here",
				 unit->id);
	if (incident_closed_parts(incident) >> unit->agency & 1)
		return err_field(err, field,
				 "the part of the agency of %s is closed: reopen it", unit->id);
	if (incident_find_live(incident, unit->id) >= 0)
		return err_field(err, field, "%s is on this incident already", unit->id);
	return 0;
}

/* Who sends one more does not call back those who are there. */
static bool is_on_its_way(enum assignment_state state)
{
	return state == ASSIGNMENT_EN_ROUTE || state == ASSIGNMENT_ON_SCENE;
}

int incident_assign(struct incident *incident, const struct command *command, struct err *err)
{
	for (unsigned i = 0; i < command->unit_count; i++)
		if (check_unit(incident, command, i, err) < 0)
			return -1;
	if (count_live(incident) + command->unit_count > INCIDENT_ORDERS_MAX)
		return err_field(err, "units", "more than %d units on one incident",
				 INCIDENT_ORDERS_MAX);
	make_room(incident, command->unit_count);
	for (unsigned i = 0; i < command->unit_count; i++) {
		const struct command_unit *unit = &command->unit[i];

		if (!incident_has_agency(incident, unit->agency))
			incident_begin_parts(incident, (agency_set)1 << unit->agency,
					     command->at_ms);
		incident->verdict.agencies |= (agency_set)1 << unit->agency;
		incident_take_back(incident, unit->agency);
		(void)incident_receive(incident, unit->agency, command); /* or there was none */
		add_order(incident, unit, command);
		if (!is_on_its_way(incident->assignment[unit->agency].state))
			incident_follow_orders(incident, unit->agency, command);
	}
	incident->status = INCIDENT_ACTIVE;
	return 0;
}

/* What happened before that which stands is written down, and changes nothing newer. That a
 * crew comes for what was ordered before does not say that it comes for what is ordered now;
 * that it does not come, or where it is, holds for both. */
static bool is_late(const struct order *order, const struct command *command)
{
	if (is_of_older(order, command) && command->order_state == ORDER_ACCEPTED)
		return true;
	return command->happened_ms != 0 &&
	       (when(order, command) < order->since_ms || command->order_state == order->state);
}

static void take_late(struct incident *incident, unsigned i, const struct command *command)
{
	struct order *order = &incident->sent[i];

	if (order->step_ms[command->order_state] == 0)
		order->step_ms[command->order_state] = when(order, command);
	incident->is_late = true;
}

static int step_order(struct incident *incident, unsigned i, const struct command *command,
		      struct err *err)
{
	struct order *order = &incident->sent[i];

	if (check_revision(order, command, err) < 0)
		return -1;
	if (is_late(order, command)) {
		take_late(incident, i, command);
		return 0;
	}
	if (!order_may_move(order->state, command->order_state))
		return err_field(err, "status", "%s is %s: %s cannot follow", order->unit,
				 order_state_names[order->state],
				 order_state_names[command->order_state]);
	move_order(incident, i, command->order_state, command);
	incident_follow_orders(incident, order->agency, command);
	return 0;
}

static int step_unit(struct incident *incident, const struct command *command, struct err *err)
{
	const struct command_unit *unit = &command->unit[0];
	int i = incident_find_live(incident, unit->id);

	if (i < 0)
		i = find_last(incident, unit->id);
	if ((command->acts_for >> unit->agency & 1) == 0)
		return err_field(err, "unit", "%s is not of an agency you act for", unit->id);
	if (i < 0)
		return err_field(err, "unit", "%s was not sent to this incident", unit->id);
	return step_order(incident, (unsigned)i, command, err);
}

/* Where an agency does not name its units, it says how far it is itself. */
static int step_part(struct incident *incident, unsigned agency, const struct command *command,
		     struct err *err)
{
	static const struct {
		enum assignment_state state;
		enum milestone milestone;
	} of[ORDER_STATES] = {
		[ORDER_EN_ROUTE] = {ASSIGNMENT_EN_ROUTE, MILESTONE_EN_ROUTE},
		[ORDER_ON_SCENE] = {ASSIGNMENT_ON_SCENE, MILESTONE_ON_SCENE},
		[ORDER_CLEARED] = {ASSIGNMENT_CLEARED, MILESTONE_CLEARED},
		[ORDER_DECLINED] = {ASSIGNMENT_DECLINED, MILESTONES},
	};
	enum assignment_state state = of[command->order_state].state;

	if (state == ASSIGNMENT_PENDING ||
	    !incident_part_may_move(incident->assignment[agency].state, state))
		return err_field(err, "status", "this agency's part is %s: %s cannot follow",
				 assignment_state_names[incident->assignment[agency].state],
				 order_state_names[command->order_state]);
	incident_move_part(incident, agency, state, command);
	if (of[command->order_state].milestone != MILESTONES)
		incident_keep_step(incident, agency, of[command->order_state].milestone,
				   command);
	return 0;
}

/* All of an agency's units at once: what one of them cannot do, none does. */
static int step_all(struct incident *incident, unsigned agency, const struct command *command,
		    struct err *err)
{
	bool is_any = false;

	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];

		if (order->agency != agency || !order_is_live(order->state))
			continue;
		is_any = true;
		if (!is_late(order, command) &&
		    !order_may_move(order->state, command->order_state))
			return step_order(incident, i, command, err);
	}
	if (!is_any)
		return step_part(incident, agency, command, err);
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (incident->sent[i].agency == agency &&
		    order_is_live(incident->sent[i].state) &&
		    step_order(incident, i, command, err) < 0)
			return -1;
	return 0;
}

int incident_step(struct incident *incident, const struct command *command, struct err *err)
{
	unsigned agency = 0;

	if (command->unit_count > 0)
		return step_unit(incident, command, err);
	if (incident->status == INCIDENT_CLOSED)
		return err_field(err, "action", "status is not possible: the incident is %s",
				 incident_status_names[INCIDENT_CLOSED]);
	if (incident_open_part(incident, command, &agency, err) < 0)
		return -1;
	return step_all(incident, agency, command, err);
}

/* --- recalls --- */

/* What was ordered is different: whether that is known there is to be shown anew. */
static void begin_receipts(struct order *order, int64_t at_ms)
{
	order->revision++;
	for (int r = RECEIPT_BROKER; r <= RECEIPT_CONFIRMED; r++)
		order->receipt_ms[r] = 0;
	order->receipt_ms[RECEIPT_QUEUED] = at_ms;
}

/* What is entered from paper was said by voice, then: the crew knows, and nothing rings. */
void incident_recall(struct incident *incident, unsigned i, const struct command *command)
{
	struct order *order = &incident->sent[i];

	move_order(incident, i, ORDER_RECALLED, command);
	begin_receipts(order, command->at_ms);
	if (command->is_from_paper)
		order->receipt_ms[RECEIPT_CONFIRMED] = when(order, command);
	else
		hear(incident, i);
}

void incident_order_again(struct incident *incident, unsigned i, int64_t at_ms)
{
	begin_receipts(&incident->sent[i], at_ms);
	hear(incident, i);
}

static void release(struct incident *incident, unsigned i, const struct command *command)
{
	move_order(incident, i, ORDER_CLEARED, command);
	if (!command->is_from_paper)
		hear(incident, i);
}

void incident_free_units(struct incident *incident, agency_set agencies,
			 const struct command *command)
{
	for (unsigned i = 0; i < incident->sent_count; i++) {
		enum order_state state = incident->sent[i].state;

		if (!order_is_live(state) || (agencies >> incident->sent[i].agency & 1) == 0)
			continue;
		/* Who had begun is done; who had not is not needed any more. */
		if (state == ORDER_ORDERED)
			incident_recall(incident, i, command);
		else
			release(incident, i, command);
	}
}

static int cancel_units(struct incident *incident, const struct command *command,
			struct err *err)
{
	for (unsigned i = 0; i < command->unit_count; i++) {
		const struct command_unit *unit = &command->unit[i];
		char field[24];

		snprintf(field, sizeof(field), "units[%u]", i);
		if ((command->acts_for >> unit->agency & 1) == 0)
			return err_field(err, field, "%s is not of an agency you act for",
					 unit->id);
		if (incident_find_live(incident, unit->id) < 0)
			return err_field(err, field, "%s is not on this incident", unit->id);
	}
	for (unsigned i = 0; i < command->unit_count; i++) {
		incident_recall(incident,
				(unsigned)incident_find_live(incident, command->unit[i].id),
				command);
		incident_follow_orders(incident, command->unit[i].agency, command);
	}
	return 0;
}

int incident_cancel(struct incident *incident, const struct command *command, struct err *err)
{
	unsigned agency = 0;

	if (command->unit_count > 0)
		return cancel_units(incident, command, err);
	if (incident_open_part(incident, command, &agency, err) < 0)
		return -1;
	if (!incident_part_may_move(incident->assignment[agency].state, ASSIGNMENT_CANCELLED))
		return err_field(err, "action", "this agency's part is %s already",
				 assignment_state_names[incident->assignment[agency].state]);
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (incident->sent[i].agency == agency &&
		    order_is_live(incident->sent[i].state))
			incident_recall(incident, i, command);
	incident_move_part(incident, agency, ASSIGNMENT_CANCELLED, command);
	return 0;
}

/* --- what proves them --- */

/* The first time of each stands. What proves more proves what is less. */
static int prove(struct order *order, const struct command *command, struct err *err)
{
	if (order->receipt_ms[command->receipt] != 0)
		return err_set(err, ERR_CONFLICT, "that is known");
	for (int r = RECEIPT_DEVICE; r <= (int)command->receipt; r++)
		if (order->receipt_ms[r] == 0)
			order->receipt_ms[r] = when(order, command);
	if (command->receipt == RECEIPT_BROKER)
		order->receipt_ms[RECEIPT_BROKER] = when(order, command);
	return 0;
}

/* What a crew has seen of the order as it was stands in the log, and proves nothing of the one
 * that stands. What the broker had of it nobody asks any more. */
static int take_older(struct incident *incident, const struct command *command, struct err *err)
{
	if (command->receipt == RECEIPT_BROKER)
		return err_set(err, ERR_CONFLICT, "a newer revision is on its way");
	incident->is_late = true;
	return 0;
}

int incident_take_receipt(struct incident *incident, const struct command *command,
			  struct err *err)
{
	for (unsigned i = 0; i < incident->sent_count; i++) {
		struct order *order = &incident->sent[i];

		if (strcmp(order->dispatch_id, command->dispatch_id) != 0)
			continue;
		if (check_revision(order, command, err) < 0)
			return -1;
		return is_of_older(order, command) ? take_older(incident, command, err)
						   : prove(order, command, err);
	}
	return err_field(err, "dispatch_id", "is no order of this incident");
}

void incident_change_orders(struct incident *incident, unsigned change, int64_t at_ms)
{
	for (unsigned i = 0; i < incident->sent_count; i++) {
		struct order *order = &incident->sent[i];

		if (!order_is_live(order->state))
			continue;
		incident_order_again(incident, i, at_ms);
		incident->changed |= change;
	}
}
