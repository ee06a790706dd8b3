/* The sheet at the end: how the room did, from the log and from what the players saw.
 *
 * Times are in seconds of the city. Reckoning is pure; one thread. */
#pragma once

#include <stdio.h>

#include "cmd/simulate_city.h"

struct score_times {
	unsigned count;
	int64_t median_s, most_s;
};

struct score_agency {
	char agency[FOLD_NAME_SIZE];
	unsigned parts;   /* of what was raised */
	unsigned untaken; /* at the end */
	struct score_times taken, sent, arrived;
};

struct score {
	unsigned reports, reports_acked, calls, calls_acked;
	unsigned emergencies, raised, missed; /* reports of people in need */
	unsigned others, false_alarms;        /* reports of nobody in need; sent for at once */
	unsigned doubles, joined, wrongly_joined;
	unsigned incidents, open;
	unsigned escalations;
	unsigned unalarmed; /* parts that nobody has taken and no alarm asks for */
	unsigned orders, orders_lost;
	unsigned maydays, maydays_answered, maydays_over; /* crews that called for help */
	int64_t mayday_most_s; /* until the one that waited longest was answered */
	unsigned agency_count;
	struct score_agency agency[FOLD_PARTS_MAX];
};

struct score_of { /* borrowed */
	const struct fold *fold;
	const struct city *city;
	const json_t *alarms; /* as GET /v1/alarms has them */
	int64_t speed;
	bool is_exercise;
	unsigned orders, orders_lost;
};

void score_reckon(struct score *score_r, const struct score_of *of);
/* For people: Indonesian, with English beside it. */
void score_print(const struct score *score, FILE *to);
/* As members of an object that is open. */
struct jsonw;
void score_write(const struct score *score, struct jsonw *w);
