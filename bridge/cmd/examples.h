/* A city's example reports: what its words must lead to, kept beside them in examples.tsv, so
 * that a change of the lexicon that breaks them is seen before it is taken up. The tables in
 * rules/ carry examples of their own. */
#pragma once

#include "base/err.h"

struct rules;

typedef void examples_mistake_fn(void *ctx, const struct err *mistake);

/* Tells each example that is judged otherwise, or is no example. Columns: text, disposition,
 * category_id, area; an empty cell asks for nothing. A city may have none. Returns how many
 * were told. */
unsigned examples_judge(const struct rules *rules, const char *dir, examples_mistake_fn *tell,
			void *ctx, unsigned *count_r);
