#include "cmd/settings.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "adapters/adapter.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/table.h"

#define AT(member) offsetof(struct settings, member)
#define FILE_NAME  "tangi.json"

const struct option settings_table[] = {
	{"city", OPTION_STRING, AT(city), "", 0, 0, "name of the city, a level of its topics"},
	{"http.listen", OPTION_STRING, AT(http.listen), "127.0.0.1:8112", 0, 0,
	 "public listener, ADDRESS:PORT; closes after each answer"},
	{"http.trusted", OPTION_STRING, AT(http.trusted), "127.0.0.1:8113", 0, 0,
	 "listener for this machine, ADDRESS:PORT or unix:PATH; \"\" for none"},
	{"http.web_dir", OPTION_STRING, AT(http.web_dir), "", 0, 0,
	 "folder of the console's pages; \"\" for none"},
	{"http.origins", OPTION_LIST, AT(http.origins), "[]", 0, 0,
	 "further origins of the console, as [\"https://NAME\"]"},
	{"http.secure_cookie", OPTION_BOOL, AT(http.is_secure_cookie), "false", 0, 0,
	 "the session's cookie goes over TLS only: true behind a proxy"},
	{"http.max_connections", OPTION_INT, AT(http.max_connections), "8192", 16, 1000000,
	 "connections open at once, in all"},
	{"http.max_waiting_per_address", OPTION_INT, AT(http.max_waiting_per_address), "64", 1,
	 1000000, "connections of one address that have not said what they want"},
	{"http.request_timeout_ms", OPTION_INT, AT(http.request_timeout_ms), "10000", 100,
	 600000, "from the first byte of a request to its last"},
	{"stream.tick_ms", OPTION_INT, AT(stream.tick_ms), "2000", 1000, 5000,
	 "how often a console hears that it is up to date"},
	{"stream.stall_timeout_ms", OPTION_INT, AT(stream.stall_timeout_ms), "60000", 1000,
	 3600000, "after so long a console that takes nothing is closed"},
	{"stream.behind_max", OPTION_INT, AT(stream.behind_max), "50000", 100, 100000000,
	 "events; a console further behind is given a snapshot instead of them"},
	{"store.batch_max", OPTION_INT, AT(store.batch_max), "256", 1, 4096,
	 "requests in one transaction"},
	{"store.queue_max", OPTION_INT, AT(store.queue_max), "20000", 1, 1000000,
	 "requests waiting for their commit; more are answered 503"},
	{"store.callers_max", OPTION_INT, AT(store.callers_max), "100000", 16, 10000000,
	 "numbers and devices of which something is known; the oldest go"},
	{"store.min_free_mb", OPTION_INT, AT(store.min_free_mb), "16", 0, 1000000,
	 "room on the disk, MiB, below which nothing new is taken"},
	{"mqtt.host", OPTION_STRING, AT(mqtt.host), "", 0, 0, "the broker; \"\" for none"},
	{"mqtt.port", OPTION_INT, AT(mqtt.port), "1883", 1, 65535, "the broker's port"},
	{"mqtt.username", OPTION_STRING, AT(mqtt.username), "bridge", 0, 0,
	 "our account at the broker"},
	{"mqtt.password_file", OPTION_STRING, AT(mqtt.password_file), "", 0, 0,
	 "file with its password; \"\" for none"},
	{"mqtt.window", OPTION_INT, AT(mqtt.window), "64", 1, 1000,
	 "messages that the broker has not answered, at most"},
	{"mqtt.order_valid_min", OPTION_INT, AT(mqtt.order_valid_min), "30", 1, 1440,
	 "minutes after which a unit that hears an order for the first time asks before it "
	 "goes"},
	{"joining.enabled", OPTION_BOOL, AT(joining.is_on), "true", 0, 0,
	 "reports of one matter are linked, suggested, and folded in a surge"},
	{"joining.window_min", OPTION_INT, AT(joining.window_min), "240", 1, 10080,
	 "minutes between two reports, beyond which they are two matters"},
	{"joining.surge_reports", OPTION_INT, AT(joining.surge_reports), "6", 0, 1000,
	 "reports of one matter that make a surge; 0: nothing is folded"},
	{"joining.surge_radius_m", OPTION_INT, AT(joining.surge_reach_m), "500", 10, 100000,
	 "within so many metres of each other, where they have points"},
	{"joining.surge_min", OPTION_INT, AT(joining.surge_min), "15", 1, 1440,
	 "and within so many minutes"},
	{"escalation.enabled", OPTION_BOOL, AT(has_escalation), "true", 0, 0,
	 "what nobody takes in time rises by rules/escalation.tsv; off for load and tests "
	 "only"},
	{"demo", OPTION_BOOL, AT(is_demo), "false", 0, 0,
	 "nobody takes this bridge for real: tangi simulate may play on it as if it were so"},
	{"sources", OPTION_LIST, AT(sources), "[\"call-112\"]", 0, 0,
	 "channels a report may come from; \"app:\" allows every \"app:NAME\""},
	{"adapters", OPTION_LIST, AT(adapters), "[{\"kind\": \"rest\"}]", 0, 0,
	 "what reports come in by: {\"kind\": …} with options of its own"},
	{"channels", OPTION_LIST, AT(channels), "[]", 0, 0,
	 "where a rise to other_channel goes: {\"name\", \"kind\": \"webhook\", \"url\", "
	 "\"agencies\", \"priorities\"}"},
	{"channels_give_up_s", OPTION_INT, AT(channels_give_up_s), "900", 1, 86400,
	 "for how many seconds a channel that does not take a message is tried"},
	{"positions.every_s", OPTION_INT, AT(tracks.every_s), "30", 0, 3600,
	 "a unit's position is kept so often at most"},
	{"positions.keep_h", OPTION_INT, AT(tracks.keep_h), "72", 0, 8760,
	 "hours after which a position goes; 0: none is kept"},
	{"positions.max", OPTION_INT, AT(tracks.max), "200000", 100, 10000000,
	 "positions kept in all; the oldest go"},
	{"run_sheet.every_s", OPTION_INT, AT(paper.every_s), "60", 0, 86400,
	 "how often the page for when the bridge is down is written; 0: never"},
	{"run_sheet.dir", OPTION_STRING, AT(paper.dir), "", 0, 0,
	 "folder of run-sheet.html; \"\" for the data folder"},
	{"log.level", OPTION_STRING, AT(log_level), "info", 0, 0, "error, warn, info or debug"},
	{"watchdog.limit_ms", OPTION_INT, AT(watchdog_limit_ms), "5000", 1000, 600000,
	 "a loop that stands still for so long ends in a restart"},
	OPTION_END,
};

