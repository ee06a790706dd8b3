/* What is said of a call that nobody answered, and its rises: the caller's card, told by an
 * event. Two who want to call back meet here: the second is told who does. */
#include <string.h>

#include "store/ledger_private.h"

static void answer(struct ledger *ledger, struct store_request *request,
		   enum store_answer answer, const struct call_back *owed, uint64_t seq)
{
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = seq;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "seq", (int64_t)seq);
	jsonw_bool(w, "repeated", answer == STORE_REPEATED);
	jsonw_string(w, "handle", request->in.call_back->handle);
	if (owed->since_ms == 0)
		jsonw_null(w, "call_back");
	call_back_write(owed, w, "call_back");
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

static int put(struct ledger *ledger, struct store_request *request, struct known *known,
	       const unsigned char digest[32], struct err *err)
{
	const struct call_back_word *word = request->in.call_back;
	struct card card = {&known->caller, &request->callers, request->at_ms};

	call_back_settle(&known->caller.owed, request->escalation);
	event_write_call_back(&ledger->text, ledger->end.seq + 1, request->at_ms, word, &card);
	if (ledger_put_told(ledger, known, EVENT_CALLER_UPDATED, request->at_ms, err) < 0)
		return -1;
	if (ledger_put_command(ledger, word->command_id, digest, ledger->end.seq, err) < 0)
		return -1;
	answer(ledger, request, STORE_STORED, &known->caller.owed, ledger->end.seq);
	return 0;
}

static void refuse(struct store_request *request)
{
	request->answer = request->err.kind == ERR_CONFLICT ? STORE_CONFLICT : STORE_REFUSED;
}

int ledger_take_call_back(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct call_back_word *word = request->in.call_back;
	struct known known;
	unsigned char digest[32];
	bool is_same;
	uint64_t seq;
	int found;

	call_back_digest(word, digest);
	found = ledger_find_command(ledger, word->command_id, digest, &seq, &is_same, err);
	if (found < 0 || ledger_load_caller(ledger, word->handle, &known, err) < 0)
		return -1;
	if (found > 0 && is_same) {
		answer(ledger, request, STORE_REPEATED, &known.caller.owed, seq);
		return 0;
	}
	if (found > 0) {
		request->answer = STORE_CONFLICT;
		(void)err_field(&request->err, "command_id", "was used for something else");
		return 0;
	}
	if (!known.is_known) {
		request->answer = STORE_NOT_FOUND;
		return 0;
	}
	if (call_back_take(&known.caller.owed, word, &request->err) < 0) {
		refuse(request);
		return 0;
	}
	return put(ledger, request, &known, digest, err);
}
