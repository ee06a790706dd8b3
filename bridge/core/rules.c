#include "core/rules_private.h"
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/guards.h"
#include "core/hazards.h"
#include "core/rising.h"
#include "core/routing.h"
#include "core/table.h"
#include "core/week.h"

enum file {
	AGENCIES,
	OFFICES,
	TAXONOMY,
	SLANG,
	LEXICON,
	AREAS,
	PLACE_WORDS,
	GAZETTEER,
	PLACES,
	STATIONS,
	UNITS,
	HOSPITALS,
	NEIGHBOURS,
	PLANS,
	SENDING,
	DANGERS,
	RESTING,
	JUDGEMENT,
	CALLERS,
	HOURS,
	HOLIDAYS,
	ROUTING,
	ESCALATION,
	FILES
};

/* In the order of reading: each may name what stands in those before it. */
static const char *const file_names[FILES] = {
	[AGENCIES] = "agencies.tsv",
	[OFFICES] = "offices.tsv",
	[TAXONOMY] = "taxonomy.tsv",
	[LEXICON] = "lexicon.tsv",
	[AREAS] = "areas.geojson",
	[PLACE_WORDS] = "place-words.tsv",
	[GAZETTEER] = "gazetteer.tsv",
	[PLACES] = "places.json",
	[STATIONS] = "stations.tsv",
	[UNITS] = "units.tsv",
	[HOSPITALS] = "hospitals.tsv",
	[NEIGHBOURS] = "neighbours.tsv",
	[PLANS] = "rules/plans.tsv",
	[SENDING] = "rules/guards.tsv",
	[DANGERS] = "rules/hazards.tsv",
	[RESTING] = "rules/rest.tsv",
	[JUDGEMENT] = "rules/judgement.tsv",
	[CALLERS] = "rules/callers.tsv",
	[SLANG] = "rules/slang.tsv",
	[HOURS] = "rules/hours.tsv",
	[HOLIDAYS] = "holidays.tsv",
	[ROUTING] = "rules/routing.tsv",
	[ESCALATION] = "rules/escalation.tsv",
};

const char *const category_kind_names[CATEGORY_KINDS] = {
	[CATEGORY_EMERGENCY] = "emergency",
	[CATEGORY_URGENT] = "urgent",
	[CATEGORY_ROUTINE] = "routine",
	[CATEGORY_ADMIN] = "admin",
};

#define OFFICES_MAX  256
#define MISTAKES_MAX 100 /* beyond that it is another kind of file */
#define LEFT_OUT_MAX 1000

struct loader {
	struct rules *rules;
	struct err *err;
	struct table table;
	char *text[FILES];
	size_t len[FILES];
	/* Of each office the agency whose console answers for it; none: the leading agency
	 * phones it. */
	agency_set agency_of[OFFICES_MAX];
};

static int open_table(struct loader *l, enum file file, const char *const *columns)
{
	return table_open(&l->table, file_names[file], l->text[file], columns, l->err);
}

static bool is_id(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789_-")] == '\0';
}

static int load_agency(struct loader *l)
{
	struct agencies *a = &l->rules->agencies;
	unsigned i = a->count;

	if (i == AGENCY_MAX)
		return table_error(&l->table, 0, l->err, "more than %d agencies", AGENCY_MAX);
	if (table_text(&l->table, 0, a->agency[i].id, sizeof(a->agency[i].id), l->err) < 0 ||
	    table_text(&l->table, 1, a->agency[i].name_id, sizeof(a->agency[i].name_id),
		       l->err) < 0 ||
	    table_text(&l->table, 2, a->agency[i].name_en, sizeof(a->agency[i].name_en),
		       l->err) < 0)
		return -1;
	if (!is_id(a->agency[i].id))
		return table_error(&l->table, 0, l->err,
				   "an id has small letters, digits, _ and -");
	if (agency_find(a, a->agency[i].id, strlen(a->agency[i].id)) >= 0)
		return table_error(&l->table, 0, l->err, "\"%s\" is there twice",
				   a->agency[i].id);
	a->count++;
	return 0;
}

