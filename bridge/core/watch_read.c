/* What an event says of the waits of its incident: cut out of its bytes, since nearly all
 * events are of matters that wait for nothing, and a report must not cost more for being
 * watched. */
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "core/watch_private.h"

static const char *find(struct slice in, const char *mark)
{
	const char *at = memmem(in.text, in.len, mark, strlen(mark));

	return at != NULL ? at + strlen(mark) : NULL;
}

static bool has(struct slice in, const char *mark)
{
	return find(in, mark) != NULL;
}

/* Looks no further than where key stands, which is at the front of an incident for those that
 * every event is asked for. */
static bool is(struct slice in, const char *key, const char *value)
{
	const char *at = find(in, key);
	size_t len = strlen(value);

	return at != NULL && (size_t)(in.text + in.len - at) >= len &&
	       memcmp(at, value, len) == 0;
}

/* It may wait, now or by the next decision; others are not held. */
static bool is_pressing(struct slice incident)
{
	return !is(incident, ",\"status\":", "\"closed\"") &&
	       (is(incident, ",\"disposition\":", "\"emergency\"") ||
		is(incident, ",\"disposition\":", "\"review\""));
}

static int64_t number(struct slice incident, const char *mark)
{
	const char *at = find(incident, mark);

	return at != NULL ? strtoll(at, NULL, 10) : 0;
}

/* The list behind mark with its brackets; len 0: it is not there. */
static struct slice list_of(struct slice incident, const char *mark, const char *end)
{
	const char *from = find(incident, mark), *to = NULL;

	if (from != NULL)
		to = memmem(from, (size_t)(incident.text + incident.len - from), end,
			    strlen(end));
	if (to == NULL)
		return (struct slice){0};
	return (struct slice){.text = from, .len = (size_t)(to - from)};
}

/* The id of the card it lies under; NULL: of none. */
static const char *find_card(struct slice incident)
{
	static const char value[] = "{\"incident_id\":\"";

	return is(incident, ",\"folded_into\":", value)
		       ? find(incident, ",\"folded_into\":") + strlen(value)
		       : NULL;
}

/* What lay under a card that goes under another by that lies under none. */
static void take_card(struct watch *watch, struct held *held, struct slice incident)
{
	const char *card = find_card(incident);
	bool was_card = held->folded_into[0] == '\0';

	snprintf(held->folded_into, ID_SIZE, "%.*s", ID_LEN, card != NULL ? card : "");
	if (was_card != (card == NULL)) {
		watch->folded_count += was_card ? 1 : -1;
		watch_release_folded(watch, held->id);
	}
}

/* Its agencies follow with its parts. */
static void take_alarms(struct held *held, const struct event *event, struct slice incident)
{
	struct slice alarms = list_of(incident, ",\"alarms\":", ",\"order\":");

	held->no = number(incident, ",\"no\":");
	held->is_exercise = is(incident, ",\"exercise\":", "true");
	held->audience.scope = event->audience.scope;
	buf_unref(&held->alarms);
	if (alarms.len > strlen("[]"))
		held->alarms = buf_copy(alarms.text, alarms.len);
}

/* ---- One wait. ---- */

/* A wait that was known goes on in the time it was begun in, whatever clocks say since. */
static int64_t begun_us(const struct watch *watch, const struct event *event,
			const struct wait *wait)
{
	int64_t now_us = watch->clock->mono_us(watch->clock);
	int64_t ago_ms;

	if (event->committed_us != 0)
		return event->committed_us - (event->at_ms - wait->since_ms) * 1000;
	ago_ms = watch->clock->wall_ms(watch->clock) - wait->since_ms;
	return now_us - (ago_ms > 0 ? ago_ms : 0) * 1000;
}

static const struct timer *find_known(const struct timer *known, unsigned count,
				      unsigned agency, const struct wait *wait)
{
	for (unsigned i = 0; i < count; i++)
		if (known[i].agency == agency && known[i].wait.kind == wait->kind &&
		    known[i].wait.since_ms == wait->since_ms)
			return &known[i];
	return NULL;
}

struct past {
	const struct event *event;
	struct timer *timer; /* of before */
	unsigned count;
};

static void add_timer(struct watch *watch, struct held *held, const struct past *past,
		      unsigned agency, const struct wait *wait)
{
	const struct timer *known = find_known(past->timer, past->count, agency, wait);
	struct timer *timer = &held->timer[held->timer_count++];

	*timer = (struct timer){.held = held, .agency = agency, .wait = *wait};
	timer->begun_us = known != NULL ? known->begun_us : begun_us(watch, past->event, wait);
	timer->due_us = timer->begun_us + (wait->due_at_ms - wait->since_ms) * 1000;
	timer->is_sent = known != NULL && known->is_sent && known->wait.level == wait->level;
}

/* An incident older than waits are, which nobody has touched since: it has waited long enough,
 * and is due at 0. */
static void set_unwritten(struct slice part, struct slice incident, struct wait *wait_r)
{
	if (has(part, ",\"state\":\"pending\""))
		wait_r->kind = is(incident, ",\"disposition\":", "\"review\"") ? WAIT_UNSURE
									       : WAIT_UNTAKEN;
	else if (has(part, ",\"state\":\"acknowledged\""))
		wait_r->kind = WAIT_UNSENT;
}

