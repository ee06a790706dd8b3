#include "core/shift_sheet.h"

#include <string.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "core/rules.h"
#include "model/alarm.h"

struct shift_sheet {
	const struct rules *rules;
	const struct agencies *agencies;
	struct shift_desk desk;
	uint64_t last_seq; /* of the last hand-over; 0: there was none */
	int64_t since_ms;
	json_t *last; /* it, or null */
	int64_t routine, left_out;
	json_t *open, *promised, *silent, *calls, *units, *rises;
};

struct shift_sheet *shift_sheet_new(const struct rules *rules, const struct shift_desk *desk)
{
	struct shift_sheet *sheet = xcalloc(1, sizeof(*sheet));

	*sheet = (struct shift_sheet){
		.rules = rules,
		.agencies = rules_agencies(rules),
		.desk = *desk,
		.last = json_null(),
		.open = json_array(),
		.promised = json_array(),
		.silent = json_array(),
		.calls = json_array(),
		.units = json_array(),
		.rises = json_array(),
	};
	return sheet;
}

void shift_sheet_free(struct shift_sheet **sheet)
{
	struct shift_sheet *mine = *sheet;

	*sheet = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->last);
	json_decref(mine->open);
	json_decref(mine->promised);
	json_decref(mine->silent);
	json_decref(mine->calls);
	json_decref(mine->units);
	json_decref(mine->rises);
	xfree(mine);
}

static json_t *time_or_null(int64_t at_ms)
{
	char text[CLOCK_TEXT];

	if (at_ms == 0)
		return json_null();
	clock_format(at_ms, text);
	return json_string(text);
}

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

/* The oldest go. Takes row. */
static void add_row(struct shift_sheet *sheet, json_t *list, json_t *row)
{
	if (row == NULL)
		panic("shift: a row could not be made");
	(void)json_array_append_new(list, row); /* of memory alone, which aborts */
	if (json_array_size(list) <= SHIFT_LIST)
		return;
	(void)json_array_remove(list, 0);
	sheet->left_out++;
}

static bool is_of_desk(const struct shift_sheet *sheet, unsigned agency)
{
	return (sheet->desk.agencies >> agency & 1) != 0;
}

static const char *agency_id(const struct shift_sheet *sheet, unsigned agency)
{
	return sheet->agencies->agency[agency].id;
}

/* --- the last hand-over --- */

int shift_sheet_take_last(struct shift_sheet *sheet, const struct event *hand_over,
			  struct err *err)
{
	struct slice told = event_hand_over(hand_over->body);
	json_t *object = json_loadb(told.text, told.len, JSON_DISABLE_EOF_CHECK, NULL);

	if (object == NULL)
		return err_set(err, ERR_IO, "the hand-over %llu cannot be read",
			       (unsigned long long)hand_over->seq);
	json_decref(sheet->last);
	sheet->last = object;
	(void)json_object_set_new(object, "seq", json_integer((json_int_t)hand_over->seq));
	sheet->last_seq = hand_over->seq;
	sheet->since_ms = hand_over->at_ms;
	return 0;
}

/* --- what is open --- */

static json_t *waits_of(const struct assignment *part)
{
	json_t *list = json_array();

	for (int slot = 0; slot < WAIT_SLOTS; slot++) {
		const struct wait *wait = &part->wait[slot];
		enum alarm_kind alarm;

		if (wait->kind == WAIT_NONE)
			continue;
		(void)json_array_append_new(
			list,
			json_pack("{s:s, s:o, s:o, s:s?}", "for", wait_kind_names[wait->kind],
				  "since", time_or_null(wait->since_ms), "due_at",
				  time_or_null(wait->due_at_ms), "alarm",
				  alarm_of_wait(wait, &alarm) ? alarm_kind_names[alarm]
							      : NULL));
	}
	return list;
}

