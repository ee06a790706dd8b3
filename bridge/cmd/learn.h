/* From judged texts to a model: the same texts and rules give the same bytes.
 *
 * Lessons are the texts as the model sees them, taken once; a model is learnt from those that
 * do not belong to a fold, so that the fold can be judged by one that never met it. */
#pragma once

#include <stdbool.h>

#include "cmd/corpus.h"
#include "core/model.h"

#define FOLD_NONE (-1)

struct rules;
struct lessons;

/* rules without a model; corpus stays lent. */
struct lessons *lessons_take(const struct rules *rules, const struct corpus *corpus);
void lessons_free(struct lessons **lessons);

struct learn_plan {
	unsigned folds; /* of which one may be left out */
	int left_out;   /* FOLD_NONE: none */
	bool wants_triage, wants_offices, wants_sms;
};

struct model *learn(const struct lessons *lessons, const struct learn_plan *plan);
