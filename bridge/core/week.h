/* What the city calls its hours (rules/hours.tsv: when offices work, when it is night) and its
 * holidays (holidays.tsv), to half an hour. Start-up and reload only; one thread at a time. */
#pragma once

#include "base/err.h"
#include "model/routes.h"

#define WEEK_NAMES_MAX 16

struct week {
	unsigned count;
	struct {
		char name[24];
		struct route_hours hours;
	} named[WEEK_NAMES_MAX];
};

/* text is the table, to be cut. Rows of one name are taken together. */
int week_load(struct week *week, const char *name, char *text, struct err *err) MUST_CHECK;
/* NULL: nothing is called that. */
const struct route_hours *week_find(const struct week *week, const char *name, size_t len);

/* Those on which offices are closed. */
int holidays_load(struct routes *routes, const char *name, char *text,
		  struct err *err) MUST_CHECK;
