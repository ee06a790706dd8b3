#include "core/access.h"

#include <string.h>

#include "model/shift.h"

#define BIT(right) (1u << (right))

#define WATCHES BIT(RIGHT_WATCH)
#define TAKES   (BIT(RIGHT_SEND_REPORT) | BIT(RIGHT_SEND_CALL))
#define LEADS                                                                                  \
	(WATCHES | TAKES | BIT(RIGHT_ACT) | BIT(RIGHT_SEE_REPORTER) | BIT(RIGHT_SEE_ALL) |     \
	 BIT(RIGHT_SEE_CALLS))

/* What is not named here is not allowed. A supervisor takes calls when the room is full, an
 * administrator proves that the way in works: both may send. The crews of a unit hear of their
 * orders by radio (MQTT) and see nothing here. */
static const struct {
	unsigned rights;
	bool needs_agency;
} roles[ROLES] = {
	[ROLE_NONE] = {0, false},
	[ROLE_ADAPTER] = {TAKES, false},
	[ROLE_APP] = {BIT(RIGHT_SEND_REPORT), false},
	[ROLE_CALLTAKER] = {LEADS, false},
	[ROLE_DISPATCHER] = {WATCHES | BIT(RIGHT_ACT), true},
	[ROLE_SUPERVISOR] = {LEADS | BIT(RIGHT_SEE_SECRET) | BIT(RIGHT_CLEAR_CALLERS) |
				     BIT(RIGHT_SEE_METRICS),
			     false},
	[ROLE_ADMIN] = {LEADS | BIT(RIGHT_SEE_SECRET) | BIT(RIGHT_SEE_ANONYMOUS) |
				BIT(RIGHT_CLEAR_CALLERS) | BIT(RIGHT_SEE_METRICS),
			false},
	[ROLE_UNIT] = {0, true},
	[ROLE_VIEWER] = {WATCHES | BIT(RIGHT_SEE_ALL) | BIT(RIGHT_SEE_METRICS), false},
};

const char *const role_names[ROLES] = {
	[ROLE_NONE] = "none",
	[ROLE_ADAPTER] = "adapter",
	[ROLE_APP] = "app",
	[ROLE_CALLTAKER] = "calltaker",
	[ROLE_DISPATCHER] = "dispatcher",
	[ROLE_SUPERVISOR] = "supervisor",
	[ROLE_ADMIN] = "admin",
	[ROLE_UNIT] = "unit",
	[ROLE_VIEWER] = "viewer",
};

enum role role_find(const char *name)
{
	for (enum role role = ROLE_NONE + 1; role < ROLES; role++)
		if (strcmp(role_names[role], name) == 0)
			return role;
	return ROLE_NONE;
}

bool role_needs_agency(enum role role)
{
	return role < ROLES && roles[role].needs_agency;
}

/* Whose agency is not configured (any more) may nothing, until it is again. */
static bool is_placed(const struct principal *principal)
{
	return !role_needs_agency(principal->role) ||
	       (principal->agency >= 0 && principal->agency < AGENCY_MAX);
}

bool principal_may(const struct principal *principal, enum right right)
{
	return principal->role < ROLES && right < RIGHTS && is_placed(principal) &&
	       (roles[principal->role].rights & BIT(right)) != 0;
}

static agency_set own_agency(const struct principal *principal)
{
	return role_needs_agency(principal->role) ? (agency_set)1 << principal->agency : 0;
}

struct viewer principal_viewer(const struct principal *principal)
{
	if (!principal_may(principal, RIGHT_WATCH))
		return (struct viewer){.may_watch = false};
	return (struct viewer){
		.may_watch = true,
		.sees_all = principal_may(principal, RIGHT_SEE_ALL),
		.sees_secret = principal_may(principal, RIGHT_SEE_SECRET),
		.sees_calls = principal_may(principal, RIGHT_SEE_CALLS),
		.agencies = own_agency(principal),
	};
}

/* Who acts and is of one agency acts for that one; who is of none leads them all. */
agency_set principal_acts_for(const struct principal *principal,
			      const struct agencies *agencies)
{
	agency_set all = (agency_set)(((uint64_t)1 << agencies->count) - 1);

	if (!principal_may(principal, RIGHT_ACT))
		return 0;
	return role_needs_agency(principal->role) ? own_agency(principal) & all : all;
}

bool principal_has_desk(const struct principal *principal, int desk,
			const struct agencies *agencies)
{
	if (desk == DESK_OF_ALL)
		return principal_may(principal, RIGHT_ACT) &&
		       !role_needs_agency(principal->role);
	return (principal_acts_for(principal, agencies) >> desk & 1) != 0;
}