static json_t *parts_of(const struct shift_sheet *sheet, const struct incident *incident)
{
	json_t *list = json_array();

	for (unsigned i = 0; i < sheet->agencies->count; i++) {
		const struct assignment *part = &incident->assignment[i];

		if ((incident->verdict.agencies >> i & 1) == 0)
			continue;
		(void)json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:o, s:s?, s:o}", "agency", agency_id(sheet, i),
				  "state", assignment_state_names[part->state], "since",
				  time_or_null(part->since_ms), "by", or_null(part->by),
				  "waits", waits_of(part)));
	}
	return list;
}

static json_t *place_of(const struct incident *incident)
{
	const struct location *at = &incident->location;

	return at->said[0] != '\0' || at->area_name[0] != '\0'
		       ? json_sprintf("%s%s%s", at->said,
				      at->said[0] != '\0' && at->area_name[0] != '\0' ? ", "
										      : "",
				      at->area_name)
		       : json_null();
}

static json_t *row_of(const struct shift_sheet *sheet, const struct incident *incident)
{
	bool is_secret = incident->anonymity == ANONYMITY_SECRET;

	return json_pack("{s:s, s:I, s:i, s:b, s:s?, s:o, s:o, s:o, s:o, s:o}", "incident_id",
			 incident->id, "no", (json_int_t)incident->no, "priority",
			 incident->verdict.priority, "secret", is_secret, "category",
			 is_secret ? NULL : or_null(incident->verdict.category), "place",
			 is_secret ? json_null() : place_of(incident), "opened_at",
			 time_or_null(incident->opened_at_ms), "happened_at",
			 time_or_null(incident->happened_ms), "updated_at",
			 time_or_null(incident->updated_at_ms), "parts",
			 parts_of(sheet, incident));
}

/* The first of its priority stays first: they come by their numbers. */
static void put_open(struct shift_sheet *sheet, const struct incident *incident)
{
	size_t at = json_array_size(sheet->open);

	while (at > 0 &&
	       json_integer_value(json_object_get(json_array_get(sheet->open, at - 1),
						  "priority")) > incident->verdict.priority)
		at--;
	if (at < SHIFT_INCIDENTS)
		(void)json_array_insert_new(sheet->open, at, row_of(sheet, incident));
	else
		sheet->left_out++;
	if (json_array_size(sheet->open) > SHIFT_INCIDENTS) {
		(void)json_array_remove(sheet->open, SHIFT_INCIDENTS);
		sheet->left_out++;
	}
}

/* An alarm that was put off is a promise to come back to it. */
static void add_shelved(struct shift_sheet *sheet, const struct incident *incident)
{
	for (unsigned i = 0; i < incident->mark_count; i++) {
		const struct alarm_mark *mark = &incident->mark[i];

		if (mark->shelved_until_ms <= sheet->desk.now_ms ||
		    !is_of_desk(sheet, mark->agency))
			continue;
		add_row(sheet, sheet->promised,
			json_pack("{s:s, s:s, s:I, s:s, s:s, s:s?, s:o, s:o, s:s?}", "kind",
				  "shelved_alarm", "incident_id", incident->id, "no",
				  (json_int_t)incident->no, "agency",
				  agency_id(sheet, mark->agency), "alarm",
				  alarm_kind_names[mark->kind], "by", or_null(mark->by), "at",
				  time_or_null(mark->at_ms), "until",
				  time_or_null(mark->shelved_until_ms), "words",
				  incident->anonymity != ANONYMITY_SECRET
					  ? or_null(mark->reason)
					  : NULL));
	}
}

static const char *last_receipt(const struct order *order)
{
	const char *name = NULL;

	for (int i = 0; i < RECEIPTS; i++)
		if (order->receipt_ms[i] != 0)
			name = receipt_names[i];
	return name;
}

static void add_silent(struct shift_sheet *sheet, const struct incident *incident)
{
	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];

		if (!order_is_unanswered(order) || !is_of_desk(sheet, order->agency))
			continue;
		add_row(sheet, sheet->silent,
			json_pack("{s:s, s:s, s:s, s:I, s:o, s:s?, s:s?}", "unit", order->unit,
				  "agency", agency_id(sheet, order->agency), "incident_id",
				  incident->id, "no", (json_int_t)incident->no, "ordered_at",
				  time_or_null(order->since_ms), "receipt", last_receipt(order),
				  "by", or_null(order->by)));
	}
}

