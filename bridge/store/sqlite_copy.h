/* A copy of one moment of a log file, taken beside whoever writes it. */
#pragma once

#include "base/err.h"

int sqlite_copy(const char *from_dir, const char *to_dir, struct err *err) MUST_CHECK;
/* Makes the file, empty, when there is none: it holds who called, and is nobody else's to read
 * whatever folder it lies in. SQLite gives the files beside it the same rights. One that is
 * there is left alone: closing it here would drop SQLite's locks on it. */
void sqlite_make_private(const char *path);
