/* The settings of a city: tangi.json of its folder, with --set key=value over it.
 *
 * One table for all of them, from which the defaults, the limits and `tangi serve --help` come.
 * Each is used by somebody; a key that is not here stops the start by its name. Read whole,
 * checked whole, then never changed. Any thread. */
#pragma once

#include "base/config.h"
#include "cmd/paper.h"
#include "cmd/tracks.h"
#include "core/joining.h"
#include "net/http.h"
#include "net/mqtt.h"
#include "net/stream.h"
#include "store/store.h"

struct settings {
	const char *city;
	struct http_settings http;
	struct stream_settings stream;
	struct store_settings store; /* without dir and has_threads */
	struct mqtt_settings mqtt;
	struct joining_settings joining;
	struct paper_settings paper;
	bool has_escalation;
	bool is_demo;
	struct tracks_settings tracks;
	json_t *sources;
	json_t *adapters;
	json_t *channels;
	int64_t channels_give_up_s;
	const char *log_level;
	int64_t watchdog_limit_ms;
};

extern const struct option settings_table[];

struct settings_place {
	const char *dir;
	const char *const *sets; /* "key=value" */
	unsigned set_count;
};

/* The error names the file, the line or --set, and the key. */
int settings_load(struct settings **settings_r, const struct settings_place *place,
		  struct err *err) MUST_CHECK;
void settings_free(struct settings **settings);
/* Tells every mistake, not only the first; how many there are. */
unsigned settings_judge(const struct settings_place *place, config_mistake_fn *tell, void *ctx);

/* An entry of adapters: what its own table knows. New reference. */
json_t *settings_adapter_options(const json_t *entry);
/* What it is called in log lines: its "name", else its kind. Borrowed from entry. */
const char *settings_adapter_name(const json_t *entry);

/* Whether a difference of this option is taken up by a running bridge. */
bool settings_is_reloadable(const struct option *option);
enum log_level settings_log_level(const struct settings *settings);
