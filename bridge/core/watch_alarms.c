/* The alarms of what is held, given to whom they are for: what is raised follows from what
 * waits; where people have spoken of some, they are cut out of the incident's own list. */
#include <string.h>

#include "base/jsonw.h"
#include "core/call_backs.h"
#include "core/fleet.h"
#include "core/rules.h"
#include "core/unit_board.h"
#include "core/watch_private.h"
#include "model/alarm.h"

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

static void open_alarm(const struct asked *asked, const struct held *held)
{
	char id[ID_SIZE];

	id_of_bytes('I', held->id, id);
	jsonw_open(asked->w, NULL, '{');
	jsonw_string(asked->w, "incident_id", id);
	jsonw_int(asked->w, "no", held->no);
	jsonw_bool(asked->w, "exercise", held->is_exercise);
}

/* alarm: its members, without the braces. */
static void write_cut(const struct asked *asked, const struct held *held, struct slice alarm)
{
	int agency = agency_of(asked->watch, alarm);

	if (agency < 0 || (asked->agencies >> agency & 1) == 0)
		return;
	open_alarm(asked, held);
	jsonw_raw(asked->w, NULL, alarm.text, alarm.len);
	jsonw_close(asked->w, '}');
}

static void write_said(const struct asked *asked, const struct held *held)
{
	/* Without the outermost "[{" and "}]". */
	const struct buf *said = held->more->said;
	const char *at = (const char *)said->data + 2;
	const char *end = (const char *)said->data + said->len - 2;

	while (at < end) {
		const char *next = memmem(at, (size_t)(end - at), between, strlen(between));

		write_cut(asked, held,
			  (struct slice){.text = at,
					 .len = (size_t)((next != NULL ? next : end) - at)});
		at = next != NULL ? next + strlen("},{") : end;
	}
}

static void write_waits(const struct asked *asked, const struct held *held, unsigned agency)
{
	const char *name = asked->watch->agencies->agency[agency].id;

	for (unsigned i = 0; i < held->wait_count; i++) {
		struct wait wait = watch_wait(&held->wait[i]);
		enum alarm_kind kind;

		if ((held->wait[i].agencies >> agency & 1) == 0 || wait.since_ms == 0 ||
		    !alarm_of_wait(&wait, &kind))
			continue;
		open_alarm(asked, held);
		alarm_write_raised(kind, name, held->priority, &wait, asked->w);
		jsonw_close(asked->w, '}');
	}
}

static void write_held(const struct asked *asked, const struct held *held)
{
	struct audience audience = {.scope = (enum scope)held->scope,
				    .agencies = held->agencies};

	if (held->wait_count == 0 || !audience_admits(&audience, asked->viewer) ||
	    watch_is_represented(asked->watch, held))
		return;
	if (held->more != NULL && held->more->said != NULL) {
		write_said(asked, held);
		return;
	}
	for (unsigned i = 0; i < asked->watch->agencies->count; i++)
		if ((held->agencies & asked->agencies) >> i & 1)
			write_waits(asked, held, i);
}

/* As the city is now: the log may name an agency that is no more. AGENCY_MAX: of none. */
static unsigned agency_now(const struct watch *watch, const struct unit_doing *doing)
{
	const struct unit *unit = rules_find_unit(watch->rules, doing->id);

	return unit != NULL ? unit->agency : doing->agency;
}

static bool is_asked_for(const struct asked *asked, unsigned agency)
{
	return agency < AGENCY_MAX ? (asked->agencies >> agency & 1) != 0
				   : asked->viewer->sees_all;
}

static void write_maydays(const struct asked *asked)
{
	const struct unit_board *board = asked->watch->board;
	const struct unit_doing *unit;

	for (unsigned i = 0; board != NULL && (unit = unit_board_at(board, i)) != NULL; i++) {
		unsigned agency = agency_now(asked->watch, unit);

		if (unit->mayday.since_ms == 0 || !is_asked_for(asked, agency))
			continue;
		jsonw_open(asked->w, NULL, '{');
		mayday_write_alarm(
			&unit->mayday, unit->id,
			agency < AGENCY_MAX ? asked->watch->agencies->agency[agency].id : "",
			asked->w);
		jsonw_close(asked->w, '}');
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
	if (viewer->may_watch)
		write_maydays(&asked);
	for (unsigned i = 0; i < watch->bucket_count; i++)
		for (const struct held *held = watch->bucket[i]; held != NULL;
		     held = held->next)
			write_held(&asked, held);
	if (only < 0 && watch->calls != NULL)
		call_backs_write_alarms(watch->calls, viewer, w);
	jsonw_close(w, ']');
}
