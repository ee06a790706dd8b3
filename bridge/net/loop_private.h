/* What the loop and its watchdog share. */
#pragma once

#include <stdatomic.h>
#include <stdint.h>

#include "base/err.h"

struct watchdog;

/* A thread that aborts the process when *beats has not changed for limit_ms. */
int watchdog_new(struct watchdog **watchdog_r, const atomic_uint *beats, int64_t limit_ms,
		 struct err *err) MUST_CHECK;
void watchdog_free(struct watchdog **watchdog);
