/* A loop with both listeners in a thread of its own, and a client that says any bytes it likes.
 * Real sockets: what is tested here is how they are read. */
#pragma once

#include <pthread.h>

#include "net/http.h"

struct served {
	struct loop *loop;
	struct http *http;
	struct metrics metrics;
	struct http_settings settings;
	char listen[32], trusted[32], folder[32];
	unsigned public_port, trusted_port;
	pthread_t thread;
	_Atomic unsigned ws_opened, ws_closed, streams_gone;
	_Atomic unsigned refuse_ws; /* the status with which open() refuses */
	struct http_request *held;  /* what /v1/hold got; the loop's */
};

/* web: files to be served below /web, name and text in turn, NULL at the end; or NULL. */
void served_start(struct served *served, const char *const *web, int64_t request_timeout_ms);
void served_stop(struct served *served);

int client_connect(unsigned port);
void client_send(int fd, const char *text, size_t len);
void client_say(int fd, const char *text);
/* Reads until the far side closes, or until text is in what came (NULL: only the end), for five
 * seconds at most. Returns what came; free it. is_open_r may be NULL. */
char *client_read(int fd, const char *text, int *is_open_r);
/* One request on a connection of its own; the whole answer. */
char *client_ask(unsigned port, const char *request);
/* Opens a WebSocket and takes the answer to the upgrade. */
int client_open_ws(unsigned port, const char *more_headers);
void client_send_frame(int fd, unsigned first_byte, const char *payload, size_t len);
