#include "core/command_line.h"

#include <string.h>

#include "base/utf8.h"
#include "core/command_private.h"

#define NUMBER_DIGITS_MAX 9 /* more is a telephone's */

static bool is_blank(char c)
{
	return (c >= 0 && c <= ' ') || c == 0x7f;
}

bool token_next(const char *line, size_t len, size_t *pos, struct token *token_r)
{
	size_t at = *pos;

	while (at < len && is_blank(line[at]))
		at++;
	token_r->at = at;
	while (at < len && !is_blank(line[at]))
		at++;
	token_r->len = at - token_r->at;
	*pos = at;
	return token_r->len > 0;
}

bool parse_number(const char *text, size_t len, int64_t *no_r)
{
	int64_t no = 0;

	if (len == 0 || len > NUMBER_DIGITS_MAX)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
		no = no * 10 + (text[i] - '0');
	}
	*no_r = no;
	return true;
}

unsigned column_of(const char *line, size_t at)
{
	unsigned column = 0;

	for (size_t i = 0; i < at; i++)
		column += ((unsigned char)line[i] & 0xc0) != 0x80;
	return column;
}

static size_t byte_of(const char *line, size_t len, size_t cursor)
{
	size_t at = 0;

	while (at < len && cursor > 0) {
		at++;
		while (at < len && ((unsigned char)line[at] & 0xc0) == 0x80)
			at++;
		cursor--;
	}
	return at;
}

struct token reading_end(const struct reading *reading)
{
	return (struct token){.at = reading->len};
}

bool complain(struct reading *reading, enum command_trouble trouble, struct token token,
	      const struct complaint *complaint, const struct said *about)
{
	struct command_parse *out = reading->out;
	struct said usage = {{0}, {0}};

	if (out == NULL)
		return false;
	if (reading->verb != NULL)
		said_set(&usage, reading->verb->usage_id, reading->verb->usage_en, NULL, NULL,
			 NULL);
	out->trouble = trouble;
	out->column = column_of(reading->line, token.at);
	out->to = column_of(reading->line, token.at + token.len);
	said_set(&out->what, complaint->what_id, complaint->what_en, about, &usage, NULL);
	said_set(&out->remedy, complaint->remedy_id, complaint->remedy_en, about, &usage, NULL);
	return false;
}

/* Exactly called, or begun so that only one is meant, by the names of one language. */
static const struct verb *find_among(const char *text, size_t len, bool is_english,
				     unsigned *count_r)
{
	const struct verb *found = NULL;

	*count_r = 0;
	for (unsigned i = 0; i < verb_count; i++) {
		const char *const *names = is_english ? verbs[i].en : verbs[i].id;
		bool fits = false;

		for (unsigned n = 0; n < 2 && names[n] != NULL; n++) {
			if (word_is(names[n], text, len)) {
				*count_r = 1;
				return &verbs[i];
			}
			fits = fits || word_begins(names[n], text, len);
		}
		if (!fits)
			continue;
		found = &verbs[i];
		++*count_r;
	}
	return *count_r == 1 ? found : NULL;
}

/* One that is whole in either language goes before one that is only begun; among these the
 * language of the desk decides. */
const struct verb *verb_find(const char *text, size_t len, unsigned *count_r)
{
	unsigned in_id, in_en;
	const struct verb *id = find_among(text, len, false, &in_id);
	const struct verb *en = find_among(text, len, true, &in_en);

	for (unsigned n = 0; n < 2 && en != NULL && en->en[n] != NULL; n++)
		if (word_is(en->en[n], text, len))
			in_id = 0;
	*count_r = in_id > 0 ? in_id : in_en;
	return in_id > 0 ? id : en;
}

enum fit { FIT_NOT, FIT_TAKEN, FIT_WRONG };

static bool has_other_thing(const struct reading *reading)
{
	return reading->priority != 0 || reading->agency >= 0 || reading->outcome >= 0 ||
	       reading->report_count > 0;
}

/* Behind an outcome begins what people write, and they write numbers: there one is an
 * incident's only as the very last word. */
static enum fit take_number(struct reading *reading, struct token token)
{
	const struct verb *verb = reading->verb;
	size_t pos = token.at + token.len;
	struct token next;
	int64_t no;

	if ((verb->things & THING_NUMBER) == 0 || reading->number_count >= verb->numbers ||
	    !parse_number(reading->line + token.at, token.len, &no))
		return FIT_NOT;
	if (verb->rest == REST_WORDS && has_other_thing(reading) &&
	    token_next(reading->line, reading->len, &pos, &next))
		return FIT_NOT;
	reading->no[reading->number_count] = no;
	reading->number[reading->number_count++] = token;
	return FIT_TAKEN;
}

static enum fit take_priority(struct reading *reading, struct token token)
{
	int priority = priority_called(reading->line + token.at, token.len);

	if ((reading->verb->things & THING_PRIORITY) == 0 || priority == 0 ||
	    reading->priority != 0)
		return FIT_NOT;
	reading->priority = priority;
	reading->priority_token = token;
	return FIT_TAKEN;
}

