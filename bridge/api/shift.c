/* The hand-over of a shift: what the next one has to know, on one page; signing for it; and the
 * hand-overs there were.
 *
 * The page is read in three steps: the desk's last hand-over, what is open, and the events of
 * this shift and of the one before. It holds all up to the head that the first step saw. */
#include <stdlib.h>
#include <string.h>

#include "api/api_private.h"
#include "api/query.h"
#include "base/log.h"
#include "base/xalloc.h"
#include "core/shift_sheet.h"
#include "core/unit_board.h"

#define LOOKED_MAX     10000 /* events; of a longer shift the beginning is left out */
#define LIST_MAX       100
#define SIGNED_MAX     32 /* signatures looked through for where the shift before began */
#define SHIFT_LEAST_MS (4 * 3600 * 1000)

struct shift_reading {
	struct api *api;
	struct http_request *request;
	struct shift_sheet *sheet;
	struct store_read read;
	uint64_t head, from;
	bool is_cut, is_html;
	void (*take)(struct shift_reading *reading);
};

/* --- whose desk --- */

/* The one that is named, else their own; of who is of no agency that of 112. */
static int find_desk(const struct api *api, const struct principal *who, const char *agency,
		     int *desk_r, struct err *err)
{
	const struct agencies *agencies = rules_agencies(api->parts.rules);

	*desk_r = role_needs_agency(who->role) ? who->agency : DESK_OF_ALL;
	if (agency == NULL)
		return 0;
	*desk_r = agency_find(agencies, agency, strlen(agency));
	if (*desk_r < 0)
		return err_field(err, "agency", "is not an agency of this city");
	if (!principal_has_desk(who, *desk_r, agencies))
		return err_field(err, "agency", "is no desk of yours");
	return 0;
}

static int find_form(struct http_request *request, bool *is_html_r, struct err *err)
{
	const char *format = http_request_query(request, "format");
	const char *accept = http_request_header(request, HTTP_HEADER_ACCEPT);

	if (format != NULL && strcmp(format, "html") != 0 && strcmp(format, "json") != 0)
		return err_field(err, "format", "must be html or json");
	*is_html_r = format != NULL ? strcmp(format, "html") == 0
				    : accept != NULL && strstr(accept, "text/html") != NULL;
	return 0;
}

/* --- the page --- */

static void end_reading(struct shift_reading *reading)
{
	shift_sheet_free(&reading->sheet);
	api_closed(reading->api);
	xfree(reading);
}

static void answer_page(struct shift_reading *reading, const json_t *doc)
{
	char *text = NULL;
	struct buf *page = NULL;

	if (reading->is_html) {
		page = shift_page_print(doc, reading->api->parts.rules);
		http_answer(&reading->request, 200, "text/html; charset=utf-8", NULL,
			    page->data, page->len);
		buf_unref(&page);
		return;
	}
	text = json_dumps(doc, JSON_COMPACT);
	http_answer(&reading->request, 200, "application/json", NULL, text, strlen(text));
	free(text);
}

static void finish(struct shift_reading *reading)
{
	const struct api_parts *parts = &reading->api->parts;
	const struct shift_stamp stamp = {
		.city = parts->city,
		.epoch = store_epoch(parts->store),
		.seq = reading->head,
		.is_cut = reading->is_cut,
		.store = store_trouble(parts->store),
		.broker = parts->mqtt != NULL ? mqtt_trouble(parts->mqtt) : NULL,
	};
	json_t *doc = shift_sheet_finish(reading->sheet, &stamp);

	answer_page(reading, doc);
	json_decref(doc);
}

static void read_on(struct shift_reading *reading, enum read_op op, uint64_t from,
		    void (*take)(struct shift_reading *reading))
{
	reading->take = take;
	reading->read.op = op;
	reading->read.from = from;
	reading->read.next = 0;
	reading->read.max_rows = op == READ_SHIFTS ? SIGNED_MAX : READ_MAX_ROWS;
	reading->read.max_bytes = PAGE_ROW_BYTES;
	store_read_submit(reading->api->parts.store, &reading->read);
}

