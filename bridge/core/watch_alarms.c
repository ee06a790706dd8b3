/* The alarms of what is held: cut out of the incidents' own lists, and given to whom they are
 * for. */
#include <string.h>

#include "base/jsonw.h"
#include "core/watch_private.h"

/* A quote inside a string is escaped: this stands only where one alarm ends and another begins.
 */
static const char between[] = "},{\"kind\":\"";
static const char agency_mark[] = ",\"agency\":\"";

struct asked {
	const struct watch *watch;
	const struct viewer *viewer;
	agency_set agencies; /* whose alarms */
	struct jsonw *w;
};

static int agency_of(const struct watch *watch, struct slice alarm)
{
	const char *at = memmem(alarm.text, alarm.len, agency_mark, strlen(agency_mark));
	const char *end;

	if (at == NULL)
		return -1;
	at += strlen(agency_mark);
	end = memchr(at, '"', (size_t)(alarm.text + alarm.len - at));
	return end != NULL ? agency_find(watch->agencies, at, (size_t)(end - at)) : -1;
}

/* alarm: its members, without the braces. */
static void write_alarm(const struct asked *asked, const struct held *held, struct slice alarm)
{
	int agency = agency_of(asked->watch, alarm);

	if (agency < 0 || (asked->agencies >> agency & 1) == 0)
		return;
	jsonw_open(asked->w, NULL, '{');
	jsonw_string(asked->w, "incident_id", held->id);
	jsonw_int(asked->w, "no", held->no);
	jsonw_bool(asked->w, "exercise", held->is_exercise);
	jsonw_raw(asked->w, NULL, alarm.text, alarm.len);
	jsonw_close(asked->w, '}');
}

static void write_held(const struct asked *asked, const struct held *held)
{
	/* Without the outermost "[{" and "}]". */
	const char *at = (const char *)held->alarms->data + 2;
	const char *end = (const char *)held->alarms->data + held->alarms->len - 2;

	while (at < end) {
		const char *next = memmem(at, (size_t)(end - at), between, strlen(between));

		write_alarm(asked, held,
			    (struct slice){.text = at,
					   .len = (size_t)((next != NULL ? next : end) - at)});
		at = next != NULL ? next + strlen("},{") : end;
	}
}

void watch_write_alarms(const struct watch *watch, const struct viewer *viewer, int only,
			struct jsonw *w, const char *key)
{
	struct asked asked = {.watch = watch,
			      .viewer = viewer,
			      .agencies = viewer->sees_all ? ~(agency_set)0 : viewer->agencies,
			      .w = w};

	if (only >= 0)
		asked.agencies &= (agency_set)1 << only;
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < watch->bucket_count; i++)
		for (const struct held *held = watch->bucket[i]; held != NULL;
		     held = held->next)
			if (held->alarms != NULL && audience_admits(&held->audience, viewer) &&
			    !watch_is_represented(watch, held))
				write_held(&asked, held);
	jsonw_close(w, ']');
}
