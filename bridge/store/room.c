#include "store/room.h"

#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/log.h"

#define BALLAST_BYTES (8LL << 20)
#define FULL_BYTES    (1LL << 20)

static bool free_bytes(const struct room *room, int64_t *free_r)
{
	struct statvfs disk;

	if (statvfs(room->dir, &disk) < 0)
		return false;
	*free_r = (int64_t)(disk.f_bavail * disk.f_frsize);
	return true;
}

static void ballast_path(const struct room *room, char path_r[PATH_MAX])
{
	snprintf(path_r, PATH_MAX, "%s/ballast", room->dir);
}

bool room_is_short(const struct room *room, int64_t *free_r)
{
	return free_bytes(room, free_r) && *free_r < room->mark_bytes;
}

bool room_load_ballast(const struct room *room)
{
	char path[PATH_MAX];
	struct stat file;
	int64_t has = 0;
	int fd, failed;

	ballast_path(room, path);
	if (stat(path, &file) == 0 && file.st_size == BALLAST_BYTES)
		return true;
	if (!free_bytes(room, &has) || has < room->mark_bytes + BALLAST_BYTES + FULL_BYTES)
		return false;
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		return false;
	failed = posix_fallocate(fd, 0, BALLAST_BYTES);
	(void)close(fd); /* its contents do not matter */
	if (failed != 0)
		(void)unlink(path);
	return failed == 0;
}

bool room_drop_ballast(const struct room *room)
{
	char path[PATH_MAX];
	int64_t has;

	ballast_path(room, path);
	if (!free_bytes(room, &has) || has >= FULL_BYTES || unlink(path) < 0)
		return false;
	log_warn("store.ballast", "dropped=%lld", BALLAST_BYTES);
	return true;
}
