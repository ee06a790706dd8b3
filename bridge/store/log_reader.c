#include "store/log_reader.h"

#include "base/xalloc.h"
#include "store/backend.h"
#include "store/store.h"

#define PAGE_EVENTS 256

struct log_reader {
	struct backend *conn;
	uint64_t next, head; /* seq */
	unsigned at, count;
	struct event page[PAGE_EVENTS];
};

int log_reader_open(struct log_reader **reader_r, const char *dir,
		    const struct agencies *agencies, struct err *err)
{
	struct backend_place place = {.dir = dir, .agencies = agencies, .is_reader = true};
	struct log_reader *reader = xcalloc(1, sizeof(*reader));
	struct log_end end;

	if (store_sqlite.open(&reader->conn, &place, err) < 0 ||
	    store_sqlite.get_end(reader->conn, &end, err) < 0) {
		log_reader_close(&reader);
		return -1;
	}
	reader->next = 1;
	reader->head = end.seq;
	*reader_r = reader;
	return 0;
}

static void drop_page(struct log_reader *reader)
{
	for (unsigned i = 0; i < reader->count; i++)
		buf_unref(&reader->page[i].body);
	reader->at = reader->count = 0;
}

void log_reader_close(struct log_reader **reader)
{
	struct log_reader *mine = *reader;

	*reader = NULL;
	if (mine == NULL)
		return;
	drop_page(mine);
	if (mine->conn != NULL)
		store_sqlite.close(mine->conn);
	xfree(mine);
}

uint64_t log_reader_head(const struct log_reader *reader)
{
	return reader->head;
}

static bool keep(void *ctx, const struct event *event, const unsigned char link[LINK_SIZE])
{
	struct log_reader *reader = ctx;

	(void)link;
	if (event->seq > reader->head)
		return false;
	reader->page[reader->count] = *event;
	reader->page[reader->count++].body = buf_ref(event->body);
	reader->next = event->seq + 1;
	return reader->count < PAGE_EVENTS;
}

static int read_page(struct log_reader *reader, struct err *err)
{
	drop_page(reader);
	return store_sqlite.scan_events(reader->conn, 0, reader->next, keep, reader, err);
}

int log_reader_next(struct log_reader *reader, const struct event **event_r, struct err *err)
{
	if (reader->at == reader->count && read_page(reader, err) < 0)
		return -1;
	if (reader->at == reader->count)
		return 0;
	*event_r = &reader->page[reader->at++];
	return 1;
}

int log_reader_last_of_incident(struct log_reader *reader, const char *incident_id,
				struct event *event_r, struct err *err)
{
	struct incident_row row;
	int found = store_sqlite.find_incident(reader->conn, incident_id, &row, err);

	return found <= 0 ? found : store_sqlite.get_event(reader->conn, row.seq, event_r, err);
}

int log_reader_first_of_report(struct log_reader *reader, const char *report_id,
			       struct event *event_r, struct err *err)
{
	struct report_row row;
	int found = store_sqlite.get_report(reader->conn, report_id, &row, err);

	return found <= 0 ? found : store_sqlite.get_event(reader->conn, row.seq, event_r, err);
}

int log_reader_raw(struct log_reader *reader, uint64_t seq, struct buf **raw_r, struct err *err)
{
	struct reporter_row row;
	int found = store_sqlite.get_reporter(reader->conn, seq, &row, err);

	if (found <= 0)
		return found;
	*raw_r = buf_ref(row.raw);
	reporter_row_fini(&row);
	return 1;
}