void shift_sheet_add_incident(struct shift_sheet *sheet, const struct incident *incident)
{
	if (incident->is_exercise || (incident->verdict.agencies & sheet->desk.agencies) == 0)
		return;
	if (incident->verdict.disposition != DISPOSITION_EMERGENCY &&
	    incident->verdict.disposition != DISPOSITION_REVIEW) {
		sheet->routine++;
		return;
	}
	put_open(sheet, incident);
	add_shelved(sheet, incident);
	add_silent(sheet, incident);
}

/* --- units --- */

void shift_sheet_add_unit(struct shift_sheet *sheet, const struct unit_doing *unit)
{
	bool has_changed = unit->duty_since_ms != 0 && unit->duty_since_ms >= sheet->since_ms;

	if (!is_of_desk(sheet, unit->agency) || (unit->duty == DUTY_ON && !has_changed))
		return;
	add_row(sheet, sheet->units,
		json_pack("{s:s, s:s, s:s, s:s, s:o, s:s?}", "unit", unit->id, "agency",
			  agency_id(sheet, unit->agency), "duty", unit_duty_names[unit->duty],
			  "status", unit_status(unit), "since",
			  time_or_null(unit->duty_since_ms), "by", or_null(unit->duty_by)));
}

/* --- what happened --- */

static bool is_open(const struct shift_sheet *sheet, const char *incident_id)
{
	const json_t *row;
	size_t i;

	json_array_foreach(sheet->open, i, row)
	{
		if (strcmp(json_string_value(json_object_get(row, "incident_id")),
			   incident_id) == 0)
			return true;
	}
	return false;
}

static bool concerns(const struct shift_sheet *sheet, const json_t *agency)
{
	const char *id = json_string_value(agency);
	int index = id != NULL ? agency_find(sheet->agencies, id, strlen(id)) : -1;

	return id == NULL || (index >= 0 && is_of_desk(sheet, (unsigned)index));
}

/* One member of the event, under a name of our own. */
static void keep(json_t *row, const char *name, const json_t *frame, const char *key)
{
	json_t *value = json_object_get(frame, key);

	(void)json_object_set_new(row, name, value != NULL ? json_incref(value) : json_null());
}

static json_t *row_of_event(const json_t *frame)
{
	const json_t *incident = json_object_get(frame, "incident");
	json_t *row = json_object();

	keep(row, "incident_id", incident, "id");
	keep(row, "no", incident, "no");
	keep(row, "agency", frame, "agency");
	keep(row, "at", frame, "time");
	keep(row, "by", frame, "by");
	return row;
}

static void take_rise(struct shift_sheet *sheet, const json_t *frame)
{
	json_t *row;

	if (!concerns(sheet, json_object_get(frame, "agency")))
		return;
	row = row_of_event(frame);
	keep(row, "kind", frame, "kind");
	keep(row, "level", frame, "level");
	keep(row, "to", frame, "to");
	add_row(sheet, sheet->rises, row);
}

/* Kept or not: as long as the incident is open somebody has to see to it. */
static void take_promise(struct shift_sheet *sheet, const json_t *frame, bool is_secret)
{
	json_t *row;

	if (!concerns(sheet, json_object_get(frame, "agency")))
		return;
	row = row_of_event(frame);
	(void)json_object_set_new(row, "kind", json_string("note"));
	(void)json_object_set_new(row, "alarm", json_null());
	(void)json_object_set_new(row, "until", json_null());
	keep(row, "words", frame, is_secret ? "" : "note");
	add_row(sheet, sheet->promised, row);
}

