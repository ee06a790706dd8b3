/* What was promised on the page of a shift that ends, whatever became of its incident. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/jsonw.h"
#include "base/xalloc.h"
#include "city.h"
#include "core/shift_sheet.h"

#define FIRE 1u
#define NOON INT64_C(1795582800000)

static struct incident incident_of(int64_t no, enum disposition disposition)
{
	struct incident incident = {
		.no = no,
		.version = 1,
		.opened_at_ms = NOON,
		.verdict = {.disposition = disposition, .priority = 2, .agencies = FIRE},
		.text = xstrndup("x", 1),
	};

	snprintf(incident.id, ID_SIZE, "I-01ARZ3NDEKTSV4RRFFQ69%05d", (int)no);
	return incident;
}

static struct shift_sheet *sheet_new(void)
{
	const struct shift_desk desk = {.desk = DESK_OF_ALL,
					.agencies = FIRE,
					.viewer = {.may_watch = true, .agencies = FIRE},
					.now_ms = NOON};

	return shift_sheet_new(cirebon, &desk);
}

/* That is open: a copy, which the sheet has read when it is back. */
static void add_open(struct shift_sheet *sheet, int64_t no, enum disposition disposition)
{
	struct incident incident = incident_of(no, disposition);

	shift_sheet_add_incident(sheet, &incident);
	incident_fini(&incident);
}

/* The event of that decision on an incident, which has merged it into that one or 0. */
static void tell(struct shift_sheet *sheet, int64_t no, int64_t into, const char *json)
{
	struct incident incident = incident_of(no, DISPOSITION_EMERGENCY);
	const struct agencies *agencies = rules_agencies(cirebon);
	struct event event = {.seq = 2, .at_ms = NOON};
	struct command *command;
	struct jsonw w;
	struct err err;

	jsonw_init(&w, 4096);
	assert_int_equal(
		command_parse(json, strlen(json), incident.id, agencies, &command, &err), 0);
	command->into_no = into;
	command->at_ms = NOON;
	assert_int_equal(incident_apply(&incident, command, &err), 0);
	event.kind = event_kind_after(command, &incident);
	event.audience = incident_audience(&incident);
	event_write_command(&w, event.seq, NOON, command, &incident, agencies);
	event.body = jsonw_buf(&w);
	shift_sheet_add_event(sheet, &event);
	buf_unref(&event.body);
	jsonw_fini(&w);
	command_free(&command);
	incident_fini(&incident);
}

static void promise(struct shift_sheet *sheet, int64_t no)
{
	tell(sheet, no, 0, "{\"action\":\"note\",\"note\":\"pompa\",\"promise\":true}");
}

static void merge(struct shift_sheet *sheet, int64_t no, int64_t into)
{
	char json[96];

	snprintf(json, sizeof(json),
		 "{\"action\":\"merge\",\"into\":\"I-01ARZ3NDEKTSV4RRFFQ69%05d\"}", (int)into);
	tell(sheet, no, into, json);
}

/* It goes its own way again. */
static void give_back(struct shift_sheet *sheet, int64_t no, int64_t from_no)
{
	struct incident incident = incident_of(no, DISPOSITION_EMERGENCY);
	struct incident from = incident_of(from_no, DISPOSITION_EMERGENCY);
	const struct split_piece piece = {.is_given_back = true};
	struct command command = {.action = ACTION_SPLIT, .agency = -1, .at_ms = NOON};
	struct event event = {
		.seq = 3, .kind = EVENT_INCIDENT_UPDATED, .audience = incident_audience(&from)};
	struct jsonw w;

	jsonw_init(&w, 4096);
	event_write_piece(&w, 3, &command, &piece, &from, &incident, rules_agencies(cirebon));
	event.body = jsonw_buf(&w);
	shift_sheet_add_event(sheet, &event);
	buf_unref(&event.body);
	jsonw_fini(&w);
	incident_fini(&incident);
	incident_fini(&from);
}

