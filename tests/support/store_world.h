/* A store with its lanes stepped by hand, a clock of its own and a few things to send it. */
#pragma once

#include "base/clock.h"
#include "base/metrics.h"
#include "model/call.h"
#include "model/command.h"
#include "model/report.h"
#include "store/store.h"

struct store_world {
	struct clock clock;
	int64_t now_us;
	int64_t stepped_ms; /* by so much the wall clock was set */
	struct agencies agencies;
	struct metrics metrics;
	struct store_settings settings;
	const struct store_backend *backend;
	char dir[64]; /* "" : none was made */
	struct store *store;
	struct id_gen ids;
	struct event events[4096]; /* as they were shown, in order */
	unsigned shown;
	unsigned answered;
	void (*on_shown)(struct store_world *world); /* or NULL */
};

/* One request with what it borrows. */
struct sent {
	struct store_request request;
	struct report *report;
	struct command *command;
	struct call *call;
	struct clearing *clearing;
	struct store_world *world;
	bool is_answered;
};

extern const struct viewer sees_everything;

void world_init(struct store_world *world, const struct store_backend *backend);
/* 0, or -1 with err. */
int world_open(struct store_world *world, struct err *err);
void world_close(struct store_world *world);
void world_fini(struct store_world *world);
void world_pass(struct store_world *world, int64_t ms);

/* For the suites over every backend. A world of its own, open; a failure fails the test. */
struct store_world *world_new(const struct store_backend *backend);
void world_reopen(struct store_world *world);
/* The log of a story is whole, and the tables are what it says; ends open. Nothing to see in
 * memory. */
void world_prove(struct store_world *world);
void world_free(struct store_world **world);

/* One test twice, in a main that has backends[2]. */
#define OVER_ALL(test)                                                                         \
	{#test " (memory)", test, NULL, NULL, &backends[0]},                                   \
	{                                                                                      \
#test " (sqlite)", test, NULL, NULL, &backends[1]                              \
	}

void send_report(struct store_world *world, struct sent *sent, const char *source,
		 const char *key, const char *text);
/* The same, found to be like other reports; links are borrowed until it is answered. */
void send_linked(struct store_world *world, struct sent *sent, const char *source,
		 const char *key, const char *text, const struct store_links *links);
void send_command(struct store_world *world, struct sent *sent, const char *incident_id,
		  const char *json);
/* A report as it came, of this verdict. */
void send_body(struct store_world *world, struct sent *sent, const char *json,
	       const struct verdict *verdict);
/* By siti. */
void send_clearing(struct store_world *world, struct sent *sent, const char *handle,
		   const char *json);
void send_call(struct store_world *world, struct sent *sent, const char *json);
/* Whose request is filled in but for the time. */
void send_request(struct store_world *world, struct sent *sent);
void sent_fini(struct sent *sent);

/* One report, stepped until it is answered; its incident's id. Fails the test unless stored. */
void stored_report(struct store_world *world, const char *key, const char *text,
		   char incident_id_r[ID_SIZE]);
/* What siti decides for all agencies, stepped until it is answered; a second passes. */
enum store_answer decide_now(struct store_world *world, const char *incident_id,
			     const char *json);
/* As it stands; the test's to fini. */
void incident_now(struct store_world *world, const char *incident_id,
		  struct incident *incident_r);
/* A further report of that report's incident, which calls the fire service; its id. */
void linked_report(struct store_world *world, const char *key, const char *first_report,
		   char id_r[ID_SIZE]);
/* Reads and steps. */
void read_now(struct store_world *world, struct store_read *read);
