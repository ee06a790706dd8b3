#include "model/call.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "model/caller.h"
#include "model/paper.h"

#define BIT(state) (1u << (state))

static const struct {
	const char *name;
	unsigned next; /* states that may follow */
} call_states[CALL_STATES] = {
	[CALL_RINGING] = {"ringing",
			  BIT(CALL_ANSWERED) | BIT(CALL_ABANDONED) | BIT(CALL_ENDED)},
	[CALL_ANSWERED] = {"answered", BIT(CALL_ENDED)},
	[CALL_ABANDONED] = {"abandoned", BIT(CALL_ENDED)},
	[CALL_ENDED] = {"ended", 0},
};

const char *const call_state_names[CALL_STATES] = {
	[CALL_RINGING] = "ringing",
	[CALL_ANSWERED] = "answered",
	[CALL_ABANDONED] = "abandoned",
	[CALL_ENDED] = "ended",
};

const char *const call_outcome_names[CALL_OUTCOMES] = {
	[CALL_REAL] = "real",
	[CALL_PRANK] = "prank",
	[CALL_SILENT] = "silent",
	[CALL_INFORMATION] = "information",
	[CALL_WRONG_NUMBER] = "wrong_number",
};

bool call_may_move(enum call_state before, enum call_state state)
{
	return before == state || (call_states[before].next & BIT(state)) != 0;
}

static int read_state(const json_t *doc, enum call_state *state_r, struct err *err)
{
	const char *name;

	if (jsonin_string(doc, "state", JSONIN_REQUIRED, 16, &name, err) < 0)
		return -1;
	for (int i = 0; i < CALL_STATES; i++) {
		if (strcmp(name, call_states[i].name) == 0) {
			*state_r = (enum call_state)i;
			return 0;
		}
	}
	return err_field(err, "state", "must be ringing, answered, abandoned or ended");
}

static int read_outcome(const json_t *doc, struct call *call, struct err *err)
{
	const char *name = NULL;

	if (jsonin_string(doc, "outcome", JSONIN_OPTIONAL, 16, &name, err) < 0)
		return -1;
	if (name == NULL)
		return 0;
	if (call->state != CALL_ENDED)
		return err_field(err, "outcome", "is of a call that has ended");
	for (int i = CALL_OUTCOME_NONE + 1; i < CALL_OUTCOMES; i++) {
		if (strcmp(name, call_outcome_names[i]) == 0) {
			call->outcome = (enum call_outcome)i;
			return 0;
		}
	}
	return err_field(err, "outcome",
			 "must be real, prank, silent, information or wrong_number");
}

static int read_text(const json_t *doc, const char *key, enum jsonin_need need, char *text_r,
		     size_t size, struct err *err)
{
	const char *text = "";

	if (jsonin_string(doc, key, need, size - 1, &text, err) < 0)
		return -1;
	snprintf(text_r, size, "%s", text);
	return 0;
}

static int read_members(const json_t *doc, struct call *call, struct err *err)
{
	*call = (struct call){.location = {.from = LOCATION_NONE, .accuracy_m = -1}};
	if (read_text(doc, "call_id", JSONIN_REQUIRED, call->call_id, CALL_KEY_SIZE, err) < 0 ||
	    read_state(doc, &call->state, err) < 0 || read_outcome(doc, call, err) < 0 ||
	    read_text(doc, "caller", JSONIN_OPTIONAL, call->caller, CALL_PHONE_SIZE, err) < 0 ||
	    read_text(doc, "agent", JSONIN_OPTIONAL, call->agent, CALL_AGENT_SIZE, err) < 0 ||
	    jsonin_time(doc, "at", JSONIN_OPTIONAL, &call->at_ms, err) < 0 ||
	    jsonin_bool(doc, "exercise", &call->is_exercise, err) < 0)
		return -1;
	return 0;
}

int call_read(const json_t *doc, struct call *call, struct err *err)
{
	if (read_members(doc, call, err) < 0 ||
	    read_text(doc, "id", JSONIN_OPTIONAL, call->id, ID_SIZE, err) < 0)
		return -1;
	location_read_back(json_object_get(doc, "location"), &call->location);
	call->is_from_paper = json_is_true(json_object_get(doc, "from_paper"));
	return 0;
}

/* A telephone that does not know where it is may say so by a null. */
static int read_place(const json_t *doc, struct call *call, struct err *err)
{
	const json_t *location;

	if (jsonin_child(doc, "location", JSON_OBJECT, &location, err) < 0)
		return -1;
	if (location == NULL || json_is_null(json_object_get(location, "lat")))
		return 0;
	return location_read(location, &call->location, err);
}

int call_parse(const void *body, size_t len, struct call **call_r, struct err *err)
{
	struct call *call;
	json_t *doc;

	if (jsonin_object(body, len, CALL_MAX_BYTES, &doc, err) < 0)
		return -1;
	call = xcalloc(1, sizeof(*call));
	if (read_members(doc, call, err) < 0 ||
	    paper_read(doc, "at", call->at_ms, &call->is_from_paper, err) < 0 ||
	    read_place(doc, call, err) < 0) {
		json_decref(doc);
		call_free(&call);
		return -1;
	}
	json_decref(doc);
	call->raw = buf_copy(body, len);
	*call_r = call;
	return 0;
}

void call_free(struct call **call)
{
	struct call *mine = *call;

	*call = NULL;
	if (mine == NULL)
		return;
	buf_unref(&mine->raw);
	xfree(mine);
}

/* The first four and the last two digits tell a dispatcher that two calls are from one number
 * without giving the number away. What is no digit of ASCII goes too: half a letter would make
 * the frame one that a console must refuse. */
void call_mask(const char *phone, char masked_r[CALL_PHONE_SIZE])
{
	size_t len = strlen(phone), from = len > 8 ? 4 : 0;

	for (size_t i = 0; i < len; i++) {
		bool is_shown = (i < from || i + 2 >= len) && (unsigned char)phone[i] < 0x80;

		masked_r[i] = is_shown ? phone[i] : '*';
	}
	masked_r[len] = '\0';
}

void call_write(const struct call *call, bool is_masked, const struct card *card,
		struct jsonw *w, const char *key)
{
	char caller[CALL_PHONE_SIZE];

	if (is_masked)
		call_mask(call->caller, caller);
	else
		snprintf(caller, sizeof(caller), "%s", call->caller);
	jsonw_open(w, key, '{');
	jsonw_string(w, "id", call->id);
	jsonw_string(w, "call_id", call->call_id);
	jsonw_string(w, "state", call_states[call->state].name);
	jsonw_string(w, "outcome", call_outcome_names[call->outcome]);
	jsonw_string(w, "caller", caller[0] != '\0' ? caller : NULL);
	jsonw_string(w, "agent", call->agent[0] != '\0' ? call->agent : NULL);
	if (call->at_ms != 0)
		jsonw_time(w, "at", call->at_ms);
	else
		jsonw_null(w, "at");
	location_write(&call->location, w, "location");
	if (call->is_from_paper)
		jsonw_bool(w, "from_paper", true);
	jsonw_bool(w, "exercise", call->is_exercise);
	if (card != NULL)
		card_write(card, w, "card");
	jsonw_close(w, '}');
}
