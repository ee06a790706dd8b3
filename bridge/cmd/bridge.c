#include "cmd/bridge.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "core/duty.h"
#include "core/unit_board.h"
#include "core/whereabouts.h"

#define FEED_EVENTS 4096 /* held in memory for those who come back or fall behind a little */
#define TAIL_EVENTS 1024 /* of these, read back at the start */
#define TAIL_BYTES  ((size_t)1 << 20)

static void wake(void *ctx)
{
	struct bridge *bridge = ctx;

	loop_wake(bridge->loop);
}

static void poll_store(void *ctx)
{
	store_poll(ctx);
}

void bridge_show_units(struct bridge *bridge)
{
	struct buf *units = api_units(bridge->rules, bridge->board);

	stream_set_units(bridge->stream, units);
	buf_unref(&units);
}

/* Who asks for the state of the city is given what it is by then. */
static void follow_units(struct bridge *bridge, const struct event *events, unsigned count)
{
	bool has_changed = false;

	for (unsigned i = 0; i < count; i++)
		has_changed = unit_board_take(bridge->board, &events[i]) || has_changed;
	if (has_changed)
		bridge_show_units(bridge);
}

/* Those who wait for an answer have had it: see store.h. */
static void committed(void *ctx, const struct event *events, unsigned count)
{
	struct bridge *bridge = ctx;

	follow_units(bridge, events, count);
	feed_append(bridge->feed, events, count);
	feed_wake(bridge->feed);
	joining_follow(bridge->joining, events, count);
	watch_follow(bridge->watch, events, count);
	call_backs_follow(bridge->call_backs, events, count);
}

static uint64_t tail_length(const struct bridge *bridge)
{
	uint64_t head = store_head(bridge->store);

	return head < TAIL_EVENTS ? head : TAIL_EVENTS;
}

static int open_log(struct bridge *bridge, const char *data, struct err *err)
{
	struct store_hooks hooks = {.wake = wake, .events = committed, .ctx = bridge};
	struct store_settings settings = bridge->settings->store;

	settings.dir = data;
	settings.has_threads = true;
	if (store_open(&bridge->store, &store_sqlite, &settings, &bridge->agencies,
		       &clock_system, &bridge->metrics, &hooks, err) < 0)
		return -1;
	loop_add_poller(bridge->loop, poll_store, bridge->store);
	bridge->feed = feed_new(FEED_EVENTS, store_head(bridge->store) - tail_length(bridge));
	return 0;
}

static int open_listeners(struct bridge *bridge, const char *data, struct err *err)
{
	if (accounts_open(&bridge->accounts, data, &bridge->agencies, &clock_system, err) < 0)
		return -1;
	if (http_open(&bridge->http, bridge->loop, &bridge->settings->http, &clock_system,
		      &bridge->metrics, err) < 0)
		return -1;
	return sign_in_open(&bridge->sign_in, bridge->loop, bridge->accounts, &bridge->metrics,
			    err);
}

static void watch_due(void *ctx)
{
	struct bridge *bridge = ctx;

	watch_tick(bridge->watch);
}

static void arm_watch(void *ctx, int64_t after_ms)
{
	struct bridge *bridge = ctx;

	loop_timer_stop(&bridge->watch_timer);
	if (after_ms >= 0)
		loop_timer_start(bridge->loop, &bridge->watch_timer, after_ms, 0, watch_due,
				 bridge);
}

static int open_outbox(struct bridge *bridge, const char *data, struct err *err)
{
	const struct outbox_parts parts = {
		.loop = bridge->loop,
		.store = bridge->store,
		.feed = bridge->feed,
		.agencies = &bridge->agencies,
		.clock = &clock_system,
		.metrics = &bridge->metrics,
		.city = bridge->settings->city,
		.data = data,
		.give_up_s = bridge->settings->channels_give_up_s,
	};

	return outbox_open(&bridge->outbox, bridge->settings->channels, &parts, bridge->rules,
			   err);
}

static void call_backs_due(void *ctx)
{
	struct bridge *bridge = ctx;

	call_backs_tick(bridge->call_backs);
}

