#include "model/likeness.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"

const char *const likeness_sign_names[LIKENESS_SIGNS] = {
	[LIKE_PLACE] = "place",   [LIKE_AREA] = "area",       [LIKE_TIME] = "time",
	[LIKE_WORDS] = "words",   [LIKE_ADDRESS] = "address", [LIKE_KIND] = "kind",
	[LIKE_CALLER] = "caller",
};

/* What stands before the value, when it speaks for and when it speaks against. */
static const struct {
	const char *pro, *contra;
} phrases[LIKENESS_SIGNS] = {
	[LIKE_PLACE] = {"", ""},
	[LIKE_AREA] = {"satu kelurahan", "beda kelurahan"},
	[LIKE_TIME] = {"", ""},
	[LIKE_WORDS] = {"sama-sama menyebut", "beda isi"},
	[LIKE_ADDRESS] = {"alamat sama", "alamat beda"},
	[LIKE_KIND] = {"jenis sama", "jenis beda"},
	[LIKE_CALLER] = {"pelapor sama", "pelapor beda"},
};

void likeness_write(const struct likeness *likeness, struct jsonw *w)
{
	jsonw_decimal(w, "score", likeness->score_pct, 2);
	jsonw_open(w, "reasons", '[');
	for (unsigned i = 0; i < likeness->reason_count; i++) {
		const char *value = likeness->reason[i].value;

		jsonw_open(w, NULL, '{');
		jsonw_string(w, "is", likeness_sign_names[likeness->reason[i].is]);
		jsonw_string(w, "value", value[0] != '\0' ? value : NULL);
		jsonw_decimal(w, "weight", likeness->reason[i].weight_pct, 2);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static int hundredths(const json_t *object, const char *key)
{
	double value = json_number_value(json_object_get(object, key)) * 100;

	return (int)(value + (value < 0 ? -0.5 : 0.5));
}

static int sign_of(const char *name)
{
	for (int i = 0; name != NULL && i < LIKENESS_SIGNS; i++)
		if (strcmp(likeness_sign_names[i], name) == 0)
			return i;
	return -1;
}

void likeness_read(const json_t *object, struct likeness *likeness)
{
	const json_t *list = json_object_get(object, "reasons");

	*likeness = (struct likeness){.score_pct = hundredths(object, "score")};
	for (size_t i = 0;
	     i < json_array_size(list) && likeness->reason_count < LIKENESS_REASONS_MAX; i++) {
		const json_t *one = json_array_get(list, i);
		const char *value = json_string_value(json_object_get(one, "value"));
		int is = sign_of(json_string_value(json_object_get(one, "is")));
		unsigned n = likeness->reason_count;

		if (is < 0)
			continue;
		likeness->reason[n].is = (enum likeness_sign)is;
		likeness->reason[n].weight_pct = hundredths(one, "weight");
		snprintf(likeness->reason[n].value, LIKENESS_VALUE_SIZE, "%s",
			 value != NULL ? value : "");
		likeness->reason_count++;
	}
}

/* "2 min" is how it is stored, for every language; people here read "2 menit". */
static void put_value(const char *value, enum likeness_sign is, char *text_r, size_t size)
{
	size_t len = strlen(value);

	if (is == LIKE_TIME && len > 4 && strcmp(value + len - 4, " min") == 0)
		snprintf(text_r, size, "%.*s menit", (int)(len - 4), value);
	else
		snprintf(text_r, size, "%s", value);
}

void likeness_explain(const struct likeness *likeness, char *text_r, size_t size)
{
	size_t at = 0;

	text_r[0] = '\0';
	for (unsigned i = 0; i < likeness->reason_count; i++) {
		enum likeness_sign is = likeness->reason[i].is;
		bool is_pro = likeness->reason[i].weight_pct >= 0;
		char value[LIKENESS_VALUE_SIZE + 8];
		const char *phrase;
		int n;

		put_value(likeness->reason[i].value, is, value, sizeof(value));
		phrase = is_pro ? phrases[is].pro : phrases[is].contra;
		n = snprintf(text_r + at, size - at, "%s%s%s%s", at > 0 ? ", " : "", phrase,
			     phrase[0] != '\0' && value[0] != '\0' ? " " : "", value);
		if (n < 0 || (size_t)n >= size - at)
			return;
		at += (size_t)n;
	}
}
