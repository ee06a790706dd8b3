#include "support/store_world.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "store/archive.h"
#include "store/backend.h"

const struct viewer sees_everything = {.may_watch = true,
				       .sees_all = true,
				       .sees_secret = true,
				       .sees_calls = true,
				       .agencies = 0xff};

/* The clock is the world's first member. */
static int64_t mono_us(const struct clock *clock)
{
	return ((const struct store_world *)(const void *)clock)->now_us;
}

static int64_t wall_ms(const struct clock *clock)
{
	const struct store_world *world = (const void *)clock;

	return 1764000000000 + world->stepped_ms + mono_us(clock) / 1000;
}

void world_init(struct store_world *world, const struct store_backend *backend)
{
	static const char *const names[] = {"fire", "police", "health"};

	*world = (struct store_world){.backend = backend, .now_us = 1000000};
	world->clock = (struct clock){.wall_ms = wall_ms, .mono_us = mono_us};
	for (unsigned i = 0; i < 3; i++)
		strcpy(world->agencies.agency[i].id, names[i]);
	world->agencies.count = 3;
	strcpy(world->dir, "/tmp/tangi-store-XXXXXX");
	assert_non_null(mkdtemp(world->dir));
	world->settings = (struct store_settings){
		.dir = world->dir, .batch_max = 256, .queue_max = 4096, .min_free_mb = 0};
}

static void keep_events(void *ctx, const struct event *events, unsigned count)
{
	struct store_world *world = ctx;

	for (unsigned i = 0; i < count; i++) {
		assert_true(world->shown < sizeof(world->events) / sizeof(world->events[0]));
		world->events[world->shown] = events[i];
		buf_ref(world->events[world->shown++].body);
	}
	if (world->on_shown != NULL)
		world->on_shown(world);
}

int world_open(struct store_world *world, struct err *err)
{
	struct store_hooks hooks = {.events = keep_events, .ctx = world};

	return store_open(&world->store, world->backend, &world->settings, &world->agencies,
			  &world->clock, &world->metrics, &hooks, err);
}

void world_close(struct store_world *world)
{
	store_close(&world->store);
}

static int remove_one(const char *path, const struct stat *stat, int flag, struct FTW *ftw)
{
	(void)stat;
	(void)flag;
	(void)ftw;
	return remove(path);
}

