#include "store/archive.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "store/archive_beside.h"
#include "store/lock.h"
#include "store/recover.h"
#include "store/seal.h"
#include "store/sqlite_copy.h"
#include "store/store.h"

/* What the log says of an incident so far. */
struct seen {
	uint64_t last; /* seq; 0: not seen */
	agency_set agencies;
};

struct audit {
	struct backend *conn;
	struct agencies
		agencies; /* learned from the log: no configuration is needed to check it */
	struct chain_check chain;
	struct seen *seen; /* by incident no */
	uint64_t *moved;   /* reports that must be named by a later event: seq of their first */
	unsigned moved_count, moved_room;
	int64_t greatest_no, room;
	uint64_t incidents;
	int status;
	struct err *err;
};

static int bad(struct audit *audit, uint64_t seq, const char *what)
{
	return err_set(audit->err, ERR_IO, "event %" PRIu64 ": %s", seq, what);
}

static void learn_agency(struct agencies *agencies, const char *id, size_t len)
{
	if (len == 0 || len >= AGENCY_ID_SIZE || agencies->count == AGENCY_MAX ||
	    agency_find(agencies, id, len) >= 0)
		return;
	memcpy(agencies->agency[agencies->count].id, id, len);
	agencies->agency[agencies->count++].id[len] = '\0';
}

/* A unit may be off duty before anything has ever happened for its agency. */
static void learn_of_unit(struct agencies *agencies, struct slice unit)
{
	static const char mark[] = ",\"agency\":\"";
	const char *at = memmem(unit.text, unit.len, mark, sizeof(mark) - 1), *quote;

	if (at == NULL)
		return;
	at += sizeof(mark) - 1;
	quote = memchr(at, '"', (size_t)(unit.text + unit.len - at));
	if (quote != NULL)
		learn_agency(agencies, at, (size_t)(quote - at));
}

static bool learn(void *ctx, const struct event *event, const unsigned char link[LINK_SIZE])
{
	static const char mark[] = ",\"agencies\":[";
	struct audit *audit = ctx;
	struct slice incident = event_incident(event->body);
	const char *end = incident.text + incident.len, *at;

	(void)link;
	if (event->kind == EVENT_UNIT_UPDATED)
		learn_of_unit(&audit->agencies, event_unit(event->body));
	at = incident.len > 0 ? memmem(incident.text, incident.len, mark, sizeof(mark) - 1)
			      : NULL;
	if (at == NULL)
		return true;
	at += sizeof(mark) - 1;
	while (at < end && *at == '"') {
		const char *quote = memchr(at + 1, '"', (size_t)(end - at - 1));

		if (quote == NULL)
			break;
		learn_agency(&audit->agencies, at + 1, (size_t)(quote - at - 1));
		at = quote + 1 < end && quote[1] == ',' ? quote + 2 : end;
	}
	return true;
}

static struct seen *seen_of(struct audit *audit, int64_t no)
{
	while (no >= audit->room) {
		int64_t room = audit->room > 0 ? 2 * audit->room : 1024;

		audit->seen = xrealloc(audit->seen, (size_t)room * sizeof(*audit->seen));
		memset(audit->seen + audit->room, 0,
		       (size_t)(room - audit->room) * sizeof(*audit->seen));
		audit->room = room;
	}
	audit->greatest_no = no > audit->greatest_no ? no : audit->greatest_no;
	return &audit->seen[no];
}

/* The chain covers the body; the columns beside it must say the same. */
static int check_columns(struct audit *audit, const struct event *event)
{
	char expected[160], at[CLOCK_TEXT];
	int len;

	clock_format(event->at_ms, at);
	len = snprintf(expected, sizeof(expected),
		       "{\"type\":\"event\",\"seq\":%" PRIu64 ",\"id\":\"E-%" PRIu64
		       "\",\"time\":\"%s\",\"event\":\"%s\",",
		       event->seq, event->seq, at, event_kind_names[event->kind]);
	if (event->body->len < (size_t)len ||
	    memcmp(event->body->data, expected, (size_t)len) != 0)
		return bad(audit, event->seq, "its row says otherwise than its body");
	return 0;
}

