#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "city.h"
#include "core/classify.h"
#include "core/model.h"

static float weights[MODEL_BUCKETS];
static uint64_t known[MODEL_BUCKETS / 64];

/* Two questions: the second is the first, turned round. */
static struct model *small_model(void)
{
	static float other[MODEL_BUCKETS];
	struct model_head heads[] = {
		{.name = "emergency", .weights = weights, .slope = 1},
		{.name = "noise", .weights = other, .slope = 1, .bias = 0.5f},
	};

	for (unsigned b = 0; b < MODEL_BUCKETS; b += 3)
		weights[b] = (float)(b % 251) / 100 - 1;
	for (unsigned b = 0; b < MODEL_BUCKETS; b++)
		other[b] = -weights[b];
	known[3] = 5;
	return model_build(heads, 2, known);
}

static void save(const struct model *model, char path[static 32])
{
	struct err err;
	int fd;

	snprintf(path, 32, "/tmp/tangi-model-XXXXXX");
	fd = mkstemp(path);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(model_save(model, path, &err), 0);
}

static void take(const char *text, struct features *f)
{
	struct words words;

	normalise(NULL, text, strlen(text), &words);
	features_begin(f);
	features_add_text(f, &words, text, strlen(text));
	features_add_cue(f, "live", "flood");
}

static void what_was_saved_judges_alike(void **state)
{
	struct model *model = small_model(), *again;
	struct model_scores a, b;
	struct features f;
	char path[32];
	struct err err;

	(void)state;
	save(model, path);
	assert_int_equal(model_load(&again, path, &err), 0);
	assert_string_equal(model_version(model), model_version(again));
	take("banjir di gang kami, tolong", &f);
	model_score(model, &f, &a);
	model_score(again, &f, &b);
	for (unsigned h = 0; h < 2; h++) {
		assert_true(fabsf(a.score[h] - b.score[h]) < 1e-6f);
		assert_string_equal(model_head_name(model, h), model_head_name(again, h));
	}
	assert_true(model_knows(again, 3 * 64 + 2) && !model_knows(again, 3 * 64 + 1));
	(void)unlink(path);
	model_free(&model);
	model_free(&again);
}

static void a_damaged_model_is_refused_wherever_it_is_damaged(void **state)
{
	struct model *model = small_model(), *none = NULL;
	char path[32];
	struct err err;
	long size;

	(void)state;
	save(model, path);
	{
		FILE *file = fopen(path, "r+");

		(void)fseek(file, 0, SEEK_END);
		size = ftell(file);
		(void)fclose(file);
	}
	for (long at = 0; at < size; at += at < 200 ? 7 : size / 40) {
		FILE *file = fopen(path, "r+");
		int c;

		(void)fseek(file, at, SEEK_SET);
		c = fgetc(file);
		(void)fseek(file, at, SEEK_SET);
		(void)fputc(c ^ 0x40, file);
		(void)fclose(file);
		assert_int_equal(model_load(&none, path, &err), -1);
		assert_int_equal(err.kind, ERR_INVALID);
		file = fopen(path, "r+");
		(void)fseek(file, at, SEEK_SET);
		(void)fputc(c, file);
		(void)fclose(file);
	}
	assert_int_equal(truncate(path, size - 1), 0);
	assert_int_equal(model_load(&none, path, &err), -1);
	(void)unlink(path);
	assert_int_equal(model_load(&none, path, &err), -1);
	assert_int_equal(err.kind, ERR_IO);
	model_free(&model);
}

static void without_a_model_the_rules_judge_and_no_model_is_named(void **state)
{
	static const char text[] = "kebakaran rumah, masih ada orang di dalam";
	struct rules *rules = city_load();
	struct model *none = NULL;
	struct verdict v;

	(void)state;
	assert_string_not_equal(rules_model_version(rules), "");
	classify(rules, text, strlen(text), &v);
	assert_string_equal(v.model, rules_model_version(rules));
	rules_set_model(rules, &none);
	classify(rules, text, strlen(text), &v);
	assert_string_equal(v.model, "");
	assert_int_equal(v.disposition, DISPOSITION_EMERGENCY);
	assert_string_equal(v.category, "fire_building");
	rules_free(&rules);
}

static void a_model_not_asked_of_emergencies_judges_nothing(void **state)
{
	static const char text[] = "kebakaran rumah, masih ada orang di dalam";
	struct model_head head = {.name = "noise", .weights = weights, .slope = 1};
	struct model *model = model_build(&head, 1, known);
	struct rules *rules = city_load();
	struct verdict v;

	(void)state;
	rules_set_model(rules, &model);
	assert_null(model);
	assert_string_equal(rules_model_version(rules), "");
	classify(rules, text, strlen(text), &v);
	assert_string_equal(v.model, "");
	assert_int_equal(v.disposition, DISPOSITION_EMERGENCY);
	rules_free(&rules);
}

/* Danger to life that the rules see stands, whatever the weights say. */
static void no_model_talks_danger_to_life_away(void **state)
{
	static const char *const texts[] = {
		"kebakaran rumah, masih ada orang di dalam",
		"banjir, nenek terjebak di lantai 2, minta dievakuasi",
		"banjir sepinggang di kampung kami",
	};
	struct model_head never[] = {
		{.name = "emergency", .weights = weights, .slope = 1, .offset = -60},
		{.name = "noise", .weights = weights, .slope = 1, .offset = -60},
	};
	struct rules *rules = city_load();
	struct model *model;

	(void)state;
	memset(weights, 0, sizeof(weights));
	weights[1] = 1;
	model = model_build(never, 2, known);
	rules_set_model(rules, &model);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct verdict v;

		classify(rules, texts[i], strlen(texts[i]), &v);
		if (v.disposition != DISPOSITION_EMERGENCY)
			fail_msg("\"%s\" was talked away", texts[i]);
	}
	rules_free(&rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_saved_judges_alike),
		cmocka_unit_test(a_damaged_model_is_refused_wherever_it_is_damaged),
		cmocka_unit_test(without_a_model_the_rules_judge_and_no_model_is_named),
		cmocka_unit_test(a_model_not_asked_of_emergencies_judges_nothing),
		cmocka_unit_test(no_model_talks_danger_to_life_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
