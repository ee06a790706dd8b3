#include "core/gist.h"

#include <stdlib.h>
#include <string.h>

#include "core/rules_private.h"
#include "core/tongue.h"

#define PLACE_REACH  3  /* words behind "jalan", "dekat" that may name the place */
#define PLACE_WEIGHT 64 /* and only telling ones do */
#define KIND_SHARE                                                                             \
	40 /* per cent: the words of the verdict say what it is about, which is                \
	      compared by itself */
#define SHORTEST_WORD 3
#define SHORTEST_STEM 4

/* Behind these stands the name of a place. Short forms have been written out by then; those
 * that a city's lexicon may not know stand here, too. */
static const char *const place_words[] = {
	"jalan",     "jl",      "jln",        "gang",      "gg",        "perumahan", "komplek",
	"kompleks",  "kampung", "kp",         "kelurahan", "kecamatan", "desa",      "blok",
	"depan",     "dekat",   "samping",    "sebelah",   "belakang",  "seberang",  "daerah",
	"wilayah",   "pasar",   "perempatan", "pertigaan", "simpang",   "lokasi",    "alamat",
	"sepanjang", "sekitar", "toko",       "masjid",    "sekolah",   "taman",     "pulau",
	"jembatan",  "stasiun", "terminal",
};

/* "depan gang 2" and "depan toko" are two places, as "gang 4" and "gang 5" are. */
static const char *const sides[] = {"depan", "samping", "sebelah", "belakang", "seberang"};

