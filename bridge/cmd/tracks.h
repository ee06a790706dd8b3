/* Keeps where units were (store/sqlite_track.h): what has changed goes to its file every few
 * seconds by a worker, and is read back at the start, so that a restart does not blind the
 * desk. Trouble with that file is logged and stops nothing. Loop thread only. */
#pragma once

#include "core/whereabouts.h"
#include "net/loop.h"

struct tracks;

struct tracks_settings {
	int64_t every_s; /* a unit's position is kept so often at most */
	int64_t keep_h;  /* 0: none is kept */
	int64_t max;     /* rows */
};

/* NULL when none is kept. whereabouts is borrowed, and is given what was known; dir is read now
 * only. */
int tracks_open(struct tracks **tracks_r, const struct tracks_settings *settings,
		struct loop *loop, struct whereabouts *whereabouts, const char *dir,
		struct err *err) MUST_CHECK;
/* The loop must not run any more: what is not kept yet is kept now. */
void tracks_close(struct tracks **tracks);
