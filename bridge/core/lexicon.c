#include "core/lexicon.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/rules_private.h"
#include "core/table.h"

#define TERMS_MAX   16000
#define PHRASE_SIZE 120

enum { TERM, VARIANTS, ROLE, CATEGORY, SEVERITY, AGENCIES, CERTAINTY };

static const char *const columns[] = {
	"term", "variants", "role", "category_id", "severity", "agencies", "certainty", NULL,
};

enum need { FORBIDDEN, OPTIONAL, REQUIRED };

static const struct {
	const char *name;
	enum need category, severity, agencies;
	int weight_pct; /* of a role that has no severity of its own */
} roles[TERM_ROLES] = {
	[ROLE_INCIDENT] = {"incident", REQUIRED, REQUIRED, FORBIDDEN, 0},
	[ROLE_WEAPON] = {"weapon", REQUIRED, REQUIRED, FORBIDDEN, 0},
	[ROLE_PRANK] = {"prank", REQUIRED, REQUIRED, FORBIDDEN, 0},
	[ROLE_OUTSIDE] = {"outside", REQUIRED, REQUIRED, FORBIDDEN, 0},
	[ROLE_FALSE_FRIEND] = {"false_friend", OPTIONAL, OPTIONAL, FORBIDDEN, 0},
	[ROLE_SEVERITY_UP] = {"severity_up", OPTIONAL, OPTIONAL, FORBIDDEN, 40},
	[ROLE_SEVERITY_DOWN] = {"severity_down", REQUIRED, OPTIONAL, FORBIDDEN, -40},
	[ROLE_LIFE] = {"life", REQUIRED, REQUIRED, REQUIRED, 0},
	[ROLE_NOW] = {"now", FORBIDDEN, FORBIDDEN, FORBIDDEN, 20},
	[ROLE_NEGATION] = {"negation", FORBIDDEN, FORBIDDEN, FORBIDDEN, -100},
	[ROLE_FEARED] = {"feared", FORBIDDEN, FORBIDDEN, FORBIDDEN, -80},
	[ROLE_SUPPOSED] = {"supposed", FORBIDDEN, FORBIDDEN, FORBIDDEN, -80},
	[ROLE_RECURRING] = {"recurring", FORBIDDEN, FORBIDDEN, FORBIDDEN, -60},
	[ROLE_PAST] = {"past", FORBIDDEN, FORBIDDEN, FORBIDDEN, -60},
	[ROLE_FUTURE] = {"future", FORBIDDEN, FORBIDDEN, FORBIDDEN, -60},
	[ROLE_DRILL] = {"drill", REQUIRED, FORBIDDEN, FORBIDDEN, -100},
	[ROLE_TOLD] = {"told", OPTIONAL, FORBIDDEN, FORBIDDEN, -100},
	[ROLE_ASKED] = {"asked", REQUIRED, FORBIDDEN, FORBIDDEN, 80},
	[ROLE_OVER] = {"over", OPTIONAL, FORBIDDEN, FORBIDDEN, -60},
	[ROLE_PLEA] = {"plea", FORBIDDEN, FORBIDDEN, FORBIDDEN, 30},
	[ROLE_AGENCY] = {"agency", FORBIDDEN, FORBIDDEN, REQUIRED, 30},
	[ROLE_NEUTRAL] = {"neutral", FORBIDDEN, FORBIDDEN, FORBIDDEN, 0},
};

/* The more certain words mean something grave, the heavier: index is the severity. */
static const int severity_weight_pct[] = {0, 170, 140, 110, 90, 80};

static const struct {
	const char *name;
	int pct;
} certainties[] = {
	{"firm", 100},
	{"probable", 80},
	{"weak", 35}, /* alone it is not enough: below the threshold of confidence */
};

struct loader {
	struct lexicon *lexicon;
	const struct rules *rules;
	struct table table;
	struct words words; /* of the spelling at hand */
	struct err *err;
};

static int check_need(struct loader *l, unsigned column, enum need need, const char *role)
{
	bool is_empty = l->table.cell[column][0] == '\0';

	if (need == REQUIRED && is_empty)
		return table_error(&l->table, column, l->err, "a term of role %s needs one",
				   role);
	if (need == FORBIDDEN && !is_empty)
		return table_error(&l->table, column, l->err,
				   "means nothing for role %s; leave it empty", role);
	return 0;
}

static int read_role(struct loader *l, struct term *term)
{
	const char *name = l->table.cell[ROLE];
	int i = 0;

	while (i < TERM_ROLES && strcmp(roles[i].name, name) != 0)
		i++;
	if (i == TERM_ROLES)
		return table_error(&l->table, ROLE, l->err,
				   "no role \"%.30s\"; see the reference", name);
	term->role = (enum term_role)i;
	if (check_need(l, CATEGORY, roles[i].category, name) < 0 ||
	    check_need(l, SEVERITY, roles[i].severity, name) < 0)
		return -1;
	return check_need(l, AGENCIES, roles[i].agencies, name);
}

