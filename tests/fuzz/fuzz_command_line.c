/* Any bytes as a line, with the cursor anywhere: what comes out is a command whose document the
 * door of the actions takes, or a refusal that lies within the line and can be said; both, and
 * what is offered, are sound JSON. The first two bytes are the cursor and what is selected. */
#include "core/command_line.h"
#include "core/rules.h"
#include "fuzz.h"

static struct incident known[3];
static struct command_open waiting[2] = {{.no = 1}, {.no = 12}};

static struct rules *city(void)
{
	static struct rules *rules;
	struct err err;

	if (rules == NULL && rules_load(&rules, TANGI_SOURCE_DIR "/config/cirebon", &err) < 0)
		fatal("%s", err.text);
	return rules;
}

static void prepare(void)
{
	for (int i = 0; i < 3; i++) {
		struct incident *one = &known[i];

		*one = (struct incident){.no = i + 1, .version = 1, .report_count = 3};
		snprintf(one->id, ID_SIZE, "I-0000000000000000000000000%d", i);
		snprintf(one->verdict.category, CATEGORY_SIZE, "fire_building");
		one->verdict.agencies = 3;
		one->verdict.priority = 3;
		one->status = i == 2 ? INCIDENT_CLOSED : INCIDENT_NEW;
		for (int n = 0; n < 3; n++)
			snprintf(one->report_id[n], ID_SIZE, "R-000000000000000000000000%d%d",
				 i, n);
	}
}

static void check_command(const struct command_parse *parse, const struct rules *rules)
{
	struct command *command;
	struct err err;

	FUZZ_CHECK(parse->trouble == COMMAND_FINE || parse->trouble == COMMAND_IMPOSSIBLE);
	FUZZ_CHECK(parse->says.id[0] != '\0' && parse->says.en[0] != '\0');
	FUZZ_CHECK(command_read(parse->action, parse->incident_id, rules_agencies(rules),
				&command, &err) == 0);
	command_free(&command);
}

static size_t characters(const char *line, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		count += (line[i] & 0xc0) != 0x80;
	return count;
}

static void check_places(const struct command_parse *parse, size_t most)
{
	if (parse->trouble != COMMAND_FINE)
		FUZZ_CHECK(parse->what.id[0] != '\0' && parse->what.en[0] != '\0');
	FUZZ_CHECK(parse->column <= parse->to && parse->to <= most);
	FUZZ_CHECK(parse->completion_count <= COMPLETIONS_MAX);
	for (unsigned i = 0; i < parse->completion_count; i++) {
		FUZZ_CHECK(parse->completion[i].from <= parse->completion[i].to);
		FUZZ_CHECK(parse->completion[i].to <= most);
		FUZZ_CHECK(parse->completion[i].text.id[0] != '\0');
	}
}

static void check_json(const struct command_parse *parse)
{
	struct jsonw w;

	jsonw_init(&w, 1024);
	jsonw_open(&w, NULL, '{');
	command_parse_write(parse, &w);
	jsonw_close(&w, '}');
	json_decref(fuzz_parsed(w.text, w.len));
	jsonw_fini(&w);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct command_view view = {.rules = city(),
				    .acts_for = 1,
				    .may_act = true,
				    .known = known,
				    .known_count = 3,
				    .open = waiting,
				    .open_count = 2};
	struct command_parse parse;
	struct command_needs needs;
	char *line;

	if (size < 2)
		return 0;
	prepare();
	view.selected = data[1] % 4 < 3 ? &known[data[1] % 4] : NULL;
	line = fuzz_piece(data + 2, size - 2);
	command_line_needs(line, size - 2, data[0], &needs);
	FUZZ_CHECK(needs.count <= COMMAND_NUMBERS_MAX);
	command_line_parse(&view, line, size - 2, data[0], &parse);
	if (parse.means == COMMAND_ACTION)
		check_command(&parse, view.rules);
	check_places(&parse, characters(line, size - 2));
	check_json(&parse);
	command_parse_fini(&parse);
	free(line);
	return 0;
}
