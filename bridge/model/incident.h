/* What is happening in the city: the state that every event of it carries whole.
 *
 * Pure values and pure functions: a state and a decision give the next state. The allowed moves
 * are tables in incident.c, which GET /v1/workflow serves. Any thread; no I/O, no clock. */
#pragma once

#include <jansson.h>

#include "model/command.h"
#include "model/likeness.h"
#include "model/milestone.h"
#include "model/order.h"
#include "model/report.h"

enum incident_status { INCIDENT_NEW, INCIDENT_ACTIVE, INCIDENT_CLOSED, INCIDENT_STATUSES };

enum assignment_state {
	ASSIGNMENT_PENDING,
	ASSIGNMENT_ACKNOWLEDGED,
	ASSIGNMENT_DISPATCHED,
	ASSIGNMENT_EN_ROUTE,
	ASSIGNMENT_ON_SCENE,
	ASSIGNMENT_CLEARED,
	ASSIGNMENT_CANCELLED,
	ASSIGNMENT_DECLINED,
	ASSIGNMENT_STATES
};

extern const char *const incident_status_names[INCIDENT_STATUSES];
extern const char *const assignment_state_names[ASSIGNMENT_STATES];

#define INCIDENT_REPORTS_MAX 32 /* ids kept in the state; all of them are in the log */
#define TRACKING_SIZE        16

/* What a crew must know anew. */
enum { CHANGED_LOCATION = 1, CHANGED_PRIORITY = 2, CHANGED_CATEGORY = 4, CHANGED_HAZARDS = 8 };

struct assignment {
	enum assignment_state state;
	int64_t since_ms;
	char by[USER_SIZE];  /* who brought it there; "" : the bridge itself */
	const char *outcome; /* how it ended, one of outcome_names; NULL: it is open */
	int64_t closed_at_ms;
	/* Handed over, and not taken there yet while it is open: one agency, or a neighbour. */
	agency_set handed_to;
	char neighbour[NEIGHBOUR_SIZE];
	int64_t handed_at_ms; /* 0: it is not */
	struct wait wait[WAIT_SLOTS];
	/* What the agency itself told, as in an order. */
	int64_t step_ms[MILESTONES], told_ms[MILESTONES];
};

/* What a person has said of an alarm: alarm.h. */
struct alarm_mark {
	unsigned agency;
	enum alarm_kind kind;
	unsigned level; /* of the wait it was said of, and since when that waits */
	int64_t since_ms;
	char by[USER_SIZE];
	int64_t at_ms;
	int64_t shelved_until_ms; /* 0: it is acknowledged */
	char reason[ALARM_REASON_SIZE];
};

struct incident_ref {
	char id[ID_SIZE];
	int64_t no; /* 0: none */
};

/* Another incident that may be the same thing: for a person to judge. */
struct similar {
	struct incident_ref incident;
	struct likeness likeness;
};

#define SIMILAR_MAX 3

struct incident {
	char id[ID_SIZE];
	int64_t no; /* short number, spoken on the radio */
	int64_t version;
	/* The last one that a decision has to have seen: a decision, or a report that raised
	 * something. One that only adds to the count makes nobody's decision stale. */
	int64_t decided_version;
	enum incident_status status;
	struct verdict verdict;    /* as it stands: a person's reclassification included */
	char judged_by[USER_SIZE]; /* who last decided that; "" : nobody yet */
	struct location location;
	char source[65];
	char kind[33];
	enum anonymity anonymity;
	char tracking_id[TRACKING_SIZE];
	unsigned report_count;
	char report_id[INCIDENT_REPORTS_MAX][ID_SIZE];     /* the first of them */
	int64_t opened_at_ms, updated_at_ms, closed_at_ms; /* 0: not closed */
	char outcome[17];                                  /* "" while open */
	bool is_exercise;
	int64_t happened_ms; /* entered from paper: when it came then; 0: it was not */
	struct incident_ref merged_into; /* closed, and its reports are those of that one */
	struct incident_ref folded_into; /* shown under that one's card; lives on by itself */
	struct incident_ref parent;      /* the major one that it is part of */
	bool is_major;                   /* others are part of it: model/major.h */
	int order; /* what is known of the caller: below 0 behind its like, above before */
	bool stands_alone; /* a person took it out of there: never again */
	unsigned similar_count;
	struct similar similar[SIMILAR_MAX];      /* best first */
	struct assignment assignment[AGENCY_MAX]; /* of the agencies in verdict.agencies */
	unsigned mark_count;
	struct alarm_mark mark[ALARM_MARKS_MAX];
	unsigned sent_count;
	struct order *sent; /* units that were sent, oldest first; those that have ended too */
	/* What the last decision did, not part of the state: bit n is order n. */
	uint64_t heard;   /* orders that their units must be told of */
	uint64_t moved;   /* orders that are in another state now */
	unsigned changed; /* CHANGED_ bits: what is different about all of heard */
	int64_t was_ms;   /* the time that it corrected */
	bool is_late;     /* it told what had happened before what stands */
	char *text;       /* the first report's words */
};

/* A new incident of one report; copies what it needs. */
void incident_open(struct incident *incident_r, const struct report *report,
		   const struct verdict *verdict, const struct location *location,
		   const char *id, int64_t no, const char *tracking_id, int64_t at_ms);
void incident_fini(struct incident *incident);

/* Its place among what waits for a second look (review, noise): order there, else 0. */
int incident_order(const struct incident *incident);

/* Who may see it as it stands. */
struct audience incident_audience(const struct incident *incident);

/* Agencies whose part is closed. */
agency_set incident_closed_parts(const struct incident *incident);
/* There are parts, and all of them are closed. */
bool incident_is_over(const struct incident *incident);

/* Which units of these agencies are bound, as "DMK-01, DMK-03"; false: none. */
bool incident_has_live_order(const struct incident *incident, agency_set agencies,
			     char *units_r, size_t size);
/* Whether its state lets anybody do that; what else speaks against it incident_apply says. */
bool incident_allows(const struct incident *incident, enum action action);

/* Applies a person's decision. ERR_CONFLICT: expected_version is stale. ERR_INVALID: the step
 * is impossible in this state, err->field says which member. On failure nothing has changed.
 * What a merge and a split do beyond this incident is model/join.h's. */
int incident_apply(struct incident *incident, const struct command *command,
		   struct err *err) MUST_CHECK;

/* As a JSON object; "similar", "place_said" and "text" are always last (event.h says why). */
void incident_write(const struct incident *incident, const struct agencies *agencies,
		    struct jsonw *w, const char *key);
/* From what incident_write made. */
int incident_read(const json_t *object, const struct agencies *agencies,
		  struct incident *incident_r, struct err *err) MUST_CHECK;

/* "incident", "closed_part", "assignment", "order", "milestones", "outcomes" into the object
 * that is open: what may follow what. */
void incident_write_workflow(struct jsonw *w);
