/* What the files of the MQTT sink share:
 *
 *   mqtt.c         its life: lines that come and go, answers, positions, stop
 *   mqtt_lanes.c   what is sent when
 *   mqtt_live.c    every live view once more, after a connection
 *   mqtt_orders.c  orders to units        mqtt_order.c   what an event says to them
 *   mqtt_receipt.c that the broker has them
 *   mqtt_refusal.c what the broker will never take
 *   mqtt_window.c  what is on its way     mqtt_topics.c  what an event becomes
 *   mqtt_link.c    the thread             mqtt_line.c    one connection
 *   mqtt_field.c   what units say         mqtt_ear.c     the line on which that is heard
 *
 * Two readers of the log share the window. The stream gives each agency its events, every one,
 * in order, from its own position. The state keeps the views right that the broker keeps: it
 * too follows the log, from a position of its own, and after each connection it first only
 * clears what was closed while the broker was away, then sets every live incident's view once
 * more, page by page, then has the broker list what it keeps and clears what is not live.
 *
 * A view must never be overwritten by an older one. So the state does one thing at a time:
 * while a page of live incidents is read and sent, it takes no events; a row whose event it has
 * not reached yet is left to that event. */
#pragma once

#include "base/log.h"
#include "core/field.h"
#include "net/mqtt.h"
#include "net/mqtt_ear.h"
#include "net/mqtt_link.h"
#include "net/mqtt_window.h"

#define MQTT_READERS                                                                           \
	MQTT_LIVE              /* lanes with a position: MQTT_STREAM, MQTT_STATE, MQTT_ORDERS  \
				*/
#define RECEIPTS_OWED_MAX 4096 /* what comes beyond is made anew with the next connection */
#define MQTT_BLAMED       16 /* views that broke the connection, remembered until the next start */

/* What is left to send for one event or one live incident. */
struct mqtt_task {
	enum mqtt_lane_id lane;
	agency_set set, clear;
	uint64_t seq;
	int64_t committed_us;
	char incident_id[ID_SIZE]; /* "" : it goes to the agencies' events */
	bool is_exercise;
	struct buf *payload; /* owned reference; NULL when nothing is set */
};

struct mqtt_reader {
	enum mqtt_lane_id lane;
	const char *sink; /* the name of its cursor */
	uint64_t next;    /* the event that is not pushed whole yet */
	struct mqtt_task task;
	bool is_at_task;
	struct store_read read;   /* of events that the feed holds no more */
	unsigned row;             /* the first row that is not used */
	bool is_reading, is_void; /* void: what comes back is not wanted any more */
	uint64_t saved;           /* in the store */
	struct store_request save;
	bool is_saving, must_save;
};

struct mqtt_live {
	bool is_due;                        /* pages are still to be read */
	bool wants_sweep;                   /* when all of them are confirmed */
	uint64_t since;                     /* the newest event at the connection */
	uint64_t from;                      /* of the next page */
	unsigned page_rows, events_between; /* pages and events take turns */
	unsigned pause;                     /* events of the log that may go before it */
	struct store_read read;
	unsigned row;
	bool is_reading, is_void, has_page;
	struct mqtt_task task;
	bool is_at_task;
	struct list strays; /* struct mqtt_letter: stale views, to be cleared */
	unsigned stray_count;
};

struct mqtt_orders {
	int64_t valid_ms;
	struct list known;   /* struct known_order: those that are not over */
	bool are_known;      /* all of them: what is live has been read */
	struct list passing; /* struct mqtt_letter: what the event that passes has to say */
	unsigned nth;        /* of these, already sent */
	bool is_due;         /* all that is open, once more */
	struct list asking;  /* struct asking: units that want to hear what is theirs */
	unsigned asking_count;
	bool is_in_pass, is_for_all; /* over what is live */
	struct list answered;        /* of those that asked, by this pass */
	uint64_t since;              /* the newest event when it began */
	uint64_t from;
	struct store_read read;
	bool is_reading, is_void;
	struct list again; /* struct mqtt_letter: what a page of it has to say */
	unsigned again_nth;
	struct list owed; /* struct owed: receipts that are not in the store yet */
	unsigned owed_count;
};

enum mqtt_phase { MQTT_RUNNING, MQTT_EMPTYING, MQTT_LEAVING, MQTT_SAVING, MQTT_STOPPED };

