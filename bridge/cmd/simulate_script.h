/* What the city sends, moment by moment, in city time: drawn from a scenario by a seed.
 *
 * The same scenario, seed and length give the same script, letter for letter; a row that is
 * changed changes no other row's moments. Where something happens is a place of the gazetteer;
 * only what comes by phone (lapor-mobile) brings its point. One thread. */
#pragma once

#include <stdio.h>

#include "cmd/simulate_scenario.h"

enum moment_kind {
	MOMENT_RINGING,
	MOMENT_ANSWERED,
	MOMENT_ABANDONED,
	MOMENT_REPORT,
	MOMENT_ENDED,
	MOMENT_ALARM, /* the matter wants its next alarm */
	MOMENT_KINDS
};

extern const char *const moment_kind_names[MOMENT_KINDS];

#define PHONE_SIZE 16

struct moment {
	int64_t at_ms;
	enum moment_kind kind;
	unsigned sender; /* whose call and report it is, from 1 */
	unsigned matter; /* what it is about, from 1 */
	const struct scenario_row *row;
	char phone[PHONE_SIZE]; /* of nobody */
	const char *outcome;    /* MOMENT_ENDED */
	char *text;             /* MOMENT_REPORT */
	bool has_point;
	int32_t lat_e7, lon_e7;
};

/* A crew that is not as it should be. */
struct crew_trouble {
	const struct scenario_row *row;
	unsigned draw; /* which crew, counted around */
};

struct script {
	struct moment *moment;
	unsigned count, room;
	struct crew_trouble *trouble;
	unsigned trouble_count;
	unsigned matters;
	int64_t length_ms;
};

/* What begins before length_ms; 0: all of it. scenario stays lent. */
void script_draw(struct script *script_r, const struct scenario *scenario,
		 const struct rules *rules, uint64_t seed, int64_t length_ms);
void script_fini(struct script *script);
/* One JSON document a line. */
void script_print(const struct script *script, FILE *to);
