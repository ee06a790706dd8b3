#include "core/tongue.h"

#define SLOTS (sizeof(((struct tongue *)0)->slot) / sizeof(((struct tongue *)0)->slot[0]))

static unsigned find_slot(const struct tongue *tongue, uint32_t hash)
{
	unsigned i = hash % SLOTS;

	while (tongue->slot[i].hash != 0 && tongue->slot[i].hash != hash)
		i = (i + 1) % SLOTS;
	return i;
}

bool tongue_add(struct tongue *tongue, uint32_t hash, uint8_t weight)
{
	unsigned i = find_slot(tongue, hash);

	if (tongue->slot[i].hash == 0 && tongue->count == TONGUE_WORDS_MAX)
		return false;
	tongue->count += tongue->slot[i].hash == 0;
	tongue->slot[i].hash = hash;
	tongue->slot[i].weight = weight;
	return true;
}

uint8_t tongue_weight(const struct tongue *tongue, uint32_t hash)
{
	unsigned i = find_slot(tongue, hash);

	return tongue->slot[i].hash == 0 ? tongue->rare : tongue->slot[i].weight;
}
