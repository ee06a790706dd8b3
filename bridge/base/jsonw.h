/* Writes JSON text into one growing piece of memory, member after member.
 *
 * Events, answers and snapshots are written on the hot path straight from our structs; building
 * a tree of jansson objects first cost several times the CPU of the rest of an intake. Reading
 * JSON is jansson's. Commas and escapes are taken care of; nesting is the caller's, checked by
 * a depth counter. One owner. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

struct jsonw {
	char *text; /* len bytes, not terminated until jsonw_text */
	size_t len, size;
	bool needs_comma;
	unsigned depth;
};

void jsonw_init(struct jsonw *w, size_t size_hint);
void jsonw_fini(struct jsonw *w);
/* Empty again; keeps the memory. */
void jsonw_reset(struct jsonw *w);

/* key is NULL inside an array and for the outermost value; keys are ours and need no escape. */
void jsonw_open(struct jsonw *w, const char *key, char bracket);        /* '{' or '[' */
void jsonw_close(struct jsonw *w, char bracket);                        /* '}' or ']' */
void jsonw_string(struct jsonw *w, const char *key, const char *value); /* NULL: null */
void jsonw_stringn(struct jsonw *w, const char *key, const char *value, size_t len);
void jsonw_int(struct jsonw *w, const char *key, int64_t value);
void jsonw_bool(struct jsonw *w, const char *key, bool value);
void jsonw_null(struct jsonw *w, const char *key);
/* value / 10^digits as an exact decimal without trailing zeros: 67321, 3 is 67.321. */
void jsonw_decimal(struct jsonw *w, const char *key, int64_t value, unsigned digits);
void jsonw_time(struct jsonw *w, const char *key, int64_t wall_ms);
/* Text that is JSON already. */
void jsonw_raw(struct jsonw *w, const char *key, const char *json, size_t len);

/* Borrowed until the next call; with a NUL behind. */
const char *jsonw_text(struct jsonw *w);
/* A shared copy. */
struct buf *jsonw_buf(const struct jsonw *w);
