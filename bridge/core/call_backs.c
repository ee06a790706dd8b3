#include "core/call_backs.h"

#include <string.h>

#include "base/jsonw.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/rising.h"
#include "core/rules.h"
#include "model/event.h"

#define AGAIN_US      500000  /* a store that says later is asked again */
#define FILL_AGAIN_US 2000000 /* and one that cannot be read */
#define PAGE_BYTES    ((size_t)1 << 20)
#define IN_FLIGHT_MAX 32

struct held {
	char handle[ID_SIZE];
	struct call_back owed;
	uint64_t seq;   /* of what told it: nothing older changes it */
	int64_t due_us; /* monotonic; INT64_MAX: it does not rise, or its rise is on its way */
};

struct call_backs {
	struct store *store;
	const struct rules *rules;
	const struct clock *clock;
	struct metrics *metrics;
	struct call_backs_hooks hooks;
	bool raises, is_stopped;
	struct held *held; /* what is over stays while it is filled: owed.since_ms is 0 */
	unsigned count, size;
	unsigned in_flight;
	int64_t again_us; /* the store has said later: nothing rises before */
	int64_t armed_us; /* what the hook was last asked for; INT64_MAX: nothing */
	struct store_read read;
	bool is_filling, is_full;
	int64_t fill_again_us; /* 0: it went well */
};

/* One rise on its way to the store and back. */
struct rise_request {
	struct store_request request;
	struct call_back_word word;
	struct escalation_policy *escalation;
	struct call_backs *calls;
};

struct call_backs *call_backs_new(struct store *store, const struct rules *rules,
				  const struct clock *clock, struct metrics *metrics,
				  bool raises, const struct call_backs_hooks *hooks)
{
	struct call_backs *calls = xcalloc(1, sizeof(*calls));

	*calls = (struct call_backs){.store = store,
				     .rules = rules,
				     .clock = clock,
				     .metrics = metrics,
				     .raises = raises,
				     .hooks = *hooks,
				     .armed_us = INT64_MAX};
	return calls;
}

void call_backs_free(struct call_backs **calls)
{
	struct call_backs *mine = *calls;

	*calls = NULL;
	if (mine == NULL)
		return;
	if (mine->in_flight != 0 || mine->is_filling)
		panic("call-backs: freed with %u unanswered", mine->in_flight);
	xfree(mine->held);
	xfree(mine);
}

void call_backs_set_rules(struct call_backs *calls, const struct rules *rules)
{
	calls->rules = rules;
}

void call_backs_stop(struct call_backs *calls)
{
	calls->is_stopped = true;
}

/* ---- When. ---- */

static struct held *first_due(const struct call_backs *calls)
{
	struct held *first = NULL;

	for (unsigned i = 0; i < calls->count; i++)
		if (calls->held[i].due_us < (first != NULL ? first->due_us : INT64_MAX))
			first = &calls->held[i];
	return first;
}

static bool may_rise(const struct call_backs *calls)
{
	return calls->raises && !calls->is_stopped && calls->in_flight < IN_FLIGHT_MAX;
}

static int64_t next_us(const struct call_backs *calls)
{
	const struct held *first = may_rise(calls) ? first_due(calls) : NULL;
	int64_t due = first != NULL ? first->due_us : INT64_MAX;

	if (due < calls->again_us)
		due = calls->again_us;
	return calls->fill_again_us != 0 && calls->fill_again_us < due ? calls->fill_again_us
								       : due;
}

static void arm(struct call_backs *calls)
{
	int64_t next = calls->is_stopped ? INT64_MAX : next_us(calls), wait_us;

	if (next == calls->armed_us)
		return;
	calls->armed_us = next;
	if (next == INT64_MAX) {
		calls->hooks.arm(calls->hooks.ctx, -1);
		return;
	}
	wait_us = next - calls->clock->mono_us(calls->clock);
	calls->hooks.arm(calls->hooks.ctx, wait_us > 0 ? (wait_us + 999) / 1000 : 0);
}

/* ---- What is owed. ---- */

static struct held *find(const struct call_backs *calls, const char *handle)
{
	for (unsigned i = 0; i < calls->count; i++)
		if (strcmp(calls->held[i].handle, handle) == 0)
			return &calls->held[i];
	return NULL;
}

