/* The ceiling's store: all waiting jobs go into one transaction, in a thread or in the loop. */
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ceiling.h"

static struct {
	sqlite3 *db;
	sqlite3_stmt *begin, *commit, *report, *event;
	uint64_t head;
	int is_inline, wake_fd;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct job *waiting, **waiting_end; /* {lock} */
	struct job *done, **done_end;       /* {lock} */
} store = {.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER};

static const char schema[] =
	"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
	"CREATE TABLE IF NOT EXISTS report(source TEXT, source_id TEXT, body BLOB,"
	" PRIMARY KEY(source, source_id)) WITHOUT ROWID;"
	"CREATE TABLE IF NOT EXISTS event(seq INTEGER PRIMARY KEY, body BLOB);";

static void check(int code)
{
	if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) {
		fprintf(stderr, "sqlite: %s\n", sqlite3_errmsg(store.db));
		exit(1);
	}
}

static void step(sqlite3_stmt *stmt)
{
	check(sqlite3_step(stmt));
	sqlite3_reset(stmt);
}

/* The value of a string member, without a parser: the generator writes them plainly. */
static const char *member(const struct job *j, const char *name, int *len_r)
{
	const char *p = strstr(j->body, name), *end;

	*len_r = 0;
	if (p == NULL)
		return "";
	p += strlen(name);
	end = strchr(p, '"');
	*len_r = end == NULL ? 0 : (int)(end - p);
	return p;
}

static void write_event(struct job *j)
{
	int n;
	const char *text = member(j, "\"text\":\"", &n);

	j->event_len = (unsigned)snprintf(
		j->event, sizeof j->event,
		"{\"type\":\"event\",\"seq\":%lu,\"id\":\"E-%lu\",\"time\":\"2026-11-24T16:00:"
		"00.000Z\","
		"\"event\":\"incident.created\",\"exercise\":false,\"by\":null,\"report_id\":"
		"\"R-01JDFE4D2V%016lu\",\"incident\":{\"id\":\"I-01JDFE4D2V%016lu\",\"no\":%lu,"
		"\"version\":1,"
		"\"status\":\"new\",\"disposition\":\"emergency\",\"priority\":1,\"category\":"
		"\"%s\","
		"\"agencies\":[\"fire\",\"health\",\"police\"],\"confidence\":0.98,\"because\":"
		"[{\"term\":"
		"\"kebakaran rumah\",\"weight\":2.1},{\"term\":\"orang di "
		"dalam\",\"weight\":1.7}],"
		"\"rules\":\"1\",\"location\":{\"lat\":-6.732,\"lon\":108.552,\"accuracy_m\":"
		"15,\"area\":"
		"\"32.74.05.1003\",\"area_name\":\"Kesambi\",\"from\":\"device\"},\"source\":"
		"\"lapor-web\","
		"\"kind\":\"pengaduan\",\"anonymity\":\"public\",\"tracking_id\":\"%lu\","
		"\"reports\":"
		"[\"R-01JDFE4D2V%016lu\"],\"opened_at\":\"2026-11-24T16:00:00.000Z\",\"updated_"
		"at\":"
		"\"2026-11-24T16:00:00.000Z\",\"closed_at\":null,\"outcome\":null,\"exercise\":"
		"false,"
		"\"assignments\":[{\"agency\":\"fire\",\"state\":\"pending\",\"since\":"
		"\"2026-11-24T16:00:00.000Z\",\"by\":null,\"units\":[]},{\"agency\":\"health\","
		"\"state\":"
		"\"pending\",\"since\":\"2026-11-24T16:00:00.000Z\",\"by\":null,\"units\":[]},{"
		"\"agency\":"
		"\"police\",\"state\":\"pending\",\"since\":\"2026-11-24T16:00:00.000Z\","
		"\"by\":null,"
		"\"units\":[]}],\"text\":\"%.*s\"}}",
		j->seq, j->seq, j->seq, j->seq, j->seq, j->category, 7000000 + j->seq, j->seq,
		n, text);
}

