/* The hand-over of a shift, as it is printed: from the document of core/shift_sheet.c. */
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/xalloc.h"
#include "core/mask.h"
#include "core/print.h"
#include "core/routing.h"
#include "core/rules.h"
#include "core/shift_sheet.h"
#include "model/routes.h"

/* What people read, for the names of the log. */
static const struct {
	const char *name, *said;
} words[] = {
	{"pending", "belum diambil"},
	{"acknowledged", "diambil"},
	{"dispatched", "dikirim"},
	{"en_route", "menuju"},
	{"on_scene", "di lokasi"},
	{"cleared", "selesai"},
	{"cancelled", "dibatalkan"},
	{"declined", "ditolak"},
	{"off", "tidak bertugas"},
	{"on", "bertugas"},
	{"out_of_service", "rusak/tidak siap"},
	{"shelved_alarm", "alarm ditunda"},
	{"note", "janji"},
	{"queued", "dicatat"},
	{"broker", "terkirim"},
	{"device", "sampai di gawai"},
};

static const char *say(const char *name)
{
	for (size_t i = 0; name != NULL && i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].name, name) == 0)
			return words[i].said;
	return name;
}

static const char *text_of(const json_t *row, const char *key)
{
	return json_string_value(json_object_get(row, key));
}

static int64_t time_of(const json_t *row, const char *key)
{
	const char *text = text_of(row, key);
	int64_t at_ms = 0;
	struct err err;

	return text != NULL && clock_parse(text, &at_ms, &err) == 0 ? at_ms : 0;
}

static void put_time(struct print *print, const json_t *row, const char *key)
{
	int64_t at_ms = time_of(row, key);

	print_markup(print, "<td class=\"n\">");
	if (at_ms != 0)
		print_time(print, at_ms);
	print_markup(print, "</td>");
}

static void put_no(struct print *print, const json_t *row)
{
	char no[24];

	snprintf(no, sizeof(no), "%04lld",
		 (long long)json_integer_value(json_object_get(row, "no")));
	print_cell(print, no);
}

/* Staff's words; what a citizen's number was in them stays in the log. */
static void put_masked(struct print *print, const char *said)
{
	char *masked = said != NULL ? mask_text(said, strlen(said), NULL) : NULL;

	print_cell(print, masked);
	xfree(masked);
}

struct section {
	const char *key, *title, *title_en, *head;
	void (*row)(struct print *print, const json_t *row, const struct rules *rules);
};

static void put_parts(struct print *print, const json_t *parts)
{
	const json_t *part;
	size_t i;

	print_markup(print, "<td>");
	json_array_foreach(parts, i, part)
	{
		const json_t *first = json_array_get(json_object_get(part, "waits"), 0);

		print_markup(print, i > 0 ? "; " : "");
		print_words(print, text_of(part, "agency"));
		print_markup(print, ": ");
		print_words(print, say(text_of(part, "state")));
		if (first != NULL && text_of(first, "alarm") != NULL)
			print_markup(print, " (!)");
	}
	print_markup(print, "</td>");
}

/* When it came; and when it happened, of what was entered from paper. */
static void put_opened(struct print *print, const json_t *row)
{
	print_markup(print, "<td class=\"n\">");
	print_time(print, time_of(row, "opened_at"));
	print_paper(print, time_of(row, "happened_at"));
	print_markup(print, "</td>");
}

static void put_open(struct print *print, const json_t *row, const struct rules *rules)
{
	const char *id = text_of(row, "category");
	const struct category *category = id != NULL ? rules_category(rules, id) : NULL;
	char priority[16];

	snprintf(priority, sizeof(priority), "%d",
		 (int)json_integer_value(json_object_get(row, "priority")));
	put_no(print, row);
	print_cell(print, priority);
	put_opened(print, row);
	print_cell(print, id == NULL         ? "rahasia: hubungi dinasnya"
			  : category != NULL ? category->name_id
					     : id);
	put_masked(print, text_of(row, "place"));
	put_parts(print, json_object_get(row, "parts"));
	put_time(print, row, "updated_at");
}

static void put_promised(struct print *print, const json_t *row, const struct rules *rules)
{
	(void)rules;
	put_no(print, row);
	print_cell(print, say(text_of(row, "kind")));
	put_masked(print, text_of(row, "words"));
	print_cell(print, text_of(row, "by"));
	put_time(print, row, "at");
	put_time(print, row, "until");
}

static void put_silent(struct print *print, const json_t *row, const struct rules *rules)
{
	(void)rules;
	print_cell(print, text_of(row, "unit"));
	put_no(print, row);
	put_time(print, row, "ordered_at");
	print_cell(print, say(text_of(row, "receipt")));
	print_cell(print, text_of(row, "by"));
}

static void put_call(struct print *print, const json_t *row, const struct rules *rules)
{
	(void)rules;
	put_time(print, row, "at");
	print_cell(print, text_of(row, "caller"));
	print_cell(print, text_of(row, "call_id"));
}

static void put_unit(struct print *print, const json_t *row, const struct rules *rules)
{
	(void)rules;
	print_cell(print, text_of(row, "unit"));
	print_cell(print, say(text_of(row, "duty")));
	put_time(print, row, "since");
	print_cell(print, text_of(row, "by"));
}

static void put_rise(struct print *print, const json_t *row, const struct rules *rules)
{
	(void)rules;
	put_time(print, row, "at");
	put_no(print, row);
	print_cell(print, text_of(row, "agency"));
	print_cell(print, text_of(row, "kind"));
	print_cell(print, text_of(row, "to"));
}

