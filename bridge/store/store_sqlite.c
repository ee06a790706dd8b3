/* The connection: how the file is opened, brought up to date, committed and synced. */
#include "store/sqlite_private.h"

#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "store/schema.h"
#include "store/sqlite_copy.h"
#include "store/store.h"

#define WRITER_CACHE_KB 8192
#define READER_CACHE_KB 2048

static const char *const statement_sql[STATEMENTS] = {
#define X(id, sql) [ST_##id] = sql,
	STATEMENT_TABLE(X)
#undef X
};

int sqlite_fail(struct backend *conn, const char *what, struct err *err)
{
	enum err_kind kind;

	switch (sqlite3_errcode(conn->db)) {
	case SQLITE_CONSTRAINT:
	case SQLITE_TOOBIG:
	case SQLITE_MISMATCH:
		kind = ERR_INVALID;
		break;
	default:
		kind = ERR_IO;
	}
	return err_set(err, kind, "%.40s: %s (%d)", what, sqlite3_errmsg(conn->db),
		       sqlite3_extended_errcode(conn->db));
}

int sqlite_run(struct backend *conn, enum statement which, struct err *err)
{
	sqlite3_stmt *st = conn->statement[which];
	int rc = sqlite3_step(st);

	if (rc != SQLITE_DONE)
		(void)sqlite_fail(conn, sqlite3_sql(st), err);
	(void)sqlite3_reset(st); /* repeats what step said */
	return rc == SQLITE_DONE ? 0 : -1;
}

static int execute(struct backend *conn, const char *sql, struct err *err)
{
	if (sqlite3_exec(conn->db, sql, NULL, NULL, NULL) != SQLITE_OK)
		return sqlite_fail(conn, sql, err);
	return 0;
}

static int query_number(struct backend *conn, const char *sql, int64_t *value_r,
			struct err *err)
{
	sqlite3_stmt *st;
	int status = 0;

	if (sqlite3_prepare_v2(conn->db, sql, -1, &st, NULL) != SQLITE_OK)
		return sqlite_fail(conn, sql, err);
	if (sqlite3_step(st) == SQLITE_ROW)
		*value_r = sqlite3_column_int64(st, 0);
	else
		status = sqlite_fail(conn, sql, err);
	(void)sqlite3_finalize(st);
	return status;
}

/* The pages that wait in the write-ahead log, told after every commit. */
static int on_commit(void *ctx, sqlite3 *db, const char *name, int pages)
{
	struct backend *conn = ctx;

	(void)db;
	(void)name;
	conn->backlog = pages;
	return SQLITE_OK;
}

/* Two events to a page of 4 KiB leave a third of it empty: at full load pages of 8 KiB write a
 * tenth less for the same reports. Text in the database is inert, and each kind of memory is
 * bounded. Checkpoints are ours: only the writer makes them, between two batches. */