static enum fit take_report(struct reading *reading, struct token token)
{
	const char *text = reading->line + token.at;
	int64_t no;

	if ((reading->verb->things & THING_REPORT) == 0 || text[0] != '#')
		return FIT_NOT;
	if (!parse_number(text + 1, token.len - 1, &no) || no == 0 ||
	    no > INCIDENT_REPORTS_MAX || reading->report_count == SPLIT_MAX)
		return FIT_NOT;
	reading->report_token[reading->report_count] = token;
	reading->report[reading->report_count++] = (unsigned)no;
	return FIT_TAKEN;
}

static enum fit ambiguous(struct reading *reading, struct token token)
{
	static const struct complaint several = {
		"{0} dapat berarti beberapa", "{0} may mean several",
		"tulis lebih panjang, atau Tab", "write more of it, or Tab"};
	struct said word;

	said_quote(&word, reading->line + token.at, token.len);
	(void)complain(reading, COMMAND_WRONG, token, &several, &word);
	return FIT_WRONG;
}

static enum fit take_agency(struct reading *reading, struct token token)
{
	const struct agencies *agencies = rules_agencies(reading->view->rules);
	const char *text = reading->line + token.at;
	bool has_sign = text[0] == '+' || text[0] == '-';
	agency_set *set = !has_sign        ? &reading->set
			  : text[0] == '+' ? &reading->plus
					   : &reading->minus;
	int agency;

	if ((reading->verb->things & THING_AGENCY) == 0)
		return FIT_NOT;
	agency = agency_called(agencies, text + has_sign, token.len - has_sign);
	if (agency == -2)
		return ambiguous(reading, token);
	if (agency < 0)
		return FIT_NOT;
	*set |= (agency_set)1 << agency;
	if (reading->agency < 0) {
		reading->agency = agency;
		reading->agency_token = token;
	}
	return FIT_TAKEN;
}

static enum fit take_outcome(struct reading *reading, struct token *token)
{
	size_t used = token->len;
	int outcome;

	if ((reading->verb->things & THING_OUTCOME) == 0 || reading->outcome >= 0)
		return FIT_NOT;
	outcome = outcome_called(reading->line + token->at, reading->len - token->at, &used);
	if (outcome == -2)
		return ambiguous(reading, *token);
	if (outcome < 0)
		return FIT_NOT;
	token->len = used;
	reading->outcome = outcome;
	return FIT_TAKEN;
}

static enum fit take_unit(struct reading *reading, struct token token)
{
	const struct unit *unit;

	if ((reading->verb->things & THING_UNIT) == 0 ||
	    reading->unit_count == COMMAND_UNITS_MAX)
		return FIT_NOT;
	unit = unit_called(reading->view->rules, reading->line + token.at, token.len);
	if (unit == NULL)
		return FIT_NOT;
	for (unsigned i = 0; i < reading->unit_count; i++)
		if (reading->unit[i] == unit)
			return FIT_TAKEN; /* twice is once */
	if (reading->unit_count == 0)
		reading->unit_token = token;
	reading->unit[reading->unit_count++] = unit;
	return FIT_TAKEN;
}

static enum fit take_step(struct reading *reading, struct token token)
{
	int step;

	if ((reading->verb->things & THING_STEP) == 0 || reading->step >= 0)
		return FIT_NOT;
	step = step_called(reading->line + token.at, token.len);
	if (step == -2)
		return ambiguous(reading, token);
	if (step < 0)
		return FIT_NOT;
	reading->step = step;
	return FIT_TAKEN;
}

/* The first kind it has the form of; token grows when its name has several words. */
static enum fit take_thing(struct reading *reading, struct token *token)
{
	enum fit fit = take_number(reading, *token);

	fit = fit == FIT_NOT ? take_priority(reading, *token) : fit;
	fit = fit == FIT_NOT ? take_report(reading, *token) : fit;
	fit = fit == FIT_NOT ? take_unit(reading, *token) : fit;
	fit = fit == FIT_NOT ? take_step(reading, *token) : fit;
	fit = fit == FIT_NOT ? take_agency(reading, *token) : fit;
	return fit == FIT_NOT ? take_outcome(reading, token) : fit;
}

static void take_rest(struct reading *reading, size_t at)
{
	size_t end = reading->len;

	while (at < end && is_blank(reading->line[at]))
		at++;
	while (end > at && is_blank(reading->line[end - 1]))
		end--;
	reading->rest = (struct token){.at = at, .len = end - at};
}

static bool refuse_rest(struct reading *reading)
{
	static const struct complaint unknown = {"{0} tidak dikenali di sini",
						 "{0} means nothing here", "bentuknya: {1}",
						 "the form is: {1}"};
	size_t pos = reading->rest.at;
	struct token token;
	struct said word;

	(void)token_next(reading->line, reading->len, &pos, &token);
	said_quote(&word, reading->line + token.at, token.len);
	return complain(reading, COMMAND_WRONG, token, &unknown, &word);
}

