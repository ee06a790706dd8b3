/* Any bytes as a message about a call: what is taken can be written, masked and read back; what
 * is masked gives away no more than it may. */
#include "fuzz.h"

#include "model/call.h"

static json_t *written(const struct call *call, bool is_masked)
{
	struct jsonw w;
	json_t *doc;

	jsonw_init(&w, 256);
	call_write(call, is_masked, NULL, &w, NULL);
	doc = fuzz_parsed(w.text, w.len);
	jsonw_fini(&w);
	return doc;
}

static void check_mask(const struct call *call)
{
	json_t *doc = written(call, true);
	const char *masked = json_string_value(json_object_get(doc, "caller"));
	size_t len = strlen(call->caller), shown = 0;

	FUZZ_CHECK((masked == NULL) == (len == 0));
	for (size_t i = 0; masked != NULL && i < len; i++) {
		FUZZ_CHECK(masked[i] == '*' || masked[i] == call->caller[i]);
		shown += masked[i] != '*';
	}
	FUZZ_CHECK(shown <= (len > 8 ? 6 : 2));
	json_decref(doc);
}

static void check_read_back(const struct call *call)
{
	json_t *doc = written(call, false), *again;
	struct call back;
	struct err err;

	FUZZ_CHECK(call_read(doc, &back, &err) == 0);
	again = written(&back, false);
	FUZZ_CHECK(json_equal(doc, again));
	json_decref(doc);
	json_decref(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *body = fuzz_piece(data, size);
	struct call *call = NULL;
	struct err err = {0};

	if (call_parse(body, size, &call, &err) < 0) {
		FUZZ_CHECK(call == NULL);
		fuzz_check_refusal(&err);
	} else {
		FUZZ_CHECK(call->state < CALL_STATES && call->call_id[0] != '\0');
		FUZZ_CHECK(call->id[0] == '\0' && call->at_ms >= 0);
		check_mask(call);
		check_read_back(call);
		call_free(&call);
	}
	free(body);
	return 0;
}
