/* What a backend provides: rows in, rows out, one transaction at a time.
 *
 * A connection belongs to one thread and its calls block, so a backend has no locks and no
 * callbacks to anybody: it is storage and error mapping. What a request means is in ledger.c
 * and read.c, written once; queueing, batching and policy are in the lanes.
 *
 * find_ and get_ return 1 when the row is there, 0 when not, -1 on failure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "model/event.h"
#include "model/report.h"

struct backend; /* a connection; each backend defines its own */

struct backend_place {
	const char *dir;
	const struct agencies *agencies;
	bool is_reader;         /* writes nothing, and sees what is committed */
	struct backend *writer; /* of the reader, in this process; NULL: there is none */
};

struct log_end {
	uint64_t seq; /* 0: the log is empty */
	unsigned char link[LINK_SIZE];
	int64_t no;       /* the greatest numbers that were given */
	int64_t tracking; /* 0: none yet */
};

struct incident_row {
	int64_t no;
	char id[ID_SIZE];
	enum incident_status status;
	int priority;
	struct audience audience; /* as the incident stands */
	char area[AREA_SIZE];
	int64_t opened_at_ms;
	uint64_t seq;   /* of its last event */
	int64_t merged; /* no of the one it was merged into; 0: it stands by itself */
	int64_t parent; /* no of the major one it is part of; 0: of none */
};

#define SALT_SIZE 16

struct report_row {
	uint64_t seq;
	char id[ID_SIZE];
	char source[65];
	char key[REPORT_KEY_SIZE];
	unsigned char digest[32];
	int64_t tracking;
	int64_t incident; /* no of the one it belongs to: of the last event that names it */
	struct caller_names callers;
};

/* What lies beside an event of a report or a call. To put, all is borrowed; what was got is
 * the caller's. */
struct reporter_row {
	struct buf *raw, *whole; /* whole: NULL but of a call */
	bool has_salt;           /* false: erased, or older than salts are */
	unsigned char salt[SALT_SIZE];
};

struct command_row {
	char id[COMMAND_ID_SIZE];
	uint64_t seq;
	bool has_digest; /* false: older than digests are */
	unsigned char digest[32];
};

struct call_row {
	char call_id[CALL_KEY_SIZE];
	char id[ID_SIZE];
	uint64_t step[CALL_STATES]; /* seq of the event that told the state; 0: not yet */
};

struct unit_row {
	char id[UNIT_SIZE];
	uint64_t seq; /* of the last event that tells of it */
};

struct caller_row {
	char handle[ID_SIZE];
	uint64_t seq; /* of the last event that tells of it */
	enum caller_worth worth;
	int64_t seen_at_ms;
};

/* Return false to end the scan. What a row points at is borrowed for the call. */
typedef bool event_row_fn(void *ctx, const struct event *event,
			  const unsigned char link[LINK_SIZE]);
typedef bool incident_row_fn(void *ctx, const struct incident_row *row);
typedef bool call_row_fn(void *ctx, const struct call_row *row);
typedef bool caller_row_fn(void *ctx, const struct caller_row *row);
typedef bool unit_row_fn(void *ctx, const struct unit_row *row);
typedef void cursor_row_fn(void *ctx, const char *sink, uint64_t seq, const char *epoch);

enum incident_order {
	INCIDENTS_LIVE_UP, /* not closed, no > from */
	INCIDENTS_DOWN,    /* no < from */
};

struct store_backend {
	const char *name;
	bool is_on_disk; /* lives in the data folder: lock, room and ballast matter */

	int (*open)(struct backend **conn_r, const struct backend_place *place,
		    struct err *err);
	void (*close)(struct backend *conn);

	int (*begin)(struct backend *conn, struct err *err);
	/* ERR_UNCERTAIN: it may have happened; ERR_IO: it has not. */
	int (*commit)(struct backend *conn, struct err *err);
	void (*rollback)(struct backend *conn);

	/* Pages that were committed and are not yet in their place. */
	int64_t (*backlog)(const struct backend *conn);
	/* Puts them there as far as readers allow; is_whole: and gives the room back. */
	void (*checkpoint)(struct backend *conn, bool is_whole);
	/* All that is committed is on the disk for certain, and the disk takes more. */
	int (*prove)(struct backend *conn, struct err *err);
	/* The storage itself is whole: slow. */
	int (*check)(struct backend *conn, struct err *err);

	int (*get_end)(struct backend *conn, struct log_end *end_r, struct err *err);
	int (*put_meta)(struct backend *conn, const char *key, const char *value,
			struct err *err);
	int (*get_meta)(struct backend *conn, const char *key, char *value_r, size_t size,
			struct err *err);

