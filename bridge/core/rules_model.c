#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "core/rules_private.h"

#define MODEL_FILE "model/triage.model"

/* What an office is asked for most: the first category it leads, else one it supports. */
static int category_of_office(const struct rules *rules, const char *office)
{
	for (unsigned i = 0; i < rules->category_count; i++)
		if (strcmp(rules->category[i].lead_office, office) == 0 &&
		    rules->category[i].kind == CATEGORY_ROUTINE)
			return (int)i;
	for (unsigned i = 0; i < rules->category_count; i++)
		if (strcmp(rules->category[i].lead_office, office) == 0)
			return (int)i;
	return rules->unknown;
}

static void wire_offices(struct rules *rules)
{
	struct model_wiring *w = &rules->wiring;

	w->office_count = 0;
	for (unsigned h = 0; h < model_head_count(rules->model); h++) {
		const char *name = model_head_name(rules->model, h);

		if (strncmp(name, "office:", 7) != 0)
			continue;
		w->office[w->office_count].head = (int)h;
		w->office[w->office_count++].category = category_of_office(rules, name + 7);
	}
}

/* Heads that this city has no use for are passed over: a model may be older or of another. */
static void wire(struct rules *rules)
{
	static const char *const severities[] = {"severity:1", "severity:2", "severity:3"};
	struct model_wiring *w = &rules->wiring;
	const struct model *m = rules->model;
	char name[MODEL_NAME_SIZE];

	w->emergency = model_head_find(m, "emergency");
	w->noise = model_head_find(m, "noise");
	for (int i = 0; i < 3; i++)
		w->severity[i] = model_head_find(m, severities[i]);
	for (unsigned i = 0; i < AGENCY_MAX; i++) {
		snprintf(name, sizeof(name), "agency:%s", rules->agencies.agency[i].id);
		w->agency[i] = i < rules->agencies.count ? model_head_find(m, name) : -1;
	}
	wire_offices(rules);
}

void rules_set_model(struct rules *rules, struct model **model)
{
	model_free(&rules->model);
	rules->model = *model;
	*model = NULL;
	if (rules->model != NULL)
		wire(rules);
	if (rules->model != NULL && rules->wiring.emergency < 0)
		model_free(&rules->model);
}

/* A city may have none; a broken one is told of, and the rules judge alone. */
void rules_load_model(struct rules *rules, const char *dir)
{
	struct model *model = NULL;
	char path[4096];
	struct err err;

	snprintf(path, sizeof(path), "%s/" MODEL_FILE, dir);
	if (model_load(&model, path, &err) < 0) {
		if (err.kind == ERR_INVALID) {
			snprintf(rules->model_trouble, sizeof(rules->model_trouble), "%s",
				 err.text);
			log_error("rules.model", "trouble=%s",
				  log_quote(err.text, strlen(err.text)).text);
		}
		return;
	}
	rules_set_model(rules, &model);
	if (rules->model == NULL) {
		snprintf(rules->model_trouble, sizeof(rules->model_trouble),
			 MODEL_FILE ": has no head \"emergency\"; train it anew");
		log_error("rules.model", "trouble=\"no head for emergencies\"");
	}
}

const char *rules_model_version(const struct rules *rules)
{
	return rules->model != NULL ? model_version(rules->model) : "";
}

const char *rules_model_trouble(const struct rules *rules)
{
	return rules->model_trouble;
}
