#include "cmd/tally.h"

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/xalloc.h"

void tally_add(struct tally *tally, const char *from, const char *to)
{
	struct tally_item *item;

	for (unsigned i = 0; i < tally->count; i++)
		if (strcmp(tally->item[i].from, from) == 0 &&
		    strcmp(tally->item[i].to, to) == 0) {
			tally->item[i].n++;
			return;
		}
	if (tally->count == tally->room) {
		tally->room = 2 * tally->room + 16;
		tally->item = xrealloc(tally->item, tally->room * sizeof(*item));
	}
	item = &tally->item[tally->count++];
	item->n = 1;
	snprintf(item->from, TALLY_WORD, "%s", from);
	snprintf(item->to, TALLY_WORD, "%s", to);
}

void tally_fini(struct tally *tally)
{
	xfree(tally->item);
	*tally = (struct tally){0};
}

unsigned tally_sum(const struct tally *tally)
{
	unsigned sum = 0;

	for (unsigned i = 0; i < tally->count; i++)
		sum += tally->item[i].n;
	return sum;
}

static int compare(const void *a, const void *b)
{
	const struct tally_item *x = a, *y = b;
	int order = strcmp(x->from, y->from);

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return order != 0 ? order : strcmp(x->to, y->to);
}

void tally_sort(struct tally *tally)
{
	if (tally->count > 0)
		qsort(tally->item, tally->count, sizeof(*tally->item), compare);
}

void tally_print(const struct tally *tally, FILE *to)
{
	for (unsigned i = 0; i < tally->count; i++)
		fprintf(to, "  %6u  %s → %s\n", tally->item[i].n, tally->item[i].from,
			tally->item[i].to);
}

void tally_write(const struct tally *tally, struct jsonw *w, const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < tally->count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "from", tally->item[i].from);
		jsonw_string(w, "to", tally->item[i].to);
		jsonw_int(w, "n", tally->item[i].n);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}
