#include "model/unit.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

const char *const unit_duty_names[DUTIES] = {[DUTY_ON] = "on",
					     [DUTY_OFF] = "off",
					     [DUTY_OUT_OF_SERVICE] = "out_of_service",
					     [DUTY_LOGGED_OUT] = "logged_out"};

void unit_begin(struct unit_doing *unit, const char *id, unsigned agency)
{
	*unit = (struct unit_doing){.agency = agency};
	snprintf(unit->id, UNIT_SIZE, "%s", id);
}

const char *unit_status(const struct unit_doing *unit)
{
	if (unit->job_count > 0)
		return order_state_names[unit->job[0].state];
	return unit->duty == DUTY_ON    ? "available"
	       : unit->duty == DUTY_OFF ? "off_duty"
					: unit_duty_names[unit->duty];
}

/* True: it had one there. */
static bool drop_job(struct unit_doing *unit, const char *incident_id)
{
	for (unsigned i = 0; i < unit->job_count; i++) {
		if (strcmp(unit->job[i].incident_id, incident_id) != 0)
			continue;
		unit->job_count--;
		memmove(&unit->job[i], &unit->job[i + 1],
			(unit->job_count - i) * sizeof(unit->job[0]));
		return true;
	}
	return false;
}

/* It has no job any more, when that was the last. */
static void rest_since(struct unit_doing *unit, int64_t at_ms)
{
	if (unit->job_count > 0 || unit->busy_since_ms == 0)
		return;
	if (at_ms > unit->busy_since_ms)
		unit->worked_ms += at_ms - unit->busy_since_ms;
	unit->busy_since_ms = 0;
}

const struct unit_job *unit_kept_by(const struct unit_doing *unit, bool is_exercise)
{
	for (unsigned i = 0; i < unit->job_count; i++)
		if (is_exercise || !unit->job[i].is_exercise)
			return &unit->job[i];
	return NULL;
}

bool unit_take_order(struct unit_doing *unit, const struct order *order,
		     const struct unit_task *task)
{
	struct unit_job job = {.no = task->no,
			       .state = order->state,
			       .since_ms = order->since_ms,
			       .is_exercise = task->is_exercise};
	bool had_it = drop_job(unit, task->incident_id);

	if (!order_is_live(order->state)) {
		rest_since(unit, order->since_ms);
		return true;
	}
	if (unit->job_count == UNIT_JOBS_MAX)
		return false;
	memcpy(job.incident_id, task->incident_id, ID_SIZE);
	snprintf(job.by, USER_SIZE, "%s", order->by);
	memmove(&unit->job[1], &unit->job[0], unit->job_count * sizeof(unit->job[0]));
	unit->job[0] = job;
	unit->job_count++;
	unit->shift_jobs += !had_it;
	if (unit->busy_since_ms == 0)
		unit->busy_since_ms = order->since_ms;
	return true;
}

void unit_set_duty(struct unit_doing *unit, enum unit_duty duty, int64_t at_ms, const char *by)
{
	if (duty == DUTY_OFF || unit->duty_since_ms == 0) {
		unit->shift_jobs = 0;
		unit->worked_ms = 0;
		unit->shift_since_ms = 0;
		if (unit->busy_since_ms != 0)
			unit->busy_since_ms = at_ms;
	}
	if (duty == DUTY_ON && unit->shift_since_ms == 0)
		unit->shift_since_ms = at_ms;
	unit->duty = duty;
	unit->duty_since_ms = at_ms;
	snprintf(unit->duty_by, USER_SIZE, "%s", by);
}

/* What does not follow from the rest. */
static int64_t plain_shift(const struct unit_doing *unit)
{
	return unit->duty == DUTY_ON ? unit->duty_since_ms : 0;
}

static int64_t plain_busy(const struct unit_doing *unit)
{
	return unit->job_count > 0 ? unit->job[unit->job_count - 1].since_ms : 0;
}

static void write_shift(const struct unit_doing *unit, struct jsonw *w)
{
	if (unit->shift_since_ms != plain_shift(unit))
		jsonw_time(w, "shift_since", unit->shift_since_ms);
	if (unit->worked_ms >= 1000)
		jsonw_int(w, "worked_s", unit->worked_ms / 1000);
	if (unit->busy_since_ms != plain_busy(unit))
		jsonw_time(w, "busy_since", unit->busy_since_ms);
}

