/* The head of a request, read strictly: whatever two programs could read in two ways is
 * refused.
 *
 * A pure function of bytes, the only parser of ours that a stranger's bytes meet before
 * anything else has looked at them (tests/fuzz/fuzz_http_head.c). RFC 9112. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/http.h"

#define HEAD_MAX_BYTES  8192
#define HEAD_MAX_TARGET 4096
#define HEAD_MAX_LINES  100

/* What we read of a head beyond what handlers may ask for. */
enum head_field {
	HEAD_HOST = HTTP_HEADERS,
	HEAD_CONTENT_LENGTH,
	HEAD_TRANSFER_ENCODING,
	HEAD_CONNECTION,
	HEAD_EXPECT,
	HEAD_UPGRADE,
	HEAD_WS_KEY,
	HEAD_WS_VERSION,
	HEAD_WS_PROTOCOL,
	HEAD_ACCEPT_ENCODING,
	HEAD_IF_NONE_MATCH,
	HEAD_FORWARDED_FOR,
	HEAD_FIELDS
};

/* Text points into the bytes that were given. */
struct http_head {
	enum http_method method; /* HTTP_METHODS: one that no route has */
	bool is_head;            /* HEAD: method is HTTP_GET, the answer has no body */
	bool is_1_0;
	bool may_stay; /* the client can keep the connection */
	bool wants_upgrade;
	bool expects_continue;
	int64_t content_length; /* -1: none given */
	char *path;             /* still escaped */
	char *query;            /* still escaped; "" when there is none */
	const char *field[HEAD_FIELDS];
};

/* A refusal. status 0: fine. */
struct head_fault {
	unsigned status;
	const char *detail;
};

/* Looks for the end of the head in what has come so far, from *scanned_r on, which it moves;
 * begin with 0. Returns the head's length with its empty line, or 0: there is more to come, or
 * fault_r->status says why not: noise is refused at its first bad byte, not at its end. */
size_t head_scan(const char *text, size_t len, size_t *scanned_r, struct head_fault *fault_r);

/* len bytes that head_scan found. Changes them: ends become NUL. Returns the status of
 * fault_r: 0 when the head is good. */
unsigned head_parse(struct http_head *head_r, char *text, size_t len,
		    struct head_fault *fault_r);

/* True when the comma-separated list holds the word, in any case. list may be NULL. */
bool head_list_has(const char *list, const char *word);

/* Undoes %XX in place; plus: '+' is a space. False: a bad escape, a NUL or a control character.
 */
bool head_unescape(char *text, bool plus);
