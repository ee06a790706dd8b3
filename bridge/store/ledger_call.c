/* A step in the life of a 112 call. */
#include "store/ledger_private.h"

#include <string.h>

static void answer_call(struct ledger *ledger, struct store_request *request,
			enum store_answer answer, uint64_t seq)
{
	const struct call *call = request->in.call;
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = seq;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "id", call->id);
	jsonw_string(w, "call_id", call->call_id);
	jsonw_string(w, "state", call_state_names[call->state]);
	jsonw_int(w, "seq", (int64_t)seq);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

static enum call_state state_of(const struct call_row *row)
{
	enum call_state state = CALL_RINGING;

	for (int i = 0; i < CALL_STATES; i++)
		if (row->step[i] > row->step[state])
			state = (enum call_state)i;
	return state;
}

static int load_call(struct ledger *ledger, const struct call_row *row, struct call *call_r,
		     struct err *err)
{
	struct reporter_row reporter = {.raw = NULL};
	const struct buf *whole;
	json_t *doc;
	int status;

	if (ledger->ops->get_reporter(ledger->conn, row->step[state_of(row)], &reporter, err) <
	    0)
		return -1;
	whole = reporter.whole;
	doc = whole == NULL ? NULL : json_loadb((const char *)whole->data, whole->len, 0, NULL);
	status = call_read(doc, call_r, err);
	json_decref(doc);
	reporter_row_fini(&reporter);
	if (status < 0) {
		err->kind = ERR_IO;
		return err_wrap(err, "call %s", row->id);
	}
	return 0;
}

/* A later message need not say again what an earlier one said. */
static void fill_in(struct call *call, const struct call *before)
{
	if (call->caller[0] == '\0')
		memcpy(call->caller, before->caller, sizeof(call->caller));
	if (call->agent[0] == '\0')
		memcpy(call->agent, before->agent, sizeof(call->agent));
	if (!call->location.has_point)
		call->location = before->location;
	if (call->outcome == CALL_OUTCOME_NONE)
		call->outcome = before->outcome;
	call->is_exercise = before->is_exercise;
}

/* What this step says of the number: counted once for each call, whenever it is first told. */
static void tell_caller(struct caller *caller, const struct call *before,
			const struct call *call, int64_t at_ms)
{
	bool is_told = call->outcome != before->outcome;

	if (before->caller[0] == '\0')
		caller_add_call(caller, at_ms);
	if (call->state == CALL_ABANDONED) {
		caller_add(caller, CALLER_ABANDONED, at_ms);
		call_back_owe(&caller->owed, call, at_ms);
	}
	if (call->state == CALL_ANSWERED)
		call_back_end(&caller->owed);
	if (call->state == CALL_ANSWERED || (is_told && call->outcome != CALL_SILENT))
		caller_hear(caller);
	if (is_told)
		caller_add(caller,
			   (enum caller_sign)caller_sign_of_outcome(
				   call_outcome_names[call->outcome]),
			   at_ms);
}

/* Who withholds the number is nobody, and nobody earns anything by an exercise: known stays
 * empty. */
static int know_caller(struct ledger *ledger, const struct store_request *request,
		       const struct call *before, struct known *known, struct err *err)
{
	const struct call *call = request->in.call;
	struct caller_names names;

	*known = (struct known){0};
	if (call->is_exercise)
		return 0;
	caller_name(ledger->caller_key, call->caller, NULL, &names);
	if (names.own[0] == '\0')
		return 0;
	if (ledger_load_caller(ledger, names.own, known, err) < 0)
		return -1;
	known->is_known = true;
	tell_caller(&known->caller, before, call, request->at_ms);
	call_back_settle(&known->caller.owed, request->escalation);
	return 0;
}

static int store_call(struct ledger *ledger, struct store_request *request,
		      struct call_row *row, const struct call *before, struct err *err)
{
	struct call *call = request->in.call;
	uint64_t seq = ledger->end.seq + 1;
	struct event event = {.at_ms = request->at_ms,
			      .kind = EVENT_CALL_UPDATED,
			      .audience = {.scope = SCOPE_CALL}};
	struct known known;
	struct card card = {NULL, &request->callers, request->at_ms};
	struct reporter_row reporter = {.raw = call->raw, .has_salt = true};
	char seal[SEAL_SIZE];
	int status;

	if (know_caller(ledger, request, before, &known, err) < 0)
		return -1;
	card.caller = known.is_known ? &known.caller : NULL;
	row->step[call->state] = seq;
	jsonw_reset(&ledger->text);
	call_write(call, false, NULL, &ledger->text, NULL);
	reporter.whole = jsonw_buf(&ledger->text);
	seal_salt(reporter.salt);
	seal_call(row, &reporter, seal);
	event_write_call(&ledger->text, seq, request->at_ms, call, seal, &card);
	status = ledger_add_event(ledger, event, 0, err);
	if (status == 0 && known.is_known)
		status = ledger_put_caller(ledger, &known, err);
	if (status == 0)
		status = ledger->ops->put_reporter(ledger->conn, seq, &reporter, err);
	if (status == 0)
		status = ledger->ops->put_call(ledger->conn, row, err);
	buf_unref(&reporter.whole); /* raw is the call's */
	if (status == 0)
		answer_call(ledger, request, STORE_STORED, seq);
	return status;
}

/* 1: it is answered already. Told again, also when told late, after the state that followed, it
 * is nothing new; but what an ended call turned out to be may be said afterwards, once. */
static int answer_known(struct ledger *ledger, struct store_request *request,
			const struct call_row *row, const struct call *before)
{
	const struct call *call = request->in.call;
	uint64_t told = row->step[call->state];
	enum call_outcome outcome = call->outcome;

	if (told != 0 && (outcome == CALL_OUTCOME_NONE || outcome == before->outcome)) {
		answer_call(ledger, request, STORE_REPEATED, told);
		return 1;
	}
	if (told != 0 && before->outcome == CALL_OUTCOME_NONE)
		return 0;
	request->answer = STORE_REFUSED;
	if (told != 0)
		(void)err_field(&request->err, "outcome", "was said to be %s",
				call_outcome_names[before->outcome]);
	else if (!call_may_move(state_of(row), call->state))
		(void)err_field(&request->err, "state", "is not possible: the call is %s",
				call_state_names[state_of(row)]);
	else
		return 0;
	return 1;
}

int ledger_take_call(struct ledger *ledger, struct store_request *request, struct err *err)
{
	struct call *call = request->in.call, before = {.call_id = ""};
	struct call_row row = {.id = ""};
	int found = ledger->ops->find_call(ledger->conn, call->call_id, &row, err);

	if (found < 0)
		return -1;
	if (found == 0) {
		memcpy(row.call_id, call->call_id, sizeof(row.call_id));
		id_next(&ledger->ids, 'C', request->at_ms, row.id);
	}
	memcpy(call->id, row.id, ID_SIZE);
	if (found > 0) {
		if (load_call(ledger, &row, &before, err) < 0)
			return -1;
		if (answer_known(ledger, request, &row, &before) != 0)
			return 0;
		fill_in(call, &before);
	}
	return store_call(ledger, request, &row, &before, err);
}