/* One that came after the first step is for the next page. */
static void take_events(struct shift_reading *reading)
{
	const struct store_read *read = &reading->read;
	uint64_t next = read->next;

	for (unsigned i = 0; i < read->row_count; i++)
		if (read->rows[i].seq <= reading->head)
			shift_sheet_add_event(reading->sheet, &read->rows[i]);
	store_read_fini(&reading->read);
	if (next != 0 && next <= reading->head)
		read_on(reading, READ_EVENTS, next, take_events);
	else
		finish(reading);
}

static void add_units(struct shift_reading *reading)
{
	const struct api_parts *parts = &reading->api->parts;

	for (unsigned i = 0; i < rules_unit_count(parts->rules); i++) {
		const struct unit_doing *doing =
			unit_board_find(parts->board, rules_unit(parts->rules, i)->id);

		if (doing != NULL) {
			struct unit_doing now = *doing;

			/* The log may name an agency that is no more. */
			now.agency = rules_unit(parts->rules, i)->agency;
			shift_sheet_add_unit(reading->sheet, &now);
		}
	}
}

static void begin_events(struct shift_reading *reading)
{
	uint64_t from = reading->from > 0 ? reading->from : 1;

	add_units(reading);
	if (reading->head >= from + LOOKED_MAX) {
		from = reading->head - LOOKED_MAX + 1;
		reading->is_cut = true;
	}
	read_on(reading, READ_EVENTS, from, take_events);
}

static int add_incident(struct shift_reading *reading, const struct event *event,
			struct err *err)
{
	struct slice slice = event_incident(event->body);
	json_t *object = json_loadb(slice.text, slice.len, 0, NULL);
	struct incident incident;
	int rc = incident_read(object, rules_agencies(reading->api->parts.rules), &incident,
			       err);

	json_decref(object);
	if (rc < 0)
		return -1;
	shift_sheet_add_incident(reading->sheet, &incident);
	incident_fini(&incident);
	return 0;
}

static void answer_unreadable(struct shift_reading *reading, const struct err *err)
{
	log_error("api.read", "err=%s", log_quote(err->text, strlen(err->text)).text);
	http_problem(&reading->request, 503, "", "The store cannot be read at the moment.",
		     NULL, 0);
}

static void take_live(struct shift_reading *reading)
{
	const struct store_read *read = &reading->read;
	uint64_t next = read->next;
	struct err err;
	int rc = 0;

	for (unsigned i = 0; i < read->row_count && rc == 0; i++)
		rc = add_incident(reading, &read->rows[i], &err);
	store_read_fini(&reading->read);
	if (rc < 0)
		answer_unreadable(reading, &err);
	else if (next != 0)
		read_on(reading, READ_LIVE, next, take_live);
	else
		begin_events(reading);
}

/* The two newest hand-overs: this shift begins with the one, the shift before with the other.
 */
static void take_last(struct shift_reading *reading)
{
	struct store_read *read = &reading->read;
	struct err err;
	int rc = 0;

	reading->head = read->head;
	if (read->row_count > 0)
		rc = shift_sheet_take_last(reading->sheet, &read->rows[0], &err);
	/* Two who take over sign within minutes: that is no shift between them. */
	for (unsigned i = 1; i < read->row_count && reading->from == 0; i++)
		if (read->rows[0].at_ms - read->rows[i].at_ms >= SHIFT_LEAST_MS)
			reading->from = read->rows[i].seq;
	store_read_fini(read);
	if (rc < 0)
		answer_unreadable(reading, &err);
	else
		read_on(reading, READ_LIVE, 0, take_live);
}

static void read_done(struct store_read *read)
{
	struct shift_reading *reading = read->ctx;

	if (reading->api->is_freed)
		http_problem(&reading->request, 503, "", "The bridge is stopping.", NULL, 0);
	else if (read->failed != 0)
		answer_unreadable(reading, &read->err);
	else
		reading->take(reading);
	if (reading->request == NULL) {
		store_read_fini(read);
		end_reading(reading);
	}
}

