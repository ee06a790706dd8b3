/* Offline tools on a data folder: tangi verify, backup, restore. Each opens what it needs and
 * closes it again; verify and backup may run beside a daemon. Any thread. */
#pragma once

#include <stdint.h>

#include "base/clock.h"
#include "base/err.h"

struct archive_report {
	uint64_t events, incidents;
	char epoch[32];
	char head[65]; /* the last link, in hexadecimal digits */
};

/* The whole chain, dense numbers, the incident table against one rebuilt from the log, and the
 * storage itself. ERR_IO names the first bad entry. */
int archive_verify(const char *dir, struct archive_report *report_r,
		   struct err *err) MUST_CHECK;
/* A copy of one moment, with the accounts beside it and a manifest, into a folder that is made
 * for it. The accounts, because a log that nobody may open is no help at night; not the
 * sessions: who sat at a console then need not sit there now. */
int archive_backup(const char *dir, const char *to, const struct clock *clock,
		   struct archive_report *report_r, struct err *err) MUST_CHECK;
/* Makes dir from a backup that verifies. The log gets a new epoch, so that whoever read on in
 * the lost part of the old one starts again. Refused when dir holds anything. */
int archive_restore(const char *from, const char *dir, struct archive_report *report_r,
		    struct err *err) MUST_CHECK;
