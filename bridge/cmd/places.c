/* places: how many typed places are found where they are; and where a text says it is. */
#include "cmd/cmd.h"

#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/xalloc.h"
#include "core/place.h"
#include "core/place_figure.h"
#include "core/rules.h"
#include "core/table.h"

static const char help[] =
	"Usage: tangi places --config DIR FILE...\n"
	"       tangi places --config DIR --text WORDS [--search]\n"
	"Says how many of the typed places in a table are found in the right kelurahan.\n"
	"\n"
	"A FILE has the columns \"text\" and \"expected\": the name of a kelurahan, \"kec. "
	"NAME\" or\n"
	"\"kab. NAME\" where only a kecamatan can be said, \"-\" where nobody could; what is "
	"as right\n"
	"is parted by commas. Every miss is shown, with its line.\n"
	"\n"
	"  --config DIR  the city's configuration\n"
	"  --text WORDS  the candidates of these words instead, with their reasons\n"
	"  --search      as a call-taker's search reads them: names need no cue, and may be "
	"begun\n"
	"  --help        this\n";

struct ask {
	const char *config, *text;
	bool is_help, is_search;
};

static void tell(void *ctx, unsigned line, const char *text, const char *expected,
		 const char *found)
{
	printf("%s:%u: \"%s\": %s is expected, found is %s\n", (const char *)ctx, line, text,
	       expected, found);
}

static int measure(const struct rules *rules, char *path)
{
	struct place_figure f;
	struct err err;
	char *text;
	size_t len;
	int rc;

	if (file_read(path[0] == '/' ? "" : ".", path, &text, &len, &err) < 0) {
		fprintf(stderr, "tangi places: %s\n", err.text);
		return -1;
	}
	rc = place_figure_take(rules, path, text, tell, path, &f, &err);
	xfree(text);
	if (rc < 0) {
		fprintf(stderr, "tangi places: %s\n", err.text);
		return -1;
	}
	printf("%s: %u of %u in the right kelurahan (%.1f %%), %u of %u made up\n", path,
	       f.right, f.places, f.places > 0 ? 100.0 * f.right / f.places : 0.0, f.invented,
	       f.nowhere);
	return 0;
}

static void show(const struct rules *rules, const char *text, bool is_search)
{
	struct place_candidates found;

	(is_search ? places_search : places_find)(rules, text, strlen(text), &found);
	printf("said: %s\n", found.said);
	for (unsigned i = 0; i < found.count; i++) {
		const struct place_candidate *c = &found.candidate[i];

		printf("%.3f %s, %s, %d m: %s (%s)\n", c->score / 1000.0, c->place,
		       c->area[0] != '\0' ? c->area_name : "-", c->radius_m, c->why, c->reason);
	}
}

static bool read_options(int argc, char **argv, struct ask *ask)
{
	static const struct option options[] = {
		{"config", required_argument, NULL, 'c'},
		{"text", required_argument, NULL, 't'},
		{"search", no_argument, NULL, 's'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int c;

	optind = 1;
	while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
		if (c == 'c')
			ask->config = optarg;
		else if (c == 't')
			ask->text = optarg;
		else if (c == 's')
			ask->is_search = true;
		else if (c == 'h')
			ask->is_help = true;
		else
			return false; /* getopt has said why */
	}
	if (ask->is_help || (ask->config != NULL && (ask->text != NULL) == (optind == argc)))
		return true;
	fputs("tangi places: needs --config DIR and a FILE or --text; see --help\n", stderr);
	return false;
}

int cmd_places(int argc, char **argv)
{
	struct ask ask = {0};
	struct rules *rules;
	struct err err;
	int rc = 0;

	if (!read_options(argc, argv, &ask))
		return 2;
	if (ask.is_help)
		return fputs(help, stdout) < 0;
	if (rules_load(&rules, ask.config, &err) < 0) {
		fprintf(stderr, "tangi places: %s\n", err.text);
		return 1;
	}
	if (ask.text != NULL)
		show(rules, ask.text, ask.is_search);
	for (int i = optind; rc == 0 && i < argc; i++)
		rc = measure(rules, argv[i]);
	rules_free(&rules);
	return rc < 0;
}
