#include "api/query.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"

#define DIGITS_MAX 18 /* of an int64_t, whatever they are */

static bool is_digits(const char *text, size_t len)
{
	return len > 0 && strspn(text, "0123456789") == len;
}

int query_number(const char *name, const char *text, int64_t min, int64_t max, int64_t *value_r,
		 struct err *err)
{
	size_t len = text != NULL ? strlen(text) : 0;
	int64_t value;

	if (text == NULL)
		return 0;
	value = is_digits(text, len) && len <= DIGITS_MAX ? strtoll(text, NULL, 10) : -1;
	if (value < min || value > max)
		return err_field(err, name, "must be a number from %" PRId64 " to %" PRId64,
				 min, max);
	*value_r = value;
	return 0;
}

int query_time(const char *name, const char *text, int64_t *wall_ms_r, struct err *err)
{
	char copy[48];
	char *space;

	if (text == NULL)
		return 0;
	if ((size_t)snprintf(copy, sizeof(copy), "%s", text) >= sizeof(copy))
		return err_field(err, name, "must be a time as RFC 3339 writes it");
	space = strrchr(copy, ' ');
	if (space != NULL && space - copy > (ptrdiff_t)strlen("2026-11-24T"))
		*space = '+';
	if (clock_parse(copy, wall_ms_r, err) < 0)
		return err_field(err, name, "must be a time as RFC 3339 writes it");
	return 0;
}

/* Finds mistakes and mix-ups, not forgers: who makes up a cursor sees what he may see anyway.
 */
static uint32_t check_of(const char *epoch, uint64_t no)
{
	uint32_t hash = 2166136261u; /* FNV-1a */

	for (; *epoch != '\0'; epoch++)
		hash = (hash ^ (unsigned char)*epoch) * 16777619u;
	for (int i = 0; i < 64; i += 8)
		hash = (hash ^ (unsigned char)(no >> i)) * 16777619u;
	return hash;
}

void cursor_format(const char *epoch, uint64_t no, char text_r[CURSOR_SIZE])
{
	snprintf(text_r, CURSOR_SIZE, "c%016" PRIx64 "%08" PRIx32, no, check_of(epoch, no));
}

int cursor_parse(const char *text, const char *epoch, uint64_t *no_r, struct err *err)
{
	char again[CURSOR_SIZE], digits[17];
	uint64_t no;

	if (text == NULL)
		return 0;
	snprintf(digits, sizeof(digits), "%.16s", text[0] == 'c' ? text + 1 : "");
	no = strtoull(digits, NULL, 16);
	/* There is one spelling of each: ours. */
	cursor_format(epoch, no, again);
	if (no == 0 || strcmp(text, again) != 0)
		return err_field(err, "cursor", "is not one of this list: begin without it");
	*no_r = no;
	return 0;
}
