/* Incidents: lists by filter, newest first, and one with all that was done about it. */
#include <string.h>

#include "api/api_private.h"
#include "api/query.h"
#include "api/redact.h"

#define LIST_FALLBACK 50
#define LIST_MAX      500

/* Of a timeline at least so much of its newest part is kept. */
#define TIMELINE_BYTES ((size_t)256 * 1024)

static const struct {
	const char *name;
	unsigned statuses;
} status_filters[] = {
	{"live", STATUS_BIT(INCIDENT_NEW) | STATUS_BIT(INCIDENT_ACTIVE)},
	{"new", STATUS_BIT(INCIDENT_NEW)},
	{"active", STATUS_BIT(INCIDENT_ACTIVE)},
	{"closed", STATUS_BIT(INCIDENT_CLOSED)},
};

static int read_status(const char *text, unsigned *statuses_r, struct err *err)
{
	if (text == NULL)
		return 0;
	for (size_t i = 0; i < sizeof(status_filters) / sizeof(status_filters[0]); i++) {
		if (strcmp(status_filters[i].name, text) == 0) {
			*statuses_r = status_filters[i].statuses;
			return 0;
		}
	}
	return err_field(err, "status", "must be live, new, active or closed");
}

static int read_agency(const struct api *api, const char *text, const char **agency_r,
		       struct err *err)
{
	if (text != NULL &&
	    agency_find(rules_agencies(api->parts.rules), text, strlen(text)) < 0)
		return err_field(err, "agency", "is not an agency of this city");
	*agency_r = text;
	return 0;
}

static int read_area(const char *text, const char **area_r, struct err *err)
{
	if (text != NULL && (text[0] == '\0' || strlen(text) >= AREA_SIZE ||
			     text[strspn(text, "0123456789.")] != '\0'))
		return err_field(err, "area",
				 "must be a Kemendagri code such as 32.74.05.1003");
	*area_r = text;
	return 0;
}

static int read_list_query(struct inquiry *inquiry, struct err *err)
{
	struct http_request *request = inquiry->request;
	struct store_read *read = &inquiry->read;
	int64_t limit = LIST_FALLBACK;

	if (read_status(http_request_query(request, "status"), &read->filter.statuses, err) <
		    0 ||
	    read_agency(inquiry->api, http_request_query(request, "agency"),
			&read->filter.agency, err) < 0 ||
	    read_area(http_request_query(request, "area"), &read->filter.area, err) < 0 ||
	    query_time("since", http_request_query(request, "since"), &read->filter.since_ms,
		       err) < 0 ||
	    query_number("limit", http_request_query(request, "limit"), 1, LIST_MAX, &limit,
			 err) < 0 ||
	    cursor_parse(http_request_query(request, "cursor"),
			 store_epoch(inquiry->api->parts.store), &read->from, err) < 0)
		return -1;
	read->max_rows = (unsigned)limit;
	read->max_bytes = PAGE_BYTES;
	return 0;
}

static void answer_list(struct inquiry *inquiry)
{
	const struct store_read *read = &inquiry->read;
	const char *epoch = store_epoch(inquiry->api->parts.store);
	struct jsonw *w = &inquiry->text;
	char cursor[CURSOR_SIZE];

	jsonw_init(w, 4096);
	jsonw_open(w, NULL, '{');
	jsonw_open(w, "incidents", '[');
	for (unsigned i = 0; i < read->row_count; i++) {
		struct slice incident = event_incident(read->rows[i].body);

		jsonw_raw(w, NULL, incident.text, incident.len);
	}
	jsonw_close(w, ']');
	cursor_format(epoch, read->next, cursor);
	jsonw_string(w, "next", read->next != 0 ? cursor : NULL);
	jsonw_int(w, "seq", (int64_t)read->head);
	jsonw_string(w, "epoch", epoch);
	jsonw_close(w, '}');
	answer_json(&inquiry->request, w);
}

void incidents_list(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct inquiry *inquiry;
	struct err err;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	inquiry = inquiry_new(api, &request, &who);
	if (read_list_query(inquiry, &err) < 0)
		inquiry_refuse(&inquiry, &err);
	else
		inquiry_send(inquiry, READ_INCIDENTS, answer_list);
}

/* Two halves, so that there is always a whole half of the newest. */
static void make_room(struct inquiry *inquiry)
{
	struct jsonw half = inquiry->older;

	if (inquiry->text.len < TIMELINE_BYTES)
		return;
	inquiry->is_cut |= inquiry->older.len > 0;
	inquiry->older = inquiry->text;
	inquiry->text = half;
	jsonw_reset(&inquiry->text);
}

