#include "core/routing.h"

#include <string.h>

#include "core/rules_private.h"
#include "core/table.h"
#include "core/week.h"

enum { RULE, TYPE, PLACE, TIME, OFFICE, FROM, WHY };

static const char *const columns[] = {"rule",   "type", "place", "time",
				      "office", "from", "why",   NULL};

struct loader {
	struct table table;
	struct routes *routes;
	const struct week *week;
	struct err *err;
};

static void set(uint64_t *bits, unsigned bit)
{
	bits[bit / 64] |= UINT64_C(1) << bit % 64;
}

static bool is_any(const struct loader *l, unsigned column)
{
	return strcmp(l->table.cell[column], "-") == 0;
}

typedef int read_word_fn(struct loader *l, struct route_row *row, const char *word, size_t len);

/* "a,b": each by itself. */
static int read_list(struct loader *l, unsigned column, struct route_row *row,
		     read_word_fn *read)
{
	const char *end;

	for (const char *at = l->table.cell[column];; at = end + 1) {
		end = strchrnul(at, ',');
		if (read(l, row, at, (size_t)(end - at)) < 0)
			return -1;
		if (*end == '\0')
			return 0;
	}
}

static int refuse_word(struct loader *l, unsigned column, const char *what, const char *word,
		       size_t len)
{
	return table_error(&l->table, column, l->err, "no %s \"%.*s\" in %s", what,
			   (int)(len < 40 ? len : 40), word,
			   column == TYPE    ? "taxonomy.tsv"
			   : column == PLACE ? "areas.geojson"
			   : column == TIME  ? "rules/hours.tsv"
					     : "offices.tsv");
}

static bool is_word(const char *word, size_t len, const char *name)
{
	return strlen(name) == len && memcmp(word, name, len) == 0;
}

/* ---- What a row asks for. ---- */

/* A category, or a group of them. */
static int read_type(struct loader *l, struct route_row *row, const char *word, size_t len)
{
	bool is_known = false;

	for (unsigned i = 0; i < l->routes->category_count; i++)
		if (is_word(word, len, l->routes->category[i].id) ||
		    is_word(word, len, l->routes->category[i].group)) {
			set(row->types.bits, i);
			is_known = true;
		}
	return is_known ? 0 : refuse_word(l, TYPE, "category or group", word, len);
}

static int read_types(struct loader *l, struct route_row *row)
{
	if (!is_any(l, TYPE))
		return read_list(l, TYPE, row, read_type);
	for (unsigned i = 0; i <= l->routes->category_count; i++)
		set(row->types.bits, i);
	return 0;
}

static void add_outside(struct loader *l, struct route_row *row)
{
	for (unsigned i = 0; i < l->routes->area_count; i++)
		if (l->routes->area[i].is_outside)
			set(row->places.bits, i);
	set(row->places.bits, l->routes->area_count + 1);
}

/* The area of that code with all that lies in it; "outside", another centre's; "unknown". */
static int read_place(struct loader *l, struct route_row *row, const char *word, size_t len)
{
	bool is_known = false;

	if (is_word(word, len, "outside")) {
		add_outside(l, row);
		return 0;
	}
	if (is_word(word, len, "unknown")) {
		set(row->places.bits, l->routes->area_count);
		return 0;
	}
	for (unsigned i = 0; len > 0 && i < l->routes->area_count; i++) {
		const char *code = l->routes->area[i].code;

		if (strncmp(code, word, len) != 0 || (code[len] != '\0' && code[len] != '.'))
			continue;
		set(row->places.bits, i);
		is_known = true;
	}
	return is_known ? 0 : refuse_word(l, PLACE, "area", word, len);
}

static int read_places(struct loader *l, struct route_row *row)
{
	if (!is_any(l, PLACE))
		return read_list(l, PLACE, row, read_place);
	for (unsigned i = 0; i <= l->routes->area_count + 1; i++)
		set(row->places.bits, i);
	return 0;
}

/* A name of the hours, or what is not in them: "!work". */
static int read_time(struct loader *l, struct route_row *row, const char *word, size_t len)
{
	bool is_not = len > 0 && word[0] == '!';
	const struct route_hours *named = week_find(l->week, word + is_not, len - is_not);

	if (named == NULL)
		return refuse_word(l, TIME, "hours", word + is_not, len - is_not);
	for (unsigned i = 0; i < sizeof(named->bits) / sizeof(uint64_t); i++)
		(&row->hours.bits[0][0])[i] |=
			is_not ? ~(&named->bits[0][0])[i] : (&named->bits[0][0])[i];
	return 0;
}

