/* Number plates: "E 1234 AB", "b1234xyz", "plat E.12.A". */
#include <string.h>

#include "core/mask_private.h"

struct plate {
	size_t prefix, digits, suffix; /* how many */
	bool is_parted;
	bool is_upper;
	char head[4], tail[4]; /* prefix and suffix in lower case */
};

static size_t skip_gap(const struct mask_scan *s, size_t i, struct plate *plate)
{
	size_t n = mask_gap(s, i);

	plate->is_parted = plate->is_parted || n > 0;
	return i + n;
}

static size_t read_letters(const struct mask_scan *s, size_t i, size_t most,
			   struct plate *plate)
{
	size_t n = 0;

	for (; n <= most && mask_is_letter(mask_at(s, i + n)); n++)
		plate->is_upper = plate->is_upper && mask_is_upper(mask_at(s, i + n));
	return n;
}

static size_t read_plate(const struct mask_scan *s, struct plate *plate)
{
	size_t i = s->at;

	*plate = (struct plate){.is_upper = true};
	plate->prefix = read_letters(s, i, 2, plate);
	(void)mask_read_word(s, i, plate->head, sizeof(plate->head));
	i = skip_gap(s, i + plate->prefix, plate);
	plate->digits = mask_count_digits(s, i, 5);
	i += plate->digits;
	if (plate->digits == 0 || plate->digits > 4)
		return 0;
	(void)mask_read_word(s, i + mask_gap(s, i), plate->tail, sizeof(plate->tail));
	plate->suffix = read_letters(s, i + mask_gap(s, i), 3, plate);
	return plate->suffix > 0 ? skip_gap(s, i, plate) + plate->suffix : i;
}

/* What stands before a number and behind it in an address or a sum. */
static bool is_other_word(const char *word)
{
	static const char *const words[] = {
		"rt",  "rw",  "no",  "jl", "gg", "km", "kk",  "lt",  "di",  "ke",  "se",  "tp",
		"dan", "ada", "jam", "rp", "sd", "yg", "tgl", "pkl", "wib", "kel", "kec", NULL};

	return mask_is_one_of(word, words);
}

/* In capitals it may as well end a plate: "E 1234 KG". */
static bool is_unit(const struct plate *plate)
{
	static const char *const words[] = {"m",  "cm",  "mt",  "kg", "org",  "rb",
					    "jt", "thn", "bln", "hr", "unit", NULL};

	return !plate->is_upper && mask_is_one_of(plate->tail, words);
}

static bool follows_block(const struct mask_scan *s)
{
	static const char *const words[] = {"blok",   "blk",  "block", "gang",
					    "lantai", "unit", NULL};
	char word[8];
	size_t i = s->at, n = 0;

	while (i > 0 && s->text[i - 1] == ' ')
		i--;
	while (n < sizeof(word) && i > 0 && mask_is_letter(s->text[i - 1])) {
		i--;
		n++;
	}
	if (n == 0 || n == sizeof(word))
		return false;
	(void)mask_read_word(s, i, word, sizeof(word));
	return mask_is_one_of(word, words);
}

static bool is_plate(const struct mask_scan *s, const struct plate *plate)
{
	if (plate->prefix < 1 || plate->prefix > 2 || plate->suffix > 3 ||
	    is_other_word(plate->head) || is_other_word(plate->tail) || is_unit(plate) ||
	    follows_block(s))
		return false;
	if (s->plate > 0)
		return true;
	return plate->suffix > 0 &&
	       (!plate->is_parted || plate->is_upper || plate->digits >= 3);
}

size_t mask_find_plate(const struct mask_scan *s)
{
	struct plate plate;
	size_t end;

	if (!mask_begins_word(s) || !mask_is_letter(mask_at(s, s->at)))
		return 0;
	end = read_plate(s, &plate);
	return end > 0 && is_plate(s, &plate) && !mask_is_digit(mask_at(s, end)) ? end - s->at
										 : 0;
}