static int load_agencies(struct loader *l)
{
	static const char *const columns[] = {"id", "name_id", "name_en", NULL};
	int more;

	if (open_table(l, AGENCIES, columns) < 0)
		return -1;
	while ((more = table_next(&l->table, l->err)) > 0)
		if (load_agency(l) < 0)
			return -1;
	if (more == 0 && l->rules->agencies.count == 0)
		return err_set(l->err, ERR_INVALID, "agencies.tsv: needs at least one agency");
	return more;
}

/* "-" is none. */
static int read_agency(struct loader *l, unsigned column, agency_set *set_r)
{
	const char *cell = l->table.cell[column];
	int i = agency_find(&l->rules->agencies, cell, strlen(cell));

	*set_r = 0;
	if (strcmp(cell, "-") == 0)
		return 0;
	if (i < 0)
		return table_error(&l->table, column, l->err,
				   "no agency \"%.30s\" in agencies.tsv; - is none", cell);
	*set_r = (agency_set)1 << i;
	return 0;
}

enum { OFFICE_CODE, OFFICE_NAME, OFFICE_AGENCY, OFFICE_ONE_PER };

static int read_one_per(struct loader *l, struct route_office *office)
{
	static const char *const names[] = {"-", "kelurahan", "kecamatan"};

	for (int i = 0; i < 3; i++)
		if (strcmp(l->table.cell[OFFICE_ONE_PER], names[i]) == 0) {
			office->one_per = (enum route_one_per)i;
			return 0;
		}
	return table_error(&l->table, OFFICE_ONE_PER, l->err,
			   "is one of -, kelurahan, kecamatan");
}

static int load_office(struct loader *l)
{
	struct routes *routes = l->rules->routes;
	struct route_office office = {0};

	if (routes->office_count == OFFICES_MAX)
		return table_error(&l->table, 0, l->err, "more than %d offices", OFFICES_MAX);
	if (table_text(&l->table, OFFICE_CODE, office.id, sizeof(office.id), l->err) < 0 ||
	    table_text(&l->table, OFFICE_NAME, office.name, sizeof(office.name), l->err) < 0 ||
	    read_agency(l, OFFICE_AGENCY, &l->agency_of[routes->office_count]) < 0 ||
	    read_one_per(l, &office) < 0)
		return -1;
	if (routes_find_office(routes, office.id, strlen(office.id)) >= 0)
		return table_error(&l->table, 0, l->err, "\"%s\" is there twice", office.id);
	routes->office = xrealloc(routes->office, (routes->office_count + 1) * sizeof(office));
	routes->office[routes->office_count++] = office;
	return 0;
}

static int load_offices(struct loader *l)
{
	static const char *const columns[] = {"code", "name_id", "agency", "one_per", NULL};
	int more;

	if (open_table(l, OFFICES, columns) < 0)
		return -1;
	while ((more = table_next(&l->table, l->err)) > 0)
		if (load_office(l) < 0)
			return -1;
	return more;
}

enum {
	ID,
	NAME_ID,
	NAME_EN,
	KIND,
	LEAD,
	SUPPORT,
	PRIORITY,
	YIELDS,
	CONFIDENTIALITY,
	TARGET,
	GROUP,
	AFTER
};

/* The first that the cell names. */
static int read_office(struct loader *l, unsigned column, int *office_r)
{
	const char *cell = l->table.cell[column];

	*office_r = routes_find_office(l->rules->routes, cell, strcspn(cell, ","));
	if (*office_r < 0)
		return table_error(&l->table, column, l->err,
				   "no office \"%.30s\" in offices.tsv", cell);
	return 0;
}

static int add_route_category(struct loader *l, const struct category *category)
{
	struct routes *routes = l->rules->routes;
	struct route_category *c = &routes->category[routes->category_count];

	if (table_text(&l->table, GROUP, c->group, sizeof(c->group), l->err) < 0 ||
	    read_office(l, LEAD, &c->lead) < 0 || read_office(l, AFTER, &c->after) < 0)
		return -1;
	memcpy(c->id, category->id, sizeof(c->id));
	c->leaders = category->lead;
	c->target_min = category->target_min;
	routes->category_count++;
	return 0;
}

