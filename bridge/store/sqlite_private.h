/* What the two halves of the SQLite backend share: store_sqlite.c has the connection and its
 * transactions, sqlite_rows.c the statements. */
#pragma once

#include <sqlite3.h>

#include "store/backend.h"

/* Prepared once per connection: name, text. */
#define STATEMENT_TABLE(X)                                                                     \
	X(BEGIN, "BEGIN")                                                                      \
	X(BEGIN_WRITE, "BEGIN IMMEDIATE")                                                      \
	X(COMMIT, "COMMIT")                                                                    \
	X(ROLLBACK, "ROLLBACK")                                                                \
	X(LAST_EVENT, "SELECT seq, link FROM event ORDER BY seq DESC LIMIT 1")                 \
	X(LAST_NO, "SELECT max(no) FROM incident")                                             \
	X(LAST_TRACKING, "SELECT max(tracking) FROM report")                                   \
	X(PUT_META, "INSERT OR REPLACE INTO meta VALUES (?, ?)")                               \
	X(GET_META, "SELECT value FROM meta WHERE key = ?")                                    \
	X(PUT_EVENT, "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)")                      \
	X(GET_EVENT, EVENT_ROW "WHERE e.seq = ?")                                              \
	X(SCAN_EVENTS, EVENT_ROW "WHERE e.seq >= ? ORDER BY e.seq")                            \
	X(SCAN_TIMELINE, EVENT_ROW "WHERE e.seq >= ? AND e.incident = ? ORDER BY e.seq")       \
	X(NEW_INCIDENT, "INSERT INTO incident VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")       \
	X(PUT_INCIDENT, "UPDATE incident SET id=?2, status=?3, priority=?4, scope=?5, "        \
			"agencies=?6, area=?7, opened_at=?8, seq=?9, merged=?10, "             \
			"parent=?11 WHERE no=?1")                                              \
	X(FIND_INCIDENT, "SELECT * FROM incident WHERE id = ?")                                \
	X(GET_INCIDENT, "SELECT * FROM incident WHERE no = ?")                                 \
	X(SCAN_LIVE, "SELECT * FROM incident WHERE status <> 'closed' AND no > ? ORDER BY no") \
	X(SCAN_CHILDREN,                                                                       \
	  "SELECT * FROM incident WHERE parent = ? AND parent <> 0 ORDER BY no")               \
	X(SCAN_DOWN, "SELECT * FROM incident WHERE no < ? ORDER BY no DESC")                   \
	X(PUT_REPORT, "INSERT INTO report VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)")                 \
	X(FIND_REPORT, "SELECT * FROM report WHERE source = ? AND key = ?")                    \
	X(GET_REPORT, "SELECT * FROM report WHERE id = ?")                                     \
	X(FIND_TRACKING, "SELECT * FROM report WHERE tracking = ?")                            \
	X(MOVE_REPORT, "UPDATE report SET incident = ?2 WHERE seq = ?1")                       \
	X(PUT_REPORTER, "INSERT INTO reporter VALUES (?, ?, ?, ?)")                            \
	X(GET_REPORTER, "SELECT raw, whole, salt FROM reporter WHERE seq = ?")                 \
	X(PUT_COMMAND, "INSERT INTO command VALUES (?, ?, ?)")                                 \
	X(FIND_COMMAND, "SELECT * FROM command WHERE id = ?")                                  \
	X(PUT_CALL, "INSERT OR REPLACE INTO call VALUES (?, ?, ?, ?, ?, ?)")                   \
	X(FIND_CALL, "SELECT * FROM call WHERE call_id = ?")                                   \
	X(GET_CALL, "SELECT * FROM call WHERE id = ?")                                         \
	X(SCAN_OPEN_CALLS, "SELECT * FROM call WHERE ended = 0 ORDER BY id DESC")              \
	X(PUT_CALLER, "INSERT OR REPLACE INTO caller VALUES (?, ?, ?, ?)")                     \
	X(GET_CALLER, "SELECT * FROM caller WHERE handle = ?")                                 \
	X(OLDEST_CALLER,                                                                       \
	  "SELECT * FROM caller WHERE worth = ? ORDER BY seen_at, handle LIMIT 1")             \
	X(DROP_CALLER, "DELETE FROM caller WHERE handle = ?")                                  \
	X(COUNT_CALLERS, "SELECT count(*) FROM caller")                                        \
	X(SCAN_CALLERS, "SELECT * FROM caller")                                                \
	X(PUT_UNIT, "INSERT OR REPLACE INTO unit VALUES (?, ?)")                               \
	X(GET_UNIT, "SELECT * FROM unit WHERE id = ?")                                         \
	X(SCAN_UNITS, "SELECT * FROM unit ORDER BY id")                                        \
	X(PUT_CURSOR, "INSERT OR REPLACE INTO cursor VALUES (?, ?, ?)")                        \
	X(SCAN_CURSORS, "SELECT sink, seq, epoch FROM cursor")                                 \
	X(PUT_FAILURE, "INSERT OR REPLACE INTO failure VALUES (?, ?, ?, ?)")