static struct held *hold(struct call_backs *calls, const char *handle)
{
	struct held *held = find(calls, handle);

	if (held != NULL)
		return held;
	if (calls->count == calls->size) {
		calls->size += calls->size / 2 + 16;
		calls->held = xrealloc(calls->held, calls->size * sizeof(*calls->held));
	}
	held = &calls->held[calls->count++];
	*held = (struct held){.due_us = INT64_MAX};
	memcpy(held->handle, handle, ID_SIZE);
	return held;
}

/* A wait that was known goes on in the time it was begun in, whatever clocks say since. */
static int64_t due_us(const struct call_backs *calls, const struct event *event,
		      const struct call_back *owed)
{
	int64_t due_ms = owed->wait.due_at_ms, wait_ms;

	if (due_ms == 0)
		return INT64_MAX;
	if (event->committed_us != 0)
		return event->committed_us + (due_ms - event->at_ms) * 1000;
	wait_ms = due_ms - calls->clock->wall_ms(calls->clock);
	return calls->clock->mono_us(calls->clock) + wait_ms * 1000;
}

static void drop(struct call_backs *calls, struct held *held)
{
	*held = calls->held[--calls->count];
}

static void drop_over(struct call_backs *calls)
{
	for (unsigned i = calls->count; i-- > 0;)
		if (calls->held[i].owed.since_ms == 0)
			drop(calls, &calls->held[i]);
}

static void take(struct call_backs *calls, const struct event *event,
		 const struct caller *caller)
{
	struct held *held = find(calls, caller->handle);

	if (held == NULL && caller->owed.since_ms == 0 && !calls->is_filling)
		return;
	held = held != NULL ? held : hold(calls, caller->handle);
	if (held->seq >= event->seq)
		return;
	held->seq = event->seq;
	held->owed = caller->owed;
	held->due_us = due_us(calls, event, &held->owed);
	if (held->owed.since_ms == 0 && !calls->is_filling)
		drop(calls, held);
}

/* Of nearly all events there is no card, and in nearly all cards nothing is owed and nothing
 * was: those cost no more than a look. */
static bool is_news(const struct call_backs *calls, struct slice card)
{
	static const char first[] = "{\"handle\":\"", mark[] = ",\"call_back\":{";
	char handle[ID_SIZE];

	if (card.len < sizeof(first) - 1 + ID_LEN)
		return false;
	snprintf(handle, sizeof(handle), "%.*s", ID_LEN, card.text + sizeof(first) - 1);
	return calls->is_filling || find(calls, handle) != NULL ||
	       memmem(card.text, card.len, mark, sizeof(mark) - 1) != NULL;
}

static void take_event(struct call_backs *calls, const struct event *event)
{
	struct slice card = event_card(event->body);
	struct caller caller;
	struct err err;
	json_t *object;

	if (!is_news(calls, card))
		return;
	object = json_loadb(card.text, card.len, JSON_DISABLE_EOF_CHECK, NULL);
	if (card_read(object, &caller, &err) == 0)
		take(calls, event, &caller);
	else
		log_warn("call_backs.event", "seq=%llu error=it_has_lost_its_form",
			 (unsigned long long)event->seq);
	json_decref(object);
}

/* ---- A rise. ---- */

static void answered(struct store_request *request)
{
	struct rise_request *rise = request->ctx;
	struct call_backs *calls = rise->calls;
	struct held *held = find(calls, rise->word.handle);

	calls->in_flight--;
	if (request->answer == STORE_STORED) {
		metrics_add(calls->metrics, METRIC_ESCALATIONS, 1);
	} else if (request->answer == STORE_LATER) {
		calls->again_us = calls->clock->mono_us(calls->clock) + AGAIN_US;
		if (held != NULL && held->due_us == INT64_MAX)
			held->due_us = calls->again_us;
	} else if (request->answer != STORE_CONFLICT) {
		log_warn("call_backs.rise", "error=%s",
			 log_quote(request->err.text, strlen(request->err.text)).text);
	}
	arm(calls);
	buf_unref(&request->body);
	escalation_policy_unref(&rise->escalation);
	xfree(rise);
}

