#include "core/watch.h"

#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "core/call_backs.h"
#include "core/rising.h"
#include "core/watch_private.h"

#define IN_FLIGHT_MAX 32 /* a thousand that are overdue do not stand before a call */
/* Of what a city has, each rises at its time. Where thousands wait at once, calls come first.
 */
#define RISES_A_SECOND 100
#define SECOND_US      1000000
#define AGAIN_US       500000  /* a store that says later is asked again */
#define FILL_AGAIN_US  2000000 /* and one that cannot be read */
#define PAGE_BYTES     ((size_t)1 << 20)

/* One rise on its way to the store and back. */
struct rise_request {
	struct store_request request;
	struct command command;
	struct escalation_policy *escalation;
	struct watch *watch;
};

struct watch *watch_new(struct store *store, const struct rules *rules,
			const struct agencies *agencies, const struct clock *clock,
			struct metrics *metrics, bool raises, const struct watch_hooks *hooks)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	*watch = (struct watch){.store = store,
				.rules = rules,
				.agencies = agencies,
				.clock = clock,
				.metrics = metrics,
				.raises = raises,
				.hooks = *hooks,
				.armed_us = INT64_MAX};
	return watch;
}

void watch_free(struct watch **watch)
{
	struct watch *mine = *watch;

	*watch = NULL;
	if (mine == NULL)
		return;
	if (mine->in_flight != 0 || mine->is_filling)
		panic("watch: freed with %u unanswered", mine->in_flight);
	watch_drop_all(mine);
	xfree(mine);
}

void watch_stop(struct watch *watch)
{
	watch->is_stopped = true;
}

/* ---- When. ---- */

static bool may_rise(const struct watch *watch)
{
	return watch->raises && watch->due_count > 0 && watch->in_flight < IN_FLIGHT_MAX;
}

static int64_t later_of(int64_t a_us, int64_t b_us)
{
	return a_us > b_us ? a_us : b_us;
}

/* Not before the second that has had its share is over, nor while the store wants none. */
static int64_t rise_us(const struct watch *watch)
{
	int64_t due = later_of(watch_due_us(watch->due[1]), watch->again_us);

	return watch->in_second >= RISES_A_SECOND ? later_of(due, watch->second_us + SECOND_US)
						  : due;
}

static void begin_second(struct watch *watch, int64_t now_us)
{
	if (watch->in_second > 0 && now_us < watch->second_us + SECOND_US)
		return;
	watch->second_us = now_us;
	watch->in_second = 0;
}

static int64_t next_us(const struct watch *watch)
{
	int64_t fill = watch->fill_again_us;
	int64_t due = may_rise(watch) ? rise_us(watch) : INT64_MAX;

	return fill != 0 && fill < due ? fill : due;
}

static void arm(struct watch *watch)
{
	int64_t next = watch->is_stopped ? INT64_MAX : next_us(watch), wait_us;

	if (next == watch->armed_us)
		return;
	watch->armed_us = next;
	if (next == INT64_MAX) {
		watch->hooks.arm(watch->hooks.ctx, -1);
		return;
	}
	wait_us = next - watch->clock->mono_us(watch->clock);
	watch->hooks.arm(watch->hooks.ctx, wait_us > 0 ? (wait_us + 999) / 1000 : 0);
}

void watch_set_board(struct watch *watch, const struct unit_board *board)
{
	watch->board = board;
	watch_look_at_duty(watch);
}

void watch_set_call_backs(struct watch *watch, const struct call_backs *calls)
{
	watch->calls = calls;
}

void watch_set_rules(struct watch *watch, const struct rules *rules)
{
	watch->rules = rules;
	watch_look_at_duty(watch);
	arm(watch);
}

/* ---- A rise. ---- */

/* NULL: the event that tells of it, or of something else, was here first. */
static struct held_wait *find_sent(struct held *held, const struct command *command)
{
	const struct expected_wait *of = &command->expected_wait;

	for (unsigned i = 0; i < held->wait_count; i++) {
		struct held_wait *wait = &held->wait[i];

		if (wait->sent == (unsigned)command->agency + 1 && wait->kind == of->kind &&
		    wait->level == of->level && (int64_t)wait->since_ms == of->since_ms)
			return wait;
	}
	return NULL;
}

/* Nothing has happened, so it is due still. */
static void try_again(struct watch *watch, const struct command *command)
{
	struct held *held = watch_find(watch, command->incident_id);
	struct held_wait *wait = held != NULL ? find_sent(held, command) : NULL;

	watch->again_us = watch->clock->mono_us(watch->clock) + AGAIN_US;
	if (wait == NULL)
		return;
	wait->sent = 0;
	watch_put_due(watch, held);
}

/* That agency's does not rise any more, until something happens; what else waits does. */
static void give_up(struct watch *watch, const struct command *command)
{
	struct held *held = watch_find(watch, command->incident_id);
	struct held_wait *wait = held != NULL ? find_sent(held, command) : NULL;
	struct held_wait all[HELD_WAITS_MAX];
	unsigned count;

	if (wait == NULL || held->wait_count == HELD_WAITS_MAX)
		return;
	wait->sent = 0;
	count = held->wait_count;
	all[count] = *wait;
	all[count].length_ms = HELD_FOR_EVER;
	all[count].agencies = (agency_set)1 << command->agency;
	wait->agencies &= ~all[count].agencies;
	memcpy(all, held->wait, count * sizeof(all[0]));
	watch_set_waits(watch, held, all, count + 1);
}

