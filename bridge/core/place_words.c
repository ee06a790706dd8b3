#include "core/place_words.h"

#include <string.h>

#include "base/xalloc.h"
#include "core/place_index.h"
#include "core/table.h"

#define PHRASE_SIZE  32
#define PHRASE_WORDS 3
#define PHRASES_MAX  8000
#define SLOT_FREE    UINT16_MAX

struct place_phrase {
	uint8_t len;
	char text[PHRASE_SIZE]; /* "rumah sakit" */
	uint16_t row;
};

static const char *const cue_names[PLACE_CUES] = {
	[CUE_NONE] = "",
	[CUE_STREET] = "street",
	[CUE_GANG] = "gang",
	[CUE_KELURAHAN] = "kelurahan",
	[CUE_KECAMATAN] = "kecamatan",
	[CUE_VILLAGE] = "village",
	[CUE_KAMPUNG] = "kampung",
	[CUE_ESTATE] = "estate",
	[CUE_CROSSING] = "crossing",
	[CUE_RT] = "rt",
	[CUE_RW] = "rw",
	[CUE_NUMBER] = "number",
	[CUE_BLOCK] = "block",
	[CUE_AT] = "at",
	[CUE_BESIDE] = "beside",
	[CUE_SIDE] = "side",
	[CUE_BETWEEN] = "between",
	[CUE_AND] = "and",
	[CUE_TO] = "to",
	[CUE_FROM] = "from",
	[CUE_TOWARD] = "toward",
	[CUE_AWAY] = "away",
	[CUE_RESIDENT] = "resident",
	[CUE_NOT] = "not",
	[CUE_PERSON] = "person",
	[CUE_TITLE] = "title",
	[CUE_WIDE] = "wide",
	[CUE_SPELLING] = "spelling",
	[CUE_WORD] = "word",
	[CUE_ORDINARY] = "ordinary",
};

static uint32_t hash(const char *text, size_t len)
{
	uint32_t h = 2166136261u;

	for (size_t i = 0; i < len; i++)
		h = (h ^ (unsigned char)text[i]) * 16777619u;
	return h ^ h >> 15;
}

/* The slot of that phrase, or the free one where it belongs. */
static unsigned find_slot(const struct place_words *w, const char *text, size_t len)
{
	unsigned i = hash(text, len) & (w->slots - 1);

	while (w->slot[i] != SLOT_FREE && (w->phrase[w->slot[i]].len != len ||
					   memcmp(w->phrase[w->slot[i]].text, text, len) != 0))
		i = (i + 1) & (w->slots - 1);
	return i;
}

/* --- a text --- */

static int read_letter(const unsigned char *s)
{
	if (*s >= 'A' && *s <= 'Z')
		return *s - 'A' + 'a';
	return (*s >= 'a' && *s <= 'z') || (*s >= '0' && *s <= '9') ? *s : 0;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* Apostrophes stand inside words; how many bytes it is, 0: it is none. */
static size_t apostrophe(const unsigned char *s, size_t left)
{
	if (s[0] == '\'' || s[0] == '`')
		return 1;
	return left >= 3 && s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0x98 || s[2] == 0x99) ? 3
											   : 0;
}

/* Digits that stand for letters inside a word ("k3sambi"). */
static char meant(char c)
{
	static const char letters[] = "oizeasgtbg";

	return is_digit(c) ? letters[c - '0'] : c;
}

struct reader {
	struct place_text *out;
	const char *text;
	size_t len, at;
	size_t used; /* of out->letters */
	bool is_apart;
};

/* "rt03" and "c5" are two words, "k3sambi" is one. */
static bool begins_number(const struct reader *r, const struct place_mark *mark)
{
	size_t at = r->at;

	if (mark->len != 1)
		return true;
	while (at < r->len && is_digit(r->text[at]))
		at++;
	return at == r->len || read_letter((const unsigned char *)r->text + at) == 0;
}

static bool ends_word(const struct reader *r, const struct place_mark *mark, int c)
{
	if (mark->len == 0)
		return false;
	if (mark->is_number != is_digit(c))
		return mark->is_number || begins_number(r, mark);
	return false;
}

static void end_word(struct reader *r, struct place_mark *mark)
{
	struct place_text *out = r->out;

	if (mark->len == 0)
		return;
	mark->to = (uint16_t)r->at;
	out->mark[out->count++] = *mark;
	r->is_apart = false;
	mark->len = 0;
}

static void add_letter(struct reader *r, struct place_mark *mark, char c)
{
	if (mark->len == 0)
		*mark = (struct place_mark){.from = (uint16_t)r->at,
					    .is_apart = r->is_apart,
					    .is_number = is_digit(c),
					    .letters = r->out->letters + r->used};
	if (mark->len == UINT8_MAX)
		return; /* nobody's word */
	r->out->letters[r->used++] = mark->is_number ? c : meant(c);
	mark->len++;
}

