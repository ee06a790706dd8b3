#include "model/mayday.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

const char *const mayday_step_names[MAYDAY_STEPS] = {
	[MAYDAY_NONE] = NULL,
	[MAYDAY_RAISED] = "mayday",
	[MAYDAY_ANSWERED] = "mayday_answered",
	[MAYDAY_OVER] = "mayday_over",
};

int mayday_find(const char *status)
{
	for (int step = MAYDAY_RAISED; step < MAYDAY_STEPS; step++)
		if (strcmp(mayday_step_names[step], status) == 0)
			return step;
	return -1;
}

/* ---- What is said. ---- */

static int call(struct mayday *mayday, const struct mayday_word *word)
{
	bool is_heard = mayday->answered_at_ms != 0 || mayday->over_at_ms != 0;

	if (mayday->since_ms != 0 && !is_heard)
		return 0;
	*mayday = (struct mayday){.since_ms = word->at_ms};
	snprintf(mayday->by, USER_SIZE, "%s", word->by);
	snprintf(mayday->note, MAYDAY_NOTE_SIZE, "%s", word->note);
	return 1;
}

static void answer(struct mayday *mayday, const struct mayday_word *word)
{
	mayday->answered_at_ms = word->at_ms;
	snprintf(mayday->answered_by, USER_SIZE, "%s", word->by);
}

static int answer_first(struct mayday *mayday, const struct mayday_word *word, struct err *err)
{
	if (mayday->answered_at_ms != 0)
		return err_field(err, "status", "was answered by %s", mayday->answered_by);
	answer(mayday, word);
	return 1;
}

static int end(struct mayday *mayday, const struct mayday_word *word, struct err *err)
{
	if (mayday->over_at_ms != 0 && strcmp(mayday->over_by, word->by) != 0) {
		*mayday = (struct mayday){.since_ms = 0};
		return 1;
	}
	if (mayday->over_at_ms != 0)
		return err_field(err, "status",
				 "was said by the same before: another person has to agree");
	mayday->over_at_ms = word->at_ms;
	snprintf(mayday->over_by, USER_SIZE, "%s", word->by);
	return 1;
}

int mayday_take(struct mayday *mayday, const struct mayday_word *word, struct err *err)
{
	if (word->step == MAYDAY_RAISED)
		return call(mayday, word);
	if (mayday->since_ms == 0)
		return err_field(err, "status", "no call for help stands");
	return word->step == MAYDAY_ANSWERED ? answer_first(mayday, word, err)
					     : end(mayday, word, err);
}

/* ---- As JSON. ---- */

static const char *or_null(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static void write_time(struct jsonw *w, const char *key, int64_t at_ms)
{
	if (at_ms != 0)
		jsonw_time(w, key, at_ms);
	else
		jsonw_null(w, key);
}

static void write_incident(const struct mayday *mayday, struct jsonw *w)
{
	jsonw_string(w, "incident_id", or_null(mayday->incident.id));
	if (mayday->incident.no != 0)
		jsonw_int(w, "no", mayday->incident.no);
	else
		jsonw_null(w, "no");
	jsonw_bool(w, "exercise", mayday->incident.is_exercise);
}

void mayday_write(const struct mayday *mayday, struct jsonw *w, const char *key)
{
	if (mayday->since_ms == 0)
		return;
	jsonw_open(w, key, '{');
	jsonw_time(w, "since", mayday->since_ms);
	jsonw_string(w, "by", or_null(mayday->by));
	jsonw_string(w, "note", or_null(mayday->note));
	write_incident(mayday, w);
	jsonw_string(w, "answered_by", or_null(mayday->answered_by));
	write_time(w, "answered_at", mayday->answered_at_ms);
	jsonw_string(w, "over_by", or_null(mayday->over_by));
	write_time(w, "over_at", mayday->over_at_ms);
	jsonw_close(w, '}');
}

void mayday_read(const json_t *object, struct mayday *mayday)
{
	*mayday = (struct mayday){.since_ms = 0};
	if (!json_is_object(object))
		return;
	mayday->since_ms = jsonin_kept_time(object, "since");
	jsonin_kept_text(object, "by", mayday->by, USER_SIZE);
	jsonin_kept_text(object, "note", mayday->note, MAYDAY_NOTE_SIZE);
	jsonin_kept_text(object, "incident_id", mayday->incident.id, ID_SIZE);
	mayday->incident.no = json_integer_value(json_object_get(object, "no"));
	mayday->incident.is_exercise = json_is_true(json_object_get(object, "exercise"));
	jsonin_kept_text(object, "answered_by", mayday->answered_by, USER_SIZE);
	mayday->answered_at_ms = jsonin_kept_time(object, "answered_at");
	jsonin_kept_text(object, "over_by", mayday->over_by, USER_SIZE);
	mayday->over_at_ms = jsonin_kept_time(object, "over_at");
}

/* What it waits for a person to do. */
static const char *waits_for(const struct mayday *mayday)
{
	if (mayday->over_at_ms != 0)
		return "second_person";
	return mayday->answered_at_ms != 0 ? "all_clear" : "answer";
}

void mayday_write_alarm(const struct mayday *mayday, const char *unit, const char *agency,
			struct jsonw *w)
{
	write_incident(mayday, w);
	jsonw_string(w, "kind", "mayday");
	jsonw_string(w, "agency", agency);
	jsonw_int(w, "priority", 1);
	jsonw_string(w, "unit", unit);
	jsonw_string(w, "note", or_null(mayday->note));
	jsonw_string(w, "waits_for", waits_for(mayday));
	jsonw_time(w, "since", mayday->since_ms);
	jsonw_string(w, "acknowledged_by", or_null(mayday->answered_by));
	write_time(w, "acknowledged_at", mayday->answered_at_ms);
	jsonw_string(w, "over_by", or_null(mayday->over_by));
	write_time(w, "over_at", mayday->over_at_ms);
}
