/* Writes the run-sheet (core/run_sheet.h) once a minute, so that the newest one is at most that
 * old when the bridge goes down: DIR/run-sheet.html, replaced whole.
 *
 * Open incidents are read in small pages, which a worker takes apart; it waits for the disk
 * too. The loop copies what is printed, of some hundred at most. A sheet that cannot be written
 * is logged, said in /metrics, and tried again the next minute. Loop thread only. */
#pragma once

#include "core/rules.h"
#include "net/loop.h"
#include "store/store.h"

#define PAPER_FILE "run-sheet.html"

struct paper;

struct paper_settings {
	int64_t every_s; /* 0: never */
	const char *dir; /* "" : the data folder */
};

struct paper_parts { /* borrowed */
	struct loop *loop;
	struct store *store;
	const struct agencies *agencies;
	const struct clock *clock;
	struct metrics *metrics;
	const char *city;
	const char *config; /* the configuration's folder, for contacts.tsv */
	const char *data;
};

int paper_open(struct paper **paper_r, const struct paper_settings *settings,
	       const struct paper_parts *parts, const struct rules *rules,
	       struct err *err) MUST_CHECK;
/* The old ones may be freed when this returns: a sheet that is being made is begun anew. */
void paper_set_rules(struct paper *paper, const struct rules *rules);
/* The store has answered all reads by then. */
void paper_close(struct paper **paper);