static void arm_call_backs(void *ctx, int64_t after_ms)
{
	struct bridge *bridge = ctx;

	loop_timer_stop(&bridge->call_backs_timer);
	if (after_ms >= 0)
		loop_timer_start(bridge->loop, &bridge->call_backs_timer, after_ms, 0,
				 call_backs_due, bridge);
}

static void open_call_backs(struct bridge *bridge)
{
	const struct call_backs_hooks hooks = {.arm = arm_call_backs, .ctx = bridge};

	bridge->call_backs =
		call_backs_new(bridge->store, bridge->rules, &clock_system, &bridge->metrics,
			       bridge->settings->has_escalation, &hooks);
}

static void open_watch(struct bridge *bridge)
{
	const struct watch_hooks hooks = {.arm = arm_watch, .ctx = bridge};

	bridge->watch =
		watch_new(bridge->store, bridge->rules, &bridge->agencies, &clock_system,
			  &bridge->metrics, bridge->settings->has_escalation, &hooks);
	watch_set_board(bridge->watch, bridge->board);
	watch_set_call_backs(bridge->watch, bridge->call_backs);
	if (!bridge->settings->has_escalation)
		log_warn("serve.escalation", "is=off what_nobody_takes=stays_where_it_is");
}

static void open_doors_in(struct bridge *bridge)
{
	bridge->joining =
		joining_new(bridge->store, &bridge->agencies, &clock_system, &bridge->metrics);
	joining_set_rules(bridge->joining, bridge->rules, bridge->similar,
			  &bridge->settings->joining);
	bridge->intake = intake_new(bridge->store, bridge->rules, bridge->settings->sources,
				    &clock_system, &bridge->metrics);
	intake_set_joining(bridge->intake, bridge->joining);
	bridge->actions =
		actions_new(bridge->store, bridge->rules, &clock_system, &bridge->metrics);
	bridge->command_desk = command_desk_new(bridge->store, bridge->actions, bridge->rules);
	bridge->whereabouts = whereabouts_new(&clock_system);
	whereabouts_set_rules(bridge->whereabouts, bridge->rules);
	bridge->board = unit_board_new(&bridge->agencies);
}

static void open_stream(struct bridge *bridge)
{
	struct stream_parts parts = {
		.loop = bridge->loop,
		.http = bridge->http,
		.store = bridge->store,
		.feed = bridge->feed,
		.accounts = bridge->accounts,
		.actions = bridge->actions,
		.command_desk = bridge->command_desk,
		.watch = bridge->watch,
		.whereabouts = bridge->whereabouts,
		.agencies = &bridge->agencies,
		.metrics = &bridge->metrics,
	};

	bridge->stream = stream_new(&bridge->settings->stream, &parts);
	bridge_show_units(bridge);
}

static int open_broker(struct bridge *bridge, struct err *err)
{
	struct mqtt_parts parts = {
		.loop = bridge->loop,
		.store = bridge->store,
		.feed = bridge->feed,
		.agencies = &bridge->agencies,
		.actions = bridge->actions,
		.board = bridge->board,
		.whereabouts = bridge->whereabouts,
		.metrics = &bridge->metrics,
	};

	if (bridge->settings->mqtt.host[0] == '\0')
		return 0;
	return mqtt_open(&bridge->mqtt, &bridge->settings->mqtt, &parts, bridge->rules, err);
}

static void open_api(struct bridge *bridge)
{
	struct api_parts parts = {
		.loop = bridge->loop,
		.http = bridge->http,
		.store = bridge->store,
		.feed = bridge->feed,
		.accounts = bridge->accounts,
		.sign_in = bridge->sign_in,
		.actions = bridge->actions,
		.command_desk = bridge->command_desk,
		.rules = bridge->rules,
		.mqtt = bridge->mqtt,
		.outbox = bridge->outbox,
		.watch = bridge->watch,
		.whereabouts = bridge->whereabouts,
		.duty = bridge->duty,
		.board = bridge->board,
		.joining = bridge->joining,
		.clock = &clock_system,
		.metrics = &bridge->metrics,
		.city = bridge->settings->city,
		.is_demo = bridge->settings->is_demo,
	};

	bridge->api = api_new(&parts);
}

