#include "model/agency.h"

#include <stdio.h>
#include <string.h>

int agency_find(const struct agencies *agencies, const char *id, size_t len)
{
	for (unsigned i = 0; i < agencies->count; i++)
		if (strlen(agencies->agency[i].id) == len &&
		    memcmp(agencies->agency[i].id, id, len) == 0)
			return (int)i;
	return -1;
}

agency_set agency_set_parse(const struct agencies *agencies, const char *text, size_t len)
{
	const char *end = text + len;
	agency_set set = 0;

	while (text < end) {
		const char *comma = memchr(text, ',', (size_t)(end - text));
		const char *stop = comma != NULL ? comma : end;
		int i = agency_find(agencies, text, (size_t)(stop - text));

		if (i >= 0)
			set |= (agency_set)1 << i;
		text = stop + 1;
	}
	return set;
}

void agency_set_format(const struct agencies *agencies, agency_set set, char *text_r,
		       size_t size)
{
	size_t at = 0;

	text_r[0] = '\0';
	for (unsigned i = 0; i < agencies->count; i++) {
		int n;

		if ((set >> i & 1) == 0)
			continue;
		n = snprintf(text_r + at, size - at, "%s%s", at > 0 ? "," : "",
			     agencies->agency[i].id);
		if (n < 0 || (size_t)n >= size - at)
			return;
		at += (size_t)n;
	}
}
