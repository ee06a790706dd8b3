/* What units do, changed in the transaction of what changes it.
 *
 * Two who want the same unit meet here: the second sees what the first has done, whoever asked
 * first. The table points at the last event that tells of a unit; one of which nothing was ever
 * said is on duty and free. */
#include <string.h>

#include "store/ledger_private.h"

static int read_told(const struct event *event, const struct agencies *agencies,
		     struct unit_doing *unit_r, struct err *err)
{
	struct slice told = event_unit(event->body);
	json_t *object = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);
	int status = unit_read(object, agencies, unit_r, err);

	json_decref(object);
	if (status < 0)
		err->kind = ERR_IO; /* ours, and damaged: nobody's input is wrong */
	return status;
}

static int load(struct ledger *ledger, const char *id, unsigned agency,
		struct unit_doing *unit_r, struct err *err)
{
	struct unit_row row;
	struct event last;
	int found = ledger->ops->get_unit(ledger->conn, id, &row, err);

	unit_begin(unit_r, id, agency);
	if (found > 0)
		found = ledger->ops->get_event(ledger->conn, row.seq, &last, err);
	if (found <= 0)
		return found;
	found = read_told(&last, ledger->agencies, unit_r, err);
	buf_unref(&last.body);
	unit_r->agency = agency; /* today's: what was told may name one that is gone */
	return found < 0 ? -1 : 0;
}

int ledger_put_unit(struct ledger *ledger, struct unit_doing *unit, struct unit_event told,
		    struct err *err)
{
	struct event event = {
		.at_ms = told.at_ms,
		.kind = EVENT_UNIT_UPDATED,
		.audience = {.scope = SCOPE_STAFF, .agencies = (agency_set)1 << unit->agency}};
	struct unit_row row = {.seq = ledger->end.seq + 1};

	unit->version++;
	told.seq = row.seq;
	memcpy(row.id, unit->id, UNIT_SIZE);
	event_write_unit(&ledger->text, &told, unit, ledger->agencies);
	if (ledger_add_event(ledger, event, 0, err) < 0)
		return -1;
	return ledger->ops->put_unit(ledger->conn, &row, err);
}

/* --- may it be sent? --- */

static void say_where(const struct unit_doing *unit, const struct unit_job *job,
		      char text_r[160])
{
	char since[CLOCK_TEXT];

	clock_format(job->since_ms, since);
	snprintf(text_r, 160, "%s is %s on #%04lld%s since %s, sent by %s", unit->id,
		 order_state_names[job->state], (long long)job->no,
		 job->is_exercise ? ", an exercise," : "", since,
		 job->by[0] != '\0' ? job->by : "the bridge");
}

/* 1: that does not keep it here. 0: it does, and the request says why. */
static int pass_guard(struct store_request *request, enum guard guard, const char *field,
		      const char *why)
{
	const struct command *command = request->in.command;
	enum guard_rule rule = command->guards.rule[guard];

	/* What was sent on paper was sent, and nobody is alerted by it now. */
	if (rule == GUARD_FREE || (rule == GUARD_WARN && command->is_overriding) ||
	    (guard_is_fixed(guard) && command->is_from_paper))
		return 1;
	(void)err_set(&request->err, rule == GUARD_WARN ? ERR_CONFLICT : ERR_INVALID,
		      rule == GUARD_WARN ? "%s: another one, or override with a note"
					 : "%s: another one",
		      why);
	snprintf(request->err.field, sizeof(request->err.field), "%s", field);
	return 0;
}

static int check_duty(struct store_request *request, const char *field,
		      const struct unit_doing *unit)
{
	static const struct {
		enum guard guard;
		const char *words;
	} of[DUTIES] = {
		[DUTY_OFF] = {GUARD_OFF_DUTY, "off duty"},
		[DUTY_OUT_OF_SERVICE] = {GUARD_OUT_OF_SERVICE, "out of service"},
		[DUTY_LOGGED_OUT] = {GUARD_LOGGED_OUT, "logged out"},
	};
	char why[64];

	if (unit->duty == DUTY_ON)
		return 1;
	snprintf(why, sizeof(why), "%s is %s", unit->id, of[unit->duty].words);
	return pass_guard(request, of[unit->duty].guard, field, why);
}