static json_t *finish(struct shift_sheet **sheet)
{
	const struct shift_stamp stamp = {
		.city = "cirebon", .epoch = "e", .seq = 9, .store = ""};
	json_t *doc = shift_sheet_finish(*sheet, &stamp);

	shift_sheet_free(sheet);
	return doc;
}

/* The page has one promise, on that incident; 0: none. Takes the sheet. */
static void assert_promised_on(struct shift_sheet **sheet, int64_t no)
{
	json_t *doc = finish(sheet);
	const json_t *promised = json_object_get(doc, "promised");

	assert_int_equal(json_array_size(promised), no != 0);
	assert_int_equal(json_integer_value(json_object_get(json_array_get(promised, 0), "no")),
			 no);
	json_decref(doc);
}

static void what_was_promised_goes_with_its_incident_into_the_other(void **state)
{
	struct shift_sheet *sheet = sheet_new();

	(void)state;
	add_open(sheet, 3, DISPOSITION_EMERGENCY);
	promise(sheet, 1);
	merge(sheet, 1, 2);
	merge(sheet, 2, 3);
	assert_promised_on(&sheet, 3);
	sheet = sheet_new();
	promise(sheet, 1);
	merge(sheet, 1, 2); /* and that one is closed */
	assert_promised_on(&sheet, 0);
}

static void what_was_given_back_takes_its_promise_along(void **state)
{
	struct shift_sheet *sheet = sheet_new();

	(void)state;
	add_open(sheet, 1, DISPOSITION_EMERGENCY);
	add_open(sheet, 2, DISPOSITION_EMERGENCY);
	promise(sheet, 1);
	merge(sheet, 1, 2);
	give_back(sheet, 1, 2);
	assert_promised_on(&sheet, 1);
	sheet = sheet_new();
	add_open(sheet, 2, DISPOSITION_EMERGENCY);
	promise(sheet, 1);
	merge(sheet, 1, 2);
	give_back(sheet, 1, 2); /* and was closed by itself */
	assert_promised_on(&sheet, 0);
}

static void merges_that_lead_round_end(void **state)
{
	struct shift_sheet *sheet = sheet_new();

	(void)state;
	promise(sheet, 1);
	merge(sheet, 1, 2);
	merge(sheet, 2, 1);
	assert_promised_on(&sheet, 0);
}

static void a_promise_is_on_the_page_or_counted_also_where_its_incident_is_not(void **state)
{
	struct shift_sheet *sheet = sheet_new();
	json_t *doc;

	(void)state;
	add_open(sheet, 1, DISPOSITION_ROUTINE);
	for (int64_t no = 2; no <= SHIFT_INCIDENTS + 3; no++)
		add_open(sheet, no, DISPOSITION_EMERGENCY);
	promise(sheet, 1);
	promise(sheet, SHIFT_INCIDENTS + 3);
	doc = finish(&sheet);
	assert_int_equal(json_array_size(json_object_get(doc, "open")), SHIFT_INCIDENTS);
	assert_int_equal(json_array_size(json_object_get(doc, "promised")), 2);
	assert_int_equal(json_integer_value(json_object_get(doc, "left_out")), 2);
	json_decref(doc);
	sheet = sheet_new();
	add_open(sheet, 1, DISPOSITION_EMERGENCY);
	for (int i = 0; i < SHIFT_LIST + 5; i++)
		promise(sheet, 1);
	doc = finish(&sheet);
	assert_int_equal(json_array_size(json_object_get(doc, "promised")), SHIFT_LIST);
	assert_int_equal(json_integer_value(json_object_get(doc, "left_out")), 5);
	json_decref(doc);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_promised_goes_with_its_incident_into_the_other),
		cmocka_unit_test(what_was_given_back_takes_its_promise_along),
		cmocka_unit_test(merges_that_lead_round_end),
		cmocka_unit_test(
			a_promise_is_on_the_page_or_counted_also_where_its_incident_is_not),
	};

	return cmocka_run_group_tests(tests, city_open, city_close);
}
