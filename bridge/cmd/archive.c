/* verify, backup and restore: what store/archive.h does, in words for an operator. */
#include <inttypes.h>
#include <stdio.h>

#include "cmd/args.h"
#include "cmd/cmd.h"
#include "store/archive.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

struct folders {
	const char *data, *to, *from;
};

/* What one of the three is: its words, and its work on the folders that it was given. */
struct work {
	const struct args *args;
	const char *done; /* "verified DIR: …" */
	size_t told;      /* which of the folders DIR is */
	int (*do_it)(const struct folders *folders, struct archive_report *report_r,
		     struct err *err);
};

static int tell_log(const char *word, const char *dir, const struct archive_report *report)
{
	return printf("%s %s: %" PRIu64 " events, %" PRIu64 " incidents\n"
		      "epoch %s, head %s\n",
		      word, dir, report->events, report->incidents, report->epoch,
		      report->head) < 0;
}

static const char *folder_at(const struct folders *folders, size_t offset)
{
	return *(const char *const *)(const void *)((const char *)folders + offset);
}

static int run(const struct work *work, int argc, char **argv)
{
	struct folders folders = {0};
	struct archive_report report;
	struct err err;
	char **words;
	int rc = args_read(work->args, argc, argv, &folders, &words);

	if (rc >= 0)
		return rc;
	if (work->do_it(&folders, &report, &err) < 0) {
		fprintf(stderr, "tangi %s: %s\n", argv[0], err.text);
		return 1;
	}
	return tell_log(work->done, folder_at(&folders, work->told), &report);
}

static int verify(const struct folders *folders, struct archive_report *report_r,
		  struct err *err)
{
	return archive_verify(folders->data, report_r, err);
}

int cmd_verify(int argc, char **argv)
{
	static const struct arg table[] = {
		{"data", ARG_TEXT, offsetof(struct folders, data), true, "DIR",
		 "the data folder, or a backup"},
	};
	static const struct args args = {
		"tangi verify --data DIR",
		"Goes through the whole log: every number is there, each event is what was "
		"linked, the\n"
		"table of incidents is the one the log makes, and the file itself is sound. "
		"Names the\n"
		"first thing that is not so. May run beside the bridge. Keep the head: it "
		"proves later\n"
		"that everything up to here is unchanged.\n",
		table, COUNT(table), 0};
	static const struct work work = {&args, "verified", offsetof(struct folders, data),
					 verify};

	return run(&work, argc, argv);
}

static int backup(const struct folders *folders, struct archive_report *report_r,
		  struct err *err)
{
	return archive_backup(folders->data, folders->to, &clock_system, report_r, err);
}

int cmd_backup(int argc, char **argv)
{
	static const struct arg table[] = {
		{"data", ARG_TEXT, offsetof(struct folders, data), true, "DIR",
		 "the data folder"},
		{"to", ARG_TEXT, offsetof(struct folders, to), true, "DIR",
		 "a new folder for the copy"},
	};
	static const struct args args = {
		"tangi backup --data DIR --to DIR",
		"Copies the log as it is at one moment, the accounts, the duty roster and "
		"what hospitals\n"
		"said, into a new folder, beside a running bridge, and verifies the copy. A "
		"manifest holds\n"
		"checksums. It holds reporters' data: keep it as the data folder is kept.\n",
		table, COUNT(table), 0};
	static const struct work work = {&args, "backed up to", offsetof(struct folders, to),
					 backup};

	return run(&work, argc, argv);
}

static int restore(const struct folders *folders, struct archive_report *report_r,
		   struct err *err)
{
	return archive_restore(folders->from, folders->data, report_r, err);
}

int cmd_restore(int argc, char **argv)
{
	static const struct arg table[] = {
		{"from", ARG_TEXT, offsetof(struct folders, from), true, "DIR", "a backup"},
		{"data", ARG_TEXT, offsetof(struct folders, data), true, "DIR",
		 "a new data folder"},
	};
	static const struct args args = {
		"tangi restore --from DIR --data DIR",
		"Makes a data folder from a backup that verifies. The log gets a new epoch: "
		"whoever had\n"
		"read on in what is lost starts again. The accounts and the duty "
		"roster are\n"
		"those of the backup's day: who was removed since has to be removed "
		"again.\n",
		table, COUNT(table), 0};
	static const struct work work = {&args, "restored", offsetof(struct folders, data),
					 restore};
	int rc = run(&work, argc, argv);

	if (rc == 0)
		puts("the accounts are those of the backup: see tangi user list and tangi "
		     "token list");
	return rc;
}
