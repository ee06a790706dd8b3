/* A log is read whole and in order beside the bridge that writes it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/log_reader.h"
#include "support/store_world.h"

#define REPORTS 600 /* more than two pages */

static struct store_world *filled_world(char incident_id_r[ID_SIZE])
{
	struct store_world *world = calloc(1, sizeof(*world));
	struct err err = {0};

	world_init(world, &store_sqlite);
	assert_int_equal(world_open(world, &err), 0);
	for (int i = 0; i < REPORTS; i++)
		stored_report(world, NULL, "Kebakaran rumah", incident_id_r);
	return world;
}

static struct log_reader *open_reader(const struct store_world *world)
{
	struct log_reader *reader = NULL;
	struct err err = {0};

	if (log_reader_open(&reader, world->dir, &world->agencies, &err) < 0)
		fail_msg("%s", err.text);
	return reader;
}

static void end(struct log_reader **reader, struct store_world *world)
{
	log_reader_close(reader);
	world_fini(world);
	free(world);
}

static void every_event_is_given_once_in_order_up_to_the_head(void **state)
{
	char id[ID_SIZE];
	struct store_world *world = filled_world(id);
	struct log_reader *reader = open_reader(world);
	const struct event *event;
	struct err err = {0};
	uint64_t seq = 0;

	(void)state;
	stored_report(world, NULL, "after it was opened", id);
	while (log_reader_next(reader, &event, &err) > 0) {
		assert_int_equal(event->seq, ++seq);
		assert_int_equal(event->body->len, world->events[seq - 1].body->len);
	}
	assert_int_equal(err.kind, ERR_NONE);
	assert_int_equal(seq, REPORTS);
	assert_int_equal(log_reader_head(reader), REPORTS);
	end(&reader, world);
}

static void a_page_that_was_read_does_not_hold_the_writer_up(void **state)
{
	char id[ID_SIZE];
	struct store_world *world = filled_world(id);
	struct log_reader *reader = open_reader(world);
	const struct event *event;
	struct err err = {0};

	(void)state;
	assert_int_equal(log_reader_next(reader, &event, &err), 1);
	world_close(
		world); /* checkpoints whole: a reader within a transaction would forbid it */
	assert_int_equal(world_open(world, &err), 0);
	assert_int_equal(log_reader_next(reader, &event, &err), 1);
	end(&reader, world);
}

static void incidents_and_reports_are_found_as_they_stand_now(void **state)
{
	char id[ID_SIZE];
	struct store_world *world = filled_world(id);
	struct log_reader *reader = open_reader(world);
	struct event event;
	struct err err = {0};
	struct sent sent;
	struct buf *raw = NULL;

	(void)state;
	send_command(world, &sent, id, "{\"action\":\"note\",\"note\":\"x\"}");
	store_step(world->store);
	assert_int_equal(log_reader_last_of_incident(reader, id, &event, &err), 1);
	assert_int_equal(event.seq, sent.request.seq);
	buf_unref(&event.body);
	sent_fini(&sent);
	assert_int_equal(log_reader_first_of_report(reader, "R-none", &event, &err), 0);
	assert_int_equal(log_reader_raw(reader, 1, &raw, &err), 1);
	assert_non_null(strstr((const char *)raw->data, "Kebakaran"));
	buf_unref(&raw);
	end(&reader, world);
}

static void a_folder_without_a_log_is_told_and_not_made(void **state)
{
	static const struct agencies none;
	struct log_reader *reader = NULL;
	struct err err = {0};

	(void)state;
	assert_int_equal(log_reader_open(&reader, "/nowhere", &none, &err), -1);
	assert_null(reader);
	assert_non_null(strstr(err.text, "/nowhere"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_event_is_given_once_in_order_up_to_the_head),
		cmocka_unit_test(a_page_that_was_read_does_not_hold_the_writer_up),
		cmocka_unit_test(incidents_and_reports_are_found_as_they_stand_now),
		cmocka_unit_test(a_folder_without_a_log_is_told_and_not_made),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
