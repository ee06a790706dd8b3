/* A part that is given away: to another agency of the city, or to the service of a neighbour.
 *
 * Until it is taken there it stays where it is, and waits as something that was taken and for
 * which nobody is sent: so it rings again. An agency takes it by acknowledging, or by sending
 * somebody; of a neighbour a person writes down who has taken it. Then the part is closed, as
 * handed over. Whoever acknowledges or sends on the giving side has taken it back. */
#include <string.h>

#include "model/incident_private.h"

#define BIT(agency) ((agency_set)1 << (agency))

bool incident_is_handed(const struct incident *incident, unsigned agency)
{
	const struct assignment *part = &incident->assignment[agency];

	return part->outcome == NULL && part->handed_at_ms != 0;
}

void incident_take_back(struct incident *incident, unsigned agency)
{
	struct assignment *part = &incident->assignment[agency];

	/* It waits anew: what it waited for while it was away may have risen to the end. */
	if (part->handed_at_ms != 0)
		memset(&part->wait[WAIT_FOR_STEP], 0, sizeof(part->wait[WAIT_FOR_STEP]));
	part->handed_to = 0;
	part->neighbour[0] = '\0';
	part->handed_at_ms = 0;
}

static bool has_ended_without_going(enum assignment_state state)
{
	return state == ASSIGNMENT_CANCELLED || state == ASSIGNMENT_DECLINED;
}

static void give(struct incident *incident, unsigned agency, const struct command *command)
{
	struct assignment *part = &incident->assignment[agency];

	/* Also what was over here: should nobody take it there, somebody has to know of it. */
	if (part->state == ASSIGNMENT_PENDING || part->state == ASSIGNMENT_CLEARED ||
	    has_ended_without_going(part->state))
		incident_move_part(incident, agency, ASSIGNMENT_ACKNOWLEDGED, command);
	part->handed_to = command->to_agency >= 0 ? BIT((unsigned)command->to_agency) : 0;
	memcpy(part->neighbour, command->neighbour, NEIGHBOUR_SIZE);
	part->handed_at_ms = command->at_ms;
	memset(&part->wait[WAIT_FOR_STEP], 0, sizeof(part->wait[WAIT_FOR_STEP]));
}

/* It rings there, unless they are at it already: then they see it and have to say so. */
static void call(struct incident *incident, unsigned agency, const struct command *command)
{
	bool is_theirs = incident_has_agency(incident, agency) &&
			 incident->assignment[agency].outcome == NULL &&
			 !has_ended_without_going(incident->assignment[agency].state);

	if (!is_theirs)
		incident_begin_parts(incident, BIT(agency), command->at_ms);
	incident->verdict.agencies |= BIT(agency);
}

int incident_hand_over(struct incident *incident, const struct command *command,
		       struct err *err)
{
	unsigned agency = 0;
	char units[128];

	if (incident_open_part(incident, command, &agency, err) < 0)
		return -1;
	if (command->to_agency == (int)agency)
		return err_field(err, "to", "is who has it");
	if (command->to_agency >= 0 &&
	    incident->assignment[command->to_agency].handed_to == BIT(agency) &&
	    incident_is_handed(incident, (unsigned)command->to_agency))
		return err_field(err, "to", "has handed its own part to this agency");
	if (incident_has_live_order(incident, BIT(agency), units, sizeof(units)))
		return err_field(err, "action", "%s is still bound: clear or recall it first",
				 units);
	give(incident, agency, command);
	if (command->to_agency >= 0)
		call(incident, (unsigned)command->to_agency, command);
	incident->status = INCIDENT_ACTIVE;
	return 0;
}

int incident_take_word(struct incident *incident, unsigned agency,
		       const struct command *command, struct err *err)
{
	const struct assignment *part = &incident->assignment[agency];

	if (!incident_is_handed(incident, agency) || part->neighbour[0] == '\0')
		return err_field(err, "taken_by", "nothing was handed to a neighbour");
	incident->status = INCIDENT_ACTIVE;
	incident_close_part(incident, agency, outcome_find("handed_over"), command);
	return 0;
}

bool incident_receive(struct incident *incident, unsigned agency, const struct command *command)
{
	bool is_any = false;

	for (agency_set left = incident->verdict.agencies; left != 0; left &= left - 1) {
		unsigned from = (unsigned)__builtin_ctz(left);

		if (!incident_is_handed(incident, from) ||
		    incident->assignment[from].handed_to != BIT(agency))
			continue;
		incident_close_part(incident, from, outcome_find("handed_over"), command);
		is_any = true;
	}
	return is_any;
}

void incident_settle_hand_overs(struct incident *incident)
{
	agency_set takers = incident->verdict.agencies & ~incident_closed_parts(incident);

	for (agency_set left = takers; left != 0; left &= left - 1)
		if (has_ended_without_going(incident->assignment[__builtin_ctz(left)].state))
			takers &= ~BIT((unsigned)__builtin_ctz(left));
	for (agency_set left = incident->verdict.agencies; left != 0; left &= left - 1) {
		unsigned agency = (unsigned)__builtin_ctz(left);
		struct assignment *part = &incident->assignment[agency];

		if (incident_is_handed(incident, agency) && part->handed_to != 0 &&
		    (part->handed_to & takers) == 0)
			incident_take_back(incident, agency);
	}
}
