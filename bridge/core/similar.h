/* Are two reports of one matter? A probability from what is alike and what differs, with the
 * reasons, so that a person can judge it.
 *
 * The weights are learnt from judged pairs (tangi duplicates) and lie with the two thresholds
 * in similar.tsv of the city's folder. What is certain is a rule and not a weight: see
 * similar_may_join. Pure but for loading; any thread may read. */
#pragma once

#include "base/err.h"
#include "core/gist.h"
#include "core/tongue.h"
#include "model/likeness.h"

enum similar_sign {
	SIMILAR_WORDS,   /* 0 … 1: how much of what they say is the same */
	SIMILAR_ADDRESS, /* numbers of an address that contradict each other: 0, 1, 2 */
	SIMILAR_NAMES,   /* 1: each names a place, and not one of them is the same */
	SIMILAR_TIME,    /* decimal logarithm of the minutes between them */
	SIMILAR_NEAR,    /* 0 … 1: both have a point, the more exact the more */
	SIMILAR_FAR,     /* 0 … 3: in 300 m beyond what their errors explain */
	SIMILAR_AREA,    /* 1: two kelurahan, where not both have a point */
	SIMILAR_KIND,    /* 1: about different things */
	SIMILAR_CALLER,  /* 1: from one caller */
	SIMILAR_SIGNS
};

extern const char *const similar_sign_names[SIMILAR_SIGNS];

#define SIMILAR_NEEDS_MAX 64

struct similar_rules {
	double bias, weight[SIMILAR_SIGNS];
	double link;    /* above: one matter, linked without asking */
	double suggest; /* above: shown to a person */
	double unknown_need;
	unsigned need_count;
	struct {
		uint32_t category;
		double words;
	} need[SIMILAR_NEEDS_MAX]; /* what two of that kind must have in common */
	struct tongue tongue;
};

/* model/similar.tsv and rules/joining.tsv in dir. *rules_r is NULL when there is nothing
 * learnt: then nothing is alike. city is read here only. */
int similar_load(struct similar_rules **rules_r, const char *dir, const struct rules *city,
		 struct err *err) MUST_CHECK;
/* The names of the city's areas are words that many say. */
void similar_know_city(struct similar_rules *rules, const struct rules *city);
/* rules/joining.tsv alone. */
int similar_load_needs(struct similar_rules *rules, const char *dir,
		       struct err *err) MUST_CHECK;
void similar_free(struct similar_rules **rules);

struct comparison {
	double sign[SIMILAR_SIGNS];
	unsigned telling; /* words of weight that both say */
};

void similar_compare(const struct gist *a, const struct gist *b, struct comparison *c_r);
/* 0 … 1. */
double similar_score(const struct similar_rules *rules, const struct comparison *c);
/* Whether their points alone tell that they may neither be joined nor suggested: for those who
 * look through many, without comparing. */
bool similar_is_elsewhere(const struct gist *a, const struct gist *b);
/* Whether they may be joined without asking, however likely they are one. Not when
 *   they are too far apart for their errors;
 *   there are no points, and addresses contradict each other or little is said in the same
 *   words, or nothing but what everybody says ("tolong, kebakaran");
 *   different services would go, for different words;
 *   they have less to say in common than their kind needs: two patients of a street are two. */
bool similar_may_join(const struct similar_rules *rules, const struct gist *a,
		      const struct gist *b, const struct comparison *c);
/* Whether a person should hear of it at all: time alone makes nothing alike. */
bool similar_may_suggest(const struct gist *a, const struct gist *b,
			 const struct comparison *c);
/* Whether, while reports of a come in a surge, b may be shown under it: within reach_m of it
 * where both have points, as much in common as its kind needs, and nothing in it that speaks of
 * another place or another matter. *c_r is how they compare, where it may. */
bool similar_may_fold(const struct similar_rules *rules, const struct gist *a,
		      const struct gist *b, double reach_m, struct comparison *c_r);

/* Why: text is that of a, and scratch as gist_take left it for a. */
void similar_explain(const struct similar_rules *rules, const struct gist *a,
		     const struct gist *b, const char *text, const struct gist_scratch *scratch,
		     struct likeness *likeness_r);

/* Metres between two points, by the flat earth of a city. */
double gist_distance_m(const struct gist *a, const struct gist *b);
