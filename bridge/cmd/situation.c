#include "cmd/situation.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/xalloc.h"
#include "core/areas.h"
#include "core/classify.h"
#include "core/rules.h"

#define NO_MAX 1000000000

struct recommend_unit *units_at_home(const struct rules *rules, const struct roster *roster,
				     int64_t at_ms)
{
	unsigned count = rules_unit_count(rules);
	struct recommend_unit *units = xcalloc(count + 1, sizeof(*units));

	for (unsigned i = 0; i < count; i++) {
		units[i].unit = rules_unit(rules, i);
		units[i].shift_jobs = -1;
		recommend_take_roster(&units[i], roster, at_ms);
	}
	return units;
}

static int category_index(const struct rules *rules, const char *id)
{
	for (unsigned i = 0; i < rules_category_count(rules); i++)
		if (strcmp(rules_category_at(rules, i)->id, id) == 0)
			return (int)i;
	return -1;
}

void situation_of_text(const struct rules *rules, const char *text,
		       struct recommend_situation *situation)
{
	struct location at = {.from = LOCATION_NONE, .accuracy_m = -1};
	struct verdict verdict;

	classify(rules, text, strlen(text), &verdict);
	locate(rules, &at, text, strlen(text), &at);
	*situation = (struct recommend_situation){
		.category = category_index(rules, verdict.category),
		.priority = verdict.priority,
		.level = 1,
		.has_point = at.has_point,
		.lat_e7 = at.lat_e7,
		.lon_e7 = at.lon_e7,
		.agencies = UINT32_MAX,
	};
	memcpy(situation->area, at.area, AREA_SIZE);
}

/* A word that nobody reads would be a situation that nobody meant. */
static int refuse_others(const json_t *object, const char *const *known, struct err *err)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, key, value)
	{
		size_t i = 0;

		while (known[i] != NULL && strcmp(known[i], key) != 0)
			i++;
		if (known[i] == NULL)
			return err_field(err, key, "there is no such member");
	}
	return 0;
}

