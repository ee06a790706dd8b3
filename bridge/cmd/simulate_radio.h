/* A crew's device: one line to the broker by the account of its unit, on a session that
 * outlives the line, as a crew's phone has it.
 *
 * Has no thread: who owns it polls its descriptor. Comes back by itself when the line breaks;
 * what is said meanwhile waits, and is said when it is back. One thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct radio;

struct radio_settings { /* borrowed for the radio's life */
	const char *host;
	int port;
	const char *city, *unit, *user, *password;
	bool is_exercise; /* it listens where exercises are ordered */
	bool is_present;  /* it says that it is there, and its last will that it is not */
};

/* An order or a recall, as it came. */
typedef void radio_heard_fn(void *ctx, const char *payload, size_t len);

struct radio *radio_new(const struct radio_settings *settings, radio_heard_fn *heard,
			void *ctx);
/* The session ends with it: the broker keeps nothing for it. */
void radio_free(struct radio **radio);

/* Off: the line is broken; the broker keeps what comes. */
void radio_switch(struct radio *radio, bool is_on);
/* Connected, and listening. */
bool radio_is_up(const struct radio *radio);
/* Why not, or "". Borrowed until the next call. */
const char *radio_trouble(const struct radio *radio);

/* -1: it has none now. */
int radio_fd(const struct radio *radio);
bool radio_wants_write(const struct radio *radio);
/* After each poll, and once in a second at least. */
void radio_serve(struct radio *radio, bool is_readable, bool is_writable, int64_t mono_ms);

/* leaf: "ack", "status", "position"; a position that cannot be said now is not said. */
void radio_say(struct radio *radio, const char *leaf, const char *payload);
