/* Wrong passwords make the next try for that name from that address wait: the first three not,
 * then one second, then two, never longer, and nobody else's: whoever is right waits with them.
 *
 * A table of fixed size; what falls out of it or is a quarter of an hour old is forgotten. The
 * passwords made here have 99 bits: what is kept off is the noise. Loop thread only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define GUESS_SLOTS   1024
#define GUESS_KEY_LEN 16

struct guesses {
	uint8_t key[GUESS_KEY_LEN]; /* so that nobody knows which names share a slot */
	struct {
		uint64_t who; /* of name and address */
		unsigned wrong;
		int64_t next_us; /* the next try may begin then */
		int64_t last_us;
	} slots[GUESS_SLOTS];
	uint64_t right[GUESS_SLOTS]; /* who was, since the start */
};

void guesses_init(struct guesses *guesses);
uint64_t guesses_who(const struct guesses *guesses, const char *name, const char *address);
/* When a try that comes now may begin: now, or later. The one after it comes after it, so that
 * trying many at once is no faster. */
int64_t guesses_begin(struct guesses *guesses, uint64_t who, int64_t now_us);
void guesses_was_wrong(struct guesses *guesses, uint64_t who, int64_t now_us);
void guesses_was_right(struct guesses *guesses, uint64_t who);
/* Was right before. Only who is right can push somebody out of what is known. */
bool guesses_knows(const struct guesses *guesses, uint64_t who);
