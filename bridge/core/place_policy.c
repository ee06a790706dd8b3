#include "core/place_policy.h"

#include <stdio.h>
#include <string.h>

#include "base/config.h"
#include "core/polygon.h"

struct settings {
	int64_t near_border_m, exact_m, disagree_m, utc_offset_min;
	json_t *jurisdictions;
};

static const struct option options[] = {
	{"near_border_m", OPTION_INT, offsetof(struct settings, near_border_m), "300", 0, 20000,
	 "metres from the border of the city within which a neighbour may be nearer"},
	{"exact_m", OPTION_INT, offsetof(struct settings, exact_m), "100", 1, 10000,
	 "metres: a device's point with no larger error is exact"},
	{"disagree_m", OPTION_INT, offsetof(struct settings, disagree_m), "500", 0, 100000,
	 "metres between point and words, beyond both errors, that are told"},
	{"utc_offset_min", OPTION_INT, offsetof(struct settings, utc_offset_min), "420", -720,
	 840, "minutes by which the clocks of the city are ahead of UTC"},
	{"jurisdictions", OPTION_LIST, offsetof(struct settings, jurisdictions), "[]", 0, 0,
	 "agencies that cover other ground than the city: {agency, areas}"},
	OPTION_END,
};

static int add_area(struct place_policy *policy, agency_set agency, const json_t *code,
		    const struct areas *areas, struct err *err)
{
	const char *text = json_string_value(code);

	if (text == NULL || areas_coded(areas, text) == NULL)
		return err_field(err, "areas", "no area \"%.20s\" in areas.geojson",
				 text != NULL ? text : "");
	if (policy->count == JURISDICTIONS_MAX)
		return err_field(err, "areas", "more than %d", JURISDICTIONS_MAX);
	policy->jurisdiction[policy->count].agency = agency;
	snprintf(policy->jurisdiction[policy->count++].area, AREA_SIZE, "%s", text);
	return 0;
}

static int add_jurisdiction(struct place_policy *policy, const json_t *one,
			    const struct agencies *agencies, const struct areas *areas,
			    struct err *err)
{
	const char *id = json_string_value(json_object_get(one, "agency"));
	const json_t *codes = json_object_get(one, "areas");
	int agency = id != NULL ? agency_find(agencies, id, strlen(id)) : -1;

	if (agency < 0)
		return err_field(err, "agency", "no agency \"%.30s\" in agencies.tsv",
				 id != NULL ? id : "");
	if (json_array_size(codes) == 0)
		return err_field(err, "areas", "needs a list of area codes");
	policy->named |= (agency_set)1 << agency;
	for (size_t i = 0; i < json_array_size(codes); i++)
		if (add_area(policy, (agency_set)1 << agency, json_array_get(codes, i), areas,
			     err) < 0)
			return -1;
	return 0;
}

static int take(struct place_policy *policy, const struct settings *settings,
		const struct agencies *agencies, const struct areas *areas, struct err *err)
{
	*policy = (struct place_policy){
		.near_border_m = settings->near_border_m,
		.exact_m = settings->exact_m,
		.disagree_m = settings->disagree_m,
		.utc_offset_min = settings->utc_offset_min,
	};
	for (size_t i = 0; i < json_array_size(settings->jurisdictions); i++)
		if (add_jurisdiction(policy, json_array_get(settings->jurisdictions, i),
				     agencies, areas, err) < 0)
			return err_wrap(err, "jurisdictions[%zu]", i);
	return 0;
}

int place_policy_load(struct place_policy *policy, const char *name, const char *text,
		      size_t len, const struct agencies *agencies, const struct areas *areas,
		      struct err *err)
{
	struct settings settings = {0};
	json_error_t je;
	json_auto_t *doc = json_loadb(text, len, JSON_REJECT_DUPLICATES, &je);
	int rc;

	if (doc == NULL)
		return err_set(err, ERR_INVALID, "%s:%d: %s", name, je.line, je.text);
	if (config_read(options, doc, &settings, err) < 0)
		return err_wrap(err, "%s: %s", name, err->field);
	rc = take(policy, &settings, agencies, areas, err);
	config_free(options, &settings);
	return rc < 0 ? err_wrap(err, "%s", name) : 0;
}

/* "32.74" holds "32.74.05.1003". */
static bool is_within(const char *area, const char *whole)
{
	size_t len = strlen(whole);

	return strncmp(area, whole, len) == 0 && (area[len] == '\0' || area[len] == '.');
}

agency_set place_agencies(const struct place_policy *policy, const struct agencies *agencies,
			  const struct areas *areas, const char *area)
{
	const struct area *city = areas_city(areas);
	agency_set all = agencies->count == AGENCY_MAX ? (agency_set)-1
						       : ((agency_set)1 << agencies->count) - 1;
	agency_set set = 0;

	if (area[0] == '\0')
		return 0;
	if (city != NULL && is_within(area, city->code))
		set = all & ~policy->named;
	for (unsigned i = 0; i < policy->count; i++)
		if (is_within(area, policy->jurisdiction[i].area))
			set |= policy->jurisdiction[i].agency;
	return set;
}
