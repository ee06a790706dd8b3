#include "model/verdict.h"

#include <stdio.h>
#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

const char *const disposition_names[DISPOSITIONS] = {
	[DISPOSITION_EMERGENCY] = "emergency",
	[DISPOSITION_REVIEW] = "review",
	[DISPOSITION_ROUTINE] = "routine",
	[DISPOSITION_NOISE] = "noise",
};

const char *const reason_names[REASONS] = {
	[REASON_EVENT] = "event",         [REASON_PAST] = "past",
	[REASON_RECURRING] = "recurring", [REASON_PLANNED] = "planned",
	[REASON_FEARED] = "feared",       [REASON_SUPPOSED] = "supposed",
	[REASON_DENIED] = "denied",       [REASON_DRILL] = "drill",
	[REASON_TOLD] = "told",           [REASON_ASKED] = "asked",
	[REASON_LIFE] = "life",           [REASON_WORSE] = "worse",
	[REASON_MILDER] = "milder",       [REASON_NOW] = "now",
	[REASON_OVER] = "over",           [REASON_PLEA] = "plea",
	[REASON_CALLED] = "called",       [REASON_PRANK] = "prank",
	[REASON_OUTSIDE] = "outside",     [REASON_MODEL] = "model",
};

const char *const route_by_names[ROUTE_BYS] = {
	[ROUTE_BY_NOBODY] = "nobody",
	[ROUTE_BY_RULE] = "rule",
	[ROUTE_BY_MODEL] = "model",
	[ROUTE_BY_CATEGORY] = "category",
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

static void write_opinion(const struct verdict *verdict, struct jsonw *w)
{
	jsonw_string(w, "model", verdict->model);
	if (verdict->rule[0] == '\0')
		return; /* of a version that did not say */
	jsonw_decimal(w, "emergency", verdict->emergency_pct, 2);
	jsonw_string(w, "rule", verdict->rule);
}

static void write_terms(const struct verdict *verdict, struct jsonw *w)
{
	jsonw_open(w, "because", '[');
	for (unsigned i = 0; i < verdict->term_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "term", verdict->term[i].term);
		jsonw_decimal(w, "weight", verdict->term[i].weight_pct, 2);
		if (verdict->term[i].is != REASON_UNKNOWN)
			jsonw_string(w, "is", reason_names[verdict->term[i].is]);
		if (verdict->term[i].len > 0) {
			jsonw_int(w, "at", verdict->term[i].at);
			jsonw_int(w, "len", verdict->term[i].len);
		}
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_learnt(const struct route *route, struct jsonw *w)
{
	jsonw_open(w, "learnt", '[');
	for (unsigned i = 0; i < route->learnt_count; i++) {
		jsonw_open(w, NULL, '{');
		jsonw_string(w, "office", route->learnt[i].office);
		jsonw_decimal(w, "share", route->learnt[i].share_pct, 2);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

static void write_route(const struct route *route, struct jsonw *w)
{
	if (route->office[0] != '\0') {
		jsonw_string(w, "office", route->office);
		jsonw_string(w, "office_name", route->name);
	}
	if (route->by == ROUTE_BY_NOBODY && route->learnt_count == 0)
		return;
	jsonw_open(w, "route", '{');
	jsonw_string(w, "by", route_by_names[route->by]);
	if (route->rule[0] != '\0')
		jsonw_string(w, "rule", route->rule);
	if (route->learnt_count > 0)
		write_learnt(route, w);
	jsonw_close(w, '}');
}

void verdict_write(const struct verdict *verdict, const struct agencies *agencies,
		   struct jsonw *w)
{
	jsonw_string(w, "disposition", disposition_names[verdict->disposition]);
	jsonw_int(w, "priority", verdict->priority);
	jsonw_string(w, "category", verdict->category);
	agency_set_write(agencies, verdict->agencies, w, "agencies");
	jsonw_decimal(w, "confidence", verdict->confidence_pct, 2);
	write_terms(verdict, w);
	jsonw_string(w, "rules", verdict->rules);
	if (verdict->model[0] != '\0')
		write_opinion(verdict, w);
	write_route(&verdict->route, w);
	if (verdict->other_count > 0)
		write_others(verdict, w);
	hazards_write(verdict->hazards, w, "hazards");
}

static enum disposition find_disposition(const json_t *object)
{
	const char *name = json_string_value(json_object_get(object, "disposition"));

	for (int i = 0; name != NULL && i < DISPOSITIONS; i++)
		if (strcmp(disposition_names[i], name) == 0)
			return (enum disposition)i;
	return DISPOSITION_REVIEW; /* of a newer version: a person has to look */
}

agency_set agency_set_read(const struct agencies *agencies, const json_t *list)
{
	agency_set set = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *id = json_string_value(json_array_get(list, i));
		int index = id != NULL ? agency_find(agencies, id, strlen(id)) : -1;

		if (index >= 0)
			set |= (agency_set)1 << index;
	}
	return set;
}

static int ask_agency(const struct agencies *agencies, const json_t *id)
{
	if (!json_is_string(id))
		return -1;
	return agency_find(agencies, json_string_value(id), json_string_length(id));
}

int agency_set_ask(const struct agencies *agencies, const json_t *object, agency_set *set_r,
		   struct err *err)
{
	const json_t *list;

	*set_r = 0;
	if (jsonin_child(object, "agencies", JSON_ARRAY, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++) {
		int index = ask_agency(agencies, json_array_get(list, i));

		if (index < 0)
			return err_field(err, "agencies",
					 "entry %zu is not an agency of this city", i + 1);
		*set_r |= (agency_set)1 << index;
	}
	if (list != NULL && *set_r == 0)
		return err_field(err, "agencies", "must name at least one agency");
	return 0;
}

void verdict_leave_text(struct verdict *verdict)
{
	for (unsigned i = 0; i < verdict->term_count; i++)
		verdict->term[i].at = verdict->term[i].len = 0;
}

static enum reason_kind find_reason(const char *name)
{
	for (int i = REASON_EVENT; name != NULL && i < REASONS; i++)
		if (strcmp(reason_names[i], name) == 0)
			return (enum reason_kind)i;
	return REASON_UNKNOWN;
}

static void read_terms(const json_t *list, struct verdict *verdict)
{
	for (size_t i = 0; i < json_array_size(list) && i < VERDICT_TERMS_MAX; i++) {
		const json_t *term = json_array_get(list, i);
		double weight = json_number_value(json_object_get(term, "weight"));

		jsonin_kept_text(term, "term", verdict->term[i].term, VERDICT_TERM_SIZE);
		verdict->term[i].weight_pct = (int)(weight * 100 + (weight < 0 ? -0.5 : 0.5));
		verdict->term[i].is =
			find_reason(json_string_value(json_object_get(term, "is")));
		verdict->term[i].at = (uint16_t)json_integer_value(json_object_get(term, "at"));
		verdict->term[i].len =
			(uint16_t)json_integer_value(json_object_get(term, "len"));
		verdict->term_count = (unsigned)i + 1;
	}
}

static void read_others(const json_t *list, struct verdict *verdict)
{
	for (size_t i = 0; i < json_array_size(list) && i < VERDICT_OTHERS_MAX; i++) {
		const json_t *other = json_array_get(list, i);
		double confidence = json_number_value(json_object_get(other, "confidence"));

		jsonin_kept_text(other, "category", verdict->other[i].category, CATEGORY_SIZE);
		verdict->other[i].confidence_pct = (int)(confidence * 100 + 0.5);
		verdict->other_count = (unsigned)i + 1;
	}
}

static void read_learnt(const json_t *list, struct route *route)
{
	for (size_t i = 0; i < json_array_size(list) && i < ROUTE_LEARNT_MAX; i++) {
		const json_t *one = json_array_get(list, i);
		double share = json_number_value(json_object_get(one, "share"));

		jsonin_kept_text(one, "office", route->learnt[i].office, OFFICE_SIZE);
		route->learnt[i].share_pct = (int)(share * 100 + 0.5);
		route->learnt_count = (unsigned)i + 1;
	}
}

static void read_route(const json_t *object, struct route *route)
{
	const json_t *why = json_object_get(object, "route");
	const char *by = json_string_value(json_object_get(why, "by"));

	jsonin_kept_text(object, "office", route->office, OFFICE_SIZE);
	jsonin_kept_text(object, "office_name", route->name, ROUTE_NAME_SIZE);
	jsonin_kept_text(why, "rule", route->rule, RULE_SIZE);
	for (int i = 0; by != NULL && i < ROUTE_BYS; i++)
		if (strcmp(route_by_names[i], by) == 0)
			route->by = (enum route_by)i;
	read_learnt(json_object_get(why, "learnt"), route);
}

void verdict_read_back(const json_t *object, const struct agencies *agencies,
		       struct verdict *verdict)
{
	double confidence = json_number_value(json_object_get(object, "confidence"));
	double emergency = json_number_value(json_object_get(object, "emergency"));

	*verdict = (struct verdict){
		.disposition = find_disposition(object),
		.priority = (int)json_integer_value(json_object_get(object, "priority")),
		.confidence_pct = (int)(confidence * 100 + 0.5),
		.emergency_pct = (int)(emergency * 100 + 0.5),
		.agencies = agency_set_read(agencies, json_object_get(object, "agencies")),
		.hazards = hazards_read(json_object_get(object, "hazards")),
	};
	jsonin_kept_text(object, "category", verdict->category, CATEGORY_SIZE);
	jsonin_kept_text(object, "rules", verdict->rules, RULES_VERSION_SIZE);
	jsonin_kept_text(object, "model", verdict->model, RULES_VERSION_SIZE);
	jsonin_kept_text(object, "rule", verdict->rule, RULE_SIZE);
	read_route(object, &verdict->route);
	read_others(json_object_get(object, "alternatives"), verdict);
	read_terms(json_object_get(object, "because"), verdict);
}
