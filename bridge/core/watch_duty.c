/* The agencies that have nobody on duty: there is nobody to wait for, so what begins to wait
 * there, and what waits when the last one goes, rises at once until it has come to one who
 * leads. Who comes back is not waited for anew: it has risen by then. */
#include <string.h>

#include "core/fleet.h"
#include "core/rules.h"
#include "core/unit_board.h"
#include "core/watch_private.h"

/* Those that have units, and none on duty. */
static agency_set find_deserted(const struct watch *watch)
{
	agency_set has = 0, on = 0;

	for (unsigned i = 0; watch->board != NULL && i < rules_unit_count(watch->rules); i++) {
		const struct unit *unit = rules_unit(watch->rules, i);
		const struct unit_doing *doing = unit_board_find(watch->board, unit->id);
		agency_set bit = (agency_set)1 << unit->agency;

		has |= bit;
		if (doing == NULL || doing->duty == DUTY_ON)
			on |= bit;
	}
	return has & ~on;
}

/* A desk has something to do with it that no unit does: who moves is on duty. */
static bool is_early(const struct wait *wait)
{
	return (wait->kind == WAIT_UNTAKEN || wait->kind == WAIT_UNSENT ||
		wait->kind == WAIT_UNSURE) &&
	       wait->to != RISE_SUPERVISOR && wait->to != RISE_OTHER_CHANNEL;
}

bool watch_is_alone(const struct watch *watch, unsigned agency, const struct wait *wait)
{
	return is_early(wait) && (watch->deserted >> agency & 1) != 0;
}

/* What is on its way to the store is left as it is: the event that tells of it is read by then.
 */
static agency_set left_alone(const struct held_wait *at, agency_set left)
{
	struct wait wait = watch_wait(at);

	if (at->is_now || !is_early(&wait))
		return 0;
	left &= at->agencies;
	return at->sent != 0 ? left & ~((agency_set)1 << (at->sent - 1)) : left;
}

static void leave(struct watch *watch, struct held *held, agency_set left)
{
	struct held_wait all[HELD_WAITS_MAX];
	unsigned count = held->wait_count;

	memcpy(all, held->wait, count * sizeof(all[0]));
	for (unsigned i = 0; i < held->wait_count && count < HELD_WAITS_MAX; i++) {
		agency_set alone = left_alone(&all[i], left);

		if (alone == 0)
			continue;
		if (alone == all[i].agencies) {
			all[i].is_now = 1;
			continue;
		}
		all[count] = all[i];
		all[count].agencies = alone;
		all[count].is_now = 1;
		all[count++].sent = 0;
		all[i].agencies &= ~alone;
	}
	watch_set_waits(watch, held, all, count);
}

/* Others may hold on to what is held by its place: it moves only where it has to. */
static void leave_all(struct watch *watch, agency_set left)
{
	for (unsigned i = 0; i < watch->bucket_count; i++)
		for (struct held *held = watch->bucket[i], *next; held != NULL; held = next) {
			next = held->next;
			if ((held->agencies & left) != 0 && held->wait_count > 0)
				leave(watch, held, left);
		}
}

void watch_look_at_duty(struct watch *watch)
{
	agency_set before = watch->deserted;

	watch->deserted = find_deserted(watch);
	if ((watch->deserted & ~before) != 0)
		leave_all(watch, watch->deserted & ~before);
}
