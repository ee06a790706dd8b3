/* Whoever has just sent units, or told a step, takes it back: within ten seconds, by its event,
 * and as long as nobody has decided anything on the incident since. What merely happens (a
 * report, a receipt, a rise by itself) does not stand in the way. */
#include "store/ledger_private.h"

#include <string.h>

#include "base/jsonin.h"

#define UNDO_MS 10000

/* What was decided, and whether it may be taken back. */
struct look {
	struct command *command; /* to be filled in */
	bool is_found;
	struct err *why;
};

static const char *text_of(const json_t *frame, const char *key)
{
	return json_string_value(json_object_get(frame, key));
}

static bool is_one_of(const char *name, const char *const *names)
{
	for (; *names != NULL; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static void add_unit(struct command *command, const char *id)
{
	if (id != NULL && command->unit_count < COMMAND_UNITS_MAX)
		snprintf(command->unit[command->unit_count++].id, UNIT_SIZE, "%s", id);
}

/* Whom it sent, or whose step it was and when. */
static void read_what(struct command *command, const struct event *event, const json_t *frame)
{
	const json_t *units = json_object_get(frame, "units");
	const char *status = text_of(frame, "status");
	int state = status != NULL ? order_state_find(status) : -1;
	struct err err;

	command->undone.action = status != NULL ? ACTION_STATUS : ACTION_ASSIGN;
	command->undone.at_ms = command->undone.step_ms = event->at_ms;
	command->order_state = state >= 0 ? (enum order_state)state : ORDER_ORDERED;
	if (status == NULL)
		for (size_t i = 0; i < json_array_size(units); i++)
			add_unit(command, json_string_value(json_array_get(units, i)));
	else
		add_unit(command, text_of(frame, "unit_id"));
	if (jsonin_time(frame, "at", JSONIN_OPTIONAL, &command->undone.step_ms, &err) < 0)
		command->undone.step_ms = event->at_ms;
}

static int check_whose(const struct command *command, const struct event *event,
		       const json_t *frame, struct err *why)
{
	static const char *const undoable[] = {"assign", "status", NULL};
	const char *by = text_of(frame, "by"), *action = text_of(frame, "action");

	if (action == NULL || !is_one_of(action, undoable) ||
	    json_object_get(frame, "late") != NULL ||
	    json_object_get(frame, "from_paper") != NULL)
		return err_field(why, "of", "is nothing that can be taken back");
	if (by == NULL || strcmp(by, command->by) != 0)
		return err_set(why, ERR_CONFLICT, "%s has decided that",
			       by != NULL ? by : "the bridge");
	if (command->at_ms - event->at_ms > UNDO_MS)
		return err_set(why, ERR_CONFLICT, "that is more than %d s ago", UNDO_MS / 1000);
	return 0;
}

static bool read_undone(struct look *look, const struct event *event, const json_t *frame)
{
	if (event->seq != look->command->undone.seq)
		return false;
	look->is_found = true;
	if (check_whose(look->command, event, frame, look->why) < 0)
		return false;
	read_what(look->command, event, frame);
	return true;
}

static bool pass_later(struct look *look, const json_t *frame)
{
	static const char *const passing[] = {"receipt", "fold", "acknowledge_alarm",
					      "shelve_alarm", NULL};
	const char *by = text_of(frame, "by"), *action = text_of(frame, "action");
	bool rose = action != NULL && by == NULL && strcmp(action, "escalate") == 0;

	if (action == NULL || rose || is_one_of(action, passing))
		return true;
	(void)err_set(look->why, ERR_CONFLICT, "%s has decided since: %s",
		      by != NULL ? by : "the bridge", action);
	return false;
}

static bool look_at(void *ctx, const struct event *event, const unsigned char link[LINK_SIZE])
{
	struct look *look = ctx;
	json_t *frame = json_loadb((const char *)event->body->data, event->body->len, 0, NULL);
	bool goes_on =
		look->is_found ? pass_later(look, frame) : read_undone(look, event, frame);

	(void)link;
	json_decref(frame);
	return goes_on;
}

int ledger_undo(struct ledger *ledger, struct store_request *request, struct incident *incident,
		struct err *err)
{
	struct command command = *request->in.command;
	struct look look = {.command = &command, .why = &request->err};

	if (ledger->ops->scan_events(ledger->conn, incident->no, command.undone.seq, look_at,
				     &look, err) < 0)
		return -1;
	if (!look.is_found)
		(void)err_field(&request->err, "of", "is no event of this incident");
	if (request->err.kind != ERR_NONE)
		return 0;
	return ledger_decide_alone(ledger, request, &command, incident, err);
}
