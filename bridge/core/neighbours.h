/* Emergency services beyond the city that a matter can be handed over to: neighbours.tsv.
 *
 * They have no console here: a person tells them, and writes down who has taken it. Loading:
 * start-up and reload only; asking is pure. Any thread. */
#pragma once

#include "base/err.h"
#include "model/incident.h"

#define NEIGHBOURS_MAX 32

struct neighbours {
	unsigned count;
	struct neighbour {
		char id[NEIGHBOUR_SIZE];
		char name_id[96], name_en[96];
		char number[64]; /* to call; "" : none is known */
	} neighbour[NEIGHBOURS_MAX];
};

struct jsonw;

/* text is the table, to be cut. No neighbour is called as an agency of the city is. */
int neighbours_load(struct neighbours *neighbours, const char *name, char *text,
		    const struct agencies *agencies, struct err *err) MUST_CHECK;
/* NULL: there is none of that id. */
const struct neighbour *neighbours_find(const struct neighbours *neighbours, const char *id);
/* [{"id", "name_id", "name_en", "number"}, …] */
void neighbours_write(const struct neighbours *neighbours, struct jsonw *w, const char *key);
