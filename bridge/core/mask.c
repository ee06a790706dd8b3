#include "core/mask.h"

#include <stdbool.h>
#include <string.h>

#include "base/xalloc.h"

#define MAIL_MAX   320
#define DIGITS_MAX 20
#define CUE_WORDS  2 /* "hp saya 204567": a number so few words behind a cue is one to call */

struct scan {
	const char *text;
	size_t len, at;
	const struct mask_known *known;
	unsigned cue; /* words for which a cue still counts */
	char *out;
	size_t out_len;
};

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

/* Of any script: bytes of a UTF-8 sequence count as letters. */
static bool is_letter(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

static bool is_plain(char c)
{
	return (lower(c) >= 'a' && lower(c) <= 'z') || is_digit(c);
}

/* NUL, which is in no class, behind the end. */
static char at(const struct scan *s, size_t i)
{
	return i < s->len ? s->text[i] : '\0';
}

static char before(const struct scan *s)
{
	return s->at > 0 ? s->text[s->at - 1] : '\0';
}

static bool begins_word(const struct scan *s)
{
	return !is_letter(before(s)) && !is_digit(before(s));
}

/* ---- Words. ---- */

/* The word at i in lower case; its length, also of one that is too long for word_r. */
static size_t read_word(const struct scan *s, size_t i, char *word_r, size_t size)
{
	size_t n = 0;

	for (; n < MASK_NAME_SIZE && is_letter(at(s, i + n)); n++)
		if (n + 1 < size)
			word_r[n] = lower(at(s, i + n));
	word_r[n < size ? n : size - 1] = '\0';
	return n;
}

static bool is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

static bool is_no_name(const char *word)
{
	static const char *const titles[] = {"bapak", "ibu",     "pak",    "haji",  "hajah",
					     "warga", "pelapor", "anonim", "nama",  "tanpa",
					     "tidak", "ada",     "user",   "guest", "petugas",
					     "test",  "laporan", NULL};

	return strlen(word) < 3 || is_one_of(word, titles);
}

void mask_know(struct mask_known *known, const char *name, const char *phone)
{
	struct scan s = {.text = name, .len = name != NULL ? strlen(name) : 0};
	size_t digits = 0;

	*known = (struct mask_known){0};
	for (size_t i = 0; i < s.len && known->name_count < MASK_NAMES_MAX;) {
		char *word = known->name[known->name_count];
		size_t n = read_word(&s, i, word, MASK_NAME_SIZE);

		known->name_count += n > 0 && n < MASK_NAME_SIZE && !is_no_name(word);
		i += n > 0 ? n : 1;
	}
	for (; phone != NULL && *phone != '\0'; phone++)
		if (is_digit(*phone) && digits + 1 < sizeof(known->phone))
			known->phone[digits++] = *phone;
}

static size_t find_name(const struct scan *s)
{
	char word[MASK_NAME_SIZE];
	size_t n = begins_word(s) ? read_word(s, s->at, word, sizeof(word)) : 0;

	if (n == 0 || n == MASK_NAME_SIZE || s->known == NULL)
		return 0;
	for (unsigned i = 0; i < s->known->name_count; i++)
		if (strcmp(word, s->known->name[i]) == 0)
			return n;
	return 0;
}

/* ---- Addresses of the net. ---- */

static size_t find_link(const struct scan *s)
{
	size_t n = 0;

	if (!begins_word(s) || s->len - s->at < 8 ||
	    (strncasecmp(s->text + s->at, "http://", 7) != 0 &&
	     strncasecmp(s->text + s->at, "https://", 8) != 0))
		return 0;
	while ((unsigned char)at(s, s->at + n) > ' ')
		n++;
	return n;
}

static size_t find_mail(const struct scan *s)
{
	size_t n = 0, host;
	bool has_dot = false;

	if (!is_plain(at(s, s->at)) || is_plain(before(s)) || before(s) == '.')
		return 0;
	while (n < MAIL_MAX &&
	       (is_plain(at(s, s->at + n)) ||
		(at(s, s->at + n) != '\0' && strchr("._%+-", at(s, s->at + n)) != NULL)))
		n++;
	if (at(s, s->at + n) != '@')
		return 0;
	host = ++n;
	for (; n < MAIL_MAX && (is_plain(at(s, s->at + n)) || at(s, s->at + n) == '-' ||
				(at(s, s->at + n) == '.' && is_plain(at(s, s->at + n + 1))));
	     n++)
		has_dot = has_dot || at(s, s->at + n) == '.';
	return has_dot && n > host ? n : 0;
}

static size_t find_account(const struct scan *s)
{
	size_t n = 1;

	if (at(s, s->at) != '@' || !begins_word(s))
		return 0;
	while (n < MAIL_MAX && (is_plain(at(s, s->at + n)) || at(s, s->at + n) == '_' ||
				at(s, s->at + n) == '.'))
		n++;
	return n > 2 ? n : 0;
}

/* ---- Numbers. ---- */

/* Digits in groups that blanks, dots, hyphens and brackets part. */
struct number {
	bool has_plus;
	unsigned count, first; /* digits in all, and in the first group */
	size_t first_end, end; /* in bytes */
	char digit[DIGITS_MAX + 1];
};

/* 0: no digit is near. Else how many bytes part it from here. */
static size_t gap_to_digits(const struct scan *s, size_t i)
{
	size_t n = 0;

	while (n < 2 && at(s, i + n) != '\0' && strchr(" .-()", at(s, i + n)) != NULL)
		n++;
	return is_digit(at(s, i + n)) ? n : 0;
}

static size_t count_digits(const struct scan *s, size_t i)
{
	size_t n = 0;

	while (n <= DIGITS_MAX && is_digit(at(s, i + n)))
		n++;
	return n;
}

static void take_group(const struct scan *s, size_t i, size_t n, struct number *number)
{
	for (size_t k = 0; k < n && number->count < DIGITS_MAX; k++)
		number->digit[number->count++] = s->text[i + k];
	number->end = i + n;
}

/* A short group behind a whole number is another thing: "0812345678 2 orang". */
static bool goes_on(const struct number *number, size_t group)
{
	return number->count + group <= DIGITS_MAX && (number->count < 7 || group >= 3);
}

static void read_number(const struct scan *s, struct number *number)
{
	size_t i = s->at, n, gap;

	*number = (struct number){.has_plus = at(s, i) == '+'};
	i += number->has_plus;
	/* "o812…", with the letter */
	if (lower(at(s, i)) == 'o' && at(s, i + 1) == '8' && begins_word(s)) {
		number->digit[number->count++] = '0';
		i++;
	}
	n = count_digits(s, i);
	if (n == 0) {
		number->count = 0;
		return;
	}
	take_group(s, i, n, number);
	number->first = number->count;
	number->first_end = number->end;
	while ((gap = gap_to_digits(s, number->end)) > 0) {
		n = count_digits(s, number->end + gap);
		if (!goes_on(number, n))
			break;
		take_group(s, number->end + gap, n, number);
	}
}

/* The area code or the network stands first, so clock times and dates are none. */
static bool is_phone(const struct scan *s, const struct number *n)
{
	if (n->has_plus)
		return n->count >= 8;
	if (n->digit[0] == '0' && n->first >= 3)
		return n->count >= 8;
	if (strncmp(n->digit, "628", 3) == 0 || strncmp(n->digit, "6223", 4) == 0)
		return n->count >= 10;
	return s->cue > 0 && n->count >= 5;
}

static bool is_known_number(const struct scan *s, const struct number *n)
{
	char first[DIGITS_MAX + 1];

	if (s->known == NULL || n->first < 5)
		return false;
	memcpy(first, n->digit, n->first);
	first[n->first] = '\0';
	return strstr(s->known->phone, first) != NULL;
}

/* Not from within a number. */
static bool begins_number(const struct scan *s)
{
	return !is_digit(before(s)) && before(s) != '+';
}

static size_t find_nik(const struct scan *s)
{
	struct number n;

	if (!begins_number(s))
		return 0;
	read_number(s, &n);
	return n.count == 16 && n.first >= 4 && n.digit[0] != '0' ? n.end - s->at : 0;
}

static size_t find_phone(const struct scan *s)
{
	struct number n;

	if (!begins_number(s))
		return 0;
	read_number(s, &n);
	if (n.count == 0)
		return 0;
	if (is_phone(s, &n))
		return n.end - s->at;
	return is_known_number(s, &n) ? n.first_end - s->at : 0;
}

/* Of a meter, a bank account, a member: whatever it is, it is somebody's. */
static size_t find_long(const struct scan *s)
{
	size_t n = 0;

	if (is_digit(before(s)))
		return 0;
	while (is_digit(at(s, s->at + n)))
		n++;
	return n >= 7 ? n : 0;
}

/* ---- Number plates: "E 1234 AB", "b1234xyz". ---- */

struct plate {
	size_t prefix, digits, suffix; /* how many */
	bool is_parted;                /* by blanks */
	bool is_upper;
	char tail[4]; /* the suffix in lower case */
};

static size_t skip_blank(const struct scan *s, size_t i, struct plate *plate)
{
	bool is_blank = at(s, i) == ' ' || at(s, i) == '-';

	plate->is_parted = plate->is_parted || is_blank;
	return is_blank ? i + 1 : i;
}

static size_t read_letters(const struct scan *s, size_t i, size_t most, struct plate *plate)
{
	size_t n = 0;

	for (; n <= most && is_letter(at(s, i + n)); n++)
		plate->is_upper = plate->is_upper && at(s, i + n) == (at(s, i + n) & ~0x20);
	return n;
}

/* What stands before a number and between two in an address is no plate. */
static bool is_address_word(const char *word)
{
	static const char *const words[] = {"rt", "rw", "no", "jl", "gg",  "km",  "kk",  "lt",
					    "di", "ke", "se", "tp", "dan", "ada", "jam", NULL};

	return is_one_of(word, words);
}

static bool follows_block(const struct scan *s)
{
	static const char *const words[] = {"blok", "blk", "block", "gang", "lantai", NULL};
	char word[8];
	size_t i = s->at, n = 0;

	while (i > 0 && s->text[i - 1] == ' ')
		i--;
	while (n < sizeof(word) && i > 0 && is_letter(s->text[i - 1])) {
		i--;
		n++;
	}
	if (n == 0 || n == sizeof(word))
		return false;
	(void)read_word(s, i, word, sizeof(word));
	return is_one_of(word, words);
}

static bool is_plate(const struct scan *s, const struct plate *plate)
{
	char prefix[4];

	if (plate->prefix < 1 || plate->prefix > 2 || plate->digits < 1 || plate->digits > 4 ||
	    plate->suffix < 1 || plate->suffix > 3)
		return false;
	(void)read_word(s, s->at, prefix, sizeof(prefix));
	if (is_address_word(prefix) || is_address_word(plate->tail) || follows_block(s))
		return false;
	return !plate->is_parted || plate->is_upper || plate->digits >= 3;
}

static size_t find_plate(const struct scan *s)
{
	struct plate plate = {.is_upper = true};
	size_t i = s->at;

	if (!begins_word(s))
		return 0;
	plate.prefix = read_letters(s, i, 2, &plate);
	i = skip_blank(s, i + plate.prefix, &plate);
	plate.digits = count_digits(s, i);
	i = skip_blank(s, i + plate.digits, &plate);
	plate.suffix = read_letters(s, i, 3, &plate);
	(void)read_word(s, i, plate.tail, sizeof(plate.tail));
	i += plate.suffix;
	return is_plate(s, &plate) && !is_digit(at(s, i)) ? i - s->at : 0;
}

/* ---- The whole text. ---- */

/* The more telling first: a NIK is a long number too. */
static const struct {
	size_t (*find)(const struct scan *s); /* bytes from here that it is; 0: it is none */
	const char *mark;
} secrets[] = {
	{find_link, "[tautan]"}, {find_mail, "[surel]"},    {find_account, "[akun]"},
	{find_nik, "[nik]"},     {find_phone, "[telepon]"}, {find_long, "[nomor]"},
	{find_plate, "[plat]"},  {find_name, "[nama]"},
};

static void put(struct scan *s, const char *text, size_t len)
{
	memcpy(s->out + s->out_len, text, len);
	s->out_len += len;
}

static bool mask_here(struct scan *s)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		size_t n = secrets[i].find(s);

		if (n == 0)
			continue;
		put(s, secrets[i].mark, strlen(secrets[i].mark));
		s->at += n;
		return true;
	}
	return false;
}

static void note_cue(struct scan *s)
{
	static const char *const cues[] = {"hp",  "wa",   "tlp",     "telp",   "telepon",
					   "hub", "sms",  "hubungi", "kontak", "nomor",
					   "nik", "call", "telpon",  NULL};
	char word[12];

	if (!begins_word(s) || read_word(s, s->at, word, sizeof(word)) == 0)
		return;
	if (is_one_of(word, cues))
		s->cue = CUE_WORDS;
	else if (s->cue > 0)
		s->cue--;
}

/* A mark is at most three times as long as what it stands for. */
char *mask_text(const char *text, size_t len, const struct mask_known *known)
{
	struct scan s = {.text = text, .len = len, .known = known, .out = xmalloc(3 * len + 1)};

	while (s.at < len) {
		note_cue(&s);
		if (mask_here(&s))
			continue;
		put(&s, text[s.at] != '\0' ? text + s.at : " ", 1);
		s.at++;
	}
	s.out[s.out_len] = '\0';
	return s.out;
}
