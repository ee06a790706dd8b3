/* What was there before this start, or before these rules.
 *
 * First the end of the log, told once more in its order: everything that is true of the newest
 * reports. Then the incidents that are still open and began before that, each with its first
 * report. By other rules each report that is known is only made comparable anew, so that there
 * is no moment in which nothing is known. */
#include <string.h>

#include "base/log.h"
#include "core/joining_private.h"
#include "store/backend.h"

#define TAIL_EVENTS 1024   /* told once more */
#define WAIT_US     250000 /* that a start waits for all of it */
#define PAGE_ROWS   64     /* some milliseconds of the loop */
#define PAGE_BYTES  ((size_t)1 << 20)

static void read_page(struct joining *joining, enum read_op op, uint64_t from);

static void tell_newest(struct joining *joining)
{
	void (*newest)(void *ctx) = joining->fill.newest;

	joining->fill.newest = NULL;
	if (newest != NULL && !joining->is_stopped)
		newest(joining->fill.ctx);
}

/* Reports are not kept waiting by what may only make one card of two. */
static void tell_late(struct joining *joining)
{
	if (joining->clock->mono_us(joining->clock) - joining->fill.begun_us > WAIT_US)
		tell_newest(joining);
}

static void end_fill(struct joining *joining)
{
	joining->fill.is_running = false;
	joining->fill.is_replay = false;
	tell_newest(joining);
	if (joining->fill.is_wanted && !joining->is_stopped)
		joining_fill(joining, NULL, NULL);
}

static void take_events(struct joining *joining, const struct store_read *read)
{
	for (unsigned i = 0; i < read->row_count; i++) {
		if (joining->fill.is_replay)
			joining_follow_one(joining, &read->rows[i]);
		else
			joining_refresh(joining, &read->rows[i]);
	}
}

static bool has_left(const struct joining *joining, const char *incident_id)
{
	for (unsigned i = 0; i < joining->fill.left_count; i++)
		if (strcmp(joining->fill.left[i], incident_id) == 0)
			return true;
	return false;
}

static void take_incident(struct joining *joining, const struct event *event)
{
	bool is_known = recent_matter(joining->recent, event->incident_id) != NULL;
	struct incident incident;
	struct err err;

	if (is_known != joining->fill.is_again || has_left(joining, event->incident_id) ||
	    incident_of_event(event, joining->agencies, &incident, &err) < 0)
		return;
	if (is_known)
		joining_put_first(joining, &incident);
	else
		joining_put_incident(joining, &incident);
	incident_fini(&incident);
}

static void take_incidents(struct joining *joining, const struct store_read *read)
{
	for (unsigned i = 0; i < read->row_count; i++)
		take_incident(joining, &read->rows[i]);
}

/* The replay ends where the loop is: what is committed after that comes by the log. */
static void after_events(struct joining *joining, const struct store_read *read)
{
	uint64_t next =
		read->row_count > 0 ? read->rows[read->row_count - 1].seq + 1 : UINT64_MAX;
	uint64_t until =
		joining->fill.is_replay ? store_head(joining->store) : joining->fill.until;

	if (next <= until) {
		read_page(joining, READ_EVENTS, next);
		return;
	}
	joining->fill.is_replay = false;
	tell_late(joining);
	read_page(joining, READ_INCIDENTS, 0);
}

static void after_incidents(struct joining *joining, const struct store_read *read)
{
	bool is_full = recent_count(joining->recent) > RECENT_REPORTS_MAX / 2;
	bool is_old = read->row_count == 0; /* it has looked at many */

	if (read->next == 0 || is_old || (is_full && !joining->fill.is_again))
		end_fill(joining);
	else
		read_page(joining, READ_INCIDENTS, read->next);
	tell_late(joining);
}

/* A page in which more incidents ended than could be noted is read again. */
static void take_page(struct joining *joining, const struct store_read *read)
{
	if (read->op == READ_EVENTS) {
		take_events(joining, read);
		after_events(joining, read);
	} else if (joining->fill.left_count > LEFT_MAX) {
		read_page(joining, READ_INCIDENTS, read->from);
	} else {
		take_incidents(joining, read);
		after_incidents(joining, read);
	}
}

static void page_read(struct store_read *done)
{
	struct joining *joining = done->ctx;
	struct store_read read = *done; /* the next page is read into it */

	if (read.failed)
		log_warn("joining.fill", "error=%s",
			 log_quote(read.err.text, strlen(read.err.text)).text);
	if (read.failed || joining->is_stopped || joining->fill.is_wanted)
		end_fill(joining);
	else
		take_page(joining, &read);
	store_read_fini(&read);
	joining_count(joining);
}

static void read_page(struct joining *joining, enum read_op op, uint64_t from)
{
	int64_t now_ms = joining->clock->wall_ms(joining->clock);

	joining->fill.left_count = 0;
	joining->fill.read = (struct store_read){
		.op = op,
		.from = from,
		.filter = {.statuses = STATUS_BIT(INCIDENT_NEW) | STATUS_BIT(INCIDENT_ACTIVE),
			   .since_ms = now_ms - joining->settings.window_min * 60000,
			   .viewer = {.may_watch = true, .sees_all = true}},
		.max_rows = PAGE_ROWS,
		.max_bytes = PAGE_BYTES,
		.done = page_read,
		.ctx = joining,
	};
	store_read_submit(joining->store, &joining->fill.read);
}

static uint64_t tail_begin(const struct joining *joining)
{
	uint64_t head = store_head(joining->store);

	return head > TAIL_EVENTS ? head - TAIL_EVENTS + 1 : 1;
}

void joining_fill(struct joining *joining, void (*newest)(void *ctx), void *ctx)
{
	joining->fill.is_wanted = joining->fill.is_running;
	if (joining->fill.is_running)
		return; /* begins again when its page is there */
	joining->fill.newest = newest;
	joining->fill.ctx = ctx;
	if (!joining_works(joining) || store_head(joining->store) == 0) {
		tell_newest(joining);
		return;
	}
	joining->fill.is_again = recent_count(joining->recent) > 0;
	joining->fill.is_replay = !joining->fill.is_again;
	joining->fill.until = store_head(joining->store);
	joining->fill.begun_us = joining->clock->mono_us(joining->clock);
	joining->fill.is_running = true;
	read_page(joining, READ_EVENTS, tail_begin(joining));
}
