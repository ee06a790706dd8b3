#include "core/joining.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "core/joining_private.h"

#define CALLS      "call-112"
#define NOT_LEARNT "there is no model/similar.tsv: no report is taken for another's"

_Static_assert(sizeof(((struct joining *)0)->caller_key) == crypto_shorthash_KEYBYTES,
	       "libsodium's keys are of another size");

struct joining *joining_new(struct store *store, const struct agencies *agencies,
			    const struct clock *clock, struct metrics *metrics)
{
	struct joining *joining = xcalloc(1, sizeof(*joining));

	joining->store = store;
	joining->agencies = agencies;
	joining->clock = clock;
	joining->metrics = metrics;
	joining->recent = recent_new();
	randombytes_buf(joining->caller_key, sizeof(joining->caller_key));
	return joining;
}

void joining_free(struct joining **joining)
{
	struct joining *mine = *joining;

	*joining = NULL;
	if (mine == NULL)
		return;
	if (mine->open_folds != 0 || mine->fill.is_running)
		panic("joining: freed with %u folds unanswered", mine->open_folds);
	recent_free(&mine->recent);
	xfree(mine);
}

void joining_set_rules(struct joining *joining, const struct rules *rules,
		       const struct similar_rules *similar,
		       const struct joining_settings *settings)
{
	joining->rules = rules;
	joining->similar = similar;
	joining->settings = *settings;
	if (!joining_works(joining))
		recent_clear(joining->recent);
	joining_count(joining);
	if (joining->settings.is_on && joining->similar == NULL)
		log_warn("joining", "nothing_is_linked reason=\"%s\"", NOT_LEARNT);
}

bool joining_works(const struct joining *joining)
{
	return joining->similar != NULL && joining->settings.is_on;
}

void joining_count(const struct joining *joining)
{
	metrics_set(joining->metrics, METRIC_RECENT_REPORTS, recent_count(joining->recent));
}

bool joining_is_on(const struct joining *joining)
{
	return joining->settings.is_on;
}

const char *joining_trouble(const struct joining *joining)
{
	if (!joining->settings.is_on)
		return "";
	if (joining->similar == NULL)
		return NOT_LEARNT;
	return joining->fill.is_running ? "what came in before is still being read" : "";
}

void joining_stop(struct joining *joining)
{
	joining->is_stopped = true;
}

void joining_take(struct joining *joining, const struct gist_of *of, struct gist *gist_r)
{
	gist_take(joining->rules, &joining->similar->tongue, of, &joining->scratch, gist_r);
}

bool joining_is_call(const char *source)
{
	return strcmp(source, CALLS) == 0;
}

bool joining_is_over(const struct joining *joining, int64_t at_ms)
{
	int64_t age_ms = joining->clock->wall_ms(joining->clock) - at_ms;

	return age_ms > joining->settings.window_min * 60000;
}
