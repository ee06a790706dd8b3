#include "core/place_said.h"

#include <string.h>

#include "base/utf8.h"

#define STRANGER_WORDS 2 /* of a name we do not know */

struct saying {
	const char *text;
	const struct place_text *marks;
	char *said;
	size_t size, len;
	unsigned to; /* mark behind what is said already */
};

size_t place_quote(const char *text, size_t len, char *out, size_t size)
{
	size_t n = 0;

	for (size_t at = 0, used; at < len; at += used) {
		unsigned char c = (unsigned char)text[at];
		bool is_sound;

		used = utf8_length(text + at, len - at);
		is_sound = used > 0 && c >= ' ' && c != 0x7f;
		used = used > 0 ? used : 1;
		if (n + used >= size)
			break;
		memcpy(out + n, is_sound ? text + at : " ", is_sound ? used : 1);
		n += is_sound ? used : 1;
	}
	out[n] = '\0';
	return n;
}

static void add_bytes(struct saying *s, const char *from, size_t len)
{
	s->len += place_quote(from, len, s->said + s->len, s->size - s->len);
}

/* Words that follow what is said already go on with what stands between. */
static void add_marks(struct saying *s, unsigned from, unsigned to)
{
	const struct place_mark *mark = s->marks->mark;
	size_t begin;

	from = from > s->to ? from : s->to;
	while (s->len == 0 && from < to &&
	       (mark[from].cue == CUE_AT || mark[from].cue == CUE_TO))
		from++;
	if (from >= to)
		return;
	begin = mark[from].from;
	if (s->len > 0 && from == s->to)
		begin = mark[from - 1].to;
	else if (s->len > 0)
		add_bytes(s, ", ", 2);
	add_bytes(s, s->text + begin, mark[to - 1].to - begin);
	s->to = to;
}

static bool is_named_part(uint8_t cue)
{
	return cue == CUE_STREET || cue == CUE_GANG || cue == CUE_KAMPUNG ||
	       cue == CUE_ESTATE || cue == CUE_BLOCK;
}

static bool is_numbered_part(uint8_t cue)
{
	return cue == CUE_RT || cue == CUE_RW || cue == CUE_NUMBER;
}

/* Behind a cue of an address: the numbers, or the words of a name we do not know and a number.
 * The mark behind them; at: nothing follows that could be one. */
static unsigned end_of_part(const struct place_text *marks, unsigned at)
{
	const struct place_mark *mark = marks->mark;
	bool is_named = is_named_part(mark[at].cue);
	unsigned to = at + 1, words = 0;

	while (to < marks->count && !mark[to].is_apart) {
		if (mark[to].is_number || mark[to].cue == CUE_WIDE || mark[to].cue == CUE_TITLE)
			to++;
		else if (is_named && words < STRANGER_WORDS && mark[to].cue == CUE_NONE &&
			 !mark[to - 1].is_number && words++ < STRANGER_WORDS)
			to++;
		else
			break;
	}
	return to > at + 1 ? to : at;
}

void place_said(const char *text, const struct place_text *marks,
		const struct mentions *mentions, char *said_r, size_t size)
{
	struct saying s = {.text = text, .marks = marks, .said = said_r, .size = size};
	unsigned m = 0, to;

	said_r[0] = '\0';
	for (unsigned at = 0; at < marks->count; at++) {
		uint8_t cue = marks->mark[at].cue;

		while (m < mentions->count && mentions->mention[m].from < at)
			m++;
		if (m < mentions->count && mentions->mention[m].lead <= at &&
		    at <= mentions->mention[m].from) {
			add_marks(&s, at, mentions->mention[m].to);
			at = mentions->mention[m].to - 1u;
			continue;
		}
		if (!is_named_part(cue) && !is_numbered_part(cue))
			continue;
		to = end_of_part(marks, at);
		if (m < mentions->count && to > mentions->mention[m].lead)
			to = mentions->mention[m].lead > at ? mentions->mention[m].lead : at;
		add_marks(&s, at, to);
		at = to > at ? to - 1 : at;
	}
}
