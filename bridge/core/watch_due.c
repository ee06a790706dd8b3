/* The order in which what is held is due: a heap. Each stands in it once, by the first of its
 * waits, and not while one of them is on its way to the store: the event that tells of that one
 * puts it in again. */
#include "base/xalloc.h"
#include "core/watch_private.h"

/* ---- What is due of one. ---- */

static int64_t due_ms(const struct held_wait *wait)
{
	if (wait->length_ms == HELD_FOR_EVER)
		return INT64_MAX;
	return wait->begun_ms + (wait->is_now ? 0 : wait->length_ms);
}

static bool is_sent(const struct held *held)
{
	for (unsigned i = 0; i < held->wait_count; i++)
		if (held->wait[i].sent != 0)
			return true;
	return false;
}

int64_t watch_due_us(const struct held *held)
{
	int64_t first = INT64_MAX;

	for (unsigned i = 0; i < held->wait_count; i++)
		if (due_ms(&held->wait[i]) < first)
			first = due_ms(&held->wait[i]);
	return first < INT64_MAX ? first * 1000 : INT64_MAX;
}

struct held_wait *watch_first_wait(struct held *held, unsigned *agency_r)
{
	struct held_wait *first = &held->wait[0];

	for (unsigned i = 1; i < held->wait_count; i++)
		if (due_ms(&held->wait[i]) < due_ms(first))
			first = &held->wait[i];
	*agency_r = (unsigned)__builtin_ctz(first->agencies);
	return first;
}

struct wait watch_wait(const struct held_wait *wait)
{
	bool rises = wait->length_ms != HELD_FOR_EVER && wait->since_ms != 0;

	return (struct wait){.kind = (enum wait_kind)wait->kind,
			     .level = wait->level,
			     .to = (enum rise)wait->to,
			     .since_ms = (int64_t)wait->since_ms,
			     .is_reached = wait->is_reached,
			     .due_at_ms =
				     rises ? (int64_t)wait->since_ms + wait->length_ms : 0};
}

/* ---- The heap. ---- */

static void place(struct watch *watch, unsigned at, struct held *held)
{
	watch->due[at] = held;
	held->at = at;
}

static void rise(struct watch *watch, unsigned at, struct held *held)
{
	int64_t due_us = watch_due_us(held);

	for (; at > 1 && watch_due_us(watch->due[at / 2]) > due_us; at /= 2)
		place(watch, at, watch->due[at / 2]);
	place(watch, at, held);
}

static void sink(struct watch *watch, unsigned at, struct held *held)
{
	int64_t due_us = watch_due_us(held);

	for (unsigned child; (child = 2 * at) <= watch->due_count; at = child) {
		if (child < watch->due_count &&
		    watch_due_us(watch->due[child + 1]) < watch_due_us(watch->due[child]))
			child++;
		if (watch_due_us(watch->due[child]) >= due_us)
			break;
		place(watch, at, watch->due[child]);
	}
	place(watch, at, held);
}

void watch_put_due(struct watch *watch, struct held *held)
{
	watch_take_due(watch, held);
	if (is_sent(held) || watch_due_us(held) == INT64_MAX)
		return;
	if (watch->due_count + 1 >= watch->due_size) {
		watch->due_size += watch->due_size / 4 + 64;
		watch->due = xrealloc(watch->due, watch->due_size * sizeof(struct held *));
	}
	rise(watch, ++watch->due_count, held);
}

void watch_take_due(struct watch *watch, struct held *held)
{
	unsigned at = held->at;
	struct held *last;

	if (at == 0)
		return;
	held->at = 0;
	last = watch->due[watch->due_count--];
	if (last == held)
		return;
	if (at > 1 && watch_due_us(watch->due[at / 2]) > watch_due_us(last))
		rise(watch, at, last);
	else
		sink(watch, at, last);
}
