#include "base/config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

static int read_section(const struct option *table, const char *prefix, const json_t *doc,
			void *settings, struct err *err)
{
	void *it = json_object_iter((json_t *)(uintptr_t)doc); /* only reads */

	for (; it != NULL; it = json_object_iter_next((json_t *)(uintptr_t)doc, it)) {
		const json_t *value = json_object_iter_value(it);
		const struct option *option;
		char key[96];

		snprintf(key, sizeof(key), "%s%s%s", prefix, *prefix ? "." : "",
			 json_object_iter_key(it));
		option = find(table, key);
		if (option != NULL) {
			if (set_value(option, value, settings, err) < 0)
				return -1;
		} else if (json_is_object(value) && is_section(table, key)) {
			if (read_section(table, key, value, settings, err) < 0)
				return -1;
		} else {
			return err_field(
				err, key,
				"is not a setting; see tangi serve --help for all of them");
		}
	}
	return 0;
}

int config_read(const struct option *table, const json_t *doc, void *settings, struct err *err)
{
	for (const struct option *option = table; option->key != NULL; option++)
		set_fallback(option, settings);
	if (read_section(table, "", doc, settings, err) < 0) {
		config_free(table, settings);
		return -1;
	}
	return 0;
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

int config_override(json_t *doc, const char *assignment, struct err *err)
{
	const char *equals = strchr(assignment, '=');
	char *key, *last = NULL;
	json_t *value;

	if (equals == NULL || equals == assignment)
		return err_set(err, ERR_INVALID, "--set %s: key=value is expected", assignment);
	key = xstrndup(assignment, (size_t)(equals - assignment));
	value = json_loads(equals + 1, JSON_DECODE_ANY, NULL);
	if (value == NULL)
		value = json_string(equals + 1);
	json_object_set_new(section_of(doc, key, &last), last, value);
	xfree(key);
	return 0;
}

void config_print_help(const struct option *table)
{
	for (; table->key != NULL; table++)
		printf("  %-32s %s (%s)\n", table->key, table->help,
		       table->fallback[0] != '\0' ? table->fallback : "none");
}
