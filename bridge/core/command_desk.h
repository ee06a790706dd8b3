/* Carries a command line out: looks up what it names, understands it, and then says what it
 * would do, or does it as the action that it is.
 *
 * A line may do what its action may and no more: what a person cannot see is not there, and
 * only the store decides (dry runs say what speaks against it, but bind nobody). Answers each
 * exactly once, maybe from inside. Loop thread only. */
#pragma once

#include "core/actions.h"
#include "core/command_line.h"

struct command_desk;

struct command_ask {
	const char *line; /* borrowed from doc */
	bool is_dry;
	size_t cursor;                    /* SIZE_MAX: at the end */
	char incident_id[ID_SIZE];        /* the selected one; "" : none */
	char command_id[COMMAND_ID_SIZE]; /* "" : none, then it is not idempotent */
	int64_t expected_version;         /* -1: whatever it is */
	json_t *doc;
};

/* Takes its own reference. */
int command_ask_read(json_t *doc, struct command_ask **ask_r, struct err *err) MUST_CHECK;
int command_ask_parse(const void *body, size_t len, struct command_ask **ask_r,
		      struct err *err) MUST_CHECK;
void command_ask_free(struct command_ask **ask);

struct command_answer {
	unsigned status;
	const char *
		members; /* 200: those of the answer's object; else of the problem's, or none */
	size_t len;
	const struct err *err; /* no 200: why, and the field */
};

/* Everything is borrowed. */
typedef void command_done_fn(void *ctx, const struct command_answer *answer);

struct command_desk *command_desk_new(struct store *store, struct actions *actions,
				      const struct rules *rules);
void command_desk_set_rules(struct command_desk *desk, const struct rules *rules);
/* From here on everything is answered 503, also what waits for the store. */
void command_desk_stop(struct command_desk *desk);
/* Everything has been answered when this is called. */
void command_desk_free(struct command_desk **desk);

/* Takes *ask and sets it to NULL. The caller has made sure that who has RIGHT_WATCH. */
void command_desk_hear(struct command_desk *desk, struct command_ask **ask,
		       const struct principal *who, int64_t begun_us, command_done_fn *done,
		       void *ctx);
