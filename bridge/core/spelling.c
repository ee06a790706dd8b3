#include "core/spelling.h"

#include <stdio.h>
#include <string.h>

#include "core/table.h"

#define SLOTS       (sizeof(((struct spelling *)0)->slot) / sizeof(((struct spelling *)0)->slot[0]))
#define KNOWN       (sizeof(((struct spelling *)0)->known) / sizeof(uint32_t))
#define GUESS_SIZE  64
#define STEM_MIN    3 /* letters that must be left */
#define LETTERS_MIN 2 /* of a word with digits in it */

static uint32_t hash(const char *word, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)word[i]) * 16777619u;
	h ^= h >> 15;
	return h != 0 ? h : 1;
}

/* The slot that holds word, or the free one where it belongs. */
static unsigned find_slot(const struct spelling *s, uint32_t h, const char *word, size_t len)
{
	unsigned i = h % SLOTS;

	while (s->slot[i].from_len != 0 &&
	       (s->slot[i].from_len != len || memcmp(s->slot[i].from, word, len) != 0))
		i = (i + 1) % SLOTS;
	return i;
}

static unsigned find_known(const struct spelling *s, uint32_t h)
{
	unsigned i = h % KNOWN;

	while (s->known[i] != 0 && s->known[i] != h)
		i = (i + 1) % KNOWN;
	return i;
}

bool spelling_add(struct spelling *s, const char *from, const char *to)
{
	size_t len = strlen(from), to_len = strlen(to);
	unsigned i;

	if (len == 0 || len >= SPELLING_FROM_SIZE || to_len == 0 || to_len >= SPELLING_TO_SIZE)
		return false;
	i = find_slot(s, hash(from, len), from, len);
	if (s->slot[i].from_len == 0 && s->count == SPELLING_MAX)
		return false;
	s->count += s->slot[i].from_len == 0;
	memcpy(s->slot[i].from, from, len + 1);
	memcpy(s->slot[i].to, to, to_len + 1);
	s->slot[i].from_len = (uint8_t)len;
	s->slot[i].to_len = (uint8_t)to_len;
	return spelling_know(s, to, to_len);
}

bool spelling_know(struct spelling *s, const char *word, size_t len)
{
	uint32_t h = hash(word, len);
	unsigned i = find_known(s, h);

	if (s->known[i] == 0 && s->known_count == SPELLING_KNOWN_MAX)
		return false;
	s->known_count += s->known[i] == 0;
	s->known[i] = h;
	return true;
}

/* Takes word over when it is known, written out when it is a short form. */
static bool accept(const struct spelling *s, const char *word, size_t len, char *word_r,
		   size_t *len_r)
{
	uint32_t h = hash(word, len);
	unsigned i = find_slot(s, h, word, len);

	if (s->slot[i].from_len != 0) {
		*len_r = s->slot[i].to_len;
		memcpy(word_r, s->slot[i].to, *len_r);
		return true;
	}
	if (s->known[find_known(s, h)] == 0)
		return false;
	memmove(word_r, word, len);
	*len_r = len;
	return true;
}

/* "t0l0ng", "4pi". The letters of the word must outnumber its digits. */
static bool read_digits(const struct spelling *s, char *word, size_t *len)
{
	static const char letters[] = "oi?eas?tbg"; /* what 0 … 9 look like */
	char guess[GUESS_SIZE];
	size_t digits = 0;

	for (size_t i = 0; i < *len; i++) {
		bool is_digit = word[i] >= '0' && word[i] <= '9';

		guess[i] = is_digit ? letters[word[i] - '0'] : word[i];
		if (guess[i] == '?')
			return false;
		digits += is_digit;
	}
	return digits > 0 && *len - digits >= LETTERS_MIN && digits < *len - digits &&
	       accept(s, guess, *len, word, len);
}

/* "tolongg": no word of ours ends like that. */
static bool read_double(const struct spelling *s, char *word, size_t *len)
{
	return *len > STEM_MIN && word[*len - 1] == word[*len - 2] &&
	       accept(s, word, *len - 1, word, len);
}

/* "rumahku", "rumahx", "cepatlah". */
static bool read_hung_on(const struct spelling *s, char *word, size_t *len)
{
	static const char *const ends[] = {"ny", "lah", "kah", "ku", "mu", "x", NULL};

	for (int i = 0; ends[i] != NULL; i++) {
		size_t n = strlen(ends[i]);

		if (*len >= n + STEM_MIN && memcmp(word + *len - n, ends[i], n) == 0 &&
		    accept(s, word, *len - n, word, len))
			return true;
	}
	return false;
}

size_t spelling_read(const struct spelling *s, char *word, size_t len, size_t room)
{
	if (len < 2 || len > GUESS_SIZE || room < SPELLING_TO_SIZE)
		return len;
	if (accept(s, word, len, word, &len) || read_digits(s, word, &len) ||
	    read_double(s, word, &len))
		return len;
	(void)read_hung_on(s, word, &len);
	return len;
}

enum { WORD, SPELLINGS };

static bool is_word(const char *text, size_t len)
{
	return len > 0 && strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789") >= len;
}

static int load_row(struct spelling *s, struct table *table, struct err *err)
{
	const char *to = table->cell[WORD], *end;
	char from[SPELLING_FROM_SIZE];

	if (!is_word(to, strlen(to)))
		return table_error(table, WORD, err, "is one word in small letters");
	for (const char *at = table->cell[SPELLINGS]; *at != '\0';
	     at = *end == '|' ? end + 1 : end) {
		size_t len;

		end = strchrnul(at, '|');
		len = (size_t)(end - at);
		if (len >= sizeof(from) || !is_word(at, len))
			return table_error(table, SPELLINGS, err,
					   "\"%.*s\": a spelling is one word below %d letters",
					   (int)(len < 30 ? len : 30), at, SPELLING_FROM_SIZE);
		snprintf(from, sizeof(from), "%.*s", (int)len, at);
		if (s->slot[find_slot(s, hash(from, len), from, len)].from_len != 0)
			return table_error(table, SPELLINGS, err,
					   "\"%s\" is a spelling of an earlier word too", from);
		if (!spelling_add(s, from, to))
			return table_error(table, WORD, err,
					   "below %d letters; %d spellings at most",
					   SPELLING_TO_SIZE, SPELLING_MAX);
	}
	return 0;
}

int spelling_load(struct spelling *s, const char *name, char *text, struct err *err)
{
	static const char *const columns[] = {"word", "spellings", NULL};
	struct table table;
	int more;

	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0)
		if (load_row(s, &table, err) < 0)
			return -1;
	return more;
}
