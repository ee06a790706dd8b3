/* A disk that fails on command, for the whole daemon: LD_PRELOAD over the calls SQLite makes.
 *
 * The folder in FAILING_DISK holds one file per fault that is on: `sync-eio`, `write-enospc`,
 * `write-erofs`, `slow-sync`, `held-sync`. A test switches by making and removing them. Any
 * thread. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static bool is_on(const char *fault)
{
	const char *folder = getenv("FAILING_DISK");
	char path[512];

	if (folder == NULL)
		return false;
	snprintf(path, sizeof(path), "%s/%s", folder, fault);
	return access(path, F_OK) == 0;
}

static bool write_fails(void)
{
	if (is_on("write-enospc"))
		errno = ENOSPC;
	else if (is_on("write-erofs"))
		errno = EROFS;
	else
		return false;
	return true;
}

static bool sync_fails(void)
{
	struct timespec slow = {.tv_nsec = 300 * 1000 * 1000};
	struct timespec look = {.tv_nsec = 5 * 1000 * 1000};

	if (is_on("slow-sync"))
		nanosleep(&slow, NULL);
	while (is_on("held-sync"))
		nanosleep(&look, NULL);
	if (!is_on("sync-eio"))
		return false;
	errno = EIO;
	return true;
}

ssize_t pwrite64(int fd, const void *data, size_t len, off64_t at)
{
	ssize_t (*real)(int, const void *, size_t, off64_t) = dlsym(RTLD_NEXT, "pwrite64");

	return write_fails() ? -1 : real(fd, data, len, at);
}

ssize_t pwrite(int fd, const void *data, size_t len, off_t at)
{
	ssize_t (*real)(int, const void *, size_t, off_t) = dlsym(RTLD_NEXT, "pwrite");

	return write_fails() ? -1 : real(fd, data, len, at);
}

int ftruncate64(int fd, off64_t len)
{
	int (*real)(int, off64_t) = dlsym(RTLD_NEXT, "ftruncate64");

	return write_fails() ? -1 : real(fd, len);
}

int fdatasync(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "fdatasync");

	return sync_fails() ? -1 : real(fd);
}

int fsync(int fd)
{
	int (*real)(int) = dlsym(RTLD_NEXT, "fsync");

	return sync_fails() ? -1 : real(fd);
}
