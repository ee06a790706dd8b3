/* A log that an older version of the program has written: opened, brought up to date, and gone
 * on with. It was made by one of the schema's steps, and its bodies are as they were written
 * then. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/sha.h>
#include <sqlite3.h>

#include "store/archive.h"
#include "store/schema.h"
#include "support/store_world.h"

#define AT     INT64_C(1763900000000)
#define TIME   "2025-11-23T12:13:20.000Z"
#define WORDS  "Kebakaran rumah"
#define ONE    "I-01KAQ8GWJ5T3C8M9K2XRNY4B01"
#define TWO    "I-01KAQ8GWJ5T3C8M9K2XRNY4B02"
#define FIRST  "R-01KAQ8GWJ5T3C8M9K2XRNY4B11"
#define SECOND "R-01KAQ8GWJ5T3C8M9K2XRNY4B12"
#define CALL   "C-01KAQ8GWJ5T3C8M9K2XRNY4B21"
#define EPOCH  "L-01KAQ7ZZZZT3C8M9K2XRNY4B7D"

#define NOWHERE                                                                                \
	"\"location\":{\"lat\":null,\"lon\":null,\"accuracy_m\":null,\"area\":null,"           \
	"\"area_name\":null,\"place\":null,\"from\":\"none\"}"
#define HEAD(seq, kind, by)                                                                    \
	"{\"type\":\"event\",\"seq\":" seq ",\"id\":\"E-" seq "\",\"time\":\"" TIME            \
	"\",\"event\":\"" kind "\",\"exercise\":false,\"by\":" by
#define INCIDENT(id, no, version, status, report, tracking, closed, part)                      \
	",\"incident\":{\"id\":\"" id "\",\"no\":" no ",\"version\":" version                  \
	",\"status\":\"" status "\",\"disposition\":\"emergency\",\"priority\":1,"             \
	"\"category\":\"fire_building\",\"agencies\":[\"fire\"],\"confidence\":0.98,"          \
	"\"because\":[],\"rules\":\"r1\"," NOWHERE ",\"source\":\"lapor-web\",\"kind\":null,"  \
	"\"anonymity\":\"public\",\"tracking_id\":\"" tracking                                 \
	"\",\"report_count\":1,\"reports\":[\"" report "\"],\"opened_at\":\"" TIME             \
	"\",\"updated_at\":\"" TIME "\"," closed ",\"exercise\":false,\"assignments\":["       \
	"{\"agency\":\"fire\",\"state\":\"" part "\",\"since\":\"" TIME                        \
	"\",\"by\":null,\"units\":[]}],\"text\":\"" WORDS "\"}}"
#define OPEN   "\"closed_at\":null,\"outcome\":null"
#define CLOSED "\"closed_at\":\"" TIME "\",\"outcome\":\"resolved\""
#define RINGS                                                                                  \
	"\"id\":\"" CALL "\",\"call_id\":\"pbx-1\",\"state\":\"ringing\",\"caller\":null,"     \
	"\"agent\":null,\"at\":null," NOWHERE

static const struct {
	const char *kind, *scope, *agencies;
	int incident; /* no; 0: none */
	const char *body;
} old[] = {
	{"incident.created", "incident", "fire", 1,
	 HEAD("1", "incident.created", "null") ",\"report_id\":\"" FIRST "\"" INCIDENT(
		 ONE, "1", "1", "new", FIRST, "7000000", OPEN, "pending")},
	{"incident.created", "incident", "fire", 2,
	 HEAD("2", "incident.created", "null") ",\"report_id\":\"" SECOND "\"" INCIDENT(
		 TWO, "2", "1", "new", SECOND, "7000001", OPEN, "pending")},
	{"assignment.updated", "incident", "fire", 1,
	 HEAD("3", "assignment.updated",
	      "\"siti\"") ",\"action\":\"acknowledge\","
			  "\"command_id\":\"c-1\"" INCIDENT(ONE, "1", "2", "active", FIRST,
							    "7000000", OPEN, "acknowledged")},
	{"incident.closed", "incident", "fire", 2,
	 HEAD("4", "incident.closed", "\"siti\"") ",\"action\":\"close\"" INCIDENT(
		 TWO, "2", "2", "closed", SECOND, "7000001", CLOSED, "cancelled")},
	{"call.updated", "call", "", 0,
	 HEAD("5", "call.updated", "null") ",\"call\":{" RINGS "}}"},
};

#define OLD (sizeof(old) / sizeof(old[0]))

