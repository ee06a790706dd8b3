/* What the files of the command line share:
 *
 *   command_line.c   a line is cut into verb, things and rest; where what is wrong stands
 *   command_verbs.c  the verbs, one row each; what they say they do:
 *     command_verbs_part.c whose it is and how it ends     command_verbs_facts.c what is known
 *     command_verbs_alarm.c what is raised, and put off
 *     command_verbs_units.c who is sent                    command_verbs_joining.c what is one
 *   command_meaning.c which incident is meant, and what speaks against it
 *   command_words.c  what people call agencies, levels, outcomes and categories
 *   command_tab.c    what may stand at the cursor
 *   command_said.c   sentences in both languages, and the parse as JSON */
#pragma once

#include "core/command_line.h"
#include "core/rules.h"

enum thing {
	THING_NUMBER = 1,   /* of an incident */
	THING_PRIORITY = 2, /* 1 … 4, p1, merah */
	THING_AGENCY = 4,   /* fire, +polisi, -psc */
	THING_OUTCOME = 8,
	THING_REPORT = 16, /* #2 */
	THING_UNIT = 32,   /* dmk3 */
	THING_STEP = 64,   /* menuju, tiba: how far a unit is */
};

enum rest { REST_NONE, REST_WORDS, REST_PLACE, REST_CATEGORY, REST_HAZARDS, REST_ALL };

struct token {
	size_t at, len; /* bytes */
};

struct reading;
/* Fills in what the command means, or what is wrong. */
typedef void verb_fn(struct reading *reading);

struct verb {
	const char *id[2], *en[2]; /* what it is called; NULL: nothing more */
	unsigned things;           /* that it takes, THING_… */
	unsigned numbers;          /* of them, incidents at most */
	enum rest rest;
	verb_fn *read;
	const char *usage_id, *usage_en;
	const char *does_id, *does_en;
};

struct reading {
	const struct command_view *view;
	const char *line;
	size_t len;
	const struct verb *verb;
	struct token verb_token;

	unsigned number_count;
	int64_t no[COMMAND_NUMBERS_MAX];
	struct token number[COMMAND_NUMBERS_MAX];
	int priority; /* 0: none was said */
	struct token priority_token;
	agency_set set, plus, minus; /* agencies without a sign, and with one */
	int agency;                  /* the first of them; -1: none */
	struct token agency_token;
	int outcome; /* index in outcome_names; -1 */
	unsigned report_count;
	unsigned report[SPLIT_MAX]; /* from 1 on */
	struct token report_token[SPLIT_MAX];
	unsigned unit_count;
	const struct unit *unit[COMMAND_UNITS_MAX];
	struct token unit_token; /* the first of them */
	int step;                /* enum order_state; -1: none was said */
	struct token rest;       /* without blanks around it */

	struct command_parse *out; /* NULL: nobody wants to know what is wrong */
};

/* command_verbs.c */
extern const struct verb verbs[];
extern const unsigned verb_count;

verb_fn verb_take, verb_hand_over, verb_close, verb_reopen;
verb_fn verb_raise, verb_quiet, verb_shelve;
verb_fn verb_note, verb_type, verb_priority, verb_agencies, verb_relocate, verb_hazard,
	verb_search;
verb_fn verb_merge, verb_split, verb_unfold;
verb_fn verb_send, verb_step, verb_recall;

/* command_meaning.c */
const char *reading_text(const struct reading *reading, struct token token);
/* Something is missing at the end. Returns false. */
bool reading_lacks(struct reading *reading, const char *what_id, const char *what_en);
/* As things stand it cannot be; what was understood stays. {0} is the incident's number. */
void reading_cannot(struct reading *reading, struct token token, const char *what_id,
		    const char *what_en, const char *remedy_id, const char *remedy_en);
/* In whose name: of these parts that of who leads, where the person may decide for it, else the
 * first. -1: there is none. */
int reading_part(const struct reading *reading, const struct incident *incident,
		 agency_set parts);
/* Those of the person's that are not over. */
agency_set reading_open_parts(const struct reading *reading, const struct incident *incident);
/* That part is not there, or not the person's. */
void reading_refuse_part(struct reading *reading, const struct incident *incident, int agency);
/* False: the rest of the line, with its end, is longer than size, and that is said. */
bool reading_has_room(struct reading *reading, size_t size);
/* "note": the rest of the line. Returns it as a quotation. */
struct said reading_note(struct reading *reading);
/* The incident of that number of the line. NULL: what is wrong is said. */
const struct incident *reading_known(struct reading *reading, unsigned which);
/* The one that is named, else the selected one. NULL: what is wrong is said. */
const struct incident *reading_meant(struct reading *reading, unsigned which);
/* It is closed, or is not, and that is not what the verb needs. */
void reading_refuse_state(struct reading *reading, const struct incident *incident,
			  enum action action);
