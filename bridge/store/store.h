/* The durable log and its front: bounded queues, group commit, policy.
 *
 * Writes go to one thread with the only writing connection, reads to another with its own; the
 * loop thread hands requests over and gets each of them back exactly once, from store_poll().
 * An answer STORED or REPEATED is given only after the commit that holds it; an event is seen
 * by nobody before that. All functions are for the loop thread. */
#pragma once

#include "base/clock.h"
#include "base/list.h"
#include "base/metrics.h"
#include "model/event.h"
#include "model/shift.h"
#include "model/unit.h"

struct store;
struct store_backend; /* store/backend.h */

extern const struct store_backend store_sqlite; /* a file in the data folder: the default */
extern const struct store_backend store_memory; /* forgets; for tests, and the reference */

struct store_settings {
	const char *dir;     /* the data folder; the memory backend does not use it */
	int64_t batch_max;   /* requests in one transaction */
	int64_t queue_max;   /* requests waiting; more are answered STORE_LATER at once */
	int64_t callers_max; /* of whom something is known; 0: the fallback */
	int64_t min_free_mb; /* below that much room on the disk: STORE_LATER */
	bool has_threads;    /* false: the caller steps the lanes by store_step (tests) */
};

enum store_op {
	STORE_REPORT,
	STORE_COMMAND,
	STORE_CALL,
	STORE_CLEARING,
	STORE_CALL_BACK,
	STORE_DUTY,
	STORE_HAND_OVER,
	STORE_CURSOR,
	STORE_FAILURE
};

enum store_answer {
	STORE_STORED,
	STORE_REPEATED,  /* it was there: the same answer as the first time */
	STORE_NOT_FOUND, /* no such incident, or none that this person may see */
	STORE_CONFLICT,  /* same key with other words; stale expected_version */
	STORE_REFUSED,   /* the step is impossible: err says why */
	STORE_LATER,     /* nothing is promised; try again with the same key */
};

/* Belongs to the caller, who keeps it in place until done is called; in is borrowed until then.
 */
/* What a report may be a further one of: other reports, and why. They need not be stored yet:
 * two that arrive together find each other, and the incident is found when both are. */
struct store_links {
	bool is_same; /* link[0] is surely the same matter: a report of its incident */
	unsigned count;
	struct {
		char report_id[ID_SIZE];
		struct likeness likeness;
	} link[SIMILAR_MAX]; /* the likeliest first */
};

struct store_request {
	struct list node;
	enum store_op op;
	union {
		const struct report *report;
		const struct command *command;
		struct call *call; /* its id is filled in */
		const struct clearing *clearing;
		const struct call_back_word *call_back;
		const struct duty_change *duty;
		const struct hand_over *hand_over;
		struct {
			const char *sink;
			uint64_t seq;
			const char *why; /* STORE_FAILURE: what the sink refused for good */
		} cursor;
	} in;
	struct verdict verdict;          /* STORE_REPORT */
	struct location location;        /* STORE_REPORT */
	const struct store_links *links; /* STORE_REPORT; NULL: nothing like it is known */
	struct caller_policy callers;    /* how what is known of a caller counts now */
	/* When what waits rises; borrowed until done. NULL: what waits stays as it stands. */
	const struct escalation_policy *escalation;
	int64_t at_ms;    /* intake's stamp, taken once */
	int64_t begun_us; /* monotonic: the request's last byte */

	enum store_answer answer;
	struct err err;
	uint64_t seq; /* of its event */
	int64_t version;
	char incident_id[ID_SIZE];
	struct buf *
		body; /* the answer document, or the current incident at a conflict; caller's */
	void (*done)(struct store_request *request); /* loop thread, never from store_submit */
	void *ctx;
};

/* Rows come as events: a live incident is the last event about it. Where a row stands for an
 * incident, its audience is that of the incident as it stands now. */
