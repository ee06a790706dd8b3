#include "core/place_index.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

#define NAMES_MAX 60000
#define HASH_LETTERS                                                                           \
	8           /* errors behind these do not matter to a hash: the letters are compared */
#define MIN_NEAR  5 /* shorter names are themselves or nothing */
#define MIN_TWO   8 /* two errors need that many letters */
#define MIN_BONES 4
#define SEEN_MAX  64

struct name {
	uint8_t len;
	char letters[NAME_LETTERS];
};

struct trace {
	uint32_t hash;
	uint16_t name;
};

struct place_index {
	unsigned count, room;
	struct name *name;
	unsigned slots; /* of exact, a power of two */
	uint16_t *exact;
	unsigned trace_count, trace_room;
	struct trace *trace; /* ordered by hash */
	uint32_t *bucket;    /* the first trace whose hash begins with these bits */
	uint16_t *sorted;
};

#define BUCKET_BITS 13
#define BUCKETS     (1u << BUCKET_BITS)

static bool is_vowel(char c)
{
	return c == 'a' || c == 'e' || c == 'i' || c == 'o' || c == 'u';
}

/* --- folding --- */

/* Two letters that were one sound in the old spelling, or that many write as one. */
static char fold_pair(char a, char b)
{
	static const char pairs[][3] = {"oeu", "djj", "tjc", "sys", "khk", "php"};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (pairs[i][0] == a && pairs[i][1] == b)
			return pairs[i][2];
	return '\0';
}

static char fold_letter(char c)
{
	switch (c) {
	case 'v':
	case 'f':
		return 'p';
	case 'z':
		return 's';
	case 'q':
		return 'k';
	case 'y':
		return 'i';
	default:
		return c;
	}
}

/* An h nobody hears ("dukuh", "bhakti") and a w that only glides ("buwana"). */
static bool is_silent(const char *letters, size_t len, size_t i)
{
	bool has_vowel_behind = i + 1 < len && is_vowel(letters[i + 1]);

	if (letters[i] == 'h' && i > 0)
		return !has_vowel_behind || !is_vowel(letters[i - 1]);
	return letters[i] == 'w' && i > 0 && letters[i - 1] == 'u' && has_vowel_behind;
}

size_t name_fold(const char *letters, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		char pair = i + 1 < len ? fold_pair(letters[i], letters[i + 1]) : '\0';
		char c = pair != '\0' ? pair : fold_letter(letters[i]);

		if (pair == '\0' && is_silent(letters, len, i))
			continue;
		if (pair != '\0')
			i++;
		if (n == 0 || out[n - 1] != c || (c >= '0' && c <= '9'))
			out[n++] = c;
	}
	return n;
}

/* --- building --- */

static uint32_t hash_letters(const char *letters, size_t len, uint32_t seed)
{
	uint32_t h = 2166136261u ^ seed;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)letters[i]) * 16777619u;
	h = (h ^ h >> 15) * 0x85ebca6bu;
	return h ^ h >> 13;
}

struct place_index *place_index_new(void)
{
	struct place_index *index = xcalloc(1, sizeof(*index));

	index->slots = 1024;
	index->exact = xmalloc(index->slots * sizeof(*index->exact));
	memset(index->exact, 0xff, index->slots * sizeof(*index->exact));
	return index;
}

void place_index_free(struct place_index **index)
{
	struct place_index *i = *index;

	*index = NULL;
	if (i == NULL)
		return;
	xfree(i->name);
	xfree(i->exact);
	xfree(i->trace);
	xfree(i->bucket);
	xfree(i->sorted);
	xfree(i);
}

static bool is_name(const struct name *name, const char *folded, size_t len)
{
	return name->len == len && memcmp(name->letters, folded, len) == 0;
}

/* The slot of that name, or the free one where it belongs. */
static unsigned find_slot(const struct place_index *index, const char *folded, size_t len)
{
	unsigned i = hash_letters(folded, len, 0) & (index->slots - 1);

	while (index->exact[i] != NAME_NONE &&
	       !is_name(&index->name[index->exact[i]], folded, len))
		i = (i + 1) & (index->slots - 1);
	return i;
}