static int read_severity(struct loader *l, struct term *term)
{
	const char *cell = l->table.cell[SEVERITY];

	if (cell[0] == '\0')
		return 0;
	if (cell[0] != 'P' || cell[1] < '1' || cell[1] > '5' || cell[2] != '\0')
		return table_error(&l->table, SEVERITY, l->err,
				   "\"%.20s\" is not one of P1 … P5", cell);
	term->severity = cell[1] - '0';
	return 0;
}

static int read_category(struct loader *l, struct term *term)
{
	const char *id = l->table.cell[CATEGORY];

	term->category = -1;
	if (id[0] == '\0')
		return 0;
	term->category = rules_category_index(l->rules, id);
	if (term->category < 0)
		return table_error(&l->table, CATEGORY, l->err,
				   "no category \"%.40s\" in taxonomy.tsv", id);
	return 0;
}

/* Every id must be known: agency_set_parse leaves out what it does not know. */
static int read_agencies(struct loader *l, struct term *term)
{
	const struct agencies *agencies = &l->rules->agencies;
	const char *cell = l->table.cell[AGENCIES], *end;

	for (const char *id = cell; *id != '\0'; id = *end == ',' ? end + 1 : end) {
		end = strchrnul(id, ',');
		if (agency_find(agencies, id, (size_t)(end - id)) < 0)
			return table_error(&l->table, AGENCIES, l->err,
					   "no agency \"%.*s\" in agencies.tsv",
					   (int)(end - id < 40 ? end - id : 40), id);
	}
	term->agencies = agency_set_parse(agencies, cell, strlen(cell));
	return 0;
}

static int read_weight(struct loader *l, struct term *term)
{
	const char *cell = l->table.cell[CERTAINTY];
	size_t i = 0, n = sizeof(certainties) / sizeof(certainties[0]);
	int base = roles[term->role].weight_pct;

	while (i < n && strcmp(certainties[i].name, cell) != 0)
		i++;
	if (i == n)
		return table_error(&l->table, CERTAINTY, l->err,
				   "\"%.20s\" is not one of firm, probable, weak", cell);
	if (base == 0)
		base = severity_weight_pct[term->severity];
	term->weight_pct = base * certainties[i].pct / 100;
	return 0;
}

static int read_term(struct loader *l, struct term *term)
{
	if (read_role(l, term) < 0 || read_severity(l, term) < 0 ||
	    read_category(l, term) < 0 || read_agencies(l, term) < 0)
		return -1;
	return read_weight(l, term);
}

/* The number of the phrase; 0 with an error when it is not one. */
static unsigned add_phrase(struct loader *l, unsigned column, const char *text, size_t len)
{
	struct lexicon *lexicon = l->lexicon;
	unsigned phrase;

	normalise(&lexicon->spelling, text, len, &l->words);
	if (len >= PHRASE_SIZE || l->words.len < 4) { /* two letters between two spaces */
		(void)table_error(&l->table, column, l->err,
				  "\"%.*s\": a spelling has 2 letters to %d bytes",
				  (int)(len < 40 ? len : 40), text, PHRASE_SIZE);
		return PHRASE_NONE;
	}
	phrase = matcher_add(lexicon->matcher, &l->words);
	if (phrase == PHRASE_NONE)
		(void)table_error(&l->table, column, l->err, "too many terms");
	if (phrase > lexicon->phrase_count) {
		lexicon->phrase_count = phrase;
		lexicon->phrase =
			xrealloc(lexicon->phrase, (phrase + 1) * sizeof(*lexicon->phrase));
		lexicon->phrase[phrase] = (struct phrase){.term = TERM_NONE};
	}
	return phrase;
}

/* Two spellings of one row may become one; of two rows they contradict each other. */
static int add_spelling(struct loader *l, unsigned column, const char *text, size_t len)
{
	struct lexicon *lexicon = l->lexicon;
	unsigned phrase = add_phrase(l, column, text, len);
	uint16_t *term;

	if (phrase == PHRASE_NONE)
		return -1;
	term = &lexicon->phrase[phrase].term;
	if (*term != TERM_NONE && *term != lexicon->term_count)
		return table_error(&l->table, column, l->err,
				   "\"%.*s\" is a spelling of an earlier term too; keep one",
				   (int)(len < 60 ? len : 60), text);
	*term = (uint16_t)lexicon->term_count;
	return 0;
}

static int add_split(struct loader *l, unsigned column, const char *text, size_t len,
		     const char *dots)
{
	struct lexicon *lexicon = l->lexicon;
	unsigned first = add_phrase(l, column, text, (size_t)(dots - text));
	unsigned last;

	if (first == PHRASE_NONE)
		return -1;
	last = add_phrase(l, column, dots + 3, (size_t)(text + len - dots - 3));
	if (last == PHRASE_NONE)
		return -1;
	lexicon->split =
		xrealloc(lexicon->split, (lexicon->split_count + 1) * sizeof(*lexicon->split));
	lexicon->split[lexicon->split_count++] =
		(struct split){(uint16_t)first, (uint16_t)last, (uint16_t)lexicon->term_count};
	return 0;
}

