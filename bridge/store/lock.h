/* One daemon per data folder: a lock that the kernel lets go when its holder is gone. */
#pragma once

#include "base/err.h"

/* ERR_CONFLICT names the holder's process. The descriptor is the lock. */
int folder_lock(const char *dir, int *lock_r, struct err *err) MUST_CHECK;
void folder_unlock(int *lock);
