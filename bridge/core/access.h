/* Who somebody is and what that lets them do: roles as one table, deny by default.
 *
 * A principal is a value, made from a session or a token by accounts.h; every exit asks here or
 * in model/audience.h. Any thread. */
#pragma once

#include "model/audience.h"
#include "model/command.h"

enum role {
	ROLE_NONE,
	ROLE_ADAPTER,
	ROLE_APP,
	ROLE_CALLTAKER,
	ROLE_DISPATCHER,
	ROLE_SUPERVISOR,
	ROLE_ADMIN,
	ROLE_UNIT,
	ROLE_VIEWER,
	ROLES
};

enum right {
	RIGHT_SEND_REPORT,
	RIGHT_SEND_CALL,
	RIGHT_WATCH,         /* stream, lists, incidents, log */
	RIGHT_ACT,           /* acknowledge, note, reclassify, relocate, close, reopen */
	RIGHT_SEE_REPORTER,  /* of a public report */
	RIGHT_SEE_ANONYMOUS, /* the reporter of an anonymous or secret one */
	RIGHT_SEE_ALL,       /* incidents of every agency */
	RIGHT_SEE_SECRET,
	RIGHT_SEE_CALLS,
	RIGHT_CLEAR_CALLERS, /* what a score was made of is forgotten */
	RIGHT_SEE_METRICS,   /* figures about the bridge itself */
	RIGHTS
};

struct principal {
	char name[USER_SIZE];
	enum role role;
	int agency; /* index; -1: none */
	bool is_token;
	uint64_t serial; /* of its session or token: accounts.h tells whether it still holds */
};

extern const char *const role_names[ROLES];

enum role role_find(const char *name); /* ROLE_NONE: there is none */
bool role_needs_agency(enum role role);
bool principal_may(const struct principal *principal, enum right right);
/* What it may see, and in whose name it may decide. */
struct viewer principal_viewer(const struct principal *principal);
/* Whether that desk (model/shift.h) is theirs: who is of one agency has that agency's, who is
 * of none has them all and that of 112. */
bool principal_has_desk(const struct principal *principal, int desk,
			const struct agencies *agencies);
agency_set principal_acts_for(const struct principal *principal,
			      const struct agencies *agencies);
