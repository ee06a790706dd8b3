/* Which disposition follows from what the rules found and what the model thinks: a table of the
 * city, rules/judgement.tsv, read from the top; the first row whose conditions hold decides.
 *
 * A row says from which probability on it is sent, from which on a person looks, and what it is
 * otherwise. Each carries an example, which tangi check judges. Built once, then only read, by
 * any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "model/verdict.h"

enum policy_sign {
	SIGN_LIFE,    /* danger to life is seen, of now */
	SIGN_GRAVE,   /* the rules alone would send */
	SIGN_DEEP,    /* water to the thigh or more, of now */
	SIGN_ARMED,   /* a weapon, of now */
	SIGN_PLEA,    /* calls itself an emergency */
	SIGN_ASIDE,   /* something grave is denied, asked about, exercised, told of or over */
	SIGN_CALLED,  /* asks for a service by name */
	SIGN_NOTHING, /* nothing happens in it, as far as the rules see */
	SIGN_OUTSIDE, /* at a place another centre answers for */
	SIGN_SILENT,
	SIGN_NOISE, /* the rules alone would call it noise */
	SIGN_CLEAR, /* the rules know what it is, and it is none */
	SIGN_TALK,  /* the model takes it for talk, news or offers */
	SIGN_STRANGE,
	SIGN_NOW,    /* said to be of this minute */
	SIGN_URGENT, /* a matter of the same day, that goes on */
	SIGN_SHORT,  /* at most 25 words */
	SIGN_BRIEF,  /* at most 4 */
	SIGN_CUT,
	SIGNS
};

#define POLICY_ROWS_MAX 64

struct policy_row {
	char rule[24];
	uint32_t must, must_not; /* bits of enum policy_sign */
	float send, look;        /* above 1: never */
	enum disposition otherwise;
};

struct policy {
	unsigned count;
	struct policy_row row[POLICY_ROWS_MAX];
};

/* text is the table, to be cut. The last row must have no condition: something always holds. */
int policy_load(struct policy *policy, const char *name, char *text,
		struct err *err) MUST_CHECK;

const struct policy_row *policy_find(const struct policy *policy, uint32_t signs);
enum disposition policy_decide(const struct policy_row *row, float emergency);
