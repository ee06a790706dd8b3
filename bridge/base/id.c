#include "base/id.h"

#include <string.h>
#include <sys/random.h>

#include "base/err.h"

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static void fresh_random(struct id_gen *gen)
{
	if (getrandom(gen->random, sizeof(gen->random), 0) != (ssize_t)sizeof(gen->random))
		panic("getrandom gave no randomness");
	gen->random[0] &= 0x7f; /* room to count up within the millisecond */
}

static void count_up(struct id_gen *gen)
{
	for (size_t i = sizeof(gen->random); i-- > 0;)
		if (++gen->random[i] != 0)
			return;
}

void id_next(struct id_gen *gen, char prefix, int64_t wall_ms, char id_r[ID_SIZE])
{
	uint64_t ms;

	if (wall_ms > gen->last_ms) {
		gen->last_ms = wall_ms;
		fresh_random(gen);
	} else {
		count_up(gen); /* the same millisecond, or a clock that was set back */
	}
	id_r[0] = prefix;
	id_r[1] = '-';
	ms = (uint64_t)gen->last_ms;
	for (int i = 11; i >= 2; i--, ms >>= 5)
		id_r[i] = alphabet[ms & 31];
	/* 80 bits are 16 letters: two halves of 40 bits, 8 letters each. */
	for (int half = 0; half < 2; half++) {
		uint64_t bits = 0;

		for (int i = 0; i < 5; i++)
			bits = bits << 8 | gen->random[half * 5 + i];
		for (int i = 19 + half * 8; i >= 12 + half * 8; i--, bits >>= 5)
			id_r[i] = alphabet[bits & 31];
	}
	id_r[ID_LEN] = '\0';
}

void id_of_bytes(char prefix, const uint8_t bytes[ID_BYTES], char id_r[ID_SIZE])
{
	unsigned held = 2; /* 128 bits in 26 letters of five: two of them are nothing */
	uint32_t bits = 0;
	char *at = id_r;

	*at++ = prefix;
	*at++ = '-';
	for (int i = 0; i < ID_BYTES; i++) {
		bits = bits << 8 | bytes[i];
		for (held += 8; held >= 5; held -= 5)
			*at++ = alphabet[bits >> (held - 5) & 31];
	}
	*at = '\0';
}

/* Letters that are none count as 0. */
static unsigned value_of(char letter)
{
	const char *at = letter != '\0' ? strchr(alphabet, letter) : NULL;

	return at != NULL ? (unsigned)(at - alphabet) : 0;
}

void id_bytes(const char *text, uint8_t bytes_r[ID_BYTES])
{
	size_t len = strnlen(text, ID_LEN), at = 2;
	int held = -2; /* the first two of its bits are nothing */
	uint32_t bits = 0;

	for (int i = 0; i < ID_BYTES; i++) {
		for (; held < 8; held += 5, at++)
			bits = bits << 5 | (at < len ? value_of(text[at]) : 0);
		held -= 8;
		bytes_r[i] = (uint8_t)(bits >> held);
	}
}

bool id_is(const char *text, char prefix)
{
	if (strlen(text) != ID_LEN || text[0] != prefix || text[1] != '-')
		return false;
	return strspn(text + 2, alphabet) == ID_LEN - 2;
}
