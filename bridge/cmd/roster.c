/* roster: takes the duty roster of a personnel system over, and says who is on duty. */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "core/roster_csv.h"
#include "core/routing.h"
#include "core/rules.h"
#include "core/table.h"
#include "model/routes.h"

#define KEEP_MS (INT64_C(31) * 24 * 60 * 60 * 1000)

struct wish {
	const char *config, *data, *at;
	bool is_dry;
};

struct run {
	const struct wish *wish;
	struct rules *rules;
	int utc_offset_min;
};

static int failed(const struct err *err)
{
	fprintf(stderr, "tangi roster: %s\n", err->text);
	return 1;
}

static void tell(void *ctx, const struct err *mistake)
{
	(void)ctx;
	fprintf(stderr, "tangi roster: %s\n", mistake->text);
}

/* On the city's clocks. */
static void format(const struct run *run, int64_t at_ms, char text_r[24])
{
	time_t local = (time_t)(at_ms / 1000 + run->utc_offset_min * 60);
	struct tm tm;

	gmtime_r(&local, &tm);
	(void)strftime(text_r, 24, "%Y-%m-%d %H:%M", &tm);
}

/* ---- import ---- */

static void tell_short(const struct run *run, const struct shift *shift)
{
	const struct unit *unit = rules_find_unit(run->rules, shift->unit);
	char from[24];

	if (unit == NULL || shift->crew == 0 || shift->crew >= unit->crew_min)
		return;
	format(run, shift->from_ms, from);
	printf("short:  %s from %s: a crew of %d where %d are needed; it is not proposed\n",
	       shift->unit, from, shift->crew, unit->crew_min);
}

static bool is_named(const struct roster *roster, const char *unit)
{
	for (unsigned i = 0; i < roster->count; i++)
		if (strcmp(roster->shift[i].unit, unit) == 0)
			return true;
	return false;
}

static void tell_unnamed(const struct run *run, const struct roster *roster)
{
	unsigned n = 0;

	for (unsigned i = 0; i < rules_unit_count(run->rules); i++)
		if (!is_named(roster, rules_unit(run->rules, i)->id))
			printf("%s%s", n++ == 0 ? "nothing is said of: " : " ",
			       rules_unit(run->rules, i)->id);
	if (n > 0)
		puts("");
}

static void tell_import(const struct run *run, const struct roster_import *import)
{
	int64_t first = 0, last = 0;
	char from[24], to[24];

	for (unsigned i = 0; i < import->roster.count; i++) {
		const struct shift *shift = &import->roster.shift[i];

		first = first == 0 || shift->from_ms < first ? shift->from_ms : first;
		last = shift->to_ms > last ? shift->to_ms : last;
		tell_short(run, shift);
	}
	tell_unnamed(run, &import->roster);
	format(run, first, from);
	format(run, last, to);
	printf("%u rows, %u shifts, from %s to %s\n", import->rows, import->roster.count, from,
	       to);
}

/* Under a lock: two imports at once are one after the other. */
static int store(const struct run *run, const struct roster *fresh, struct err *err)
{
	int64_t now_ms = clock_system.wall_ms(&clock_system);
	struct roster roster = {0};
	struct file_stamp stamp;
	int lock, rc;

	if (private_file_lock(run->wish->data, ROSTER_FILE, &lock, err) < 0)
		return -1;
	rc = roster_read(run->wish->data, &roster, &stamp, err);
	if (rc == 0) {
		roster_merge(&roster, fresh, now_ms - KEEP_MS);
		rc = roster_write(run->wish->data, &roster, err);
	}
	roster_fini(&roster);
	(void)close(lock); /* lets go of it */
	return rc;
}

static int take(const struct run *run, const struct roster_import *import)
{
	struct err err;

	if (import->mistakes > 0 || import->roster.count == 0) {
		fprintf(stderr, "tangi roster: %u %s; nothing was taken over\n",
			import->mistakes, import->mistakes == 1 ? "mistake" : "mistakes");
		return 1;
	}
	tell_import(run, import);
	if (run->wish->is_dry) {
		puts("a dry run: nothing was taken over");
		return 0;
	}
	return store(run, &import->roster, &err) < 0 ? failed(&err) : 0;
}

