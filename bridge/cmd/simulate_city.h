/* The city's side of the telephone and of LAPOR: sends the script's moments when they are due,
 * and knows of each sender what became of it.
 *
 * What the bridge could not take is sent again, with the same number, as a source does. One
 * thread. */
#pragma once

#include "cmd/simulate.h"

/* One sender: a caller, or who wrote. */
struct sender {
	const struct scenario_row *row; /* NULL: not begun */
	unsigned matter;
	bool is_sent, is_acked;    /* of its report */
	char incident_id[ID_SIZE]; /* "" : none yet */
	char disposition[16];      /* as the bridge judged it */
};

struct city {
	struct simulation *sim;
	struct sender *sender; /* by number - 1 */
	unsigned sender_count;
	unsigned sent, acked, calls, calls_acked, retried, refused;
	int64_t late_ms; /* the most, in city time */
};

void city_init(struct city *city, struct simulation *sim);
void city_fini(struct city *city);

/* What the sender of the first report of that incident wanted; NULL: it is none of ours. */
const struct sender *city_sender_of(const struct city *city, const char *incident_id);
/* Whether a matter's incident wants a further alarm by now: how many were asked for. */
unsigned city_alarms(const struct city *city, unsigned matter);
