#include "core/roster_csv.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define CELLS_MAX    64
#define MISTAKES_MAX 100
#define SHIFT_MAX_MS (INT64_C(48) * 60 * 60 * 1000)
#define DAY_MIN      (24 * 60)
#define CREW_MAX     100

enum column { UNIT, DATE, FROM, TO, CREW, ROLE, ID, COLUMNS };

static const struct {
	const char *names[5]; /* as a header may call it; the first is ours */
	bool is_needed;
} columns[COLUMNS] = {
	[UNIT] = {{"unit", "kode_unit", "armada"}, true},
	[DATE] = {{"tanggal", "date", "tgl"}, false},
	[FROM] = {{"mulai", "from", "jam_mulai"}, true},
	[TO] = {{"selesai", "to", "jam_selesai"}, true},
	[CREW] = {{"jumlah", "crew", "jumlah_awak"}, false},
	[ROLE] = {{"peran", "jabatan", "role"}, false},
	[ID] = {{"kode_petugas", "id", "id_petugas"}, false},
};

struct reading {
	const struct fleet *fleet;
	const char *name;
	char *at; /* what is not yet cut */
	char separator;
	unsigned line;     /* of what is next */
	unsigned row_line; /* where the row began */
	int of[COLUMNS];   /* which cell; -1: there is none */
	const char *called[COLUMNS];
	unsigned count;
	char *cell[CELLS_MAX];
	int utc_offset_min;
	struct roster_import *out;
	roster_mistake_fn *tell;
	void *ctx;
};

PRINTF_LIKE(3, 4)
static int mistake(struct reading *r, int column, const char *fmt, ...)
{
	char text[160];
	struct err err;
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)err_set(&err, ERR_INVALID, "%s:%u: %s%s%s", r->name, r->row_line,
		      column >= 0 ? r->called[column] : "", column >= 0 ? ": " : "", text);
	if (r->out->mistakes++ < MISTAKES_MAX)
		r->tell(r->ctx, &err);
	return -1;
}

/* ---- Cutting. ---- */

/* From behind the opening quote to what follows the closing one; doubled, it stands for
 * itself. NULL: there is no closing one. */
static char *unquote(struct reading *r, char *at)
{
	char *to = at;

	for (; *at != '\0'; at++) {
		if (*at == '"' && at[1] != '"') {
			*to = '\0';
			return at + 1;
		}
		at += *at == '"';
		r->line += *at == '\n';
		*to++ = *at;
	}
	return NULL;
}

static bool is_end(const struct reading *r, char c)
{
	return c == r->separator || c == '\n' || c == '\r' || c == '\0';
}

/* One cell; what ended it, or -1. */
static int cut_cell(struct reading *r)
{
	char *cell = r->at, *at = r->at;
	int end;

	if (*at == '"') {
		cell = at + 1;
		at = unquote(r, at + 1);
		if (at == NULL || !is_end(r, *at))
			return -1;
	}
	while (!is_end(r, *at))
		at++;
	end = (unsigned char)*at;
	if (at[0] == '\r' && at[1] == '\n')
		*at++ = '\0';
	r->at = *at != '\0' ? at + 1 : at;
	r->line += *at == '\n';
	*at = '\0';
	if (r->count < CELLS_MAX)
		r->cell[r->count] = cell + strspn(cell, " \t");
	r->count++;
	return end;
}

/* 1: cell holds the next row that is not empty. 0: there is none. -1: its quotes are wrong, and
 * nothing behind it can be trusted. */
static int next_row(struct reading *r)
{
	while (*r->at != '\0') {
		int end;

		r->count = 0;
		r->row_line = r->line;
		do {
			end = cut_cell(r);
		} while (end == (unsigned char)r->separator);
		if (end < 0)
			return mistake(r, -1, "a quote has no end; what follows is not read");
		if (r->count > 1 || r->cell[0][0] != '\0')
			return 1;
	}
	return 0;
}

/* ---- The header. ---- */

static char find_separator(const char *text)
{
	size_t len = strcspn(text, "\r\n"), most = 0;
	char best = ',';

	for (const char *c = ";,\t"; *c != '\0'; c++) {
		size_t n = 0;

		for (size_t i = 0; i < len; i++)
			n += text[i] == *c;
		if (n > most) {
			most = n;
			best = *c;
		}
	}
	return best;
}

