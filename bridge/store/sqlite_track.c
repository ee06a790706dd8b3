#include "store/sqlite_track.h"

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "store/sqlite_copy.h"

#define SCHEMA                                                                                 \
	"PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=OFF; PRAGMA trusted_schema=OFF; "    \
	"CREATE TABLE IF NOT EXISTS trace (n INTEGER PRIMARY KEY, heard INTEGER NOT NULL, "    \
	"unit TEXT NOT NULL, at INTEGER NOT NULL, lat INTEGER NOT NULL, lon INTEGER NOT "      \
	"NULL, accuracy INTEGER NOT NULL, speed INTEGER NOT NULL, heading INTEGER NOT NULL, "  \
	"presence INTEGER NOT NULL, since INTEGER NOT NULL) STRICT; "                          \
	"CREATE INDEX IF NOT EXISTS trace_unit ON trace (unit)"

enum track_statement {
	TRACK_ADD,
	TRACK_DROP_OLD,
	TRACK_DROP_MANY,
	TRACK_NEWEST,
	TRACK_STATEMENTS
};

static const char *const texts[TRACK_STATEMENTS] = {
	[TRACK_ADD] = "INSERT INTO trace (heard, unit, at, lat, lon, accuracy, speed, heading, "
		      "presence, since) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
	/* Rows lie in the order in which they were heard, so what is too old is in front. */
	[TRACK_DROP_OLD] = "DELETE FROM trace WHERE n < (SELECT n FROM trace WHERE heard >= ? "
			   "ORDER BY n LIMIT 1)",
	[TRACK_DROP_MANY] = "DELETE FROM trace WHERE n <= (SELECT max(n) FROM trace) - ?",
	[TRACK_NEWEST] =
		"SELECT unit, at, lat, lon, accuracy, speed, heading, presence, since "
		"FROM trace WHERE n IN (SELECT max(n) FROM trace GROUP BY unit) LIMIT ?",
};

struct track {
	sqlite3 *db;
	sqlite3_stmt *statement[TRACK_STATEMENTS];
};

static int fail(const struct track *track, const char *what, struct err *err)
{
	return err_set(err, ERR_IO, "positions: %s: %s", what, sqlite3_errmsg(track->db));
}

static int execute(const struct track *track, const char *sql, struct err *err)
{
	return sqlite3_exec(track->db, sql, NULL, NULL, NULL) == SQLITE_OK
		       ? 0
		       : fail(track, sql, err);
}

static int prepare(struct track *track, struct err *err)
{
	for (int i = 0; i < TRACK_STATEMENTS; i++)
		if (sqlite3_prepare_v2(track->db, texts[i], -1, &track->statement[i], NULL) !=
		    SQLITE_OK)
			return fail(track, texts[i], err);
	return 0;
}

void track_close(struct track **track)
{
	struct track *mine = *track;

	*track = NULL;
	if (mine == NULL)
		return;
	for (int i = 0; i < TRACK_STATEMENTS; i++)
		(void)sqlite3_finalize(mine->statement[i]);
	(void)sqlite3_close(mine->db);
	xfree(mine);
}

static int open_file(struct track **track_r, const char *path, struct err *err)
{
	struct track *track = xcalloc(1, sizeof(*track));

	sqlite_make_private(path);
	if (sqlite3_open_v2(path, &track->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX,
			    NULL) != SQLITE_OK)
		(void)fail(track, "open", err);
	else if (execute(track, SCHEMA, err) == 0 && prepare(track, err) == 0) {
		*track_r = track;
		return 0;
	}
	track_close(&track);
	return -1;
}

int track_open(struct track **track_r, const char *dir, struct err *err)
{
	char path[PATH_MAX], journal[PATH_MAX];

	snprintf(path, sizeof(path), "%s/positions.sqlite", dir);
	snprintf(journal, sizeof(journal), "%s/positions.sqlite-journal", dir);
	if (open_file(track_r, path, err) == 0)
		return 0;
	log_warn("track.anew", "why=%s", log_quote(err->text, strlen(err->text)).text);
	(void)unlink(journal); /* what cannot go the next line finds in its way */
	(void)unlink(path);
	return open_file(track_r, path, err);
}

