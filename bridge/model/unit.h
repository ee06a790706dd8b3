/* What a unit is doing: on duty or not, and its jobs. Its fixed facts are in core/fleet.h.
 *
 * A job is one order as the unit sees it; it is written in the same transaction as the order,
 * so that a unit can never be shown on one job in one place and on another elsewhere. The event
 * unit.updated carries it whole. A value; any thread. */
#pragma once

#include "model/command.h"
#include "model/mayday.h"
#include "model/order.h"

#define UNIT_JOBS_MAX 8

/* Who has logged out is on duty, perhaps, but nobody is at the device: it is never alerted. */
enum unit_duty { DUTY_ON, DUTY_OFF, DUTY_OUT_OF_SERVICE, DUTY_LOGGED_OUT, DUTIES };

extern const char *const unit_duty_names[DUTIES]; /* "on", "off", … */
/* "on_duty", "available", "off_duty", …, as crews and desks say it. False: nothing of duty. */
bool unit_says_duty(const char *status, enum unit_duty *duty_r);

struct unit_job {
	char incident_id[ID_SIZE];
	int64_t no;
	enum order_state state;
	int64_t since_ms;
	char by[USER_SIZE]; /* who sent it there */
	bool is_exercise;
};

struct unit_doing {
	char id[UNIT_SIZE];
	unsigned agency; /* AGENCY_MAX: one that is not named any more */
	int64_t version; /* 0: nothing was ever said of it, and it is on duty */
	enum unit_duty duty;
	int64_t duty_since_ms; /* 0: ever */
	char duty_by[USER_SIZE];
	struct mayday mayday;
	int64_t shift_since_ms; /* it came on duty, and has not gone off since; 0: not known */
	unsigned shift_jobs;    /* that it was given since it came on duty */
	int64_t worked_ms;      /* with at least one of them, up to when it had none */
	int64_t busy_since_ms;  /* since when it has one without a break; 0: it has none */
	unsigned job_count;
	struct unit_job
		job[UNIT_JOBS_MAX]; /* the one that was moved last is first: the active */
};

/* Nothing was said of it. */
void unit_begin(struct unit_doing *unit_r, const char *id, unsigned agency);
/* "off_duty", "out_of_service", "logged_out", "available", or what its active job is. */
const char *unit_status(const struct unit_doing *unit);
struct unit_task {
	const char *incident_id;
	int64_t no;
	bool is_exercise;
};

/* The order as it stands now; one that has ended is no job any more. False: it has too many. */
bool unit_take_order(struct unit_doing *unit, const struct order *order,
		     const struct unit_task *task);
/* The job that keeps it from something real, or from an exercise: what is played keeps nobody
 * from what is real. The active one of those; NULL: none does. */
const struct unit_job *unit_kept_by(const struct unit_doing *unit, bool is_exercise);

/* A shift ends when it goes off duty; who is back at the device goes on with the same. */
void unit_set_duty(struct unit_doing *unit, enum unit_duty duty, int64_t at_ms, const char *by);

/* What it does, into an object that is open. */
void unit_write_doing(const struct unit_doing *unit, struct jsonw *w);
/* As a member; "agency" by its id. */
void unit_write(const struct unit_doing *unit, const struct agencies *agencies, struct jsonw *w,
		const char *key);
/* From what unit_write made. Whose it is may be named no more: whoever asks knows whose it is
 * now. ERR_INVALID: it is none. */
int unit_read(const json_t *object, const struct agencies *agencies, struct unit_doing *unit_r,
	      struct err *err) MUST_CHECK;

#define DUTY_NOTE_SIZE 501

/* Who says that a unit is on duty, or not; or that its crew calls for help. */
struct duty_change {
	char command_id[COMMAND_ID_SIZE];
	char unit[UNIT_SIZE];
	unsigned agency;
	enum mayday_step mayday;   /* MAYDAY_NONE: it is of duty */
	char incident_id[ID_SIZE]; /* where the call comes from; "" : where the unit is */
	enum unit_duty duty;
	char by[USER_SIZE];
	int64_t at_ms;             /* when that was so; 0: now */
	char note[DUTY_NOTE_SIZE]; /* "" : none */
};

/* What makes it the same when its command_id comes again. SHA-256. */
void duty_digest(const struct duty_change *duty, unsigned char digest_r[32]);
/* Names one that has no command_id by what it says of which moment, and by whom. */
void duty_name_dated(struct duty_change *duty);
