/* The room that is not there: of each agency a dispatcher who takes what is pending, sends whom
 * the bridge recommends, looks for another where a crew stays silent, and closes its agency's
 * part when its units are free; and a supervisor who says what an unsure report is.
 *
 * Each does one thing at a time, the most urgent first, and takes some seconds for it. They
 * touch nothing but what this simulation has sent. One thread. */
#pragma once

#include "cmd/simulate_city.h"

struct desk;

struct desk_tally {
	unsigned taken, looked_at, sent, units_sent, silent, short_of, closed, refused;
};

struct desk *desk_new(struct simulation *sim, const struct city *city);
void desk_free(struct desk **desk);
struct desk_tally desk_tally(const struct desk *desk);

/* Whether anything of ours that was raised is still open. */
bool desk_is_done(struct desk *desk);
/* Closes all of ours that is open, so that nobody is bound by a game that is over. */
void desk_tidy(struct desk *desk);
