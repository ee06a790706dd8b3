/* What dispatchers decided otherwise, as tangi export corrections writes it. */
#include "cmd/corpus_private.h"

#include <string.h>

#include "core/rules.h"

enum { LEAST_URGENT = 4 };

/* A prank reads like what it pretends to be: learn.c leaves it out where the rules see
 * something grave, which is why nobody's word stands behind it here. */
static void set_noise(struct corpus_row *row)
{
	row->emergency = 0;
	row->noise = 1;
	row->is_judged = false;
}

static void set_matter(struct corpus_row *row, const json_t *object, bool is_emergency)
{
	json_int_t severity = json_integer_value(json_object_get(object, "severity"));

	row->emergency = is_emergency;
	row->noise = 0;
	row->severity = severity >= 1 && severity <= LEAST_URGENT ? (int)severity : 0;
	corpus_set_agencies(row, json_object_get(object, "agencies"));
}

/* One about the call itself. Of those only the least urgent are nothing at all: who asks from
 * outside the city may be in need. */
static bool is_about_call(const struct loader *l, const json_t *object, bool *is_nothing_r)
{
	const struct category *category =
		rules_category(l->from->rules, corpus_member(object, "category"));

	*is_nothing_r = category != NULL && category->kind == CATEGORY_ADMIN &&
			priority_of_severity(category->severity) == LEAST_URGENT;
	return category != NULL && category->kind == CATEGORY_ADMIN;
}

static int set_class(const struct loader *l, struct corpus_row *row, const json_t *object)
{
	const char *kind = corpus_member(object, "class");
	bool is_nothing, is_about = is_about_call(l, object, &is_nothing);

	if (strcmp(kind, "noise") == 0 || is_nothing)
		set_noise(row);
	else if (strcmp(kind, "no_event") == 0 || strcmp(kind, "review") == 0 || is_about)
		row->noise = 0; /* told in earnest; what it was, nobody has said */
	else if (strcmp(kind, "emergency") == 0 || strcmp(kind, "routine") == 0)
		set_matter(row, object, strcmp(kind, "emergency") == 0);
	else
		return err_field(l->err, "class",
				 "class: is one of emergency, routine, noise, no_event");
	return 0;
}

static int take_correction(struct loader *l, const json_t *object)
{
	const char *text = corpus_member(object, "text");
	struct corpus_row *row;

	if (json_object_get(object, "same") != NULL)
		return 0; /* a pair: what it teaches is another thing */
	if (text[0] == '\0')
		return err_field(l->err, "text", "text: is missing");
	row = corpus_add_row(l, corpus_member(object, "id"), text, CORPUS_CORRECTION,
			     WEIGHT_JUDGED);
	row->is_judged = true;
	return set_class(l, row, object);
}

int corpus_take_corrections(struct loader *l)
{
	return corpus_take_lines(l, l->from->corrections, take_correction);
}
