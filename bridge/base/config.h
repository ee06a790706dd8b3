/* Option tables: JSON in, checked values out.
 *
 * A module owns a struct of settings and a const table that says where each key goes, what is
 * allowed and what it means; --help and the reference are printed from the same table. A key
 * that no table knows is an error that names it: there are no dead settings. Start-up and
 * reload only; one thread at a time. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

enum option_type {
	OPTION_STRING, /* char * at offset, owned by the settings */
	OPTION_INT,    /* int64_t at offset */
	OPTION_BOOL,   /* bool at offset */
	OPTION_LIST,   /* json_t * at offset, owned: a list, for its owner to check */
};

struct option {
	const char *key; /* dotted: "http.listen" */
	enum option_type type;
	size_t offset;
	const char *fallback; /* the default, as it would stand after --set key= */
	int64_t min, max;     /* OPTION_INT */
	const char *help;     /* one line, with the unit */
};

#define OPTION_END                                                                             \
	{                                                                                      \
		.key = NULL                                                                    \
	}

/* Fills settings with the defaults, then with what doc holds. doc is nested as the dots say. */
int config_read(const struct option *table, const json_t *doc, void *settings,
		struct err *err) MUST_CHECK;
/* Tells every mistake of doc, not only the first, and keeps nothing; how many there are. */
typedef void config_mistake_fn(void *ctx, const struct err *mistake);
unsigned config_judge(const struct option *table, const json_t *doc, config_mistake_fn *tell,
		      void *ctx);
/* Frees what config_read allocated. */
void config_free(const struct option *table, void *settings);
/* Whether one option has the same value in both. */
bool config_is_same(const struct option *option, const void *a, const void *b);

/* doc[key] = value, for --set key=value; the value is JSON where it parses as such, else text.
 */
int config_override(json_t *doc, const char *assignment, struct err *err) MUST_CHECK;

/* "key  default  help" for each. */
void config_print_help(const struct option *table);
