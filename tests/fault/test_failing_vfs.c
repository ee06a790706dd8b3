/* One intake scenario, again and again: each time another write or sync of the disk fails.
 *
 * Whatever fails and whenever, each request is answered once, what was answered "stored" is in
 * the log exactly once after a restart, what was shown is what is stored, a retry with the same
 * key gives the same report, and the store takes writes again when the disk does. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "failing_vfs.h"
#include "store/archive.h"
#include "support/store_world.h"

#define ROUNDS   3 /* commits */
#define TOGETHER 3 /* reports in each */
#define REPORTS  (ROUNDS * TOGETHER)
#define NUMBERS  5
#define NUMBER   "+62812000011%02d"

struct story {
	struct store_world world;
	struct sent sent[REPORTS];
	char incident_id[REPORTS][ID_SIZE]; /* of those that were acknowledged; "" : not */
	uint64_t seq[REPORTS];
	unsigned later;
};

/* From numbers that are known: each changes the callers' table, too. */
static void send_one(struct story *story, int i)
{
	static const struct verdict verdict = {.disposition = DISPOSITION_EMERGENCY,
					       .priority = 1,
					       .category = "fire_building",
					       .agencies = 1,
					       .rules = "r1"};
	char body[192];

	snprintf(body, sizeof(body),
		 "{\"source\":\"lapor-web\",\"source_id\":\"key-%d\",\"text\":\"Kebakaran %d\","
		 "\"reporter\":{\"phone\":\"" NUMBER "\"}}",
		 i, i, i % NUMBERS);
	send_body(&story->world, &story->sent[i], body, &verdict);
}

/* Who has called is known. */
static void let_all_ring(struct store_world *world)
{
	for (int i = 0; i < NUMBERS; i++) {
		struct sent call;
		char body[96];

		snprintf(body, sizeof(body),
			 "{\"call_id\":\"pbx-%d\",\"state\":\"ringing\",\"caller\":\"" NUMBER
			 "\"}",
			 i, i);
		send_call(world, &call, body);
		store_step(world->store);
		assert_int_equal(call.request.answer, STORE_STORED);
		sent_fini(&call);
	}
}

/* Steps until it is answered; a store in doubt has its deadline. */
static void await(struct story *story, int i)
{
	for (int ms = 0; ms < 20000 && !story->sent[i].is_answered; ms += 100)
		world_pass(&story->world, 100);
	assert_true(story->sent[i].is_answered);
}

static void note_answer(struct story *story, int i)
{
	const struct store_request *request = &story->sent[i].request;
	bool is_acked = request->answer == STORE_STORED || request->answer == STORE_REPEATED;

	if (is_acked && story->incident_id[i][0] != '\0')
		assert_string_equal(story->incident_id[i], request->incident_id);
	if (is_acked) {
		memcpy(story->incident_id[i], request->incident_id, ID_SIZE);
		story->seq[i] = request->seq;
	} else {
		assert_int_equal(request->answer, STORE_LATER);
		story->later++;
	}
	sent_fini(&story->sent[i]);
}

static void tell(struct story *story)
{
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < TOGETHER; i++)
			send_one(story, round * TOGETHER + i);
		store_step(story->world.store);
		for (int i = 0; i < TOGETHER; i++) {
			await(story, round * TOGETHER + i);
			note_answer(story, round * TOGETHER + i);
		}
		world_pass(&story->world, 1100); /* idle: a checkpoint */
	}
}

/* What was answered "later" is sent again with its key until it is stored; what was stored is
 * sent again, too, and must be known. */
static void tell_again(struct story *story)
{
	for (int i = 0; i < REPORTS; i++) {
		bool was_acked = story->incident_id[i][0] != '\0';

		for (int turn = 0; turn < 100; turn++) {
			send_one(story, i);
			store_step(story->world.store);
			await(story, i);
			if (was_acked && story->sent[i].request.answer != STORE_LATER)
				assert_int_equal(story->sent[i].request.answer, STORE_REPEATED);
			note_answer(story, i);
			if (story->incident_id[i][0] != '\0')
				break;
			world_pass(&story->world, 1000);
		}
		assert_string_not_equal(story->incident_id[i], "");
	}
}

static void what_was_shown_is_what_is_stored(struct story *story)
{
	struct store_world *world = &story->world;
	struct store_read read = {.op = READ_EVENTS, .from = 1};

	read_now(world, &read);
	assert_int_equal(read.failed, 0);
	assert_int_equal(read.row_count, world->shown);
	for (unsigned i = 0; i < world->shown; i++) {
		assert_int_equal(world->events[i].seq, i + 1);
		assert_int_equal(read.rows[i].body->len, world->events[i].body->len);
		assert_memory_equal(read.rows[i].body->data, world->events[i].body->data,
				    read.rows[i].body->len);
	}
	store_read_fini(&read);
}

