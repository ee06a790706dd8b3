/* Lines of any bytes as one action after the other on one incident: no sequence leads to a
 * state or by a step outside the tables, a refusal changes nothing, and what stands can be
 * written and read back at every moment. The tables stand here a second time, on purpose. */
#include "fuzz.h"

#include <stdio.h>

#include "model/event.h"

#define INCIDENT "I-01ARZ3NDEKTSV4RRFFQ69G5FAV"

static const struct agencies city = {
	.count = 3, .agency = {{.id = "fire"}, {.id = "police"}, {.id = "health"}}};

/* '+' : this action is possible in this status. In the order of enum action. */
static const char possible[INCIDENT_STATUSES][ACTIONS_OF_PEOPLE + 1] = {
	"++++++++++++++++", "++++++++++++++++", "-+---+-+-----+--"};

/* Which parts an action may leave in which state; what else a part may come to is below. */
static const unsigned leaves[ACTIONS_OF_PEOPLE] = {
	[ACTION_ASSIGN] = 1u << ASSIGNMENT_DISPATCHED,
	[ACTION_STATUS] = 1u << ASSIGNMENT_ACKNOWLEDGED | 1u << ASSIGNMENT_DISPATCHED |
			  1u << ASSIGNMENT_EN_ROUTE | 1u << ASSIGNMENT_ON_SCENE |
			  1u << ASSIGNMENT_CLEARED | 1u << ASSIGNMENT_DECLINED,
	[ACTION_HAND_OVER] = 1u << ASSIGNMENT_ACKNOWLEDGED | 1u << ASSIGNMENT_PENDING,
	[ACTION_CANCEL] = 1u << ASSIGNMENT_ACKNOWLEDGED | 1u << ASSIGNMENT_DISPATCHED |
			  1u << ASSIGNMENT_EN_ROUTE | 1u << ASSIGNMENT_ON_SCENE |
			  1u << ASSIGNMENT_CLEARED | 1u << ASSIGNMENT_CANCELLED,
};

static void open_incident(struct incident *incident)
{
	static const char json[] = "{\"source\":\"lapor-web\",\"text\":\"kebakaran\"}";
	struct verdict verdict = {.disposition = DISPOSITION_REVIEW,
				  .priority = 3,
				  .category = "unknown",
				  .agencies = 3};
	struct report *report;
	struct err err;

	FUZZ_CHECK(report_parse(json, strlen(json), NULL, &report, &err) == 0);
	incident_open(incident, report, &verdict, &report->location, INCIDENT, 1, "7000000",
		      1764000000000);
	report_free(&report);
}

static bool is_same(const struct assignment *before, const struct assignment *after)
{
	return after->state == before->state && after->outcome == before->outcome;
}

static bool is_anew(const struct assignment *part)
{
	return part->state == ASSIGNMENT_PENDING && part->outcome == NULL &&
	       part->by[0] == '\0';
}

/* Its agency has closed it, or it was handed over and somebody else has it now. */
static void check_end(const struct assignment *before, const struct assignment *after,
		      enum action action)
{
	FUZZ_CHECK(after->closed_at_ms != 0);
	FUZZ_CHECK(before->state == ASSIGNMENT_PENDING
			   ? after->state == ASSIGNMENT_CANCELLED
			   : after->state != ASSIGNMENT_PENDING &&
				     after->state != ASSIGNMENT_ACKNOWLEDGED);
	FUZZ_CHECK(action == ACTION_CLOSE ||
		   (before->handed_at_ms != 0 && strcmp(after->outcome, "handed_over") == 0 &&
		    (action == ACTION_ACKNOWLEDGE || action == ACTION_ASSIGN)));
}

static void check_part(const struct assignment *before, const struct assignment *after,
		       enum action action, bool was_there)
{
	if (!was_there && action == ACTION_ASSIGN) {
		FUZZ_CHECK(after->state == ASSIGNMENT_DISPATCHED && after->outcome == NULL);
	} else if (!was_there) {
		FUZZ_CHECK(is_anew(after));
	} else if (is_same(before, after)) {
		return;
	} else if (before->outcome != NULL) {
		FUZZ_CHECK(is_anew(after));
		FUZZ_CHECK(action == ACTION_REOPEN || action == ACTION_HAND_OVER);
	} else if (after->outcome != NULL) {
		check_end(before, after, action);
	} else if (leaves[action] == 0) {
		FUZZ_CHECK(action == ACTION_ACKNOWLEDGE &&
			   before->state == ASSIGNMENT_PENDING &&
			   after->state == ASSIGNMENT_ACKNOWLEDGED);
	} else {
		FUZZ_CHECK(leaves[action] >> after->state & 1);
	}
}

