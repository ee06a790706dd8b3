/* An SQLite file system whose n-th operation fails: a shim in front of the real one, made the
 * default so that the store needs no seam for it. */
#pragma once

#include <stdbool.h>

enum vfs_fault {
	VFS_NONE,
	VFS_WRITE_FAILS, /* EIO */
	VFS_WRITE_SHORT, /* half of it arrives, then EIO */
	VFS_DISK_FULL,
	VFS_SYNC_FAILS,
	VFS_SYNC_LIES, /* fails, although the bytes are there */
	VFS_FAULTS
};

void failing_vfs_install(void);
/* The n-th write or sync from now on fails (1: the next), and those after it when is_lasting.
 */
void failing_vfs_set(enum vfs_fault fault, unsigned n, bool is_lasting);
/* Writes or syncs, whichever the fault counts, since then. */
unsigned failing_vfs_count(void);