enum read_op {
	READ_EVENTS,    /* from seq from on, oldest first */
	READ_LIVE,      /* incidents that are not closed, by no, after no from */
	READ_INCIDENTS, /* by filter, newest first */
	READ_TIMELINE,  /* all events of incident id, from seq from on; the audience as above */
	READ_CHILDREN,  /* incidents that are part of incident id, by no: their last events,
			   where the viewer may see them; all on one page */
	READ_STATE,     /* incident id, or without one that of the number from: its last event,
			   where the viewer may see it */
	READ_REPORT,    /* id: its first event, of the incident it belongs to by now, with the
			   audience as above, and raw */
	READ_CALL,      /* id or the telephone's call_id: raw is the whole call as JSON */
	READ_CALLER,    /* id is a handle: the event that told of it last */
	READ_OWED,      /* numbers that are owed a call: what told of each last */
	READ_UNITS,     /* what was ever said of a unit, newest of each */
	READ_CALLS,     /* calls that are not ended, newest first: their last events */
	READ_SHIFTS,    /* hand-overs of the desk that id names, newest first, from seq from */
	READ_TICKET,    /* id is a tracking id: the last event of its incident */
};

#define READ_MAX_ROWS      512
#define STATUS_BIT(status) (1u << (status)) /* enum incident_status */

struct read_filter {
	unsigned statuses;         /* STATUS_BIT of each that fits; 0: any */
	const char *agency, *area; /* NULL: any; borrowed until done */
	int64_t since_ms;          /* opened at or after; 0: any */
	struct viewer viewer;
};

struct store_read {
	struct list node;
	enum read_op op;
	uint64_t from;
	char id[CALL_KEY_SIZE];
	struct read_filter filter;
	unsigned max_rows; /* at most READ_MAX_ROWS */
	size_t max_bytes;  /* stop after the row that goes beyond */

	struct event *rows; /* store_read_fini frees them */
	unsigned row_count;
	uint64_t next;   /* from of the page that follows; 0: that was all */
	uint64_t head;   /* seq of the newest event the page could see */
	bool is_trimmed; /* from is older than the log */
	bool is_found;   /* READ_TIMELINE, READ_STATE, READ_REPORT, READ_CALL, READ_CALLER,
			    READ_TICKET */
	/* READ_TIMELINE from its beginning, READ_CALL, READ_CALLER: what is known of who told
	 * it, as event_card gives it; NULL: nothing. */
	struct buf *card;
	struct buf *raw;
	char source[65];      /* READ_REPORT */
	int64_t stored_at_ms; /* READ_REPORT, READ_TICKET: of the report */
	int failed;           /* the read lane could not read: err */
	struct err err;
	void (*done)(struct store_read *read); /* loop thread, never from store_read_submit */
	void *ctx;
};

void store_read_fini(struct store_read *read);

struct store_hooks {
	void (*wake)(void *ctx); /* any thread: the loop should call store_poll soon */
	/* Newly committed events, in order; bodies are borrowed. Loop thread, from store_poll,
	 * after the answers of the same commit. */
	void (*events)(void *ctx, const struct event *events, unsigned count);
	void *ctx;
};

/* Locks the data folder, opens, brings the schema up to date, recovers. agencies and metrics
 * are borrowed for the store's life. */
int store_open(struct store **store_r, const struct store_backend *backend,
	       const struct store_settings *settings, const struct agencies *agencies,
	       const struct clock *clock, struct metrics *metrics,
	       const struct store_hooks *hooks, struct err *err) MUST_CHECK;
/* Answers everything that was submitted, checkpoints, closes. */
void store_close(struct store **store);

void store_submit(struct store *store, struct store_request *request);
/* For one that was judged before it came here: its answer and err stand in it already. Nothing
 * is written; done comes from store_poll, as for every other. */
void store_hand_back(struct store *store, struct store_request *request);
void store_read_submit(struct store *store, struct store_read *read);
/* Gives answers and events back. */
void store_poll(struct store *store);
/* has_threads == false: does the work of both lanes that is waiting, then store_poll's. */
void store_step(struct store *store);

/* Why writes are refused now, "" when they are taken. Borrowed until the next store_poll. */
const char *store_trouble(const struct store *store);
/* The loop's copy: the head it has been given, the epoch, cursors as they were at the start. */
uint64_t store_head(const struct store *store);
const char *store_epoch(const struct store *store);
uint64_t store_cursor(const struct store *store, const char *sink);
/* False: the sink has never had one in this log. */
bool store_has_cursor(const struct store *store, const char *sink);

/* Offline tools on a data folder (tangi verify, backup, restore): store/archive.h. */
