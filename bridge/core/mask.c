#include "core/mask_private.h"

#include <string.h>

#include "base/xalloc.h"

#define GAP_SIGNS 3

/* ---- Letters and words. ---- */

bool mask_is_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool mask_is_upper(char c)
{
	return c >= 'A' && c <= 'Z';
}

char mask_lower(char c)
{
	return mask_is_upper(c) ? (char)(c - 'A' + 'a') : c;
}

bool mask_is_letter(char c)
{
	return (mask_lower(c) >= 'a' && mask_lower(c) <= 'z') || (unsigned char)c >= 0x80;
}

char mask_at(const struct mask_scan *s, size_t i)
{
	return i < s->len ? s->text[i] : '\0';
}

char mask_before(const struct mask_scan *s)
{
	return s->at > 0 ? s->text[s->at - 1] : '\0';
}

bool mask_begins_word(const struct mask_scan *s)
{
	return s->at == s->behind_mark ||
	       (!mask_is_letter(mask_before(s)) && !mask_is_digit(mask_before(s)));
}

size_t mask_read_word(const struct mask_scan *s, size_t i, char *word_r, size_t size)
{
	size_t n = 0;

	for (; n < MASK_NAME_SIZE && mask_is_letter(mask_at(s, i + n)); n++)
		if (n + 1 < size)
			word_r[n] = mask_lower(mask_at(s, i + n));
	word_r[n < size ? n : size - 1] = '\0';
	return n;
}

bool mask_is_one_of(const char *word, const char *const *list)
{
	for (; *list != NULL; list++)
		if (strcmp(word, *list) == 0)
			return true;
	return false;
}

/* A no-break space (two bytes), its narrow sister or a dash (three): what telephones put into
 * numbers by themselves. */
static size_t wide_sign(const struct mask_scan *s, size_t i)
{
	static const char *const signs[] = {
		"\xc2\xa0",     "\xe2\x80\xaf", "\xe2\x80\x90", "\xe2\x80\x91",
		"\xe2\x80\x92", "\xe2\x80\x93", "\xe2\x80\x94", NULL};

	for (size_t k = 0; signs[k] != NULL; k++) {
		size_t n = strlen(signs[k]);

		if (i + n <= s->len && memcmp(s->text + i, signs[k], n) == 0)
			return n;
	}
	return 0;
}

size_t mask_gap(const struct mask_scan *s, size_t i)
{
	size_t n = 0;

	for (int sign = 0; sign < GAP_SIGNS; sign++) {
		char c = mask_at(s, i + n);
		size_t wide = wide_sign(s, i + n);

		if (wide == 0 && (c == '\0' || strchr(" \t\r\n.-_/()", c) == NULL))
			break;
		n += wide > 0 ? wide : 1;
	}
	return n;
}

size_t mask_count_digits(const struct mask_scan *s, size_t i, size_t most)
{
	size_t n = 0;

	while (n < most && mask_is_digit(mask_at(s, i + n)))
		n++;
	return n;
}

/* ---- The whole text. ---- */

/* The more telling first: a NIK is a long number too. */
static const struct {
	size_t (*find)(const struct mask_scan *s);
	const char *mark;
} secrets[] = {
	{mask_find_link, "[tautan]"},   {mask_find_mail, "[surel]"},
	{mask_find_account, "[akun]"},  {mask_find_nik, "[nik]"},
	{mask_find_phone, "[telepon]"}, {mask_find_spoken, "[telepon]"},
	{mask_find_long, "[nomor]"},    {mask_find_plate, "[plat]"},
	{mask_find_name, "[nama]"},
};

static void put(struct mask_scan *s, const char *text, size_t len)
{
	memcpy(s->out + s->out_len, text, len);
	s->out_len += len;
}

static bool mask_here(struct mask_scan *s)
{
	for (size_t i = 0; i < sizeof(secrets) / sizeof(secrets[0]); i++) {
		size_t n = secrets[i].find(s);

		if (n == 0)
			continue;
		put(s, secrets[i].mark, strlen(secrets[i].mark));
		s->at += n;
		s->behind_mark = s->at;
		return true;
	}
	return false;
}

static void count_down(unsigned *cue)
{
	*cue -= *cue > 0;
}

static void note_word(struct mask_scan *s)
{
	static const char *const calls[] = {
		"hp",       "wa",   "tlp",    "telp",      "telepon",  "telpon", "tlpn",
		"telf",     "hub",  "sms",    "call",      "hubungi",  "kontak", "cp",
		"nope",     "nohp", "nomor",  "nomer",     "nik",      "ktp",    "rek",
		"rekening", "kk",   "ponsel", "handphone", "whatsapp", NULL};
	static const char *const plates[] = {"plat", "plt", "nopol", "polisi", "berplat", NULL};
	char word[MASK_NAME_SIZE];

	if (!mask_begins_word(s) || mask_read_word(s, s->at, word, sizeof(word)) == 0)
		return;
	count_down(&s->call);
	count_down(&s->plate);
	if (mask_is_one_of(word, calls))
		s->call = MASK_CUE_WORDS;
	if (mask_is_one_of(word, plates))
		s->plate = MASK_CUE_WORDS;
	mask_note_name(s, word);
}

static bool is_mostly_capital(const struct mask_scan *text)
{
	struct mask_scan s = *text;
	size_t words = 0, capitals = 0;

	for (; s.at < s.len; s.at++) {
		if (!mask_begins_word(&s) || !mask_is_letter(s.text[s.at]))
			continue;
		words++;
		capitals += mask_is_upper(s.text[s.at]);
	}
	return words > 3 && 2 * capitals > words;
}

/* A mark is at most three times as long as what it stands for. */
char *mask_text(const char *text, size_t len, const struct mask_known *known)
{
	struct mask_scan s = {
		.text = text, .len = len, .known = known, .out = xmalloc(3 * len + 1)};

	s.is_capital = is_mostly_capital(&s);
	while (s.at < len) {
		note_word(&s);
		if (mask_here(&s))
			continue;
		put(&s, text[s.at] != '\0' ? text + s.at : " ", 1);
		s.at++;
	}
	s.out[s.out_len] = '\0';
	return s.out;
}
