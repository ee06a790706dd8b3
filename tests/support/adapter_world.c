#include "support/adapter_world.h"

#include <errno.h>
#include <ev.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/ports.h"

#define PATIENCE_US 10000000
#define IDLE_TURNS  50

static void open_store(struct adapter_world *world, int64_t queue_max)
{
	struct err err;

	if (rules_load(&world->rules, TANGI_SOURCE_DIR "/config/cirebon", &err) < 0)
		fatal("%s", err.text);
	world_init(&world->store, &store_memory);
	world->store.agencies = *rules_agencies(world->rules);
	world->store.settings.queue_max = queue_max;
	if (world_open(&world->store, &err) < 0)
		fatal("%s", err.text);
}

static void open_people(struct adapter_world *world)
{
	world->people = people_new();
	people_add_token(world->people, "rest", ROLE_ADAPTER, "", world->token);
	people_wait(world->people, 5000);
	accounts_refresh(world->people->accounts);
}

static void open_listener(struct adapter_world *world)
{
	struct err err;

	world->port = free_port();
	snprintf(world->listen, sizeof(world->listen), "127.0.0.1:%u", world->port);
	world->http_settings = (struct http_settings){.listen = world->listen,
						      .trusted = "",
						      .web_dir = "",
						      .max_connections = 200,
						      .max_waiting_per_address = 200,
						      .request_timeout_ms = 10000};
	if (loop_new(&world->loop, &clock_system, &world->metrics, &err) < 0 ||
	    http_open(&world->http, world->loop, &world->http_settings, &clock_system,
		      &world->metrics, &err) < 0)
		fatal("%s", err.text);
}

static void open_intake(struct adapter_world *world)
{
	json_t *sources = json_pack("[s, s]", "lapor-web", "app:");

	world->intake = intake_new(world->store.store, world->rules, sources, &clock_system,
				   &world->metrics);
	json_decref(sources);
}

static void open_adapter(struct adapter_world *world, const char *kind)
{
	struct err err;

	world->ops = adapter_find(kind);
	world->env = (struct adapter_env){.loop = world->loop,
					  .http = world->http,
					  .intake = world->intake,
					  .accounts = world->people->accounts,
					  .clock = &clock_system,
					  .name = kind};
	if (world->ops->open(&world->env, world->options, &world->adapter, &err) < 0 ||
	    http_start(world->http, &err) < 0 || world->ops->start(world->adapter, &err) < 0)
		fatal("%s: %s", err.field, err.text);
}

void adapter_world_open(struct adapter_world *world, const char *kind, json_t *options,
			int64_t queue_max)
{
	(void)signal(SIGPIPE, SIG_IGN); /* as serve does */
	*world = (struct adapter_world){.options = options};
	open_store(world, queue_max);
	open_people(world);
	open_listener(world);
	open_intake(world);
	open_adapter(world, kind);
}

static bool is_all_answered(void *ctx)
{
	const struct adapter_world *world = ctx;

	return intake_open_count(world->intake) == 0 && http_open_requests(world->http) == 0;
}

void adapter_world_close(struct adapter_world *world)
{
	world->is_store_asleep = false;
	world->ops->stop(world->adapter);
	http_stop(world->http);
	intake_stop(world->intake);
	adapter_world_until(world, is_all_answered, world);
	http_close(&world->http);
	world->ops->close(world->adapter);
	assert_true(has_no_child(NULL));
	intake_free(&world->intake);
	people_free(&world->people);
	loop_free(&world->loop);
	world_fini(&world->store);
	rules_free(&world->rules);
	json_decref(world->options);
}

static void turn(struct adapter_world *world, int how)
{
	ev_run(loop_ev(world->loop), how);
	if (!world->is_store_asleep)
		store_step(world->store.store);
}

void adapter_world_until(struct adapter_world *world, bool (*is_so)(void *ctx), void *ctx)
{
	int64_t until_us = clock_system.mono_us(&clock_system) + PATIENCE_US;

	while (!is_so(ctx)) {
		if (clock_system.mono_us(&clock_system) > until_us)
			fail_msg("what was waited for did not come");
		/* The store does not wake this loop: what it answers may be the next to do. */
		turn(world, intake_open_count(world->intake) > 0 ? EVRUN_NOWAIT : EVRUN_ONCE);
	}
}

void adapter_world_idle(struct adapter_world *world)
{
	for (int i = 0; i < IDLE_TURNS; i++)
		turn(world, EVRUN_NOWAIT);
}

uint64_t adapter_world_head(const struct adapter_world *world)
{
	return store_head(world->store.store);
}

bool has_no_child(void *ctx)
{
	(void)ctx;
	return waitid(P_ALL, 0, &(siginfo_t){0}, WEXITED | WNOHANG | WNOWAIT) < 0 &&
	       errno == ECHILD;
}
