/* What a text gives to judge by: for each category what speaks for it and in which state, what
 * is set aside because it is denied, feared, exercised or told of, and the cues around it.
 *
 * No judgement yet: evidence is the same with and without a model. Total, linear, no
 * allocation; the scratch is the caller's and large. Any thread. */
#pragma once

#include <stdbool.h>

#include "core/reading.h"
#include "core/rules_private.h"

#define GRAVE 2 /* P1 and P2 */
#define TODAY 3 /* P3 */

/* What speaks for one category. */
struct candidate {
	int category;
	int weight_pct;
	int severity;  /* the gravest of its evidence */
	bool is_live;  /* some of it is of this moment */
	bool is_event; /* an emergency of this moment is told, not only a hint of one */
	bool is_hint;  /* a weapon, somebody in danger: of whatever else is told */
};

struct evidence {
	const struct rules *rules;
	struct reading reading;
	unsigned candidate_count;
	struct candidate candidate[CATEGORIES_MAX];
	int set_aside;          /* gravest severity of what is said not to be so; 0: nothing */
	int set_aside_category; /* what the text is about when nothing else is left */
	int asked;              /* the category of a question, -1: none is asked */
	int outside, prank;     /* categories or -1 */
	unsigned states;        /* bit of each enum hit_state that is met */
	unsigned depth_cm;      /* of water, as said; 0: not said */
	bool was_grave;         /* something grave is past or planned */
	bool is_raised, is_life, is_over, is_armed, is_now, is_plea, is_deep;
	bool is_inside;    /* somebody is where it may be dangerous */
	bool is_harm;      /* somebody is hurt or ill to death, of now */
	agency_set called; /* agencies asked for by name, or needed for a life */
};

void evidence_take(struct evidence *e, const struct rules *rules, const char *text, size_t len);

const struct category *evidence_category(const struct evidence *e, const struct candidate *c);
/* The candidate of category, made when there is none. */
struct candidate *evidence_candidate(struct evidence *e, int category);
/* What may hurt who goes there, said as being so now. */
hazard_set evidence_hazards(const struct evidence *e);
/* P1 or P2 and about the world, not about the call. */
bool evidence_is_grave(const struct evidence *e, const struct candidate *c);
/* How much this hit moves a verdict; 0: it does not. */
int evidence_weight(const struct evidence *e, const struct hit *hit);
