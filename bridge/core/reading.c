#include "core/reading.h"

#include <stdbool.h>
#include <string.h>

#define SPLIT_MAX_HITS  6 /* how far back the first part of a split expression may be */
#define SPLIT_MAX_WORDS 6
#define DENIED_WORDS    2 /* "bukan kebakaran", "tidak ada kebakaran" */
#define FEARED_WORDS    4 /* "takut sampai ada tawuran" */

#define CUE(role) ((uint8_t)(1u << ((role)-ROLE_NOW)))

static void add_hit(struct reading *r, const struct lexicon *lexicon, unsigned word,
		    unsigned phrase)
{
	unsigned last = word + matcher_words(lexicon->matcher, phrase) - 1;

	r->hit[r->hit_count++] = (struct hit){.term = lexicon->phrase[phrase].term,
					      .phrase = (uint16_t)phrase,
					      .from_word = (uint16_t)word,
					      .to_word = (uint16_t)last,
					      .sentence = r->words.word[word].sentence};
}

/* The first part of split among the hits before last, or NULL. */
static struct hit *find_first_part(struct reading *r, const struct hit *last,
				   const struct split *split)
{
	unsigned at = (unsigned)(last - r->hit);

	for (unsigned back = 1; back <= SPLIT_MAX_HITS && back <= at; back++) {
		struct hit *hit = &r->hit[at - back];

		if (hit->sentence != last->sentence ||
		    last->from_word - hit->to_word > SPLIT_MAX_WORDS)
			return NULL;
		if (hit->phrase == split->first)
			return hit;
	}
	return NULL;
}

/* The newest hit may complete a split expression: then both parts mean that and nothing else.
 */
static void join_split(struct reading *r, const struct lexicon *lexicon)
{
	struct hit *last = &r->hit[r->hit_count - 1];
	const struct phrase *phrase = &lexicon->phrase[last->phrase];

	for (unsigned i = 0; i < phrase->split_count; i++) {
		const struct split *split = &lexicon->split[phrase->split_at + i];
		struct hit *first = find_first_part(r, last, split);

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
	memset(r->cues, 0, r->words.count); /* no more sentences than words */
	for (unsigned i = 0; i < r->hit_count; i++) {
		enum term_role role = lexicon->term[r->hit[i].term].role;

		if (is_cue(role))
			r->cues[r->hit[i].sentence] |= CUE(role);
	}
}

static enum hit_state state_by_cues(uint8_t cues)
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
	       (unsigned)(hit->from_word - before->to_word) <= words;
}

static void set_states(struct reading *r, const struct lexicon *lexicon)
{
	struct hit *denial = NULL, *fear = NULL;

	for (unsigned i = 0; i < r->hit_count; i++) {
		struct hit *hit = &r->hit[i];
		enum term_role role = lexicon->term[hit->term].role;

		if (hit->term == TERM_NONE)
			continue;
		if (role == ROLE_NEGATION)
			denial = hit;
		else if (role == ROLE_FEARED)
			fear = hit;
		else if (follows(denial, hit, DENIED_WORDS))
			hit->state = denial->state = HIT_DENIED;
		else if (follows(fear, hit, FEARED_WORDS))
			hit->state = fear->state = HIT_FEARED;
		else
			hit->state = (uint16_t)state_by_cues(r->cues[hit->sentence]);
	}
}

void reading_take(struct reading *r, const struct lexicon *lexicon, const char *text,
		  size_t len)
{
	normalise(&lexicon->abbreviations, text, len, &r->words);
	find_hits(r, lexicon);
	gather_cues(r, lexicon);
	set_states(r, lexicon);
}
