#include "store/sqlite_private.h"

#include <string.h>

/* What is bound is borrowed until the statement is reset, which every function here does before
 * it returns: so nothing is copied on the way in. */
static void bind_text(sqlite3_stmt *st, int at, const char *text)
{
	(void)sqlite3_bind_text(st, at, text, -1,
				SQLITE_STATIC); /* fails only for a bad index */
}

static void bind_int(sqlite3_stmt *st, int at, int64_t value)
{
	(void)sqlite3_bind_int64(st, at, value);
}

static void bind_buf(sqlite3_stmt *st, int at, const struct buf *buf)
{
	if (buf == NULL)
		(void)sqlite3_bind_null(st, at);
	else
		(void)sqlite3_bind_blob64(st, at, buf->data, buf->len, SQLITE_STATIC);
}

static void bind_set(struct backend *conn, sqlite3_stmt *st, int at, agency_set set)
{
	struct set_text *slot = &conn->sets[set % SET_TEXTS];

	if (slot->set != set || slot->len < 0) {
		agency_set_format(conn->agencies, set, slot->text, sizeof(slot->text));
		slot->set = set;
		slot->len = (int)strlen(slot->text);
	}
	(void)sqlite3_bind_text(st, at, slot->text, slot->len, SQLITE_STATIC);
}

static const char *text_at(sqlite3_stmt *st, int at)
{
	const char *text = (const char *)sqlite3_column_text(st, at);

	return text != NULL ? text : "";
}

static int find_name(const char *const *names, const char *name)
{
	for (int i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int named(struct backend *conn, sqlite3_stmt *st, enum statement which, const char *what,
		 struct err *err)
{
	int64_t key = sqlite3_column_int64(st, 0);

	(void)sqlite3_reset(conn->statement[which]);
	return err_set(err, ERR_IO, "%s: row %lld: a name that is none", what, (long long)key);
}

/* 1: a row; 0: none, and the statement is reset; -1. */
static int step(struct backend *conn, enum statement which, struct err *err)
{
	sqlite3_stmt *st = conn->statement[which];
	int rc = sqlite3_step(st);

	if (rc == SQLITE_ROW)
		return 1;
	if (rc != SQLITE_DONE)
		(void)sqlite_fail(conn, sqlite3_sql(st), err);
	(void)sqlite3_reset(st); /* repeats what step said */
	return rc == SQLITE_DONE ? 0 : -1;
}

static void done(struct backend *conn, enum statement which)
{
	(void)sqlite3_reset(conn->statement[which]);
}

/* One number; 0 where there is none. */
static int get_number(struct backend *conn, enum statement which, int64_t *value_r,
		      struct err *err)
{
	int found = step(conn, which, err);

	if (found > 0) {
		*value_r = sqlite3_column_int64(conn->statement[which], 0);
		done(conn, which);
	}
	return found;
}

int rows_get_end(struct backend *conn, struct log_end *end_r, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_LAST_EVENT];
	struct log_end end = {0};
	int found = step(conn, ST_LAST_EVENT, err);

	if (found > 0) {
		end.seq = (uint64_t)sqlite3_column_int64(st, 0);
		if (sqlite3_column_bytes(st, 1) == LINK_SIZE)
			memcpy(end.link, sqlite3_column_blob(st, 1), LINK_SIZE);
		done(conn, ST_LAST_EVENT);
	}
	if (found < 0 || get_number(conn, ST_LAST_NO, &end.no, err) < 0 ||
	    get_number(conn, ST_LAST_TRACKING, &end.tracking, err) < 0)
		return -1;
	*end_r = end;
	return 0;
}

int rows_put_meta(struct backend *conn, const char *key, const char *value, struct err *err)
{
	bind_text(conn->statement[ST_PUT_META], 1, key);
	bind_text(conn->statement[ST_PUT_META], 2, value);
	return sqlite_run(conn, ST_PUT_META, err);
}

int rows_get_meta(struct backend *conn, const char *key, char *value_r, size_t size,
		  struct err *err)
{
	int found;

	bind_text(conn->statement[ST_GET_META], 1, key);
	found = step(conn, ST_GET_META, err);
	if (found > 0) {
		snprintf(value_r, size, "%s", text_at(conn->statement[ST_GET_META], 0));
		done(conn, ST_GET_META);
	}
	return found;
}

int rows_put_event(struct backend *conn, const struct event *event,
		   const unsigned char link[LINK_SIZE], int64_t incident_no, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_EVENT];

	bind_int(st, 1, (int64_t)event->seq);
	bind_int(st, 2, event->at_ms);
	bind_text(st, 3, event_kind_names[event->kind]);
	bind_text(st, 4, scope_names[event->audience.scope]);
	bind_set(conn, st, 5, event->audience.agencies);
	if (incident_no != 0)
		bind_int(st, 6, incident_no);
	else
		(void)sqlite3_bind_null(st, 6);
	bind_buf(st, 7, event->body);
	(void)sqlite3_bind_blob(st, 8, link, LINK_SIZE, SQLITE_STATIC);
	return sqlite_run(conn, ST_PUT_EVENT, err);
}

