#include "core/print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/xalloc.h"

static const char style[] =
	"body{font:10pt/1.3 sans-serif;margin:1cm;color:#000;background:#fff}"
	"h1{font-size:15pt;margin:0}h2{font-size:11pt;margin:1em 0 .3em}"
	"p{margin:.2em 0}i{color:#444}"
	"table{border-collapse:collapse;width:100%}"
	"th,td{border:1px solid #777;padding:2pt 4pt;text-align:left;vertical-align:top}"
	"tr{break-inside:avoid}thead{display:table-header-group}"
	"td.n{white-space:nowrap}tr.one td{font-weight:bold}tr.line td{height:22pt}"
	"@page{size:A4 landscape;margin:1cm}@media print{body{margin:0}}";

void print_fini(struct print *print)
{
	xfree(print->text);
	*print = (struct print){.text = NULL};
}

static void put_bytes(struct print *print, const char *text, size_t len)
{
	if (print->len + len > print->room) {
		print->room = 2 * (print->len + len) + 4096;
		print->text = xrealloc(print->text, print->room);
	}
	memcpy(print->text + print->len, text, len);
	print->len += len;
}

void print_markup(struct print *print, const char *markup)
{
	put_bytes(print, markup, strlen(markup));
}

void print_words(struct print *print, const char *words)
{
	for (; words != NULL && *words != '\0'; words++) {
		switch (*words) {
		case '<':
			print_markup(print, "&lt;");
			break;
		case '>':
			print_markup(print, "&gt;");
			break;
		case '&':
			print_markup(print, "&amp;");
			break;
		case '"':
			print_markup(print, "&quot;");
			break;
		default:
			/* A control character says nothing on paper. */
			put_bytes(print, (unsigned char)*words < 0x20 ? " " : words, 1);
		}
	}
}

void print_cell(struct print *print, const char *words)
{
	print_markup(print, "<td>");
	print_words(print, words);
	print_markup(print, "</td>");
}

void print_number(struct print *print, uint64_t n)
{
	char said[24];

	snprintf(said, sizeof(said), "%" PRIu64, n);
	print_markup(print, said);
}

void print_time(struct print *print, int64_t at_ms)
{
	time_t local = (time_t)(at_ms / 1000 + (int64_t)print->utc_offset_min * 60);
	char said[32];
	struct tm tm;

	gmtime_r(&local, &tm);
	strftime(said, sizeof(said), "%d-%m-%Y %H:%M:%S", &tm);
	print_markup(print, said);
}

void print_paper(struct print *print, int64_t happened_ms)
{
	if (happened_ms == 0)
		return;
	print_markup(print, "<br>kertas <i lang=\"en\">paper</i>: ");
	print_time(print, happened_ms);
}

void print_begin(struct print *print, const char *title, const char *title_en)
{
	print_markup(print, "<!doctype html><html lang=\"id\"><head><meta charset=\"utf-8\">"
			    "<meta name=\"viewport\" content=\"width=device-width\">"
			    "<title>TANGI: ");
	print_markup(print, title);
	print_markup(print, "</title><style>");
	print_markup(print, style);
	print_markup(print, "</style></head><body><h1>");
	print_markup(print, title);
	print_markup(print, " <i lang=\"en\">· ");
	print_markup(print, title_en);
	print_markup(print, "</i></h1>");
}

void print_end(struct print *print)
{
	print_markup(print, "</body></html>\n");
}