static int read_offices(struct loader *l, unsigned column, agency_set *set_r)
{
	const char *end;

	*set_r = 0;
	for (const char *at = l->table.cell[column]; *at != '\0';
	     at = *end == ',' ? end + 1 : end) {
		int office;

		end = strchrnul(at, ',');
		office = routes_find_office(l->rules->routes, at, (size_t)(end - at));
		if (office < 0)
			return table_error(&l->table, column, l->err,
					   "no office \"%.*s\" in offices.tsv",
					   (int)(end - at < 30 ? end - at : 30), at);
		*set_r |= l->agency_of[office];
	}
	return 0;
}

static int read_kind(struct loader *l, struct category *category)
{
	int i = 0;

	while (i < CATEGORY_KINDS && strcmp(category_kind_names[i], l->table.cell[KIND]) != 0)
		i++;
	if (i == CATEGORY_KINDS)
		return table_error(&l->table, KIND, l->err,
				   "is one of emergency, urgent, routine, admin");
	category->kind = (enum category_kind)i;
	return 0;
}

static int read_priority(struct loader *l, struct category *category)
{
	const char *cell = l->table.cell[PRIORITY];

	if (cell[0] != 'P' || cell[1] < '1' || cell[1] > '5' || cell[2] != '\0')
		return table_error(&l->table, PRIORITY, l->err, "is one of P1 … P5");
	category->severity = cell[1] - '0';
	return 0;
}

static int read_yields(struct loader *l, struct category *category)
{
	const char *cell = l->table.cell[YIELDS];

	category->yields = strcmp(cell, "yes") == 0;
	if (!category->yields && strcmp(cell, "no") != 0)
		return table_error(&l->table, YIELDS, l->err, "is yes or no");
	return 0;
}

static int read_target(struct loader *l, struct category *category)
{
	double minutes = 0;

	if (l->table.cell[TARGET][0] != '\0' &&
	    table_number(&l->table, TARGET, 1, 10000, &minutes, l->err) < 0)
		return -1;
	category->target_min = (int)minutes;
	return 0;
}

static int read_category(struct loader *l, struct category *c)
{
	if (table_text(&l->table, ID, c->id, sizeof(c->id), l->err) < 0 ||
	    table_text(&l->table, NAME_ID, c->name_id, sizeof(c->name_id), l->err) < 0 ||
	    table_text(&l->table, NAME_EN, c->name_en, sizeof(c->name_en), l->err) < 0 ||
	    table_text(&l->table, GROUP, c->group, sizeof(c->group), l->err) < 0 ||
	    read_kind(l, c) < 0 || read_priority(l, c) < 0 || read_yields(l, c) < 0 ||
	    read_target(l, c) < 0 || read_offices(l, LEAD, &c->lead) < 0 ||
	    read_offices(l, SUPPORT, &c->agencies) < 0)
		return -1;
	if (c->lead == 0)
		return table_error(&l->table, LEAD, l->err,
				   "no console answers for it: give the office an agency");
	c->agencies |= c->lead;
	snprintf(c->lead_office, sizeof(c->lead_office), "%s", l->table.cell[LEAD]);
	c->is_confidential = strcmp(l->table.cell[CONFIDENTIALITY], "no") != 0;
	return 0;
}

static int load_category(struct loader *l)
{
	struct rules *rules = l->rules;
	struct category *category = &rules->category[rules->category_count];

	if (rules->category_count == CATEGORIES_MAX)
		return table_error(&l->table, ID, l->err, "more than %d categories",
				   CATEGORIES_MAX);
	if (read_category(l, category) < 0)
		return -1;
	if (rules_has_category(rules, category->id))
		return table_error(&l->table, ID, l->err, "\"%s\" is there twice",
				   category->id);
	if (add_route_category(l, category) < 0)
		return -1;
	rules->category_count++;
	return 0;
}

static int load_taxonomy(struct loader *l)
{
	static const char *const columns[] = {
		"id",
		"name_id",
		"name_en",
		"kind",
		"lead_agency",
		"support_agencies",
		"default_priority",
		"yields",
		"confidentiality",
		"target_response_min",
		"group",
		"responsible_opd_after",
		NULL,
	};
	int more;

	if (open_table(l, TAXONOMY, columns) < 0)
		return -1;
	while ((more = table_next(&l->table, l->err)) > 0)
		if (load_category(l) < 0)
			return -1;
	l->rules->unknown = rules_category_index(l->rules, "unknown");
	if (more == 0 && l->rules->unknown < 0)
		return err_field(l->err, "id",
				 "taxonomy.tsv: needs a category \"unknown\" for what "
				 "nobody understands");
	return more;
}

