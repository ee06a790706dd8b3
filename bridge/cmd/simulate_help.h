/* Who hears a crew that calls for help: its agency's desk answers and, when it is calm there,
 * says that it is over; the crew says so, too, or a supervisor where it stays silent. So two
 * people end it, as the bridge wants it.
 *
 * Decides from the log alone, and sends nothing. One thread. */
#pragma once

#include "cmd/simulate_fold.h"

struct help_asked {
	const struct fold *fold;
	const char *agency; /* NULL: a supervisor */
	int64_t speed;
	bool is_exercise;
	bool is_over; /* the game is: all that stands is ended, whoever has heard of it */
};

/* The unit, and what is to be said of it: "mayday_answered" or "mayday_over"; NULL: nothing. */
const char *help_find(const struct help_asked *asked, const struct fold_unit **unit_r);
/* Calls that stand. */
unsigned help_count(const struct fold *fold, bool is_exercise);
