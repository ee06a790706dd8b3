/* What was written on paper while the bridge was away, and comes in afterwards.
 *
 * It says so ("entered_from": "paper") and when it happened, as somebody wrote down then. The
 * log's order and every clock go by when it is entered; when it happened is kept beside. Pure;
 * any thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define PAPER_DAYS_MAX 7

struct jsonw;

/* at_ms: what its member time_key says, 0 for nothing; of what is from paper it is required. */
int paper_read(const json_t *doc, const char *time_key, int64_t at_ms, bool *is_from_paper_r,
	       struct err *err) MUST_CHECK;
/* Not in the future, by more than a clock may be ahead, and at most PAPER_DAYS_MAX ago. */
int paper_check(const char *time_key, int64_t at_ms, int64_t now_ms,
		struct err *err) MUST_CHECK;
/* "from_paper" and "happened_at". */
void paper_write(int64_t happened_ms, struct jsonw *w);
/* What paper_write made; 0: it is not from paper. */
int64_t paper_read_back(const json_t *object);
