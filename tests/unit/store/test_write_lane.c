/* The lane's policy, on a backend whose commits can be told to go wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/backend.h"
#include "support/store_world.h"

static struct {
	struct backend *conn; /* kept over a reopening: what is committed stays */
	bool commit_is_uncertain, commit_happens;
	bool open_fails;
	const char *poison; /* the report with this key cannot be stored */
	unsigned opened, closed;
} fake;

static int fake_open(struct backend **conn_r, const struct backend_place *place,
		     struct err *err)
{
	if (place->is_reader)
		return store_memory.open(conn_r, place, err);
	if (fake.open_fails)
		return err_set(err, ERR_IO, "no such disk");
	fake.opened++;
	if (fake.conn == NULL && store_memory.open(&fake.conn, place, err) < 0)
		return -1;
	*conn_r = fake.conn;
	return 0;
}

static void fake_close(struct backend *conn)
{
	if (conn == fake.conn)
		fake.closed++;
	else
		store_memory.close(conn);
}

static int fake_commit(struct backend *conn, struct err *err)
{
	if (!fake.commit_is_uncertain)
		return store_memory.commit(conn, err);
	if (!fake.commit_happens)
		store_memory.rollback(conn);
	else if (store_memory.commit(conn, err) < 0)
		return -1;
	return err_set(err, ERR_UNCERTAIN, "the sync failed");
}

static int fake_put_report(struct backend *conn, const struct report_row *row, struct err *err)
{
	if (fake.poison != NULL && strcmp(row->key, fake.poison) == 0)
		return err_set(err, ERR_INVALID, "not storable");
	return store_memory.put_report(conn, row, err);
}

static struct store_world *open_world(void)
{
	static struct store_backend backend;
	struct store_world *world = calloc(1, sizeof(*world));
	struct err err = {0};

	memset(&fake, 0, sizeof(fake));
	backend = store_memory;
	backend.open = fake_open;
	backend.close = fake_close;
	backend.commit = fake_commit;
	backend.put_report = fake_put_report;
	world_init(world, &backend);
	assert_int_equal(world_open(world, &err), 0);
	return world;
}

static void end_world(struct store_world *world)
{
	world_fini(world);
	store_memory.close(fake.conn);
	free(world);
}

static void a_commit_in_doubt_that_happened_is_a_slow_stored(void **state)
{
	struct store_world *world = open_world();
	struct sent sent;

	(void)state;
	fake.commit_is_uncertain = fake.commit_happens = true;
	send_report(world, &sent, "lapor-web", "a", "Kebakaran");
	store_step(world->store);
	assert_false(sent.is_answered); /* neither yes nor no can be said yet */
	assert_int_equal(world->shown, 0);
	assert_string_not_equal(store_trouble(world->store), "");
	fake.commit_is_uncertain = false;
	world_pass(world, 200);
	assert_int_equal(sent.request.answer, STORE_STORED);
	assert_int_equal(world->shown, 1);
	assert_int_equal(fake.closed, 1);
	assert_int_equal(fake.opened, 2);
	sent_fini(&sent);
	end_world(world);
}

static void a_commit_in_doubt_that_did_not_happen_is_made_again(void **state)
{
	struct store_world *world = open_world();
	struct sent first, second, refused;

	(void)state;
	fake.commit_is_uncertain = true;
	send_report(world, &first, "lapor-web", "a", "Kebakaran");
	send_report(world, &second, "lapor-web", "b", "Banjir");
	store_step(world->store);
	assert_int_equal(world->answered, 0);
	send_report(world, &refused, "lapor-web", "c", "Pohon tumbang");
	store_poll(world->store);
	assert_int_equal(refused.request.answer, STORE_LATER);
	fake.commit_is_uncertain = false;
	world_pass(world, 200);
	assert_int_equal(first.request.answer, STORE_STORED);
	assert_int_equal(second.request.answer, STORE_STORED);
	assert_int_equal(first.request.seq, 1);
	assert_int_equal(world->shown, 2);
	assert_int_equal(world->answered, 3);
	sent_fini(&first);
	sent_fini(&second);
	sent_fini(&refused);
	end_world(world);
}

