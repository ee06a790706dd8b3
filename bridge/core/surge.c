/* Many reports of one matter become one card.
 *
 * Only what is shown changes: each lives on by itself. A card that hides others is never less
 * urgent than they are, nor does one that somebody works on, or that a person has taken out,
 * go under another. */
#include <string.h>

#include "base/xalloc.h"
#include "core/joining_private.h"

#define SURGE_MATTERS_MAX 64
#define SURGE_LEADS_MAX   4 /* of different ones that are tried */
#define SURGE_FOUND_MAX   384

struct surge {
	struct joining *joining;
	const struct recent_report *report; /* that came in just now */
	unsigned count;
	struct member {
		struct matter *matter;
		unsigned reports; /* of it, in reach and in time */
		bool is_tried;    /* as the card of the others */
		bool is_of_lead;  /* may go under the one that is tried */
		bool counts;      /* and is more of the same */
	} member[SURGE_MATTERS_MAX];
};

/* One decision of ours on its way to the store and back. */
struct fold {
	struct store_request request;
	struct command command;
	struct joining *joining;
};

/* ---- Who is in it. ---- */

static bool may_fold(const struct joining *joining, const struct gist *a, const struct gist *b)
{
	struct comparison c;

	return similar_may_fold(joining->similar, a, b, (double)joining->settings.surge_reach_m,
				&c);
}

static bool is_in_time(const struct surge *surge, const struct recent_report *other)
{
	int64_t ms = surge->report->gist.at_ms - other->gist.at_ms;

	return (ms < 0 ? -ms : ms) <= surge->joining->settings.surge_min * 60000;
}

static bool is_in_it(const struct surge *surge, const struct recent_report *other)
{
	const struct matter *matter = other->matter;

	if (matter->id[0] == '\0' || matter->stands_alone ||
	    matter->is_exercise != surge->report->matter->is_exercise ||
	    !is_in_time(surge, other))
		return false;
	return may_fold(surge->joining, &surge->report->gist, &other->gist);
}

static void add_member(struct surge *surge, struct matter *matter)
{
	unsigned i = 0;

	while (i < surge->count && surge->member[i].matter != matter)
		i++;
	if (i == SURGE_MATTERS_MAX)
		return;
	if (i == surge->count)
		surge->member[surge->count++] = (struct member){.matter = matter};
	surge->member[i].reports++;
}

static void gather(struct surge *surge)
{
	struct recent_report *found[SURGE_FOUND_MAX];
	unsigned count = recent_look_wide(surge->joining->recent, &surge->report->gist, found,
					  SURGE_FOUND_MAX);

	add_member(surge, surge->report->matter);
	for (unsigned i = 0; i < count; i++)
		if (found[i] != surge->report && is_in_it(surge, found[i]))
			add_member(surge, found[i]->matter);
}

/* Of a matter with many reports only some are held: then all of it counts. */
static unsigned weight_of(const struct member *member)
{
	return member->reports >= RECENT_EACH_MAX ? member->matter->report_count
						  : member->reports;
}

/* ---- Whose card it is. ---- */

static bool is_card(const struct matter *matter)
{
	return matter->folded_into[0] == '\0';
}

/* The card that it is shown under, as long as that is one. */
static const struct matter *card_of(const struct surge *surge, const struct matter *matter)
{
	const struct matter *card =
		is_card(matter) ? NULL
				: recent_matter(surge->joining->recent, matter->folded_into);

	return card != NULL && is_card(card) ? card : NULL;
}

static unsigned cards_under(const struct surge *surge, const struct matter *matter)
{
	unsigned count = matter->report_count;

	for (unsigned i = 0; i < surge->count; i++)
		if (strcmp(surge->member[i].matter->folded_into, matter->id) == 0)
			count += surge->member[i].matter->report_count;
	return count;
}

/* The most urgent, then the one that is worked on, then the largest, then the oldest. */
static bool is_better_lead(const struct surge *surge, const struct matter *a,
			   const struct matter *b)
{
	unsigned under_a, under_b;

	if (a->priority != b->priority)
		return a->priority < b->priority;
	if (a->is_taken != b->is_taken)
		return a->is_taken;
	under_a = cards_under(surge, a);
	under_b = cards_under(surge, b);
	if (under_a != under_b)
		return under_a > under_b;
	return strcmp(a->id, b->id) < 0;
}

static struct member *next_lead(struct surge *surge)
{
	struct member *best = NULL;

	for (unsigned i = 0; i < surge->count; i++) {
		struct member *one = &surge->member[i];

		if (!one->is_tried && is_card(one->matter) &&
		    (best == NULL || is_better_lead(surge, one->matter, best->matter)))
			best = one;
	}
	return best;
}

static bool is_placed(const struct gist *gist)
{
	return gist->has_point || gist->area != 0;
}

/* More than that nothing speaks against it: a place in common, or words, or none of them says
 * where. "Ada kebakaran besar" may go under any fire's card, but makes no surge of one. */
