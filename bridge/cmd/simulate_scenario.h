/* What happens in the city, as a table that the city can read and change:
 * scenarios/NAME.tsv of its folder; config/cirebon/scenarios/README.md says what stands where.
 *
 * Read whole, checked whole, then never changed. One thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "model/verdict.h"

struct rules;

enum scenario_what {
	SCENARIO_EMERGENCY, /* somebody is in need: it has to be raised */
	SCENARIO_ROUTINE,   /* a complaint for the working day */
	SCENARIO_PRANK,     /* a call, and words if there are any, without a need */
	SCENARIO_SILENT,    /* a call in which nobody speaks */
	SCENARIO_ABANDONED, /* a call that ends before it is taken */
	SCENARIO_OFFLINE,   /* a crew whose radio is away; the broker keeps what it missed */
	SCENARIO_MUTE,      /* a crew that hears and says nothing */
	SCENARIO_SLOW,      /* a crew that takes minutes */
	SCENARIO_MAYDAY,    /* the next crew that is at a scene calls for help */
	SCENARIO_ALARM,     /* what was said of the matter was not enough: more is sent */
	SCENARIO_WHATS
};

extern const char *const scenario_what_names[SCENARIO_WHATS];

enum channel { CHANNEL_CALL, CHANNEL_WEB, CHANNEL_SMS, CHANNEL_MOBILE, CHANNELS };

extern const char *const channel_names[CHANNELS]; /* the source of their reports */

#define MATTER_SIZE         24
#define SCENARIO_ROWS_MAX   1000
#define SCENARIO_COUNT_MAX  1000 /* of one row */
#define SCENARIO_MINUTE_MAX 10080

struct scenario_row {
	enum scenario_what what;
	enum channel channel;
	int64_t from_ms, to_ms; /* between which it begins; of a crew: that it lasts */
	unsigned count;
	char matter[MATTER_SIZE];     /* all that is of one matter has one place; "": its own */
	char category[CATEGORY_SIZE]; /* what a person would call it; "": nothing */
	const char *places;           /* "Kesambi|Drajat"; "": nowhere */
	const char *texts;            /* "…{place}…|…"; "": nothing is said */
	unsigned line;
};

struct scenario {
	char *text; /* of the file, cut into cells */
	struct scenario_row *row;
	unsigned count;
};

/* text is the scenario's to keep and cut. Errors name name:line and the column. */
int scenario_read(struct scenario *scenario_r, const char *name, char **text,
		  struct err *err) MUST_CHECK;
/* Its categories and places are known to the city. */
int scenario_check(const struct scenario *scenario, const char *name, const struct rules *rules,
		   struct err *err) MUST_CHECK;
/* Both, of dir/scenarios/NAME.tsv. Of a name that is none the error lists those there are. */
int scenario_load(struct scenario *scenario_r, const char *dir, const char *name,
		  const struct rules *rules, struct err *err) MUST_CHECK;
void scenario_fini(struct scenario *scenario);

bool scenario_is_of_crews(enum scenario_what what);
/* When the last thing in it has begun. */
int64_t scenario_length_ms(const struct scenario *scenario);

/* The n-th of "a|b|c", counted around; its letters are borrowed. How many there are. */
unsigned scenario_choices(const char *list);
const char *scenario_choice(const char *list, unsigned n, size_t *len_r);
