/* The incidents that are held, by id. */
#include <string.h>

#include "base/xalloc.h"
#include "core/watch_private.h"

#define BUCKETS_MIN 64u
#define PER_BUCKET  2u

/* ---- The table. ---- */

/* The end of an id is random. */
static struct held **bucket_of(const struct watch *watch, const uint8_t *id)
{
	uint32_t end;

	memcpy(&end, id + ID_BYTES - sizeof(end), sizeof(end));
	end ^= end >> 16; /* those of one moment count up by the last byte */
	return &watch->bucket[(end * 2654435769u >> 7) & (watch->bucket_count - 1)];
}

static struct held *find(const struct watch *watch, const uint8_t *id)
{
	struct held *held = watch->bucket_count > 0 ? *bucket_of(watch, id) : NULL;

	while (held != NULL && memcmp(held->id, id, ID_BYTES) != 0)
		held = held->next;
	return held;
}

int watch_priority(const struct watch *watch, const char *incident_id)
{
	const struct held *held = watch_find(watch, incident_id);

	return held != NULL && !held->is_over ? (int)held->priority : 0;
}

struct held *watch_find(const struct watch *watch, const char *id)
{
	uint8_t bytes[ID_BYTES];

	id_bytes(id, bytes);
	return find(watch, bytes);
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
	if (watch->held_count >= PER_BUCKET * watch->bucket_count)
		grow(watch);
	held = xcalloc(1, sizeof(*held));
	id_bytes(id, held->id);
	put(watch, held);
	watch->held_count++;
	return held;
}

static struct held **place_of(const struct watch *watch, const struct held *held)
{
	struct held **at = bucket_of(watch, held->id);

	while (*at != held)
		at = &(*at)->next;
	return at;
}

struct held *watch_set_waits(struct watch *watch, struct held *held, const struct held_wait *at,
			     unsigned count)
{
	struct held **place = place_of(watch, held);

	watch_take_due(watch, held);
	if (count != held->wait_count)
		held = xrealloc(held, sizeof(*held) + count * sizeof(*at));
	*place = held;
	held->wait_count = count & 0x7f;
	if (count > 0)
		memcpy(held->wait, at, count * sizeof(*at));
	watch_put_due(watch, held);
	return held;
}

/* ---- What few have. ---- */

static bool is_folded(const struct held *held)
{
	return held->more != NULL && held->more->is_folded;
}

static struct held_more *more_of(struct held *held)
{
	if (held->more == NULL)
		held->more = xcalloc(1, sizeof(*held->more));
	return held->more;
}

static void drop_empty(struct held *held)
{
	if (held->more == NULL || held->more->is_folded || held->more->said != NULL)
		return;
	xfree(held->more);
	held->more = NULL;
}

void watch_keep_said(struct held *held, struct slice alarms)
{
	if (held->more == NULL && alarms.len == 0)
		return;
	buf_unref(&more_of(held)->said);
	if (alarms.len > 0)
		held->more->said = buf_copy(alarms.text, alarms.len);
	drop_empty(held);
}

/* What lay under a card that goes under another by that lies under none. */
void watch_lay_under(struct watch *watch, struct held *held, const char *card)
{
	bool was_folded = is_folded(held);

	if (card == NULL && !was_folded)
		return;
	if (card != NULL)
		id_bytes(card, more_of(held)->card);
	held->more->is_folded = card != NULL;
	drop_empty(held);
	if (was_folded == (card != NULL))
		return;
	watch->folded_count += was_folded ? -1 : 1;
	watch_release_folded(watch, held);
}

bool watch_is_represented(const struct watch *watch, const struct held *held)
{
	const struct held *card = is_folded(held) ? find(watch, held->more->card) : NULL;

	return card != NULL && !card->is_over && !is_folded(card);
}

void watch_release_folded(struct watch *watch, const struct held *card)
{
	if (watch->folded_count == 0)
		return;
	for (unsigned i = 0; i < watch->bucket_count; i++)
		for (struct held *held = watch->bucket[i]; held != NULL; held = held->next)
			if (is_folded(held) && held->at == 0 &&
			    memcmp(held->more->card, card->id, ID_BYTES) == 0)
				watch_put_due(watch, held);
}

/* ---- They go. ---- */

void watch_drop(struct watch *watch, struct held *held)
{
	*place_of(watch, held) = held->next;
	watch_take_due(watch, held);
	watch->folded_count -= is_folded(held);
	if (held->more != NULL)
		buf_unref(&held->more->said);
	xfree(held->more);
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
