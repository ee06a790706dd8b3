#include "model/major.h"

#include <string.h>

#include "model/incident_private.h"

int incident_link(struct incident *incident, const struct command *command, struct err *err)
{
	if (incident->parent.no != 0)
		return err_set(err, ERR_CONFLICT,
			       "it is part of #%04lld already: unlink it first",
			       (long long)incident->parent.no);
	if (incident->is_major)
		return err_set(
			err, ERR_CONFLICT,
			"it is a major incident itself: unlink what is part of it first");
	memcpy(incident->parent.id, command->into, ID_SIZE);
	incident->parent.no = command->into_no;
	return 0;
}

int incident_unlink(struct incident *incident, const struct command *command, struct err *err)
{
	(void)command;
	if (incident->parent.no == 0)
		return err_field(err, "action", "it is part of no other");
	incident->parent = (struct incident_ref){0};
	return 0;
}

static int check_parent(const struct incident *parent, unsigned children, struct err *err)
{
	long long no = (long long)parent->no;

	if (parent->merged_into.no != 0)
		return err_field(err, "parent", "#%04lld was merged into #%04lld", no,
				 (long long)parent->merged_into.no);
	if (parent->status == INCIDENT_CLOSED)
		return err_field(err, "parent", "#%04lld is closed", no);
	if (parent->parent.no != 0)
		return err_set(err, ERR_CONFLICT,
			       "#%04lld is part of #%04lld itself: link to that", no,
			       (long long)parent->parent.no);
	if (children >= CHILDREN_MAX)
		return err_set(err, ERR_CONFLICT, "#%04lld has %u parts already", no, children);
	return 0;
}

int incident_may_be_of(const struct incident *incident, const struct incident *parent,
		       unsigned children, struct err *err)
{
	if (incident->no == parent->no)
		return err_field(err, "parent", "must be another incident");
	if (incident->is_exercise != parent->is_exercise)
		return err_field(err, "parent", "an exercise does not mix with what is real");
	if (incident->anonymity == ANONYMITY_SECRET || parent->anonymity == ANONYMITY_SECRET)
		return err_field(err, "parent", "a secret report stays by itself");
	return check_parent(parent, children, err);
}

/* Who has decided something about the parent has decided it all the same. */
static void touch(struct incident *parent, int64_t at_ms)
{
	parent->version++;
	parent->updated_at_ms = at_ms;
	parent->heard = parent->moved = 0;
	parent->changed = 0;
}

void incident_take_child(struct incident *parent, int64_t at_ms)
{
	parent->is_major = true;
	touch(parent, at_ms);
}

void incident_lose_child(struct incident *parent, bool has_more, int64_t at_ms)
{
	parent->is_major = has_more;
	touch(parent, at_ms);
}