static int configure(struct backend *conn, struct err *err)
{
	char sql[256];

	(void)sqlite3_extended_result_codes(conn->db, 1);
	(void)sqlite3_busy_timeout(conn->db, 2000);
	(void)sqlite3_db_config(conn->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(conn->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	snprintf(sql, sizeof(sql),
		 "PRAGMA page_size=8192; PRAGMA cache_size=-%d; PRAGMA mmap_size=0; PRAGMA "
		 "foreign_keys=ON; "
		 "PRAGMA temp_store=MEMORY; PRAGMA synchronous=FULL; PRAGMA "
		 "wal_autocheckpoint=0",
		 conn->is_reader ? READER_CACHE_KB : WRITER_CACHE_KB);
	if (execute(conn, sql, err) < 0)
		return -1;
	if (conn->is_reader)
		return 0;
	(void)sqlite3_wal_hook(conn->db, on_commit, conn);
	return execute(conn, "PRAGMA journal_mode=WAL", err);
}

static int take_step(struct backend *conn, int64_t step, struct err *err)
{
	char sql[64];

	snprintf(sql, sizeof(sql), "PRAGMA user_version=%lld", (long long)step + 1);
	if (execute(conn, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	if (execute(conn, schema_steps[step], err) < 0 || execute(conn, sql, err) < 0 ||
	    execute(conn, "COMMIT", err) < 0) {
		struct err ignored; /* the first one is what the operator needs */

		(void)execute(conn, "ROLLBACK", &ignored);
		return err_wrap(err, "schema step %lld", (long long)step + 1);
	}
	log_info("store.schema", "step=%lld", (long long)step + 1);
	return 0;
}

static int bring_up_to_date(struct backend *conn, struct err *err)
{
	int64_t version = 0;

	if (query_number(conn, "PRAGMA user_version", &version, err) < 0)
		return -1;
	if (version > schema_step_count)
		return err_set(
			err, ERR_INVALID,
			"the log was written by a newer version of this program (step %lld)",
			(long long)version);
	if (conn->is_reader && version < schema_step_count)
		return err_set(err, ERR_INVALID, "there is no log, or one of an older version");
	for (; version < schema_step_count; version++)
		if (take_step(conn, version, err) < 0)
			return -1;
	return 0;
}

static int prepare(struct backend *conn, struct err *err)
{
	for (int i = 0; i < STATEMENTS; i++)
		if (sqlite3_prepare_v3(conn->db, statement_sql[i], -1,
				       SQLITE_PREPARE_PERSISTENT, &conn->statement[i],
				       NULL) != SQLITE_OK)
			return sqlite_fail(conn, statement_sql[i], err);
	return 0;
}

static void sqlite_close(struct backend *conn)
{
	for (int i = 0; i < STATEMENTS; i++)
		(void)sqlite3_finalize(conn->statement[i]);
	(void)sqlite3_close(conn->db);
	xfree(conn);
}

static int sqlite_open(struct backend **conn_r, const struct backend_place *place,
		       struct err *err)
{
	int how = place->is_reader ? SQLITE_OPEN_READONLY
				   : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
	struct backend *conn = xcalloc(1, sizeof(*conn));
	char path[PATH_MAX];

	conn->agencies = place->agencies;
	conn->is_reader = place->is_reader;
	for (int i = 0; i < SET_TEXTS; i++)
		conn->sets[i].len = -1;
	snprintf(path, sizeof(path), "%s/log.db", place->dir);
	if (!place->is_reader)
		sqlite_make_private(path);
	if (sqlite3_open_v2(path, &conn->db, how | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		(void)sqlite_fail(conn, "open", err);
		goto fail;
	}
	if (configure(conn, err) < 0 || bring_up_to_date(conn, err) < 0 ||
	    prepare(conn, err) < 0)
		goto fail;
	*conn_r = conn;
	return 0;
fail:
	sqlite_close(conn);
	return err_wrap(err, "%s", path);
}

static int sqlite_begin(struct backend *conn, struct err *err)
{
	return sqlite_run(conn, conn->is_reader ? ST_BEGIN : ST_BEGIN_WRITE, err);
}

/* What a failed sync left behind can be there after the next start: only a full disk says
 * clearly that nothing happened. */
static int sqlite_commit(struct backend *conn, struct err *err)
{
	if (sqlite_run(conn, ST_COMMIT, err) == 0)
		return 0;
	if (sqlite3_errcode(conn->db) != SQLITE_FULL)
		err->kind = ERR_UNCERTAIN;
	return -1;
}

static void sqlite_rollback(struct backend *conn)
{
	struct err ignored; /* many errors roll back by themselves, and then there is nothing to
			       do */

	if (!sqlite3_get_autocommit(conn->db))
		(void)sqlite_run(conn, ST_ROLLBACK, &ignored);
}

static int64_t sqlite_backlog(const struct backend *conn)
{
	return conn->backlog;
}

static void sqlite_checkpoint(struct backend *conn, bool is_whole)
{
	int pages = 0, moved = 0;
	int how = is_whole ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;

	/* One that is hindered by a reader, or fails, is tried again after the next batch: the
	 * write-ahead log holds everything meanwhile. */
	if (sqlite3_wal_checkpoint_v2(conn->db, NULL, how, &pages, &moved) == SQLITE_OK &&
	    pages >= moved)
		conn->backlog = pages - moved;
}

/* After a failed sync the kernel's copy of the write-ahead log proves nothing. Moving all of it
 * into the database reads it back, checks its sums, and syncs what was written anew. */
static int sqlite_prove(struct backend *conn, struct err *err)
{
	int pages = 0, moved = 0;

	if (sqlite3_wal_checkpoint_v2(conn->db, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages,
				      &moved) != SQLITE_OK)
		return sqlite_fail(conn, "checkpoint", err);
	if (pages != moved)
		return err_set(err, ERR_IO, "a reader keeps %d pages from their place",
			       pages - moved);
	if (sqlite_begin(conn, err) < 0)
		return -1;
	if (rows_put_meta(conn, "proved", "yes", err) < 0 || sqlite_commit(conn, err) < 0) {
		sqlite_rollback(conn);
		return -1;
	}
	return 0;
}

static int sqlite_check(struct backend *conn, struct err *err)
{
	sqlite3_stmt *st;
	const char *text;
	int status = 0;

	if (sqlite3_prepare_v2(conn->db, "PRAGMA quick_check(1)", -1, &st, NULL) != SQLITE_OK)
		return sqlite_fail(conn, "quick_check", err);
	if (sqlite3_step(st) != SQLITE_ROW)
		status = sqlite_fail(conn, "quick_check", err);
	else if ((text = (const char *)sqlite3_column_text(st, 0)) == NULL ||
		 strcmp(text, "ok") != 0)
		status = err_set(err, ERR_IO, "quick_check: %s", text != NULL ? text : "");
	(void)sqlite3_finalize(st);
	return status;
}

const struct store_backend store_sqlite = {
	.name = "sqlite",
	.is_on_disk = true,
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.backlog = sqlite_backlog,
	.checkpoint = sqlite_checkpoint,
	.prove = sqlite_prove,
	.check = sqlite_check,
	.get_end = rows_get_end,
	.put_meta = rows_put_meta,
	.get_meta = rows_get_meta,
	.put_event = rows_put_event,
	.get_event = rows_get_event,
	.scan_events = rows_scan_events,
	.put_incident = rows_put_incident,
	.find_incident = rows_find_incident,
	.get_incident = rows_get_incident,
	.scan_incidents = rows_scan_incidents,
	.scan_children = rows_scan_children,
	.put_report = rows_put_report,
	.find_report = rows_find_report,
	.get_report = rows_get_report,
	.find_tracking = rows_find_tracking,
	.move_report = rows_move_report,
	.put_reporter = rows_put_reporter,
	.get_reporter = rows_get_reporter,
	.put_command = rows_put_command,
	.find_command = rows_find_command,
	.put_call = rows_put_call,
	.find_call = rows_find_call,
	.get_call = rows_get_call,
	.scan_open_calls = rows_scan_open_calls,
	.put_caller = rows_put_caller,
	.get_caller = rows_get_caller,
	.oldest_caller = rows_oldest_caller,
	.drop_caller = rows_drop_caller,
	.count_callers = rows_count_callers,
	.scan_callers = rows_scan_callers,
	.put_unit = rows_put_unit,
	.get_unit = rows_get_unit,
	.scan_units = rows_scan_units,
	.put_cursor = rows_put_cursor,
	.scan_cursors = rows_scan_cursors,
	.put_failure = rows_put_failure,
};
