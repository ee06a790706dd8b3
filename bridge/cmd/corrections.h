/* What people decided otherwise than the bridge, as rows to learn from.
 *
 * A row is a report and what its incident stands at now, when a person has said so: a
 * reclassification, or an end as prank or as no event. Or it is a pair of reports that a person
 * has merged or split. Of a decision that was taken back only what stands is told. Texts are
 * masked (core/mask.h); what is secret and what is an exercise is in no row, nor who decided.
 * The same log gives the same rows. */
#pragma once

#include <stdint.h>
#include <stdio.h>

#include "base/err.h"
#include "store/log_reader.h"

struct corrections_count {
	unsigned texts, pairs;
};

/* JSON lines of what was decided at since_ms or later. */
int corrections_write(struct log_reader *reader, int64_t since_ms, FILE *to,
		      struct corrections_count *count_r, struct err *err) MUST_CHECK;