/* "Kode Unit" is kode_unit. */
static bool is_called(const char *cell, const char *name)
{
	size_t len = strlen(cell);

	while (len > 0 && cell[len - 1] == ' ')
		len--;
	if (strlen(name) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		if (name[i] == '_' ? strchr(" _-", cell[i]) == NULL
				   : strncasecmp(&cell[i], &name[i], 1) != 0)
			return false;
	return true;
}

static int find_column(const struct reading *r, enum column column)
{
	for (unsigned n = 0; n < 5 && columns[column].names[n] != NULL; n++)
		for (unsigned i = 0; i < r->count && i < CELLS_MAX; i++)
			if (is_called(r->cell[i], columns[column].names[n]))
				return (int)i;
	return -1;
}

static int read_header(struct reading *r)
{
	if (next_row(r) <= 0)
		return mistake(r, -1, "is empty: it needs a header");
	if (r->count > CELLS_MAX)
		return mistake(r, -1, "more than %d columns", CELLS_MAX);
	for (enum column c = 0; c < COLUMNS; c++) {
		r->of[c] = find_column(r, c);
		r->called[c] = r->of[c] >= 0 ? r->cell[r->of[c]] : columns[c].names[0];
		if (r->of[c] < 0 && columns[c].is_needed)
			return mistake(r, (int)c, "no such column in the header; add it");
	}
	return 0;
}

/* ---- A row. ---- */

static const char *cell_of(const struct reading *r, enum column column)
{
	return r->of[column] >= 0 && (unsigned)r->of[column] < r->count ? r->cell[r->of[column]]
									: "";
}

static bool read_digits(const char **at, int least, int most, int *value_r)
{
	int n = 0, value = 0;

	for (; n < most && **at >= '0' && **at <= '9'; n++)
		value = value * 10 + *(*at)++ - '0';
	*value_r = value;
	return n >= least;
}

static bool read_mark(const char **at, const char *marks)
{
	return **at != '\0' && strchr(marks, *(*at)++) != NULL;
}

/* "2026-11-25", "25/11/2026", "25-11-2026" */
static bool cut_date(const char **at, int *year_r, int *month_r, int *day_r)
{
	const char *begin = *at;

	if (read_digits(at, 4, 4, year_r))
		return read_mark(at, "-") && read_digits(at, 1, 2, month_r) &&
		       read_mark(at, "-") && read_digits(at, 1, 2, day_r);
	*at = begin;
	return read_digits(at, 1, 2, day_r) && read_mark(at, "/-") &&
	       read_digits(at, 1, 2, month_r) && read_mark(at, "/-") &&
	       read_digits(at, 4, 4, year_r);
}

/* Minutes since 1970 of midnight, on the city's clocks. Where it ends; NULL: no date. */
static const char *read_date(const char *text, int64_t *minutes_r)
{
	int year = 0, month = 0, day = 0;
	struct tm tm;
	time_t seconds;

	if (!cut_date(&text, &year, &month, &day) || year < 2000 || year > 2200)
		return NULL;
	tm = (struct tm){.tm_year = year - 1900, .tm_mon = month - 1, .tm_mday = day};
	seconds = timegm(&tm); /* takes the 31st of February for another day */
	if (tm.tm_mday != day || tm.tm_mon != month - 1)
		return NULL;
	*minutes_r = seconds / 60;
	return text;
}

/* "07:00", "7.00", "24:00", "07:00:00" */
static bool read_time(const char *text, int64_t *minutes_r)
{
	int hour = 0, minute = 0;

	if (!read_digits(&text, 1, 2, &hour) || !read_mark(&text, ":.") ||
	    !read_digits(&text, 2, 2, &minute))
		return false;
	if (strncmp(text, ":00", 3) == 0)
		text += 3;
	if (text[strspn(text, " ")] != '\0' || minute > 59 || hour * 60 + minute > DAY_MIN)
		return false;
	*minutes_r = hour * 60 + minute;
	return true;
}

/* Of a column with a time, and maybe a date before it; day: of the row, or -1. */
static int read_moment(struct reading *r, enum column column, int64_t day, bool *has_date_r,
		       int64_t *minutes_r)
{
	const char *cell = cell_of(r, column), *rest = read_date(cell, &day);
	int64_t minutes;

	*has_date_r = rest != NULL;
	rest = rest == NULL ? cell : rest + strspn(rest, " T");
	if (!read_time(rest, &minutes))
		return mistake(r, (int)column, "\"%.20s\" is not a time such as 07:00", cell);
	if (day < 0)
		return mistake(r, (int)column,
			       "\"%.20s\" has no date, and there is no column "
			       "of dates",
			       cell);
	*minutes_r = day + minutes;
	return 0;
}

static int read_times(struct reading *r, struct shift *shift)
{
	const char *date = cell_of(r, DATE), *rest;
	int64_t day = -1, from = 0, to = 0;
	bool has_date;

	if (date[0] != '\0') {
		rest = read_date(date, &day);
		if (rest == NULL || rest[strspn(rest, " 0:.T")] != '\0')
			return mistake(r, DATE, "\"%.20s\" is not a date such as 25/11/2026",
				       date);
	}
	if (read_moment(r, FROM, day, &has_date, &from) < 0)
		return -1;
	day = from - from % DAY_MIN;
	if (read_moment(r, TO, day, &has_date, &to) < 0)
		return -1;
	if (to <= from && !has_date)
		to += DAY_MIN; /* over midnight */
	shift->from_ms = (from - r->utc_offset_min) * 60000;
	shift->to_ms = (to - r->utc_offset_min) * 60000;
	if (shift->to_ms <= shift->from_ms || shift->to_ms - shift->from_ms > SHIFT_MAX_MS)
		return mistake(r, TO,
			       "\"%.20s\": a shift ends after it begins, within 48 hours",
			       cell_of(r, TO));
	return 0;
}

static int read_unit(struct reading *r, struct shift *shift)
{
	const char *cell = cell_of(r, UNIT);
	size_t len = strlen(cell);

	while (len > 0 && cell[len - 1] == ' ')
		len--;
	for (unsigned i = 0; i < r->fleet->unit_count; i++) {
		const char *id = r->fleet->unit[i].id;

		if (strlen(id) == len && strncasecmp(id, cell, len) == 0) {
			memcpy(shift->unit, id, UNIT_ID_SIZE);
			return 0;
		}
	}
	return mistake(r, UNIT, "no unit \"%.20s\" in units.tsv", cell);
}

static int read_crew(struct reading *r, struct shift *shift)
{
	const char *cell = cell_of(r, CREW);
	char *end;
	long crew;

	shift->crew = 1;
	if (r->of[CREW] < 0)
		return 0;
	crew = strtol(cell, &end, 10);
	if (end == cell || end[strspn(end, " ")] != '\0' || crew < 1 || crew > CREW_MAX)
		return mistake(r, CREW, "\"%.20s\" is not a number from 1 to %d", cell,
			       CREW_MAX);
	shift->crew = (int)crew;
	return 0;
}

/* Where a row is a shift and no role is said, its id is that of who leads. */
static bool leads(const struct reading *r)
{
	static const char *const words[] = {"danru", "komandan", "ketua", "kepala", "lead"};
	const char *cell = cell_of(r, ROLE);

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strncasecmp(cell, words[i], strlen(words[i])) == 0)
			return true;
	return r->of[ROLE] < 0 && r->of[CREW] >= 0;
}

