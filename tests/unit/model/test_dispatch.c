/* What was ordered and is different now, and what crews say of it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xalloc.h"
#include "model/order.h"
#include "things.h"

#define FIRE  1u
#define BEGAN 1764000009000
#define SOON  (BEGAN + 60000)
#define THEN  (BEGAN + 120000)
#define D1    "D-01ARZ3NDEKTSV4RRFFQ69G5FAV"

static int apply(struct incident *incident, struct command *command, int64_t at_ms,
		 struct err *err)
{
	int status;

	command->acts_for = FIRE;
	command->at_ms = at_ms;
	for (unsigned i = 0; i < command->unit_count; i++)
		memcpy(command->unit[i].dispatch_id, D1, ID_SIZE);
	status = incident_apply(incident, command, err);
	command_free(&command);
	return status;
}

static void does(struct incident *incident, int64_t at_ms, const char *json)
{
	struct err err;

	if (apply(incident, command_of(json), at_ms, &err) < 0)
		fail_msg("%s: %s: %s", json, err.field, err.text);
}

static int proves(struct incident *incident, enum receipt receipt, unsigned revision,
		  struct err *err)
{
	struct command *command = xcalloc(1, sizeof(*command));

	command->action = ACTION_RECEIPT;
	command->agency = -1;
	command->expected_version = -1;
	command->receipt = receipt;
	command->revision = revision;
	command->is_radioed = true;
	memcpy(command->dispatch_id, D1, ID_SIZE);
	return apply(incident, command, THEN, err);
}

static void steps(struct incident *incident, const char *status, unsigned revision)
{
	struct command *command;
	char json[160];
	struct err err;

	snprintf(
		json, sizeof(json),
		"{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"%s\",\"revision\":%u}",
		status, revision);
	command = command_of(json);
	command->is_radioed = true;
	if (apply(incident, command, THEN, &err) < 0)
		fail_msg("%s: %s: %s", json, err.field, err.text);
}

/* DMK-01 was sent there, and then it was somewhere else. */
static void a_fire_that_moved(struct incident *incident)
{
	incident_of(incident, "x", FIRE);
	does(incident, BEGAN, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	does(incident, SOON,
	     "{\"action\":\"relocate\",\"location\":{\"lat\":-6.7,\"lon\":108.5}}");
	assert_int_equal(incident->sent[0].revision, 2);
}

static void what_was_seen_of_an_older_revision_proves_nothing_of_the_newer(void **state)
{
	struct incident incident;
	struct order *order;
	int64_t decided;
	struct err err;

	(void)state;
	a_fire_that_moved(&incident);
	order = &incident.sent[0];
	decided = incident.decided_version;
	for (int r = RECEIPT_DEVICE; r <= RECEIPT_CONFIRMED; r++) {
		assert_int_equal(proves(&incident, (enum receipt)r, 1, &err), 0);
		assert_true(incident.is_late);
		assert_int_equal(order->receipt_ms[r], 0);
	}
	assert_int_equal(proves(&incident, RECEIPT_BROKER, 1, &err), -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_true(order_is_unanswered(order));
	assert_int_equal(incident.decided_version, decided);
	assert_int_equal(proves(&incident, RECEIPT_CONFIRMED, 3, &err), -1);
	assert_string_equal(err.field, "revision");
	assert_int_equal(proves(&incident, RECEIPT_CONFIRMED, 2, &err), 0);
	assert_false(incident.is_late);
	assert_int_equal(order->receipt_ms[RECEIPT_CONFIRMED], THEN);
	assert_false(order_is_unanswered(order));
	incident_fini(&incident);
}

static void who_does_not_say_which_means_what_stands(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	a_fire_that_moved(&incident);
	assert_int_equal(proves(&incident, RECEIPT_CONFIRMED, 0, &err), 0);
	assert_false(order_is_unanswered(&incident.sent[0]));
	incident_fini(&incident);
}

static void
who_comes_for_what_was_before_is_asked_again_and_who_does_not_come_is_believed(void **state)
{
	struct incident incident;
	struct order *order;

	(void)state;
	a_fire_that_moved(&incident);
	order = &incident.sent[0];
	steps(&incident, "accepted", 1);
	assert_true(incident.is_late);
	assert_int_equal(order->state, ORDER_ORDERED);
	assert_int_equal(order->receipt_ms[RECEIPT_ACCEPTED], 0);
	assert_int_equal(order->step_ms[ORDER_ACCEPTED], THEN);
	steps(&incident, "declined", 1);
	assert_false(incident.is_late);
	assert_int_equal(order->state, ORDER_DECLINED);
	incident_fini(&incident);
}

static void a_step_that_was_told_of_an_older_revision_is_no_answer_to_the_newer(void **state)
{
	struct incident incident;
	struct order *order, read;
	struct jsonw w;
	struct buf *text;
	json_t *doc;

	(void)state;
	a_fire_that_moved(&incident);
	order = &incident.sent[0];
	steps(&incident, "en_route", 1);
	assert_int_equal(order->state, ORDER_EN_ROUTE);
	assert_true(order_is_unanswered(order));
	jsonw_init(&w, 512);
	order_write(order, &w);
	text = jsonw_buf(&w);
	jsonw_fini(&w);
	doc = parsed(text);
	order_read(doc, &read);
	assert_true(order_is_unanswered(&read)); /* also after a restart */
	json_decref(doc);
	buf_unref(&text);
	steps(&incident, "on_scene", 2);
	assert_false(order_is_unanswered(order));
	incident_fini(&incident);
}

static void a_person_who_is_behind_is_told_which_revision_stands(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	a_fire_that_moved(&incident);
	assert_int_equal(apply(&incident,
			       command_of("{\"action\":\"status\",\"unit\":\"DMK-01\","
					  "\"status\":\"accepted\",\"revision\":1}"),
			       THEN, &err),
			 -1);
	assert_int_equal(err.kind, ERR_CONFLICT);
	assert_non_null(strstr(err.text, "revision 2"));
	assert_int_equal(incident.sent[0].state, ORDER_ORDERED);
	does(&incident, THEN,
	     "{\"action\":\"status\",\"unit\":\"DMK-01\",\"status\":\"accepted\",\"revision\":"
	     "2}");
	assert_int_equal(incident.sent[0].state, ORDER_ACCEPTED);
	incident_fini(&incident);
}

static void that_it_has_the_order_does_not_say_that_it_knows_of_the_recall(void **state)
{
	struct incident incident;
	struct err err;

	(void)state;
	a_fire_that_moved(&incident);
	does(&incident, SOON, "{\"action\":\"cancel\",\"units\":[\"DMK-01\"]}");
	assert_int_equal(proves(&incident, RECEIPT_CONFIRMED, 2, &err), 0);
	assert_int_equal(incident.sent[0].receipt_ms[RECEIPT_CONFIRMED], 0);
	assert_int_equal(proves(&incident, RECEIPT_CONFIRMED, 3, &err), 0);
	assert_int_equal(incident.sent[0].receipt_ms[RECEIPT_CONFIRMED], THEN);
	incident_fini(&incident);
}

#define ON_PAPER ",\"entered_from\":\"paper\",\"happened_at\":\"2025-11-24T16:01:00.000Z\"}"
#define HAPPENED (BEGAN + 51000)

/* DMK-01 was sent, and perhaps set out; how that ended was written on paper. */
static void ends_on_paper(bool has_set_out, const char *json, enum order_state expected)
{
	struct incident incident;
	struct order *order;

	incident_of(&incident, "x", FIRE);
	does(&incident, BEGAN, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	if (has_set_out)
		does(&incident, SOON, "{\"action\":\"status\",\"status\":\"en_route\"}");
	does(&incident, THEN, json);
	order = &incident.sent[0];
	assert_int_equal(order->state, expected);
	assert_int_equal(incident.heard, 0);
	assert_int_equal(incident.moved, 1);
	assert_true(order->since_ms == HAPPENED);
	if (expected == ORDER_RECALLED) /* the crew was told then: nothing is owed */
		assert_true(order->receipt_ms[RECEIPT_CONFIRMED] == HAPPENED);
	incident_fini(&incident);
}

static void what_was_called_off_on_paper_rings_at_no_crew(void **state)
{
	static const char close[] =
		"{\"action\":\"close\",\"outcome\":\"resolved\",\"release\":true" ON_PAPER;

	(void)state;
	ends_on_paper(false, "{\"action\":\"cancel\",\"units\":[\"DMK-01\"]" ON_PAPER,
		      ORDER_RECALLED);
	ends_on_paper(false, "{\"action\":\"cancel\"" ON_PAPER, ORDER_RECALLED);
	ends_on_paper(false, close, ORDER_RECALLED);
	ends_on_paper(true, close, ORDER_CLEARED);
}

static const char gas_and_no_wires[] =
	"{\"action\":\"hazard\",\"hazards\":[\"gas\"],\"over\":[\"live_wires\"]}";

static void a_hazard_that_comes_to_light_or_ends_is_told_and_asked_again(void **state)
{
	struct incident incident, read;
	struct order *order;
	struct jsonw w;
	struct buf *text;
	json_t *doc;
	struct err err;

	(void)state;
	incident_of(&incident, "x", FIRE);
	does(&incident, BEGAN, "{\"action\":\"hazard\",\"hazards\":[\"live_wires\"]}");
	does(&incident, BEGAN, "{\"action\":\"assign\",\"units\":[\"DMK-01\"]}");
	order = &incident.sent[0];
	assert_int_equal(order->revision, 1);
	does(&incident, SOON, gas_and_no_wires);
	assert_int_equal(incident.verdict.hazards, 1u << HAZARD_GAS);
	assert_int_equal(incident.changed, CHANGED_HAZARDS);
	assert_int_equal(order->revision, 2);
	assert_true(order_is_unanswered(order));
	does(&incident, THEN, gas_and_no_wires); /* said again: nothing is different */
	assert_int_equal(order->revision, 2);
	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	incident_write(&incident, &three, &w, "incident");
	jsonw_close(&w, '}');
	text = jsonw_buf(&w);
	jsonw_fini(&w);
	doc = parsed(text);
	assert_int_equal(incident_read(json_object_get(doc, "incident"), &three, &read, &err),
			 0);
	assert_int_equal(read.verdict.hazards, 1u << HAZARD_GAS);
	incident_fini(&read);
	json_decref(doc);
	buf_unref(&text);
	incident_fini(&incident);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
			what_was_seen_of_an_older_revision_proves_nothing_of_the_newer),
		cmocka_unit_test(who_does_not_say_which_means_what_stands),
		cmocka_unit_test(
			who_comes_for_what_was_before_is_asked_again_and_who_does_not_come_is_believed),
		cmocka_unit_test(
			a_step_that_was_told_of_an_older_revision_is_no_answer_to_the_newer),
		cmocka_unit_test(a_hazard_that_comes_to_light_or_ends_is_told_and_asked_again),
		cmocka_unit_test(a_person_who_is_behind_is_told_which_revision_stands),
		cmocka_unit_test(
			that_it_has_the_order_does_not_say_that_it_knows_of_the_recall),
		cmocka_unit_test(what_was_called_off_on_paper_rings_at_no_crew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
