/* When the steps of an incident were: taken, accepted, on the way, there, done.
 *
 * Each is the first time that it was told, of a unit as of its order, of an agency that names
 * no units of its own part; else an agency's follow from its units'. A time that was told
 * wrongly is corrected by a person who says why: what was told stays beside it, and what is
 * reckoned from milestones goes by the corrected one. Pure; any thread. */
#pragma once

#include "base/err.h"

enum milestone {
	MILESTONE_ACKNOWLEDGED, /* of an agency alone */
	MILESTONE_ORDERED,      /* the bridge knows it itself: never corrected */
	MILESTONE_ACCEPTED,     /* of a unit alone */
	MILESTONE_EN_ROUTE,
	MILESTONE_ON_SCENE,
	MILESTONE_CLEARED,
	MILESTONES
};

extern const char *const milestone_names[MILESTONES];

/* One that may be corrected; -1: there is none of that name. */
int milestone_find(const char *name);

struct agencies;
struct incident;
struct jsonw;

/* [{"agency":…,"unit":null,"milestone":…,"at":…,"corrected":{"was":…}}, …]: each agency's, then
 * those of its units. "corrected" only where it was: the time that was told first. */
void milestones_write(const struct incident *incident, const struct agencies *agencies,
		      struct jsonw *w, const char *key);
/* {"agency":[…],"unit":[…]}: which may be corrected. */
void milestones_write_workflow(struct jsonw *w, const char *key);
