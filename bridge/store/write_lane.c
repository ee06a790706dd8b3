#include "store/write_lane.h"

#include <limits.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "store/recover.h"

#define BATCH_BYTES      (1 << 20)
#define CHECKPOINT_PAGES 4000
#define IDLE_US          1000000
#define ROOM_LOOK_US     1000000
#define BACKOFF_FIRST_MS 100
#define BACKOFF_MAX_MS   5000
#define DOUBT_US         3000000

static int64_t now_us(const struct write_lane *lane)
{
	return lane->clock->mono_us(lane->clock);
}

static bool is_degraded(const struct write_lane *lane)
{
	return lane->trouble[0] != '\0';
}

static struct batch *batch_new(void)
{
	struct batch *batch = xcalloc(1, sizeof(*batch));

	list_init(&batch->node);
	list_init(&batch->requests);
	return batch;
}

static void drop_events(struct batch *batch)
{
	for (unsigned i = 0; i < batch->count; i++)
		buf_unref(&batch->events[i].body);
	xfree(batch->events);
	batch->events = NULL;
	batch->count = 0;
}

void batch_free(struct batch **batch)
{
	struct batch *mine = *batch;

	*batch = NULL;
	if (mine == NULL)
		return;
	drop_events(mine);
	xfree(mine);
}

static void hand_back(struct write_lane *lane, struct batch **batch)
{
	struct batch *mine = *batch;

	*batch = NULL;
	memcpy(mine->trouble, lane->trouble, sizeof(mine->trouble));
	mailbox_put(&lane->out, &mine->node);
}

static void tell(struct write_lane *lane)
{
	struct batch *news = batch_new();

	hand_back(lane, &news);
}

/* Nothing is promised about these requests, and they may be freed by the time this returns. */
static void answer_later(struct write_lane *lane, struct list *requests)
{
	struct batch *batch = batch_new();

	for (struct list *n = requests->next; n != requests; n = n->next) {
		struct store_request *request = LIST_ITEM(n, struct store_request, node);

		request_reset(request);
		request->answer = STORE_LATER;
		(void)err_set(&request->err, ERR_BUSY, "%s", lane->trouble);
	}
	list_move(&batch->requests, requests);
	hand_back(lane, &batch);
}

/* Trouble: from here on nothing is taken. A closed connection is opened again by a probe: what
 * the kernel still holds after a failed sync proves nothing. */
static void degrade(struct write_lane *lane, const char *why, bool is_to_close)
{
	if (!is_degraded(lane)) {
		log_error("store.degraded", "why=%s", log_quote(why, strlen(why)).text);
		lane->backoff_ms = BACKOFF_FIRST_MS;
		lane->probe_at_us = now_us(lane) + lane->backoff_ms * 1000;
		metrics_set(lane->metrics, METRIC_STORE_IS_DEGRADED, 1);
	}
	snprintf(lane->trouble, sizeof(lane->trouble), "%s", why);
	if (is_to_close && lane->ledger.conn != NULL) {
		lane->ops->close(lane->ledger.conn);
		lane->ledger.conn = NULL;
	}
	if (lane->ops->is_on_disk && room_drop_ballast(&lane->room))
		lane->has_dropped_ballast = true;
	tell(lane);
}

static void become_healthy(struct write_lane *lane)
{
	log_info("store.healthy", "head=%llu", (unsigned long long)lane->ledger.end.seq);
	lane->trouble[0] = '\0';
	metrics_set(lane->metrics, METRIC_STORE_IS_DEGRADED, 0);
	tell(lane);
}

static void count_commit(struct write_lane *lane, struct batch *batch, int64_t begun_us)
{
	int64_t now = now_us(lane), requests = 0;

	for (struct list *n = batch->requests.next; n != &batch->requests; n = n->next) {
		const struct store_request *request = LIST_ITEM(n, struct store_request, node);

		requests++;
		if (request->begun_us != 0)
			metrics_observe(lane->metrics, HISTOGRAM_INTAKE_TO_COMMIT,
					now - request->begun_us);
	}
	for (unsigned i = 0; i < batch->count; i++)
		batch->events[i].committed_us = now;
	metrics_add(lane->metrics, METRIC_COMMITS, 1);
	metrics_add(lane->metrics, METRIC_COMMITTED_REQUESTS, requests);
	metrics_observe(lane->metrics, HISTOGRAM_COMMIT, now - begun_us);
	lane->committed_us = now;
}

