/* People, tokens and sessions: who stands behind a password, a token or a cookie.
 *
 * Two files in the data folder, both 0600: accounts.json (people with an argon2id hash, tokens
 * as hashes), which `tangi user` and `tangi token` change beside a running daemon, and
 * sessions.json (hashes too), so that a restart signs nobody out. A change of accounts.json is
 * seen by accounts_refresh; what a removed account had open is then closed by its owner, which
 * is told. Nothing here hashes a password or waits for the disk to have a session: that takes
 * long and is done by net/sign_in.h on threads of its own, which also calls accounts_refresh
 * once a second. Loop thread only.
 *
 * A session ends 12 hours after its last use: longer than a shift with its handover, so that
 * nobody is signed out at work. One that is a week old ends at the first half hour in which it
 * is not used, so that none lasts for ever and still none ends under somebody's hands. */
#pragma once

#include "base/clock.h"
#include "base/list.h"
#include "core/access.h"
#include "core/secret.h"

struct accounts;
struct buf;

/* agencies are copied. An account of an agency that is not there is kept, may nothing, and is
 * logged. No accounts.json: nobody may anything, and that is logged. */
int accounts_open(struct accounts **accounts_r, const char *dir,
		  const struct agencies *agencies, const struct clock *clock,
		  struct err *err) MUST_CHECK;
/* Writes what of the sessions is not on the disk yet. */
void accounts_close(struct accounts **accounts);

/* False: unknown, or not any more. Constant-time where it matters: secrets are compared hashed.
 */
bool accounts_by_token(const struct accounts *accounts, const char *token,
		       struct principal *principal_r);
/* csrf_r is borrowed until the next call that changes sessions. */
bool accounts_by_session(struct accounts *accounts, const char *session,
			 struct principal *principal_r, const char **csrf_r);
/* Whether the token, session or person behind it is still there, with the same role. */
bool accounts_holds(const struct accounts *accounts, const struct principal *principal);
/* Whether it may send reports of this channel: account_sends_as of who is behind it. */
bool accounts_may_send_as(const struct accounts *accounts, const struct principal *principal,
			  const char *source);
/* Its session is in use: for a stream, which asks accounts_by_session only when it opens. An
 * open console is somebody at work; call it every few minutes. */
void accounts_touch(struct accounts *accounts, const struct principal *principal);

/* Told after every change by which somebody may have lost something. */
struct accounts_watcher {
	struct list node; /* accounts' own */
	void (*changed)(struct accounts_watcher *watcher);
};
void accounts_watch(struct accounts *accounts, struct accounts_watcher *watcher);
void accounts_unwatch(struct accounts_watcher *watcher);
/* Looks at the file and reads it again when it is another; a broken one is logged and the old
 * accounts stay. */
void accounts_refresh(struct accounts *accounts);

/* The stored hash of a person's password, or, for a name that nobody has, one that nothing
 * matches but takes as long to try. Copied to hash_r. */
void accounts_hash_of(const struct accounts *accounts, const char *user,
		      char hash_r[HASH_SIZE]);
/* After the password was right: a new session. False: the person has gone meanwhile. */
bool accounts_begin_session(struct accounts *accounts, const char *user,
			    char session_r[SECRET_SIZE], char csrf_r[SECRET_SIZE],
			    struct principal *principal_r);
void accounts_end_session(struct accounts *accounts, const struct principal *principal);

/* The text of sessions.json when it differs from what was last taken, else NULL. It is the
 * caller's to write with sessions_write (core/sessions.h), one after the other, and to say when
 * that failed: then it is due again. */
struct buf *accounts_take_unsaved(struct accounts *accounts);
void accounts_not_saved(struct accounts *accounts);
const char *accounts_dir(const struct accounts *accounts);
