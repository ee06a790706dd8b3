#include "core/run_sheet.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "core/mask.h"
#include "core/routing.h"
#include "core/rules.h"
#include "core/table.h"
#include "model/routes.h"

#define CONTACTS    "contacts.tsv"
#define WORDS_MAX   200 /* bytes of what was said */
#define EMPTY_LINES 14

static const char *const priority_words[] = {"", "1 MERAH", "2 KUNING", "3 HIJAU", "4 RUTIN"};

static const char *const state_words[ASSIGNMENT_STATES] = {
	[ASSIGNMENT_PENDING] = "belum diambil", [ASSIGNMENT_ACKNOWLEDGED] = "diambil",
	[ASSIGNMENT_DISPATCHED] = "dikirim",    [ASSIGNMENT_EN_ROUTE] = "menuju",
	[ASSIGNMENT_ON_SCENE] = "di lokasi",    [ASSIGNMENT_CLEARED] = "selesai",
	[ASSIGNMENT_CANCELLED] = "dibatalkan",  [ASSIGNMENT_DECLINED] = "ditolak",
};

static const char style[] =
	"body{font:10pt/1.3 sans-serif;margin:1cm;color:#000;background:#fff}"
	"h1{font-size:15pt;margin:0}h2{font-size:11pt;margin:1em 0 .3em}"
	"p{margin:.2em 0}i{color:#444}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{border:1px solid #777;padding:2pt 4pt;text-align:left;vertical-align:top}"
	"tr{break-inside:avoid}thead{display:table-header-group}"
	"td.n{white-space:nowrap}tr.one td{font-weight:bold}tr.line td{height:22pt}"
	"@page{size:A4 landscape;margin:1cm}@media print{body{margin:0}}";

struct row {
	int64_t no, opened_at_ms;
	int priority;
	char about[96];
	char place[PLACE_SAID_SIZE + 96];
	char parts[256];
	char words[WORDS_MAX + 8];
};

struct run_sheet {
	const struct rules *rules;
	int utc_offset_min;
	unsigned count;   /* rows, the most urgent first */
	unsigned left;    /* that found no room */
	unsigned routine; /* that wait for office hours */
	struct row row[RUN_SHEET_ROWS];
	char *text; /* of the page, while it is printed */
	size_t len, room;
};

struct run_sheet *run_sheet_new(const struct rules *rules)
{
	struct run_sheet *sheet = xcalloc(1, sizeof(*sheet));
	struct routes *routes = rules_routes(rules);

	sheet->rules = rules;
	sheet->utc_offset_min = (int)routes->utc_offset_min;
	routes_unref(&routes);
	return sheet;
}

void run_sheet_free(struct run_sheet **sheet)
{
	if (*sheet != NULL)
		xfree((*sheet)->text);
	xfree(*sheet);
	*sheet = NULL;
}

/* --- what is on it --- */

static bool is_for_now(const struct incident *incident)
{
	return incident->verdict.disposition == DISPOSITION_EMERGENCY ||
	       incident->verdict.disposition == DISPOSITION_REVIEW;
}

/* The first of them stays first: a sheet that is printed twice reads alike. */
static bool goes_before(const struct incident *incident, const struct row *row)
{
	if (incident->verdict.priority != row->priority)
		return incident->verdict.priority < row->priority;
	return incident->opened_at_ms < row->opened_at_ms;
}

/* Room at its place; the least urgent falls off. NULL: it is that itself. */
static struct row *make_room(struct run_sheet *sheet, const struct incident *incident)
{
	unsigned at = sheet->count;

	while (at > 0 && goes_before(incident, &sheet->row[at - 1]))
		at--;
	if (sheet->count == RUN_SHEET_ROWS)
		sheet->left++;
	else
		sheet->count++;
	if (at == RUN_SHEET_ROWS)
		return NULL;
	memmove(&sheet->row[at + 1], &sheet->row[at],
		(sheet->count - 1 - at) * sizeof(sheet->row[0]));
	return &sheet->row[at];
}

static void tell_parts(const struct run_sheet *sheet, const struct incident *incident,
		       struct row *row)
{
	const struct agencies *agencies = rules_agencies(sheet->rules);
	size_t used = 0;

	for (unsigned i = 0; i < agencies->count && used < sizeof(row->parts); i++)
		if (incident->verdict.agencies >> i & 1)
			used += (size_t)snprintf(row->parts + used, sizeof(row->parts) - used,
						 "%s%s: %s", used > 0 ? "; " : "",
						 agencies->agency[i].id,
						 state_words[incident->assignment[i].state]);
}

static void tell_about(const struct run_sheet *sheet, const struct incident *incident,
		       struct row *row)
{
	const struct category *category =
		rules_category(sheet->rules, incident->verdict.category);

	snprintf(row->about, sizeof(row->about), "%s",
		 category != NULL ? category->name_id : incident->verdict.category);
}