/* The report that an event is about; its incident is that of the event. */
static bool find_report_id(const struct event *event, char id_r[ID_SIZE])
{
	static const char mark[] = ",\"report_id\":\"";
	static const char split[] = ",\"split\":[";
	struct slice head = event_head(event->body);
	const char *at = memmem(head.text, head.len, mark, sizeof(mark) - 1);

	if (at == NULL || head.len - (size_t)(at - head.text) < sizeof(mark) - 1 + ID_LEN ||
	    memmem(head.text, head.len, split, sizeof(split) - 1) != NULL)
		return false;
	memcpy(id_r, at + sizeof(mark) - 1, ID_LEN);
	id_r[ID_LEN] = '\0';
	return true;
}

/* The table says where a report is now; an earlier event may say otherwise. */
static void expect_move(struct audit *audit, uint64_t seq)
{
	if (audit->moved_count == audit->moved_room) {
		audit->moved_room = 2 * audit->moved_room + 16;
		audit->moved =
			xrealloc(audit->moved, audit->moved_room * sizeof(*audit->moved));
	}
	audit->moved[audit->moved_count++] = seq;
}

static void forget_move(struct audit *audit, uint64_t seq)
{
	for (unsigned i = audit->moved_count; i-- > 0;)
		if (audit->moved[i] == seq)
			audit->moved[i] = audit->moved[--audit->moved_count];
}

/* Salt and body are erased together, or neither is. */
static bool is_erased(const struct reporter_row *reporter)
{
	return !reporter->has_salt && reporter->raw->len == 0 && reporter->whole == NULL;
}

/* What lies beside an event that names a seal. report or call: whose it is. */
static int check_seal(struct audit *audit, const struct event *event,
		      const struct report_row *report, const struct call_row *call)
{
	char told[SEAL_SIZE], seal[SEAL_SIZE] = "";
	struct reporter_row reporter;
	bool is_whole;
	int found;

	if (!event_seal(event->body, told, sizeof(told)))
		return 0;
	found = store_sqlite.get_reporter(audit->conn, event->seq, &reporter, audit->err);
	if (found <= 0)
		return found < 0 ? -1 : bad(audit, event->seq, "what lies beside it is gone");
	if (reporter.has_salt && report != NULL)
		seal_report(report, &reporter, seal);
	else if (reporter.has_salt)
		seal_call(call, &reporter, seal);
	is_whole = is_erased(&reporter) || strcmp(seal, told) == 0;
	reporter_row_fini(&reporter);
	return is_whole ? 0
			: bad(audit, event->seq, "what lies beside it is not what it seals");
}

/* The call's row, by the name that its event has for it. */
static int check_call(struct audit *audit, const struct event *event)
{
	static const char mark[] = ",\"call\":{\"id\":\"";
	struct slice head = event_head(event->body);
	const char *at = memmem(head.text, head.len, mark, sizeof(mark) - 1);
	struct call_row row;
	char id[ID_SIZE];
	int found;

	if (event->kind != EVENT_CALL_UPDATED)
		return 0;
	if (at == NULL || head.len - (size_t)(at - head.text) < sizeof(mark) - 1 + ID_LEN)
		return bad(audit, event->seq, "its call has no name");
	snprintf(id, sizeof(id), "%.*s", ID_LEN, at + sizeof(mark) - 1);
	found = store_sqlite.get_call(audit->conn, id, &row, audit->err);
	if (found <= 0)
		return found < 0 ? -1 : bad(audit, event->seq, "its call is not in the table");
	return check_seal(audit, event, NULL, &row);
}

static int check_report(struct audit *audit, const struct event *event)
{
	struct incident_row incident;
	struct report_row row;
	char id[ID_SIZE];
	int found;

	if (!find_report_id(event, id))
		return 0;
	found = store_sqlite.get_report(audit->conn, id, &row, audit->err);
	if (found == 0 || (found > 0 && row.seq > event->seq))
		return bad(audit, event->seq, "its report is not in the table");
	if (found > 0 && row.seq == event->seq && check_seal(audit, event, &row, NULL) < 0)
		return -1;
	if (found > 0)
		found = store_sqlite.get_incident(audit->conn, row.incident, &incident,
						  audit->err);
	if (found < 0)
		return -1;
	forget_move(audit, row.seq);
	if (found == 0 || strcmp(incident.id, event->incident_id) != 0)
		expect_move(audit, row.seq);
	return 0;
}

