#include "core/table.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

static int read_all(FILE *file, const char *path, char **text_r, size_t *len_r, struct err *err)
{
	char *text = NULL;
	size_t len = 0, room = 0, n;

	do {
		if (room - len < 2)
			text = xrealloc(text, room = room == 0 ? 65536 : room * 2);
		n = fread(text + len, 1, room - len - 1, file);
		len += n;
	} while (n > 0 && len <= FILE_MAX_BYTES);
	if (ferror(file) || len > FILE_MAX_BYTES) {
		xfree(text);
		return err_set(err, ERR_IO, "%s: %s", path,
			       len > FILE_MAX_BYTES ? "larger than 8 MiB" : strerror(errno));
	}
	if (memchr(text, '\0', len) != NULL) {
		xfree(text);
		return err_set(err, ERR_INVALID, "%s: holds a NUL byte; save it as UTF-8",
			       path);
	}
	text[len] = '\0';
	*text_r = text;
	*len_r = len;
	return 0;
}

/* Notepad and spreadsheets put it there. */
static void drop_mark(char *text, size_t *len)
{
	static const char mark[] = "\xef\xbb\xbf";

	if (strncmp(text, mark, sizeof(mark) - 1) != 0)
		return;
	*len -= sizeof(mark) - 1;
	memmove(text, text + sizeof(mark) - 1, *len + 1);
}

int file_error(const char *dir, struct err *err)
{
	char text[sizeof(err->text)];

	memcpy(text, err->text, sizeof(text));
	snprintf(err->text, sizeof(err->text), "%s/%s", dir, text);
	return -1;
}

int file_read(const char *dir, const char *name, char **text_r, size_t *len_r, struct err *err)
{
	char path[4096];
	FILE *file;
	int rc;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "rbe");
	if (file == NULL)
		return err_set(err, ERR_IO, "%s: %s", path, strerror(errno));
	rc = read_all(file, path, text_r, len_r, err);
	(void)fclose(file); /* only read */
	if (rc == 0)
		drop_mark(*text_r, len_r);
	return rc;
}

/* The next line without its end, or NULL. */
static char *next_line(struct table *table)
{
	char *line = table->next, *end;

	if (*line == '\0')
		return NULL;
	end = strchrnul(line, '\n');
	table->next = *end == '\0' ? end : end + 1;
	if (end > line && end[-1] == '\r')
		end[-1] = '\0';
	*end = '\0';
	table->line++;
	return line;
}

/* Cuts at tabs; more cells than max are counted, not stored. */
static unsigned cut(char *line, char **cell_r, unsigned max)
{
	unsigned n = 0;
	char *tab;

	do {
		tab = strchr(line, '\t');
		if (tab != NULL)
			*tab = '\0';
		if (n < max)
			cell_r[n] = line;
		n++;
		line = tab != NULL ? tab + 1 : NULL;
	} while (line != NULL);
	return n;
}

static int read_header(struct table *table, char **names, struct err *err)
{
	for (unsigned f = 0; f < table->width; f++)
		table->wanted[f] = -1;
	for (unsigned w = 0; table->columns[w] != NULL; w++) {
		unsigned f = 0;

		while (f < table->width && strcmp(names[f], table->columns[w]) != 0)
			f++;
		if (f == table->width)
			return table_error(table, w, err,
					   "no such column in the header; add it");
		table->wanted[f] = (int)w;
	}
	return 0;
}

int table_open(struct table *table, const char *name, char *text, const char *const *columns,
	       struct err *err)
{
	char *names[TABLE_MAX_COLUMNS], *line;

	*table = (struct table){.name = name, .next = text, .columns = columns};
	line = next_line(table);
	if (line == NULL)
		return err_set(err, ERR_INVALID, "%s: is empty; it needs a header line", name);
	table->width = cut(line, names, TABLE_MAX_COLUMNS);
	if (table->width > TABLE_MAX_COLUMNS)
		return err_set(err, ERR_INVALID, "%s:1: more than %d columns", name,
			       TABLE_MAX_COLUMNS);
	return read_header(table, names, err);
}

int table_next(struct table *table, struct err *err)
{
	char *cells[TABLE_MAX_COLUMNS], *line;
	unsigned n;

	do {
		line = next_line(table);
		if (line == NULL)
			return 0;
	} while (line[0] == '\0');
	n = cut(line, cells, TABLE_MAX_COLUMNS);
	if (n != table->width)
		return err_set(err, ERR_INVALID, "%s:%u: %u columns where the header has %u",
			       table->name, table->line, n, table->width);
	for (unsigned f = 0; f < n; f++)
		if (table->wanted[f] >= 0)
			table->cell[table->wanted[f]] = cells[f];
	return 1;
}

int table_error(const struct table *table, unsigned column, struct err *err, const char *fmt,
		...)
{
	const char *name = table->columns[column];
	char text[sizeof(err->text)];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	return err_field(err, name, "%s:%u: %s: %s", table->name, table->line, name, text);
}

int table_number(const struct table *table, unsigned column, double min, double max,
		 double *value_r, struct err *err)
{
	const char *cell = table->cell[column];
	char *end;
	double value = strtod(cell, &end);

	if (end == cell || *end != '\0' || !(value >= min && value <= max))
		return table_error(table, column, err,
				   "\"%.40s\" is not a number from %g to %g", cell, min, max);
	*value_r = value;
	return 0;
}

int table_text(const struct table *table, unsigned column, char *text_r, size_t size,
	       struct err *err)
{
	const char *cell = table->cell[column];
	size_t len = strlen(cell);

	if (len == 0)
		return table_error(table, column, err, "is empty");
	if (len >= size)
		return table_error(table, column, err, "is longer than %zu bytes", size - 1);
	memcpy(text_r, cell, len + 1);
	return 0;
}
