#include "core/command_desk.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/rules.h"

#define OPEN_MAX    40 /* incidents that a number may be completed to */
#define PAGE_ROWS   100
#define PAGE_BYTES  ((size_t)256 * 1024)
#define FOUND_MAX   20 /* that a search tells */
#define FOUND_PAGES 50 /* that it looks at */

struct command_desk {
	struct store *store;
	struct actions *actions;
	const struct rules *rules;
	unsigned open_count;
	bool is_stopped;
};

/* One line on its way: what it names is read, one after the other, then it is understood. */
struct hearing {
	struct command_desk *desk;
	struct command_ask *ask;
	struct principal who;
	int64_t begun_us;
	command_done_fn *done;
	void *ctx;

	struct command_needs needs;
	struct store_read read;
	void (*take)(struct hearing *hearing); /* what was read */
	bool has_asked_selected, has_asked_open;
	unsigned asked; /* of needs.no */

	bool has_selected;
	struct incident selected;
	struct incident known[COMMAND_NUMBERS_MAX];
	unsigned known_count;
	struct command_open open[OPEN_MAX];
	unsigned found_count, page_count; /* of a search */
	unsigned open_found;
	struct command_parse parse;
	struct jsonw text;
};

static int read_selected(struct command_ask *ask, struct err *err)
{
	const char *id = "";

	if (jsonin_string(ask->doc, "incident_id", JSONIN_OPTIONAL, 64, &id, err) < 0)
		return -1;
	if (id[0] != '\0' && !id_is(id, 'I'))
		return err_field(err, "incident_id", "is not an incident's id");
	snprintf(ask->incident_id, ID_SIZE, "%s", id);
	return 0;
}

static int read_ask(struct command_ask *ask, struct err *err)
{
	int64_t cursor = INT32_MAX;
	const char *id = "";

	ask->expected_version = -1;
	if (jsonin_string(ask->doc, "line", JSONIN_OPTIONAL, COMMAND_LINE_MAX, &ask->line,
			  err) < 0 ||
	    jsonin_bool(ask->doc, "dry_run", &ask->is_dry, err) < 0 ||
	    jsonin_int(ask->doc, "cursor", JSONIN_OPTIONAL, 0, INT32_MAX, &cursor, err) < 0 ||
	    jsonin_string(ask->doc, "command_id", JSONIN_OPTIONAL, COMMAND_ID_SIZE - 1, &id,
			  err) < 0 ||
	    jsonin_int(ask->doc, "expected_version", JSONIN_OPTIONAL, 1, INT64_MAX,
		       &ask->expected_version, err) < 0)
		return -1;
	if (ask->line == NULL) /* an empty one is asked what may begin it */
		return err_field(err, "line", "is required");
	snprintf(ask->command_id, sizeof(ask->command_id), "%s", id);
	ask->cursor = (size_t)cursor;
	return read_selected(ask, err);
}

int command_ask_read(json_t *doc, struct command_ask **ask_r, struct err *err)
{
	struct command_ask *ask = xcalloc(1, sizeof(*ask));

	ask->doc = json_incref(doc);
	if (read_ask(ask, err) < 0) {
		command_ask_free(&ask);
		return -1;
	}
	*ask_r = ask;
	return 0;
}

int command_ask_parse(const void *body, size_t len, struct command_ask **ask_r, struct err *err)
{
	json_t *doc;
	int status;

	if (jsonin_object(body, len, COMMAND_MAX_BYTES, &doc, err) < 0)
		return -1;
	status = command_ask_read(doc, ask_r, err);
	json_decref(doc);
	return status;
}

void command_ask_free(struct command_ask **ask)
{
	struct command_ask *mine = *ask;

	*ask = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->doc);
	xfree(mine);
}

struct command_desk *command_desk_new(struct store *store, struct actions *actions,
				      const struct rules *rules)
{
	struct command_desk *desk = xcalloc(1, sizeof(*desk));

	*desk = (struct command_desk){.store = store, .actions = actions, .rules = rules};
	return desk;
}

