/* A crew's call for help: of its unit, whatever the unit is at, and above all else that waits.
 *
 * It stands until two people have said that it is over, and the crew itself may be one of them:
 * who is pressed to take it back is heard by another. Once one has said so, a new call begins
 * anew. It is never put off. A value; any thread. */
#pragma once

#include <jansson.h>

#include "base/err.h"
#include "model/command.h"

enum mayday_step {
	MAYDAY_NONE,
	MAYDAY_RAISED,
	MAYDAY_ANSWERED,
	MAYDAY_OVER, /* one says so: of the second on, there is none any more */
	MAYDAY_STEPS
};

#define MAYDAY_NOTE_SIZE 501

struct mayday {
	int64_t since_ms; /* 0: nobody calls */
	char by[USER_SIZE];
	char note[MAYDAY_NOTE_SIZE];
	struct {
		char id[ID_SIZE]; /* "" : at none */
		int64_t no;
		bool is_exercise;
	} incident; /* where it was called */
	char answered_by[USER_SIZE];
	int64_t answered_at_ms; /* 0: nobody has */
	char over_by[USER_SIZE];
	int64_t over_at_ms; /* 0: nobody has said that it is over */
};

struct mayday_word {
	enum mayday_step step;
	const char *by, *note;
	int64_t at_ms;
};

/* -1: it is none of "mayday", "mayday_answered", "mayday_over". */
int mayday_find(const char *status);
extern const char *const mayday_step_names[MAYDAY_STEPS]; /* the same */

/* 1: it is another now. 0: it stands as that says already. ERR_INVALID: there is nothing to
 * answer or to end, or it has to be somebody else. */
int mayday_take(struct mayday *mayday, const struct mayday_word *word,
		struct err *err) MUST_CHECK;

/* As a member, or nothing where nobody calls: a unit costs no byte more for what it did not
 * say. */
void mayday_write(const struct mayday *mayday, struct jsonw *w, const char *key);
/* From what mayday_write made; NULL: nobody calls. */
void mayday_read(const json_t *object, struct mayday *mayday_r);
/* The members of an alarm of that agency, of a call that stands. */
void mayday_write_alarm(const struct mayday *mayday, const char *unit, const char *agency,
			struct jsonw *w);