static uint32_t fold(uint32_t h, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

static uint32_t hash_of(const char *text, size_t len)
{
	uint32_t h = fold(2166136261u, text, len);

	h ^= h >> 15;
	return h != 0 ? h : 1;
}

/* ---- Words without their affixes. ---- */

static size_t without_suffix(const char *word, size_t len)
{
	static const char *const suffixes[] = {"kan", "lah", "nya", "an", "i"};

	for (size_t s = 0; s < sizeof(suffixes) / sizeof(suffixes[0]); s++) {
		size_t n = strlen(suffixes[s]);

		if (len >= n + SHORTEST_STEM + 1 && memcmp(word + len - n, suffixes[s], n) == 0)
			return len - n;
	}
	return len;
}

static size_t prefix_of(const char *word, size_t len)
{
	static const char *const prefixes[] = {"meng", "meny", "peng", "peny", "mem", "men",
					       "pem",  "pen",  "ber",  "ter",  "per", "me",
					       "di",   "ke",   "se",   "pe"};

	for (size_t p = 0; p < sizeof(prefixes) / sizeof(prefixes[0]); p++) {
		size_t n = strlen(prefixes[p]);

		if (len >= n + SHORTEST_STEM && memcmp(word, prefixes[p], n) == 0)
			return n;
	}
	return 0;
}

uint32_t gist_hash(const char *word, size_t len)
{
	size_t from = prefix_of(word, len);

	len = without_suffix(word + from, len - from);
	return hash_of(word + from, len);
}

/* ---- What the words are. ---- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_one_of(const char *const *list, size_t count, const char *word, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strlen(list[i]) == len && memcmp(list[i], word, len) == 0)
			return true;
	return false;
}

static bool is_place_word(const char *word, size_t len)
{
	return is_one_of(place_words, sizeof(place_words) / sizeof(place_words[0]), word, len);
}

static bool is_side(const char *word, size_t len)
{
	return is_one_of(sides, sizeof(sides) / sizeof(sides[0]), word, len);
}

/* Walks the words once; a word such as "rt03" is two of them. */
struct walk {
	const struct tongue *tongue;
	struct gist_scratch *scratch;
	struct gist *gist;
	unsigned found;
	unsigned place_left; /* words that may still name the place */
	uint32_t last;       /* hash of the last word with letters */
	bool is_beside;      /* it was one of sides */
};

static void add_mark(struct walk *walk, uint32_t value)
{
	struct gist *gist = walk->gist;

	if (walk->last == 0 || gist->mark_count == GIST_MARKS_MAX)
		return;
	gist->mark[gist->mark_count++] =
		(struct gist_mark){.key = (uint16_t)walk->last, .value = (uint16_t)value};
}

/* "03" is "3"; a house "12a" is not "12". */
static void add_number(struct walk *walk, const char *number, size_t len)
{
	while (len > 1 && *number == '0') {
		number++;
		len--;
	}
	add_mark(walk, hash_of(number, len));
}

static void add_word(struct walk *walk, const char *word, size_t len, unsigned source)
{
	uint32_t hash = gist_hash(word, len);
	uint8_t weight = tongue_weight(walk->tongue, hash);

	if (walk->is_beside)
		add_mark(walk, hash);
	walk->last = hash;
	walk->is_beside = is_side(word, len);
	if (is_place_word(word, len)) {
		walk->place_left = PLACE_REACH;
		return;
	}
	if (len >= SHORTEST_WORD && walk->found < GIST_TEXT_MAX) {
		bool is_place = walk->place_left > 0 && weight >= PLACE_WEIGHT;

		walk->scratch->found[walk->found].word = (struct gist_word){
			.hash = hash, .weight = weight, .is_place = is_place};
		walk->scratch->found[walk->found++].source = (uint16_t)source;
	}
	if (walk->place_left > 0)
		walk->place_left--;
}

static void take_word(struct walk *walk, unsigned i)
{
	const struct words *words = &walk->scratch->words;
	const char *word = words->text + words->word[i].at;
	size_t len = strcspn(word, " "), letters = 0;

	while (letters < len && !is_digit(word[letters]))
		letters++;
	if (letters > 0)
		add_word(walk, word, letters, i);
	if (letters < len) {
		add_number(walk, word + letters, len - letters);
		walk->place_left = 0;
	}
}

/* What says what it is about says it in every report of that kind. */
static void discount(struct walk *walk, const struct gist_of *of)
{
	for (unsigned t = 0; t < of->verdict->term_count; t++) {
		const char *term = of->verdict->term[t].term;
		const char *at = memmem(of->text, of->len, term, strlen(term));
		size_t from = at != NULL ? (size_t)(at - of->text) : 0;
		size_t to = from + (at != NULL ? strlen(term) : 0);

		for (unsigned i = 0; i < walk->found; i++) {
			const struct word *word =
				&walk->scratch->words.word[walk->scratch->found[i].source];
			struct gist_word *found = &walk->scratch->found[i].word;

			if (word->from >= from && word->from < to)
				found->weight = (uint8_t)(found->weight * KIND_SHARE / 100);
		}
	}
}

static int by_weight(const void *a, const void *b)
{
	const struct gist_word *x = a, *y = b;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

static int by_hash(const void *a, const void *b)
{
	const struct gist_word *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->weight < y->weight ? -1 : x->weight > y->weight;
}

/* Each word once, the lighter weight of it: once it was said as a word of its kind. */
static unsigned drop_repeats(struct gist_scratch *scratch, unsigned found)
{
	unsigned kept = 0;

	qsort(scratch->found, found, sizeof(scratch->found[0]), by_hash);
	for (unsigned i = 0; i < found; i++) {
		if (kept > 0 &&
		    scratch->found[kept - 1].word.hash == scratch->found[i].word.hash) {
			scratch->found[kept - 1].word.is_place |=
				scratch->found[i].word.is_place;
			continue;
		}
		scratch->found[kept++] = scratch->found[i];
	}
	return kept;
}

static void keep_words(struct walk *walk)
{
	struct gist_scratch *scratch = walk->scratch;
	struct gist *gist = walk->gist;
	unsigned count = drop_repeats(scratch, walk->found);

	if (count > GIST_WORDS_MAX) {
		qsort(scratch->found, count, sizeof(scratch->found[0]), by_weight);
		count = GIST_WORDS_MAX;
		qsort(scratch->found, count, sizeof(scratch->found[0]), by_hash);
	}
	for (unsigned i = 0; i < count; i++) {
		gist->word[i] = scratch->found[i].word;
		scratch->source[i] = scratch->found[i].source;
	}
	gist->word_count = (uint8_t)count;
}

void gist_words(const struct rules *rules, const char *text, size_t len, struct words *words_r)
{
	normalise(&rules->lexicon.spelling, text, len, words_r);
}

static void take_text(const struct rules *rules, const struct tongue *tongue,
		      const struct gist_of *of, struct gist_scratch *scratch, struct gist *gist)
{
	struct walk walk = {.tongue = tongue, .scratch = scratch, .gist = gist};

	gist_words(rules, of->text, of->len, &scratch->words);
	for (unsigned i = 0; i < scratch->words.count && i < GIST_TEXT_MAX; i++)
		take_word(&walk, i);
	discount(&walk, of);
	keep_words(&walk);
}

/* ---- The rest of it. ---- */

uint32_t gist_category(const char *id)
{
	return hash_of(id, strlen(id));
}

void gist_set_kind(struct gist *gist, const struct rules *rules, const char *category)
{
	int index = rules_category_index(rules, category);
	bool is_known = index >= 0 && index != rules->unknown;

	gist->category = is_known ? gist_category(category) : 0;
	gist->lead = is_known ? rules->category[index].lead : 0;
	gist->group = is_known ? gist_category(rules->category[index].group) : 0;
}

void gist_set_place(struct gist *gist, const struct location *location)
{
	gist->has_point = location->has_point;
	gist->lat_e7 = location->lat_e7;
	gist->lon_e7 = location->lon_e7;
	gist->accuracy_m = location->accuracy_m;
	gist->area =
		location->area[0] != '\0' ? hash_of(location->area, strlen(location->area)) : 0;
}

void gist_take(const struct rules *rules, const struct tongue *tongue, const struct gist_of *of,
	       struct gist_scratch *scratch, struct gist *gist)
{
	*gist = (struct gist){.at_ms = of->at_ms, .caller = of->caller};
	gist_set_place(gist, of->location);
	if (of->verdict->term_count > 0)
		gist_set_kind(gist, rules, of->verdict->category);
	take_text(rules, tongue, of, scratch, gist);
}
