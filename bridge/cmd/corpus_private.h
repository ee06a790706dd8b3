/* What the files of the corpus share: corpus.c keeps the rows, each other file is one source.
 */
#pragma once

#include <jansson.h>

#include "cmd/corpus.h"

/* How often a row counts beside a complaint nobody judged. */
enum { WEIGHT_WEAK = 1, WEIGHT_LOG = 2, WEIGHT_OWN = 2, WEIGHT_JUDGED = 2, WEIGHT_GOLD = 6 };

struct loader {
	struct corpus *corpus;
	unsigned room;
	const struct corpus_from *from;
	struct err *err;
};

/* Letters only, digits as one: what differs in spaces or numbers is a copy. */
uint32_t corpus_hash(const char *text);
struct corpus_row *corpus_add_row(struct loader *l, const char *id, const char *text,
				  enum corpus_source source, int weight);
/* Of an object's member; "" where it is no text. */
const char *corpus_member(const json_t *object, const char *key);

/* The agencies of a judged text; who is not named does not go. */
void corpus_set_agencies(struct corpus_row *row, const json_t *list);

/* A file of JSON lines; -1 with the file and the line that is wrong. */
typedef int corpus_line_fn(struct loader *l, const json_t *object);
int corpus_take_lines(struct loader *l, const char *path, corpus_line_fn *take) MUST_CHECK;

/* The sources. */
int corpus_take_data(struct loader *l) MUST_CHECK;   /* the folder of real texts */
int corpus_take_own(struct loader *l) MUST_CHECK;    /* model/texts.tsv */
int corpus_take_judged(struct loader *l) MUST_CHECK; /* model/judged.tsv, of rows there are */
int corpus_take_corrections(struct loader *l) MUST_CHECK; /* of tangi export */