static void commit(struct job *jobs)
{
	step(store.begin);
	for (struct job *j = jobs; j != NULL; j = j->next) {
		int n;
		const char *source = member(j, "\"source\":\"", &n);

		j->seq = ++store.head;
		write_event(j);
		sqlite3_bind_text(store.report, 1, source, n, SQLITE_STATIC);
		source = member(j, "\"source_id\":\"", &n);
		sqlite3_bind_text(store.report, 2, source, n, SQLITE_STATIC);
		sqlite3_bind_blob(store.report, 3, j->body, (int)j->body_len, SQLITE_STATIC);
		step(store.report);
		sqlite3_bind_int64(store.event, 1, (sqlite3_int64)j->seq);
		sqlite3_bind_blob(store.event, 2, j->event, (int)j->event_len, SQLITE_STATIC);
		step(store.event);
	}
	step(store.commit);
}

static void append(struct job ***end, struct job *jobs)
{
	**end = jobs;
	for (; jobs != NULL; jobs = jobs->next)
		*end = &jobs->next;
}

static void *commit_forever(void *ctx)
{
	const uint64_t one = 1;

	(void)ctx;
	for (;;) {
		struct job *jobs;

		pthread_mutex_lock(&store.lock);
		while (store.waiting == NULL)
			pthread_cond_wait(&store.more, &store.lock);
		jobs = store.waiting;
		store.waiting = NULL;
		store.waiting_end = &store.waiting;
		pthread_mutex_unlock(&store.lock);

		commit(jobs);
		pthread_mutex_lock(&store.lock);
		append(&store.done_end, jobs);
		pthread_mutex_unlock(&store.lock);
		(void)!write(store.wake_fd, &one, sizeof one);
	}
	return NULL;
}

void store_open(const char *dir, int is_inline, int wake_fd)
{
	char path[512];
	sqlite3_stmt *max;
	pthread_t thread;

	snprintf(path, sizeof path, "%s/ceiling.db", dir);
	check(sqlite3_open(path, &store.db));
	check(sqlite3_exec(store.db, schema, NULL, NULL, NULL));
	check(sqlite3_prepare_v2(store.db, "BEGIN IMMEDIATE", -1, &store.begin, NULL));
	check(sqlite3_prepare_v2(store.db, "COMMIT", -1, &store.commit, NULL));
	check(sqlite3_prepare_v2(store.db, "INSERT INTO report VALUES(?,?,?)", -1,
				 &store.report, NULL));
	check(sqlite3_prepare_v2(store.db, "INSERT INTO event VALUES(?,?)", -1, &store.event,
				 NULL));
	check(sqlite3_prepare_v2(store.db, "SELECT max(seq) FROM event", -1, &max, NULL));
	check(sqlite3_step(max));
	store.head = (uint64_t)sqlite3_column_int64(max, 0);
	sqlite3_finalize(max);
	store.is_inline = is_inline;
	store.wake_fd = wake_fd;
	store.waiting_end = &store.waiting;
	store.done_end = &store.done;
	if (!is_inline && pthread_create(&thread, NULL, commit_forever, NULL) != 0)
		exit(1);
}

uint64_t store_head(void)
{
	return store.head;
}

void store_commit(struct job *jobs)
{
	if (store.is_inline) {
		commit(jobs);
		append(&store.done_end, jobs);
		return;
	}
	pthread_mutex_lock(&store.lock);
	append(&store.waiting_end, jobs);
	pthread_cond_signal(&store.more);
	pthread_mutex_unlock(&store.lock);
}

struct job *store_done(void)
{
	struct job *jobs;

	pthread_mutex_lock(&store.lock);
	jobs = store.done;
	store.done = NULL;
	store.done_end = &store.done;
	pthread_mutex_unlock(&store.lock);
	return jobs;
}
