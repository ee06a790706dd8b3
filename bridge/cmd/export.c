/* export: what a city may take out of its log, one kind at a time, beside a running bridge. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/corrections.h"

#define WRONG_USE 2

struct wish {
	const char *data, *since, *out;
	int64_t since_ms;
};

static int export_corrections(const struct wish *x, struct log_reader *log, FILE *to,
			      struct err *err)
{
	struct corrections_count count;

	if (corrections_write(log, x->since_ms, to, &count, err) < 0)
		return -1;
	fprintf(stderr, "tangi export: %u texts, %u pairs\n", count.texts, count.pairs);
	return 0;
}

/* What can be exported: a kind more is a line more, and one in --help. */
static const struct {
	const char *name;
	int (*write)(const struct wish *x, struct log_reader *log, FILE *to, struct err *err);
} kinds[] = {
	{"corrections", export_corrections},
};

static const struct arg table[] = {
	{"data", ARG_TEXT, offsetof(struct wish, data), true, "DIR", "the data folder"},
	{"since", ARG_TEXT, offsetof(struct wish, since), false, "TIME",
	 "only what was decided then or later: 2026-11-24 (UTC) or 2026-11-24T14:05:09+07:00"},
	{"out", ARG_TEXT, offsetof(struct wish, out), false, "FILE",
	 "for its owner only; standard output without it"},
};

static const struct args args = {
	"tangi export KIND --data DIR [--since TIME] [--out FILE]",
	"Takes something out of a log, as JSON lines. Changes nothing, and may run beside the\n"
	"bridge. KIND is\n"
	"\n"
	"  corrections  what people decided otherwise than the bridge: texts with class, "
	"severity\n"
	"               and agencies as tangi train --corrections reads them, and pairs that "
	"were\n"
	"               merged or split. Numbers, plates, links and mail addresses are masked, "
	"and\n"
	"               names: the reporter's, and what the text itself calls one; other names "
	"and\n"
	"               addresses of houses stay. Nothing secret and no exercise is in it. "
	"They are\n"
	"               citizens' words still: keep the file as the data folder is kept.\n",
	table, sizeof(table) / sizeof(table[0]), 1};

static int read_since(struct wish *x, struct err *err)
{
	char whole[40];

	if (x->since == NULL)
		return 0;
	snprintf(whole, sizeof(whole), "%s%s", x->since,
		 strlen(x->since) == strlen("2026-11-24") ? "T00:00:00Z" : "");
	if (clock_parse(whole, &x->since_ms, err) < 0)
		return err_wrap(err, "--since");
	return 0;
}

static int write_kind(const struct wish *x, size_t kind, FILE *to, struct err *err)
{
	static const struct agencies none; /* frames are read, not audiences */
	struct log_reader *log;
	int status;

	if (log_reader_open(&log, x->data, &none, err) < 0)
		return -1;
	status = kinds[kind].write(x, log, to, err);
	log_reader_close(&log);
	return status;
}

static int close_file(FILE *to, const char *path, int status, struct err *err)
{
	bool is_whole = fflush(to) == 0 && fsync(fileno(to)) == 0;

	if (fclose(to) != 0 || (status == 0 && !is_whole))
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	return status;
}

/* Under another name until it is whole: half of it would be taken for all. */
static int write_file(const struct wish *x, size_t kind, struct err *err)
{
	char part[PATH_MAX];
	int fd, status;
	FILE *to;

	snprintf(part, sizeof(part), "%s.part", x->out);
	fd = open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
	to = fd >= 0 && fchmod(fd, 0600) == 0 ? fdopen(fd, "w") : NULL;
	if (to == NULL) {
		(void)err_set(err, ERR_IO, "%s: %s", part, strerror(errno));
		if (fd >= 0)
			(void)close(fd); /* nothing was written */
		return -1;
	}
	status = close_file(to, part, write_kind(x, kind, to, err), err);
	if (status == 0 && rename(part, x->out) < 0)
		status = err_set(err, ERR_IO, "%s: %s", x->out, strerror(errno));
	if (status < 0)
		(void)unlink(part); /* what failed before is told */
	return status;
}

static int write_out(const struct wish *x, size_t kind, struct err *err)
{
	if (x->out != NULL)
		return write_file(x, kind, err);
	if (write_kind(x, kind, stdout, err) < 0)
		return -1;
	return fflush(stdout) == 0
		       ? 0
		       : err_set(err, ERR_IO, "standard output: %s", strerror(errno));
}

/* -1: there is none of that name. */
static int find_kind(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return (int)i;
	return -1;
}

int cmd_export(int argc, char **argv)
{
	struct wish x = {0};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &x, &words), kind;

	if (rc >= 0)
		return rc;
	kind = find_kind(words[0]);
	if (kind < 0) {
		fprintf(stderr, "tangi export: %s: is nothing to export; see --help\n",
			words[0] != NULL ? words[0] : "no KIND");
		return WRONG_USE;
	}
	if (read_since(&x, &err) < 0 || write_out(&x, (size_t)kind, &err) < 0) {
		fprintf(stderr, "tangi export: %s\n", err.text);
		return 1;
	}
	return 0;
}