static void tell_place(const struct incident *incident, struct row *row)
{
	const struct location *at = &incident->location;

	snprintf(row->place, sizeof(row->place), "%s%s%s", at->said,
		 at->said[0] != '\0' && at->area_name[0] != '\0' ? ", " : "", at->area_name);
}

/* Whole characters only. */
static void tell_words(const struct incident *incident, struct row *row)
{
	char *masked = mask_text(incident->text, strlen(incident->text), NULL);
	size_t len = strlen(masked), at = 0;

	while (at < len && at < WORDS_MAX) {
		size_t step = utf8_length(masked + at, len - at);

		at += step > 0 ? step : 1;
	}
	snprintf(row->words, sizeof(row->words), "%.*s%s", (int)(at < len ? at : len), masked,
		 at < len ? "…" : "");
	xfree(masked);
}

void run_sheet_add(struct run_sheet *sheet, const struct incident *incident)
{
	struct row *row;

	if (incident->is_exercise)
		return; /* nobody plays when the bridge is down */
	if (!is_for_now(incident)) {
		sheet->routine++;
		return;
	}
	row = make_room(sheet, incident);
	if (row == NULL)
		return;
	*row = (struct row){
		.no = incident->no,
		.opened_at_ms = incident->opened_at_ms,
		.priority = incident->verdict.priority,
	};
	tell_parts(sheet, incident, row);
	if (incident->anonymity == ANONYMITY_SECRET) {
		snprintf(row->about, sizeof(row->about), "rahasia: hubungi dinasnya");
		return;
	}
	tell_about(sheet, incident, row);
	tell_place(incident, row);
	tell_words(incident, row);
}

/* --- the page --- */

static void put_bytes(struct run_sheet *sheet, const char *text, size_t len)
{
	if (sheet->len + len > sheet->room) {
		sheet->room = 2 * (sheet->len + len) + 4096;
		sheet->text = xrealloc(sheet->text, sheet->room);
	}
	memcpy(sheet->text + sheet->len, text, len);
	sheet->len += len;
}

/* Markup of our own. */
static void put(struct run_sheet *sheet, const char *markup)
{
	put_bytes(sheet, markup, strlen(markup));
}

/* Words of others: nothing in them is markup. */
static void put_words(struct run_sheet *sheet, const char *words)
{
	for (; *words != '\0'; words++) {
		switch (*words) {
		case '<':
			put(sheet, "&lt;");
			break;
		case '>':
			put(sheet, "&gt;");
			break;
		case '&':
			put(sheet, "&amp;");
			break;
		case '"':
			put(sheet, "&quot;");
			break;
		default:
			/* A control character says nothing on paper. */
			put_bytes(sheet, (unsigned char)*words < 0x20 ? " " : words, 1);
		}
	}
}

static void put_cell(struct run_sheet *sheet, const char *words)
{
	put(sheet, "<td>");
	put_words(sheet, words);
	put(sheet, "</td>");
}

static void put_number(struct run_sheet *sheet, uint64_t n)
{
	char said[24];

	snprintf(said, sizeof(said), "%" PRIu64, n);
	put(sheet, said);
}

static void put_time(struct run_sheet *sheet, int64_t at_ms)
{
	time_t local = (time_t)(at_ms / 1000 + (int64_t)sheet->utc_offset_min * 60);
	char said[32];
	struct tm tm;

	gmtime_r(&local, &tm);
	strftime(said, sizeof(said), "%d-%m-%Y %H:%M:%S", &tm);
	put(sheet, said);
}

static void print_head(struct run_sheet *sheet, const struct run_sheet_stamp *stamp)
{
	put(sheet, "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\">"
		   "<meta name=\"viewport\" content=\"width=device-width\">"
		   "<title>TANGI: lembar kerja</title><style>");
	put(sheet, style);
	put(sheet, "</style></head><body><h1>Lembar kerja bila TANGI mati "
		   "<i lang=\"en\">· Run-sheet for when TANGI is down</i></h1><p>");
	put_words(sheet, stamp->city);
	put(sheet, " · per <b>");
	put_time(sheet, stamp->at_ms);
	put(sheet, "</b> waktu setempat <i lang=\"en\">local time</i> · seq ");
	put_number(sheet, stamp->seq);
	put(sheet, "</p>");
}

static void print_row(struct run_sheet *sheet, const struct row *row)
{
	char no[24];

	put(sheet, row->priority == 1 ? "<tr class=\"one\">" : "<tr>");
	snprintf(no, sizeof(no), "%04" PRId64, row->no);
	put_cell(sheet, no);
	put_cell(sheet, priority_words[row->priority]);
	put(sheet, "<td class=\"n\">");
	put_time(sheet, row->opened_at_ms);
	put(sheet, "</td>");
	put_cell(sheet, row->about);
	put_cell(sheet, row->place);
	put_cell(sheet, row->parts);
	put_cell(sheet, row->words);
	put(sheet, "</tr>");
}

