/* What a console may say on the stream, read and checked. Pure. */
#pragma once

#include "model/command.h"

#define ASK_MAX_BYTES (32 * 1024)

enum ask_kind { ASK_SUBSCRIBE, ASK_ACTION };

struct subscription {
	int64_t after;       /* -1: from the state as it is now */
	char epoch[ID_SIZE]; /* "" : not said; one that is longer is not ours */
	agency_set agencies; /* 0: of all that it may see */
};

struct ask {
	enum ask_kind kind;
	struct subscription subscription;
	struct command *command;          /* ASK_ACTION; owned */
	char command_id[COMMAND_ID_SIZE]; /* of an action, also when it is refused; or "" */
};

/* On failure only command_id is of use. */
int ask_read(const char *text, size_t len, const struct agencies *agencies, struct ask *ask_r,
	     struct err *err) MUST_CHECK;
void ask_fini(struct ask *ask);