static const char old_rows[] =
	"INSERT INTO meta VALUES ('epoch', '" EPOCH "');"
	"INSERT INTO cursor VALUES ('mqtt', 4, '" EPOCH "');"
	"INSERT INTO incident (no, id, status, priority, scope, agencies, area, opened_at, seq)"
	" VALUES (1, '" ONE "', 'active', 1, 'incident', 'fire', '', 1763900000000, 3),"
	" (2, '" TWO "', 'closed', 1, 'incident', 'fire', '', 1763900000000, 4);"
	"INSERT INTO reporter (seq, raw) VALUES (1, CAST('{\"text\":\"" WORDS "\"}' AS BLOB)),"
	" (2, x'7b7d');"
	"INSERT INTO reporter (seq, raw, whole) VALUES (5, x'7b7d', CAST('{" RINGS
	"}' AS BLOB));"
	"INSERT INTO command (id, seq) VALUES ('c-1', 3);"
	"INSERT INTO call VALUES ('pbx-1', '" CALL "', 5, 0, 0, 0);";

static void run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		fail_msg("%.60s: %s", sql, sqlite3_errmsg(db));
}

static void put_event(sqlite3 *db, unsigned i, unsigned char link[LINK_SIZE])
{
	struct buf *body = buf_copy(old[i].body, strlen(old[i].body));
	sqlite3_stmt *st;

	event_link(link, body, link);
	assert_int_equal(sqlite3_prepare_v2(db,
					    "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
					    -1, &st, NULL),
			 SQLITE_OK);
	sqlite3_bind_int64(st, 1, i + 1);
	sqlite3_bind_int64(st, 2, AT);
	sqlite3_bind_text(st, 3, old[i].kind, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 4, old[i].scope, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 5, old[i].agencies, -1, SQLITE_STATIC);
	if (old[i].incident != 0)
		sqlite3_bind_int(st, 6, old[i].incident);
	sqlite3_bind_blob(st, 7, body->data, (int)body->len, SQLITE_STATIC);
	sqlite3_bind_blob(st, 8, link, LINK_SIZE, SQLITE_STATIC);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
	buf_unref(&body);
}

static void put_report(sqlite3 *db, int seq, const char *id, const char *key, int tracking)
{
	unsigned char digest[32];
	sqlite3_stmt *st;

	SHA256((const unsigned char *)WORDS, strlen(WORDS), digest);
	assert_int_equal(sqlite3_prepare_v2(
				 db,
				 "INSERT INTO report (seq, id, source, key, digest, tracking) "
				 "VALUES (?, ?, 'lapor-web', ?, ?, ?)",
				 -1, &st, NULL),
			 SQLITE_OK);
	sqlite3_bind_int(st, 1, seq);
	sqlite3_bind_text(st, 2, id, -1, SQLITE_STATIC);
	sqlite3_bind_text(st, 3, key, -1, SQLITE_STATIC);
	sqlite3_bind_blob(st, 4, digest, sizeof(digest), SQLITE_STATIC);
	sqlite3_bind_int(st, 5, tracking);
	assert_int_equal(sqlite3_step(st), SQLITE_DONE);
	sqlite3_finalize(st);
}

