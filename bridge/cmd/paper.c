#include "cmd/paper.h"

#include <inttypes.h>
#include <string.h>

#include "base/log.h"
#include "base/xalloc.h"
#include "core/private_file.h"
#include "core/run_sheet.h"
#include "core/table.h"
#include "net/workers.h"
#include "store/backend.h"

#define FIRST_MS   2000 /* the start has other things to do */
#define PAGE_ROWS  64
#define PAGE_BYTES (256 * 1024)

/* Incidents as they were read, taken apart on the worker's thread: of a city with thousands of
 * open ones that is a second's work each minute, in which the loop has calls to answer. */
struct page_of_open {
	struct work work;
	struct store_read read;
	struct incident incident[PAGE_ROWS];
	unsigned count;
	uint64_t unread_seq; /* of one that is none; 0: all are */
};

struct paper {
	struct paper_settings settings;
	struct paper_parts parts;
	const struct rules *rules;
	struct workers *workers;
	struct loop_timer timer;
	struct run_sheet *sheet;  /* being made; NULL: none is */
	uint64_t seq;             /* that it is known to hold */
	bool is_reading, is_void; /* void: what comes back is of a sheet that is given up */
	struct page_of_open page; /* the store's, then the worker's, while is_reading */
	struct work work;
	struct run_sheet *finished; /* the worker's, with what follows; NULL: it has none */
	struct run_sheet_stamp stamp;
	int rc;
	struct err err;
};

/* A city may have no numbers; what is wrong with them `tangi check` says. */
static char *read_contacts(const struct paper *paper)
{
	struct err err;
	char *text;
	size_t len;

	if (file_read(paper->parts.config, "contacts.tsv", &text, &len, &err) < 0)
		return NULL;
	return text;
}

/* On the worker's thread. */
static void write_sheet(struct work *work)
{
	struct paper *paper = LIST_ITEM(work, struct paper, work);
	char *contacts = read_contacts(paper);
	struct buf *page;

	paper->stamp.contacts = contacts;
	page = run_sheet_print(paper->finished, &paper->stamp);
	paper->rc = private_file_replace(paper->settings.dir, PAPER_FILE,
					 (const char *)page->data, page->len, &paper->err);
	buf_unref(&page);
	xfree(contacts);
}

static void sheet_written(struct work *work)
{
	struct paper *paper = LIST_ITEM(work, struct paper, work);

	run_sheet_free(&paper->finished);
	metrics_add(paper->parts.metrics,
		    paper->rc == 0 ? METRIC_RUN_SHEETS : METRIC_RUN_SHEETS_FAILED, 1);
	if (paper->rc != 0)
		log_error("paper.written", "error=%s",
			  log_quote(paper->err.text, strlen(paper->err.text)).text);
}

static void finish(struct paper *paper)
{
	paper->stamp = (struct run_sheet_stamp){
		.city = paper->parts.city,
		.at_ms = paper->parts.clock->wall_ms(paper->parts.clock),
		.seq = paper->seq,
	};
	paper->finished = paper->sheet;
	paper->sheet = NULL;
	paper->work.run = write_sheet;
	paper->work.done = sheet_written;
	workers_give(paper->workers, &paper->work);
}

/* On the worker's thread. */
static void take_apart(struct work *work)
{
	struct page_of_open *page = LIST_ITEM(work, struct page_of_open, work);
	const struct paper *paper = page->read.ctx;
	struct err err;

	for (unsigned i = 0; i < page->read.row_count; i++)
		if (incident_of_event(&page->read.rows[i], paper->parts.agencies,
				      &page->incident[page->count], &err) == 0)
			page->count++;
		else
			page->unread_seq = page->read.rows[i].seq;
}

static void add_page(struct paper *paper, struct page_of_open *page, bool is_wanted)
{
	if (page->unread_seq != 0)
		log_error("paper.read", "seq=%" PRIu64, page->unread_seq);
	for (unsigned i = 0; i < page->count; i++) {
		if (is_wanted)
			run_sheet_add(paper->sheet, &page->incident[i]);
		incident_fini(&page->incident[i]);
	}
	if (page->read.head < paper->seq)
		paper->seq = page->read.head;
}

static void read_page(struct paper *paper, uint64_t from);

static void taken_apart(struct work *work)
{
	struct page_of_open *page = LIST_ITEM(work, struct page_of_open, work);
	struct paper *paper = page->read.ctx;
	uint64_t next = page->read.next;
	bool is_wanted = !paper->is_void && page->read.failed == 0;

	paper->is_reading = paper->is_void = false;
	add_page(paper, page, is_wanted);
	store_read_fini(&page->read);
	if (!is_wanted)
		run_sheet_free(&paper->sheet); /* the next minute makes another */
	else if (next != 0)
		read_page(paper, next);
	else
		finish(paper);
}

static void page_read(struct store_read *read)
{
	struct page_of_open *page = LIST_ITEM(read, struct page_of_open, read);
	struct paper *paper = read->ctx;

	page->work.run = take_apart;
	page->work.done = taken_apart;
	workers_give(paper->workers, &page->work);
}

static void read_page(struct paper *paper, uint64_t from)
{
	paper->is_reading = true;
	paper->page.count = 0;
	paper->page.unread_seq = 0;
	paper->page.read = (struct store_read){
		.op = READ_LIVE,
		.from = from,
		.filter.viewer = {.may_watch = true, .sees_all = true, .sees_secret = true},
		.max_rows = PAGE_ROWS,
		.max_bytes = PAGE_BYTES,
		.done = page_read,
		.ctx = paper,
	};
	store_read_submit(paper->parts.store, &paper->page.read);
}

static void begin(void *ctx)
{
	struct paper *paper = ctx;

	if (paper->sheet != NULL || paper->is_reading || paper->finished != NULL)
		return; /* a slow disk has the one before */
	paper->sheet = run_sheet_new(paper->rules);
	paper->seq = UINT64_MAX;
	read_page(paper, 0);
}

int paper_open(struct paper **paper_r, const struct paper_settings *settings,
	       const struct paper_parts *parts, const struct rules *rules, struct err *err)
{
	struct paper *paper;

	*paper_r = NULL;
	if (settings->every_s == 0)
		return 0;
	paper = xcalloc(1, sizeof(*paper));
	paper->settings = *settings;
	if (settings->dir[0] == '\0')
		paper->settings.dir = parts->data;
	paper->parts = *parts;
	paper->rules = rules;
	*paper_r = paper;
	if (workers_open(&paper->workers, parts->loop, 1, err) < 0)
		return -1;
	loop_timer_start(parts->loop, &paper->timer, FIRST_MS, settings->every_s * 1000, begin,
			 paper);
	return 0;
}

void paper_set_rules(struct paper *paper, const struct rules *rules)
{
	paper->rules = rules;
	paper->is_void = paper->is_reading;
	run_sheet_free(&paper->sheet);
}

void paper_close(struct paper **paper)
{
	struct paper *mine = *paper;

	*paper = NULL;
	if (mine == NULL)
		return;
	loop_timer_stop(&mine->timer);
	mine->is_void = true; /* what is being taken apart is the last */
	if (mine->workers != NULL)
		workers_close(&mine->workers);
	run_sheet_free(&mine->sheet);
	xfree(mine);
}