/* The command is that, of this incident. */
void reading_mean(struct reading *reading, const struct incident *incident, enum action action,
		  bool rests_on_seen);
/* A member of it; takes value. */
void reading_put(struct reading *reading, const char *key, json_t *value);
/* The sentence: {0} is the incident, {1} and {2} are the others. */
void reading_say(struct reading *reading, const struct incident *incident, const char *id,
		 const char *en, const struct said *one, const struct said *two);
void reading_drop_number(struct reading *reading, unsigned which);

/* command_line.c */
/* False: there is no further one. *pos goes behind it. */
bool token_next(const char *line, size_t len, size_t *pos, struct token *token_r);
/* What a piece of the line is as a verb; NULL: none, or several: *count_r. */
const struct verb *verb_find(const char *text, size_t len, unsigned *count_r);
bool verb_begins(const char *name, const char *text, size_t len);
/* Cuts the line behind the verb. False: something in it is wrong, and out says what. */
bool reading_cut(struct reading *reading);
/* Says what is wrong and where, and how to mend it. {0} stands for about, {1} for the verb's
 * usage. Returns false. */
struct complaint {
	const char *what_id, *what_en, *remedy_id, *remedy_en;
};
bool complain(struct reading *reading, enum command_trouble trouble, struct token token,
	      const struct complaint *complaint, const struct said *about);
struct token reading_end(const struct reading *reading);
unsigned column_of(const char *line, size_t at);
bool parse_number(const char *text, size_t len, int64_t *no_r);

/* command_words.c; all without regard to case */
bool word_is(const char *word, const char *text, size_t len);
bool word_begins(const char *word, const char *text, size_t len);
int priority_called(const char *text, size_t len); /* 0: none */
/* -1: none, -2: several. *used is the length of its first word, and then of all that was the
 * name. */
int outcome_called(const char *text, size_t len, size_t *used);
int agency_called(const struct agencies *agencies, const char *text, size_t len); /* as above */
int step_called(const char *text, size_t len);                                    /* as above */
/* "dmk3" is DMK-03: without its dash and its zeros. NULL: none. */
const struct unit *unit_called(const struct rules *rules, const char *text, size_t len);
void step_say(int step, struct said *said_r);
void unit_write_short(const struct unit *unit, struct said *said_r); /* dmk3 */
/* How many categories the words may mean, the first max of them in found_r; one, when it is
 * called exactly so. */
unsigned categories_called(const struct rules *rules, const char *text, size_t len,
			   const struct category **found_r, unsigned max);
int hazard_called(const char *text, size_t len); /* -1: none, -2: several */
void hazard_say(int hazard, struct said *said_r);
void hazard_write_short(int hazard, struct said *said_r); /* gas, kabel */
void hazards_say(hazard_set hazards, struct said *said_r);
void priority_say(int priority, struct said *said_r);
void outcome_say(int outcome, struct said *said_r);
void outcome_write_short(int outcome, struct said *said_r);
void agency_say(const struct agencies *agencies, unsigned agency, struct said *said_r);
/* What one writes for it: "damkar", "fire". */
void agency_write_short(const struct agencies *agencies, unsigned agency, struct said *said_r);
void agencies_say(const struct agencies *agencies, agency_set set, struct said *said_r);
/* Every word of the text begins one of the name's. */
bool words_begin(const char *name, const char *text, size_t len);
void category_say(const struct rules *rules, const char *id, struct said *said_r);

/* command_tab.c */
/* cursor in bytes, between two characters. */
void command_complete(const struct command_view *view, const char *line, size_t cursor,
		      struct command_parse *out);

/* command_said.c */
/* {0}, {1} and {2} stand for the others, NULL-able; cut at a character's end. */
void said_set(struct said *said_r, const char *id, const char *en, const struct said *zero,
	      const struct said *one, const struct said *two);
void said_plain(struct said *said_r, const char *text, size_t len); /* in both the same */
void said_number(struct said *said_r, int64_t no);                  /* 0400 */
/* "Pasar Kanoman, Lemahwungkuk" */
void place_candidate_say(const struct place_candidate *candidate, struct said *said_r);
/* “…”, long ones shortened. */
void said_quote(struct said *said_r, const char *text, size_t len);
