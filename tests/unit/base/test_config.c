#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/config.h"

struct settings {
	char *name;
	int64_t port;
	bool is_on;
	json_t *sources;
	char *inner;
};

#define AT(member) offsetof(struct settings, member)

static const struct option table[] = {
	{"name", OPTION_STRING, AT(name), "cirebon", 0, 0, "a name"},
	{"http.port", OPTION_INT, AT(port), "8112", 1, 65535, "a port"},
	{"http.on", OPTION_BOOL, AT(is_on), "true", 0, 0, "on"},
	{"sources", OPTION_LIST, AT(sources), "[\"call-112\"]", 0, 0, "channels"},
	{"http.tls.file", OPTION_STRING, AT(inner), "", 0, 0, "a file"},
	OPTION_END,
};

static json_t *doc_of(const char *text)
{
	json_t *doc = json_loads(text, 0, NULL);

	assert_non_null(doc);
	return doc;
}

static void what_is_not_said_has_its_default(void **state)
{
	struct settings settings = {0};
	json_t *doc = doc_of("{\"http\":{\"on\":false},\"name\":\"tegal\"}");
	struct err err;

	(void)state;
	assert_int_equal(config_read(table, doc, &settings, &err), 0);
	json_decref(doc); /* the settings have copies */
	assert_string_equal(settings.name, "tegal");
	assert_int_equal(settings.port, 8112);
	assert_false(settings.is_on);
	assert_int_equal(json_array_size(settings.sources), 1);
	assert_string_equal(settings.inner, "");
	config_free(table, &settings);
	assert_null(settings.name);
	assert_null(settings.sources);
}

static void a_mistake_is_named_by_its_key(void **state)
{
	static const struct {
		const char *doc, *field;
	} cases[] = {
		{"{\"naem\":\"x\"}", "naem"},
		{"{\"http\":{\"prot\":1}}", "http.prot"},
		{"{\"http\":{\"tls\":{\"key\":{\"deep\":1}}}}", "http.tls.key.deep"},
		{"{\"http\":7}", "http"},
		{"{\"http\":{\"tls\":null}}", "http.tls"},
		{"{\"name\":7}", "name"},
		{"{\"name\":null}", "name"},
		{"{\"http\":{\"port\":0}}", "http.port"},
		{"{\"http\":{\"port\":65536}}", "http.port"},
		{"{\"http\":{\"port\":1.0}}", "http.port"},
		{"{\"http\":{\"port\":\"80\"}}", "http.port"},
		{"{\"http\":{\"on\":1}}", "http.on"},
		{"{\"http\":{\"on\":\"true\"}}", "http.on"},
		{"{\"sources\":{}}", "sources"},
		{"{\"sources\":\"call-112\"}", "sources"},
		{"{\"\":1}", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct settings settings = {0};
		json_t *doc = doc_of(cases[i].doc);
		struct err err = {0};

		assert_int_equal(config_read(table, doc, &settings, &err), -1);
		assert_string_equal(err.field, cases[i].field);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_null(settings.name); /* nothing is left allocated */
		json_decref(doc);
	}
}

struct told {
	unsigned count;
	char fields[256];
};

static void tell(void *ctx, const struct err *mistake)
{
	struct told *told = ctx;
	size_t len = strlen(told->fields);

	told->count++;
	snprintf(told->fields + len, sizeof(told->fields) - len, "%s ", mistake->field);
}

static void all_mistakes_are_told_at_once(void **state)
{
	json_t *doc = doc_of(
		"{\"a\":1,\"http\":{\"port\":0,\"x\":{\"y\":1},\"on\":true},\"name\":[]}");
	struct told told = {0};

	(void)state;
	assert_int_equal(config_judge(table, doc, tell, &told), 4);
	assert_int_equal(told.count, 4);
	assert_non_null(strstr(told.fields, "a "));
	assert_non_null(strstr(told.fields, "http.port "));
	assert_non_null(strstr(told.fields, "http.x.y "));
	assert_non_null(strstr(told.fields, "name "));
	json_decref(doc);
}

static void what_is_set_on_the_command_line_stands_over_the_file(void **state)
{
	static const struct {
		const char *assignment, *doc;
	} cases[] = {
		{"name=tegal", "{\"name\":\"tegal\",\"http\":{\"port\":1}}"},
		{"name=", "{\"name\":\"\",\"http\":{\"port\":1}}"},
		{"name=a=b", "{\"name\":\"a=b\",\"http\":{\"port\":1}}"},
		{"http.port=9", "{\"name\":\"x\",\"http\":{\"port\":9}}"},
		{"http.on=false", "{\"name\":\"x\",\"http\":{\"port\":1,\"on\":false}}"},
		{"http.tls.file=/a b",
		 "{\"name\":\"x\",\"http\":{\"port\":1,\"tls\":{\"file\":\"/a b\"}}}"},
		{"sources=[\"a\"]",
		 "{\"name\":\"x\",\"http\":{\"port\":1},\"sources\":[\"a\"]}"},
		{"name=\"7\"", "{\"name\":\"7\",\"http\":{\"port\":1}}"},
		{"http=7", "{\"name\":\"x\",\"http\":7}"}, /* told later as the mistake it is */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *doc = doc_of("{\"name\":\"x\",\"http\":{\"port\":1}}");
		json_t *wanted = doc_of(cases[i].doc);
		struct err err;

		assert_int_equal(config_override(doc, cases[i].assignment, &err), 0);
		assert_true(json_equal(doc, wanted));
		json_decref(doc);
		json_decref(wanted);
	}
}

static void an_assignment_that_is_none_is_refused_and_sets_nothing(void **state)
{
	static const char *const wrong[] = {"",          "name",    "=x",
					    "name=\xff", "n\xff=1", "\xff.a=1"};

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		json_t *doc = doc_of("{}");
		struct err err = {0};

		assert_int_equal(config_override(doc, wrong[i], &err), -1);
		assert_int_equal(err.kind, ERR_INVALID);
		assert_non_null(strstr(err.text, "--set"));
		assert_int_equal(json_object_size(doc), 0);
		json_decref(doc);
	}
}

static void one_option_is_compared_by_its_value(void **state)
{
	struct settings a = {0}, b = {0};
	json_t *one = doc_of("{\"sources\":[\"a\",\"b\"]}");
	json_t *other = doc_of("{\"http\":{\"port\":1},\"sources\":[\"a\",\"b\"]}");
	struct err err;

	(void)state;
	assert_int_equal(config_read(table, one, &a, &err), 0);
	assert_int_equal(config_read(table, other, &b, &err), 0);
	for (const struct option *o = table; o->key != NULL; o++)
		assert_int_equal(config_is_same(o, &a, &b), strcmp(o->key, "http.port") != 0);
	config_free(table, &a);
	config_free(table, &b);
	json_decref(one);
	json_decref(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_said_has_its_default),
		cmocka_unit_test(a_mistake_is_named_by_its_key),
		cmocka_unit_test(all_mistakes_are_told_at_once),
		cmocka_unit_test(what_is_set_on_the_command_line_stands_over_the_file),
		cmocka_unit_test(an_assignment_that_is_none_is_refused_and_sets_nothing),
		cmocka_unit_test(one_option_is_compared_by_its_value),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
