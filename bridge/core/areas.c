#include "core/areas.h"

#include <stdio.h>

#include "core/rules_private.h"

static void set_area(struct location *out, const struct area *area)
{
	out->area[0] = out->area_name[0] = '\0';
	if (area == NULL)
		return;
	snprintf(out->area, sizeof(out->area), "%s", area->code);
	snprintf(out->area_name, sizeof(out->area_name), "%s", area->name);
}

static void locate_by_words(const struct rules *rules, const char *text, size_t len,
			    struct location *out)
{
	const struct place *place;
	struct words words;

	normalise(&rules->lexicon.abbreviations, text, len, &words);
	place = gazetteer_find(&rules->gazetteer, &words);
	*out = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	if (place == NULL)
		return;
	out->from = LOCATION_TEXT;
	out->has_point = true;
	out->lat_e7 = place->lat_e7;
	out->lon_e7 = place->lon_e7;
	out->accuracy_m = place->radius_m;
	snprintf(out->place, sizeof(out->place), "%s", place->name);
	set_area(out, place->area);
}

void locate(const struct rules *rules, const struct location *in, const char *text, size_t len,
	    struct location *out)
{
	if (!in->has_point) {
		locate_by_words(rules, text, len, out);
		return;
	}
	*out = *in;
	set_area(out, areas_at(&rules->areas, in->lat_e7, in->lon_e7));
}
