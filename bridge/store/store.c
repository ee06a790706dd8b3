#include "store/store.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/xalloc.h"
#include "store/lock.h"
#include "store/read_lane.h"
#include "store/write_lane.h"

struct sink_cursor {
	struct list node;
	char sink[65];
	uint64_t seq;
};

struct store {
	struct store_settings settings;
	struct store_hooks hooks;
	struct metrics *metrics;
	int lock;
	struct write_lane writer;
	struct read_lane reader;

	struct list gathered; /* this turn's requests: they go to the writer together */
	struct list judged;   /* requests with their answer; their done comes from store_poll */
	int64_t open_writes, open_reads;
	uint64_t head;
	char epoch[ID_SIZE];
	char trouble[TROUBLE_SIZE];
	struct list cursors; /* as they were at the start */
};

static void *write_thread(void *ctx)
{
	(void)pthread_setname_np(pthread_self(), "store-write"); /* for top -H */
	write_lane_run(ctx);
	return NULL;
}

static void *read_thread(void *ctx)
{
	(void)pthread_setname_np(pthread_self(), "store-read");
	read_lane_run(ctx);
	return NULL;
}

/* A cursor of another epoch counts numbers of another log. */
static void keep_cursor(void *ctx, const char *sink, uint64_t seq, const char *epoch)
{
	struct store *store = ctx;
	struct sink_cursor *cursor;

	if (strcmp(epoch, store->epoch) != 0)
		return;
	cursor = xcalloc(1, sizeof(*cursor));
	snprintf(cursor->sink, sizeof(cursor->sink), "%s", sink);
	cursor->seq = seq;
	list_append(&store->cursors, &cursor->node);
}

static int take_folder(struct store *store, struct err *err)
{
	const char *dir = store->settings.dir;

	if (mkdir(dir, 0700) < 0 && errno != EEXIST)
		return err_set(err, ERR_IO, "%s: %s", dir, strerror(errno));
	return folder_lock(dir, &store->lock, err);
}

static int open_lanes(struct store *store, const struct store_backend *backend,
		      const struct agencies *agencies, const struct clock *clock,
		      struct err *err)
{
	struct backend_place place = {
		.dir = store->settings.dir, .agencies = agencies, .is_reader = true};

	if (write_lane_open(&store->writer, backend, &store->settings, agencies, clock,
			    store->metrics, store->hooks.wake, store->hooks.ctx, err) < 0)
		return -1;
	place.writer = store->writer.ledger.conn;
	if (read_lane_open(&store->reader, backend, &place, store->hooks.wake, store->hooks.ctx,
			   err) < 0) {
		write_lane_close(&store->writer);
		return -1;
	}
	store->head = store->writer.ledger.end.seq;
	memcpy(store->epoch, store->writer.ledger.epoch, ID_SIZE);
	if (backend->scan_cursors(store->writer.ledger.conn, keep_cursor, store, err) < 0) {
		read_lane_close(&store->reader);
		write_lane_close(&store->writer);
		return -1;
	}
	return 0;
}

static void free_store(struct store *store)
{
	struct list *node;

	while ((node = list_take(&store->cursors)) != NULL)
		xfree(LIST_ITEM(node, struct sink_cursor, node));
	folder_unlock(&store->lock);
	xfree(store);
}

int store_open(struct store **store_r, const struct store_backend *backend,
	       const struct store_settings *settings, const struct agencies *agencies,
	       const struct clock *clock, struct metrics *metrics,
	       const struct store_hooks *hooks, struct err *err)
{
	struct store *store = xcalloc(1, sizeof(*store));

	store->settings = *settings;
	store->hooks = *hooks;
	store->metrics = metrics;
	store->lock = -1;
	list_init(&store->gathered);
	list_init(&store->judged);
	list_init(&store->cursors);
	if ((backend->is_on_disk && take_folder(store, err) < 0) ||
	    open_lanes(store, backend, agencies, clock, err) < 0) {
		free_store(store);
		return err_wrap(err, "data");
	}
	metrics_set(metrics, METRIC_HEAD_SEQ, (int64_t)store->head);
	if (settings->has_threads &&
	    (pthread_create(&store->writer.thread, NULL, write_thread, &store->writer) != 0 ||
	     pthread_create(&store->reader.thread, NULL, read_thread, &store->reader) != 0))
		fatal("store: no thread");
	*store_r = store;
	return 0;
}

static void wake(const struct store *store)
{
	if (store->hooks.wake != NULL)
		store->hooks.wake(store->hooks.ctx);
}

static void count_in(struct store *store)
{
	store->open_writes++;
	metrics_set(store->metrics, METRIC_STORE_QUEUE, store->open_writes);
}

static void keep_judged(struct store *store, struct store_request *request)
{
	list_append(&store->judged, &request->node);
	wake(store);
}

static void refuse(struct store *store, struct store_request *request, const char *why)
{
	request->answer = STORE_LATER;
	(void)err_set(&request->err, ERR_BUSY, "%s", why);
	keep_judged(store, request);
}

/* The writer would begin with the first of a turn alone and leave the rest to the next commit:
 * nearly twice the commits, and twice the writes to every console. */
static void gather(struct store *store, struct store_request *request)
{
	bool is_first = list_is_empty(&store->gathered);

	list_append(&store->gathered, &request->node);
	if (is_first)
		wake(store);
}

void store_submit(struct store *store, struct store_request *request)
{
	request->body = NULL;
	request_reset(request);
	count_in(store);
	if (store->trouble[0] != '\0')
		refuse(store, request, store->trouble);
	else if (store->open_writes > store->settings.queue_max)
		refuse(store, request, "too many requests are waiting");
	else
		gather(store, request);
}