static bool is_evidence(const struct gist *a, const struct gist *b, const struct comparison *c)
{
	return c->sign[SIMILAR_NEAR] > 0 || c->telling > 0 ||
	       (a->area != 0 && a->area == b->area) || (!is_placed(a) && !is_placed(b));
}

static void compare_with(const struct joining *joining, const struct gist *gist,
			 const struct gist *of_lead, struct member *member)
{
	struct comparison c;

	if (!similar_may_fold(joining->similar, of_lead, gist,
			      (double)joining->settings.surge_reach_m, &c))
		return;
	member->is_of_lead = true;
	member->counts |= is_evidence(of_lead, gist, &c);
}

static void compare_all(const struct joining *joining, const struct matter *lead,
			struct member *member)
{
	const struct gist *gist = &matter_first(member->matter)->gist;
	struct list *node = lead->reports.next;

	for (; node != &lead->reports && !member->counts; node = node->next)
		compare_with(joining, gist,
			     &LIST_ITEM(node, struct recent_report, of_matter)->gist, member);
}

/* Near the card itself, and not only near one that is near it; and what has a place does not go
 * under a card that has none. */
static bool is_around(const struct joining *joining, const struct matter *matter,
		      const struct matter *lead)
{
	const struct gist *a = &matter_first(matter)->gist, *b = &matter_first(lead)->gist;

	if (!a->has_point)
		return !is_placed(a) || is_placed(b);
	return b->has_point && gist_distance_m(a, b) <= (double)joining->settings.surge_reach_m;
}

static void judge_member(const struct surge *surge, const struct matter *lead,
			 struct member *member)
{
	bool is_own = member->matter == lead || card_of(surge, member->matter) == lead;

	member->is_of_lead = member->counts = is_own;
	if (!is_own && is_around(surge->joining, member->matter, lead))
		compare_all(surge->joining, lead, member);
}

/* How many reports there are of the matter that lead is of. */
static unsigned count_with(struct surge *surge, struct member *lead)
{
	unsigned count = 0;

	lead->is_tried = true;
	for (unsigned i = 0; i < surge->count; i++) {
		judge_member(surge, lead->matter, &surge->member[i]);
		if (surge->member[i].counts)
			count += weight_of(&surge->member[i]);
	}
	return count;
}

/* ---- Under it. ---- */

static void folded(struct store_request *request)
{
	struct fold *fold = request->ctx;
	struct matter *matter = recent_matter(fold->joining->recent, fold->command.incident_id);

	fold->joining->open_folds--;
	if (request->answer == STORE_STORED)
		metrics_add(fold->joining->metrics, METRIC_INCIDENTS_FOLDED, 1);
	else if (matter != NULL && strcmp(matter->folded_into, fold->command.into) == 0)
		matter->folded_into[0] = '\0'; /* the next report of it tries again */
	buf_unref(&request->body);
	xfree(fold);
}

static void fold_under(struct joining *joining, struct matter *matter,
		       const struct matter *lead)
{
	struct fold *fold = xcalloc(1, sizeof(*fold));

	fold->joining = joining;
	fold->command = (struct command){
		.action = ACTION_FOLD,
		.viewer = {.may_watch = true, .sees_all = true},
		.agency = -1,
		.expected_version = -1,
		.at_ms = joining->clock->wall_ms(joining->clock),
	};
	memcpy(fold->command.incident_id, matter->id, ID_SIZE);
	memcpy(fold->command.into, lead->id, ID_SIZE);
	fold->request = (struct store_request){
		.op = STORE_COMMAND,
		.in.command = &fold->command,
		.at_ms = fold->command.at_ms,
		.begun_us = joining->clock->mono_us(joining->clock),
		.done = folded,
		.ctx = fold,
	};
	memcpy(matter->folded_into, lead->id, ID_SIZE);
	joining->open_folds++;
	store_submit(joining->store, &fold->request);
}

static bool should_fold(const struct surge *surge, const struct member *member,
			const struct matter *lead)
{
	const struct matter *matter = member->matter;

	return matter != lead && member->is_of_lead && !matter->is_taken &&
	       matter->priority >= lead->priority && card_of(surge, matter) == NULL;
}

static void fold_once(struct surge *surge, const struct matter *lead)
{
	for (unsigned i = 0; i < surge->count; i++)
		if (should_fold(surge, &surge->member[i], lead))
			fold_under(surge->joining, surge->member[i].matter, lead);
}

/* Twice: what lay under a card that went under another by that has none. */
static void fold_all(struct surge *surge, const struct matter *lead)
{
	fold_once(surge, lead);
	fold_once(surge, lead);
}

void surge_look(struct joining *joining, const struct recent_report *report)
{
	struct surge surge = {.joining = joining, .report = report};
	struct member *lead;

	if (joining->settings.surge_reports == 0 || joining->is_stopped ||
	    report->matter->stands_alone)
		return;
	gather(&surge);
	for (int tries = 0; tries < SURGE_LEADS_MAX; tries++) {
		lead = next_lead(&surge);
		if (lead == NULL)
			return;
		if (count_with(&surge, lead) >= joining->settings.surge_reports) {
			fold_all(&surge, lead->matter);
			return;
		}
	}
}