void command_desk_set_rules(struct command_desk *desk, const struct rules *rules)
{
	desk->rules = rules;
}

void command_desk_stop(struct command_desk *desk)
{
	desk->is_stopped = true;
}

void command_desk_free(struct command_desk **desk)
{
	struct command_desk *mine = *desk;

	*desk = NULL;
	if (mine == NULL)
		return;
	if (mine->open_count != 0)
		panic("command desk: freed with %u unanswered", mine->open_count);
	xfree(mine);
}

/* The last that is done with a hearing. */
static void answer(struct hearing *hearing, unsigned status, const struct err *err)
{
	struct command_answer answer = {.status = status,
					.members = hearing->text.len > 0 ? hearing->text.text
									 : NULL,
					.len = hearing->text.len,
					.err = err};

	hearing->desk->open_count--;
	hearing->done(hearing->ctx, &answer);
	jsonw_fini(&hearing->text);
	command_parse_fini(&hearing->parse);
	if (hearing->has_selected)
		incident_fini(&hearing->selected);
	for (unsigned i = 0; i < hearing->known_count; i++)
		incident_fini(&hearing->known[i]);
	command_ask_free(&hearing->ask);
	xfree(hearing);
}

static void answer_problem(struct hearing *hearing, unsigned status, const char *field,
			   const char *detail)
{
	struct err err;

	(void)err_field(&err, field, "%s", detail);
	answer(hearing, status, &err);
}

static void read_done(struct store_read *read)
{
	struct hearing *hearing = read->ctx;
	bool is_stopped = hearing->desk->is_stopped;

	if (!is_stopped && read->failed == 0) {
		hearing->take(hearing);
		return;
	}
	if (!is_stopped)
		log_error("command.read", "err=%s",
			  log_quote(read->err.text, strlen(read->err.text)).text);
	store_read_fini(read);
	answer_problem(hearing, 503, "",
		       is_stopped ? "The bridge is stopping."
				  : "The store cannot be read at the moment.");
}

static void ask_store(struct hearing *hearing, enum read_op op, uint64_t from,
		      unsigned max_rows, void (*take)(struct hearing *hearing))
{
	unsigned live = STATUS_BIT(INCIDENT_NEW) | STATUS_BIT(INCIDENT_ACTIVE);

	hearing->take = take;
	hearing->read = (struct store_read){
		.op = op,
		.from = from,
		.filter = {.viewer = principal_viewer(&hearing->who),
			   .statuses = op == READ_INCIDENTS ? live : 0},
		.max_rows = max_rows,
		.max_bytes = PAGE_BYTES,
		.done = read_done,
		.ctx = hearing,
	};
	if (op == READ_STATE && from == 0)
		memcpy(hearing->read.id, hearing->ask->incident_id, ID_SIZE);
	store_read_submit(hearing->desk->store, &hearing->read);
}

/* False: what was read cannot be understood; it is not there, then. */
static bool incident_of_row(struct hearing *hearing, unsigned row, struct incident *incident_r)
{
	struct slice slice = event_incident(hearing->read.rows[row].body);
	json_t *object = json_loadb(slice.text, slice.len, 0, NULL);
	struct err err;
	bool is_read =
		object != NULL && incident_read(object, rules_agencies(hearing->desk->rules),
						incident_r, &err) == 0;

	json_decref(object);
	return is_read;
}

static void go_on(struct hearing *hearing);

static void take_selected(struct hearing *hearing)
{
	hearing->has_selected =
		hearing->read.is_found && incident_of_row(hearing, 0, &hearing->selected);
	store_read_fini(&hearing->read);
	go_on(hearing);
}

static void take_known(struct hearing *hearing)
{
	if (hearing->read.is_found &&
	    incident_of_row(hearing, 0, &hearing->known[hearing->known_count]))
		hearing->known_count++;
	store_read_fini(&hearing->read);
	go_on(hearing);
}

