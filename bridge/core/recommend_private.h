/* What the files of a recommendation share:
 *
 *   recommend.c       who goes, and why the others do not
 *   recommend_take.c  how things stand, from the log, the air and the roster
 *   recommend_left.c  what is left without cover, and where somebody can be brought
 *   recommend_words.c the reasons, in words
 *   recommend_json.c  all of it as JSON
 *
 * Pure; any thread. */
#pragma once

#include "core/recommend.h"
#include "core/rules_private.h"

/* ---- Finding it. ---- */

struct recommend_work {
	const struct rules *rules;
	const struct recommend_situation *situation;
	const struct area *area; /* what distances are measured to, without a point */
	struct recommendation *out;
};

/* Of whom anything is asked at all. */
bool recommend_is_asked(const struct recommend_work *w, const struct plan_need *need);
/* Somebody of its crew is out with another vehicle, or is being sent with it: who; -1: nobody.
 */
int recommend_crew_taker(const struct recommend_work *w, const struct recommend_choice *choice);
/* Its crew is to rest. */
bool recommend_is_tired(const struct rules *rules, const struct recommend_situation *situation,
			const struct recommend_unit *in);
/* Since its shift began; -1: not known. */
int64_t recommend_on_ms(const struct recommend_situation *situation,
			const struct recommend_unit *in);
/* Of people. */
bool recommend_is_short(const struct recommend_unit *in);

/* Both once all fates are settled. */
void recommend_find_bare(struct recommend_work *w);
void recommend_list_hospitals(struct recommend_work *w);

/* ---- Telling it. ---- */

#define SAID_SIZE 320

/* The same said twice. */
struct said {
	char id[SAID_SIZE], en[SAID_SIZE];
};

struct telling {
	const struct rules *rules;
	const struct recommend_situation *situation;
	const struct recommendation *out;
	struct jsonw *w;
};

/* Of an index of choices; of the code of an area. Borrowed; "?" where there is none. */
const char *recommend_unit_id(const struct telling *t, int choice);
const char *recommend_area_name(const struct telling *t, const char *code);

/* said is empty before. */
void recommend_say_sent(const struct telling *t, const struct recommend_choice *c,
			struct said *said);
void recommend_say_passed(const struct telling *t, const struct recommend_choice *c,
			  struct said *said);
void recommend_say_missing(const struct telling *t, unsigned need, struct said *said);
void recommend_say_bare(const struct telling *t, const struct recommend_bare *bare,
			struct said *said);
void recommend_say_hospital(const struct telling *t, const struct recommend_hospital *h,
			    struct said *said);
