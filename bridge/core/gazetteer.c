#include "core/gazetteer.h"

#include <math.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/table.h"

#define PLACES_MAX  20000
#define ENTRIES_MAX 60000

enum { NAME, KIND, VARIANTS, LAT, LON, RADIUS, KELURAHAN, KECAMATAN, REGION };

static const char *const columns[] = {
	"name",     "kind",      "variants",  "lat",    "lng",
	"radius_m", "kelurahan", "kecamatan", "region", NULL,
};

const char *const place_kind_names[PLACE_KINDS] = {
	[PLACE_LANDMARK] = "landmark",     [PLACE_STREET] = "jalan",
	[PLACE_KAMPUNG] = "kampung",       [PLACE_KELURAHAN] = "kelurahan",
	[PLACE_VILLAGE] = "desa_tetangga", [PLACE_NEIGHBOUR] = "kecamatan_tetangga",
	[PLACE_KECAMATAN] = "kecamatan",   [PLACE_OUTSIDE] = "luar_kota",
};

unsigned place_kind_order(enum place_kind kind)
{
	static const unsigned char order[PLACE_KINDS] = {
		[PLACE_KELURAHAN] = 0, [PLACE_LANDMARK] = 1,  [PLACE_KAMPUNG] = 2,
		[PLACE_STREET] = 3,    [PLACE_NEIGHBOUR] = 4, [PLACE_VILLAGE] = 5,
		[PLACE_KECAMATAN] = 6, [PLACE_OUTSIDE] = 7,
	};

	return order[kind];
}

/* A kampung's point is that of its kelurahan, one further away about the middle of a
 * kecamatan: nobody has measured them. */
bool place_is_area(const struct place *place)
{
	return place->kind == PLACE_KAMPUNG || place->kind == PLACE_KELURAHAN ||
	       place->kind == PLACE_NEIGHBOUR || place->kind == PLACE_KECAMATAN ||
	       place->kind == PLACE_OUTSIDE;
}

size_t place_key(const struct place_mark *mark, unsigned count, char key_r[NAME_LETTERS])
{
	size_t len = 0;

	for (unsigned i = 0; i < count; i++) {
		if (mark[i].cue == CUE_TITLE || mark[i].cue == CUE_WIDE)
			continue;
		if (len + mark[i].len > NAME_LETTERS)
			return 0;
		memcpy(key_r + len, mark[i].letters, mark[i].len);
		len += mark[i].len;
	}
	return len;
}

struct loader {
	struct gazetteer *gazetteer;
	const struct place_words *words;
	const struct areas *areas;
	struct table table;
	struct place_text text;
	struct err *err;
};

static int read_kind(struct loader *l, struct place *place)
{
	int i = 0;

	while (i < PLACE_KINDS && strcmp(place_kind_names[i], l->table.cell[KIND]) != 0)
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
	const struct area *city = areas_city(l->areas);

	place->is_outside = city != NULL && l->table.cell[REGION][0] != '\0' &&
			    strcmp(l->table.cell[REGION], city->name) != 0;
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

/* Behind those that are as usual a meaning. The same place twice is fine. */
static int add_entry(struct gazetteer *g, unsigned name, unsigned place, uint8_t needs)
{
	uint16_t *link;

	if (name >= g->name_count) {
		g->first = xrealloc(g->first, (name + 1) * sizeof(*g->first));
		g->first[name] = NAME_NONE;
		g->name_count = name + 1;
	}
	for (link = &g->first[name]; *link != NAME_NONE; link = &g->entry[*link].next) {
		struct place_entry *entry = &g->entry[*link];

		if (entry->place == place) {
			entry->needs = needs == 0 ? 0 : entry->needs;
			return 0;
		}
		if (place_kind_order(g->place[entry->place].kind) >
		    place_kind_order(g->place[place].kind))
			break;
	}
	if (g->entry_count == ENTRIES_MAX)
		return -1;
	g->entry[g->entry_count] =
		(struct place_entry){.place = (uint16_t)place, .next = *link, .needs = needs};
	*link = (uint16_t)g->entry_count++;
	return 0;
}

/* "Jl. Benteng" is "benteng", and needs a street's cue. */
static bool says_kind(uint8_t cue)
{
	return cue == CUE_STREET || cue == CUE_KELURAHAN || cue == CUE_KECAMATAN ||
	       cue == CUE_VILLAGE || cue == CUE_KAMPUNG || cue == CUE_ESTATE;
}

static int add_name(struct loader *l, unsigned column, const char *text, size_t len)
{
	const char *aside = memchr(text, '(', len); /* said of it, no part of its name */
	const struct place_mark *mark = l->text.mark;
	struct gazetteer *g = l->gazetteer;
	unsigned name = NAME_NONE, skip;
	char key[NAME_LETTERS];
	size_t key_len;

	if (aside != NULL && aside != text)
		len = (size_t)(aside - text);
	place_text_read(l->words, text, len, &l->text);
	skip = l->text.count > 1 && says_kind(mark[0].cue);
	key_len = place_key(mark + skip, l->text.count - skip, key);
	if (key_len > 1)
		name = place_index_add(g->index, key, key_len);
	/* An entry that may move must not: its link is held while it is added. */
	g->entry = xrealloc(g->entry, (g->entry_count + 1) * sizeof(*g->entry));
	if (name == NAME_NONE ||
	    add_entry(g, name, g->count - 1, skip > 0 ? mark[0].cue : CUE_NONE) < 0)
		return table_error(&l->table, column, l->err,
				   "\"%.*s\" is no name, or there are too many",
				   (int)(len < 40 ? len : 40), text);
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
		place_index_build(l->gazetteer->index);
	return more;
}

int gazetteer_load(struct gazetteer *gazetteer, const char *name, char *text,
		   const struct place_words *words, const struct areas *areas, struct err *err)
{
	struct loader *l = xcalloc(1, sizeof(*l));
	int rc;

	*gazetteer = (struct gazetteer){.index = place_index_new()};
	l->gazetteer = gazetteer;
	l->words = words;
	l->areas = areas;
	l->err = err;
	rc = load(l, name, text);
	xfree(l);
	return rc;
}

void gazetteer_fini(struct gazetteer *gazetteer)
{
	place_index_free(&gazetteer->index);
	xfree(gazetteer->place);
	xfree(gazetteer->entry);
	xfree(gazetteer->first);
	*gazetteer = (struct gazetteer){0};
}
