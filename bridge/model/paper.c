#include "model/paper.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

#define AHEAD_MS INT64_C(60000)
#define DAY_MS   INT64_C(86400000)

int paper_read(const json_t *doc, const char *time_key, int64_t at_ms, bool *is_from_paper_r,
	       struct err *err)
{
	const char *from = NULL;

	if (jsonin_string(doc, "entered_from", JSONIN_OPTIONAL, 16, &from, err) < 0)
		return -1;
	if (from == NULL)
		return 0;
	if (strcmp(from, "paper") != 0)
		return err_field(err, "entered_from", "must be paper");
	if (at_ms == 0)
		return err_field(err, time_key,
				 "is required of what was written on paper: when was it?");
	*is_from_paper_r = true;
	return 0;
}

int paper_check(const char *time_key, int64_t at_ms, int64_t now_ms, struct err *err)
{
	if (at_ms > now_ms + AHEAD_MS)
		return err_field(err, time_key, "is in the future");
	if (at_ms < now_ms - PAPER_DAYS_MAX * DAY_MS)
		return err_field(err, time_key, "is more than %d days ago", PAPER_DAYS_MAX);
	return 0;
}

void paper_write(int64_t happened_ms, struct jsonw *w)
{
	if (happened_ms == 0)
		return;
	jsonw_bool(w, "from_paper", true);
	jsonw_time(w, "happened_at", happened_ms);
}

int64_t paper_read_back(const json_t *object)
{
	int64_t at_ms = 0;
	struct err err;

	if (!json_is_true(json_object_get(object, "from_paper")) ||
	    jsonin_time(object, "happened_at", JSONIN_OPTIONAL, &at_ms, &err) < 0)
		return 0;
	return at_ms;
}
