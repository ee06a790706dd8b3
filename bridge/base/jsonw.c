#include "base/jsonw.h"

#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"

void jsonw_init(struct jsonw *w, size_t size_hint)
{
	*w = (struct jsonw){.size = size_hint > 64 ? size_hint : 64};
	w->text = xmalloc(w->size);
}

void jsonw_fini(struct jsonw *w)
{
	xfree(w->text);
	*w = (struct jsonw){0};
}

void jsonw_reset(struct jsonw *w)
{
	w->len = 0;
	w->depth = 0;
	w->needs_comma = false;
}

static char *reserve(struct jsonw *w, size_t more)
{
	if (w->len + more > w->size) {
		while (w->len + more > w->size)
			w->size *= 2;
		w->text = xrealloc(w->text, w->size);
	}
	return w->text + w->len;
}

static void put(struct jsonw *w, const char *bytes, size_t len)
{
	memcpy(reserve(w, len), bytes, len);
	w->len += len;
}

static void begin(struct jsonw *w, const char *key)
{
	if (w->needs_comma)
		put(w, ",", 1);
	w->needs_comma = true;
	if (key == NULL)
		return;
	put(w, "\"", 1);
	put(w, key, strlen(key));
	put(w, "\":", 2);
}

void jsonw_open(struct jsonw *w, const char *key, char bracket)
{
	begin(w, key);
	put(w, &bracket, 1);
	w->needs_comma = false;
	w->depth++;
}

void jsonw_close(struct jsonw *w, char bracket)
{
	if (w->depth-- == 0)
		panic("jsonw: closed more than was opened");
	put(w, &bracket, 1);
	w->needs_comma = true;
}

/* RFC 8259 section 7: quotes, backslash and controls must be escaped; the rest may stand. */
static const char *plain_run(const char *at, const char *end)
{
	while (at < end && (unsigned char)*at >= 0x20 && *at != '"' && *at != '\\')
		at++;
	return at;
}

static void put_escape(struct jsonw *w, unsigned char c)
{
	static const char hex[] = "0123456789abcdef";
	char escape[6] = {'\\', 'u', '0', '0', hex[c >> 4], hex[c & 15]};

	switch (c) {
	case '"':
		put(w, "\\\"", 2);
		return;
	case '\\':
		put(w, "\\\\", 2);
		return;
	case '\n':
		put(w, "\\n", 2);
		return;
	default:
		put(w, escape, sizeof(escape));
	}
}

void jsonw_stringn(struct jsonw *w, const char *key, const char *value, size_t len)
{
	const char *end = value + len;

	begin(w, key);
	put(w, "\"", 1);
	while (value < end) {
		const char *stop = plain_run(value, end);

		put(w, value, (size_t)(stop - value));
		value = stop;
		if (value < end)
			put_escape(w, (unsigned char)*value++);
	}
	put(w, "\"", 1);
}

void jsonw_string(struct jsonw *w, const char *key, const char *value)
{
	if (value == NULL)
		jsonw_null(w, key);
	else
		jsonw_stringn(w, key, value, strlen(value));
}

void jsonw_raw(struct jsonw *w, const char *key, const char *json, size_t len)
{
	begin(w, key);
	put(w, json, len);
}

void jsonw_null(struct jsonw *w, const char *key)
{
	jsonw_raw(w, key, "null", 4);
}

void jsonw_bool(struct jsonw *w, const char *key, bool value)
{
	jsonw_raw(w, key, value ? "true" : "false", value ? 4 : 5);
}

void jsonw_int(struct jsonw *w, const char *key, int64_t value)
{
	jsonw_decimal(w, key, value, 0);
}

void jsonw_decimal(struct jsonw *w, const char *key, int64_t value, unsigned digits)
{
	uint64_t rest = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
	char text[32];
	size_t at = sizeof(text);
	unsigned done = 0;
	bool is_kept = false;

	do {
		char digit = (char)('0' + rest % 10);

		rest /= 10;
		is_kept = is_kept || digit != '0' || done >= digits;
		if (is_kept)
			text[--at] = digit;
		if (++done == digits && is_kept && at < sizeof(text))
			text[--at] = '.';
	} while (rest > 0 || done <= digits);
	if (value < 0)
		text[--at] = '-';
	jsonw_raw(w, key, text + at, sizeof(text) - at);
}

void jsonw_time(struct jsonw *w, const char *key, int64_t wall_ms)
{
	char text[CLOCK_TEXT];

	clock_format(wall_ms, text);
	jsonw_stringn(w, key, text, CLOCK_TEXT - 1);
}

const char *jsonw_text(struct jsonw *w)
{
	*reserve(w, 1) = '\0';
	return w->text;
}

struct buf *jsonw_buf(const struct jsonw *w)
{
	return buf_copy(w->text, w->len);
}
