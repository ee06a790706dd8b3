/* Any bytes as the beginning of a connection: in one piece and in two, the same must be read.
 */
#include <stdlib.h>
#include <string.h>

#include "net/http_head.h"

#define FUZZ_CHECK(condition)                                                                  \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

static size_t scan_in_two(const char *text, size_t len, struct head_fault *fault)
{
	size_t scanned = 0, end = head_scan(text, len / 2, &scanned, fault);

	if (end != 0 || fault->status != 0)
		return end;
	return head_scan(text, len, &scanned, fault);
}

static void parse(char *text, size_t end)
{
	struct head_fault fault;
	struct http_head head;

	if (head_parse(&head, text, end, &fault) != 0) {
		FUZZ_CHECK(fault.status >= 400 && fault.detail != NULL);
		return;
	}
	FUZZ_CHECK(head.path[0] == '/');
	FUZZ_CHECK(strlen(head.path) + strlen(head.query) <= HEAD_MAX_TARGET);
	FUZZ_CHECK(head.is_1_0 || head.field[HEAD_HOST] != NULL);
	FUZZ_CHECK(head.field[HEAD_TRANSFER_ENCODING] == NULL);
	for (unsigned i = 0; i < HEAD_FIELDS; i++) {
		if (head.field[i] == NULL)
			continue;
		FUZZ_CHECK(head.field[i] > text && head.field[i] < text + end);
		FUZZ_CHECK(strpbrk(head.field[i], "\r\n") == NULL);
		(void)head_list_has(head.field[i],
				    "close"); /* only its reading is of interest */
	}
	(void)head_unescape(head.path, false); /* likewise */
	(void)head_unescape(head.query, true);
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	struct head_fault fault, other;
	size_t scanned = 0, end;
	char *text = malloc(len + 1);

	memcpy(text, data, len);
	text[len] = '\0';
	end = head_scan(text, len, &scanned, &fault);
	if (end > 0) {
		FUZZ_CHECK(fault.status == 0 && end <= len && end <= HEAD_MAX_BYTES);
		FUZZ_CHECK(scan_in_two(text, len, &other) == end);
		parse(text, end);
	}
	free(text);
	return 0;
}
