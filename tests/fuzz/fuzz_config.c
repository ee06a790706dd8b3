/* A first line of any bytes as --set, the rest as a file of settings: every value that is taken
 * is of its kind and within its bounds, every mistake has a key, and judging finds a mistake
 * exactly when reading does. */
#include "fuzz.h"

#include "base/config.h"

struct settings {
	char *name, *inner;
	int64_t port, deep;
	bool is_on;
	json_t *sources;
};

#define AT(member) offsetof(struct settings, member)

static const struct option table[] = {
	{"name", OPTION_STRING, AT(name), "cirebon", 0, 0, "a name"},
	{"http.port", OPTION_INT, AT(port), "8112", 1, 65535, "a port"},
	{"http.tls.depth", OPTION_INT, AT(deep), "-1", -5, INT64_MAX, "a depth"},
	{"http.tls.file", OPTION_STRING, AT(inner), "", 0, 0, "a file"},
	{"http.on", OPTION_BOOL, AT(is_on), "true", 0, 0, "on"},
	{"sources", OPTION_LIST, AT(sources), "[\"call-112\"]", 0, 0, "channels"},
	OPTION_END,
};

static void tell(void *ctx, const struct err *mistake)
{
	++*(unsigned *)ctx;
	FUZZ_CHECK(mistake->kind == ERR_INVALID && mistake->text[0] != '\0');
}

static bool is_whole(const struct settings *settings)
{
	return settings->name != NULL && settings->inner != NULL &&
	       json_is_array(settings->sources) && settings->port >= 1 &&
	       settings->port <= 65535 && settings->deep >= -5;
}

static void try_doc(const json_t *doc)
{
	struct settings settings = {0}, again = {0};
	struct err err = {0};
	unsigned told = 0, mistakes = config_judge(table, doc, tell, &told);

	FUZZ_CHECK(told == mistakes);
	if (config_read(table, doc, &settings, &err) < 0) {
		FUZZ_CHECK(mistakes > 0 && err.kind == ERR_INVALID);
		FUZZ_CHECK(settings.name == NULL && settings.sources == NULL);
		return;
	}
	FUZZ_CHECK(mistakes == 0 && is_whole(&settings));
	FUZZ_CHECK(config_read(table, doc, &again, &err) == 0);
	for (const struct option *option = table; option->key != NULL; option++)
		FUZZ_CHECK(config_is_same(option, &settings, &again));
	config_free(table, &again);
	config_free(table, &settings);
}

static void try_set(json_t *doc, const char *assignment)
{
	struct err err = {0};

	if (config_override(doc, assignment, &err) < 0)
		fuzz_check_refusal(&err);
	else
		try_doc(doc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *stop = size > 0 ? memchr(data, '\n', size) : NULL;
	size_t len = stop != NULL ? (size_t)(stop - data) : size;
	char *assignment = strndup((const char *)data, len);
	json_t *doc = stop != NULL ? json_loadb((const char *)stop + 1, size - len - 1,
						JSON_REJECT_DUPLICATES, NULL)
				   : json_object();

	if (json_is_object(doc)) {
		try_doc(doc);
		try_set(doc, assignment);
	}
	json_decref(doc);
	free(assignment);
	return 0;
}
