/* disk DIR: what the disk and bare SQLite give: fdatasync of 4 KiB appends and overwrites, and
 * WAL commits with synchronous=FULL in groups of 1, 8, 32 and 128 rows. One JSON object. */
#include <fcntl.h>
#include <sqlite3.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double syncs_per_s(const char *dir, int is_overwrite, double seconds)
{
	static char block[4096];
	char path[512];
	unsigned n = 0;
	double start, end;
	int fd;

	snprintf(path, sizeof path, "%s/disk.bin", dir);
	fd = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || (is_overwrite && pwrite(fd, block, sizeof block, 0) < 0) || fsync(fd) < 0)
		exit(1);
	for (start = now_s(); (end = now_s()) < start + seconds; n++) {
		if (pwrite(fd, block, sizeof block, is_overwrite ? 0 : (off_t)n * 4096) < 0 ||
		    fdatasync(fd) < 0)
			exit(1);
	}
	close(fd);
	unlink(path);
	return n / (end - start);
}

static void must(sqlite3 *db, int code)
{
	if (code == SQLITE_OK || code == SQLITE_DONE)
		return;
	fprintf(stderr, "%s\n", sqlite3_errmsg(db));
	exit(1);
}

static double rows_per_s(const char *dir, int group, double seconds)
{
	char path[512], row[1024] = "x";
	sqlite3 *db;
	sqlite3_stmt *insert;
	unsigned n = 0;
	double start, end;

	snprintf(path, sizeof path, "%s/disk-%d.db", dir, group);
	must(NULL, sqlite3_open(path, &db));
	must(db, sqlite3_exec(db,
			      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
			      "CREATE TABLE e(seq INTEGER PRIMARY KEY, body BLOB)",
			      NULL, NULL, NULL));
	must(db, sqlite3_prepare_v2(db, "INSERT INTO e(body) VALUES(?)", -1, &insert, NULL));
	for (start = now_s(); (end = now_s()) < start + seconds; n += (unsigned)group) {
		must(db, sqlite3_exec(db, "BEGIN IMMEDIATE", NULL, NULL, NULL));
		for (int i = 0; i < group; i++) {
			sqlite3_bind_blob(insert, 1, row, sizeof row, SQLITE_STATIC);
			must(db, sqlite3_step(insert));
			sqlite3_reset(insert);
		}
		must(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL));
	}
	sqlite3_finalize(insert);
	sqlite3_close(db);
	return n / (end - start);
}

int main(int argc, char **argv)
{
	static const int groups[] = {1, 8, 32, 128};
	const double seconds = argc > 2 ? atof(argv[2]) : 1;

	if (argc < 2)
		return 2;
	printf("{\"append_per_s\": %.0f, \"overwrite_per_s\": %.0f, \"rows_per_s\": {",
	       syncs_per_s(argv[1], 0, seconds), syncs_per_s(argv[1], 1, seconds));
	for (int i = 0; i < 4; i++)
		printf("%s\"%d\": %.0f", i ? ", " : "", groups[i],
		       rows_per_s(argv[1], groups[i], seconds));
	printf("}}\n");
	return 0;
}
