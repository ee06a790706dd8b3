#include "core/place_mention.h"

#include <string.h>

#define SPAN_MAX       6   /* words of a name */
#define GUESS_WORDS    4   /* of a misspelt name */
#define LEAD_MAX       7   /* words before a name that may be its cues */
#define NEAR_WORDS     600 /* places in a text at which misspelt names are looked for */
#define SURE_VOWELLESS 760

/* How likely a place of that kind is meant behind that cue, in per cent. */
static const struct {
	uint8_t cue;
	uint8_t of[PLACE_KINDS];
} after_cue[] = {
	{CUE_STREET,
	 {[PLACE_LANDMARK] = 70,
	  [PLACE_STREET] = 100,
	  [PLACE_KAMPUNG] = 60,
	  [PLACE_KELURAHAN] = 60,
	  [PLACE_VILLAGE] = 60,
	  [PLACE_NEIGHBOUR] = 50,
	  [PLACE_KECAMATAN] = 30,
	  [PLACE_OUTSIDE] = 60}},
	{CUE_GANG,
	 {[PLACE_LANDMARK] = 60,
	  [PLACE_STREET] = 75,
	  [PLACE_KAMPUNG] = 80,
	  [PLACE_KELURAHAN] = 75,
	  [PLACE_VILLAGE] = 60,
	  [PLACE_NEIGHBOUR] = 40,
	  [PLACE_KECAMATAN] = 30,
	  [PLACE_OUTSIDE] = 40}},
	{CUE_KELURAHAN,
	 {[PLACE_LANDMARK] = 40,
	  [PLACE_STREET] = 40,
	  [PLACE_KAMPUNG] = 60,
	  [PLACE_KELURAHAN] = 100,
	  [PLACE_VILLAGE] = 75,
	  [PLACE_NEIGHBOUR] = 40,
	  [PLACE_KECAMATAN] = 40,
	  [PLACE_OUTSIDE] = 40}},
	{CUE_KECAMATAN,
	 {[PLACE_LANDMARK] = 20,
	  [PLACE_STREET] = 20,
	  [PLACE_KAMPUNG] = 20,
	  [PLACE_KELURAHAN] = 55,
	  [PLACE_VILLAGE] = 50,
	  [PLACE_NEIGHBOUR] = 100,
	  [PLACE_KECAMATAN] = 100,
	  [PLACE_OUTSIDE] = 100}},
	{CUE_VILLAGE,
	 {[PLACE_LANDMARK] = 40,
	  [PLACE_STREET] = 30,
	  [PLACE_KAMPUNG] = 70,
	  [PLACE_KELURAHAN] = 85,
	  [PLACE_VILLAGE] = 100,
	  [PLACE_NEIGHBOUR] = 65,
	  [PLACE_KECAMATAN] = 30,
	  [PLACE_OUTSIDE] = 90}},
	{CUE_KAMPUNG,
	 {[PLACE_LANDMARK] = 60,
	  [PLACE_STREET] = 50,
	  [PLACE_KAMPUNG] = 100,
	  [PLACE_KELURAHAN] = 95,
	  [PLACE_VILLAGE] = 80,
	  [PLACE_NEIGHBOUR] = 40,
	  [PLACE_KECAMATAN] = 40,
	  [PLACE_OUTSIDE] = 50}},
	{CUE_ESTATE,
	 {[PLACE_LANDMARK] = 95,
	  [PLACE_STREET] = 60,
	  [PLACE_KAMPUNG] = 100,
	  [PLACE_KELURAHAN] = 85,
	  [PLACE_VILLAGE] = 70,
	  [PLACE_NEIGHBOUR] = 40,
	  [PLACE_KECAMATAN] = 40,
	  [PLACE_OUTSIDE] = 50}},
};

/* How exactly a place of that kind says where: of two that are as sure the better is shown
 * first. */
