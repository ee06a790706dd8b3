/* What is known of who reports and calls, changed in the transaction of what changes it.
 *
 * Each change is an event that carries the whole card; the table points at the last one. It is
 * for those who see calls, and stands outside of every incident's past: who sees an incident
 * does not learn by it who else a number has called about. */
#include "store/ledger_private.h"

#include <string.h>
#include <sys/random.h>

#define CALLERS_FALLBACK 100000
#define KEY_NAME         "callers"
#define DROP_AT_ONCE     8 /* for each that is new: what has grown old goes sooner or later */

/* ---- The key, and how many there are. ---- */

static void make_key(char key_r[CALLER_KEY_SIZE])
{
	unsigned char random[(CALLER_KEY_SIZE - 1) / 2];

	if (getrandom(random, sizeof(random), 0) != (ssize_t)sizeof(random))
		panic("getrandom gave no randomness");
	for (size_t i = 0; i < sizeof(random); i++)
		snprintf(key_r + 2 * i, 3, "%02x", random[i]);
}

static int need_key(struct ledger *ledger, struct err *err)
{
	const struct store_backend *ops = ledger->ops;
	int found =
		ops->get_meta(ledger->conn, KEY_NAME, ledger->caller_key, CALLER_KEY_SIZE, err);

	if (found != 0)
		return found < 0 ? -1 : 0;
	make_key(ledger->caller_key);
	if (ops->begin(ledger->conn, err) < 0)
		return -1;
	if (ops->put_meta(ledger->conn, KEY_NAME, ledger->caller_key, err) < 0 ||
	    ops->commit(ledger->conn, err) < 0) {
		ops->rollback(ledger->conn);
		return -1;
	}
	return 0;
}

int ledger_count_callers(struct ledger *ledger, struct err *err)
{
	return ledger->ops->count_callers(ledger->conn, &ledger->callers, err) < 0 ? -1 : 0;
}

int ledger_open_callers(struct ledger *ledger, int64_t callers_max, struct err *err)
{
	ledger->callers_max = callers_max > 0 ? callers_max : CALLERS_FALLBACK;
	return need_key(ledger, err) < 0 ? -1 : ledger_count_callers(ledger, err);
}

/* ---- One of them. ---- */

static int read_card(const struct event *event, struct caller *caller_r, struct err *err)
{
	struct slice card = event_card(event->body);
	json_t *object = json_loadb(card.text, card.len, JSON_DISABLE_EOF_CHECK, NULL);
	int status = card_read(object, caller_r, err);

	json_decref(object);
	if (status < 0)
		err->kind = ERR_IO; /* ours, and damaged: nobody's input is wrong */
	return status;
}

/* An event that the log no longer holds tells nothing any more. */
int ledger_load_caller(struct ledger *ledger, const char *handle, struct known *known_r,
		       struct err *err)
{
	struct caller_row row;
	struct event last;
	int found = ledger->ops->get_caller(ledger->conn, handle, &row, err);

	*known_r = (struct known){.is_in_table = found > 0};
	caller_begin(&known_r->caller, handle);
	if (found > 0)
		found = ledger->ops->get_event(ledger->conn, row.seq, &last, err);
	if (found <= 0)
		return found;
	found = read_card(&last, &known_r->caller, err);
	buf_unref(&last.body);
	known_r->is_known = found == 0;
	return found;
}

static int drop(struct ledger *ledger, const char *handle, struct err *err)
{
	ledger->callers--;
	return ledger->ops->drop_caller(ledger->conn, handle, err);
}

/* 1: it is dropped. 0: there is none of this worth, or none that has to go. */
static int drop_oldest(struct ledger *ledger, enum caller_worth worth, int64_t at_ms,
		       struct err *err)
{
	struct caller_row row;
	int found = ledger->ops->oldest_caller(ledger->conn, worth, &row, err);
	bool is_full = ledger->callers >= ledger->callers_max;

	if (found <= 0)
		return found;
	if (!is_full && row.seen_at_ms >= at_ms - CALLER_KEEP_MS)
		return 0;
	return drop(ledger, row.handle, err) < 0 ? -1 : 1;
}

