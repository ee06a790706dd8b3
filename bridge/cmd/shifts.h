/* The duty roster as it comes true: a shift that has begun or ended is said in the log, as of
 * that moment, so that who is off duty is not sent, whoever asks. What a person has said since
 * stands, and so does what a person took out of service. A bridge that was down at that moment
 * says it when it starts. Loop thread only. */
#pragma once

#include "core/actions.h"
#include "core/duty.h"
#include "core/unit_board.h"
#include "net/loop.h"

struct rules;
struct shifts;

struct shifts_parts { /* borrowed */
	struct loop *loop;
	struct actions *actions;
	const struct unit_board *board;
	struct duty *duty;
	const struct clock *clock;
};

struct shifts *shifts_new(const struct shifts_parts *parts, const struct rules *rules);
void shifts_set_rules(struct shifts *shifts, const struct rules *rules);
/* All that was submitted is answered by then. */
void shifts_free(struct shifts **shifts);