struct mqtt {
	struct mqtt_parts parts;
	const struct rules *rules;
	struct mqtt_topics topics;
	struct feed_reader feed_reader;
	struct mqtt_link *link; /* NULL in tests of the lanes */
	struct mqtt_ear *ear;   /* the same */
	struct log_repeat is_deaf, malformed[FIELD_LEAVES], impossible;
	struct list parked; /* struct mqtt_heard: answers to orders that are not known yet */
	char deaf[200];     /* why units are not heard, "" when they are */
	struct mqtt_window *window;
	unsigned size; /* of the window */
	bool is_up;
	unsigned line;      /* its number */
	struct list outbox; /* letters of this turn */
	struct mqtt_reader readers[MQTT_READERS];
	struct mqtt_orders orders;
	struct mqtt_live live;
	uint64_t blamed[MQTT_BLAMED]; /* events whose view is not sent any more */
	unsigned blamed_next;
	struct list refusals; /* struct refusal: not recorded yet */
	unsigned refusal_count;
	struct log_repeat away;
	char trouble[200];
	bool is_refused; /* the last answer was a refusal */
	struct loop_timer timer;
	enum mqtt_phase phase;
	unsigned phase_steps; /* of the stop timer, in this phase */
	void (*stopped)(void *ctx);
	void *stopped_ctx;
};

/* mqtt.c */
int64_t mqtt_now_ms(const struct mqtt *mqtt);

/* mqtt_field.c */
void field_hear(struct mqtt *mqtt);   /* all that has come in */
void field_let_go(struct mqtt *mqtt); /* what waits is to be said again */

/* mqtt_lanes.c */
void lanes_init(struct mqtt *mqtt);
void lanes_up(struct mqtt *mqtt);   /* a new line: everything live once more */
void lanes_down(struct mqtt *mqtt); /* what is not confirmed is to be sent again */
void lanes_run(struct mqtt *mqtt);  /* sends what there is and what the window takes */
void lanes_fini(struct mqtt *mqtt);
bool lanes_are_reading(const struct mqtt *mqtt);
/* Every event of the lane up to this one is confirmed, or recorded as refused. */
uint64_t lanes_confirmed(const struct mqtt *mqtt, enum mqtt_lane_id lane);
/* One message; the window has admitted its key. */
void lanes_send(struct mqtt *mqtt, const struct mqtt_task *task, const struct mqtt_key *key,
		bool is_clear);
/* False: there is more of it to send than the window takes. */
bool lanes_work_off(struct mqtt *mqtt, struct mqtt_task *task);
void lanes_end_task(struct mqtt_task *task);
/* The view of this event has broken too many connections to be tried once more. */
bool lanes_blame(const struct mqtt *mqtt, uint64_t seq);

/* mqtt_live.c */
void live_init(struct mqtt_live *live);
/* A new line; since: the newest event there is. */
void live_begin(struct mqtt_live *live, uint64_t since);
void live_read_page(struct mqtt *mqtt);
bool live_send_page(struct mqtt *mqtt); /* false: there is more than the window takes */
/* Has the broker list what it keeps. */
void live_sweep(struct mqtt *mqtt);
/* What it keeps and should not: takes the letter. */
void live_take_stray(struct mqtt *mqtt, struct mqtt_letter **letter);
void live_clear_strays(struct mqtt *mqtt);
void live_stop(struct mqtt_live *live);

/* mqtt_orders.c */
void orders_init(struct mqtt_orders *orders);
void orders_up(struct mqtt *mqtt);
void orders_down(struct mqtt *mqtt);
void orders_fini(struct mqtt *mqtt); /* nothing is with the store any more */
/* What the event has to say to units is sent next, by orders_work_off. */
void orders_begin(struct mqtt *mqtt, const struct event *event);
bool orders_work_off(struct mqtt *mqtt); /* false: there is more than the window takes */
void orders_run(struct mqtt *mqtt);      /* once more, what is due */
bool orders_are_said(const struct mqtt *mqtt);
/* The unit wants to hear what is its. */
void orders_ask(struct mqtt *mqtt, const char *unit);
/* The incident of an order of that unit that is not over; NULL: none is known. */
const char *orders_incident(const struct mqtt *mqtt, const char *unit, const char *dispatch_id);
/* What the broker keeps for that unit waits for an answer. */
bool orders_keep(const struct mqtt *mqtt, const char *unit, bool is_exercise);

/* mqtt_receipt.c */
/* The broker has it: that is for the order's receipts, where the letter is one. */
void receipts_take(struct mqtt *mqtt, const struct mqtt_letter *letter);
void receipts_retry(struct mqtt *mqtt); /* those that the store could not take */
void receipts_fini(struct mqtt *mqtt);  /* nothing is with the store any more */

/* mqtt_refusal.c */
/* Counts, logs and records that the broker will never take the event. */
void refusal_record(struct mqtt *mqtt, enum mqtt_lane_id lane, uint64_t seq, const char *why);
void refusal_retry(struct mqtt *mqtt); /* those that the store could not take */
uint64_t refusal_oldest(const struct mqtt *mqtt, enum mqtt_lane_id lane); /* UINT64_MAX: none */
/* Nothing is with the store any more. */
void refusal_fini(struct mqtt *mqtt);