static void take_open(struct hearing *hearing)
{
	struct incident incident;

	for (unsigned i = 0; i < hearing->read.row_count; i++) {
		struct command_open *open = &hearing->open[hearing->open_found];

		if (!incident_of_row(hearing, i, &incident))
			continue;
		open->no = incident.no;
		incident_say(&incident, hearing->desk->rules, &open->about);
		incident_fini(&incident);
		hearing->open_found++;
	}
	store_read_fini(&hearing->read);
	go_on(hearing);
}

static void understand(struct hearing *hearing)
{
	const struct rules *rules = hearing->desk->rules;
	const struct command_view view = {
		.rules = rules,
		.acts_for = principal_acts_for(&hearing->who, rules_agencies(rules)),
		.may_act = principal_may(&hearing->who, RIGHT_ACT),
		.selected = hearing->has_selected ? &hearing->selected : NULL,
		.known = hearing->known,
		.known_count = hearing->known_count,
		.open = hearing->open,
		.open_count = hearing->open_found,
	};
	const char *line = hearing->ask->line;

	command_line_parse(&view, line, strlen(line), hearing->ask->cursor, &hearing->parse);
}

static void answer_dry(struct hearing *hearing)
{
	struct jsonw *w = &hearing->text;
	const struct command_parse *parse = &hearing->parse;

	jsonw_bool(w, "ok", parse->trouble == COMMAND_FINE && parse->means != COMMAND_NOTHING);
	jsonw_bool(w, "dry_run", true);
	command_parse_write(parse, w);
	answer(hearing, 200, NULL);
}

static void answer_trouble(struct hearing *hearing)
{
	const struct command_parse *parse = &hearing->parse;
	struct err err;

	(void)err_field(&err, "line", "column %u: %s", parse->column, parse->what.en);
	command_trouble_write(parse, &hearing->text);
	answer(hearing, parse->trouble == COMMAND_NOT_FOUND ? 404 : 400, &err);
}

static void write_decided(struct jsonw *w, const struct command_parse *parse,
			  const struct action_answer *decided)
{
	jsonw_bool(w, "ok", true);
	jsonw_bool(w, "dry_run", false);
	jsonw_int(w, "seq", (int64_t)decided->seq);
	jsonw_string(w, "incident_id", decided->incident_id);
	jsonw_int(w, "version", decided->version);
	said_write(w, "says", &parse->says);
}

static void decided(void *ctx, const struct action_answer *decided)
{
	struct hearing *hearing = ctx;
	unsigned status = action_status(decided->answer);

	if (status == 200)
		write_decided(&hearing->text, &hearing->parse, decided);
	else if (decided->current != NULL)
		jsonw_raw(&hearing->text, "incident", (const char *)decided->current->data,
			  decided->current->len);
	if (status == 404)
		answer_problem(hearing, 404, "", "There is no such incident that you may see.");
	else
		answer(hearing, status, decided->err);
}

/* The line as an action, with what the line itself does not say. */
static int command_of(const struct hearing *hearing, struct command **command_r,
		      struct err *err)
{
	const struct command_ask *ask = hearing->ask;
	json_t *doc = json_incref(hearing->parse.action);
	int status;

	if (ask->command_id[0] != '\0')
		(void)json_object_set_new(doc, "command_id", json_string(ask->command_id));
	if (ask->expected_version >= 0)
		(void)json_object_set_new(doc, "expected_version",
					  json_integer(ask->expected_version));
	status = command_read(doc, hearing->parse.incident_id,
			      rules_agencies(hearing->desk->rules), command_r, err);
	json_decref(doc);
	return status;
}

static void act(struct hearing *hearing)
{
	struct command *command;
	struct err err;

	if (!principal_may(&hearing->who, RIGHT_ACT))
		answer_problem(hearing, 403, "", "This account may watch only.");
	else if (command_of(hearing, &command, &err) < 0)
		answer(hearing, 400, &err);
	else
		actions_submit(hearing->desk->actions, &command, &hearing->who,
			       hearing->begun_us, decided, hearing);
}

