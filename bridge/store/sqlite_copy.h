/* A copy of one moment of a log file, taken beside whoever writes it. */
#pragma once

#include "base/err.h"

int sqlite_copy(const char *from_dir, const char *to_dir, struct err *err) MUST_CHECK;
