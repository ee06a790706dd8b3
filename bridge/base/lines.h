/* Cuts a stream of bytes into lines of bounded length.
 *
 * Memory is the longest line that is allowed and no more, whatever comes. A longer one is told
 * once and passed over up to its end; what follows it is read as if it had not been there.
 * No I/O of its own: the owner reads into the room and says how much. One thread at a time. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct lines {
	char *data; /* max + 1 bytes */
	size_t from, end, max;
	bool is_passing; /* the rest of a line that is too long */
};

enum lines_next {
	LINES_NONE,     /* what is there is no whole line yet */
	LINES_LINE,     /* one line, without its end */
	LINES_TOO_LONG, /* its first max bytes */
};

void lines_init(struct lines *lines, size_t max);
void lines_fini(struct lines *lines);

/* Where the next bytes go; at least one fits once lines_next has said LINES_NONE. */
size_t lines_room(struct lines *lines, char **at_r);
void lines_filled(struct lines *lines, size_t len);

/* *text_r is borrowed until lines_room. */
enum lines_next lines_next(struct lines *lines, const char **text_r, size_t *len_r);
/* At the end of the stream: the last line, if it has no end of its own. */
bool lines_rest(struct lines *lines, const char **text_r, size_t *len_r);
