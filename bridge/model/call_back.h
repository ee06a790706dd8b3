/* A call that rang out unanswered is a debt: one to each number, however often it rang, until
 * somebody has spoken with it or has said how it ended.
 *
 * It begins with the first ring that nobody answered and waits for a person to call back. Who
 * takes it is named; a further ring that nobody answers, a try in vain and each rise ask again,
 * and what was said before does not count any more. An answered call of the number ends it. A
 * number that is withheld cannot be called. A value; any thread. */
#pragma once

#include <jansson.h>

#include "model/call.h"
#include "model/command.h"
#include "model/escalation.h"

enum call_back_step {
	CALL_BACK_NONE,
	CALL_BACK_TAKEN,   /* a person is about to call */
	CALL_BACK_SHELVED, /* put off for minutes, and why */
	CALL_BACK_MISSED,  /* called in vain: it waits anew */
	CALL_BACK_DONE,    /* over, and how */
	CALL_BACK_RISEN,   /* the bridge's own: nobody has called in time */
	CALL_BACK_STEPS
};

#define CALL_BACK_SHELF_MINUTES 5
#define CALL_BACK_PRIORITY      2
#define CALL_BACK_REASON_MAX    200

struct call_back {
	int64_t since_ms;      /* the first ring that nobody answered; 0: nothing is owed */
	int64_t last_ms;       /* the newest of them */
	int64_t rings, tries;  /* tries: in vain */
	char call_id[ID_SIZE]; /* of the newest ring, C-… */
	char number[CALL_PHONE_SIZE]; /* masked but for its ends */
	struct wait wait;             /* kind WAIT_CALLBACK; begins anew with each try */
	char taken_by[USER_SIZE];     /* "" : nobody */
	int64_t taken_ms;
	char shelved_by[USER_SIZE];
	int64_t shelved_until_ms; /* 0: it is not put off */
};

/* What a person says of it, or a rise. */
struct call_back_word {
	enum call_back_step step;
	char handle[ID_SIZE];
	char command_id[COMMAND_ID_SIZE]; /* "" : none, then it is not idempotent */
	char by[USER_SIZE];
	int64_t minutes;               /* CALL_BACK_SHELVED */
	const char *reason;            /* NULL: none was given; borrowed from doc */
	const char *outcome;           /* CALL_BACK_DONE: reached, unreachable, not_needed */
	struct expected_wait expected; /* CALL_BACK_RISEN */
	int64_t at_ms;
	json_t *doc;
};

/* "acknowledge", "shelve", "not_reached", "done" and "rise". */
extern const char *const call_back_step_names[CALL_BACK_STEPS];

/* A ring that nobody answered. */
void call_back_owe(struct call_back *owed, const struct call *call, int64_t at_ms);
/* Somebody has spoken with them. */
void call_back_end(struct call_back *owed);
/* When it rises next; policy NULL: that stays as it stands. */
void call_back_settle(struct call_back *owed, const struct escalation_policy *policy);

/* ERR_CONFLICT: somebody else has it, or it waits for something else by now. ERR_INVALID:
 * nothing is owed. */
int call_back_take(struct call_back *owed, const struct call_back_word *word,
		   struct err *err) MUST_CHECK;

#define CALL_BACK_MAX_BYTES 8192

/* {action, minutes?, reason?, outcome?, command_id?} of a person. */
int call_back_parse(const void *body, size_t len, const char *handle,
		    struct call_back_word **word_r, struct err *err) MUST_CHECK;
void call_back_word_free(struct call_back_word **word);
/* As command_digest. */
void call_back_digest(const struct call_back_word *word, unsigned char digest_r[32]);

struct jsonw;

/* As a member, or nothing where nothing is owed: a card costs no byte more for it. */
void call_back_write(const struct call_back *owed, struct jsonw *w, const char *key);
/* From what call_back_write made; NULL: nothing is owed. */
void call_back_read(const json_t *object, struct call_back *owed_r);
/* The members of its alarm. */
void call_back_write_alarm(const struct call_back *owed, const char *handle, struct jsonw *w);
