/* The watch: raises what waits when its time has come, so that silence ends at a person.
 *
 * It reads the live incidents once, then follows the log, and holds the due time of each wait.
 * When one is due it asks the store for the rise, with the wait and the level it was decided
 * for: the ledger does it once, whatever crashes, and the event that tells of it sets the next.
 * A store that says later is asked again.
 *
 * Time: while it runs a wait's length is measured by the monotonic clock from the commit that
 * began it, so that setting the clock moves no deadline; across a restart the recorded times
 * count, and what is overdue then rises at once. What lies folded under another's open card is
 * represented by that card and rises again by itself once the card is gone.
 *
 * Where an agency has units and none of them is on duty there is nobody to wait for: what waits
 * when the last one goes, and what begins to wait then, rises at once, until it has come to one
 * who leads, and the timeline says why.
 *
 * Memory is bounded by the emergencies that are open. Loop thread only. */
#pragma once

#include "base/metrics.h"
#include "store/store.h"

struct watch;
struct rules;
struct unit_board;
struct call_backs;

struct watch_hooks {
	/* watch_tick is to be called in after_ms, and not before; -1: nothing is due. Replaces
	 * what was asked for before. */
	void (*arm)(void *ctx, int64_t after_ms);
	void *ctx;
};

/* agencies as the store's, for as long as it lives; rules are borrowed. raises: false for load
 * and tests: what waits is known, and rises by nobody's doing. */
struct watch *watch_new(struct store *store, const struct rules *rules,
			const struct agencies *agencies, const struct clock *clock,
			struct metrics *metrics, bool raises, const struct watch_hooks *hooks);
/* Everything that was asked of the store has been answered. */
void watch_free(struct watch **watch);
/* Whose units' calls for help are alarms too; borrowed from now on. */
void watch_set_board(struct watch *watch, const struct unit_board *board);
/* Whose alarms are listed beside its own; borrowed from now on. */
void watch_set_call_backs(struct watch *watch, const struct call_backs *calls);
void watch_set_rules(struct watch *watch, const struct rules *rules);
/* From here on nothing is begun any more. */
void watch_stop(struct watch *watch);

/* Reads what is open from the store; once, before or while the log is followed. */
void watch_begin(struct watch *watch);
/* What is open has been read: the alarms are all of them. */
bool watch_is_full(const struct watch *watch);
/* Newly committed events, after the answers of their commit and after the board has them. */
void watch_follow(struct watch *watch, const struct event *events, unsigned count);
void watch_tick(struct watch *watch);

/* How urgent an open incident is by now; 0: it is none that is watched. */
int watch_priority(const struct watch *watch, const char *incident_id);

struct jsonw;

/* The alarms of the agencies that this viewer is of, or of all where it sees all, as a list
 * under key, each with the incident it is of: calls for help first, which may be of none. only:
 * of one agency alone; -1: of all of them, and the calls that are owed. What lies under an open
 * card is left out. */
void watch_write_alarms(const struct watch *watch, const struct viewer *viewer, int only,
			struct jsonw *w, const char *key);