/* Somebody has spoken with them since. */
static void forget_caller(struct shift_sheet *sheet, const json_t *call, const json_t *handle)
{
	for (size_t i = json_array_size(sheet->calls); i-- > 0;) {
		const json_t *row = json_array_get(sheet->calls, i);

		if (json_equal(json_object_get(row, "id"), json_object_get(call, "id")) ||
		    (json_is_string(handle) &&
		     json_equal(json_object_get(row, "handle"), handle)))
			(void)json_array_remove(sheet->calls, i);
	}
}

static void take_call(struct shift_sheet *sheet, const json_t *frame)
{
	const json_t *call = json_object_get(frame, "call");
	const json_t *handle = json_object_get(json_object_get(call, "card"), "handle");
	const char *state = json_string_value(json_object_get(call, "state"));
	json_t *row;

	if (state == NULL || json_is_true(json_object_get(frame, "exercise")))
		return;
	if (strcmp(state, "answered") == 0)
		forget_caller(sheet, call, handle);
	if (strcmp(state, "abandoned") != 0)
		return;
	row = json_object();
	keep(row, "id", call, "id");
	keep(row, "call_id", call, "call_id");
	keep(row, "caller", call, "caller");
	keep(row, "handle", json_object_get(call, "card"), "handle");
	keep(row, "at", frame, "time");
	add_row(sheet, sheet->calls, row);
}

/* Looked for before an event is parsed: few of them are. */
static bool is_promise(const struct event *event)
{
	static const char mark[] = ",\"promise\":true";
	struct slice head = event_head(event->body);

	return event->kind == EVENT_INCIDENT_UPDATED && head.len > 0 &&
	       memmem(head.text, head.len, mark, sizeof(mark) - 1) != NULL;
}

void shift_sheet_add_event(struct shift_sheet *sheet, const struct event *event)
{
	bool is_rise = event->kind == EVENT_INCIDENT_ESCALATED && event->seq > sheet->last_seq;
	bool is_call = event->kind == EVENT_CALL_UPDATED;
	bool promises = is_promise(event) && is_open(sheet, event->incident_id);
	json_t *frame;

	if ((!is_rise && !is_call && !promises) ||
	    !audience_admits(&event->audience, &sheet->desk.viewer) ||
	    event_is_exercise(event->body))
		return;
	frame = json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
	if (is_rise)
		take_rise(sheet, frame);
	else if (is_call)
		take_call(sheet, frame);
	else
		take_promise(sheet, frame, event->audience.scope == SCOPE_SECRET);
	json_decref(frame);
}

/* --- the document --- */

static json_t *system_part(const char *trouble)
{
	if (trouble == NULL)
		return json_null();
	return json_pack("{s:b, s:s?}", "ok", trouble[0] == '\0', "reason", or_null(trouble));
}

json_t *shift_sheet_finish(struct shift_sheet *sheet, const struct shift_stamp *stamp)
{
	bool is_of_all = sheet->desk.desk == DESK_OF_ALL;
	json_t *doc = json_pack(
		"{s:s, s:s?, s:I, s:s, s:o, s:o, s:O, s:O, s:I, s:O, s:O, s:O, s:O, s:O, s:I, "
		"s:b, s:{s:o, s:o}}",
		"city", stamp->city, "agency",
		is_of_all ? NULL : desk_name(sheet->desk.desk, sheet->agencies), "seq",
		(json_int_t)stamp->seq, "epoch", stamp->epoch, "at",
		time_or_null(sheet->desk.now_ms), "since", time_or_null(sheet->since_ms),
		"last_hand_over", sheet->last, "open", sheet->open, "routine",
		(json_int_t)sheet->routine, "promised", sheet->promised, "silent_units",
		sheet->silent, "unreturned_calls", sheet->calls, "units", sheet->units,
		"escalations", sheet->rises, "left_out", (json_int_t)sheet->left_out, "is_cut",
		stamp->is_cut, "system", "store", system_part(stamp->store), "broker",
		system_part(stamp->broker));

	if (doc == NULL)
		panic("shift: the page could not be made");
	return doc;
}