static void commit_failed(struct write_lane *lane, struct batch **batch, const struct err *err)
{
	metrics_add(lane->metrics, METRIC_COMMIT_FAILURES, 1);
	degrade(lane, err->text, true);
	if (err->kind == ERR_UNCERTAIN) {
		lane->doubt = *batch;
		lane->doubt_end = lane->ledger.end;
		lane->doubt_until_us = now_us(lane) + DOUBT_US;
		*batch = NULL;
	} else {
		drop_events(*batch);
		answer_later(lane, &(*batch)->requests);
		batch_free(batch);
	}
	lane->ledger.end = lane->ledger.before;
}

static int take_all(struct write_lane *lane, struct batch *batch, struct err *err)
{
	unsigned count = 0;

	for (struct list *n = batch->requests.next; n != &batch->requests; n = n->next)
		count++;
	if (ledger_begin(&lane->ledger, count, err) < 0)
		return -1;
	for (struct list *n = batch->requests.next; n != &batch->requests; n = n->next) {
		struct store_request *request = LIST_ITEM(n, struct store_request, node);

		if (ledger_take(&lane->ledger, request, err) < 0) {
			ledger_rollback(&lane->ledger);
			return -1;
		}
	}
	return 0;
}

static void commit_batch(struct write_lane *lane, struct batch **batch);

static void refuse_culprit(struct write_lane *lane, struct batch **batch, const struct err *err)
{
	struct store_request *culprit =
		LIST_ITEM((*batch)->requests.next, struct store_request, node);

	log_warn("store.refused", "why=%s", log_quote(err->text, strlen(err->text)).text);
	request_reset(culprit);
	culprit->answer = STORE_REFUSED;
	culprit->err = *err;
	hand_back(lane, batch);
}

/* One of many cannot be stored: each in a transaction of its own, so that only it fails. */
static void commit_singly(struct write_lane *lane, struct batch **batch)
{
	struct list *node;

	while (!is_degraded(lane) && (node = list_take(&(*batch)->requests)) != NULL) {
		struct batch *one = batch_new();

		request_reset(LIST_ITEM(node, struct store_request, node));
		list_append(&one->requests, node);
		commit_batch(lane, &one);
	}
	if (!list_is_empty(&(*batch)->requests))
		answer_later(lane, &(*batch)->requests);
	batch_free(batch);
}

static bool is_single(const struct list *list)
{
	return list->next->next == list;
}

static void take_failed(struct write_lane *lane, struct batch **batch, const struct err *err)
{
	if (err->kind != ERR_INVALID) {
		lane->ledger.before = lane->ledger.end;
		commit_failed(lane, batch, err);
	} else if (is_single(&(*batch)->requests)) {
		refuse_culprit(lane, batch, err);
	} else {
		commit_singly(lane, batch);
	}
}

static void commit_batch(struct write_lane *lane, struct batch **batch)
{
	int64_t begun_us = now_us(lane);
	struct err err = {0};

	if (take_all(lane, *batch, &err) < 0) {
		take_failed(lane, batch, &err);
		return;
	}
	if (ledger_commit(&lane->ledger, &(*batch)->events, &(*batch)->count, &err) < 0) {
		commit_failed(lane, batch, &err);
		return;
	}
	count_commit(lane, *batch, begun_us);
	hand_back(lane, batch);
}

static size_t size_of(const struct store_request *request)
{
	return request->op == STORE_REPORT ? request->in.report->raw->len : 512;
}

static struct batch *next_batch(struct write_lane *lane)
{
	struct batch *batch = batch_new();
	size_t bytes = 0;
	int64_t count = 0;

	while (!list_is_empty(&lane->waiting) && count < lane->settings->batch_max &&
	       bytes < BATCH_BYTES) {
		struct list *node = list_take(&lane->waiting);

		bytes += size_of(LIST_ITEM(node, struct store_request, node));
		count++;
		list_append(&batch->requests, node);
	}
	return batch;
}

/* What a commit in doubt came to, told by the reopened log: it is all or nothing, and the last
 * link is of those bytes and no others. */