static int make_room(struct ledger *ledger, int64_t at_ms, struct err *err)
{
	for (int i = 0; i < DROP_AT_ONCE; i++) {
		int dropped = drop_oldest(ledger, CALLER_HAS_RUNG, at_ms, err);

		if (dropped == 0)
			dropped = drop_oldest(ledger, CALLER_HAS_TOLD, at_ms, err);
		if (dropped <= 0)
			return dropped;
	}
	return 0;
}

int ledger_put_caller(struct ledger *ledger, const struct known *known, struct err *err)
{
	const struct caller *caller = &known->caller;
	struct caller_row row = {
		.seq = ledger->end.seq,
		.worth = caller_worth(caller),
		.seen_at_ms = caller->last_ms,
	};

	memcpy(row.handle, caller->handle, ID_SIZE);
	if (!known->is_in_table) {
		if (make_room(ledger, caller->last_ms, err) < 0)
			return -1;
		ledger->callers++;
	}
	return ledger->ops->put_caller(ledger->conn, &row, err);
}

int ledger_put_told(struct ledger *ledger, const struct known *known, enum event_kind kind,
		    int64_t at_ms, struct err *err)
{
	struct event event = {.at_ms = at_ms, .kind = kind, .audience = {.scope = SCOPE_CALL}};

	if (ledger_add_event(ledger, event, 0, err) < 0)
		return -1;
	return ledger_put_caller(ledger, known, err);
}

static int tell(struct ledger *ledger, const struct store_request *request,
		const struct known *known, const char *incident_id, struct err *err)
{
	struct card card = {&known->caller, &request->callers, request->at_ms};

	event_write_caller(&ledger->text, ledger->end.seq + 1, request->at_ms, incident_id,
			   &card);
	return ledger_put_told(ledger, known, EVENT_CALLER_UPDATED, request->at_ms, err);
}

/* ---- A report. ---- */

/* Who asked for it to be anonymous or secret is not followed through other reports and calls;
 * and an exercise is nobody's doing. */
int ledger_know_reporter(struct ledger *ledger, const struct report *report,
			 struct caller_names *names_r, struct known *known_r, struct err *err)
{
	*names_r = (struct caller_names){0};
	*known_r = (struct known){0};
	if (report->anonymity != ANONYMITY_PUBLIC || report->is_exercise)
		return 0;
	caller_name(ledger->caller_key, report->phone, report->device, names_r);
	if (names_r->own[0] == '\0')
		return 0;
	return ledger_load_caller(ledger, names_r->own, known_r, err);
}

int ledger_tell_reporter(struct ledger *ledger, const struct store_request *request,
			 struct known *known, struct err *err)
{
	bool is_urgent = request->verdict.is_grave ||
			 request->verdict.disposition == DISPOSITION_EMERGENCY;

	if (!known->is_known)
		return 0;
	caller_add_report(&known->caller, request->at_ms, is_urgent);
	return tell(ledger, request, known, request->incident_id, err);
}

/* ---- What an incident turned out to be. ---- */

/* Each once, however many of its reports are theirs. */
struct tellers {
	unsigned count;
	char handle[2 * INCIDENT_REPORTS_MAX][ID_SIZE];
};

static void add_teller(struct tellers *tellers, const char *handle)
{
	if (handle[0] == '\0')
		return;
	for (unsigned i = 0; i < tellers->count; i++)
		if (strcmp(tellers->handle[i], handle) == 0)
			return;
	memcpy(tellers->handle[tellers->count++], handle, ID_SIZE);
}

static int find_tellers(struct ledger *ledger, const struct incident *incident,
			bool with_numbers, struct tellers *tellers_r, struct err *err)
{
	unsigned kept = incident->report_count < INCIDENT_REPORTS_MAX ? incident->report_count
								      : INCIDENT_REPORTS_MAX;

	tellers_r->count = 0;
	for (unsigned i = 0; i < kept; i++) {
		struct report_row row;
		int found = ledger->ops->get_report(ledger->conn, incident->report_id[i], &row,
						    err);

		if (found < 0)
			return -1;
		if (found == 0)
			continue;
		add_teller(tellers_r, row.callers.own);
		if (with_numbers)
			add_teller(tellers_r, row.callers.number);
	}
	return 0;
}

