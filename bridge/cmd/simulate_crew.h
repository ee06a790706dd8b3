/* Crews that are not there: each hears its orders by the radio of its unit, as a phone would,
 * says on the device that it has them, goes, arrives, works and is free again.
 *
 * How long each step takes is thrown by dice of its own; how long it drives follows from where
 * it is and where it is sent. One that is mute hears and says nothing. In an exercise it says
 * neither that it is there nor where: that would be taken for the real unit's. One thread. */
#pragma once

#include <poll.h>

#include "cmd/simulate.h"

struct crews;

struct crews_tally {
	unsigned crews, orders, recalls; /* heard, each once */
	unsigned repeats;                /* heard again, and dropped */
	unsigned confirmed, accepted, declined, arrived, cleared, maydays;
};

/* The units of the bridge that have an account: of an agency so many at most; 0: all. ERR_IO:
 * the bridge could not be asked. */
int crews_open(struct crews **crews_r, struct simulation *sim, unsigned per_agency,
	       struct err *err) MUST_CHECK;
void crews_close(struct crews **crews);

/* Their descriptors, at most max; how many. */
unsigned crews_poll(const struct crews *crews, struct pollfd *fds_r, unsigned max);
/* With what poll() has said of them. */
void crews_serve(struct crews *crews, const struct pollfd *fds, int64_t mono_ms);
/* All that are to be there are. Else err names one that is not, and why. */
bool crews_are_up(const struct crews *crews, struct err *err);
/* All radios are switched on, so that each hears what it missed. */
void crews_gather(struct crews *crews);

struct crews_tally crews_tally(const struct crews *crews);
bool crews_play(const struct crews *crews, const char *unit);
bool crews_have_heard(const struct crews *crews, const char *unit, const char *dispatch_id);
