/* What an operator writes is taken as a whole, or refused by the name of what is wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "cmd/settings.h"

struct folder {
	char dir[32];
};

static int make_folder(void **state)
{
	struct folder *folder = calloc(1, sizeof(*folder));

	strcpy(folder->dir, "/tmp/tangi-set-XXXXXX");
	assert_non_null(mkdtemp(folder->dir));
	*state = folder;
	return 0;
}

static int remove_folder(void **state)
{
	struct folder *folder = *state;
	char path[64];

	snprintf(path, sizeof(path), "%s/tangi.json", folder->dir);
	(void)unlink(path);
	(void)rmdir(folder->dir);
	free(folder);
	return 0;
}

static void write_settings(const struct folder *folder, const char *text)
{
	char path[64];
	FILE *file;

	snprintf(path, sizeof(path), "%s/tangi.json", folder->dir);
	file = fopen(path, "w");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static int load(const struct folder *folder, const char *set, struct settings **settings_r,
		struct err *err)
{
	const char *const sets[] = {set};
	struct settings_place place = {
		.dir = folder->dir, .sets = sets, .set_count = set != NULL};

	return settings_load(settings_r, &place, err);
}

#define GOOD "{\"city\": \"cirebon\", \"adapters\": []}"

static void what_is_not_said_has_its_default(void **state)
{
	struct settings *settings = NULL;
	struct err err;

	write_settings(*state, GOOD);
	if (load(*state, NULL, &settings, &err) < 0)
		fail_msg("%s", err.text);
	assert_string_equal(settings->city, "cirebon");
	assert_string_equal(settings->http.listen, "127.0.0.1:8112");
	assert_string_equal(settings->mqtt.host, "");
	assert_string_equal(settings->mqtt.city, "cirebon");
	assert_int_equal(settings->store.batch_max, 256);
	assert_int_equal(settings_log_level(settings), LOG_INFO);
	settings_free(&settings);
	assert_null(settings);
}

static void set_goes_over_the_file(void **state)
{
	struct settings *settings = NULL;
	struct err err;

	write_settings(*state,
		       "{\"city\": \"cirebon\", \"http\": {\"listen\": \"127.0.0.1:1\"},"
		       "\"adapters\": []}");
	assert_int_equal(load(*state, "http.listen=[::1]:99", &settings, &err), 0);
	assert_string_equal(settings->http.listen, "[::1]:99");
	settings_free(&settings);
	assert_int_equal(load(*state, "http.secure_cookie=true", &settings, &err), 0);
	assert_string_equal(settings->http.listen, "127.0.0.1:1");
	assert_true(settings->http.is_secure_cookie);
	settings_free(&settings);
}

static void what_is_wrong_is_named_with_its_place(void **state)
{
	static const struct {
		const char *file, *set, *named, *place;
	} cases[] = {
		{GOOD, "no.such.key=1", "no.such.key", "--set"},
		{GOOD, "store.batchmax=1", "store.batchmax", "--set"},
		{GOOD, "store.batch_max=many", "store.batch_max", "--set"},
		{GOOD, "store.batch_max=0", "store.batch_max", "--set"},
		{GOOD, "stream.tick_ms=-1", "stream.tick_ms", "--set"},
		{GOOD, "http.listen=nowhere", "http.listen", "--set"},
		{GOOD, "http.listen=127.0.0.1:0", "http.listen", "--set"},
		{GOOD, "http.listen=localhost:80", "http.listen", "--set"},
		{GOOD, "http.trusted=0.0.0.0:8113", "http.trusted", "--set"},
		{GOOD, "http.trusted=[::]:8113", "http.trusted", "--set"},
		{GOOD, "http.origins=[\"city.example\"]", "http.origins", "--set"},
		{GOOD, "http.origins=https://x", "http.origins", "--set"},
		{GOOD, "http.secure_cookie=yes", "http.secure_cookie", "--set"},
		{GOOD, "log.level=loud", "log.level", "--set"},
		{GOOD, "sources=[]", "sources", "--set"},
		{GOOD, "sources=[7]", "sources", "--set"},
		{GOOD, "mqtt.port=65536", "mqtt.port", "--set"},
		{GOOD, "city=Kota Cirebon", "city", "--set"},
		{GOOD, "city", "key=value", "--set"},
		{GOOD, "adapters=[{}]", "adapters[1].kind", "--set"},
		{GOOD, "adapters=[{\"kind\":\"carrier-pigeon\"}]", "carrier-pigeon", "--set"},
		{"{}", NULL, "city", "tangi.json"},
		{"{\n\"city\": \"x\",\n\"lissten\": 1}", NULL, "lissten", "tangi.json:3"},
		{"{\"city\": \"x\",\n\"http\": {\n\"lissten\": 1}}", NULL, "http.lissten",
		 "tangi.json:3"},
		{"{\"city\": \"x\",\n\"city\": \"y\"}", NULL, "duplicate", "tangi.json:2"},
		{"{\"city\": \"x\",\n,}", NULL, "", "tangi.json:2"},
		{"[]", NULL, "object", "tangi.json"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings *settings = NULL;
		struct err err = {0};

		write_settings(*state, cases[i].file);
		if (load(*state, cases[i].set, &settings, &err) == 0)
			fail_msg("taken: %s %s", cases[i].file,
				 cases[i].set != NULL ? cases[i].set : "");
		if (strstr(err.text, cases[i].named) == NULL ||
		    strstr(err.text, cases[i].place) == NULL)
			fail_msg("%s, %s: %s", cases[i].named, cases[i].place, err.text);
		assert_null(settings);
	}
}

static void count(void *ctx, const struct err *mistake)
{
	(void)mistake;
	++*(unsigned *)ctx;
}

static void every_mistake_is_told_and_not_only_the_first(void **state)
{
	struct settings_place place = {.dir = ((struct folder *)*state)->dir};
	unsigned told = 0;

	write_settings(*state, "{\"citty\": \"x\", \"http\": {\"lissten\": 1, \"listen\": 5},"
			       "\"store\": {\"batch_max\": 0}}");
	assert_int_equal(settings_judge(&place, count, &told), 4);
	assert_int_equal(told, 4);
	told = 0;
	write_settings(*state, "{\"http\": {\"listen\": \"x\"}, \"log\": {\"level\": \"y\"},"
			       "\"adapters\": [{\"kind\": \"z\"}, 7]}");
	assert_int_equal(settings_judge(&place, count, &told), 5);
	assert_int_equal(told, 5);
}

static void a_folder_that_is_not_there_is_named(void **state)
{
	struct folder nowhere = {"/nonexistent/city"};
	struct settings *settings = NULL;
	struct err err;

	(void)state;
	assert_int_equal(load(&nowhere, NULL, &settings, &err), -1);
	assert_non_null(strstr(err.text, "/nonexistent/city/tangi.json"));
}

static void every_setting_has_a_line_of_help_and_a_default_that_is_allowed(void **state)
{
	char assignment[160];

	for (const struct option *o = settings_table; o->key != NULL; o++) {
		struct settings *settings = NULL;
		struct err err;

		assert_true(strlen(o->help) > 10);
		assert_non_null(o->fallback);
		write_settings(*state, GOOD);
		/* The city has none; the adapters that are built in are not this test's. */
		if (strcmp(o->key, "city") == 0 || strcmp(o->key, "adapters") == 0)
			continue;
		snprintf(assignment, sizeof(assignment), "%s=%s", o->key, o->fallback);
		if (load(*state, assignment, &settings, &err) < 0)
			fail_msg("%s: %s", assignment, err.text);
		settings_free(&settings);
	}
}

