#include "model/command.h"

#include <openssl/sha.h>
#include <stdlib.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/paper.h"
#include "model/routes.h"

const char *const action_names[ACTIONS] = {
	[ACTION_ACKNOWLEDGE] = "acknowledge",
	[ACTION_NOTE] = "note",
	[ACTION_RECLASSIFY] = "reclassify",
	[ACTION_RELOCATE] = "relocate",
	[ACTION_CLOSE] = "close",
	[ACTION_REOPEN] = "reopen",
	[ACTION_MERGE] = "merge",
	[ACTION_SPLIT] = "split",
	[ACTION_UNFOLD] = "unfold",
	[ACTION_ESCALATE] = "escalate",
	[ACTION_ACKNOWLEDGE_ALARM] = "acknowledge_alarm",
	[ACTION_SHELVE_ALARM] = "shelve_alarm",
	[ACTION_ASSIGN] = "assign",
	[ACTION_STATUS] = "status",
	[ACTION_CANCEL] = "cancel",
	[ACTION_HAND_OVER] = "hand_over",
	[ACTION_HAZARD] = "hazard",
	[ACTION_CORRECT] = "correct",
	[ACTION_LINK] = "link",
	[ACTION_UNLINK] = "unlink",
	[ACTION_UNDO] = "undo",
	[ACTION_FOLD] = "fold",
	[ACTION_RECEIPT] = "receipt",
};

const char *const outcome_names[] = {"resolved",  "handed_over", "no_event", "prank",
				     "duplicate", "unreachable", "other",    NULL};

const char *outcome_find(const char *name)
{
	for (const char *const *outcome = outcome_names; *outcome != NULL; outcome++)
		if (strcmp(*outcome, name) == 0)
			return *outcome;
	return NULL;
}