/* Written at the first step, and taken so far by versions in between. */
static void write_old_log(const struct store_world *world, int steps)
{
	unsigned char link[LINK_SIZE] = {0};
	char path[128], version[64];
	sqlite3 *db;

	snprintf(path, sizeof(path), "%s/log.db", world->dir);
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	run(db, schema_steps[0]);
	run(db, "BEGIN");
	run(db, old_rows);
	for (unsigned i = 0; i < OLD; i++)
		put_event(db, i, link);
	put_report(db, 1, FIRST, "a1", 7000000);
	put_report(db, 2, SECOND, "a2", 7000001);
	run(db, "COMMIT");
	for (int i = 1; i < steps; i++)
		run(db, schema_steps[i]);
	snprintf(version, sizeof(version), "PRAGMA user_version=%d", steps);
	run(db, version);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void verify(const struct store_world *world, uint64_t events)
{
	struct archive_report report;
	struct err err = {0};

	if (archive_verify(world->dir, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.events, events);
}

static void all_that_was_told_is_there_byte_for_byte(struct store_world *world)
{
	struct store_read read = {.op = READ_EVENTS, .from = 1};

	read_now(world, &read);
	assert_int_equal(read.row_count, OLD);
	for (unsigned i = 0; i < OLD; i++) {
		assert_int_equal(read.rows[i].body->len, strlen(old[i].body));
		assert_memory_equal(read.rows[i].body->data, old[i].body, strlen(old[i].body));
	}
	store_read_fini(&read);
	read = (struct store_read){.op = READ_REPORT, .id = FIRST};
	read_now(world, &read);
	assert_true(read.is_found);
	assert_memory_equal(read.raw->data, "{\"text\":\"" WORDS "\"}", read.raw->len);
	store_read_fini(&read);
	assert_string_equal(store_epoch(world->store), EPOCH);
	assert_int_equal(store_cursor(world->store, "mqtt"), 4);
}

static void repeats_are_known(struct store_world *world)
{
	struct sent report, differs, command;

	send_report(world, &report, "lapor-web", "a1", WORDS);
	send_report(world, &differs, "lapor-web", "a1", WORDS " lagi");
	send_command(world, &command, ONE,
		     "{\"action\":\"acknowledge\",\"command_id\":\"c-1\"}");
	store_step(world->store);
	assert_int_equal(report.request.answer, STORE_REPEATED);
	assert_string_equal(report.request.incident_id, ONE);
	assert_non_null(memmem(report.request.body->data, report.request.body->len,
			       "\"tracking_id\":\"7000000\"", 23));
	assert_int_equal(differs.request.answer, STORE_CONFLICT);
	assert_int_equal(command.request.answer, STORE_REPEATED);
	assert_int_equal(command.request.seq, 3);
	sent_fini(&report);
	sent_fini(&differs);
	sent_fini(&command);
}

/* Nobody decides on what he has not seen: what did not count then counts as if it had. */
static void it_goes_on(struct store_world *world)
{
	struct sent report, stale, closed, reopened, call;

	send_report(world, &report, "lapor-web", "a3", WORDS);
	send_command(world, &stale, ONE,
		     "{\"action\":\"note\",\"note\":\"x\",\"expected_version\":1}");
	send_command(world, &closed, ONE,
		     "{\"action\":\"close\",\"outcome\":\"resolved\",\"expected_version\":2}");
	send_command(world, &reopened, TWO, "{\"action\":\"reopen\"}");
	send_call(world, &call, "{\"call_id\":\"pbx-1\",\"state\":\"answered\"}");
	store_step(world->store);
	assert_int_equal(report.request.answer, STORE_STORED);
	assert_int_equal(report.request.seq, OLD + 1);
	assert_int_equal(stale.request.answer, STORE_CONFLICT);
	assert_int_equal(closed.request.answer, STORE_STORED);
	assert_int_equal(reopened.request.answer, STORE_STORED);
	assert_int_equal(call.request.answer, STORE_STORED);
	assert_string_equal(call.call->id, CALL);
	sent_fini(&report);
	sent_fini(&stale);
	sent_fini(&closed);
	sent_fini(&reopened);
	sent_fini(&call);
}

static void a_log_of_any_older_version_is_whole_and_goes_on(void **state)
{
	(void)state;
	for (int steps = 1; steps <= schema_step_count; steps++) {
		struct store_world *world = calloc(1, sizeof(*world));
		struct err err = {0};

		world_init(world, &store_sqlite);
		write_old_log(world, steps);
		if (world_open(world, &err) < 0)
			fail_msg("from step %d: %s", steps, err.text);
		verify(world, OLD);
		all_that_was_told_is_there_byte_for_byte(world);
		repeats_are_known(world);
		it_goes_on(world);
		verify(world, OLD + 4);
		world_fini(world);
		free(world);
	}
}

/* What is still open when the program is replaced: the broker is given it as it was written. */
static void an_old_incident_is_retained_without_its_words(void **state)
{
	struct event event = {.seq = 1, .incident_id = ONE};
	struct buf *view;
	json_t *doc;

	(void)state;
	event.body = buf_copy(old[0].body, strlen(old[0].body));
	view = event_retained(&event, 5, EPOCH);
	doc = json_loadb((const char *)view->data, view->len, JSON_REJECT_DUPLICATES, NULL);
	assert_string_equal(
		json_string_value(json_object_get(json_object_get(doc, "incident"), "id")),
		ONE);
	assert_null(memmem(view->data, view->len, WORDS, strlen(WORDS)));
	json_decref(doc);
	buf_unref(&view);
	buf_unref(&event.body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_log_of_any_older_version_is_whole_and_goes_on),
		cmocka_unit_test(an_old_incident_is_retained_without_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
