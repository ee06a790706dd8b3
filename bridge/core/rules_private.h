/* What rules are made of; for the files of core that read them. */
#pragma once

#include "core/callers.h"
#include "core/gazetteer.h"
#include "core/hospitals.h"
#include "core/lexicon.h"
#include "core/model.h"
#include "core/neighbours.h"
#include "core/place_policy.h"
#include "core/plans.h"
#include "core/policy.h"
#include "core/polygon.h"
#include "core/rest.h"
#include "core/rules.h"
#include "model/escalation.h"
#include "model/guard.h"
#include "model/routes.h"

#define CATEGORIES_MAX 128

/* Which heads of the model answer what; -1: none does. */
struct model_wiring {
	int emergency, noise, severity[3];
	int agency[AGENCY_MAX];
	unsigned office_count;
	struct {
		int head;
		int category; /* what it is asked for most */
	} office[MODEL_HEADS_MAX];
};

struct rules {
	char version[RULES_VERSION_SIZE];
	struct agencies agencies;
	unsigned category_count;
	struct category category[CATEGORIES_MAX];
	int unknown; /* the category of what nobody understood */
	struct lexicon lexicon;
	struct areas areas;
	struct place_words place_words;
	struct gazetteer gazetteer;
	struct place_policy place_policy;
	struct fleet fleet;
	struct hospitals hospitals;
	struct neighbours neighbours;
	struct plans plans;
	struct guards guards;
	struct rest rest;
	struct model *model; /* NULL: the rules judge alone */
	struct model_wiring wiring;
	char model_trouble[240];
	struct policy policy;
	struct caller_policy callers;
	struct routes *routes;
	struct escalation_policy *escalation;
};

void rules_load_model(struct rules *rules, const char *dir);

/* -1: there is none of that id. */
int rules_category_index(const struct rules *rules, const char *id);