static void end_search(struct hearing *hearing)
{
	jsonw_close(&hearing->text, ']');
	said_write(&hearing->text, "says", &hearing->parse.says);
	answer(hearing, 200, NULL);
}

static void take_search(struct hearing *hearing)
{
	struct store_read *read = &hearing->read;
	uint64_t next = read->next;
	struct incident incident;

	for (unsigned i = 0; i < read->row_count && hearing->found_count < FOUND_MAX; i++) {
		struct slice slice = event_incident(read->rows[i].body);

		if (!incident_of_row(hearing, i, &incident))
			continue;
		if (incident_has_words(&incident, hearing->desk->rules, hearing->parse.words)) {
			jsonw_raw(&hearing->text, NULL, slice.text, slice.len);
			hearing->found_count++;
		}
		incident_fini(&incident);
	}
	store_read_fini(read);
	if (next == 0 || hearing->found_count == FOUND_MAX ||
	    ++hearing->page_count == FOUND_PAGES)
		end_search(hearing);
	else
		ask_store(hearing, READ_LIVE, next, PAGE_ROWS, take_search);
}

static void search(struct hearing *hearing)
{
	jsonw_bool(&hearing->text, "ok", true);
	jsonw_bool(&hearing->text, "dry_run", false);
	jsonw_string(&hearing->text, "search", hearing->parse.words);
	jsonw_open(&hearing->text, "incidents", '[');
	ask_store(hearing, READ_LIVE, 0, PAGE_ROWS, take_search);
}

/* What is impossible as things stand is the store's to refuse: for the same command once more
 * it has the answer of the first time. */
static void carry_out(struct hearing *hearing)
{
	enum command_trouble trouble = hearing->parse.trouble;

	if (trouble == COMMAND_WRONG || trouble == COMMAND_NOT_FOUND)
		answer_trouble(hearing);
	else if (hearing->parse.means == COMMAND_ACTION)
		act(hearing);
	else if (hearing->parse.means == COMMAND_SEARCH)
		search(hearing);
	else
		answer_problem(hearing, 400, "line", "says nothing");
}

static void go_on(struct hearing *hearing)
{
	const struct command_needs *needs = &hearing->needs;

	if (hearing->ask->incident_id[0] != '\0' && !hearing->has_asked_selected) {
		hearing->has_asked_selected = true;
		ask_store(hearing, READ_STATE, 0, 1, take_selected);
	} else if (hearing->asked < needs->count) {
		ask_store(hearing, READ_STATE, (uint64_t)needs->no[hearing->asked++], 1,
			  take_known);
	} else if (needs->open && hearing->ask->is_dry && !hearing->has_asked_open) {
		hearing->has_asked_open = true;
		ask_store(hearing, READ_INCIDENTS, 0, OPEN_MAX, take_open);
	} else {
		understand(hearing);
		if (hearing->ask->is_dry)
			answer_dry(hearing);
		else
			carry_out(hearing);
	}
}

void command_desk_hear(struct command_desk *desk, struct command_ask **ask,
		       const struct principal *who, int64_t begun_us, command_done_fn *done,
		       void *ctx)
{
	struct hearing *hearing = xcalloc(1, sizeof(*hearing));

	hearing->desk = desk;
	hearing->ask = *ask;
	hearing->who = *who;
	hearing->begun_us = begun_us;
	hearing->done = done;
	hearing->ctx = ctx;
	*ask = NULL;
	desk->open_count++;
	jsonw_init(&hearing->text, 1024);
	command_line_needs(hearing->ask->line, strlen(hearing->ask->line), hearing->ask->cursor,
			   &hearing->needs);
	if (desk->is_stopped)
		answer_problem(hearing, 503, "", "The bridge is stopping.");
	else
		go_on(hearing);
}
