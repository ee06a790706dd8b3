/* Whose desk a matter is for: a table of the city, rules/routing.tsv, read from the top; the
 * first row whose type, place and time hold decides. A row names an office, or leaves it to
 * what the model has learnt from such texts, or to who leads that category.
 *
 * Total: the last row holds always. Built once, then only read and shared by reference: a
 * decision carries the table it was taken under to the thread that applies it. Any thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/location.h"
#include "model/verdict.h"

#define ROUTE_ROWS_MAX       128
#define ROUTE_CATEGORIES_MAX 128
#define ROUTE_AREAS_MAX      254
#define ROUTE_WHY_SIZE       160
#define ROUTE_SLOTS          336 /* half hours of a week, from Monday */

#define ROUTE_LEARNT (-1) /* in the place of an office: the model's */
#define ROUTE_OF_CATEGORY                                                                      \
	(-2) /* who leads it; once nobody is in danger, who is responsible                     \
	      */

enum route_one_per { ROUTE_ONE, ROUTE_ONE_PER_KELURAHAN, ROUTE_ONE_PER_KECAMATAN };

struct route_office {
	char id[OFFICE_SIZE];
	char name[80];
	enum route_one_per one_per; /* then its name is that of the area */
};

struct route_category {
	char id[CATEGORY_SIZE], group[CATEGORY_SIZE];
	int lead, after;    /* offices: while it goes on, and as a ticket */
	agency_set leaders; /* whose first unit the target is for */
	int target_min;     /* from the report to its arrival; 0: none is set */
};

struct route_area {
	char code[AREA_SIZE], name[AREA_NAME_SIZE];
	bool is_outside;
};

/* Sets of what a row asks for. Behind the categories and the areas that are known stands a bit
 * for what is none of them. */
struct route_types {
	uint64_t bits[ROUTE_CATEGORIES_MAX / 64 + 1];
};
struct route_places {
	uint64_t bits[(ROUTE_AREAS_MAX + 2) / 64];
};
struct route_hours {
	uint64_t bits[2][(ROUTE_SLOTS + 63) / 64]; /* on other days, on holidays */
};

struct route_row {
	char rule[RULE_SIZE];
	unsigned line;
	struct route_types types;
	struct route_places places;
	struct route_hours hours;
	int office;   /* or ROUTE_LEARNT, ROUTE_OF_CATEGORY */
	int from_pct; /* ROUTE_LEARNT: the share from which on it holds */
	char why[ROUTE_WHY_SIZE];
};

struct routes {
	atomic_uint refs;
	int utc_offset_min; /* of the city's clocks */
	unsigned office_count, category_count, area_count, holiday_count, row_count;
	struct route_office *office;
	struct route_category category[ROUTE_CATEGORIES_MAX];
	struct route_area area[ROUTE_AREAS_MAX];
	int32_t *holiday; /* days since 1970 */
	struct route_row row[ROUTE_ROWS_MAX];
};

struct routes *routes_new(void);
struct routes *routes_ref(struct routes *routes);
void routes_unref(struct routes **routes);

/* -1: there is none of that name. */
int routes_find_office(const struct routes *routes, const char *id, size_t len);
int routes_find_category(const struct routes *routes, const char *id);
int routes_find_area(const struct routes *routes, const char *code);
bool routes_is_holiday(const struct routes *routes, int32_t day);

/* What is asked of the rows. */
struct route_question {
	const char *category;
	enum disposition disposition;
	const struct location *location;
	int64_t at_ms;
};

/* The same as the rows see it. */
struct route_key {
	unsigned type, place; /* bits of the sets */
	bool is_holiday;
	unsigned slot;
	int learnt_pct; /* -1: what the model has learnt does not count here */
};

void routes_key(const struct routes *routes, const struct route_question *question,
		const struct route *route, struct route_key *key_r);

/* The half hour of the week, and whether it is a holiday, by the city's clocks. */
void routes_set_time(const struct routes *routes, int64_t at_ms, struct route_key *key);
bool route_hours_hold(const struct route_hours *hours, const struct route_key *key);

enum { ROUTE_TYPE = 1, ROUTE_PLACE = 2, ROUTE_TIME = 4, ROUTE_SHARE = 8, ROUTE_ALL = 15 };

/* Which of its conditions hold; ROUTE_ALL: it decides, if none above does. */
unsigned route_row_holds(const struct route_row *row, const struct route_key *key);

/* Sets office, name, by and rule of the route; what is learnt is its own to begin with. Noise
 * is nobody's. */
void routes_choose(const struct routes *routes, const struct route_question *question,
		   struct route *route);
