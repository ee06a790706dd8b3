/* The seam in front: an adapter turns one protocol into reports, and nothing else.
 *
 * One file, one word in adapters/CMakeLists.txt. An adapter gets the loop, routes on the shared
 * listeners, intake and a clock; it gets nothing else, so it can break nothing else. Parsing is
 * a pure function, apart from the I/O, so that it can be fuzzed. Loop thread only. */
#pragma once

#include <jansson.h>

#include "base/clock.h"
#include "base/config.h"

struct accounts;
struct agencies;
struct http;
struct intake;
struct loop;

struct adapter_env {
	struct loop *loop;
	struct http *http;
	struct intake *intake;
	struct accounts *accounts; /* who may send; for adapters on the listener */
	const struct clock *clock;
	const char *name; /* for log lines */
};

struct adapter_ops {
	const char *kind;             /* as in the configuration: "kind": "exec" */
	const char *summary;          /* one line for tangi check */
	const struct option *options; /* checked before open is called */
	/* What the table cannot say of a value; the field is the option's. May be NULL. */
	int (*check)(const json_t *cfg, struct err *err);

	/* Allocates. Opens no socket. cfg is borrowed and already valid. */
	int (*open)(const struct adapter_env *env, const json_t *cfg, void **self_r,
		    struct err *err);
	/* Begins to accept. */
	int (*start)(void *self, struct err *err);
	/* Accepts nothing more; idempotent, never blocks. Answers still arrive. */
	void (*stop)(void *self);
	/* Frees. Called when the last answer has been given. */
	void (*close)(void *self);
};

/* NULL: there is none of that kind. */
const struct adapter_ops *adapter_find(const char *kind);
/* NULL after the last. */
const struct adapter_ops *adapter_at(unsigned n);