/* All but the body. False: a name in the row is none of ours. */
static bool event_at(struct backend *conn, sqlite3_stmt *st, struct event *event_r)
{
	int kind = event_kind_find(text_at(st, 2)),
	    scope = find_name(scope_names, text_at(st, 3));

	if (kind < 0 || scope < 0)
		return false;
	*event_r = (struct event){
		.seq = (uint64_t)sqlite3_column_int64(st, 0),
		.at_ms = sqlite3_column_int64(st, 1),
		.kind = (enum event_kind)kind,
		.audience = {.scope = (enum scope)scope,
			     .agencies = agency_set_parse(conn->agencies, text_at(st, 4),
							  (size_t)sqlite3_column_bytes(st, 4))},
	};
	snprintf(event_r->incident_id, ID_SIZE, "%s", text_at(st, 5));
	return true;
}

static struct buf *buf_at(sqlite3_stmt *st, int at)
{
	const void *bytes = sqlite3_column_blob(st, at);

	return buf_copy(bytes, (size_t)sqlite3_column_bytes(st, at));
}

int rows_get_event(struct backend *conn, uint64_t seq, struct event *event_r, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_GET_EVENT];
	struct event event;
	int found;

	bind_int(st, 1, (int64_t)seq);
	found = step(conn, ST_GET_EVENT, err);
	if (found <= 0)
		return found;
	if (!event_at(conn, st, &event))
		return named(conn, st, ST_GET_EVENT, "event", err);
	event.body = buf_at(st, 6);
	*event_r = event;
	done(conn, ST_GET_EVENT);
	return 1;
}

int rows_scan_events(struct backend *conn, int64_t incident_no, uint64_t from,
		     event_row_fn *row, void *ctx, struct err *err)
{
	enum statement which = incident_no != 0 ? ST_SCAN_TIMELINE : ST_SCAN_EVENTS;
	sqlite3_stmt *st = conn->statement[which];
	bool goes_on = true;
	int found;

	bind_int(st, 1, (int64_t)from);
	if (incident_no != 0)
		bind_int(st, 2, incident_no);
	while ((found = step(conn, which, err)) > 0) {
		static const unsigned char none[LINK_SIZE];
		bool has_link = sqlite3_column_bytes(st, 7) == LINK_SIZE;
		struct event event;

		if (!event_at(conn, st, &event))
			return named(conn, st, which, "event", err);
		event.body = buf_at(st, 6);
		goes_on = row(ctx, &event, has_link ? sqlite3_column_blob(st, 7) : none);
		buf_unref(&event.body);
		if (!goes_on)
			break;
	}
	done(conn, which);
	return found < 0 ? -1 : 0;
}

int rows_put_incident(struct backend *conn, const struct incident_row *row, bool is_new,
		      struct err *err)
{
	enum statement which = is_new ? ST_NEW_INCIDENT : ST_PUT_INCIDENT;
	sqlite3_stmt *st = conn->statement[which];