static void a_number_out_of_its_range_is_refused_at_both_ends(void **state)
{
	write_settings(*state, GOOD);
	for (const struct option *o = settings_table; o->key != NULL; o++) {
		const int64_t beyond[] = {o->min - 1, o->max + 1}, within[] = {o->min, o->max};

		for (unsigned i = 0; o->type == OPTION_INT && i < 2; i++) {
			struct settings *settings = NULL;
			char assignment[160];
			struct err err;

			snprintf(assignment, sizeof(assignment), "%s=%lld", o->key,
				 (long long)beyond[i]);
			assert_int_equal(load(*state, assignment, &settings, &err), -1);
			assert_non_null(strstr(err.text, o->key));
			snprintf(assignment, sizeof(assignment), "%s=%lld", o->key,
				 (long long)within[i]);
			assert_int_equal(load(*state, assignment, &settings, &err), 0);
			settings_free(&settings);
		}
	}
}

static void two_settings_differ_where_they_differ(void **state)
{
	struct settings *a = NULL, *b = NULL;
	unsigned different = 0;
	struct err err;

	write_settings(*state, GOOD);
	assert_int_equal(load(*state, NULL, &a, &err), 0);
	assert_int_equal(load(*state, "sources=[\"a\",\"b\"]", &b, &err), 0);
	for (const struct option *o = settings_table; o->key != NULL; o++) {
		if (config_is_same(o, a, b))
			continue;
		assert_string_equal(o->key, "sources");
		different++;
	}
	assert_int_equal(different, 1);
	settings_free(&a);
	settings_free(&b);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_not_said_has_its_default),
		TEST(set_goes_over_the_file),
		TEST(what_is_wrong_is_named_with_its_place),
		TEST(every_mistake_is_told_and_not_only_the_first),
		TEST(a_folder_that_is_not_there_is_named),
		TEST(every_setting_has_a_line_of_help_and_a_default_that_is_allowed),
		TEST(a_number_out_of_its_range_is_refused_at_both_ends),
		TEST(two_settings_differ_where_they_differ),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
