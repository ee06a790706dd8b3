#include "model/audience.h"

/* Apart from what may be seen: who asks for less can never see more by it. */
static bool is_asked_for(const struct audience *audience, const struct viewer *viewer)
{
	return viewer->only == 0 || (audience->agencies & viewer->only) != 0;
}

bool audience_admits(const struct audience *audience, const struct viewer *viewer)
{
	bool is_theirs = (audience->agencies & viewer->agencies) != 0;

	if (!viewer->may_watch)
		return false;
	switch (audience->scope) {
	case SCOPE_INCIDENT:
		return (viewer->sees_all || is_theirs) && is_asked_for(audience, viewer);
	case SCOPE_SECRET:
		return (viewer->sees_secret || is_theirs) && is_asked_for(audience, viewer);
	case SCOPE_CALL:
		return viewer->sees_calls;
	case SCOPE_STAFF:
		return true;
	}
	return false;
}

bool viewer_equals(const struct viewer *a, const struct viewer *b)
{
	return a->may_watch == b->may_watch && a->sees_all == b->sees_all &&
	       a->sees_secret == b->sees_secret && a->sees_calls == b->sees_calls &&
	       a->agencies == b->agencies && a->only == b->only;
}
