/* What the ledger's files share:
 *
 *   ledger.c          the transaction, its events, what all requests need
 *   ledger_report.c   a report: repeated, linked, or an incident of its own
 *   ledger_command.c  a decision on one incident
 *   ledger_major.c    one becomes part of another
 *   ledger_merge.c    two incidents become one
 *   ledger_split.c    what was joined is taken apart
 *   ledger_undo.c     what was just decided is taken back
 *   ledger_unit.c     what units do
 *   ledger_mayday.c   and that one calls for help
 *   ledger_shift.c    a desk is taken over
 *   ledger_call.c     a step of a 112 call
 *   ledger_caller.c   what is known of who reports and calls
 *
 * Write lane only. */
#pragma once

#include "model/join.h"
#include "store/ledger.h"
#include "store/seal.h"

/* The event whose bytes lie in ledger->text: row, link, and a place among the new ones. */
int ledger_add_event(struct ledger *ledger, struct event event, int64_t incident_no,
		     struct err *err) MUST_CHECK;
/* The incident's row and that event, of which at_ms and kind are given. Who could see it before
 * and cannot any more is told so, too. */
int ledger_put_incident(struct ledger *ledger, const struct incident *incident,
			struct event event, agency_set agencies_before, bool is_new,
			struct err *err) MUST_CHECK;
/* Every part waits for what comes next by now: before the incident is written, whatever was
 * done to it. */
void ledger_settle(const struct ledger *ledger, struct incident *incident, int64_t at_ms);
/* Borrowed until the next ledger_add_event. */
const struct event *ledger_last(const struct ledger *ledger);

/* The bytes between two marks that stand only where we wrote them: see model/event.h. */
struct slice ledger_between(struct slice in, const char *mark, size_t mark_skip,
			    const char *end);
int64_t ledger_version_in(struct slice incident);

/* The event behind a row: one that is not there is damage, not an answer. */
int ledger_load_event(struct ledger *ledger, uint64_t seq, struct event *event_r,
		      struct err *err) MUST_CHECK;
int ledger_load_incident(struct ledger *ledger, const struct incident_row *row,
			 struct incident *incident_r, struct err *err) MUST_CHECK;
/* The incident that a report belongs to by now, merges followed. 1, 0, -1 as get_. */
int ledger_find_of_report(struct ledger *ledger, const char *report_id,
			  struct report_row *report_r, struct incident_row *row_r,
			  struct err *err) MUST_CHECK;

/* The row of a command_id, when it has been used before. 1, 0, -1 as find_; *is_same_r: for
 * what this digest stands for, or so long ago that nobody can tell. No id was never used. */
int ledger_find_command(struct ledger *ledger, const char *id, const unsigned char digest[32],
			uint64_t *seq_r, bool *is_same_r, struct err *err) MUST_CHECK;
/* Nothing where there is no id. */
int ledger_put_command(struct ledger *ledger, const char *id, const unsigned char digest[32],
		       uint64_t seq, struct err *err) MUST_CHECK;

int ledger_take_report(struct ledger *ledger, struct store_request *request,
		       struct err *err) MUST_CHECK;
int ledger_take_command(struct ledger *ledger, struct store_request *request,
			struct err *err) MUST_CHECK;
int ledger_take_call(struct ledger *ledger, struct store_request *request,
		     struct err *err) MUST_CHECK;

int ledger_take_duty(struct ledger *ledger, struct store_request *request,
		     struct err *err) MUST_CHECK;
/* unit: as it stands. request->answer says what came of it, request->err why it was refused. */
int ledger_take_mayday(struct ledger *ledger, struct store_request *request,
		       struct unit_doing *unit, struct err *err) MUST_CHECK;
/* It does something else now; told says who and why. */
int ledger_put_unit(struct ledger *ledger, struct unit_doing *unit, struct unit_event told,
		    struct err *err) MUST_CHECK;
/* Whether all units that the command names are free to go. 1, 0: the request says why not, -1.
 */
int ledger_may_send(struct ledger *ledger, struct store_request *request, bool is_exercise,
		    struct err *err) MUST_CHECK;
/* Those that the command has sent to something real leave what they play. */
int ledger_leave_exercises(struct ledger *ledger, const struct command *command,
			   struct err *err) MUST_CHECK;
/* What a decision has moved is what its units do from now on: after the decision's own event.
 */
int ledger_move_units(struct ledger *ledger, const struct command *command,
		      const struct incident *incident, uint64_t because_of,
		      struct err *err) MUST_CHECK;

