/* One message from one person or machine, as it came: contract section 3.1.
 *
 * Parsing checks everything an outsider chose and names the member that is wrong. A report is
 * owned by one thread at a time. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/id.h"
#include "model/location.h"

#define REPORT_MAX_BYTES 65536
#define REPORT_MAX_TEXT  16384
#define REPORT_MAX_KEY   200
#define REPORT_KEY_SIZE  (REPORT_MAX_KEY + 16) /* with the mark of an Idempotency-Key */

enum anonymity { ANONYMITY_PUBLIC, ANONYMITY_ANONYMOUS, ANONYMITY_SECRET, ANONYMITIES };

extern const char *const anonymity_names[ANONYMITIES];

struct report {
	char id[ID_SIZE];
	const char *source; /* strings are borrowed from doc */
	const char *key;    /* source_id, else the Idempotency-Key, else NULL: a fresh one */
	const char *text;
	size_t text_len;
	const char *kind;           /* or NULL */
	const char *phone, *device; /* of whoever reports, as given; or NULL */
	enum anonymity anonymity;
	bool is_exercise;
	bool is_from_paper;       /* entered afterwards: then it was received_at_ms */
	int64_t received_at_ms;   /* when the source says it got it; 0: it does not say */
	struct location location; /* from is LOCATION_DEVICE or LOCATION_NONE */
	struct buf *raw;          /* the body, byte for byte */
	json_t *doc;
	char *own_key; /* an Idempotency-Key: not from doc */
};

/* Parses body. idempotency_key may be NULL. The id is not yet set. */
int report_parse(const void *body, size_t len, const char *idempotency_key,
		 struct report **report_r, struct err *err) MUST_CHECK;
void report_free(struct report **report);

/* What makes it the same report when its key comes again: all that it says, as it is
 * understood, but for when the source got it, which a sender may stamp anew each time. SHA-256.
 */
void report_digest(const struct report *report, unsigned char digest_r[32]);
/* The same of its words alone: what reports were told apart by before. */
void report_digest_of_words(const struct report *report, unsigned char digest_r[32]);
