/* Where an ambulance can go, hospitals.tsv, and whether they receive, as they said last:
 * receiving.tsv in the data folder.
 *
 * What was said is as good as it is young: after RECEIVING_FRESH_MS it is shown with its age
 * and orders nothing. Loading: start-up and reload only; asking is pure; the file blocks on the
 * disk. Any thread, but one at a time for a struct receiving. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "core/fleet.h"
#include "core/private_file.h"

#define HOSPITALS_MAX      64
#define HOSPITAL_ID_SIZE   24
#define RECEIVING_FILE     "receiving.tsv"
#define RECEIVING_FRESH_MS (INT64_C(15) * 60 * 1000)

struct hospital {
	char id[HOSPITAL_ID_SIZE];
	char name[64];
	int32_t lat_e7, lon_e7;
	uint64_t types[2]; /* of the taxonomy's categories: what it is for */
	char kinds[64];    /* of units that bring somebody: "ambulance,motorcycle" */
};

struct hospitals {
	unsigned count;
	struct hospital hospital[HOSPITALS_MAX];
};

enum receiving_state { RECEIVING_UNSAID, RECEIVING_OPEN, RECEIVING_BUSY, RECEIVING_DIVERT };
#define RECEIVING_STATES 4

extern const char *const receiving_names[RECEIVING_STATES];

/* What they said last. */
struct receiving {
	unsigned count;
	struct receiving_word {
		char id[HOSPITAL_ID_SIZE];
		enum receiving_state is;
		int64_t at_ms;
	} word[HOSPITALS_MAX];
};

struct rules;

/* text is the table, to be cut; categories are there already. */
int hospitals_load(struct rules *rules, const char *name, char *text,
		   struct err *err) MUST_CHECK;
/* NULL: there is none of that id. */
const struct hospital *hospitals_find(const struct hospitals *hospitals, const char *id);
/* Whether that kind of unit brings people of that category there. */
bool hospital_is_for(const struct hospital *hospital, int category, const char *kind);

/* NULL: nothing was said of it. */
const struct receiving_word *receiving_find(const struct receiving *receiving, const char *id);
/* Unless something newer is known. False: that was so, or there is no room. */
bool receiving_say(struct receiving *receiving, const char *id, enum receiving_state is,
		   int64_t at_ms);
/* No file: nothing was said. The stamp is set when it was read, also when it is broken. */
int receiving_read(const char *dir, struct receiving *receiving_r, struct file_stamp *stamp_r,
		   struct err *err) MUST_CHECK;
int receiving_write(const char *dir, const struct receiving *receiving,
		    struct err *err) MUST_CHECK;
