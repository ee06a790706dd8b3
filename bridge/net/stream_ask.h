/* What a console may say on the stream, read and checked. Pure. */
#pragma once

#include "core/command_desk.h"

#define ASK_MAX_BYTES (32 * 1024)

enum ask_kind { ASK_SUBSCRIBE, ASK_ACTION, ASK_COMMAND };

struct subscription {
	int64_t after;       /* -1: from the state as it is now */
	char epoch[ID_SIZE]; /* "" : not said; one that is longer is not ours */
	agency_set agencies; /* 0: of all that it may see */
};

struct ask {
	enum ask_kind kind;
	struct subscription subscription;
	struct command *command;          /* ASK_ACTION; owned */
	struct command_ask *line;         /* ASK_COMMAND; owned */
	char command_id[COMMAND_ID_SIZE]; /* of an action or a line, also when it is refused; or
					     "" */
};

/* On failure only command_id is of use. */
int ask_read(const char *text, size_t len, const struct agencies *agencies, struct ask *ask_r,
	     struct err *err) MUST_CHECK;
void ask_fini(struct ask *ask);