static void double_slots(struct place_index *index)
{
	index->slots *= 2;
	index->exact = xrealloc(index->exact, index->slots * sizeof(*index->exact));
	memset(index->exact, 0xff, index->slots * sizeof(*index->exact));
	for (unsigned n = 0; n < index->count; n++)
		index->exact[find_slot(index, index->name[n].letters, index->name[n].len)] =
			(uint16_t)n;
}

static size_t cut(size_t len)
{
	return len < NAME_LETTERS ? len : NAME_LETTERS;
}

unsigned place_index_add(struct place_index *index, const char *folded, size_t len)
{
	unsigned slot;

	len = cut(len);
	slot = find_slot(index, folded, len);
	if (len == 0 || index->exact[slot] != NAME_NONE)
		return len == 0 ? NAME_NONE : index->exact[slot];
	if (index->count == NAMES_MAX)
		return NAME_NONE;
	if (index->count == index->room) {
		index->room = index->room == 0 ? 256 : index->room * 2;
		index->name = xrealloc(index->name, index->room * sizeof(*index->name));
	}
	index->name[index->count].len = (uint8_t)len;
	memcpy(index->name[index->count].letters, folded, len);
	index->exact[slot] = (uint16_t)index->count++;
	if (index->count * 2 > index->slots)
		double_slots(index);
	return index->count - 1;
}

unsigned place_index_find(const struct place_index *index, const char *folded, size_t len)
{
	return index->exact[find_slot(index, folded, cut(len))];
}

/* Called with the hash of each way to leave up to errors of the letters out. */
typedef void trace_fn(void *ctx, uint32_t hash);

static void each_trace(const char *letters, size_t len, unsigned errors, trace_fn *take,
		       void *ctx)
{
	char less[HASH_LETTERS];

	take(ctx, hash_letters(letters, len, 0));
	for (size_t i = 0; errors > 0 && i < len; i++) {
		memcpy(less, letters, i);
		memcpy(less + i, letters + i + 1, len - i - 1);
		take(ctx, hash_letters(less, len - 1, 0));
		for (size_t j = i; errors > 1 && j < len - 1; j++) {
			char two[HASH_LETTERS];

			memcpy(two, less, j);
			memcpy(two + j, less + j + 1, len - 2 - j);
			take(ctx, hash_letters(two, len - 2, 0));
		}
	}
}

/* The consonants, and a vowel the name begins with. */
static size_t bones_of(const char *letters, size_t len, char *out)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		if (i == 0 || !is_vowel(letters[i]))
			out[n++] = letters[i];
	return n;
}

#define BONES_SEED 0x9e3779b9u

struct tracing {
	struct place_index *index;
	uint16_t name;
};

static void keep_trace(void *ctx, uint32_t hash)
{
	struct tracing *t = ctx;
	struct place_index *index = t->index;

	if (index->trace_count == index->trace_room) {
		index->trace_room = index->trace_room == 0 ? 4096 : index->trace_room * 2;
		index->trace =
			xrealloc(index->trace, index->trace_room * sizeof(*index->trace));
	}
	index->trace[index->trace_count++] = (struct trace){.hash = hash, .name = t->name};
}

static unsigned errors_within(size_t len)
{
	return len < MIN_NEAR ? 0 : len < MIN_TWO ? 1 : 2;
}

static size_t hashed(size_t len)
{
	return len < HASH_LETTERS ? len : HASH_LETTERS;
}

static void trace_name(struct place_index *index, unsigned n)
{
	struct tracing tracing = {.index = index, .name = (uint16_t)n};
	const struct name *name = &index->name[n];
	char bones[NAME_LETTERS];
	size_t len = bones_of(name->letters, name->len, bones);

	if (name->len >= MIN_NEAR)
		each_trace(name->letters, hashed(name->len), errors_within(name->len),
			   keep_trace, &tracing);
	if (len >= MIN_BONES)
		keep_trace(&tracing, hash_letters(bones, len, BONES_SEED));
}

