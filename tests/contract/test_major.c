/* A major incident and what is part of it, over every backend. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "model/major.h"
#include "store/backend.h"
#include "support/store_world.h"

#define UNLINK "{\"action\":\"unlink\"}"
#define CLOSE  "{\"action\":\"close\",\"outcome\":\"resolved\""

/* So many of them, numbered from 1. */
static void some(struct store_world *world, unsigned count, char ids[][ID_SIZE])
{
	char key[8];

	for (unsigned i = 0; i < count; i++) {
		snprintf(key, sizeof(key), "k%u", i);
		stored_report(world, key, "Banjir", ids[i]);
	}
}

static enum store_answer link_to(struct store_world *world, const char *child,
				 const char *parent)
{
	char json[96];

	snprintf(json, sizeof(json), "{\"action\":\"link\",\"parent\":\"%s\"}", parent);
	return decide_now(world, child, json);
}

static void is_linked(struct store_world *world, const char *child, const char *parent)
{
	assert_int_equal(link_to(world, child, parent), STORE_STORED);
}

/* no 0: of none. */
static void assert_stands(struct store_world *world, const char *id, int64_t parent_no,
			  bool is_major)
{
	struct incident incident;

	incident_now(world, id, &incident);
	assert_int_equal(incident.parent.no, parent_no);
	assert_int_equal(incident.is_major, is_major);
	incident_fini(&incident);
}

static unsigned children_of(struct store_world *world, const char *id, struct viewer viewer)
{
	struct store_read read = {.op = READ_CHILDREN, .filter.viewer = viewer};
	unsigned count;

	strcpy(read.id, id);
	read_now(world, &read);
	count = read.row_count;
	store_read_fini(&read);
	return count;
}

static bool last_says(const struct store_world *world, unsigned back, const char *words)
{
	const struct buf *body = world->events[world->shown - back].body;

	return memmem(body->data, body->len, words, strlen(words)) != NULL;
}

static void a_child_names_its_parent_and_the_parent_finds_its_children(void **state)
{
	static const struct viewer police = {.may_watch = true, .agencies = 2};
	struct store_world *world = world_new(*state);
	char ids[3][ID_SIZE];

	some(world, 3, ids);
	is_linked(world, ids[1], ids[0]);
	assert_true(last_says(world, 2, ",\"action\":\"link\""));
	assert_true(last_says(world, 1, ",\"child\":{\"incident_id\":"));
	assert_int_equal(decide_now(world, ids[2], "{\"action\":\"link\",\"parent\":1}"),
			 STORE_STORED);
	assert_stands(world, ids[0], 0, true);
	assert_stands(world, ids[1], 1, false);
	assert_stands(world, ids[2], 1, false);
	assert_int_equal(children_of(world, ids[0], sees_everything), 2);
	assert_int_equal(children_of(world, ids[0], police), 0); /* they are of fire */
	assert_int_equal(children_of(world, ids[1], sees_everything), 0);
	assert_int_equal(decide_now(world, ids[1], UNLINK), STORE_STORED);
	assert_stands(world, ids[0], 0, true);
	assert_stands(world, ids[1], 0, false);
	assert_int_equal(decide_now(world, ids[2], UNLINK), STORE_STORED);
	assert_stands(world, ids[0], 0, false); /* like any other */
	world_prove(world);
	world_free(&world);
}

static void there_are_no_circles_and_no_grandchildren(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[4][ID_SIZE], json[96];
	unsigned shown;

	some(world, 4, ids);
	is_linked(world, ids[1], ids[0]);
	shown = world->shown;
	assert_int_equal(link_to(world, ids[0], ids[1]), STORE_CONFLICT);
	assert_int_equal(link_to(world, ids[0], ids[2]), STORE_CONFLICT);
	assert_int_equal(link_to(world, ids[2], ids[1]), STORE_CONFLICT);
	assert_int_equal(link_to(world, ids[1], ids[2]), STORE_CONFLICT);
	assert_int_equal(decide_now(world, ids[2], "{\"action\":\"link\",\"parent\":3}"),
			 STORE_REFUSED);
	assert_int_equal(decide_now(world, ids[2], "{\"action\":\"link\",\"parent\":99}"),
			 STORE_REFUSED);
	assert_int_equal(decide_now(world, ids[2], UNLINK), STORE_REFUSED);
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}", ids[2]);
	assert_int_equal(decide_now(world, ids[0], json), STORE_CONFLICT);
	assert_int_equal(world->shown, shown);
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}", ids[2]);
	assert_int_equal(decide_now(world, ids[3], json), STORE_STORED);
	assert_int_equal(link_to(world, ids[2], ids[3]), STORE_REFUSED); /* merged */
	assert_int_equal(decide_now(world, ids[0], CLOSE ",\"children\":\"leave\"}"),
			 STORE_STORED);
	assert_int_equal(link_to(world, ids[2], ids[0]), STORE_REFUSED); /* closed */
	world_prove(world);
	world_free(&world);
}

