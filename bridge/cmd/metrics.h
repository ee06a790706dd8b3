/* How well verdicts agree with what a reader said. Counts first, figures from them: a figure
 * can then be drawn again from a random choice of the rows, which gives its interval. Pure. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "cmd/corpus.h"
#include "model/verdict.h"

/* One judged text and what was made of it. */
struct outcome {
	const struct corpus_row *row;
	enum disposition disposition;
	int priority;
	int confidence_pct;
	uint8_t agencies;     /* bits of ON_… */
	float emergency;      /* 0 … 1 where a model was asked, else -1 */
	char rule[RULE_SIZE]; /* the row of judgement.tsv that decided */
};

enum figure {
	FIGURE_PRECISION,
	FIGURE_RECALL,
	FIGURE_F1,
	FIGURE_SEEN,        /* emergencies in emergency or review */
	FIGURE_LIFE_RECALL, /* of severity 1 */
	FIGURE_LIFE_SEEN,
	FIGURE_AGENCY_F1,
	FIGURE_SEVERITY_ERROR,  /* of all */
	FIGURE_EMERGENCY_ERROR, /* of emergencies */
	FIGURE_CLASS_F1,        /* macro, emergency, routine, noise; a review is routine */
	FIGURES
};

extern const char *const figure_names[FIGURES];

struct interval {
	double value, low, high; /* low, high: 95 % of the draws */
};

void figures_of(const struct outcome *outcomes, unsigned count, double value_r[FIGURES]);
/* With draws (bootstrap) from a fixed seed. */
void figures_drawn(const struct outcome *outcomes, unsigned count, unsigned draws,
		   struct interval interval_r[FIGURES]);
void print_confusion(FILE *to, const struct outcome *outcomes, unsigned count);
void print_agencies(FILE *to, const struct outcome *outcomes, unsigned count);
void print_calibration(FILE *to, const struct outcome *outcomes, unsigned count);

#define NAMES_MAX 64

/* Answers that are names: how often each is due, said, and said rightly. */
struct names {
	unsigned count;
	const char *name[NAMES_MAX]; /* borrowed */
	unsigned met[NAMES_MAX], due[NAMES_MAX], said[NAMES_MAX], right[NAMES_MAX];
};

void names_count(struct names *names, const char *name);
void names_keep_largest(struct names *names, unsigned count);
/* Of a text whose name is due; names that were not kept count for nothing. */
void names_compare(struct names *names, const char *due, const char *said);
/* Accuracy, macro-F1, and each name. */
void names_print(FILE *to, const struct names *names);