static const uint8_t tells[PLACE_KINDS] = {
	[PLACE_LANDMARK] = 100, [PLACE_STREET] = 93,  [PLACE_KAMPUNG] = 91,
	[PLACE_KELURAHAN] = 88, [PLACE_VILLAGE] = 90, [PLACE_NEIGHBOUR] = 75,
	[PLACE_KECAMATAN] = 65, [PLACE_OUTSIDE] = 70,
};

struct finder {
	const struct gazetteer *gazetteer;
	const struct place_text *text;
	bool is_asked;
	unsigned near_left; /* of NEAR_WORDS */
	struct mentions *out;
};

/* --- the words before and behind a name --- */

static bool says_kind(uint8_t cue)
{
	return cue == CUE_STREET || cue == CUE_GANG || cue == CUE_KELURAHAN ||
	       cue == CUE_KECAMATAN || cue == CUE_VILLAGE || cue == CUE_KAMPUNG ||
	       cue == CUE_ESTATE;
}

static bool is_address_part(uint8_t cue)
{
	return cue == CUE_RT || cue == CUE_RW || cue == CUE_NUMBER || cue == CUE_BLOCK;
}

/* A cue that stands before the name. False: the words before this one are another matter. */
static bool take_cue(struct mention *m, const struct place_mark *mark, unsigned at)
{
	switch (mark->cue) {
	case CUE_BESIDE:
		m->is_at = true;
		if (mark->metres > m->metres || m->metres == 0) {
			m->metres = mark->metres;
			m->beside = (uint16_t)at;
		}
		return true;
	case CUE_AT:
	case CUE_TO:
		m->is_at = true;
		return true;
	case CUE_FROM:
		m->is_from = true;
		return true;
	case CUE_TOWARD:
		m->is_toward = true;
		return true;
	case CUE_AWAY:
		m->is_away = true;
		return false;
	case CUE_RESIDENT:
		m->is_resident = !m->is_at;
		return false;
	case CUE_NOT:
		m->is_denied = true;
		return false;
	case CUE_CROSSING:
		m->is_crossing = true;
		return true;
	case CUE_BETWEEN:
		m->is_between = true;
		return false;
	case CUE_AND:
		m->is_second = true;
		return false;
	default:
		return mark->cue == CUE_TITLE || mark->cue == CUE_WIDE || mark->cue == CUE_SIDE;
	}
}

/* The name of something we do not know, between a cue and the name: "gang Melati Kesambi",
 * "sebelah Alfamart Drajat". How many words, 0: it is not so. */
static unsigned stranger_before(struct mention *m, const struct place_mark *mark, unsigned at)
{
	unsigned words = mark[at].is_number && at > 0 && !mark[at].is_apart ? 1 : 0;
	unsigned name = at - words;
	uint8_t cue;

	if (words == 1 && is_address_part(mark[name].cue)) {
		m->is_addressed = true;
		return 2;
	}
	if (mark[name].cue != CUE_NONE && mark[name].cue != CUE_ORDINARY &&
	    mark[name].cue != CUE_SPELLING)
		return 0;
	if (name == 0 || mark[name].is_apart)
		return 0;
	cue = mark[name - 1].cue;
	if (!says_kind(cue) && !is_address_part(cue) && cue != CUE_BESIDE)
		return 0;
	m->is_addressed |= cue != CUE_BESIDE;
	m->is_at |= cue == CUE_BESIDE;
	return words + 2;
}

