#include "city.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static const char *const files[] = {
	"agencies.tsv",    "offices.tsv",       "taxonomy.tsv",      "lexicon.tsv",
	"areas.geojson",   "gazetteer.tsv",     "units.tsv",         "rules/judgement.tsv",
	"place-words.tsv", "places.json",       "rules/callers.tsv", "rules/slang.tsv",
	"rules/hours.tsv", "holidays.tsv",      "rules/routing.tsv", "rules/escalation.tsv",
	"stations.tsv",    "rules/plans.tsv",   "hospitals.tsv",     "rules/guards.tsv",
	"neighbours.tsv",  "rules/hazards.tsv", "rules/rest.tsv",
};

#define FILES (sizeof(files) / sizeof(files[0]))

struct rules *city_load(void)
{
	struct rules *rules;
	struct err err;

	if (rules_load(&rules, CITY_DIR, &err) < 0)
		fatal("%s", err.text);
	return rules;
}

struct rules *cirebon;

int city_open(void **state)
{
	(void)state;
	cirebon = city_load();
	return 0;
}

int city_close(void **state)
{
	(void)state;
	rules_free(&cirebon);
	return 0;
}

static char *read_file(const char *name)
{
	char path[512], *text = calloc(1, 1 << 20);
	FILE *file;

	snprintf(path, sizeof(path), CITY_DIR "/%s", name);
	file = fopen(path, "r");
	if (file == NULL || text == NULL || fread(text, 1, (1 << 20) - 1, file) == 0)
		fatal("cannot read %s", path);
	(void)fclose(file);
	return text;
}

static void write_changed(const char *dir, const char *name, const char *from, const char *to)
{
	char path[512], *text = read_file(name);
	char *at = from != NULL ? strstr(text, from) : NULL;
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "w");
	if (file == NULL || (from != NULL && at == NULL))
		fatal("cannot change %s", path);
	if (at != NULL)
		fprintf(file, "%.*s%s%s", (int)(at - text), text, to, at + strlen(from));
	else
		fputs(text, file);
	(void)fclose(file);
	free(text);
}

static void remove_copy(const char *dir)
{
	char path[512];

	for (size_t i = 0; i < FILES; i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, files[i]);
		(void)unlink(path);
	}
	snprintf(path, sizeof(path), "%s/rules", dir);
	(void)rmdir(path);
	(void)rmdir(dir);
}

static void make_copy(char *dir, const char *file, const char *from, const char *to)
{
	char rules_dir[64];

	if (mkdtemp(dir) == NULL)
		fatal("mkdtemp");
	snprintf(rules_dir, sizeof(rules_dir), "%s/rules", dir);
	if (mkdir(rules_dir, 0700) < 0)
		fatal("mkdir");
	for (size_t i = 0; i < FILES; i++)
		write_changed(dir, files[i], strcmp(files[i], file) == 0 ? from : NULL, to);
}

int city_load_changed(struct rules **rules_r, const char *file, const char *from,
		      const char *to, struct err *err)
{
	char dir[] = "/tmp/tangi-city-XXXXXX";
	int rc;

	make_copy(dir, file, from, to);
	rc = rules_load(rules_r, dir, err);
	remove_copy(dir);
	return rc;
}

static void write_file(const char *dir, const char *name, const char *bytes, size_t len)
{
	char path[512];
	FILE *out;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	out = fopen(path, "w");
	if (out == NULL || fwrite(bytes, 1, len, out) != len || fclose(out) != 0)
		fatal("cannot write %s", path);
}

int city_load_with(struct rules **rules_r, const char *file, const char *bytes, size_t len,
		   struct err *err)
{
	char dir[] = "/tmp/tangi-city-XXXXXX";
	int rc;

	make_copy(dir, file, NULL, NULL);
	write_file(dir, file, bytes, len);
	rc = rules_load(rules_r, dir, err);
	remove_copy(dir);
	return rc;
}

int city_load_two(struct rules **rules_r, const char *file, const char *text, const char *other,
		  const char *other_text, struct err *err)
{
	char dir[] = "/tmp/tangi-city-XXXXXX";
	int rc;

	make_copy(dir, file, NULL, NULL);
	write_file(dir, file, text, strlen(text));
	write_file(dir, other, other_text, strlen(other_text));
	rc = rules_load(rules_r, dir, err);
	remove_copy(dir);
	return rc;
}

static void keep(void *ctx, const struct err *mistake)
{
	struct err *last = ctx;

	*last = *mistake;
}

unsigned city_judge_changed(const char *file, const char *from, const char *to,
			    struct err *last_r)
{
	char dir[] = "/tmp/tangi-city-XXXXXX";
	struct rules *rules = NULL;
	unsigned mistakes;

	make_copy(dir, file, from, to);
	mistakes = rules_judge(&rules, dir, keep, last_r);
	rules_free(&rules);
	remove_copy(dir);
	return mistakes;
}

void city_must_refuse(const struct city_mistake *mistakes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct city_mistake *mistake = &mistakes[i];
		struct rules *rules = NULL;
		struct err err = {0};

		if (city_load_changed(&rules, mistake->file, mistake->from, mistake->to,
				      &err) == 0)
			fail_msg("%s: was taken: \"%s\"", mistake->file, mistake->to);
		if (strstr(err.text, mistake->says) == NULL)
			fail_msg("\"%s\" does not say \"%s\"", err.text, mistake->says);
	}
}