	bind_int(st, 1, row->no);
	bind_text(st, 2, row->id);
	bind_text(st, 3, incident_status_names[row->status]);
	bind_int(st, 4, row->priority);
	bind_text(st, 5, scope_names[row->audience.scope]);
	bind_set(conn, st, 6, row->audience.agencies);
	bind_text(st, 7, row->area);
	bind_int(st, 8, row->opened_at_ms);
	bind_int(st, 9, (int64_t)row->seq);
	bind_int(st, 10, row->merged);
	bind_int(st, 11, row->parent);
	return sqlite_run(conn, which, err);
}

static bool incident_at(struct backend *conn, sqlite3_stmt *st, struct incident_row *row_r)
{
	static const char *const *const names = incident_status_names;
	int scope = find_name(scope_names, text_at(st, 4)), status = 0;

	while (status < INCIDENT_STATUSES && strcmp(names[status], text_at(st, 2)) != 0)
		status++;
	if (scope < 0 || status == INCIDENT_STATUSES)
		return false;
	*row_r = (struct incident_row){
		.no = sqlite3_column_int64(st, 0),
		.status = (enum incident_status)status,
		.priority = sqlite3_column_int(st, 3),
		.audience = {.scope = (enum scope)scope,
			     .agencies = agency_set_parse(conn->agencies, text_at(st, 5),
							  (size_t)sqlite3_column_bytes(st, 5))},
		.opened_at_ms = sqlite3_column_int64(st, 7),
		.seq = (uint64_t)sqlite3_column_int64(st, 8),
		.merged = sqlite3_column_int64(st, 9),
		.parent = sqlite3_column_int64(st, 10),
	};
	snprintf(row_r->id, ID_SIZE, "%s", text_at(st, 1));
	snprintf(row_r->area, AREA_SIZE, "%s", text_at(st, 6));
	return true;
}

static int take_incident_row(struct backend *conn, enum statement which,
			     struct incident_row *row_r, struct err *err)
{
	sqlite3_stmt *st = conn->statement[which];
	int found = step(conn, which, err);

	if (found <= 0)
		return found;
	if (!incident_at(conn, st, row_r))
		return named(conn, st, which, "incident", err);
	done(conn, which);
	return 1;
}

int rows_find_incident(struct backend *conn, const char *id, struct incident_row *row_r,
		       struct err *err)
{
	bind_text(conn->statement[ST_FIND_INCIDENT], 1, id);
	return take_incident_row(conn, ST_FIND_INCIDENT, row_r, err);
}

int rows_get_incident(struct backend *conn, int64_t no, struct incident_row *row_r,
		      struct err *err)
{
	bind_int(conn->statement[ST_GET_INCIDENT], 1, no);
	return take_incident_row(conn, ST_GET_INCIDENT, row_r, err);
}

static int scan_rows(struct backend *conn, enum statement which, int64_t key,
		     incident_row_fn *row, void *ctx, struct err *err)
{
	sqlite3_stmt *st = conn->statement[which];
	struct incident_row one;
	int found;

	bind_int(st, 1, key);
	while ((found = step(conn, which, err)) > 0) {
		if (!incident_at(conn, st, &one))
			return named(conn, st, which, "incident", err);
		if (!row(ctx, &one))
			break;
	}
	done(conn, which);
	return found < 0 ? -1 : 0;
}

int rows_scan_incidents(struct backend *conn, enum incident_order order, int64_t from,
			incident_row_fn *row, void *ctx, struct err *err)
{
	return scan_rows(conn, order == INCIDENTS_LIVE_UP ? ST_SCAN_LIVE : ST_SCAN_DOWN, from,
			 row, ctx, err);
}

int rows_scan_children(struct backend *conn, int64_t parent_no, incident_row_fn *row, void *ctx,
		       struct err *err)
{
	return scan_rows(conn, ST_SCAN_CHILDREN, parent_no, row, ctx, err);
}

int rows_put_report(struct backend *conn, const struct report_row *row, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_REPORT];

	bind_int(st, 1, (int64_t)row->seq);
	bind_text(st, 2, row->id);
	bind_text(st, 3, row->source);
	bind_text(st, 4, row->key);
	(void)sqlite3_bind_blob(st, 5, row->digest, sizeof(row->digest), SQLITE_STATIC);
	bind_int(st, 6, row->tracking);
	bind_int(st, 7, row->incident);
	bind_text(st, 8, row->callers.own);
	bind_text(st, 9, row->callers.number);
	return sqlite_run(conn, ST_PUT_REPORT, err);
}