/* Another matter keeps it, or only what it plays; GUARDS: nothing. */
static enum guard kept_by(const struct unit_doing *unit, bool is_exercise, enum guard busy,
			  char why_r[160])
{
	const struct unit_job *job = unit_kept_by(unit, is_exercise);

	if (job == NULL && unit->job_count == 0)
		return GUARDS;
	say_where(unit, job != NULL ? job : &unit->job[0], why_r);
	return job != NULL ? busy : GUARD_IN_EXERCISE;
}

static int check_jobs(struct store_request *request, const char *field,
		      const struct unit_doing *unit, bool is_exercise)
{
	enum guard guard;
	char why[160];

	if (unit->job_count == UNIT_JOBS_MAX)
		return err_field(&request->err, field, "%s has %d jobs already", unit->id,
				 UNIT_JOBS_MAX),
		       0;
	guard = kept_by(unit, is_exercise, GUARD_BUSY, why);
	return guard == GUARDS ? 1 : pass_guard(request, guard, field, why);
}

static bool is_named(const struct command *command, const char *id)
{
	for (unsigned i = 0; i < command->unit_count; i++)
		if (strcmp(command->unit[i].id, id) == 0)
			return true;
	return false;
}

/* One crew is not in two vehicles, unless a person says that it is. */
static int check_mate(struct ledger *ledger, struct store_request *request, const char *field,
		      const struct command_unit *sent, const char *mate_id, bool is_exercise,
		      struct err *err)
{
	enum guard guard;
	struct unit_doing mate;
	char where[160], why[224];

	if (load(ledger, mate_id, sent->agency, &mate, err) < 0)
		return -1;
	guard = kept_by(&mate, is_exercise, GUARD_CREW_OUT, where);
	if (guard == GUARDS && is_named(request->in.command, mate_id)) {
		snprintf(where, sizeof(where), "%s is to be sent, too", mate_id);
		guard = GUARD_CREW_OUT;
	}
	if (guard == GUARDS)
		return 1;
	snprintf(why, sizeof(why), "%s goes with the crew of %s, and %s", sent->id, mate_id,
		 where);
	return pass_guard(request, guard, field, why);
}

static int check_crew(struct ledger *ledger, struct store_request *request, const char *field,
		      const struct command_unit *sent, bool is_exercise, struct err *err)
{
	int may = 1;

	for (unsigned i = 0; may > 0 && i < sent->mate_count; i++)
		may = check_mate(ledger, request, field, sent, sent->mate[i], is_exercise, err);
	return may;
}

/* 1: yes. 0: the request says why not. */
static int may_send(struct ledger *ledger, struct store_request *request, unsigned i,
		    bool is_exercise, struct err *err)
{
	const struct command_unit *sent = &request->in.command->unit[i];
	struct unit_doing unit;
	char field[24];
	int may;

	snprintf(field, sizeof(field), "units[%u]", i);
	if (load(ledger, sent->id, sent->agency, &unit, err) < 0)
		return -1;
	may = check_duty(request, field, &unit);
	if (may > 0)
		may = check_jobs(request, field, &unit, is_exercise);
	return may > 0 ? check_crew(ledger, request, field, sent, is_exercise, err) : may;
}

int ledger_may_send(struct ledger *ledger, struct store_request *request, bool is_exercise,
		    struct err *err)
{
	int may = 1;

	for (unsigned i = 0; may > 0 && i < request->in.command->unit_count; i++)
		may = may_send(ledger, request, i, is_exercise, err);
	return may;
}

