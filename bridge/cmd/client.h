/* The bridge as the program's own commands see it from outside: HTTP with a token, or as a
 * person signed in.
 *
 * Secrets are read from files; the answer's bytes are bounded. Blocks: for commands, which have
 * nothing else to do. One thread. */
#pragma once

#include <stddef.h>

#include "base/err.h"

struct client;

struct client_settings {
	const char *url;        /* "http://127.0.0.1:8112" */
	const char *token_file; /* its first line; NULL: user and password_file */
	const char *user, *password_file;
	/* The token, or the user's password, where it has been read already; then no file is.
	 */
	const char *secret;
};

/* ERR_INVALID: the address is none, or neither or both kinds of account were given. */
int client_check(const struct client_settings *settings, struct err *err) MUST_CHECK;

/* Reads the secret; settings were checked. ERR_INVALID: the file is not to be used. */
int client_open(struct client **client_r, const struct client_settings *settings,
		struct err *err) MUST_CHECK;
void client_close(struct client **client);

/* For a person: a session, kept in memory only. ERR_INVALID: refused; ERR_IO: try again. */
int client_sign_in(struct client *client, struct err *err) MUST_CHECK;

struct client_answer {
	long status;
	char *body; /* the caller's, with a NUL behind */
};

/* body NULL: GET, else POST as JSON. ERR_IO: no answer came. */
int client_ask(struct client *client, const char *path, const char *body,
	       struct client_answer *answer_r, struct err *err) MUST_CHECK;

/* The same as PUT, which has a body. */
int client_put(struct client *client, const char *path, const char *body,
	       struct client_answer *answer_r, struct err *err) MUST_CHECK;

/* Returns 0 to go on, -1 to end the stream. line has no end and a NUL behind. */
typedef int client_line_fn(void *ctx, char *line, size_t len);

/* The bridge says every other second that it is there; after so long without a byte it is not.
 */
#define CLIENT_SILENCE_S 10L

/* GET, and each line of the answer as it comes. *status_r is set as soon as the head is there;
 * an answer that is no 200 gives no lines. -1: the connection could not be made, broke, or has
 * gone silent. */
int client_follow(struct client *client, const char *path, client_line_fn *line, void *ctx,
		  long *status_r, struct err *err) MUST_CHECK;
