#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/lines.h"

#define MAX 8

/* What comes out, "|" after a line and "~" after one that was too long, when the stream comes
 * in pieces of at most so many bytes. */
static void cut(const char *stream, size_t piece, char said[256])
{
	struct lines lines;
	const char *text;
	size_t len, at = 0, said_len = 0;

	lines_init(&lines, MAX);
	while (at < strlen(stream)) {
		size_t left = strlen(stream) - at;
		enum lines_next next;
		char *room;
		size_t size = lines_room(&lines, &room);

		assert_true(size > 0 && size <= MAX + 1);
		size = size < piece ? size : piece;
		size = size < left ? size : left;
		memcpy(room, stream + at, size);
		lines_filled(&lines, size);
		at += size;
		while ((next = lines_next(&lines, &text, &len)) != LINES_NONE) {
			memcpy(said + said_len, text, len);
			said_len += len;
			said[said_len++] = next == LINES_LINE ? '|' : '~';
		}
	}
	if (lines_rest(&lines, &text, &len)) {
		memcpy(said + said_len, text, len);
		said_len += len;
		said[said_len++] = '$';
	}
	assert_false(lines_rest(&lines, &text, &len));
	said[said_len] = '\0';
	lines_fini(&lines);
}

static void lines_are_the_same_in_whatever_pieces_they_come(void **state)
{
	static const struct {
		const char *stream, *said;
	} cases[] = {
		{"", ""},
		{"a\n", "a|"},
		{"a\nbc\n\nd", "a|bc||d$"},
		{"\n\n", "||"},
		{"12345678\n", "12345678|"},         /* just as long as allowed */
		{"123456789\nab\n", "12345678~ab|"}, /* one more */
		{"12345678", "12345678$"},           /* without its end */
		{"1234567890123456789012345\n\nz\n", "12345678~|z|"},
		{"1234567890", "12345678~"}, /* what is left of it is no line */
		{"a\r\n", "a\r|"},
	};
	char said[256];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		for (size_t piece = 1; piece < 30; piece++) {
			cut(cases[i].stream, piece, said);
			assert_string_equal(said, cases[i].said);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_the_same_in_whatever_pieces_they_come),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