static int settle_doubt(struct write_lane *lane, struct err *err)
{
	struct log_end end;

	if (lane->ops->get_end(lane->ledger.conn, &end, err) < 0)
		return -1;
	if (lane->doubt == NULL) {
		lane->ledger.end = end;
		return 0;
	}
	if (end.seq == lane->doubt_end.seq &&
	    memcmp(end.link, lane->doubt_end.link, LINK_SIZE) == 0) {
		log_info("store.doubt", "happened=yes events=%u", lane->doubt->count);
		lane->ledger.end = end;
		count_commit(lane, lane->doubt, now_us(lane));
		hand_back(lane, &lane->doubt);
		return 0;
	}
	if (end.seq != lane->ledger.end.seq ||
	    memcmp(end.link, lane->ledger.end.link, LINK_SIZE) != 0)
		return err_set(err, ERR_IO, "the log ends where it did not: run tangi verify");
	log_info("store.doubt", "happened=no events=%u", lane->doubt->count);
	for (struct list *n = lane->doubt->requests.next; n != &lane->doubt->requests;
	     n = n->next)
		request_reset(LIST_ITEM(n, struct store_request, node));
	list_move(&lane->doubt->requests, &lane->waiting);
	list_move(&lane->waiting, &lane->doubt->requests);
	batch_free(&lane->doubt);
	return 0;
}

static int look_at_room(const struct write_lane *lane, struct err *err)
{
	int64_t has;

	if (lane->ops->is_on_disk && room_is_short(&lane->room, &has))
		return err_set(err, ERR_IO,
			       "the disk is nearly full: %lld MB left, the mark is %lld MB",
			       (long long)(has >> 20),
			       (long long)(lane->room.mark_bytes >> 20));
	return 0;
}

static int reopen(struct write_lane *lane, struct err *err)
{
	if (lane->ledger.conn == NULL &&
	    lane->ops->open(&lane->ledger.conn, &lane->place, err) < 0)
		return -1;
	if (lane->ops->prove(lane->ledger.conn, err) < 0)
		return -1;
	if (ledger_count_callers(&lane->ledger, err) < 0)
		return -1;
	return settle_doubt(lane, err);
}

static int regain_room(struct write_lane *lane, struct err *err)
{
	if (!lane->has_dropped_ballast)
		return look_at_room(lane, err);
	/* On a small disk the write-ahead log alone may take the ballast's place. All of it has
	 * been moved by now (prove), so its room can be given back. */
	lane->ops->checkpoint(lane->ledger.conn, true);
	if (!room_load_ballast(&lane->room))
		return err_set(err, ERR_IO, "the disk is full");
	lane->has_dropped_ballast = false;
	return look_at_room(lane, err);
}

static void probe(struct write_lane *lane)
{
	struct err err = {0};
	bool is_open = reopen(lane, &err) == 0;

	if (is_open && regain_room(lane, &err) == 0) {
		become_healthy(lane);
		return;
	}
	lane->backoff_ms =
		2 * lane->backoff_ms < BACKOFF_MAX_MS ? 2 * lane->backoff_ms : BACKOFF_MAX_MS;
	lane->probe_at_us = now_us(lane) + lane->backoff_ms * 1000;
	/* A connection that works is kept: want of room is no reason to reopen. */
	degrade(lane, err.text, !is_open);
}

static bool step_degraded(struct write_lane *lane)
{
	bool is_any = !list_is_empty(&lane->waiting);

	if (is_any)
		answer_later(lane, &lane->waiting);
	if (lane->doubt != NULL && now_us(lane) >= lane->doubt_until_us &&
	    !list_is_empty(&lane->doubt->requests))
		answer_later(lane, &lane->doubt->requests);
	if (now_us(lane) < lane->probe_at_us)
		return is_any;
	probe(lane);
	return true;
}

/* Between batches, so that no reader's request waits behind it and no writer is beside it. */
static bool tidy(struct write_lane *lane)
{
	int64_t backlog = lane->ops->backlog(lane->ledger.conn);
	bool is_idle = list_is_empty(&lane->waiting);

	if (backlog > CHECKPOINT_PAGES) {
		lane->ops->checkpoint(lane->ledger.conn, false);
		return false;
	}
	if (!is_idle || backlog == 0 || now_us(lane) - lane->committed_us < IDLE_US)
		return false;
	lane->ops->checkpoint(lane->ledger.conn, true);
	lane->committed_us = now_us(lane); /* not again at once when a reader hindered it */
	return true;
}