/* What the event itself says: the incident in it is that of its time. */
static void add_to_timeline(struct inquiry *inquiry, const struct event *event)
{
	struct slice head = event_head(event->body);
	struct jsonw *w = &inquiry->text;

	make_room(inquiry);
	jsonw_raw(w, NULL, head.text, head.len);
	w->depth++; /* the frame's brace is open: its incident was cut off */
	jsonw_close(w, '}');
}

/* Only for those who see calls: it tells what else a number has done. */
static int write_card(struct inquiry *inquiry, struct jsonw *w, struct err *err)
{
	if (!principal_may(&inquiry->who, RIGHT_SEE_CALLS))
		return 0;
	return redact_card(inquiry->card, rules_callers(inquiry->api->parts.rules),
			   inquiry_now_ms(inquiry), w, "card", err);
}

static int write_milestones(struct inquiry *inquiry, struct jsonw *w, struct err *err)
{
	const struct agencies *agencies = rules_agencies(inquiry->api->parts.rules);
	struct slice slice = event_incident(inquiry->last);
	json_t *object = json_loadb(slice.text, slice.len, 0, NULL);
	struct incident incident;
	int rc = incident_read(object, agencies, &incident, err);

	json_decref(object);
	if (rc < 0)
		return -1;
	milestones_write(&incident, agencies, w, "milestones");
	incident_fini(&incident);
	return 0;
}

static int write_children(struct inquiry *inquiry, struct jsonw *w, struct err *err)
{
	if (inquiry->read.op != READ_CHILDREN)
		return 0;
	return major_write(inquiry->last, &inquiry->read,
			   rules_agencies(inquiry->api->parts.rules), w, err);
}

static void answer_incident(struct inquiry *inquiry)
{
	struct slice incident = event_incident(inquiry->last);
	struct jsonw w;
	struct err err;

	jsonw_init(&w, incident.len + inquiry->text.len + inquiry->older.len + 256);
	jsonw_raw(&w, NULL, incident.text, incident.len - 1);
	w.depth++; /* the incident's brace is open */
	if (write_card(inquiry, &w, &err) < 0 || write_milestones(inquiry, &w, &err) < 0 ||
	    write_children(inquiry, &w, &err) < 0) {
		inquiry_unreadable(inquiry, &err);
		jsonw_fini(&w);
		return;
	}
	jsonw_int(&w, "seq", (int64_t)inquiry->last_seq);
	jsonw_bool(&w, "timeline_is_cut", inquiry->is_cut);
	jsonw_open(&w, "timeline", '[');
	if (inquiry->older.len > 0)
		jsonw_raw(&w, NULL, inquiry->older.text, inquiry->older.len);
	jsonw_raw(&w, NULL, inquiry->text.text, inquiry->text.len);
	jsonw_close(&w, ']');
	jsonw_close(&w, '}');
	answer_json(&inquiry->request, &w);
	jsonw_fini(&w);
}

/* What is part of a major one is read after it. */
static void end_timeline(struct inquiry *inquiry)
{
	static const char mark[] = ",\"major\":true";
	const struct event *last = &inquiry->read.rows[inquiry->read.row_count - 1];
	struct slice incident = event_incident(last->body);

	inquiry->last = buf_ref(last->body);
	inquiry->last_seq = last->seq;
	if (memmem(incident.text, incident.len, mark, sizeof(mark) - 1) == NULL) {
		answer_incident(inquiry);
		return;
	}
	inquiry->read.op = READ_CHILDREN;
	inquiry->answer = answer_incident;
}

static void take_timeline(struct inquiry *inquiry)
{
	struct store_read *read = &inquiry->read;

	if (!read->is_found || read->row_count == 0 ||
	    !audience_admits(&read->rows[0].audience, &inquiry->viewer)) {
		inquiry_not_found(inquiry, "There is no such incident that you may see.");
		return;
	}
	if (read->card != NULL)
		inquiry->card = buf_ref(read->card); /* the first page's */
	for (unsigned i = 0; i < read->row_count; i++)
		add_to_timeline(inquiry, &read->rows[i]);
	if (read->next != 0)
		read->from = read->next;
	else
		end_timeline(inquiry);
}

void incidents_show(void *ctx, struct http_request *request)
{
	struct api *api = ctx;
	struct principal who;
	struct inquiry *inquiry;

	if (!auth_allows(api->parts.accounts, &request, false, RIGHT_WATCH, &who))
		return;
	inquiry = inquiry_about(api, &request, &who);
	jsonw_init(&inquiry->text, 4096);
	jsonw_init(&inquiry->older, 64);
	inquiry_send(inquiry, READ_TIMELINE, take_timeline);
}
