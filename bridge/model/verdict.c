#include "model/verdict.h"

#include "base/jsonw.h"

const char *const disposition_names[DISPOSITIONS] = {
	[DISPOSITION_EMERGENCY] = "emergency",
	[DISPOSITION_REVIEW] = "review",
	[DISPOSITION_ROUTINE] = "routine",
	[DISPOSITION_NOISE] = "noise",
};

void agency_set_write(const struct agencies *agencies, agency_set set, struct jsonw *w,
		      const char *key)
{
	jsonw_open(w, key, '[');
	for (unsigned i = 0; i < agencies->count; i++)
		if (set >> i & 1)
			jsonw_string(w, NULL, agencies->agency[i].id);
	jsonw_close(w, ']');
}

static void write_others(const struct verdict *verdict, struct jsonw *w)
{
	jsonw_open(w, "alternatives", '[');
	for (unsigned i = 0; i < verdict->other_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "category", verdict->other[i].category);
		jsonw_decimal(w, "confidence", verdict->other[i].confidence_pct, 2);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void verdict_write(const struct verdict *verdict, const struct agencies *agencies,
		   struct jsonw *w)
{
	jsonw_string(w, "disposition", disposition_names[verdict->disposition]);
	jsonw_int(w, "priority", verdict->priority);
	jsonw_string(w, "category", verdict->category);
	agency_set_write(agencies, verdict->agencies, w, "agencies");
	jsonw_decimal(w, "confidence", verdict->confidence_pct, 2);
	jsonw_open(w, "because", '[');
	for (unsigned i = 0; i < verdict->term_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "term", verdict->term[i].term);
		jsonw_decimal(w, "weight", verdict->term[i].weight_pct, 2);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_string(w, "rules", verdict->rules);
	if (verdict->model[0] != '\0')
		jsonw_string(w, "model", verdict->model);
	if (verdict->office[0] != '\0')
		jsonw_string(w, "office", verdict->office);
	if (verdict->other_count > 0)
		write_others(verdict, w);
}
