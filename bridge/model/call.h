/* The life of one 112 call, as the telephone side tells it: contract section 3. */
#pragma once

#include <jansson.h>

#include "base/buf.h"
#include "base/id.h"
#include "model/location.h"

enum call_state { CALL_RINGING, CALL_ANSWERED, CALL_ABANDONED, CALL_ENDED, CALL_STATES };

extern const char *const call_state_names[CALL_STATES];

/* What it turned out to be, as whoever took it says. */
enum call_outcome {
	CALL_OUTCOME_NONE,
	CALL_REAL,
	CALL_PRANK,
	CALL_SILENT,
	CALL_INFORMATION,
	CALL_WRONG_NUMBER,
	CALL_OUTCOMES
};

extern const char *const call_outcome_names[CALL_OUTCOMES]; /* NULL for none */

#define CALL_MAX_BYTES  8192
#define CALL_KEY_SIZE   129
#define CALL_PHONE_SIZE 33
#define CALL_AGENT_SIZE 65

struct call {
	char id[ID_SIZE];            /* C-…, given at the first message about it */
	char call_id[CALL_KEY_SIZE]; /* the telephone system's own */
	enum call_state state;
	enum call_outcome outcome;    /* only of one that has ended */
	char caller[CALL_PHONE_SIZE]; /* in full: only for those with the right; "" : withheld
				       */
	char agent[CALL_AGENT_SIZE];
	int64_t at_ms;      /* as the telephone side says; 0: it does not */
	bool is_from_paper; /* entered afterwards */
	struct location location;
	bool is_exercise; /* by its first message */
	struct buf *raw;  /* NULL in one that was read back */
};

int call_parse(const void *body, size_t len, struct call **call_r, struct err *err) MUST_CHECK;
void call_free(struct call **call);

/* May state follow before? The same again is allowed and is nothing new. */
bool call_may_move(enum call_state before, enum call_state state);

/* All of a number but its ends. */
void call_mask(const char *phone, char masked_r[CALL_PHONE_SIZE]);

struct jsonw;
struct card; /* caller.h */
/* As a member; with the caller's number in full, or all but its ends masked. card: what is
 * known of the number, as the call's last member; NULL: that is not said. */
void call_write(const struct call *call, bool is_masked, const struct card *card,
		struct jsonw *w, const char *key);
/* From what call_write made unmasked. */
int call_read(const json_t *object, struct call *call_r, struct err *err) MUST_CHECK;
