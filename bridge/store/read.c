#include "store/read.h"

#include <stdlib.h>
#include <string.h>

#include "base/xalloc.h"

/* A list request looks at so many incidents and then hands back what it has and where to go on:
 * a filter that fits nothing must not hold up the lane. */
#define LOOKED_AT_MAX 20000

struct page {
	const struct store_backend *ops;
	struct backend *conn;
	struct store_read *read;
	agency_set agency;        /* of the filter; 0: any */
	struct audience audience; /* of the incident, for its timeline */
	size_t bytes;
	unsigned looked_at;
	uint64_t skipped; /* units of pages before */
	int failed;
	struct err *err;
};

static void add_row(struct page *page, const struct event *event)
{
	struct store_read *read = page->read;

	if (read->row_count % 64 == 0)
		read->rows = xrealloc(read->rows, (read->row_count + 64) * sizeof(*read->rows));
	read->rows[read->row_count++] = *event;
	page->bytes += event->body->len;
}

static bool is_full(const struct page *page)
{
	const struct store_read *read = page->read;

	return read->row_count >= read->max_rows || page->bytes >= read->max_bytes;
}

static bool take_event(void *ctx, const struct event *event,
		       const unsigned char link[LINK_SIZE])
{
	struct page *page = ctx;

	(void)link;
	if (is_full(page)) {
		page->read->next = event->seq;
		return false;
	}
	add_row(page, event);
	buf_ref(event->body);
	return true;
}

static bool fits(const struct page *page, const struct incident_row *row)
{
	const struct read_filter *filter = &page->read->filter;

	if (filter->statuses != 0 && (filter->statuses & STATUS_BIT(row->status)) == 0)
		return false;
	if (page->agency != 0 && (row->audience.agencies & page->agency) == 0)
		return false;
	if (filter->area != NULL && strcmp(filter->area, row->area) != 0)
		return false;
	if (row->opened_at_ms < filter->since_ms)
		return false;
	return audience_admits(&row->audience, &filter->viewer);
}

/* The last event about an incident, with the audience of the incident as it stands. */
static int add_last_event(struct page *page, const struct incident_row *row)
{
	struct event event;
	int found = page->ops->get_event(page->conn, row->seq, &event, page->err);

	if (found == 0)
		return err_set(page->err, ERR_IO, "incident %s has lost its event", row->id);
	if (found < 0)
		return -1;
	event.audience = row->audience;
	add_row(page, &event);
	return 0;
}

/* next is the no from which the following page starts: exclusive for both orders. */
static bool take_incident(void *ctx, const struct incident_row *row)
{
	struct page *page = ctx;
	struct store_read *read = page->read;
	bool is_up = read->op == READ_LIVE;

	if (is_full(page) || page->looked_at++ == LOOKED_AT_MAX) {
		read->next = (uint64_t)(is_up ? row->no - 1 : row->no + 1);
		return false;
	}
	if (fits(page, row))
		page->failed = add_last_event(page, row);
	return page->failed == 0;
}

static int read_events(struct page *page)
{
	struct store_read *read = page->read;
	uint64_t from = read->from > 0 ? read->from : 1;

	if (page->ops->scan_events(page->conn, 0, from, take_event, page, page->err) < 0)
		return -1;
	/* Numbers are dense: a page that does not begin where it was asked to begins where the
	 * log does. */
	read->is_trimmed = read->row_count > 0 && read->rows[0].seq > from;
	return 0;
}

static int read_live(struct page *page)
{
	page->read->filter.statuses = 0; /* the order has no closed ones */
	return page->ops->scan_incidents(page->conn, INCIDENTS_LIVE_UP,
					 (int64_t)page->read->from, take_incident, page,
					 page->err);
}

static int read_incidents(struct page *page)
{
	struct store_read *read = page->read;
	int64_t from = read->from > 0 ? (int64_t)read->from : INT64_MAX;

	return page->ops->scan_incidents(page->conn, INCIDENTS_DOWN, from, take_incident, page,
					 page->err);
}

