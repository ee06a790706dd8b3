/* What a text is about, how bad, whose it is, and which words say so.
 *
 * Total: any bytes give a verdict, nothing can fail and nothing is allocated. What is not
 * understood is for a person to look at, never silence. Pure; any thread. */
#pragma once

#include <stddef.h>

#include "model/verdict.h"

struct rules;

void classify(const struct rules *rules, const char *text, size_t len,
	      struct verdict *verdict_r);
