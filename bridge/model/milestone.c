#include "model/milestone.h"

#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "model/incident_private.h"

const char *const milestone_names[MILESTONES] = {
	[MILESTONE_ACKNOWLEDGED] = "acknowledged", [MILESTONE_ORDERED] = "ordered",
	[MILESTONE_ACCEPTED] = "accepted",         [MILESTONE_EN_ROUTE] = "en_route",
	[MILESTONE_ON_SCENE] = "on_scene",         [MILESTONE_CLEARED] = "cleared",
};

static const struct {
	enum order_state order; /* ORDER_STATES: units have none such */
	bool is_of_agency;
} kinds[MILESTONES] = {
	[MILESTONE_ACKNOWLEDGED] = {ORDER_STATES, true},
	[MILESTONE_ORDERED] = {ORDER_ORDERED, true},
	[MILESTONE_ACCEPTED] = {ORDER_ACCEPTED, false},
	[MILESTONE_EN_ROUTE] = {ORDER_EN_ROUTE, true},
	[MILESTONE_ON_SCENE] = {ORDER_ON_SCENE, true},
	[MILESTONE_CLEARED] = {ORDER_CLEARED, true},
};

int milestone_find(const char *name)
{
	for (int i = 0; i < MILESTONES; i++)
		if (i != MILESTONE_ORDERED && strcmp(milestone_names[i], name) == 0)
			return i;
	return -1;
}

/* A time, and what was told first where that was another. 0: none. */
struct mark {
	int64_t at_ms, told_ms;
};

static struct mark of_order(const struct order *order, enum milestone milestone)
{
	enum order_state state = kinds[milestone].order;

	if (state == ORDER_STATES)
		return (struct mark){0};
	return (struct mark){order->step_ms[state], order->told_ms[state]};
}

static struct mark of_part(const struct assignment *part, enum milestone milestone)
{
	return (struct mark){part->step_ms[milestone], part->told_ms[milestone]};
}

/* --- corrected --- */

/* Whose times: of an order, or of a part. */
struct subject {
	struct order *order; /* NULL: of the part */
	struct assignment *part;
};

static struct mark mark_of(const struct subject *subject, enum milestone milestone)
{
	return subject->order != NULL ? of_order(subject->order, milestone)
				      : of_part(subject->part, milestone);
}

/* The order that the unit has, else the last that it had. */
static struct order *find_order(struct incident *incident, const char *unit)
{
	struct order *last = NULL;

	for (unsigned i = 0; i < incident->sent_count; i++) {
		struct order *order = &incident->sent[i];

		if (strcmp(order->unit, unit) != 0)
			continue;
		last = order;
		if (order_is_live(order->state))
			break;
	}
	return last;
}

static int find_subject(struct incident *incident, const struct command *command,
			struct subject *subject_r, struct err *err)
{
	unsigned agency = 0;

	*subject_r = (struct subject){.order = NULL};
	if (command->unit_count == 0) {
		if (incident_acting_agency(incident, command, &agency, err) < 0)
			return -1;
		subject_r->part = &incident->assignment[agency];
		return 0;
	}
	if ((command->acts_for >> command->unit[0].agency & 1) == 0)
		return err_field(err, "unit", "%s is not of an agency you act for",
				 command->unit[0].id);
	subject_r->order = find_order(incident, command->unit[0].id);
	if (subject_r->order == NULL)
		return err_field(err, "unit", "%s was not sent to this incident",
				 command->unit[0].id);
	return 0;
}

static int refuse_order(enum milestone milestone, const struct mark *mark, struct err *err)
{
	char at[CLOCK_TEXT];

	clock_format(mark->at_ms, at);
	return err_field(err, "to", "%s was at %s: that order stays",
			 milestone_names[milestone], at);
}

/* A crew is on the way before it is there, and there before it is done. */
static int check_order(const struct subject *subject, enum milestone milestone, int64_t to_ms,
		       struct err *err)
{
	for (int i = MILESTONE_EN_ROUTE; i < MILESTONES; i++) {
		struct mark other = mark_of(subject, (enum milestone)i);

		if (milestone < MILESTONE_EN_ROUTE || i == (int)milestone || other.at_ms == 0)
			continue;
		if (i < (int)milestone ? to_ms < other.at_ms : to_ms > other.at_ms)
			return refuse_order((enum milestone)i, &other, err);
	}
	return 0;
}

static int64_t came_at(const struct incident *incident)
{
	return incident->happened_ms != 0 && incident->happened_ms < incident->opened_at_ms
		       ? incident->happened_ms
		       : incident->opened_at_ms;
}

