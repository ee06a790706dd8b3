/* What the files of the API share. The way of a question to the store:
 *
 *   a handler asks who it is (auth_allows), reads what the query says (query.h), fills in an
 *   inquiry and sends it off; the read lane answers later; the inquiry's answer() writes the
 *   document, or names the next page and is asked again.
 *
 * An inquiry outlives its connection and, when the bridge stops, even the API. Loop thread
 * only. */
#pragma once

#include "api/api.h"
#include "base/jsonw.h"
#include "net/auth.h"

/* A page of a list ends after the row that goes beyond. Who reads slowly holds one page. */
#define PAGE_BYTES     ((size_t)512 * 1024)
#define PAGE_ROW_BYTES ((size_t)256 * 1024) /* of one read */

#define SESSION_MAX_BYTES 4096

enum city_document { CITY_WORKFLOW, CITY_TAXONOMY, CITY_AREAS, CITY_DOCUMENTS };

struct api {
	struct api_parts parts;
	struct buf *city[CITY_DOCUMENTS]; /* NULL: not asked for since the rules came */
	struct list listeners;            /* log_lines.c */
	struct feed_reader reader;
	struct accounts_watcher watcher;
	struct loop_timer ticker;
	unsigned open; /* inquiries, decisions, sign-ins, listeners not freed yet */
	bool is_stopping;
	bool is_freed; /* freed with the last of them */
};

struct inquiry {
	struct api *api;
	struct http_request *request; /* NULL: answered */
	struct principal who;
	struct viewer viewer;
	struct store_read read;
	/* Reads read's rows, then either answers the request, or sets read.from and is called
	 * again with what follows. */
	void (*answer)(struct inquiry *inquiry);
	unsigned rounds; /* reads that have come back */

	struct jsonw text, older;    /* of the answer, as far as it has come */
	bool is_cut;                 /* the older part of it was left out */
	unsigned count;              /* events in it */
	int64_t limit, after, level; /* as the query says */
	uint64_t seen;               /* the last seq that was looked at */
	struct buf *card;            /* of who told an incident, or NULL */
	struct buf *last;            /* the last event of an incident, or NULL */
	uint64_t last_seq;
};

/* major.c: "children": what is part of that incident (parent: its last event), and who is bound
 * in all of it. */
int major_write(const struct buf *parent, const struct store_read *children,
		const struct agencies *agencies, struct jsonw *w, struct err *err) MUST_CHECK;

/* api.c */
void api_opened(struct api *api);
void api_closed(struct api *api); /* may free it */

/* actions.c: a command that was read, in its turn; the request is answered later. */
void api_decide(struct api *api, struct http_request *request, struct command **command,
		const struct principal *who);

/* city.c: other rules, or none any more. */
void city_forget(struct api *api);

/* inquiry.c: takes the request over; who is NULL for the public. */
struct inquiry *inquiry_new(struct api *api, struct http_request **request,
			    const struct principal *who);
/* The same about what the path's first {id} names. */
struct inquiry *inquiry_about(struct api *api, struct http_request **request,
			      const struct principal *who);
/* From here on it is freed once its request is answered. */
void inquiry_send(struct inquiry *inquiry, enum read_op op,
		  void (*answer)(struct inquiry *inquiry));
/* Answers 400 with the field that is wrong, instead of sending it. */
void inquiry_refuse(struct inquiry **inquiry, const struct err *err);
int64_t inquiry_now_ms(const struct inquiry *inquiry);
void inquiry_not_found(struct inquiry *inquiry, const char *what);
/* The store could not be read, or not what was read: 503, and logged. */
void inquiry_unreadable(struct inquiry *inquiry, const struct err *err);

/* 200 with the document; w stays the caller's. */
void answer_json(struct http_request **request, const struct jsonw *w);
/* The problem for a body or query that is wrong: 400 with the field. */
void answer_invalid(struct http_request **request, const struct err *err);

/* The handlers; ctx is the api. */
http_handler_fn session_begin, session_end, session_show;
http_handler_fn incidents_list, incidents_show, incidents_decide;
http_handler_fn command_hear, recommendation_show;
http_handler_fn callers_show, callers_clear;
void callers_call_back(void *ctx, struct http_request *request);
http_handler_fn reports_show, calls_show, tickets_show;
http_handler_fn alarms_list;
http_handler_fn shift_show, shift_list, shift_hand_over;
http_handler_fn units_list, units_set_status, workflow_show, taxonomy_show, areas_show;
http_handler_fn places_list;
http_handler_fn events_list;
http_handler_fn health_show, ready_show, metrics_show;
