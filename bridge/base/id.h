/* Sortable ids: a letter, a hyphen and a ULID (48 bits of milliseconds, 80 random bits).
 *
 * Ids of one generator ascend, also within a millisecond, so that they land at the right-hand
 * end of an index. A generator belongs to one thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_LEN   28 /* "R-" and 26 characters */
#define ID_SIZE  (ID_LEN + 1)
#define ID_BYTES 16 /* what the letters say, without the prefix */

struct id_gen {
	int64_t last_ms;
	uint8_t random[10];
};

void id_next(struct id_gen *gen, char prefix, int64_t wall_ms, char id_r[ID_SIZE]);
/* The same form from 16 bytes that are there already, a hash for one: then nothing ascends. */
void id_of_bytes(char prefix, const uint8_t bytes[ID_BYTES], char id_r[ID_SIZE]);
/* The other way round; text is an id. */
void id_bytes(const char *text, uint8_t bytes_r[ID_BYTES]);
/* "R-01J…" with this prefix and only letters of Crockford's base 32. */
bool id_is(const char *text, char prefix);