static int open_paper(struct bridge *bridge, const char *data, struct err *err)
{
	struct paper_parts parts = {
		.loop = bridge->loop,
		.store = bridge->store,
		.agencies = &bridge->agencies,
		.clock = &clock_system,
		.metrics = &bridge->metrics,
		.city = bridge->settings->city,
		.config = bridge->place.dir,
		.data = data,
	};

	return paper_open(&bridge->paper, &bridge->settings->paper, &parts, bridge->rules, err);
}

static int open_adapter(struct bridge *bridge, const json_t *entry, struct err *err)
{
	unsigned n = bridge->adapter_count;
	const char *kind = json_string_value(json_object_get(entry, "kind"));

	if (n == ADAPTERS_MAX)
		return err_field(err, "adapters", "more than %d", ADAPTERS_MAX);
	bridge->adapter[n].ops = adapter_find(kind); /* settings.c has looked */
	bridge->adapter[n].options = settings_adapter_options(entry);
	bridge->adapter[n].env = (struct adapter_env){
		.loop = bridge->loop,
		.http = bridge->http,
		.intake = bridge->intake,
		.accounts = bridge->accounts,
		.clock = &clock_system,
		.name = settings_adapter_name(entry),
	};
	bridge->adapter_count++;
	if (bridge->adapter[n].ops->open(&bridge->adapter[n].env, bridge->adapter[n].options,
					 &bridge->adapter[n].self, err) < 0)
		return err_wrap(err, "adapter %s", bridge->adapter[n].env.name);
	return 0;
}

static int open_adapters(struct bridge *bridge, struct err *err)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(bridge->settings->adapters, i, entry)
	{
		if (open_adapter(bridge, entry, err) < 0)
			return -1;
	}
	return 0;
}

int bridge_open(struct bridge *bridge, const char *data, struct err *err)
{
	bridge->begun_us = clock_system.mono_us(&clock_system);
	bridge->agencies = *rules_agencies(bridge->rules);
	if (loop_new(&bridge->loop, &clock_system, &bridge->metrics, err) < 0 ||
	    open_log(bridge, data, err) < 0 || open_listeners(bridge, data, err) < 0)
		return -1;
	open_doors_in(bridge);
	bridge->duty = duty_open(data);
	open_call_backs(bridge);
	open_watch(bridge);
	if (tracks_open(&bridge->tracks, &bridge->settings->tracks, bridge->loop,
			bridge->whereabouts, data, err) < 0)
		return -1;
	open_stream(bridge);
	if (open_broker(bridge, err) < 0 || open_outbox(bridge, data, err) < 0)
		return -1;
	open_api(bridge);
	if (open_paper(bridge, data, err) < 0)
		return -1;
	reload_open(bridge);
	return open_adapters(bridge, err);
}

static int start_adapters(struct bridge *bridge, struct err *err)
{
	for (unsigned i = 0; i < bridge->adapter_count; i++)
		if (bridge->adapter[i].ops->start(bridge->adapter[i].self, err) < 0)
			return err_wrap(err, "adapter %s", bridge->adapter[i].env.name);
	return 0;
}

static void fail(struct bridge *bridge, const struct err *err)
{
	log_error("serve.start", "error=%s", log_quote(err->text, strlen(err->text)).text);
	bridge->has_failed = true;
	loop_stop(bridge->loop);
}

/* Adapters last, and only then is anybody told to come. */
static void open_the_doors(void *ctx)
{
	struct bridge *bridge = ctx;
	struct err err;

	if (bridge->drain.phase != DRAIN_NOT)
		return;
	if (http_start(bridge->http, &err) < 0 || start_adapters(bridge, &err) < 0 ||
	    loop_start_watchdog(bridge->loop, bridge->settings->watchdog_limit_ms, &err) < 0) {
		fail(bridge, &err);
		return;
	}
	notify_ready(&bridge->notify, bridge->loop);
	log_info("serve.ready",
		 "version=" TANGI_VERSION " city=%s listen=%s trusted=%s rules=%s seq=%" PRIu64
		 " ms=%" PRId64,
		 bridge->settings->city, bridge->settings->http.listen,
		 bridge->settings->http.trusted, rules_version(bridge->rules),
		 store_head(bridge->store),
		 (clock_system.mono_us(&clock_system) - bridge->begun_us) / 1000);
}

static void read_tail(struct bridge *bridge);