static void read_lead(const struct place_text *text, struct mention *m)
{
	const struct place_mark *mark = text->mark;
	unsigned at = m->from;

	m->lead = m->beside = m->from;
	for (unsigned i = 0; i < LEAD_MAX && at > 0 && !mark[at].is_apart; i++) {
		const struct place_mark *before = &mark[at - 1];
		unsigned words = 1;
		bool goes_on;

		if (before->cue == CUE_PERSON) {
			m->is_person = at == m->from;
			return;
		}
		if (says_kind(before->cue) && m->kind_cue == CUE_NONE && !m->is_at) {
			m->kind_cue = before->cue;
			goes_on = true;
		} else if (before->is_number || before->cue == CUE_NONE ||
			   before->cue == CUE_ORDINARY || before->cue == CUE_SPELLING) {
			words = stranger_before(m, mark, at - 1);
			goes_on = words > 0;
		} else {
			goes_on = take_cue(m, before, at - 1);
			words = goes_on || before->cue == CUE_BETWEEN || before->cue == CUE_AND;
		}
		at -= words;
		m->lead = (uint16_t)at;
		if (!goes_on)
			return;
	}
}

static void read_behind(const struct place_text *text, struct mention *m)
{
	const struct place_mark *mark = text->mark;

	m->is_alone = (m->lead == 0 || mark[m->lead].is_apart) &&
		      (m->to == text->count || mark[m->to].is_apart);
	if (m->to < text->count)
		m->is_addressed |=
			is_address_part(mark[m->to].cue) || mark[m->to].cue == CUE_GANG;
}

/* --- what is meant --- */

/* Whether words say that a place is meant, so that ordinary words count too. */
static bool is_cued(const struct mention *m)
{
	return m->kind_cue != CUE_NONE || m->is_at || m->is_addressed || m->is_crossing ||
	       m->is_between || m->is_alone;
}

static bool has_needed(const struct mention *m, uint8_t needs)
{
	if (needs == CUE_NONE || needs == m->kind_cue)
		return true;
	if (needs == CUE_STREET)
		return m->is_crossing;
	return needs == CUE_KAMPUNG && m->kind_cue == CUE_ESTATE;
}

/* How far the words put the matter there, in per cent. */
static int placed_there(const struct mention *m)
{
	if (m->is_away)
		return 40;
	if (m->is_toward)
		return m->is_at ? 70 : 52;
	if (m->is_from)
		return 65;
	if (m->is_resident)
		return 70;
	return is_cued(m) || m->is_second ? 100 : 92;
}

static int kind_after_cue(uint8_t cue, enum place_kind kind)
{
	for (size_t i = 0; i < sizeof(after_cue) / sizeof(after_cue[0]); i++)
		if (after_cue[i].cue == cue)
			return after_cue[i].of[kind];
	return 100 - 3 * (int)place_kind_order(kind);
}

static int spelt(const struct name_near *near, size_t letters)
{
	if (near->is_vowelless)
		return SURE_VOWELLESS;
	if (near->errors == 0)
		return 1000;
	return near->errors == 1 ? (letters >= 8 ? 880 : 820) : 700;
}

/* Behind those that are as sure; the least sure one falls off the end. */
static void insert_meaning(struct mention *m, const struct meaning *meaning)
{
	unsigned at = m->count;

	while (at > 0 && m->meaning[at - 1].sure < meaning->sure)
		at--;
	if (at == MEANINGS_MAX)
		return;
	m->count += m->count < MEANINGS_MAX;
	memmove(&m->meaning[at + 1], &m->meaning[at],
		(m->count - 1 - at) * sizeof(m->meaning[0]));
	m->meaning[at] = *meaning;
}

static void add_meanings(const struct finder *f, struct mention *m,
			 const struct name_near *near, size_t letters)
{
	const struct gazetteer *g = f->gazetteer;

	for (unsigned e = g->first[near->name]; e != NAME_NONE; e = g->entry[e].next) {
		const struct place *place = &g->place[g->entry[e].place];
		int sure = spelt(near, letters) * placed_there(m) / 100;

		if (!f->is_asked && !has_needed(m, g->entry[e].needs))
			continue;
		if (m->is_person && place->kind == PLACE_STREET && m->kind_cue == CUE_NONE)
			continue;
		sure = sure * kind_after_cue(m->kind_cue, place->kind) / 100;
		insert_meaning(m, &(struct meaning){.place = place,
						    .sure = sure * tells[place->kind] / 100,
						    .errors = near->errors,
						    .is_vowelless = near->is_vowelless});
	}
}