static void take_wait(struct watch *watch, struct held *held, const struct past *past,
		      unsigned agency, struct slice part, const char *mark)
{
	const char *at = find(part, mark);
	struct wait wait;

	if (at == NULL)
		return;
	wait_cut(at, (size_t)(part.text + part.len - at), &wait);
	if (wait.due_at_ms != 0)
		add_timer(watch, held, past, agency, &wait);
}

static void take_part(struct watch *watch, struct held *held, const struct past *past,
		      struct slice part, struct slice incident)
{
	const char *end = memchr(part.text, '"', part.len);
	int agency =
		end != NULL ? agency_find(watch->agencies, part.text, (size_t)(end - part.text))
			    : -1;
	struct wait unwritten = {.kind = WAIT_NONE};

	if (agency < 0)
		return;
	held->audience.agencies |= (agency_set)1 << agency;
	take_wait(watch, held, past, (unsigned)agency, part, ",\"escalation\":{");
	take_wait(watch, held, past, (unsigned)agency, part, ",\"arrival\":{");
	if (!has(part, ",\"escalation\":"))
		set_unwritten(part, incident, &unwritten);
	if (unwritten.kind != WAIT_NONE)
		add_timer(watch, held, past, (unsigned)agency, &unwritten);
}

/* ---- All of them. ---- */

static const char part_mark[] = "{\"agency\":\"";

static const char *next_part(const char *at, struct slice parts)
{
	return memmem(at, (size_t)(parts.text + parts.len - at), part_mark, strlen(part_mark));
}

static unsigned count_parts(struct slice parts)
{
	unsigned count = 0;

	for (const char *at = parts.text; (at = next_part(at, parts)) != NULL;
	     at += strlen(part_mark))
		count++;
	return count;
}

static void cut_parts(struct watch *watch, struct held *held, const struct past *past,
		      struct slice parts, struct slice incident)
{
	const char *end = parts.text + parts.len;

	for (const char *at = next_part(parts.text, parts); at != NULL;) {
		const char *from = at + strlen(part_mark);

		at = next_part(from, parts);
		take_part(watch, held, past,
			  (struct slice){.text = from,
					 .len = (size_t)((at != NULL ? at : end) - from)},
			  incident);
	}
}

/* What is known goes on: only then is the old forgotten. */
static void take_parts(struct watch *watch, struct held *held, const struct event *event,
		       struct slice parts, struct slice incident)
{
	struct past past = {.event = event, .timer = held->timer, .count = held->timer_count};

	for (unsigned i = 0; i < past.count; i++)
		watch_take_due(watch, &past.timer[i]);
	held->timer = xcalloc(WAIT_SLOTS * count_parts(parts) + 1, sizeof(*held->timer));
	held->timer_count = 0;
	held->audience.agencies = 0;
	cut_parts(watch, held, &past, parts, incident);
	for (unsigned i = 0; i < held->timer_count; i++)
		if (!held->timer[i].is_sent)
			watch_put_due(watch, &held->timer[i]);
	xfree(past.timer);
}

/* FNV-1a, never 0. */
static uint64_t hash_of(struct slice slice)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < slice.len; i++)
		hash = (hash ^ (unsigned char)slice.text[i]) * UINT64_C(1099511628211);
	return hash | 1;
}

static void take_state(struct watch *watch, const struct event *event, struct slice incident)
{
	struct slice parts = list_of(incident, ",\"assignments\":", ",\"similar\":[");
	struct held *held = watch_hold(watch, event->incident_id);
	uint64_t hash;

	held->version = number(incident, ",\"version\":");
	held->is_over = false;
	take_card(watch, held, incident);
	take_alarms(held, event, incident);
	if (parts.len == 0) {
		log_warn("watch.event", "seq=%llu error=it_has_lost_its_form",
			 (unsigned long long)event->seq);
		return;
	}
	/* Nearly all that happens to an incident, further reports first of all, leaves its
	 * parts as they were. */
	hash = hash_of(parts);
	if (held->parts != hash)
		take_parts(watch, held, event, parts, incident);
	held->parts = hash;
}

/* Is kept while a page of live ones may be on its way that was read before this. */
static void end(struct watch *watch, const char *id, int64_t version)
{
	struct held *held = watch->is_filling ? watch_hold(watch, id) : watch_find(watch, id);

	if (held == NULL)
		return;
	held->is_over = true;
	held->parts = 0;
	held->version = version;
	watch_release_folded(watch, id);
	for (unsigned i = 0; i < held->timer_count; i++)
		watch_take_due(watch, &held->timer[i]);
	held->timer_count = 0;
	buf_unref(&held->alarms);
	if (!watch->is_filling)
		watch_drop(watch, held);
}

void watch_take_event(struct watch *watch, const struct event *event)
{
	struct slice incident = event_incident(event->body);
	const struct held *held;
	int64_t version;

	if (incident.len == 0)
		return;
	held = watch_find(watch, event->incident_id);
	version = number(incident, ",\"version\":");
	if (held != NULL && held->version > version)
		return;
	if (is_pressing(incident))
		take_state(watch, event, incident);
	else if (held != NULL || watch->is_filling)
		end(watch, event->incident_id, version);
}
