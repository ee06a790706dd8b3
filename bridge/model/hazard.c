#include "model/hazard.h"

#include <string.h>

#include "base/jsonin.h"
#include "base/jsonw.h"

const char *const hazard_names[HAZARDS] = {
	[HAZARD_GAS] = "gas",
	[HAZARD_CHEMICALS] = "chemicals",
	[HAZARD_WEAPONS] = "weapons",
	[HAZARD_AGGRESSION] = "aggression",
	[HAZARD_LIVE_WIRES] = "live_wires",
};

int hazard_find(const char *name)
{
	for (int i = 0; i < HAZARDS; i++)
		if (strcmp(hazard_names[i], name) == 0)
			return i;
	return -1;
}

void hazards_write(hazard_set hazards, struct jsonw *w, const char *key)
{
	if (hazards == 0)
		return;
	jsonw_open(w, key, '[');
	for (int i = 0; i < HAZARDS; i++)
		if (hazards >> i & 1)
			jsonw_string(w, NULL, hazard_names[i]);
	jsonw_close(w, ']');
}

static int find(const json_t *name)
{
	return json_is_string(name) ? hazard_find(json_string_value(name)) : -1;
}

hazard_set hazards_read(const json_t *list)
{
	hazard_set hazards = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		int hazard = find(json_array_get(list, i));

		if (hazard >= 0)
			hazards |= (hazard_set)(1u << hazard);
	}
	return hazards;
}

int hazards_ask(const json_t *object, const char *key, hazard_set *hazards_r, struct err *err)
{
	const json_t *list;

	if (jsonin_child(object, key, JSON_ARRAY, &list, err) < 0)
		return -1;
	for (size_t i = 0; i < json_array_size(list); i++)
		if (find(json_array_get(list, i)) < 0)
			return err_field(err, key,
					 "entry %zu is not gas, chemicals, weapons, "
					 "aggression or live_wires",
					 i + 1);
	*hazards_r = hazards_read(list);
	return 0;
}
