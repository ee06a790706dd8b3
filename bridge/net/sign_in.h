/* Signing in: a password is tried on a thread of its own, at most two at a time, and the answer
 * comes back to the loop.
 *
 * argon2id takes some 60 ms and 19 MiB by design: on the loop it would stop every console.
 * Wrong guesses delay the next try for that name and address, and never lock anybody out:
 * nobody may be able to lock a fire desk. What is tried at one time is bounded, and shared out
 * by turns.h: whatever floods, who signed in from there before is tried next.
 *
 * It also keeps the accounts alive: looks once a second whether their file has changed, and has
 * sessions written by its threads. Loop thread only, but for the work of those. */
#pragma once

#include "core/accounts.h"
#include "net/loop.h"
#include "net/turns.h"

#define SIGN_IN_AT_ONCE 2 /* hashes; 19 MiB each */

struct sign_in;

enum sign_in_answer {
	SIGN_IN_WELCOME,
	SIGN_IN_WRONG, /* name or password; which of them is not told */
	SIGN_IN_BUSY,  /* too many are being tried: come back in a moment */
};

struct sign_in_result {
	enum sign_in_answer answer;
	struct principal principal; /* of the new session */
	char session[SECRET_SIZE], csrf[SECRET_SIZE];
	int64_t retry_after_s; /* SIGN_IN_BUSY */
};

typedef void sign_in_done_fn(void *ctx, const struct sign_in_result *result);

int sign_in_open(struct sign_in **sign_in_r, struct loop *loop, struct accounts *accounts,
		 struct metrics *metrics, struct err *err) MUST_CHECK;
/* Copies what it needs, and wipes the password afterwards. Calls done exactly once, later. */
void sign_in_try(struct sign_in *sign_in, const char *user, const char *password,
		 const char *address, sign_in_done_fn *done, void *ctx);
/* Everything tried has been answered when this returns. The loop must not run any more, the
 * accounts must still be there. */
void sign_in_close(struct sign_in **sign_in);
