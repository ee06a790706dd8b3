/* Telephone numbers, NIK and other long numbers, in digits and in words. */
#include <string.h>

#include "core/mask_private.h"

#define DIGITS_MAX   20
#define NIK_DIGITS   16
#define LONG_DIGITS  7
#define SPOKEN_WORDS 6

/* Digits in groups that signs part. */
struct number {
	bool has_plus;
	unsigned count, first; /* digits in all, and in the first group */
	unsigned shortest;     /* in the shortest group */
	unsigned bounds;       /* bit n: a group ends behind n digits */
	size_t first_end, end; /* in bytes */
	char digit[DIGITS_MAX + 1];
};

static void take_group(const struct mask_scan *s, size_t i, size_t n, struct number *number)
{
	for (size_t k = 0; k < n && number->count < DIGITS_MAX; k++)
		number->digit[number->count++] = s->text[i + k];
	if (number->shortest == 0 || n < number->shortest)
		number->shortest = (unsigned)n;
	number->bounds |= 1u << number->count;
	number->end = i + n;
}

/* "o812…", with the letter; its bytes and a plus before it. */
static size_t read_head(const struct mask_scan *s, struct number *number)
{
	size_t i = s->at;

	*number = (struct number){.has_plus = mask_at(s, i) == '+'};
	i += number->has_plus;
	if (mask_lower(mask_at(s, i)) == 'o' && mask_at(s, i + 1) == '8' &&
	    mask_begins_word(s)) {
		number->digit[number->count++] = '0';
		i++;
	}
	return i;
}

/* A short group behind a whole number is another thing ("0812345678 2 orang"), unless all of it
 * is in such groups: "08 12 34 56 78 90". */
static bool goes_on(const struct number *number, size_t group)
{
	bool is_even = number->shortest == number->first && group == number->first;

	return number->count + group <= DIGITS_MAX &&
	       (number->count < 7 || group >= 3 || is_even);
}

/* A NIK goes on as long as it may be one, in groups of any length. */
static void read_groups(const struct mask_scan *s, struct number *number, bool is_nik)
{
	size_t i = read_head(s, number), n = mask_count_digits(s, i, DIGITS_MAX + 1);

	if (n == 0) {
		number->count = 0;
		return;
	}
	take_group(s, i, n, number);
	number->first = number->count;
	number->first_end = number->end;
	for (;;) {
		i = number->end + mask_gap(s, number->end);
		n = mask_count_digits(s, i, DIGITS_MAX + 1);
		if (n == 0 || i == number->end)
			return;
		if (is_nik ? number->count + n > NIK_DIGITS : !goes_on(number, n))
			return;
		take_group(s, i, n, number);
	}
}

/* Of more digits than any number has none is left over. */
static size_t to_last_digit(const struct mask_scan *s, size_t i)
{
	while (mask_is_digit(mask_at(s, i)))
		i++;
	return i;
}

/* Not from within a number. */
static bool begins_number(const struct mask_scan *s)
{
	return !mask_is_digit(mask_before(s)) && mask_before(s) != '+';
}

/* ---- NIK: province, six digits of the area; day (40 more for women), month, year; four. ----
 */

static unsigned two(const struct number *n, unsigned at)
{
	return (unsigned)(n->digit[at] - '0') * 10 + (unsigned)(n->digit[at + 1] - '0');
}

static bool is_born(const struct number *n)
{
	unsigned day = two(n, 6) % 40, month = two(n, 8);

	return two(n, 0) >= 11 && day >= 1 && day <= 31 && month >= 1 && month <= 12;
}

/* "21-01-2022 08.00-17.00" has as many digits: but not parted where a NIK is. */
static bool is_parted_as_nik(const struct number *n)
{
	return n->first >= 4 || ((n->bounds >> 6 & 1) != 0 && (n->bounds >> 12 & 1) != 0);
}

size_t mask_find_nik(const struct mask_scan *s)
{
	struct number n;

	if (!begins_number(s))
		return 0;
	read_groups(s, &n, true);
	if (n.count != NIK_DIGITS || n.digit[0] == '0')
		return 0;
	if (n.shortest >= 4 || s->call > 0 || (is_born(&n) && is_parted_as_nik(&n)))
		return n.end - s->at;
	return 0;
}

/* ---- To call. ---- */

/* The area code or the network stands first, so clock times and dates are none. */
static bool is_phone(const struct mask_scan *s, const struct number *n)
{
	if (n->has_plus)
		return n->count >= 8;
	if (n->digit[0] == '0' && n->first >= 3)
		return n->count >= 8;
	if (strncmp(n->digit, "08", 2) == 0 || strncmp(n->digit, "628", 3) == 0 ||
	    strncmp(n->digit, "6223", 4) == 0)
		return n->count >= 10;
	return s->call > 0 && n->count >= 5;
}

/* The whole of it, or its first group alone, is a part of the reporter's number. */
static size_t find_known(const struct mask_scan *s, const struct number *n)
{
	char digits[DIGITS_MAX + 1];

	if (s->known == NULL || n->count < 5)
		return 0;
	memcpy(digits, n->digit, n->count);
	digits[n->count] = '\0';
	if (strstr(s->known->phone, digits) != NULL)
		return n->end - s->at;
	digits[n->first] = '\0';
	return n->first >= 5 && strstr(s->known->phone, digits) != NULL ? n->first_end - s->at
									: 0;
}

/* As numbers of accounts and cards are written: "1340 0123 45678". */
static bool is_in_long_groups(const struct mask_scan *s, const struct number *n)
{
	return n->count >= 10 && n->shortest >= 3 &&
	       memchr(s->text + s->at, '.', n->end - s->at) == NULL;
}

size_t mask_find_phone(const struct mask_scan *s)
{
	struct number n;

	if (!begins_number(s))
		return 0;
	read_groups(s, &n, false);
	if (n.count == 0)
		return 0;
	n.end = is_phone(s, &n) ? n.end : s->at + find_known(s, &n);
	return n.end > s->at ? to_last_digit(s, n.end) - s->at : 0;
}

/* ---- Said in words: "nol delapan satu dua …". ---- */

static size_t digit_word(const struct mask_scan *s, size_t i)
{
	static const char *const words[] = {"nol",   "kosong",  "satu",     "dua",
					    "tiga",  "empat",   "lima",     "enam",
					    "tujuh", "delapan", "sembilan", NULL};
	char word[12];
	size_t n = mask_read_word(s, i, word, sizeof(word));

	return n > 0 && n < sizeof(word) && mask_is_one_of(word, words) ? n : 0;
}

size_t mask_find_spoken(const struct mask_scan *s)
{
	size_t end = s->at, n = mask_begins_word(s) ? digit_word(s, s->at) : 0;
	unsigned count = 0;

	while (n > 0 && count < DIGITS_MAX) {
		size_t next = end + n;

		end = next;
		count++;
		next += mask_at(s, next) == ',';
		next += mask_gap(s, next);
		n = next > end ? digit_word(s, next) : 0;
		end = n > 0 ? next : end;
	}
	return count >= SPOKEN_WORDS ? end - s->at : 0;
}

/* ---- Of a meter, a bank account, a member: whatever it is, it is somebody's. ---- */

size_t mask_find_long(const struct mask_scan *s)
{
	struct number number;
	size_t n;

	if (mask_is_digit(mask_before(s)) || !mask_is_digit(mask_at(s, s->at)))
		return 0;
	read_groups(s, &number, false);
	if (is_in_long_groups(s, &number))
		return to_last_digit(s, number.end) - s->at;
	n = to_last_digit(s, s->at) - s->at;
	return n >= LONG_DIGITS ? n : 0;
}
