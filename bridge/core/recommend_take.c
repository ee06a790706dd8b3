/* How things stand, from the incident, the log, the air and the roster. */
#include <stdio.h>
#include <string.h>

#include "core/recommend_private.h"
#include "core/roster.h"
#include "model/incident.h"
#include "model/unit.h"
#include "model/unit_trace.h"

void recommend_take_incident(struct recommend_situation *situation, const struct rules *rules,
			     const struct incident *incident)
{
	const struct location *at = &incident->location;

	situation->category = rules_category_index(rules, incident->verdict.category);
	situation->priority = incident->verdict.priority;
	situation->has_point = at->has_point;
	situation->lat_e7 = at->lat_e7;
	situation->lon_e7 = at->lon_e7;
	memcpy(situation->area, at->area, AREA_SIZE);
}

void recommend_take_roster(struct recommend_unit *unit, const struct roster *roster,
			   int64_t at_ms)
{
	struct roster_word word = roster_ask(roster, unit->unit->id, at_ms);

	unit->duty = word.duty == ROSTER_OFF ? RECOMMEND_OFF : RECOMMEND_ON;
	unit->duty_since_ms = word.since_ms;
	unit->on_since_ms = word.duty == ROSTER_ON ? word.since_ms : 0;
	unit->staff = word.now != NULL && word.now->crew > 0 ? word.now->crew : -1;
}

void recommend_take_trace(struct recommend_unit *unit, const struct unit_trace *trace)
{
	static const enum recommend_presence presences[] = {
		[UNIT_UNHEARD] = RECOMMEND_UNKNOWN,
		[UNIT_ONLINE] = RECOMMEND_ONLINE,
		[UNIT_OFFLINE] = RECOMMEND_OFFLINE,
	};

	unit->presence = presences[trace->presence];
	unit->presence_since_ms = trace->since_ms;
	unit->has_position = trace->at_ms != 0;
	unit->lat_e7 = trace->lat_e7;
	unit->lon_e7 = trace->lon_e7;
	unit->position_at_ms = trace->at_ms;
}

/* Who was said to be off duty or out of service is so until somebody says otherwise: the ledger
 * would not send it. Who was said to be on duty is so until the roster changes. */
static void take_duty(struct recommend_unit *unit, const struct unit_doing *doing)
{
	static const enum recommend_duty duties[] = {
		[DUTY_ON] = RECOMMEND_ON,
		[DUTY_OFF] = RECOMMEND_OFF,
		[DUTY_OUT_OF_SERVICE] = RECOMMEND_OUT_OF_SERVICE,
	};

	if (doing->duty == DUTY_LOGGED_OUT) {
		unit->presence = RECOMMEND_LOGGED_OUT;
		unit->presence_since_ms = doing->duty_since_ms;
	} else if (doing->duty != DUTY_ON ||
		   (doing->duty_since_ms != 0 && doing->duty_since_ms >= unit->duty_since_ms))
		unit->duty = duties[doing->duty];
}

/* The active job of those elsewhere is said. */
static void take_job(struct recommend_unit *unit, const struct unit_job *job,
		     const struct incident *incident)
{
	if (strcmp(job->incident_id, incident->id) == 0) {
		unit->is_here = true;
		return;
	}
	if (job->is_exercise && !incident->is_exercise) {
		unit->is_in_exercise = true;
		return;
	}
	if (unit->is_busy)
		return;
	unit->is_busy = true;
	unit->busy_no = job->no;
	unit->busy_since_ms = job->since_ms;
	memcpy(unit->busy_incident, job->incident_id, ID_SIZE);
	snprintf(unit->busy_state, sizeof(unit->busy_state), "%s",
		 order_state_names[job->state]);
}

void recommend_take_doing(struct recommend_unit *unit, const struct unit_doing *doing,
			  const struct incident *incident)
{
	take_duty(unit, doing);
	if (doing->duty_since_ms != 0) /* else nobody knows when its shift began */
		unit->shift_jobs = (int)doing->shift_jobs;
	if (doing->shift_since_ms != 0) {
		unit->on_since_ms = doing->shift_since_ms;
		unit->worked_ms = doing->worked_ms;
	}
	for (unsigned i = 0; i < doing->job_count; i++)
		take_job(unit, &doing->job[i], incident);
	for (unsigned i = 0; i < incident->sent_count; i++)
		if (strcmp(incident->sent[i].unit, doing->id) == 0)
			unit->has_declined = incident->sent[i].state == ORDER_DECLINED;
}