static int check_incident(struct audit *audit, const struct event *event)
{
	struct incident incident;
	struct incident_row row;
	struct seen *seen;

	if (event_incident(event->body).len == 0)
		return 0;
	if (incident_of_event(event, &audit->agencies, &incident, audit->err) < 0)
		return -1;
	row = incident_row_of(&incident, event->seq);
	incident_fini(&incident);
	if (row.no <= 0 || row.no > (int64_t)event->seq)
		return bad(audit, event->seq, "its incident has an impossible number");
	seen = seen_of(audit, row.no);
	if (strcmp(row.id, event->incident_id) != 0 ||
	    row.audience.scope != event->audience.scope ||
	    (row.audience.agencies | seen->agencies) != event->audience.agencies)
		return bad(audit, event->seq, "its row says otherwise than its body");
	audit->incidents += seen->last == 0;
	*seen = (struct seen){.last = event->seq, .agencies = row.audience.agencies};
	return 0;
}

static int read_card(const struct event *event, struct caller *caller_r, struct err *err)
{
	struct slice card = event_card(event->body);
	json_t *object = json_loadb(card.text, card.len, JSON_DISABLE_EOF_CHECK, NULL);
	int status = card_read(object, caller_r, err);

	json_decref(object);
	return status;
}

/* A caller that is not in the table had to make room: the log need not be older than it is. */
static int check_caller(struct audit *audit, const struct event *event)
{
	struct caller caller;
	struct caller_row row;
	int found;

	if (event_card(event->body).len == 0)
		return 0;
	if (read_card(event, &caller, audit->err) < 0)
		return bad(audit, event->seq, "its caller cannot be read");
	found = store_sqlite.get_caller(audit->conn, caller.handle, &row, audit->err);
	if (found <= 0)
		return found;
	if (row.seq < event->seq)
		return bad(audit, event->seq, "the table knows less of its caller");
	if (row.seq == event->seq &&
	    (row.seen_at_ms != caller.last_ms || row.worth != caller_worth(&caller)))
		return bad(audit, event->seq, "the table says otherwise of its caller");
	return 0;
}

static int read_unit(struct audit *audit, const struct event *event, struct unit_doing *unit_r)
{
	struct slice told = event_unit(event->body);
	json_t *object = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);
	int status = unit_read(object, &audit->agencies, unit_r, audit->err);

	json_decref(object);
	return status;
}

static int check_unit(struct audit *audit, const struct event *event)
{
	struct unit_doing unit;
	struct unit_row row;
	int found;

	if (event->kind != EVENT_UNIT_UPDATED)
		return 0;
	if (read_unit(audit, event, &unit) < 0)
		return bad(audit, event->seq, "its unit cannot be read");
	found = store_sqlite.get_unit(audit->conn, unit.id, &row, audit->err);
	if (found < 0)
		return -1;
	if (found == 0 || row.seq < event->seq)
		return bad(audit, event->seq, "the table knows less of its unit");
	return 0;
}

static bool check_event(void *ctx, const struct event *event,
			const unsigned char link[LINK_SIZE])
{
	struct audit *audit = ctx;

	if (chain_follow(&audit->chain, event, link, audit->err) < 0 ||
	    check_columns(audit, event) < 0 || check_report(audit, event) < 0 ||
	    check_call(audit, event) < 0 || check_incident(audit, event) < 0 ||
	    check_caller(audit, event) < 0 || check_unit(audit, event) < 0)
		audit->status = -1;
	return audit->status == 0;
}

static bool is_same_row(const struct incident_row *a, const struct incident_row *b)
{
	return a->no == b->no && strcmp(a->id, b->id) == 0 && a->status == b->status &&
	       a->priority == b->priority && a->audience.scope == b->audience.scope &&
	       a->audience.agencies == b->audience.agencies && strcmp(a->area, b->area) == 0 &&
	       a->opened_at_ms == b->opened_at_ms && a->seq == b->seq &&
	       a->merged == b->merged && a->parent == b->parent;
}