int rows_move_report(struct backend *conn, uint64_t seq, int64_t incident, struct err *err)
{
	bind_int(conn->statement[ST_MOVE_REPORT], 1, (int64_t)seq);
	bind_int(conn->statement[ST_MOVE_REPORT], 2, incident);
	return sqlite_run(conn, ST_MOVE_REPORT, err);
}

static int take_report_row(struct backend *conn, enum statement which, struct report_row *row_r,
			   struct err *err)
{
	sqlite3_stmt *st = conn->statement[which];
	int found = step(conn, which, err);

	if (found <= 0)
		return found;
	*row_r = (struct report_row){.seq = (uint64_t)sqlite3_column_int64(st, 0),
				     .tracking = sqlite3_column_int64(st, 5),
				     .incident = sqlite3_column_int64(st, 6)};
	snprintf(row_r->id, ID_SIZE, "%s", text_at(st, 1));
	snprintf(row_r->source, sizeof(row_r->source), "%s", text_at(st, 2));
	snprintf(row_r->key, sizeof(row_r->key), "%s", text_at(st, 3));
	if (sqlite3_column_bytes(st, 4) == (int)sizeof(row_r->digest))
		memcpy(row_r->digest, sqlite3_column_blob(st, 4), sizeof(row_r->digest));
	snprintf(row_r->callers.own, ID_SIZE, "%s", text_at(st, 7));
	snprintf(row_r->callers.number, ID_SIZE, "%s", text_at(st, 8));
	done(conn, which);
	return 1;
}

int rows_find_report(struct backend *conn, const char *source, const char *key,
		     struct report_row *row_r, struct err *err)
{
	bind_text(conn->statement[ST_FIND_REPORT], 1, source);
	bind_text(conn->statement[ST_FIND_REPORT], 2, key);
	return take_report_row(conn, ST_FIND_REPORT, row_r, err);
}

int rows_get_report(struct backend *conn, const char *id, struct report_row *row_r,
		    struct err *err)
{
	bind_text(conn->statement[ST_GET_REPORT], 1, id);
	return take_report_row(conn, ST_GET_REPORT, row_r, err);
}

int rows_find_tracking(struct backend *conn, int64_t tracking, struct report_row *row_r,
		       struct err *err)
{
	bind_int(conn->statement[ST_FIND_TRACKING], 1, tracking);
	return take_report_row(conn, ST_FIND_TRACKING, row_r, err);
}

static void bind_bytes(sqlite3_stmt *st, int at, bool is_there, const void *bytes, int len)
{
	if (is_there)
		(void)sqlite3_bind_blob(st, at, bytes, len, SQLITE_STATIC);
	else
		(void)sqlite3_bind_null(st, at);
}

/* False: there is nothing, or nothing of that length. */
static bool bytes_at(sqlite3_stmt *st, int at, void *bytes_r, int len)
{
	if (sqlite3_column_bytes(st, at) != len)
		return false;
	memcpy(bytes_r, sqlite3_column_blob(st, at), (size_t)len);
	return true;
}

int rows_put_reporter(struct backend *conn, uint64_t seq, const struct reporter_row *row,
		      struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_REPORTER];

	bind_int(st, 1, (int64_t)seq);
	bind_buf(st, 2, row->raw);
	bind_buf(st, 3, row->whole);
	bind_bytes(st, 4, row->has_salt, row->salt, SALT_SIZE);
	return sqlite_run(conn, ST_PUT_REPORTER, err);
}

int rows_get_reporter(struct backend *conn, uint64_t seq, struct reporter_row *row_r,
		      struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_GET_REPORTER];
	int found;

	bind_int(st, 1, (int64_t)seq);
	found = step(conn, ST_GET_REPORTER, err);
	if (found <= 0)
		return found;
	*row_r = (struct reporter_row){.raw = buf_at(st, 0)};
	if (sqlite3_column_type(st, 1) != SQLITE_NULL)
		row_r->whole = buf_at(st, 1);
	row_r->has_salt = bytes_at(st, 2, row_r->salt, SALT_SIZE);
	done(conn, ST_GET_REPORTER);
	return 1;
}

