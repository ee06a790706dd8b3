/* Offline tools on a data folder: tangi verify, backup, restore. Each opens what it needs and
 * closes it again; verify and backup may run beside a daemon. Any thread. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

#define ARCHIVE_MANIFEST "manifest.json" /* of a backup: what it holds, and checksums */

struct archive_report {
	uint64_t events, incidents;
	char epoch[32];
	char head[65]; /* the last link, in hexadecimal digits */
};

/* The whole chain, dense numbers, the incident table against one rebuilt from the log, and the
 * storage itself; of a backup also its manifest. ERR_IO names the first bad entry. */
int archive_verify(const char *dir, struct archive_report *report_r,
		   struct err *err) MUST_CHECK;
/* A copy of one moment, with what lies beside the log (archive_beside.h) and a manifest, into a
 * folder that is made for it: a log that nobody may open, and a bridge that does not know who
 * is on duty, are no help at night. */
int archive_backup(const char *dir, const char *to, const struct clock *clock,
		   struct archive_report *report_r, struct err *err) MUST_CHECK;
/* Makes dir from a backup that verifies. The log gets a new epoch, so that whoever read on in
 * the lost part of the old one starts again. Refused when dir holds anything. */
int archive_restore(const char *from, const char *dir, struct archive_report *report_r,
		    struct err *err) MUST_CHECK;
