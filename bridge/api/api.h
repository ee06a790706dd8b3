/* The JSON API of the contract's section 3, for apps and consoles: what is read, what people
 * decide, sessions, health and metrics. Intake is not here: it is the adapter `rest`.
 *
 *   api.c        parts and routes            session.c    sign in and out, who am I
 *   incidents.c  lists, one with its past    actions.c    decisions
 *   command.c    the same decisions as one line of words
 *   recommendation.c  whom to send, as things stand
 *   callers.c    what is known of a number, and that it be forgotten
 *   shift.c      what the next shift has to know, and who took it over
 *   reports.c    reports, calls, tickets     redact.c     what of them is shown to whom
 *   events.c     the log, page by page       log_lines.c  the log, line by line, for ever
 *   city.c       units, words, borders       health.c     healthz, readyz, metrics
 *   inquiry.c    one that waits for a read   query.c      numbers, times, cursors
 *
 * openapi.yaml and asyncapi.yaml are the reference of all of it.
 *
 * Loop thread only. */
#pragma once

#include "core/access.h"
#include "core/accounts.h"
#include "core/actions.h"
#include "core/command_desk.h"
#include "core/feed.h"
#include "core/joining.h"
#include "core/rules.h"
#include "net/http.h"
#include "net/mqtt.h"
#include "net/outbox.h"
#include "net/sign_in.h"
#include "store/store.h"

struct api;
struct duty;
struct unit_board;
struct whereabouts;

struct api_parts { /* all borrowed for the api's life */
	struct loop *loop;
	struct http *http;
	struct store *store;
	struct feed *feed;
	struct accounts *accounts;
	struct sign_in *sign_in;
	struct actions *actions;
	struct command_desk *command_desk;
	const struct rules *rules;
	struct mqtt *mqtt;           /* NULL: no broker is configured */
	const struct outbox *outbox; /* NULL: nothing leaves the house */
	const struct watch *watch;
	const struct whereabouts *whereabouts;
	struct duty *duty;
	const struct unit_board *board;
	const struct joining *joining; /* NULL: nothing is ever linked */
	const struct clock *clock;
	struct metrics *metrics;
	const char *city;
	bool is_demo; /* nobody takes it for real */
};

/* The units as a JSON list, as a console's snapshot has them: without where they are. */
struct buf *api_units(const struct rules *rules, const struct unit_board *board);

/* Adds its routes. */
struct api *api_new(const struct api_parts *parts);
void api_set_rules(struct api *api, const struct rules *rules);
/* /readyz says 503 "stopping", streams of events end, nothing new is taken. */
void api_stop(struct api *api);
/* After http_close. What still waits for the store or a decision is let go when it comes. */
void api_free(struct api **api);
