/* check: reads a city's folder as serve would, and tells all that is wrong with it at once. */
#include <stdio.h>

#include "adapters/adapter.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "cmd/examples.h"
#include "cmd/settings.h"
#include "core/rules.h"
#include "core/run_sheet.h"
#include "core/similar.h"
#include "core/table.h"

struct check {
	const char *config;
	struct arg_list sets;
};

static void tell(void *ctx, const struct err *mistake)
{
	(void)ctx;
	fprintf(stderr, "tangi check: %s\n", mistake->text);
}

static void list_adapters(void)
{
	puts("adapters that are built in:");
	for (unsigned i = 0; adapter_at(i) != NULL; i++)
		printf("  %-10s %s\n", adapter_at(i)->kind, adapter_at(i)->summary);
}

static unsigned check_settings(const struct check *check)
{
	struct settings_place place = {
		.dir = check->config, .sets = check->sets.item, .set_count = check->sets.count};
	struct settings *settings;
	unsigned mistakes = settings_judge(&place, tell, NULL);
	struct err err;

	if (mistakes > 0 || settings_load(&settings, &place, &err) < 0)
		return mistakes;
	printf("%s: public %s, trusted %s, broker %s, %zu sources, %zu adapters\n",
	       settings->city, settings->http.listen,
	       settings->http.trusted[0] != '\0' ? settings->http.trusted : "none",
	       settings->mqtt.host[0] != '\0' ? settings->mqtt.host : "none",
	       json_array_size(settings->sources), json_array_size(settings->adapters));
	settings_free(&settings);
	return 0;
}

static unsigned check_similar(const char *dir, const struct rules *rules)
{
	struct similar_rules *similar;
	struct err err;

	if (similar_load(&similar, dir, rules, &err) < 0) {
		tell(NULL, &err);
		return 1;
	}
	if (similar == NULL)
		printf("model/similar.tsv: there is none; no report is taken for another's\n");
	similar_free(&similar);
	return 0;
}

/* A city may have none. */
static unsigned check_contacts(const char *dir)
{
	unsigned count = 0;
	struct err err;
	size_t len;
	char *text;
	int rc;

	if (file_read(dir, "contacts.tsv", &text, &len, &err) < 0) {
		puts("contacts.tsv: there is none; the run-sheet has no numbers to call");
		return 0;
	}
	rc = run_sheet_check_contacts(text, &count, &err);
	xfree(text);
	if (rc < 0) {
		(void)file_error(dir, &err);
		tell(NULL, &err);
		return 1;
	}
	printf("contacts.tsv: %u numbers to call\n", count);
	return 0;
}

static unsigned check_rules(const char *dir)
{
	unsigned mistakes, wrong, examples;
	struct rules *rules = NULL;

	mistakes = rules_judge(&rules, dir, tell, NULL);
	if (mistakes > 0)
		return mistakes;
	wrong = examples_judge(rules, dir, tell, NULL, &examples);
	if (rules_model_trouble(rules)[0] != '\0') {
		fprintf(stderr, "tangi check: %s\n", rules_model_trouble(rules));
		wrong++;
	}
	printf("rules %s: %u agencies, %u categories, %u units, %u of %u examples as "
	       "expected\n",
	       rules_version(rules), rules_agencies(rules)->count, rules_category_count(rules),
	       rules_unit_count(rules), examples - (wrong < examples ? wrong : examples),
	       examples);
	wrong += check_similar(dir, rules);
	rules_free(&rules);
	return wrong;
}

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct check, config), true, "DIR",
	 "the city's configuration"},
	{"set", ARG_MANY, offsetof(struct check, sets), false, "KEY=VALUE",
	 "as serve would be given it; any number of times"},
};

static const struct args args = {
	"tangi check --config DIR [--set KEY=VALUE...]",
	"Reads a city's folder as serve would: settings, agencies, offices, units, taxonomy, "
	"lexicon,\n"
	"places, borders, rules. Names every mistake with its file, its line and what to do, "
	"and "
	"judges the\n"
	"reports of examples.tsv. Changes nothing.\n",
	table, sizeof(table) / sizeof(table[0]), 0};

int cmd_check(int argc, char **argv)
{
	struct check check = {0};
	unsigned mistakes;
	char **words;
	int rc = args_read(&args, argc, argv, &check, &words);

	if (rc >= 0)
		return rc;
	mistakes = check_settings(&check) + check_rules(check.config) +
		   check_contacts(check.config);
	list_adapters();
	if (mistakes > 0)
		fprintf(stderr, "tangi check: %u %s in %s\n", mistakes,
			mistakes == 1 ? "mistake" : "mistakes", check.config);
	return mistakes > 0;
}
