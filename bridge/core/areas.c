#include "core/areas.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/place.h"
#include "core/rules_private.h"

#define CANDIDATE_MIN 250 /* per mille: less is no help */
#define DISAGREES_MIN 600 /* per mille: words that are to be believed beside a point */

static void set_area(struct location *out, const struct area *area)
{
	out->area[0] = out->area_name[0] = '\0';
	if (area == NULL)
		return;
	snprintf(out->area, sizeof(out->area), "%s", area->code);
	snprintf(out->area_name, sizeof(out->area_name), "%s", area->name);
}

/* An error that reaches over the border counts like a point beyond it. */
static bool is_near_border(const struct rules *rules, const struct location *at)
{
	return areas_border_within(
		&rules->areas, at->lat_e7, at->lon_e7,
		fmax((double)rules->place_policy.near_border_m, at->accuracy_m));
}

static void judge_border(const struct rules *rules, struct location *out)
{
	const struct area *area = areas_coded(&rules->areas, out->area);

	out->is_neighbour = area != NULL && area->level == AREA_NEIGHBOUR;
	out->is_near_border = out->has_point && is_near_border(rules, out);
}

/* --- by the words --- */

static void keep_candidates(const struct place_candidates *found, struct location *out)
{
	for (unsigned i = 0; i < found->count && i < LOCATION_CANDIDATES; i++)
		if (found->candidate[i].score >= CANDIDATE_MIN)
			out->candidate[out->candidate_count++] = found->candidate[i];
}

static void take_candidate(const struct place_candidate *c, struct location *out)
{
	out->from = LOCATION_TEXT;
	out->state = c->state;
	out->has_point = c->has_point;
	out->lat_e7 = c->lat_e7;
	out->lon_e7 = c->lon_e7;
	out->accuracy_m = c->has_point ? c->radius_m : -1;
	memcpy(out->place, c->place, sizeof(out->place));
	memcpy(out->area, c->area, sizeof(out->area));
	memcpy(out->area_name, c->area_name, sizeof(out->area_name));
}

static void locate_by_words(const struct rules *rules, const struct place_candidates *found,
			    struct location *out)
{
	*out = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	keep_candidates(found, out);
	if (found->count == 0 || found->candidate[0].score < PLACE_SURE)
		return;
	take_candidate(&found->candidate[0], out);
	judge_border(rules, out);
	out->is_neighbour |= found->candidate[0].is_outside;
}

/* --- a point, and words beside it --- */

static enum location_state state_of_point(const struct rules *rules, const struct location *at)
{
	if (at->from == LOCATION_PERSON)
		return LOCATION_EXACT;
	return at->accuracy_m >= 0 && at->accuracy_m <= rules->place_policy.exact_m
		       ? LOCATION_EXACT
		       : LOCATION_APPROXIMATE;
}

/* From the point to what the words say; an area reaches to its border. -1: it has no place. */
static double metres_to(const struct rules *rules, const struct location *at,
			const struct place_candidate *c)
{
	const struct area *area = areas_coded(&rules->areas, c->area);

	if (c->has_point)
		return metres_between(at->lat_e7, at->lon_e7, c->lat_e7, c->lon_e7);
	return area != NULL ? area_metres(area, at->lat_e7, at->lon_e7) : -1;
}

static void say_distance(struct place_candidate *c, double metres)
{
	long tenths = lround(metres / 100);

	snprintf(c->reason, sizeof(c->reason), "disagrees");
	if (metres < 1000)
		snprintf(c->why, sizeof(c->why), "kata-kata menyebut %s, %ld m dari titik",
			 c->place, lround(metres));
	else
		snprintf(c->why, sizeof(c->why), "kata-kata menyebut %s, %ld,%ld km dari titik",
			 c->place, tenths / 10, tenths % 10);
}

static void compare_words(const struct rules *rules, const struct place_candidates *found,
			  struct location *out)
{
	const struct place_candidate *c = &found->candidate[0];
	double metres, allowed;

	if (found->count == 0 || c->score < DISAGREES_MIN)
		return;
	metres = metres_to(rules, out, c);
	allowed = (double)rules->place_policy.disagree_m + (c->has_point ? c->radius_m : 0) +
		  (out->accuracy_m > 0 ? out->accuracy_m : 0);
	if (metres < 0)
		return;
	if (metres <= allowed) {
		memcpy(out->place, c->place, sizeof(out->place));
		return;
	}
	out->candidate[0] = *c;
	out->candidate_count = 1;
	say_distance(&out->candidate[0], metres);
}

static void locate_point(const struct rules *rules, const struct location *in,
			 const struct place_candidates *found, struct location *out)
{
	*out = *in;
	out->candidate_count = 0;
	out->state = state_of_point(rules, out);
	set_area(out, areas_at(&rules->areas, in->lat_e7, in->lon_e7));
	judge_border(rules, out);
	compare_words(rules, found, out);
}

void locate(const struct rules *rules, const struct location *in, const char *text, size_t len,
	    struct location *out)
{
	struct location point = *in;
	struct place_candidates found;

	places_find(rules, text, len, &found);
	if (point.has_point)
		locate_point(rules, &point, &found, out);
	else
		locate_by_words(rules, &found, out);
	memcpy(out->said, found.said, sizeof(out->said));
}

agency_set area_agencies(const struct rules *rules, const char *area)
{
	return place_agencies(&rules->place_policy, &rules->agencies, &rules->areas, area);
}
