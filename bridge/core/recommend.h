/* Whom to send, and why not the others: a proposal, for a person to confirm.
 *
 * Pure: the city's rules and a situation give a recommendation; no clock, no I/O. Total: a
 * category without a plan gives none, a place that nobody knows gives distances that nobody
 * knows. Any thread.
 *
 * Who is asked for is the plan's (plans.h), less what is there already. Each need is filled in
 * the order of the plan, from the units that fit it and may go, the first of them by
 *   1. whether its device is connected, or nobody knows;
 *   2. how far it is in a straight line, in steps of RECOMMEND_STEP_M: to the incident's point,
 *      without one to the border of its area, and inside that no way at all; without either all
 *      are as far; who is nowhere comes last;
 *   3. whether its crew is to rest, by the city's rules/rest.tsv;
 *   4. how many jobs it had in this shift;
 *   5. how far it is, in metres;
 *   6. its id.
 * A unit is where it says it is, as long as that is no older than RECOMMEND_LIVE_MS; after that
 * it counts as at home. Who has no crew (it is out with another vehicle), too few of them, or
 * is not on duty, is not proposed, whatever the need. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/id.h"
#include "core/hospitals.h"
#include "core/plans.h"
#include "model/location.h"

#define RECOMMEND_STEP_M  250
#define RECOMMEND_LIVE_MS (INT64_C(10) * 60 * 1000)

enum recommend_duty { RECOMMEND_ON, RECOMMEND_OFF, RECOMMEND_OUT_OF_SERVICE, RECOMMEND_DUTIES };
enum recommend_presence {
	RECOMMEND_UNKNOWN, /* it has never connected */
	RECOMMEND_ONLINE,
	RECOMMEND_OFFLINE,    /* its device is not connected: a crew with a radio */
	RECOMMEND_LOGGED_OUT, /* there is nobody at the device */
	RECOMMEND_PRESENCES
};

extern const char *const recommend_duty_names[RECOMMEND_DUTIES];
extern const char *const recommend_presence_names[RECOMMEND_PRESENCES];

/* One that may be sent, as it stands now. */
struct recommend_unit {
	const struct unit *unit;
	enum recommend_duty duty;
	int64_t duty_since_ms; /* by the roster; 0: it says nothing */
	enum recommend_presence presence;
	int64_t presence_since_ms; /* 0: not known */
	bool has_position;
	int32_t lat_e7, lon_e7;
	int64_t position_at_ms;
	bool is_here;        /* ordered to this incident, and neither cleared nor called back */
	bool has_declined;   /* this incident */
	bool is_in_exercise; /* and this is real: it would be taken out of there */
	bool is_busy;        /* elsewhere */
	int64_t busy_no, busy_since_ms; /* 0: not known */
	char busy_incident[ID_SIZE];    /* "" : not known */
	int busy_priority;              /* 0: not known */
	char busy_state[16];
	int shift_jobs;      /* -1: not known, and counted as none */
	int64_t on_since_ms; /* its shift began; 0: not known */
	int64_t worked_ms;   /* on jobs of that shift that have ended */
	int staff;           /* who is aboard; -1: nobody has said */
};

struct recommend_situation {
	int64_t now_ms;
	int category; /* index in the taxonomy; -1: not known */
	int priority; /* 1 … 4 */
	int level;    /* 1 … PLAN_LEVELS */
	bool has_point;
	int32_t lat_e7, lon_e7;
	char area[AREA_SIZE]; /* where it is, when that is all that is known */
	agency_set agencies;  /* of whom anything is asked */
	unsigned unit_count;
	const struct recommend_unit *unit;
	const struct receiving *receiving; /* NULL: no hospital has said anything */
};

/* What becomes of a unit. In the order in which a reason is looked for: the first that holds
 * is said. */
