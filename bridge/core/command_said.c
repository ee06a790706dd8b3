/* Sentences in two languages, and the whole answer as JSON. */
#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/utf8.h"
#include "core/command_private.h"

#define QUOTE_MAX 96 /* bytes of a person's words in a sentence */

/* Where at most max bytes of text end between two characters. */
static size_t whole(const char *text, size_t len, size_t max)
{
	size_t at = 0;

	if (len <= max)
		return len;
	while (at < len) {
		size_t step = utf8_length(text + at, len - at);

		step = step == 0 ? 1 : step;
		if (at + step > max)
			break;
		at += step;
	}
	return at;
}

static void add(char *to, size_t *used, const char *text, size_t len)
{
	len = whole(text, len, SAID_SIZE - 1 - *used);
	memcpy(to + *used, text, len);
	*used += len;
	to[*used] = '\0';
}

static void fill(char *to, const char *form, const char *const said[3])
{
	size_t used = 0;

	to[0] = '\0';
	while (*form != '\0') {
		size_t plain = strcspn(form, "{");

		add(to, &used, form, plain);
		form += plain;
		if (*form == '\0')
			return;
		if (said[form[1] - '0'] != NULL)
			add(to, &used, said[form[1] - '0'], strlen(said[form[1] - '0']));
		form += 3; /* "{0}": the forms are ours */
	}
}

void said_set(struct said *said_r, const char *id, const char *en, const struct said *zero,
	      const struct said *one, const struct said *two)
{
	const char *in_id[3] = {zero ? zero->id : NULL, one ? one->id : NULL,
				two ? two->id : NULL};
	const char *in_en[3] = {zero ? zero->en : NULL, one ? one->en : NULL,
				two ? two->en : NULL};

	fill(said_r->id, id, in_id);
	fill(said_r->en, en, in_en);
}

void said_plain(struct said *said_r, const char *text, size_t len)
{
	size_t used = 0;

	said_r->id[0] = '\0';
	add(said_r->id, &used, text, len);
	memcpy(said_r->en, said_r->id, used + 1);
}

void said_number(struct said *said_r, int64_t no)
{
	char text[32];

	snprintf(text, sizeof(text), "%04lld", (long long)no);
	said_plain(said_r, text, strlen(text));
}

void said_quote(struct said *said_r, const char *text, size_t len)
{
	size_t kept = whole(text, len, QUOTE_MAX);
	struct said words;

	said_plain(&words, text, kept);
	said_set(said_r, kept < len ? "“{0}…”" : "“{0}”", kept < len ? "“{0}…”" : "“{0}”",
		 &words, NULL, NULL);
}

/* Where it is, as its row on the desk says it. */
static void say_where(const struct location *location, struct said *said_r)
{
	struct said place, area;
	bool has_both = location->place[0] != '\0' && location->area_name[0] != '\0' &&
			strstr(location->place, location->area_name) == NULL;

	said_plain(&place, location->place, strlen(location->place));
	said_plain(&area, location->area_name, strlen(location->area_name));
	if (has_both)
		said_set(said_r, "{0}, {1}", "{0}, {1}", &place, &area, NULL);
	else if (place.id[0] != '\0' || area.id[0] != '\0')
		*said_r = place.id[0] != '\0' ? place : area;
	else
		said_set(said_r, "lokasi belum diketahui", "place not known yet", NULL, NULL,
			 NULL);
}

void place_candidate_say(const struct place_candidate *candidate, struct said *said_r)
{
	struct said place, area;

	said_plain(&place, candidate->place, strlen(candidate->place));
	said_plain(&area, candidate->area_name, strlen(candidate->area_name));
	if (area.id[0] != '\0' && strstr(candidate->place, candidate->area_name) == NULL)
		said_set(said_r, "{0}, {1}", "{0}, {1}", &place, &area, NULL);
	else
		*said_r = place;
}

void incident_say(const struct incident *incident, const struct rules *rules,
		  struct said *said_r)
{
	struct said no, category, where;

	said_number(&no, incident->no);
	category_say(rules, incident->verdict.category, &category);
	say_where(&incident->location, &where);
	said_set(said_r, "{0} {1}, {2}", "{0} {1}, {2}", &no, &category, &where);
}

void said_write(struct jsonw *w, const char *key, const struct said *said)
{
	if (said->id[0] == '\0') {
		jsonw_null(w, key);
		return;
	}
	jsonw_open(w, key, '{');
	jsonw_string(w, "id", said->id);
	jsonw_string(w, "en", said->en);
	jsonw_close(w, '}');
}

void command_trouble_write(const struct command_parse *parse, struct jsonw *w)
{
	if (parse->trouble == COMMAND_FINE) {
		jsonw_null(w, "error");
		return;
	}
	jsonw_open(w, "error", '{');
	jsonw_int(w, "column", parse->column);
	jsonw_int(w, "to", parse->to);
	said_write(w, "says", &parse->what);
	said_write(w, "remedy", &parse->remedy);
	jsonw_close(w, '}');
}

static void write_action(const struct command_parse *parse, struct jsonw *w)
{
	char *text;

	if (parse->means != COMMAND_ACTION) {
		jsonw_null(w, "incident");
		jsonw_null(w, "action");
		return;
	}
	jsonw_open(w, "incident", '{');
	jsonw_string(w, "incident_id", parse->incident_id);
	jsonw_int(w, "no", parse->no);
	if (parse->rests_on_seen)
		jsonw_int(w, "expected_version", parse->version);
	jsonw_close(w, '}');
	text = json_dumps(parse->action, JSON_COMPACT);
	jsonw_raw(w, "action", text, strlen(text));
	free(text);
}

static void write_completions(const struct command_parse *parse, struct jsonw *w)
{
	jsonw_open(w, "completions", '[');
	for (unsigned i = 0; i < parse->completion_count; i++) {
		const struct command_completion *one = &parse->completion[i];

		jsonw_open(w, NULL, '{');
		jsonw_int(w, "from", one->from);
		jsonw_int(w, "to", one->to);
		said_write(w, "text", &one->text);
		said_write(w, "says", &one->about);
		jsonw_close(w, '}');
	}
	jsonw_close(w, ']');
}

void command_parse_write(const struct command_parse *parse, struct jsonw *w)
{
	said_write(w, "says", &parse->says);
	write_action(parse, w);
	jsonw_string(w, "search", parse->means == COMMAND_SEARCH ? parse->words : NULL);
	command_trouble_write(parse, w);
	write_completions(parse, w);
}
