/* The incidents that are held, by id, and the heap of their waits, by due time. */
#include <string.h>

#include "base/xalloc.h"
#include "core/watch_private.h"

#define BUCKETS_MIN 64u

/* ---- The heap. ---- */

static void place(struct watch *watch, unsigned at, struct timer *timer)
{
	watch->due[at] = timer;
	timer->at = at;
}

static void rise(struct watch *watch, unsigned at, struct timer *timer)
{
	for (; at > 1 && watch->due[at / 2]->due_us > timer->due_us; at /= 2)
		place(watch, at, watch->due[at / 2]);
	place(watch, at, timer);
}

static void sink(struct watch *watch, unsigned at, struct timer *timer)
{
	for (unsigned child; (child = 2 * at) <= watch->due_count; at = child) {
		if (child < watch->due_count &&
		    watch->due[child + 1]->due_us < watch->due[child]->due_us)
			child++;
		if (watch->due[child]->due_us >= timer->due_us)
			break;
		place(watch, at, watch->due[child]);
	}
	place(watch, at, timer);
}

void watch_put_due(struct watch *watch, struct timer *timer)
{
	if (watch->due_count + 1 >= watch->due_size) {
		watch->due_size = watch->due_size > 0 ? 2 * watch->due_size : 64;
		watch->due = xrealloc(watch->due, watch->due_size * sizeof(struct timer *));
	}
	rise(watch, ++watch->due_count, timer);
}

void watch_take_due(struct watch *watch, struct timer *timer)
{
	unsigned at = timer->at;
	struct timer *last;

	if (at == 0)
		return;
	timer->at = 0;
	last = watch->due[watch->due_count--];
	if (last == timer)
		return;
	if (at > 1 && watch->due[at / 2]->due_us > last->due_us)
		rise(watch, at, last);
	else
		sink(watch, at, last);
}

/* ---- The table. ---- */

/* The end of an id is random. */
static struct held **bucket_of(const struct watch *watch, const char *id)
{
	uint32_t hash = 2166136261u;

	for (const char *at = id + strlen(id); at > id && at[-1] != '-'; at--)
		hash = (hash ^ (unsigned char)at[-1]) * 16777619u;
	return &watch->bucket[hash & (watch->bucket_count - 1)];
}

struct held *watch_find(const struct watch *watch, const char *id)
{
	struct held *held = watch->bucket_count > 0 ? *bucket_of(watch, id) : NULL;

	while (held != NULL && strcmp(held->id, id) != 0)
		held = held->next;
	return held;
}

static void put(struct watch *watch, struct held *held)
{
	struct held **bucket = bucket_of(watch, held->id);

	held->next = *bucket;
	*bucket = held;
}

static void grow(struct watch *watch)
{
	struct held **old = watch->bucket;
	unsigned count = watch->bucket_count;

	watch->bucket_count = count > 0 ? 2 * count : BUCKETS_MIN;
	watch->bucket = xcalloc(watch->bucket_count, sizeof(*watch->bucket));
	for (unsigned i = 0; i < count; i++)
		for (struct held *held = old[i], *next; held != NULL; held = next) {
			next = held->next;
			put(watch, held);
		}
	xfree(old);
}

struct held *watch_hold(struct watch *watch, const char *id)
{
	struct held *held = watch_find(watch, id);

	if (held != NULL)
		return held;
	if (watch->held_count >= watch->bucket_count)
		grow(watch);
	held = xcalloc(1, sizeof(*held));
	snprintf(held->id, ID_SIZE, "%s", id);
	put(watch, held);
	watch->held_count++;
	return held;
}

void watch_drop(struct watch *watch, struct held *held)
{
	struct held **at = bucket_of(watch, held->id);

	while (*at != held)
		at = &(*at)->next;
	*at = held->next;
	for (unsigned i = 0; i < held->timer_count; i++)
		watch_take_due(watch, &held->timer[i]);
	watch->folded_count -= held->folded_into[0] != '\0';
	buf_unref(&held->alarms);
	xfree(held->timer);
	xfree(held);
	watch->held_count--;
}

static void drop_some(struct watch *watch, bool all)
{
	for (unsigned i = 0; i < watch->bucket_count; i++)
		for (struct held *held = watch->bucket[i], *next; held != NULL; held = next) {
			next = held->next;
			if (all || held->is_over)
				watch_drop(watch, held);
		}
}

void watch_drop_over(struct watch *watch)
{
	drop_some(watch, false);
}

void watch_drop_all(struct watch *watch)
{
	drop_some(watch, true);
	xfree(watch->bucket);
	xfree(watch->due);
}

/* ---- What lies under another's card. ---- */

bool watch_is_represented(const struct watch *watch, const struct held *held)
{
	const struct held *card =
		held->folded_into[0] != '\0' ? watch_find(watch, held->folded_into) : NULL;

	return card != NULL && !card->is_over && card->folded_into[0] == '\0';
}

void watch_release_folded(struct watch *watch, const char *id)
{
	if (watch->folded_count == 0)
		return;
	for (unsigned i = 0; i < watch->bucket_count; i++)
		for (struct held *held = watch->bucket[i]; held != NULL; held = held->next) {
			if (strcmp(held->folded_into, id) != 0)
				continue;
			for (unsigned t = 0; t < held->timer_count; t++)
				if (held->timer[t].at == 0 && !held->timer[t].is_sent)
					watch_put_due(watch, &held->timer[t]);
		}
}
