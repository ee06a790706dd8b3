#include "base/config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "base/utf8.h"
#include "base/xalloc.h"

static void *slot(const struct option *option, void *settings)
{
	return (char *)settings + option->offset;
}

static void set_string(const struct option *option, void *settings, const char *text)
{
	char **value = slot(option, settings);

	xfree(*value);
	*value = xstrdup(text);
}

static void set_list(const struct option *option, void *settings, json_t *list)
{
	json_t **value = slot(option, settings);

	json_decref(*value);
	*value = list;
}

static void set_fallback(const struct option *option, void *settings)
{
	switch (option->type) {
	case OPTION_STRING:
		set_string(option, settings, option->fallback);
		return;
	case OPTION_INT:
		*(int64_t *)slot(option, settings) = strtoll(option->fallback, NULL, 10);
		return;
	case OPTION_BOOL:
		*(bool *)slot(option, settings) = strcmp(option->fallback, "true") == 0;
		return;
	case OPTION_LIST:
		set_list(option, settings, json_loads(option->fallback, 0, NULL));
		return;
	}
}

static int set_value(const struct option *option, const json_t *value, void *settings,
		     struct err *err)
{
	switch (option->type) {
	case OPTION_STRING:
		if (!json_is_string(value))
			return err_field(err, option->key, "must be a string");
		set_string(option, settings, json_string_value(value));
		return 0;
	case OPTION_INT:
		if (!json_is_integer(value) || json_integer_value(value) < option->min ||
		    json_integer_value(value) > option->max)
			return err_field(err, option->key,
					 "must be a whole number from %" PRId64 " to %" PRId64,
					 option->min, option->max);
		*(int64_t *)slot(option, settings) = json_integer_value(value);
		return 0;
	case OPTION_BOOL:
		if (!json_is_boolean(value))
			return err_field(err, option->key, "must be true or false");
		*(bool *)slot(option, settings) = json_is_true(value);
		return 0;
	case OPTION_LIST:
		if (!json_is_array(value))
			return err_field(err, option->key, "must be a list");
		set_list(option, settings, json_deep_copy(value));
		return 0;
	}
	return 0;
}

static const struct option *find(const struct option *table, const char *key)
{
	for (; table->key != NULL; table++)
		if (strcmp(table->key, key) == 0)
			return table;
	return NULL;
}

static bool is_section(const struct option *table, const char *key)
{
	size_t len = strlen(key);

	for (; table->key != NULL; table++)
		if (strncmp(table->key, key, len) == 0 && table->key[len] == '.')
			return true;
	return false;
}

/* What reads doc, and what is done about a mistake: the first ends it, or each is told. */
struct reader {
	const struct option *table;
	void *settings;
	config_mistake_fn *tell; /* NULL: the first ends it */
	void *ctx;
	unsigned mistakes;
	struct err *err;
};

static int is_wrong(struct reader *reader)
{
	reader->mistakes++;
	if (reader->tell == NULL)
		return -1;
	reader->tell(reader->ctx, reader->err);
	return 0;
}

/* Named as it would be set, by its first leaf: "no.such.key" and not "no". */
static int is_unknown(struct reader *reader, char *key, size_t size, const json_t *value)
{
	while (json_object_size(value) > 0) {
		void *first = json_object_iter((json_t *)(uintptr_t)value); /* only reads */
		size_t len = strlen(key);

		snprintf(key + len, size - len, ".%s", json_object_iter_key(first));
		value = json_object_iter_value(first);
	}
	(void)err_field(reader->err, key,
			"is not a setting; see tangi serve --help for all of them");
	return is_wrong(reader);
}

static int read_section(struct reader *reader, const char *prefix, const json_t *doc)
{
	void *it = json_object_iter((json_t *)(uintptr_t)doc); /* only reads */
	int rc = 0;

	for (; rc == 0 && it != NULL;
	     it = json_object_iter_next((json_t *)(uintptr_t)doc, it)) {
		const json_t *value = json_object_iter_value(it);
		const struct option *option;
		char key[96];

		snprintf(key, sizeof(key), "%s%s%s", prefix, *prefix ? "." : "",
			 json_object_iter_key(it));
		option = find(reader->table, key);
		if (option != NULL) {
			if (set_value(option, value, reader->settings, reader->err) < 0)
				rc = is_wrong(reader);
		} else if (json_is_object(value) && is_section(reader->table, key)) {
			rc = read_section(reader, key, value);
		} else {
			rc = is_unknown(reader, key, sizeof(key), value);
		}
	}
	return rc;
}