static int name_index(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

static int read_action(struct command *command, struct err *err)
{
	const char *name;
	int action;

	if (jsonin_string(command->doc, "action", JSONIN_REQUIRED, 32, &name, err) < 0)
		return -1;
	action = name_index(action_names, ACTIONS_OF_PEOPLE, name);
	if (action < 0)
		return err_field(err, "action",
				 "must be acknowledge, note, reclassify, relocate, close, "
				 "reopen, merge, split, unfold, escalate, acknowledge_alarm, "
				 "shelve_alarm, assign, status, cancel, hand_over, hazard, "
				 "correct, link, unlink or undo");
	command->action = (enum action)action;
	return 0;
}

static int read_incident_id(struct command *command, const char *incident_id, struct err *err)
{
	const char *given = incident_id;

	if (given == NULL &&
	    jsonin_string(command->doc, "incident_id", JSONIN_REQUIRED, 64, &given, err) < 0)
		return -1;
	if (!id_is(given, 'I'))
		return err_field(err, "incident_id", "is not an incident's id");
	memcpy(command->incident_id, given, ID_SIZE);
	return 0;
}

static int read_agency(struct command *command, const struct agencies *agencies,
		       struct err *err)
{
	const char *id = NULL;

	command->agency = -1;
	if (jsonin_string(command->doc, "agency", JSONIN_OPTIONAL, 64, &id, err) < 0)
		return -1;
	if (id == NULL)
		return 0;
	command->agency = agency_find(agencies, id, strlen(id));
	return command->agency < 0 ? err_field(err, "agency", "is not an agency of this city")
				   : 0;
}

static int read_common(struct command *command, const struct agencies *agencies,
		       struct err *err)
{
	const char *id = "";

	command->expected_version = -1;
	if (jsonin_string(command->doc, "command_id", JSONIN_OPTIONAL, COMMAND_ID_SIZE - 1, &id,
			  err) < 0 ||
	    jsonin_int(command->doc, "expected_version", JSONIN_OPTIONAL, 1, INT64_MAX,
		       &command->expected_version, err) < 0 ||
	    jsonin_string(command->doc, "note", JSONIN_OPTIONAL, COMMAND_NOTE_MAX,
			  &command->note, err) < 0)
		return -1;
	snprintf(command->command_id, sizeof(command->command_id), "%s", id);
	return read_agency(command, agencies, err);
}

/* The words of a note may come as "note" or "text": both are natural. */
static int read_note(struct command *command, struct err *err)
{
	if (command->note == NULL && jsonin_string(command->doc, "text", JSONIN_OPTIONAL,
						   COMMAND_NOTE_MAX, &command->note, err) < 0)
		return -1;
	if (command->note == NULL || command->note[strspn(command->note, " \t\r\n")] == '\0')
		return err_field(err, "note", "is required");
	return jsonin_bool(command->doc, "promise", &command->is_promise, err);
}

static int read_reclassify(struct command *command, const struct agencies *agencies,
			   struct err *err)
{
	const char *category = "";
	int64_t priority = 0;

	if (jsonin_string(command->doc, "category", JSONIN_OPTIONAL, CATEGORY_SIZE - 1,
			  &category, err) < 0 ||
	    jsonin_int(command->doc, "priority", JSONIN_OPTIONAL, 1, 4, &priority, err) < 0 ||
	    agency_set_ask(agencies, command->doc, &command->agencies, err) < 0)
		return -1;
	command->has_agencies = command->agencies != 0;
	if (category[0] == '\0' && priority == 0 && !command->has_agencies)
		return err_field(err, "category", "or priority or agencies is required");
	snprintf(command->category, sizeof(command->category), "%s", category);
	command->priority = (int)priority;
	return 0;
}

static int read_relocate(struct command *command, struct err *err)
{
	const json_t *location;

	if (jsonin_child(command->doc, "location", JSON_OBJECT, &location, err) < 0)
		return -1;
	if (location == NULL)
		return err_field(err, "location", "is required");
	if (location_read(location, &command->location, err) < 0)
		return -1;
	command->location.from = LOCATION_PERSON;
	return 0;
}

static int read_hazard(struct command *command, struct err *err)
{
	if (hazards_ask(command->doc, "hazards", &command->hazards, err) < 0 ||
	    hazards_ask(command->doc, "over", &command->hazards_over, err) < 0)
		return -1;
	if (command->hazards == 0 && command->hazards_over == 0)
		return err_field(err, "hazards", "or over is required: what is there, or not");
	if ((command->hazards & command->hazards_over) != 0)
		return err_field(err, "over", "is in hazards, too");
	return 0;
}

static int read_leave(struct command *command, struct err *err)
{
	const char *children = NULL;

	if (jsonin_string(command->doc, "children", JSONIN_OPTIONAL, 16, &children, err) < 0)
		return -1;
	if (children != NULL && strcmp(children, "leave") != 0)
		return err_field(err, "children", "must be leave");
	command->is_leaving = children != NULL;
	return 0;
}

static int read_close(struct command *command, struct err *err)
{
	const char *name;

	if (jsonin_string(command->doc, "outcome", JSONIN_REQUIRED, 32, &name, err) < 0 ||
	    jsonin_bool(command->doc, "release", &command->is_releasing, err) < 0 ||
	    read_leave(command, err) < 0)
		return -1;
	command->outcome = outcome_find(name);
	if (command->outcome != NULL)
		return 0;
	return err_field(
		err, "outcome",
		"must be resolved, handed_over, no_event, prank, duplicate, unreachable "
		"or other");
}

static int read_merge(struct command *command, struct err *err)
{
	const char *into;

	if (jsonin_string(command->doc, "into", JSONIN_REQUIRED, 64, &into, err) < 0)
		return -1;
	if (!id_is(into, 'I'))
		return err_field(err, "into", "is not an incident's id");
	if (strcmp(into, command->incident_id) == 0)
		return err_field(err, "into", "must be another incident");
	memcpy(command->into, into, ID_SIZE);
	return 0;
}

/* By its id, or by the number that is spoken. */
static int read_link(struct command *command, struct err *err)
{
	const json_t *parent = json_object_get(command->doc, "parent");
	const char *id = json_string_value(parent);

	if (json_is_integer(parent) && json_integer_value(parent) > 0) {
		command->into_no = json_integer_value(parent);
		return 0;
	}
	if (id == NULL || !id_is(id, 'I'))
		return err_field(err, "parent", "must be an incident's id or number");
	if (strcmp(id, command->incident_id) == 0)
		return err_field(err, "parent", "must be another incident");
	memcpy(command->into, id, ID_SIZE);
	return 0;
}

/* By its event: what was decided since is not taken back by mistake. */
static int read_undo(struct command *command, struct err *err)
{
	int64_t seq = 0;

	if (jsonin_int(command->doc, "of", JSONIN_REQUIRED, 1, INT64_MAX, &seq, err) < 0)
		return -1;
	command->undone.seq = (uint64_t)seq;
	return 0;
}

static bool is_listed_before(const json_t *list, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (json_equal(json_array_get(list, j), json_array_get(list, i)))
			return true;
	return false;
}

static int read_split(struct command *command, struct err *err)
{
	const json_t *list;

	if (jsonin_child(command->doc, "reports", JSON_ARRAY, &list, err) < 0)
		return -1;
	if (json_array_size(list) == 0)
		return err_field(err, "reports", "must name at least one report");
	if (json_array_size(list) > SPLIT_MAX)
		return err_field(err, "reports", "must be at most %d", SPLIT_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = json_string_value(json_array_get(list, i));

		if (id == NULL || !id_is(id, 'R') || is_listed_before(list, i))
			return err_field(err, "reports",
					 "entry %zu is not a report's id, or is there twice",
					 i + 1);
	}
	command->reports = list;
	return 0;
}

static int read_alarm(struct command *command, struct err *err)
{
	const char *name = NULL;
	int kind;

	if (jsonin_string(command->doc, "alarm", JSONIN_REQUIRED, 32, &name, err) < 0)
		return -1;
	kind = name_index(alarm_kind_names, ALARM_KINDS, name);
	if (kind < 0)
		return err_field(err, "alarm", "must be new, unsure, silent_unit or late");
	command->alarm = (enum alarm_kind)kind;
	return 0;
}

/* For how long and why: what is put off without a reason is forgotten. */
static int read_shelf(struct command *command, struct err *err)
{
	if (read_alarm(command, err) < 0 ||
	    jsonin_int(command->doc, "minutes", JSONIN_REQUIRED, 1, ALARM_MINUTES_MAX,
		       &command->minutes, err) < 0)
		return -1;
	if (command->note == NULL || command->note[strspn(command->note, " \t\r\n")] == '\0')
		return err_field(err, "note", "is required: why is it put off?");
	if (strlen(command->note) >= ALARM_REASON_SIZE)
		return err_field(err, "note", "must be at most %d bytes",
				 ALARM_REASON_SIZE - 1);
	return 0;
}

static int add_unit(struct command *command, const json_t *id, const char *field,
		    struct err *err)
{
	const char *text = json_string_value(id);

	if (text == NULL || text[0] == '\0' || strlen(text) >= UNIT_SIZE)
		return err_field(err, field, "is not a unit's code");
	for (unsigned i = 0; i < command->unit_count; i++)
		if (strcmp(command->unit[i].id, text) == 0)
			return err_field(err, field, "%s is there twice", text);
	snprintf(command->unit[command->unit_count++].id, UNIT_SIZE, "%s", text);
	return 0;
}

static int read_units(struct command *command, bool is_needed, struct err *err)
{
	const json_t *list;
	char field[24];

	if (jsonin_child(command->doc, "units", JSON_ARRAY, &list, err) < 0)
		return -1;
	if (is_needed && json_array_size(list) == 0)
		return err_field(err, "units", "must name at least one unit");
	if (json_array_size(list) > COMMAND_UNITS_MAX)
		return err_field(err, "units", "must be at most %d", COMMAND_UNITS_MAX);
	for (size_t i = 0; i < json_array_size(list); i++) {
		snprintf(field, sizeof(field), "units[%zu]", i);
		if (add_unit(command, json_array_get(list, i), field, err) < 0)
			return -1;
	}
	return 0;
}

static int read_reason(struct command *command, struct err *err)
{
	return jsonin_string(command->doc, "reason", JSONIN_OPTIONAL, ORDER_REASON_SIZE - 1,
			     &command->reason, err);
}

/* Who takes a unit from another matter says why. */
static int read_assign(struct command *command, struct err *err)
{
	if (read_units(command, true, err) < 0 ||
	    jsonin_bool(command->doc, "override", &command->is_overriding, err) < 0)
		return -1;
	if (command->is_overriding &&
	    (command->note == NULL || command->note[strspn(command->note, " \t\r\n")] == '\0'))
		return err_field(err, "note", "is required with override: why?");
	return 0;
}

static int read_cancel(struct command *command, struct err *err)
{
	return read_units(command, false, err) < 0 ? -1 : read_reason(command, err);
}

static int read_revision(struct command *command, struct err *err)
{
	int64_t revision = 0;

	if (jsonin_int(command->doc, "revision", JSONIN_OPTIONAL, 1, ORDER_REVISION_MAX,
		       &revision, err) < 0)
		return -1;
	if (revision != 0 && command->unit_count == 0)
		return err_field(err, "revision", "is of one unit's order: name the unit");
	command->revision = (unsigned)revision;
	return 0;
}

/* Orders are given and recalled by actions of their own. */
static int read_status(struct command *command, struct err *err)
{
	const char *name;
	const json_t *unit = json_object_get(command->doc, "unit");
	int state;

	if (jsonin_string(command->doc, "status", JSONIN_REQUIRED, 32, &name, err) < 0)
		return -1;
	state = order_state_find(name);
	if (state <= ORDER_ORDERED || state == ORDER_RECALLED)
		return err_field(err, "status",
				 "must be accepted, en_route, on_scene, cleared or declined");
	command->order_state = (enum order_state)state;
	if (unit != NULL && !json_is_null(unit) && add_unit(command, unit, "unit", err) < 0)
		return -1;
	if (jsonin_time(command->doc, "at", JSONIN_OPTIONAL, &command->happened_ms, err) < 0 ||
	    read_revision(command, err) < 0)
		return -1;
	return read_reason(command, err);
}

static bool is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

static int read_hand_over(struct command *command, const struct agencies *agencies,
			  struct err *err)
{
	const char *to;

	if (jsonin_string(command->doc, "to", JSONIN_REQUIRED, NEIGHBOUR_SIZE - 1, &to, err) <
		    0 ||
	    read_reason(command, err) < 0)
		return -1;
	if (is_blank(command->reason))
		return err_field(err, "reason", "is required: why is it theirs?");
	command->to_agency = agency_find(agencies, to, strlen(to));
	if (command->to_agency < 0)
		snprintf(command->neighbour, NEIGHBOUR_SIZE, "%s", to);
	return 0;
}

/* A neighbour has no console here: who has told them writes down who there has taken it. */
static int read_acknowledge(struct command *command, struct err *err)
{
	if (jsonin_string(command->doc, "taken_by", JSONIN_OPTIONAL, TAKEN_BY_MAX,
			  &command->taken_by, err) < 0)
		return -1;
	if (command->taken_by == NULL)
		return 0;
	if (is_blank(command->taken_by))
		return err_field(err, "taken_by", "is empty");
	return jsonin_time(command->doc, "at", JSONIN_OPTIONAL, &command->happened_ms, err);
}

/* Whoever changes what stands in the record says why. */
static int read_correct(struct command *command, struct err *err)
{
	const json_t *unit = json_object_get(command->doc, "unit");
	const char *name;
	int milestone;

	if (jsonin_string(command->doc, "milestone", JSONIN_REQUIRED, 32, &name, err) < 0)
		return -1;
	milestone = milestone_find(name);
	if (milestone < 0)
		return err_field(
			err, "milestone",
			"must be acknowledged, accepted, en_route, on_scene or cleared");
	command->milestone = (enum milestone)milestone;
	if (unit != NULL && !json_is_null(unit) && add_unit(command, unit, "unit", err) < 0)
		return -1;
	if (jsonin_time(command->doc, "to", JSONIN_REQUIRED, &command->corrected_ms, err) < 0 ||
	    read_reason(command, err) < 0)
		return -1;
	return is_blank(command->reason) ? err_field(err, "reason", "is required: why?") : 0;
}

static int read_details(struct command *command, const struct agencies *agencies,
			struct err *err)
{
	switch (command->action) {
	case ACTION_NOTE:
		return read_note(command, err);
	case ACTION_RECLASSIFY:
		return read_reclassify(command, agencies, err);
	case ACTION_RELOCATE:
		return read_relocate(command, err);
	case ACTION_HAZARD:
		return read_hazard(command, err);
	case ACTION_CLOSE:
		return read_close(command, err);
	case ACTION_MERGE:
		return read_merge(command, err);
	case ACTION_UNDO:
		return read_undo(command, err);
	case ACTION_LINK:
		return read_link(command, err);
	case ACTION_SPLIT:
		return read_split(command, err);
	case ACTION_ACKNOWLEDGE_ALARM:
		return read_alarm(command, err);
	case ACTION_SHELVE_ALARM:
		return read_shelf(command, err);
	case ACTION_ASSIGN:
		return read_assign(command, err);
	case ACTION_STATUS:
		return read_status(command, err);
	case ACTION_CANCEL:
		return read_cancel(command, err);
	case ACTION_CORRECT:
		return read_correct(command, err);
	case ACTION_HAND_OVER:
		return read_hand_over(command, agencies, err);
	case ACTION_ACKNOWLEDGE:
		return read_acknowledge(command, err);
	case ACTION_REOPEN:
	case ACTION_UNLINK:
	case ACTION_UNFOLD:
	case ACTION_ESCALATE:
	case ACTION_FOLD:
	case ACTION_RECEIPT:
	case ACTIONS:
		return 0;
	}
	return 0;
}

/* What rings, or is about what rings, is of now; and what was joined by hand is so from now on.
 */
static bool may_be_of_the_past(enum action action)
{
	switch (action) {
	case ACTION_ACKNOWLEDGE:
	case ACTION_NOTE:
	case ACTION_RECLASSIFY:
	case ACTION_RELOCATE:
	case ACTION_HAZARD:
	case ACTION_CLOSE:
	case ACTION_ASSIGN:
	case ACTION_STATUS:
	case ACTION_CANCEL:
		return true;
	default:
		return false;
	}
}

static int read_paper(struct command *command, struct err *err)
{
	int64_t at_ms = command->happened_ms;

	if (jsonin_time(command->doc, "happened_at", JSONIN_OPTIONAL, &at_ms, err) < 0 ||
	    paper_read(command->doc, "happened_at", at_ms, &command->is_from_paper, err) < 0)
		return -1;
	if (!command->is_from_paper)
		return 0;
	if (!may_be_of_the_past(command->action))
		return err_field(err, "entered_from", "cannot be of this action");
	command->happened_ms = at_ms;
	return 0;
}

int command_read(json_t *doc, const char *incident_id, const struct agencies *agencies,
		 struct command **command_r, struct err *err)
{
	struct command *command = xcalloc(1, sizeof(*command));

	command->doc = json_incref(doc);
	if (read_action(command, err) < 0 || read_incident_id(command, incident_id, err) < 0 ||
	    read_common(command, agencies, err) < 0 ||
	    read_details(command, agencies, err) < 0 || read_paper(command, err) < 0) {
		command_free(&command);
		return -1;
	}
	*command_r = command;
	return 0;
}

int command_parse(const void *body, size_t len, const char *incident_id,
		  const struct agencies *agencies, struct command **command_r, struct err *err)
{
	json_t *doc;
	int status;

	if (jsonin_object(body, len, COMMAND_MAX_BYTES, &doc, err) < 0)
		return -1;
	status = command_read(doc, incident_id, agencies, command_r, err);
	json_decref(doc);
	return status;
}

void command_free(struct command **command)
{
	struct command *mine = *command;

	*command = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->doc);
	routes_unref(&mine->routes);
	xfree(mine);
}

