/* What the model thinks of a text, and how much of that enters the verdict.
 *
 * The rules come first: danger to life that they see stands, whatever the model thinks, and the
 * model may raise what they overlooked. Where they only see a grave word, the model decides
 * whether it is meant. Where neither is sure, a person looks. Pure; any thread. */
#pragma once

#include "core/evidence.h"
#include "core/features.h"
#include "model/verdict.h"

#define OPINION_WORDS 3

struct opinion {
	float emergency, noise; /* 0 … 1 */
	float severity;         /* 1 … 4, an expectation */
	float known;            /* share of the words the model has met */
	float agency[AGENCY_MAX];
	/* Where such texts go, by indices in the wiring, the likeliest first. */
	unsigned office_count;
	struct {
		unsigned office;
		float share;
	} office[ROUTE_LEARNT_MAX];
	/* The words that speak most for an emergency, the strongest first. */
	unsigned word_count;
	struct {
		unsigned word;
		int weight_pct;
	} word[OPINION_WORDS];
};

/* by_rules is the verdict of the rules alone. */
void opinion_features(const struct evidence *e, const struct verdict *by_rules,
		      const char *text, size_t len, struct features *features_r);
void opinion_take(struct opinion *opinion, const struct evidence *e,
		  const struct verdict *by_rules, const char *text, size_t len);
void opinion_apply(const struct opinion *opinion, const struct evidence *e,
		   struct verdict *verdict);