static void print_rows(struct run_sheet *sheet)
{
	put(sheet, "<table><thead><tr><th>No.</th><th>Prioritas</th><th>Dibuka</th>"
		   "<th>Perihal</th><th>Tempat</th><th>Dinas</th><th>Laporan</th></tr>"
		   "</thead><tbody>");
	for (unsigned i = 0; i < sheet->count; i++)
		print_row(sheet, &sheet->row[i]);
	put(sheet, "</tbody></table>");
}

static void print_incidents(struct run_sheet *sheet)
{
	put(sheet, "<h2>");
	put_number(sheet, sheet->count + sheet->left);
	put(sheet, " insiden terbuka <i lang=\"en\">open incidents</i></h2>");
	if (sheet->count > 0)
		print_rows(sheet);
	if (sheet->left > 0) {
		put(sheet, "<p><b>");
		put_number(sheet, sheet->left);
		put(sheet,
		    " di antaranya kurang mendesak dan tidak muat di sini</b> <i "
		    "lang=\"en\">of them are less urgent and found no room here</i></p>");
	}
	put(sheet, "<p>");
	put_number(sheet, sheet->routine);
	put(sheet, " laporan rutin menunggu jam kerja <i lang=\"en\">routine reports wait for "
		   "office hours</i></p>");
}

enum { NAME_ID, NAME_EN, NUMBER, NOTE };
static const char *const contact_columns[] = {"name_id", "name_en", "number", "note", NULL};

static void print_contact(struct run_sheet *sheet, const struct table *table)
{
	put(sheet, "<tr><td>");
	put_words(sheet, table->cell[NAME_ID]);
	put(sheet, " <i lang=\"en\">");
	put_words(sheet, table->cell[NAME_EN]);
	put(sheet, "</i></td><td class=\"n\"><b>");
	put_words(sheet, table->cell[NUMBER]);
	put(sheet, "</b></td>");
	put_cell(sheet, table->cell[NOTE]);
	put(sheet, "</tr>");
}

/* A line that is wrong ends the list: `tangi check` has told, and the rest of the page counts.
 */
static void print_contacts(struct run_sheet *sheet, const char *contacts)
{
	char *text = xstrndup(contacts, strlen(contacts));
	struct table table;
	struct err err;
	int more = table_open(&table, CONTACTS, text, contact_columns, &err);

	put(sheet, "<h2>Telepon <i lang=\"en\">Numbers to call</i></h2><table><tbody>");
	while (more >= 0 && (more = table_next(&table, &err)) > 0)
		print_contact(sheet, &table);
	put(sheet, "</tbody></table>");
	xfree(text);
}

static void print_empty_lines(struct run_sheet *sheet)
{
	put(sheet,
	    "<h2>Catatan di kertas <i lang=\"en\">Written on paper</i></h2>"
	    "<p>Tulis jam kejadian. Setelah TANGI hidup lagi, masukkan semuanya dengan jam "
	    "aslinya. "
	    "<i lang=\"en\">Write down when it happened; when TANGI is back, enter all of it "
	    "with "
	    "its own times.</i></p><table><thead><tr><th>Jam</th><th>Dari</th><th>Tempat</th>"
	    "<th>Apa yang terjadi</th><th>Dikirim</th><th>Tiba</th><th>Selesai</th>"
	    "<th>Paraf</th></tr></thead><tbody>");
	for (unsigned i = 0; i < EMPTY_LINES; i++)
		put(sheet, "<tr class=\"line\"><td></td><td></td><td></td><td></td><td></td>"
			   "<td></td><td></td><td></td></tr>");
	put(sheet, "</tbody></table></body></html>\n");
}

struct buf *run_sheet_print(struct run_sheet *sheet, const struct run_sheet_stamp *stamp)
{
	sheet->len = 0;
	print_head(sheet, stamp);
	print_incidents(sheet);
	if (stamp->contacts != NULL)
		print_contacts(sheet, stamp->contacts);
	print_empty_lines(sheet);
	return buf_copy(sheet->text, sheet->len);
}

int run_sheet_check_contacts(char *text, unsigned *count_r, struct err *err)
{
	struct table table;
	char name[96];
	int more;

	*count_r = 0;
	if (table_open(&table, CONTACTS, text, contact_columns, err) < 0)
		return -1;
	while ((more = table_next(&table, err)) > 0) {
		if (table_text(&table, NAME_ID, name, sizeof(name), err) < 0 ||
		    table_text(&table, NAME_EN, name, sizeof(name), err) < 0 ||
		    table_text(&table, NUMBER, name, sizeof(name), err) < 0)
			return -1;
		++*count_r;
	}
	return more;
}
