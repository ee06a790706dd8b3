/* What the classifier thinks of a text, and why. A value: no pointers, copied freely. */
#pragma once

#include <stdint.h>

#include <jansson.h>

#include "base/err.h"
#include "model/agency.h"
#include "model/hazard.h"

enum disposition {
	DISPOSITION_EMERGENCY, /* dispatch now */
	DISPOSITION_REVIEW,    /* a person must look now: the classifier is not sure */
	DISPOSITION_ROUTINE,   /* LAPOR workflow */
	DISPOSITION_NOISE,     /* spam, thanks, test: low-priority review */
	DISPOSITIONS
};

extern const char *const disposition_names[DISPOSITIONS];

/* What a reason is. The first are the states of an event: so, or why it does not count as so;
 * then what stands around one. */
enum reason_kind {
	REASON_UNKNOWN, /* of a version that did not say */
	REASON_EVENT,
	REASON_PAST,
	REASON_RECURRING,
	REASON_PLANNED,
	REASON_FEARED,
	REASON_SUPPOSED,
	REASON_DENIED,
	REASON_DRILL,
	REASON_TOLD,
	REASON_ASKED,
	REASON_LIFE,  /* somebody is in danger of life */
	REASON_WORSE, /* says how bad it is */
	REASON_MILDER,
	REASON_NOW,
	REASON_OVER,
	REASON_PLEA,
	REASON_CALLED, /* asks for a service */
	REASON_PRANK,
	REASON_OUTSIDE,
	REASON_MODEL, /* no rule knows it: it moved the model */
	REASONS
};

extern const char *const reason_names[REASONS];

#define CATEGORY_SIZE      40
#define VERDICT_TERMS_MAX  8
#define VERDICT_TERM_SIZE  48 /* cut at a letter's end, never inside a UTF-8 sequence */
#define RULES_VERSION_SIZE 17
#define VERDICT_OTHERS_MAX 2
#define OFFICE_SIZE        24
#define RULE_SIZE          24
#define ROUTE_NAME_SIZE    96
#define ROUTE_LEARNT_MAX   3

/* What decided whose desk it is. */
enum route_by {
	ROUTE_BY_NOBODY,
	ROUTE_BY_RULE,     /* a row of routing.tsv that names the office */
	ROUTE_BY_MODEL,    /* the office that such texts go to */
	ROUTE_BY_CATEGORY, /* the taxonomy: who leads it, or is responsible for it as a ticket
			    */
	ROUTE_BYS
};

extern const char *const route_by_names[ROUTE_BYS];

struct route {
	char office[OFFICE_SIZE];   /* of offices.tsv; "" : nobody's */
	char name[ROUTE_NAME_SIZE]; /* for people, with its area where there is one in each */
	enum route_by by;
	char rule[RULE_SIZE]; /* the row of routing.tsv */
	unsigned learnt_count;
	struct {
		char office[OFFICE_SIZE];
		int share_pct;
	} learnt[ROUTE_LEARNT_MAX]; /* where such texts go, likeliest first; as long as nobody
				       has said what it is */
};

struct verdict {
	enum disposition disposition;
	int priority; /* 1 life threat now … 4 routine */
	char category[CATEGORY_SIZE];
	agency_set agencies;
	bool is_grave; /* danger to life is seen in it, whatever came of that; not written */
	hazard_set hazards;             /* what may hurt who goes there */
	int confidence_pct;             /* 0 … 100 */
	char rules[RULES_VERSION_SIZE]; /* the version that said so */
	char model[RULES_VERSION_SIZE]; /* and that of the model; "": none was asked */
	char rule[RULE_SIZE]; /* the row of judgement.tsv that decided; "": none was asked */
	int emergency_pct;    /* what the model alone gives an emergency; with a model */
	struct route route;   /* whose desk it is, and why */
	unsigned other_count;
	struct {
		char category[CATEGORY_SIZE];
		int confidence_pct;
	} other[VERDICT_OTHERS_MAX]; /* what else it may be about, likeliest first */
	unsigned term_count;
	struct {
		char term[VERDICT_TERM_SIZE]; /* as it stands in the text */
		int weight_pct;               /* hundredths; negative speaks against */
		enum reason_kind is;
		uint16_t at, len; /* its letters in the text, whole words; len 0: not said */
	} term[VERDICT_TERMS_MAX];
};

struct jsonw;

/* "disposition", "priority", "category", "agencies", "confidence", "because" and "rules" as
 * members of the object that is open; "alternatives", "office", "office_name", "route",
 * "model", "hazards" and what the model adds ("emergency", "rule") where there are. */
void verdict_write(const struct verdict *verdict, const struct agencies *agencies,
		   struct jsonw *w);
/* From an object that verdict_write wrote into. */
void verdict_read_back(const json_t *object, const struct agencies *agencies,
		       struct verdict *verdict_r);
/* It now stands beside another text than the one it was read from. */
void verdict_leave_text(struct verdict *verdict);
/* ["fire", …] under key. */
void agency_set_write(const struct agencies *agencies, agency_set set, struct jsonw *w,
		      const char *key);
/* Of the agencies that such a list names; unknown ones are left out. */
agency_set agency_set_read(const struct agencies *agencies, const json_t *list);
/* The same from outside, the member "agencies" of an object: each must be known, and one at
 * least be named. 0: it is absent, which is no failure. */
int agency_set_ask(const struct agencies *agencies, const json_t *object, agency_set *set_r,
		   struct err *err) MUST_CHECK;
