#include "stream_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "net/auth.h"

#define TICK_MS 2000

/* --- what the stream thinks is the rest of the bridge --- */

struct loop {
	struct stream_world *world;
};
struct http {
	struct stream_world *world;
};
struct accounts {
	struct stream_world *world;
};
struct actions {
	struct stream_world *world;
};

static struct parts_of_it {
	struct loop loop;
	struct http http;
	struct accounts accounts;
	struct actions actions;
} it;

const struct clock *loop_clock(const struct loop *loop)
{
	return &loop->world->store.clock;
}

void loop_timer_start(struct loop *loop, struct loop_timer *timer, int64_t after_ms,
		      int64_t repeat_ms, void (*fn)(void *ctx), void *ctx)
{
	*timer = (struct loop_timer){.fn = fn, .ctx = ctx, .loop = loop, .watcher = loop};
	if (repeat_ms == 0) {
		loop->world->pause = timer;
		loop->world->pause_us = loop->world->store.now_us + after_ms * 1000;
		return;
	}
	assert_int_equal(after_ms, TICK_MS / 10);
	assert_int_equal(repeat_ms, TICK_MS / 10);
	loop->world->timer = timer;
}

void loop_timer_stop(struct loop_timer *timer)
{
	if (timer->watcher != NULL && timer == timer->loop->world->pause)
		timer->loop->world->pause = NULL;
	else if (timer->watcher != NULL)
		timer->loop->world->timer = NULL;
	timer->watcher = NULL;
}

void http_set_ws(struct http *http, const struct ws_ops *ops, void *ctx)
{
	http->world->ops = ops;
	http->world->ops_ctx = ctx;
}

void http_write_problem(struct jsonw *w, const char *key, unsigned status, const char *field,
			const char *detail, const char *extra, size_t extra_len)
{
	jsonw_open(w, key, '{');
	jsonw_int(w, "status", status);
	jsonw_string(w, "detail", detail);
	jsonw_string(w, "field", field);
	if (extra != NULL)
		jsonw_raw(w, NULL, extra, extra_len);
	jsonw_close(w, '}');
}

unsigned auth_upgrade(struct accounts *accounts, const struct http_request *head,
		      struct principal *principal_r)
{
	(void)head;
	*principal_r = accounts->world->who;
	return accounts->world->open_status;
}

bool accounts_holds(const struct accounts *accounts, const struct principal *principal)
{
	return !accounts->world->is_revoked || principal->role != ROLE_VIEWER;
}

void accounts_touch(struct accounts *accounts, const struct principal *principal)
{
	(void)principal;
	accounts->world->touched++;
}

void accounts_watch(struct accounts *accounts, struct accounts_watcher *watcher)
{
	accounts->world->watcher = watcher;
}

void accounts_unwatch(struct accounts_watcher *watcher)
{
	assert_ptr_equal(it.accounts.world->watcher, watcher);
	it.accounts.world->watcher = NULL;
}

void actions_submit(struct actions *actions, struct command **command,
		    const struct principal *who, int64_t begun_us, action_done_fn *done,
		    void *ctx)
{
	struct pending_order *order = &actions->world->orders[actions->world->order_count++];

	(void)who, (void)begun_us;
	assert_true(actions->world->order_count <= ORDERS_MAX);
	*order = (struct pending_order){.done = done, .ctx = ctx};
	memcpy(order->incident_id, (*command)->incident_id, ID_SIZE);
	command_free(command);
}

unsigned action_status(enum store_answer answer)
{
	static const unsigned status[] = {200, 200, 404, 409, 422, 503};

	return status[answer];
}

/* --- sockets --- */

static size_t buffered(const struct ws_conn *desk)
{
	size_t under_way = desk->written - desk->read;

	return under_way > desk->room ? under_way - desk->room : 0;
}

bool ws_is_ready(const struct ws_conn *desk)
{
	return !desk->is_broken && desk->closing == 0 && buffered(desk) == 0;
}

uint64_t ws_taken(const struct ws_conn *desk)
{
	return desk->read;
}

int ws_write_part(struct ws_conn *desk, struct buf *buf, bool is_first, bool is_last)
{
	assert_non_null(desk->session);
	assert_int_equal(desk->closing, 0);
	assert_false(desk->is_broken);
	assert_int_equal(buffered(desk), 0); /* only when it is ready */
	if (desk->writes_left == 0) {
		desk->is_broken = true;
		return -1;
	}
	if (desk->writes_left > 0)
		desk->writes_left--;
	assert_true(desk->out_count < sizeof(desk->out) / sizeof(desk->out[0]));
	desk->world->store.now_us += desk->world->write_us;
	desk->written += buf->len;
	if (buffered(desk) > desk->most_buffered)
		desk->most_buffered = buffered(desk);
	desk->out[desk->out_count++] = (struct sent_message){.buf = buf_ref(buf),
							     .is_first = is_first,
							     .is_last = is_last,
							     .end = desk->written};
	return 0;
}

