/* The API on a loop of its own over a store that forgets, with tokens to ask it by. The client
 * is tests/unit/net/served.h's; what comes back from the store can be held. */
#pragma once

#include "../core/people.h"
#include "../net/served.h"
#include "api/api.h"

struct asked {
	struct people *people;
	char admin[SECRET_SIZE], fire[SECRET_SIZE], police[SECRET_SIZE], adapter[SECRET_SIZE];
	struct rules *rules;
	struct loop *loop;
	struct http *http;
	struct metrics metrics;
	struct http_settings settings;
	char listen[32], trusted[32];
	unsigned port;
	struct store *store;
	struct feed *feed;
	struct sign_in *sign_in;
	struct actions *actions;
	struct api *api;
	struct id_gen ids;
	pthread_t thread;
	_Atomic bool is_held; /* nothing comes back from the store */

	pthread_mutex_t lock;
	pthread_cond_t done;
	void (*errand)(struct asked *asked, void *arg); /* {lock} run by the loop */
	void *arg;                                      /* {lock} */
};

/* feed_events: how many the memory holds. */
struct asked *asked_start(unsigned feed_events);
void asked_stop(struct asked **asked);
/* On the loop's thread; returns when it has been done. */
void asked_do(struct asked *asked, void (*errand)(struct asked *asked, void *arg), void *arg);

/* A report for these agencies, stored; its incident. */
void asked_report(struct asked *asked, agency_set agencies, char incident_r[ID_SIZE]);
/* A note on an incident, stored. */
void asked_note(struct asked *asked, const char *incident, const char *note);

/* The whole answer to GET, as text; free it. headers: "Name: value\r\n…" */
char *asked_get(struct asked *asked, const char *target, const char *token,
		const char *headers);
/* Its body. Fails the test when the status is another. */
json_t *asked_json(struct asked *asked, unsigned status, const char *target, const char *token);
/* An open connection on which GET was said. */
int asked_open(struct asked *asked, const char *target, const char *token, const char *headers);