#define EVENT_ROW                                                                              \
	"SELECT e.seq, e.at, e.kind, e.scope, e.agencies, i.id, e.body, e.link FROM event e "  \
	"LEFT JOIN incident i ON i.no = e.incident "

enum statement {
#define X(id, sql) ST_##id,
	STATEMENT_TABLE(X)
#undef X
		STATEMENTS
};

/* Sets of agencies as they are stored; a city has a dozen of them in use. */
#define SET_TEXTS 32

struct set_text {
	agency_set set;
	int len; /* -1: free */
	char text[AGENCY_MAX * AGENCY_ID_SIZE];
};

struct backend {
	sqlite3 *db;
	sqlite3_stmt *statement[STATEMENTS];
	const struct agencies *agencies;
	bool is_reader;
	int64_t backlog; /* pages in the write-ahead log */
	struct set_text sets[SET_TEXTS];
};

/* -1 with what SQLite says about the last call. */
int sqlite_fail(struct backend *conn, const char *what, struct err *err);
/* Runs a statement that gives no rows, and resets it. */
int sqlite_run(struct backend *conn, enum statement which, struct err *err);

/* sqlite_rows.c, for the table of operations. */
int rows_get_end(struct backend *conn, struct log_end *end_r, struct err *err);
int rows_put_meta(struct backend *conn, const char *key, const char *value, struct err *err);
int rows_get_meta(struct backend *conn, const char *key, char *value_r, size_t size,
		  struct err *err);
int rows_put_event(struct backend *conn, const struct event *event,
		   const unsigned char link[LINK_SIZE], int64_t incident_no, struct err *err);
int rows_get_event(struct backend *conn, uint64_t seq, struct event *event_r, struct err *err);
int rows_scan_events(struct backend *conn, int64_t incident_no, uint64_t from,
		     event_row_fn *row, void *ctx, struct err *err);
int rows_put_incident(struct backend *conn, const struct incident_row *row, bool is_new,
		      struct err *err);
int rows_find_incident(struct backend *conn, const char *id, struct incident_row *row_r,
		       struct err *err);
int rows_get_incident(struct backend *conn, int64_t no, struct incident_row *row_r,
		      struct err *err);
int rows_scan_children(struct backend *conn, int64_t parent_no, incident_row_fn *row, void *ctx,
		       struct err *err);
int rows_scan_incidents(struct backend *conn, enum incident_order order, int64_t from,
			incident_row_fn *row, void *ctx, struct err *err);
int rows_put_report(struct backend *conn, const struct report_row *row, struct err *err);
int rows_find_report(struct backend *conn, const char *source, const char *key,
		     struct report_row *row_r, struct err *err);
int rows_get_report(struct backend *conn, const char *id, struct report_row *row_r,
		    struct err *err);
int rows_find_tracking(struct backend *conn, int64_t tracking, struct report_row *row_r,
		       struct err *err);
int rows_move_report(struct backend *conn, uint64_t seq, int64_t incident, struct err *err);
int rows_put_reporter(struct backend *conn, uint64_t seq, const struct reporter_row *row,
		      struct err *err);
int rows_get_reporter(struct backend *conn, uint64_t seq, struct reporter_row *row_r,
		      struct err *err);
int rows_put_command(struct backend *conn, const struct command_row *row, struct err *err);
int rows_find_command(struct backend *conn, const char *id, struct command_row *row_r,
		      struct err *err);
int rows_put_call(struct backend *conn, const struct call_row *row, struct err *err);
int rows_find_call(struct backend *conn, const char *call_id, struct call_row *row_r,
		   struct err *err);
int rows_get_call(struct backend *conn, const char *id, struct call_row *row_r,
		  struct err *err);
int rows_scan_open_calls(struct backend *conn, call_row_fn *row, void *ctx, struct err *err);
int rows_put_caller(struct backend *conn, const struct caller_row *row, struct err *err);
int rows_get_caller(struct backend *conn, const char *handle, struct caller_row *row_r,
		    struct err *err);
int rows_oldest_caller(struct backend *conn, enum caller_worth worth, struct caller_row *row_r,
		       struct err *err);
int rows_drop_caller(struct backend *conn, const char *handle, struct err *err);
int rows_count_callers(struct backend *conn, int64_t *count_r, struct err *err);
int rows_scan_callers(struct backend *conn, caller_row_fn *row, void *ctx, struct err *err);
int rows_put_unit(struct backend *conn, const struct unit_row *row, struct err *err);
int rows_get_unit(struct backend *conn, const char *id, struct unit_row *row_r,
		  struct err *err);
int rows_scan_units(struct backend *conn, unit_row_fn *row, void *ctx, struct err *err);
int rows_put_cursor(struct backend *conn, const char *sink, uint64_t seq, const char *epoch,
		    struct err *err);
int rows_scan_cursors(struct backend *conn, cursor_row_fn *row, void *ctx, struct err *err);
int rows_put_failure(struct backend *conn, const char *sink, uint64_t seq, const char *why,
		     int64_t at_ms, struct err *err);
