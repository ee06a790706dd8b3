/* One adapter in a bridge that is stepped by hand: a memory store, the sample city, accounts
 * and real listeners in a loop that turns only in adapter_world_until. */
#pragma once

#include "adapters/adapter.h"
#include "core/intake.h"
#include "core/rules.h"
#include "net/http.h"
#include "support/store_world.h"
#include "unit/core/people.h"

struct adapter_world {
	struct store_world store;
	struct rules *rules;
	struct people *people;
	char token[SECRET_SIZE]; /* of role adapter */
	struct metrics metrics;
	struct loop *loop;
	char listen[32];
	unsigned port;
	struct http_settings http_settings;
	struct http *http;
	struct intake *intake;
	struct adapter_env env;
	const struct adapter_ops *ops;
	json_t *options;
	void *adapter;
	bool is_store_asleep; /* what is submitted waits */
};

/* Opened and started. options: its JSON, freed with the world. queue_max: of the store. */
void adapter_world_open(struct adapter_world *world, const char *kind, json_t *options,
			int64_t queue_max);
/* Stops, answers what is open, closes. */
void adapter_world_close(struct adapter_world *world);

/* Turns until it is so; fails the test when that takes ten seconds. */
void adapter_world_until(struct adapter_world *world, bool (*is_so)(void *ctx), void *ctx);
/* Some turns in which nothing need happen: for what must not. */
void adapter_world_idle(struct adapter_world *world);
/* Events in the log. */
uint64_t adapter_world_head(const struct adapter_world *world);
/* Every child of this process is gone and reaped. */
bool has_no_child(void *ctx);
