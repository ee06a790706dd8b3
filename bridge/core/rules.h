/* What the city knows before a report comes in: its agencies and offices, the categories, the
 * words that point at them, its places and their borders, its units.
 *
 * Read whole from the configuration folder, checked whole, then never changed: a reload builds
 * new rules beside the old and swaps one pointer. Any thread may read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/fleet.h"
#include "model/agency.h"
#include "model/hazard.h"
#include "model/verdict.h"

struct guards;    /* model/guard.h */
struct hospitals; /* hospitals.h */
struct jsonw;
struct model;
struct neighbours; /* neighbours.h */
struct plans;      /* plans.h */
struct rules;      /* rules_private.h */

enum category_kind {
	CATEGORY_EMERGENCY, /* somebody is sent at once */
	CATEGORY_URGENT,    /* somebody is sent the same day, at once when it is bad */
	CATEGORY_ROUTINE,   /* working-day ticket */
	CATEGORY_ADMIN,     /* about the call itself: prank, silence, elsewhere, unknown */
	CATEGORY_KINDS
};

extern const char *const category_kind_names[CATEGORY_KINDS];

struct category {
	char id[CATEGORY_SIZE];
	char group[24]; /* of the taxonomy: what is a fire, what is an animal */
	char name_id[96], name_en[96];
	enum category_kind kind;
	agency_set agencies; /* of the leading office and of those that support it */
	agency_set lead;     /* of the leading office alone */
	char lead_office[OFFICE_SIZE];
	int severity;   /* 1 … 5, the P of the taxonomy */
	int target_min; /* from the report to the first unit's arrival; 0: none is set */
	bool yields;    /* gives way when the text also tells of another: the event before its
			   effect */
	bool is_confidential;
	hazard_set hazards; /* what it tells of, where it is told of this moment */
};

/* agencies, offices, taxonomy, lexicon, gazetteer, stations, units, hospitals,
 * neighbours and holidays (.tsv),
 * areas.geojson, and what is in rules/, in dir. The error names folder, file, line, column and
 * remedy. A model (model/triage.model) may be missing or broken: then the rules judge alone. */
int rules_load(struct rules **rules_r, const char *dir, struct err *err) MUST_CHECK;
void rules_free(struct rules **rules);
/* Tells every mistake in the files, not only the first: a line that is wrong is left out and
 * the rest is read again; that others now miss what stood in it is not told. Stops at one that
 * is not of a line. How many there are; 0: rules_r is what rules_load gives. */
typedef void rules_mistake_fn(void *ctx, const struct err *mistake);
unsigned rules_judge(struct rules **rules_r, const char *dir, rules_mistake_fn *tell,
		     void *ctx);

/* "": none is used. Trouble: why not, or "" when nothing is wrong. */
const char *rules_model_version(const struct rules *rules);
const char *rules_model_trouble(const struct rules *rules);
/* Takes *model in the place of the one there is. With NULL, and with a model that was not asked
 * what is an emergency, the rules judge alone. Before the rules are shared. */
void rules_set_model(struct rules *rules, struct model **model);

const struct agencies *rules_agencies(const struct rules *rules);
/* Short hash of the files: equal files, equal version. */
const char *rules_version(const struct rules *rules);

struct caller_policy;
/* What a caller's history counts: rules/callers.tsv. */
const struct caller_policy *rules_callers(const struct rules *rules);

bool rules_has_category(const struct rules *rules, const char *id);
/* NULL: there is none of that id. */
const struct category *rules_category(const struct rules *rules, const char *id);
/* In the order of the taxonomy. */
unsigned rules_category_count(const struct rules *rules);
const struct category *rules_category_at(const struct rules *rules, unsigned i);
/* The contract's 1 … 4 for P1 … P5. */
int priority_of_severity(int severity);

/* The borders, for a map: GeoJSON. */
void rules_write_areas(const struct rules *rules, struct jsonw *w);

const struct fleet *rules_fleet(const struct rules *rules);
const struct hospitals *rules_hospitals(const struct rules *rules);
const struct neighbours *rules_neighbours(const struct rules *rules);
/* What is sent to what: rules/plans.tsv. */
const struct plans *rules_plans(const struct rules *rules);
/* What speaks against sending a unit: rules/guards.tsv. */
const struct guards *rules_guards(const struct rules *rules);
unsigned rules_unit_count(const struct rules *rules);
const struct unit *rules_unit(const struct rules *rules, unsigned i);
/* NULL: there is none of that id. */
const struct unit *rules_find_unit(const struct rules *rules, const char *id);