/* --- may it go on? --- */

/* NULL: nowhere. What is played keeps nobody from what is real. */
static const struct unit_job *gone_to(const struct unit_doing *unit,
				      const struct incident *incident, int64_t since_ms)
{
	for (unsigned i = 0; i < unit->job_count; i++) {
		const struct unit_job *job = &unit->job[i];

		if (strcmp(job->incident_id, incident->id) != 0 && job->since_ms >= since_ms &&
		    (incident->is_exercise || !job->is_exercise))
			return job;
	}
	return NULL;
}

int ledger_may_go_on(struct ledger *ledger, struct store_request *request,
		     const struct command *command, const struct incident *incident,
		     struct err *err)
{
	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];
		const struct unit_job *job;
		struct unit_doing unit;
		char where[160];

		if ((incident->moved >> i & 1) == 0 || !order_is_live(order->state))
			continue;
		if (load(ledger, order->unit, order->agency, &unit, err) < 0)
			return -1;
		job = gone_to(&unit, incident, command->undone.at_ms);
		if (job == NULL)
			continue;
		say_where(&unit, job, where);
		return err_set(&request->err, ERR_CONFLICT, "%s", where), 0;
	}
	return 1;
}

/* --- what follows from a decision --- */

int ledger_move_units(struct ledger *ledger, const struct command *command,
		      const struct incident *incident, uint64_t because_of, struct err *err)
{
	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];
		struct unit_task task = {incident->id, incident->no, incident->is_exercise};
		struct unit_doing unit;

		if ((incident->moved >> i & 1) == 0)
			continue;
		if (load(ledger, order->unit, order->agency, &unit, err) < 0)
			return -1;
		if (!unit_take_order(&unit, order, &task))
			return err_set(err, ERR_INVALID, "%s has too many jobs", unit.id);
		if (ledger_put_unit(ledger, &unit,
				    (struct unit_event){
					    .at_ms = command->at_ms,
					    .is_exercise = incident->is_exercise,
					    .by = command->by[0] != '\0' ? command->by : NULL,
					    .because_of = because_of},
				    err) < 0)
			return -1;
	}
	return 0;
}

/* --- out of an exercise --- */

/* It is recalled from there, by whoever needs it; where that cannot be, it stays as it is. */
static int recall(struct ledger *ledger, const struct command *why, const struct unit_job *job,
		  const struct command_unit *unit, struct err *err)
{
	struct command recall = {
		.action = ACTION_CANCEL,
		.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.acts_for = (agency_set)1 << unit->agency,
		.agency = -1,
		.expected_version = -1,
		.at_ms = why->at_ms,
		.reason = "dibutuhkan dalam keadaan nyata / needed for something real",
		.unit_count = 1};
	struct incident_row row;
	struct incident incident;
	agency_set before;
	struct err refused;
	int found = ledger->ops->find_incident(ledger->conn, job->incident_id, &row, err);
	unsigned at = ledger->count;

	if (found <= 0 || ledger_load_incident(ledger, &row, &incident, err) < 0)
		return found <= 0 ? found : -1;
	before = incident.verdict.agencies;
	recall.unit[0] = *unit;
	memcpy(recall.by, why->by, USER_SIZE);
	memcpy(recall.incident_id, incident.id, ID_SIZE);
	found = 0;
	if (incident_apply(&incident, &recall, &refused) == 0) {
		found = ledger_put_decision(ledger, &recall, &incident, before, err);
		if (found == 0)
			found = ledger_move_units(ledger, &recall, &incident,
						  ledger->events[at].seq, err);
	}
	incident_fini(&incident);
	return found;
}

