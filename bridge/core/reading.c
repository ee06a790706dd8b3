#include "core/reading.h"

#include <stdbool.h>
#include <string.h>

#define SPLIT_MAX_HITS  6 /* how far back the first part of a split expression may be */
#define SPLIT_MAX_WORDS 6
#define DENIED_WORDS    2 /* "bukan kebakaran", "tidak ada kebakaran" */
#define FEARED_WORDS    8 /* "takut kalau hujan angin nanti pohonnya tumbang" */
#define RECURRING_WORDS 8 /* "setiap hujan deras sedikit jalan ini banjir" */

#define CUE(role) ((uint16_t)(1u << ((role)-ROLE_NOW)))

static void add_hit(struct reading *r, const struct lexicon *lexicon, unsigned word,
		    unsigned phrase)
{
	unsigned last = word + matcher_words(lexicon->matcher, phrase) - 1;

	r->hit[r->hit_count++] = (struct hit){.term = lexicon->phrase[phrase].term,
					      .phrase = (uint16_t)phrase,
					      .from_word = (uint16_t)word,
					      .key_word = (uint16_t)word,
					      .to_word = (uint16_t)last,
					      .sentence = r->words.word[word].sentence};
}

/* How many hits before the last are near enough to be the first part of a split expression. */
static unsigned reach_of(const struct reading *r, const struct hit *last)
{
	unsigned at = (unsigned)(last - r->hit), reach = 0;

	while (reach < SPLIT_MAX_HITS && reach < at &&
	       last[-1 - (int)reach].sentence == last->sentence &&
	       last->from_word - last[-1 - (int)reach].to_word <= SPLIT_MAX_WORDS)
		reach++;
	return reach;
}

/* The first part of split among them, or NULL. */
static struct hit *find_first_part(struct hit *last, unsigned reach, const struct split *split)
{
	for (unsigned back = 1; back <= reach; back++)
		if (last[-(int)back].phrase == split->first)
			return &last[-(int)back];
	return NULL;
}

/* The newest hit may complete a split expression: then both parts mean that and nothing else.
 */
static void join_split(struct reading *r, const struct lexicon *lexicon)
{
	struct hit *last = &r->hit[r->hit_count - 1];
	const struct phrase *phrase = &lexicon->phrase[last->phrase];
	unsigned reach = phrase->split_count > 0 ? reach_of(r, last) : 0;

	for (unsigned i = 0; reach > 0 && i < phrase->split_count; i++) {
		const struct split *split = &lexicon->split[phrase->split_at + i];
		struct hit *first = find_first_part(last, reach, split);

		if (first == NULL)
			continue;
		last->term = split->term;
		last->from_word = first->from_word;
		first->term = TERM_NONE;
		return;
	}
}

/* Leftmost, longest, not overlapping. */
static void find_hits(struct reading *r, const struct lexicon *lexicon)
{
	matcher_run(lexicon->matcher, &r->words, r->longest);
	r->hit_count = 0;
	for (unsigned i = 0; i < r->words.count;) {
		unsigned phrase = r->longest[i];

		if (phrase == PHRASE_NONE) {
			i++;
			continue;
		}
		add_hit(r, lexicon, i, phrase);
		join_split(r, lexicon);
		i += matcher_words(lexicon->matcher, phrase);
	}
}

static bool is_cue(enum term_role role)
{
	return role == ROLE_NOW || role == ROLE_PAST || role == ROLE_FUTURE ||
	       role == ROLE_DRILL || role == ROLE_TOLD || role == ROLE_ASKED;
}

/* Cues colour their whole sentence: they stand before or behind what they speak of. */
static void gather_cues(struct reading *r, const struct lexicon *lexicon)
{
	memset(r->cues, 0,
	       r->words.count * sizeof(r->cues[0])); /* no more sentences than words */
	for (unsigned i = 0; i < r->hit_count; i++) {
		enum term_role role = lexicon->term[r->hit[i].term].role;

		if (is_cue(role))
			r->cues[r->hit[i].sentence] |= CUE(role);
	}
}

static enum hit_state state_by_cues(uint16_t cues)
{
	if (cues & CUE(ROLE_DRILL))
		return HIT_DRILL;
	if (cues & CUE(ROLE_TOLD))
		return HIT_TOLD;
	if (cues & CUE(ROLE_ASKED))
		return HIT_ASKED;
	if (cues & CUE(ROLE_NOW)) /* "tadi malam … sekarang lagi" */
		return HIT_LIVE;
	if (cues & CUE(ROLE_PAST))
		return HIT_PAST;
	return cues & CUE(ROLE_FUTURE) ? HIT_PLANNED : HIT_LIVE;
}

static bool follows(const struct hit *before, const struct hit *hit, unsigned words)
{
	return before != NULL && before->sentence == hit->sentence &&
	       hit->key_word > before->to_word &&
	       (unsigned)(hit->key_word - before->to_word) <= words;
}

/* The next cue of this role behind hit i and near it. */
static bool recurs_later(const struct reading *r, const struct lexicon *lexicon, unsigned i)
{
	for (unsigned k = i + 1; k < r->hit_count && k <= i + SPLIT_MAX_HITS; k++) {
		if (!follows(&r->hit[i], &r->hit[k], RECURRING_WORDS))
			return false;
		if (lexicon->term[r->hit[k].term].role == ROLE_RECURRING)
			return true;
	}
	return false;
}

struct nearby {
	struct hit *denial, *fear, *thought, *habit; /* the last of each so far */
};

static bool note_cue(struct nearby *near, struct hit *hit, enum term_role role)
{
	if (role == ROLE_NEGATION)
		near->denial = hit;
	else if (role == ROLE_FEARED)
		near->fear = hit;
	else if (role == ROLE_SUPPOSED)
		near->thought = hit;
	else if (role == ROLE_RECURRING)
		near->habit = hit;
	else
		return false;
	return true;
}

static void set_state(struct reading *r, const struct lexicon *lexicon, unsigned i,
		      const struct nearby *near)
{
	struct hit *hit = &r->hit[i];
	uint16_t cues = r->cues[hit->sentence];

	if (follows(near->denial, hit, DENIED_WORDS))
		hit->state = near->denial->state = HIT_DENIED;
	else if (follows(near->fear, hit, FEARED_WORDS))
		hit->state = near->fear->state = HIT_FEARED;
	else if (follows(near->thought, hit, FEARED_WORDS))
		hit->state = near->thought->state = HIT_SUPPOSED;
	else if ((cues & CUE(ROLE_NOW)) == 0 &&
		 (follows(near->habit, hit, RECURRING_WORDS) || recurs_later(r, lexicon, i)))
		hit->state = HIT_RECURRING;
	else
		hit->state = (uint16_t)state_by_cues(cues);
}

static void set_states(struct reading *r, const struct lexicon *lexicon)
{
	struct nearby near = {0};

	for (unsigned i = 0; i < r->hit_count; i++) {
		struct hit *hit = &r->hit[i];

		if (hit->term == TERM_NONE)
			continue;
		if (!note_cue(&near, hit, lexicon->term[hit->term].role))
			set_state(r, lexicon, i, &near);
	}
}

void reading_take(struct reading *r, const struct lexicon *lexicon, const char *text,
		  size_t len)
{
	normalise(&lexicon->spelling, text, len, &r->words);
	find_hits(r, lexicon);
	gather_cues(r, lexicon);
	set_states(r, lexicon);
}