static int check_time(const struct incident *incident, const struct command *command,
		      const struct mark *mark, struct err *err)
{
	if (command->corrected_ms > command->at_ms)
		return err_field(err, "to", "is in the future");
	if (command->corrected_ms < came_at(incident))
		return err_field(err, "to", "is before the incident came in");
	if (command->corrected_ms == mark->at_ms)
		return err_field(err, "to", "is what stands");
	return 0;
}

static void put(const struct subject *subject, enum milestone milestone, struct mark mark)
{
	if (subject->order != NULL) {
		subject->order->step_ms[kinds[milestone].order] = mark.at_ms;
		subject->order->told_ms[kinds[milestone].order] = mark.told_ms;
	} else {
		subject->part->step_ms[milestone] = mark.at_ms;
		subject->part->told_ms[milestone] = mark.told_ms;
	}
}

int incident_correct(struct incident *incident, const struct command *command, struct err *err)
{
	enum milestone milestone = command->milestone;
	struct subject subject;
	struct mark mark;

	if (find_subject(incident, command, &subject, err) < 0)
		return -1;
	mark = mark_of(&subject, milestone);
	if (mark.at_ms == 0)
		return err_field(err, "milestone", "%s was never told %s",
				 milestone_names[milestone],
				 subject.order != NULL ? "of this unit"
						       : "of the agency itself: name the unit");
	if (check_time(incident, command, &mark, err) < 0 ||
	    check_order(&subject, milestone, command->corrected_ms, err) < 0)
		return -1;
	incident->was_ms = mark.at_ms;
	put(&subject, milestone,
	    (struct mark){command->corrected_ms,
			  mark.told_ms != 0 ? mark.told_ms : mark.at_ms});
	return 0;
}

/* --- as JSON --- */

static void write_one(struct jsonw *w, const char *agency, const char *unit,
		      enum milestone milestone, struct mark mark)
{
	if (mark.at_ms == 0)
		return;
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "agency", agency);
	jsonw_string(w, "unit", unit);
	jsonw_string(w, "milestone", milestone_names[milestone]);
	jsonw_time(w, "at", mark.at_ms);
	if (mark.told_ms != 0) {
		jsonw_open(w, "corrected", '{');
		jsonw_time(w, "was", mark.told_ms);
		jsonw_close(w, '}');
	}
	jsonw_close(w, '}');
}

/* The first of its units; it is done when the last of them is. */
static struct mark of_units(const struct incident *incident, unsigned agency,
			    enum milestone milestone)
{
	struct mark found = {0};

	for (unsigned i = 0; i < incident->sent_count; i++) {
		const struct order *order = &incident->sent[i];
		struct mark mark = of_order(order, milestone);
		bool is_last = milestone == MILESTONE_CLEARED;

		if (order->agency != agency)
			continue;
		if (is_last && order_is_live(order->state))
			return (struct mark){0};
		if (mark.at_ms != 0 &&
		    (found.at_ms == 0 || (mark.at_ms > found.at_ms) == is_last))
			found = mark;
	}
	return found;
}

static void write_agency(const struct incident *incident, unsigned agency, const char *id,
			 struct jsonw *w)
{
	for (int i = 0; i < MILESTONES; i++) {
		enum milestone milestone = (enum milestone)i;
		struct mark mark = of_part(&incident->assignment[agency], milestone);

		if (mark.at_ms == 0 && kinds[i].is_of_agency)
			mark = of_units(incident, agency, milestone);
		write_one(w, id, NULL, milestone, mark);
	}
	for (unsigned n = 0; n < incident->sent_count; n++)
		for (int i = 0; i < MILESTONES && incident->sent[n].agency == agency; i++)
			write_one(w, id, incident->sent[n].unit, (enum milestone)i,
				  of_order(&incident->sent[n], (enum milestone)i));
}

void milestones_write(const struct incident *incident, const struct agencies *agencies,
		      struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < agencies->count; i++)
		if (incident_has_agency(incident, i))
			write_agency(incident, i, agencies->agency[i].id, w);
	jsonw_close(w, ']');
}

void milestones_write_workflow(struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '{');
	jsonw_open(w, "agency", '[');
	for (int i = 0; i < MILESTONES; i++)
		if (kinds[i].is_of_agency && i != MILESTONE_ORDERED)
			jsonw_string(w, NULL, milestone_names[i]);
	jsonw_close(w, ']');
	jsonw_open(w, "unit", '[');
	for (int i = 0; i < MILESTONES; i++)
		if (kinds[i].order != ORDER_STATES && i != MILESTONE_ORDERED)
			jsonw_string(w, NULL, milestone_names[i]);
	jsonw_close(w, ']');
	jsonw_close(w, '}');
}