static int import_file(const struct run *run, const char *path)
{
	const char *slash = strrchr(path, '/');
	struct roster_import import;
	char *dir, *text;
	struct err err;
	size_t len;
	int rc;

	dir = slash != NULL ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
	rc = file_read(dir, slash != NULL ? slash + 1 : path, &text, &len, &err);
	xfree(dir);
	if (rc < 0)
		return failed(&err);
	roster_import_csv(rules_fleet(run->rules), path, text, run->utc_offset_min, &import,
			  tell, NULL);
	rc = take(run, &import);
	roster_fini(&import.roster);
	xfree(text);
	return rc;
}

/* ---- show ---- */

static void show_unit(const struct run *run, const struct roster *roster,
		      const struct unit *unit, int64_t at_ms)
{
	static const char *const names[] = {"-", "on", "off"};
	struct roster_word word = roster_ask(roster, unit->id, at_ms);
	char since[24] = "-", until[24] = "-";

	if (word.since_ms != 0)
		format(run, word.since_ms, since);
	if (word.now != NULL)
		format(run, word.now->to_ms, until);
	printf("%s\t%s\t%s\t%s\t%d\t%s\n", unit->id, names[word.duty], since, until,
	       word.now != NULL ? word.now->crew : 0,
	       word.now != NULL && word.now->lead[0] != '\0' ? word.now->lead : "-");
}

static int show(const struct run *run)
{
	int64_t at_ms = clock_system.wall_ms(&clock_system);
	struct roster roster = {0};
	struct file_stamp stamp;
	struct err err;

	if (run->wish->at != NULL && clock_parse(run->wish->at, &at_ms, &err) < 0)
		return failed(&err);
	if (roster_read(run->wish->data, &roster, &stamp, &err) < 0)
		return failed(&err);
	for (unsigned i = 0; i < rules_unit_count(run->rules); i++)
		show_unit(run, &roster, rules_unit(run->rules, i), at_ms);
	roster_fini(&roster);
	return fflush(stdout) != 0;
}

/* ---- The command. ---- */

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct wish, config), true, "DIR",
	 "the city's configuration: the units have to be its own"},
	{"data", ARG_TEXT, offsetof(struct wish, data), true, "DIR",
	 "the bridge's data folder"},
	{"dry-run", ARG_SWITCH, offsetof(struct wish, is_dry), false, NULL,
	 "of import: say what it would do"},
	{"at", ARG_TEXT, offsetof(struct wish, at), false, "TIME",
	 "of show: 2026-11-24T22:00:00+07:00; otherwise now"},
};

static const struct args args = {
	"tangi roster import FILE.csv --config DIR --data DIR [--dry-run]\n"
	"       tangi roster show --config DIR --data DIR [--at TIME]",
	"Takes over who is on duty when, as a personnel system exports it: CSV with ; or , "
	"between and\n"
	"columns for unit, tanggal, mulai, selesai, and jumlah (people), or a row for each "
	"person with\n"
	"peran and kode_petugas. Keeps unit, times, number of people and the internal id of "
	"who "
	"leads;\n"
	"names and NIP are not read. From its first shift on, what the file says of a unit "
	"takes "
	"the place\n"
	"of what was said. Every mistake is named with line and column, and with one nothing "
	"is "
	"taken over.\n"
	"show prints unit, on or off, since, until, people, lead, with tabs between.\n",
	table, sizeof(table) / sizeof(table[0]), 2};

static int run_verb(struct run *run, char **words)
{
	struct routes *routes = rules_routes(run->rules);

	run->utc_offset_min = routes->utc_offset_min;
	routes_unref(&routes);
	return words[1] != NULL ? import_file(run, words[1]) : show(run);
}

int cmd_roster(int argc, char **argv)
{
	struct wish wish = {0};
	struct run run = {.wish = &wish};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &wish, &words);

	if (rc >= 0)
		return rc;
	if (words[0] == NULL || strcmp(words[0], words[1] != NULL ? "import" : "show") != 0) {
		fputs("tangi roster: say import FILE.csv, or show; see --help\n", stderr);
		return 2;
	}
	if (rules_load(&run.rules, wish.config, &err) < 0)
		return failed(&err);
	rc = run_verb(&run, words);
	rules_free(&run.rules);
	return rc;
}