/* All but what says how it came, or names itself. The bridge's own have no document. */
static char *write_decided(const json_t *doc)
{
	json_t *copy = doc != NULL ? json_copy((json_t *)(uintptr_t)doc) /* only reads */
				   : json_object();
	char *text;

	(void)json_object_del(copy, "command_id"); /* need not be there */
	(void)json_object_del(copy, "expected_version");
	(void)json_object_del(copy, "incident_id");
	(void)json_object_del(copy, "type");
	text = json_dumps(copy, JSON_SORT_KEYS | JSON_COMPACT);
	json_decref(copy);
	if (text == NULL)
		panic("command: what was read cannot be written");
	return text;
}

void command_digest(const struct command *command, unsigned char digest_r[32])
{
	char *decided = write_decided(command->doc);
	struct jsonw w;

	jsonw_init(&w, 512);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "incident_id", command->incident_id);
	jsonw_string(&w, "by", command->by);
	jsonw_raw(&w, "decided", decided, strlen(decided));
	jsonw_close(&w, '}');
	SHA256((const unsigned char *)w.text, w.len, digest_r);
	jsonw_fini(&w);
	free(decided);
}

void command_name_dated(struct command *command)
{
	unsigned char digest[32];
	size_t at;

	if (command->command_id[0] != '\0' || command->happened_ms == 0 ||
	    command->action != ACTION_STATUS)
		return;
	command_digest(command, digest);
	at = (size_t)snprintf(command->command_id, COMMAND_ID_SIZE, "said:");
	for (int i = 0; i < 16; i++)
		at += (size_t)snprintf(command->command_id + at, COMMAND_ID_SIZE - at, "%02x",
				       digest[i]);
}
