#include "base/lines.h"

#include <string.h>

#include "base/xalloc.h"

void lines_init(struct lines *lines, size_t max)
{
	*lines = (struct lines){.data = xmalloc(max + 1), .max = max};
}

void lines_fini(struct lines *lines)
{
	xfree(lines->data);
	*lines = (struct lines){0};
}

size_t lines_room(struct lines *lines, char **at_r)
{
	size_t len = lines->end - lines->from;

	if (lines->from > 0)
		memmove(lines->data, lines->data + lines->from, len);
	lines->from = 0;
	lines->end = len;
	*at_r = lines->data + len;
	return lines->max + 1 - len;
}

void lines_filled(struct lines *lines, size_t len)
{
	lines->end += len;
}

/* No end of a line in sight: either it may still come, or there is no room for it. */
static enum lines_next wait_or_pass(struct lines *lines, const char **text_r, size_t *len_r)
{
	bool is_told = lines->is_passing;

	if (!is_told && lines->end - lines->from <= lines->max)
		return LINES_NONE;
	*text_r = lines->data + lines->from;
	*len_r = lines->max;
	lines->from = lines->end;
	lines->is_passing = true;
	return is_told ? LINES_NONE : LINES_TOO_LONG;
}

enum lines_next lines_next(struct lines *lines, const char **text_r, size_t *len_r)
{
	for (;;) {
		const char *text = lines->data + lines->from;
		const char *stop = memchr(text, '\n', lines->end - lines->from);
		bool was_passing = lines->is_passing;

		if (stop == NULL)
			return wait_or_pass(lines, text_r, len_r);
		lines->from += (size_t)(stop - text) + 1;
		lines->is_passing = false;
		if (was_passing)
			continue;
		*text_r = text;
		*len_r = (size_t)(stop - text);
		return LINES_LINE;
	}
}

bool lines_rest(struct lines *lines, const char **text_r, size_t *len_r)
{
	bool is_there = lines->end > lines->from && !lines->is_passing;

	*text_r = lines->data + lines->from;
	*len_r = lines->end - lines->from;
	lines->from = lines->end;
	lines->is_passing = false;
	return is_there;
}
