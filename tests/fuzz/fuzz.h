/* What the targets share. */
#pragma once

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/err.h"
#include "base/jsonw.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define FUZZ_CHECK(condition)                                                                  \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

/* Bytes in a piece of their own, so that one too far is seen. */
static inline char *fuzz_piece(const void *data, size_t size)
{
	char *piece = malloc(size > 0 ? size : 1);

	memcpy(piece, data, size);
	return piece;
}

/* Sound JSON, or the end. */
static inline json_t *fuzz_parsed(const char *text, size_t len)
{
	json_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, NULL);

	FUZZ_CHECK(doc != NULL);
	return doc;
}

/* A refusal is one that can be told to its sender: it says why, in sound JSON. */
static inline void fuzz_check_refusal(const struct err *err)
{
	struct jsonw w;

	FUZZ_CHECK(err->kind == ERR_INVALID && err->text[0] != '\0');
	jsonw_init(&w, 256);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "field", err->field);
	jsonw_string(&w, "detail", err->text);
	jsonw_close(&w, '}');
	json_decref(fuzz_parsed(w.text, w.len));
	jsonw_fini(&w);
}
