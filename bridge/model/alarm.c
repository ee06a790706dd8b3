#include "model/alarm.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"
#include "model/incident_private.h"

const char *const alarm_kind_names[ALARM_KINDS] = {
	[ALARM_NEW] = "new",
	[ALARM_UNSURE] = "unsure",
	[ALARM_SILENT_UNIT] = "silent_unit",
	[ALARM_LATE] = "late",
};

/* What each wait raises, and from which level on: what has just come in is new at once, all
 * else is given its first time in silence. */
static const struct {
	bool is_alarm;
	enum alarm_kind kind;
	unsigned from_level;
} raised_by[WAIT_KINDS] = {
	[WAIT_UNTAKEN] = {true, ALARM_NEW, 0},
	[WAIT_UNSENT] = {true, ALARM_NEW, 1},
	[WAIT_ASKED] = {true, ALARM_NEW, 1},
	[WAIT_UNSURE] = {true, ALARM_UNSURE, 1},
	[WAIT_UNMOVED] = {true, ALARM_SILENT_UNIT, 1},
	[WAIT_LATE] = {true, ALARM_LATE, 1},
	[WAIT_UNANSWERED] = {true, ALARM_SILENT_UNIT, 1},
};

/* A silent unit is never less urgent than 2; how late it is says nothing of how grave. */
static const struct {
	int64_t minutes; /* that it may be put off, at most; 0: never */
	bool is_put_off_at_1;
	int most, least; /* its priority is the incident's, between these */
} kinds[ALARM_KINDS] = {
	[ALARM_NEW] = {15, false, 1, 4},
	[ALARM_UNSURE] = {5, true, 2, 2},
	[ALARM_SILENT_UNIT] = {0, false, 1, 2},
	[ALARM_LATE] = {15, true, 2, 2},
};

bool alarm_of_wait(const struct wait *wait, enum alarm_kind *kind_r)
{
	if (!raised_by[wait->kind].is_alarm || wait->level < raised_by[wait->kind].from_level)
		return false;
	*kind_r = raised_by[wait->kind].kind;
	return true;
}

int64_t alarm_shelf_minutes(enum alarm_kind kind, int priority)
{
	return priority == 1 && !kinds[kind].is_put_off_at_1 ? 0 : kinds[kind].minutes;
}

/* ---- What is said of which wait. ---- */

/* NULL: nothing of that kind is raised there. */
static const struct wait *find_raised(const struct incident *incident, unsigned agency,
				      enum alarm_kind kind)
{
	for (int slot = 0; slot < WAIT_SLOTS; slot++) {
		const struct wait *wait = &incident->assignment[agency].wait[slot];
		enum alarm_kind is;

		if (alarm_of_wait(wait, &is) && is == kind)
			return wait;
	}
	return NULL;
}

static bool is_of(const struct alarm_mark *mark, const struct wait *wait)
{
	return wait != NULL && mark->level == wait->level && mark->since_ms == wait->since_ms;
}

static struct alarm_mark *find_mark(struct incident *incident, unsigned agency,
				    enum alarm_kind kind)
{
	for (unsigned i = 0; i < incident->mark_count; i++)
		if (incident->mark[i].agency == agency && incident->mark[i].kind == kind)
			return &incident->mark[i];
	return NULL;
}

void alarms_settle(struct incident *incident)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < incident->mark_count; i++) {
		const struct alarm_mark *mark = &incident->mark[i];

		if (is_of(mark, find_raised(incident, mark->agency, mark->kind)))
			incident->mark[kept++] = *mark;
	}
	memset(&incident->mark[kept], 0,
	       (incident->mark_count - kept) * sizeof(incident->mark[0]));
	incident->mark_count = kept;
}

/* ---- A person says it. ---- */

