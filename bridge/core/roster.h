/* Who is on duty when, as the duty roster says: shifts of units, read from roster.tsv in the
 * data folder.
 *
 * Nothing of a person lies in it but the internal id of who leads a shift. It says nothing of a
 * unit before its first shift and after its last one, and nothing of one that it does not name:
 * a roster that was forgotten takes nobody off duty. Values; asking is pure, reading and
 * writing block on the disk. Any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "core/fleet.h"
#include "core/private_file.h"

#define ROSTER_FILE     "roster.tsv"
#define SHIFT_LEAD_SIZE 17
#define SHIFTS_MAX      20000

struct shift {
	char unit[UNIT_ID_SIZE];
	int64_t from_ms, to_ms;     /* to is not in it */
	int crew;                   /* how many; 0: nobody has said */
	char lead[SHIFT_LEAD_SIZE]; /* internal id; "" : not known */
};

struct roster {
	unsigned count;
	struct shift *shift; /* by unit, then by when they begin */
};

enum roster_duty { ROSTER_SILENT, ROSTER_ON, ROSTER_OFF };

struct roster_word {
	enum roster_duty duty;
	int64_t since_ms;        /* since when it is so; 0: silent */
	const struct shift *now; /* borrowed; NULL: not on duty */
};

/* What it says of a unit at that moment. Of two shifts of one unit that overlap, the one that
 * began last. */
struct roster_word roster_ask(const struct roster *roster, const char *unit, int64_t at_ms);
/* The next moment after that one at which it says something else of some unit; 0: there is
 * none. */
int64_t roster_next_change(const struct roster *roster, int64_t after_ms);

/* Copies the shift to its place. */
void roster_add(struct roster *roster, const struct shift *shift);
/* Takes over fresh: each unit it names is, from its first shift there on, as it says. What
 * ended before keep_from_ms is left out. */
void roster_merge(struct roster *roster, const struct roster *fresh, int64_t keep_from_ms);
void roster_fini(struct roster *roster);

/* No file: nothing is said. The stamp is set when it was read, also when it is broken. */
int roster_read(const char *dir, struct roster *roster_r, struct file_stamp *stamp_r,
		struct err *err) MUST_CHECK;
int roster_write(const char *dir, const struct roster *roster, struct err *err) MUST_CHECK;
