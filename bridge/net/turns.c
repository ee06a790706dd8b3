#include "net/turns.h"

#include <arpa/inet.h>
#include <string.h>

uint64_t turn_network(const char *address)
{
	unsigned char bytes[16];
	uint64_t network = 0;

	if (inet_pton(AF_INET, address, bytes) == 1)
		return (uint64_t)bytes[0] << 16 | (uint64_t)bytes[1] << 8 | bytes[2];
	if (inet_pton(AF_INET6, address, bytes) != 1)
		return 0; /* the machine's own, by a Unix socket */
	for (unsigned i = 0; i < 6; i++)
		network = network << 8 | bytes[i];
	return network | (uint64_t)1 << 63;
}

static struct turn *turn_at(struct list *node)
{
	return LIST_ITEM(node, struct turn, node);
}

static unsigned count(struct list *line, const char *address)
{
	unsigned n = 0;

	for (struct list *at = line->next; at != line; at = at->next)
		n += turn_at(at)->state != TURN_REFUSED &&
		     (address == NULL || strcmp(turn_at(at)->address, address) == 0);
	return n;
}

static unsigned count_of(struct list *line, uint64_t network, bool is_tried)
{
	unsigned n = 0;

	for (struct list *at = line->next; at != line; at = at->next)
		n += turn_at(at)->network == network &&
		     (turn_at(at)->state == TURN_TRIED ||
		      (!is_tried && turn_at(at)->state == TURN_WAITS));
	return n;
}

/* An equal yields only where the newcomer's network has less afterwards, too: else the two
 * would push each other out for ever. */
static bool may_push_out(struct list *line, const struct turn *turn, const struct turn *other)
{
	if (other->state != TURN_WAITS || other->standing > turn->standing)
		return false;
	return other->standing < turn->standing ||
	       count_of(line, other->network, false) > count_of(line, turn->network, false) + 1;
}

/* The lowest standing yields first, then the network that has most, then who came last. */
static bool yields_before(struct list *line, const struct turn *turn, const struct turn *other)
{
	if (other == NULL || turn->standing != other->standing)
		return other == NULL || turn->standing < other->standing;
	return count_of(line, turn->network, false) >= count_of(line, other->network, false);
}

static struct turn *find_yielding(struct list *line, const struct turn *turn)
{
	struct turn *found = NULL;

	for (struct list *at = line->next; at != line; at = at->next)
		if (may_push_out(line, turn, turn_at(at)) &&
		    yields_before(line, turn_at(at), found))
			found = turn_at(at);
	return found;
}

/* Behind one address are many people: the strangers among them yield. */
static struct turn *find_neighbour(struct list *line, const struct turn *turn)
{
	struct turn *found = NULL;

	for (struct list *at = line->next; at != line; at = at->next)
		if (turn_at(at)->state == TURN_WAITS &&
		    turn_at(at)->standing < turn->standing &&
		    strcmp(turn_at(at)->address, turn->address) == 0)
			found = turn_at(at);
	return found;
}

void turns_join(struct list *line, struct turn *turn)
{
	struct turn *yields = NULL;
	bool is_full = true;

	if (count(line, turn->address) >= TURNS_PER_ADDRESS)
		yields = find_neighbour(line, turn);
	else if (count(line, NULL) >= TURNS_MAX)
		yields = find_yielding(line, turn);
	else
		is_full = false;
	if (yields != NULL)
		yields->state = TURN_REFUSED;
	turn->state = is_full && yields == NULL ? TURN_REFUSED : TURN_WAITS;
	list_append(line, &turn->node);
}

/* Each network has its share of the threads as well. */
static bool comes_before(struct list *line, const struct turn *turn, const struct turn *other)
{
	if (other == NULL || turn->standing != other->standing)
		return other == NULL || turn->standing > other->standing;
	return count_of(line, turn->network, true) < count_of(line, other->network, true);
}

struct turn *turns_next(struct list *line, int64_t now_us)
{
	struct turn *found = NULL;

	for (struct list *at = line->next; at != line; at = at->next)
		if (turn_at(at)->state == TURN_WAITS && turn_at(at)->begin_us <= now_us &&
		    comes_before(line, turn_at(at), found))
			found = turn_at(at);
	return found;
}