static void submit(struct call_backs *calls, struct held *held)
{
	struct rise_request *rise = xcalloc(1, sizeof(*rise));
	int64_t at_ms = calls->clock->wall_ms(calls->clock);

	rise->calls = calls;
	rise->escalation = rules_escalation(calls->rules);
	rise->word =
		(struct call_back_word){.step = CALL_BACK_RISEN,
					.at_ms = at_ms,
					.expected = {.kind = held->owed.wait.kind,
						     .level = held->owed.wait.level,
						     .since_ms = held->owed.wait.since_ms}};
	memcpy(rise->word.handle, held->handle, ID_SIZE);
	rise->request = (struct store_request){.op = STORE_CALL_BACK,
					       .in.call_back = &rise->word,
					       .callers = *rules_callers(calls->rules),
					       .escalation = rise->escalation,
					       .at_ms = at_ms,
					       .begun_us = calls->clock->mono_us(calls->clock),
					       .done = answered,
					       .ctx = rise};
	held->due_us = INT64_MAX;
	calls->in_flight++;
	store_submit(calls->store, &rise->request);
}

/* ---- What is in the store. ---- */

static void read_page(struct call_backs *calls, uint64_t from);

static void take_page(struct call_backs *calls, const struct store_read *read)
{
	for (unsigned i = 0; i < read->row_count; i++)
		take_event(calls, &read->rows[i]);
	calls->is_full = calls->is_full || read->next == 0;
	calls->is_filling = read->next != 0;
	if (read->next != 0)
		read_page(calls, read->next);
	else
		drop_over(calls);
}

static void page_read(struct store_read *done)
{
	struct call_backs *calls = done->ctx;
	struct store_read read = *done; /* the next page is read into it */

	if (!calls->is_stopped && !read.failed) {
		take_page(calls, &read);
	} else {
		calls->is_filling = false;
		drop_over(calls);
		calls->fill_again_us = calls->clock->mono_us(calls->clock) + FILL_AGAIN_US;
	}
	store_read_fini(&read);
	arm(calls);
}

static void read_page(struct call_backs *calls, uint64_t from)
{
	calls->read = (struct store_read){
		.op = READ_OWED,
		.from = from,
		.filter.viewer = {.may_watch = true, .sees_all = true, .sees_calls = true},
		.max_rows = READ_MAX_ROWS,
		.max_bytes = PAGE_BYTES,
		.done = page_read,
		.ctx = calls,
	};
	store_read_submit(calls->store, &calls->read);
}

void call_backs_begin(struct call_backs *calls)
{
	if (calls->is_filling || calls->is_stopped)
		return;
	calls->is_filling = true;
	calls->fill_again_us = 0;
	read_page(calls, 0);
}

bool call_backs_is_full(const struct call_backs *calls)
{
	return calls->is_full;
}

/* ---- What comes, and what is due. ---- */

void call_backs_follow(struct call_backs *calls, const struct event *events, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		take_event(calls, &events[i]);
	arm(calls);
}

void call_backs_tick(struct call_backs *calls)
{
	int64_t now_us = calls->clock->mono_us(calls->clock);
	struct held *first;

	calls->armed_us = INT64_MAX; /* it has gone off */
	if (calls->is_stopped)
		return;
	if (calls->fill_again_us != 0 && calls->fill_again_us <= now_us)
		call_backs_begin(calls);
	while (may_rise(calls) && calls->again_us <= now_us &&
	       (first = first_due(calls)) != NULL && first->due_us <= now_us)
		submit(calls, first);
	arm(calls);
}

void call_backs_write_alarms(const struct call_backs *calls, const struct viewer *viewer,
			     struct jsonw *w)
{
	if (!viewer->may_watch || !viewer->sees_calls)
		return;
	for (unsigned i = 0; i < calls->count; i++) {
		const struct held *held = &calls->held[i];

		if (held->owed.since_ms == 0)
			continue;
		jsonw_open(w, NULL, '{');
		call_back_write_alarm(&held->owed, held->handle, w);
		jsonw_close(w, '}');
	}
}
