#include "cmd/corpus_private.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

const char *const corpus_agency_names[ON_AGENCIES] = {"fire", "police", "health", "city"};

uint32_t corpus_hash(const char *text)
{
	uint32_t h = 2166136261u;

	for (const unsigned char *s = (const unsigned char *)text; *s != '\0'; s++) {
		unsigned char c = *s;

		if (c >= 'A' && c <= 'Z')
			c = (unsigned char)(c - 'A' + 'a');
		if (c >= '0' && c <= '9')
			c = '0';
		else if (c < 'a' || c > 'z')
			continue;
		h = (h ^ c) * 16777619u;
	}
	return h ^ h >> 13;
}

struct corpus_row *corpus_add_row(struct loader *l, const char *id, const char *text,
				  enum corpus_source source, int weight)
{
	struct corpus *c = l->corpus;
	struct corpus_row *row;

	if (c->count == l->room) {
		l->room = l->room == 0 ? 1024 : l->room * 2;
		c->row = xrealloc(c->row, l->room * sizeof(*c->row));
	}
	row = &c->row[c->count++];
	*row = (struct corpus_row){.id = xstrdup(id),
				   .text = xstrdup(text),
				   .source = source,
				   .hash = corpus_hash(text),
				   .weight = weight,
				   .emergency = ANSWER_UNKNOWN,
				   .noise = ANSWER_UNKNOWN};
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] = ANSWER_UNKNOWN;
	return row;
}

const char *corpus_member(const json_t *object, const char *key)
{
	const char *text = json_string_value(json_object_get(object, key));

	return text != NULL ? text : "";
}

/* The judged texts have no word for disaster management: it is the city's. */
static int agency_number(const json_t *name)
{
	const char *text = json_string_value(name);

	for (int i = 0; text != NULL && i < ON_AGENCIES; i++)
		if (strcmp(text, corpus_agency_names[i]) == 0)
			return i;
	return text != NULL && strcmp(text, "disaster") == 0 ? ON_CITY : -1;
}

void corpus_set_agencies(struct corpus_row *row, const json_t *list)
{
	for (int i = 0; i < ON_AGENCIES; i++)
		row->agency[i] = 0;
	for (size_t k = 0; k < json_array_size(list); k++) {
		int agency = agency_number(json_array_get(list, k));

		if (agency >= 0)
			row->agency[agency] = 1;
	}
}

static int take_line(struct loader *l, const char *name, unsigned line, const char *text,
		     corpus_line_fn *take)
{
	json_error_t je;
	json_auto_t *object = json_loads(text, 0, &je);

	if (object == NULL)
		return err_set(l->err, ERR_INVALID, "%s:%u: %s", name, line, je.text);
	return take(l, object) < 0 ? err_wrap(l->err, "%s:%u", name, line) : 0;
}

int corpus_take_lines(struct loader *l, const char *path, corpus_line_fn *take)
{
	char *line = NULL;
	size_t room = 0;
	unsigned n = 0;
	FILE *file;
	int rc = 0;

	file = fopen(path, "re");
	if (file == NULL)
		return err_set(l->err, ERR_IO, "%s: %s", path, strerror(errno));
	while (rc == 0 && getline(&line, &room, file) > 0)
		rc = take_line(l, path, ++n, line, take);
	free(line);
	(void)fclose(file); /* only read */
	return rc;
}

static const struct corpus_row *find_judged(const struct corpus *c, uint32_t hash)
{
	for (unsigned k = 0; k < c->count && c->row[k].source == CORPUS_GOLD; k++)
		if (c->row[k].hash == hash)
			return &c->row[k];
	return NULL;
}

/* A judged text is one of the complaints too: there it would answer what it is asked. */
static void silence_copies(struct corpus *c)
{
	for (unsigned i = 0; i < c->count; i++) {
		struct corpus_row *row = &c->row[i];
		const struct corpus_row *judged = find_judged(c, row->hash);

		row->truth = judged != NULL ? judged->emergency : row->emergency;
		if (judged == NULL || judged == row)
			continue;
		row->emergency = row->noise = ANSWER_UNKNOWN;
		row->severity = 0;
	}
}

int corpus_load(struct corpus *corpus, const struct corpus_from *from, struct err *err)
{
	struct loader l = {.corpus = corpus, .from = from, .err = err};

	*corpus = (struct corpus){0};
	if ((from->data != NULL && corpus_take_data(&l) < 0) || corpus_take_judged(&l) < 0 ||
	    corpus_take_own(&l) < 0 ||
	    (from->corrections != NULL && corpus_take_corrections(&l) < 0)) {
		corpus_fini(corpus);
		return -1;
	}
	silence_copies(corpus);
	return 0;
}

void corpus_fini(struct corpus *corpus)
{
	for (unsigned i = 0; i < corpus->count; i++) {
		xfree(corpus->row[i].id);
		xfree(corpus->row[i].text);
	}
	xfree(corpus->row);
	*corpus = (struct corpus){0};
}
