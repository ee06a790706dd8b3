#include "core/areas.h"

#include <stdio.h>

#include "core/place.h"
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
	struct place_candidates found;
	const struct place_candidate *first = &found.candidate[0];

	places_find(rules, text, len, &found);
	*out = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	if (found.count == 0)
		return;
	out->from = LOCATION_TEXT;
	out->has_point = first->has_point;
	out->lat_e7 = first->lat_e7;
	out->lon_e7 = first->lon_e7;
	out->accuracy_m = first->radius_m;
	snprintf(out->place, sizeof(out->place), "%s", first->place);
	snprintf(out->area, sizeof(out->area), "%s", first->area);
	snprintf(out->area_name, sizeof(out->area_name), "%s", first->area_name);
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
