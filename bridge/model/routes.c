#include "model/routes.h"

#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"

#define DAY_MIN  (24 * 60)
#define SLOT_MIN 30

struct routes *routes_new(void)
{
	struct routes *routes = xcalloc(1, sizeof(*routes));

	atomic_init(&routes->refs, 1);
	return routes;
}

struct routes *routes_ref(struct routes *routes)
{
	atomic_fetch_add_explicit(&routes->refs, 1, memory_order_relaxed);
	return routes;
}

void routes_unref(struct routes **routes)
{
	struct routes *mine = *routes;

	*routes = NULL;
	if (mine == NULL ||
	    atomic_fetch_sub_explicit(&mine->refs, 1, memory_order_acq_rel) != 1)
		return;
	xfree(mine->office);
	xfree(mine->holiday);
	xfree(mine);
}

int routes_find_office(const struct routes *routes, const char *id, size_t len)
{
	for (unsigned i = 0; i < routes->office_count; i++)
		if (strlen(routes->office[i].id) == len &&
		    memcmp(routes->office[i].id, id, len) == 0)
			return (int)i;
	return -1;
}

int routes_find_category(const struct routes *routes, const char *id)
{
	for (unsigned i = 0; i < routes->category_count; i++)
		if (strcmp(routes->category[i].id, id) == 0)
			return (int)i;
	return -1;
}

int routes_find_area(const struct routes *routes, const char *code)
{
	for (unsigned i = 0; i < routes->area_count; i++)
		if (strcmp(routes->area[i].code, code) == 0)
			return (int)i;
	return -1;
}

bool routes_is_holiday(const struct routes *routes, int32_t day)
{
	for (unsigned i = 0; i < routes->holiday_count; i++)
		if (routes->holiday[i] == day)
			return true;
	return false;
}

/* ---- What is asked. ---- */

static unsigned type_of(const struct routes *routes, const char *category)
{
	int type = routes_find_category(routes, category);

	return type >= 0 ? (unsigned)type : routes->category_count;
}

/* What is known to lie in a neighbour's ground has no area where only a name tells so. */
static unsigned place_of(const struct routes *routes, const struct location *location)
{
	int area = location->area[0] != '\0' ? routes_find_area(routes, location->area) : -1;

	if (area >= 0)
		return (unsigned)area;
	return routes->area_count + location->is_neighbour;
}

void routes_set_time(const struct routes *routes, int64_t at_ms, struct route_key *key)
{
	int64_t minutes = at_ms / 60000 + routes->utc_offset_min;
	int64_t day = minutes / DAY_MIN;

	/* 1 January 1970 was a Thursday. */
	key->slot =
		(unsigned)((day + 3) % 7 * (DAY_MIN / SLOT_MIN) + minutes % DAY_MIN / SLOT_MIN);
	key->is_holiday = routes_is_holiday(routes, (int32_t)day);
}

void routes_key(const struct routes *routes, const struct route_question *question,
		const struct route *route, struct route_key *key)
{
	bool may_learn = question->disposition == DISPOSITION_ROUTINE &&
			 route->learnt_count > 0 &&
			 routes_find_office(routes, route->learnt[0].office,
					    strlen(route->learnt[0].office)) >= 0;

	key->type = type_of(routes, question->category);
	key->place = place_of(routes, question->location);
	key->learnt_pct = may_learn ? route->learnt[0].share_pct : -1;
	routes_set_time(routes, question->at_ms, key);
}

/* ---- The rows. ---- */

static bool has(const uint64_t *bits, unsigned bit)
{
	return (bits[bit / 64] >> (bit % 64) & 1) != 0;
}

bool route_hours_hold(const struct route_hours *hours, const struct route_key *key)
{
	return has(hours->bits[key->is_holiday], key->slot);
}

unsigned route_row_holds(const struct route_row *row, const struct route_key *key)
{
	bool is_sure = row->office != ROUTE_LEARNT ||
		       (key->learnt_pct >= 0 && key->learnt_pct >= row->from_pct);

	return (has(row->types.bits, key->type) ? ROUTE_TYPE : 0u) |
	       (has(row->places.bits, key->place) ? ROUTE_PLACE : 0u) |
	       (route_hours_hold(&row->hours, key) ? ROUTE_TIME : 0u) |
	       (is_sure ? ROUTE_SHARE : 0u);
}

static const struct route_row *find_row(const struct routes *routes,
					const struct route_key *key)
{
	for (unsigned i = 0; i < routes->row_count; i++)
		if (route_row_holds(&routes->row[i], key) == ROUTE_ALL)
			return &routes->row[i];
	return NULL;
}

static int office_of_category(const struct routes *routes, const struct route_key *key,
			      enum disposition disposition)
{
	const struct route_category *category = &routes->category[key->type];

	if (key->type == routes->category_count)
		return -1;
	return disposition == DISPOSITION_ROUTINE ? category->after : category->lead;
}

static int office_of(const struct routes *routes, const struct route_row *row,
		     const struct route_key *key, const struct route_question *question,
		     const struct route *route)
{
	if (row->office == ROUTE_LEARNT)
		return routes_find_office(routes, route->learnt[0].office,
					  strlen(route->learnt[0].office));
	if (row->office == ROUTE_OF_CATEGORY)
		return office_of_category(routes, key, question->disposition);
	return row->office;
}

/* "Kelurahan Kesambi"; where the area is not known, or a wider one, "Kelurahan". */
static void write_name(const struct routes *routes, const struct route_office *office,
		       const struct location *location, char name_r[ROUTE_NAME_SIZE])
{
	static const size_t code_len[] = {
		[ROUTE_ONE_PER_KELURAHAN] = 13, /* 32.74.05.1003 */
		[ROUTE_ONE_PER_KECAMATAN] = 8,  /* 32.74.05 */
	};
	char code[AREA_SIZE] = "";
	int area = -1;

	if (office->one_per != ROUTE_ONE &&
	    strlen(location->area) >= code_len[office->one_per]) {
		memcpy(code, location->area, code_len[office->one_per]);
		area = routes_find_area(routes, code);
	}
	if (area >= 0 && !routes->area[area].is_outside)
		snprintf(name_r, ROUTE_NAME_SIZE, "%s %s", office->name,
			 routes->area[area].name);
	else
		snprintf(name_r, ROUTE_NAME_SIZE, "%s", office->name);
}

static enum route_by by_of(const struct route_row *row)
{
	return row->office == ROUTE_LEARNT        ? ROUTE_BY_MODEL
	       : row->office == ROUTE_OF_CATEGORY ? ROUTE_BY_CATEGORY
						  : ROUTE_BY_RULE;
}

static void clear(struct route *route)
{
	route->office[0] = route->name[0] = route->rule[0] = '\0';
	route->by = ROUTE_BY_NOBODY;
}

void routes_choose(const struct routes *routes, const struct route_question *question,
		   struct route *route)
{
	const struct route_row *row;
	struct route_key key;
	int office;

	routes_key(routes, question, route, &key);
	row = question->disposition != DISPOSITION_NOISE ? find_row(routes, &key) : NULL;
	office = row != NULL ? office_of(routes, row, &key, question, route) : -1;
	clear(route);
	if (office < 0)
		return;
	memcpy(route->office, routes->office[office].id, sizeof(route->office));
	memcpy(route->rule, row->rule, sizeof(route->rule));
	route->by = by_of(row);
	write_name(routes, &routes->office[office], question->location, route->name);
}
