/* The reference: what the other backends are compared with, and the store of unit tests.
 *
 * Plain tables that grow, and one journal of the open transaction: a rollback cuts the tables
 * back to their old lengths and undoes the few replacements. Writer and reader share the tables
 * under a lock, which a transaction of either holds. */
#include "store/backend.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "store/store.h"

struct stored_event {
	struct event event;
	unsigned char link[LINK_SIZE];
	int64_t incident_no;
};

struct stored_body {
	uint64_t seq;
	struct reporter_row row;
};

struct stored_sink {
	char sink[65];
	uint64_t seq;
	char *text; /* epoch, or why */
};

struct stored_meta {
	char key[32], value[64];
};

/* Rows of one kind, in the order they came. */
struct table {
	void *rows;
	size_t row_size, count, room;
	size_t count_before; /* when the transaction began */
};

enum {
	EVENTS,
	INCIDENTS,
	REPORTS,
	BODIES,
	COMMANDS,
	CALLS,
	CALLERS, /* one that was dropped has no handle, and gives its place to the next */
	UNITS,
	CURSORS,
	FAILURES,
	METAS,
	TABLES
};

static const size_t row_sizes[TABLES] = {
	[EVENTS] = sizeof(struct stored_event),  [INCIDENTS] = sizeof(struct incident_row),
	[REPORTS] = sizeof(struct report_row),   [BODIES] = sizeof(struct stored_body),
	[COMMANDS] = sizeof(struct command_row), [CALLS] = sizeof(struct call_row),
	[CURSORS] = sizeof(struct stored_sink),  [FAILURES] = sizeof(struct stored_sink),
	[METAS] = sizeof(struct stored_meta),    [CALLERS] = sizeof(struct caller_row),
	[UNITS] = sizeof(struct unit_row),
};

struct undo {
	struct undo *next;
	int table;
	size_t index;
	unsigned char old[];
};

struct backend {
	pthread_mutex_t lock;   /* held from begin to its end */
	struct backend *writer; /* of a reader: whose tables these are */
	struct table tables[TABLES];
	struct undo *undo;
};

static struct table *table_of(struct backend *conn, int which)
{
	return conn->writer != NULL ? &conn->writer->tables[which] : &conn->tables[which];
}

static void *row_at(const struct table *table, size_t index)
{
	return (char *)table->rows + index * table->row_size;
}

static void *add_row(struct backend *conn, int which)
{
	struct table *table = table_of(conn, which);

	if (table->count == table->room) {
		table->room = table->room > 0 ? 2 * table->room : 64;
		table->rows = xrealloc(table->rows, table->room * table->row_size);
	}
	memset(row_at(table, table->count), 0, table->row_size);
	return row_at(table, table->count++);
}

/* The row, with its old contents kept for a rollback. */
static void *change_row(struct backend *conn, int which, size_t index)
{
	struct table *table = table_of(conn, which);
	struct undo *undo = xmalloc(sizeof(*undo) + table->row_size);

	undo->table = which;
	undo->index = index;
	memcpy(undo->old, row_at(table, index), table->row_size);
	undo->next = conn->undo;
	conn->undo = undo;
	return row_at(table, index);
}

static void free_row(int which, void *row)
{
	if (which == EVENTS) {
		buf_unref(&((struct stored_event *)row)->event.body);
	} else if (which == BODIES) {
		reporter_row_fini(&((struct stored_body *)row)->row);
	} else if (which == CURSORS || which == FAILURES) {
		xfree(((struct stored_sink *)row)->text);
	}
}

static void cut(struct table *table, int which, size_t count)
{
	while (table->count > count)
		free_row(which, row_at(table, --table->count));
}

static int memory_open(struct backend **conn_r, const struct backend_place *place,
		       struct err *err)
{
	struct backend *conn = xcalloc(1, sizeof(*conn));

	(void)err;
	conn->writer = place->writer;
	pthread_mutex_init(&conn->lock, NULL);
	for (int i = 0; i < TABLES; i++)
		conn->tables[i].row_size = row_sizes[i];
	*conn_r = conn;
	return 0;
}