static int find(const struct incident *incident, unsigned agency, const struct command *command,
		const struct wait **wait_r, struct err *err)
{
	*wait_r = find_raised(incident, agency, command->alarm);
	if (*wait_r == NULL)
		return err_field(err, "alarm", "none of that kind is raised for this agency");
	return 0;
}

static int put_mark(struct incident *incident, unsigned agency, const struct command *command,
		    const struct wait *wait, struct err *err)
{
	struct alarm_mark *mark = find_mark(incident, agency, command->alarm);

	if (mark == NULL && incident->mark_count == ALARM_MARKS_MAX)
		return err_field(err, "alarm", "this incident has too many");
	if (mark == NULL)
		mark = &incident->mark[incident->mark_count++];
	*mark = (struct alarm_mark){.agency = agency,
				    .kind = command->alarm,
				    .level = wait->level,
				    .since_ms = wait->since_ms,
				    .at_ms = command->at_ms};
	snprintf(mark->by, sizeof(mark->by), "%s", command->by);
	if (command->minutes > 0) {
		mark->shelved_until_ms = command->at_ms + command->minutes * 60000;
		snprintf(mark->reason, sizeof(mark->reason), "%s", command->note);
	}
	return 0;
}

int alarm_acknowledge(struct incident *incident, unsigned agency, const struct command *command,
		      struct err *err)
{
	const struct alarm_mark *mark = find_mark(incident, agency, command->alarm);
	const struct wait *wait;

	if (find(incident, agency, command, &wait, err) < 0)
		return -1;
	if (mark != NULL && is_of(mark, wait) && mark->shelved_until_ms == 0)
		return err_field(err, "alarm", "was acknowledged by %s", mark->by);
	return put_mark(incident, agency, command, wait, err);
}

int alarm_shelve(struct incident *incident, unsigned agency, const struct command *command,
		 struct err *err)
{
	int64_t most = alarm_shelf_minutes(command->alarm, incident->verdict.priority);
	const struct wait *wait;

	if (find(incident, agency, command, &wait, err) < 0)
		return -1;
	if (most == 0)
		return err_field(err, "alarm", "is not put off%s",
				 alarm_shelf_minutes(command->alarm, 2) > 0 ? " at priority 1"
									    : "");
	if (command->minutes > most)
		return err_field(err, "minutes", "must be at most %lld", (long long)most);
	return put_mark(incident, agency, command, wait, err);
}

/* ---- As JSON. ---- */

static void write_time(struct jsonw *w, const char *key, int64_t at_ms)
{
	if (at_ms != 0)
		jsonw_time(w, key, at_ms);
	else
		jsonw_null(w, key);
}

/* mark is NULL where nobody has said anything of it. */
static void write_mark(const struct alarm_mark *mark, struct jsonw *w)
{
	bool is_shelved = mark != NULL && mark->shelved_until_ms != 0;
	bool is_acked = mark != NULL && !is_shelved;

	jsonw_string(w, "acknowledged_by", is_acked ? mark->by : NULL);
	write_time(w, "acknowledged_at", is_acked ? mark->at_ms : 0);
	jsonw_string(w, "shelved_by", is_shelved ? mark->by : NULL);
	write_time(w, "shelved_until", is_shelved ? mark->shelved_until_ms : 0);
	jsonw_string(w, "reason", is_shelved ? mark->reason : NULL);
}

static const struct alarm_mark *mark_of(const struct incident *incident, unsigned agency,
					enum alarm_kind kind, const struct wait *wait)
{
	for (unsigned i = 0; i < incident->mark_count; i++)
		if (incident->mark[i].agency == agency && incident->mark[i].kind == kind &&
		    is_of(&incident->mark[i], wait))
			return &incident->mark[i];
	return NULL;
}

static int priority_of(enum alarm_kind kind, int priority)
{
	if (priority < kinds[kind].most)
		return kinds[kind].most;
	return priority > kinds[kind].least ? kinds[kind].least : priority;
}

