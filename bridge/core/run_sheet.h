/* The run-sheet: what a desk needs on paper when the bridge is down.
 *
 * One page for printing, HTML that needs nothing else: the open incidents that somebody must
 * act on, the most urgent first; how many others there are; numbers to call; and empty lines to
 * write on, with the time it happened. In Indonesian with English beside it. What citizens said
 * is masked and cut, of a secret report nothing is said but that it is there: paper lies about.
 * Bounded: of more than RUN_SHEET_ROWS the least urgent are only counted. Pure; any thread. */
#pragma once

#include "base/buf.h"
#include "model/incident.h"

#define RUN_SHEET_ROWS 400

struct rules;
struct run_sheet;

/* rules are borrowed for what is added, and not needed any more to print it. */
struct run_sheet *run_sheet_new(const struct rules *rules);
void run_sheet_free(struct run_sheet **sheet);
/* An incident that is not closed; an exercise is left out. Copies what it needs. */
void run_sheet_add(struct run_sheet *sheet, const struct incident *incident);

struct run_sheet_stamp {
	const char *city;
	int64_t at_ms;
	uint64_t seq;         /* of the newest event that it knows */
	const char *contacts; /* contacts.tsv as it lies in the configuration; NULL: none */
};

/* Once, at the end. The caller's. */
struct buf *run_sheet_print(struct run_sheet *sheet, const struct run_sheet_stamp *stamp);

/* Whether a city's numbers to call can be read; text is cut. ERR_INVALID with file and line. */
int run_sheet_check_contacts(char *text, unsigned *count_r, struct err *err) MUST_CHECK;
