/* What of a stored thing is shown to whom: the one place that leaves something out.
 *
 * Whether somebody may see the thing at all has been decided before. Pure functions of a
 * finished read (READ_REPORT, READ_CALL, READ_TICKET that has found something); ERR_INVALID:
 * what was stored cannot be understood. Any thread. */
#pragma once

#include "core/access.h"
#include "store/store.h"

struct jsonw;

/* The reporter of a public report for those with RIGHT_SEE_REPORTER, of another for those with
 * RIGHT_SEE_ANONYMOUS; members that we do not know are shown to nobody. */
int redact_report(const struct store_read *read, const struct principal *who,
		  const struct agencies *agencies, struct jsonw *w, struct err *err) MUST_CHECK;
struct caller_policy;

/* The caller's number with RIGHT_SEE_REPORTER, else all but its ends masked; and what is known
 * of the number, as it counts now. */
int redact_call(const struct store_read *read, const struct principal *who,
		const struct caller_policy *policy, int64_t now_ms, struct jsonw *w,
		struct err *err) MUST_CHECK;
/* What is known of a caller (a read's card), as it counts now; NULL: nothing, a null. */
int redact_card(const struct buf *text, const struct caller_policy *policy, int64_t now_ms,
		struct jsonw *w, const char *key, struct err *err) MUST_CHECK;
/* For anybody. */
int redact_ticket(const struct store_read *read, const struct agencies *agencies,
		  struct jsonw *w, struct err *err) MUST_CHECK;