static void forget_undo(struct backend *conn)
{
	while (conn->undo != NULL) {
		struct undo *next = conn->undo->next;

		xfree(conn->undo);
		conn->undo = next;
	}
}

static void memory_close(struct backend *conn)
{
	for (int i = 0; i < TABLES; i++) {
		cut(&conn->tables[i], i, 0);
		xfree(conn->tables[i].rows);
	}
	forget_undo(conn);
	pthread_mutex_destroy(&conn->lock);
	xfree(conn);
}

static pthread_mutex_t *lock_of(struct backend *conn)
{
	return conn->writer != NULL ? &conn->writer->lock : &conn->lock;
}

static int memory_begin(struct backend *conn, struct err *err)
{
	(void)err;
	pthread_mutex_lock(lock_of(conn));
	for (int i = 0; i < TABLES; i++)
		conn->tables[i].count_before = conn->tables[i].count;
	return 0;
}

/* A replaced text belongs to the undo until here. */
static int memory_commit(struct backend *conn, struct err *err)
{
	(void)err;
	for (struct undo *undo = conn->undo; undo != NULL; undo = undo->next)
		if (undo->table == CURSORS)
			xfree(((struct stored_sink *)(void *)undo->old)->text);
	forget_undo(conn);
	pthread_mutex_unlock(lock_of(conn));
	return 0;
}

static void memory_rollback(struct backend *conn)
{
	for (struct undo *undo = conn->undo; undo != NULL; undo = undo->next) {
		struct table *table = &conn->tables[undo->table];

		if (undo->table == CURSORS)
			free_row(CURSORS, row_at(table, undo->index));
		memcpy(row_at(table, undo->index), undo->old, table->row_size);
	}
	forget_undo(conn);
	for (int i = 0; conn->writer == NULL && i < TABLES; i++)
		cut(&conn->tables[i], i, conn->tables[i].count_before);
	pthread_mutex_unlock(lock_of(conn));
}

static int64_t memory_backlog(const struct backend *conn)
{
	(void)conn;
	return 0;
}

static void memory_checkpoint(struct backend *conn, bool is_whole)
{
	(void)conn;
	(void)is_whole;
}

static int memory_is_fine(struct backend *conn, struct err *err)
{
	(void)conn;
	(void)err;
	return 0;
}

static int memory_get_end(struct backend *conn, struct log_end *end_r, struct err *err)
{
	struct table *events = table_of(conn, EVENTS), *reports = table_of(conn, REPORTS);
	struct log_end end = {.no = (int64_t)table_of(conn, INCIDENTS)->count};

	(void)err;
	if (events->count > 0) {
		struct stored_event *last = row_at(events, events->count - 1);

		end.seq = last->event.seq;
		memcpy(end.link, last->link, LINK_SIZE);
	}
	if (reports->count > 0)
		end.tracking =
			((struct report_row *)row_at(reports, reports->count - 1))->tracking;
	*end_r = end;
	return 0;
}

static int memory_put_meta(struct backend *conn, const char *key, const char *value,
			   struct err *err)
{
	struct stored_meta *meta = add_row(conn, METAS);

	(void)err;
	snprintf(meta->key, sizeof(meta->key), "%s", key);
	snprintf(meta->value, sizeof(meta->value), "%s", value);
	return 0;
}

static int memory_get_meta(struct backend *conn, const char *key, char *value_r, size_t size,
			   struct err *err)
{
	struct table *table = table_of(conn, METAS);

	(void)err;
	for (size_t i = table->count; i-- > 0;) {
		struct stored_meta *meta = row_at(table, i);

		if (strcmp(meta->key, key) != 0)
			continue;
		snprintf(value_r, size, "%s", meta->value);
		return 1;
	}
	return 0;
}

static int memory_put_event(struct backend *conn, const struct event *event,
			    const unsigned char link[LINK_SIZE], int64_t incident_no,
			    struct err *err)
{
	struct stored_event *row = add_row(conn, EVENTS);

	(void)err;
	row->event = *event;
	buf_ref(row->event.body);
	row->incident_no = incident_no;
	memcpy(row->link, link, LINK_SIZE);
	return 0;
}

static int memory_get_event(struct backend *conn, uint64_t seq, struct event *event_r,
			    struct err *err)
{
	struct table *table = table_of(conn, EVENTS);

