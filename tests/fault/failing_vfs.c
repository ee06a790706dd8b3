#include "failing_vfs.h"

#include <sqlite3.h>
#include <string.h>

static struct {
	enum vfs_fault fault;
	unsigned n, count;
	bool is_lasting;
} plan;

struct failing_file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;

static bool fails_now(bool is_sync)
{
	bool counts = plan.fault != VFS_NONE &&
		      is_sync == (plan.fault == VFS_SYNC_FAILS || plan.fault == VFS_SYNC_LIES);

	if (!counts)
		return false;
	plan.count++;
	return plan.count == plan.n || (plan.is_lasting && plan.count > plan.n);
}

static sqlite3_file *real_of(sqlite3_file *file)
{
	return ((struct failing_file *)(void *)file)->real;
}

static int f_close(sqlite3_file *file)
{
	int rc = real_of(file)->pMethods->xClose(real_of(file));

	sqlite3_free(real_of(file));
	return rc;
}

static int f_read(sqlite3_file *file, void *data, int len, sqlite3_int64 at)
{
	return real_of(file)->pMethods->xRead(real_of(file), data, len, at);
}

static int f_write(sqlite3_file *file, const void *data, int len, sqlite3_int64 at)
{
	const sqlite3_io_methods *real = real_of(file)->pMethods;

	if (!fails_now(false))
		return real->xWrite(real_of(file), data, len, at);
	if (plan.fault == VFS_WRITE_SHORT)
		(void)real->xWrite(real_of(file), data, len / 2, at);
	return plan.fault == VFS_DISK_FULL ? SQLITE_FULL : SQLITE_IOERR_WRITE;
}

static int f_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	return real_of(file)->pMethods->xTruncate(real_of(file), size);
}

static int f_sync(sqlite3_file *file, int flags)
{
	if (!fails_now(true))
		return real_of(file)->pMethods->xSync(real_of(file), flags);
	if (plan.fault == VFS_SYNC_LIES)
		(void)real_of(file)->pMethods->xSync(real_of(file), flags);
	return SQLITE_IOERR_FSYNC;
}

static int f_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return real_of(file)->pMethods->xFileSize(real_of(file), size);
}

static int f_lock(sqlite3_file *file, int how)
{
	return real_of(file)->pMethods->xLock(real_of(file), how);
}

static int f_unlock(sqlite3_file *file, int how)
{
	return real_of(file)->pMethods->xUnlock(real_of(file), how);
}

static int f_check(sqlite3_file *file, int *is_locked)
{
	return real_of(file)->pMethods->xCheckReservedLock(real_of(file), is_locked);
}

static int f_control(sqlite3_file *file, int op, void *arg)
{
	return real_of(file)->pMethods->xFileControl(real_of(file), op, arg);
}

static int f_sector(sqlite3_file *file)
{
	return real_of(file)->pMethods->xSectorSize(real_of(file));
}

static int f_device(sqlite3_file *file)
{
	return real_of(file)->pMethods->xDeviceCharacteristics(real_of(file));
}

static int f_shm_map(sqlite3_file *file, int region, int size, int extend, void volatile **at)
{
	return real_of(file)->pMethods->xShmMap(real_of(file), region, size, extend, at);
}

static int f_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return real_of(file)->pMethods->xShmLock(real_of(file), offset, n, flags);
}

static void f_shm_barrier(sqlite3_file *file)
{
	real_of(file)->pMethods->xShmBarrier(real_of(file));
}

static int f_shm_unmap(sqlite3_file *file, int is_delete)
{
	return real_of(file)->pMethods->xShmUnmap(real_of(file), is_delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = f_close,
	.xRead = f_read,
	.xWrite = f_write,
	.xTruncate = f_truncate,
	.xSync = f_sync,
	.xFileSize = f_size,
	.xLock = f_lock,
	.xUnlock = f_unlock,
	.xCheckReservedLock = f_check,
	.xFileControl = f_control,
	.xSectorSize = f_sector,
	.xDeviceCharacteristics = f_device,
	.xShmMap = f_shm_map,
	.xShmLock = f_shm_lock,
	.xShmBarrier = f_shm_barrier,
	.xShmUnmap = f_shm_unmap,
};

static int v_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags,
		  int *flags_r)
{
	struct failing_file *mine = (struct failing_file *)(void *)file;
	int rc;

	(void)vfs;
	mine->base.pMethods = NULL;
	mine->real = sqlite3_malloc(real_vfs->szOsFile);
	memset(mine->real, 0, (size_t)real_vfs->szOsFile);
	rc = real_vfs->xOpen(real_vfs, name, mine->real, flags, flags_r);
	if (rc == SQLITE_OK)
		mine->base.pMethods = &methods;
	else
		sqlite3_free(mine->real);
	return rc;
}

void failing_vfs_install(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs; /* what is not about a file's bytes stays as it is */
	vfs.zName = "failing";
	vfs.szOsFile = (int)sizeof(struct failing_file);
	vfs.xOpen = v_open;
	(void)sqlite3_vfs_register(&vfs, 1);
}

void failing_vfs_set(enum vfs_fault fault, unsigned n, bool is_lasting)
{
	plan.fault = fault;
	plan.n = n;
	plan.count = 0;
	plan.is_lasting = is_lasting;
}

unsigned failing_vfs_count(void)
{
	return plan.count;
}