static int load_areas(struct loader *l)
{
	json_error_t je;
	json_t *doc = json_loadb(l->text[AREAS], l->len[AREAS], JSON_REJECT_DUPLICATES, &je);
	int rc;

	if (doc == NULL)
		return err_set(l->err, ERR_INVALID, "%s:%d: %s", file_names[AREAS], je.line,
			       je.text);
	rc = areas_parse(&l->rules->areas, doc, file_names[AREAS], l->err);
	json_decref(doc);
	return rc;
}

static int load_fleet(struct loader *l)
{
	struct rules *rules = l->rules;

	if (fleet_load_stations(&rules->fleet, file_names[STATIONS], l->text[STATIONS],
				&rules->agencies, l->err) < 0 ||
	    fleet_load_units(&rules->fleet, file_names[UNITS], l->text[UNITS], &rules->agencies,
			     l->err) < 0)
		return -1;
	if (hospitals_load(rules, file_names[HOSPITALS], l->text[HOSPITALS], l->err) < 0 ||
	    neighbours_load(&rules->neighbours, file_names[NEIGHBOURS], l->text[NEIGHBOURS],
			    &rules->agencies, l->err) < 0)
		return -1;
	if (plans_load(rules, file_names[PLANS], l->text[PLANS], l->err) < 0)
		return -1;
	if (rest_load(&rules->rest, file_names[RESTING], l->text[RESTING], l->err) < 0)
		return -1;
	return guards_load(&rules->guards, file_names[SENDING], l->text[SENDING], l->err);
}

static int hash_files(struct loader *l)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char digest[EVP_MAX_MD_SIZE];
	bool is_fine = ctx != NULL && EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) == 1;

	for (int i = 0; is_fine && i < FILES; i++) /* with the NUL: files do not run together */
		is_fine = EVP_DigestUpdate(ctx, l->text[i], l->len[i] + 1) == 1;
	is_fine = is_fine && EVP_DigestFinal_ex(ctx, digest, NULL) == 1;
	EVP_MD_CTX_free(ctx);
	if (!is_fine)
		return err_set(l->err, ERR_IO, "rules: SHA-256 is not to be had");
	for (int i = 0; i < (RULES_VERSION_SIZE - 1) / 2; i++)
		snprintf(l->rules->version + 2 * i, 3, "%02x", digest[i]);
	return 0;
}

static int load_routing(struct loader *l)
{
	struct week *week = xcalloc(1, sizeof(*week));
	int rc = week_load(week, file_names[HOURS], l->text[HOURS], l->err);

	if (rc == 0)
		rc = holidays_load(l->rules->routes, file_names[HOLIDAYS], l->text[HOLIDAYS],
				   l->err);
	if (rc == 0)
		rc = routing_load(l->rules, week, file_names[ROUTING], l->text[ROUTING],
				  l->err);
	if (rc == 0)
		rc = rising_load(l->rules, week, file_names[ESCALATION], l->text[ESCALATION],
				 l->err);
	xfree(week);
	return rc;
}

/* The texts are cut into cells on the way. */
static int load(struct loader *l)
{
	struct rules *rules = l->rules;

	if (hash_files(l) < 0 || load_agencies(l) < 0 || load_offices(l) < 0 ||
	    load_taxonomy(l) < 0)
		return -1;
	if (hazards_load(rules, file_names[DANGERS], l->text[DANGERS], l->err) < 0)
		return -1;
	if (spelling_load(&rules->lexicon.spelling, file_names[SLANG], l->text[SLANG], l->err) <
	    0)
		return -1;
	if (lexicon_load(&rules->lexicon, file_names[LEXICON], l->text[LEXICON], rules,
			 l->err) < 0 ||
	    load_areas(l) < 0)
		return -1;
	if (place_words_load(&rules->place_words, file_names[PLACE_WORDS], l->text[PLACE_WORDS],
			     l->err) < 0 ||
	    gazetteer_load(&rules->gazetteer, file_names[GAZETTEER], l->text[GAZETTEER],
			   &rules->place_words, &rules->areas, l->err) < 0 ||
	    place_policy_load(&rules->place_policy, file_names[PLACES], l->text[PLACES],
			      l->len[PLACES], &rules->agencies, &rules->areas, l->err) < 0)
		return -1;
	if (policy_load(&rules->policy, file_names[JUDGEMENT], l->text[JUDGEMENT], l->err) <
		    0 ||
	    callers_load(&rules->callers, file_names[CALLERS], l->text[CALLERS], l->err) < 0 ||
	    load_fleet(l) < 0)
		return -1;
	return load_routing(l);
}

