#include "cmd/simulate_dice.h"

/* SplitMix64: passes the usual tests, needs one word, and any seed is a good one. */
uint64_t dice_throw(struct dice *dice)
{
	uint64_t z = dice->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* The name by FNV-1a, so that neighbours of one seed have nothing in common. */
void dice_begin(struct dice *dice, uint64_t seed, const char *name, uint64_t number)
{
	uint64_t hash = 0xcbf29ce484222325u;

	for (; *name != '\0'; name++)
		hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
	dice->state = seed;
	dice->state = dice_throw(dice) ^ hash;
	dice->state = dice_throw(dice) ^ number;
	(void)dice_throw(dice); /* the first depends on few bits */
}

/* The bias of the remainder is beyond what anybody plays with. */
unsigned dice_below(struct dice *dice, unsigned count)
{
	return (unsigned)(dice_throw(dice) % count);
}

int64_t dice_between(struct dice *dice, int64_t from, int64_t to)
{
	uint64_t width = (uint64_t)to - (uint64_t)from + 1;

	return (int64_t)((uint64_t)from + (width == 0 ? 0 : dice_throw(dice) % width));
}
