/* A small file that only the daemon's user may read, replaced whole: a reader sees the old one
 * or the new one, also after a power cut. Blocks on the disk; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/err.h"

#define PRIVATE_FILE_MAX (4u << 20)

/* Tells one content of a file from the next; all zero: there is no file. */
struct file_stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	int64_t changed_ns;
	mode_t mode;
};

bool file_stamp_equals(const struct file_stamp *a, const struct file_stamp *b);
/* Of the file as it lies there now. */
void private_file_stamp(const char *dir, const char *name, struct file_stamp *stamp_r);

/* The whole file with a NUL behind, the caller's to free, and what it was read from. 0 and NULL
 * when there is none. */
int private_file_read(const char *dir, const char *name, char **text_r, size_t *len_r,
		      struct file_stamp *stamp_r, struct err *err) MUST_CHECK;
/* Synced before it takes the name. Written by root, it belongs to the owner of the folder: the
 * daemon, which is not root, has to read it. */
int private_file_replace(const char *dir, const char *name, const char *text, size_t len,
			 struct err *err) MUST_CHECK;
/* Waits for whoever else changes the file. Taken for as long as the descriptor is open. */
int private_file_lock(const char *dir, const char *name, int *lock_r,
		      struct err *err) MUST_CHECK;