static void tail_read(struct store_read *read)
{
	struct bridge *bridge = read->ctx;

	if (bridge->drain.phase != DRAIN_NOT) {
		store_read_fini(read);
		return;
	}
	if (read->failed) {
		fail(bridge, &read->err);
		store_read_fini(read);
		return;
	}
	feed_append(bridge->feed, read->rows, read->row_count);
	store_read_fini(read);
	read_tail(bridge);
}

/* Before anybody can append to it: the feed takes events in order only. */
static void read_tail(struct bridge *bridge)
{
	struct store_read *read = &bridge->tail;

	if (feed_head(bridge->feed) == store_head(bridge->store)) {
		feed_wake(bridge->feed);
		watch_begin(bridge->watch);
		call_backs_begin(bridge->call_backs);
		outbox_start(bridge->outbox);
		joining_fill(bridge->joining, open_the_doors, bridge);
		return;
	}
	*read = (struct store_read){
		.op = READ_EVENTS,
		.from = feed_head(bridge->feed) + 1,
		.max_rows = READ_MAX_ROWS,
		.max_bytes = TAIL_BYTES,
		.done = tail_read,
		.ctx = bridge,
	};
	store_read_submit(bridge->store, read);
}

static void follow_roster(struct bridge *bridge)
{
	struct shifts_parts parts = {
		.loop = bridge->loop,
		.actions = bridge->actions,
		.board = bridge->board,
		.duty = bridge->duty,
		.clock = &clock_system,
	};

	bridge->shifts = shifts_new(&parts, bridge->rules);
}

static void units_read(void *ctx, const struct err *err)
{
	struct bridge *bridge = ctx;

	if (bridge->drain.phase != DRAIN_NOT)
		return;
	if (err != NULL) {
		fail(bridge, err);
		return;
	}
	bridge_show_units(bridge);
	follow_roster(bridge);
	read_tail(bridge);
}

void bridge_begin(struct bridge *bridge)
{
	unit_board_fill(bridge->board, bridge->store, units_read, bridge);
}

static void close_adapters(struct bridge *bridge)
{
	for (unsigned i = 0; i < bridge->adapter_count; i++) {
		if (bridge->adapter[i].self != NULL)
			bridge->adapter[i].ops->close(bridge->adapter[i].self);
		json_decref(bridge->adapter[i].options);
	}
}

static void close_store(struct bridge *bridge)
{
	if (bridge->store != NULL)
		store_close(&bridge->store);
}

/* What waits for the store is answered when it closes: whoever asks it goes after it. */
void bridge_close(struct bridge *bridge)
{
	reload_close(bridge);
	notify_end(&bridge->notify);
	if (bridge->joining != NULL)
		joining_stop(bridge->joining);
	if (bridge->watch != NULL)
		watch_stop(bridge->watch);
	if (bridge->outbox != NULL)
		outbox_stop(bridge->outbox);
	if (bridge->call_backs != NULL)
		call_backs_stop(bridge->call_backs);
	loop_timer_stop(&bridge->watch_timer);
	loop_timer_stop(&bridge->call_backs_timer);
	loop_timer_stop(&bridge->drain.timer);
	sign_in_close(&bridge->sign_in);
	http_close(&bridge->http);
	api_free(&bridge->api);
	stream_free(&bridge->stream);
	if (bridge->command_desk != NULL)
		command_desk_stop(bridge->command_desk);
	close_store(bridge);
	paper_close(&bridge->paper);
	shifts_free(&bridge->shifts);
	close_adapters(bridge);
	mqtt_close(&bridge->mqtt);
	outbox_close(&bridge->outbox);
	tracks_close(&bridge->tracks);
	whereabouts_free(&bridge->whereabouts);
	duty_close(&bridge->duty);
	if (bridge->board != NULL)
		unit_board_free(&bridge->board);
	command_desk_free(&bridge->command_desk);
	actions_free(&bridge->actions);
	intake_free(&bridge->intake);
	joining_free(&bridge->joining);
	watch_free(&bridge->watch);
	call_backs_free(&bridge->call_backs);
	accounts_close(&bridge->accounts);
	if (bridge->feed != NULL)
		feed_free(&bridge->feed);
	loop_free(&bridge->loop);
}