void store_hand_back(struct store *store, struct store_request *request)
{
	request->body = NULL;
	count_in(store);
	keep_judged(store, request);
}

void store_read_submit(struct store *store, struct store_read *read)
{
	read->rows = NULL;
	read->row_count = 0;
	read->raw = NULL;
	read->card = NULL;
	read->next = 0;
	read->is_found = read->is_trimmed = false;
	store->open_reads++;
	metrics_set(store->metrics, METRIC_READ_QUEUE, store->open_reads);
	mailbox_put(&store->reader.in, &read->node);
}

/* METRICS: not counted. Calls and cursors are not counted at all. */
static const enum metric counted[][STORE_LATER + 1] = {
	[STORE_REPORT] = {[STORE_STORED] = METRIC_REPORTS_STORED,
			  [STORE_REPEATED] = METRIC_REPORTS_REPEATED,
			  [STORE_NOT_FOUND] = METRICS,
			  [STORE_CONFLICT] = METRIC_REPORTS_REFUSED,
			  [STORE_REFUSED] = METRIC_REPORTS_REFUSED,
			  [STORE_LATER] = METRIC_REPORTS_LATER},
	[STORE_COMMAND] = {[STORE_STORED] = METRIC_ACTIONS_STORED,
			   [STORE_REPEATED] = METRICS,
			   [STORE_NOT_FOUND] = METRIC_ACTIONS_REFUSED,
			   [STORE_CONFLICT] = METRIC_ACTIONS_REFUSED,
			   [STORE_REFUSED] = METRIC_ACTIONS_REFUSED,
			   [STORE_LATER] = METRICS},
};

static void count_answer(struct store *store, const struct store_request *request)
{
	if (request->op <= STORE_COMMAND && counted[request->op][request->answer] != METRICS)
		metrics_add(store->metrics, counted[request->op][request->answer], 1);
}

static void answer_all(struct store *store, struct list *requests)
{
	struct list *node;

	while ((node = list_take(requests)) != NULL) {
		struct store_request *request = LIST_ITEM(node, struct store_request, node);

		store->open_writes--;
		count_answer(store, request);
		request->done(request);
	}
	metrics_set(store->metrics, METRIC_STORE_QUEUE, store->open_writes);
}

/* Answers first: who waits for one waits longer than who watches. */
static void take_batch(struct store *store, struct batch *batch)
{
	memcpy(store->trouble, batch->trouble, sizeof(store->trouble));
	answer_all(store, &batch->requests);
	if (batch->count > 0) {
		store->head = batch->events[batch->count - 1].seq;
		metrics_set(store->metrics, METRIC_HEAD_SEQ, (int64_t)store->head);
		if (store->hooks.events != NULL)
			store->hooks.events(store->hooks.ctx, batch->events, batch->count);
	}
	batch_free(&batch);
}

static void poll_reads(struct store *store)
{
	struct list reads, *node;

	list_init(&reads);
	(void)mailbox_take_all(&store->reader.out, &reads);
	while ((node = list_take(&reads)) != NULL) {
		struct store_read *read = LIST_ITEM(node, struct store_read, node);

		store->open_reads--;
		read->done(read);
	}
	metrics_set(store->metrics, METRIC_READ_QUEUE, store->open_reads);
}

void store_poll(struct store *store)
{
	struct list batches, judged, *node;

	mailbox_put_all(&store->writer.in, &store->gathered);
	list_init(&batches);
	list_init(&judged);
	list_move(&judged, &store->judged);
	answer_all(store, &judged);
	(void)mailbox_take_all(&store->writer.out, &batches);
	while ((node = list_take(&batches)) != NULL)
		take_batch(store, LIST_ITEM(node, struct batch, node));
	poll_reads(store);
}

void store_step(struct store *store)
{
	mailbox_put_all(&store->writer.in, &store->gathered);
	while (write_lane_step(&store->writer))
		;
	(void)read_lane_step(&store->reader);
	store_poll(store);
}

static void stop_lanes(struct store *store)
{
	mailbox_put_all(&store->writer.in, &store->gathered);
	mailbox_close(&store->writer.in);
	mailbox_close(&store->reader.in);
	if (store->settings.has_threads) {
		pthread_join(store->writer.thread, NULL);
		pthread_join(store->reader.thread, NULL);
	} else {
		write_lane_finish(&store->writer);
		(void)read_lane_step(&store->reader);
	}
}

void store_close(struct store **store)
{
	struct store *mine = *store;

	*store = NULL;
	if (mine == NULL)
		return;
	stop_lanes(mine);
	store_poll(mine);
	/* The reader first: the last connection to close puts everything in its place. */
	read_lane_close(&mine->reader);
	write_lane_close(&mine->writer);
	free_store(mine);
}

const char *store_trouble(const struct store *store)
{
	return store->trouble;
}

uint64_t store_head(const struct store *store)
{
	return store->head;
}

const char *store_epoch(const struct store *store)
{
	return store->epoch;
}

static const struct sink_cursor *find_cursor(const struct store *store, const char *sink)
{
	for (struct list *n = store->cursors.next; n != &store->cursors; n = n->next) {
		const struct sink_cursor *cursor = LIST_ITEM(n, struct sink_cursor, node);

		if (strcmp(cursor->sink, sink) == 0)
			return cursor;
	}
	return NULL;
}

uint64_t store_cursor(const struct store *store, const char *sink)
{
	const struct sink_cursor *cursor = find_cursor(store, sink);

	return cursor != NULL ? cursor->seq : 0;
}

bool store_has_cursor(const struct store *store, const char *sink)
{
	return find_cursor(store, sink) != NULL;
}