int ws_write(struct ws_conn *desk, struct buf *buf)
{
	return ws_write_part(desk, buf, true, true);
}

void ws_want_write(struct ws_conn *desk)
{
	desk->wants_write = true;
}

void ws_close(struct ws_conn *desk, unsigned code, const char *reason)
{
	assert_true(strlen(reason) < 100);
	assert_int_equal(desk->closing, 0);
	desk->closing = code;
}

/* --- their far side --- */

static uint64_t last_seq(const struct ws_conn *desk)
{
	return desk->seq_count > 0 ? desk->seqs[desk->seq_count - 1] : desk->start;
}

static void take_events(struct ws_conn *desk, const char *text)
{
	static const char mark[] = "{\"type\":\"event\",\"seq\":";

	for (const char *at = strstr(text, mark); at != NULL; at = strstr(at + 1, mark)) {
		uint64_t seq = strtoull(at + sizeof(mark) - 1, NULL, 10);
		uint64_t last =
			desk->seq_count > 0 ? desk->seqs[desk->seq_count - 1] : desk->start;

		if (seq <= last)
			fail_msg("event %llu after %llu", (unsigned long long)seq,
				 (unsigned long long)last);
		assert_true(desk->seq_count < sizeof(desk->seqs) / sizeof(desk->seqs[0]));
		desk->seqs[desk->seq_count++] = seq;
	}
}

static void keep(struct ws_conn *desk, json_t *message)
{
	assert_true(desk->heard_count < sizeof(desk->heard) / sizeof(desk->heard[0]));
	desk->heard[desk->heard_count++] = message;
}

static agency_set agencies_in(const struct ws_conn *desk, const json_t *message)
{
	json_t *one;
	agency_set set = 0;
	size_t i;

	json_array_foreach(json_object_get(message, "agencies"), i, one) set |=
		1u << agency_find(&desk->world->store.agencies, json_string_value(one),
				  json_string_length(one));
	return set;
}

/* A desk that comes back continues what it has. One that asks for anything else starts there.
 */
static void go_on_from(struct ws_conn *desk, uint64_t after)
{
	if (after != last_seq(desk) || desk->viewer.only != desk->asked_only) {
		desk->start = after;
		desk->seq_count = 0;
	}
	desk->viewer.only = desk->asked_only;
}

static void take_subscribed(struct ws_conn *desk, const json_t *message)
{
	const json_t *after = json_object_get(message, "after");

	desk->subscribed++;
	desk->asked_only = agencies_in(desk, message);
	if (after != NULL)
		go_on_from(desk, (uint64_t)json_integer_value(after));
	else /* the snapshot came before it */
		desk->viewer.only = desk->asked_only;
}

static void take_snapshot(struct ws_conn *desk, const json_t *message)
{
	desk->snapshots++;
	desk->seq_count = 0;
	desk->start = (uint64_t)json_integer_value(json_object_get(message, "seq"));
	desk->viewer.only = desk->asked_only;
}

static void take_message(struct ws_conn *desk, const char *text)
{
	json_error_t why;
	json_t *message;
	const char *type;

	if (strncmp(text, "{\"type\":\"event", 14) == 0) {
		take_events(desk, text);
		return;
	}
	message = json_loads(text, JSON_REJECT_DUPLICATES, &why);
	if (message == NULL)
		fail_msg("%s in %.300s", why.text, text);
	type = json_string_value(json_object_get(message, "type"));
	if (strcmp(type, "tick") == 0) {
		desk->ticks++;
		desk->tick_seq = (uint64_t)json_integer_value(json_object_get(message, "seq"));
		json_decref(message);
		return;
	}
	if (strcmp(type, "snapshot") == 0)
		take_snapshot(desk, message);
	else if (strcmp(type, "subscribed") == 0)
		take_subscribed(desk, message);
	keep(desk, message);
}

static void take_part(struct ws_conn *desk, const struct sent_message *sent)
{
	assert_int_equal(sent->is_first, desk->part == NULL);
	desk->part = xrealloc(desk->part, desk->part_len + sent->buf->len + 1);
	memcpy(desk->part + desk->part_len, sent->buf->data, sent->buf->len);
	desk->part_len += sent->buf->len;
	desk->part[desk->part_len] = '\0';
	if (!sent->is_last)
		return;
	take_message(desk, desk->part);
	xfree(desk->part);
	desk->part = NULL;
	desk->part_len = 0;
}