/* What is known of a caller, as the last event that tells of it has it. */
static int add_card(struct page *page, const char *handle)
{
	struct caller_row row;
	struct event event;
	int found = handle[0] == '\0'
			    ? 0
			    : page->ops->get_caller(page->conn, handle, &row, page->err);

	if (found > 0)
		found = page->ops->get_event(page->conn, row.seq, &event, page->err);
	if (found > 0) {
		struct slice card = event_card(event.body);

		page->read->card = buf_copy(card.text, card.len);
		buf_unref(&event.body);
	}
	return found;
}

/* Of who told it first. */
static int add_card_of_incident(struct page *page, const struct incident_row *row)
{
	static const char mark[] = ",\"reports\":[\"";
	struct report_row report;
	struct slice incident;
	struct event last;
	char id[ID_SIZE] = "";
	const char *at;
	int found = page->ops->get_event(page->conn, row->seq, &last, page->err);

	if (found <= 0)
		return found;
	incident = event_incident(last.body);
	at = memmem(incident.text, incident.len, mark, sizeof(mark) - 1);
	if (at != NULL)
		snprintf(id, ID_SIZE, "%.*s", ID_LEN, at + sizeof(mark) - 1);
	buf_unref(&last.body);
	found = page->ops->get_report(page->conn, id, &report, page->err);
	return found > 0 ? add_card(page, report.callers.own) : found;
}

static int read_timeline(struct page *page)
{
	struct store_read *read = page->read;
	struct incident_row row;
	int found = page->ops->find_incident(page->conn, read->id, &row, page->err);

	if (found <= 0)
		return found;
	read->is_found = true;
	if (read->from == 0 && add_card_of_incident(page, &row) < 0)
		return -1;
	if (page->ops->scan_events(page->conn, row.no, read->from, take_event, page,
				   page->err) < 0)
		return -1;
	for (unsigned i = 0; i < read->row_count; i++)
		read->rows[i].audience = row.audience;
	return 0;
}

/* So few that one page holds them. */
static bool take_child(void *ctx, const struct incident_row *row)
{
	struct page *page = ctx;

	if (fits(page, row))
		page->failed = add_last_event(page, row);
	return page->failed == 0;
}

static int read_children(struct page *page)
{
	struct incident_row row;
	int found = page->ops->find_incident(page->conn, page->read->id, &row, page->err);

	if (found <= 0)
		return found;
	return page->ops->scan_children(page->conn, row.no, take_child, page, page->err);
}

static int read_state(struct page *page)
{
	struct store_read *read = page->read;
	struct incident_row row;
	int found = read->id[0] != '\0'
			    ? page->ops->find_incident(page->conn, read->id, &row, page->err)
			    : page->ops->get_incident(page->conn, (int64_t)read->from, &row,
						      page->err);

	if (found <= 0)
		return found;
	if (!audience_admits(&row.audience, &read->filter.viewer))
		return 0;
	read->is_found = true;
	return add_last_event(page, &row);
}

static int add_event(struct page *page, uint64_t seq)
{
	struct event event;
	int found = page->ops->get_event(page->conn, seq, &event, page->err);

	if (found > 0)
		add_row(page, &event);
	return found;
}

/* The incident that a report belongs to by now. */
static int standing_of(struct page *page, const struct report_row *report,
		       struct incident_row *row_r)
{
	int found = page->ops->get_incident(page->conn, report->incident, row_r, page->err);

	if (found > 0 && incident_row_follow(page->ops, page->conn, row_r, page->err) < 0)
		return -1;
	return found;
}

/* Who may see a report is who may see its incident as it stands. */
static int take_standing(struct page *page, const struct report_row *report,
			 struct event *event)
{
	struct incident_row row;
	int found = standing_of(page, report, &row);

	if (found > 0) {
		event->audience = row.audience;
		memcpy(event->incident_id, row.id, ID_SIZE);
	}
	return found;
}

/* What lies beside the event; either out-parameter may be NULL. */
static int read_reporter(struct page *page, uint64_t seq, struct buf **raw_r,
			 struct buf **whole_r)
{
	struct reporter_row row;
	int found = page->ops->get_reporter(page->conn, seq, &row, page->err);

	if (found <= 0)
		return found;
	if (raw_r != NULL)
		*raw_r = buf_ref(row.raw);
	if (whole_r != NULL && row.whole != NULL)
		*whole_r = buf_ref(row.whole);
	reporter_row_fini(&row);
	return 1;
}