/* Of each unit at most one order is live, and none where all is over. */
static void check_orders(const struct incident *incident)
{
	FUZZ_CHECK(incident->sent_count <= INCIDENT_ORDERS_MAX);
	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *one = &incident->sent[i];

		if (!order_is_live(one->state))
			continue;
		FUZZ_CHECK(incident->status != INCIDENT_CLOSED);
		FUZZ_CHECK(incident->verdict.agencies >> one->agency & 1);
		FUZZ_CHECK(incident->assignment[one->agency].outcome == NULL);
		for (unsigned j = 0; j < i; j++)
			FUZZ_CHECK(!order_is_live(incident->sent[j].state) ||
				   strcmp(incident->sent[j].unit, one->unit) != 0);
	}
}

static void check_step(const struct incident *before, const struct incident *after,
		       const struct command *command)
{
	FUZZ_CHECK(possible[before->status][command->action] == '+');
	FUZZ_CHECK(after->version == before->version + 1);
	FUZZ_CHECK(after->status < INCIDENT_STATUSES);
	FUZZ_CHECK((after->status == INCIDENT_CLOSED) == (after->closed_at_ms != 0));
	FUZZ_CHECK((after->status == INCIDENT_CLOSED) == (after->outcome[0] != '\0'));
	FUZZ_CHECK(after->verdict.agencies != 0 && after->verdict.agencies < 8);
	FUZZ_CHECK(after->verdict.priority >= 1 && after->verdict.priority <= 4);
	for (unsigned i = 0; i < city.count; i++) {
		if ((after->verdict.agencies >> i & 1) == 0)
			continue;
		check_part(&before->assignment[i], &after->assignment[i], command->action,
			   before->verdict.agencies >> i & 1);
	}
	/* Whatever is open has somebody who sees to it. */
	FUZZ_CHECK(after->status == INCIDENT_CLOSED || !incident_is_over(after));
	check_orders(after);
}

static void check_event(const struct incident *incident, const struct command *command)
{
	struct slice cut;
	struct incident back;
	struct jsonw w;
	struct buf *body;
	struct err err;
	json_t *doc;

	jsonw_init(&w, 1024);
	event_write_command(&w, 7, 1764000000000, command, incident, &city);
	body = jsonw_buf(&w);
	json_decref(fuzz_parsed(w.text, w.len));
	cut = event_incident(body);
	doc = fuzz_parsed(cut.text, cut.len);
	FUZZ_CHECK(incident_read(doc, &city, &back, &err) == 0);
	FUZZ_CHECK(back.status == incident->status && back.version == incident->version);
	for (unsigned i = 0; i < city.count; i++)
		FUZZ_CHECK((incident->verdict.agencies >> i & 1) == 0 ||
			   back.assignment[i].state == incident->assignment[i].state);
	for (unsigned i = 0; i < city.count && incident->status != INCIDENT_CLOSED; i++)
		FUZZ_CHECK((incident->verdict.agencies >> i & 1) == 0 ||
			   (back.assignment[i].outcome == incident->assignment[i].outcome &&
			    back.assignment[i].handed_to == incident->assignment[i].handed_to));
	FUZZ_CHECK(back.sent_count == incident->sent_count);
	incident_fini(&back);
	json_decref(doc);
	buf_unref(&body);
	jsonw_fini(&w);
}

/* As the ledger does: whose it is by its first letter, and a name for the order. */
static void name_unit(struct command_unit *unit)
{
	unit->agency = (unsigned char)unit->id[0] % city.count;
	snprintf(unit->dispatch_id, ID_SIZE, "D-%s", &INCIDENT[2]);
}

/* What the last decision did is no part of the state. */
static void forget_last(struct incident *incident)
{
	incident->heard = incident->moved = 0;
	incident->changed = 0;
	incident->is_late = false;
}

static void decide(struct incident *incident, struct command *command)
{
	struct incident before = *incident;
	struct err err = {0};

	for (unsigned i = 0; i < command->unit_count; i++)
		name_unit(&command->unit[i]);
	snprintf(command->by, USER_SIZE, "siti");
	command->acts_for = 7;
	command->at_ms = 1764000000000 + incident->version;
	if (incident_apply(incident, command, &err) == 0) {
		check_step(&before, incident, command);
		check_event(incident, command);
		return;
	}
	FUZZ_CHECK(err.kind == ERR_INVALID || err.kind == ERR_CONFLICT);
	forget_last(&before);
	forget_last(incident);
	FUZZ_CHECK(memcmp(&before, incident, sizeof(before)) == 0);
}

static void take(struct incident *incident, const char *line, size_t len)
{
	struct command *command = NULL;
	char *piece = fuzz_piece(line, len);
	struct err err = {0};

	if (command_parse(piece, len, INCIDENT, &city, &command, &err) < 0) {
		FUZZ_CHECK(command == NULL);
		fuzz_check_refusal(&err);
	} else {
		decide(incident, command);
		command_free(&command);
	}
	free(piece);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *line = (const char *)data, *end = line + size;
	struct incident incident;

	open_incident(&incident);
	while (line < end) {
		const char *stop = memchr(line, '\n', (size_t)(end - line));

		stop = stop != NULL ? stop : end;
		take(&incident, line, (size_t)(stop - line));
		line = stop + 1;
	}
	incident_fini(&incident);
	return 0;
}