static struct shift_reading *new_reading(struct api *api, struct http_request *request,
					 const struct principal *who, int desk)
{
	const struct agencies *agencies = rules_agencies(api->parts.rules);
	struct shift_reading *reading = xcalloc(1, sizeof(*reading));
	struct shift_desk shown = {
		.desk = desk,
		.agencies = desk == DESK_OF_ALL ? principal_acts_for(who, agencies)
						: (agency_set)1 << desk,
		.viewer = principal_viewer(who),
		.now_ms = api->parts.clock->wall_ms(api->parts.clock),
	};

	reading->api = api;
	reading->request = request;
	reading->sheet = shift_sheet_new(api->parts.rules, &shown);
	reading->read.filter.viewer = shown.viewer;
	reading->read.done = read_done;
	reading->read.ctx = reading;
	snprintf(reading->read.id, sizeof(reading->read.id), "%s", desk_name(desk, agencies));
	api_opened(api);
	return reading;
}

void shift_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct shift_reading *reading;
	struct err err;
	bool is_html = false;
	int desk;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_ACT, &who))
		return;
	if (find_desk(api, &who, http_request_query(request, "agency"), &desk, &err) < 0 ||
	    find_form(request, &is_html, &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	reading = new_reading(api, request, &who, desk);
	reading->is_html = is_html;
	read_on(reading, READ_SHIFTS, 0, take_last);
}

/* --- those there were --- */

static void answer_list(struct inquiry *inquiry)
{
	const struct store_read *read = &inquiry->read;
	struct jsonw *w = &inquiry->text;

	jsonw_init(w, 1024);
	jsonw_open(w, NULL, '{');
	jsonw_open(w, "hand_overs", '[');
	for (unsigned i = 0; i < read->row_count; i++) {
		struct slice told = event_hand_over(read->rows[i].body);

		/* Without its own brace and the frame's. */
		jsonw_raw(w, NULL, told.text, told.len - 2);
		w->depth++;
		jsonw_int(w, "seq", (int64_t)read->rows[i].seq);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
	jsonw_int(w, "seq", (int64_t)read->head);
	jsonw_string(w, "epoch", store_epoch(inquiry->api->parts.store));
	jsonw_close(w, '}');
	answer_json(&inquiry->request, w);
}

void shift_list(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct inquiry *inquiry;
	struct err err;
	int64_t limit = 20;
	int desk;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_ACT, &who))
		return;
	if (find_desk(api, &who, http_request_query(request, "agency"), &desk, &err) < 0 ||
	    query_number("limit", http_request_query(request, "limit"), 1, LIST_MAX, &limit,
			 &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	inquiry = inquiry_new(api, &request, &who);
	inquiry->read.max_rows = (unsigned)limit;
	snprintf(inquiry->read.id, sizeof(inquiry->read.id), "%s",
		 desk_name(desk, rules_agencies(api->parts.rules)));
	inquiry_send(inquiry, READ_SHIFTS, answer_list);
}

/* --- signing --- */

struct signing {
	struct api *api;
	struct http_request *request;
};

static void signed_for(void *ctx, const struct kept_answer *answer)
{
	struct signing *signing = ctx;
	const struct buf *since = answer->current;
	unsigned status = action_status(answer->answer);

	if (answer->body != NULL)
		http_answer(&signing->request, status, "application/json", NULL,
			    answer->body->data, answer->body->len);
	else
		http_problem(&signing->request, status, answer->err->field, answer->err->text,
			     since != NULL ? (const char *)since->data : NULL,
			     since != NULL ? since->len : 0);
	api_closed(signing->api);
	xfree(signing);
}

void shift_hand_over(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct hand_over *hand_over;
	struct signing *signing;
	struct err err;
	const char *body;
	size_t len;
	int desk;

	if (!auth_allows(api->parts.accounts, &request, true, RIGHT_ACT, &who))
		return;
	body = http_request_body(request, &len);
	if (find_desk(api, &who, NULL, &desk, &err) < 0 ||
	    hand_over_parse(body, len, desk, rules_agencies(api->parts.rules), &hand_over,
			    &err) < 0) {
		answer_invalid(&request, &err);
		return;
	}
	signing = xcalloc(1, sizeof(*signing));
	*signing = (struct signing){.api = api, .request = request};
	api_opened(api);
	hand_over_submit(api->parts.actions, &hand_over, &who, http_request_arrived_us(request),
			 signed_for, signing);
}
