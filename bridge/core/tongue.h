/* Which words are common where people report, and how common: a word that everybody uses says
 * nothing about what two reports have in common.
 *
 * Words that are not in it are rare. Filled once, then only read, by any thread. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define TONGUE_WORDS_MAX 6000

struct tongue {
	unsigned count;
	uint8_t rare; /* weight of a word that is not in it, sixteenths */
	struct {
		uint32_t hash; /* 0: free */
		uint8_t weight;
	} slot[16384];
};

/* False: there is no room. The same one twice keeps the last. */
bool tongue_add(struct tongue *tongue, uint32_t hash, uint8_t weight);
uint8_t tongue_weight(const struct tongue *tongue, uint32_t hash);
