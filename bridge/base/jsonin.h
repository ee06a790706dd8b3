/* Reads JSON from outside: size first, then jansson with duplicate keys refused, then depth.
 *
 * The typed getters name the field that is wrong, so that a client can mend it. An absent
 * optional member leaves *value_r untouched. Any thread. */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

/* jansson parses 2,048 levels but walks and frees by recursion. */
#define JSONIN_MAX_DEPTH 16

/* One JSON object of at most max_bytes; UTF-8 only, no NUL in a string. New reference. */
int jsonin_object(const void *text, size_t len, size_t max_bytes, json_t **object_r,
		  struct err *err) MUST_CHECK;

enum jsonin_need { JSONIN_OPTIONAL, JSONIN_REQUIRED };

/* Borrowed from object. A present null counts as absent. max_len in bytes. */
int jsonin_string(const json_t *object, const char *key, enum jsonin_need need, size_t max_len,
		  const char **value_r, struct err *err) MUST_CHECK;
int jsonin_int(const json_t *object, const char *key, enum jsonin_need need, int64_t min,
	       int64_t max, int64_t *value_r, struct err *err) MUST_CHECK;
int jsonin_number(const json_t *object, const char *key, enum jsonin_need need, double min,
		  double max, double *value_r, struct err *err) MUST_CHECK;
int jsonin_bool(const json_t *object, const char *key, bool *value_r,
		struct err *err) MUST_CHECK;
int jsonin_time(const json_t *object, const char *key, enum jsonin_need need,
		int64_t *wall_ms_r, struct err *err) MUST_CHECK;
/* NULL when absent; ERR_INVALID when it is something else. */
int jsonin_child(const json_t *object, const char *key, json_type type, const json_t **child_r,
		 struct err *err) MUST_CHECK;

/* From what this program has written itself: what is not there, or is of another kind, is "" or
 * 0. Text that is longer than its place is cut. */
void jsonin_kept_text(const json_t *object, const char *key, char *text_r, size_t size);
int64_t jsonin_kept_time(const json_t *object, const char *key);
