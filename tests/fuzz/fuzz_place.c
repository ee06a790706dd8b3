/* Any bytes as a text or a search: candidates are whole, ranked and sound JSON, points lie
 * where the gazetteer knows something, and nothing is made of nothing. Any bytes as the
 * vocabulary are read or refused with their line. The first byte chooses. */
#include "fuzz_city.h"

#include "core/areas.h"
#include "core/place.h"
#include "core/rules_private.h"

static void check_json(const struct place_candidates *found)
{
	struct jsonw w;
	json_t *object;

	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	jsonw_string(&w, "said", found->said);
	for (unsigned i = 0; i < found->count; i++) {
		jsonw_open(&w, "candidate", '{');
		place_candidate_write(&found->candidate[i], &w);
		jsonw_close(&w, '}');
	}
	jsonw_close(&w, '}');
	object = json_loadb(w.text, w.len, 0, NULL);
	FUZZ_CHECK(object != NULL);
	json_decref(object);
	jsonw_fini(&w);
}

static void check(const struct place_candidates *found)
{
	FUZZ_CHECK(found->count <= PLACE_CANDIDATES_MAX);
	for (unsigned i = 0; i < found->count; i++) {
		const struct place_candidate *c = &found->candidate[i];

		FUZZ_CHECK(c->score >= 0 && c->score <= 1000 && c->radius_m > 0);
		FUZZ_CHECK(i == 0 || c->score <= c[-1].score);
		FUZZ_CHECK(c->place[0] != '\0' && c->reason[0] != '\0' && c->why[0] != '\0');
		FUZZ_CHECK(c->has_point == (c->state != LOCATION_AREA));
		FUZZ_CHECK(!c->has_point || (c->lat_e7 < -60000000 && c->lat_e7 > -75000000 &&
					     c->lon_e7 > 1080000000 && c->lon_e7 < 1095000000));
	}
	check_json(found);
}

static void try_text(const struct rules *rules, const char *text, size_t len)
{
	struct location none = {.from = LOCATION_NONE, .accuracy_m = -1}, at;
	struct place_candidates found;

	places_find(rules, text, len, &found);
	check(&found);
	locate(rules, &none, text, len, &at);
	FUZZ_CHECK(at.from == LOCATION_TEXT ? at.state != LOCATION_UNKNOWN
					    : at.state == LOCATION_UNKNOWN && !at.has_point);
}

static void try_words(char *text)
{
	struct place_words words;
	struct place_text *read = malloc(sizeof(*read));
	struct err err = {0};

	if (place_words_load(&words, "place-words.tsv", text, &err) == 0)
		place_text_read(&words, "api di jl kesambi raya no 5", 27, read);
	else
		FUZZ_CHECK(err.kind != ERR_NONE);
	place_words_fini(&words);
	free(read);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct place_candidates found;
	char *text;

	if (size == 0)
		return 0;
	text = calloc(size, 1);
	memcpy(text, data + 1, size - 1);
	if (data[0] == 'W') {
		try_words(text);
	} else if (data[0] == 'S') {
		places_search(fuzz_city(), text, size - 1, &found);
		check(&found);
	} else {
		try_text(fuzz_city(), text, size - 1);
	}
	free(text);
	return 0;
}
