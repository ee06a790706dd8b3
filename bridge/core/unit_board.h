/* What each unit is doing by now, in memory, as the log tells it: for lists, snapshots and
 * proposals. Decisions are not taken by it: those meet in the store. Loop thread only. */
#pragma once

#include "base/jsonw.h"
#include "store/store.h"

struct unit_board;

struct unit_board *unit_board_new(const struct agencies *agencies);
void unit_board_free(struct unit_board **board);
/* Reads what was ever said, then calls done, once; before anything is committed. */
void unit_board_fill(struct unit_board *board, struct store *store,
		     void (*done)(void *ctx, const struct err *err), void *ctx);
/* A committed event; true: a unit does something else now. */
bool unit_board_take(struct unit_board *board, const struct event *event);
/* NULL: nothing was ever said of it; it is on duty and free. Borrowed until the next take. */
const struct unit_doing *unit_board_find(const struct unit_board *board, const char *id);
/* One after another, from 0 on; NULL: that was the last of which anything was said. */
const struct unit_doing *unit_board_at(const struct unit_board *board, unsigned i);
/* "version", "status", "duty", …, "jobs" into the object of a unit of that agency. */
void unit_board_write(const struct unit_board *board, const char *id, unsigned agency,
		      struct jsonw *w);
