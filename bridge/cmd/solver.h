/* One yes-or-no question, learnt: L2-regularised logistic regression by liblinear's
 * trust-region Newton solver, which uses no chance: the same rows give the same weights. Any
 * thread. */
#pragma once

#include <stdint.h>

/* One row as the solver reads it, made once and shared by all questions. */
struct solver_row;

/* all_count: of the text features, those left out too: they make the others count less. */

struct solver_row *solver_row_new(const uint16_t *text, unsigned text_count, unsigned all_count,
				  const uint16_t *cue, unsigned cue_count, double cue_value);
void solver_row_free(struct solver_row **row);

/* answer[i]: 1 yes, 0 no. weights_r: one for each of the buckets; returns the bias. */
float solver_learn(struct solver_row **rows, const int8_t *answers, unsigned count,
		   unsigned buckets, double cost, float *weights_r);
double solver_score(const struct solver_row *row, const float *weights, float bias);