struct texts {
	char *text[FILES];
	size_t len[FILES];
};

static void free_texts(struct texts *texts)
{
	for (int i = 0; i < FILES; i++)
		xfree(texts->text[i]);
}

static int read_texts(struct texts *texts, const char *dir, struct err *err)
{
	*texts = (struct texts){0};
	for (int i = 0; i < FILES; i++)
		if (file_read(dir, file_names[i], &texts->text[i], &texts->len[i], err) < 0) {
			free_texts(texts);
			return -1;
		}
	return 0;
}

/* Of copies: a text that was cut cannot be read again. */
static int load_texts(struct rules **rules_r, const struct texts *texts, struct err *err)
{
	struct loader *l = xcalloc(1, sizeof(*l));
	struct rules *rules = xcalloc(1, sizeof(*rules));
	int rc;

	l->rules = rules;
	l->err = err;
	rules->routes = routes_new();
	rules->escalation = escalation_policy_new(rules->routes);
	for (int i = 0; i < FILES; i++) {
		l->text[i] = xstrndup(texts->text[i], texts->len[i]);
		l->len[i] = texts->len[i];
	}
	rc = load(l);
	for (int i = 0; i < FILES; i++)
		xfree(l->text[i]);
	xfree(l);
	if (rc < 0)
		rules_free(&rules);
	else
		*rules_r = rules;
	return rc;
}

int rules_load(struct rules **rules_r, const char *dir, struct err *err)
{
	struct texts texts;
	int rc;

	if (read_texts(&texts, dir, err) < 0)
		return -1;
	rc = load_texts(rules_r, &texts, err);
	free_texts(&texts);
	if (rc < 0)
		return file_error(dir, err);
	rules_load_model(*rules_r, dir);
	return 0;
}

/* The file that "lexicon.tsv:12: …" is about; FILES: none. */
static int file_of(const struct err *mistake)
{
	int i = 0;

	while (i < FILES &&
	       (strncmp(mistake->text, file_names[i], strlen(file_names[i])) != 0 ||
		mistake->text[strlen(file_names[i])] != ':'))
		i++;
	return i;
}

/* Where it points; NULL: not at a line of a table below its header. */
static char *line_of(const struct texts *texts, const struct err *mistake, int file)
{
	unsigned long line;
	char *at;

	if (file == FILES || file == AREAS || file == PLACES)
		return NULL;
	at = texts->text[file];
	line = strtoul(mistake->text + strlen(file_names[file]) + 1, NULL, 10);
	for (unsigned long n = 1; n < line && at != NULL; n++) {
		at = strchr(at, '\n');
		at = at != NULL ? at + 1 : NULL;
	}
	return line > 1 ? at : NULL;
}

/* It misses what may stand in a line that was left out: 'no agency "fire" in agencies.tsv'. */
static bool follows(const struct err *mistake, unsigned faulty)
{
	for (int i = 0; i < FILES; i++) {
		char missed[32];

		snprintf(missed, sizeof(missed), " in %s", file_names[i]);
		if ((faulty & 1u << i) != 0 && strstr(mistake->text, missed) != NULL)
			return true;
	}
	return false;
}

/* An empty line is passed over, and the numbers of the others stay. */
static void leave_out(struct texts *texts, char *line)
{
	for (int i = 0; i < FILES; i++) {
		char *text = texts->text[i], *end = strchrnul(line, '\n');

		if (line < text || line >= text + texts->len[i])
			continue;
		memmove(line, end, texts->len[i] - (size_t)(end - text) + 1);
		texts->len[i] -= (size_t)(end - line);
		return;
	}
}