void world_fini(struct store_world *world)
{
	world_close(world);
	for (unsigned i = 0; i < world->shown; i++)
		buf_unref(&world->events[i].body);
	(void)nftw(world->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

struct store_world *world_new(const struct store_backend *backend)
{
	struct store_world *world = calloc(1, sizeof(*world));
	struct err err = {0};

	world_init(world, backend);
	if (world_open(world, &err) < 0)
		fail_msg("%s", err.text);
	return world;
}

void world_reopen(struct store_world *world)
{
	struct err err = {0};

	world_close(world);
	if (world_open(world, &err) < 0)
		fail_msg("%s", err.text);
}

void world_prove(struct store_world *world)
{
	struct archive_report report;
	struct err err = {0};

	if (!world->backend->is_on_disk)
		return;
	world_close(world);
	if (archive_verify(world->dir, &report, &err) < 0)
		fail_msg("%s", err.text);
	assert_int_equal(report.events, world->shown);
	if (world_open(world, &err) < 0)
		fail_msg("%s", err.text);
}

void world_free(struct store_world **world)
{
	world_fini(*world);
	free(*world);
	*world = NULL;
}

void world_pass(struct store_world *world, int64_t ms)
{
	world->now_us += ms * 1000;
	store_step(world->store);
}

static void answered(struct store_request *request)
{
	struct sent *sent = request->ctx;

	assert_false(sent->is_answered);
	sent->is_answered = true;
	sent->world->answered++;
}

void send_request(struct store_world *world, struct sent *sent)
{
	sent->world = world;
	sent->request.at_ms = world->clock.wall_ms(&world->clock);
	sent->request.begun_us = world->now_us;
	sent->request.done = answered;
	sent->request.ctx = sent;
	store_submit(world->store, &sent->request);
}

void send_report(struct store_world *world, struct sent *sent, const char *source,
		 const char *key, const char *text)
{
	send_linked(world, sent, source, key, text, NULL);
}

void send_body(struct store_world *world, struct sent *sent, const char *json,
	       const struct verdict *verdict)
{
	struct err err;

	*sent = (struct sent){.request = {.op = STORE_REPORT}};
	assert_int_equal(report_parse(json, strlen(json), NULL, &sent->report, &err), 0);
	id_next(&world->ids, 'R', world->clock.wall_ms(&world->clock), sent->report->id);
	sent->request.in.report = sent->report;
	sent->request.verdict = *verdict;
	sent->request.location = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	send_request(world, sent);
}

void send_clearing(struct store_world *world, struct sent *sent, const char *handle,
		   const char *json)
{
	struct err err;

	*sent = (struct sent){.request = {.op = STORE_CLEARING}};
	assert_int_equal(clearing_parse(json, strlen(json), handle, &sent->clearing, &err), 0);
	strcpy(sent->clearing->by, "siti");
	sent->request.in.clearing = sent->clearing;
	send_request(world, sent);
}

void send_linked(struct store_world *world, struct sent *sent, const char *source,
		 const char *key, const char *text, const struct store_links *links)
{
	json_t *doc = json_pack("{s:s,s:s}", "source", source, "text", text);
	struct err err;
	char *body;

	*sent = (struct sent){.request = {.op = STORE_REPORT}};
	if (key != NULL)
		json_object_set_new(doc, "source_id", json_string(key));
	body = json_dumps(doc, 0);
	json_decref(doc);
	assert_int_equal(report_parse(body, strlen(body), NULL, &sent->report, &err), 0);
	free(body);
	id_next(&world->ids, 'R', world->clock.wall_ms(&world->clock), sent->report->id);
	sent->request.in.report = sent->report;
	sent->request.links = links;
	sent->request.verdict = (struct verdict){.disposition = DISPOSITION_EMERGENCY,
						 .priority = 1,
						 .category = "fire_building",
						 .agencies = 1,
						 .confidence_pct = 98,
						 .rules = "r1"};
	sent->request.location = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	send_request(world, sent);
}

void send_command(struct store_world *world, struct sent *sent, const char *incident_id,
		  const char *json)
{
	struct err err;

	*sent = (struct sent){.request = {.op = STORE_COMMAND}};
	if (command_parse(json, strlen(json), incident_id, &world->agencies, &sent->command,
			  &err) < 0)
		fail_msg("%s: %s", err.field, err.text);
	strcpy(sent->command->by, "siti");
	sent->command->viewer = sees_everything;
	sent->command->acts_for = 0xff;
	sent->command->guards.rule[GUARD_BUSY] = GUARD_WARN;
	sent->command->at_ms = world->clock.wall_ms(&world->clock);
	sent->request.in.command = sent->command;
	send_request(world, sent);
}

void send_call(struct store_world *world, struct sent *sent, const char *json)
{
	struct err err;

	*sent = (struct sent){.request = {.op = STORE_CALL}};
	assert_int_equal(call_parse(json, strlen(json), &sent->call, &err), 0);
	sent->request.in.call = sent->call;
	send_request(world, sent);
}

void sent_fini(struct sent *sent)
{
	buf_unref(&sent->request.body);
	report_free(&sent->report);
	command_free(&sent->command);
	call_free(&sent->call);
	clearing_free(&sent->clearing);
}

void stored_report(struct store_world *world, const char *key, const char *text,
		   char incident_id_r[ID_SIZE])
{
	struct sent sent;

	send_report(world, &sent, "lapor-web", key, text);
	store_step(world->store);
	assert_true(sent.is_answered);
	assert_int_equal(sent.request.answer, STORE_STORED);
	memcpy(incident_id_r, sent.request.incident_id, ID_SIZE);
	sent_fini(&sent);
}

static void read_done(struct store_read *read)
{
	*(bool *)read->ctx = true;
}

void read_now(struct store_world *world, struct store_read *read)
{
	bool is_done = false;

	read->done = read_done;
	read->ctx = &is_done;
	store_read_submit(world->store, read);
	store_step(world->store);
	assert_true(is_done);
}

enum store_answer decide_now(struct store_world *world, const char *incident_id,
			     const char *json)
{
	enum store_answer answer;
	struct sent sent;

	send_command(world, &sent, incident_id, json);
	store_step(world->store);
	assert_true(sent.is_answered);
	answer = sent.request.answer;
	sent_fini(&sent);
	world->now_us += 1000000;
	return answer;
}

void incident_now(struct store_world *world, const char *incident_id,
		  struct incident *incident_r)
{
	struct store_read read = {.op = READ_STATE, .filter.viewer = sees_everything};
	struct err err;

	strcpy(read.id, incident_id);
	read_now(world, &read);
	assert_true(read.is_found);
	assert_int_equal(incident_of_event(&read.rows[0], &world->agencies, incident_r, &err),
			 0);
	store_read_fini(&read);
}

void linked_report(struct store_world *world, const char *key, const char *first_report,
		   char id_r[ID_SIZE])
{
	struct store_links links = {.is_same = true, .count = 1};
	struct sent sent;

	strcpy(links.link[0].report_id, first_report);
	send_linked(world, &sent, "lapor-web", key, "Kebakaran di pasar", &links);
	store_step(world->store);
	assert_int_equal(sent.request.answer, STORE_STORED);
	strcpy(id_r, sent.report->id);
	sent_fini(&sent);
}
