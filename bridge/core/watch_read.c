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

/* It may wait, now or by the next decision; others are not held. */
static bool is_pressing(struct slice incident)
{
	return !has(incident, ",\"status\":\"closed\"") &&
	       (has(incident, ",\"disposition\":\"emergency\"") ||
		has(incident, ",\"disposition\":\"review\""));
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

/* What lay under a card that goes under another by that lies under none. */
static void take_card(struct watch *watch, struct held *held, struct slice incident)
{
	const char *card = find(incident, ",\"folded_into\":{\"incident_id\":\"");
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
	held->is_exercise = has(incident, ",\"exercise\":true");
	held->audience = (struct audience){.scope = event->audience.scope};
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

/* An incident older than waits are, which nobody has touched since: it has waited long enough.
 */
static void set_unwritten(const json_t *part, struct slice incident, struct wait *wait_r)
{
	const char *state = json_string_value(json_object_get(part, "state"));

	if (state == NULL || json_object_get(part, "escalation") != NULL)
		return;
	if (strcmp(state, assignment_state_names[ASSIGNMENT_PENDING]) == 0)
		wait_r->kind = has(incident, ",\"disposition\":\"review\"") ? WAIT_UNSURE
									    : WAIT_UNTAKEN;
	else if (strcmp(state, assignment_state_names[ASSIGNMENT_ACKNOWLEDGED]) == 0)
		wait_r->kind = WAIT_UNSENT;
	wait_r->due_at_ms = wait_r->since_ms; /* 0: now */
}

static void take_part(struct watch *watch, struct held *held, const struct past *past,
		      const json_t *part, struct slice incident)
{
	static const char *const keys[WAIT_SLOTS] = {"escalation", "arrival"};
	const char *id = json_string_value(json_object_get(part, "agency"));
	int agency = id != NULL ? agency_find(watch->agencies, id, strlen(id)) : -1;

	if (agency >= 0)
		held->audience.agencies |= (agency_set)1 << agency;
	for (int slot = 0; slot < WAIT_SLOTS && agency >= 0; slot++) {
		struct wait wait;

		wait_read(json_object_get(part, keys[slot]), &wait);
		if (slot == WAIT_FOR_STEP)
			set_unwritten(part, incident, &wait);
		if (wait.kind != WAIT_NONE && (wait.due_at_ms != 0 || wait.since_ms == 0))
			add_timer(watch, held, past, (unsigned)agency, &wait);
	}
}

/* ---- All of them. ---- */

static void take_parts(struct watch *watch, struct held *held, const struct event *event,
		       const json_t *list, struct slice incident)
{
	struct past past = {.event = event, .timer = held->timer, .count = held->timer_count};

	for (unsigned i = 0; i < past.count; i++)
		watch_take_due(watch, &past.timer[i]);
	held->timer = xcalloc(WAIT_SLOTS * json_array_size(list) + 1, sizeof(*held->timer));
	held->timer_count = 0;
	for (size_t i = 0; i < json_array_size(list); i++)
		take_part(watch, held, &past, json_array_get(list, i), incident);
	for (unsigned i = 0; i < held->timer_count; i++)
		if (!held->timer[i].is_sent)
			watch_put_due(watch, &held->timer[i]);
	xfree(past.timer);
}

static void take_state(struct watch *watch, const struct event *event, struct slice incident)
{
	struct slice parts = list_of(incident, ",\"assignments\":", ",\"similar\":[");
	json_t *list = json_loadb(parts.text, parts.len, 0, NULL);
	struct held *held;

	if (!json_is_array(list)) {
		log_warn("watch.event", "seq=%llu error=it_has_lost_its_form",
			 (unsigned long long)event->seq);
		json_decref(list);
		return;
	}
	held = watch_hold(watch, event->incident_id);
	held->version = number(incident, ",\"version\":");
	held->is_over = false;
	take_card(watch, held, incident);
	take_alarms(held, event, incident);
	take_parts(watch, held, event, list, incident);
	json_decref(list);
}

/* Is kept while a page of live ones may be on its way that was read before this. */
static void end(struct watch *watch, const char *id, int64_t version)
{
	struct held *held = watch->is_filling ? watch_hold(watch, id) : watch_find(watch, id);

	if (held == NULL)
		return;
	held->is_over = true;
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