static int read_report(struct page *page)
{
	struct store_read *read = page->read;
	struct report_row row;
	int found = page->ops->get_report(page->conn, read->id, &row, page->err);

	if (found > 0)
		found = add_event(page, row.seq);
	if (found > 0)
		found = take_standing(page, &row, &read->rows[0]);
	if (found > 0)
		found = read_reporter(page, row.seq, &read->raw, NULL);
	if (found <= 0)
		return found;
	read->is_found = true;
	read->stored_at_ms = read->rows[0].at_ms;
	memcpy(read->source, row.source, sizeof(read->source));
	return 0;
}

static uint64_t last_step(const struct call_row *row)
{
	uint64_t seq = 0;

	for (int i = 0; i < CALL_STATES; i++)
		seq = row->step[i] > seq ? row->step[i] : seq;
	return seq;
}

/* The newest of the number, not that of the call's time. */
static int add_card_of_call(struct page *page)
{
	static const char mark[] = "\"handle\":\"";
	struct slice card;
	char handle[ID_SIZE];
	const char *at;

	if (page->read->row_count == 0)
		return 0;
	card = event_card(page->read->rows[0].body);
	at = card.len > 0 ? memmem(card.text, card.len, mark, sizeof(mark) - 1) : NULL;
	if (at == NULL)
		return 0;
	snprintf(handle, ID_SIZE, "%.*s", ID_LEN, at + sizeof(mark) - 1);
	return add_card(page, handle) < 0 ? -1 : 0;
}

static int read_call(struct page *page)
{
	struct store_read *read = page->read;
	struct call_row row;
	int found = 0;

	if (id_is(read->id, 'C'))
		found = page->ops->get_call(page->conn, read->id, &row, page->err);
	if (found == 0)
		found = page->ops->find_call(page->conn, read->id, &row, page->err);
	if (found > 0)
		found = add_event(page, last_step(&row));
	if (found > 0)
		found = read_reporter(page, last_step(&row), NULL, &read->raw);
	read->is_found = found > 0;
	return found < 0 ? -1 : add_card_of_call(page);
}

static int read_caller(struct page *page)
{
	int found = add_card(page, page->read->id);

	page->read->is_found = found > 0;
	return found < 0 ? -1 : 0;
}

static bool take_open_call(void *ctx, const struct call_row *row)
{
	struct page *page = ctx;

	if (is_full(page))
		return false;
	page->failed = add_event(page, last_step(row)) < 0 ? -1 : 0;
	return page->failed == 0;
}

static int read_calls(struct page *page)
{
	return page->ops->scan_open_calls(page->conn, take_open_call, page, page->err);
}

/* from counts those that went before. */
static bool take_owed(void *ctx, const struct caller_row *row)
{
	struct page *page = ctx;

	if (row->worth != CALLER_IS_OWED)
		return true;
	if (page->skipped < page->read->from) {
		page->skipped++;
		return true;
	}
	if (is_full(page)) {
		page->read->next = page->read->from + page->read->row_count;
		return false;
	}
	page->failed = add_event(page, row->seq) < 0 ? -1 : 0;
	return page->failed == 0;
}

static int read_owed(struct page *page)
{
	return page->ops->scan_callers(page->conn, take_owed, page, page->err);
}

/* from counts the units that went before. */
static bool take_unit(void *ctx, const struct unit_row *row)
{
	struct page *page = ctx;

	if (page->skipped < page->read->from) {
		page->skipped++;
		return true;
	}
	if (is_full(page)) {
		page->read->next = page->read->from + page->read->row_count;
		return false;
	}
	page->failed = add_event(page, row->seq) < 0 ? -1 : 0;
	return page->failed == 0;
}

static int read_units(struct page *page)
{
	return page->ops->scan_units(page->conn, take_unit, page, page->err);
}

/* Each names the one before it. */
static uint64_t before_of(const struct event *event)
{
	static const char mark[] = ",\"before\":";
	struct slice told = event_hand_over(event->body);
	const char *at =
		told.len > 0 ? memmem(told.text, told.len, mark, sizeof(mark) - 1) : NULL;

	return at != NULL ? strtoull(at + sizeof(mark) - 1, NULL, 10) : 0;
}

