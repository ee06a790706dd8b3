/* The words that point at categories, and the words that change what those mean.
 *
 * A term is one row of lexicon.tsv; its spellings are phrases of one matcher. A spelling
 * "lampu merah ... mati" is two phrases, in this order, a few words apart in one sentence.
 * Built once, then only read, by any thread. */
#pragma once

#include <stdint.h>

#include "base/err.h"
#include "core/match.h"
#include "core/normalise.h"
#include "core/spelling.h"
#include "model/agency.h"

struct rules;

enum term_role {
	ROLE_INCIDENT,      /* something happens */
	ROLE_WEAPON,        /* it happens with a weapon */
	ROLE_PRANK,         /* a call without a matter */
	ROLE_OUTSIDE,       /* a place another centre answers for */
	ROLE_FALSE_FRIEND,  /* holds a term and does not mean it */
	ROLE_SEVERITY_UP,   /* worse: its category, or any emergency */
	ROLE_SEVERITY_DOWN, /* not so bad: its category */
	ROLE_LIFE,          /* somebody is in danger of life */
	ROLE_NOW,           /* it goes on at this moment */
	ROLE_NEGATION,      /* the next thing is not so */
	ROLE_FEARED,        /* the next thing may happen */
	ROLE_SUPPOSED,      /* the next thing is thought of: "jika", "sewaktu-waktu" */
	ROLE_RECURRING,     /* what is near happens again and again */
	ROLE_PAST,          /* the sentence tells of what was */
	ROLE_FUTURE,        /* … of what is planned */
	ROLE_DRILL,         /* … of an exercise */
	ROLE_TOLD,          /* … of news, films, hearsay */
	ROLE_ASKED,         /* … asks */
	ROLE_OVER,          /* it was so and has ended */
	ROLE_PLEA,          /* says that it is an emergency: for a person to read */
	ROLE_AGENCY,        /* calls for an agency */
	ROLE_NEUTRAL,       /* known, without weight */
	TERM_ROLES
};

#define TERM_NONE 0 /* terms are numbered from 1 */

struct term {
	enum term_role role;
	int category; /* index in the taxonomy, -1: none */
	int severity; /* 1 … 5, 0: none */
	agency_set agencies;
	int weight_pct;
};

struct split {
	uint16_t first, last; /* phrases */
	uint16_t term;
};

struct phrase {
	uint16_t term;                  /* TERM_NONE: only part of a split expression */
	uint16_t split_at, split_count; /* those that end with this phrase */
};

struct lexicon {
	struct spelling spelling;
	struct matcher *matcher;
	unsigned term_count, phrase_count, split_count;
	struct term *term;     /* [1 … term_count] */
	struct phrase *phrase; /* [1 … phrase_count] */
	struct split *split;   /* ordered by last */
};

/* text is lexicon.tsv, to be cut; rules already has agencies and taxonomy, lexicon its
 * spelling, which learns the words of all terms. */
int lexicon_load(struct lexicon *lexicon, const char *name, char *text,
		 const struct rules *rules, struct err *err) MUST_CHECK;
void lexicon_fini(struct lexicon *lexicon);