static void
at_its_deadline_a_doubt_is_answered_later_and_its_events_are_shown_when_found(void **state)
{
	struct store_world *world = open_world();
	struct sent sent, again;

	(void)state;
	fake.commit_is_uncertain = fake.commit_happens = fake.open_fails = true;
	send_report(world, &sent, "lapor-web", "a", "Kebakaran");
	store_step(world->store);
	world_pass(world, 2900);
	assert_false(sent.is_answered);
	world_pass(world, 200);
	assert_true(sent.is_answered);
	assert_int_equal(sent.request.answer, STORE_LATER);
	assert_int_equal(world->shown, 0);
	fake.commit_is_uncertain = fake.open_fails = false;
	world_pass(world, 6000);
	assert_string_equal(store_trouble(world->store), "");
	assert_int_equal(world->shown, 1); /* it is in the log: whoever watches must have it */
	send_report(world, &again, "lapor-web", "a", "Kebakaran");
	store_step(world->store);
	assert_int_equal(again.request.answer, STORE_REPEATED);
	assert_int_equal(world->shown, 1);
	sent_fini(&sent);
	sent_fini(&again);
	end_world(world);
}

static void of_many_only_the_culprit_fails(void **state)
{
	struct store_world *world = open_world();
	struct sent sent[3];
	static const char *const keys[] = {"a", "bad", "c"};

	(void)state;
	fake.poison = "bad";
	for (int i = 0; i < 3; i++)
		send_report(world, &sent[i], "lapor-web", keys[i], "Kebakaran");
	store_step(world->store);
	assert_int_equal(sent[0].request.answer, STORE_STORED);
	assert_int_equal(sent[1].request.answer, STORE_REFUSED);
	assert_int_equal(sent[2].request.answer, STORE_STORED);
	assert_int_equal(sent[2].request.seq, 2);
	assert_int_equal(world->shown, 2);
	assert_string_equal(store_trouble(world->store), "");
	for (int i = 0; i < 3; i++)
		sent_fini(&sent[i]);
	end_world(world);
}

static void a_close_in_trouble_still_answers_everything(void **state)
{
	struct store_world *world = open_world();
	struct sent sent;

	(void)state;
	fake.commit_is_uncertain = fake.open_fails = true;
	send_report(world, &sent, "lapor-web", "a", "Kebakaran");
	store_step(world->store);
	world_close(world);
	assert_true(sent.is_answered);
	assert_int_equal(sent.request.answer, STORE_LATER);
	sent_fini(&sent);
	end_world(world);
}

static void everything_that_waits_is_one_commit_up_to_the_limit(void **state)
{
	struct store_world *world = open_world();
	static struct sent sent[300];

	(void)state;
	for (int i = 0; i < 300; i++)
		send_report(world, &sent[i], "lapor-web", NULL, "Kebakaran");
	store_step(world->store);
	assert_int_equal(metrics_get(&world->metrics, METRIC_COMMITS), 2);
	assert_int_equal(metrics_get(&world->metrics, METRIC_COMMITTED_REQUESTS), 300);
	assert_int_equal(metrics_get(&world->metrics, METRIC_REPORTS_STORED), 300);
	for (int i = 0; i < 300; i++)
		sent_fini(&sent[i]);
	end_world(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_commit_in_doubt_that_happened_is_a_slow_stored),
		cmocka_unit_test(a_commit_in_doubt_that_did_not_happen_is_made_again),
		cmocka_unit_test(
			at_its_deadline_a_doubt_is_answered_later_and_its_events_are_shown_when_found),
		cmocka_unit_test(of_many_only_the_culprit_fails),
		cmocka_unit_test(a_close_in_trouble_still_answers_everything),
		cmocka_unit_test(everything_that_waits_is_one_commit_up_to_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
