#include "cmd/simulate_help.h"

#include <string.h>

#include "base/clock.h"
#include "base/err.h"

#define CALM_MS   90000  /* of the city: so long after it was answered */
#define SILENT_MS 300000 /* nobody else has said that it is over */

static const char *text_of(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* In the city's time; -1: that has not been. */
static int64_t age_ms(const struct help_asked *asked, const json_t *mayday, const char *key)
{
	int64_t at_ms;
	struct err err;

	if (clock_parse(text_of(mayday, key), &at_ms, &err) < 0)
		return -1;
	return (clock_system.wall_ms(&clock_system) - at_ms) * asked->speed;
}

static const json_t *mayday_of(const struct fold_unit *unit, bool is_exercise)
{
	const json_t *mayday = json_object_get(unit->state, "mayday");

	return json_is_true(json_object_get(mayday, "exercise")) == is_exercise ? mayday : NULL;
}

/* The second word is another person's: the crew's own counts. */
static const char *desk_says(const struct help_asked *asked, const struct fold_unit *unit,
			     const json_t *mayday)
{
	bool is_said = age_ms(asked, mayday, "over_at") >= 0;

	if (age_ms(asked, mayday, "answered_at") < 0)
		return "mayday_answered";
	if (age_ms(asked, mayday, "answered_at") < CALM_MS)
		return NULL;
	return !is_said || strcmp(text_of(mayday, "over_by"), unit->id) == 0 ? "mayday_over"
									     : NULL;
}

static const char *to_say(const struct help_asked *asked, const struct fold_unit *unit)
{
	const json_t *mayday = mayday_of(unit, asked->is_exercise);
	bool is_mine = asked->agency != NULL &&
		       strcmp(text_of(unit->state, "agency"), asked->agency) == 0;

	if (mayday == NULL)
		return NULL;
	if (asked->is_over)
		return is_mine || asked->agency == NULL ? "mayday_over" : NULL;
	if (is_mine)
		return desk_says(asked, unit, mayday);
	return asked->agency == NULL && age_ms(asked, mayday, "over_at") > SILENT_MS
		       ? "mayday_over"
		       : NULL;
}

const char *help_find(const struct help_asked *asked, const struct fold_unit **unit_r)
{
	for (unsigned i = 0; i < asked->fold->unit_count; i++) {
		const char *word = to_say(asked, &asked->fold->unit[i]);

		if (word == NULL)
			continue;
		*unit_r = &asked->fold->unit[i];
		return word;
	}
	return NULL;
}

unsigned help_count(const struct fold *fold, bool is_exercise)
{
	unsigned count = 0;

	for (unsigned i = 0; i < fold->unit_count; i++)
		count += mayday_of(&fold->unit[i], is_exercise) != NULL;
	return count;
}