static int find_name(const char *const *names, int count, const char *name)
{
	for (int i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return i;
	return -1;
}

/* ---- What happened. ---- */

static int read_category(const struct rules *rules, const json_t *incident,
			 struct recommend_situation *s, struct err *err)
{
	const char *id = NULL;
	int64_t priority;

	if (jsonin_string(incident, "category", JSONIN_REQUIRED, CATEGORY_SIZE - 1, &id, err) <
	    0)
		return -1;
	s->category = category_index(rules, id);
	if (s->category < 0)
		return err_field(err, "category", "no category \"%.40s\" in taxonomy.tsv", id);
	priority =
		priority_of_severity(rules_category_at(rules, (unsigned)s->category)->severity);
	if (jsonin_int(incident, "priority", JSONIN_OPTIONAL, 1, 4, &priority, err) < 0)
		return -1;
	s->priority = (int)priority;
	return 0;
}

static int read_point(const json_t *object, const char *key, struct location *at_r,
		      const json_t **child_r, struct err *err)
{
	*at_r = (struct location){.accuracy_m = -1};
	if (jsonin_child(object, key, JSON_OBJECT, child_r, err) < 0)
		return -1;
	return *child_r != NULL ? location_read(*child_r, at_r, err) : 0;
}

static int read_incident(const struct rules *rules, const json_t *doc,
			 struct recommend_situation *s, struct err *err)
{
	static const char *const known[] = {"category", "priority", "location", "area", NULL};
	const char *area = "";
	const json_t *incident, *point;
	struct location at;

	if (jsonin_child(doc, "incident", JSON_OBJECT, &incident, err) < 0)
		return -1;
	if (incident == NULL)
		return err_field(err, "incident", "is required");
	if (refuse_others(incident, known, err) < 0 ||
	    read_category(rules, incident, s, err) < 0 ||
	    read_point(incident, "location", &at, &point, err) < 0 ||
	    jsonin_string(incident, "area", JSONIN_OPTIONAL, AREA_SIZE - 1, &area, err) < 0)
		return -1;
	s->has_point = point != NULL;
	s->lat_e7 = at.lat_e7;
	s->lon_e7 = at.lon_e7;
	snprintf(s->area, sizeof(s->area), "%s", area);
	return 0;
}

/* ---- How the units stand. ---- */

static int read_duty(const json_t *object, struct recommend_unit *u, struct err *err)
{
	const char *duty = NULL, *presence = NULL;
	int is;

	if (jsonin_string(object, "duty", JSONIN_OPTIONAL, 20, &duty, err) < 0 ||
	    jsonin_string(object, "presence", JSONIN_OPTIONAL, 20, &presence, err) < 0 ||
	    jsonin_time(object, "presence_since", JSONIN_OPTIONAL, &u->presence_since_ms, err) <
		    0)
		return -1;
	if (duty != NULL) {
		is = find_name(recommend_duty_names, RECOMMEND_DUTIES, duty);
		if (is < 0)
			return err_field(err, "duty", "is on, off or out_of_service");
		u->duty = (enum recommend_duty)is;
	}
	if (presence != NULL) {
		is = find_name(recommend_presence_names, RECOMMEND_PRESENCES, presence);
		if (is < 0)
			return err_field(err, "presence",
					 "is unknown, online, offline or logged_out");
		u->presence = (enum recommend_presence)is;
	}
	return 0;
}

static int read_position(const json_t *object, struct recommend_unit *u, struct err *err)
{
	const json_t *point;
	struct location at;

	if (read_point(object, "position", &at, &point, err) < 0 ||
	    (point != NULL &&
	     jsonin_time(point, "at", JSONIN_REQUIRED, &u->position_at_ms, err) < 0))
		return -1;
	u->has_position = point != NULL;
	u->lat_e7 = at.lat_e7;
	u->lon_e7 = at.lon_e7;
	return 0;
}

static int read_busy(const json_t *object, struct recommend_unit *u, struct err *err)
{
	static const char *const known[] = {"no", "state", "since", "priority", NULL};
	const char *state = "";
	int64_t priority = 0;
	const json_t *busy;

	if (jsonin_child(object, "busy", JSON_OBJECT, &busy, err) < 0)
		return -1;
	if (busy == NULL)
		return 0;
	u->is_busy = true;
	if (refuse_others(busy, known, err) < 0 ||
	    jsonin_int(busy, "no", JSONIN_REQUIRED, 1, NO_MAX, &u->busy_no, err) < 0 ||
	    jsonin_string(busy, "state", JSONIN_OPTIONAL, sizeof(u->busy_state) - 1, &state,
			  err) < 0 ||
	    jsonin_time(busy, "since", JSONIN_OPTIONAL, &u->busy_since_ms, err) < 0 ||
	    jsonin_int(busy, "priority", JSONIN_OPTIONAL, 1, 4, &priority, err) < 0)
		return -1;
	snprintf(u->busy_state, sizeof(u->busy_state), "%s", state);
	u->busy_priority = (int)priority;
	return 0;
}

static int read_state(const json_t *object, struct recommend_unit *u, struct err *err)
{
	int64_t jobs = -1, staff = u->staff, worked_min = 0;

	if (read_duty(object, u, err) < 0 || read_position(object, u, err) < 0 ||
	    read_busy(object, u, err) < 0 ||
	    jsonin_bool(object, "here", &u->is_here, err) < 0 ||
	    jsonin_bool(object, "declined", &u->has_declined, err) < 0 ||
	    jsonin_int(object, "shift_jobs", JSONIN_OPTIONAL, 0, 1000, &jobs, err) < 0 ||
	    jsonin_time(object, "on_since", JSONIN_OPTIONAL, &u->on_since_ms, err) < 0 ||
	    jsonin_int(object, "worked_min", JSONIN_OPTIONAL, 0, 100000, &worked_min, err) <
		    0 ||
	    jsonin_int(object, "staff", JSONIN_OPTIONAL, 0, 1000, &staff, err) < 0)
		return -1;
	u->shift_jobs = (int)jobs;
	u->worked_ms = worked_min * 60000;
	u->staff = (int)staff;
	return 0;
}

static int read_unit(const struct rules *rules, const json_t *object,
		     struct recommend_unit *units, struct err *err)
{
	static const char *const known[] = {"id",    "duty",       "presence", "presence_since",
					    "busy",  "position",   "here",     "declined",
					    "staff", "shift_jobs", "on_since", "worked_min",
					    NULL};
	const char *id = NULL;

	if (!json_is_object(object))
		return err_field(err, "units", "each is an object");
	if (refuse_others(object, known, err) < 0 ||
	    jsonin_string(object, "id", JSONIN_REQUIRED, UNIT_ID_SIZE - 1, &id, err) < 0)
		return -1;
	for (unsigned i = 0; i < rules_unit_count(rules); i++)
		if (strcmp(units[i].unit->id, id) == 0) {
			if (read_state(object, &units[i], err) < 0)
				return err_wrap(err, "%s", id);
			return 0;
		}
	return err_field(err, "id", "no unit \"%.30s\" in units.tsv", id);
}

/* ---- What hospitals have said. ---- */

static int read_hospital(const struct rules *rules, const json_t *object,
			 struct receiving *receiving, struct err *err)
{
	static const char *const known[] = {"id", "receiving", "at", NULL};
	const char *id = NULL, *is = NULL;
	int64_t at_ms = 0;
	int state;

	if (!json_is_object(object))
		return err_field(err, "hospitals", "each is an object");
	if (refuse_others(object, known, err) < 0 ||
	    jsonin_string(object, "id", JSONIN_REQUIRED, HOSPITAL_ID_SIZE - 1, &id, err) < 0 ||
	    jsonin_string(object, "receiving", JSONIN_REQUIRED, 20, &is, err) < 0 ||
	    jsonin_time(object, "at", JSONIN_REQUIRED, &at_ms, err) < 0)
		return -1;
	if (hospitals_find(rules_hospitals(rules), id) == NULL)
		return err_field(err, "id", "no hospital \"%.30s\" in hospitals.tsv", id);
	state = find_name(receiving_names, RECEIVING_STATES, is);
	if (state <= 0)
		return err_field(err, "receiving", "is open, busy or divert");
	(void)receiving_say(receiving, id, (enum receiving_state)state,
			    at_ms); /* the newer holds */
	return 0;
}

static int read_hospitals(const struct rules *rules, const json_t *doc,
			  struct receiving *receiving, struct err *err)
{
	const json_t *list;

	if (jsonin_child(doc, "hospitals", JSON_ARRAY, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (read_hospital(rules, json_array_get(list, i), receiving, err) < 0)
			return -1;
	return 0;
}

int situation_read(const struct rules *rules, const json_t *doc, int64_t now_ms,
		   struct recommend_unit *units, struct receiving *receiving,
		   struct recommend_situation *situation, struct err *err)
{
	static const char *const known[] = {"now",   "level",     "incident",
					    "units", "hospitals", NULL};
	struct recommend_situation s = {.now_ms = now_ms,
					.agencies = UINT32_MAX,
					.unit = units,
					.receiving = receiving,
					.unit_count = rules_unit_count(rules)};
	const json_t *list;
	int64_t level = 1;

	if (!json_is_object(doc))
		return err_set(err, ERR_INVALID, "a situation is a JSON object");
	if (refuse_others(doc, known, err) < 0 ||
	    jsonin_time(doc, "now", JSONIN_OPTIONAL, &s.now_ms, err) < 0 ||
	    jsonin_int(doc, "level", JSONIN_OPTIONAL, 1, PLAN_LEVELS, &level, err) < 0 ||
	    read_incident(rules, doc, &s, err) < 0 ||
	    read_hospitals(rules, doc, receiving, err) < 0 ||
	    jsonin_child(doc, "units", JSON_ARRAY, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (read_unit(rules, json_array_get(list, i), units, err) < 0)
			return -1;
	s.level = (int)level;
	*situation = s;
	return 0;
}
