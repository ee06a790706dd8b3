/* The log, page by page: every event that the reader may see, in order, with the bytes that
 * every other reader gets. */
#include <string.h>

#include "api/api_private.h"
#include "api/log_lines.h"
#include "api/query.h"

#define LIMIT_FALLBACK 100
#define LIMIT_MAX      1000

/* A reader who may see little is looked through so many pages for; then he is told how far it
 * went, and asks again. */
#define ROUNDS_MAX 64

static void answer_gone(struct http_request **request, const struct api *api,
			const char *detail)
{
	const struct store *store = api->parts.store;
	struct jsonw extra;

	jsonw_init(&extra, 128);
	jsonw_int(&extra, "seq", (int64_t)store_head(store));
	jsonw_string(&extra, "epoch", store_epoch(store));
	http_problem(request, 410, "", detail, extra.text, extra.len);
	jsonw_fini(&extra);
}

static const char trimmed[] = "What follows this number is no longer held: begin anew.";
static const char foreign[] = "This number is of another log: begin anew.";

static void answer_page(struct inquiry *inquiry)
{
	const char *epoch = store_epoch(inquiry->api->parts.store);
	struct jsonw *w = &inquiry->text;

	jsonw_close(w, ']');
	jsonw_int(w, "seq", (int64_t)inquiry->read.head);
	jsonw_int(w, "next", (int64_t)inquiry->seen);
	jsonw_string(w, "epoch", epoch);
	jsonw_close(w, '}');
	answer_json(&inquiry->request, w);
}

static bool is_full(const struct inquiry *inquiry)
{
	return inquiry->count >= inquiry->limit || inquiry->text.len >= PAGE_BYTES;
}

static void add_rows(struct inquiry *inquiry)
{
	for (unsigned i = 0; i < inquiry->read.row_count && !is_full(inquiry); i++) {
		const struct event *event = &inquiry->read.rows[i];

		inquiry->seen = event->seq;
		if (!audience_admits(&event->audience, &inquiry->viewer))
			continue;
		jsonw_raw(&inquiry->text, NULL, (const char *)event->body->data,
			  event->body->len);
		inquiry->count++;
	}
}

static void take_rows(struct inquiry *inquiry)
{
	struct store_read *read = &inquiry->read;

	if (read->is_trimmed) {
		answer_gone(&inquiry->request, inquiry->api, trimmed);
		return;
	}
	if (inquiry->seen > read->head) {
		answer_gone(&inquiry->request, inquiry->api, foreign);
		return;
	}
	add_rows(inquiry);
	read->from = read->next;
	read->max_rows = READ_MAX_ROWS;
	if (read->next == 0 || is_full(inquiry) || inquiry->rounds >= ROUNDS_MAX)
		answer_page(inquiry);
}

static int read_query(struct http_request *request, int64_t *after_r, int64_t *limit_r,
		      struct err *err)
{
	*after_r = 0;
	*limit_r = LIMIT_FALLBACK;
	if (query_number("after", http_request_query(request, "after"), 0, INT64_MAX, after_r,
			 err) < 0)
		return -1;
	return query_number("limit", http_request_query(request, "limit"), 1, LIMIT_MAX,
			    limit_r, err);
}

static void send_inquiry(struct api *api, struct http_request *request,
			 const struct principal *who, int64_t after, int64_t limit)
{
	struct inquiry *inquiry = inquiry_new(api, &request, who);

	inquiry->limit = limit;
	inquiry->seen = (uint64_t)after;
	inquiry->read.from = (uint64_t)after + 1;
	inquiry->read.max_rows = limit < READ_MAX_ROWS ? (unsigned)limit : READ_MAX_ROWS;
	jsonw_init(&inquiry->text, 16384);
	jsonw_open(&inquiry->text, NULL, '{');
	jsonw_open(&inquiry->text, "events", '[');
	inquiry_send(inquiry, READ_EVENTS, take_rows);
}

static bool wants_lines(const struct http_request *request)
{
	const char *accept = http_request_header(request, HTTP_HEADER_ACCEPT);

	return accept != NULL && strcasestr(accept, "application/x-ndjson") != NULL;
}

static void serve(struct api *api, struct http_request *request, const struct principal *who)
{
	const char *epoch = http_request_query(request, "epoch");
	int64_t after, limit;
	struct err err;

	if (read_query(request, &after, &limit, &err) < 0)
		answer_invalid(&request, &err);
	else if (epoch != NULL && strcmp(epoch, store_epoch(api->parts.store)) != 0)
		answer_gone(&request, api, foreign);
	else if (!wants_lines(request))
		send_inquiry(api, request, who, after, limit);
	else if ((uint64_t)after > feed_head(api->parts.feed))
		answer_gone(&request, api, foreign);
	else
		log_lines_begin(api, &request, who, (uint64_t)after);
}

void events_list(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;

	if (auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		serve(api, request, &who);
}