/* The table against one rebuilt from the log: of each incident, its last event. */
static int check_row(struct audit *audit, const struct incident_row *row)
{
	struct incident_row rebuilt;
	struct incident incident;
	struct event event;
	int found;

	if (row->no > audit->greatest_no || audit->seen[row->no].last != row->seq)
		return err_set(audit->err, ERR_IO, "incident %s is not as the log says",
			       row->id);
	found = store_sqlite.get_event(audit->conn, row->seq, &event, audit->err);
	if (found <= 0)
		return found == 0 ? bad(audit, row->seq, "is missing") : -1;
	found = incident_of_event(&event, &audit->agencies, &incident, audit->err);
	buf_unref(&event.body);
	if (found < 0)
		return -1;
	rebuilt = incident_row_of(&incident, row->seq);
	incident_fini(&incident);
	if (!is_same_row(row, &rebuilt))
		return err_set(audit->err, ERR_IO,
			       "incident %s is not as event %" PRIu64 " says", row->id,
			       row->seq);
	audit->incidents--;
	return 0;
}

static bool check_incident_row(void *ctx, const struct incident_row *row)
{
	struct audit *audit = ctx;

	audit->status = check_row(audit, row);
	return audit->status == 0;
}

/* Each points at an event that tells of it; that this is the last one has been looked at. */
static bool check_caller_row(void *ctx, const struct caller_row *row)
{
	struct audit *audit = ctx;
	struct caller caller;
	struct event event;
	int found = store_sqlite.get_event(audit->conn, row->seq, &event, audit->err);

	if (found > 0) {
		if (read_card(&event, &caller, audit->err) < 0 ||
		    strcmp(caller.handle, row->handle) != 0)
			found = bad(audit, row->seq, "the table has another caller for it");
		buf_unref(&event.body);
	} else if (found == 0) {
		found = bad(audit, row->seq, "is missing, a caller points at it");
	}
	audit->status = found < 0 ? -1 : 0;
	return audit->status == 0;
}

/* The same of a unit. */
static bool check_unit_row(void *ctx, const struct unit_row *row)
{
	struct audit *audit = ctx;
	struct unit_doing unit;
	struct event event;
	int found = store_sqlite.get_event(audit->conn, row->seq, &event, audit->err);

	if (found > 0) {
		if (event.kind != EVENT_UNIT_UPDATED || read_unit(audit, &event, &unit) < 0 ||
		    strcmp(unit.id, row->id) != 0)
			found = bad(audit, row->seq, "the table has another unit for it");
		buf_unref(&event.body);
	} else if (found == 0) {
		found = bad(audit, row->seq, "is missing, a unit points at it");
	}
	audit->status = found < 0 ? -1 : 0;
	return audit->status == 0;
}

static int check_log(struct audit *audit, struct log_end *end, struct err *err)
{
	const struct store_backend *ops = &store_sqlite;

	audit->chain = (struct chain_check){.next = 1, .has_before = true};
	if (ops->check(audit->conn, err) < 0 || ops->get_end(audit->conn, end, err) < 0 ||
	    ops->scan_events(audit->conn, 0, 0, learn, audit, err) < 0 ||
	    ops->scan_events(audit->conn, 0, 0, check_event, audit, err) < 0 ||
	    audit->status < 0)
		return -1;
	if (audit->chain.next != end->seq + 1)
		return bad(audit, audit->chain.next, "is missing");
	if (audit->moved_count > 0)
		return bad(audit, audit->moved[0],
			   "the table has its report at another incident than the log");
	return 0;
}

static int check_table(struct audit *audit, struct err *err)
{
	uint64_t incidents = audit->incidents;

	if (store_sqlite.scan_incidents(audit->conn, INCIDENTS_DOWN, INT64_MAX,
					check_incident_row, audit, err) < 0 ||
	    audit->status < 0)
		return -1;
	if (store_sqlite.scan_callers(audit->conn, check_caller_row, audit, err) < 0 ||
	    audit->status < 0)
		return -1;
	if (store_sqlite.scan_units(audit->conn, check_unit_row, audit, err) < 0 ||
	    audit->status < 0)
		return -1;
	if (audit->incidents != 0)
		return err_set(err, ERR_IO,
			       "%" PRIu64 " incidents of the log are not in the table",
			       audit->incidents);
	audit->incidents = incidents;
	return 0;
}

static int check_all(struct audit *audit, struct archive_report *report_r, struct err *err)
{
	struct archive_report report = {0};
	struct log_end end;

	if (check_log(audit, &end, err) < 0 || check_table(audit, err) < 0 ||
	    store_sqlite.get_meta(audit->conn, "epoch", report.epoch, sizeof(report.epoch),
				  err) < 0)
		return -1;
	report.events = end.seq;
	report.incidents = audit->incidents;
	for (int i = 0; i < LINK_SIZE; i++)
		snprintf(report.head + 2 * i, 3, "%02x", end.link[i]);
	*report_r = report;
	return 0;
}

