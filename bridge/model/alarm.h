/* An alarm is a debt: it asks one agency for one action within a time, and stays until that is
 * done.
 *
 * It is not stored as a thing of its own. What is raised follows from what a part waits for
 * (escalation.h); beside it the incident's state keeps what people have said of it: who has
 * acknowledged it, who has put it off until when and why. That is said of a wait at its level:
 * once it rises, what was said of it before does not count any more, and it is raised again.
 * Pure; any thread. */
#pragma once

#include <jansson.h>

#include "model/escalation.h"

enum alarm_kind {
	ALARM_NEW,         /* nobody has taken it, or who has taken it has done nothing */
	ALARM_UNSURE,      /* a doubt that nobody has looked at */
	ALARM_SILENT_UNIT, /* sent, and its crew does not answer, or nobody is on the way */
	ALARM_LATE,        /* the time to be there runs out */
	ALARM_KINDS
};

extern const char *const alarm_kind_names[ALARM_KINDS];

#define ALARM_REASON_SIZE 201
#define ALARM_MARKS_MAX   16 /* of one incident at a time */
#define ALARM_MINUTES_MAX 60

/* What is raised by it now. */
bool alarm_of_wait(const struct wait *wait, enum alarm_kind *kind_r);
/* For how long at most; 0: never. */
int64_t alarm_shelf_minutes(enum alarm_kind kind, int priority);

/* After the waits have settled: what was said of others is forgotten. */
void alarms_settle(struct incident *incident);

/* A person acknowledges or shelves one of that agency's. err->field says what is wrong. */
int alarm_acknowledge(struct incident *incident, unsigned agency, const struct command *command,
		      struct err *err) MUST_CHECK;
int alarm_shelve(struct incident *incident, unsigned agency, const struct command *command,
		 struct err *err) MUST_CHECK;

/* "alarms": a list of flat objects, each beginning with "kind" and "agency". */
void alarms_write(const struct incident *incident, const struct agencies *agencies,
		  struct jsonw *w);
/* The members of one of them of which nobody has said anything; priority is the incident's. */
void alarm_write_raised(enum alarm_kind kind, const char *agency, int priority,
			const struct wait *wait, struct jsonw *w);
/* What people have said, from what alarms_write made. */
void alarms_read(const json_t *list, const struct agencies *agencies,
		 struct incident *incident);
