#include "cmd/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/jsonw.h"
#include "base/utf8.h"
#include "base/xalloc.h"
#include "core/areas.h"
#include "core/classify.h"
#include "core/routing.h"
#include "core/rules.h"

static const char help[] =
	"Usage: tangi classify --config DIR [--places] [FILE...]\n"
	"Says of each text what it is about, how bad, whose it is, why, and where.\n"
	"\n"
	"Reads files or standard input: JSON objects with \"text\" (and \"location\" or not), "
	"one\n"
	"a line, or plain lines. Writes one JSON line for each, in order, with the members "
	"that\n"
	"came and \"classification\", \"location\" and \"place_said\". The office is that of\n"
	"\"received_at\", or of now. Works offline.\n"
	"\n"
	"  --config DIR  the city's configuration\n"
	"  --places      also which places may be meant, and why, in \"location\"\n"
	"  --help        this\n";

struct run {
	struct rules *rules;
	bool shows_places;
	struct jsonw out;
	const char *name; /* of the input, for messages */
	unsigned long line;
};

/* The line as JSON: an object with a text, else a plain line becomes one. NULL: a line that
 * begins like an object and is none. */
static json_t *read_line(const char *text, size_t len, struct err *err)
{
	json_error_t je;
	json_t *object;

	if (len == 0 || text[0] != '{')
		return json_object();
	object = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &je);
	if (object == NULL) {
		(void)err_set(err, ERR_INVALID, "%s", je.text);
	} else if (!json_is_string(json_object_get(object, "text"))) {
		(void)err_field(err, "text", "has no \"text\"");
		json_decref(object);
		return NULL;
	}
	return object;
}

/* All that came, but for what is said anew. By jansson: keys from outside need escapes. */
static void write_members(struct jsonw *w, json_t *object)
{
	char *text;

	(void)json_object_del(object, "classification"); /* may not be there */
	(void)json_object_del(object, "location");
	(void)json_object_del(object, "place_said");
	if (json_object_size(object) == 0)
		return;
	text = json_dumps(object, JSON_COMPACT);
	if (text == NULL)
		panic("classify: an object that was read cannot be written");
	jsonw_raw(w, NULL, text + 1, strlen(text) - 2); /* without its braces */
	free(text);
}

/* A plain line may hold any bytes; JSON may not. Each that is no UTF-8 is shown as U+FFFD. */
static void write_text(struct jsonw *w, const char *text, size_t len)
{
	char *sound = xmalloc(3 * len + 1);
	size_t out = 0;

	for (size_t at = 0; at < len;) {
		size_t n = utf8_length(text + at, len - at);

		memcpy(sound + out, n > 0 ? text + at : "\xef\xbf\xbd", n > 0 ? n : 3);
		out += n > 0 ? n : 3;
		at += n > 0 ? n : 1;
	}
	jsonw_stringn(w, "text", sound, out);
	xfree(sound);
}

static int read_location(const json_t *object, struct location *location, struct err *err)
{
	const json_t *given = json_object_get(object, "location");

	*location = (struct location){.from = LOCATION_NONE, .accuracy_m = -1};
	if (given == NULL || json_is_null(given))
		return 0;
	return location_read(given, location, err);
}

/* As if it came when it says it did; otherwise now. */
static int64_t came_at(const json_t *object)
{
	const char *at = json_string_value(json_object_get(object, "received_at"));
	int64_t at_ms;
	struct err err;

	if (at == NULL || clock_parse(at, &at_ms, &err) < 0)
		at_ms = clock_system.wall_ms(&clock_system);
	return at_ms;
}

static int classify_line(struct run *run, const char *line, size_t len, struct err *err)
{
	struct jsonw *w = &run->out;
	json_auto_t *object = read_line(line, len, err);
	const json_t *member = json_object_get(object, "text");
	const char *text = member != NULL ? json_string_value(member) : line;
	struct location location;
	struct verdict verdict;

	if (object == NULL || read_location(object, &location, err) < 0)
		return -1;
	if (member != NULL)
		len = json_string_length(member);
	classify(run->rules, text, len, &verdict);
	locate(run->rules, &location, text, len, &location);
	route(run->rules, &location, came_at(object), &verdict);
	if (!run->shows_places)
		location.candidate_count = 0;
	jsonw_reset(w);
	jsonw_open(w, NULL, '{');
	write_members(w, object);
	if (member == NULL)
		write_text(w, text, len);
	jsonw_open(w, "classification", '{');
	verdict_write(&verdict, rules_agencies(run->rules), w);
	jsonw_close(w, '}');
	location_write(&location, w, "location");
	jsonw_string(w, "place_said", location.said[0] != '\0' ? location.said : NULL);
	jsonw_close(w, '}');
	puts(jsonw_text(w));
	return 0;
}

static int classify_stream(struct run *run, FILE *in)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;
	int rc = 0;

	while ((len = getline(&line, &room, in)) >= 0) {
		struct err err;

		run->line++;
		while (len > 0 && (line[len - 1] == '\n' || line[len - 1] == '\r'))
			len--;
		if (classify_line(run, line, (size_t)len, &err) < 0) {
			fprintf(stderr, "tangi classify: %s:%lu: %s\n", run->name, run->line,
				err.text);
			rc = -1;
			break;
		}
	}
	free(line);
	return ferror(in) ? -1 : rc;
}

static int classify_file(struct run *run, const char *name)
{
	FILE *in = fopen(name, "re");
	int rc;

	if (in == NULL) {
		fprintf(stderr, "tangi classify: %s: %s\n", name, strerror(errno));
		return -1;
	}
	run->name = name;
	run->line = 0;
	rc = classify_stream(run, in);
	(void)fclose(in); /* only read */
	return rc;
}

static int classify_all(struct run *run, char **names)
{
	int rc = 0;

	jsonw_init(&run->out, 4096);
	if (*names == NULL) {
		run->name = "standard input";
		rc = classify_stream(run, stdin);
	}
	for (; rc == 0 && *names != NULL; names++)
		rc = classify_file(run, *names);
	jsonw_fini(&run->out);
	if (fflush(stdout) != 0) {
		fprintf(stderr, "tangi classify: standard output: %s\n", strerror(errno));
		rc = -1;
	}
	return rc;
}

/* The configuration folder; NULL: wrong use. */
static const char *read_options(int argc, char **argv, struct run *run, bool *is_help_r)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"places", no_argument, NULL, 'p'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	const char *dir = NULL;
	int c;

	*is_help_r = false;
	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			dir = optarg;
		else if (c == 'p')
			run->shows_places = true;
		else if (c == 'h')
			*is_help_r = true;
		else
			return NULL; /* getopt has said why */
	}
	if (dir == NULL && !*is_help_r)
		fputs("tangi classify: --config DIR is needed; see --help\n", stderr);
	return dir;
}

int cmd_classify(int argc, char **argv)
{
	struct run run = {0};
	struct err err;
	bool is_help;
	const char *dir = read_options(argc, argv, &run, &is_help);
	int rc;

	if (is_help)
		return fputs(help, stdout) < 0;
	if (dir == NULL)
		return 2;
	if (rules_load(&run.rules, dir, &err) < 0) {
		fprintf(stderr, "tangi classify: %s\n", err.text);
		return 1;
	}
	rc = classify_all(&run, argv + optind);
	rules_free(&run.rules);
	return rc < 0;
}
