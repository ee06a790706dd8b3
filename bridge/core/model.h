/* What was learnt from judged texts: one linear score for each question, over hashed features.
 *
 * A head is a question ("emergency", "agency:fire", "office:DLH"): a weight for every bucket in
 * eight bits, and two numbers that make its score a probability. The file holds nothing else;
 * it is checked whole before it is used. Built or read once, then only read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/features.h"

#define MODEL_HEADS_MAX    64
#define MODEL_NAME_SIZE    32
#define MODEL_VERSION_SIZE 17
#define MODEL_MAX_BYTES    (8u << 20)
#define MODEL_CUE_VALUE    0.30f /* of a cue; all of the text together has length 1 */

struct model;

/* What one head is made of; weights: MODEL_BUCKETS of them. */
struct model_head {
	char name[MODEL_NAME_SIZE];
	const float *weights;
	float bias;
	float slope, offset; /* probability = logistic(slope * score + offset) */
};

struct model_scores {
	float score[MODEL_HEADS_MAX];
};

/* known: a bit for every bucket of a word that was met often enough. */
struct model *model_build(const struct model_head *heads, unsigned count,
			  const uint64_t known[MODEL_BUCKETS / 64]);
void model_free(struct model **model);

/* ERR_IO when it is not there, ERR_INVALID when it is damaged or of another kind. */
int model_load(struct model **model_r, const char *path, struct err *err) MUST_CHECK;
int model_save(const struct model *model, const char *path, struct err *err) MUST_CHECK;

/* Short hash of the contents. */
const char *model_version(const struct model *model);
unsigned model_head_count(const struct model *model);
const char *model_head_name(const struct model *model, unsigned head);
/* -1: the model was not asked that. */
int model_head_find(const struct model *model, const char *name);

void model_score(const struct model *model, const struct features *f,
		 struct model_scores *scores_r);
/* 0 … 1. */
float model_probability(const struct model *model, const struct model_scores *scores,
			unsigned head);
bool model_knows(const struct model *model, uint16_t word_bucket);
/* What one bucket adds to a head's score when a text has count features. */
float model_weight(const struct model *model, unsigned head, uint16_t bucket, unsigned count);
