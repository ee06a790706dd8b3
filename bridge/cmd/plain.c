#include "cmd/plain.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

static const struct {
	uint32_t from, to;
} harmful[] = {
	{0x00, 0x1f},     {0x7f, 0x9f},     /* controls; C1 are escape sequences to some */
	{0x061c, 0x061c}, {0x200e, 0x200f}, /* marks of direction */
	{0x2028, 0x202e}, {0x2066, 0x2069}, /* ends of lines, embeddings and overrides */
	{0xfeff, 0xfeff},
};

static bool is_harmful(uint32_t character)
{
	for (size_t i = 0; i < sizeof(harmful) / sizeof(harmful[0]); i++)
		if (character >= harmful[i].from && character <= harmful[i].to)
			return true;
	return false;
}

void plain_write(FILE *to, const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t n = utf8_length(text + at, len - at);

		if (n == 0)
			(void)fputs("\xef\xbf\xbd", to);
		else if (is_harmful(utf8_character(text + at, n)))
			(void)fprintf(to, "\\u%04x", (unsigned)utf8_character(text + at, n));
		else
			(void)fwrite(text + at, 1, n, to);
		at += n > 0 ? n : 1;
	}
}

void plain_print(FILE *to, const char *text)
{
	if (text == NULL)
		text = "-";
	plain_write(to, text, strlen(text));
}