/* Behind the last half hour of the week there is nothing. */
static void trim_hours(struct route_row *row)
{
	for (int h = 0; h < 2; h++)
		row->hours.bits[h][ROUTE_SLOTS / 64] &= (UINT64_C(1) << ROUTE_SLOTS % 64) - 1;
}

static int read_times(struct loader *l, struct route_row *row)
{
	if (is_any(l, TIME))
		memset(&row->hours, 0xff, sizeof(row->hours));
	else if (read_list(l, TIME, row, read_time) < 0)
		return -1;
	trim_hours(row);
	return 0;
}

/* ---- What it answers. ---- */

static int read_share(struct loader *l, struct route_row *row)
{
	double share;

	if (row->office != ROUTE_LEARNT) {
		if (!is_any(l, FROM))
			return table_error(&l->table, FROM, l->err, "is - but of learnt");
		return 0;
	}
	if (table_number(&l->table, FROM, 0, 1, &share, l->err) < 0)
		return -1;
	row->from_pct = (int)(share * 100 + 0.5);
	return 0;
}

static int read_answer(struct loader *l, struct route_row *row)
{
	const char *cell = l->table.cell[OFFICE];

	if (strcmp(cell, "learnt") == 0)
		row->office = ROUTE_LEARNT;
	else if (strcmp(cell, "category") == 0)
		row->office = ROUTE_OF_CATEGORY;
	else if ((row->office = routes_find_office(l->routes, cell, strlen(cell))) < 0)
		return refuse_word(l, OFFICE, "office", cell, strlen(cell));
	return read_share(l, row);
}

static int check_name(struct loader *l, const struct route_row *row)
{
	for (unsigned i = 0; i < l->routes->row_count; i++)
		if (strcmp(l->routes->row[i].rule, row->rule) == 0)
			return table_error(&l->table, RULE, l->err,
					   "\"%s\" is the name of line %u", row->rule,
					   l->routes->row[i].line);
	return 0;
}

static int read_row(struct loader *l)
{
	struct route_row *row = &l->routes->row[l->routes->row_count];

	if (l->routes->row_count == ROUTE_ROWS_MAX)
		return table_error(&l->table, RULE, l->err, "more than %d rules",
				   ROUTE_ROWS_MAX);
	row->line = l->table.line;
	if (table_text(&l->table, RULE, row->rule, sizeof(row->rule), l->err) < 0 ||
	    check_name(l, row) < 0 || read_types(l, row) < 0 || read_places(l, row) < 0 ||
	    read_times(l, row) < 0 || read_answer(l, row) < 0 ||
	    table_text(&l->table, WHY, row->why, sizeof(row->why), l->err) < 0)
		return -1;
	l->routes->row_count++;
	return routing_lint_row(l->routes, &l->table, l->err);
}

static int take_areas(const struct rules *rules, const char *name, struct err *err)
{
	struct routes *routes = rules->routes;

	if (rules->areas.count > ROUTE_AREAS_MAX)
		return err_set(err, ERR_INVALID, "%s: more than %d areas in areas.geojson",
			       name, ROUTE_AREAS_MAX);
	for (unsigned i = 0; i < rules->areas.count; i++) {
		const struct area *area = &rules->areas.area[i];

		memcpy(routes->area[i].code, area->code, AREA_SIZE);
		memcpy(routes->area[i].name, area->name, AREA_NAME_SIZE);
		routes->area[i].is_outside = area->level == AREA_NEIGHBOUR;
	}
	routes->area_count = rules->areas.count;
	return 0;
}

int routing_load(struct rules *rules, const struct week *week, const char *name, char *text,
		 struct err *err)
{
	struct loader l = {.routes = rules->routes, .week = week, .err = err};
	int more;

	rules->routes->utc_offset_min = (int)rules->place_policy.utc_offset_min;
	if (take_areas(rules, name, err) < 0 ||
	    table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&l.table, err)) > 0)
		if (read_row(&l) < 0)
			return -1;
	if (more == 0 && !routing_is_total(rules->routes))
		return err_set(err, ERR_INVALID,
			       "%s: the last rule has to be for all the rest: type, place and "
			       "time are -, and office is not learnt",
			       name);
	return more;
}

/* ---- Asking. ---- */

void route(const struct rules *rules, const struct location *location, int64_t at_ms,
	   struct verdict *verdict)
{
	const struct route_question question = {
		.category = verdict->category,
		.disposition = verdict->disposition,
		.location = location,
		.at_ms = at_ms,
	};

	routes_choose(rules->routes, &question, &verdict->route);
}

struct routes *rules_routes(const struct rules *rules)
{
	return routes_ref(rules->routes);
}
