#include "core/run_sheet.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "base/xalloc.h"
#include "core/mask.h"
#include "core/print.h"
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

struct row {
	int64_t no, opened_at_ms, happened_ms;
	int priority;
	char about[96];
	char place[PLACE_SAID_SIZE + 96];
	char parts[256];
	char words[WORDS_MAX + 8];
};

struct run_sheet {
	const struct rules *rules;
	unsigned count;   /* rows, the most urgent first */
	unsigned left;    /* that found no room */
	unsigned routine; /* that wait for office hours */
	struct row row[RUN_SHEET_ROWS];
	struct print page; /* while it is printed */
};

struct run_sheet *run_sheet_new(const struct rules *rules)
{
	struct run_sheet *sheet = xcalloc(1, sizeof(*sheet));
	struct routes *routes = rules_routes(rules);

	sheet->rules = rules;
	sheet->page.utc_offset_min = (int)routes->utc_offset_min;
	routes_unref(&routes);
	return sheet;
}

void run_sheet_free(struct run_sheet **sheet)
{
	if (*sheet != NULL)
		print_fini(&(*sheet)->page);
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
	char *said = mask_text(at->said, strlen(at->said), NULL);

	snprintf(row->place, sizeof(row->place), "%s%s%s", said,
		 said[0] != '\0' && at->area_name[0] != '\0' ? ", " : "", at->area_name);
	xfree(said);
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
		.happened_ms = incident->happened_ms,
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

static void print_head(struct run_sheet *sheet, const struct run_sheet_stamp *stamp)
{
	print_begin(&sheet->page, "Lembar kerja bila TANGI mati",
		    "Run-sheet for when TANGI is down");
	print_markup(&sheet->page, "<p>");
	print_words(&sheet->page, stamp->city);
	print_markup(&sheet->page, " · per <b>");
	print_time(&sheet->page, stamp->at_ms);
	print_markup(&sheet->page, "</b> waktu setempat <i lang=\"en\">local time</i> · seq ");
	print_number(&sheet->page, stamp->seq);
	print_markup(&sheet->page, "</p>");
}

static void print_row(struct run_sheet *sheet, const struct row *row)
{
	char no[24];

	print_markup(&sheet->page, row->priority == 1 ? "<tr class=\"one\">" : "<tr>");
	snprintf(no, sizeof(no), "%04" PRId64, row->no);
	print_cell(&sheet->page, no);
	print_cell(&sheet->page, priority_words[row->priority]);
	print_markup(&sheet->page, "<td class=\"n\">");
	print_time(&sheet->page, row->opened_at_ms);
	print_paper(&sheet->page, row->happened_ms);
	print_markup(&sheet->page, "</td>");
	print_cell(&sheet->page, row->about);
	print_cell(&sheet->page, row->place);
	print_cell(&sheet->page, row->parts);
	print_cell(&sheet->page, row->words);
	print_markup(&sheet->page, "</tr>");
}

static void print_rows(struct run_sheet *sheet)
{
	print_markup(&sheet->page,
		     "<table><thead><tr><th>No.</th><th>Prioritas</th><th>Dibuka</th>"
		     "<th>Perihal</th><th>Tempat</th><th>Dinas</th><th>Laporan</th></tr>"
		     "</thead><tbody>");
	for (unsigned i = 0; i < sheet->count; i++)
		print_row(sheet, &sheet->row[i]);
	print_markup(&sheet->page, "</tbody></table>");
}

static void print_incidents(struct run_sheet *sheet)
{
	print_markup(&sheet->page, "<h2>");
	print_number(&sheet->page, sheet->count + sheet->left);
	print_markup(&sheet->page, " insiden terbuka <i lang=\"en\">open incidents</i></h2>");
	if (sheet->count > 0)
		print_rows(sheet);
	if (sheet->left > 0) {
		print_markup(&sheet->page, "<p><b>");
		print_number(&sheet->page, sheet->left);
		print_markup(
			&sheet->page,
			" di antaranya kurang mendesak dan tidak muat di sini</b> <i "
			"lang=\"en\">of them are less urgent and found no room here</i></p>");
	}
	print_markup(&sheet->page, "<p>");
	print_number(&sheet->page, sheet->routine);
	print_markup(
		&sheet->page,
		" laporan rutin menunggu jam kerja <i lang=\"en\">routine reports wait for "
		"office hours</i></p>");
}

enum { NAME_ID, NAME_EN, NUMBER, NOTE };
static const char *const contact_columns[] = {"name_id", "name_en", "number", "note", NULL};

static void print_contact(struct run_sheet *sheet, const struct table *table)
{
	print_markup(&sheet->page, "<tr><td>");
	print_words(&sheet->page, table->cell[NAME_ID]);
	print_markup(&sheet->page, " <i lang=\"en\">");
	print_words(&sheet->page, table->cell[NAME_EN]);
	print_markup(&sheet->page, "</i></td><td class=\"n\"><b>");
	print_words(&sheet->page, table->cell[NUMBER]);
	print_markup(&sheet->page, "</b></td>");
	print_cell(&sheet->page, table->cell[NOTE]);
	print_markup(&sheet->page, "</tr>");
}

/* A line that is wrong ends the list: `tangi check` has told, and the rest of the page counts.
 */
static void print_contacts(struct run_sheet *sheet, const char *contacts)
{
	char *text = xstrndup(contacts, strlen(contacts));
	struct table table;
	struct err err;
	int more = table_open(&table, CONTACTS, text, contact_columns, &err);

	print_markup(&sheet->page,
		     "<h2>Telepon <i lang=\"en\">Numbers to call</i></h2><table><tbody>");
	while (more >= 0 && (more = table_next(&table, &err)) > 0)
		print_contact(sheet, &table);
	print_markup(&sheet->page, "</tbody></table>");
	xfree(text);
}

static void print_empty_lines(struct run_sheet *sheet)
{
	print_markup(
		&sheet->page,
		"<h2>Catatan di kertas <i lang=\"en\">Written on paper</i></h2>"
		"<p>Tulis jam kejadian. Setelah TANGI hidup lagi, masukkan semuanya dengan jam "
		"aslinya. "
		"<i lang=\"en\">Write down when it happened; when TANGI is back, enter all of "
		"it "
		"with "
		"its own "
		"times.</i></p><table><thead><tr><th>Jam</th><th>Dari</th><th>Tempat</th>"
		"<th>Apa yang terjadi</th><th>Dikirim</th><th>Tiba</th><th>Selesai</th>"
		"<th>Paraf</th></tr></thead><tbody>");
	for (unsigned i = 0; i < EMPTY_LINES; i++)
		print_markup(&sheet->page,
			     "<tr class=\"line\"><td></td><td></td><td></td><td></td><td></td>"
			     "<td></td><td></td><td></td></tr>");
	print_markup(&sheet->page, "</tbody></table>");
	print_end(&sheet->page);
}

struct buf *run_sheet_print(struct run_sheet *sheet, const struct run_sheet_stamp *stamp)
{
	sheet->page.len = 0;
	print_head(sheet, stamp);
	print_incidents(sheet);
	if (stamp->contacts != NULL)
		print_contacts(sheet, stamp->contacts);
	print_empty_lines(sheet);
	return buf_copy(sheet->page.text, sheet->page.len);
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
