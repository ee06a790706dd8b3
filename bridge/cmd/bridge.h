/* A running bridge: all parts in one place, and who may open, drain, reload and close them.
 *
 *   serve.c  what comes before and after: options, signals, the process
 *   bridge.c the parts, opened in order and closed in the reverse
 *   drain.c  the way to an orderly end
 *   reload.c new rules and settings beside the old
 *   notify.c what the service manager is told
 *
 * Loop thread only, but for what reload.c says of its own thread. */
#pragma once

#include "adapters/adapter.h"
#include "api/api.h"
#include "cmd/notify.h"
#include "cmd/paper.h"
#include "cmd/settings.h"
#include "cmd/shifts.h"
#include "core/actions.h"
#include "core/call_backs.h"
#include "core/intake.h"
#include "core/joining.h"
#include "core/watch.h"
#include "net/outbox.h"
#include "net/stream.h"

#define ADAPTERS_MAX 16

struct reload; /* reload.c */

struct drain { /* drain.c */
	enum { DRAIN_NOT, DRAIN_ANSWERS, DRAIN_SINKS, DRAIN_OVER } phase;
	struct loop_timer timer;
	int64_t until_ms; /* monotonic: of this phase */
	bool is_mqtt_stopped;
};

struct bridge {
	struct settings_place place;
	struct settings *settings;
	struct rules *rules;
	struct similar_rules *similar; /* NULL: nothing is learnt */
	/* As they were at the start: store and sinks hold on to them, and what is on its way
	 * names them by number. */
	struct agencies agencies;
	struct metrics metrics;
	struct loop *loop;
	struct store *store;
	struct feed *feed;
	struct accounts *accounts;
	struct http *http;
	struct sign_in *sign_in;
	struct intake *intake;
	struct joining *joining;
	struct watch *watch;
	struct loop_timer watch_timer;
	struct call_backs *call_backs;
	struct loop_timer call_backs_timer;
	struct actions *actions;
	struct command_desk *command_desk;
	struct whereabouts *whereabouts;
	struct duty *duty;
	struct unit_board *board;
	struct tracks *tracks; /* NULL: none are kept */
	struct stream *stream;
	struct mqtt *mqtt; /* NULL: no broker */
	struct outbox *outbox;
	struct api *api;
	struct shifts *shifts; /* from when the units are known */
	struct paper *paper;   /* NULL: none is wanted */
	struct {
		const struct adapter_ops *ops;
		struct adapter_env env;
		json_t *options;
		void *self; /* NULL: not open */
	} adapter[ADAPTERS_MAX];
	unsigned adapter_count;

	struct store_read tail; /* while the feed is primed */
	int64_t begun_us;
	bool has_failed; /* after the loop began: the process exits 1 */
	struct notify notify;
	struct drain drain;
	struct reload *reload;
};

/* Opens everything; nothing is accepted yet. settings and rules are there already. */
int bridge_open(struct bridge *bridge, const char *data, struct err *err) MUST_CHECK;
/* Once the loop runs: primes the feed, then opens the doors and says that it is ready. */
void bridge_begin(struct bridge *bridge);
/* The loop does not run any more. What is open is closed. */
void bridge_close(struct bridge *bridge);

/* Adapters stop, what is open is answered, sinks get a moment, then the loop ends; each with a
 * deadline. The second call hurries. */
void bridge_drain(struct bridge *bridge);

/* The stream's snapshots have the units as they are now. */
void bridge_show_units(struct bridge *bridge);

void reload_open(struct bridge *bridge);
/* Reads rules and settings on a thread of its own, checks them whole, swaps them on the loop;
 * on any mistake logs it and keeps what there is. */
void reload_begin(struct bridge *bridge);
void reload_close(struct bridge *bridge);