/* The cell is not quoted: it may be what it must not be. */
static int read_lead(struct reading *r, struct shift *shift)
{
	const char *cell = cell_of(r, ID);
	size_t len = strcspn(cell, " ");

	if (len == 0 || !leads(r))
		return 0;
	if (len >= SHIFT_LEAD_SIZE || strspn(cell, "0123456789") >= 9)
		return mistake(r, ID, "is as long as a NIP or a NIK: give an internal id");
	for (size_t i = 0; i < len; i++)
		if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
			   cell[i]) == NULL)
			return mistake(r, ID, "is of letters, digits, - and _");
	memcpy(shift->lead, cell, len);
	return 0;
}

/* ---- The whole. ---- */

static struct shift *find_shift(struct roster *roster, const struct shift *shift)
{
	for (unsigned i = 0; i < roster->count; i++)
		if (roster->shift[i].from_ms == shift->from_ms &&
		    roster->shift[i].to_ms == shift->to_ms &&
		    strcmp(roster->shift[i].unit, shift->unit) == 0)
			return &roster->shift[i];
	return NULL;
}

/* A person more of a shift that is there, or a shift. */
static int take(struct reading *r, const struct shift *shift)
{
	struct shift *known = find_shift(&r->out->roster, shift);

	if (known != NULL && r->of[CREW] >= 0)
		return mistake(r, UNIT, "this shift of %s is there already", shift->unit);
	if (known == NULL) {
		if (r->out->roster.count == SHIFTS_MAX)
			return mistake(r, UNIT, "more than %d shifts", SHIFTS_MAX);
		roster_add(&r->out->roster, shift);
		return 0;
	}
	if (shift->lead[0] != '\0' && known->lead[0] != '\0' &&
	    strcmp(shift->lead, known->lead) != 0)
		return mistake(r, ID, "this shift of %s is led by another already",
			       shift->unit);
	known->crew++;
	if (shift->lead[0] != '\0')
		memcpy(known->lead, shift->lead, SHIFT_LEAD_SIZE);
	return 0;
}

void roster_import_csv(const struct fleet *fleet, const char *name, char *text,
		       int utc_offset_min, struct roster_import *import_r,
		       roster_mistake_fn *tell, void *ctx)
{
	struct reading r = {.fleet = fleet,
			    .name = name,
			    .at = text,
			    .separator = find_separator(text),
			    .line = 1,
			    .row_line = 1,
			    .utc_offset_min = utc_offset_min,
			    .out = import_r,
			    .tell = tell,
			    .ctx = ctx};

	*import_r = (struct roster_import){.rows = 0};
	if (read_header(&r) < 0)
		return;
	while (next_row(&r) > 0) {
		struct shift shift = {.crew = 0};

		import_r->rows++;
		if (read_unit(&r, &shift) == 0 && read_times(&r, &shift) == 0 &&
		    read_crew(&r, &shift) == 0 && read_lead(&r, &shift) == 0)
			(void)take(&r, &shift); /* told already */
	}
}
