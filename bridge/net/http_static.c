/* The console's pages and their files.
 *
 * All are read at the start: the loop never waits for a disk, and no path of a request ever
 * reaches the file system, so that none can leave the folder. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/sha.h>

#include "base/xalloc.h"
#include "net/http_private.h"

#define MAX_BYTES (16 * 1024 * 1024)
#define MAX_DEPTH 8

static const struct {
	const char *path, *file;
} pages[] = {
	{"/konsol", "/web/console.html"},
	{"/masuk", "/web/login.html"},
};

static const struct {
	const char *ending, *type;
} types[] = {
	{".html", "text/html; charset=utf-8"},
	{".css", "text/css; charset=utf-8"},
	{".js", "text/javascript; charset=utf-8"},
	{".mjs", "text/javascript; charset=utf-8"},
	{".json", "application/json"},
	{".geojson", "application/geo+json"},
	{".webmanifest", "application/manifest+json"},
	{".svg", "image/svg+xml"},
	{".png", "image/png"},
	{".jpg", "image/jpeg"},
	{".ico", "image/x-icon"},
	{".woff2", "font/woff2"},
	{".txt", "text/plain; charset=utf-8"},
};

/* Nothing is loaded from elsewhere, nothing written into a page runs but its import map, nobody
 * frames us. */
#define PAGE_HEADERS                                                                           \
	"Content-Security-Policy: default-src 'none'; script-src 'self'%s; style-src 'self'; " \
	"connect-src 'self'; img-src 'self' data: blob:; font-src 'self'; media-src 'self'; "  \
	"base-uri 'none'; form-action 'self'; frame-ancestors 'none'\r\n"                      \
	"Cross-Origin-Opener-Policy: same-origin\r\n"

static bool ends_in(const char *text, const char *ending)
{
	size_t len = strlen(text), n = strlen(ending);

	return len >= n && strcmp(text + len - n, ending) == 0;
}

static const char *type_of(const char *path)
{
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (ends_in(path, types[i].ending))
			return types[i].type;
	return "application/octet-stream";
}

static int read_file(int fd, size_t size, char **data_r, const char *path, struct err *err)
{
	char *data = xmalloc(size + 1);
	size_t done = 0;

	while (done < size) {
		ssize_t n = read(fd, data + done, size - done);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			xfree(data);
			return err_set(err, ERR_IO, "%s: %s", path,
				       n < 0 ? strerror(errno) : "it shrinks");
		}
		done += (size_t)n;
	}
	*data_r = data;
	return 0;
}

/* FNV-1a. The packed form's is set when there is one. */
static void set_etag(struct http_file *file)
{
	uint64_t hash = 0xcbf29ce484222325;

	for (size_t i = 0; i < file->plain_len; i++)
		hash = (hash ^ (unsigned char)file->plain[i]) * 0x100000001b3;
	snprintf(file->etag, sizeof(file->etag), "\"%016llx\"", (unsigned long long)hash);
}

/* Browsers take an import map only from inside the page. The policy names the digest of those
 * bytes, so that they and nothing else may stand there; made at the start from the page itself,
 * so that the two cannot differ. */
static void allow_import_map(struct http_file *file)
{
	static const char begin[] = "<script type=\"importmap\">", end[] = "</script>";
	unsigned char digest[SHA256_DIGEST_LENGTH], text[4 * SHA256_DIGEST_LENGTH / 3 + 4];
	const char *map = memmem(file->plain, file->plain_len, begin, sizeof(begin) - 1), *stop;

	if (map == NULL || strncmp(file->type, "text/html", 9) != 0)
		return;
	map += sizeof(begin) - 1;
	stop = memmem(map, (size_t)(file->plain + file->plain_len - map), end, sizeof(end) - 1);
	if (stop == NULL)
		return;
	SHA256((const unsigned char *)map, (size_t)(stop - map), digest);
	EVP_EncodeBlock(text, digest, sizeof(digest));
	snprintf(file->import_map, sizeof(file->import_map), " 'sha256-%s'",
		 (const char *)text);
}

static int add_file(struct http *http, const char *path, const char *name, size_t *total,
		    struct err *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	struct http_file *file;
	char *data = NULL;
	int status;

	if (fd < 0 || fstat(fd, &st) < 0) {
		if (fd >= 0)
			close(fd);
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	}
	*total += (size_t)st.st_size;
	if (*total > MAX_BYTES) {
		close(fd);
		return err_set(err, ERR_INVALID, "%s: more than %d MB of web files", path,
			       MAX_BYTES / 1024 / 1024);
	}
	status = read_file(fd, (size_t)st.st_size, &data, path, err);
	close(fd);
	if (status < 0)
		return -1;
	http->files = xrealloc(http->files, (http->file_count + 1) * sizeof(*file));
	file = &http->files[http->file_count++];
	*file = (struct http_file){.path = xstrdup(name),
				   .type = type_of(name),
				   .plain = data,
				   .plain_len = (size_t)st.st_size};
	set_etag(file);
	allow_import_map(file);
	return 0;
}

static int add_folder(struct http *http, const char *path, const char *name, unsigned depth,
		      size_t *total, struct err *err);