/* --- names --- */

static bool may_begin_name(const struct place_mark *mark)
{
	return !mark->is_number && (mark->cue == CUE_NONE || mark->cue == CUE_SPELLING ||
				    mark->cue == CUE_ORDINARY || mark->cue == CUE_CROSSING);
}

/* How many words could be one name from here. */
static unsigned longest_span(const struct place_text *text, unsigned at)
{
	unsigned n = 1;

	while (n < SPAN_MAX && at + n < text->count && !text->mark[at + n].is_apart)
		n++;
	return n;
}

/* The longest name that stands here letter by letter; how many words, 0: none. */
static unsigned find_exact(const struct finder *f, unsigned at, unsigned *name_r)
{
	const struct place_mark *mark = &f->text->mark[at];
	unsigned words = 0, most;
	char key[NAME_LETTERS];

	if (!may_begin_name(mark))
		return 0;
	most = longest_span(f->text, at);
	for (unsigned n = 1; n <= most; n++) {
		size_t len = place_key(mark, n, key);
		unsigned name = place_index_find(f->gazetteer->index, key, len);

		if (len == 0)
			break;
		if (name != NAME_NONE && mark[n - 1].cue != CUE_TITLE) {
			*name_r = name;
			words = n;
		}
	}
	return words;
}

struct guess {
	unsigned words, count;
	size_t letters;
	struct name_near near[NAMES_NEAR];
};

/* How many letters may be wrong when the words around say so much of a place being meant. */
static unsigned errors_allowed(const struct finder *f, const struct mention *m, size_t letters)
{
	if (m->kind_cue != CUE_NONE || m->is_addressed || m->is_crossing || f->is_asked)
		return letters >= 8 ? 2 : letters >= 5;
	if (m->is_at || m->is_between)
		return letters >= 10 ? 2 : letters >= 7;
	return letters >= 9;
}

/* A wrong first letter is no slip that people make, but for a swap. */
static void forget_unlikely(const struct finder *f, const struct mention *m,
			    const struct place_mark *mark, struct guess *guess)
{
	bool is_cued_well = m->kind_cue != CUE_NONE || m->is_at || m->is_addressed;
	unsigned kept = 0;

	for (unsigned i = 0; i < guess->count; i++) {
		const struct name_near *near = &guess->near[i];
		size_t len;
		char first = *place_index_letters(f->gazetteer->index, near->name, &len);

		if (near->is_vowelless ? is_cued_well || guess->letters >= 6
				       : first == mark->letters[0] ||
						 (near->errors == 1 && mark->len > 1 &&
						  first == mark->letters[1]))
			guess->near[kept++] = *near;
	}
	guess->count = kept;
}

/* A name of several words may hold none that is a name by itself and in place: "di Kesambi
 * Raja" is not "Kesambi Raya". */
static bool hides_name(const struct finder *f, unsigned at, unsigned words)
{
	unsigned name;

	for (unsigned i = at; i < at + words; i++)
		if (find_exact(f, i, &name) > 0)
			return true;
	return false;
}

/* The letters that tell one name from another: those of "Kramat" in "Pasar Kramat". */
static size_t telling_letters(const struct place_mark *mark, unsigned words)
{
	size_t letters = 0;

	for (unsigned i = 0; i < words; i++)
		if (mark[i].cue == CUE_NONE && !mark[i].is_number)
			letters += mark[i].len;
	return letters;
}

static bool may_be_in_guess(const struct place_mark *mark)
{
	return mark->cue == CUE_NONE || mark->cue == CUE_SPELLING ||
	       mark->cue == CUE_ORDINARY || mark->cue == CUE_TITLE || mark->cue == CUE_WIDE ||
	       mark->cue == CUE_CROSSING;
}

