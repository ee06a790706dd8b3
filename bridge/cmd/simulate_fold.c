#include "cmd/simulate_fold.h"

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"

#define CHAIN_MAX 32 /* of what was merged into what was merged … */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

static int64_t time_of(const json_t *object, const char *key)
{
	struct err err;
	int64_t at_ms;

	return clock_parse(text_of(object, key), &at_ms, &err) == 0 ? at_ms : 0;
}

void fold_fini(struct fold *fold)
{
	for (unsigned i = 0; i < fold->incident_count; i++) {
		json_decref(fold->incident[i]->state);
		xfree(fold->incident[i]);
	}
	for (unsigned i = 0; i < fold->unit_count; i++)
		json_decref(fold->unit[i].state);
	xfree(fold->incident);
	xfree(fold->order);
	xfree(fold->unit);
	*fold = (struct fold){.seq = 0};
}

/* ---- Incidents, by id. ---- */

/* Where it is, or would have to be. Ids ascend, so it is nearly always the end. */
static unsigned place_of(const struct fold *fold, const char *id)
{
	unsigned low = 0, high = fold->incident_count;

	if (high > 0 && strcmp(fold->incident[high - 1]->id, id) < 0)
		return high;
	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (strcmp(fold->incident[middle]->id, id) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

struct fold_incident *fold_find(const struct fold *fold, const char *id)
{
	unsigned at = place_of(fold, id);

	return at < fold->incident_count && strcmp(fold->incident[at]->id, id) == 0
		       ? fold->incident[at]
		       : NULL;
}

static struct fold_incident *find_or_add(struct fold *fold, const char *id)
{
	unsigned at = place_of(fold, id);
	struct fold_incident *one = fold_find(fold, id);

	if (one != NULL)
		return one;
	if (fold->incident_count == fold->incident_room) {
		fold->incident_room = fold->incident_room == 0 ? 64 : 2 * fold->incident_room;
		fold->incident = xrealloc(fold->incident,
					  fold->incident_room * sizeof(fold->incident[0]));
	}
	memmove(&fold->incident[at + 1], &fold->incident[at],
		(fold->incident_count - at) * sizeof(fold->incident[0]));
	one = fold->incident[at] = xcalloc(1, sizeof(*one));
	fold->incident_count++;
	snprintf(one->id, sizeof(one->id), "%s", id);
	return one;
}

/* ---- Parts and orders. ---- */

static struct fold_part *find_or_add_part(struct fold_incident *incident, const char *agency,
					  int64_t at_ms)
{
	struct fold_part *part;

	for (unsigned i = 0; i < incident->part_count; i++)
		if (strcmp(incident->part[i].agency, agency) == 0)
			return &incident->part[i];
	if (incident->part_count == FOLD_PARTS_MAX)
		return NULL;
	part = &incident->part[incident->part_count++];
	*part = (struct fold_part){.since_ms = at_ms};
	snprintf(part->agency, sizeof(part->agency), "%s", agency);
	return part;
}

static void take_order(struct fold *fold, const struct fold_incident *incident,
		       const json_t *order)
{
	const char *id = text_of(order, "dispatch_id");
	struct fold_order *one;

	for (unsigned i = fold->order_count; i > 0; i--)
		if (strcmp(fold->order[i - 1].dispatch_id, id) == 0)
			return;
	if (fold->order_count == fold->order_room) {
		fold->order_room = fold->order_room == 0 ? 64 : 2 * fold->order_room;
		fold->order = xrealloc(fold->order, fold->order_room * sizeof(fold->order[0]));
	}
	one = &fold->order[fold->order_count++];
	snprintf(one->dispatch_id, sizeof(one->dispatch_id), "%s", id);
	snprintf(one->unit, sizeof(one->unit), "%s", text_of(order, "unit"));
	snprintf(one->incident_id, sizeof(one->incident_id), "%s", incident->id);
}

static void take_orders(struct fold *fold, const struct fold_incident *incident,
			struct fold_part *part, const json_t *orders, int64_t at_ms)
{
	const json_t *order;
	size_t i;

	json_array_foreach(orders, i, order)
	{
		bool is_there = json_is_string(
			json_object_get(json_object_get(order, "steps"), "on_scene"));

		take_order(fold, incident, order);
		if (part->sent_ms == 0)
			part->sent_ms = at_ms;
		if (is_there && part->arrived_ms == 0)
			part->arrived_ms = at_ms;
	}
}

static void take_part(struct fold *fold, struct fold_incident *incident, const json_t *state,
		      int64_t at_ms)
{
	struct fold_part *part = find_or_add_part(incident, text_of(state, "agency"), at_ms);
	const char *is = text_of(state, "state");

	if (part == NULL)
		return;
	if (part->taken_ms == 0 && strcmp(is, "pending") != 0)
		part->taken_ms = at_ms;
	take_orders(fold, incident, part, json_object_get(state, "orders"), at_ms);
}

/* ---- Events. ---- */

static void take_incident(struct fold *fold, const json_t *event, json_t *state)
{
	struct fold_incident *incident = find_or_add(fold, text_of(state, "id"));
	int64_t at_ms = time_of(event, "time");
	const json_t *part;
	size_t i;

	json_incref(state);
	json_decref(incident->state);
	incident->state = state;
	incident->seq = fold->seq;
	if (incident->begun_ms == 0)
		incident->begun_ms = at_ms;
	json_array_foreach(json_object_get(state, "assignments"), i, part)
		take_part(fold, incident, part, at_ms);
}

static void take_unit(struct fold *fold, json_t *state)
{
	const char *id = text_of(state, "id");
	struct fold_unit *unit = NULL;

	for (unsigned i = 0; i < fold->unit_count && unit == NULL; i++)
		if (strcmp(fold->unit[i].id, id) == 0)
			unit = &fold->unit[i];
	if (unit == NULL) {
		fold->unit =
			xrealloc(fold->unit, (fold->unit_count + 1) * sizeof(fold->unit[0]));
		unit = &fold->unit[fold->unit_count++];
		*unit = (struct fold_unit){.state = NULL};
		snprintf(unit->id, sizeof(unit->id), "%s", id);
	}
	json_incref(state);
	json_decref(unit->state);
	unit->state = state;
}

static void take_help(struct fold *fold, const json_t *event, const json_t *unit)
{
	bool is_exercise = json_is_true(json_object_get(event, "exercise"));
	const json_t *mayday = json_object_get(unit, "mayday");
	struct fold_help *help = &fold->help[is_exercise];
	const char *said = text_of(event, "said");
	int64_t waited_ms = time_of(event, "time") - time_of(mayday, "since");

	help->called += strcmp(said, "mayday") == 0;
	help->ended += strcmp(said, "mayday_over") == 0 && mayday == NULL;
	if (strcmp(said, "mayday_answered") != 0)
		return;
	help->answered++;
	if (waited_ms > help->answer_most_ms)
		help->answer_most_ms = waited_ms;
}

static void count(struct fold_counts *counts, const json_t *event)
{
	const char *is = text_of(event, "event");

	counts->events++;
	/* A report opens an incident or comes to one; what a split opens is none. */
	counts->reports += strcmp(is, "report.received") == 0 ||
			   (strcmp(is, "incident.created") == 0 &&
			    json_object_get(event, "action") == NULL);
	/* By the table; what a person or a crew in need raises is none of those. */
	counts->escalations +=
		strcmp(is, "incident.escalated") == 0 && text_of(event, "by")[0] == '\0';
}

void fold_event(struct fold *fold, const json_t *event)
{
	json_int_t seq = json_integer_value(json_object_get(event, "seq"));
	json_t *incident = json_object_get(event, "incident");
	json_t *unit = json_object_get(event, "unit");

	if (seq <= (json_int_t)fold->seq)
		return;
	fold->seq = (uint64_t)seq;
	count(&fold->counts, event);
	if (json_is_object(incident))
		take_incident(fold, event, incident);
	if (json_is_object(unit)) {
		take_unit(fold, unit);
		take_help(fold, event, unit);
	}
}

/* ---- Asking. ---- */

const char *fold_text(const struct fold_incident *incident, const char *key)
{
	return text_of(incident->state, key);
}

bool fold_is_open(const struct fold_incident *incident)
{
	return incident->state != NULL && strcmp(fold_text(incident, "status"), "closed") != 0;
}

static const char *gone_into(const struct fold_incident *one)
{
	const char *into = text_of(json_object_get(one->state, "merged_into"), "incident_id");

	return into[0] != '\0'
		       ? into
		       : text_of(json_object_get(one->state, "folded_into"), "incident_id");
}

const struct fold_incident *fold_root(const struct fold *fold, const struct fold_incident *one)
{
	for (int i = 0; i < CHAIN_MAX && gone_into(one)[0] != '\0'; i++) {
		const struct fold_incident *next = fold_find(fold, gone_into(one));

		if (next == NULL)
			break;
		one = next;
	}
	return one;
}

bool fold_is_represented(const struct fold *fold, const struct fold_incident *one)
{
	const struct fold_incident *root = fold_root(fold, one);

	return root != one && fold_is_open(root);
}

const struct fold_part *fold_part(const struct fold_incident *incident, const char *agency)
{
	for (unsigned i = 0; i < incident->part_count; i++)
		if (strcmp(incident->part[i].agency, agency) == 0)
			return &incident->part[i];
	return NULL;
}