/* A full stop behind a short word is that of an abbreviation: "Jl. Kesambi". */
static bool parts(const struct reader *r, const struct place_mark *mark)
{
	char c = r->text[r->at];

	if (c == '.')
		return mark->len > 3 &&
		       (r->at + 1 == r->len || strchr(" \n\r\t", r->text[r->at + 1]) != NULL);
	return c != '\0' && strchr(",;:!?()[]\"\n", c) != NULL;
}

static void read_words(struct reader *r)
{
	struct place_mark mark = {.len = 0};

	while (r->at < r->len && r->out->count < PLACE_MARKS) {
		const unsigned char *s = (const unsigned char *)r->text + r->at;
		size_t skipped = mark.len > 0 ? apostrophe(s, r->len - r->at) : 0;
		int c = read_letter(s);

		if (c != 0 && ends_word(r, &mark, c)) {
			end_word(r, &mark);
			continue;
		}
		if (c != 0) {
			add_letter(r, &mark, (char)c);
		} else if (skipped == 0) {
			bool is_end = parts(r, &mark);

			end_word(r, &mark);
			r->is_apart |= is_end;
		}
		r->at += skipped > 0 ? skipped : 1;
	}
	if (r->out->count < PLACE_MARKS)
		end_word(r, &mark);
}

/* The row of the longest cue that begins with this word; *words_r: of how many. NULL: none. */
static const struct place_cue_row *find_cue(const struct place_words *w,
					    const struct place_mark *mark, unsigned left,
					    unsigned *words_r)
{
	const struct place_cue_row *found = NULL;
	char phrase[PHRASE_SIZE];
	size_t len = 0;

	for (unsigned i = 0; i < PHRASE_WORDS && i < left; i++) {
		unsigned slot;

		if ((i > 0 && mark[i].is_apart) || len + mark[i].len + 1 > PHRASE_SIZE)
			break;
		if (i > 0)
			phrase[len++] = ' ';
		memcpy(phrase + len, mark[i].letters, mark[i].len);
		len += mark[i].len;
		slot = find_slot(w, phrase, len);
		if (w->slot[slot] != SLOT_FREE) {
			found = &w->row[w->phrase[w->slot[slot]].row];
			*words_r = i + 1;
		}
	}
	return found;
}

static void fold_mark(struct place_text *out, struct place_mark *mark)
{
	char *letters = out->letters + (mark->letters - out->letters);

	if (!mark->is_number)
		mark->len = (uint8_t)name_fold(letters, mark->len, letters);
	if (mark->len > NAME_LETTERS)
		mark->len = NAME_LETTERS;
}

/* Cues become one mark each, other words are folded. Shorter on the way, never longer. */
static void find_cues(const struct place_words *w, struct place_text *out)
{
	unsigned kept = 0, words = 1;

	for (unsigned i = 0; i < out->count; i += words) {
		struct place_mark *mark = &out->mark[kept++];
		const struct place_cue_row *row;

		words = 1;
		row = find_cue(w, &out->mark[i], out->count - i, &words);
		*mark = out->mark[i];
		if (row == NULL) {
			fold_mark(out, mark);
			continue;
		}
		mark->to = out->mark[i + words - 1].to;
		mark->cue = row->cue;
		mark->metres = row->metres;
		mark->letters = row->letters;
		mark->len = row->len;
	}
	out->count = kept;
}

void place_text_read(const struct place_words *words, const char *text, size_t len,
		     struct place_text *out)
{
	struct reader r = {
		.out = out, .text = text, .len = len < PLACE_MAX_BYTES ? len : PLACE_MAX_BYTES};

	out->count = 0;
	read_words(&r);
	find_cues(words, out);
}

/* --- loading --- */

enum { WORD, VARIANTS, ROLE, METRES };

static const char *const columns[] = {"word", "variants", "role", "metres", NULL};

struct loader {
	struct place_words *words;
	struct table table;
	struct place_text *scratch;
	struct err *err;
};

static void double_slots(struct place_words *w)
{
	w->slots = w->slots == 0 ? 256 : w->slots * 2;
	w->slot = xrealloc(w->slot, w->slots * sizeof(*w->slot));
	memset(w->slot, 0xff, w->slots * sizeof(*w->slot));
	for (unsigned i = 0; i < w->phrase_count; i++)
		w->slot[find_slot(w, w->phrase[i].text, w->phrase[i].len)] = (uint16_t)i;
}

