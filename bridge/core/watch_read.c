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

/* What people have said of alarms is the incident's to tell; what is raised follows from what
 * waits. Its agencies follow with its parts. */
static void take_alarms(struct held *held, const struct event *event, struct slice incident)
{
	held->no = (uint32_t)number(incident, ",\"no\":");
	held->priority = (unsigned)number(incident, ",\"priority\":") & 7;
	held->is_exercise = is(incident, ",\"exercise\":", "true");
	held->scope = (unsigned)event->audience.scope & 3;
	watch_keep_said(held, list_of(incident, ",\"alarms\":", ",\"order\":"));
}

/* ---- One wait. ---- */

/* A wait that was known goes on in the time it was begun in, whatever clocks say since. */
static int64_t begun_ms(const struct watch *watch, const struct event *event,
			const struct wait *wait)
{
	int64_t ago_ms;

	if (event->committed_us != 0)
		return (event->committed_us + 999) / 1000 - (event->at_ms - wait->since_ms);
	ago_ms = watch->clock->wall_ms(watch->clock) - wait->since_ms;
	return (watch->clock->mono_us(watch->clock) + 999) / 1000 - (ago_ms > 0 ? ago_ms : 0);
}

/* What is read out of one event. */
struct reading_parts {
	struct watch *watch;
	const struct event *event;
	struct slice incident;
	const struct held *held; /* as it was before */
	agency_set agencies;
	unsigned count;
	struct held_wait wait[HELD_WAITS_MAX];
};

static const struct held_wait *find_known(const struct held *held, unsigned agency,
					  const struct wait *wait)
{
	for (unsigned i = 0; i < held->wait_count; i++)
		if ((held->wait[i].agencies >> agency & 1) != 0 &&
		    held->wait[i].kind == wait->kind &&
		    (int64_t)held->wait[i].since_ms == wait->since_ms)
			return &held->wait[i];
	return NULL;
}

static uint32_t length_ms(const struct wait *wait)
{
	int64_t length_ms = wait->due_at_ms - wait->since_ms;

	if (wait->due_at_ms == 0 && wait->since_ms != 0)
		return HELD_FOR_EVER;
	return length_ms < 0               ? 0
	       : length_ms < HELD_FOR_EVER ? (uint32_t)length_ms
					   : HELD_FOR_EVER;
}

/* All but whose it is. */
static bool is_alike(const struct held_wait *a, const struct held_wait *b)
{
	return a->since_ms == b->since_ms && a->kind == b->kind && a->level == b->level &&
	       a->to == b->to && a->is_reached == b->is_reached && a->is_now == b->is_now &&
	       a->begun_ms == b->begun_ms && a->length_ms == b->length_ms;
}

static void add_wait(struct reading_parts *r, unsigned agency, const struct wait *wait)
{
	const struct held_wait *known = find_known(r->held, agency, wait);
	struct held_wait is = {
		.since_ms = (uint64_t)wait->since_ms & ((UINT64_C(1) << 42) - 1),
		.kind = wait->kind & 7u,
		.level = wait->level & 0xff,
		.to = wait->to & 7u,
		.is_reached = wait->is_reached,
		.is_now = watch_is_alone(r->watch, agency, wait),
		.begun_ms =
			known != NULL ? known->begun_ms : begun_ms(r->watch, r->event, wait),
		.length_ms = length_ms(wait),
		.agencies = (agency_set)1 << agency,
	};
	bool is_sent = known != NULL && known->sent == agency + 1 && known->level == is.level;
	unsigned i = 0;

	while (i < r->count && !is_alike(&r->wait[i], &is))
		i++;
	if (i == r->count)
		r->wait[r->count++] = is;
	else
		r->wait[i].agencies |= is.agencies;
	if (is_sent)
		r->wait[i].sent = known->sent;
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

static void take_wait(struct reading_parts *r, unsigned agency, struct slice part,
		      const char *mark)
{
	const char *at = find(part, mark);
	struct wait wait;

	if (at == NULL)
		return;
	wait_cut(at, (size_t)(part.text + part.len - at), &wait);
	if (wait.kind != WAIT_NONE)
		add_wait(r, agency, &wait);
}

static void take_part(struct reading_parts *r, struct slice part)
{
	const char *end = memchr(part.text, '"', part.len);
	const struct agencies *agencies = r->watch->agencies;
	int agency =
		end != NULL ? agency_find(agencies, part.text, (size_t)(end - part.text)) : -1;
	struct wait unwritten = {.kind = WAIT_NONE};

	if (agency < 0)
		return;
	r->agencies |= (agency_set)1 << agency;
	take_wait(r, (unsigned)agency, part, ",\"escalation\":{");
	take_wait(r, (unsigned)agency, part, ",\"arrival\":{");
	if (!has(part, ",\"escalation\":"))
		set_unwritten(part, r->incident, &unwritten);
	if (unwritten.kind != WAIT_NONE)
		add_wait(r, (unsigned)agency, &unwritten);
}

/* ---- All of them. ---- */

static const char part_mark[] = "{\"agency\":\"";

static const char *next_part(const char *at, struct slice parts)
{
	return memmem(at, (size_t)(parts.text + parts.len - at), part_mark, strlen(part_mark));
}

static void cut_parts(struct reading_parts *r, struct slice parts)
{
	const char *end = parts.text + parts.len;

	for (const char *at = next_part(parts.text, parts); at != NULL;) {
		const char *from = at + strlen(part_mark);

		at = next_part(from, parts);
		take_part(r, (struct slice){.text = from,
					    .len = (size_t)((at != NULL ? at : end) - from)});
	}
}

/* What is known goes on: only then is the old forgotten. */
static struct held *take_parts(struct watch *watch, struct held *held,
			       const struct event *event, struct slice parts,
			       struct slice incident)
{
	struct reading_parts r = {
		.watch = watch, .event = event, .incident = incident, .held = held};

	cut_parts(&r, parts);
	held->agencies = r.agencies;
	return watch_set_waits(watch, held, r.wait, r.count);
}

/* FNV-1a, as many of its bits as are kept, never 0. */
static uint64_t hash_of(struct slice slice)
{
	uint64_t hash = UINT64_C(14695981039346656037);

	for (size_t i = 0; i < slice.len; i++)
		hash = (hash ^ (unsigned char)slice.text[i]) * UINT64_C(1099511628211);
	return (hash ^ hash >> 48) % (UINT64_C(1) << 48) | 1;
}

static void take_state(struct watch *watch, const struct event *event, struct slice incident)
{
	struct slice parts = list_of(incident, ",\"assignments\":", ",\"similar\":[");
	struct held *held = watch_hold(watch, event->incident_id);
	uint64_t hash;

	held->version = (uint32_t)number(incident, ",\"version\":");
	held->is_over = false;
	watch_lay_under(watch, held, find_card(incident));
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
		held = take_parts(watch, held, event, parts, incident);
	held->parts = hash & ((UINT64_C(1) << 48) - 1);
}

/* Is kept while a page of live ones may be on its way that was read before this. */
static void end(struct watch *watch, const char *id, int64_t version)
{
	struct held *held = watch->is_filling ? watch_hold(watch, id) : watch_find(watch, id);

	if (held == NULL)
		return;
	held->is_over = true;
	held->parts = 0;
	held->version = (uint32_t)version;
	watch_release_folded(watch, held);
	watch_keep_said(held, (struct slice){0});
	held = watch_set_waits(watch, held, NULL, 0);
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
