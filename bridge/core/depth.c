#include "core/depth.h"

#include <string.h>

#define DEEPEST_CM   600
#define NUMBER_LIMIT 10000

enum unit { UNIT_NONE, UNIT_CM, UNIT_M };

static bool is_word(const char *word, size_t len, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strlen(*list) == len && memcmp(*list, word, len) == 0)
			return true;
	return false;
}

static enum unit unit_of(const char *word, size_t len)
{
	static const char *const centimetres[] = {"cm",         "centi",      "senti",
						  "sentimeter", "centimeter", NULL};
	static const char *const metres[] = {"m", "mtr", "meter", "metre", NULL};

	if (is_word(word, len, centimetres))
		return UNIT_CM;
	return is_word(word, len, metres) ? UNIT_M : UNIT_NONE;
}

static size_t length_of(const struct words *words, unsigned i)
{
	size_t end = i + 1 < words->count ? words->word[i + 1].at : words->len;

	return end - words->word[i].at - 1;
}

static size_t digits_of(const char *word, size_t len, unsigned *value_r)
{
	size_t n = 0;

	*value_r = 0;
	for (; n < len && word[n] >= '0' && word[n] <= '9' && *value_r < NUMBER_LIMIT; n++)
		*value_r = *value_r * 10 + (unsigned)(word[n] - '0');
	return n;
}

/* "1,2" is two words with a mark between them. */
static bool is_fraction(const struct words *words, const char *text, unsigned i)
{
	const struct word *word = &words->word[i];

	return word[1].from == word->to + 1 &&
	       (text[word->to] == ',' || text[word->to] == '.') && length_of(words, i) == 1 &&
	       length_of(words, i + 1) <= 2;
}

static bool measures_something_else(const struct words *words, unsigned i)
{
	static const char *const others[] = {"panjang", "sepanjang",  "lebar",  "selebar",
					     "jarak",   "berjarak",   "radius", "diameter",
					     "sejauh",  "panjangnya", NULL};

	for (unsigned back = 1; back <= 2 && back <= i; back++)
		if (is_word(words->text + words->word[i - back].at, length_of(words, i - back),
			    others))
			return true;
	return false;
}

/* The number that begins at word i, in tenths, and the word its unit is in. */
static unsigned read_number(const struct words *words, const char *text, unsigned *i,
			    enum unit *unit_r)
{
	const char *word = words->text + words->word[*i].at;
	size_t len = length_of(words, *i), used;
	unsigned value, tenth;

	used = digits_of(word, len, &value);
	if (used == 0)
		return 0;
	value *= 10;
	if (used == len && *i + 1 < words->count && is_fraction(words, text, *i)) {
		word = words->text + words->word[++*i].at;
		len = length_of(words, *i);
		used = digits_of(word, len, &tenth);
		value += tenth > 9 ? tenth / 10 : tenth;
	}
	if (used < len)
		*unit_r = unit_of(word + used, len - used);
	else if (*i + 1 < words->count)
		*unit_r =
			unit_of(words->text + words->word[*i + 1].at, length_of(words, *i + 1));
	return value;
}

unsigned depth_read(const struct words *words, const char *text)
{
	unsigned deepest = 0;

	for (unsigned i = 0; i < words->count; i++) {
		enum unit unit = UNIT_NONE;
		unsigned first = i, tenths, cm;

		tenths = read_number(words, text, &i, &unit);
		cm = unit == UNIT_M ? tenths * 10 : tenths / 10;
		if (tenths == 0 || unit == UNIT_NONE || cm < 5 || cm > DEEPEST_CM ||
		    measures_something_else(words, first))
			continue;
		deepest = cm > deepest ? cm : deepest;
	}
	return deepest;
}
