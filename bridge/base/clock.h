/* Time as an argument: who needs it is given a struct clock, so that a test can own it.
 *
 * Wall time orders nothing; it is for people. Waiting and measuring use the monotonic one.
 * Any thread. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

struct clock {
	int64_t (*wall_ms)(const struct clock *clock); /* since 1970, UTC */
	int64_t (*mono_us)(const struct clock *clock); /* since some moment, never back */
};

extern const struct clock clock_system;

#define CLOCK_TEXT 25 /* "2026-11-24T14:05:09.123Z" and its end */

/* RFC 3339, UTC, milliseconds. */
void clock_format(int64_t wall_ms, char text_r[CLOCK_TEXT]);
/* RFC 3339 with any offset. ERR_INVALID when it is not one. */
int clock_parse(const char *text, int64_t *wall_ms_r, struct err *err) MUST_CHECK;
