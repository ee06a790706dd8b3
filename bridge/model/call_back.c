#include "model/call_back.h"

#include <openssl/sha.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"

const char *const call_back_step_names[CALL_BACK_STEPS] = {
	[CALL_BACK_NONE] = NULL,        [CALL_BACK_TAKEN] = "acknowledge",
	[CALL_BACK_SHELVED] = "shelve", [CALL_BACK_MISSED] = "not_reached",
	[CALL_BACK_DONE] = "done",      [CALL_BACK_RISEN] = "rise",
};

/* ---- What happens to it. ---- */

/* Nobody has it, and it is not put off: it is asked for again. */
static void ask_again(struct call_back *owed)
{
	owed->taken_by[0] = '\0';
	owed->taken_ms = 0;
	owed->shelved_by[0] = '\0';
	owed->shelved_until_ms = 0;
}

static void begin_wait(struct call_back *owed, int64_t at_ms)
{
	owed->wait = (struct wait){.kind = WAIT_CALLBACK, .since_ms = at_ms};
}

void call_back_owe(struct call_back *owed, const struct call *call, int64_t at_ms)
{
	if (owed->since_ms == 0) {
		*owed = (struct call_back){.since_ms = at_ms};
		begin_wait(owed, at_ms);
	}
	owed->rings++;
	owed->last_ms = at_ms;
	memcpy(owed->call_id, call->id, ID_SIZE);
	call_mask(call->caller, owed->number);
	ask_again(owed);
}

void call_back_end(struct call_back *owed)
{
	*owed = (struct call_back){.since_ms = 0};
}

/* 112's calls are of no agency: its rows are those for all of them. */
void call_back_settle(struct call_back *owed, const struct escalation_policy *policy)
{
	if (owed->since_ms != 0 && policy != NULL)
		wait_set_due(policy, 0, CALL_BACK_PRIORITY, &owed->wait);
}

/* ---- What is said of it. ---- */

static int take(struct call_back *owed, const struct call_back_word *word, struct err *err)
{
	if (owed->taken_by[0] != '\0' && strcmp(owed->taken_by, word->by) != 0)
		return err_set(err, ERR_CONFLICT, "%s is calling back", owed->taken_by);
	ask_again(owed);
	snprintf(owed->taken_by, USER_SIZE, "%s", word->by);
	owed->taken_ms = word->at_ms;
	return 0;
}

static int shelve(struct call_back *owed, const struct call_back_word *word)
{
	snprintf(owed->shelved_by, USER_SIZE, "%s", word->by);
	owed->shelved_until_ms = word->at_ms + word->minutes * 60000;
	return 0;
}

static int miss(struct call_back *owed, const struct call_back_word *word)
{
	owed->tries++;
	ask_again(owed);
	begin_wait(owed, word->at_ms);
	return 0;
}

static int rise(struct call_back *owed, const struct call_back_word *word, struct err *err)
{
	if (wait_rise(&owed->wait, &word->expected, err) < 0)
		return -1;
	ask_again(owed);
	return 0;
}

int call_back_take(struct call_back *owed, const struct call_back_word *word, struct err *err)
{
	if (owed->since_ms == 0)
		return err_set(err, word->step == CALL_BACK_RISEN ? ERR_CONFLICT : ERR_INVALID,
			       "no call of this number is owed an answer");
	switch (word->step) {
	case CALL_BACK_TAKEN:
		return take(owed, word, err);
	case CALL_BACK_SHELVED:
		return shelve(owed, word);
	case CALL_BACK_MISSED:
		return miss(owed, word);
	case CALL_BACK_DONE:
		call_back_end(owed);
		return 0;
	case CALL_BACK_RISEN:
		return rise(owed, word, err);
	case CALL_BACK_NONE:
	case CALL_BACK_STEPS:
		break;
	}
	return err_field(err, "action", "is none");
}

/* ---- As a person says it. ---- */

static int read_action(struct call_back_word *word, struct err *err)
{
	const char *action = "";

	if (jsonin_string(word->doc, "action", JSONIN_REQUIRED, 32, &action, err) < 0)
		return -1;
	for (int step = CALL_BACK_TAKEN; step < CALL_BACK_RISEN; step++)
		if (strcmp(call_back_step_names[step], action) == 0) {
			word->step = (enum call_back_step)step;
			return 0;
		}
	return err_field(err, "action",
			 "must be one of acknowledge, shelve, not_reached, done");
}

static bool is_outcome(const char *outcome)
{
	return strcmp(outcome, "reached") == 0 || strcmp(outcome, "unreachable") == 0 ||
	       strcmp(outcome, "not_needed") == 0;
}

static bool is_blank(const char *text)
{
	return text == NULL || text[strspn(text, " \t\r\n")] == '\0';
}

static int check_reason(const struct call_back_word *word, struct err *err)
{
	bool is_needed = word->step == CALL_BACK_SHELVED ||
			 (word->outcome != NULL && strcmp(word->outcome, "reached") != 0);

	return is_needed && is_blank(word->reason) ? err_field(err, "reason", "must say why")
						   : 0;
}