static int run(struct track *track, enum track_statement which, struct err *err)
{
	sqlite3_stmt *st = track->statement[which];
	int rc = sqlite3_step(st);

	if (rc != SQLITE_DONE)
		(void)fail(track, texts[which], err);
	(void)sqlite3_reset(st); /* says again what step said */
	return rc == SQLITE_DONE ? 0 : -1;
}

static int drop(struct track *track, enum track_statement which, int64_t value, struct err *err)
{
	(void)sqlite3_bind_int64(track->statement[which], 1,
				 value); /* only a bad index fails */
	return run(track, which, err);
}

static int add(struct track *track, const struct unit_trace *trace, int64_t now_ms,
	       struct err *err)
{
	sqlite3_stmt *st = track->statement[TRACK_ADD];
	const int64_t values[] = {trace->at_ms,      trace->lat_e7,    trace->lon_e7,
				  trace->accuracy_m, trace->speed_cms, trace->heading,
				  trace->presence,   trace->since_ms};

	(void)sqlite3_bind_int64(st, 1, now_ms);
	(void)sqlite3_bind_text(st, 2, trace->unit, -1, SQLITE_STATIC);
	for (int i = 0; i < 8; i++)
		(void)sqlite3_bind_int64(st, 3 + i, values[i]);
	return run(track, TRACK_ADD, err);
}

static int add_all(struct track *track, const struct unit_trace *traces, unsigned count,
		   int64_t now_ms, const struct track_limits *limits, struct err *err)
{
	for (unsigned i = 0; i < count; i++)
		if (add(track, &traces[i], now_ms, err) < 0)
			return -1;
	if (drop(track, TRACK_DROP_OLD, now_ms - limits->keep_ms, err) < 0)
		return -1;
	return drop(track, TRACK_DROP_MANY, limits->max, err);
}

int track_add(struct track *track, const struct unit_trace *traces, unsigned count,
	      int64_t now_ms, const struct track_limits *limits, struct err *err)
{
	struct err ignored; /* the first one is what the operator needs */

	if (execute(track, "BEGIN IMMEDIATE", err) < 0)
		return -1;
	if (add_all(track, traces, count, now_ms, limits, err) == 0 &&
	    execute(track, "COMMIT", err) == 0)
		return 0;
	(void)execute(track, "ROLLBACK", &ignored);
	return -1;
}

/* The file may be of anybody's making: what is no presence is none. */
static void read_row(sqlite3_stmt *st, struct unit_trace *trace_r)
{
	const char *unit = (const char *)sqlite3_column_text(st, 0);
	int presence = sqlite3_column_int(st, 7);

	*trace_r = (struct unit_trace){
		.at_ms = sqlite3_column_int64(st, 1),
		.lat_e7 = sqlite3_column_int(st, 2),
		.lon_e7 = sqlite3_column_int(st, 3),
		.accuracy_m = sqlite3_column_int(st, 4),
		.speed_cms = sqlite3_column_int(st, 5),
		.heading = sqlite3_column_int(st, 6),
		.since_ms = sqlite3_column_int64(st, 8),
	};
	if (presence == UNIT_ONLINE || presence == UNIT_OFFLINE)
		trace_r->presence = (enum unit_presence)presence;
	snprintf(trace_r->unit, TRACE_UNIT_SIZE, "%s", unit != NULL ? unit : "");
}

int track_newest(struct track *track, struct unit_trace *traces_r, unsigned max,
		 struct err *err)
{
	sqlite3_stmt *st = track->statement[TRACK_NEWEST];
	int count = 0, rc;

	(void)sqlite3_bind_int64(st, 1, max);
	while ((rc = sqlite3_step(st)) == SQLITE_ROW)
		read_row(st, &traces_r[count++]);
	if (rc != SQLITE_DONE)
		count = fail(track, "read", err);
	(void)sqlite3_reset(st); /* says again what step said */
	return count;
}
