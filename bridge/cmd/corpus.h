/* Judged texts to learn from and to be measured by.
 *
 * From a folder of real data (which stays where it is), from texts of our own beside the model,
 * and from what dispatchers corrected. What a source does not say is ANSWER_UNKNOWN and teaches
 * nothing. A text belongs to a fold by a hash of its letters, so copies of one text never stand
 * on both sides. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"

#define ANSWER_UNKNOWN (-1)

enum corpus_source {
	CORPUS_GOLD,       /* judged by a reader, one by one */
	CORPUS_OWN,        /* written for this purpose */
	CORPUS_CORRECTION, /* decided by a dispatcher, on a running bridge */
	CORPUS_COMPLAINT,
	CORPUS_LOG,
	CORPUS_POST,
	CORPUS_SMS,
	CORPUS_OTHER,
	CORPUS_SOURCES
};

enum { ON_FIRE, ON_POLICE, ON_HEALTH, ON_CITY, ON_AGENCIES }; /* what the judged texts name */

struct corpus_row {
	char *id, *text;
	enum corpus_source source;
	uint32_t hash;
	int weight;    /* how often it counts */
	int emergency; /* 0, 1 or unknown: what it teaches */
	int truth;     /* the same of a copy too, which teaches nothing */
	int noise;
	int severity; /* 1 … 4, 0: unknown */
	int agency[ON_AGENCIES];
	bool is_log;
	bool is_judged;  /* a reader said so, not only the source */
	char office[24]; /* or "" */
	char sms[8];     /* normal, fraud, promo, or "" */
};

struct corpus {
	unsigned count;
	struct corpus_row *row;
};

extern const char *const corpus_agency_names[ON_AGENCIES];

struct rules;

struct corpus_from {
	const char *config;        /* the city's folder, with our own texts */
	const char *data;          /* the folder of real texts, or NULL */
	const char *corrections;   /* a file of tangi export corrections, or NULL */
	const struct rules *rules; /* for what a corrected category is about */
};

int corpus_load(struct corpus *corpus, const struct corpus_from *from,
		struct err *err) MUST_CHECK;
void corpus_fini(struct corpus *corpus);

static inline unsigned corpus_fold(const struct corpus_row *row, unsigned folds)
{
	return row->hash % folds;
}