/* What is being read, and who hears of its mistakes. */
struct reading {
	const struct settings_place *place;
	char *text; /* of the file */
	json_t *doc;
	config_mistake_fn *tell;
	void *ctx;
	unsigned mistakes;
};

static bool is_set(const struct settings_place *place, const char *key)
{
	size_t len = strcspn(key, "[");

	for (unsigned i = 0; i < place->set_count; i++)
		if (strncmp(place->sets[i], key, len) == 0 && place->sets[i][len] == '=')
			return true;
	return false;
}

/* Of the last part of a dotted key: where its parts stand one after the other. 0: not found.
 * The parser does not keep lines; in a file of settings this finds them. */
static unsigned line_of(const char *text, const char *key)
{
	const char *at = text;
	unsigned line = 1;
	char part[96];

	while (*key != '\0' && *key != '[') {
		size_t len = strcspn(key, ".[");

		snprintf(part, sizeof(part), "\"%.*s\"", (int)(len < 90 ? len : 90), key);
		at = strstr(at, part);
		if (at == NULL)
			return 0;
		key += len + (key[len] == '.');
	}
	for (const char *c = text; c < at; c++)
		line += *c == '\n';
	return line;
}

/* "http.listen: is …" gets in front where that stands. */
static void tell(void *ctx, const struct err *mistake)
{
	struct reading *reading = ctx;
	struct err err = *mistake;
	unsigned line = line_of(reading->text, err.field);

	reading->mistakes++;
	if (err.field[0] != '\0')
		(void)err_wrap(&err, "%s", err.field);
	if (is_set(reading->place, err.field))
		(void)err_wrap(&err, "--set");
	else if (line > 0)
		(void)err_wrap(&err, "%s/" FILE_NAME ":%u", reading->place->dir, line);
	else
		(void)err_wrap(&err, "%s/" FILE_NAME, reading->place->dir);
	err.kind = ERR_INVALID;
	reading->tell(reading->ctx, &err);
}

