/* report: sends one, as an app of the city would. */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/id.h"
#include "base/jsonw.h"
#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/client.h"
#include "cmd/cmd.h"
#include "cmd/plain.h"

#define TEXT_MAX (16 * 1024)

struct wish {
	struct client_settings client;
	const char *source, *source_id;
};

static const struct arg table[] = {
	{"url", ARG_TEXT, offsetof(struct wish, client.url), false, "URL",
	 "the bridge (http://127.0.0.1:8112)"},
	{"token-file", ARG_TEXT, offsetof(struct wish, client.token_file), true, "FILE",
	 "a token that may send reports"},
	{"source", ARG_TEXT, offsetof(struct wish, source), true, "NAME",
	 "the channel, as lapor-web or app:NAME"},
	{"source-id", ARG_TEXT, offsetof(struct wish, source_id), false, "ID",
	 "its number there; the same again is the same report (a new one)"},
};

static const struct args args = {
	"tangi report --token-file FILE --source NAME [OPTION...] [TEXT...]",
	"Sends one report and prints the bridge's answer: when it is printed, the report is on "
	"stable\n"
	"storage. The text is what follows the options, or standard input.\n",
	table, sizeof(table) / sizeof(table[0]), -1};

/* The words with blanks between them. False: more than a report may have. */
static bool join(char **words, char text_r[TEXT_MAX + 1])
{
	size_t len = 0;

	for (; *words != NULL; words++) {
		size_t n = strlen(*words);

		if (len + 1 + n > TEXT_MAX)
			return false;
		if (len > 0)
			text_r[len++] = ' ';
		memcpy(text_r + len, *words, n);
		len += n;
	}
	text_r[len] = '\0';
	return true;
}

static bool read_input(char text_r[TEXT_MAX + 1])
{
	size_t len = fread(text_r, 1, TEXT_MAX, stdin);

	if (ferror(stdin) || (len == TEXT_MAX && getchar() != EOF))
		return false;
	while (len > 0 && (text_r[len - 1] == '\n' || text_r[len - 1] == '\r'))
		len--;
	text_r[len] = '\0';
	return true;
}

static void write_report(struct jsonw *w, const struct wish *wish, const char *text)
{
	jsonw_open(w, NULL, '{');
	jsonw_string(w, "source", wish->source);
	jsonw_string(w, "source_id", wish->source_id);
	jsonw_string(w, "text", text);
	jsonw_close(w, '}');
}

static int tell_answer(const struct client_answer *answer)
{
	json_t *problem;

	if (answer->status == 200 || answer->status == 201) {
		plain_write(stdout, answer->body, strlen(answer->body));
		return putchar('\n') == EOF || fflush(stdout) != 0;
	}
	problem = json_loads(answer->body, 0, NULL);
	fprintf(stderr, "tangi report: %ld: ", answer->status);
	plain_print(stderr, json_string_value(json_object_get(problem, "detail")));
	fputc('\n', stderr);
	json_decref(problem);
	return 1;
}

/* Without an answer nobody knows: with the same number it may be sent again. */
static int send_report(struct client *client, const struct wish *wish, const char *text)
{
	struct client_answer answer;
	struct jsonw w;
	struct err err;
	int rc;

	jsonw_init(&w, 1024);
	write_report(&w, wish, text);
	rc = client_ask(client, "/v1/reports", jsonw_text(&w), &answer, &err);
	jsonw_fini(&w);
	if (rc == 0) {
		rc = tell_answer(&answer);
		xfree(answer.body);
		return rc;
	}
	fprintf(stderr,
		"tangi report: %s\ntangi report: it may or may not be stored; send it again "
		"with --source-id %s\n",
		err.text, wish->source_id);
	return 1;
}

int cmd_report(int argc, char **argv)
{
	struct wish wish = {.client.url = "http://127.0.0.1:8112"};
	struct id_gen ids = {0};
	struct client *client;
	char **words, text[TEXT_MAX + 1], id[ID_SIZE];
	struct err err;
	int rc = args_read(&args, argc, argv, &wish, &words);

	if (rc >= 0)
		return rc;
	if (client_check(&wish.client, &err) < 0) {
		fprintf(stderr, "tangi report: %s\n", err.text);
		return 2;
	}
	id_next(&ids, 'M', clock_system.wall_ms(&clock_system), id);
	if (wish.source_id == NULL)
		wish.source_id = id;
	if (!(*words != NULL ? join(words, text) : read_input(text))) {
		fprintf(stderr, "tangi report: the text is longer than %d bytes\n", TEXT_MAX);
		return 1;
	}
	if (client_open(&client, &wish.client, &err) < 0) {
		fprintf(stderr, "tangi report: %s\n", err.text);
		return 1;
	}
	rc = send_report(client, &wish, text);
	client_close(&client);
	return rc;
}
