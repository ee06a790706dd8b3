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

/* A later message need not say again what an earlier one said. */
static int fill_in(struct ledger *ledger, struct call *call, const struct call_row *row,
		   struct err *err)
{
	struct call before;
	struct buf *whole = NULL;
	json_t *doc;
	int status;

	if (ledger->ops->get_reporter(ledger->conn, row->step[state_of(row)], NULL, &whole,
				      err) < 0)
		return -1;
	doc = whole == NULL ? NULL : json_loadb((const char *)whole->data, whole->len, 0, NULL);
	status = call_read(doc, &before, err);
	json_decref(doc);
	buf_unref(&whole);
	if (status < 0) {
		err->kind = ERR_IO;
		return err_wrap(err, "call %s", row->id);
	}
	if (call->caller[0] == '\0')
		memcpy(call->caller, before.caller, sizeof(call->caller));
	if (call->agent[0] == '\0')
		memcpy(call->agent, before.agent, sizeof(call->agent));
	if (!call->location.has_point)
		call->location = before.location;
	return 0;
}

static int store_call(struct ledger *ledger, struct store_request *request,
		      struct call_row *row, struct err *err)
{
	struct call *call = request->in.call;
	uint64_t seq = ledger->end.seq + 1;
	struct event event = {.at_ms = request->at_ms,
			      .kind = EVENT_CALL_UPDATED,
			      .audience = {.scope = SCOPE_CALL}};
	struct buf *whole;
	int status;

	row->step[call->state] = seq;
	jsonw_reset(&ledger->text);
	call_write(call, false, &ledger->text, NULL);
	whole = jsonw_buf(&ledger->text);
	event_write_call(&ledger->text, seq, request->at_ms, call);
	status = ledger_add_event(ledger, event, 0, err);
	if (status == 0)
		status = ledger->ops->put_reporter(ledger->conn, seq, call->raw, whole, err);
	if (status == 0)
		status = ledger->ops->put_call(ledger->conn, row, err);
	buf_unref(&whole);
	if (status == 0)
		answer_call(ledger, request, STORE_STORED, seq);
	return status;
}

int ledger_take_call(struct ledger *ledger, struct store_request *request, struct err *err)
{
	struct call *call = request->in.call;
	struct call_row row = {.id = ""};
	int found = ledger->ops->find_call(ledger->conn, call->call_id, &row, err);

	if (found < 0)
		return -1;
	if (found == 0) {
		memcpy(row.call_id, call->call_id, sizeof(row.call_id));
		id_next(&ledger->ids, 'C', request->at_ms, row.id);
	}
	memcpy(call->id, row.id, ID_SIZE);
	/* Told again, also when told late, after the state that followed. */
	if (row.step[call->state] != 0) {
		answer_call(ledger, request, STORE_REPEATED, row.step[call->state]);
		return 0;
	}
	if (found > 0 && !call_may_move(state_of(&row), call->state)) {
		request->answer = STORE_REFUSED;
		(void)err_field(&request->err, "state", "is not possible: the call is %s",
				call_state_names[state_of(&row)]);
		return 0;
	}
	if (found > 0 && fill_in(ledger, call, &row, err) < 0)
		return -1;
	return store_call(ledger, request, &row, err);
}