static int check_city(const struct settings *settings, struct err *err)
{
	const char *city = settings->city;

	if (city[0] == '\0' || strlen(city) > 32 ||
	    city[strspn(city, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
		return err_field(err, "city",
				 "is needed, in small letters, digits and -, up to 32 of them");
	return 0;
}

static int check_listeners(const struct settings *settings, struct err *err)
{
	const char *field = "http.listen";
	int rc = http_check_address(settings->http.listen, false, err);

	if (rc == 0 && settings->http.trusted[0] != '\0') {
		field = "http.trusted";
		rc = http_check_address(settings->http.trusted, true, err);
	}
	if (rc < 0)
		snprintf(err->field, sizeof(err->field), "%s", field);
	return rc;
}

/* What a browser says: scheme and authority, nothing behind. */
static bool is_origin(const char *text)
{
	const char *host = NULL;

	if (text != NULL && strncmp(text, "https://", 8) == 0)
		host = text + 8;
	else if (text != NULL && strncmp(text, "http://", 7) == 0)
		host = text + 7;
	return host != NULL && host[0] != '\0' && strpbrk(host, "/ ") == NULL;
}

static int check_origins(const struct settings *settings, struct err *err)
{
	const json_t *origin;
	size_t i;

	json_array_foreach(settings->http.origins, i, origin)
	{
		if (!is_origin(json_string_value(origin)))
			return err_field(err, "http.origins",
					 "entry %zu is not as \"https://NAME\"", i + 1);
	}
	return 0;
}

static int check_sources(const struct settings *settings, struct err *err)
{
	const json_t *source;
	size_t i;

	json_array_foreach(settings->sources, i, source)
	{
		const char *text = json_string_value(source);

		if (text == NULL || text[0] == '\0' || strlen(text) > 64)
			return err_field(err, "sources",
					 "entry %zu is not a name of 1 to 64 bytes", i + 1);
	}
	if (json_array_size(settings->sources) == 0)
		return err_field(err, "sources", "needs at least one");
	return 0;
}

static int check_log_level(const struct settings *settings, struct err *err)
{
	for (int i = 0; i < LOG_LEVELS; i++)
		if (strcmp(settings->log_level, log_level_names[i]) == 0)
			return 0;
	return err_field(err, "log.level", "is one of error, warn, info, debug");
}

static int (*const checks[])(const struct settings *settings, struct err *err) = {
	check_city, check_listeners, check_origins, check_sources, check_log_level,
};

/* A mistake in an adapter's own options is named "adapters[2].command". */
struct entry {
	struct reading *reading;
	size_t number;
};

static void tell_option(void *ctx, const struct err *mistake)
{
	struct entry *entry = ctx;
	struct err err = *mistake;

	snprintf(err.field, sizeof(err.field), "adapters[%zu].%.32s", entry->number,
		 mistake->field);
	tell(entry->reading, &err);
}

json_t *settings_adapter_options(const json_t *entry)
{
	json_t *options = json_copy((json_t *)(uintptr_t)entry); /* only counts references */

	(void)json_object_del(options, "kind");
	(void)json_object_del(options, "name"); /* may not be there */
	return options;
}

const char *settings_adapter_name(const json_t *entry)
{
	const char *name = json_string_value(json_object_get(entry, "name"));

	return name != NULL ? name : json_string_value(json_object_get(entry, "kind"));
}

static void judge_adapter(struct reading *reading, size_t number, const json_t *given)
{
	static const struct option none[] = {OPTION_END};
	struct entry entry = {.reading = reading, .number = number};
	const char *kind = json_string_value(json_object_get(given, "kind"));
	const struct adapter_ops *ops = kind != NULL ? adapter_find(kind) : NULL;
	json_t *options;
	struct err err;

	if (ops == NULL) {
		(void)err_field(&err, "kind",
				"%.40s: there is no such adapter; see tangi check",
				kind != NULL ? kind : "is needed");
		tell_option(&entry, &err);
		return;
	}
	options = settings_adapter_options(given);
	if (config_judge(ops->options != NULL ? ops->options : none, options, tell_option,
			 &entry) == 0 &&
	    ops->check != NULL && ops->check(options, &err) < 0)
		tell_option(&entry, &err); /* as config_judge does; counted by tell() */
	json_decref(options);
}

/* What the table cannot say of one value by itself. */
static void judge_values(struct reading *reading, const struct settings *settings)
{
	const json_t *entry;
	struct err err;
	size_t i;

	for (size_t c = 0; c < sizeof(checks) / sizeof(checks[0]); c++)
		if (checks[c](settings, &err) < 0)
			tell(reading, &err);
	json_array_foreach(settings->adapters, i, entry) judge_adapter(reading, i + 1, entry);
}

static int read_file(struct reading *reading, struct err *err)
{
	json_error_t je;
	size_t len;

	if (file_read(reading->place->dir, FILE_NAME, &reading->text, &len, err) < 0)
		return -1;
	reading->doc = json_loadb(reading->text, len, JSON_REJECT_DUPLICATES, &je);
	if (reading->doc == NULL)
		return err_set(err, ERR_INVALID, "%s/" FILE_NAME ":%d: %s", reading->place->dir,
			       je.line, je.text);
	if (!json_is_object(reading->doc))
		return err_set(err, ERR_INVALID, "%s/" FILE_NAME ":1: must be an object in {}",
			       reading->place->dir);
	return 0;
}

/* The document, with what was set over it. */
static int read_doc(struct reading *reading, struct err *err)
{
	if (read_file(reading, err) < 0)
		return -1;
	for (unsigned i = 0; i < reading->place->set_count; i++)
		if (config_override(reading->doc, reading->place->sets[i], err) < 0)
			return -1;
	return 0;
}

static void free_reading(struct reading *reading)
{
	json_decref(reading->doc);
	xfree(reading->text);
}

/* All mistakes of what could be parsed. The values are looked at by themselves only when each
 * is of its kind: a wrong one has its default until it is mended. */
static struct settings *judge(struct reading *reading)
{
	struct settings *settings = xcalloc(1, sizeof(*settings));
	struct err err;

	(void)config_judge(settings_table, reading->doc, tell, reading); /* counted by tell() */
	if (reading->mistakes == 0) {
		if (config_read(settings_table, reading->doc, settings, &err) < 0)
			panic("settings: were right and are wrong");
		judge_values(reading, settings);
	}
	return settings;
}

void settings_free(struct settings **settings)
{
	if (*settings == NULL)
		return;
	config_free(settings_table, *settings);
	xfree(*settings);
	*settings = NULL;
}

unsigned settings_judge(const struct settings_place *place, config_mistake_fn *tell_fn,
			void *ctx)
{
	struct reading reading = {.place = place, .tell = tell_fn, .ctx = ctx};
	struct settings *settings = NULL;
	struct err err;

	if (read_doc(&reading, &err) < 0) {
		tell_fn(ctx, &err);
		reading.mistakes++;
	} else {
		settings = judge(&reading);
	}
	settings_free(&settings);
	free_reading(&reading);
	return reading.mistakes;
}

static void keep_first(void *ctx, const struct err *mistake)
{
	struct err *first = ctx;

	if (first->kind == ERR_NONE)
		*first = *mistake;
}

int settings_load(struct settings **settings_r, const struct settings_place *place,
		  struct err *err)
{
	struct reading reading = {.place = place, .tell = keep_first, .ctx = err};
	struct settings *settings;

	err->kind = ERR_NONE;
	if (read_doc(&reading, err) < 0) {
		free_reading(&reading);
		return -1;
	}
	settings = judge(&reading);
	free_reading(&reading);
	if (reading.mistakes > 0) {
		settings_free(&settings);
		return -1;
	}
	settings->mqtt.city = settings->city;
	*settings_r = settings;
	return 0;
}

bool settings_is_reloadable(const struct option *option)
{
	return option->offset == AT(log_level) || strncmp(option->key, "joining.", 8) == 0;
}

enum log_level settings_log_level(const struct settings *settings)
{
	int level = 0;

	while (strcmp(settings->log_level, log_level_names[level]) != 0)
		level++; /* it was checked that there is one */
	return (enum log_level)level;
}