/* By its name: its mates are those of the one that was sent. */
static int leave(struct ledger *ledger, const struct command *command, const char *id,
		 unsigned agency, struct err *err)
{
	struct command_unit unit = {.agency = agency};
	struct unit_doing doing;

	snprintf(unit.id, UNIT_SIZE, "%s", id);
	if (load(ledger, id, agency, &doing, err) < 0)
		return -1;
	for (unsigned i = 0; i < doing.job_count; i++)
		if (doing.job[i].is_exercise &&
		    recall(ledger, command, &doing.job[i], &unit, err) < 0)
			return -1;
	return 0;
}

int ledger_leave_exercises(struct ledger *ledger, const struct command *command,
			   struct err *err)
{
	for (unsigned i = 0; i < command->unit_count; i++) {
		const struct command_unit *sent = &command->unit[i];

		if (leave(ledger, command, sent->id, sent->agency, err) < 0)
			return -1;
		for (unsigned m = 0; m < sent->mate_count; m++)
			if (leave(ledger, command, sent->mate[m], sent->agency, err) < 0)
				return -1;
	}
	return 0;
}

/* --- duty --- */

static void answer_duty(struct ledger *ledger, struct store_request *request,
			enum store_answer answer, const struct unit_doing *unit, uint64_t seq)
{
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = seq;
	request->version = unit->version;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "seq", (int64_t)seq);
	jsonw_bool(w, "repeated", answer == STORE_REPEATED);
	unit_write(unit, ledger->agencies, w, "unit");
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

/* Told again, also under another id, it is nothing new: it stays so since when it was said
 * first, and the answer says that. What was so before that which stands is written down and
 * changes nothing. */
static int change_duty(struct ledger *ledger, struct store_request *request,
		       struct unit_doing *unit, struct err *err)
{
	const struct duty_change *duty = request->in.duty;
	bool is_late = duty->at_ms < unit->duty_since_ms;

	request->answer = STORE_REPEATED;
	if (unit->duty_since_ms != 0 && unit->duty == duty->duty)
		return 0;
	if (!is_late)
		unit_set_duty(unit, duty->duty, duty->at_ms, duty->by);
	request->answer = STORE_STORED;
	return ledger_put_unit(
		ledger, unit,
		(struct unit_event){.at_ms = request->at_ms,
				    .by = duty->by[0] != '\0' ? duty->by : NULL,
				    .note = duty->note[0] != '\0' ? duty->note : NULL,
				    .command_id = duty->command_id,
				    .is_late = is_late},
		err);
}

/* The event that tells of it is the first of the request's. */
static int take_first_time(struct ledger *ledger, struct store_request *request,
			   struct unit_doing *unit, const unsigned char digest[32],
			   struct err *err)
{
	const struct duty_change *duty = request->in.duty;
	uint64_t before = ledger->end.seq, seq;
	int status = duty->mayday != MAYDAY_NONE
			     ? ledger_take_mayday(ledger, request, unit, err)
			     : change_duty(ledger, request, unit, err);

	if (status < 0 || request->answer == STORE_REFUSED)
		return status;
	seq = request->answer == STORE_STORED ? before + 1 : before;
	if (request->answer == STORE_STORED &&
	    ledger_put_command(ledger, duty->command_id, digest, seq, err) < 0)
		return -1;
	answer_duty(ledger, request, request->answer, unit, seq);
	return 0;
}

int ledger_take_duty(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct duty_change *duty = request->in.duty;
	struct unit_doing unit;
	unsigned char digest[32];
	bool is_same;
	uint64_t seq;
	int found;

	duty_digest(duty, digest);
	found = ledger_find_command(ledger, duty->command_id, digest, &seq, &is_same, err);
	if (found < 0 || load(ledger, duty->unit, duty->agency, &unit, err) < 0)
		return -1;
	if (found == 0)
		return take_first_time(ledger, request, &unit, digest, err);
	request->answer = is_same ? STORE_REPEATED : STORE_CONFLICT;
	if (is_same)
		answer_duty(ledger, request, STORE_REPEATED, &unit, seq);
	else
		(void)err_field(&request->err, "command_id", "was used for another decision");
	return 0;
}
