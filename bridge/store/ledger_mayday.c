/* A crew's call for help: the unit's state and, where it is at an incident, that incident's
 * timeline and its next step, in one transaction. */
#include <string.h>

#include "store/ledger_private.h"

static struct mayday_word word_of(const struct duty_change *said)
{
	return (struct mayday_word){
		.step = said->mayday, .by = said->by, .note = said->note, .at_ms = said->at_ms};
}

/* Where it is called: the incident that it names, or the one that the unit is at. */
static int find_incident(struct ledger *ledger, const struct duty_change *said,
			 const struct unit_doing *unit, struct incident_row *row_r,
			 struct err *err)
{
	const char *id = said->incident_id;

	if (id[0] == '\0' && unit->job_count > 0)
		id = unit->job[0].incident_id;
	return id[0] != '\0' ? ledger->ops->find_incident(ledger->conn, id, row_r, err) : 0;
}

/* It rises at once, to whom the agency's policy says is next. One that cannot rise any more, or
 * is none of this agency, is left as it is: the call itself stands. */
static int raise(struct ledger *ledger, const struct store_request *request,
		 struct incident *incident, struct err *err)
{
	const struct duty_change *said = request->in.duty;
	agency_set before = incident->verdict.agencies;
	char note[MAYDAY_NOTE_SIZE + UNIT_SIZE + 24];
	struct command command = {
		.action = ACTION_ESCALATE,
		.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.acts_for = (agency_set)1 << said->agency,
		.agency = (int)said->agency,
		.expected_version = -1,
		.at_ms = request->at_ms,
		.note = note};
	struct err why;

	snprintf(note, sizeof(note), "DARURAT (mayday) %s %s", said->unit, said->note);
	memcpy(command.by, said->by, USER_SIZE);
	memcpy(command.incident_id, incident->id, ID_SIZE);
	if (incident_apply(incident, &command, &why) < 0)
		return 0;
	return ledger_put_decision(ledger, &command, incident, before, err);
}

static int put(struct ledger *ledger, struct store_request *request, struct unit_doing *unit,
	       bool is_exercise, struct err *err)
{
	const struct duty_change *said = request->in.duty;

	return ledger_put_unit(
		ledger, unit,
		(struct unit_event){.at_ms = request->at_ms,
				    .is_exercise = is_exercise,
				    .by = said->by[0] != '\0' ? said->by : NULL,
				    .note = said->note[0] != '\0' ? said->note : NULL,
				    .command_id = said->command_id,
				    .mayday = mayday_step_names[said->mayday]},
		err);
}

static int put_raised(struct ledger *ledger, struct store_request *request,
		      struct unit_doing *unit, const struct incident_row *row, struct err *err)
{
	struct incident incident;
	int status;

	if (ledger_load_incident(ledger, row, &incident, err) < 0)
		return -1;
	unit->mayday.incident.no = incident.no;
	unit->mayday.incident.is_exercise = incident.is_exercise;
	memcpy(unit->mayday.incident.id, incident.id, ID_SIZE);
	status = put(ledger, request, unit, incident.is_exercise, err);
	if (status == 0)
		status = raise(ledger, request, &incident, err);
	incident_fini(&incident);
	return status;
}

int ledger_take_mayday(struct ledger *ledger, struct store_request *request,
		       struct unit_doing *unit, struct err *err)
{
	struct mayday_word word = word_of(request->in.duty);
	struct incident_row row;
	/* What ends a call is of it, and afterwards there is none to ask. */
	bool is_exercise = word.step != MAYDAY_RAISED && unit->mayday.incident.is_exercise;
	int found = 0, is_news = mayday_take(&unit->mayday, &word, &request->err);

	if (is_news < 0) {
		request->answer = STORE_REFUSED;
		return 0;
	}
	request->answer = is_news > 0 ? STORE_STORED : STORE_REPEATED;
	if (is_news == 0)
		return 0;
	if (word.step == MAYDAY_RAISED)
		found = find_incident(ledger, request->in.duty, unit, &row, err);
	if (found < 0)
		return -1;
	return found > 0 ? put_raised(ledger, request, unit, &row, err)
			 : put(ledger, request, unit, is_exercise, err);
}