enum recommend_fate {
	FATE_NOT_ASKED, /* the plan wants no such kind */
	FATE_SENT,
	FATE_THERE, /* it is on this incident already, and counts */
	FATE_OFF_DUTY,
	FATE_OUT_OF_SERVICE,
	FATE_LOGGED_OUT,
	FATE_DECLINED,
	FATE_BUSY,
	FATE_CREW_OUT, /* with the other */
	FATE_UNDERSTAFFED,
	FATE_LACKS, /* what the need asks it to be able to do */
	/* It could go. The need has enough without it, and those that go are before it. */
	FATE_NOT_NEEDED, /* those who are there are enough */
	FATE_UNREACHED,
	FATE_FARTHER,
	FATE_TIRED,
	FATE_BUSIER,
	FATE_EQUAL,
	FATES
};

extern const char *const recommend_fate_names[FATES];

struct recommend_choice {
	const struct recommend_unit *unit;
	enum recommend_fate fate;
	int need; /* of the plan: which it fills, or was looked at for; -1: none */
	bool has_place;
	bool is_live; /* the place is where it is, not where it waits */
	int32_t lat_e7, lon_e7;
	int64_t age_ms;          /* of the position it has sent; -1: none */
	int32_t straight_line_m; /* to the incident's point or area; -1: not known */
	char area[AREA_SIZE];    /* the kecamatan of the place; "" : none known */
	/* Who goes in its place, or with its crew: index of choices; -1: nobody. */
	int other;
};

/* How far a need is met. */
struct recommend_need {
	int there, sent, missing;
};

/* A kecamatan of the city that the last free unit of a kind leaves. */
struct recommend_bare {
	char area[AREA_SIZE];
	unsigned agency;
	const char *kind;
	int leaves; /* index of choices: the first of those that go */
	int next;   /* the nearest that is left, to where that one is; -1: nobody */
	int32_t next_m;
};

/* Where those who go can bring somebody, in the order in which they come into question: who
 * turns away, then who is busy, comes last, as long as that is fresh; else the nearer first. */
struct recommend_hospital {
	const struct hospital *hospital;
	enum receiving_state is;
	int64_t age_ms; /* of what was said; -1: nothing was */
	bool is_fresh;
	int32_t straight_line_m; /* from the incident's point or area; -1: not known */
};

struct recommendation {
	const struct plan *plan; /* NULL: none is written for it */
	struct recommend_need need[PLAN_NEEDS_MAX];
	unsigned choice_count; /* as in the situation */
	struct recommend_choice *choice;
	unsigned sent_count;
	unsigned *sent; /* indexes of choices, in the order of the needs */
	unsigned bare_count;
	struct recommend_bare *bare;
	unsigned hospital_count;
	struct recommend_hospital *hospital;
};

/* The situation is borrowed as long as the recommendation lives. */
void recommend(const struct rules *rules, const struct recommend_situation *situation,
	       struct recommendation *recommendation_r);
void recommendation_fini(struct recommendation *recommendation);

/* What happened, and where, as the incident stands. */
struct incident;
void recommend_take_incident(struct recommend_situation *situation, const struct rules *rules,
			     const struct incident *incident);
/* Whether the roster has it on duty at that moment, and with how many people; first of these.
 */
struct roster;
void recommend_take_roster(struct recommend_unit *unit, const struct roster *roster,
			   int64_t at_ms);
/* Where its radio was last, and whether it is there. */
struct unit_trace;
void recommend_take_trace(struct recommend_unit *unit, const struct unit_trace *trace);
/* What the log says that it is doing, seen from that incident. */
struct unit_doing;
void recommend_take_doing(struct recommend_unit *unit, const struct unit_doing *doing,
			  const struct incident *incident);

/* On the great circle, in whole metres. */
int32_t straight_line_m(int32_t a_lat_e7, int32_t a_lon_e7, int32_t b_lat_e7, int32_t b_lon_e7);

struct jsonw;

/* {"level", "plan", "measured_to", "needs", "shortfalls", "units", "there", "passed_over",
 * "bare", "hospitals"} as members of the object that is open; each with its reason in both
 * languages. */
void recommendation_write(const struct rules *rules,
			  const struct recommend_situation *situation,
			  const struct recommendation *recommendation, struct jsonw *w);
