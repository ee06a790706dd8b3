/* rules/hazards.tsv: which category tells of what may hurt who goes there.
 *
 * Start-up and reload only. */
#pragma once

#include "core/rules_private.h"

/* text is the table, to be cut; rules has its taxonomy. */
int hazards_load(struct rules *rules, const char *name, char *text, struct err *err) MUST_CHECK;