static unsigned gain(const struct guess *guess)
{
	unsigned errors = guess->near[0].is_vowelless ? 2 : guess->near[0].errors;

	return (unsigned)guess->letters + 8 - 4 * errors;
}

/* The best misspelt name that begins here and has at least so many words. */
static void find_near(struct finder *f, unsigned at, unsigned least, struct guess *best_r)
{
	const struct place_mark *mark = &f->text->mark[at];
	struct mention m = {.from = (uint16_t)at};
	unsigned most = longest_span(f->text, at);
	char key[NAME_LETTERS];
	size_t telling;

	best_r->words = best_r->count = 0;
	if (!may_begin_name(mark) || f->near_left == 0)
		return;
	f->near_left--;
	read_lead(f->text, &m);
	for (unsigned n = 1; n < least; n++)
		if (!may_be_in_guess(&mark[n - 1]))
			return;
	for (unsigned n = least; n <= most && n <= GUESS_WORDS; n++) {
		struct guess guess = {.words = n, .letters = place_key(mark, n, key)};

		if (guess.letters == 0 || !may_be_in_guess(&mark[n - 1]))
			return;
		telling = telling_letters(mark, n);
		if (telling == 0)
			continue;
		guess.count = place_index_near(f->gazetteer->index, key, guess.letters,
					       errors_allowed(f, &m, telling), guess.near);
		forget_unlikely(f, &m, mark, &guess);
		if (guess.count > 0 && (best_r->count == 0 || gain(&guess) > gain(best_r)) &&
		    (n == 1 || !hides_name(f, at + (least > 1), n - (least > 1))))
			*best_r = guess;
	}
}

/* "Grage citi" is more than "Grage", "Grage c" is not. */
static bool adds_a_word(const struct finder *f, unsigned name, const struct guess *better)
{
	size_t less, more;

	(void)place_index_letters(f->gazetteer->index, name, &less);
	(void)place_index_letters(f->gazetteer->index, better->near[0].name, &more);
	return better->near[0].errors == 1 && more > less + 2;
}

static void add_mention(struct finder *f, unsigned at, unsigned words,
			const struct guess *guess)
{
	struct mention *m = &f->out->mention[f->out->count];
	bool is_ordinary = words == 1 && f->text->mark[at].cue == CUE_ORDINARY;

	*m = (struct mention){.from = (uint16_t)at, .to = (uint16_t)(at + words)};
	read_lead(f->text, m);
	read_behind(f->text, m);
	m->is_crossing |= f->text->mark[at].cue == CUE_CROSSING;
	if (m->is_denied || (is_ordinary && !f->is_asked && !is_cued(m)))
		return;
	for (unsigned i = 0; i < guess->count; i++)
		add_meanings(f, m, &guess->near[i], guess->letters);
	f->out->count += m->count > 0;
}

void mentions_find(const struct gazetteer *gazetteer, const struct place_text *text,
		   bool is_asked, struct mentions *found_r)
{
	struct finder f = {.gazetteer = gazetteer,
			   .text = text,
			   .is_asked = is_asked,
			   .near_left = NEAR_WORDS,
			   .out = found_r};
	unsigned words;

	found_r->count = 0;
	for (unsigned at = 0; at < text->count && found_r->count < MENTIONS_MAX; at += words) {
		struct guess guess = {.count = 0}, better;
		unsigned name = NAME_NONE;

		words = find_exact(&f, at, &name);
		find_near(&f, at, words + 1, &better);
		if (words > 0)
			guess = (struct guess){.words = words,
					       .count = 1,
					       .letters = 40,
					       .near = {{.name = (uint16_t)name}}};
		if (better.count > 0 && (words == 0 || adds_a_word(&f, name, &better)))
			guess = better;
		words = guess.count > 0 ? guess.words : 1;
		if (guess.count > 0)
			add_mention(&f, at, words, &guess);
	}
}