static int add_variant(struct loader *l, unsigned column, const char *text, size_t len)
{
	const char *dots = memmem(text, len, "...", 3);

	if (dots != NULL)
		return add_split(l, column, text, len, dots);
	return add_spelling(l, column, text, len);
}

typedef int each_fn(struct loader *l, unsigned column, const char *text, size_t len);

static int for_each_variant(struct loader *l, each_fn *each)
{
	const char *end;

	for (const char *at = l->table.cell[VARIANTS]; *at != '\0';
	     at = *end == '|' ? end + 1 : end) {
		end = strchrnul(at, '|');
		if (each(l, VARIANTS, at, (size_t)(end - at)) < 0)
			return -1;
	}
	return 0;
}

static int know_words(struct loader *l, unsigned column, const char *text, size_t len)
{
	const struct words *words = &l->words;

	normalise(NULL, text, len, &l->words);
	for (unsigned i = 0; i < words->count; i++) {
		size_t at = words->word[i].at,
		       end = i + 1 < words->count ? words->word[i + 1].at : words->len;

		if (end - at > 2 &&
		    !spelling_know(&l->lexicon->spelling, words->text + at, end - at - 1))
			return table_error(&l->table, column, l->err, "too many words");
	}
	return 0;
}

/* Before the phrases: those are read with them. */
static int load_words(struct loader *l, char *text)
{
	int more;

	if (table_open(&l->table, l->table.name, text, columns, l->err) < 0)
		return -1;
	while ((more = table_next(&l->table, l->err)) > 0)
		if (know_words(l, TERM, l->table.cell[TERM], strlen(l->table.cell[TERM])) < 0 ||
		    for_each_variant(l, know_words) < 0)
			return -1;
	return more;
}

static int load_row(struct loader *l)
{
	struct lexicon *lexicon = l->lexicon;
	const char *term = l->table.cell[TERM];

	if (lexicon->term_count == TERMS_MAX)
		return table_error(&l->table, TERM, l->err, "more than %d terms", TERMS_MAX);
	lexicon->term =
		xrealloc(lexicon->term, (lexicon->term_count + 2) * sizeof(*lexicon->term));
	lexicon->term[++lexicon->term_count] = (struct term){0};
	if (read_term(l, &lexicon->term[lexicon->term_count]) < 0)
		return -1;
	if (add_variant(l, TERM, term, strlen(term)) < 0)
		return -1;
	return for_each_variant(l, add_variant);
}

static int load_terms(struct loader *l, char *text)
{
	int more;

	if (table_open(&l->table, l->table.name, text, columns, l->err) < 0)
		return -1;
	while ((more = table_next(&l->table, l->err)) > 0)
		if (load_row(l) < 0)
			return -1;
	return more;
}

static int compare_splits(const void *a, const void *b)
{
	const struct split *x = a, *y = b;

	return (int)x->last - (int)y->last;
}

static void index_splits(struct lexicon *lexicon)
{
	if (lexicon->split_count > 0)
		qsort(lexicon->split, lexicon->split_count, sizeof(*lexicon->split),
		      compare_splits);
	for (unsigned i = 0; i < lexicon->split_count; i++) {
		struct phrase *last = &lexicon->phrase[lexicon->split[i].last];

		if (last->split_count++ == 0)
			last->split_at = (uint16_t)i;
	}
}

int lexicon_load(struct lexicon *lexicon, const char *name, char *text,
		 const struct rules *rules, struct err *err)
{
	struct loader *l = xcalloc(1, sizeof(*l));
	char *copy = xstrdup(text);
	int rc;

	lexicon->term_count = lexicon->phrase_count = lexicon->split_count = 0;
	lexicon->phrase = NULL;
	lexicon->split = NULL;
	lexicon->matcher = matcher_new();
	lexicon->term = xcalloc(1, sizeof(struct term));
	lexicon->term[TERM_NONE].role = ROLE_NEUTRAL;
	*l = (struct loader){.lexicon = lexicon, .rules = rules, .err = err};
	l->table.name = name;
	rc = load_words(l, copy);
	if (rc == 0)
		rc = load_terms(l, text);
	if (rc == 0) {
		matcher_build(lexicon->matcher);
		index_splits(lexicon);
	}
	xfree(copy);
	xfree(l);
	return rc;
}

void lexicon_fini(struct lexicon *lexicon)
{
	matcher_free(&lexicon->matcher);
	xfree(lexicon->term);
	xfree(lexicon->phrase);
	xfree(lexicon->split);
	lexicon->term = NULL;
	lexicon->phrase = NULL;
	lexicon->split = NULL;
}