static void refused(struct watch *watch, const struct rise_request *rise)
{
	const char *why = rise->request.err.text;

	log_warn("watch.rise", "incident=%s error=%s", rise->command.incident_id,
		 log_quote(why, strlen(why)).text);
	give_up(watch, &rise->command);
}

/* Where it did not happen because something else has, that event is on its way here. */
static void answered(struct store_request *request)
{
	struct rise_request *rise = request->ctx;
	struct watch *watch = rise->watch;

	watch->in_flight--;
	if (request->answer == STORE_STORED)
		metrics_add(watch->metrics, METRIC_ESCALATIONS, 1);
	else if (request->answer == STORE_LATER)
		try_again(watch, &rise->command);
	else if (request->answer != STORE_CONFLICT)
		refused(watch, rise);
	arm(watch);
	buf_unref(&request->body);
	escalation_policy_unref(&rise->escalation);
	xfree(rise);
}

/* Of its agency; on the timeline. */
static const char nobody_there[] = "Tidak ada unit yang bertugas (no unit is on duty)";

static void fill_in_command(const struct watch *watch, const struct held *held,
			    const struct held_wait *wait, unsigned agency,
			    struct command *command)
{
	*command = (struct command){
		.action = ACTION_ESCALATE,
		.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.acts_for = ~(agency_set)0,
		.agency = (int)agency,
		.expected_version = -1,
		.at_ms = watch->clock->wall_ms(watch->clock),
		.expected_wait = {.kind = (enum wait_kind)wait->kind,
				  .level = wait->level,
				  .since_ms = (int64_t)wait->since_ms},
		.note = wait->is_now ? nobody_there : NULL,
	};
	id_of_bytes('I', held->id, command->incident_id);
}

static void submit(struct watch *watch, struct held *held)
{
	struct rise_request *rise = xcalloc(1, sizeof(*rise));
	unsigned agency;
	struct held_wait *wait = watch_first_wait(held, &agency);

	rise->watch = watch;
	rise->escalation = rules_escalation(watch->rules);
	fill_in_command(watch, held, wait, agency, &rise->command);
	rise->request = (struct store_request){
		.op = STORE_COMMAND,
		.in.command = &rise->command,
		.escalation = rise->escalation,
		.at_ms = rise->command.at_ms,
		.begun_us = watch->clock->mono_us(watch->clock),
		.done = answered,
		.ctx = rise,
	};
	wait->sent = (agency + 1) & 0x3f;
	watch->in_flight++;
	store_submit(watch->store, &rise->request);
}

/* ---- What is open. ---- */

static void read_page(struct watch *watch, uint64_t from);

static void end_fill(struct watch *watch)
{
	watch->is_filling = false;
	watch_drop_over(watch);
}

static void take_page(struct watch *watch, const struct store_read *read)
{
	for (unsigned i = 0; i < read->row_count; i++)
		watch_take_event(watch, &read->rows[i]);
	watch->is_full = watch->is_full || read->next == 0;
	if (read->next == 0)
		end_fill(watch);
	else
		read_page(watch, read->next);
}

static void fail_fill(struct watch *watch, const struct store_read *read)
{
	log_warn("watch.fill", "error=%s",
		 log_quote(read->err.text, strlen(read->err.text)).text);
	end_fill(watch);
	watch->fill_again_us = watch->clock->mono_us(watch->clock) + FILL_AGAIN_US;
}

static void page_read(struct store_read *done)
{
	struct watch *watch = done->ctx;
	struct store_read read = *done; /* the next page is read into it */

	if (watch->is_stopped)
		end_fill(watch);
	else if (read.failed)
		fail_fill(watch, &read);
	else
		take_page(watch, &read);
	store_read_fini(&read);
	arm(watch);
}

static void read_page(struct watch *watch, uint64_t from)
{
	watch->read = (struct store_read){
		.op = READ_LIVE,
		.from = from,
		.filter.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.max_rows = READ_MAX_ROWS,
		.max_bytes = PAGE_BYTES,
		.done = page_read,
		.ctx = watch,
	};
	store_read_submit(watch->store, &watch->read);
}

void watch_begin(struct watch *watch)
{
	if (watch->is_filling || watch->is_stopped)
		return;
	watch->is_filling = true;
	watch->fill_again_us = 0;
	watch_look_at_duty(watch);
	read_page(watch, 0);
}

bool watch_is_full(const struct watch *watch)
{
	return watch->is_full && (watch->calls == NULL || call_backs_is_full(watch->calls));
}

/* ---- What comes, and what is due. ---- */

void watch_follow(struct watch *watch, const struct event *events, unsigned count)
{
	bool is_of_units = false;

	for (unsigned i = 0; i < count; i++) {
		is_of_units |= events[i].kind == EVENT_UNIT_UPDATED;
		watch_take_event(watch, &events[i]);
	}
	if (is_of_units)
		watch_look_at_duty(watch);
	arm(watch);
}

void watch_tick(struct watch *watch)
{
	int64_t now_us = watch->clock->mono_us(watch->clock);

	watch->armed_us = INT64_MAX; /* it has gone off */
	if (watch->is_stopped)
		return;
	if (watch->fill_again_us != 0 && watch->fill_again_us <= now_us)
		watch_begin(watch);
	begin_second(watch, now_us);
	while (may_rise(watch) && rise_us(watch) <= now_us) {
		struct held *held = watch->due[1];

		watch_take_due(watch, held);
		if (watch_is_represented(watch, held))
			continue;
		watch->in_second++;
		submit(watch, held);
	}
	arm(watch);
}