	(void)err;
	if (seq == 0 || seq > table->count)
		return 0;
	*event_r = ((struct stored_event *)row_at(table, seq - 1))->event;
	event_r->committed_us = 0;
	buf_ref(event_r->body);
	return 1;
}

static int memory_scan_events(struct backend *conn, int64_t incident_no, uint64_t from,
			      event_row_fn *row, void *ctx, struct err *err)
{
	struct table *table = table_of(conn, EVENTS);

	(void)err;
	for (size_t i = from > 0 ? from - 1 : 0; i < table->count; i++) {
		struct stored_event *one = row_at(table, i);

		if (incident_no != 0 && one->incident_no != incident_no)
			continue;
		if (!row(ctx, &one->event, one->link))
			break;
	}
	return 0;
}

static int memory_put_incident(struct backend *conn, const struct incident_row *row,
			       bool is_new, struct err *err)
{
	struct incident_row *place = is_new ? add_row(conn, INCIDENTS)
					    : change_row(conn, INCIDENTS, (size_t)row->no - 1);

	(void)err;
	*place = *row;
	return 0;
}

static int memory_find_incident(struct backend *conn, const char *id,
				struct incident_row *row_r, struct err *err)
{
	struct table *table = table_of(conn, INCIDENTS);

	(void)err;
	for (size_t i = table->count; i-- > 0;) {
		struct incident_row *row = row_at(table, i);

		if (strcmp(row->id, id) != 0)
			continue;
		*row_r = *row;
		return 1;
	}
	return 0;
}

static int memory_get_incident(struct backend *conn, int64_t no, struct incident_row *row_r,
			       struct err *err)
{
	struct table *table = table_of(conn, INCIDENTS);

	(void)err;
	if (no <= 0 || no > (int64_t)table->count)
		return 0;
	*row_r = *(struct incident_row *)row_at(table, (size_t)no - 1);
	return 1;
}

static int memory_scan_incidents(struct backend *conn, enum incident_order order, int64_t from,
				 incident_row_fn *row, void *ctx, struct err *err)
{
	struct table *table = table_of(conn, INCIDENTS);
	int64_t count = (int64_t)table->count;

	(void)err;
	if (order == INCIDENTS_DOWN) {
		for (int64_t no = from <= count ? from - 1 : count; no > 0; no--)
			if (!row(ctx, row_at(table, (size_t)no - 1)))
				break;
		return 0;
	}
	for (int64_t no = from + 1; no <= count; no++) {
		struct incident_row *one = row_at(table, (size_t)no - 1);

		if (one->status != INCIDENT_CLOSED && !row(ctx, one))
			break;
	}
	return 0;
}

static int memory_scan_children(struct backend *conn, int64_t parent_no, incident_row_fn *row,
				void *ctx, struct err *err)
{
	struct table *table = table_of(conn, INCIDENTS);

	(void)err;
	for (size_t i = 0; parent_no != 0 && i < table->count; i++) {
		struct incident_row *one = row_at(table, i);

		if (one->parent == parent_no && !row(ctx, one))
			break;
	}
	return 0;
}

static int memory_put_report(struct backend *conn, const struct report_row *row,
			     struct err *err)
{
	struct report_row *place = add_row(conn, REPORTS);

	(void)err;
	*place = *row;
	return 0;
}

static int memory_move_report(struct backend *conn, uint64_t seq, int64_t incident,
			      struct err *err)
{
	struct table *table = table_of(conn, REPORTS);

	(void)err;
	for (size_t i = table->count; i-- > 0;) {
		if (((struct report_row *)row_at(table, i))->seq != seq)
			continue;
		((struct report_row *)change_row(conn, REPORTS, i))->incident = incident;
		break;
	}
	return 0;
}

struct report_wish {
	const char *source, *key, *id;
	int64_t tracking;
};

static bool is_wanted(const struct report_row *report, const struct report_wish *wish)
{
	if (wish->id != NULL)
		return strcmp(report->id, wish->id) == 0;
	if (wish->key != NULL)
		return strcmp(report->source, wish->source) == 0 &&
		       strcmp(report->key, wish->key) == 0;
	return report->tracking == wish->tracking;
}