	int (*put_event)(struct backend *conn, const struct event *event,
			 const unsigned char link[LINK_SIZE], int64_t incident_no,
			 struct err *err);
	/* The body is the caller's. */
	int (*get_event)(struct backend *conn, uint64_t seq, struct event *event_r,
			 struct err *err);
	/* incident_no 0: all. From seq from on, oldest first. */
	int (*scan_events)(struct backend *conn, int64_t incident_no, uint64_t from,
			   event_row_fn *row, void *ctx, struct err *err);

	int (*put_incident)(struct backend *conn, const struct incident_row *row, bool is_new,
			    struct err *err);
	int (*find_incident)(struct backend *conn, const char *id, struct incident_row *row_r,
			     struct err *err);
	int (*get_incident)(struct backend *conn, int64_t no, struct incident_row *row_r,
			    struct err *err);
	int (*scan_incidents)(struct backend *conn, enum incident_order order, int64_t from,
			      incident_row_fn *row, void *ctx, struct err *err);

	/* Those that are part of that one, by their numbers. */
	int (*scan_children)(struct backend *conn, int64_t parent_no, incident_row_fn *row,
			     void *ctx, struct err *err);

	int (*put_report)(struct backend *conn, const struct report_row *row, struct err *err);
	int (*find_report)(struct backend *conn, const char *source, const char *key,
			   struct report_row *row_r, struct err *err);
	int (*get_report)(struct backend *conn, const char *id, struct report_row *row_r,
			  struct err *err);
	int (*find_tracking)(struct backend *conn, int64_t tracking, struct report_row *row_r,
			     struct err *err);
	int (*move_report)(struct backend *conn, uint64_t seq, int64_t incident,
			   struct err *err);
	int (*put_reporter)(struct backend *conn, uint64_t seq, const struct reporter_row *row,
			    struct err *err);
	int (*get_reporter)(struct backend *conn, uint64_t seq, struct reporter_row *row_r,
			    struct err *err);

	int (*put_command)(struct backend *conn, const struct command_row *row,
			   struct err *err);
	int (*find_command)(struct backend *conn, const char *id, struct command_row *row_r,
			    struct err *err);

	/* Replaces what was there. */
	int (*put_call)(struct backend *conn, const struct call_row *row, struct err *err);
	int (*find_call)(struct backend *conn, const char *call_id, struct call_row *row_r,
			 struct err *err);
	int (*get_call)(struct backend *conn, const char *id, struct call_row *row_r,
			struct err *err);
	/* Newest first. */
	int (*scan_open_calls)(struct backend *conn, call_row_fn *row, void *ctx,
			       struct err *err);

	/* Replaces what was there. */
	int (*put_caller)(struct backend *conn, const struct caller_row *row, struct err *err);
	int (*get_caller)(struct backend *conn, const char *handle, struct caller_row *row_r,
			  struct err *err);
	/* Of this worth the one that was not heard of for longest. */
	int (*oldest_caller)(struct backend *conn, enum caller_worth worth,
			     struct caller_row *row_r, struct err *err);
	int (*drop_caller)(struct backend *conn, const char *handle, struct err *err);
	int (*count_callers)(struct backend *conn, int64_t *count_r, struct err *err);
	int (*scan_callers)(struct backend *conn, caller_row_fn *row, void *ctx,
			    struct err *err);

	/* Replaces what was there. */
	int (*put_unit)(struct backend *conn, const struct unit_row *row, struct err *err);
	int (*get_unit)(struct backend *conn, const char *id, struct unit_row *row_r,
			struct err *err);
	/* By id. */
	int (*scan_units)(struct backend *conn, unit_row_fn *row, void *ctx, struct err *err);

	int (*put_cursor)(struct backend *conn, const char *sink, uint64_t seq,
			  const char *epoch, struct err *err);
	int (*scan_cursors)(struct backend *conn, cursor_row_fn *row, void *ctx,
			    struct err *err);
	int (*put_failure)(struct backend *conn, const char *sink, uint64_t seq,
			   const char *why, int64_t at_ms, struct err *err);
};

void reporter_row_fini(struct reporter_row *row);

extern const char *const scope_names[]; /* as they are stored; NULL at the end */

/* The seq of the last hand-over of a desk (desk_name). */
int desk_last(const struct store_backend *ops, struct backend *conn, const char *desk,
	      uint64_t *seq_r, struct err *err) MUST_CHECK;
int desk_put_last(const struct store_backend *ops, struct backend *conn, const char *desk,
		  uint64_t seq, struct err *err) MUST_CHECK;

/* What the table keeps of an incident: the projection, in one place for store and rebuild. */
struct incident_row incident_row_of(const struct incident *incident, uint64_t seq);
/* Follows row from an incident that was merged to the one that stands for it. */
int incident_row_follow(const struct store_backend *ops, struct backend *conn,
			struct incident_row *row, struct err *err) MUST_CHECK;
/* The incident as its last event tells it. -1, ERR_IO: the log is damaged there. */
int incident_of_event(const struct event *event, const struct agencies *agencies,
		      struct incident *incident_r, struct err *err) MUST_CHECK;