static int add_entry(struct http *http, const char *path, const char *name,
		     const struct dirent *entry, unsigned depth, size_t *total, struct err *err)
{
	char *full, *url;
	struct stat st;
	int status = 0;

	if (entry->d_name[0] == '.')
		return 0;
	if (asprintf(&full, "%s/%s", path, entry->d_name) < 0 ||
	    asprintf(&url, "%s/%s", name, entry->d_name) < 0)
		fatal("no memory");
	if (stat(full, &st) < 0)
		status = err_set(err, ERR_IO, "%s: %s", full, strerror(errno));
	else if (S_ISDIR(st.st_mode))
		status = add_folder(http, full, url, depth + 1, total, err);
	else if (S_ISREG(st.st_mode))
		status = add_file(http, full, url, total, err);
	free(full);
	free(url);
	return status;
}

static int add_folder(struct http *http, const char *path, const char *name, unsigned depth,
		      size_t *total, struct err *err)
{
	DIR *dir = depth < MAX_DEPTH ? opendir(path) : NULL;
	struct dirent *entry;
	int status = 0;

	if (dir == NULL)
		return err_set(err, ERR_IO, "%s: %s", path,
			       depth < MAX_DEPTH ? strerror(errno) : "too deep");
	while (status == 0 && (entry = readdir(dir)) != NULL)
		status = add_entry(http, path, name, entry, depth, total, err);
	closedir(dir);
	return status;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct http_file *)a)->path, ((const struct http_file *)b)->path);
}

static struct http_file *find(const struct http *http, const char *path)
{
	struct http_file key = {0};

	memcpy(&key.path, &path, sizeof(path)); /* it is only compared */
	if (http->file_count == 0)
		return NULL;
	return bsearch(&key, http->files, http->file_count, sizeof(key), by_path);
}

/* "x.js.gz" is how "x.js" is sent to those who take gzip. It is served by its own name too, so
 * nothing is moved: only borrowed. */
static void find_packed(struct http *http)
{
	for (unsigned i = 0; i < http->file_count; i++) {
		struct http_file *file = &http->files[i], *packed;
		char *name;

		if (asprintf(&name, "%s.gz", file->path) < 0)
			fatal("no memory");
		packed = find(http, name);
		free(name);
		if (packed == NULL)
			continue;
		file->packed = packed->plain;
		file->packed_len = packed->plain_len;
		/* Of both: a new plain form may be packed into what it was before by mistake.
		 */
		snprintf(file->packed_etag, sizeof(file->packed_etag), "\"%.16s-gz\"",
			 file->etag + 1);
	}
}

int static_load(struct http *http, struct err *err)
{
	size_t total = 0;

	if (http->settings.web_dir[0] == '\0')
		return 0;
	if (add_folder(http, http->settings.web_dir, "/web", 0, &total, err) < 0)
		return err_wrap(err, "web_dir");
	if (http->file_count > 0)
		qsort(http->files, http->file_count, sizeof(*http->files), by_path);
	find_packed(http);
	return 0;
}

void static_free(struct http *http)
{
	for (unsigned i = 0; i < http->file_count; i++) {
		xfree(http->files[i].path);
		xfree(http->files[i].plain);
	}
	xfree(http->files);
	http->files = NULL;
	http->file_count = 0;
}

static const struct http_file *file_for(const struct http *http, const char *path)
{
	for (size_t i = 0; i < sizeof(pages) / sizeof(pages[0]); i++)
		if (strcmp(path, pages[i].path) == 0)
			return find(http, pages[i].file);
	return find(http, path);
}

bool static_has(const struct http *http, const char *path)
{
	return strcmp(path, "/") == 0 || file_for(http, path) != NULL;
}

/* RFC 9110 section 13.1.2: a cache on the way may have made it weak, and * is any. */
static bool is_named(const char *list, const char *etag)
{
	char weak[32];

	snprintf(weak, sizeof(weak), "W/%s", etag);
	return head_list_has(list, etag) || head_list_has(list, weak) ||
	       head_list_has(list, "*");
}

static void send_file(struct http_request **request, const struct http_file *file)
{
	const char *const *field = (*request)->head.field;
	bool packed =
		file->packed != NULL && head_list_has(field[HEAD_ACCEPT_ENCODING], "gzip");
	const char *etag = packed ? file->packed_etag : file->etag;
	bool is_known = is_named(field[HEAD_IF_NONE_MATCH], etag);
	char extra[768];
	struct answer answer = {.status = is_known ? 304 : 200,
				.content_type = file->type,
				.extra_headers = extra,
				.cache = "no-cache",
				.body = packed ? file->packed : file->plain,
				.len = packed ? file->packed_len : file->plain_len,
				.is_lasting = true};

	snprintf(extra, sizeof(extra), "ETag: %s\r\n%s%s" PAGE_HEADERS, etag,
		 file->packed != NULL ? "Vary: Accept-Encoding\r\n" : "",
		 packed && !is_known ? "Content-Encoding: gzip\r\n" : "", file->import_map);
	answer_send(request, &answer);
}

bool static_answer(struct http_request **request)
{
	const char *path = (*request)->head.path;
	const struct http_file *file = file_for((*request)->http, path);

	if ((*request)->head.method != HTTP_GET)
		return false;
	if (strcmp(path, "/") == 0) {
		http_answer(request, 302, NULL, "Location: /konsol\r\n", NULL, 0);
		return true;
	}
	if (file == NULL)
		return false;
	send_file(request, file);
	return true;
}
