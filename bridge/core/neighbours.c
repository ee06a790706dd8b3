#include "core/neighbours.h"

#include <string.h>

#include "base/jsonw.h"
#include "core/table.h"

enum { ID, NAME_ID, NAME_EN, NUMBER };

static int read_neighbour(struct table *table, const struct neighbours *neighbours,
			  const struct agencies *agencies, struct neighbour *one,
			  struct err *err)
{
	if (table_text(table, ID, one->id, sizeof(one->id), err) < 0 ||
	    table_text(table, NAME_ID, one->name_id, sizeof(one->name_id), err) < 0 ||
	    table_text(table, NAME_EN, one->name_en, sizeof(one->name_en), err) < 0)
		return -1;
	if (one->id[strspn(one->id, "abcdefghijklmnopqrstuvwxyz0123456789_-")] != '\0')
		return table_error(table, ID, err, "an id has small letters, digits, _ and -");
	if (neighbours_find(neighbours, one->id) != NULL)
		return table_error(table, ID, err, "\"%s\" is there twice", one->id);
	if (agency_find(agencies, one->id, strlen(one->id)) >= 0)
		return table_error(table, ID, err, "\"%s\" is an agency of the city", one->id);
	if (strlen(table->cell[NUMBER]) >= sizeof(one->number))
		return table_error(table, NUMBER, err, "is longer than %zu bytes",
				   sizeof(one->number) - 1);
	snprintf(one->number, sizeof(one->number), "%s", table->cell[NUMBER]);
	return 0;
}

int neighbours_load(struct neighbours *neighbours, const char *name, char *text,
		    const struct agencies *agencies, struct err *err)
{
	static const char *const columns[] = {"id", "name_id", "name_en", "number", NULL};
	struct table table;
	int more;

	if (table_open(&table, name, text, columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0) {
		struct neighbour one;

		if (neighbours->count == NEIGHBOURS_MAX)
			return table_error(&table, ID, err, "more than %d neighbours",
					   NEIGHBOURS_MAX);
		if (read_neighbour(&table, neighbours, agencies, &one, err) < 0)
			return -1;
		neighbours->neighbour[neighbours->count++] = one;
	}
	return more;
}

const struct neighbour *neighbours_find(const struct neighbours *neighbours, const char *id)
{
	for (unsigned i = 0; i < neighbours->count; i++)
		if (strcmp(neighbours->neighbour[i].id, id) == 0)
			return &neighbours->neighbour[i];
	return NULL;
}

void neighbours_write(const struct neighbours *neighbours, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < neighbours->count; i++) {
		const struct neighbour *one = &neighbours->neighbour[i];

		jsonw_open(w, NULL, '{');
		jsonw_string(w, "id", one->id);
		jsonw_string(w, "name_id", one->name_id);
		jsonw_string(w, "name_en", one->name_en);
		jsonw_string(w, "number", one->number[0] != '\0' ? one->number : NULL);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}