static int read_all(struct reader *reader, const json_t *doc)
{
	for (const struct option *option = reader->table; option->key != NULL; option++)
		set_fallback(option, reader->settings);
	if (read_section(reader, "", doc) == 0)
		return 0;
	config_free(reader->table, reader->settings);
	return -1;
}

int config_read(const struct option *table, const json_t *doc, void *settings, struct err *err)
{
	struct reader reader = {.table = table, .settings = settings, .err = err};

	return read_all(&reader, doc);
}

/* As large as the struct that the table was made for, as far as the table goes. */
static size_t size_of_settings(const struct option *table)
{
	size_t size = 1;

	for (; table->key != NULL; table++)
		if (table->offset + sizeof(int64_t) > size)
			size = table->offset + sizeof(int64_t);
	return size;
}

unsigned config_judge(const struct option *table, const json_t *doc, config_mistake_fn *tell,
		      void *ctx)
{
	struct err err;
	struct reader reader = {.table = table,
				.settings = xcalloc(1, size_of_settings(table)),
				.tell = tell,
				.ctx = ctx,
				.err = &err};

	(void)read_all(&reader, doc); /* with tell it goes on to the end */
	config_free(table, reader.settings);
	xfree(reader.settings);
	return reader.mistakes;
}

void config_free(const struct option *table, void *settings)
{
	for (; table->key != NULL; table++) {
		if (table->type == OPTION_STRING) {
			char **value = slot(table, settings);

			xfree(*value);
			*value = NULL;
		} else if (table->type == OPTION_LIST) {
			set_list(table, settings, NULL);
		}
	}
}

bool config_is_same(const struct option *option, const void *a, const void *b)
{
	const void *left = (const char *)a + option->offset;
	const void *right = (const char *)b + option->offset;

	switch (option->type) {
	case OPTION_STRING:
		return strcmp(*(char *const *)left, *(char *const *)right) == 0;
	case OPTION_INT:
		return *(const int64_t *)left == *(const int64_t *)right;
	case OPTION_BOOL:
		return *(const bool *)left == *(const bool *)right;
	case OPTION_LIST:
		return json_equal(*(json_t *const *)left, *(json_t *const *)right) == 1;
	}
	return false;
}

/* The section that holds the last part of key; made where it is missing. */
static json_t *section_of(json_t *doc, char *key, char **last_r)
{
	char *dot;

	while ((dot = strchr(key, '.')) != NULL) {
		json_t *inner;

		*dot = '\0';
		inner = json_object_get(doc, key);
		if (!json_is_object(inner)) {
			inner = json_object();
			json_object_set_new(doc, key, inner);
		}
		doc = inner;
		key = dot + 1;
	}
	*last_r = key;
	return doc;
}

/* jansson takes nothing else, and says so by nothing that we would hear. */
static bool is_utf8(const char *text)
{
	size_t left = strlen(text), len;

	for (; left > 0; text += len, left -= len)
		if ((len = utf8_length(text, left)) == 0)
			return false;
	return true;
}

int config_override(json_t *doc, const char *assignment, struct err *err)
{
	const char *equals = strchr(assignment, '=');
	char *key, *last;
	json_t *value, *section;

	if (equals == NULL || equals == assignment)
		return err_set(err, ERR_INVALID, "--set %s: key=value is expected", assignment);
	if (!is_utf8(assignment))
		return err_set(err, ERR_INVALID, "--set: %s is not UTF-8",
			       log_quote(assignment, strlen(assignment)).text);
	key = xstrndup(assignment, (size_t)(equals - assignment));
	value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
	if (value == NULL)
		value = json_string(equals + 1);
	section = section_of(doc, key, &last);
	json_object_set_new(section, last, value);
	xfree(key);
	return 0;
}

void config_print_help(const struct option *table)
{
	for (; table->key != NULL; table++)
		printf("  %-32s %s (%s)\n", table->key, table->help,
		       table->fallback[0] != '\0' ? table->fallback : "none");
}