void desk_read(struct ws_conn *desk, size_t bytes)
{
	size_t there = desk->written - desk->read;

	desk->read += bytes < there ? bytes : there;
	while (desk->out_read < desk->out_count &&
	       desk->out[desk->out_read].end <= desk->read) {
		struct sent_message *sent = &desk->out[desk->out_read++];

		take_part(desk, sent);
		buf_unref(&sent->buf);
	}
	if (desk->out_read == desk->out_count)
		desk->out_read = desk->out_count = 0;
	if (desk->wants_write && ws_is_ready(desk) && desk->session != NULL) {
		desk->wants_write = false;
		desk->world->ops->writable(desk->session);
	}
}

void desk_set_room(struct ws_conn *desk, size_t bytes)
{
	size_t under_way = desk->written - desk->read;

	desk->room = bytes > under_way || buffered(desk) > 0 ? bytes : under_way;
}

static void open_line(struct ws_conn *desk)
{
	struct stream_world *world = desk->world;

	desk->room = 1 << 20;
	desk->writes_left = -1;
	desk->written = desk->read = 0;
	desk->out_count = desk->out_read = 0;
	desk->is_broken = desk->wants_write = false;
	desk->closing = 0;
	world->who = desk->who;
	assert_int_equal(world->ops->open(world->ops_ctx, desk, NULL, &desk->session), 0);
}

struct ws_conn *desk_open(struct stream_world *world, enum role role, int agency)
{
	struct ws_conn *desk = &world->desks[world->desk_count++];

	assert_true(world->desk_count <= DESKS_MAX);
	desk->world = world;
	desk->who = (struct principal){.role = role, .agency = agency};
	desk->viewer = principal_viewer(&desk->who);
	open_line(desk);
	return desk;
}

void desk_subscribe(struct ws_conn *desk, int64_t after, agency_set only)
{
	const struct agencies *agencies = &desk->world->store.agencies;
	struct jsonw w;

	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "type", "subscribe");
	jsonw_string(&w, "epoch", store_epoch(desk->world->store.store));
	if (after >= 0)
		jsonw_int(&w, "after", after);
	if (only != 0)
		jsonw_open(&w, "agencies", '[');
	for (unsigned i = 0; i < agencies->count; i++)
		if ((only & 1u << i) != 0)
			jsonw_string(&w, NULL, agencies->agency[i].id);
	if (only != 0)
		jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	desk_say(desk, jsonw_text(&w));
	jsonw_fini(&w);
}

void desk_come_back(struct ws_conn *desk)
{
	desk_cut(desk);
	open_line(desk);
	desk_subscribe(desk, (int64_t)last_seq(desk), desk->viewer.only);
}

void desk_say(struct ws_conn *desk, const char *text)
{
	desk->world->ops->message(desk->session, text, strlen(text));
}

void desk_cut(struct ws_conn *desk)
{
	void *session = desk->session;

	desk->session = NULL;
	if (session != NULL)
		desk->world->ops->closed(session);
	for (; desk->out_read < desk->out_count; desk->out_read++)
		buf_unref(&desk->out[desk->out_read].buf);
	xfree(desk->part);
	desk->part = NULL;
	desk->part_len = 0;
}

json_t *desk_heard(const struct ws_conn *desk, const char *type)
{
	for (unsigned i = desk->heard_count; i-- > 0;)
		if (strcmp(json_string_value(json_object_get(desk->heard[i], "type")), type) ==
		    0)
			return desk->heard[i];
	return NULL;
}

bool desk_is_level(const struct ws_conn *desk)
{
	const struct store_world *store = &desk->world->store;
	unsigned n = 0;

	for (unsigned i = 0; i < store->shown; i++) {
		const struct event *event = &store->events[i];

		if (event->seq <= desk->start ||
		    !audience_admits(&event->audience, &desk->viewer))
			continue;
		if (n == desk->seq_count || desk->seqs[n] != event->seq)
			return false;
		n++;
	}
	return n == desk->seq_count;
}

/* --- the world --- */

void release_events(struct stream_world *world)
{
	feed_append(world->feed, world->store.events + world->given,
		    world->store.shown - world->given);
	world->given = world->store.shown;
	if (!world->holds_wake)
		feed_wake(world->feed);
}