static int read_more(struct call_back_word *word, struct err *err)
{
	enum jsonin_need shelf =
		word->step == CALL_BACK_SHELVED ? JSONIN_REQUIRED : JSONIN_OPTIONAL;
	enum jsonin_need end = word->step == CALL_BACK_DONE ? JSONIN_REQUIRED : JSONIN_OPTIONAL;
	const char *command_id = "";

	if (jsonin_int(word->doc, "minutes", shelf, 1, CALL_BACK_SHELF_MINUTES, &word->minutes,
		       err) < 0 ||
	    jsonin_string(word->doc, "outcome", end, 32, &word->outcome, err) < 0 ||
	    jsonin_string(word->doc, "reason", JSONIN_OPTIONAL, CALL_BACK_REASON_MAX,
			  &word->reason, err) < 0 ||
	    jsonin_string(word->doc, "command_id", JSONIN_OPTIONAL, COMMAND_ID_SIZE - 1,
			  &command_id, err) < 0)
		return -1;
	if (word->outcome != NULL && !is_outcome(word->outcome))
		return err_field(err, "outcome",
				 "must be one of reached, unreachable, not_needed");
	snprintf(word->command_id, COMMAND_ID_SIZE, "%s", command_id);
	return check_reason(word, err);
}

int call_back_parse(const void *body, size_t len, const char *handle,
		    struct call_back_word **word_r, struct err *err)
{
	struct call_back_word *word;
	json_t *doc;

	if (jsonin_object(body, len, CALL_BACK_MAX_BYTES, &doc, err) < 0)
		return -1;
	word = xcalloc(1, sizeof(*word));
	word->doc = doc;
	snprintf(word->handle, ID_SIZE, "%s", handle);
	if (read_action(word, err) < 0 || read_more(word, err) < 0) {
		call_back_word_free(&word);
		return -1;
	}
	*word_r = word;
	return 0;
}

void call_back_word_free(struct call_back_word **word)
{
	struct call_back_word *mine = *word;

	*word = NULL;
	if (mine == NULL)
		return;
	json_decref(mine->doc);
	xfree(mine);
}

void call_back_digest(const struct call_back_word *word, unsigned char digest_r[32])
{
	struct jsonw w;

	jsonw_init(&w, 512);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "handle", word->handle);
	jsonw_string(&w, "action", call_back_step_names[word->step]);
	jsonw_string(&w, "by", word->by);
	jsonw_int(&w, "minutes", word->minutes);
	jsonw_string(&w, "reason", word->reason);
	jsonw_string(&w, "outcome", word->outcome);
	jsonw_close(&w, '}');
	SHA256((const unsigned char *)w.text, w.len, digest_r);
	jsonw_fini(&w);
}

/* ---- As JSON. ---- */

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void write_time(struct jsonw *w, const char *key, int64_t at_ms)
{
	if (at_ms != 0)
		jsonw_time(w, key, at_ms);
	else
		jsonw_null(w, key);
}

static void write_members(const struct call_back *owed, struct jsonw *w)
{
	jsonw_time(w, "first_at", owed->since_ms);
	jsonw_time(w, "last_at", owed->last_ms);
	jsonw_int(w, "rings", owed->rings);
	jsonw_int(w, "tries", owed->tries);
	jsonw_string(w, "call", owed->call_id);
	jsonw_string(w, "caller", owed->number);
	jsonw_string(w, "acknowledged_by", or_null(owed->taken_by));
	write_time(w, "acknowledged_at", owed->taken_ms);
	jsonw_string(w, "shelved_by", or_null(owed->shelved_by));
	write_time(w, "shelved_until", owed->shelved_until_ms);
}

void call_back_write(const struct call_back *owed, struct jsonw *w, const char *key)
{
	if (owed->since_ms == 0)
		return;
	jsonw_open(w, key, '{');
	write_members(owed, w);
	wait_write(&owed->wait, w, "wait");
	jsonw_close(w, '}');
}

void call_back_write_alarm(const struct call_back *owed, const char *handle, struct jsonw *w)
{
	jsonw_null(w, "incident_id");
	jsonw_null(w, "no");
	jsonw_bool(w, "exercise", false);
	jsonw_string(w, "kind", "callback");
	jsonw_null(w, "agency");
	jsonw_int(w, "priority", CALL_BACK_PRIORITY);
	jsonw_string(w, "waits_for", "callback");
	jsonw_string(w, "handle", handle);
	write_members(owed, w);
	jsonw_time(w, "since", owed->wait.since_ms);
	jsonw_int(w, "level", owed->wait.level);
	jsonw_string(w, "to", rise_names[owed->wait.to]);
	write_time(w, "due_at", owed->wait.due_at_ms);
}

static void read_text(const json_t *object, const char *key, char *text_r, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(text_r, size, "%s", text != NULL ? text : "");
}

static int64_t read_time(const json_t *object, const char *key)
{
	int64_t at_ms = 0;
	struct err err;

	return jsonin_time(object, key, JSONIN_OPTIONAL, &at_ms, &err) < 0 ? 0 : at_ms;
}

void call_back_read(const json_t *object, struct call_back *owed)
{
	*owed = (struct call_back){.since_ms = 0};
	if (!json_is_object(object))
		return;
	owed->since_ms = read_time(object, "first_at");
	owed->last_ms = read_time(object, "last_at");
	owed->rings = json_integer_value(json_object_get(object, "rings"));
	owed->tries = json_integer_value(json_object_get(object, "tries"));
	read_text(object, "call", owed->call_id, ID_SIZE);
	read_text(object, "caller", owed->number, CALL_PHONE_SIZE);
	wait_read(json_object_get(object, "wait"), &owed->wait);
	read_text(object, "acknowledged_by", owed->taken_by, USER_SIZE);
	owed->taken_ms = read_time(object, "acknowledged_at");
	read_text(object, "shelved_by", owed->shelved_by, USER_SIZE);
	owed->shelved_until_ms = read_time(object, "shelved_until");
}
