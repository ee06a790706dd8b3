/* One message to another system over HTTP, signed after Standard Webhooks 1.0.0: the headers
 * webhook-id, webhook-timestamp and webhook-signature ("v1," and the HMAC-SHA256 of
 * "id.timestamp.body" in base64).
 *
 * Blocks for WEBHOOK_LIMIT_S at most; no redirect is followed, and what is answered beyond the
 * status is not looked at. On a worker's thread. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

#define WEBHOOK_LIMIT_S     10
#define WEBHOOK_KEY_SIZE    24
#define WEBHOOK_SECRET_SIZE 64 /* "whsec_" and the key in base64, and the end */

struct webhook_letter {
	const char *url, *id;
	unsigned char key[WEBHOOK_KEY_SIZE];
	int64_t at_ms;
	const struct buf *body;     /* JSON */
	const atomic_bool *is_over; /* set by others: give up at once */
};

/* 0: taken (a status of 200 … 299). -1: err says why not; ERR_INVALID: the other side will not
 * have it, however often it is tried (400 … 499 but for those that ask for patience). */
int webhook_post(const struct webhook_letter *letter, struct err *err) MUST_CHECK;

/* The secret of that name in the folder, made at random where there is none: both ends have
 * it. Blocks on the disk. */
int webhook_secret(const char *dir, const char *file, unsigned char key_r[WEBHOOK_KEY_SIZE],
		   bool *is_new_r, struct err *err) MUST_CHECK;
