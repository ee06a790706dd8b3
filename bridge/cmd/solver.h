/* One yes-or-no question, learnt by liblinear: logistic regression by its trust-region Newton
 * solver, or, for many names over many rows, the far quicker support vectors in the dual, which
 * draw rows by rand(): seeded anew each time, so the same rows give the same weights. One
 * thread. */
#pragma once

#include <stdint.h>

/* One row as the solver reads it, made once and shared by all questions. */
struct solver_row;

/* all_count: of the text features, those left out too: they make the others count less. */
struct solver_row *solver_row_new(const uint16_t *text, unsigned text_count, unsigned all_count,
				  const uint16_t *cue, unsigned cue_count, double cue_value);
void solver_row_free(struct solver_row **row);

enum solver_kind { SOLVER_LOGISTIC, SOLVER_MARGIN };

/* answer[i]: 1 yes, 0 no. weights_r: one for each of the buckets; returns the bias. */
float solver_learn(enum solver_kind kind, struct solver_row **rows, const int8_t *answers,
		   unsigned count, unsigned buckets, double cost, float *weights_r);
double solver_score(const struct solver_row *row, const float *weights, float bias);
