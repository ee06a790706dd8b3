/* rules/guards.tsv: what speaks against sending a unit, and how much. Start-up and reload only.
 */
#pragma once

#include "base/err.h"
#include "model/guard.h"

/* text is the table, to be cut. Each guard is there once; those that are fixed are blocked. */
int guards_load(struct guards *guards_r, const char *name, char *text,
		struct err *err) MUST_CHECK;