static int read_shifts(struct page *page)
{
	struct store_read *read = page->read;
	uint64_t seq = read->from;
	int found = 1;

	if (seq == 0)
		found = desk_last(page->ops, page->conn, read->id, &seq, page->err);
	while (found > 0 && seq != 0) {
		if (is_full(page)) {
			read->next = seq;
			return 0;
		}
		found = add_event(page, seq);
		if (found > 0)
			seq = before_of(&read->rows[read->row_count - 1]);
	}
	return found < 0 ? -1 : 0;
}

static int read_ticket(struct page *page)
{
	struct store_read *read = page->read;
	struct incident_row incident;
	struct report_row report;
	struct event event;
	char *end;
	int64_t tracking = strtoll(read->id, &end, 10);
	int found = 0;

	if (end != read->id && *end == '\0')
		found = page->ops->find_tracking(page->conn, tracking, &report, page->err);
	if (found > 0)
		found = page->ops->get_event(page->conn, report.seq, &event, page->err);
	if (found <= 0)
		return found;
	read->stored_at_ms = event.at_ms;
	buf_unref(&event.body);
	found = standing_of(page, &report, &incident);
	if (found <= 0)
		return found;
	read->is_found = true;
	return add_last_event(page, &incident);
}

int read_perform(const struct store_backend *ops, struct backend *conn,
		 const struct agencies *agencies, struct store_read *read, struct err *err)
{
	static int (*const perform[])(struct page *) = {
		[READ_EVENTS] = read_events,       [READ_LIVE] = read_live,
		[READ_INCIDENTS] = read_incidents, [READ_TIMELINE] = read_timeline,
		[READ_REPORT] = read_report,       [READ_CALL] = read_call,
		[READ_CALLS] = read_calls,         [READ_TICKET] = read_ticket,
		[READ_CALLER] = read_caller,       [READ_STATE] = read_state,
		[READ_CHILDREN] = read_children,   [READ_OWED] = read_owed,
		[READ_UNITS] = read_units,         [READ_SHIFTS] = read_shifts,
	};
	struct page page = {.ops = ops, .conn = conn, .read = read, .err = err};
	const char *agency = read->filter.agency;
	struct log_end end;
	int status;

	if (read->max_rows == 0 || read->max_rows > READ_MAX_ROWS)
		read->max_rows = READ_MAX_ROWS;
	if (read->max_bytes == 0)
		read->max_bytes = SIZE_MAX;
	if (agency != NULL)
		page.agency = agency_set_parse(agencies, agency, strlen(agency));
	if (agency != NULL && page.agency == 0)
		return err_field(err, "agency", "is not an agency of this city");
	if (ops->begin(conn, err) < 0)
		return -1;
	status = ops->get_end(conn, &end, err);
	if (status == 0) {
		read->head = end.seq;
		status = perform[read->op](&page);
	}
	ops->rollback(conn);
	return status < 0 || page.failed < 0 ? -1 : 0;
}

static bool same_text(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

bool read_is_same(const struct store_read *a, const struct store_read *b)
{
	if (a->op != b->op || a->from != b->from || a->max_rows != b->max_rows ||
	    a->max_bytes != b->max_bytes)
		return false;
	if (a->op == READ_EVENTS)
		return true;
	return a->op == READ_LIVE && viewer_equals(&a->filter.viewer, &b->filter.viewer) &&
	       same_text(a->filter.agency, b->filter.agency) &&
	       same_text(a->filter.area, b->filter.area) &&
	       a->filter.since_ms == b->filter.since_ms;
}

void read_share(const struct store_read *from, struct store_read *to)
{
	to->failed = from->failed;
	to->err = from->err;
	to->next = from->next;
	to->head = from->head;
	to->is_trimmed = from->is_trimmed;
	to->row_count = from->row_count;
	if (from->row_count > 0)
		to->rows = xmalloc(from->row_count * sizeof(*to->rows));
	for (unsigned i = 0; i < from->row_count; i++) {
		to->rows[i] = from->rows[i];
		buf_ref(to->rows[i].body);
	}
}

void store_read_fini(struct store_read *read)
{
	for (unsigned i = 0; i < read->row_count; i++)
		buf_unref(&read->rows[i].body);
	xfree(read->rows);
	read->rows = NULL;
	read->row_count = 0;
	buf_unref(&read->raw);
	buf_unref(&read->card);
}