static int find_wanted(struct backend *conn, const struct report_wish *wish,
		       struct report_row *row_r)
{
	struct table *table = table_of(conn, REPORTS);

	for (size_t i = table->count; i-- > 0;) {
		struct report_row *report = row_at(table, i);

		if (!is_wanted(report, wish))
			continue;
		*row_r = *report;
		return 1;
	}
	return 0;
}

static int memory_find_report(struct backend *conn, const char *source, const char *key,
			      struct report_row *row_r, struct err *err)
{
	(void)err;
	return find_wanted(conn, &(struct report_wish){.source = source, .key = key}, row_r);
}

static int memory_get_report(struct backend *conn, const char *id, struct report_row *row_r,
			     struct err *err)
{
	(void)err;
	return find_wanted(conn, &(struct report_wish){.id = id}, row_r);
}

static int memory_find_tracking(struct backend *conn, int64_t tracking,
				struct report_row *row_r, struct err *err)
{
	(void)err;
	return find_wanted(conn, &(struct report_wish){.tracking = tracking}, row_r);
}

static int memory_put_reporter(struct backend *conn, uint64_t seq,
			       const struct reporter_row *row, struct err *err)
{
	struct stored_body *body = add_row(conn, BODIES);

	(void)err;
	body->seq = seq;
	body->row = *row;
	body->row.raw = buf_copy(row->raw->data, row->raw->len);
	if (row->whole != NULL)
		body->row.whole = buf_copy(row->whole->data, row->whole->len);
	return 0;
}

static int memory_get_reporter(struct backend *conn, uint64_t seq, struct reporter_row *row_r,
			       struct err *err)
{
	struct table *table = table_of(conn, BODIES);

	(void)err;
	for (size_t i = table->count; i-- > 0;) {
		struct stored_body *body = row_at(table, i);

		if (body->seq != seq)
			continue;
		*row_r = body->row;
		buf_ref(row_r->raw);
		if (row_r->whole != NULL)
			buf_ref(row_r->whole);
		return 1;
	}
	return 0;
}

static int memory_put_command(struct backend *conn, const struct command_row *row,
			      struct err *err)
{
	struct command_row *place = add_row(conn, COMMANDS);

	(void)err;
	*place = *row;
	return 0;
}

static int memory_find_command(struct backend *conn, const char *id, struct command_row *row_r,
			       struct err *err)
{
	struct table *table = table_of(conn, COMMANDS);

	(void)err;
	for (size_t i = 0; i < table->count; i++) {
		struct command_row *command = row_at(table, i);

		if (strcmp(command->id, id) != 0)
			continue;
		*row_r = *command;
		return 1;
	}
	return 0;
}

static int find_call_where(struct backend *conn, bool by_id, const char *key, size_t *index_r)
{
	struct table *table = table_of(conn, CALLS);

	for (size_t i = 0; i < table->count; i++) {
		struct call_row *call = row_at(table, i);

		if (strcmp(by_id ? call->id : call->call_id, key) != 0)
			continue;
		*index_r = i;
		return 1;
	}
	return 0;
}

static int memory_put_call(struct backend *conn, const struct call_row *row, struct err *err)
{
	size_t index;
	struct call_row *place = find_call_where(conn, false, row->call_id, &index)
					 ? change_row(conn, CALLS, index)
					 : add_row(conn, CALLS);

	(void)err;
	*place = *row;
	return 0;
}

static int memory_find_call(struct backend *conn, const char *call_id, struct call_row *row_r,
			    struct err *err)
{
	size_t index;

	(void)err;
	if (find_call_where(conn, false, call_id, &index) == 0)
		return 0;
	*row_r = *(struct call_row *)row_at(table_of(conn, CALLS), index);
	return 1;
}

static int memory_get_call(struct backend *conn, const char *id, struct call_row *row_r,
			   struct err *err)
{
	size_t index;

	(void)err;
	if (find_call_where(conn, true, id, &index) == 0)
		return 0;
	*row_r = *(struct call_row *)row_at(table_of(conn, CALLS), index);
	return 1;
}

