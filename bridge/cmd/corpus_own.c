/* Texts written for this purpose, and what a reader said of complaints. */
#include "cmd/corpus_private.h"

#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/table.h"

#define OWN_VARIANTS 8 /* of a text with choices */

enum { OWN_TEXT, OWN_CLASS, OWN_SEVERITY, OWN_AGENCIES };

/* "{rumah|warung} terbakar": which of the choices is taken depends on the text and on n alone.
 */
static void write_variant(const char *pattern, unsigned n, char *text_r, size_t size)
{
	uint32_t seed = corpus_hash(pattern) + n * 2654435761u;
	size_t len = 0;

	while (*pattern != '\0' && len + 1 < size) {
		const char *end = *pattern == '{' ? strchr(pattern, '}') : NULL;
		unsigned choices = 1, choice;

		if (end == NULL) {
			text_r[len++] = *pattern++;
			continue;
		}
		for (const char *s = pattern; s < end; s++)
			choices += *s == '|';
		seed = seed * 1664525u + 1013904223u;
		choice = (seed >> 16) % choices;
		for (pattern++; choice > 0; pattern++)
			choice -= *pattern == '|';
		while (*pattern != '|' && *pattern != '}' && len + 1 < size)
			text_r[len++] = *pattern++;
		pattern = end + 1;
	}
	text_r[len] = '\0';
}

static void fill_own(struct corpus_row *row, const struct table *table, int severity)
{
	const char *kind = table->cell[OWN_CLASS];

	row->severity = severity;
	row->emergency = strcmp(kind, "emergency") == 0;
	row->noise = strcmp(kind, "noise") == 0;
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] =
			strstr(table->cell[OWN_AGENCIES], corpus_agency_names[i]) != NULL;
}

static int take_own_row(struct loader *l, const struct table *table)
{
	const char *kind = table->cell[OWN_CLASS], *pattern = table->cell[OWN_TEXT];
	unsigned variants = strchr(pattern, '{') != NULL ? OWN_VARIANTS : 1;
	double severity;
	char text[1024];

	if (table_number(table, OWN_SEVERITY, 1, 4, &severity, l->err) < 0)
		return -1;
	if (strcmp(kind, "emergency") != 0 && strcmp(kind, "routine") != 0 &&
	    strcmp(kind, "noise") != 0)
		return table_error(table, OWN_CLASS, l->err,
				   "is one of emergency, routine, noise");
	for (unsigned n = 0; n < variants; n++) {
		write_variant(pattern, n, text, sizeof(text));
		fill_own(corpus_add_row(l, "own", text, CORPUS_OWN, WEIGHT_OWN), table,
			 (int)severity);
	}
	return 0;
}

int corpus_take_own(struct loader *l)
{
	static const char *const columns[] = {"text", "class", "severity", "agencies", NULL};
	struct table table;
	char *text;
	size_t len;
	int more;

	if (file_read(l->from->config, "model/texts.tsv", &text, &len, l->err) < 0)
		return -1;
	more = table_open(&table, "model/texts.tsv", text, columns, l->err);
	while (more >= 0 && (more = table_next(&table, l->err)) > 0)
		more = take_own_row(l, &table) < 0 ? -1 : 1;
	xfree(text);
	return more;
}

enum { JUDGED_ID, JUDGED_CLASS, JUDGED_SEVERITY, JUDGED_AGENCIES };

static void judge_row(struct corpus_row *row, const struct table *table)
{
	row->is_judged = true;
	row->weight = WEIGHT_JUDGED;
	row->emergency = strcmp(table->cell[JUDGED_CLASS], "emergency") == 0;
	row->noise = strcmp(table->cell[JUDGED_CLASS], "noise") == 0;
	if (table->cell[JUDGED_SEVERITY][0] == '\0')
		return;
	row->severity = table->cell[JUDGED_SEVERITY][0] - '0';
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] =
			strstr(table->cell[JUDGED_AGENCIES], corpus_agency_names[i]) != NULL;
}

static void judge_rows(struct corpus *c, const struct table *table)
{
	for (unsigned i = 0; i < c->count; i++)
		if (c->row[i].source == CORPUS_COMPLAINT &&
		    strcmp(c->row[i].id, table->cell[JUDGED_ID]) == 0)
			judge_row(&c->row[i], table);
}

/* What a reader said of complaints, by their number: their texts stay where they are. */
int corpus_take_judged(struct loader *l)
{
	static const char *const columns[] = {"id", "class", "severity", "agencies", NULL};
	struct table table;
	char *text;
	size_t len;
	int more;

	if (file_read(l->from->config, "model/judged.tsv", &text, &len, l->err) < 0)
		return -1;
	more = table_open(&table, "model/judged.tsv", text, columns, l->err);
	while (more >= 0 && (more = table_next(&table, l->err)) > 0)
		judge_rows(l->corpus, &table);
	xfree(text);
	return more;
}
