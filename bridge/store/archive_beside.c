#include "store/archive_beside.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <limits.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "store/archive.h"

#define MAX_BYTES (4 << 20) /* none of them grows so large: each has its own bound */
#define SUM_SIZE  65

static const char *const names[] = {"accounts.json", "roster.tsv", "receiving.tsv"};
#define NAMES (sizeof(names) / sizeof(names[0]))

int write_synced(const char *path, const void *text, size_t len, struct err *err)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool is_written;

	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	is_written = write(fd, text, len) == (ssize_t)len && fsync(fd) == 0;
	if (close(fd) < 0 || !is_written)
		return err_set(err, ERR_IO, "%s: could not be written", path);
	return 0;
}

/* 1, 0: there is none, or -1. *text_r is the caller's to free. */
static int read_whole(const char *dir, const char *name, char **text_r, size_t *len_r,
		      struct err *err)
{
	char path[PATH_MAX], *text;
	ssize_t n = 0;
	size_t len = 0;
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 && errno == ENOENT)
		return 0;
	if (fd < 0)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	text = xmalloc(MAX_BYTES + 1);
	while (len <= MAX_BYTES && (n = read(fd, text + len, MAX_BYTES + 1 - len)) > 0)
		len += (size_t)n;
	(void)close(fd); /* only read */
	if (n < 0 || len > MAX_BYTES) {
		xfree(text);
		return err_set(err, ERR_IO, "%s: cannot be read whole", path);
	}
	*text_r = text;
	*len_r = len;
	return 1;
}

static int copy(const char *from, const char *to, const char *name, struct err *err)
{
	char path[PATH_MAX], *text;
	size_t len;
	int found = read_whole(from, name, &text, &len, err);

	if (found <= 0)
		return found;
	snprintf(path, sizeof(path), "%s/%s", to, name);
	found = write_synced(path, text, len, err);
	xfree(text);
	return found;
}

int beside_copy(const char *from, const char *to, struct err *err)
{
	for (size_t i = 0; i < NAMES; i++)
		if (copy(from, to, names[i], err) < 0)
			return -1;
	return 0;
}

static void sum_of(const char *text, size_t len, char sum_r[SUM_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256((const unsigned char *)text, len, digest);
	for (int i = 0; i < SHA256_DIGEST_LENGTH; i++)
		snprintf(sum_r + 2 * i, 3, "%02x", digest[i]);
}

/* 1, 0: there is none, or -1. */
static int read_sum(const char *dir, const char *name, char sum_r[SUM_SIZE], size_t *len_r,
		    struct err *err)
{
	char *text;
	int found = read_whole(dir, name, &text, len_r, err);

	if (found <= 0)
		return found;
	sum_of(text, *len_r, sum_r);
	xfree(text);
	return 1;
}

int beside_write(const char *dir, struct jsonw *w, struct err *err)
{
	jsonw_open(w, "files", '[');
	for (size_t i = 0; i < NAMES; i++) {
		char sum[SUM_SIZE];
		size_t len;
		int found = read_sum(dir, names[i], sum, &len, err);

		if (found < 0)
			return -1;
		if (found == 0)
			continue;
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "name", names[i]);
		jsonw_int(w, "bytes", (int64_t)len);
		jsonw_string(w, "sha256", sum);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	return 0;
}

/* What the manifest says of a file; NULL: nothing. */
static const char *told_sum(const json_t *files, const char *name)
{
	for (size_t i = 0; i < json_array_size(files); i++) {
		const json_t *file = json_array_get(files, i);
		const char *is = json_string_value(json_object_get(file, "name"));

		if (is != NULL && strcmp(is, name) == 0)
			return json_string_value(json_object_get(file, "sha256"));
	}
	return NULL;
}

static int check_file(const char *dir, const json_t *files, const char *name, struct err *err)
{
	const char *told = told_sum(files, name);
	char sum[SUM_SIZE];
	size_t len;
	int found = read_sum(dir, name, sum, &len, err);

	if (found < 0)
		return -1;
	if (found == 0 && told == NULL)
		return 0;
	if (found == 0)
		return err_set(err, ERR_IO, "%s: is gone", name);
	if (told == NULL)
		return err_set(err, ERR_IO, "%s: was not there when the backup was taken",
			       name);
	if (strcmp(told, sum) != 0)
		return err_set(err, ERR_IO, "%s: is not what was backed up", name);
	return 0;
}

static int check_manifest(const char *dir, const char *head, const json_t *manifest,
			  struct err *err)
{
	const char *told = json_string_value(json_object_get(manifest, "head"));
	const json_t *files = json_object_get(manifest, "files");

	if (told == NULL || strcmp(told, head) != 0)
		return err_set(err, ERR_IO, "the log is not the one that was backed up");
	for (size_t i = 0; files != NULL && i < NAMES; i++)
		if (check_file(dir, files, names[i], err) < 0)
			return -1;
	return 0;
}

int beside_check(const char *dir, const char *head, struct err *err)
{
	char *text;
	size_t len;
	json_t *manifest;
	int found = read_whole(dir, ARCHIVE_MANIFEST, &text, &len, err);

	if (found <= 0)
		return found;
	manifest = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	xfree(text);
	if (manifest == NULL)
		return err_set(err, ERR_IO, ARCHIVE_MANIFEST ": cannot be read");
	found = check_manifest(dir, head, manifest, err);
	json_decref(manifest);
	return found;
}