static int by_hash(const void *a, const void *b)
{
	const struct trace *x = a, *y = b;

	if (x->hash != y->hash)
		return x->hash < y->hash ? -1 : 1;
	return x->name < y->name ? -1 : x->name > y->name;
}

static void forget_repeats(struct place_index *index)
{
	unsigned kept = 0;

	for (unsigned i = 0; i < index->trace_count; i++)
		if (kept == 0 || by_hash(&index->trace[kept - 1], &index->trace[i]) != 0)
			index->trace[kept++] = index->trace[i];
	index->trace_count = kept;
}

static void fill_buckets(struct place_index *index)
{
	unsigned i = 0;

	index->bucket = xcalloc(BUCKETS + 1, sizeof(*index->bucket));
	for (unsigned b = 0; b <= BUCKETS; b++) {
		while (i < index->trace_count && index->trace[i].hash >> (32 - BUCKET_BITS) < b)
			i++;
		index->bucket[b] = i;
	}
}

static int by_letters(const void *a, const void *b, void *ctx)
{
	const struct name *names = ctx;
	const struct name *x = &names[*(const uint16_t *)a], *y = &names[*(const uint16_t *)b];
	int order = memcmp(x->letters, y->letters, x->len < y->len ? x->len : y->len);

	return order != 0 ? order : x->len - y->len;
}

void place_index_build(struct place_index *index)
{
	for (unsigned n = 0; n < index->count; n++)
		trace_name(index, n);
	if (index->trace_count > 0)
		qsort(index->trace, index->trace_count, sizeof(*index->trace), by_hash);
	forget_repeats(index);
	fill_buckets(index);
	index->sorted = xcalloc(index->count + 1, sizeof(*index->sorted));
	for (unsigned n = 0; n < index->count; n++)
		index->sorted[n] = (uint16_t)n;
	if (index->count > 0)
		qsort_r(index->sorted, index->count, sizeof(*index->sorted), by_letters,
			index->name);
}

/* --- looking up --- */

static unsigned min3(unsigned a, unsigned b, unsigned c)
{
	unsigned least = a < b ? a : b;

	return least < c ? least : c;
}

/* How many errors make b of a: letters wrong, missing, too many, neighbours swapped. Counts no
 * further than max + 1. */
static unsigned errors_between(const char *a, size_t a_len, const char *b, size_t b_len,
			       unsigned max)
{
	unsigned rows[3][NAME_LETTERS + 1], *before = rows[0], *last = rows[1], *now = rows[2];

	if ((a_len > b_len ? a_len - b_len : b_len - a_len) > max)
		return max + 1;
	for (unsigned j = 0; j <= b_len; j++)
		last[j] = j;
	for (unsigned i = 1; i <= a_len; i++) {
		unsigned least = now[0] = i, *free_row = before;

		for (unsigned j = 1; j <= b_len; j++) {
			unsigned wrong = a[i - 1] != b[j - 1];

			now[j] = min3(last[j] + 1, now[j - 1] + 1, last[j - 1] + wrong);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
			least = now[j] < least ? now[j] : least;
		}
		if (least > max)
			return max + 1;
		before = last;
		last = now;
		now = free_row;
	}
	return last[b_len];
}

struct hunt {
	const struct place_index *index;
	const char *letters;
	size_t len;
	unsigned errors; /* more are not wanted */
	unsigned count;
	struct name_near *near;
	unsigned seen_count;
	uint16_t seen[SEEN_MAX];
};

static bool is_seen(struct hunt *hunt, uint16_t name)
{
	for (unsigned i = 0; i < hunt->seen_count; i++)
		if (hunt->seen[i] == name)
			return true;
	if (hunt->seen_count < SEEN_MAX)
		hunt->seen[hunt->seen_count++] = name;
	return false;
}

