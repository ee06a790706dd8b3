#include "cmd/shifts.h"

#include <string.h>

#include "base/xalloc.h"
#include "core/crew.h"
#include "core/rules.h"

#define LOOK_MS 2000

struct shifts {
	struct shifts_parts parts;
	const struct rules *rules;
	struct loop_timer timer;
	unsigned told; /* and not answered yet */
};

static void answered(void *ctx, const struct kept_answer *answer)
{
	struct shifts *shifts = ctx;

	(void)answer; /* what was not taken is still to be said, and is looked at again */
	shifts->told--;
}

static void tell(struct shifts *shifts, const struct unit *unit, enum unit_duty duty,
		 int64_t since_ms)
{
	struct duty_change *change = xcalloc(1, sizeof(*change));
	struct principal bridge = crew_of(unit->id, unit->agency);

	bridge.name[0] = '\0'; /* nobody's decision */
	change->duty = duty;
	change->at_ms = since_ms;
	memcpy(change->unit, unit->id, sizeof(unit->id));
	snprintf(change->note, DUTY_NOTE_SIZE, "%s",
		 duty == DUTY_ON ? "jadwal jaga: mulai / duty roster: begins"
				 : "jadwal jaga: selesai / duty roster: ends");
	shifts->told++;
	duty_submit(shifts->parts.actions, &change, &bridge,
		    shifts->parts.clock->mono_us(shifts->parts.clock), answered, shifts);
}

static void look_at(struct shifts *shifts, const struct unit *unit, int64_t now_ms)
{
	struct roster_word word = roster_ask(duty_roster(shifts->parts.duty), unit->id, now_ms);
	const struct unit_doing *doing = unit_board_find(shifts->parts.board, unit->id);
	enum unit_duty is = doing != NULL ? doing->duty : DUTY_ON;
	enum unit_duty wanted = word.duty == ROSTER_ON ? DUTY_ON : DUTY_OFF;

	if (word.duty == ROSTER_SILENT || is == wanted || is == DUTY_OUT_OF_SERVICE ||
	    is == DUTY_LOGGED_OUT)
		return;
	if (doing == NULL || doing->duty_since_ms < word.since_ms)
		tell(shifts, unit, wanted, word.since_ms);
}

static void look(void *ctx)
{
	struct shifts *shifts = ctx;
	int64_t now_ms = shifts->parts.clock->wall_ms(shifts->parts.clock);

	if (shifts->told > 0)
		return; /* the board does not know it yet */
	for (unsigned i = 0; i < rules_unit_count(shifts->rules); i++)
		look_at(shifts, rules_unit(shifts->rules, i), now_ms);
}

struct shifts *shifts_new(const struct shifts_parts *parts, const struct rules *rules)
{
	struct shifts *shifts = xcalloc(1, sizeof(*shifts));

	shifts->parts = *parts;
	shifts->rules = rules;
	loop_timer_start(parts->loop, &shifts->timer, 0, LOOK_MS, look, shifts);
	return shifts;
}

void shifts_set_rules(struct shifts *shifts, const struct rules *rules)
{
	shifts->rules = rules;
}

void shifts_free(struct shifts **shifts)
{
	struct shifts *mine = *shifts;

	*shifts = NULL;
	if (mine == NULL)
		return;
	loop_timer_stop(&mine->timer);
	xfree(mine);
}