void unit_write_doing(const struct unit_doing *unit, struct jsonw *w)
{
	jsonw_int(w, "version", unit->version);
	jsonw_string(w, "status", unit_status(unit));
	jsonw_string(w, "duty", unit_duty_names[unit->duty]);
	if (unit->duty_since_ms != 0)
		jsonw_time(w, "duty_since", unit->duty_since_ms);
	else
		jsonw_null(w, "duty_since");
	jsonw_string(w, "duty_by", unit->duty_by[0] != '\0' ? unit->duty_by : NULL);
	mayday_write(&unit->mayday, w, "mayday");
	if (unit->shift_jobs > 0)
		jsonw_int(w, "shift_jobs", unit->shift_jobs);
	write_shift(unit, w);
	jsonw_open(w, "jobs", '[');
	for (unsigned i = 0; i < unit->job_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "incident_id", unit->job[i].incident_id);
		jsonw_int(w, "no", unit->job[i].no);
		jsonw_string(w, "state", order_state_names[unit->job[i].state]);
		jsonw_time(w, "since", unit->job[i].since_ms);
		jsonw_string(w, "by", unit->job[i].by[0] != '\0' ? unit->job[i].by : NULL);
		jsonw_bool(w, "active", i == 0);
		if (unit->job[i].is_exercise)
			jsonw_bool(w, "exercise", true);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void unit_write(const struct unit_doing *unit, const struct agencies *agencies, struct jsonw *w,
		const char *key)
{
	jsonw_open(w, key, '{');
	jsonw_string(w, "id", unit->id);
	jsonw_string(w, "agency", agencies->agency[unit->agency].id);
	unit_write_doing(unit, w);
	jsonw_close(w, '}');
}

static void read_job(const json_t *object, struct unit_job *job)
{
	const char *state = json_string_value(json_object_get(object, "state"));
	int found = state != NULL ? order_state_find(state) : -1;

	jsonin_kept_text(object, "incident_id", job->incident_id, ID_SIZE);
	jsonin_kept_text(object, "by", job->by, USER_SIZE);
	job->no = json_integer_value(json_object_get(object, "no"));
	job->state = found >= 0 ? (enum order_state)found : ORDER_ORDERED;
	job->since_ms = jsonin_kept_time(object, "since");
	job->is_exercise = json_is_true(json_object_get(object, "exercise"));
}

static void read_shift(const json_t *object, struct unit_doing *unit)
{
	unit->shift_since_ms = jsonin_kept_time(object, "shift_since");
	if (unit->shift_since_ms == 0)
		unit->shift_since_ms = plain_shift(unit);
	unit->worked_ms = json_integer_value(json_object_get(object, "worked_s")) * 1000;
	unit->busy_since_ms = jsonin_kept_time(object, "busy_since");
	if (unit->busy_since_ms == 0)
		unit->busy_since_ms = plain_busy(unit);
}

bool unit_says_duty(const char *status, enum unit_duty *duty_r)
{
	static const struct {
		const char *name;
		enum unit_duty duty;
	} known[] = {{"on_duty", DUTY_ON},
		     {"available", DUTY_ON},
		     {"off_duty", DUTY_OFF},
		     {"out_of_service", DUTY_OUT_OF_SERVICE},
		     {"logged_out", DUTY_LOGGED_OUT}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(known[i].name, status) != 0)
			continue;
		*duty_r = known[i].duty;
		return true;
	}
	return false;
}

static enum unit_duty read_duty(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "duty"));

	for (int i = 0; name != NULL && i < DUTIES; i++)
		if (strcmp(unit_duty_names[i], name) == 0)
			return (enum unit_duty)i;
	return DUTY_ON;
}

int unit_read(const json_t *object, const struct agencies *agencies, struct unit_doing *unit,
	      struct err *err)
{
	const char *id = json_string_value(json_object_get(object, "id"));
	const char *agency = json_string_value(json_object_get(object, "agency"));
	const json_t *jobs = json_object_get(object, "jobs");
	int index = agency != NULL ? agency_find(agencies, agency, strlen(agency)) : -1;

	if (id == NULL || agency == NULL)
		return err_set(err, ERR_INVALID, "not a unit as it was stored");
	unit_begin(unit, id, index < 0 ? AGENCY_MAX : (unsigned)index);
	unit->version = json_integer_value(json_object_get(object, "version"));
	unit->duty = read_duty(object);
	unit->duty_since_ms = jsonin_kept_time(object, "duty_since");
	jsonin_kept_text(object, "duty_by", unit->duty_by, USER_SIZE);
	mayday_read(json_object_get(object, "mayday"), &unit->mayday);
	unit->shift_jobs = (unsigned)json_integer_value(json_object_get(object, "shift_jobs"));
	for (size_t i = 0; i < json_array_size(jobs) && i < UNIT_JOBS_MAX; i++)
		read_job(json_array_get(jobs, i), &unit->job[unit->job_count++]);
	read_shift(object, unit);
	return 0;
}

void duty_digest(const struct duty_change *duty, unsigned char digest_r[32])
{
	struct command like = {.action = ACTION_STATUS};

	snprintf(like.incident_id, sizeof(like.incident_id), "unit %.16s %d", duty->unit,
		 duty->mayday != MAYDAY_NONE ? DUTIES + (int)duty->mayday : (int)duty->duty);
	memcpy(like.by, duty->by, USER_SIZE);
	command_digest(&like, digest_r);
}

void duty_name_dated(struct duty_change *duty)
{
	unsigned char digest[32];
	size_t at;

	if (duty->command_id[0] != '\0' || duty->at_ms == 0)
		return;
	duty_digest(duty, digest);
	at = (size_t)snprintf(duty->command_id, COMMAND_ID_SIZE,
			      "said:%lld:", (long long)duty->at_ms);
	for (int i = 0; i < 16; i++)
		at += (size_t)snprintf(duty->command_id + at, COMMAND_ID_SIZE - at, "%02x",
				       digest[i]);
}
