#include "core/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/xalloc.h"

static int failed(const char *dir, const char *name, struct err *err)
{
	return err_set(err, ERR_IO, "%s/%s: %s", dir, name, strerror(errno));
}

static void stamp_of(const struct stat *st, struct file_stamp *stamp_r)
{
	*stamp_r = (struct file_stamp){
		.dev = st->st_dev,
		.ino = st->st_ino,
		.size = st->st_size,
		.changed_ns = (int64_t)st->st_ctim.tv_sec * 1000000000 + st->st_ctim.tv_nsec,
		.mode = st->st_mode,
	};
}

bool file_stamp_equals(const struct file_stamp *a, const struct file_stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->changed_ns == b->changed_ns && a->mode == b->mode;
}

void private_file_stamp(const char *dir, const char *name, struct file_stamp *stamp_r)
{
	char path[PATH_MAX];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	*stamp_r = (struct file_stamp){0};
	if (stat(path, &st) == 0)
		stamp_of(&st, stamp_r);
}

static int read_whole(int fd, size_t size, char **text_r, size_t *len_r)
{
	char *text = xmalloc(size + 1);
	size_t len = 0;
	ssize_t n;

	while (len < size && (n = read(fd, text + len, size - len)) != 0) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0) {
			xfree(text);
			return -1;
		}
		len += (size_t)n;
	}
	text[len] = '\0';
	*text_r = text;
	*len_r = len;
	return 0;
}

static int read_open(int fd, char **text_r, size_t *len_r, struct file_stamp *stamp_r)
{
	struct stat st;

	if (fstat(fd, &st) < 0)
		return -1;
	errno = S_ISREG(st.st_mode) ? EFBIG : EINVAL;
	if (!S_ISREG(st.st_mode) || st.st_size > PRIVATE_FILE_MAX)
		return -1;
	if (read_whole(fd, (size_t)st.st_size, text_r, len_r) < 0)
		return -1;
	stamp_of(&st, stamp_r);
	return 0;
}

int private_file_read(const char *dir, const char *name, char **text_r, size_t *len_r,
		      struct file_stamp *stamp_r, struct err *err)
{
	char path[PATH_MAX];
	int fd, rc;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	/* O_NONBLOCK: a pipe of that name must not stop the loop. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT) {
		*text_r = NULL;
		*len_r = 0;
		*stamp_r = (struct file_stamp){0};
		return 0;
	}
	if (fd < 0)
		return failed(dir, name, err);
	rc = read_open(fd, text_r, len_r, stamp_r);
	if (rc < 0)
		(void)failed(dir, name, err); /* told below */
	(void)close(fd);                      /* only read */
	return rc;
}

static int give_to_owner(int fd, const char *dir)
{
	struct stat st;

	if (geteuid() != 0)
		return 0;
	if (stat(dir, &st) < 0)
		return -1;
	return fchown(fd, st.st_uid, st.st_gid);
}

static int write_synced(int fd, const char *text, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, text, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		text += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

static int sync_folder(const char *dir)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc;

	if (fd < 0)
		return -1;
	rc = fsync(fd);
	(void)close(fd); /* nothing was written by it */
	return rc;
}

static int write_new(const char *path, const char *dir, const char *text, size_t len)
{
	int fd, rc, why;

	(void)unlink(path); /* of one that was killed; most often there is none */
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	rc = give_to_owner(fd, dir) < 0 ? -1 : write_synced(fd, text, len);
	why = errno;
	(void)close(fd); /* it is synced, or has failed already */
	errno = why;
	return rc;
}

int private_file_replace(const char *dir, const char *name, const char *text, size_t len,
			 struct err *err)
{
	char path[PATH_MAX], fresh[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	snprintf(fresh, sizeof(fresh), "%s/%s.new", dir, name);
	if (write_new(fresh, dir, text, len) < 0 || rename(fresh, path) < 0 ||
	    sync_folder(dir) < 0)
		return failed(dir, name, err);
	return 0;
}

int private_file_lock(const char *dir, const char *name, int *lock_r, struct err *err)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/%s.lock", dir, name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return failed(dir, name, err);
	if (give_to_owner(fd, dir) < 0 || flock(fd, LOCK_EX) < 0) {
		(void)failed(dir, name, err); /* told below */
		(void)close(fd);
		return -1;
	}
	*lock_r = fd;
	return 0;
}
