/* Room on the disk: a mark below which nothing is taken, and a ballast to throw out.
 *
 * With the disk quite full not even a checkpoint can run; the ballast's room is for that, and
 * is filled again before writes are taken. Write lane only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct room {
	const char *dir;
	int64_t mark_bytes;
};

/* Less than the mark. False also when the disk does not say. */
bool room_is_short(const struct room *room, int64_t *free_r);
/* Makes the ballast where there is room for it and the mark. False: there is not. */
bool room_load_ballast(const struct room *room);
/* Throws it out when the disk is all but full. False: there was no need, or it is gone. */
bool room_drop_ballast(const struct room *room);
