#include "store/seal.h"

#include <inttypes.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "base/err.h"

/* What is hashed, in one piece. Texts with their end, which none of them has inside: so no two
 * different rows are the same bytes. Bodies by their own hash. */
struct wax {
	unsigned char bytes[1024];
	size_t len;
};

static void add(struct wax *wax, const void *bytes, size_t len)
{
	if (len > sizeof(wax->bytes) - wax->len)
		panic("seal: a row is larger than its columns");
	memcpy(wax->bytes + wax->len, bytes, len);
	wax->len += len;
}

static void add_text(struct wax *wax, const char *text)
{
	add(wax, text, strlen(text) + 1);
}

static void add_body(struct wax *wax, const struct buf *body)
{
	unsigned char digest[SHA256_DIGEST_LENGTH] = {0};

	if (body != NULL)
		SHA256(body->data, body->len, digest);
	add(wax, digest, sizeof(digest));
}

static void press(const struct wax *wax, char seal_r[SEAL_SIZE])
{
	unsigned char digest[SHA256_DIGEST_LENGTH];

	SHA256(wax->bytes, wax->len, digest);
	for (size_t i = 0; i < sizeof(digest); i++)
		snprintf(seal_r + 2 * i, 3, "%02x", digest[i]);
}

static void add_reporter(struct wax *wax, const struct reporter_row *reporter)
{
	add(wax, reporter->salt, SALT_SIZE);
	add_body(wax, reporter->raw);
	add_body(wax, reporter->whole);
}

void seal_salt(unsigned char salt_r[SALT_SIZE])
{
	if (getrandom(salt_r, SALT_SIZE, 0) != SALT_SIZE)
		panic("getrandom gave no randomness");
}

void seal_report(const struct report_row *row, const struct reporter_row *reporter,
		 char seal_r[SEAL_SIZE])
{
	struct wax wax = {.len = 0};
	char tracking[24];

	snprintf(tracking, sizeof(tracking), "%" PRId64, row->tracking);
	add_reporter(&wax, reporter);
	add_text(&wax, row->id);
	add_text(&wax, row->source);
	add_text(&wax, row->key);
	add(&wax, row->digest, sizeof(row->digest));
	add_text(&wax, tracking);
	add_text(&wax, row->callers.own);
	add_text(&wax, row->callers.number);
	press(&wax, seal_r);
}

void seal_call(const struct call_row *row, const struct reporter_row *reporter,
	       char seal_r[SEAL_SIZE])
{
	struct wax wax = {.len = 0};

	add_reporter(&wax, reporter);
	add_text(&wax, row->call_id);
	add_text(&wax, row->id);
	press(&wax, seal_r);
}