/* Tells them, apart from those that follow from others; how many were told. */
static unsigned judge_texts(struct rules **rules_r, struct texts *texts, const char *dir,
			    rules_mistake_fn *tell, void *ctx)
{
	unsigned told = 0, faulty = 0;
	struct err err;
	char *line;

	for (unsigned n = 0; n < LEFT_OUT_MAX && told < MISTAKES_MAX; n++) {
		int file;

		if (load_texts(rules_r, texts, &err) == 0)
			break;
		file = file_of(&err);
		line = line_of(texts, &err, file);
		if (!follows(&err, faulty)) {
			(void)file_error(dir, &err);
			tell(ctx, &err);
			told++;
		}
		if (line == NULL)
			break;
		faulty |= 1u << file;
		leave_out(texts, line);
	}
	return told;
}

unsigned rules_judge(struct rules **rules_r, const char *dir, rules_mistake_fn *tell, void *ctx)
{
	struct rules *rules = NULL;
	struct texts texts;
	unsigned mistakes;
	struct err err;

	if (read_texts(&texts, dir, &err) < 0) {
		tell(ctx, &err);
		return 1;
	}
	mistakes = judge_texts(&rules, &texts, dir, tell, ctx);
	free_texts(&texts);
	if (mistakes == 0) {
		*rules_r = rules;
		rules_load_model(rules, dir);
	} else {
		rules_free(&rules);
	}
	return mistakes;
}

void rules_free(struct rules **rules)
{
	struct rules *r = *rules;

	*rules = NULL;
	if (r == NULL)
		return;
	lexicon_fini(&r->lexicon);
	place_words_fini(&r->place_words);
	gazetteer_fini(&r->gazetteer);
	areas_fini(&r->areas);
	escalation_policy_unref(&r->escalation);
	routes_unref(&r->routes);
	fleet_fini(&r->fleet);
	model_free(&r->model);
	xfree(r);
}

const struct agencies *rules_agencies(const struct rules *rules)
{
	return &rules->agencies;
}

const char *rules_version(const struct rules *rules)
{
	return rules->version;
}

const struct caller_policy *rules_callers(const struct rules *rules)
{
	return &rules->callers;
}

int rules_category_index(const struct rules *rules, const char *id)
{
	for (unsigned i = 0; i < rules->category_count; i++)
		if (strcmp(rules->category[i].id, id) == 0)
			return (int)i;
	return -1;
}

const struct category *rules_category(const struct rules *rules, const char *id)
{
	int i = rules_category_index(rules, id);

	return i < 0 ? NULL : &rules->category[i];
}

bool rules_has_category(const struct rules *rules, const char *id)
{
	return rules_category_index(rules, id) >= 0;
}

int priority_of_severity(int severity)
{
	return severity < 4 ? severity : 4;
}

unsigned rules_category_count(const struct rules *rules)
{
	return rules->category_count;
}

const struct category *rules_category_at(const struct rules *rules, unsigned i)
{
	return &rules->category[i];
}

static void write_whose(const void *ctx, const struct area *area, struct jsonw *w)
{
	const struct rules *rules = ctx;

	agency_set_write(&rules->agencies,
			 place_agencies(&rules->place_policy, &rules->agencies, &rules->areas,
					area->code),
			 w, "agencies");
}

void rules_write_areas(const struct rules *rules, struct jsonw *w)
{
	areas_write(&rules->areas, write_whose, rules, w);
}

const struct fleet *rules_fleet(const struct rules *rules)
{
	return &rules->fleet;
}

const struct hospitals *rules_hospitals(const struct rules *rules)
{
	return &rules->hospitals;
}

const struct neighbours *rules_neighbours(const struct rules *rules)
{
	return &rules->neighbours;
}

const struct plans *rules_plans(const struct rules *rules)
{
	return &rules->plans;
}

const struct guards *rules_guards(const struct rules *rules)
{
	return &rules->guards;
}

unsigned rules_unit_count(const struct rules *rules)
{
	return rules->fleet.unit_count;
}

const struct unit *rules_unit(const struct rules *rules, unsigned i)
{
	return &rules->fleet.unit[i];
}

const struct unit *rules_find_unit(const struct rules *rules, const char *id)
{
	return fleet_find(&rules->fleet, id);
}
