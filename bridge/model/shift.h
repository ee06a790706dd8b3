/* The hand-over of a shift: who takes a desk over signs what they were shown.
 *
 * A desk is an agency's, or that of 112 over all of them. It is read at a number of the log;
 * what has come to the desk since, and has to be known, makes the signature stale. A value with
 * borrowed text; any thread. */
#pragma once

#include <jansson.h>

#include "model/command.h"

#define HAND_OVER_MAX_BYTES  8192
#define HAND_OVER_REMARK_MAX 1000
#define DESK_OF_ALL          (-1)
#define DESK_SIZE            40

struct hand_over {
	char command_id[COMMAND_ID_SIZE]; /* "" : none, then it is not idempotent */
	int desk;                         /* index of its agency, or DESK_OF_ALL */
	char by[USER_SIZE];               /* who takes over, and signs */
	char from[USER_SIZE];             /* who hands over */
	uint64_t read_seq;                /* what was read of the log */
	const char *remark;               /* borrowed from doc, or NULL */
	struct viewer viewer;             /* what of the log concerns who takes over */
	int64_t at_ms;
	json_t *doc;
};

/* The agency's id; "all" for the desk of 112. */
const char *desk_name(int desk, const struct agencies *agencies);

/* {agency?, from, seq, remark?, command_id?}; by and when are the caller's to fill in. An
 * agency that is not named is left as desk was given. */
int hand_over_parse(const void *body, size_t len, int desk, const struct agencies *agencies,
		    struct hand_over **hand_over_r, struct err *err) MUST_CHECK;
void hand_over_free(struct hand_over **hand_over);
/* As command_digest: what was read may be newer when it is tried again. */
void hand_over_digest(const struct hand_over *hand_over, unsigned char digest_r[32]);