/* Of a short name one letter is a lot: the shorter of both says how many may be wrong. */
static unsigned errors_allowed(const struct hunt *hunt, const struct name *name)
{
	unsigned allowed = errors_within(name->len < hunt->len ? name->len : hunt->len);

	return allowed < hunt->errors ? allowed : hunt->errors;
}

static void judge_near(struct hunt *hunt, uint16_t n)
{
	const struct name *name = &hunt->index->name[n];
	unsigned allowed = errors_allowed(hunt, name), errors;

	if (allowed == 0 || is_seen(hunt, n))
		return;
	errors = errors_between(hunt->letters, hunt->len, name->letters, name->len, allowed);
	if (errors == 0 || errors > allowed)
		return;
	if (errors < hunt->errors) {
		hunt->errors = errors;
		hunt->count = 0;
	}
	if (hunt->count < NAMES_NEAR)
		hunt->near[hunt->count++] =
			(struct name_near){.name = n, .errors = (uint8_t)errors};
}

static void hunt_hash(void *ctx, uint32_t hash)
{
	struct hunt *hunt = ctx;
	const struct place_index *index = hunt->index;
	unsigned bucket = hash >> (32 - BUCKET_BITS);

	for (unsigned i = index->bucket[bucket]; i < index->bucket[bucket + 1]; i++)
		if (index->trace[i].hash == hash)
			judge_near(hunt, index->trace[i].name);
}

/* Whether all letters of the short form stand in the name in this order. */
static bool is_shortened(const struct name *name, const char *letters, size_t len)
{
	size_t at = 0;

	for (size_t i = 0; i < name->len && at < len; i++)
		at += name->letters[i] == letters[at];
	return at == len;
}

static void hunt_bones(struct hunt *hunt)
{
	const struct place_index *index = hunt->index;
	char bones[NAME_LETTERS];
	size_t len = bones_of(hunt->letters, hunt->len, bones);
	uint32_t hash = hash_letters(bones, len, BONES_SEED);
	unsigned bucket = hash >> (32 - BUCKET_BITS);

	if (len < MIN_BONES)
		return;
	for (unsigned i = index->bucket[bucket]; i < index->bucket[bucket + 1]; i++) {
		const struct trace *trace = &index->trace[i];

		if (trace->hash == hash && hunt->count < NAMES_NEAR &&
		    is_shortened(&index->name[trace->name], hunt->letters, hunt->len))
			hunt->near[hunt->count++] =
				(struct name_near){.name = trace->name, .is_vowelless = true};
	}
}

unsigned place_index_near(const struct place_index *index, const char *folded, size_t len,
			  unsigned max_errors, struct name_near *near_r)
{
	struct hunt hunt = {.index = index,
			    .letters = folded,
			    .len = cut(len),
			    .errors = max_errors,
			    .near = near_r};
	unsigned errors = errors_within(hunt.len);

	if (errors > max_errors)
		errors = max_errors;
	if (errors > 0)
		each_trace(folded, hashed(hunt.len), errors, hunt_hash, &hunt);
	if (hunt.count == 0)
		hunt_bones(&hunt);
	return hunt.count;
}

const char *place_index_letters(const struct place_index *index, unsigned name, size_t *len_r)
{
	*len_r = index->name[name].len;
	return index->name[name].letters;
}

static int compare_begin(const struct name *name, const char *folded, size_t len)
{
	int order = memcmp(name->letters, folded, name->len < len ? name->len : len);

	return order != 0 ? order : name->len < len ? -1 : 0;
}

unsigned place_index_begin(const struct place_index *index, const char *folded, size_t len,
			   unsigned *first_r)
{
	unsigned low = 0, high = index->count, end;

	len = cut(len);
	while (low < high) {
		unsigned middle = (low + high) / 2;

		if (compare_begin(&index->name[index->sorted[middle]], folded, len) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	for (end = low; end < index->count &&
			compare_begin(&index->name[index->sorted[end]], folded, len) == 0;)
		end++;
	*first_r = low;
	return end - low;
}

unsigned place_index_sorted(const struct place_index *index, unsigned n)
{
	return index->sorted[n];
}
