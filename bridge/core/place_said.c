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

static bool is_only_before(uint8_t cue)
{
	return cue == CUE_AT || cue == CUE_TO || cue == CUE_AND;
}

/* Words that follow what is said already go on with what stands between. */
static void add_marks(struct saying *s, unsigned from, unsigned to)
{
	const struct place_mark *mark = s->marks->mark;
	size_t begin;

	from = from > s->to ? from : s->to;
	while (s->len == 0 && from < to && is_only_before(mark[from].cue))
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

static bool puts_it_there(uint8_t cue)
{
	return cue == CUE_BESIDE || cue == CUE_AT || cue == CUE_TO || cue == CUE_CROSSING ||
	       cue == CUE_BETWEEN;
}

/* "depan SMPN 1": a kind of building, where it is said to be. */
static bool is_building(const struct place_text *marks, unsigned at)
{
	const struct place_mark *mark = &marks->mark[at];

	return mark->cue == CUE_SPELLING && at > 0 && !mark->is_apart &&
	       puts_it_there(mark[-1].cue);
}

static bool is_stranger(const struct place_mark *mark)
{
	return mark->cue == CUE_NONE && !mark->is_number && !mark[-1].is_number;
}

/* Behind a cue of an address: the numbers, or the words of a name we do not know and a number.
 * The mark behind them; at: nothing follows that could be one. */
static unsigned end_of_part(const struct place_text *marks, unsigned at)
{
	const struct place_mark *mark = marks->mark;
	unsigned strangers = is_numbered_part(mark[at].cue) ? 0 : STRANGER_WORDS;
	unsigned to = at + 1;

	while (to < marks->count && !mark[to].is_apart) {
		bool is_of_name = strangers > 0 && is_stranger(&mark[to]);

		if (!is_of_name && !mark[to].is_number && mark[to].cue != CUE_WIDE &&
		    mark[to].cue != CUE_TITLE)
			break;
		strangers -= is_of_name;
		to++;
	}
	return to > at + 1 ? to : at;
}

/* A part that is no place we know: what it says, up to the next place. Returns its end. */
static unsigned say_part(struct saying *s, unsigned at, const struct mention *next)
{
	const struct place_mark *mark = s->marks->mark;
	unsigned from = at, to = end_of_part(s->marks, at);

	if (is_building(s->marks, at) && mark[at - 1].cue == CUE_BESIDE)
		from--;
	if (next != NULL && to > next->lead)
		to = next->lead > at ? next->lead : at;
	add_marks(s, from, to > at ? to : from);
	return to > at ? to : at + 1;
}

void place_said(const char *text, const struct place_text *marks,
		const struct mentions *mentions, char *said_r, size_t size)
{
	struct saying s = {.text = text, .marks = marks, .said = said_r, .size = size};
	const struct mention *next = mentions->mention;
	const struct mention *end = next + mentions->count;

	said_r[0] = '\0';
	for (unsigned at = 0; at < marks->count;) {
		uint8_t cue = marks->mark[at].cue;

		while (next < end && next->from < at)
			next++;
		if (next < end && next->lead <= at) {
			add_marks(&s, at, next->to);
			at = next->to;
		} else if (is_named_part(cue) || is_numbered_part(cue) ||
			   is_building(marks, at)) {
			at = say_part(&s, at, next < end ? next : NULL);
		} else {
			at++;
		}
	}
}
