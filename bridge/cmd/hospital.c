/* hospital: which hospitals receive, as they say it: by hand, or by a program that is told. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "cmd/args.h"
#include "cmd/cmd.h"
#include "core/hospitals.h"
#include "core/rules.h"

struct wish {
	const char *config, *data, *at;
};

static int failed(const struct err *err)
{
	fprintf(stderr, "tangi hospital: %s\n", err->text);
	return 1;
}

/* ---- Said. ---- */

static int find_state(const char *name)
{
	for (int is = RECEIVING_OPEN; is < RECEIVING_STATES; is++)
		if (strcmp(receiving_names[is], name) == 0)
			return is;
	return -1;
}

static int say_locked(const struct wish *wish, const struct receiving_word *word,
		      struct err *err)
{
	struct receiving receiving;
	struct file_stamp stamp;

	if (receiving_read(wish->data, &receiving, &stamp, err) < 0)
		return -1;
	if (!receiving_say(&receiving, word->id, word->is, word->at_ms))
		return err_set(err, ERR_CONFLICT, "%s: something newer was said already",
			       word->id);
	return receiving_write(wish->data, &receiving, err);
}

static int say(const struct wish *wish, const struct rules *rules, char **words,
	       struct err *err)
{
	struct receiving_word word = {.at_ms = clock_system.wall_ms(&clock_system)};
	int lock, rc, is = find_state(words[1]);

	if (hospitals_find(rules_hospitals(rules), words[0]) == NULL)
		return err_set(err, ERR_INVALID, "no hospital \"%.30s\" in hospitals.tsv",
			       words[0]);
	if (is < 0)
		return err_set(err, ERR_INVALID, "\"%.20s\" is not open, busy or divert",
			       words[1]);
	if (wish->at != NULL && clock_parse(wish->at, &word.at_ms, err) < 0)
		return err_wrap(err, "--at");
	word.is = (enum receiving_state)is;
	snprintf(word.id, sizeof(word.id), "%s", words[0]);
	if (private_file_lock(wish->data, RECEIVING_FILE, &lock, err) < 0)
		return -1;
	rc = say_locked(wish, &word, err);
	(void)close(lock); /* lets go of it */
	return rc;
}

/* ---- Shown. ---- */

static int show(const struct wish *wish, const struct rules *rules, struct err *err)
{
	const struct hospitals *hospitals = rules_hospitals(rules);
	struct receiving receiving;
	struct file_stamp stamp;

	if (receiving_read(wish->data, &receiving, &stamp, err) < 0)
		return -1;
	for (unsigned i = 0; i < hospitals->count; i++) {
		const struct hospital *hospital = &hospitals->hospital[i];
		const struct receiving_word *word = receiving_find(&receiving, hospital->id);
		char at[CLOCK_TEXT] = "-";

		if (word != NULL)
			clock_format(word->at_ms, at);
		printf("%s\t%s\t%s\t%s\n", hospital->id, hospital->name,
		       word != NULL ? receiving_names[word->is] : "-", at);
	}
	return fflush(stdout) != 0 ? err_set(err, ERR_IO, "standard output") : 0;
}

/* ---- The command. ---- */

static const struct arg table[] = {
	{"config", ARG_TEXT, offsetof(struct wish, config), true, "DIR",
	 "the city's configuration: the hospitals have to be its own"},
	{"data", ARG_TEXT, offsetof(struct wish, data), true, "DIR",
	 "the bridge's data folder"},
	{"at", ARG_TEXT, offsetof(struct wish, at), false, "TIME",
	 "when they said so: 2026-11-24T22:00:00+07:00; otherwise now"},
};

static const struct args args = {
	"tangi hospital ID open|busy|divert --config DIR --data DIR [--at TIME]\n"
	"       tangi hospital --config DIR --data DIR",
	"Which hospitals receive: open, busy, or divert when they turn ambulances away. A "
	"proposal shows it\n"
	"with its age; what is older than 15 minutes orders nothing. What was said earlier "
	"than "
	"what is known\n"
	"changes nothing. Without words it prints id, name, what was said, and when, with tabs "
	"between.\n",
	table, sizeof(table) / sizeof(table[0]), 2};

int cmd_hospital(int argc, char **argv)
{
	struct wish wish = {0};
	struct rules *rules;
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &wish, &words);

	if (rc >= 0)
		return rc;
	if (words[0] != NULL && words[1] == NULL) {
		fputs("tangi hospital: say ID open, busy or divert; see --help\n", stderr);
		return 2;
	}
	if (rules_load(&rules, wish.config, &err) < 0)
		return failed(&err);
	rc = words[0] != NULL ? say(&wish, rules, words, &err) : show(&wish, rules, &err);
	rules_free(&rules);
	return rc < 0 ? failed(&err) : 0;
}
