/* rules/rest.tsv: after how long a crew is to rest, on duty and at work.
 *
 * Of two that are as near, who is to rest goes after who is not; nobody stays at home for it.
 * Start-up and reload only. */
#pragma once

#include <stdint.h>

#include "base/err.h"

struct rest {
	int64_t duty_ms; /* since the shift began; INT64_MAX: that does not count */
	int64_t work_ms; /* on jobs in it; as well */
};

/* text is the table, to be cut. Each measure is there once. */
int rest_load(struct rest *rest_r, const char *name, char *text, struct err *err) MUST_CHECK;
