/* The city's table of how silence rises: reads rules/escalation.tsv, and refuses what cannot be
 * meant. What a row is and how they are asked: model/escalation.h.
 *
 * Loading: start-up and reload only. Asking: pure; any thread. */
#pragma once

#include "base/err.h"
#include "model/escalation.h"

struct rules;
struct table;
struct week;

/* text is the table, to be cut; agencies and routes are there already. Refuses names that are
 * not known, steps that do not follow each other or do not end at a person who leads, a row
 * that others leave nothing, and a table in which something would wait for ever. */
int rising_load(struct rules *rules, const struct week *week, const char *name, char *text,
		struct err *err) MUST_CHECK;

/* A reference of the caller's own. */
struct escalation_policy *rules_escalation(const struct rules *rules);

/* Of the last row: whether those above leave it anything. -1: err has it. */
int rising_lint_row(const struct escalation_policy *policy, const struct agencies *agencies,
		    const struct table *table, struct err *err);
/* Whether every kind of wait has a row, of every agency, at every priority and hour. */
int rising_lint_whole(const struct escalation_policy *policy, const struct agencies *agencies,
		      const char *name, struct err *err);