static int memory_scan_open_calls(struct backend *conn, call_row_fn *row, void *ctx,
				  struct err *err)
{
	struct table *table = table_of(conn, CALLS);

	(void)err;
	for (size_t i = table->count; i-- > 0;) {
		struct call_row *call = row_at(table, i);

		if (call->step[CALL_ENDED] == 0 && !row(ctx, call))
			break;
	}
	return 0;
}

static int find_caller_at(struct backend *conn, const char *handle, size_t *index_r)
{
	struct table *table = table_of(conn, CALLERS);

	for (size_t i = 0; i < table->count; i++) {
		struct caller_row *caller = row_at(table, i);

		if (strcmp(caller->handle, handle) != 0)
			continue;
		*index_r = i;
		return 1;
	}
	return 0;
}

static int memory_put_caller(struct backend *conn, const struct caller_row *row,
			     struct err *err)
{
	size_t index;
	struct caller_row *place =
		find_caller_at(conn, row->handle, &index) || find_caller_at(conn, "", &index)
			? change_row(conn, CALLERS, index)
			: add_row(conn, CALLERS);

	(void)err;
	*place = *row;
	return 0;
}

static int memory_get_caller(struct backend *conn, const char *handle, struct caller_row *row_r,
			     struct err *err)
{
	size_t index;

	(void)err;
	if (handle[0] == '\0' || find_caller_at(conn, handle, &index) == 0)
		return 0;
	*row_r = *(struct caller_row *)row_at(table_of(conn, CALLERS), index);
	return 1;
}

static int memory_oldest_caller(struct backend *conn, enum caller_worth worth,
				struct caller_row *row_r, struct err *err)
{
	struct table *table = table_of(conn, CALLERS);
	const struct caller_row *oldest = NULL;

	(void)err;
	for (size_t i = 0; i < table->count; i++) {
		const struct caller_row *row = row_at(table, i);

		if (row->handle[0] != '\0' && row->worth == worth &&
		    (oldest == NULL || row->seen_at_ms < oldest->seen_at_ms ||
		     (row->seen_at_ms == oldest->seen_at_ms &&
		      strcmp(row->handle, oldest->handle) < 0)))
			oldest = row;
	}
	if (oldest != NULL)
		*row_r = *oldest;
	return oldest != NULL;
}

static int memory_drop_caller(struct backend *conn, const char *handle, struct err *err)
{
	size_t index;

	(void)err;
	if (find_caller_at(conn, handle, &index))
		((struct caller_row *)change_row(conn, CALLERS, index))->handle[0] = '\0';
	return 0;
}

static bool count_caller(void *ctx, const struct caller_row *row)
{
	(void)row;
	++*(int64_t *)ctx;
	return true;
}

static int memory_scan_callers(struct backend *conn, caller_row_fn *row, void *ctx,
			       struct err *err)
{
	struct table *table = table_of(conn, CALLERS);

	(void)err;
	for (size_t i = 0; i < table->count; i++) {
		const struct caller_row *one = row_at(table, i);

		if (one->handle[0] != '\0' && !row(ctx, one))
			break;
	}
	return 0;
}

static int memory_count_callers(struct backend *conn, int64_t *count_r, struct err *err)
{
	*count_r = 0;
	return memory_scan_callers(conn, count_caller, count_r, err);
}

/* As many as there are rows: there is none of that id. */
static size_t find_unit_at(struct backend *conn, const char *id)
{
	struct table *table = table_of(conn, UNITS);
	size_t i = 0;

	while (i < table->count && strcmp(((struct unit_row *)row_at(table, i))->id, id) != 0)
		i++;
	return i;
}

static int memory_put_unit(struct backend *conn, const struct unit_row *row, struct err *err)
{
	size_t index = find_unit_at(conn, row->id);
	struct unit_row *place = index < table_of(conn, UNITS)->count
					 ? change_row(conn, UNITS, index)
					 : add_row(conn, UNITS);

	(void)err;
	*place = *row;
	return 0;
}

static int memory_get_unit(struct backend *conn, const char *id, struct unit_row *row_r,
			   struct err *err)
{
	struct table *table = table_of(conn, UNITS);
	size_t index = find_unit_at(conn, id);