static bool has_room(struct write_lane *lane)
{
	struct err err = {0};

	if (now_us(lane) - lane->room_looked_us < ROOM_LOOK_US)
		return true;
	lane->room_looked_us = now_us(lane);
	if (look_at_room(lane, &err) == 0)
		return true;
	degrade(lane, err.text, false);
	return false;
}

bool write_lane_step(struct write_lane *lane)
{
	struct batch *batch;

	(void)mailbox_take_all(&lane->in, &lane->waiting);
	if (is_degraded(lane) || (!list_is_empty(&lane->waiting) && !has_room(lane)))
		return step_degraded(lane);
	if (list_is_empty(&lane->waiting))
		return tidy(lane);
	batch = next_batch(lane);
	commit_batch(lane, &batch);
	if (!is_degraded(lane))
		(void)tidy(lane);
	return true;
}

/* How long nothing needs to be done unless a request comes; -1: for ever. */
static int rest_ms(const struct write_lane *lane)
{
	int64_t until_us;

	if (!list_is_empty(&lane->waiting))
		return 0;
	if (is_degraded(lane)) {
		until_us = lane->probe_at_us;
		if (lane->doubt != NULL && !list_is_empty(&lane->doubt->requests) &&
		    lane->doubt_until_us < until_us)
			until_us = lane->doubt_until_us;
	} else if (lane->ops->backlog(lane->ledger.conn) > 0) {
		until_us = lane->committed_us + IDLE_US;
	} else {
		return -1;
	}
	until_us -= now_us(lane);
	return until_us > 0 ? (int)(until_us / 1000) + 1 : 0;
}

void write_lane_run(struct write_lane *lane)
{
	for (;;) {
		int rest = rest_ms(lane);

		if (rest != 0 && !mailbox_wait_all_for(&lane->in, &lane->waiting, rest) &&
		    mailbox_is_closed(&lane->in))
			break;
		(void)write_lane_step(lane);
	}
	write_lane_finish(lane);
}

void write_lane_finish(struct write_lane *lane)
{
	(void)mailbox_take_all(&lane->in, &lane->waiting);
	if (is_degraded(lane))
		probe(lane);
	while (!is_degraded(lane) && !list_is_empty(&lane->waiting))
		(void)write_lane_step(lane);
	if (!list_is_empty(&lane->waiting))
		answer_later(lane, &lane->waiting);
	if (lane->doubt == NULL)
		return;
	answer_later(lane, &lane->doubt->requests);
	batch_free(&lane->doubt);
}

int write_lane_open(struct write_lane *lane, const struct store_backend *ops,
		    const struct store_settings *settings, const struct agencies *agencies,
		    const struct clock *clock, struct metrics *metrics, void (*wake)(void *ctx),
		    void *wake_ctx, struct err *err)
{
	*lane = (struct write_lane){
		.ops = ops,
		.place = {.dir = settings->dir, .agencies = agencies},
		.settings = settings,
		.clock = clock,
		.metrics = metrics,
		.room = {.dir = settings->dir, .mark_bytes = settings->min_free_mb << 20},
	};
	ledger_init(&lane->ledger, ops, agencies);
	list_init(&lane->waiting);
	mailbox_init(&lane->in, NULL, NULL);
	mailbox_init(&lane->out, wake, wake_ctx);
	lane->room_looked_us = -ROOM_LOOK_US;
	if (ops->open(&lane->ledger.conn, &lane->place, err) < 0 ||
	    recover(ops, lane->ledger.conn, agencies, clock, &lane->ledger.end,
		    lane->ledger.epoch, err) < 0 ||
	    ledger_open_callers(&lane->ledger, settings->callers_max, err) < 0) {
		write_lane_close(lane);
		return -1;
	}
	if (ops->is_on_disk && !room_load_ballast(&lane->room))
		log_warn("store.ballast", "loaded=no");
	return 0;
}

void write_lane_close(struct write_lane *lane)
{
	if (lane->ledger.conn != NULL)
		lane->ops->close(lane->ledger.conn);
	lane->ledger.conn = NULL;
	ledger_fini(&lane->ledger);
	mailbox_fini(&lane->in);
	mailbox_fini(&lane->out);
}
