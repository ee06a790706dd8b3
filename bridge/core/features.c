#include "core/features.h"

#include <string.h>

#define GRAM_MIN  3
#define GRAM_MAX  5
#define STEM_MIN  4 /* letters that must be left of a word without its affixes */
#define HASH_SEED 2166136261u

enum kind {
	KIND_WORD = 'w',
	KIND_STEM = 's',
	KIND_PAIR = 'p',
	KIND_GRAM = 'g',
	KIND_CUE = 'c'
};

static inline uint32_t hash_more(uint32_t h, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h;
}

static uint32_t hash_begin(enum kind kind)
{
	return (HASH_SEED ^ (uint32_t)kind) * 16777619u;
}

static uint16_t bucket_of(uint32_t h)
{
	h ^= h >> 15;
	h *= 0x2c1b3c6du;
	h ^= h >> 12;
	return (uint16_t)(h % MODEL_BUCKETS);
}

static inline bool is_new(struct features *f, uint16_t bucket)
{
	uint64_t bit = 1ull << (bucket & 63), *seen = &f->seen[bucket >> 6];

	if (*seen & bit)
		return false;
	*seen |= bit;
	return true;
}

static inline void add(struct features *f, uint32_t h)
{
	uint16_t bucket = bucket_of(h);

	if (f->text_count < FEATURES_MAX && is_new(f, bucket))
		f->text[f->text_count++] = bucket;
}

void features_begin(struct features *f)
{
	f->text_count = f->cue_count = f->word_count = 0;
	memset(f->seen, 0, sizeof(f->seen));
}

void features_add_cue(struct features *f, const char *kind, const char *name)
{
	uint32_t h = hash_more(hash_begin(KIND_CUE), kind, strlen(kind) + 1);
	uint16_t bucket = bucket_of(hash_more(h, name, strlen(name)));

	for (unsigned i = 0; i < f->cue_count; i++)
		if (f->cue[i] == bucket)
			return;
	if (f->cue_count < CUES_MAX)
		f->cue[f->cue_count++] = bucket;
}

/* Of a word between two spaces, these included. Three of four features are these. */
static void add_grams(struct features *f, const char *word, size_t len)
{
	const uint32_t begin = hash_begin(KIND_GRAM);

	for (size_t at = 0; at + GRAM_MIN <= len; at++) {
		size_t end = len - at < GRAM_MAX ? len - at : GRAM_MAX;
		uint32_t h = hash_more(begin, word + at, GRAM_MIN - 1);

		for (size_t i = GRAM_MIN - 1; i < end; i++) {
			h = hash_more(h, word + at + i, 1);
			add(f, h);
		}
	}
}

static bool cut_front(const char **word, size_t *len, const char *affix)
{
	size_t n = strlen(affix);

	if (*len < n + STEM_MIN || memcmp(*word, affix, n) != 0)
		return false;
	*word += n;
	*len -= n;
	return true;
}

static bool cut_back(const char *word, size_t *len, const char *affix)
{
	size_t n = strlen(affix);

	if (*len < n + STEM_MIN || memcmp(word + *len - n, affix, n) != 0)
		return false;
	*len -= n;
	return true;
}

/* Roughly: "dievakuasikan" and "mengevakuasi" meet, and where they do not the letter sequences
 * do. Longer affixes first. */
static void stem(const char **word, size_t *len)
{
	static const char *const back[] = {"lah", "kah", "nya", "kan", "an", "i", NULL};
	static const char *const front[] = {"memper", "diper", "meng", "meny", "peng", "peny",
					    "mem",    "men",   "pem",  "pen",  "ber",  "ter",
					    "per",    "di",    "ke",   "se",   "me",   NULL};

	for (int i = 0; back[i] != NULL; i++)
		if (cut_back(*word, len, back[i]))
			break;
	for (int i = 0; front[i] != NULL; i++)
		if (cut_front(word, len, front[i]))
			break;
}

static bool is_number(const char *word, size_t len)
{
	size_t digits = 0;

	for (size_t i = 0; i < len; i++)
		digits += word[i] >= '0' && word[i] <= '9';
	return digits * 2 > len;
}

static size_t length_of(const struct words *words, unsigned i)
{
	size_t end = i + 1 < words->count ? words->word[i + 1].at : words->len;

	return end - words->word[i].at - 1;
}

static uint32_t add_word(struct features *f, const char *word, size_t len)
{
	const char *core = word;
	size_t core_len = len;
	uint32_t h;

	/* Numbers are houses, telephones and dates: which one does not matter, and may name. */
	if (is_number(word, len)) {
		h = hash_more(hash_begin(KIND_WORD), "000000", len < 6 ? len : 6);
		add(f, h);
		return h;
	}
	h = hash_more(hash_begin(KIND_WORD), word, len);
	add(f, h);
	stem(&core, &core_len);
	add(f, hash_more(hash_begin(KIND_STEM), core, core_len));
	add_grams(f, word - 1, len + 2);
	return h;
}

static bool has(const char *raw, size_t len, const char *what)
{
	return memmem(raw, len, what, strlen(what)) != NULL;
}

static unsigned count_of(const char *raw, size_t len, char c)
{
	unsigned n = 0;

	for (size_t i = 0; i < len; i++)
		n += raw[i] == c;
	return n;
}

/* How it is written tells a post from a report. */
static void add_manner(struct features *f, const struct words *words, const char *raw,
		       size_t len)
{
	unsigned n = words->count;
	size_t read = len < 2048 ? len : 2048;

	if (has(raw, read, "http") || has(raw, read, "[URL]") || has(raw, read, "www."))
		features_add_cue(f, "manner", "link");
	if (count_of(raw, read, '#') > 0)
		features_add_cue(f, "manner", count_of(raw, read, '#') > 2 ? "tags" : "tag");
	if (count_of(raw, read, '@') > 0)
		features_add_cue(f, "manner", count_of(raw, read, '@') > 2 ? "names" : "name");
	if (has(raw, read, "!"))
		features_add_cue(f, "manner", "loud");
	if (has(raw, read, "?"))
		features_add_cue(f, "manner", "asks");
	features_add_cue(f, "length",
			 n < 4    ? "3"
			 : n < 8  ? "7"
			 : n < 16 ? "15"
			 : n < 40 ? "39"
			 : n < 90 ? "89"
				  : "more");
}

void features_add_text(struct features *f, const struct words *words, const char *raw,
		       size_t len)
{
	unsigned count = words->count < FEATURE_WORDS_MAX ? words->count : FEATURE_WORDS_MAX;
	uint32_t before = hash_begin(KIND_WORD);

	for (unsigned i = 0; i < count; i++) {
		uint32_t h = add_word(f, words->text + words->word[i].at, length_of(words, i));
		uint32_t pair[2] = {before, h};

		f->word[f->word_count++] = bucket_of(h);
		add(f, hash_more(hash_begin(KIND_PAIR), (const char *)pair, sizeof(pair)));
		before = h;
	}
	add_manner(f, words, raw, len);
}
