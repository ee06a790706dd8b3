#include "base/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

/* A text may quote what an outsider sent, or be cut inside a letter; told on in JSON it must be
 * UTF-8, or a console closes for it. */
static void make_sound(char *text)
{
	size_t left = strlen(text);

	while (left > 0) {
		size_t len = utf8_length(text, left);

		if (len == 0) {
			*text = '?';
			len = 1;
		}
		text += len;
		left -= len;
	}
}

__attribute__((format(printf, 4, 0))) static void
err_write(struct err *err, enum err_kind kind, const char *field, const char *fmt, va_list args)
{
	err->kind = kind;
	snprintf(err->field, sizeof(err->field), "%s", field);
	vsnprintf(err->text, sizeof(err->text), fmt, args);
	make_sound(err->field);
	make_sound(err->text);
}

int err_set(struct err *err, enum err_kind kind, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_write(err, kind, "", fmt, args);
	va_end(args);
	return -1;
}

int err_field(struct err *err, const char *field, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	err_write(err, ERR_INVALID, field, fmt, args);
	va_end(args);
	return -1;
}

int err_wrap(struct err *err, const char *fmt, ...)
{
	char inner[sizeof(err->text)];
	va_list args;
	int n;

	memcpy(inner, err->text, sizeof(inner));
	va_start(args, fmt);
	n = vsnprintf(err->text, sizeof(err->text), fmt, args);
	va_end(args);
	if (n >= 0 && (size_t)n < sizeof(err->text))
		snprintf(err->text + n, sizeof(err->text) - (size_t)n, ": %s", inner);
	make_sound(err->text);
	return -1;
}

_Noreturn void fatal(const char *fmt, ...)
{
	va_list args;

	fputs("tangi: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	exit(1);
}

_Noreturn void panic(const char *fmt, ...)
{
	va_list args;

	fputs("tangi: broken invariant: ", stderr);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	abort();
}