int ledger_take_hand_over(struct ledger *ledger, struct store_request *request,
			  struct err *err) MUST_CHECK;

int ledger_take_clearing(struct ledger *ledger, struct store_request *request,
			 struct err *err) MUST_CHECK;
int ledger_take_call_back(struct ledger *ledger, struct store_request *request,
			  struct err *err) MUST_CHECK;

/* A caller as the log knows it so far. */
struct known {
	struct caller caller;
	bool is_known;
	bool is_in_table; /* also when the log has forgotten what it points at */
};

int ledger_load_caller(struct ledger *ledger, const char *handle, struct known *known_r,
		       struct err *err) MUST_CHECK;
/* Its row; the event that tells of it is the last one. */
int ledger_put_caller(struct ledger *ledger, const struct known *known,
		      struct err *err) MUST_CHECK;
/* The event whose bytes lie in ledger->text, of those who see calls, and the row that points at
 * it. */
int ledger_put_told(struct ledger *ledger, const struct known *known, enum event_kind kind,
		    int64_t at_ms, struct err *err) MUST_CHECK;
/* Whose report it is, and what is known of them: nothing of one who is not to be known. */
int ledger_know_reporter(struct ledger *ledger, const struct report *report,
			 struct caller_names *names_r, struct known *known_r,
			 struct err *err) MUST_CHECK;
/* After the report's own event and answer. */
int ledger_tell_reporter(struct ledger *ledger, const struct store_request *request,
			 struct known *known, struct err *err) MUST_CHECK;
/* The incident was closed with an outcome, or reopened: those who told it were right, or not.
 */
int ledger_judge_callers(struct ledger *ledger, const struct store_request *request,
			 const struct incident *before, const struct incident *after,
			 struct err *err) MUST_CHECK;

/* The answer to a decision whose event on the incident it names is event. */
void ledger_answer_command(struct ledger *ledger, struct store_request *request,
			   enum store_answer answer, const struct event *event);
/* The event of a decision that concerns this incident alone, once its waits have settled. */
int ledger_put_decision(struct ledger *ledger, const struct command *command,
			struct incident *incident, agency_set agencies_before,
			struct err *err) MUST_CHECK;
/* The last step of every decision: the event at that place among the new ones answers it. */
int ledger_finish_command(struct ledger *ledger, struct store_request *request, unsigned at,
			  struct err *err) MUST_CHECK;

/* Decisions that reach beyond one incident; it is the one they name, as it stands. 0 with
 * request->err set: refused, and nothing was written. */
int ledger_merge(struct ledger *ledger, struct store_request *request,
		 struct incident *incident, struct err *err) MUST_CHECK;
int ledger_fold(struct ledger *ledger, struct store_request *request, struct incident *incident,
		struct err *err) MUST_CHECK;
int ledger_split(struct ledger *ledger, struct store_request *request,
		 struct incident *incident, struct err *err) MUST_CHECK;
int ledger_link_child(struct ledger *ledger, struct store_request *request,
		      struct incident *incident, struct err *err) MUST_CHECK;
int ledger_unlink_child(struct ledger *ledger, struct store_request *request,
			struct incident *incident, struct err *err) MUST_CHECK;
int ledger_undo(struct ledger *ledger, struct store_request *request, struct incident *incident,
		struct err *err) MUST_CHECK;
/* A decision that concerns this incident and its units; command may say more than the
 * request's.
 */
int ledger_decide_alone(struct ledger *ledger, struct store_request *request,
			const struct command *command, struct incident *incident,
			struct err *err) MUST_CHECK;
/* Units that are bound again by what is undone: has one of them gone elsewhere since? 1: no; 0:
 * the request says where; -1. */
int ledger_may_go_on(struct ledger *ledger, struct store_request *request,
		     const struct command *command, const struct incident *incident,
		     struct err *err) MUST_CHECK;
/* Of a decision that has made before after: where a major incident ends, may what is part of it
 * be let go? 1; 0: the request says why not; -1. Before anything is written. */
int ledger_may_end(struct ledger *ledger, struct store_request *request,
		   const struct incident *before, struct incident *after,
		   struct err *err) MUST_CHECK;
/* And after its event: what is open of it stands by itself. */
int ledger_leave_children(struct ledger *ledger, const struct command *command,
			  const struct incident *before, const struct incident *after,
			  struct err *err) MUST_CHECK;
