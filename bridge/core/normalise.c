#include "core/normalise.h"

#include "core/spelling.h"

#include <string.h>

#define ROOM_FOR_A_WORD (WORD_MAX_LETTERS + 2)

/* U+00C0 … U+00FF without their accents; a space where there is no letter. */
static const char latin1[] = "aaaaaaaceeeeiiiidnooooo ouuuuy saaaaaaaceeeeiiiidnooooo ouuuuy y";

enum { READ_GAP = -1, READ_NOTHING = -2 }; /* what a character may be instead of a letter */

struct writer {
	struct words *words;
	char word[WORD_MAX_LETTERS];
	unsigned letters, run; /* run: how often the last letter came in a row */
	size_t from;
};

/* "apinya" is "api"; "hanya" and "tanya" are words of their own. */
static void take_off_suffix(struct writer *w)
{
	if (w->letters >= 6 && memcmp(w->word + w->letters - 3, "nya", 3) == 0)
		w->letters -= 3;
}

static void end_word(const struct spelling *s, struct writer *w, size_t to)
{
	struct words *words = w->words;
	struct word *word = &words->word[words->count];

	if (w->letters == 0)
		return;
	take_off_suffix(w);
	if (s != NULL)
		w->letters = (unsigned)spelling_read(s, w->word, w->letters, sizeof(w->word));
	*word = (struct word){.at = (uint16_t)words->len,
			      .from = (uint16_t)w->from,
			      .to = (uint16_t)to,
			      .sentence = (uint16_t)words->sentences};
	memcpy(words->text + words->len, w->word, w->letters);
	words->len += w->letters;
	words->text[words->len++] = ' ';
	words->count++;
	w->letters = w->run = 0;
}

static void end_sentence(struct words *words)
{
	if (words->count > 0 && words->word[words->count - 1].sentence == words->sentences)
		words->sentences++;
}

/* Three in a row are one; two are spelling ("saat"). */
static void add_letter(struct writer *w, char letter, size_t at)
{
	bool is_same = w->letters > 0 && w->word[w->letters - 1] == letter && letter > '9';

	w->run = is_same ? w->run + 1 : 1;
	if (w->run == 3)
		w->letters--;
	if (w->run >= 3)
		return;
	if (w->letters == 0)
		w->from = at;
	if (w->letters < WORD_MAX_LETTERS)
		w->word[w->letters++] = letter;
}

static int read_ascii(unsigned char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A' + 'a';
	if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
		return c;
	return c == '\'' || c == '`' ? READ_NOTHING : READ_GAP;
}

/* Typographic apostrophes and characters without width stand inside words. */
static bool is_nothing(const unsigned char *s)
{
	if (s[0] == 0xe2 && s[1] == 0x80)
		return s[2] == 0x98 || s[2] == 0x99 || (s[2] >= 0x8b && s[2] <= 0x8f);
	return s[0] == 0xef && s[1] == 0xbb && s[2] == 0xbf;
}

/* A letter or what stands for none, and how many bytes it took. */
static int read_character(const unsigned char *s, size_t left, size_t *used_r)
{
	*used_r = 1;
	if (s[0] < 0x80)
		return read_ascii(s[0]);
	if (left >= 2 && s[0] == 0xc3 && (s[1] & 0xc0) == 0x80) {
		char letter = latin1[s[1] & 0x3f];

		*used_r = 2;
		return letter == ' ' ? READ_GAP : letter;
	}
	if (left >= 2 && s[0] == 0xc2 && s[1] == 0xad) { /* soft hyphen */
		*used_r = 2;
		return READ_NOTHING;
	}
	if (left >= 3 && is_nothing(s)) {
		*used_r = 3;
		return READ_NOTHING;
	}
	return READ_GAP;
}

/* A full stop behind a short word is that of an abbreviation: "Jl. Kesambi". */
static bool is_sentence_end(const struct writer *w, const char *text, size_t len, size_t at)
{
	char c = text[at];

	if (c == '.')
		return w->letters > 3 &&
		       (at + 1 == len || strchr(" \n\r\t", text[at + 1]) != NULL);
	return c == '!' || c == '?' || c == ';' || c == '\n';
}

void normalise(const struct spelling *s, const char *text, size_t len, struct words *words_r)
{
	struct writer w = {.words = words_r};
	size_t at = 0, used;

	words_r->count = words_r->sentences = 0;
	words_r->is_cut = len > NORMALISE_MAX_BYTES;
	words_r->text[0] = ' ';
	words_r->len = 1;
	if (words_r->is_cut)
		len = NORMALISE_MAX_BYTES;
	for (; at < len; at += used) {
		int c = read_character((const unsigned char *)text + at, len - at, &used);
		bool ends = c == READ_GAP && is_sentence_end(&w, text, len, at);

		if (c > 0)
			add_letter(&w, (char)c, at);
		else if (c == READ_GAP)
			end_word(s, &w, at);
		if (ends)
			end_sentence(words_r);
		if (words_r->count == WORDS_MAX ||
		    words_r->len + ROOM_FOR_A_WORD > WORDS_TEXT_SIZE) {
			words_r->is_cut = true;
			return;
		}
	}
	end_word(s, &w, at);
}
