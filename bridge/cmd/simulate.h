/* A played city against a running bridge, from outside, as any other client.
 *
 *   simulate.c            options, and the loop: city time, sockets, the log
 *   simulate_scenario.c   what happens, a table of the city
 *   simulate_script.c     drawn from it: what is sent when
 *   simulate_city.c       sends it, and knows what became of it
 *   simulate_crew.c       crews that answer by radio (simulate_radio.c)
 *   simulate_desk.c       dispatchers who take, send and close
 *   simulate_help.c       who answers a crew that calls for help
 *   simulate_fold.c       what the log says
 *   simulate_score.c      the sheet at the end, from the log
 *   simulate_compare.c    whether what the bridge shows is what its log says
 *
 * City time is monotonic time since the start, times the speed. One thread; requests block, so
 * a bridge that answers slowly makes the played city late, and the sheet says by how much. */
#pragma once

#include "cmd/simulate_agenda.h"
#include "cmd/simulate_fold.h"
#include "cmd/simulate_people.h"
#include "cmd/simulate_script.h"

struct simulation {
	struct agenda agenda;
	struct script script;
	struct people people;
	struct fold fold;
	int64_t speed;
	uint64_t seed;
	bool is_exercise;
	char run[ID_SIZE];        /* so that what is sent is new to the bridge */
	int64_t begun_us, now_ms; /* city time, as of this turn */
	uint64_t from_seq;        /* of the log: what came before is not ours */
};

/* Of which one is -1, where the bridge could not be asked or its answer is none. *doc_r is the
 * caller's; *status_r is set. body NULL: GET. */
int simulate_ask(struct client *client, const char *path, const char *body, long *status_r,
		 json_t **doc_r, struct err *err) MUST_CHECK;
/* The same as PUT, which has a body. */
int simulate_put(struct client *client, const char *path, const char *body, long *status_r,
		 json_t **doc_r, struct err *err) MUST_CHECK;
