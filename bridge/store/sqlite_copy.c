#include "store/sqlite_copy.h"

#include <fcntl.h>
#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <unistd.h>

void sqlite_make_private(const char *path)
{
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd >= 0)
		(void)close(fd);
}

static int open_file(const char *dir, int how, sqlite3 **db_r, struct err *err)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/log.db", dir);
	if ((how & SQLITE_OPEN_CREATE) != 0)
		sqlite_make_private(path);
	if (sqlite3_open_v2(path, db_r, how | SQLITE_OPEN_NOMUTEX, NULL) == SQLITE_OK) {
		(void)sqlite3_busy_timeout(*db_r, 2000);
		return 0;
	}
	return err_set(err, ERR_IO, "%s: %s", path, sqlite3_errmsg(*db_r));
}

/* All pages in one step are one read transaction: the writer goes on, the copy is of one
 * moment. It is given away as a single file: no log beside it that could be left behind. */
static int copy_pages(sqlite3 *from, sqlite3 *to, struct err *err)
{
	sqlite3_backup *backup = sqlite3_backup_init(to, "main", from, "main");
	int rc;

	if (backup == NULL)
		return err_set(err, ERR_IO, "copy: %s", sqlite3_errmsg(to));
	rc = sqlite3_backup_step(backup, -1);
	(void)sqlite3_backup_finish(backup); /* says again what step said */
	if (rc != SQLITE_DONE)
		return err_set(err, ERR_IO, "copy: %s", sqlite3_errstr(rc));
	if (sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
		return err_set(err, ERR_IO, "copy: %s", sqlite3_errmsg(to));
	return 0;
}

int sqlite_copy(const char *from_dir, const char *to_dir, struct err *err)
{
	sqlite3 *from = NULL, *to = NULL;
	int status = open_file(from_dir, SQLITE_OPEN_READONLY, &from, err);

	if (status == 0)
		status =
			open_file(to_dir, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE, &to, err);
	if (status == 0)
		status = copy_pages(from, to, err);
	(void)sqlite3_close(to);
	(void)sqlite3_close(from);
	return status;
}
