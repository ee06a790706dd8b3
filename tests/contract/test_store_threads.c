/* The store with its threads, as the daemon runs it; here the sanitizer for threads looks on.
 */
#include <errno.h>
#include <semaphore.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

#define REPORTS 2000
#define FLIGHT  64

struct crowd {
	struct store_world world; /* for its folder, agencies and settings */
	struct store *store;
	struct id_gen ids;
	sem_t woken;
	struct sent sent[FLIGHT];
	struct store_read read;
	bool is_reading;
	unsigned begun, ended, shown, read_rows;
};

static void wake(void *ctx)
{
	(void)sem_post(&((struct crowd *)ctx)->woken);
}

static void report_done(struct store_request *request);

static void send_next(struct crowd *crowd, struct sent *sent)
{
	char body[128];
	struct err err;
	int len = snprintf(
		body, sizeof(body),
		"{\"source\":\"lapor-web\",\"source_id\":\"%u\",\"text\":\"Kebakaran\"}",
		crowd->begun++);

	*sent = (struct sent){
		.request = {.op = STORE_REPORT, .done = report_done, .ctx = crowd}};
	assert_int_equal(report_parse(body, (size_t)len, NULL, &sent->report, &err), 0);
	sent->request.at_ms = clock_system.wall_ms(&clock_system);
	id_next(&crowd->ids, 'R', sent->request.at_ms, sent->report->id);
	sent->request.in.report = sent->report;
	store_submit(crowd->store, &sent->request);
}

static void report_done(struct store_request *request)
{
	struct sent *sent = LIST_ITEM(request, struct sent, request);
	struct crowd *crowd = request->ctx;

	assert_int_equal(request->answer, STORE_STORED);
	sent_fini(sent);
	crowd->ended++;
	if (crowd->begun < REPORTS)
		send_next(crowd, sent);
}

static void read_done(struct store_read *read)
{
	struct crowd *crowd = read->ctx;

	assert_int_equal(read->failed, 0);
	assert_true(read->head <= REPORTS);
	crowd->read_rows += read->row_count;
	crowd->is_reading = false;
	store_read_fini(read);
}

static void read_on(struct crowd *crowd)
{
	crowd->is_reading = true;
	crowd->read = (struct store_read){.op = READ_EVENTS,
					  .from = crowd->shown / 2 + 1,
					  .max_rows = 64,
					  .done = read_done,
					  .ctx = crowd};
	store_read_submit(crowd->store, &crowd->read);
}

static void take_events(void *ctx, const struct event *events, unsigned count)
{
	struct crowd *crowd = ctx;

	for (unsigned i = 0; i < count; i++)
		assert_int_equal(events[i].seq, ++crowd->shown);
}

static void await_wake(struct crowd *crowd)
{
	struct timespec until;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += 30;
	while (sem_timedwait(&crowd->woken, &until) < 0)
		assert_int_equal(errno, EINTR);
	store_poll(crowd->store);
}

static void shown_means_committed_and_each_is_answered_once_with_threads(void **state)
{
	struct crowd *crowd = calloc(1, sizeof(*crowd));
	struct store_hooks hooks = {.wake = wake, .events = take_events, .ctx = crowd};
	struct err err = {0};

	world_init(&crowd->world, *state);
	crowd->world.settings.has_threads = true;
	sem_init(&crowd->woken, 0, 0);
	if (store_open(&crowd->store, *state, &crowd->world.settings, &crowd->world.agencies,
		       &clock_system, &crowd->world.metrics, &hooks, &err) < 0)
		fail_msg("%s", err.text);
	for (int i = 0; i < FLIGHT; i++)
		send_next(crowd, &crowd->sent[i]);
	while (crowd->ended < REPORTS) {
		if (!crowd->is_reading)
			read_on(crowd);
		await_wake(crowd);
	}
	store_close(&crowd->store); /* answers the read that is open */
	assert_false(crowd->is_reading);
	assert_int_equal(crowd->ended, REPORTS);
	assert_int_equal(crowd->shown, REPORTS);
	assert_true(crowd->read_rows > 0);
	sem_destroy(&crowd->woken);
	world_fini(&crowd->world);
	free(crowd);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		{"shown_means_committed_and_each_is_answered_once_with_threads (memory)",
		 shown_means_committed_and_each_is_answered_once_with_threads, NULL, NULL,
		 &backends[0]},
		{"shown_means_committed_and_each_is_answered_once_with_threads (sqlite)",
		 shown_means_committed_and_each_is_answered_once_with_threads, NULL, NULL,
		 &backends[1]},
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
