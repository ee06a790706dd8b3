/* What the files of joining share:
 *
 *   joining.c      rules, and how a report is made comparable
 *   joining_ask.c  a report on its way to the store and back
 *   joining_log.c  what the log says happened since
 *   joining_fill.c what was there before this start, or before these rules
 *   surge.c        many reports of one matter become one card
 *
 * Loop thread only. */
#pragma once

#include "core/joining.h"
#include "core/recent.h"
#include "core/rules.h"
#include "model/join.h"

#define LEFT_MAX 64

struct joining {
	struct store *store;
	const struct agencies *agencies;
	const struct clock *clock;
	struct metrics *metrics;
	const struct rules *rules;
	const struct similar_rules *similar; /* NULL: nothing is alike */
	struct joining_settings settings;
	struct recent *recent;
	uint8_t caller_key[16]; /* of this run: a caller's hash says nothing elsewhere */
	struct gist_scratch scratch;
	unsigned open_folds;
	bool is_stopped;

	struct {
		struct store_read read;
		void (*newest)(void *ctx); /* NULL: was called */
		void *ctx;
		int64_t begun_us;
		uint64_t until;      /* the last event to read again */
		bool is_running;     /* a page is being read */
		bool is_wanted;      /* once more from the beginning */
		bool is_again;       /* gists are made anew, and nothing else */
		bool is_replay;      /* the log's end is told once more: it is not followed */
		unsigned left_count; /* incidents that ended while a page was read */
		char left[LEFT_MAX][ID_SIZE];
	} fill;
};

/* How much is known, for who watches. */
void joining_count(const struct joining *joining);
/* There are rules, settings and something learnt, and it is wanted. */
bool joining_works(const struct joining *joining);
/* As it would be taken up now; scratch is then that of its text. */
void joining_take(struct joining *joining, const struct gist_of *of, struct gist *gist_r);
bool joining_is_call(const char *source);
/* Too long ago to be of one matter with what comes in now. */
bool joining_is_over(const struct joining *joining, int64_t at_ms);

/* An incident that is open: what is known of it, or its first report. */
void joining_put_incident(struct joining *joining, const struct incident *incident);
/* Its first report alone, from what the incident says itself. */
void joining_put_first(struct joining *joining, const struct incident *incident);
void joining_follow_one(struct joining *joining, const struct event *event);
/* Of an event of a report that is held, its gist by the rules of now. */
void joining_refresh(struct joining *joining, const struct event *event);

/* A report was stored: does it make a surge, or come in one? */
void surge_look(struct joining *joining, const struct recent_report *report);
