#include "core/shift_sheet.h"

#include <stdlib.h>
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
	/* Numbers of all that is open, also of what is left out above. */
	int64_t *open_no;
	size_t open_count, open_room;
	json_t *pledged; /* rows of notes that promise something, until it is known where it
			    went */
	json_t *merged;  /* number of what was merged, to what it went into */
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
		.pledged = json_array(),
		.merged = json_object(),
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
	json_decref(mine->pledged);
	json_decref(mine->merged);
	xfree(mine->open_no);
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

/* They come by their numbers. */
static void note_open(struct shift_sheet *sheet, int64_t no)
{
	if (sheet->open_count == sheet->open_room) {
		sheet->open_room = sheet->open_room > 0 ? 2 * sheet->open_room : 256;
		sheet->open_no =
			xrealloc(sheet->open_no, sheet->open_room * sizeof(*sheet->open_no));
	}
	sheet->open_no[sheet->open_count++] = no;
}

void shift_sheet_add_incident(struct shift_sheet *sheet, const struct incident *incident)
{
	if (incident->is_exercise || (incident->verdict.agencies & sheet->desk.agencies) == 0)
		return;
	note_open(sheet, incident->no);
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
	(void)json_array_append_new(sheet->pledged, row);
}

/* --- where what was promised has gone --- */

static const char *key_of(const json_t *no, char text_r[24])
{
	snprintf(text_r, 24, "%lld", (long long)json_integer_value(no));
	return text_r;
}

static void take_merge(struct shift_sheet *sheet, const json_t *frame)
{
	const json_t *incident = json_object_get(frame, "incident");
	json_t *into = json_object_get(incident, "merged_into");
	char key[24];

	(void)json_object_set(sheet->merged, key_of(json_object_get(incident, "no"), key),
			      into);
}

/* It goes its own way again. */
static void take_given_back(struct shift_sheet *sheet, const json_t *frame)
{
	const json_t *no = json_object_get(json_object_get(frame, "incident"), "no");
	char key[24];

	(void)json_object_del(sheet->merged, key_of(no, key)); /* it need not be there */
}

static int compare_no(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static bool is_open(const struct shift_sheet *sheet, const json_t *no)
{
	int64_t key = json_integer_value(no);

	return sheet->open_count > 0 && bsearch(&key, sheet->open_no, sheet->open_count,
						sizeof(key), compare_no) != NULL;
}

/* Kept or not: as long as the incident is open somebody has to see to it, there where it is
 * seen to by now. So many merges at most: what was given back out of sight may lead round. */
static bool follow_promise(const struct shift_sheet *sheet, json_t *row)
{
	size_t left = json_object_size(sheet->merged);
	char key[24];

	while (!is_open(sheet, json_object_get(row, "no"))) {
		const json_t *into =
			json_object_get(sheet->merged, key_of(json_object_get(row, "no"), key));

		if (into == NULL || left-- == 0)
			return false;
		keep(row, "incident_id", into, "incident_id");
		keep(row, "no", into, "no");
	}
	return true;
}

static void settle_promises(struct shift_sheet *sheet)
{
	json_t *row;
	size_t i;

	json_array_foreach(sheet->pledged, i, row)
	{
		if (follow_promise(sheet, row))
			add_row(sheet, sheet->promised, json_incref(row));
	}
	(void)json_array_clear(sheet->pledged);
}

/* --- calls --- */

/* Somebody has spoken with them since. */
static void forget_caller(struct shift_sheet *sheet, const json_t *call, const json_t *handle)
{
	for (size_t i = json_array_size(sheet->calls); i-- > 0;) {
		const json_t *row = json_array_get(sheet->calls, i);

		if ((call != NULL &&
		     json_equal(json_object_get(row, "id"), json_object_get(call, "id"))) ||
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

/* What of an event is looked at. */
enum news {
	NEWS_NONE,
	NEWS_RISE,
	NEWS_CALL,
	NEWS_CALLED_BACK,
	NEWS_PROMISE,
	NEWS_MERGE,
	NEWS_GIVEN_BACK
};

static bool head_has(const struct event *event, const char *mark)
{
	struct slice head = event_head(event->body);

	return head.len > 0 && memmem(head.text, head.len, mark, strlen(mark)) != NULL;
}

/* Before it is parsed: of few there is anything. */
static enum news news_of(const struct shift_sheet *sheet, const struct event *event)
{
	switch (event->kind) {
	case EVENT_INCIDENT_ESCALATED:
		return event->seq > sheet->last_seq ? NEWS_RISE : NEWS_NONE;
	case EVENT_CALL_UPDATED:
		return NEWS_CALL;
	case EVENT_CALLER_UPDATED:
		return head_has(event, ",\"said\":\"done\"") ? NEWS_CALLED_BACK : NEWS_NONE;
	case EVENT_INCIDENT_MERGED:
		return NEWS_MERGE;
	case EVENT_INCIDENT_UPDATED:
		return head_has(event, ",\"promise\":true") ? NEWS_PROMISE
		       : head_has(event, ",\"from\":{")     ? NEWS_GIVEN_BACK
							    : NEWS_NONE;
	default:
		return NEWS_NONE;
	}
}

static void take_news(struct shift_sheet *sheet, enum news news, const json_t *frame,
		      bool is_secret)
{
	switch (news) {
	case NEWS_NONE:
		return;
	case NEWS_RISE:
		take_rise(sheet, frame);
		return;
	case NEWS_CALL:
		take_call(sheet, frame);
		return;
	case NEWS_PROMISE:
		take_promise(sheet, frame, is_secret);
		return;
	case NEWS_CALLED_BACK:
		forget_caller(sheet, NULL,
			      json_object_get(json_object_get(frame, "card"), "handle"));
		return;
	case NEWS_MERGE:
		take_merge(sheet, frame);
		return;
	case NEWS_GIVEN_BACK:
		take_given_back(sheet, frame);
		return;
	}
}

void shift_sheet_add_event(struct shift_sheet *sheet, const struct event *event)
{
	enum news news = news_of(sheet, event);
	json_t *frame;

	if (news == NEWS_NONE || !audience_admits(&event->audience, &sheet->desk.viewer) ||
	    event_is_exercise(event->body))
		return;
	frame = json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
	take_news(sheet, news, frame, event->audience.scope == SCOPE_SECRET);
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
	json_t *doc;

	settle_promises(sheet);
	doc = json_pack(
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
