/* What rules are made of; for the files of core that read them. */
#pragma once

#include "core/gazetteer.h"
#include "core/lexicon.h"
#include "core/polygon.h"
#include "core/rules.h"

#define CATEGORIES_MAX 128

struct rules {
	char version[RULES_VERSION_SIZE];
	struct agencies agencies;
	unsigned category_count;
	struct category category[CATEGORIES_MAX];
	int unknown; /* the category of what nobody understood */
	struct lexicon lexicon;
	struct areas areas;
	struct gazetteer gazetteer;
	unsigned unit_count;
	struct unit *unit;
};

/* -1: there is none of that id. */
int rules_category_index(const struct rules *rules, const char *id);
