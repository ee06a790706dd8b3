/* watch: the events in a terminal, as they come.
 *
 * Keeps the number of the last event it has shown; when the connection is lost, or has gone
 * silent, it comes back with that number, so that each is shown once, in order. What can go
 * wrong for good (who we are, what we may) ends it; all else is tried again until somebody
 * presses Ctrl-C. */
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/xalloc.h"
#include "cmd/args.h"
#include "cmd/client.h"
#include "cmd/cmd.h"
#include "cmd/plain.h"
#include "cmd/watch_line.h"

#define WAIT_MAX_S 10

struct wish {
	struct client_settings client;
	const char *after;
	bool is_json;
};

struct watch {
	const struct wish *wish;
	struct client *client;
	uint64_t after;
	char epoch[32]; /* of the log that after counts in */
	bool is_coloured;
	bool has_come;  /* something, since the last loss */
	bool is_lost;   /* and it was told */
	bool is_closed; /* nobody reads what we write */
};

static const struct arg table[] = {
	{"url", ARG_TEXT, offsetof(struct wish, client.url), false, "URL",
	 "the bridge (http://127.0.0.1:8112)"},
	{"token-file", ARG_TEXT, offsetof(struct wish, client.token_file), false, "FILE",
	 "a token that may watch"},
	{"user", ARG_TEXT, offsetof(struct wish, client.user), false, "NAME",
	 "or a person who may"},
	{"password-file", ARG_TEXT, offsetof(struct wish, client.password_file), false, "FILE",
	 "with the password"},
	{"after", ARG_TEXT, offsetof(struct wish, after), false, "SEQ",
	 "begin after that event; 0: from the first (from now on)"},
	{"json", ARG_SWITCH, offsetof(struct wish, is_json), false, NULL,
	 "one JSON document a line, as the bridge sends it"},
};

static const struct args args = {
	"tangi watch {--token-file FILE | --user NAME --password-file FILE} [OPTION...]",
	"Shows each event that one may see, in order, and goes on until Ctrl-C. Comes back "
	"where it was\n"
	"when the connection is lost. Characters that would control the terminal are shown as "
	"escapes.\n",
	table, sizeof(table) / sizeof(table[0]), 0};

static void say(const char *what)
{
	fputs("tangi watch: ", stderr);
	plain_print(stderr, what);
	fputc('\n', stderr);
}

static void show(struct watch *watch, const json_t *event, const char *line, size_t len)
{
	if (watch->wish->is_json) {
		plain_write(stdout, line, len);
		putchar('\n');
	} else {
		watch_line_write(stdout, event, watch->is_coloured);
	}
}

/* Lines that are no events (that the stream is alive) are passed over. */
static int take_line(void *ctx, char *line, size_t len)
{
	struct watch *watch = ctx;
	json_t *event = json_loadb(line, len, 0, NULL);
	json_int_t seq = json_integer_value(json_object_get(event, "seq"));

	if (watch->is_lost)
		say("the connection is back");
	watch->is_lost = false;
	watch->has_come = true;
	if (json_object_get(event, "event") != NULL && seq > (json_int_t)watch->after) {
		watch->after = (uint64_t)seq;
		show(watch, event, line, len);
		watch->is_closed = fflush(stdout) != 0;
	}
	json_decref(event);
	return watch->is_closed ? -1 : 0;
}

static void tell_lost(struct watch *watch, const char *why)
{
	if (!watch->is_lost)
		say(why);
	watch->is_lost = true;
}

/* Which log it is, and the number of its newest event. */
static int find_head(struct watch *watch, uint64_t *head_r, struct err *err)
{
	struct client_answer answer;
	const char *epoch;
	json_t *page;

	if (client_ask(watch->client, "/v1/events?after=0&limit=1", NULL, &answer, err) < 0)
		return -1;
	page = json_loads(answer.body, 0, NULL);
	epoch = json_string_value(json_object_get(page, "epoch"));
	*head_r = (uint64_t)json_integer_value(json_object_get(page, "seq"));
	snprintf(watch->epoch, sizeof(watch->epoch), "%s", epoch != NULL ? epoch : "");
	json_decref(page);
	xfree(answer.body);
	if (answer.status == 200)
		return 0;
	return err_set(err, answer.status >= 500 ? ERR_IO : ERR_INVALID,
		       "the bridge says %ld to this account", answer.status);
}

/* The log was restored from a backup, or what followed is no longer held. */
static int begin_anew(struct watch *watch, struct err *err)
{
	if (find_head(watch, &watch->after, err) < 0)
		return -1;
	say("what followed the last event is not to be had any more; what comes from now on is "
	    "shown");
	return err_set(err, ERR_IO, "beginning anew");
}

/* One connection, from its beginning to its end; err says how it ended. */
static int follow(struct watch *watch, struct err *err)
{
	char path[128];
	long status;
	int rc;

	snprintf(path, sizeof(path), "/v1/events?after=%" PRIu64 "&epoch=%s", watch->after,
		 watch->epoch);
	rc = client_follow(watch->client, path, take_line, watch, &status, err);
	if (status == 410)
		return begin_anew(watch, err);
	if (status == 200 || status == 0 || status >= 500)
		return rc < 0 ? -1
			      : err_set(err, ERR_IO, "the bridge has ended the connection");
	return err_set(err, ERR_INVALID, "the bridge says %ld to this account", status);
}

static int begin(struct watch *watch, struct err *err)
{
	uint64_t head;

	if (client_sign_in(watch->client, err) < 0 || find_head(watch, &head, err) < 0)
		return -1;
	if (watch->wish->after == NULL)
		watch->after = head;
	return 0;
}

static void wait_a_little(unsigned *wait_s)
{
	struct timespec pause = {.tv_sec = *wait_s};

	(void)nanosleep(&pause, NULL); /* shorter does no harm */
	if (*wait_s < WAIT_MAX_S)
		++*wait_s;
}

/* Until nobody reads, or going on is useless. */
static int watch_on(struct watch *watch)
{
	bool has_begun = false;
	unsigned wait_s = 1;
	struct err err;

	while (!watch->is_closed) {
		int rc = has_begun ? client_sign_in(watch->client, &err) : begin(watch, &err);

		watch->has_come = false;
		if (rc == 0) {
			has_begun = true;
			(void)follow(watch, &err); /* it ends by failing */
		}
		if (watch->is_closed)
			break;
		if (err.kind == ERR_INVALID) {
			say(err.text);
			return 1;
		}
		tell_lost(watch, err.text);
		if (watch->has_come)
			wait_s = 1;
		wait_a_little(&wait_s);
	}
	return 0;
}

static int read_after(struct watch *watch, const char *text)
{
	char *end;

	if (text == NULL)
		return 0;
	watch->after = strtoull(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0')
		return 0;
	fprintf(stderr, "tangi watch: --after %s: is not a number; see --help\n", text);
	return -1;
}

int cmd_watch(int argc, char **argv)
{
	struct wish wish = {.client.url = "http://127.0.0.1:8112"};
	struct watch watch = {.wish = &wish};
	struct err err;
	char **words;
	int rc = args_read(&args, argc, argv, &wish, &words);

	if (rc >= 0)
		return rc;
	if (read_after(&watch, wish.after) < 0)
		return 2;
	if (client_check(&wish.client, &err) < 0) {
		say(err.text);
		return 2;
	}
	watch.is_coloured = isatty(STDOUT_FILENO) && getenv("NO_COLOR") == NULL;
	if (client_open(&watch.client, &wish.client, &err) < 0) {
		say(err.text);
		return 1;
	}
	rc = watch_on(&watch);
	client_close(&watch.client);
	return rc;
}