/* A ":" by itself begins the rest: for words that look like things. */
bool reading_cut(struct reading *reading)
{
	size_t pos = reading->verb_token.at + reading->verb_token.len, behind = pos;
	struct token token;
	enum fit fit = FIT_TAKEN;

	while (fit == FIT_TAKEN && token_next(reading->line, reading->len, &pos, &token)) {
		bool is_mark = token.len == 1 && reading->line[token.at] == ':' &&
			       reading->verb->rest != REST_NONE;

		fit = is_mark ? FIT_NOT : take_thing(reading, &token);
		if (fit == FIT_WRONG)
			return false;
		if (fit == FIT_TAKEN || is_mark)
			pos = behind = token.at + token.len;
	}
	take_rest(reading, behind);
	return reading->rest.len == 0 || reading->verb->rest != REST_NONE ||
	       refuse_rest(reading);
}

void command_line_needs(const char *line, size_t len, size_t cursor,
			struct command_needs *needs_r)
{
	size_t pos = 0, at = byte_of(line, len, cursor);
	struct token token;
	bool is_first = true;
	int64_t no;

	*needs_r = (struct command_needs){.count = 0};
	if (len > COMMAND_LINE_MAX)
		return;
	for (; token_next(line, len, &pos, &token); is_first = false) {
		bool is_number = parse_number(line + token.at, token.len, &no);

		if (!is_first && is_number && needs_r->count < COMMAND_NUMBERS_MAX)
			needs_r->no[needs_r->count++] = no;
		if (!is_first && is_number && at >= token.at && at <= pos)
			needs_r->open = true;
	}
	/* Behind the verb and a blank, nothing begun. */
	if (!is_first && at > 0 && is_blank(line[at - 1]))
		needs_r->open = true;
}

static bool refuse_verb(struct reading *reading, unsigned count)
{
	static const struct complaint unknown = {
		"{0} bukan perintah", "{0} is not a command",
		"ambil, kirim, status, mundur, catat, jenis, prioritas, instansi, lokasi, "
		"gabung, pisah, lepas, tutup, buka, naikkan, cari",
		"take, dispatch, status, recall, note, type, priority, agencies, place, merge, "
		"split, unfold, close, reopen, escalate, find"};
	struct token token = reading->verb_token;
	struct said word;

	if (count > 1)
		return ambiguous(reading, token) == FIT_TAKEN;
	said_quote(&word, reading->line + token.at, token.len);
	return complain(reading, COMMAND_WRONG, token, &unknown, &word);
}

static bool is_text(struct reading *reading)
{
	static const struct complaint bytes = {"bukan teks", "is not text", "hapus dari sini",
					       "delete from here on"};
	static const struct complaint length = {"terlalu panjang", "is too long",
						"hapus dari sini", "delete from here on"};
	size_t at = 0;

	while (at < reading->len && at < COMMAND_LINE_MAX) {
		size_t step = utf8_length(reading->line + at, reading->len - at);

		if (step == 0 || reading->line[at] == '\0')
			return complain(reading, COMMAND_WRONG, (struct token){.at = at},
					&bytes, NULL);
		at += step;
	}
	return at >= reading->len ||
	       complain(reading, COMMAND_WRONG, (struct token){.at = at}, &length, NULL);
}

static void refuse_who_watches(struct reading *reading)
{
	static const struct complaint watches = {
		"akun ini hanya memantau", "this account may watch only",
		"hanya cari yang dapat dipakai", "only find can be used"};

	if (reading->out->means == COMMAND_ACTION && !reading->view->may_act)
		(void)complain(reading, COMMAND_IMPOSSIBLE, reading->verb_token, &watches,
			       NULL);
}

/* A number by itself: go there. */
static bool is_only_a_number(const struct reading *reading)
{
	struct token token = reading->verb_token, next;
	size_t pos = token.at + token.len;
	int64_t no;

	return parse_number(reading->line + token.at, token.len, &no) &&
	       !token_next(reading->line, reading->len, &pos, &next);
}

static void understand(struct reading *reading)
{
	size_t pos = 0;
	unsigned count;

	if (!token_next(reading->line, reading->len, &pos, &reading->verb_token))
		return;
	if (is_only_a_number(reading)) {
		reading->rest = reading->verb_token;
		reading->verb = verb_find("cari", 4, &count);
		reading->verb->read(reading);
		return;
	}
	reading->verb = verb_find(reading->line + reading->verb_token.at,
				  reading->verb_token.len, &count);
	if (reading->verb == NULL) {
		(void)refuse_verb(reading, count);
		return;
	}
	if (!reading_cut(reading))
		return;
	reading->verb->read(reading);
	refuse_who_watches(reading);
}

void command_line_parse(const struct command_view *view, const char *line, size_t len,
			size_t cursor, struct command_parse *parse_r)
{
	struct reading reading = {.view = view,
				  .line = line,
				  .len = len,
				  .agency = -1,
				  .outcome = -1,
				  .step = -1,
				  .out = parse_r};

	memset(parse_r, 0, sizeof(*parse_r));
	if (!is_text(&reading))
		return;
	understand(&reading);
	command_complete(view, line, byte_of(line, len, cursor), parse_r);
}

void command_parse_fini(struct command_parse *parse)
{
	json_decref(parse->action);
	parse->action = NULL;
}