static int judge(struct ledger *ledger, const struct store_request *request, const char *handle,
		 const struct incident *before, const struct incident *after, struct err *err)
{
	struct known known;

	if (ledger_load_caller(ledger, handle, &known, err) < 0)
		return -1;
	if (after->status == INCIDENT_CLOSED)
		caller_add(&known.caller,
			   (enum caller_sign)caller_sign_of_outcome(after->outcome),
			   request->at_ms);
	else if (known.is_known)
		caller_take_back(&known.caller,
				 (enum caller_sign)caller_sign_of_outcome(before->outcome),
				 before->closed_at_ms);
	else
		return 0;
	return tell(ledger, request, &known, after->id, err);
}

int ledger_judge_callers(struct ledger *ledger, const struct store_request *request,
			 const struct incident *before, const struct incident *after,
			 struct err *err)
{
	const char *outcome =
		after->status == INCIDENT_CLOSED ? after->outcome : before->outcome;
	int sign = caller_sign_of_outcome(outcome);
	struct tellers tellers;

	if (before->status == after->status || sign < 0 || after->is_exercise ||
	    (before->status != INCIDENT_CLOSED && after->status != INCIDENT_CLOSED))
		return 0;
	if (find_tellers(ledger, after, sign == CALLER_REAL, &tellers, err) < 0)
		return -1;
	for (unsigned i = 0; i < tellers.count; i++)
		if (judge(ledger, request, tellers.handle[i], before, after, err) < 0)
			return -1;
	return 0;
}

/* ---- A clearing. ---- */

static void answer(struct ledger *ledger, struct store_request *request,
		   enum store_answer answer, uint64_t seq)
{
	struct jsonw *w = &ledger->text;

	request->answer = answer;
	request->seq = seq;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	jsonw_bool(w, "ok", true);
	jsonw_int(w, "seq", (int64_t)seq);
	jsonw_string(w, "handle", request->in.clearing->handle);
	jsonw_close(w, '}');
	request->body = jsonw_buf(w);
}

/* 1: it was done before, and is answered. */
static int repeat(struct ledger *ledger, struct store_request *request, struct err *err)
{
	const struct clearing *clearing = request->in.clearing;
	unsigned char digest[32];
	struct caller caller;
	struct event first;
	bool is_same;
	uint64_t seq;
	int found;

	clearing_digest(clearing, digest);
	found = ledger_find_command(ledger, clearing->command_id, digest, &seq, &is_same, err);
	if (found <= 0)
		return found;
	if (ledger_load_event(ledger, seq, &first, err) < 0)
		return -1;
	if (is_same && first.kind == EVENT_CALLER_CLEARED &&
	    read_card(&first, &caller, err) == 0 &&
	    strcmp(caller.handle, clearing->handle) == 0) {
		answer(ledger, request, STORE_REPEATED, seq);
	} else {
		request->answer = STORE_CONFLICT;
		(void)err_field(&request->err, "command_id", "was used for something else");
	}
	buf_unref(&first.body);
	return 1;
}

static int clear(struct ledger *ledger, struct store_request *request, struct known *known,
		 struct err *err)
{
	const struct clearing *clearing = request->in.clearing;
	struct card card = {&known->caller, &request->callers, request->at_ms};
	int was = caller_score(&known->caller, &request->callers, request->at_ms);
	unsigned char digest[32];

	clearing_digest(clearing, digest);
	caller_clear(&known->caller, clearing->by, request->at_ms);
	event_write_cleared(&ledger->text, ledger->end.seq + 1, request->at_ms, clearing, was,
			    &card);
	if (ledger_put_told(ledger, known, EVENT_CALLER_CLEARED, request->at_ms, err) < 0)
		return -1;
	if (ledger_put_command(ledger, clearing->command_id, digest, ledger->end.seq, err) < 0)
		return -1;
	answer(ledger, request, STORE_STORED, ledger->end.seq);
	return 0;
}

int ledger_take_clearing(struct ledger *ledger, struct store_request *request, struct err *err)
{
	struct known known;
	int again = repeat(ledger, request, err);

	if (again != 0)
		return again < 0 ? -1 : 0;
	if (ledger_load_caller(ledger, request->in.clearing->handle, &known, err) < 0)
		return -1;
	if (known.is_known)
		return clear(ledger, request, &known, err);
	request->answer = STORE_NOT_FOUND;
	return 0;
}
