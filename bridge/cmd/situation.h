/* A situation as a file tells it: what happened, and how the units stand that are not simply
 * free at home. For those who try a city's plans before they are needed. One thread. */
#pragma once

#include <jansson.h>

#include "core/recommend.h"
#include "core/roster.h"

struct rules;

/* One for each unit of the city, free and at home, on duty unless the roster says that it is
 * not at that moment; the caller frees it. */
struct recommend_unit *units_at_home(const struct rules *rules, const struct roster *roster,
				     int64_t at_ms);
/* The incident that a text tells of, as the classifier and the gazetteer read it. */
void situation_of_text(const struct rules *rules, const char *text,
		       struct recommend_situation *situation_r);

/* {"now", "level", "incident": {"category", "priority", "location", "area"}, "units": [{"id",
 * "duty", "presence", "presence_since", "position", "here", "declined", "busy", "shift_jobs",
 * "on_since", "worked_min", "staff"}], "hospitals": [{"id", "receiving", "at"}]}; what is not
 * there is now, 1, the category's, nowhere, free at home, and as receiving has it. units are
 * those of units_at_home; both are changed and borrowed. Errors name the member. */
int situation_read(const struct rules *rules, const json_t *doc, int64_t now_ms,
		   struct recommend_unit *units, struct receiving *receiving,
		   struct recommend_situation *situation_r, struct err *err) MUST_CHECK;
