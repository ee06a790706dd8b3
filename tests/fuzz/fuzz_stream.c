/* Any text as a message of a console: what is taken is whole and within its limits, what is not
 * says why. */
#include <stdlib.h>
#include <string.h>

#include "net/stream_ask.h"

#define FUZZ_CHECK(condition)                                                                  \
	do {                                                                                   \
		if (!(condition))                                                              \
			abort();                                                               \
	} while (0)

static const struct agencies city = {
	.count = 3, .agency = {{.id = "fire"}, {.id = "police"}, {.id = "health"}}};

static void check_subscription(const struct subscription *subscription)
{
	FUZZ_CHECK(subscription->after >= -1 && subscription->after < INT64_MAX);
	FUZZ_CHECK(strnlen(subscription->epoch, sizeof(subscription->epoch)) <
		   sizeof(subscription->epoch));
	FUZZ_CHECK(subscription->agencies < 1u << city.count);
}

static void check_action(const struct ask *ask)
{
	const struct command *command = ask->command;

	FUZZ_CHECK(command != NULL && command->action < ACTIONS);
	FUZZ_CHECK(ask->command_id[0] != '\0');
	FUZZ_CHECK(strcmp(command->command_id, ask->command_id) == 0);
	FUZZ_CHECK(id_is(command->incident_id, 'I'));
	FUZZ_CHECK(command->agency >= -1 && command->agency < (int)city.count);
	FUZZ_CHECK(command->note == NULL || strlen(command->note) <= COMMAND_NOTE_MAX);
	FUZZ_CHECK(command->priority >= 0 && command->priority <= 4);
}

static void check_line(const struct ask *ask)
{
	const struct command_ask *line = ask->line;

	FUZZ_CHECK(line != NULL && strlen(line->line) <= COMMAND_LINE_MAX);
	FUZZ_CHECK(ask->command_id[0] != '\0');
	FUZZ_CHECK(strcmp(line->command_id, ask->command_id) == 0);
	FUZZ_CHECK(line->incident_id[0] == '\0' || id_is(line->incident_id, 'I'));
}

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len);

int LLVMFuzzerTestOneInput(const unsigned char *data, size_t len)
{
	char *text =
		malloc(len > 0 ? len : 1); /* its own piece, so that one byte too far is seen */
	struct err err = {.kind = ERR_NONE};
	struct ask ask;

	memcpy(text, data, len);
	if (ask_read(text, len, &city, &ask, &err) < 0)
		FUZZ_CHECK(err.kind == ERR_INVALID && err.text[0] != '\0' &&
			   ask.command == NULL && ask.line == NULL);
	else if (ask.kind == ASK_SUBSCRIBE)
		check_subscription(&ask.subscription);
	else if (ask.kind == ASK_COMMAND)
		check_line(&ask);
	else
		check_action(&ask);
	ask_fini(&ask);
	free(text);
	return 0;
}
