#include "core/place.h"

#include <stdio.h>

#include "core/rules_private.h"

static void set_area(struct place_candidate *out, const struct area *area)
{
	if (area == NULL)
		return;
	snprintf(out->area, sizeof(out->area), "%s", area->code);
	snprintf(out->area_name, sizeof(out->area_name), "%s", area->name);
}

void places_find(const struct rules *rules, const char *text, size_t len,
		 struct place_candidates *found_r)
{
	struct place_candidate *first = &found_r->candidate[0];
	const struct place *place;
	struct words words;

	normalise(&rules->lexicon.abbreviations, text, len, &words);
	place = gazetteer_find(&rules->gazetteer, &words);
	found_r->count = place != NULL;
	if (place == NULL)
		return;
	*first = (struct place_candidate){.state = LOCATION_APPROXIMATE,
					  .has_point = true,
					  .lat_e7 = place->lat_e7,
					  .lon_e7 = place->lon_e7,
					  .radius_m = place->radius_m,
					  .score = 1000,
					  .reason = "named"};
	snprintf(first->place, sizeof(first->place), "%s", place->name);
	snprintf(first->text, sizeof(first->text), "kata-kata menyebut %s", place->name);
	set_area(first, place->area);
}
