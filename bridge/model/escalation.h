/* Silence ends at a person: what an agency's part of an incident waits for, and to whom it
 * rises while that does not come.
 *
 * A part waits for its next step (to be looked at, taken, sent to, moved for) and, with that,
 * for the first unit's arrival. Each wait is a value in the incident's state: what for, since
 * when, how often it has risen, to whom, and when it rises again. A new wait starts at level 0,
 * so a part that was taken, reopened or given away leaves no timer behind; and a rise names the
 * wait and the level it was decided for, so each happens once, whoever else is at it.
 *
 * When and to whom is the city's table, rules/escalation.tsv: per kind of wait, agency,
 * priority and time of day, counted from the beginning of the wait. Built once, then only read
 * and shared by reference, as routes are. Pure; any thread. */
#pragma once

#include <jansson.h>
#include <stdatomic.h>

#include "model/agency.h"
#include "model/routes.h"

enum wait_kind {
	WAIT_NONE,
	WAIT_UNSURE,  /* a person has to look: disposition review, and nobody has it */
	WAIT_UNTAKEN, /* an emergency that nobody has taken */
	WAIT_UNSENT,  /* taken, and nobody was sent */
	/* A unit was sent, or what it was sent for has changed, and its crew has not said that
	 * it knows. Begins with the oldest such order; of others who move, too. */
	WAIT_UNANSWERED,
	WAIT_UNMOVED, /* sent, they know, and nobody is on the way */
	WAIT_ASKED,   /* a person raised what waits for nothing; has no steps of its own */
	WAIT_LATE,    /* nobody has arrived; steps are shares of the category's target */
	/* A call that rang out unanswered: of its number, and no incident's (call_back.h). */
	WAIT_CALLBACK,
	WAIT_KINDS
};

enum rise {
	RISE_NOBODY,
	RISE_DESK,          /* the agency's console rings again */
	RISE_STATION,       /* the station that has the units */
	RISE_SECOND_UNIT,   /* another unit is asked */
	RISE_SUPERVISOR,    /* who leads the room */
	RISE_OTHER_CHANNEL, /* out of the house: SMS, webhook. Never of an exercise */
	RISES
};

extern const char *const wait_kind_names[WAIT_KINDS]; /* NULL for none */
extern const char *const rise_names[RISES];           /* NULL for nobody */

/* A part waits for two things at once. */
enum wait_slot { WAIT_FOR_STEP, WAIT_FOR_ARRIVAL, WAIT_SLOTS };

#define WAIT_LEVEL_MAX 255

struct wait {
	enum wait_kind kind;
	unsigned level;    /* how often it has risen, WAIT_LEVEL_MAX at most */
	enum rise to;      /* to whom the last time */
	int64_t since_ms;  /* its beginning, as the log's time tells it */
	int64_t due_at_ms; /* of the next rise; 0: there is none */
	enum rise next;    /* to whom, then */
	bool is_reached;   /* WAIT_UNANSWERED: the devices of all of them have it */
};

#define ESCALATION_STEPS_MAX 6
#define ESCALATION_ROWS_MAX  64
#define ESCALATION_WHY_SIZE  160

struct escalation_step {
	int64_t after; /* ms; of WAIT_LATE: percent of the target */
	enum rise to;
};

struct escalation_row {
	char rule[RULE_SIZE];
	unsigned line;
	enum wait_kind kind;
	agency_set agencies;
	unsigned priorities; /* bits 1 … 4 */
	struct route_hours hours;
	unsigned step_count;
	struct escalation_step step[ESCALATION_STEPS_MAX];
	char why[ESCALATION_WHY_SIZE];
};

struct escalation_policy {
	atomic_uint refs;
	struct routes *calendar; /* the city's clock, holidays and categories */
	unsigned row_count;
	struct escalation_row row[ESCALATION_ROWS_MAX];
};

/* Takes a reference of its own to the calendar. */
struct escalation_policy *escalation_policy_new(struct routes *calendar);
struct escalation_policy *escalation_policy_ref(struct escalation_policy *policy);
void escalation_policy_unref(struct escalation_policy **policy);

/* The first row that holds for such a wait that began then. NULL: none does. */
const struct escalation_row *escalation_find(const struct escalation_policy *policy,
					     enum wait_kind kind, unsigned agency, int priority,
					     int64_t at_ms);

struct incident;
struct command;
struct jsonw;

/* After anything was done to the incident at that time: every part waits for what comes next by
 * now. What it waited for already goes on as it was. */
void escalation_settle(const struct escalation_policy *policy, struct incident *incident,
		       int64_t at_ms);

/* What it waited for was of another time: whatever it waits for now begins with the next
 * settling.
 */
void escalation_forget(struct incident *incident);

/* What a rise was decided for; WAIT_NONE: a person asks, and the wait for the next step rises
 * whatever it is. */
struct expected_wait {
	enum wait_kind kind;
	unsigned level;
	int64_t since_ms;
};

/* Raises one wait of that agency's part by one. ERR_CONFLICT: it is not as expected (any more).
 */
int escalation_raise(struct incident *incident, unsigned agency, const struct command *command,
		     struct err *err) MUST_CHECK;

/* The same of a wait that is no incident's: when it rises next, and that it does. */
void wait_set_due(const struct escalation_policy *policy, unsigned agency, int priority,
		  struct wait *wait);
int wait_rise(struct wait *wait, const struct expected_wait *expected,
	      struct err *err) MUST_CHECK;

/* As a member; null for a part that waits for nothing. "alarm" is there while it raises one,
 * "to" once it has risen. */
void wait_write(const struct wait *wait, struct jsonw *w, const char *key);
/* From what wait_write made; anything else is no wait. */
void wait_read(const json_t *object, struct wait *wait_r);
/* The same from the very bytes, from behind the opening brace on: a tree for each of them would
 * cost a report more than all else that is done with it on the loop. */
void wait_cut(const char *text, size_t len, struct wait *wait_r);