static void
a_major_one_does_not_end_while_parts_of_it_are_open_unless_they_are_left(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[4][ID_SIZE];
	unsigned shown;

	some(world, 4, ids);
	for (unsigned i = 1; i < 4; i++)
		is_linked(world, ids[i], ids[0]);
	assert_int_equal(decide_now(world, ids[3], CLOSE "}"), STORE_STORED);
	shown = world->shown;
	assert_int_equal(decide_now(world, ids[0], CLOSE "}"), STORE_CONFLICT);
	assert_int_equal(world->shown, shown);
	assert_int_equal(decide_now(world, ids[0], CLOSE ",\"children\":\"leave\"}"),
			 STORE_STORED);
	assert_int_equal(world->shown, shown + 3);
	assert_true(last_says(world, 1, ",\"action\":\"unlink\""));
	assert_stands(world, ids[0], 0, true); /* of what was closed before */
	assert_stands(world, ids[1], 0, false);
	assert_stands(world, ids[2], 0, false);
	assert_stands(world, ids[3], 1, false);
	assert_int_equal(decide_now(world, ids[3], UNLINK), STORE_STORED);
	assert_stands(world, ids[0], 0, false);
	world_prove(world);
	world_free(&world);
}

static void a_major_one_with_nothing_open_ends_as_any_other(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[2][ID_SIZE];

	some(world, 2, ids);
	is_linked(world, ids[1], ids[0]);
	assert_int_equal(decide_now(world, ids[1], CLOSE "}"), STORE_STORED);
	assert_int_equal(decide_now(world, ids[0], CLOSE "}"), STORE_STORED);
	assert_stands(world, ids[0], 0, true);
	world_prove(world);
	world_free(&world);
}

static void a_split_and_a_merge_leave_whose_part_it_is(void **state)
{
	struct store_world *world = world_new(*state);
	char ids[3][ID_SIZE], json[96], report[ID_SIZE], further[ID_SIZE];
	struct incident incident;

	some(world, 3, ids);
	incident_now(world, ids[1], &incident);
	strcpy(report, incident.report_id[0]);
	incident_fini(&incident);
	linked_report(world, "further", report, further);
	is_linked(world, ids[1], ids[0]);
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", further);
	assert_int_equal(decide_now(world, ids[1], json), STORE_STORED);
	assert_stands(world, ids[1], 1, false);
	snprintf(json, sizeof(json), "{\"action\":\"merge\",\"into\":\"%s\"}", ids[2]);
	assert_int_equal(decide_now(world, ids[1], json), STORE_STORED);
	assert_stands(world, ids[2], 0, false);
	assert_int_equal(decide_now(world, ids[1], UNLINK), STORE_STORED);
	snprintf(json, sizeof(json), "{\"action\":\"split\",\"reports\":[\"%s\"]}", report);
	assert_int_equal(decide_now(world, ids[2], json), STORE_STORED);
	assert_stands(world, ids[1], 0, false); /* what was let go stays so */
	assert_stands(world, ids[0], 0, false);
	world_prove(world);
	world_free(&world);
}

static void so_many_parts_and_no_more(void **state)
{
	struct store_world *world = world_new(*state);
	static char ids[CHILDREN_MAX + 2][ID_SIZE];

	some(world, CHILDREN_MAX + 2, ids);
	for (unsigned i = 1; i <= CHILDREN_MAX; i++)
		is_linked(world, ids[i], ids[0]);
	assert_int_equal(link_to(world, ids[CHILDREN_MAX + 1], ids[0]), STORE_CONFLICT);
	assert_int_equal(children_of(world, ids[0], sees_everything), CHILDREN_MAX);
	assert_int_equal(decide_now(world, ids[0], CLOSE ",\"children\":\"leave\"}"),
			 STORE_STORED);
	assert_int_equal(children_of(world, ids[0], sees_everything), 0);
	world_prove(world);
	world_free(&world);
}

int main(void)
{
	static struct store_backend backends[2];
	const struct CMUnitTest tests[] = {
		OVER_ALL(a_child_names_its_parent_and_the_parent_finds_its_children),
		OVER_ALL(there_are_no_circles_and_no_grandchildren),
		OVER_ALL(
			a_major_one_does_not_end_while_parts_of_it_are_open_unless_they_are_left),
		OVER_ALL(a_major_one_with_nothing_open_ends_as_any_other),
		OVER_ALL(a_split_and_a_merge_leave_whose_part_it_is),
		OVER_ALL(so_many_parts_and_no_more),
	};

	backends[0] = store_memory;
	backends[1] = store_sqlite;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
