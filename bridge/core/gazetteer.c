#include "core/gazetteer.h"

#include <math.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/table.h"

#define PLACES_MAX 20000

enum { NAME, KIND, VARIANTS, LAT, LON, RADIUS, KELURAHAN, KECAMATAN };

static const char *const columns[] = {
	"name", "kind", "variants", "lat", "lng", "radius_m", "kelurahan", "kecamatan", NULL,
};

/* Of two places in a text the lower says more exactly where; of two places with one name the
 * lower name is what people mean when they say nothing else. */
static const struct {
	const char *name;
	int as_name;
} kinds[PLACE_KINDS] = {
	[PLACE_LANDMARK] = {"landmark", 1},     [PLACE_STREET] = {"jalan", 3},
	[PLACE_KAMPUNG] = {"kampung", 2},       [PLACE_KELURAHAN] = {"kelurahan", 0},
	[PLACE_VILLAGE] = {"desa_tetangga", 5}, [PLACE_NEIGHBOUR] = {"kecamatan_tetangga", 4},
	[PLACE_KECAMATAN] = {"kecamatan", 6},
};

struct loader {
	struct gazetteer *gazetteer;
	const struct abbreviations *abbreviations;
	const struct areas *areas;
	struct table table;
	struct words words;
	struct err *err;
};

static int read_kind(struct loader *l, struct place *place)
{
	int i = 0;

	while (i < PLACE_KINDS && strcmp(kinds[i].name, l->table.cell[KIND]) != 0)
		i++;
	if (i == PLACE_KINDS)
		return table_error(&l->table, KIND, l->err, "no kind of place \"%.30s\"",
				   l->table.cell[KIND]);
	place->kind = (enum place_kind)i;
	return 0;
}

static int read_point(struct loader *l, struct place *place)
{
	double lat, lon, radius;

	if (table_number(&l->table, LAT, -90, 90, &lat, l->err) < 0 ||
	    table_number(&l->table, LON, -180, 180, &lon, l->err) < 0 ||
	    table_number(&l->table, RADIUS, 1, 100000, &radius, l->err) < 0)
		return -1;
	place->lat_e7 = (int32_t)lround(lat * DEGREE_E7);
	place->lon_e7 = (int32_t)lround(lon * DEGREE_E7);
	place->radius_m = (int32_t)lround(radius);
	return 0;
}

static int read_area(struct loader *l, struct place *place)
{
	const char *kelurahan = l->table.cell[KELURAHAN], *kecamatan = l->table.cell[KECAMATAN];

	if (kelurahan[0] != '\0') {
		place->area = areas_named(l->areas, AREA_KELURAHAN, kelurahan);
		if (place->area == NULL)
			return table_error(&l->table, KELURAHAN, l->err,
					   "no kelurahan \"%.40s\" in areas.geojson",
					   kelurahan);
		return 0;
	}
	place->area = areas_named(l->areas, AREA_NEIGHBOUR, kecamatan);
	if (place->area == NULL)
		place->area = areas_named(l->areas, AREA_KECAMATAN, kecamatan);
	if (place->area == NULL && kecamatan[0] != '\0')
		return table_error(&l->table, KECAMATAN, l->err,
				   "no kecamatan \"%.40s\" in areas.geojson", kecamatan);
	return 0;
}

static int add_name(struct loader *l, unsigned column, const char *text, size_t len)
{
	struct gazetteer *g = l->gazetteer;
	unsigned index = g->count - 1, phrase;

	normalise(l->abbreviations, text, len, &l->words);
	phrase = matcher_add(g->matcher, &l->words);
	if (phrase == PHRASE_NONE)
		return table_error(&l->table, column, l->err,
				   "\"%.*s\" is no name, or there are too many",
				   (int)(len < 40 ? len : 40), text);
	if (phrase > g->phrase_count) {
		g->phrase_count = phrase;
		g->place_of = xrealloc(g->place_of, (phrase + 1) * sizeof(*g->place_of));
	} else if (kinds[g->place[g->place_of[phrase]].kind].as_name <=
		   kinds[g->place[index].kind].as_name) {
		return 0;
	}
	g->place_of[phrase] = (uint16_t)index;
	return 0;
}

static int add_names(struct loader *l)
{
	const char *end;

	if (add_name(l, NAME, l->table.cell[NAME], strlen(l->table.cell[NAME])) < 0)
		return -1;
	for (const char *at = l->table.cell[VARIANTS]; *at != '\0';
	     at = *end == '|' ? end + 1 : end) {
		end = strchrnul(at, '|');
		if (add_name(l, VARIANTS, at, (size_t)(end - at)) < 0)
			return -1;
	}
	return 0;
}

static int load_row(struct loader *l)
{
	struct gazetteer *g = l->gazetteer;
	struct place *place;

	if (g->count == PLACES_MAX)
		return table_error(&l->table, NAME, l->err, "more than %d places", PLACES_MAX);
	g->place = xrealloc(g->place, (g->count + 1) * sizeof(*g->place));
	place = &g->place[g->count++];
	*place = (struct place){0};
	if (table_text(&l->table, NAME, place->name, sizeof(place->name), l->err) < 0 ||
	    read_kind(l, place) < 0 || read_point(l, place) < 0 || read_area(l, place) < 0)
		return -1;
	return add_names(l);
}

static int load(struct loader *l, const char *name, char *text)
{
	int more;

	if (table_open(&l->table, name, text, columns, l->err) < 0)
		return -1;
	while ((more = table_next(&l->table, l->err)) > 0)
		if (load_row(l) < 0)
			return -1;
	if (more == 0)
		matcher_build(l->gazetteer->matcher);
	return more;
}

int gazetteer_load(struct gazetteer *gazetteer, const char *name, char *text,
		   const struct abbreviations *abbreviations, const struct areas *areas,
		   struct err *err)
{
	struct loader *l = xcalloc(1, sizeof(*l));
	int rc;

	*gazetteer = (struct gazetteer){.matcher = matcher_new()};
	l->gazetteer = gazetteer;
	l->abbreviations = abbreviations;
	l->areas = areas;
	l->err = err;
	rc = load(l, name, text);
	xfree(l);
	return rc;
}

void gazetteer_fini(struct gazetteer *gazetteer)
{
	matcher_free(&gazetteer->matcher);
	xfree(gazetteer->place);
	xfree(gazetteer->place_of);
	*gazetteer = (struct gazetteer){0};
}

static bool says_more(const struct place *a, const struct place *b)
{
	return b == NULL || a->kind < b->kind ||
	       (a->kind == b->kind && a->radius_m < b->radius_m);
}

const struct place *gazetteer_find(const struct gazetteer *g, const struct words *words)
{
	uint16_t longest[WORDS_MAX];
	const struct place *best = NULL;

	matcher_run(g->matcher, words, longest);
	for (unsigned i = 0; i < words->count;) {
		unsigned phrase = longest[i];

		if (phrase == PHRASE_NONE) {
			i++;
			continue;
		}
		if (says_more(&g->place[g->place_of[phrase]], best))
			best = &g->place[g->place_of[phrase]];
		i += matcher_words(g->matcher, phrase);
	}
	return best;
}