/* The words as read_words() gives them, with one space between. 0: too long, or no word. */
static size_t spell(struct loader *l, const char *text, size_t len, char *phrase)
{
	struct reader r = {.out = l->scratch, .text = text, .len = len};
	size_t n = 0;

	l->scratch->count = 0;
	read_words(&r);
	if (l->scratch->count > PHRASE_WORDS)
		return 0;
	for (unsigned i = 0; i < l->scratch->count; i++) {
		const struct place_mark *mark = &l->scratch->mark[i];

		if (n + mark->len + 1 > PHRASE_SIZE)
			return 0;
		if (i > 0)
			phrase[n++] = ' ';
		memcpy(phrase + n, mark->letters, mark->len);
		n += mark->len;
	}
	return n;
}

static int add_phrase(struct loader *l, unsigned column, const char *text, size_t len)
{
	struct place_words *w = l->words;
	struct place_phrase phrase = {.row = (uint16_t)(w->count - 1)};
	unsigned slot;

	phrase.len = len < PLACE_MAX_BYTES ? (uint8_t)spell(l, text, len, phrase.text) : 0;
	if (phrase.len == 0 || w->phrase_count == PHRASES_MAX)
		return table_error(&l->table, column, l->err,
				   "\"%.*s\" is not one to three words, or there are too many",
				   (int)(len < 40 ? len : 40), text);
	if (w->phrase_count * 2 >= w->slots)
		double_slots(w);
	slot = find_slot(w, phrase.text, phrase.len);
	if (w->slot[slot] != SLOT_FREE)
		return table_error(&l->table, column, l->err, "\"%.*s\" is there twice",
				   (int)(len < 40 ? len : 40), text);
	w->phrase = xrealloc(w->phrase, (w->phrase_count + 1) * sizeof(*w->phrase));
	w->phrase[w->phrase_count] = phrase;
	w->slot[slot] = (uint16_t)w->phrase_count++;
	return 0;
}

static int add_phrases(struct loader *l)
{
	const char *end;

	if (add_phrase(l, WORD, l->table.cell[WORD], strlen(l->table.cell[WORD])) < 0)
		return -1;
	for (const char *at = l->table.cell[VARIANTS]; *at != '\0';
	     at = *end == '|' ? end + 1 : end) {
		end = strchrnul(at, '|');
		if (add_phrase(l, VARIANTS, at, (size_t)(end - at)) < 0)
			return -1;
	}
	return 0;
}

/* Folded word by word, as a text's are. */
static int read_letters(struct loader *l, struct place_cue_row *row)
{
	struct reader r = {.out = l->scratch,
			   .text = l->table.cell[WORD],
			   .len = strlen(l->table.cell[WORD])};
	size_t len = 0;

	l->scratch->count = 0;
	read_words(&r);
	for (unsigned i = 0; i < l->scratch->count; i++) {
		struct place_mark *mark = &l->scratch->mark[i];

		fold_mark(l->scratch, mark);
		if (len + mark->len > sizeof(row->letters))
			return table_error(&l->table, WORD, l->err, "is too long");
		memcpy(row->letters + len, mark->letters, mark->len);
		len += mark->len;
	}
	row->len = (uint8_t)len;
	return 0;
}

static int read_row(struct loader *l, struct place_cue_row *row)
{
	double metres = 0;
	int cue = CUE_NONE + 1;

	while (cue < PLACE_CUES && strcmp(cue_names[cue], l->table.cell[ROLE]) != 0)
		cue++;
	if (cue == PLACE_CUES)
		return table_error(&l->table, ROLE, l->err, "no role \"%.30s\"",
				   l->table.cell[ROLE]);
	if (l->table.cell[METRES][0] != '\0' &&
	    table_number(&l->table, METRES, 0, 5000, &metres, l->err) < 0)
		return -1;
	*row = (struct place_cue_row){.cue = (uint8_t)cue, .metres = (uint16_t)metres};
	return read_letters(l, row);
}

static int load_row(struct loader *l)
{
	struct place_words *w = l->words;
	struct place_cue_row row;

	if (read_row(l, &row) < 0)
		return -1;
	w->row = xrealloc(w->row, (w->count + 1) * sizeof(row));
	w->row[w->count++] = row;
	return add_phrases(l);
}

int place_words_load(struct place_words *words, const char *name, char *text, struct err *err)
{
	struct loader l = {.words = words, .err = err};
	int more;

	*words = (struct place_words){0};
	if (table_open(&l.table, name, text, columns, err) < 0)
		return -1;
	l.scratch = xmalloc(sizeof(*l.scratch));
	double_slots(words);
	while ((more = table_next(&l.table, err)) > 0)
		if (load_row(&l) < 0)
			break;
	xfree(l.scratch);
	return more > 0 ? -1 : more;
}

void place_words_fini(struct place_words *words)
{
	xfree(words->row);
	xfree(words->phrase);
	xfree(words->slot);
	*words = (struct place_words){0};
}