int archive_verify(const char *dir, struct archive_report *report_r, struct err *err)
{
	struct audit audit = {.err = err};
	struct backend_place place = {
		.dir = dir, .agencies = &audit.agencies, .is_reader = true};
	int status;

	if (store_sqlite.open(&audit.conn, &place, err) < 0)
		return -1;
	status = store_sqlite.begin(audit.conn, err);
	if (status == 0) {
		status = check_all(&audit, report_r, err);
		store_sqlite.rollback(audit.conn);
	}
	store_sqlite.close(audit.conn);
	xfree(audit.seen);
	xfree(audit.moved);
	if (status == 0)
		status = beside_check(dir, report_r->head, err);
	return status < 0 ? err_wrap(err, "%s", dir) : 0;
}

static bool is_empty_folder(const char *dir)
{
	DIR *folder = opendir(dir);
	const struct dirent *entry;
	bool is_empty = true;

	if (folder == NULL)
		return errno == ENOENT;
	while ((entry = readdir(folder)) != NULL)
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			is_empty = false;
	(void)closedir(folder);
	return is_empty;
}

/* Never over anything that is there: what is overwritten by mistake is gone. */
static int make_folder(const char *dir, struct err *err)
{
	if (!is_empty_folder(dir))
		return err_set(err, ERR_CONFLICT, "%s: is not empty", dir);
	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, ERR_IO, "%s: %s", dir, strerror(errno));
	return 0;
}

static int write_manifest(const char *to, const struct clock *clock,
			  const struct archive_report *report, struct err *err)
{
	char path[PATH_MAX];
	struct jsonw w;
	int status;

	snprintf(path, sizeof(path), "%s/" ARCHIVE_MANIFEST, to);
	jsonw_init(&w, 512);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "version", TANGI_VERSION);
	jsonw_time(&w, "time", clock->wall_ms(clock));
	jsonw_string(&w, "epoch", report->epoch);
	jsonw_int(&w, "events", (int64_t)report->events);
	jsonw_int(&w, "incidents", (int64_t)report->incidents);
	jsonw_string(&w, "head", report->head);
	status = beside_write(to, &w, err);
	jsonw_close(&w, '}');
	if (status == 0)
		status = write_synced(path, w.text, w.len, err);
	jsonw_fini(&w);
	return status;
}

/* The copy is verified, not its source: it is the copy that will be needed one day. */
int archive_backup(const char *dir, const char *to, const struct clock *clock,
		   struct archive_report *report_r, struct err *err)
{
	struct archive_report report;

	if (make_folder(to, err) < 0 || sqlite_copy(dir, to, err) < 0 ||
	    beside_copy(dir, to, err) < 0 || archive_verify(to, &report, err) < 0 ||
	    write_manifest(to, clock, &report, err) < 0)
		return -1;
	*report_r = report;
	return 0;
}

static int begin_epoch(const char *dir, struct err *err)
{
	static const struct agencies none;
	const struct store_backend *ops = &store_sqlite;
	struct backend_place place = {.dir = dir, .agencies = &none};
	struct id_gen ids = {0};
	struct backend *conn;
	char epoch[ID_SIZE];
	int status;

	id_next(&ids, 'L', clock_system.wall_ms(&clock_system), epoch);
	if (ops->open(&conn, &place, err) < 0)
		return -1;
	status = ops->begin(conn, err);
	if (status == 0)
		status = ops->put_meta(conn, "epoch", epoch, err);
	if (status == 0)
		status = ops->commit(conn, err);
	else
		ops->rollback(conn);
	ops->close(conn);
	return status;
}

int archive_restore(const char *from, const char *dir, struct archive_report *report_r,
		    struct err *err)
{
	struct archive_report report;
	int lock;

	if (archive_verify(from, &report, err) < 0 || make_folder(dir, err) < 0 ||
	    folder_lock(dir, &lock, err) < 0)
		return -1;
	if (sqlite_copy(from, dir, err) < 0 || beside_copy(from, dir, err) < 0 ||
	    begin_epoch(dir, err) < 0 || archive_verify(dir, &report, err) < 0) {
		folder_unlock(&lock);
		return -1;
	}
	folder_unlock(&lock);
	*report_r = report;
	return 0;
}
