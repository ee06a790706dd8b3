/* Actions: the one door through which a person's decision enters, from HTTP and from a console.
 *
 * Also that a caller's score be forgotten (clearing). Fills in who decides, in whose name and
 * when, looks up what a category starts with, and hands the command to the store, which applies
 * it to the newest state inside its transaction: commands in flight together behave as if they
 * came one after the other. Answers each exactly once, later, and "stored" only after the
 * commit. Loop thread only. */
#pragma once

#include "core/access.h"
#include "store/store.h"

struct actions;
struct rules;

struct action_answer {
	enum store_answer answer;
	const struct err
		*err;    /* STORE_REFUSED, STORE_CONFLICT, STORE_LATER: why, and the field */
	uint64_t seq;    /* STORE_STORED, STORE_REPEATED: of its event */
	int64_t version; /* of the incident after it */
	const char *incident_id;
	const struct buf
		*current; /* STORE_CONFLICT: the incident as it stands, JSON; else NULL */
};

/* Called exactly once per submit, never from inside it; everything is borrowed. */
typedef void action_done_fn(void *ctx, const struct action_answer *answer);

struct actions *actions_new(struct store *store, const struct rules *rules,
			    const struct clock *clock, struct metrics *metrics);
/* Everything submitted has been answered when this is called. */
void actions_free(struct actions **actions);
void actions_set_rules(struct actions *actions, const struct rules *rules);
/* From here on every submit is answered STORE_LATER. */
void actions_stop(struct actions *actions);
unsigned actions_open_count(const struct actions *actions);

/* Takes *command and sets it to NULL, whatever the answer will be. The caller has made sure
 * that who has RIGHT_ACT (else 403). A command in the name of an agency that who may not act
 * for is STORE_REFUSED with field "agency". begun_us: monotonic time of its last byte. */
void actions_submit(struct actions *actions, struct command **command,
		    const struct principal *who, int64_t begun_us, action_done_fn *done,
		    void *ctx);
struct kept_answer {
	enum store_answer answer;
	const struct err *err;     /* STORE_CONFLICT, STORE_REFUSED, STORE_LATER: why */
	const struct buf *body;    /* STORE_STORED, STORE_REPEATED: the answer document */
	const struct buf *current; /* STORE_CONFLICT of a hand-over: what came since, as members
				      of a JSON object; else NULL */
};

/* As action_done_fn. */
typedef void kept_done_fn(void *ctx, const struct kept_answer *answer);

/* Takes *duty: that a unit is on duty, or not, or that it calls for help. The caller has made
 * sure that who has RIGHT_ACT; a unit of an agency that who may not act for is STORE_REFUSED.
 */
void duty_submit(struct actions *actions, struct duty_change **duty,
		 const struct principal *who, int64_t begun_us, kept_done_fn *done, void *ctx);
/* Takes *hand_over: who takes a desk over. The caller has made sure that who has RIGHT_ACT; a
 * desk that is not theirs, and one that they hand over themselves, is STORE_REFUSED. */
void hand_over_submit(struct actions *actions, struct hand_over **hand_over,
		      const struct principal *who, int64_t begun_us, kept_done_fn *done,
		      void *ctx);
/* Takes *clearing. The caller has made sure that who has RIGHT_CLEAR_CALLERS. */
void clearings_submit(struct actions *actions, struct clearing **clearing,
		      const struct principal *who, int64_t begun_us, kept_done_fn *done,
		      void *ctx);
/* Takes *word: what is said of a call that is owed. The caller has made sure that who has
 * RIGHT_SEE_CALLS. */
void call_back_submit(struct actions *actions, struct call_back_word **word,
		      const struct principal *who, int64_t begun_us, kept_done_fn *done,
		      void *ctx);
/* The HTTP status of an answer: 200, 404, 409, 422, 503; one table for HTTP and WebSocket. */
unsigned action_status(enum store_answer answer);
