/* Tab-separated tables: a header line that names the columns, one row per line, no quoting.
 *
 * Columns are found by name, in any order; those nobody asks for are for people. Start-up and
 * reload only; one thread at a time. */
#pragma once

#include <stddef.h>

#include "base/err.h"

#define TABLE_MAX_COLUMNS 24
#define FILE_MAX_BYTES    (8u << 20)

/* The whole file with a NUL behind, without a byte order mark in front; the caller frees it. */
int file_read(const char *dir, const char *name, char **text_r, size_t *len_r,
	      struct err *err) MUST_CHECK;
/* Puts the folder in front of an error that begins with a file's name, and returns -1. */
int file_error(const char *dir, struct err *err);

struct table {
	const char *name; /* of the file, for messages */
	char *next;       /* the rest of the text, which is cut into cells on the way */
	unsigned line;
	unsigned width;                /* columns of the file */
	int wanted[TABLE_MAX_COLUMNS]; /* column of the file: index among those wanted, or -1 */
	const char *const *columns;    /* wanted, ends with NULL */
	const char *cell[TABLE_MAX_COLUMNS]; /* of the row, in the order wanted */
};

/* text is the table's to cut, borrowed. */
int table_open(struct table *table, const char *name, char *text, const char *const *columns,
	       struct err *err) MUST_CHECK;
/* 1: cell holds the next row. 0: there is none. -1: a row has not the header's columns. */
int table_next(struct table *table, struct err *err) MUST_CHECK;

/* ERR_INVALID "file:line: column: …", field set to the column. Returns -1. */
int table_error(const struct table *table, unsigned column, struct err *err, const char *fmt,
		...) PRINTF_LIKE(4, 5);

/* A decimal number of the row within min … max. */
int table_number(const struct table *table, unsigned column, double min, double max,
		 double *value_r, struct err *err) MUST_CHECK;
/* The row's cell, copied to text_r; empty or too long is an error. */
int table_text(const struct table *table, unsigned column, char *text_r, size_t size,
	       struct err *err) MUST_CHECK;
