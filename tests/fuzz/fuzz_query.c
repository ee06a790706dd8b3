/* Any text as each value of a query: what is taken is within its bounds, and a cursor that is
 * taken is one that we gave. */
#include <stdlib.h>
#include <string.h>

#include "api/query.h"

#define EPOCH "X-01ARZ3NDEKTSV4RRFFQ69G5FAV"

#define FUZZ_CHECK(condition)                                                                  \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_cursor(const char *text)
{
	char again[CURSOR_SIZE];
	struct err err;
	uint64_t no = 0;

	if (cursor_parse(text, EPOCH, &no, &err) < 0) {
		FUZZ_CHECK(no == 0 && strcmp(err.field, "cursor") == 0);
		return;
	}
	cursor_format(EPOCH, no, again);
	FUZZ_CHECK(no != 0 && strcmp(text, again) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	int64_t number = 0, time = 0;
	struct err err;

	FUZZ_CHECK(text != NULL);
	if (size > 0)
		memcpy(text, data, size);
	text[size] = '\0';
	if (query_number("limit", text, 1, 500, &number, &err) == 0)
		FUZZ_CHECK(number >= 1 && number <= 500);
	if (query_time("since", text, &time, &err) < 0)
		FUZZ_CHECK(time == 0 && strcmp(err.field, "since") == 0);
	check_cursor(text);
	free(text);
	return 0;
}
