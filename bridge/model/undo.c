/* A decision that is taken back as soon as it was made: units that were sent, a step that was
 * told. What follows is an event of its own, and nothing of the other is wiped out. */
#include <string.h>

#include "model/incident_private.h"

static int refuse(struct err *err)
{
	return err_set(err, ERR_CONFLICT, "it is not so any more");
}

/* --- units that were sent --- */

static int call_back(struct incident *incident, const struct command *command, struct err *err)
{
	for (unsigned n = 0; n < command->unit_count; n++)
		if (incident_find_live(incident, command->unit[n].id) < 0)
			return refuse(err);
	for (unsigned n = 0; n < command->unit_count; n++) {
		int i = incident_find_live(incident, command->unit[n].id);

		incident_recall(incident, (unsigned)i, command);
		incident_follow_orders(incident, incident->sent[i].agency, command);
	}
	return 0;
}

/* --- a step --- */

static bool is_undone(const struct order *order, const struct command *command)
{
	int64_t ordered_ms = order->step_ms[ORDER_ORDERED], step_ms = command->undone.step_ms;

	if (command->unit_count > 0 ? strcmp(order->unit, command->unit[0].id) != 0
				    : (command->acts_for >> order->agency & 1) == 0)
		return false;
	return order->state == command->order_state &&
	       order->since_ms == (step_ms > ordered_ms ? step_ms : ordered_ms);
}

/* The furthest that was told before it. */
static enum order_state before(const struct order *order)
{
	enum order_state state = ORDER_ORDERED;

	for (int i = ORDER_ACCEPTED; i <= ORDER_ON_SCENE; i++)
		if (i != (int)order->state && order->step_ms[i] != 0)
			state = (enum order_state)i;
	return state;
}

/* Whether what stands was answered before nobody knows: rather they are asked once more. */
static void step_back(struct order *order)
{
	if (order->step_ms[order->state] == order->since_ms)
		order->step_ms[order->state] = order->told_ms[order->state] = 0;
	if (order->receipt_ms[RECEIPT_ACCEPTED] == order->since_ms)
		order->receipt_ms[RECEIPT_ACCEPTED] = 0;
	order->receipt_ms[RECEIPT_DECLINED] = 0;
	order->state = before(order);
	order->since_ms = order->step_ms[order->state];
	order->is_behind = order->revision > 1 && order->receipt_ms[RECEIPT_CONFIRMED] == 0;
}

/* A crew that was told it is done goes on, and hears so. */
static void take_back(struct incident *incident, unsigned i, const struct command *command)
{
	struct order *order = &incident->sent[i];
	bool was_over = !order_is_live(order->state);

	step_back(order);
	incident->moved |= UINT64_C(1) << i;
	if (was_over)
		incident_order_again(incident, i, command->at_ms);
	incident_follow_orders(incident, order->agency, command);
}

/* Where an agency names no units. */
static int take_part_back(struct incident *incident, const struct command *command,
			  struct err *err)
{
	static const struct {
		enum assignment_state is, was;
		enum milestone milestone;
	} of[ORDER_STATES] = {
		[ORDER_EN_ROUTE] = {ASSIGNMENT_EN_ROUTE, ASSIGNMENT_DISPATCHED,
				    MILESTONE_EN_ROUTE},
		[ORDER_ON_SCENE] = {ASSIGNMENT_ON_SCENE, ASSIGNMENT_EN_ROUTE,
				    MILESTONE_ON_SCENE},
		[ORDER_CLEARED] = {ASSIGNMENT_CLEARED, ASSIGNMENT_ON_SCENE, MILESTONE_CLEARED},
		[ORDER_DECLINED] = {ASSIGNMENT_DECLINED, ASSIGNMENT_ACKNOWLEDGED, MILESTONES},
	};
	enum milestone milestone = of[command->order_state].milestone;
	struct assignment *part;
	unsigned agency = 0;

	if (incident_open_part(incident, command, &agency, err) < 0)
		return -1;
	part = &incident->assignment[agency];
	if (part->state != of[command->order_state].is ||
	    part->since_ms != command->undone.at_ms)
		return refuse(err);
	if (milestone != MILESTONES && part->step_ms[milestone] == command->undone.step_ms)
		part->step_ms[milestone] = part->told_ms[milestone] = 0;
	incident_move_part(incident, agency, of[command->order_state].was, command);
	return 0;
}

int incident_undo(struct incident *incident, const struct command *command, struct err *err)
{
	bool is_any = false;

	if (command->undone.action == ACTION_ASSIGN)
		return call_back(incident, command, err);
	for (unsigned i = 0; i < incident->sent_count; i++) {
		if (!is_undone(&incident->sent[i], command))
			continue;
		take_back(incident, i, command);
		is_any = true;
	}
	if (is_any)
		return 0;
	return command->unit_count > 0 ? refuse(err) : take_part_back(incident, command, err);
}
