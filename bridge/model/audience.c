#include "model/audience.h"

bool audience_admits(const struct audience *audience, const struct viewer *viewer)
{
	bool is_theirs = (audience->agencies & viewer->agencies) != 0;

	if (!viewer->may_watch)
		return false;
	switch (audience->scope) {
	case SCOPE_INCIDENT:
		return viewer->sees_all || is_theirs;
	case SCOPE_SECRET:
		return viewer->sees_secret || is_theirs;
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
	       a->agencies == b->agencies;
}
