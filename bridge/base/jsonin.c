#include "base/jsonin.h"

#include <string.h>

#include "base/clock.h"

/* The nesting is counted in the bytes, before jansson recurses: an overlong chain of brackets
 * must not cost stack. Brackets inside strings are passed over. */
static bool is_nested_beyond(const char *text, size_t len, unsigned max)
{
	unsigned depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < len; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = false;
		} else if (text[i] == '"') {
			in_string = true;
		} else if (text[i] == '{' || text[i] == '[') {
			if (++depth > max)
				return true;
		} else if ((text[i] == '}' || text[i] == ']') && depth > 0) {
			depth--;
		}
	}
	return false;
}

int jsonin_object(const void *text, size_t len, size_t max_bytes, json_t **object_r,
		  struct err *err)
{
	json_error_t je;
	json_t *object;

	if (len > max_bytes)
		return err_set(err, ERR_INVALID, "longer than %zu bytes", max_bytes);
	if (is_nested_beyond(text, len, JSONIN_MAX_DEPTH))
		return err_set(err, ERR_INVALID, "nested deeper than %d levels",
			       JSONIN_MAX_DEPTH);
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	if (object == NULL)
		return err_set(err, ERR_INVALID, "not valid JSON: line %d, column %d: %s",
			       je.line, je.column, je.text);
	if (!json_is_object(object)) {
		json_decref(object);
		return err_set(err, ERR_INVALID, "a JSON object is expected");
	}
	*object_r = object;
	return 0;
}

/* NULL when absent or null; *status_r is -1 when it is required. */
static const json_t *member(const json_t *object, const char *key, enum jsonin_need need,
			    int *status_r, struct err *err)
{
	const json_t *value = json_object_get(object, key);

	*status_r = 0;
	if (value != NULL && !json_is_null(value))
		return value;
	if (need == JSONIN_REQUIRED)
		*status_r = err_field(err, key, "is required");
	return NULL;
}

int jsonin_string(const json_t *object, const char *key, enum jsonin_need need, size_t max_len,
		  const char **value_r, struct err *err)
{
	int status;
	const json_t *value = member(object, key, need, &status, err);

	if (value == NULL)
		return status;
	if (!json_is_string(value))
		return err_field(err, key, "must be a string");
	if (need == JSONIN_REQUIRED && json_string_length(value) == 0)
		return err_field(err, key, "must not be empty");
	if (json_string_length(value) > max_len)
		return err_field(err, key, "must be at most %zu bytes", max_len);
	*value_r = json_string_value(value);
	return 0;
}

int jsonin_int(const json_t *object, const char *key, enum jsonin_need need, int64_t min,
	       int64_t max, int64_t *value_r, struct err *err)
{
	int status;
	const json_t *value = member(object, key, need, &status, err);

	if (value == NULL)
		return status;
	if (!json_is_integer(value) || json_integer_value(value) < min ||
	    json_integer_value(value) > max)
		return err_field(err, key, "must be a whole number from %lld to %lld",
				 (long long)min, (long long)max);
	*value_r = json_integer_value(value);
	return 0;
}

int jsonin_number(const json_t *object, const char *key, enum jsonin_need need, double min,
		  double max, double *value_r, struct err *err)
{
	int status;
	const json_t *value = member(object, key, need, &status, err);
	double number;

	if (value == NULL)
		return status;
	number = json_number_value(value);
	if (!json_is_number(value) || !(number >= min && number <= max))
		return err_field(err, key, "must be a number from %g to %g", min, max);
	*value_r = number;
	return 0;
}

int jsonin_bool(const json_t *object, const char *key, bool *value_r, struct err *err)
{
	int status;
	const json_t *value = member(object, key, JSONIN_OPTIONAL, &status, err);

	if (value == NULL)
		return status;
	if (!json_is_boolean(value))
		return err_field(err, key, "must be true or false");
	*value_r = json_is_true(value);
	return 0;
}

int jsonin_time(const json_t *object, const char *key, enum jsonin_need need,
		int64_t *wall_ms_r, struct err *err)
{
	const char *text = NULL;
	struct err why;

	if (jsonin_string(object, key, need, 64, &text, err) < 0)
		return -1;
	if (text != NULL && clock_parse(text, wall_ms_r, &why) < 0)
		return err_field(err, key, "is %s", why.text);
	return 0;
}

int jsonin_child(const json_t *object, const char *key, json_type type, const json_t **child_r,
		 struct err *err)
{
	const json_t *value = json_object_get(object, key);

	*child_r = NULL;
	if (value == NULL || json_is_null(value))
		return 0;
	if (json_typeof(value) != type)
		return err_field(err, key,
				 type == JSON_OBJECT ? "must be an object" : "must be a list");
	*child_r = value;
	return 0;
}

void jsonin_kept_text(const json_t *object, const char *key, char *text_r, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));

	snprintf(text_r, size, "%s", text != NULL ? text : "");
}

int64_t jsonin_kept_time(const json_t *object, const char *key)
{
	int64_t at_ms = 0;
	struct err err;

	return jsonin_time(object, key, JSONIN_OPTIONAL, &at_ms, &err) < 0 ? 0 : at_ms;
}
