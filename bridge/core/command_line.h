/* The command line of a desk: verb, things, rest, as one sentence that is understood or
 * refused.
 *
 *   tutup 400 selesai api padam        prio 400 1        gabung 402 400        cari kesambi
 *
 * Verbs are Indonesian with English beside them, and may be shortened while that is unique; an
 * Indonesian one goes before an English one. Things are known by their form (a number is an
 * incident, "#2" its second report, a word an agency, a level, an outcome), so their order is
 * free; without a number the selected incident is meant. What follows the things is the rest: a
 * note, a place, a category. What comes out is the very document of contract section 3.2, so
 * that a line can do what the action can and no more.
 *
 * All that people read is said in both languages. Places in the line are characters before it,
 * as a cursor counts. Total over any bytes; pure: what exists is in the view. Any thread. */
#pragma once

#include "model/incident.h"

struct rules;

#define COMMAND_LINE_MAX    1000 /* bytes */
#define COMMAND_NUMBERS_MAX 2    /* incidents that one line can name */
#define COMPLETIONS_MAX     16
#define SAID_SIZE           640

struct said {
	char id[SAID_SIZE], en[SAID_SIZE];
};

/* An incident that may be meant, for those who have not said it yet. */
struct command_open {
	int64_t no;
	struct said about;
};

struct command_view {
	const struct rules *rules;
	agency_set acts_for;             /* whose part the person may decide */
	bool may_act;                    /* false: looks and searches only */
	const struct incident *selected; /* NULL: none */
	const struct incident *known;    /* those of command_line_numbers that the */
	unsigned known_count;            /* person may see */
	const struct command_open *open; /* newest first, to complete a number */
	unsigned open_count;
};

enum command_means {
	COMMAND_NOTHING, /* blank, or wrong */
	COMMAND_ACTION,  /* action, about incident */
	COMMAND_SEARCH,  /* words */
};

enum command_trouble {
	COMMAND_FINE,
	COMMAND_WRONG,      /* not a command: means is COMMAND_NOTHING */
	COMMAND_NOT_FOUND,  /* names an incident that is not there for this person */
	COMMAND_IMPOSSIBLE, /* a command, but not as things stand; action is whole */
};

struct command_completion {
	unsigned from, to; /* what it stands for in the line */
	struct said text;  /* what to write there */
	struct said about; /* what that is; "" : it says so itself */
};

struct command_parse {
	enum command_means means;
	struct said says; /* what it would do */
	char incident_id[ID_SIZE];
	int64_t no, version;
	json_t *action;     /* without incident_id; owned */
	bool rests_on_seen; /* another version in between, and it should be asked again */
	char words[COMMAND_LINE_MAX + 1]; /* COMMAND_SEARCH */

	enum command_trouble trouble;
	unsigned column,
		to; /* where it begins and ends; equal at the end: something is missing */
	struct said what, remedy;

	unsigned completion_count;
	struct command_completion completion[COMPLETIONS_MAX];
};

/* What has to be looked up before the line can be understood. */
struct command_needs {
	unsigned count;
	int64_t no[COMMAND_NUMBERS_MAX];
	bool open; /* the cursor stands where a number may */
};

/* cursor: in characters; beyond the end: at the end. */
void command_line_needs(const char *line, size_t len, size_t cursor,
			struct command_needs *needs_r);
void command_line_parse(const struct command_view *view, const char *line, size_t len,
			size_t cursor, struct command_parse *parse_r);
void command_parse_fini(struct command_parse *parse);

/* "says", "incident", "action", "search", "error" and "completions" as members of what is open;
 * what there is none of is null. */
void command_parse_write(const struct command_parse *parse, struct jsonw *w);
void said_write(struct jsonw *w, const char *key, const struct said *said);
/* The member "error" alone. */
void command_trouble_write(const struct command_parse *parse, struct jsonw *w);

/* "0400 Kebakaran bangunan, Kesambi". */
void incident_say(const struct incident *incident, const struct rules *rules,
		  struct said *said_r);
/* Whether all the words stand in its line on the desk, its agencies or what was reported. */
bool incident_has_words(const struct incident *incident, const struct rules *rules,
			const char *words);