int rows_put_command(struct backend *conn, const struct command_row *row, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_COMMAND];

	bind_text(st, 1, row->id);
	bind_int(st, 2, (int64_t)row->seq);
	bind_bytes(st, 3, row->has_digest, row->digest, sizeof(row->digest));
	return sqlite_run(conn, ST_PUT_COMMAND, err);
}

int rows_find_command(struct backend *conn, const char *id, struct command_row *row_r,
		      struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_FIND_COMMAND];
	int found;

	bind_text(st, 1, id);
	found = step(conn, ST_FIND_COMMAND, err);
	if (found <= 0)
		return found;
	*row_r = (struct command_row){.seq = (uint64_t)sqlite3_column_int64(st, 1)};
	snprintf(row_r->id, sizeof(row_r->id), "%s", id);
	row_r->has_digest = bytes_at(st, 2, row_r->digest, sizeof(row_r->digest));
	done(conn, ST_FIND_COMMAND);
	return 1;
}

int rows_put_call(struct backend *conn, const struct call_row *row, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_CALL];

	bind_text(st, 1, row->call_id);
	bind_text(st, 2, row->id);
	for (int i = 0; i < CALL_STATES; i++)
		bind_int(st, 3 + i, (int64_t)row->step[i]);
	return sqlite_run(conn, ST_PUT_CALL, err);
}

static void call_at(sqlite3_stmt *st, struct call_row *row_r)
{
	snprintf(row_r->call_id, sizeof(row_r->call_id), "%s", text_at(st, 0));
	snprintf(row_r->id, ID_SIZE, "%s", text_at(st, 1));
	for (int i = 0; i < CALL_STATES; i++)
		row_r->step[i] = (uint64_t)sqlite3_column_int64(st, 2 + i);
}

static int take_call_row(struct backend *conn, enum statement which, const char *key,
			 struct call_row *row_r, struct err *err)
{
	int found;

	bind_text(conn->statement[which], 1, key);
	found = step(conn, which, err);
	if (found > 0) {
		call_at(conn->statement[which], row_r);
		done(conn, which);
	}
	return found;
}

int rows_find_call(struct backend *conn, const char *call_id, struct call_row *row_r,
		   struct err *err)
{
	return take_call_row(conn, ST_FIND_CALL, call_id, row_r, err);
}

int rows_get_call(struct backend *conn, const char *id, struct call_row *row_r, struct err *err)
{
	return take_call_row(conn, ST_GET_CALL, id, row_r, err);
}

int rows_scan_open_calls(struct backend *conn, call_row_fn *row, void *ctx, struct err *err)
{
	struct call_row one;
	int found;

	while ((found = step(conn, ST_SCAN_OPEN_CALLS, err)) > 0) {
		call_at(conn->statement[ST_SCAN_OPEN_CALLS], &one);
		if (!row(ctx, &one))
			break;
	}
	done(conn, ST_SCAN_OPEN_CALLS);
	return found < 0 ? -1 : 0;
}

int rows_put_caller(struct backend *conn, const struct caller_row *row, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_CALLER];

	bind_text(st, 1, row->handle);
	bind_int(st, 2, (int64_t)row->seq);
	bind_int(st, 3, row->worth);
	bind_int(st, 4, row->seen_at_ms);
	return sqlite_run(conn, ST_PUT_CALLER, err);
}

static void caller_at(sqlite3_stmt *st, struct caller_row *row_r)
{
	snprintf(row_r->handle, ID_SIZE, "%s", text_at(st, 0));
	row_r->seq = (uint64_t)sqlite3_column_int64(st, 1);
	row_r->worth = (enum caller_worth)sqlite3_column_int(st, 2);
	row_r->seen_at_ms = sqlite3_column_int64(st, 3);
}

static int take_caller_row(struct backend *conn, enum statement which, struct caller_row *row_r,
			   struct err *err)
{
	int found = step(conn, which, err);

