/* What a text is about, how bad, whose it is, and which words say so.
 *
 * Total: any bytes give a verdict, nothing can fail and nothing is allocated. What is not
 * understood is for a person to look at, never silence. Pure; any thread. */
#pragma once

#include <stddef.h>

#include "model/verdict.h"

struct features;
struct rules;

void classify(const struct rules *rules, const char *text, size_t len,
	      struct verdict *verdict_r);
/* What the model alone gives an emergency, 0 … 1; -1: there is no model. For measuring. */
float classify_emergency(const struct rules *rules, const char *text, size_t len);
/* The same text as a model of these rules sees it: for learning. */
void classify_features(const struct rules *rules, const char *text, size_t len,
		       struct features *features_r);
