/* Who gets one of the places to have a password tried, and whose turn it is.
 *
 * A flood must not keep a dispatcher out. So who signed in before comes before strangers, and
 * among equals each network has its share: when all places are taken, the newest of the network
 * that has most makes room. Of one address, and in all, a fixed number at most. Loop thread
 * only. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/list.h"

#define TURNS_MAX         64 /* tried or waiting */
#define TURNS_PER_ADDRESS 4
#define TURN_ADDRESS_SIZE 64

enum turn_state {
	TURN_WAITS,   /* for its time, or for a thread */
	TURN_TRIED,   /* a thread has it */
	TURN_REFUSED, /* to be told so; has no place */
};

enum standing {
	STANDING_STRANGER,
	STANDING_PLACE,  /* somebody signed in from this address before */
	STANDING_PERSON, /* and under this name */
};

struct turn {
	struct list node; /* of the line, in the order they came */
	enum turn_state state;
	enum standing standing;
	char address[TURN_ADDRESS_SIZE];
	uint64_t network; /* turn_network of it */
	int64_t begin_us; /* not before */
};

/* What one owner has mostly got together: the /24 of an IPv4 address, the /48 of another. */
uint64_t turn_network(const char *address);
/* Appends it: TURN_WAITS, or TURN_REFUSED when no place is its. Who had to make room for it is
 * TURN_REFUSED then. */
void turns_join(struct list *line, struct turn *turn);
/* Who is to be tried next; NULL: nobody yet. */
struct turn *turns_next(struct list *line, int64_t now_us);