static void write_raised(enum alarm_kind kind, const char *agency, int priority,
			 const struct wait *wait, const struct alarm_mark *mark,
			 struct jsonw *w)
{
	jsonw_string(w, "kind", alarm_kind_names[kind]);
	jsonw_string(w, "agency", agency);
	jsonw_int(w, "priority", priority_of(kind, priority));
	jsonw_string(w, "waits_for", wait_kind_names[wait->kind]);
	if (wait->kind == WAIT_UNANSWERED)
		jsonw_bool(w, "reached", wait->is_reached);
	jsonw_time(w, "since", wait->since_ms);
	jsonw_int(w, "level", wait->level);
	jsonw_string(w, "to", rise_names[wait->to]);
	write_time(w, "due_at", wait->due_at_ms);
	write_mark(mark, w);
}

void alarm_write_raised(enum alarm_kind kind, const char *agency, int priority,
			const struct wait *wait, struct jsonw *w)
{
	write_raised(kind, agency, priority, wait, NULL, w);
}

static void write_alarm(const struct incident *incident, const char *agency_id, unsigned agency,
			enum alarm_kind kind, const struct wait *wait, struct jsonw *w)
{
	jsonw_open(w, NULL, '{');
	write_raised(kind, agency_id, incident->verdict.priority, wait,
		     mark_of(incident, agency, kind, wait), w);
	jsonw_close(w, '}');
}

void alarms_write(const struct incident *incident, const struct agencies *agencies,
		  struct jsonw *w)
{
	jsonw_open(w, "alarms", '[');
	for (unsigned i = 0; i < agencies->count; i++)
		for (int slot = 0; slot < WAIT_SLOTS; slot++) {
			const struct wait *wait = &incident->assignment[i].wait[slot];
			enum alarm_kind kind;

			if (incident_has_agency(incident, i) && alarm_of_wait(wait, &kind))
				write_alarm(incident, agencies->agency[i].id, i, kind, wait, w);
		}
	jsonw_close(w, ']');
}

static enum alarm_kind read_kind(const json_t *one)
{
	const char *name = json_string_value(json_object_get(one, "kind"));
	int kind = 0;

	while (name != NULL && kind < ALARM_KINDS && strcmp(alarm_kind_names[kind], name) != 0)
		kind++;
	return name != NULL ? (enum alarm_kind)kind : ALARM_KINDS;
}

static bool read_mark(const json_t *one, const struct agencies *agencies,
		      struct alarm_mark *mark)
{
	const char *id = json_string_value(json_object_get(one, "agency"));
	int agency = id != NULL ? agency_find(agencies, id, strlen(id)) : -1;

	*mark = (struct alarm_mark){
		.kind = read_kind(one),
		.level = (unsigned)json_integer_value(json_object_get(one, "level")),
		.since_ms = jsonin_kept_time(one, "since"),
		.at_ms = jsonin_kept_time(one, "acknowledged_at"),
		.shelved_until_ms = jsonin_kept_time(one, "shelved_until"),
	};
	if (agency < 0 || mark->kind == ALARM_KINDS ||
	    (mark->at_ms == 0 && mark->shelved_until_ms == 0))
		return false;
	mark->agency = (unsigned)agency;
	jsonin_kept_text(one, mark->shelved_until_ms != 0 ? "shelved_by" : "acknowledged_by",
			 mark->by, sizeof(mark->by));
	jsonin_kept_text(one, "reason", mark->reason, sizeof(mark->reason));
	return true;
}

void alarms_read(const json_t *list, const struct agencies *agencies, struct incident *incident)
{
	for (size_t i = 0; i < json_array_size(list) && incident->mark_count < ALARM_MARKS_MAX;
	     i++)
		if (read_mark(json_array_get(list, i), agencies,
			      &incident->mark[incident->mark_count]))
			incident->mark_count++;
		else
			incident->mark[incident->mark_count] = (struct alarm_mark){.agency = 0};
}
