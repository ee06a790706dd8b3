#include "net/guesses.h"

#include <sodium.h>
#include <string.h>

#define SECOND    ((int64_t)1000000)
#define FORGOTTEN (15 * 60 * SECOND)
#define FREE      3
#define LONGEST   (2 * SECOND)

_Static_assert(GUESS_KEY_LEN == crypto_shorthash_KEYBYTES, "SipHash's key is of another size");

void guesses_init(struct guesses *guesses)
{
	*guesses = (struct guesses){0};
	crypto_shorthash_keygen(guesses->key);
}

uint64_t guesses_who(const struct guesses *guesses, const char *name, const char *address)
{
	uint64_t parts[2], who;

	crypto_shorthash((unsigned char *)&parts[0], (const unsigned char *)name, strlen(name),
			 guesses->key);
	crypto_shorthash((unsigned char *)&parts[1], (const unsigned char *)address,
			 strlen(address), guesses->key);
	crypto_shorthash((unsigned char *)&who, (const unsigned char *)parts, sizeof(parts),
			 guesses->key);
	return who;
}

static int64_t delay_us(unsigned wrong)
{
	int64_t delay = SECOND;

	if (wrong < FREE)
		return 0;
	for (unsigned i = FREE; i < wrong && delay < LONGEST; i++)
		delay *= 2;
	return delay < LONGEST ? delay : LONGEST;
}

int64_t guesses_begin(struct guesses *guesses, uint64_t who, int64_t now_us)
{
	unsigned at = (unsigned)(who % GUESS_SLOTS);
	int64_t begin_us;

	if (guesses->slots[at].who != who || now_us - guesses->slots[at].last_us > FORGOTTEN)
		return now_us;
	begin_us = guesses->slots[at].next_us > now_us ? guesses->slots[at].next_us : now_us;
	guesses->slots[at].next_us = begin_us + delay_us(guesses->slots[at].wrong);
	return begin_us;
}

void guesses_was_wrong(struct guesses *guesses, uint64_t who, int64_t now_us)
{
	unsigned at = (unsigned)(who % GUESS_SLOTS);
	int64_t next_us;

	if (guesses->slots[at].who != who || now_us - guesses->slots[at].last_us > FORGOTTEN) {
		memset(&guesses->slots[at], 0, sizeof(guesses->slots[at]));
		guesses->slots[at].who = who;
	}
	guesses->slots[at].wrong++;
	guesses->slots[at].last_us = now_us;
	next_us = now_us + delay_us(guesses->slots[at].wrong);
	if (guesses->slots[at].next_us < next_us)
		guesses->slots[at].next_us = next_us;
}

void guesses_was_right(struct guesses *guesses, uint64_t who)
{
	unsigned at = (unsigned)(who % GUESS_SLOTS);

	guesses->right[at] = who;
	if (guesses->slots[at].who == who)
		memset(&guesses->slots[at], 0, sizeof(guesses->slots[at]));
}

bool guesses_knows(const struct guesses *guesses, uint64_t who)
{
	return guesses->right[who % GUESS_SLOTS] == who;
}
