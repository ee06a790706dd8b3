/* What a person decides about an incident: contract section 3.2. A value with borrowed text. */
#pragma once

#include <jansson.h>

#include "base/id.h"
#include "model/alarm.h"
#include "model/audience.h"
#include "model/guard.h"
#include "model/location.h"
#include "model/milestone.h"
#include "model/order.h"
#include "model/verdict.h"

struct routes;

enum action {
	ACTION_ACKNOWLEDGE,
	ACTION_NOTE,
	ACTION_RECLASSIFY,
	ACTION_RELOCATE,
	ACTION_CLOSE,
	ACTION_REOPEN,
	ACTION_MERGE,
	ACTION_SPLIT,
	ACTION_UNFOLD,
	ACTION_ESCALATE, /* the bridge does it too, when it is time */
	ACTION_ACKNOWLEDGE_ALARM,
	ACTION_SHELVE_ALARM,
	ACTION_ASSIGN,
	ACTION_STATUS,
	ACTION_CANCEL,
	ACTION_HAND_OVER,
	ACTION_HAZARD,
	ACTION_CORRECT,
	ACTION_LINK, /* it becomes part of a major incident */
	ACTION_UNLINK,
	ACTION_UNDO, /* of what the same person has just decided */
	ACTIONS_OF_PEOPLE,
	ACTION_FOLD = ACTIONS_OF_PEOPLE, /* the bridge's own: nobody may ask for these */
	ACTION_RECEIPT,
	ACTIONS
};

extern const char *const action_names[ACTIONS];

#define COMMAND_ID_SIZE   65
#define COMMAND_NOTE_MAX  4000
#define COMMAND_MAX_BYTES 16384
#define SPLIT_MAX         64 /* reports in one split */
#define USER_SIZE         65

#define COMMAND_UNITS_MAX 24
#define CREW_MATES_MAX    3 /* vehicles beside one, that go with the same people */

#define NEIGHBOUR_SIZE 32 /* id of an emergency service beyond the city */
#define TAKEN_BY_MAX   96

struct command_unit {
	char id[UNIT_SIZE];
	unsigned agency;                      /* the actions' to fill in */
	char dispatch_id[ID_SIZE];            /* ACTION_ASSIGN; the ledger's to fill in */
	unsigned mate_count;                  /* ACTION_ASSIGN; the actions' to fill in */
	char mate[CREW_MATES_MAX][UNIT_SIZE]; /* who goes with its crew */
};

/* What is taken back: the ledger's to fill in, but for the seq. */
struct undone {
	uint64_t seq;       /* of its event */
	enum action action; /* ACTION_ASSIGN, ACTION_STATUS */
	int64_t at_ms;      /* when it was decided */
	int64_t step_ms;    /* ACTION_STATUS: and when the step was */
};

struct command {
	char command_id[COMMAND_ID_SIZE]; /* "" : none, then it is not idempotent */
	char incident_id[ID_SIZE];
	enum action action;
	char by[USER_SIZE];
	struct viewer viewer;     /* what the person may see: else the incident is not there */
	agency_set acts_for;      /* agencies in whose name the person may decide */
	int agency;               /* the one named, as an index; -1: none */
	int64_t expected_version; /* -1: whatever it is */
	int64_t at_ms;
	const char *note;             /* borrowed from doc, or NULL */
	bool is_promise;              /* ACTION_NOTE: somebody was promised that */
	const char *outcome;          /* an entry of outcome_names, or NULL */
	char category[CATEGORY_SIZE]; /* "" : unchanged */
	int priority;                 /* 0: unchanged */
	int category_priority;        /* what the category starts with; 0: unknown */
	bool has_agencies;
	agency_set agencies;
	struct location location; /* ACTION_RELOCATE */
	hazard_set hazards,
		hazards_over;  /* ACTION_HAZARD: there are these, and these no more */
	struct routes *routes; /* whose desk it is now; NULL: that does not change */
	struct expected_wait expected_wait; /* ACTION_ESCALATE, the bridge's own */
	enum alarm_kind alarm;              /* ACTION_ACKNOWLEDGE_ALARM, ACTION_SHELVE_ALARM */
	int64_t minutes;                    /* ACTION_SHELVE_ALARM */
	/* ACTION_MERGE, ACTION_FOLD, ACTION_LINK: the other one. Its number is the ledger's to
	 * fill in, unless a link has that alone. */
	char into[ID_SIZE];
	int64_t into_no;
	const json_t *reports;    /* ACTION_SPLIT: ids, each once; borrowed from doc */
	struct undone undone;     /* ACTION_UNDO */
	enum milestone milestone; /* ACTION_CORRECT: which, of unit or of the part */
	int64_t corrected_ms;     /* and to when */
	/* ACTION_ASSIGN, ACTION_CANCEL: whom; ACTION_STATUS, ACTION_CORRECT: who, one at most.
	 * None: all that the agency has there. */
	unsigned unit_count;
	struct command_unit unit[COMMAND_UNITS_MAX];
	struct guards guards;         /* ACTION_ASSIGN: the city's */
	bool is_overriding;           /* ACTION_ASSIGN: also where a guard warns */
	bool is_releasing;            /* ACTION_CLOSE: who is bound is freed */
	bool is_leaving;              /* ACTION_CLOSE: what is part of it is let go */
	enum order_state order_state; /* ACTION_STATUS */
	/* ACTION_STATUS, ACTION_RECEIPT, taken_by, and what is from paper: as they say; 0: now
	 */
	int64_t happened_ms;
	bool is_from_paper; /* entered afterwards */
	/* Of a decline, a recall, a hand-over, a correction; borrowed from doc, or NULL. */
	const char *reason;
	int to_agency;                  /* ACTION_HAND_OVER; -1: to a neighbour */
	char neighbour[NEIGHBOUR_SIZE]; /* ACTION_HAND_OVER; the actions' to look up */
	/* ACTION_ACKNOWLEDGE: who at the neighbour's has it; borrowed from doc, or NULL. */
	const char *taken_by;
	char dispatch_id[ID_SIZE]; /* ACTION_RECEIPT */
	enum receipt receipt;      /* ACTION_RECEIPT */
	/* ACTION_STATUS of one unit, ACTION_RECEIPT: which revision of the order it is about;
	 * 0: it does not say, and then it is about the one that stands. */
	unsigned revision;
	bool is_radioed; /* nobody hears a refusal: what is about the past is written down */
	json_t *doc;
};

/* Reads an action document; who and when are the caller's to fill in. The incident's id is in
 * the document for the WebSocket and NULL-able argument for HTTP, where the path names it. */
int command_parse(const void *body, size_t len, const char *incident_id,
		  const struct agencies *agencies, struct command **command_r,
		  struct err *err) MUST_CHECK;
/* The same from a document that is parsed already; takes its own reference. */
int command_read(json_t *doc, const char *incident_id, const struct agencies *agencies,
		 struct command **command_r, struct err *err) MUST_CHECK;
void command_free(struct command **command);
/* What makes it the same decision when its command_id comes again: who decided what on which
 * incident, but for the version that was seen, which is newer when it is tried again. SHA-256.
 */
void command_digest(const struct command *command, unsigned char digest_r[32]);
/* Names what has no command_id and says when it happened, by what it says: then the same word,
 * said twice over a bad line, is one. */
void command_name_dated(struct command *command);

/* How an incident may end. */
extern const char *const outcome_names[]; /* NULL at the end */
/* One of them; NULL: there is none of that name. */
const char *outcome_find(const char *name);