static const struct section sections[] = {
	{"open", "insiden terbuka", "open incidents",
	 "<th>No.</th><th>Prioritas</th><th>Dibuka</th><th>Perihal</th><th>Tempat</th>"
	 "<th>Dinas</th><th>Langkah terakhir</th>",
	 put_open},
	{"promised", "dijanjikan", "promised",
	 "<th>No.</th><th>Apa</th><th>Isi</th><th>Oleh</th><th>Jam</th><th>Sampai</th>",
	 put_promised},
	{"silent_units", "unit belum menjawab", "units that have not answered",
	 "<th>Unit</th><th>No.</th><th>Dikirim</th><th>Sampai di mana</th><th>Oleh</th>",
	 put_silent},
	{"unreturned_calls", "panggilan belum dibalas", "calls nobody called back",
	 "<th>Jam</th><th>Penelepon</th><th>Panggilan</th>", put_call},
	{"units", "unit tidak bertugas atau berubah", "units off duty or changed",
	 "<th>Unit</th><th>Tugas</th><th>Sejak</th><th>Oleh</th>", put_unit},
	{"escalations", "eskalasi giliran ini", "escalations of this shift",
	 "<th>Jam</th><th>No.</th><th>Dinas</th><th>Menunggu</th><th>Kepada</th>", put_rise},
};

static void print_section(struct print *print, const struct section *section,
			  const json_t *sheet, const struct rules *rules)
{
	const json_t *list = json_object_get(sheet, section->key), *row;
	size_t i;

	print_markup(print, "<h2>");
	print_number(print, json_array_size(list));
	print_markup(print, " ");
	print_markup(print, section->title);
	print_markup(print, " <i lang=\"en\">");
	print_markup(print, section->title_en);
	print_markup(print, "</i></h2>");
	if (json_array_size(list) == 0)
		return;
	print_markup(print, "<table><thead><tr>");
	print_markup(print, section->head);
	print_markup(print, "</tr></thead><tbody>");
	json_array_foreach(list, i, row)
	{
		print_markup(print, "<tr>");
		section->row(print, row, rules);
		print_markup(print, "</tr>");
	}
	print_markup(print, "</tbody></table>");
}

static void print_stamp(struct print *print, const json_t *sheet)
{
	const char *agency = text_of(sheet, "agency");

	print_markup(print, "<p>");
	print_words(print, text_of(sheet, "city"));
	print_markup(print, " · <b>");
	print_words(print, agency != NULL ? agency : "112");
	print_markup(print, "</b> · seq ");
	print_number(print, (uint64_t)json_integer_value(json_object_get(sheet, "seq")));
	print_markup(print, "</p><table><tbody><tr><td>Per <i lang=\"en\">as of</i></td>");
	put_time(print, sheet, "at");
	print_markup(print, "<td>Serah terima terakhir <i lang=\"en\">last hand-over</i></td>");
	put_time(print, sheet, "since");
	print_cell(print, text_of(json_object_get(sheet, "last_hand_over"), "by"));
	print_markup(print, "</tr></tbody></table>");
}

static void print_part(struct print *print, const json_t *system, const char *key)
{
	const json_t *part = json_object_get(system, key);

	if (json_is_null(part))
		return;
	print_markup(print, "<p>");
	print_words(print, key);
	print_markup(print, ": ");
	if (json_is_true(json_object_get(part, "ok")))
		print_markup(print, "baik <i lang=\"en\">well</i>");
	else
		print_words(print, text_of(part, "reason"));
	print_markup(print, "</p>");
}

static void print_count(struct print *print, int64_t n, const char *said)
{
	if (n == 0)
		return;
	print_markup(print, "<p>");
	print_number(print, (uint64_t)n);
	print_markup(print, said);
	print_markup(print, "</p>");
}

static void print_signatures(struct print *print)
{
	print_markup(print,
		     "<h2>Serah terima <i lang=\"en\">Hand-over</i></h2><table><tbody>"
		     "<tr class=\"line\"><td>Menyerahkan <i lang=\"en\">hands over</i></td>"
		     "<td></td><td>Menerima <i lang=\"en\">takes over</i></td><td></td>"
		     "<td>Jam <i lang=\"en\">time</i></td><td></td></tr></tbody></table>");
}

struct buf *shift_page_print(const json_t *sheet, const struct rules *rules)
{
	const json_t *system = json_object_get(sheet, "system");
	struct routes *routes = rules_routes(rules);
	struct print print = {.utc_offset_min = (int)routes->utc_offset_min};
	struct buf *page;

	routes_unref(&routes);
	print_begin(&print, "Serah terima giliran", "Hand-over of the shift");
	print_stamp(&print, sheet);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		print_section(&print, &sections[i], sheet, rules);
	print_count(&print, json_integer_value(json_object_get(sheet, "routine")),
		    " laporan rutin menunggu jam kerja <i lang=\"en\">routine reports wait for "
		    "office hours</i>");
	print_count(&print, json_integer_value(json_object_get(sheet, "left_out")),
		    " tidak muat di sini <i lang=\"en\">found no room here</i>");
	if (json_is_true(json_object_get(sheet, "is_cut")))
		print_markup(&print, "<p>Giliran ini terlalu panjang: awalnya tidak dibaca "
				     "<i lang=\"en\">the shift is too long: its beginning was "
				     "not read</i></p>");
	print_markup(&print, "<h2>Sistem <i lang=\"en\">System</i></h2>");
	print_part(&print, system, "store");
	print_part(&print, system, "broker");
	print_signatures(&print);
	print_end(&print);
	page = buf_copy(print.text, print.len);
	print_fini(&print);
	return page;
}
