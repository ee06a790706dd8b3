/* Any bytes as a text, and any bytes as a table: a verdict is always whole, an answer always
 * sound JSON, a table read or refused with its line. The first byte chooses. */
#include "fuzz_city.h"

#include "base/xalloc.h"
#include "core/areas.h"
#include "core/classify.h"
#include "core/lexicon.h"
#include "core/routing.h"
#include "core/rules_private.h"
#include "core/week.h"

static void check_verdict(const struct rules *rules, const struct verdict *v)
{
	struct jsonw w;
	json_t *object;

	FUZZ_CHECK(v->disposition < DISPOSITIONS);
	FUZZ_CHECK(v->priority >= 1 && v->priority <= 4);
	FUZZ_CHECK(v->confidence_pct >= 0 && v->confidence_pct <= 100);
	FUZZ_CHECK(rules_has_category(rules, v->category) && v->agencies != 0);
	FUZZ_CHECK(v->term_count <= VERDICT_TERMS_MAX);
	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	verdict_write(v, rules_agencies(rules), &w);
	jsonw_close(&w, '}');
	object = json_loadb(w.text, w.len, JSON_REJECT_DUPLICATES, NULL);
	FUZZ_CHECK(object != NULL);
	json_decref(object);
	jsonw_fini(&w);
}

static void try_text(const struct rules *rules, const char *text, size_t len)
{
	struct location at = {.from = LOCATION_NONE, .accuracy_m = -1};
	struct verdict verdict;

	classify(rules, text, len, &verdict);
	check_verdict(rules, &verdict);
	locate(rules, &at, text, len, &at);
	FUZZ_CHECK(at.from == LOCATION_TEXT || (!at.has_point && at.area[0] == '\0'));
}

/* The city with this lexicon in the place of its own. */
static void try_lexicon(struct rules *rules, char *text)
{
	struct lexicon own = rules->lexicon;
	struct err err = {0};

	if (lexicon_load(&rules->lexicon, "lexicon.tsv", text, rules, &err) == 0)
		try_text(rules, "kebakaran rumah dekat api a b c", 31);
	else
		FUZZ_CHECK(err.kind != ERR_NONE && strstr(err.text, "lexicon.tsv") != NULL);
	lexicon_fini(&rules->lexicon);
	rules->lexicon = own;
}

static void try_slang(char *text)
{
	struct spelling *spelling = calloc(1, sizeof(*spelling));
	static const char said[] = "t0l0ng rmhku 4pi a2 bb 000 xxx";
	struct err err = {0};
	struct words *words = malloc(sizeof(*words));

	if (spelling_load(spelling, "slang.tsv", text, &err) < 0)
		FUZZ_CHECK(err.kind != ERR_NONE && strstr(err.text, "slang.tsv") != NULL);
	normalise(spelling, said, sizeof(said) - 1, words);
	FUZZ_CHECK(words->count == 7 && words->len < WORDS_TEXT_SIZE);
	free(words);
	free(spelling);
}

static void try_judgement(char *text)
{
	struct policy policy;
	struct err err = {0};

	if (policy_load(&policy, "judgement.tsv", text, &err) < 0)
		FUZZ_CHECK(err.kind != ERR_NONE && strstr(err.text, "judgement.tsv") != NULL);
	else
		for (uint32_t signs = 0; signs < 1u << SIGNS; signs = signs * 2 + 1)
			FUZZ_CHECK(policy_find(&policy, signs) < policy.row + policy.count);
}

/* The rows are asked with whatever they were made of. */
static void try_routing(struct rules *rules, char *text)
{
	static const struct location nowhere = {.accuracy_m = -1};
	struct verdict verdict = {.disposition = DISPOSITION_ROUTINE, .category = "garbage"};
	struct routes *own = rules->routes, *routes = routes_new();
	struct week week = {0};
	struct err err = {0};

	routes->office = xmalloc(own->office_count * sizeof(*own->office));
	memcpy(routes->office, own->office, own->office_count * sizeof(*own->office));
	routes->office_count = own->office_count;
	memcpy(routes->category, own->category, sizeof(own->category));
	routes->category_count = own->category_count;
	rules->routes = routes;
	if (routing_load(rules, &week, "routing.tsv", text, &err) == 0)
		route(rules, &nowhere, 0, &verdict);
	else
		FUZZ_CHECK(err.kind != ERR_NONE && strstr(err.text, "routing.tsv") != NULL);
	rules->routes = own;
	routes_unref(&routes);
}

static void try_hours(char *text)
{
	struct week week;
	struct err err = {0};

	if (week_load(&week, "hours.tsv", text, &err) < 0)
		FUZZ_CHECK(err.kind != ERR_NONE && strstr(err.text, "hours.tsv") != NULL);
}

static void try_areas(const char *text, size_t len)
{
	json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, NULL);
	struct areas areas;
	struct err err;

	if (doc != NULL && areas_parse(&areas, doc, "areas.geojson", &err) == 0) {
		(void)areas_at(&areas, -67320000, 1085520000);
		areas_fini(&areas);
	}
	json_decref(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text;

	if (size == 0)
		return 0;
	text = calloc(size, 1);
	memcpy(text, data + 1, size - 1);
	if (data[0] == 'L')
		try_lexicon(fuzz_city(), text);
	else if (data[0] == 'J')
		try_judgement(text);
	else if (data[0] == 'S')
		try_slang(text);
	else if (data[0] == 'R')
		try_routing(fuzz_city(), text);
	else if (data[0] == 'H')
		try_hours(text);
	else if (data[0] == 'A')
		try_areas(text, size - 1);
	else
		try_text(fuzz_city(), text, size - 1);
	free(text);
	return 0;
}