	(void)err;
	if (index == table->count)
		return 0;
	*row_r = *(struct unit_row *)row_at(table, index);
	return 1;
}

static const struct unit_row *unit_after(struct table *table, const char *id)
{
	const struct unit_row *next = NULL;

	for (size_t i = 0; i < table->count; i++) {
		const struct unit_row *row = row_at(table, i);

		if (strcmp(row->id, id) > 0 && (next == NULL || strcmp(row->id, next->id) < 0))
			next = row;
	}
	return next;
}

static int memory_scan_units(struct backend *conn, unit_row_fn *row, void *ctx, struct err *err)
{
	struct table *table = table_of(conn, UNITS);
	const struct unit_row *one = unit_after(table, "");

	(void)err;
	while (one != NULL && row(ctx, one))
		one = unit_after(table, one->id);
	return 0;
}

static int memory_put_cursor(struct backend *conn, const char *sink, uint64_t seq,
			     const char *epoch, struct err *err)
{
	struct table *table = table_of(conn, CURSORS);
	struct stored_sink *place = NULL;

	(void)err;
	for (size_t i = 0; i < table->count && place == NULL; i++)
		if (strcmp(((struct stored_sink *)row_at(table, i))->sink, sink) == 0)
			place = change_row(conn, CURSORS, i);
	if (place == NULL)
		place = add_row(conn, CURSORS);
	snprintf(place->sink, sizeof(place->sink), "%s", sink);
	place->seq = seq;
	place->text = xstrdup(epoch);
	return 0;
}

static int memory_scan_cursors(struct backend *conn, cursor_row_fn *row, void *ctx,
			       struct err *err)
{
	struct table *table = table_of(conn, CURSORS);

	(void)err;
	for (size_t i = 0; i < table->count; i++) {
		struct stored_sink *cursor = row_at(table, i);

		row(ctx, cursor->sink, cursor->seq, cursor->text);
	}
	return 0;
}

static int memory_put_failure(struct backend *conn, const char *sink, uint64_t seq,
			      const char *why, int64_t at_ms, struct err *err)
{
	struct stored_sink *failure = add_row(conn, FAILURES);

	(void)err;
	(void)at_ms;
	snprintf(failure->sink, sizeof(failure->sink), "%s", sink);
	failure->seq = seq;
	failure->text = xstrdup(why);
	return 0;
}

const struct store_backend store_memory = {
	.name = "memory",
	.open = memory_open,
	.close = memory_close,
	.begin = memory_begin,
	.commit = memory_commit,
	.rollback = memory_rollback,
	.backlog = memory_backlog,
	.checkpoint = memory_checkpoint,
	.prove = memory_is_fine,
	.check = memory_is_fine,
	.get_end = memory_get_end,
	.put_meta = memory_put_meta,
	.get_meta = memory_get_meta,
	.put_event = memory_put_event,
	.get_event = memory_get_event,
	.scan_events = memory_scan_events,
	.put_incident = memory_put_incident,
	.find_incident = memory_find_incident,
	.get_incident = memory_get_incident,
	.scan_incidents = memory_scan_incidents,
	.scan_children = memory_scan_children,
	.put_report = memory_put_report,
	.find_report = memory_find_report,
	.get_report = memory_get_report,
	.find_tracking = memory_find_tracking,
	.move_report = memory_move_report,
	.put_reporter = memory_put_reporter,
	.get_reporter = memory_get_reporter,
	.put_command = memory_put_command,
	.find_command = memory_find_command,
	.put_call = memory_put_call,
	.find_call = memory_find_call,
	.get_call = memory_get_call,
	.scan_open_calls = memory_scan_open_calls,
	.put_caller = memory_put_caller,
	.get_caller = memory_get_caller,
	.oldest_caller = memory_oldest_caller,
	.drop_caller = memory_drop_caller,
	.count_callers = memory_count_callers,
	.scan_callers = memory_scan_callers,
	.put_unit = memory_put_unit,
	.get_unit = memory_get_unit,
	.scan_units = memory_scan_units,
	.put_cursor = memory_put_cursor,
	.scan_cursors = memory_scan_cursors,
	.put_failure = memory_put_failure,
};
