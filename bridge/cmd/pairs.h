/* Judged pairs of reports: what similar.tsv is learnt from and measured by.
 *
 * They stay where they are; what is learnt is weights. One thread. */
#pragma once

#include "core/similar.h"

struct rules;

struct pair {
	char id[2][24];
	bool is_same;
	bool has_points;
	bool may_join; /* the rules beside the weights allow it */
	struct comparison c;
};

struct pairs {
	unsigned count;
	struct pair *pair;
};

/* name: JSON lines with id_a, id_b, same, and of each side text, created_at, and lat and lon or
 * kelurahan. Each side is classified as a report would be; of similar, the words and needs. */
int pairs_load(struct pairs *pairs, const char *name, const struct rules *rules,
	       const struct similar_rules *similar, struct err *err) MUST_CHECK;
void pairs_fini(struct pairs *pairs);

/* Weights and bias from the pairs that fold leaves in; fold -1: all. of_fold has the fold of
 * each. Thresholds and words are left as they are. */
void pairs_learn(const struct pairs *pairs, const int *of_fold, int fold,
		 struct similar_rules *rules);
/* Of each pair, what rules that were not learnt from it say; folds drawn by seed. */
void pairs_cross(const struct pairs *pairs, const struct similar_rules *rules, unsigned folds,
		 unsigned seed, double *score_r);

struct pairs_result {
	unsigned linked, right, same;
};
struct pairs_result pairs_judge(const struct pairs *pairs, const double *score,
				double threshold);
