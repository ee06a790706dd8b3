/* Any bytes as a wish that a caller's score be forgotten, and as a caller's card: what is taken
 * can be told apart again, and what was read is written and read back as it was. */
#include "fuzz.h"

#include "model/caller.h"

#define HANDLE "N-01KAQ8GWJ5T3C8M9K2XRNY4B01"
#define NOW    INT64_C(1764000000000)

static void check_clearing(const char *body, size_t size)
{
	unsigned char digest[32], again[32];
	struct clearing *clearing = NULL;
	struct err err = {0};

	if (clearing_parse(body, size, HANDLE, &clearing, &err) < 0) {
		FUZZ_CHECK(clearing == NULL);
		fuzz_check_refusal(&err);
		return;
	}
	FUZZ_CHECK(strcmp(clearing->handle, HANDLE) == 0 && clearing->reason[0] != '\0');
	clearing_digest(clearing, digest);
	clearing->by[0] = 'x';
	clearing_digest(clearing, again);
	FUZZ_CHECK(memcmp(digest, again, sizeof(digest)) != 0);
	clearing_free(&clearing);
}

static json_t *written(const struct caller *caller)
{
	static const struct caller_policy policy;
	const struct card card = {caller, &policy, NOW};
	struct jsonw w;
	json_t *doc;

	jsonw_init(&w, 512);
	card_write(&card, &w, NULL);
	doc = fuzz_parsed(w.text, w.len);
	jsonw_fini(&w);
	return doc;
}

/* Nobody outside writes cards; one that was damaged must stop at the reader. */
static void check_card(const char *body, size_t size)
{
	json_t *doc = json_loadb(body, size, JSON_REJECT_DUPLICATES, NULL), *first, *second;
	struct caller caller, back;
	struct err err = {0};

	if (card_read(doc, &caller, &err) == 0) {
		first = written(&caller);
		FUZZ_CHECK(card_read(first, &back, &err) == 0);
		second = written(&back);
		FUZZ_CHECK(json_equal(first, second));
		json_decref(first);
		json_decref(second);
	}
	json_decref(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = fuzz_piece(data, size);

	check_clearing(body, size);
	check_card(body, size);
	free(body);
	return 0;
}