static void shown(struct store_world *store)
{
	struct stream_world *world = (struct stream_world *)(void *)store;

	if (!world->holds_events)
		release_events(world);
}

void stream_world_init(struct stream_world *world, unsigned feed_capacity)
{
	static const struct stream_settings settings = {
		.tick_ms = TICK_MS, .stall_timeout_ms = 60000, .behind_max = 1000};
	struct stream_parts parts = {.loop = &it.loop,
				     .http = &it.http,
				     .accounts = &it.accounts,
				     .actions = &it.actions,
				     .metrics = &world->metrics};
	struct err err;

	memset(world, 0, sizeof(*world)); /* too large for a literal */
	world->random = 1;
	it = (struct parts_of_it){{world}, {world}, {world}, {world}};
	world_init(&world->store, &store_memory);
	world->store.on_shown = shown;
	assert_int_equal(world_open(&world->store, &err), 0);
	world->feed = feed_new(feed_capacity, store_head(world->store.store));
	parts.store = world->store.store;
	parts.feed = world->feed;
	parts.agencies = &world->store.agencies;
	parts.whereabouts = world->whereabouts = whereabouts_new(&world->store.clock);
	world->stream = stream_new(&settings, &parts);
}

static void answer_order(struct stream_world *world, struct pending_order *order)
{
	struct action_answer answer = {.answer = STORE_LATER};
	struct err err;

	(void)world;
	(void)err_set(&err, ERR_BUSY, "stopping");
	answer.err = &err;
	order->done(order->ctx, &answer);
}

void stream_world_fini(struct stream_world *world)
{
	stream_stop(world->stream);
	for (unsigned i = 0; i < world->desk_count; i++) {
		struct ws_conn *desk = &world->desks[i];

		desk_cut(desk);
		for (unsigned j = 0; j < desk->heard_count; j++)
			json_decref(desk->heard[j]);
	}
	stream_free(&world->stream);
	for (unsigned i = 0; i < world->order_count; i++)
		if (world->orders[i].done != NULL)
			answer_order(world, &world->orders[i]);
	world_fini(&world->store); /* brings the last reads back */
	feed_free(&world->feed);
	whereabouts_free(&world->whereabouts);
	assert_int_equal(metrics_get(&world->metrics, METRIC_CONSOLES), 0);
	assert_int_equal(metrics_get(&world->metrics, METRIC_CONSOLES_BEHIND), 0);
}

void report_now(struct stream_world *world, agency_set agencies, bool is_secret)
{
	struct sent sent;
	char key[24];

	snprintf(key, sizeof(key), "k%u", world->store.answered);
	send_report(&world->store, &sent, "lapor-web", key, "Kebakaran rumah di Kesambi");
	sent.request.verdict.agencies = agencies;
	if (is_secret)
		sent.report->anonymity = ANONYMITY_SECRET;
	store_step(world->store.store);
	assert_true(sent.is_answered);
	sent_fini(&sent);
}

static size_t written_by_all(const struct stream_world *world)
{
	size_t written = 0;

	for (unsigned i = 0; i < world->desk_count; i++)
		written += world->desks[i].written + world->desks[i].wants_write;
	return written;
}

void settle(struct stream_world *world)
{
	size_t before = SIZE_MAX;
	unsigned idle = 0;

	while (idle < 3) {
		if (world->pause != NULL)
			end_pause(world);
		for (unsigned i = 0; i < world->desk_count; i++)
			if (world->desks[i].session != NULL)
				desk_read(&world->desks[i], SIZE_MAX);
		store_step(world->store.store);
		idle = written_by_all(world) == before ? idle + 1 : 0;
		before = written_by_all(world);
	}
}

void end_pause(struct stream_world *world)
{
	struct loop_timer *pause = world->pause;

	assert_non_null(pause);
	if (world->store.now_us < world->pause_us)
		world->store.now_us = world->pause_us;
	world->pause = NULL;
	pause->watcher = NULL;
	pause->fn(pause->ctx);
}

void pass_ms(struct stream_world *world, int64_t ms)
{
	for (; ms > 0; ms -= TICK_MS / 10) {
		world->store.now_us += TICK_MS / 10 * 1000;
		if (world->pause != NULL)
			end_pause(world);
		if (world->timer != NULL)
			world->timer->fn(world->timer->ctx);
	}
}

/* splitmix64 */
unsigned pick(struct stream_world *world, unsigned below)
{
	uint64_t x = world->random += 0x9e3779b97f4a7c15;

	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
	x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
	return (unsigned)((x ^ (x >> 31)) % below);
}
