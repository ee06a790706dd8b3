/* The shipped city, loaded once for a target. */
#pragma once

#include "fuzz.h"

#include "base/log.h"
#include "core/rules.h"

static inline struct rules *fuzz_city(void)
{
	static struct rules *rules;
	struct err err;

	if (rules == NULL && rules_load(&rules, TANGI_SOURCE_DIR "/config/cirebon", &err) < 0)
		fatal("%s", err.text);
	return rules;
}