static void restart(struct story *story)
{
	struct err err = {0};

	world_close(&story->world);
	if (world_open(&story->world, &err) < 0)
		fail_msg("%s", err.text);
}

static void the_record_is_whole(struct story *story)
{
	struct archive_report report;
	struct err err = {0};

	if (archive_verify(story->world.dir, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.events,
			 NUMBERS + 2 * REPORTS); /* each tells of its caller, too */
	assert_int_equal(report.incidents, REPORTS);
}

/* Operations of that kind in the scenario, or where the fault is out of its reach. */
static unsigned run_story(enum vfs_fault fault, unsigned n, bool is_lasting)
{
	struct story *story = calloc(1, sizeof(*story));
	struct err err = {0};
	unsigned count;

	world_init(&story->world, &store_sqlite);
	if (world_open(&story->world, &err) < 0)
		fail_msg("%s", err.text);
	let_all_ring(&story->world);
	failing_vfs_set(fault, n, is_lasting);
	tell(story);
	count = failing_vfs_count();
	failing_vfs_set(VFS_NONE, 0, false);
	for (int ms = 0; ms < 20000 && store_trouble(story->world.store)[0] != '\0'; ms += 100)
		world_pass(&story->world, 100);
	assert_string_equal(store_trouble(story->world.store), "");
	restart(story); /* what was acknowledged is there by what the file says alone */
	tell_again(story);
	what_was_shown_is_what_is_stored(story);
	the_record_is_whole(story);
	world_fini(&story->world);
	free(story);
	return count;
}

static void fail_each(enum vfs_fault fault, bool is_lasting)
{
	unsigned n = 1, count;

	do
		count = run_story(fault, n, is_lasting);
	while (n++ < count);
	print_message("%u places of failure\n", n - 1);
	assert_true(n > 8);
}

static void the_nth_write_fails_and_nothing_acknowledged_is_lost(void **state)
{
	(void)state;
	fail_each(VFS_WRITE_FAILS, false);
}

static void the_nth_write_is_short_and_nothing_acknowledged_is_lost(void **state)
{
	(void)state;
	fail_each(VFS_WRITE_SHORT, false);
}

static void
the_disk_is_full_from_the_nth_write_on_and_nothing_acknowledged_is_lost(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 80; n += 3)
		(void)run_story(VFS_DISK_FULL, n, true);
}

static void the_nth_sync_fails_and_nothing_acknowledged_is_lost(void **state)
{
	(void)state;
	fail_each(VFS_SYNC_FAILS, false);
}

static void the_nth_sync_fails_although_it_happened_and_nothing_comes_twice(void **state)
{
	(void)state;
	fail_each(VFS_SYNC_LIES, false);
}

static void every_sync_fails_from_the_nth_on_until_the_disk_is_well(void **state)
{
	(void)state;
	for (unsigned n = 1; n < 12; n++)
		(void)run_story(VFS_SYNC_FAILS, n, true);
}

static void reads_go_on_while_writes_are_refused(void **state)
{
	struct story *story = calloc(1, sizeof(*story));
	struct store_read read = {.op = READ_EVENTS, .from = 1};
	struct err err = {0};
	char id[ID_SIZE];

	(void)state;
	world_init(&story->world, &store_sqlite);
	assert_int_equal(world_open(&story->world, &err), 0);
	stored_report(&story->world, "first", "Kebakaran", id);
	failing_vfs_set(VFS_SYNC_FAILS, 1, true);
	send_one(story, 0);
	await(story, 0);
	note_answer(story, 0);
	assert_int_equal(story->later, 1);
	assert_string_not_equal(store_trouble(story->world.store), "");
	assert_int_equal(metrics_get(&story->world.metrics, METRIC_STORE_IS_DEGRADED), 1);
	read_now(&story->world, &read);
	assert_int_equal(read.failed, 0);
	assert_int_equal(read.row_count, 1);
	store_read_fini(&read);
	failing_vfs_set(VFS_NONE, 0, false);
	for (int ms = 0; ms < 20000 && store_trouble(story->world.store)[0] != '\0'; ms += 100)
		world_pass(&story->world, 100);
	stored_report(&story->world, "second", "Kebakaran", id);
	world_fini(&story->world);
	free(story);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_nth_write_fails_and_nothing_acknowledged_is_lost),
		cmocka_unit_test(the_nth_write_is_short_and_nothing_acknowledged_is_lost),
		cmocka_unit_test(
			the_disk_is_full_from_the_nth_write_on_and_nothing_acknowledged_is_lost),
		cmocka_unit_test(the_nth_sync_fails_and_nothing_acknowledged_is_lost),
		cmocka_unit_test(
			the_nth_sync_fails_although_it_happened_and_nothing_comes_twice),
		cmocka_unit_test(every_sync_fails_from_the_nth_on_until_the_disk_is_well),
		cmocka_unit_test(reads_go_on_while_writes_are_refused),
	};

	failing_vfs_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
