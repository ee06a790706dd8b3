/* What lies beside the log in a data folder and is needed with it: the accounts, the duty
 * roster, and what hospitals have said. Not the sessions: who sat at a console then need not
 * sit there now; not where units were: nobody is there any more.
 *
 * Each is changed by renaming, so reading it whole is one moment of it. Blocks on the disk; any
 * thread. */
#pragma once

#include "base/err.h"
#include "base/jsonw.h"

/* Copies those that are there. */
int beside_copy(const char *from, const char *to, struct err *err) MUST_CHECK;
/* "files": [{"name", "bytes", "sha256"}], of those that are there, for the manifest. */
int beside_write(const char *dir, struct jsonw *w, struct err *err) MUST_CHECK;
/* A backup's manifest against what lies there, the log's head too. A folder without one is no
 * backup, and one without a list is of a time that had none. ERR_IO names what is not as it
 * was.
 */
int beside_check(const char *dir, const char *head, struct err *err) MUST_CHECK;
/* A new file that is on the disk when this returns. */
int write_synced(const char *path, const void *text, size_t len, struct err *err) MUST_CHECK;
