/* Chance that can be thrown again: the same seed gives the same throws.
 *
 * Who throws has dice of its own, begun from the seed and a name: what one thing throws changes
 * nothing of what another does. A value; one owner. */
#pragma once

#include <stdint.h>

struct dice {
	uint64_t state;
};

void dice_begin(struct dice *dice_r, uint64_t seed, const char *name, uint64_t number);
uint64_t dice_throw(struct dice *dice);
/* 0 … count - 1; count is at least 1. */
unsigned dice_below(struct dice *dice, unsigned count);
/* from … to, both may come. */
int64_t dice_between(struct dice *dice, int64_t from, int64_t to);
