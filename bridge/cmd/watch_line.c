#include "cmd/watch_line.h"

#include <time.h>

#include "base/clock.h"
#include "cmd/plain.h"

static const char *text_of(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

/* " NAME", or nothing when there is none. */
static void write_word(FILE *to, const json_t *object, const char *key)
{
	if (text_of(object, key) == NULL)
		return;
	fputc(' ', to);
	plain_print(to, text_of(object, key));
}

static void write_time(FILE *to, const json_t *event)
{
	const char *text = text_of(event, "time");
	struct err err;
	int64_t at_ms;
	struct tm tm;
	time_t at;
	char clock[16] = "--:--:--";

	if (text != NULL && clock_parse(text, &at_ms, &err) == 0) {
		at = (time_t)(at_ms / 1000);
		if (localtime_r(&at, &tm) != NULL)
			(void)strftime(clock, sizeof(clock), "%H:%M:%S", &tm);
	}
	fputs(clock, to);
}

static void write_priority(FILE *to, const json_t *incident, bool is_coloured)
{
	static const char *const colours[] = {"", "\033[1;37;41m", "\033[30;43m", "\033[32m",
					      "\033[2m"};
	json_int_t priority = json_integer_value(json_object_get(incident, "priority"));

	if (is_coloured && priority >= 1 && priority <= 4)
		fprintf(to, " %sP%d\033[0m", colours[priority], (int)priority);
	else
		fprintf(to, " P%d", (int)priority);
}

static void write_agencies(FILE *to, const json_t *incident)
{
	const json_t *agency;
	size_t i;

	json_array_foreach(json_object_get(incident, "agencies"), i, agency)
	{
		fputc(i == 0 ? ' ' : ',', to);
		plain_print(to, json_string_value(agency));
	}
}

static void write_incident(FILE *to, const json_t *incident, bool is_coloured)
{
	if (incident == NULL)
		return;
	write_priority(to, incident, is_coloured);
	write_word(to, incident, "status");
	write_word(to, incident, "disposition");
	write_word(to, incident, "category");
	write_agencies(to, incident);
	write_word(to, json_object_get(incident, "location"), "area_name");
	fputs(": ", to);
	plain_print(to, text_of(incident, "text"));
}

static void write_call(FILE *to, const json_t *call)
{
	write_word(to, call, "call_id");
	write_word(to, call, "state");
}

static void write_decision(FILE *to, const json_t *event)
{
	if (text_of(event, "action") == NULL)
		return;
	write_word(to, event, "action");
	write_word(to, event, "agency");
	fputs(" by", to);
	write_word(to, event, "by");
	if (text_of(event, "note") != NULL) {
		fputs(" (", to);
		plain_print(to, text_of(event, "note"));
		fputc(')', to);
	}
}

void watch_line_write(FILE *to, const json_t *event, bool is_coloured)
{
	write_time(to, event);
	fprintf(to, " #%" JSON_INTEGER_FORMAT " ",
		json_integer_value(json_object_get(event, "seq")));
	plain_print(to, text_of(event, "event"));
	if (json_is_true(json_object_get(event, "exercise")))
		fputs(" LATIHAN/EXERCISE", to);
	write_decision(to, event);
	write_call(to, json_object_get(event, "call"));
	write_incident(to, json_object_get(event, "incident"), is_coloured);
	fputc('\n', to);
}
