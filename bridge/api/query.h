/* What stands in a query: numbers, times, and the cursor of a list.
 *
 * Pure functions of text; each error names the field. An absent value (NULL) leaves *value_r
 * untouched. Any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"

int query_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *value_r,
		 struct err *err) MUST_CHECK;
/* RFC 3339. A '+' that was not escaped has become a space on the way: it is taken as meant. */
int query_time(const char *name, const char *text, int64_t *wall_ms_r,
	       struct err *err) MUST_CHECK;

/* Where a list goes on: after the incident of this short number, in the log of this epoch.
 * Opaque to clients, and stable: what comes in meanwhile shifts nothing. */
#define CURSOR_SIZE 26
void cursor_format(const char *epoch, uint64_t no, char text_r[CURSOR_SIZE]);
int cursor_parse(const char *text, const char *epoch, uint64_t *no_r,
		 struct err *err) MUST_CHECK;