	if (found > 0) {
		caller_at(conn->statement[which], row_r);
		done(conn, which);
	}
	return found;
}

int rows_get_caller(struct backend *conn, const char *handle, struct caller_row *row_r,
		    struct err *err)
{
	bind_text(conn->statement[ST_GET_CALLER], 1, handle);
	return take_caller_row(conn, ST_GET_CALLER, row_r, err);
}

int rows_oldest_caller(struct backend *conn, enum caller_worth worth, struct caller_row *row_r,
		       struct err *err)
{
	bind_int(conn->statement[ST_OLDEST_CALLER], 1, worth);
	return take_caller_row(conn, ST_OLDEST_CALLER, row_r, err);
}

int rows_drop_caller(struct backend *conn, const char *handle, struct err *err)
{
	bind_text(conn->statement[ST_DROP_CALLER], 1, handle);
	return sqlite_run(conn, ST_DROP_CALLER, err);
}

int rows_count_callers(struct backend *conn, int64_t *count_r, struct err *err)
{
	return get_number(conn, ST_COUNT_CALLERS, count_r, err);
}

int rows_scan_callers(struct backend *conn, caller_row_fn *row, void *ctx, struct err *err)
{
	struct caller_row one;
	int found;

	while ((found = step(conn, ST_SCAN_CALLERS, err)) > 0) {
		caller_at(conn->statement[ST_SCAN_CALLERS], &one);
		if (!row(ctx, &one))
			break;
	}
	done(conn, ST_SCAN_CALLERS);
	return found < 0 ? -1 : 0;
}

int rows_put_unit(struct backend *conn, const struct unit_row *row, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_UNIT];

	bind_text(st, 1, row->id);
	bind_int(st, 2, (int64_t)row->seq);
	return sqlite_run(conn, ST_PUT_UNIT, err);
}

static void unit_at(sqlite3_stmt *st, struct unit_row *row_r)
{
	snprintf(row_r->id, UNIT_SIZE, "%s", text_at(st, 0));
	row_r->seq = (uint64_t)sqlite3_column_int64(st, 1);
}

int rows_get_unit(struct backend *conn, const char *id, struct unit_row *row_r, struct err *err)
{
	int found;

	bind_text(conn->statement[ST_GET_UNIT], 1, id);
	found = step(conn, ST_GET_UNIT, err);
	if (found > 0) {
		unit_at(conn->statement[ST_GET_UNIT], row_r);
		done(conn, ST_GET_UNIT);
	}
	return found;
}

int rows_scan_units(struct backend *conn, unit_row_fn *row, void *ctx, struct err *err)
{
	struct unit_row one;
	int found;

	while ((found = step(conn, ST_SCAN_UNITS, err)) > 0) {
		unit_at(conn->statement[ST_SCAN_UNITS], &one);
		if (!row(ctx, &one))
			break;
	}
	done(conn, ST_SCAN_UNITS);
	return found < 0 ? -1 : 0;
}

int rows_put_cursor(struct backend *conn, const char *sink, uint64_t seq, const char *epoch,
		    struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_CURSOR];

	bind_text(st, 1, sink);
	bind_int(st, 2, (int64_t)seq);
	bind_text(st, 3, epoch);
	return sqlite_run(conn, ST_PUT_CURSOR, err);
}

int rows_scan_cursors(struct backend *conn, cursor_row_fn *row, void *ctx, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_SCAN_CURSORS];
	int found;

	while ((found = step(conn, ST_SCAN_CURSORS, err)) > 0)
		row(ctx, text_at(st, 0), (uint64_t)sqlite3_column_int64(st, 1), text_at(st, 2));
	return found;
}

int rows_put_failure(struct backend *conn, const char *sink, uint64_t seq, const char *why,
		     int64_t at_ms, struct err *err)
{
	sqlite3_stmt *st = conn->statement[ST_PUT_FAILURE];

	bind_text(st, 1, sink);
	bind_int(st, 2, (int64_t)seq);
	bind_text(st, 3, why);
	bind_int(st, 4, at_ms);
	return sqlite_run(conn, ST_PUT_FAILURE, err);
}
