/* What is known of who reports and calls: how often it was real, a prank, silence, and when.
 *
 * A caller is a telephone number or a device, named by a handle that is a keyed hash of it: the
 * number itself stands in no event, log line or figure. Its history is spread over days, so
 * that fifty calls of one bad evening are not fifty bad evenings, and fades. What comes of it
 * is an order among what waits for a second look, and nothing else: nobody is refused, and what
 * tells of danger to life is never put back. Values and pure functions; any thread. */
#pragma once

#include <jansson.h>

#include "base/id.h"
#include "model/call_back.h"

enum caller_sign {
	CALLER_REAL, /* there was something, as a person has said */
	CALLER_PRANK,
	CALLER_NO_EVENT,
	CALLER_SILENT,
	CALLER_ABANDONED,
	CALLER_INFORMATION,
	CALLER_WRONG_NUMBER,
	CALLER_SIGNS
};

extern const char *const caller_sign_names[CALLER_SIGNS];

#define CALLER_DAYS     8   /* of each sign, the newest that are kept apart */
#define CALLER_SCORE    100 /* the worst */
#define CALLER_RAISED   100 /* the order of one that may be in need */
#define CALLER_DAY_MS   ((int64_t)24 * 3600 * 1000)
#define CALLER_KEEP_MS  (730 * CALLER_DAY_MS)
#define CALLER_KEY_SIZE 49 /* 24 bytes in hexadecimal digits, and the end */

struct caller_mark {
	int64_t n; /* in all, since the last clearing */
	int64_t last_ms;
	unsigned day_count;
	struct {
		int64_t day; /* since 1970 */
		int64_t n;
	} day[CALLER_DAYS]; /* newest first */
};

struct caller {
	char handle[ID_SIZE]; /* N-… */
	int64_t calls, reports;
	int64_t first_ms, last_ms;
	struct {
		int64_t n, first_ms, last_ms;
	} repeats;         /* calls that are one card: since a day without any */
	int64_t urgent_ms; /* of its last report that told of danger; 0: none */
	int64_t quiet_ms;  /* since when it is silent or gone, unasked; 0: it is not */
	int64_t cleared_ms;
	char cleared_by[USER_SIZE];
	struct caller_mark mark[CALLER_SIGNS];
	struct call_back owed; /* it rang, and nobody answered */
};

/* Which of them go when there are too many. */
enum caller_worth {
	CALLER_HAS_RUNG, /* and nothing else: the first to go */
	CALLER_HAS_TOLD,
	CALLER_IS_OWED, /* an answer: does not go */
};

/* What a city makes of a history: rules/callers.tsv. All zero: nothing. */
struct caller_policy {
	struct {
		int points; /* of one; negative speaks for the caller */
		int half_life_days;
		int per_day; /* more of one day count as so many */
	} sign[CALLER_SIGNS];
	int least;          /* a score below it orders nothing */
	int raised_minutes; /* how long silence of one who was right is urgent */
	int urgent_minutes; /* how long after its report of danger nothing is put back */
};

/* Of one report or call: who it is from, and whose word the number is. */
struct caller_names {
	char own[ID_SIZE];    /* the device, else the number; "" : nobody can say */
	char number[ID_SIZE]; /* the number beside a device: earns trust, never blame */
};

/* "0812-3456 7890" and "+62 812 34567890" are one. False: no number that could call. */
#define CALLER_NUMBER_SIZE 24
bool caller_number(const char *phone, char number_r[CALLER_NUMBER_SIZE]);
/* key: CALLER_KEY_SIZE - 1 digits. phone, device: "" or NULL where there is none. */
void caller_name(const char *key, const char *phone, const char *device,
		 struct caller_names *names_r);

/* A caller of whom nothing is known. */
void caller_begin(struct caller *caller_r, const char *handle);
void caller_add(struct caller *caller, enum caller_sign sign, int64_t at_ms);
/* It is silent, or gone, unasked; until somebody has spoken with it. */
void caller_fall_silent(struct caller *caller, int64_t at_ms);
void caller_hear(struct caller *caller);
/* What was added at that time was not so after all. */
void caller_take_back(struct caller *caller, enum caller_sign sign, int64_t at_ms);
void caller_add_call(struct caller *caller, int64_t at_ms);
void caller_add_report(struct caller *caller, int64_t at_ms, bool is_urgent);
void caller_clear(struct caller *caller, const char *by, int64_t at_ms);
enum caller_worth caller_worth(const struct caller *caller);

/* -1: the outcome of a call or of an incident says nothing of who told. */
int caller_sign_of_outcome(const char *outcome);

/* 0 … CALLER_SCORE. */
int caller_score(const struct caller *caller, const struct caller_policy *policy,
		 int64_t now_ms);
/* What one sign adds to it, and may take away. */
int caller_points(const struct caller *caller, enum caller_sign sign,
		  const struct caller_policy *policy, int64_t now_ms);
/* It was right before, and is silent now. */
bool caller_is_raised(const struct caller *caller, const struct caller_policy *policy,
		      int64_t now_ms);
/* Where it stands among its like: below 0 behind, above before. */
int caller_order(const struct caller *caller, const struct caller_policy *policy,
		 int64_t now_ms);

/* The same of a report of this verdict: one that tells of danger is never put behind. */
int caller_order_report(const struct caller *caller, const struct caller_policy *policy,
			const struct verdict *verdict, int64_t now_ms);

struct jsonw;

/* A history and how it is looked at. caller NULL: there is none. */
struct card {
	const struct caller *caller;
	const struct caller_policy *policy;
	int64_t now_ms;
};

void card_write(const struct card *card, struct jsonw *w, const char *key);
/* From what card_write made. */
int card_read(const json_t *object, struct caller *caller_r, struct err *err) MUST_CHECK;

/* A person's wish that a caller's score be forgotten: {reason, command_id?}. */
struct clearing {
	char handle[ID_SIZE];
	char command_id[COMMAND_ID_SIZE]; /* "" : none, then it is not idempotent */
	char by[USER_SIZE];
	const char *reason; /* borrowed from doc */
	json_t *doc;
};

#define CLEARING_MAX_BYTES  8192
#define CLEARING_REASON_MAX 1000

int clearing_parse(const void *body, size_t len, const char *handle,
		   struct clearing **clearing_r, struct err *err) MUST_CHECK;
void clearing_free(struct clearing **clearing);
/* As command_digest. */
void clearing_digest(const struct clearing *clearing, unsigned char digest_r[32]);
