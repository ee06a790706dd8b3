/* Any stream in any pieces: the lines are those that a plain reading of the whole gives. The
 * first byte is the longest line, the second seeds the sizes of the pieces. */
#include "fuzz.h"

#include <stdbool.h>

#include "base/lines.h"

struct heard {
	const char *stream, *end; /* what has not been accounted for */
	size_t max;
};

/* The next line of the stream, as a plain reading has it. */
static void check_next(struct heard *heard, enum lines_next what, const char *text, size_t len)
{
	const char *stop = memchr(heard->stream, '\n', (size_t)(heard->end - heard->stream));
	size_t whole = (size_t)((stop != NULL ? stop : heard->end) - heard->stream);

	if (what == LINES_LINE)
		FUZZ_CHECK(stop != NULL && len == whole && len <= heard->max);
	else
		FUZZ_CHECK(whole > heard->max && len == heard->max);
	FUZZ_CHECK(memcmp(text, heard->stream, len) == 0);
	heard->stream = stop != NULL ? stop + 1 : heard->end;
}

static void hear(struct lines *lines, struct heard *heard)
{
	enum lines_next what;
	const char *text;
	size_t len;

	while ((what = lines_next(lines, &text, &len)) != LINES_NONE)
		check_next(heard, what, text, len);
}

static void feed(struct lines *lines, struct heard *heard, const char *stream, size_t size,
		 unsigned seed)
{
	while (size > 0) {
		char *room;
		size_t piece = lines_room(lines, &room);

		FUZZ_CHECK(piece > 0);
		seed = seed * 1103515245 + 12345;
		if (piece > (seed >> 16) % 16 + 1)
			piece = (seed >> 16) % 16 + 1;
		piece = piece < size ? piece : size;
		memcpy(room, stream, piece);
		lines_filled(lines, piece);
		stream += piece;
		size -= piece;
		hear(lines, heard);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *text, *stream = (const char *)data + 2;
	struct lines lines;
	struct heard heard;
	size_t len;

	if (size < 3)
		return 0;
	heard = (struct heard){stream, stream + size - 2, data[0]};
	lines_init(&lines, data[0]);
	feed(&lines, &heard, stream, size - 2, data[1]);
	if (lines_rest(&lines, &text, &len))
		FUZZ_CHECK(len == (size_t)(heard.end - heard.stream) &&
			   memcmp(text, heard.stream, len) == 0);
	else
		FUZZ_CHECK(heard.stream == heard.end);
	lines_fini(&lines);
	return 0;
}
