/* The services of the city and a set of them as bits.
 *
 * The order is that of the configuration and may change from one start to the next: what is
 * stored names agencies, never bits. Immutable after loading; any thread. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AGENCY_MAX     32
#define AGENCY_ID_SIZE 17 /* [a-z0-9_-]{1,16}, and the end */

typedef uint32_t agency_set; /* bit n is the n-th agency of struct agencies */

struct agencies {
	unsigned count;
	struct {
		char id[AGENCY_ID_SIZE];
		char name_id[80], name_en[80];
	} agency[AGENCY_MAX];
};

/* -1: there is none of that id. */
int agency_find(const struct agencies *agencies, const char *id, size_t len);
/* The set of the ids in "fire,health"; unknown ones are left out. */
agency_set agency_set_parse(const struct agencies *agencies, const char *text, size_t len);
/* "fire,health", for agency_set_parse. */
void agency_set_format(const struct agencies *agencies, agency_set set, char *text_r,
		       size_t size);
