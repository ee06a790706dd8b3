/* Who is signed in, as long as it lasts, and the file that a restart finds it in.
 *
 * Kept by the hash of the cookie's value. Ages are counted in monotonic time while we run, so
 * that a clock that is set signs nobody out, and in wall time across a restart. Loop thread
 * only, but for sessions_write. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/list.h"
#include "core/secret.h"
#include "model/command.h"

struct sessions;
struct buf;

#define SESSIONS_FILE     "sessions.json"
#define SESSIONS_PER_USER 32 /* the one that was idle for longest makes room */

struct session {
	struct list node; /* sessions' own */
	uint8_t hash[SECRET_HASH_SIZE];
	uint64_t serial; /* of the hash: the same after a restart */
	char user[USER_SIZE];
	uint64_t stamp;                      /* of the password it was begun with */
	int64_t begun_us, used_us, saved_us; /* monotonic; saved: used_us in the file */
};

/* A broken file is logged: then nobody is signed in. */
struct sessions *sessions_open(const char *dir, const struct clock *clock);
void sessions_close(struct sessions **sessions);

/* Borrowed until the next change. NULL: not there, or over. */
struct session *sessions_find(const struct sessions *sessions, const char *secret);
struct session *sessions_find_serial(const struct sessions *sessions, uint64_t serial);
void sessions_use(struct sessions *sessions, struct session *session);
struct session *sessions_begin(struct sessions *sessions, const char *user, uint64_t stamp,
			       char secret_r[SECRET_SIZE]);
void sessions_end(struct sessions *sessions, struct session **session);
/* Ends those that are over and those that are not to be kept. True: there were some. */
bool sessions_prune(struct sessions *sessions,
		    bool (*is_kept)(const void *ctx, const struct session *session),
		    const void *ctx);

/* See accounts_take_unsaved. */
struct buf *sessions_take_unsaved(struct sessions *sessions);
void sessions_not_saved(struct sessions *sessions);
/* Blocks on the disk; any thread, one at a time. */
int sessions_write(const char *dir, const struct buf *text, struct err *err) MUST_CHECK;
/* What sessions_open does with a file's text: all of it or nothing. */
int sessions_parse(struct sessions *sessions, const char *text, size_t len,
		   struct err *err) MUST_CHECK;
